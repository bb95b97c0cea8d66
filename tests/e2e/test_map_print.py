"""The menu of «In / PDF»: files from the server, the keyboard, the view they show."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pypdfium2
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit

pytestmark = pytest.mark.e2e

VisitAs = Callable[..., Visit]


def save(visit: Visit, sheet: str) -> Path:
    visit.page.click("#print")
    with visit.page.expect_download() as waiting:
        visit.page.click(f'[data-sheet="{sheet}"]')
    path = waiting.value.path()
    assert waiting.value.suggested_filename.startswith("ban-do-")
    return Path(path)


def test_the_menu_gives_the_view_as_pdf(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&from=2025-12-15&to=2026-06-14&off=border")
    document = pypdfium2.PdfDocument(save(visit, "pdf-a3"))
    text = document[0].get_textpage().get_text_range()

    assert [round(side * 25.4 / 72) for side in document[0].get_size()] == [420, 297]
    assert "tỉnh Quảng Ngãi" in text
    assert "DỮ LIỆU MÔ PHỎNG" in text
    assert "Đường biên giới" not in text
    assert visit.complaints == []
    assert visit.foreign_requests == []


def test_a_picture_comes_with_the_same_menu(visit_as: VisitAs) -> None:
    visit = visit_as("province")
    visit.open("/map")

    assert save(visit, "png-a4").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"
    assert visit.complaints == []


def test_the_links_name_what_is_on_the_screen(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&at=14.6500,107.8500,11&off=hotspots.delisted")
    visit.page.click("#print")
    link = visit.page.get_attribute('[data-sheet="pdf-a4"]', "href")
    query = parse_qs(urlsplit(link).query)
    west, south, east, north = map(float, query["bbox"][0].split(","))

    assert query["province"] == ["51"]
    assert query["off"] == ["hotspots.delisted"]
    assert west < 107.85 < east and south < 14.65 < north
    assert east - west < 2


def test_on_a_phone_the_menu_fits_and_its_actions_stand_before_the_legend(
    visit_as: VisitAs,
) -> None:
    visit = visit_as("planner", 360, 740)
    visit.open("/map?province=51")
    visit.page.click("#sheet-handle")
    at_once = (
        '["#actions", "#legend"].map((q) => document.querySelector(q).getBoundingClientRect().y)'
    )
    actions, legend = visit.page.evaluate(at_once)  # the sheet is still sliding
    assert actions < legend
    visit.page.click("#print")
    box = visit.page.locator("#print-menu").bounding_box()
    assert box and box["x"] >= 0 and box["x"] + box["width"] <= 360
    assert box["y"] >= 0 and box["y"] + box["height"] <= 740
    assert visit.complaints == []


def test_the_keyboard_walks_the_menu_and_leaves_it(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    opener = visit.page.locator("#print")
    opener.focus()
    visit.page.keyboard.press("Enter")
    expect(visit.page.locator('[data-sheet="pdf-a4"]')).to_be_focused()

    visit.page.keyboard.press("ArrowUp")
    expect(visit.page.locator('[data-sheet="browser"]')).to_be_focused()
    visit.page.keyboard.press("Escape")

    expect(visit.page.locator("#print-menu")).to_be_hidden()
    expect(opener).to_be_focused()
    assert opener.get_attribute("aria-expanded") == "false"
