"""Alerts as each viewer may see them, and what changed since they were raised."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import event, update

from geo.terms import AlertKind
from models import alerts, audit, hotspots
from models.alerts import Alert
from models.session import Database, unit_of_work
from models.tables import hotspots as hotspots_table
from models.tables import incidents as incidents_table
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.conftest import SignIn
from tests.webapp.raised_alerts import raise_one_of_each
from tests.webapp.seeded_site import NOW
from tests.webapp.small_world import TODAY
from webapp.services.alert_decisions import confirm, undo
from webapp.services.alert_entries import Confirmation
from webapp.services.alerts import Wanted, open_page

PLANNER = Viewer("planner", Role.PLANNER)
PLANNER_51 = Viewer("province-51", Role.PLANNER, Scope.provinces("51"))
ANALYST = Viewer("analyst", Role.ANALYST)


@pytest.fixture
def raised(seeded_database: Database) -> Database:
    """The seeded site with one alert of each kind, just analysed."""
    raise_one_of_each(seeded_database)
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        audit.record(session, LOCAL_OPERATOR, "analyse", "run:2")
    return seeded_database


def one(site: Database, kind: AlertKind) -> Alert:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return alerts.open_alerts(session, LOCAL_OPERATOR, kind, "51")[0]


def figures(site: Database, viewer: Viewer) -> str:
    """Everything that the cards of a viewer tell."""
    page = open_page(site, viewer, Wanted(), TODAY)
    sentences = " ".join(sentence for card in page.cards for sentence in card.figures)
    return sentences.replace("\u00a0", " ")


def test_a_distance_does_not_tell_where_a_dwelling_is(raised: Database) -> None:
    with unit_of_work(raised, LOCAL_OPERATOR) as session:
        river = hotspots_table.c.ref == "TĐ-002"
        session.execute(update(hotspots_table).where(river).values(is_dwelling=True))

    seen, hidden = figures(raised, PLANNER), figures(raised, ANALYST)
    for distance in ("cách đó 1,3 km", "cách điểm đã triệt xóa 650 m"):
        assert distance in seen
        assert distance not in hidden
    assert "Cụm bắt đầu sau ngày triệt xóa 01/02/2026 và ở gần điểm đã triệt xóa" in hidden
    assert "Hồ sơ chưa có điểm nào ở gần." not in hidden


def test_a_distance_does_not_tell_where_a_place_outside_the_scope_is(raised: Database) -> None:
    with unit_of_work(raised, LOCAL_OPERATOR) as session:
        moved = {"province_code": "66", "commune_code_now": "24133"}
        river = hotspots_table.c.ref == "TĐ-002"
        session.execute(update(hotspots_table).where(river).values(**moved))

    assert "650 m" in figures(raised, PLANNER)
    assert "650 m" not in figures(raised, PLANNER_51)
    assert "1,3 km" not in figures(raised, PLANNER_51)


def test_a_confirmation_writes_down_only_what_its_author_sees(raised: Database) -> None:
    alert = one(raised, AlertKind.RE_EMERGING)
    with unit_of_work(raised, LOCAL_OPERATOR) as session:
        away = incidents_table.c.ref.in_(["R-0", "R-1"])
        outside = {"province_code": "66", "commune_code_now": "24133"}
        session.execute(update(incidents_table).where(away).values(**outside))
    confirm(raised, PLANNER_51, alert.id, Confirmation(), NOW)

    with unit_of_work(raised, LOCAL_OPERATOR, read_only=True) as session:
        river = hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, "TĐ-002")
    assert "3 vụ sau ngày triệt xóa, trong vòng 300 m" in river.events[-1].note


def decide_all(site: Database, kinds: tuple[AlertKind, ...]) -> None:
    for kind in kinds:
        note = "Tăng tuần tra ban đêm trong tháng 7."
        confirm(site, PLANNER, one(site, kind).id, Confirmation(note=note), NOW)


def nothing(_site: Database) -> None:
    """Decide on nothing."""


def decide_each(site: Database) -> None:
    decide_all(site, tuple(AlertKind))


def decide_and_undo(site: Database) -> None:
    for kind in (AlertKind.RE_EMERGING, AlertKind.UNRECORDED):
        alert = one(site, kind)
        confirm(site, PLANNER, alert.id, Confirmation(), NOW)
        undo(site, PLANNER, alert.id, NOW)


def decide_and_import(site: Database) -> None:
    decide_each(site)
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        audit.record(session, PLANNER, "import", "incidents:vv.xlsx", {"accepted": 1})


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (nothing, ""),
        (decide_each, "Hồ sơ đã được cập nhật theo các quyết định; chạy phân tích lại để"),
        (decide_and_undo, "Hồ sơ đã được cập nhật theo các quyết định; chạy phân tích lại để"),
        (decide_and_import, "Dữ liệu hoặc hồ sơ đã thay đổi"),
    ],
)
def test_the_page_says_what_changed_since_the_analysis(
    act: Callable[[Database], None], told: str, raised: Database, signed_in: SignIn
) -> None:
    act(raised)

    page = open_page(raised, PLANNER, Wanted(), TODAY)
    assert page.stale.startswith(told)
    assert bool(page.stale) is bool(told)
    assert told in signed_in("planner").get("/alerts").text


def test_the_page_reads_no_more_often_for_more_cards(raised: Database) -> None:
    statements: list[str] = []

    def count(*told: object) -> None:
        statements.append(str(told[2]))

    event.listen(raised.engine, "before_cursor_execute", count)
    lone = open_page(raised, PLANNER, Wanted(AlertKind.UNRECORDED, "66"), TODAY)
    few = len(statements)
    both = open_page(raised, PLANNER, Wanted(AlertKind.UNRECORDED), TODAY)

    assert (len(lone.cards), len(both.cards)) == (1, 2)
    assert len(statements) <= 2 * few + 1  # the places of the register, where there are any
