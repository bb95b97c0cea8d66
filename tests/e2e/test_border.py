"""The border in a real browser: the page at both widths, the layer of the map and its card."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit

DAYS = "from=2025-12-15&to=2026-06-14"


@pytest.mark.parametrize("width", [1440, 360])
def test_the_page_of_the_border_is_read_filtered_and_followed(
    visit_as: Callable[..., Visit], width: int
) -> None:
    guest = visit_as("planner", width=width)
    page = guest.page

    guest.open(f"/border?province=&{DAYS}")
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên giới")
    expect(page.locator(".border-curve .cases").first).to_be_attached()
    expect(page.locator(".border-strip .bar-n")).to_have_count(3)
    expect(page.locator("#LAO-001")).to_contain_text("Xã Đắk Tô")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.select_option("select[name=band]", "5")
    page.select_option("select[name=province]", "66")
    page.get_by_role("button", name="Xem", exact=True).click()
    page.wait_for_url("**band=5**")
    expect(page.get_by_role("heading", level=1)).to_have_text("Biên giới: Tỉnh Đắk Lắk")
    expect(page.locator(".border-segments tbody tr")).to_have_count(2)
    assert guest.complaints == []
    assert guest.foreign_requests == []


def test_segments_are_switched_on_picked_and_shared_on_the_map(
    visit_as: Callable[..., Visit],
) -> None:
    guest = visit_as("planner")
    page = guest.page

    guest.open(f"/map?province=&{DAYS}")
    switch = page.locator('[data-key="segments"]')
    expect(switch).to_have_attribute("aria-pressed", "false")
    assert not any("/api/segments" in url for url in guest.requests)

    with page.expect_response("**/api/segments*"):
        switch.click()
    expect(page.locator(".segment-hit")).to_have_count(3)
    page.locator(".segment-hit").first.dispatch_event("click")
    card = page.locator("#detail")
    expect(card.get_by_role("heading")).to_have_text("Lào, đoạn 1, Xã Đắk Tô")
    expect(card.locator(".segment-bands tbody tr").first).to_contain_text("10")
    expect(card).to_contain_text("1 vụ chỉ biết đến xã dọc đoạn này")
    told = card.locator(".segment-told")
    expect(told).to_contain_text("Trong 10 km, từ 15/12/2025 đến 14/06/2026: 10 vụ;")
    classes = page.locator("#segment-classes li")
    expect(classes.first).to_have_text("Số vụ trong 10 km, 15/12/2025 – 14/06/2026")
    expect(classes.nth(1)).to_contain_text("không có vụ nào")
    expect(classes.last).to_contain_text("từ 5 vụ")
    panes = ["segments", "border"]
    below, above = (page.evaluate(f"diaban.map.getPane('{p}').style.zIndex") for p in panes)
    assert int(below) < int(above)

    link = page.url
    assert "pick=s:LAO-001" in link
    page.goto(link)
    expect(page.locator("#detail").get_by_role("heading")).to_have_text("Lào, đoạn 1, Xã Đắk Tô")
    page.get_by_role("link", name="Xem trang biên giới").click()
    page.wait_for_url("**/border?**#LAO-001")
    expect(page.locator("#LAO-001")).to_be_visible()
    assert guest.complaints == []
    assert guest.foreign_requests == []
