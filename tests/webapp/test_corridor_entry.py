"""Key routes drawn and changed by a person, their kilometres, their layer on the map."""

from __future__ import annotations

import csv
import io
import json
import random
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from flask.testing import FlaskClient

from geo.features import MAX_CORNERS
from geo.route_lines import read_parts
from models import audit, corridors
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn, csrf_token
from tests.webapp.seeded_site import HOSTILE, HOSTILE_REF, NOW
from tests.webapp.test_corridor_pages import NORTH_ROAD, TODAY, keep
from webapp.services import corridor_entry
from webapp.services.corridor_chart import draw_profile
from webapp.services.corridor_entry import CorridorForm, points_text
from webapp.services.corridor_files import take_line
from webapp.services.corridor_profile import Look
from webapp.services.corridors import open_corridor
from webapp.services.export import export_file
from webapp.services.layer_metadata import Made
from webapp.services.layer_query import LayerQuery

POINTS = "107.61 14.65\n107.85 14.65"
FORM = CorridorForm(
    name="Đường tuần tra",
    decision="12/QĐ-UBND",
    decided_on="2026-01-05",
    valid_from="2026-01-10",
    width="400",
    points=POINTS,
)


@pytest.fixture
def planner(seeded_database: Database, signed_in: SignIn) -> FlaskClient:
    keep(seeded_database)
    return signed_in("planner")


def sent(form: CorridorForm, token: str, **more: str) -> dict[str, str]:
    return {name: getattr(form, name) for name in form.__slots__} | {"csrf_token": token} | more


def token_of(client: FlaskClient, path: str = "/corridors/new") -> str:
    return csrf_token(client.get(path).text)


# --- drawing ------------------------------------------------------------------


def test_a_route_is_drawn_shown_changed_and_its_earlier_line_kept(
    signed_in: SignIn, seeded_database: Database
) -> None:
    client = signed_in("planner")
    token = token_of(client)
    page = client.post("/corridors/new", data=sent(FORM, token), follow_redirects=True)
    assert "Đã lưu tuyến trọng điểm." in page.text
    assert "12/QĐ-UBND, ngày 05/01/2026" in page.text
    assert "3 xã" in page.text
    assert "nội tỉnh" in page.text
    edit = client.get("/corridors/1/edit").text
    assert "107.61 14.65" in edit
    assert 'name="seen" value="0"' in edit
    wider = replace(FORM, width="1 km", points="107.61 14.65\n107.65 14.65", reach="intra")
    page = client.post(
        "/corridors/1/edit", data=sent(wider, token, seen="0"), follow_redirects=True
    )
    assert "Đã sửa; nội dung trước đó được giữ lại." in page.text
    assert "Lịch sử sửa đổi" in page.text
    again = client.post(
        "/corridors/1/edit", data=sent(wider, token, seen="1"), follow_redirects=True
    )
    assert "Không có gì khác nội dung đã lưu." in again.text
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        actions = [event.action for event in audit.list_events(session, LOCAL_OPERATOR, limit=10)]
    assert {"enter_corridor", "change_corridor"} <= set(actions)


def test_a_form_opened_before_another_change_does_not_overwrite_it(
    signed_in: SignIn, seeded_database: Database
) -> None:
    corridor_entry.enter(seeded_database, LOCAL_OPERATOR, FORM, at=NOW)
    client = signed_in("planner")
    token = token_of(client)
    client.post("/corridors/1/edit", data=sent(replace(FORM, note="một"), token, seen="0"))
    late = client.post("/corridors/1/edit", data=sent(replace(FORM, note="hai"), token, seen="0"))
    assert late.status_code == 409
    assert "đã được sửa ở nơi khác" in late.text
    assert 'name="seen" value="1"' in late.text
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        assert corridors.find_corridor(session, LOCAL_OPERATOR, 1).note == "một"


