"""What an account may bring in: rows of its own area, and no name in the file's name."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.terms import Layer
from models import audit, hotspots, imports, incidents
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.small_world import (
    INCIDENT_HEADINGS,
    TODAY,
    gathering,
    incident_row,
    install_small_map,
    write_workbook,
)
from webapp.services.file_names import kept_name
from webapp.services.ingest import ImportReport, import_file

PLANNER_66 = Viewer("tỉnh", Role.PLANNER, Scope.provinces("66"))
OFFICER = Viewer("xã", Role.PLANNER, Scope.commune("24133"))
HOTSPOT_HEADINGS: list[object] = ["Mã điểm", "Tên điểm", "Vĩ độ", "Kinh độ", "Ngày phát hiện"]


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Database:
    install_small_map(sqlite_database, tmp_path)
    return sqlite_database


def placed_as(ref: str, place: str) -> list[object]:
    row = incident_row(ref, "01/03/2026", None, None)
    row[3] = place
    return row


def bring(
    site: Database, viewer: Viewer, folder: Path, layer: Layer, *rows: list[object]
) -> ImportReport:
    path = write_workbook(folder / "vv.xlsx", list(rows))
    return import_file(site, viewer, layer, path, today=TODAY)


def three_incidents() -> list[list[object]]:
    return [
        [*INCIDENT_HEADINGS],
        placed_as("A", "Xã Đắk Tô, tỉnh Quảng Ngãi"),
        placed_as("B", "Xã Tân An, tỉnh Đắk Lắk"),
        placed_as("C", "gần chợ"),
    ]


def test_an_incident_outside_the_scope_is_rejected_and_an_unknown_place_is_taken(
    site: Database, tmp_path: Path
) -> None:
    report = bring(site, PLANNER_66, tmp_path, Layer.INCIDENTS, *three_incidents())

    (row,) = report.rejected
    assert (report.accepted, row.line, row.column) == (2, 2, "Địa điểm")
    assert "Địa điểm ở Xã Đắk Tô, Tỉnh Quảng Ngãi nằm ngoài phạm vi" in row.reason
    assert "gửi dòng này cho đơn vị phụ trách" in row.reason
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        stored = incidents.find_incidents(session, LOCAL_OPERATOR)
        detail = imports.import_detail(session, LOCAL_OPERATOR, report.import_id or 0)
    assert sorted(i.ref for i in stored) == ["B", "C"]
    assert [r.line for r in detail.rejected_rows] == [2]


def test_a_hotspot_outside_the_scope_is_rejected(site: Database, tmp_path: Path) -> None:
    rows = [
        ["H-1", "Chợ", 14.65, 107.85, "01/03/2026"],
        ["H-2", "Bến", 14.55, 107.85, "01/03/2026"],
    ]
    report = bring(site, PLANNER_66, tmp_path, Layer.HOTSPOTS, HOTSPOT_HEADINGS, *rows)

    assert (report.accepted, [row.line for row in report.rejected]) == (1, [2])
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        assert [h.ref for h in hotspots.find_hotspots(session, LOCAL_OPERATOR)] == ["H-2"]


def test_a_commune_brings_its_own(site: Database, tmp_path: Path) -> None:
    report = bring(site, OFFICER, tmp_path, Layer.INCIDENTS, *three_incidents())

    assert (report.accepted, [row.line for row in report.rejected]) == (1, [2, 3])


@pytest.mark.parametrize("viewer", [LOCAL_OPERATOR, Viewer("bộ", Role.PLANNER)])
def test_the_nation_takes_all(viewer: Viewer, site: Database, tmp_path: Path) -> None:
    report = bring(site, viewer, tmp_path, Layer.INCIDENTS, *three_incidents())

    assert (report.accepted, report.rejected) == (3, ())


def test_a_person_named_by_the_file_is_kept_nowhere(site: Database, tmp_path: Path) -> None:
    path = write_workbook(
        tmp_path / "Nguyễn Văn Tý 0912345678.xlsx", [[*INCIDENT_HEADINGS], *gathering(1)]
    )
    report = import_file(site, LOCAL_OPERATOR, Layer.INCIDENTS, path, today=TODAY)

    assert report.file_name == "tệp.xlsx"
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        told = repr(
            [
                imports.import_detail(session, LOCAL_OPERATOR, report.import_id or 0),
                audit.list_events(session, LOCAL_OPERATOR),
            ]
        )
    assert "Tý" not in told
    assert "0912345678" not in told
    assert "tệp.xlsx" in told


@pytest.mark.parametrize(
    "name",
    [
        "NGUYỄN VĂN TÝ.xlsx",
        "Nguyễn_Văn_Tý_2026.xlsx",
        "nguyen van ty.xlsx",
        "NguyenVanTy.csv",
        "vụ việc 001090012345.xlsx",
        "số liệu (đ/c Trần Thị Bình).xlsx",
        "Le-Van-Tam.xls",
    ],
)
def test_a_name_or_number_of_a_person_makes_the_file_neutral(name: str) -> None:
    assert kept_name(name) == "tệp." + name.rsplit(".", maxsplit=1)[1]


@pytest.mark.parametrize(
    "name",
    [
        "vu_viec.xlsx",
        "Vụ Việc 2026.xlsx",
        "VuViec_2026.xlsx",
        "Vụ việc Hà Nội 01.06.2026-30.06.2026.xlsx",
        "BÁO CÁO CÔNG AN PHƯỜNG LÊ LỢI.xlsx",
        "Tụ điểm Đắk Lắk quý 2.csv",
        "dữ liệu 20260614.xlsx",
        "tep",
    ],
)
def test_a_name_that_tells_of_no_person_stays(name: str) -> None:
    assert kept_name(name) == name
