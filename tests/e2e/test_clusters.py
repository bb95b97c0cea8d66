"""From the list of clusters to an analysis of one's own, at a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from geo.terms import Layer
from models.session import open_database
from models.viewers import LOCAL_OPERATOR
from tests.e2e.conftest import Visit
from tests.webapp.seeded_site import NOW
from tests.webapp.small_world import INCIDENT_HEADINGS, gathering, write_workbook
from webapp.services.analyse import analyse
from webapp.services.ingest import import_file

pytestmark = pytest.mark.e2e

TODAY = date(2026, 6, 14)


@pytest.fixture
def analysed(site: str, tmp_path: Path) -> None:
    """A gathering of twelve cases and a run, in the database of the running site."""
    database = open_database(f"sqlite:///{tmp_path / 'site.db'}")
    path = write_workbook(tmp_path / "vv.xlsx", [INCIDENT_HEADINGS, *gathering(12)])
    import_file(database, LOCAL_OPERATOR, Layer.INCIDENTS, path, today=TODAY, source="CA")
    analyse(database, LOCAL_OPERATOR, as_of=TODAY, at=NOW)
    database.close()


def overflow(visit: Visit) -> int:
    """Pixels by which the page is wider than the window."""
    width: int = visit.page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    return width


def test_a_planner_chooses_a_radius_and_analyses(
    analysed: None, visit_as: Callable[..., Visit]
) -> None:
    visit = visit_as("planner")
    visit.open("/clusters")
    before = visit.page.locator(".cluster-table tbody tr").count()
    visit.page.click("text=Phân tích mới")
    visit.page.wait_for_selector(".k-plot .curve")
    assert not visit.page.is_checked("[name=trial]")
    visit.page.fill("[name=min_samples]", "12")
    assert visit.page.is_checked("[name=trial]")  # other than usual: proposed as a trial
    visit.page.uncheck("[name=trial]")
    visit.page.click("#analysis button:has-text('Phân tích')")
    visit.page.wait_for_selector("[role=status]:has-text('Đã phân tích xong')")
    after = visit.page.locator(".cluster-table tbody tr").count()
    assert (before, after) == (2, 1)
    visit.page.click(".cluster-name a")
    visit.page.wait_for_selector(".cluster-map .hull")
    assert visit.page.locator(".cluster-map .case").count() == 12
    assert "tiếp tục từ lần phân tích trước" in visit.page.inner_text(".history")


def test_nothing_overflows_on_a_phone(analysed: None, visit_as: Callable[..., Visit]) -> None:
    visit = visit_as("planner", width=360, height=780)
    for address in ("/clusters", "/runs", "/runs/new"):
        visit.open(address)
        assert overflow(visit) <= 0, address
    visit.open("/clusters")
    visit.page.click(".cluster-name a")
    visit.page.wait_for_selector(".cluster-map .hull")
    assert overflow(visit) <= 0