@pytest.mark.parametrize("seen", [None, "", "x", "-1", "7"])
def test_a_form_that_does_not_say_what_it_was_opened_on_overwrites_nothing(
    signed_in: SignIn, seeded_database: Database, seen: str | None
) -> None:
    corridor_entry.enter(seeded_database, LOCAL_OPERATOR, FORM, at=NOW)
    client = signed_in("planner")
    more = {} if seen is None else {"seen": seen}
    data = sent(replace(FORM, note="một"), token_of(client), **more)
    page = client.post("/corridors/1/edit", data=data)
    assert page.status_code == 409
    assert 'name="seen" value="0"' in page.text
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        assert corridors.find_corridor(session, LOCAL_OPERATOR, 1).note == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"name": " "}, "Tên tuyến"),
        ({"name": "Nguyễn Văn Hùng"}, "Tên tuyến"),
        ({"points": ""}, "hãy vẽ trên bản đồ"),
        ({"points": "107.6 14.6"}, "hai điểm"),
        ({"points": "107.6 14.6\nchợ cũ"}, "Đường tuyến"),
        ({"points": "2.35 48.85\n2.36 48.86"}, "ngoài lãnh thổ"),
        ({"points": "112 12\n112.5 12.5"}, "không chạm xã nào"),
        ({"width": "rộng"}, "Bề rộng"),
        ({"width": "60 km"}, "Bề rộng"),
        ({"decided_on": "", "valid_from": ""}, "Hiệu lực từ"),
        ({"valid_from": "2026"}, "đủ ngày, tháng"),
        ({"valid_to": "2025-12-31"}, "Hết hiệu lực"),
    ],
)
def test_what_cannot_be_stored_is_refused_and_stays_in_the_form(
    signed_in: SignIn, changes: dict[str, str], said: str
) -> None:
    client = signed_in("planner")
    page = client.post("/corridors/new", data=sent(replace(FORM, **changes), token_of(client)))
    assert page.status_code == 400
    assert said in page.text
    assert "12/QĐ-UBND" in page.text


def test_numbers_of_persons_are_not_kept(signed_in: SignIn, seeded_database: Database) -> None:
    client = signed_in("planner")
    form = replace(FORM, note="hỏi anh Hùng 0912 345 678", decision="12/QĐ-UBND 0912345678")
    client.post("/corridors/new", data=sent(form, token_of(client)))
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        stored = corridors.find_corridor(session, LOCAL_OPERATOR, 1)
    assert "0912" not in stored.note + stored.decision


def test_a_province_draws_no_route_outside_it(signed_in: SignIn) -> None:
    client = signed_in("province")
    page = client.post("/corridors/new", data=sent(FORM, token_of(client)))
    assert page.status_code == 400
    assert "ngoài phạm vi của tài khoản" in page.text


def test_readers_see_no_form(signed_in: SignIn, seeded_database: Database) -> None:
    keep(seeded_database)
    client = signed_in("analyst")
    assert client.get("/corridors/new").status_code == 403
    assert "/corridors/1/edit" not in client.get("/corridors/1").text


def test_without_a_script_the_communes_are_told_on_asking(signed_in: SignIn) -> None:
    client = signed_in("planner")
    form = replace(FORM, points=POINTS.replace("\n", ";\n") + "\n\n107.7 14.55\n107.75 14.55")
    page = client.post("/corridors/new", data=sent(form, token_of(client), **{"try": "1"}))
    assert page.status_code == 200
    assert "Xã Đắk Tô" in page.text
    assert client.get("/corridors/1").status_code == 404


def test_a_drawn_line_is_laid_for_the_page(signed_in: SignIn) -> None:
    client = signed_in("planner")
    headers = {"X-CSRFToken": token_of(client)}
    answer = client.post("/api/routes/lay", json={"points": POINTS, "width": "0"}, headers=headers)
    told = answer.get_json()
    assert [name for _, name, _ in told["communes"]] == ["Xã Đắk Tô", "Xã Đắk Pék", "Xã Đắk Plô"]
    assert told["provinces"] == ["Tỉnh Quảng Ngãi"]
    assert told["length_km"] == pytest.approx(25.85, abs=0.05)
    for body in ({"points": "x"}, [1], {"points": POINTS, "width": "x"}):
        assert client.post("/api/routes/lay", json=body, headers=headers).status_code == 400
    deep = client.post(
        "/api/routes/lay", data="[" * 100_000, content_type="application/json", headers=headers
    )
    assert deep.status_code == 400
    assert "JSON" in deep.get_json(force=True)["detail"]


