"""Administrators add an account and read the trail; a token made on the page reads data."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.test_access import faults

pytestmark = pytest.mark.e2e

PAGES = ("/admin", "/admin/accounts/new", "/admin/accounts/analyst", "/admin/audit")


def test_an_account_is_added_and_its_holder_signs_in(visit_as: Callable[..., Visit]) -> None:
    admin = visit_as("admin")
    page = admin.page
    admin.open("/admin/accounts/new")
    expect(page.locator(".admin-commune")).to_be_hidden()
    page.get_by_label("Tên đăng nhập").fill("xa23401")
    page.get_by_label("Vai trò").select_option("commune")
    page.locator("select[name=scope]").select_option("commune")
    expect(page.locator(".admin-provinces")).to_be_hidden()
    page.locator("input[name=commune]").fill("23401")
    page.get_by_role("button", name="Thêm tài khoản").click()
    password = page.locator(".given-secret").inner_text()

    stranger = visit_as(None)
    stranger.open("/login")
    stranger.page.get_by_label("Tên đăng nhập").fill("xa23401")
    stranger.page.locator("input[name=password]").fill(password)
    stranger.page.keyboard.press("Enter")
    stranger.page.wait_for_url(re.compile("/account/"))  # a password of one's own comes first

    admin.open("/admin/audit?object=xa23401")
    expect(page.locator("tbody")).to_contain_text("Thêm tài khoản")
    assert admin.foreign_requests == []


def test_a_token_made_on_the_page_reads_data_until_it_is_revoked(
    visit_as: Callable[..., Visit], site: str
) -> None:
    visit = visit_as("planner")
    page = visit.page
    visit.open("/account")
    page.locator(".token-new summary").click()
    page.get_by_label("Dùng vào việc gì").fill("QGIS")
    page.get_by_role("button", name="Tạo mã truy cập").click()
    token = page.locator(".given-secret").inner_text()
    program = page.context.browser
    assert program is not None
    reader = program.new_context(extra_http_headers={"Authorization": f"Bearer {token}"})
    assert reader.request.get(f"{site}/api/classes").status == 200
    assert reader.request.get(f"{site}/map").status == 403
    assert not reader.cookies()
    visit.open("/account")
    page.get_by_role("button", name="Thu hồi").click()
    expect(page.locator("#tokens")).to_contain_text("thu hồi")
    assert reader.request.get(f"{site}/api/classes").status == 401
    reader.close()


@pytest.mark.parametrize("width", [1440, 360])
def test_the_pages_of_administrators_serve_all(visit_as: Callable[..., Visit], width: int) -> None:
    visit = visit_as("admin", width=width, height=800)
    for path in PAGES:
        visit.open(path)
        assert faults(visit) == []
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
