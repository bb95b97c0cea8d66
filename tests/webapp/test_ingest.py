"""Files go in whole or not at all; nothing of a person goes in."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from geo.errors import UnusableFileError
from geo.terms import Layer, Precision
from models import audit, hotspots, imports, incidents
from models.errors import NotAllowedError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Viewer
from tests.webapp.small_world import (
    INCIDENT_HEADINGS,
    TODAY,
    gathering,
    incident_row,
    install_small_map,
    write_workbook,
)
from webapp.services.ingest import import_file
from webapp.services.rejects import write_rejects


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Database:
    install_small_map(database, tmp_path)
    return database


def _import(site: Database, path: Path, **options: object) -> object:
    return import_file(site, LOCAL_OPERATOR, Layer.INCIDENTS, path, today=TODAY, **options)  # type: ignore[arg-type]


def _stored(site: Database) -> list[incidents.StoredIncident]:
    with unit_of_work(site, read_only=True) as session:
        return incidents.find_incidents(session, LOCAL_OPERATOR)


def test_accepted_rows_are_stored_and_rejected_ones_kept_with_line_and_reason(
    site: Database, tmp_path: Path
) -> None:
    rows = [INCIDENT_HEADINGS, *gathering(3), incident_row("VV-900", "01/01/2031", 14.65, 107.85)]
    report = _import(site, write_workbook(tmp_path / "vv.xlsx", rows))
    assert (report.accepted, len(report.rejected)) == (3, 1)
    with unit_of_work(site, read_only=True) as session:
        detail = imports.import_detail(session, LOCAL_OPERATOR, report.import_id)
    assert [(r.line, r.value) for r in detail.rejected_rows] == [(5, "01/01/2031")]
    assert detail.stored.accepted == 3


def test_the_name_of_a_person_is_dropped_before_anything_is_stored(
    site: Database, tmp_path: Path
) -> None:
    rows = [INCIDENT_HEADINGS, *gathering(2), incident_row("X", "không rõ", 14.65, 107.85)]
    report = _import(site, write_workbook(tmp_path / "vv.xlsx", rows))
    assert report.dropped_columns == ("Họ và tên đối tượng",)
    everything = [_stored(site), report.rejected]
    with unit_of_work(site, read_only=True) as session:
        everything += [
            imports.import_detail(session, LOCAL_OPERATOR, report.import_id),
            audit.list_events(session, LOCAL_OPERATOR),
        ]
    assert "BÍ MẬT" not in repr(everything)


def test_importing_the_same_file_again_changes_nothing(site: Database, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "vv.xlsx", [INCIDENT_HEADINGS, *gathering(4)])
    _import(site, path)
    before = _stored(site)
    again = _import(site, path)
    assert (again.accepted, again.unchanged, again.rejected) == (0, 4, ())
    assert _stored(site) == before


def test_the_same_ref_with_other_content_is_rejected_and_the_first_stands(
    site: Database, tmp_path: Path
) -> None:
    first = incident_row("VV-1", "01/03/2026", 14.65, 107.85)
    _import(site, write_workbook(tmp_path / "a.xlsx", [INCIDENT_HEADINGS, first]))
    other = incident_row("VV-1", "02/03/2026", 14.65, 107.85)
    report = _import(site, write_workbook(tmp_path / "b.xlsx", [INCIDENT_HEADINGS, other]))
    assert report.accepted == 0
    assert "nội dung khác" in report.rejected[0].reason
    assert [i.occurred_on.isoformat() for i in _stored(site)] == ["2026-03-01"]


def test_an_unusable_file_stores_nothing(site: Database, tmp_path: Path) -> None:
    path = tmp_path / "vv.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(UnusableFileError):
        _import(site, path)
    with unit_of_work(site, read_only=True) as session:
        assert imports.list_imports(session, LOCAL_OPERATOR) == []


def test_a_dry_run_counts_and_stores_nothing(site: Database, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "vv.xlsx", [INCIDENT_HEADINGS, *gathering(4)])
    report = _import(site, path, dry_run=True)
    assert (report.accepted, report.import_id) == (4, None)
    assert _stored(site) == []


def test_an_analyst_may_not_import(site: Database, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "vv.xlsx", [INCIDENT_HEADINGS, *gathering(1)])
    analyst = Viewer("a", Role.ANALYST)
    with pytest.raises(NotAllowedError):
        import_file(site, analyst, Layer.INCIDENTS, path, today=TODAY)


def test_a_row_without_coordinates_is_counted_on_its_commune_and_is_no_point(
    site: Database, tmp_path: Path
) -> None:
    row = incident_row("VV-1", "01/03/2026", None, None)
    _import(site, write_workbook(tmp_path / "vv.xlsx", [INCIDENT_HEADINGS, row]))
    (stored,) = _stored(site)
    assert stored.placement.precision is Precision.COMMUNE
    assert stored.placement.commune_code_now == "23401"
    assert (stored.placement.lon, stored.placement.lat) == (None, None)


def test_rejects_are_written_as_a_workbook(site: Database, tmp_path: Path) -> None:
    rows = [INCIDENT_HEADINGS, incident_row("=1+1", "hôm qua", 14.65, 107.85)]
    report = _import(site, write_workbook(tmp_path / "vv.xlsx", rows))
    write_rejects(report.rejected, tmp_path / "loai.xlsx")
    sheet = load_workbook(tmp_path / "loai.xlsx").active
    assert sheet is not None
    cells = list(sheet.iter_rows(values_only=True))
    assert cells[1][0] == 2
    assert cells[1][2] == "hôm qua"


def test_the_sample_workbook_is_read_as_its_truth_says(
    sqlite_database: Database, shared_dir: Path
) -> None:
    """3,000 messy rows on the official map; the truth names the commune of each."""
    from datetime import date

    from webapp.services.boundaries import install_boundaries

    official = shared_dir / "boundaries/official_2025/communes.parquet"
    install_boundaries(sqlite_database, LOCAL_OPERATOR, official, valid_from=date(2025, 7, 1))
    sample = shared_dir / "samples/seed1"
    report = _import(sqlite_database, sample / "vu_viec.xlsx")
    with (sample / "vu_viec.truth.csv").open(encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    bad = {r["ref"] for r in truth if r["bad"] in ("bad_date", "future_date")}
    stored = {i.ref: i for i in _stored(sqlite_database)}
    assert {r["ref"] for r in truth} - stored.keys() == bad
    placed = [r for r in truth if r["ref"] in stored and r["bad"] != "no_place"]
    right = [stored[r["ref"]].placement.commune_code_now == r["commune"] for r in placed]
    assert sum(right) / len(right) >= 0.995
    assert report.dropped_columns == ("Họ và tên đối tượng",)


def test_the_sample_register_keeps_its_histories(
    sqlite_database: Database, shared_dir: Path, tmp_path: Path
) -> None:
    install_small_map(sqlite_database, tmp_path)
    sample = shared_dir / "samples/seed1"
    report = import_file(
        sqlite_database, LOCAL_OPERATOR, Layer.HOTSPOTS, sample / "tu_diem.csv", today=TODAY
    )
    truth = {t["id"]: t for t in json.loads((sample / "tu_diem.truth.json").read_text("utf-8"))}
    with unit_of_work(sqlite_database, read_only=True) as session:
        stored = hotspots.find_hotspots(session, LOCAL_OPERATOR)
    assert report.accepted == len(stored) == 19
    for spot in stored:
        dates = {event.type.value: event.on.isoformat() for event in spot.events}
        assert dates["opened"] == truth[spot.ref]["opened"]
        if "cleared" in dates:
            assert dates["cleared"] == truth[spot.ref]["cleared"]