def test_a_line_that_would_take_minutes_is_refused_at_once_on_every_road(
    signed_in: SignIn, tmp_path: Path
) -> None:
    client = signed_in("planner")
    token = token_of(client)
    draw = random.Random(7)
    corners = [(draw.uniform(103, 109), draw.uniform(9, 23)) for _ in range(2_000)]
    points = "\n".join(f"{lon:.5f} {lat:.5f}" for lon, lat in corners)
    frame = gpd.GeoDataFrame({"ten": ["A"]}, geometry=[shapely.LineString(corners)], crs=4326)
    frame.to_file(tmp_path / "roi.gpkg")
    form = replace(FORM, points=points)
    began = time.perf_counter()
    headers = {"X-CSRFToken": token}
    laid = client.post("/api/routes/lay", json={"points": points}, headers=headers)
    stored = client.post("/corridors/new", data=sent(form, token))
    with (tmp_path / "roi.gpkg").open("rb") as file:
        data = sent(FORM, token) | {"file": (file, "roi.gpkg")}
        taken = client.post("/corridors/line", data=data)
    assert time.perf_counter() - began < 10
    assert [laid.status_code, stored.status_code, taken.status_code] == [400, 400, 400]
    assert "dài hơn 5.000 km" in stored.text


def test_the_text_of_a_line_reads_back_as_the_line() -> None:
    line = shapely.MultiLineString(
        [[(107.6, 14.6), (107.7, 14.65)], [(107.8, 14.6), (107.9, 14.6)]]
    )
    assert read_parts(points_text(line)).geometry.equals(line)
    assert read_parts("LINESTRING (107.6 14.6, 107.7 14.65)").geometry.length > 0


def test_of_a_long_list_only_so_many_rows_are_read_as_are_offered(tmp_path: Path) -> None:
    """A line behind them, with more corners than a file may have, is never met."""
    line = shapely.LineString([(107.61, 14.65), (107.65, 14.65)])
    crowded = shapely.LineString(np.linspace((107.0, 14.0), (108.0, 15.0), MAX_CORNERS + 1))
    rows = [line] * 2_100 + [crowded]
    frame = gpd.GeoDataFrame({"ten": ["A"] * len(rows)}, geometry=rows, crs=4326)
    frame.to_file(tmp_path / "dai.gpkg")
    taken = take_line(CorridorForm(), tmp_path / "dai.gpkg")
    assert taken.form.points == points_text(line)


def lines(folder: Path) -> Path:
    frame = gpd.GeoDataFrame(
        {"ten_tuyen": ["Đường ngắn", "Đường dài"]},
        geometry=[
            shapely.LineString([(107.61, 14.65), (107.65, 14.65)]),
            shapely.LineString([(107.61, 14.62), (107.85, 14.62)]),
        ],
        crs=4326,
    )
    frame.to_file(folder / "duong.gpkg")
    return folder / "duong.gpkg"


@pytest.mark.parametrize(("named", "taken"), [("", "107.61 14.62"), ("Đường ngắn", "107.61 14.65")])
def test_a_line_is_taken_out_of_a_file(
    signed_in: SignIn, tmp_path: Path, named: str, taken: str
) -> None:
    client = signed_in("planner")
    data = sent(replace(FORM, name=named, points=""), token_of(client))
    with lines(tmp_path).open("rb") as file:
        page = client.post("/corridors/line", data=data | {"file": (file, "duong.gpkg")})
    assert page.status_code == 200
    assert taken in page.text
    assert "Tệp có 2 đường" in page.text
    assert "12/QĐ-UBND" in page.text


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"%PDF-1.4", b""])
def test_a_file_without_a_line_is_refused_in_words(signed_in: SignIn, content: bytes) -> None:
    client = signed_in("planner")
    data = sent(FORM, token_of(client)) | {"file": (io.BytesIO(content), "x.csv")}
    page = client.post("/corridors/line", data=data)
    assert page.status_code == 400
    assert POINTS.split("\n", maxsplit=1)[0] in page.text


