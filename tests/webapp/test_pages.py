import html
import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from geo.records import Hotspot, HotspotEvent
from geo.sub_unit_names import read_sub_unit
from geo.terms import EventType, HotspotKind, Layer
from models import audit, hotspots, imports, sub_units
from models.imports import NewImport
from models.session import Database, open_database, unit_of_work
from models.sub_units import SubUnit
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import HOSTILE_REF, clock, point, settings
from webapp.app import create_app
from webapp.views.context import hotspot_address


def text_of(page: str) -> str:
    """What a reader sees: no markup, spaces joined."""
    body = re.sub(r"(?s)<(script|style|svg).*?</\1>", "", page)
    return " ".join(re.sub(r"<[^>]+>", " ", body).split())


@pytest.fixture
def planner(signed_in: SignIn) -> FlaskClient:
    return signed_in("planner")


def test_the_commune_page_gives_class_criteria_and_hotspots(planner: FlaskClient) -> None:
    page = text_of(planner.get("/communes/23401").text)

    assert "Xã Đắk Tô" in page
    assert "Trọng điểm loại II Kỳ" in page
    assert "15/12/2025 – 14/12/2026" in page
    assert page.count("Chưa đạt") == 2
    assert "12 người" in page
    assert "Tụ điểm bờ sông" in page
    assert "Đã triệt xóa từ 01/02/2026" in page


def test_a_commune_without_indicators_says_so(planner: FlaskClient) -> None:
    page = text_of(planner.get("/communes/23383").text)

    assert "Chưa xác định được" in page
    assert page.count("Chưa rõ") == 3
    assert "Chưa có điểm, tụ điểm nào" in page


@pytest.fixture
def with_hamlets(seeded_database: Database) -> Database:
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        units = [
            SubUnit(name, "CÔNG AN TỈNH", name, read_sub_unit(name), "23401")
            for name in ("Thôn 10", "Thôn 2", "Thôn Đắk Rơ")
        ]
        import_id = imports.add_import(
            session, LOCAL_OPERATOR, NewImport(Layer.SUB_UNITS, "so.xlsx", "0" * 64, "x")
        )
        sub_units.add_sub_units(session, LOCAL_OPERATOR, units, import_id)
    return seeded_database


def test_the_commune_page_lists_its_hamlets_with_their_records(
    with_hamlets: Database, signed_in: SignIn
) -> None:
    page = text_of(signed_in("commune").get("/communes/23401").text)

    assert "0/3 thôn, tổ không ma túy" in page
    assert page.index("Thôn 2 ") < page.index("Thôn 10") < page.index("Thôn Đắk Rơ")
    assert page.count("0 vụ việc · 0 điểm, tụ điểm") == 3


def test_hamlets_are_for_those_who_may_see_the_records(
    with_hamlets: Database, signed_in: SignIn
) -> None:
    assert "Thôn 2" not in signed_in("province").get("/communes/23401").text
    assert "Thôn, tổ" not in text_of(signed_in("province").get("/communes/23401").text)
    assert "Thôn 2" not in signed_in("planner").get("/communes/23383").text


@pytest.mark.parametrize("action", ["merge_incidents", "review", "boundaries-install"])
@pytest.mark.parametrize("reader", ["planner", "province"])
def test_the_map_says_when_the_analysis_is_older_than_the_data(
    seeded_database: Database, signed_in: SignIn, reader: str, action: str
) -> None:
    client = signed_in(reader)
    assert '"stale": false' in client.get("/map").text
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        audit.record(session, LOCAL_OPERATOR, action, "x")
    assert '"stale": true' in client.get("/map").text
    assert "Phân tích cũ hơn dữ liệu" in client.get("/imports").text
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        audit.record(session, LOCAL_OPERATOR, "analyse", "run:2")
    assert '"stale": false' in client.get("/map").text


