"""Progress in a real browser: chart, tables, the roadmap entered; wide and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit


@pytest.mark.parametrize(("width", "shown"), [(1440, ".progress-wide"), (360, ".progress-narrow")])
def test_a_roadmap_is_entered_and_drawn(
    visit_as: Callable[..., Visit], width: int, shown: str
) -> None:
    guest = visit_as("planner", width=width)
    guest.open("/progress?province=51")
    page = guest.page
    chart = page.locator(f"svg{shown}")

    expect(chart).to_be_visible()
    expect(chart.locator(".progress-entered")).to_have_count(0)
    expect(page.locator("#years")).to_contain_text("chưa nhập lộ trình, đường thẳng tạm tính")
    page.locator("#roadmap summary").click()
    page.fill("input[name=share-2027]", "30")
    page.fill("input[name=decision]", "Kế hoạch 45/KH-UBND")
    page.get_by_role("button", name="Lưu lộ trình").click()

    expect(page.get_by_role("status")).to_contain_text("Đã lưu lộ trình: 1 năm")
    expect(chart.locator(".progress-entered")).to_have_count(1)
    expect(page.locator("#years")).to_contain_text("Kế hoạch 45/KH-UBND")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert guest.complaints == []
    assert guest.foreign_requests == []


def test_provinces_lead_to_their_own_progress(visit_as: Callable[..., Visit]) -> None:
    guest = visit_as("analyst")
    guest.open("/progress")
    rows = guest.page.locator("#provinces tbody tr")

    expect(rows).to_have_count(2)
    expect(guest.page.locator("#roadmap")).to_have_count(0)
    rows.first.get_by_role("link").click()
    expect(guest.page.get_by_role("heading", level=1)).to_contain_text("Tỉnh Quảng Ngãi")
    assert guest.complaints == []
