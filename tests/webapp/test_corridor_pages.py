"""Key routes on their pages: the list and its filters, one route, withdrawing and bringing back."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import shapely
from flask.testing import FlaskClient

from geo.records import Corridor
from geo.standing_terms import CorridorMode, CorridorReach
from geo.terms import Layer
from models import audit, corridors
from models.corridor_crossings import CommuneOn
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import an_import
from tests.webapp.conftest import SignIn, csrf_token, seen_in
from tests.webapp.seeded_site import HOSTILE
from webapp.services.corridor_map import draw_time, map_frame
from webapp.services.corridors import Force, RouteFilter, force_on, open_corridor, open_list

TODAY = date(2026, 6, 14)
NORTH_ROAD = Corridor(
    ref="QL-14",
    source="BỘ CÔNG AN",
    name="Quốc lộ 14 đoạn bắc",
    mode=CorridorMode.ROAD,
    reach=CorridorReach.INTRA,
    decision="125/QĐ-UBND",
    decided_on=date(2025, 12, 20),
    valid_from=date(2026, 1, 1),
    valid_to=None,
    width_m=400.0,
    geometry=shapely.MultiLineString([[(107.61, 14.65), (107.85, 14.65)]]),
    line=3,
)
RIVER = replace(
    NORTH_ROAD,
    ref="S-1",
    name="Sông liên tỉnh",
    mode=CorridorMode.INLAND_WATER,
    reach=CorridorReach.INTER,
    valid_from=date(2024, 1, 1),
    valid_to=date(2025, 12, 31),
    width_m=0.0,
    geometry=shapely.MultiLineString([[(107.65, 14.65), (107.65, 14.55)]]),
)


def keep(database: Database, *routes: Corridor) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.CORRIDORS)
        corridors.add_corridors(session, LOCAL_OPERATOR, routes or (NORTH_ROAD, RIVER), import_id)


@pytest.fixture
def planner(seeded_database: Database, signed_in: SignIn) -> FlaskClient:
    keep(seeded_database)
    return signed_in("planner")


def test_without_routes_the_list_says_why_it_is_empty(signed_in: SignIn) -> None:
    page = signed_in("commune").get("/corridors").text
    assert "Chưa có tuyến trọng điểm nào." in page
    assert "tiêu chí đ chỉ lấy theo khai báo của xã" in page


def test_the_list_tells_what_is_in_force_and_over(planner: FlaskClient) -> None:
    page = planner.get("/corridors").text
    assert "1 trong 2 tuyến có hiệu lực hôm nay" in page
    assert page.index("Quốc lộ 14 đoạn bắc") < page.index("Sông liên tỉnh")
    assert "hết hiệu lực" in page
    assert "từ 01/01/2024 đến 31/12/2025" in page


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("reach=inter", {"Sông liên tỉnh"}),
        ("mode=road", {"Quốc lộ 14 đoạn bắc"}),
        ("on=2025-12-31", {"Sông liên tỉnh"}),
        ("on=2026-01-01", {"Quốc lộ 14 đoạn bắc"}),
        ("province=66", {"Sông liên tỉnh"}),
        ("province=51", {"Sông liên tỉnh", "Quốc lộ 14 đoạn bắc"}),
        ("reach=intra&mode=sea", set()),
    ],
)
def test_filters_keep_what_is_asked_for(planner: FlaskClient, query: str, shown: set[str]) -> None:
    page = planner.get(f"/corridors?{query}").text
    names = {"Sông liên tỉnh", "Quốc lộ 14 đoạn bắc"}
    assert {name for name in names if f">{name}</a>" in page} == shown
    assert ("Không có tuyến nào khớp bộ lọc." in page) is not bool(shown)
    assert "Bỏ lọc" in page


@pytest.mark.parametrize("query", ["reach=x", "mode=xe", "on=2026", "province=a", "page=0"])
def test_a_filter_that_means_nothing_is_refused(planner: FlaskClient, query: str) -> None:
    assert planner.get(f"/corridors?{query}").status_code == 400


def test_the_page_of_a_route_names_its_decision_and_the_communes_in_order(
    planner: FlaskClient,
) -> None:
    page = planner.get("/corridors/1").text
    for words in ("125/QĐ-UBND, ngày 20/12/2025", "400 m (mỗi bên 200 m)", "đang hiệu lực"):
        assert words in page, words
    places = [page.index(f">{name}</a></td>") for name in ("Xã Đắk Tô", "Xã Đắk Pék")]
    assert places == sorted(places)
    assert "9,7 km" in page
    assert "tạm tính" in page
    assert 'class="route route-road"' in page
    assert "Rút tuyến này khỏi danh sách" in page


def test_classes_of_all_communes_along_a_route_are_everybodys(
    seeded_database: Database, signed_in: SignIn
) -> None:
    keep(seeded_database)
    officer = signed_in("commune")
    page = officer.get("/corridors/2").text
    assert "Xã Buôn Ma Thuột" in page
    assert "hết hiệu lực" in page
    assert "chỉ tính các xã mà đường tuyến đi qua" in page
    assert "Rút tuyến này" not in page
    assert officer.get("/corridors/3").status_code == 404
    assert officer.get("/corridors/x").status_code == 404


def test_a_route_is_withdrawn_with_a_reason_and_brought_back(
    planner: FlaskClient, seeded_database: Database
) -> None:
    token = csrf_token(planner.get("/corridors/1").text)

    def send(what: str, **form: str) -> str:
        data = {"csrf_token": token, **seen_in(planner.get("/corridors/1").text), **form}
        return planner.post(f"/corridors/1/{what}", data=data, follow_redirects=True).text

    assert "Hãy ghi lý do rút tuyến này" in send("withdraw", reason="  ")
    page = send("withdraw", reason="trùng với tuyến khác, hỏi anh Hùng 0912 345 678")
    assert "Tuyến này đã bị rút" in page
    assert "trùng với tuyến khác" in page
    assert "0912" not in page
    assert "Quốc lộ 14 đoạn bắc" not in planner.get("/corridors").text
    assert "Đã khôi phục tuyến." in send("restore")
    assert "Quốc lộ 14 đoạn bắc" in planner.get("/corridors").text
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        actions = [event.action for event in audit.list_events(session, LOCAL_OPERATOR, limit=10)]
    assert {"withdraw_corridor", "restore_corridor"} <= set(actions)


def test_a_writer_of_one_province_does_not_withdraw_a_route_of_two(
    seeded_database: Database, signed_in: SignIn
) -> None:
    keep(seeded_database)
    client = signed_in("province")
    assert "Rút tuyến này" not in client.get("/corridors/2").text
    token = csrf_token(client.get("/imports").text)
    data = {"csrf_token": token, "reason": "thử"}
    page = client.post("/corridors/2/withdraw", data=data, follow_redirects=True).text
    assert "ngoài phạm vi của tài khoản" in page


def test_readers_may_not_withdraw(seeded_database: Database, signed_in: SignIn) -> None:
    keep(seeded_database)
    client = signed_in("analyst")
    token = csrf_token(client.get("/corridors/1").text)
    data = {"csrf_token": token, "reason": "thử"}
    assert client.post("/corridors/1/withdraw", data=data).status_code == 403


def test_what_a_clerk_types_never_runs(seeded_database: Database, signed_in: SignIn) -> None:
    keep(seeded_database, replace(NORTH_ROAD, name=HOSTILE, decision=HOSTILE, note=HOSTILE))
    client = signed_in("planner")
    for path in ("/corridors", "/corridors/1"):
        assert "<script>alert(1)" not in client.get(path).text


def test_versions_are_told_on_the_page(planner: FlaskClient, seeded_database: Database) -> None:
    keep(seeded_database, replace(NORTH_ROAD, width_m=900.0))
    page = planner.get("/corridors/1").text
    assert "Lịch sử sửa đổi" in page
    assert "Bề rộng (m)" in page


def test_where_a_route_stands_on_its_first_and_last_day() -> None:
    on = {day: force_on(RIVER, day) for day in (date(2023, 12, 31), date(2024, 1, 1))}
    on |= {day: force_on(RIVER, day) for day in (date(2025, 12, 31), date(2026, 1, 1))}
    assert list(on.values()) == [Force.COMING, Force.IN_FORCE, Force.IN_FORCE, Force.OVER]


def test_a_line_of_time_keeps_its_days_in_order_and_inside() -> None:
    line = draw_time(date(2024, 1, 1), date(2025, 12, 31), date(2023, 12, 20), TODAY)
    assert line.decided_x is not None
    assert 0 < line.decided_x < line.bar_x < line.bar_x + line.bar_width < line.today_x < 760
    assert [tick.text for tick in line.ticks] == ["2023", "2024", "2025", "2026", "2027"]
    assert draw_time(date(2024, 1, 1), None, None, TODAY).is_open
    assert len(draw_time(date(1990, 1, 1), None, None, TODAY).ticks) <= 13


def test_a_drawing_shows_the_whole_band() -> None:
    frame = map_frame(NORTH_ROAD.geometry, 10_000.0)
    band = shapely.box(107.61, 14.65 - 0.045, 107.85, 14.65 + 0.045)
    assert shapely.contains(frame.box, band)
    assert 300 <= frame.height_px <= 720


def test_kilometres_outside_the_map_are_told(seeded_database: Database) -> None:
    away = shapely.MultiLineString([[(107.55, 14.65), (107.65, 14.65)]])
    keep(seeded_database, replace(NORTH_ROAD, geometry=away))
    page = open_corridor(seeded_database, LOCAL_OPERATOR, 1, TODAY)
    assert page.away_km == pytest.approx(5.4, abs=0.05)
    assert [each.on for each in page.communes] == [
        CommuneOn("23401", "51", 1, pytest.approx(5.4, abs=0.05))  # type: ignore[arg-type]
    ]


def test_communes_beside_the_line_are_told_apart_from_those_it_crosses(
    seeded_database: Database, signed_in: SignIn
) -> None:
    keep(seeded_database, replace(NORTH_ROAD, width_m=12_000.0))
    today = open_list(seeded_database, LOCAL_OPERATOR, RouteFilter(), TODAY)
    (line,) = today.lines
    client = signed_in("planner")

    assert (line.n_communes, line.n_beside) == (3, 4)
    assert "+ 4 bên cạnh" in client.get("/corridors").text
    page = client.get(f"/corridors/{line.route.id}").text
    assert "3 xã, thêm 4 xã chỉ trong bề rộng" in page
    assert 'id="too-wide"' not in page


def test_a_route_that_was_stored_too_wide_is_shown_with_its_fault(
    seeded_database: Database, signed_in: SignIn
) -> None:
    keep(seeded_database, replace(NORTH_ROAD, width_m=5_000_000.0))
    (line,) = open_list(seeded_database, LOCAL_OPERATOR, RouteFilter(), TODAY).lines
    client = signed_in("planner")
    for path in ("", "/edit", "/kilometres.csv"):
        assert client.get(f"/corridors/{line.route.id}{path}").status_code == 200

    page = client.get(f"/corridors/{line.route.id}").text
    assert "Bề rộng 5.000 km vượt mức 50 km" in page