def test_a_commune_of_another_scope_shows_its_class_only(signed_in: SignIn) -> None:
    page = text_of(signed_in("province").get("/communes/23401").text)

    assert "Trọng điểm loại II" in page
    assert "12 người" not in page
    assert "Tụ điểm bờ sông" not in page
    assert page.count("thuộc địa bàn khác") == 1
    for figure in ("Vụ việc trong kỳ", "Đang hoạt động", "Chưa rõ", "tiêu chí", "webapp import"):
        assert figure not in page


def test_a_commune_of_another_scope_and_without_a_class_asks_for_nothing(
    signed_in: SignIn,
) -> None:
    page = text_of(signed_in("commune").get("/communes/24163").text)

    assert "Chưa xác định được" in page
    assert "thuộc địa bàn khác" in page
    assert "python -m webapp import" not in page


def test_the_hotspot_page_tells_the_history_in_order(planner: FlaskClient) -> None:
    page = planner.get("/hotspots/TĐ-003").text
    days = re.findall(r'event-day">(\d{2}/\d{2}/\d{4})<', page)

    assert days == ["10/01/2025", "01/02/2026", "02/05/2026"]
    assert "Tái phức tạp" in text_of(page)


def test_a_cleared_hotspot_shows_its_watch(planner: FlaskClient) -> None:
    page = text_of(planner.get("/hotspots/TĐ-002").text)

    assert "Đang theo dõi sau triệt xóa đến 01/08/2026, còn 48 ngày." in page


def test_a_ref_of_any_characters_has_its_page(planner: FlaskClient) -> None:
    answer = planner.get(hotspot_address(HOSTILE_REF))

    assert answer.status_code == 200
    assert HOSTILE_REF.replace("<b>", "&lt;b&gt;")[:12] in answer.text


def test_a_hotspot_of_another_scope_is_not_found(signed_in: SignIn) -> None:
    assert signed_in("province").get("/hotspots/TĐ-003").status_code == 404


def test_imports_list_and_rejected_rows(planner: FlaskClient) -> None:
    listed = text_of(planner.get("/imports").text)
    detail = text_of(planner.get("/imports/1").text)

    assert "14/06/2026 10:00" in listed
    assert "Họ và tên" in detail
    assert "17 Ngày xảy ra 31/02/2026" in detail
    assert "Không có ngày này." in detail


@pytest.mark.parametrize(
    "path", ["/communes/23401", hotspot_address(HOSTILE_REF), "/imports", "/imports/1"]
)
def test_hostile_text_is_shown_as_text(planner: FlaskClient, path: str) -> None:
    page = planner.get(path).text

    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;" in page


@pytest.mark.parametrize(
    "path", ["/map", "/communes/23401", "/hotspots/TĐ-003", "/imports", "/imports/1", "/account"]
)
def test_every_page_is_marked_as_simulated(planner: FlaskClient, path: str) -> None:
    assert "DỮ LIỆU MÔ PHỎNG" in text_of(planner.get(path).text)


def test_the_map_says_that_limits_are_approximate(planner: FlaskClient) -> None:
    page = text_of(planner.get("/map").text)

    assert "Ranh giới gần đúng" in page
    assert "boundaries install" not in page


def test_only_an_administrator_is_told_how_to_install_limits(signed_in: SignIn) -> None:
    page = text_of(signed_in("admin").get("/account").text)

    assert "python -m webapp boundaries install" in page


def test_a_bad_link_to_the_map_is_explained(planner: FlaskClient) -> None:
    answer = planner.get("/map?from=hôm-qua")

    assert answer.status_code == 400
    assert "hôm-qua" in text_of(answer.text)


@pytest.mark.parametrize("query", ["to=0001-01-01", "to=9999-12-31", "from=9999-12-31"])
def test_a_day_far_out_of_time_is_explained(planner: FlaskClient, query: str) -> None:
    answer = planner.get(f"/map?{query}")

    assert answer.status_code == 400
    assert "từ năm 1990 đến năm 2100" in text_of(answer.text)


