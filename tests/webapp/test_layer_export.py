"""Layers on their way out: as files, as streams, from the command line; each is written down."""

from __future__ import annotations

import json
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from click.testing import CliRunner

from geo.cql2 import TEXT, parse_filter
from geo.errors import CrsError, UnusableFileError
from models import audit
from models.errors import NotFoundError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Viewer
from tests.webapp.seeded_site import NOW
from webapp.cli.exporting import export
from webapp.services import export as service
from webapp.services.export import export_chunks, export_file
from webapp.services.layer_catalogue import LAYERS
from webapp.services.layer_features import LayerParameterError
from webapp.services.layer_metadata import Made
from webapp.services.layer_query import LayerQuery

ANALYST = Viewer("analyst", Role.ANALYST)
DAY = NOW.date()
MADE = Made("geojson", NOW, address="https://dia.ban/export/incidents.geojson?to=2026-06-14")


def exports(database: Database) -> list[Any]:
    """What the trail says of exports."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        events = audit.list_events(session, LOCAL_OPERATOR)
    return [event for event in events if event.action == "export"]


def is_free(database: Database) -> bool:
    """Whether no connection is held."""
    return database.engine.pool.checkedout() == 0  # type: ignore[attr-defined]


def test_a_stream_is_a_whole_document_with_its_metadata(seeded_database: Database) -> None:
    query = LayerQuery("incidents", DAY, province_code="51", precisions=("commune",))
    told = json.loads(b"".join(export_chunks(seeded_database, ANALYST, query, MADE)))
    (feature,) = told["features"]
    assert feature["geometry"] is None
    assert told["metadata"]["filter"] == {"province": "51", "precision": ["commune"]}
    assert told["metadata"]["address"] == MADE.address
    (event,) = exports(seeded_database)
    assert (event.action, event.object, event.actor) == ("export", "incidents", "analyst")
    assert event.detail == {
        "rows": 1,
        "filter": {"province": "51", "precision": ["commune"]},
        "format": "geojson",
        "crs": 4326,
    }
    assert is_free(seeded_database)


def test_who_leaves_early_leaves_no_transaction_and_is_written_down(
    seeded_database: Database,
) -> None:
    query = LayerQuery("incidents", DAY)
    chunks = export_chunks(seeded_database, ANALYST, query, MADE)
    next(chunks)
    assert not is_free(seeded_database)
    chunks.close()  # type: ignore[attr-defined]
    assert is_free(seeded_database)
    assert [event.detail["rows"] for event in exports(seeded_database)] == [0]


def test_a_stream_that_nobody_reads_is_closed_and_no_export(seeded_database: Database) -> None:
    chunks = export_chunks(seeded_database, ANALYST, LayerQuery("incidents", DAY), MADE)
    chunks.close()  # type: ignore[attr-defined]
    assert is_free(seeded_database)
    assert exports(seeded_database) == []


def test_the_head_leaves_before_the_records_are_read(
    seeded_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    opened = service.open_layer

    def watched(*asked: Any) -> Any:
        stream = opened(*asked)

        def batches() -> Iterator[Any]:
            for batch in stream.batches:
                read.append(len(batch.ids))
                yield batch

        return type(stream)(stream.name, stream.shape, stream.fields, batches())

    monkeypatch.setattr(service, "open_layer", watched)
    chunks = export_chunks(seeded_database, ANALYST, LayerQuery("incidents", DAY), MADE)
    assert next(chunks).startswith(b'{"type":"FeatureCollection"')
    assert read == []
    list(chunks)
    assert read == [14]


def test_what_is_wrong_is_said_before_anything_leaves(seeded_database: Database) -> None:
    with pytest.raises(NotFoundError):
        export_chunks(seeded_database, ANALYST, LayerQuery("cases", DAY), MADE)
    with pytest.raises(LayerParameterError):
        export_chunks(
            seeded_database, ANALYST, LayerQuery("incidents", DAY, flags=("known",)), MADE
        )
    with pytest.raises(CrsError):
        export_chunks(
            seeded_database, ANALYST, LayerQuery("incidents", DAY), Made("geojson", NOW, 3405)
        )
    with pytest.raises(UnusableFileError):
        export_chunks(seeded_database, ANALYST, LayerQuery("incidents", DAY), Made("gpkg", NOW))
    assert is_free(seeded_database)
    assert exports(seeded_database) == []


def test_words_of_ones_own_stay_out_of_the_trail(seeded_database: Database, tmp_path: Path) -> None:
    where = parse_filter("ref LIKE 'Trần Văn Tý%'", TEXT, LAYERS["incidents"].fields)
    query = LayerQuery("incidents", DAY, where=where)
    written = export_file(seeded_database, ANALYST, query, tmp_path / "vu.csv", Made("csv", NOW))
    assert written.n == 0
    (event,) = exports(seeded_database)
    assert "Tý" not in str(event.detail)
    assert set(event.detail["filter"]["filter"]["text"]) == {"sha256"}


# --- the command -------------------------------------------------------------


@pytest.fixture
def command(seeded_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Run `export` on the seeded site; gives the features and the metadata beside them."""
    monkeypatch.setenv("DIABAN_DATABASE_URL", seeded_database.url)
    monkeypatch.setenv("DIABAN_DATA_DIR", str(tmp_path))

    def run(*options: str, suffix: str = "geojson") -> tuple[list[Any], dict[str, Any]]:
        out = tmp_path / f"lop.{suffix}"
        done = CliRunner().invoke(export, [*options, "--out", str(out)], catch_exceptions=False)
        assert done.exit_code == 0, done.output
        found = json.loads(out.read_text("utf-8")) if suffix == "geojson" else {"features": []}
        metadata = json.loads((tmp_path / f"lop.{suffix}.meta.json").read_text("utf-8"))
        assert f"Đã ghi {metadata['features']} đối tượng" in done.output
        return found["features"], metadata

    return run


