"""Facilities on the whole import road: workbook, command, review, undo, a new map, public lists."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from click.testing import CliRunner
from openpyxl import load_workbook

from geo.terms import FacilityKind, Layer, Precision
from models import facilities, review_queue
from models.facilities import FacilityFilter, StoredFacility
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import NOON
from tests.webapp.small_world import (
    TODAY,
    commune_frame,
    install_small_map,
    write_workbook,
)
from webapp.cli.importing import import_
from webapp.facility_labels import FACILITY_KINDS
from webapp.services.boundaries import install_boundaries
from webapp.services.import_undo import undo_import
from webapp.services.ingest import ImportReport, import_file
from webapp.services.renew import renew_placements
from webapp.services.template_workbooks import HEADER_ROW, Prefill, template_workbook

HEADINGS = [
    *("Mã cơ sở", "Tên cơ sở", "Loại", "Chủ cơ sở", "Địa chỉ", "Xã, phường", "Tỉnh, thành phố"),
    *("Vĩ độ", "Kinh độ", "Ghi chú"),
]
PLANNER_66 = Viewer("planner-66", Role.PLANNER, Scope.provinces("66"))


def row(ref: str = "CS1", **changes: object) -> list[object]:
    """A karaoke in Đắk Tô as a clerk writes it, its owner included."""
    cells = {
        "ref": ref,
        "name": "Karaoke Hoa Mai",
        "kind": "Karaoke",
        "owner": "NGUYỄN VĂN BÍ MẬT",
        "address": "Tổ 2",
        "commune": "Xã Đắk Tô",
        "province": "Tỉnh Quảng Ngãi",
        "lat": 14.65,
        "lon": 107.85,
        "note": "",
    }
    return list((cells | changes).values())


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Database:
    install_small_map(sqlite_database, tmp_path)
    return sqlite_database


def bring(
    site: Database, folder: Path, *rows: list[object], viewer: Viewer = LOCAL_OPERATOR
) -> ImportReport:
    path = write_workbook(folder / "co_so.xlsx", [HEADINGS, *rows])
    return import_file(site, viewer, Layer.FACILITIES, path, today=TODAY)


def stored(site: Database) -> dict[str, StoredFacility]:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return {f.ref: f for f in facilities.find_facilities(session, LOCAL_OPERATOR)}


def test_a_facility_comes_in_placed_and_without_its_owner(site: Database, tmp_path: Path) -> None:
    report = bring(site, tmp_path, row(), row("CS2", lat=None, lon=None, name="Trường THCS A"))

    assert (report.accepted, report.rejected) == (2, ())
    assert report.dropped_columns == ("Chủ cơ sở",)
    found = stored(site)
    first, second = found["CS1"], found["CS2"]
    assert (first.kind, first.placement.precision) == (FacilityKind.KARAOKE, Precision.EXACT)
    assert first.placement.commune_code_now == "23401"
    assert second.placement.precision is Precision.COMMUNE
    assert second.placement.lon is None
    assert "BÍ MẬT" not in str(found)


def test_a_doubtful_place_waits_for_a_person(site: Database, tmp_path: Path) -> None:
    bring(site, tmp_path, row(commune="", province="", lat=None, lon=None, address="đâu đó"))
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        waiting = review_queue.waiting_rows(session, LOCAL_OPERATOR)
    assert [(w.layer, w.id) for w in waiting] == [(Layer.FACILITIES, 1)]


def test_rows_outside_the_senders_province_are_not_stored(site: Database, tmp_path: Path) -> None:
    there = row("CS2", commune="Xã Tân An", province="Tỉnh Đắk Lắk", lat=14.55, lon=107.95)
    report = bring(site, tmp_path, row(), there, viewer=PLANNER_66)

    assert list(stored(site)) == ["CS2"]
    assert "ngoài phạm vi" in report.rejected[0].reason


def test_a_corrected_file_tells_the_change_and_can_be_undone(
    site: Database, tmp_path: Path
) -> None:
    bring(site, tmp_path, row())
    report = bring(site, tmp_path, row(kind="Quán bar", lat=14.66))

    (change,) = report.changes
    told = {f.label: (f.before, f.after) for f in change.fields}
    assert told["Loại"] == ("Karaoke", "Quán bar")
    assert told["Vĩ độ ghi trong tệp"] == ("14.65", "14.66")
    assert report.import_id is not None
    undo_import(site, LOCAL_OPERATOR, report.import_id, at=NOON)
    assert stored(site)["CS1"].kind is FacilityKind.KARAOKE
    assert stored(site)["CS1"].placement.lat == 14.65


def test_facilities_move_to_a_new_map_with_the_rest(site: Database, tmp_path: Path) -> None:
    bring(site, tmp_path, row(commune="", province="", address=""))
    frame = commune_frame()
    first, second = (frame.index[frame.code == code][0] for code in ("23401", "23377"))
    shapes = frame.geometry.copy()
    frame.loc[first, "geometry"], frame.loc[second, "geometry"] = shapes[second], shapes[first]
    source = tmp_path / "new.gpkg"
    frame.to_file(source, driver="GPKG")
    install_boundaries(
        site,
        LOCAL_OPERATOR,
        source,
        valid_from=TODAY.replace(year=2026, month=1),
        data_dir=tmp_path,
    )
    renew_placements(site, LOCAL_OPERATOR)
    assert stored(site)["CS1"].placement.commune_code_now == "23377"


def test_the_blank_workbook_is_read_back_without_a_rejected_row(
    site: Database, tmp_path: Path
) -> None:
    path = tmp_path / "mau.xlsx"
    path.write_bytes(
        template_workbook(Layer.FACILITIES, Prefill("23401", "Xã Đắk Tô", "Tỉnh Quảng Ngãi"))
    )
    book = load_workbook(path)
    sheet = book.worksheets[0]
    heads = [cell.value for cell in sheet[HEADER_ROW]]
    for n, kind in enumerate(FACILITY_KINDS.values(), 1):
        sheet.cell(HEADER_ROW + n, heads.index("Tên cơ sở") + 1, f"Hoa Mai {n}")
        sheet.cell(HEADER_ROW + n, heads.index("Loại") + 1, kind)
    book.save(path)

    report = import_file(site, LOCAL_OPERATOR, Layer.FACILITIES, path, today=TODAY)

    assert report.rejected == ()
    assert sorted(f.kind for f in stored(site).values()) == sorted(FacilityKind)


def test_the_command_imports_facilities_and_says_what_was_dropped(
    site: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert site.url.startswith("sqlite")
    monkeypatch.setenv("DIABAN_DATABASE_URL", site.url)
    monkeypatch.setenv("DIABAN_DATA_DIR", str(tmp_path))
    path = write_workbook(tmp_path / "co_so.xlsx", [HEADINGS, row(), row("CS2", name="")])
    done = CliRunner().invoke(import_, ["facilities", str(path)])

    assert done.exit_code == 3, done.output
    assert "1 dòng mới" in done.output
    assert "Chủ cơ sở" in done.output


def test_a_geojson_of_points_is_taken(site: Database, tmp_path: Path) -> None:
    feature = {
        "type": "Feature",
        "properties": {"name": "Trường THCS A"},
        "geometry": {"type": "Point", "coordinates": [107.85, 14.65]},
    }
    path = tmp_path / "truong.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}), "utf-8")

    report = import_file(site, LOCAL_OPERATOR, Layer.FACILITIES, path, today=TODAY)

    assert (report.accepted, report.rejected) == (1, ())
    (found,) = stored(site).values()
    assert (found.placement.lon, found.placement.lat) == (107.85, 14.65)


def _communes_around(source: Path, airports: Path, folder: Path) -> Path:
    """The communes that hold an airport: as much of the coverage as the test needs."""
    frame = gpd.read_parquet(source)
    listed = pd.read_csv(airports)
    points = gpd.points_from_xy(listed["lon"], listed["lat"])
    path = folder / "around.gpkg"
    frame[frame.intersects(shapely.union_all(points))].to_file(path, driver="GPKG")
    return path


def test_public_lists_of_airports_and_ports_are_taken_as_they_are(
    sqlite_database: Database, shared_dir: Path, tmp_path: Path
) -> None:
    airports = shared_dir / "border" / "airports_vn.csv"
    ports = shared_dir / "border" / "vn_bbox_ne_10m_ports.geojson"
    source = shared_dir / "boundaries" / "official_2025" / "communes.parquet"
    for path in (airports, ports, source):
        if not path.exists():
            pytest.skip(f"{path.name} is not there")
    install_boundaries(
        sqlite_database,
        LOCAL_OPERATOR,
        _communes_around(source, airports, tmp_path),
        valid_from=TODAY.replace(year=2025, month=7),
        data_dir=tmp_path,
    )
    by_air = import_file(sqlite_database, LOCAL_OPERATOR, Layer.FACILITIES, airports, today=TODAY)
    by_sea = import_file(sqlite_database, LOCAL_OPERATOR, Layer.FACILITIES, ports, today=TODAY)

    assert by_air.rejected == ()
    assert by_air.accepted >= 25
    assert by_sea.rejected == ()
    with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
        kinds = facilities.count_by_kind(session, LOCAL_OPERATOR)
        inside = facilities.find_facilities(
            session, LOCAL_OPERATOR, replace(FacilityFilter(), kinds=(FacilityKind.AIRPORT,))
        )
    assert kinds[FacilityKind.AIRPORT] == by_air.accepted
    assert kinds[FacilityKind.SEAPORT] == by_sea.accepted
    assert sum(f.placement.commune_code_now is not None for f in inside) >= 25
