"""Key routes on their way in: GeoJSON, WKT and points, what is left open, who may, undoing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner, Result

from geo.standing_terms import CorridorMode, CorridorReach
from geo.terms import Layer
from models import corridors
from models.corridor_changes import withdraw_corridor
from models.corridors import StoredCorridor
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import NOON
from tests.webapp.small_world import TODAY, install_small_map, write_workbook
from webapp.cli.importing import import_
from webapp.services.import_undo import undo_import
from webapp.services.ingest import ImportReport, import_file

HEADINGS = [
    *("Mã tuyến", "Tên tuyến", "Loại hình", "Phạm vi", "Số quyết định", "Ngày quyết định"),
    *("Hiệu lực từ", "Hiệu lực đến", "Bề rộng (m)", "Tọa độ tuyến", "Ghi chú"),
]
NORTH_ROAD = "107,81 14,65; 108,05 14,65"
"""Through the first three communes of the northern row, province 51."""

TO_THE_SOUTH = "LINESTRING (107.85 14.65, 107.85 14.55)"
"""From Đắk Tô (51) to Buôn Ma Thuột (66)."""


def row(line: object = NORTH_ROAD, ref: str | None = "T1", **changes: object) -> list[object]:
    """A route as a clerk writes it."""
    cells = {
        "ref": ref,
        "name": "Quốc lộ 14 đoạn bắc",
        "mode": "Đường bộ",
        "reach": "Nội tỉnh",
        "decision": "125/QĐ-UBND",
        "decided_on": "20/12/2025",
        "valid_from": "01/01/2026",
        "valid_to": None,
        "width_m": 400,
        "line": line,
        "note": "theo kế hoạch năm",
    }
    return list((cells | changes).values())


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Database:
    install_small_map(sqlite_database, tmp_path)
    return sqlite_database


def bring(
    site: Database, folder: Path, *rows: list[object], viewer: Viewer = LOCAL_OPERATOR
) -> ImportReport:
    path = write_workbook(folder / "tuyen.xlsx", [HEADINGS, *rows])
    return import_file(site, viewer, Layer.CORRIDORS, path, today=TODAY)


def stored(site: Database) -> list[StoredCorridor]:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return corridors.find_corridors(session, LOCAL_OPERATOR)


def along(site: Database, ref: str = "T1") -> list[tuple[str, float]]:
    """Communes and kilometres along a route."""
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        found = [c for c in corridors.find_corridors(session, LOCAL_OPERATOR) if c.ref == ref]
        (on,) = corridors.communes_on(session, LOCAL_OPERATOR, found).values()
    return [(each.commune_code, round(each.length_km, 1)) for each in on]


def test_a_route_comes_in_with_its_facts_and_the_communes_along_it(
    site: Database, tmp_path: Path
) -> None:
    report = bring(site, tmp_path, row())

    (route,) = stored(site)
    assert report.rejected == ()
    assert (route.mode, route.reach) == (CorridorMode.ROAD, CorridorReach.INTRA)
    assert (route.decision, f"{route.decided_on}") == ("125/QĐ-UBND", "2025-12-20")
    assert (f"{route.valid_from}", route.valid_to, route.width_m) == ("2026-01-01", None, 400.0)
    assert route.geometry.wkt == "MULTILINESTRING ((107.81 14.65, 108.05 14.65))"
    assert along(site) == [("23401", 9.7), ("23377", 10.8), ("23383", 5.4)]
    assert report.warnings[-1] == "Các tuyến đi qua: T1 qua 3 xã của 1 tỉnh."


@pytest.mark.parametrize(
    "line",
    [
        "LINESTRING (107.81 14.65, 108.05 14.65)",
        "MULTILINESTRING ((107.81 14.65, 108.05 14.65))",
        "107.81 14.65; 108.05 14.65",
        "14.65, 107.81; 14.65, 108.05",
        "14,65, 107,81\n14,65, 108,05",
        "107.81 14.65, 108.05 14.65",
    ],
)
def test_every_way_of_writing_a_line_gives_the_same_line(
    site: Database, tmp_path: Path, line: str
) -> None:
    bring(site, tmp_path, row(line))
    assert stored(site)[0].geometry.wkt == "MULTILINESTRING ((107.81 14.65, 108.05 14.65))"


def test_what_a_row_leaves_open_is_filled_in_and_said(site: Database, tmp_path: Path) -> None:
    swapped = "LINESTRING (14.65 107.85, 14.55 107.85)"
    report = bring(
        site,
        tmp_path,
        row(swapped, mode=None, reach=None, decision=None, valid_from=None, width_m=None),
    )

    (route,) = stored(site)
    assert (route.mode, route.reach, route.width_m) == (
        CorridorMode.OTHER,
        CorridorReach.INTER,
        0.0,
    )
    assert f"{route.valid_from}" == "2025-12-20"
    told = " ".join(report.warnings)
    for words in ("bề rộng", "loại hình", "liên tỉnh", "số quyết định", "ghi đảo", "ngày hiệu lực"):
        assert words in told, words
    assert "T1 (dòng 2)" in told


def test_a_reach_that_the_line_contradicts_is_kept_and_said(site: Database, tmp_path: Path) -> None:
    report = bring(site, tmp_path, row(TO_THE_SOUTH))
    assert stored(site)[0].reach is CorridorReach.INTRA
    assert any("qua nhiều tỉnh; giữ như tệp ghi" in text for text in report.warnings)


@pytest.mark.parametrize(
    ("cells", "column", "told"),
    [
        (row(None), "Tọa độ tuyến", "thiếu đường tuyến"),
        (row("từ A đến B"), "Tọa độ tuyến", "thiếu đường tuyến"),
        (row("107.81 14.65"), "Tọa độ tuyến", "hai điểm khác nhau"),
        (row("LINESTRING (2.3 48.8, 2.4 48.9)"), "Tọa độ tuyến", "ngoài lãnh thổ Việt Nam"),
        (row("110.5 10; 111 10"), "Tọa độ tuyến", "không chạm xã nào"),
        (row(valid_to="01/01/2025"), "Hiệu lực đến", "trước khi có hiệu lực"),
        (row(decided_on="1/3/2026", valid_to="1/2/2026"), "Hiệu lực đến", "trước ngày quyết định"),
        (row(valid_from=None, decided_on=None), "Hiệu lực từ", "thiếu ngày hiệu lực"),
        (row(mode="xe đạp"), "Loại hình", "không nhận ra"),
        (row(reach="cấp huyện"), "Phạm vi", "nội tỉnh, liên tỉnh"),
        (row(width_m="rộng"), "Bề rộng (m)", "không phải số"),
        (row(width_m=-5), "Bề rộng (m)", "từ 0 đến 50 km"),
        (row(name=None), "Tên tuyến", "thiếu"),
    ],
)
def test_a_row_without_a_sound_line_days_or_words_is_rejected_with_the_reason(
    site: Database, tmp_path: Path, cells: list[object], column: str, told: str
) -> None:
    report = bring(site, tmp_path, row(ref="TOT"), cells)

    assert report.accepted == 1
    (rejected,) = report.rejected
    assert (rejected.line, rejected.column) == (3, column), rejected.reason
    assert told in rejected.reason


def test_the_same_file_again_changes_nothing_and_another_line_makes_a_version(
    site: Database, tmp_path: Path
) -> None:
    bring(site, tmp_path, row())
    again = bring(site, tmp_path, row())
    longer = bring(site, tmp_path, row("107,81 14,65; 108,15 14,65", width_m=500))

    assert (again.accepted, again.unchanged, again.changed) == (0, 1, 0)
    assert (longer.accepted, longer.changed) == (0, 1)
    told = [(f.label, f.before, f.after) for f in longer.changes[0].fields]
    assert told == [
        ("Bề rộng (m)", "400", "500"),
        ("Đường tuyến", "dài 25,9 km, 2 điểm", "dài 36,6 km, 2 điểm"),
    ]
    assert len(along(site)) == 4


def test_undoing_an_import_brings_back_the_line_and_the_communes_along_it(
    site: Database, tmp_path: Path
) -> None:
    bring(site, tmp_path, row())
    second = bring(site, tmp_path, row("107,81 14,65; 107,85 14,65"), row(ref="T2"))
    assert along(site) == [("23401", 4.3)]
    assert second.import_id is not None

    done = undo_import(site, LOCAL_OPERATOR, second.import_id, at=NOON)

    assert (done.removed, done.restored) == (1, 1)
    assert [route.ref for route in stored(site)] == ["T1"]
    assert len(along(site)) == 3
    assert bring(site, tmp_path, row(), row(ref="T2")).accepted == 1


def test_what_a_person_withdrew_no_file_brings_back(site: Database, tmp_path: Path) -> None:
    bring(site, tmp_path, row())
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        withdraw_corridor(session, LOCAL_OPERATOR, 1, "nhập nhầm", at=NOON)

    report = bring(site, tmp_path, row(width_m=900))

    assert (report.accepted, report.changed, stored(site)) == (0, 0, [])
    assert "khôi phục" in report.rejected[0].reason


def test_a_writer_of_a_province_brings_its_own_intra_provincial_routes_alone(
    site: Database, tmp_path: Path
) -> None:
    planner = Viewer("tinh", Role.PLANNER, Scope.provinces("51"))
    rows = [
        row(ref="A"),
        row(TO_THE_SOUTH, ref="B"),
        row("107.81 14.55; 107.95 14.55", ref="C"),
        row(ref="D", reach="liên tỉnh"),
    ]
    report = bring(site, tmp_path, *rows, viewer=planner)

    assert [route.ref for route in stored(site)] == ["A"]
    assert [r.line for r in report.rejected] == [3, 4, 5]
    assert "Tỉnh Quảng Ngãi, Tỉnh Đắk Lắk" in report.rejected[0].reason
    assert "chỉ qua một tỉnh" in report.rejected[2].reason


def test_a_band_over_the_limit_is_refused_with_the_province_it_reaches(
    site: Database, tmp_path: Path
) -> None:
    planner = Viewer("tinh", Role.PLANNER, Scope.provinces("51"))
    rows = [row(ref="A"), row(ref="B", width_m=40_000)]
    report = bring(site, tmp_path, *rows, viewer=planner)

    assert [route.ref for route in stored(site)] == ["A"]
    (rejected,) = report.rejected
    assert "chạm Tỉnh Đắk Lắk, ngoài phạm vi" in rejected.reason
    assert "ghi bề rộng hẹp lại" in rejected.reason


def test_a_writer_of_all_provinces_crossed_brings_an_inter_provincial_route(
    site: Database, tmp_path: Path
) -> None:
    planner = Viewer("vung", Role.PLANNER, Scope.provinces("51", "66"))
    report = bring(site, tmp_path, row(TO_THE_SOUTH, reach="liên tỉnh"), viewer=planner)
    assert (report.accepted, report.rejected) == (1, ())


def test_a_route_of_others_outside_the_scope_is_not_overwritten(
    site: Database, tmp_path: Path
) -> None:
    bring(site, tmp_path, row(TO_THE_SOUTH))
    planner = Viewer("tinh", Role.PLANNER, Scope.provinces("51"))
    report = bring(site, tmp_path, row(), viewer=planner)
    assert (report.accepted, report.changed) == (0, 0)
    assert "ngoài phạm vi" in report.rejected[0].reason


def feature(geometry: object, **properties: object) -> dict[str, object]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def test_geojson_lines_come_in_by_their_english_names(site: Database, tmp_path: Path) -> None:
    long = shapely.LineString([(107.81 + i * 1e-4, 14.65) for i in range(2_000)])
    facts = {"name": "Sông", "mode": "inland_water", "reach": "intra", "decision": "7/QĐ"}
    days = {"valid_from": "2025-01-01", "valid_to": "2025-12-31", "width_m": 60}
    features = [
        feature(shapely.geometry.mapping(long), ref="1", **facts, **days),
        feature(
            shapely.geometry.mapping(shapely.MultiLineString([[(107.81, 14.6), (107.9, 14.6)]])),
            **(facts | {"ref": "2", "mode": "rail"} | days),
        ),
        feature(None, ref="3", **facts, **days),
        feature({"type": "Point", "coordinates": [107.8, 14.6]}, ref="4", **facts, **days),
    ]
    path = tmp_path / "tuyen.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")

    report = import_file(site, LOCAL_OPERATOR, Layer.CORRIDORS, path, today=TODAY)

    assert [(r.line, "đường tuyến" in r.reason) for r in report.rejected] == [(4, True), (5, True)]
    found = {route.ref: route for route in stored(site)}
    assert found["1"].mode is CorridorMode.INLAND_WATER
    assert shapely.get_num_coordinates(found["1"].geometry) == 2_000
    assert (found["2"].mode, f"{found['2'].valid_to}") == (CorridorMode.RAIL, "2025-12-31")
    assert report.dropped_columns == ()
    assert import_file(site, LOCAL_OPERATOR, Layer.CORRIDORS, path, today=TODAY).unchanged == 2


def test_a_long_cell_of_wkt_is_read_whole_and_names_of_persons_stay_out(
    site: Database, tmp_path: Path
) -> None:
    points = ", ".join(f"{107.81 + i * 1e-4:.7f} 14.6512345" for i in range(1_000))
    cells = row(f"LINESTRING ({points})", note="anh Hùng 0912 345 678 phụ trách")
    path = tmp_path / "tuyen.csv"
    lines = [";".join(str("" if cell is None else cell) for cell in line) for line in [cells]]
    path.write_text(";".join(HEADINGS) + "\n" + "\n".join(lines) + "\n", "utf-8")

    report = import_file(site, LOCAL_OPERATOR, Layer.CORRIDORS, path, today=TODAY)

    assert (report.accepted, report.rejected) == (1, ())
    (route,) = stored(site)
    assert shapely.get_num_coordinates(route.geometry) == 1_000
    assert "Hùng" not in route.note
    assert "0912" not in route.note


def run(folder: Path, *words: str) -> Result:
    """The command over the database of a folder."""
    env = {"DIABAN_DATA_DIR": str(folder), "DIABAN_DATABASE_URL": f"sqlite:///{folder}/diaban.db"}
    return CliRunner().invoke(import_, ["corridors", *words], env=env)


def test_the_command_tells_what_the_routes_cross(site: Database, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "tuyen.xlsx", [HEADINGS, row(), row(None, ref="X")])
    done = run(tmp_path, str(path))
    assert done.exit_code == 3, done.output
    assert "T1 qua 3 xã của 1 tỉnh" in done.output
