"""The page of alerts by keys, without its script, and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from models import alerts, hotspots
from models.session import Database, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.e2e.conftest import Visit
from tests.webapp.raised_alerts import raise_one_of_each

pytestmark = pytest.mark.e2e

N_OPEN = 6


@pytest.fixture
def raised(site: str, tmp_path: Path) -> Iterator[Database]:
    """Alerts of every kind in the database of the running site."""
    database = open_database(f"sqlite:///{tmp_path / 'site.db'}")
    raise_one_of_each(database)
    yield database
    database.close()


def waiting(database: Database) -> int:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return alerts.count_open(session, LOCAL_OPERATOR)


def test_alerts_are_decided_and_undone_by_keys(
    raised: Database, visit_as: Callable[..., Visit]
) -> None:
    visit = visit_as("planner")
    visit.open("/alerts")
    page = visit.page
    page.wait_for_selector(".alert[data-current]")
    assert page.locator(".alert").count() == N_OPEN

    page.keyboard.press("b")
    page.wait_for_selector("[data-answer=dismiss][open]")
    page.keyboard.type("Đã kiểm tra, xbz không phải một điểm.")
    page.keyboard.press("Escape")
    assert page.locator("[data-answer][open]").count() == 0
    page.keyboard.press("b")
    page.locator("[data-answer=dismiss][open] button[type=submit]").click()
    page.wait_for_selector("[role=status]")
    assert "Đã bỏ qua" in page.inner_text("[role=status]")
    assert waiting(raised) == N_OPEN - 1

    page.keyboard.press("x")
    page.locator("[data-answer=confirm][open] button[type=submit]").click()
    page.wait_for_selector("[role=status]:has-text('Đã ghi')")
    with unit_of_work(raised, LOCAL_OPERATOR, read_only=True) as session:
        new = hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, "DB-2026-0001")
    assert new.name == "Điểm nghi vấn C-000001, Xã Đắk Tô"
    with page.expect_navigation():
        page.keyboard.press("z")
    assert waiting(raised) == N_OPEN - 1
    assert visit.complaints == []
    assert visit.foreign_requests == []


def test_nothing_is_wider_than_a_phone(raised: Database, visit_as: Callable[..., Visit]) -> None:
    visit = visit_as("planner", width=360, height=780)
    visit.open("/alerts")
    page = visit.page
    page.locator("[data-answer=confirm] summary").first.tap()
    page.locator(".alert-records summary").first.tap()

    assert page.evaluate("document.documentElement.scrollWidth") == 360
    ends = "all => all.map(each => each.getBoundingClientRect().right)"
    assert max(page.eval_on_selector_all("main p, main h3", ends)) <= 360
    for button in page.locator(".alert-answer summary.button").all()[1:]:
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
