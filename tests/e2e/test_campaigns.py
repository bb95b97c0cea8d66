"""A campaign entered in a real browser: communes found as one types, then judged on its page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit


@pytest.mark.parametrize("width", [1440, 360])
def test_a_campaign_is_entered_and_shown(visit_as: Callable[..., Visit], width: int) -> None:
    guest = visit_as("planner", width=width)
    guest.open("/campaigns/new")
    page = guest.page

    page.fill("input[name=name]", "Cao điểm mùa xuân")
    page.fill("input[name=starts_on]", "2026-03-01")
    page.fill("input[name=ends_on]", "2026-03-31")
    expect(page.locator("[data-area=circle]")).to_be_hidden()
    page.locator("#find").press_sequentially("dak to")
    expect(page.locator("#found li").first).to_contain_text("Đắk Tô")
    page.keyboard.press("Enter")
    expect(page.locator("#chosen input")).to_have_count(1)
    page.get_by_role("button", name="Lưu", exact=True).last.click()

    page.wait_for_url("**/campaigns/1")
    expect(page.get_by_role("heading", level=1)).to_have_text("Cao điểm mùa xuân")
    expect(page.locator(".drive-map .area").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert guest.complaints == []
    assert guest.foreign_requests == []
