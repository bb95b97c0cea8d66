"""More hotspots than can each be a marker: one drawing that still names and opens each."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from geo.records import HotspotEvent
from geo.terms import EventType
from models import hotspots
from models.session import open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.e2e.conftest import Visit
from tests.webapp.seeded_site import NOW, hotspot_of

pytestmark = pytest.mark.e2e

VisitAs = Callable[..., Visit]
SIDE = 18
"""So many hotspots stand in a row, and so many rows: 324."""


@pytest.fixture
def e2e_file(e2e_file: Path, tmp_path: Path) -> Path:
    """The seeded site with a field of hotspots in one province."""
    path = tmp_path / "crowd.db"
    shutil.copyfile(e2e_file, path)
    database = open_database(f"sqlite:///{path}")
    opened = HotspotEvent(EventType.OPENED, date(2026, 1, 5))
    spots = [
        hotspot_of(
            f"Đ-{row}-{column}",
            f"Điểm hàng {row} cột {column}",
            107.61 + 0.004 * column,
            14.61 + 0.004 * row,
            opened,
        )
        for row in range(SIDE)
        for column in range(SIDE)
    ]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        hotspots.add_hotspots(session, LOCAL_OPERATOR, spots, import_id=1, at=NOW)
    database.close()
    return path


def place_of(visit: Visit, lat: float, lon: float) -> tuple[float, float]:
    x, y = visit.page.evaluate(
        """([lat, lon]) => {
          const { map } = window.diaban;
          const box = map.getContainer().getBoundingClientRect();
          const { x, y } = map.latLngToContainerPoint([lat, lon]);
          return [box.left + x, box.top + y];
        }""",
        [lat, lon],
    )
    return x, y


def test_a_crowd_of_hotspots_is_one_drawing_that_names_and_opens_each(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&from=2025-12-15&to=2026-06-14")
    expect(visit.page.locator(".hotspot")).to_have_count(0)
    expect(visit.page.locator(".leaflet-crowd-pane canvas")).to_have_count(1)
    x, y = place_of(visit, 14.61 + 0.004 * 9, 107.61 + 0.004 * 4)

    visit.page.mouse.move(x, y)
    tip = visit.page.locator(".leaflet-tooltip")
    expect(tip).to_have_count(1)
    expect(tip).to_have_text("Đang hoạt động: Điểm hàng 9 cột 4")
    visit.page.mouse.click(x, y)
    expect(visit.page.locator("#detail")).to_contain_text("Điểm hàng 9 cột 4")
    assert visit.complaints == []


def test_seen_from_near_each_hotspot_is_a_marker_again(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&from=2025-12-15&to=2026-06-14&at=14.62,107.62,15")
    near = visit.page.locator('.hotspot[data-ref="Đ-2-2"]')
    expect(near).to_have_count(1)
    assert visit.page.locator(".hotspot").count() < 200

    near.click()
    expect(visit.page.locator("#detail")).to_contain_text("Điểm hàng 2 cột 2")


def test_what_is_switched_off_leaves_the_drawing(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&from=2025-12-15&to=2026-06-14&off=hotspots.active")
    expect(visit.page.locator(".leaflet-crowd-pane canvas")).to_have_count(0)
    x, y = place_of(visit, 14.61 + 0.004 * 9, 107.61 + 0.004 * 4)

    visit.page.mouse.click(x, y)
    expect(visit.page.locator("#detail")).not_to_contain_text("Điểm hàng")