@pytest.mark.parametrize(
    ("options", "n"),
    [
        (["incidents", "--as-of", "2026-06-14"], 14),
        (["incidents", "--province", "66"], 1),
        (["incidents", "--commune", "24133"], 1),
        (["incidents", "--bbox", "107.6,14.5,107.7,14.6"], 1),
        (["incidents", "--from", "2026-03-01", "--to", "05/03/2026"], 1),
        (["incidents", "--kind", "use, trading"], 14),
        (["incidents", "--side", "demand"], 0),
        (["incidents", "--unverified"], 1),
        (["incidents", "--precision", "commune"], 1),
        (["incidents", "--where", "offenders > 2"], 0),
        (["incidents", "--near", "school:500"], 0),
        (["hotspots", "--status", "cleared", "--as-of", "2026-06-14"], 1),
        (["clusters", "--flag", "known,shifted"], 1),
        (["communes", "--class", "unknown", "--period", "2026"], 9),
        (["communes", "--boundaries", "then", "--period", "2026"], 12),
    ],
)
def test_the_command_takes_every_filter(command: Any, options: list[str], n: int) -> None:
    features, metadata = command(*options)
    assert len(features) == metadata["features"] == n


def test_the_command_writes_the_address_that_repeats_it(command: Any) -> None:
    options = ["incidents", "--as-of", "2026-06-14", "--kind", "use,trading", "--verified"]
    where = ["--where", "ref LIKE 'VV-00%'"]
    _, metadata = command(*options, *where, "--crs", "9210", suffix="csv")
    said = metadata["address"]
    assert said.startswith("python -m webapp export incidents --as-of 2026-06-14 ")
    assert "--kind use,trading" in said and "--verified" in said and "--crs 9210" in said
    assert metadata["crs"] == "EPSG:9210"
    words = shlex.split(said)
    again = words[words.index("export") + 1 : words.index("--out")]
    _, repeated = command(*again, suffix="csv")
    assert repeated["content_sha256"] == metadata["content_sha256"]
    assert repeated["features"] == 10


@pytest.mark.usefixtures("command")
def test_an_archive_is_of_the_format_inside(seeded_database: Database, tmp_path: Path) -> None:
    out = tmp_path / "lop.csv.zip"
    options = ["communes", "--province", "51", "--out", str(out)]
    assert CliRunner().invoke(export, options, catch_exceptions=False).exit_code == 0
    with ZipFile(out) as archive:
        assert sorted(archive.namelist()) == ["lop.csv", "metadata.json"]
        assert json.loads(archive.read("metadata.json"))["format"] == "csv"
    assert [event.detail["format"] for event in exports(seeded_database)] == ["csv"]


@pytest.mark.parametrize("bbox", ["1,2,3", "a,b,c,d", "9,9,8,10", "nan,0,1,1", "0,-91,1,1"])
def test_a_box_that_is_none_ends_the_command(tmp_path: Path, bbox: str) -> None:
    done = CliRunner().invoke(
        export, ["incidents", "--bbox", bbox, "--out", str(tmp_path / "x.csv")]
    )
    assert done.exit_code == 2
    assert bbox in done.output
