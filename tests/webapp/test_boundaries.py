"""Installing maps: whole, in part, of the past; and what ships."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from shapely import box

from geo.errors import BoundaryError
from geo.manifest import read_manifest
from models import audit, communes, site
from models.errors import NotAllowedError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Viewer
from webapp.services.boundaries import (
    check_boundaries,
    content_sha256,
    ensure_shipped,
    install_boundaries,
)
from webapp.services.installation import APPROXIMATE_COMMUNES

START = date(2025, 7, 1)
CODES = ("23401", "23377", "24133", "24163")


def write_map(
    folder: Path, codes: tuple[str, ...] = CODES, name: str = "map.gpkg", width: float = 0.1
) -> Path:
    """Squares in a row; the first two are of province 51, the others of 66."""
    order = {code: i for i, code in enumerate(CODES)}
    frame = gpd.GeoDataFrame(
        [
            {
                **{"code": code, "name": f"N{code}", "full_name": f"Xã N{code}"},
                **{"province_code": code[:2].replace("23", "51").replace("24", "66")},
                "geometry": box(107.5 + at / 10, 14, 107.5 + at / 10 + width, 14.1),
            }
            for i, code in enumerate(codes)
            for at in (order.get(code, 4 + i),)
        ],
        crs="EPSG:4326",
    )
    frame.to_file(folder / name)
    return folder / name


def test_a_source_is_stored_with_its_facts_and_audited(
    sqlite_database: Database, tmp_path: Path
) -> None:
    source = write_map(tmp_path)

    report = install_boundaries(
        sqlite_database,
        LOCAL_OPERATOR,
        source,
        valid_from=START,
        licence="MIT",
        vintage="07/2026",
        data_dir=tmp_path / "data",
    )

    with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
        version = communes.current_version(session, LOCAL_OPERATOR)
        (event,) = audit.list_events(session, LOCAL_OPERATOR)
    assert (report.commune_count, report.taken_count, report.approximate) == (4, 4, False)
    assert (version.source, version.licence, version.vintage) == ("map.gpkg", "MIT", "07/2026")
    assert version.sha256 == content_sha256(source)
    assert (event.action, event.detail["count"]) == ("boundaries-install", 4)
    (entry,) = read_manifest(tmp_path / "data" / "boundaries" / "manifest.toml")
    assert (entry.sha256, entry.count, entry.valid_from) == (version.sha256, 4, START)


def test_installing_the_same_source_again_changes_nothing(
    sqlite_database: Database, tmp_path: Path
) -> None:
    source = write_map(tmp_path)
    first = install_boundaries(sqlite_database, LOCAL_OPERATOR, source, valid_from=START)

    again = install_boundaries(
        sqlite_database, LOCAL_OPERATOR, source, valid_from=START, data_dir=tmp_path / "data"
    )

    assert again.unchanged
    assert again.version_id == first.version_id
    assert not (tmp_path / "data").exists()


def test_a_refused_source_stores_nothing(sqlite_database: Database, tmp_path: Path) -> None:
    source = write_map(tmp_path, codes=("23401", "23401"))

    with pytest.raises(BoundaryError, match="trùng mã"):
        install_boundaries(sqlite_database, LOCAL_OPERATOR, source, valid_from=START)

    with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
        assert communes.list_versions(session, LOCAL_OPERATOR) == []


def test_only_administrators_install(sqlite_database: Database, tmp_path: Path) -> None:
    planner = Viewer("kh", Role.PLANNER)

    with pytest.raises(NotAllowedError):
        install_boundaries(sqlite_database, planner, write_map(tmp_path), valid_from=START)


def test_a_validity_that_ends_before_it_begins_is_refused(
    sqlite_database: Database, tmp_path: Path
) -> None:
    with pytest.raises(BoundaryError, match="valid-to"):
        install_boundaries(
            sqlite_database,
            LOCAL_OPERATOR,
            write_map(tmp_path),
            valid_from=START,
            valid_to=date(2025, 6, 30),
        )


def test_a_part_replaces_its_communes_and_the_others_stay(
    sqlite_database: Database, tmp_path: Path
) -> None:
    install_boundaries(sqlite_database, LOCAL_OPERATOR, write_map(tmp_path), valid_from=START)
    # 24133 ends a little earlier than it did; its neighbour takes what it leaves.
    part = write_map(tmp_path, codes=("24133",), name="part.gpkg", width=0.08)

    report = install_boundaries(sqlite_database, LOCAL_OPERATOR, part, valid_from=START)

    assert (report.commune_count, report.taken_count) == (4, 1)
    with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
        shapes = dict(communes.coverage_rows(session, LOCAL_OPERATOR, report.version_id))
        version = communes.current_version(session, LOCAL_OPERATOR)
    assert shapes["24133"].equals(box(107.7, 14, 107.78, 14.1))
    assert shapes["24163"].area == pytest.approx(0.012, rel=1e-6)
    assert shapely.coverage_is_valid(list(shapes.values()))
    assert "part.gpkg" in version.source
    assert "còn lại: map.gpkg" in version.source


def test_a_part_with_unknown_codes_is_refused(sqlite_database: Database, tmp_path: Path) -> None:
    install_boundaries(sqlite_database, LOCAL_OPERATOR, write_map(tmp_path), valid_from=START)
    part = write_map(tmp_path, codes=("24133", "99999"), name="part.gpkg")

    with pytest.raises(BoundaryError, match=r"99999.*--valid-to"):
        install_boundaries(sqlite_database, LOCAL_OPERATOR, part, valid_from=START)


def test_a_map_of_the_past_does_not_become_current(
    sqlite_database: Database, tmp_path: Path
) -> None:
    now = install_boundaries(sqlite_database, LOCAL_OPERATOR, write_map(tmp_path), valid_from=START)
    old = install_boundaries(
        sqlite_database,
        LOCAL_OPERATOR,
        write_map(tmp_path, codes=("10001", "10002"), name="2009.gpkg"),
        valid_from=date(2008, 1, 1),
        valid_to=date(2025, 6, 30),
    )

    with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
        assert communes.current_version(session, LOCAL_OPERATOR).id == now.version_id
        assert [v.id for v in communes.past_versions(session, LOCAL_OPERATOR)] == [old.version_id]


def test_checking_counts_units_gaps_and_overlaps(sqlite_database: Database, tmp_path: Path) -> None:
    install_boundaries(sqlite_database, LOCAL_OPERATOR, write_map(tmp_path), valid_from=START)

    report = check_boundaries(sqlite_database, LOCAL_OPERATOR)

    assert (report.version.commune_count, report.gaps, report.overlaps) == (4, (), ())
    assert "Khe hở: 0" in report.lines()
    assert "Chồng lấn: 0" in report.lines()


def test_a_folder_has_the_same_digest_wherever_it_lies(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name / "wards").mkdir(parents=True)
        (tmp_path / name / "wards" / "00004.geojson").write_text("x")
    (tmp_path / "b" / "more.geojson").write_text("y")

    assert content_sha256(tmp_path / "a" / "wards") == content_sha256(tmp_path / "b" / "wards")
    assert content_sha256(tmp_path / "a") != content_sha256(tmp_path / "b")


# ------------------------------------------------------------------ what ships


def test_a_fresh_database_gets_what_ships_once(database: Database) -> None:
    report = ensure_shipped(database, LOCAL_OPERATOR)

    assert report is not None
    assert (report.commune_count, report.approximate) == (3321, True)
    assert (report.gaps, report.overlaps) == ((), ())
    assert ensure_shipped(database, LOCAL_OPERATOR) is None
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        version = communes.current_version(session, LOCAL_OPERATOR)
        units = communes.commune_units(session, LOCAL_OPERATOR, version.id)
        assert len(communes.provinces(session, LOCAL_OPERATOR)) == 34
        assert {g.neighbour for g in communes.gates(session, LOCAL_OPERATOR)} == {
            *("CHN", "KHM", "LAO")
        }
        lines = communes.border_lines(session, LOCAL_OPERATOR)
        assert len({c.old_code for c in communes.changes(session, LOCAL_OPERATOR)}) == 10_040
        assert len(site.get(session, LOCAL_OPERATOR, APPROXIMATE_COMMUNES)) == 3321
    assert (version.valid_from, version.approximate) == (START, True)
    assert 220 <= sum(bool(u.border_with) for u in units) <= 260
    assert all(line.band.area * 12_000 > 5_000 for line in lines)


def test_an_official_province_is_laid_into_the_approximate_map(
    sqlite_database: Database, shared_dir: Path, tmp_path: Path
) -> None:
    ensure_shipped(sqlite_database, LOCAL_OPERATOR)
    source = shared_dir / "boundaries" / "official_2025" / "per_unit_5_provinces.zip"
    with zipfile.ZipFile(source) as archive:
        names = [n for n in archive.namelist() if n.startswith("80_tay_ninh/")]
        archive.extractall(tmp_path, names)

    report = install_boundaries(sqlite_database, LOCAL_OPERATOR, tmp_path, valid_from=START)

    assert (report.commune_count, report.taken_count) == (3321, 96)
    assert report.approximate
    assert "3225" in report.notes[0]
    assert report.overlaps == ()
    checked = check_boundaries(sqlite_database, LOCAL_OPERATOR)
    assert checked.approximate_count == 3225
    assert checked.edges_match