# --- kilometres ---------------------------------------------------------------


def test_cases_stand_at_their_kilometre_and_tips_do_not_count(planner: FlaskClient) -> None:
    page = planner.get("/corridors/1?from=2025-12-15&to=2026-12-14").text
    assert "<strong>10 vụ</strong>, 20 đối tượng trong 200 m mỗi bên" in page
    assert "Nhiều nhất: km 3 – 4, 10 vụ, Xã Đắk Tô." in page
    assert "1 vụ ở các xã dọc tuyến chỉ biết đến xã" in page


def test_a_reader_looks_wider_and_sees_the_hotspots_there(planner: FlaskClient) -> None:
    page = planner.get("/corridors/1?from=2025-12-15&to=2026-12-14&within=500").text
    assert "trong 500 m mỗi bên" in page
    assert "km 3,4" in page
    assert "<script>alert" not in page
    assert planner.get("/corridors/1?within=7").status_code == 400
    assert planner.get("/corridors/1?from=2026-02-01&to=2026-01-01").status_code == 400


def test_the_kilometres_add_up_whatever_the_section(seeded_database: Database) -> None:
    keep(seeded_database)
    look = Look(date(2025, 12, 15), date(2026, 12, 14), 5_000)
    page = open_corridor(seeded_database, LOCAL_OPERATOR, 1, TODAY, look)
    profile = page.profile
    assert sum(each.cases for each in profile.kilometres) == profile.cases
    assert sum(each.cases for each in profile.sections) == profile.cases
    assert sum(len(each.spots) for each in profile.sections) == len(profile.spots)
    assert profile.kilometres[-1].to_km == pytest.approx(profile.length_km)
    assert [each.from_km for each in profile.kilometres] == [float(n) for n in range(26)]
    assert {spot.ref for spot in profile.spots} == {HOSTILE_REF, "TĐ-002", "TĐ-003"}
    assert profile.earlier == 1


def test_nothing_of_the_drawing_leaves_its_frame(seeded_database: Database) -> None:
    keep(seeded_database)
    page = open_corridor(seeded_database, LOCAL_OPERATOR, 1, TODAY, Look(within_m=5_000))
    chart = draw_profile(page.profile, {})
    for bar in chart.bars:
        assert chart.left <= bar.x <= bar.x + bar.width <= chart.right + 1
        assert bar.y + bar.height == pytest.approx(chart.base, abs=0.2)
    for spot in chart.spots:
        assert chart.left <= spot.x <= chart.right
    assert chart.pieces[0].x == chart.left
    assert chart.levels[0].number == 0


def test_an_account_of_one_province_is_told_that_it_sees_a_part(
    seeded_database: Database, signed_in: SignIn
) -> None:
    keep(seeded_database)
    page = signed_in("province").get("/corridors/1?from=2025-12-15&to=2026-12-14").text
    assert "<strong>0 vụ</strong>" in page
    assert "Tuyến ra ngoài phạm vi của tài khoản" in page


def test_the_kilometres_are_sent_as_a_table(planner: FlaskClient) -> None:
    answer = planner.get("/corridors/1/kilometres.csv?from=2025-12-15&to=2026-12-14&within=500")
    assert answer.status_code == 200
    title, heads, *rows = csv.reader(io.StringIO(answer.text.lstrip("\ufeff")))
    assert title[0].startswith("Quốc lộ 14 đoạn bắc: vụ việc theo km")
    assert heads[2] == "Vụ việc"
    assert len(rows) == 26
    assert sum(int(row[2]) for row in rows) == 10
    assert planner.get("/corridors/9/kilometres.csv").status_code == 404


def test_a_route_without_a_width_is_looked_at_500_m_to_each_side(planner: FlaskClient) -> None:
    page = planner.get("/corridors/2?from=2025-12-15&to=2026-12-14").text
    assert "500 m (tuyến chưa ghi bề rộng)" in page
    assert "trong 500 m mỗi bên" in page


