"""A province in a real browser: its map, its filters and its file, on a desk and on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit


@pytest.mark.parametrize("width", [1440, 360])
def test_a_province_is_opened_filtered_and_downloaded(
    visit_as: Callable[..., Visit], width: int
) -> None:
    guest = visit_as("planner", width=width)
    guest.open("/provinces")
    page = guest.page
    page.get_by_role("link", name="Tỉnh Quảng Ngãi").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("Tỉnh Quảng Ngãi")
    expect(page.locator(".class-map .units path")).to_have_count(6)
    page.locator(".class-legend").get_by_role("link", name="Không ma túy").click()
    expect(page.locator(".class-map .dim")).to_have_count(5)
    expect(page.locator(".commune-table tbody tr")).to_have_count(1)
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Tải bảng CSV").click()
    assert "Đắk Pék" in waiting.value.path().read_text("utf-8-sig")

    page.get_by_role("link", name="Bỏ lọc").click()
    page.fill("input[name=q]", "dak to")
    page.press("input[name=q]", "Enter")
    expect(page.locator(".commune-table tbody tr")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert guest.complaints == []
    assert guest.foreign_requests == []


def test_a_commune_is_opened_from_the_map(visit_as: Callable[..., Visit]) -> None:
    guest = visit_as("province", width=1440)
    guest.open("/provinces/51")
    guest.page.locator(".class-map .units a").first.click()

    guest.page.wait_for_url("**/communes/*")
    assert guest.complaints == []


def test_names_on_the_map_stay_readable_on_a_phone(visit_as: Callable[..., Visit]) -> None:
    guest = visit_as("planner", width=360)
    guest.open("/provinces/51")
    labels = guest.page.locator(".class-map text:visible")

    expect(labels.first).to_be_visible()
    heights = labels.evaluate_all("all => all.map(one => one.getBoundingClientRect().height)")
    assert min(heights) >= 12
