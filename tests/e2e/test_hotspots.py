"""The hotspot register and the history of a place, written by hand and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit

pytestmark = pytest.mark.e2e

CLEARED = "/hotspots/TĐ-002"


def overflow(visit: Visit) -> int:
    """How many pixels the page is wider than the window."""
    return int(visit.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


def test_a_place_is_found_its_history_corrected_and_the_correction_undone(
    visit_as: Callable[..., Visit],
) -> None:
    visit = visit_as("planner")
    page = visit.page
    visit.open("/hotspots")
    page.fill("input[name=q]", "bo song")
    page.press("input[name=q]", "Enter")
    page.click("text=Tụ điểm bờ sông")
    expect(page.locator(".status-head .badge")).to_have_text("Đã triệt xóa")

    page.locator(".history li", has_text="01/02/2026").get_by_role("link", name="Sửa").click()
    expect(page.locator("[name=on]").last).to_have_value("01/02/2026")
    page.locator("[name=on]").last.fill("01/03/2026")
    page.fill("[name=note]", "theo biên bản")
    page.get_by_role("button", name="Lưu bản sửa").click()
    expect(page.locator("[role=status]")).to_contain_text("Đã sửa diễn biến")
    expect(page.locator(".history s")).to_contain_text("01/02/2026 triệt xóa")
    expect(page.locator("#watch")).to_contain_text("đến 01/09/2026")

    page.locator("[role=status]").get_by_role("button", name="Hoàn tác").click()
    expect(page.locator("#watch")).to_contain_text("đến 01/08/2026")

    page.locator(".day-form [name=on]").fill("15/01/2026")
    page.get_by_role("button", name="Xem").click()
    expect(page.locator(".status-head .badge")).to_have_text("Đang hoạt động")
    assert "on=2026-01-15" in page.url
    assert visit.complaints == []
    assert visit.foreign_requests == []


@pytest.mark.parametrize("width", [1280, 1024, 960, 360])
def test_the_bar_and_the_pages_fit_the_window(visit_as: Callable[..., Visit], width: int) -> None:
    visit = visit_as("planner", width=width, height=760)
    for path in ("/hotspots", CLEARED):
        visit.open(path)
        assert overflow(visit) == 0, path
        bar = visit.page.locator(".bar")
        assert bar.evaluate("bar => bar.scrollWidth - bar.clientWidth") == 0
    if width > 960:
        visit.page.click(".bar-group summary:has-text('Dữ liệu')")
        expect(visit.page.locator(".bar-group a", has_text="Vụ trùng")).to_be_visible()
    else:
        visit.page.click(".bar-menu summary")
        visit.page.locator(".bar-menu a", has_text="Điểm, tụ điểm").click()
        expect(visit.page.locator("h1")).to_have_text("Điểm, tụ điểm")
    assert visit.complaints == []
