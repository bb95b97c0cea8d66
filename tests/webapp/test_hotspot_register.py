"""The register of hotspots as a table: filtered, sorted, in pages, within the scope."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask.testing import FlaskClient

from geo.records import Hotspot, HotspotEvent
from geo.terms import EventType, HotspotKind
from models import hotspots
from models.session import Database, unit_of_work
from models.tables import hotspots as table
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import point
from tests.webapp.test_hotspots import an_incident, keep, send
from tests.webapp.test_pages import text_of


@pytest.fixture
def planner(signed_in: SignIn) -> FlaskClient:
    return signed_in("planner")


def rows_of(page: str) -> list[str]:
    """Names in the order of the table."""
    body = page[page.index("<tbody>") :] if "<tbody>" in page else ""
    found = re.findall(r'class="wrap register-name"[^>]*><span><a [^>]*>(.*?)</a>', body)
    return [name[:20] for name in found]


def test_the_register_lists_every_place_gravest_first(planner: FlaskClient) -> None:
    page = planner.get("/hotspots").text
    names = rows_of(page)
    assert names[0] == "Tụ điểm chợ cũ"
    assert names[-1] == "Tụ điểm bờ sông"
    assert len(names) == 4
    told = text_of(page)
    assert "4 điểm" in told
    assert re.search(r"Đang hoạt động 2 .*Tái phức tạp 1", told) or "Tái phức tạp 1" in told
    assert "48 ngày" in told


FILTERS = [
    ("status=cleared", 1),
    ("status=re_emerged&on=2026-05-01", 0),
    ("status=cleared&on=2026-05-01", 2),
    ("kind=retail", 0),
    ("kind=use_den", 4),
    ("province=66", 1),
    ("q=bo+song", 1),
    ("q=BỜ+SÔNG", 1),
    ("q=TĐ-003", 1),
    ("q=dak+to", 3),
    ("q=không+đâu", 0),
    ("watch=due", 0),
    ("watch=due&on=2026-06-14", 0),
    ("on=2025-01-01", 0),
    ("page=9", 4),
]


def test_the_register_is_filtered_by_its_address(planner: FlaskClient) -> None:
    for query, n in FILTERS:
        answer = planner.get(f"/hotspots?{query}")
        assert answer.status_code == 200
        assert len(rows_of(answer.text)) == n, query
        assert n or "Không có điểm nào khớp bộ lọc" in answer.text


def test_a_watch_that_ends_within_a_month_is_found(
    planner: FlaskClient, seeded_database: Database
) -> None:
    send(planner, "/hotspots/events", seeded_database, type="cleared", on="2026-01-10", corrects=3)
    assert rows_of(planner.get("/hotspots?watch=due").text) == ["Tụ điểm bờ sông"]
    assert "26 ngày" in text_of(planner.get("/hotspots?watch=due").text)


SORTED = [
    ("name", "Nhà trong hẻm", None),
    ("-name", None, "Nhà trong hẻm"),
    ("cleared", "Tụ điểm bờ sông", None),
    ("-cleared", "Tụ điểm bờ sông", None),
    ("watch", "Tụ điểm bờ sông", None),
    ("commune", "Nhà trong hẻm", None),
    ("kind", None, None),
    ("opened", None, None),
    ("status", "Tụ điểm chợ cũ", "Tụ điểm bờ sông"),
]


def test_the_register_is_sorted_by_its_columns(planner: FlaskClient) -> None:
    for sort, first, last in SORTED:
        names = rows_of(planner.get(f"/hotspots?sort={sort}").text)
        assert len(names) == 4
        assert names[0] == (first or names[0]), sort
        assert names[-1] == (last or names[-1]), sort


def test_a_broken_address_of_the_register_is_told(planner: FlaskClient) -> None:
    for query in ("sort=xấu", "status=bịa", "kind=bịa", "on=2026-13-01", "page=0"):
        assert planner.get(f"/hotspots?{query}").status_code == 400, query


def test_the_register_keeps_to_the_scope_and_hides_homes(signed_in: SignIn) -> None:
    assert rows_of(signed_in("province").get("/hotspots").text) == ["Nhà trong hẻm"]
    seen = signed_in("analyst").get("/hotspots?q=hẻm").text
    assert "Không có điểm nào khớp" in seen
    assert "Nhà ở (tên và địa chỉ được ẩn)" in signed_in("analyst").get("/hotspots").text


def test_an_empty_register_says_why(signed_in: SignIn, seeded_database: Database) -> None:
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        session.execute(table.update().values(withdrawn="undone"))
    page = text_of(signed_in("planner").get("/hotspots").text)
    assert "Chưa có điểm, tụ điểm nào trong phạm vi của tài khoản." in page


def test_a_long_register_comes_in_pages(planner: FlaskClient, seeded_database: Database) -> None:
    event = HotspotEvent(EventType.OPENED, date(2026, 1, 1))
    many_spots = [
        Hotspot(
            ref=f"N-{n:03d}",
            source="CÔNG AN TỈNH",
            name=f"Điểm {n:03d}",
            kind=HotspotKind.RETAIL,
            placement=point(107.61, 14.61, "23401", "51"),
            events=(event,),
        )
        for n in range(120)
    ]
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        hotspots.add_hotspots(session, LOCAL_OPERATOR, many_spots, 1)
    first = planner.get("/hotspots?kind=retail&sort=name").text
    third = planner.get("/hotspots?kind=retail&sort=name&page=3").text
    assert rows_of(first)[0] == "Điểm 000"
    assert rows_of(third) == [f"Điểm {n:03d}" for n in range(100, 120)]
    assert "Trang 3 / 3" in text_of(third)
    assert "kind=retail&amp;sort=name&amp;page=2" in first


def test_pages_name_the_register_in_the_bar(signed_in: SignIn) -> None:
    for name in ("planner", "analyst", "commune"):
        assert 'href="/hotspots" aria-current="page"' in signed_in(name).get("/hotspots").text


def test_each_line_names_the_latest_incident_around_its_place(
    planner: FlaskClient, seeded_database: Database
) -> None:
    def told() -> list[str]:
        return re.findall(r'data-label="Vụ gần nhất">(.*?)</td>', planner.get("/hotspots").text)

    before = told()
    keep(seeded_database, an_incident(1, date(2026, 5, 20)), an_incident(2, date(2026, 5, 19)))
    after = told()
    assert [day for day in after if day not in before] == ["20/05/2026"]
    assert len(after) == 4
