"""The officer of a commune keeps the list of hamlets and reviews a quarter, on a phone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit


@pytest.mark.parametrize("width", [1440, 360])
def test_hamlets_are_entered_reviewed_and_taken_off(
    visit_as: Callable[..., Visit], width: int
) -> None:
    guest = visit_as("commune", width=width)
    guest.open("/communes/23401/sub-units")
    page = guest.page
    for name in ("Thôn 2", "Thôn 10", "Tổ dân phố 5"):
        page.fill("#list input[name=name]", name)
        page.get_by_role("button", name="Thêm", exact=True).click()
        expect(page.get_by_role("status")).to_contain_text(name)

    page.get_by_role("group", name="Thôn 2").get_by_role("radio", name="Không ma túy").check()
    page.get_by_role("group", name="Thôn 10").get_by_role("radio", name="Có ma túy").check()
    page.get_by_role("button", name="Lưu kết quả rà soát").click()
    expect(page.locator(".hamlet-total")).to_contain_text("1/3")
    expect(page.get_by_role("radio", name="Không ma túy").first).to_be_checked()

    page.locator("#list details", has_text="Tổ dân phố 5").locator("summary").click()
    page.locator("#list details[open] input[name=reason]").fill("Nhập vào Thôn 2")
    page.locator("#list details[open]").get_by_role("button", name="Bỏ khỏi danh sách").click()
    expect(page.locator(".hamlet-total")).to_contain_text("1/2")
    page.locator("#withdrawn").get_by_role("button").click()
    expect(page.locator(".hamlet-total")).to_contain_text("1/3")

    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert guest.complaints == []
    assert guest.foreign_requests == []