# --- the map --------------------------------------------------------------------


def test_the_map_has_the_routes_in_force_in_its_days(planner: FlaskClient) -> None:
    def names(query: str) -> dict[str, str]:
        found = planner.get(f"/api/routes?{query}").get_json()["routes"]
        return {each["name"]: each["force"] for each in found}

    both = {"Quốc lộ 14 đoạn bắc": "in_force", "Sông liên tỉnh": "over"}
    assert names("province=&from=2025-12-15&to=2026-06-14") == both
    assert names("province=&from=2026-01-01&to=2026-06-14") == {"Quốc lộ 14 đoạn bắc": "in_force"}
    assert names("province=66&from=2025-01-01&to=2025-06-14") == {"Sông liên tỉnh": "in_force"}
    assert planner.get("/api/routes?level=x").status_code == 400


def test_lines_are_told_as_latitude_and_longitude(planner: FlaskClient) -> None:
    query = "province=&from=2026-01-01&to=2026-06-14&level=full"
    (route,) = planner.get(f"/api/routes?{query}").get_json()["routes"]
    assert route["parts"] == [[[14.65, 107.61], [14.65, 107.85]]]
    assert route["communes"] == 3
    assert route["beside"] == 0
    assert (route["mode"], route["reach"], route["width_m"]) == ("road", "intra", 400.0)


def test_the_map_counts_what_the_line_crosses_as_the_card_does(
    seeded_database: Database, signed_in: SignIn
) -> None:
    short = shapely.MultiLineString([[(107.61, 14.65), (107.65, 14.65)]])
    keep(seeded_database, replace(NORTH_ROAD, width_m=40_000.0, geometry=short))
    client = signed_in("planner")
    days = "province=&from=2026-01-01&to=2026-06-14"
    (route,) = client.get(f"/api/routes?{days}").get_json()["routes"]
    card = client.get(f"/api/routes/1?{days}").get_json()
    assert route["communes"] == len(card["communes"]) == 1
    assert route["beside"] > 0


def test_the_card_of_a_route_has_its_figures(planner: FlaskClient) -> None:
    told = planner.get("/api/routes/1?province=&from=2025-12-15&to=2026-06-14").get_json()
    assert (told["cases"], told["offenders"], told["without_point"]) == (10, 20, 1)
    assert told["worst"] == {"from_km": 3.0, "to_km": 4.0, "cases": 10}
    assert [name for _, name in told["communes"]] == ["Xã Đắk Tô", "Xã Đắk Pék", "Xã Đắk Plô"]
    assert planner.get("/api/routes/9").status_code == 404


def test_what_a_clerk_typed_is_text_in_the_data_and_in_the_form(
    seeded_database: Database, signed_in: SignIn
) -> None:
    keep(seeded_database, replace(NORTH_ROAD, name=HOSTILE, note=HOSTILE))
    client = signed_in("planner")
    assert "<script>alert(1)" not in client.get("/corridors/1/edit").text
    (route,) = client.get("/api/routes?province=&from=2026-01-01&to=2026-06-14").get_json()[
        "routes"
    ]
    assert route["name"] == HOSTILE


@pytest.mark.parametrize(
    ("on", "name"),
    [(date(2026, 6, 14), "Quốc lộ 14 đoạn bắc"), (date(2025, 6, 1), "Sông liên tỉnh")],
)
def test_routes_in_force_on_a_day_are_exported(
    seeded_database: Database, tmp_path: Path, on: date, name: str
) -> None:
    keep(seeded_database)
    path = tmp_path / "tuyen.geojson"
    asked, made = LayerQuery("corridors", on), Made("geojson", NOW)
    n = export_file(seeded_database, LOCAL_OPERATOR, asked, path, made).n
    document = json.loads(path.read_text("utf-8"))
    assert n == 1
    (feature,) = document["features"]
    assert feature["properties"]["name"] == name
    assert feature["geometry"]["type"] == "MultiLineString"
    assert "ranh giới gần đúng" in document["metadata"]["marks"]
