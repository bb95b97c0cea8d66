"""The page of pairs that may be one case, by keys and on a phone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from geo.terms import Layer
from models import duplicates
from models.session import Database, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.e2e.conftest import Visit
from tests.webapp.small_world import INCIDENT_HEADINGS, incident_row, write_workbook
from webapp.services.ingest import import_file

pytestmark = pytest.mark.e2e

REFS = 3


@pytest.fixture
def told_twice(site: str, tmp_path: Path) -> Iterator[Database]:
    """Three cases, each told by province and commune, in the database of the running site."""
    database = open_database(f"sqlite:///{tmp_path / 'site.db'}")
    for source, lat in (("CÔNG AN TỈNH A", 14.65), ("CÔNG AN XÃ B", 14.6505)):
        rows = [
            incident_row(f"{source[-1]}-{n}", f"0{n}/03/2026", lat, 107.65) for n in range(1, 4)
        ]
        path = write_workbook(tmp_path / "vv.xlsx", [INCIDENT_HEADINGS, *rows])
        today = date(2026, 6, 14)
        import_file(database, LOCAL_OPERATOR, Layer.INCIDENTS, path, today=today, source=source)
    yield database
    database.close()


def waiting(database: Database) -> int:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return duplicates.count_proposals(session, LOCAL_OPERATOR)


def press(visit: Visit, key: str) -> None:
    """Press a key that decides and wait for the page that follows."""
    with visit.page.expect_navigation():
        visit.page.keyboard.press(key)
    visit.page.wait_for_selector(".twins[data-current], .empty")


def test_pairs_are_decided_and_undone_by_keys(
    told_twice: Database, visit_as: Callable[..., Visit]
) -> None:
    visit = visit_as("planner")
    visit.open("/duplicates")
    visit.page.wait_for_selector(".twins[data-current]")
    assert visit.page.locator(".twins").count() == REFS

    press(visit, "g")
    assert "Đã gộp" in visit.page.inner_text("[role=status]")
    visit.page.keyboard.press("ArrowDown")
    second = visit.page.get_attribute(".twins[data-current]", "id")
    press(visit, "k")
    assert waiting(told_twice) == REFS - 2
    press(visit, "z")

    assert waiting(told_twice) == REFS - 1
    assert visit.page.locator(f"#{second}").count() == 1
    assert visit.complaints == []
    assert visit.foreign_requests == []


def test_the_other_report_can_be_kept(told_twice: Database, visit_as: Callable[..., Visit]) -> None:
    visit = visit_as("planner")
    visit.open("/duplicates")
    visit.page.locator(".twins").first.get_by_role("radio").nth(1).check()
    press(visit, "g")

    assert "giữ «B-" in visit.page.inner_text("[role=status]")


def test_nothing_is_wider_than_a_phone(
    told_twice: Database, visit_as: Callable[..., Visit]
) -> None:
    visit = visit_as("planner", width=360, height=780)
    visit.open("/duplicates")

    assert visit.page.evaluate("document.documentElement.scrollWidth") == 360
    for button in visit.page.locator(".twins-answer .button").all():
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 44
