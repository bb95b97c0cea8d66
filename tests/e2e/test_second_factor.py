"""Enrolling a second factor and signing in with it, in a browser."""

import re
from collections.abc import Callable

import pyotp
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.e2e.test_access import faults
from tests.webapp.seeded_site import NOW, PASSWORD

pytestmark = pytest.mark.e2e


def test_a_second_factor_is_enrolled_and_asked_for(visit_as: Callable[..., Visit]) -> None:
    visit = visit_as("analyst", 360, 740)
    page = visit.page
    visit.open("/account")
    assert faults(visit) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.get_by_role("link", name="Bật", exact=True).click()
    page.get_by_role("button", name="Bắt đầu").click()
    expect(page.locator(".factor-picture svg")).to_be_visible()
    assert faults(visit) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    totp = pyotp.TOTP(page.locator(".factor-letters").inner_text().replace(" ", ""))
    page.fill("input[name=password]", PASSWORD)
    page.fill("input[name=code]", totp.at(NOW))
    page.get_by_role("button", name="Bật xác thực hai lớp").click()
    codes = page.locator(".factor-codes code").all_inner_texts()
    assert len(codes) == 10
    assert faults(visit) == []

    second = visit_as(None)
    page = second.page
    page.goto(f"{second.site}/login?next=/account")
    page.fill("input[name=username]", "analyst")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(re.compile("/login/code"))
    assert faults(second) == []
    # The code of now was taken at enrolling.
    page.fill("input[name=code]", totp.at(NOW, counter_offset=1))
    page.press("input[name=code]", "Enter")
    page.wait_for_url(re.compile("/account$"))
    expect(page.get_by_text("Còn 10 mã dự phòng.")).to_be_visible()
    expect(page.get_by_text("Nơi này")).to_be_visible()
    assert visit.complaints == second.complaints == []
    assert visit.foreign_requests == second.foreign_requests == []