@pytest.mark.parametrize("number", ["9" * 23, "9" * 5000, "0", "-1", "2147483648", "x", "²"])
def test_an_import_that_cannot_be_is_not_found(planner: FlaskClient, number: str) -> None:
    assert planner.get(f"/imports/{number}").status_code == 404


def test_an_empty_site_still_answers(sqlite_template, tmp_path) -> None:  # type: ignore[no-untyped-def]
    database = open_database(f"sqlite:///{sqlite_template}")
    client = create_app(settings(tmp_path), database, now=clock).test_client()

    assert client.get("/readyz").get_json() == {"status": "ready"}
    assert client.get("/login").status_code == 200
    database.close()


def test_a_site_without_a_schema_is_alive_but_not_ready(tmp_path) -> None:  # type: ignore[no-untyped-def]
    database = open_database(f"sqlite:///{tmp_path / 'nothing.db'}")
    client = create_app(settings(tmp_path), database, now=clock).test_client()

    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    database.close()


def test_files_are_kept_for_good_only_under_the_name_of_their_content(
    visitor_page: str, planner: FlaskClient
) -> None:
    named = re.search(r'href="(/static/css/base\.css\?v=[0-9a-f]+)"', visitor_page)

    assert named is not None
    assert "immutable" in planner.get(named.group(1)).headers["Cache-Control"]
    assert planner.get("/static/css/base.css").headers["Cache-Control"] == "no-cache"


@pytest.fixture
def visitor_page(visitor: FlaskClient) -> str:
    page: str = visitor.get("/login").text
    return page


def keep_spots(database: Database, *sources_and_refs: tuple[str, str]) -> None:
    spots = [
        Hotspot(
            ref=ref,
            source=source,
            name=f"Tụ điểm của {source}",
            kind=HotspotKind.USE_DEN,
            placement=point(107.65, 14.65, "23401", "51"),
            events=(HotspotEvent(EventType.OPENED, date(2026, 1, 10)),),
        )
        for source, ref in sources_and_refs
    ]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        hotspots.add_hotspots(session, LOCAL_OPERATOR, spots, 1)


@pytest.mark.parametrize("ref", ["/etc", "a//b", "a/", "..", ".", "?x#y", "%2F", "a b/ă"])
def test_every_ref_opens_its_own_page(
    planner: FlaskClient, seeded_database: Database, ref: str
) -> None:
    keep_spots(seeded_database, ("ĐỘI A", ref), ("ĐỘI A", "etc"), ("ĐỘI A", "a/b"))
    answer = planner.get(hotspot_address(ref))

    assert answer.status_code == 200
    assert f"mã {ref} " in text_of(answer.text) + " "


def test_a_path_with_two_slashes_is_not_led_elsewhere(
    planner: FlaskClient, seeded_database: Database
) -> None:
    keep_spots(seeded_database, ("ĐỘI A", "a//b"), ("ĐỘI A", "a/b"))

    assert "mã a//b" in text_of(planner.get("/hotspots/a//b").text)


def test_a_ref_of_two_sources_asks_which_and_the_source_chooses(
    planner: FlaskClient, seeded_database: Database
) -> None:
    keep_spots(seeded_database, ("ĐỘI A", "T-9"), ("ĐỘI B", "T-9"))
    asked = planner.get("/hotspots/T-9")
    links = re.findall(r'href="(/hotspots/[^"]+)"', asked.text)

    assert asked.status_code == 409
    names = [text_of(planner.get(html.unescape(link)).text) for link in links]
    assert ["Tụ điểm của ĐỘI A" in name for name in names] == [True, False]
    assert ["Tụ điểm của ĐỘI B" in name for name in names] == [False, True]


def test_rows_of_tables_carry_their_labels_for_phones(planner: FlaskClient) -> None:
    for path, labels in (("/imports", 10), ("/imports/1", 4)):
        page = planner.get(path).text
        cells = re.findall(r'<td data-label="([^"]+)"', page)
        heads = re.findall(r'<th scope="col"[^>]*>([^<]+)</th>', page)
        assert cells == heads
        assert len(cells) == labels
