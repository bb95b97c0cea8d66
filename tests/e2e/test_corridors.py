"""Key routes in a real browser: found in the list, looked at, withdrawn and brought back."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit

FILE = """Đơn vị lập: BỘ CÔNG AN
Mã tuyến;Tên tuyến;Loại hình;Phạm vi;Số quyết định;Hiệu lực từ;Bề rộng (m);Tọa độ tuyến
T1;Quốc lộ bắc;đường bộ;nội tỉnh;12/QĐ-UBND;01/01/2026;400;"107,61 14,63; 107,85 14,68"
T2;Không có đường;đường bộ;nội tỉnh;12/QĐ-UBND;01/01/2026;400;
"""


@pytest.mark.parametrize("width", [1440, 360])
def test_a_list_of_routes_is_sent_in_and_each_has_its_page(
    visit_as: Callable[..., Visit], tmp_path: Path, width: int
) -> None:
    path = tmp_path / "tuyen.csv"
    path.write_text(FILE, "utf-8")
    guest = visit_as("planner", width=width)
    page = guest.page

    guest.open("/imports")
    page.set_input_files("input[type=file]", path)
    page.select_option("select[name=layer]", "corridors")
    page.locator(".send-form button[type=submit]").click()
    page.wait_for_url("**/imports/uploads/*")
    expect(page.get_by_text("T1 qua 3 xã của 1 tỉnh").first).to_be_visible()
    expect(page.get_by_text("thiếu đường tuyến").first).to_be_visible()
    page.get_by_role("button", name="Nhập").first.click()
    page.wait_for_url(lambda url: "/uploads/" not in url)

    guest.open("/corridors?on=2026-06-14")
    page.get_by_role("link", name="Quốc lộ bắc").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Quốc lộ bắc")
    expect(page.locator(".route-map .route").first).to_be_visible()
    expect(page.locator(".route-communes tbody tr")).to_have_count(3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.get_by_text("Rút tuyến này khỏi danh sách").click()
    page.fill("input[name=reason]", "nhập nhầm")
    page.get_by_role("button", name="Rút", exact=True).click()
    expect(page.get_by_text("Tuyến này đã bị rút").first).to_be_visible()
    page.get_by_role("button", name="Khôi phục").click()
    expect(page.get_by_text("Đã khôi phục tuyến.")).to_be_visible()
    assert guest.complaints == []
    assert guest.foreign_requests == []
