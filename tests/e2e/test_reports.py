"""The page of reports in a real browser: the form gives a file, the page fits a phone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit


@pytest.mark.parametrize("width", [1440, 360])
def test_a_report_is_asked_for_and_comes_as_a_file(
    visit_as: Callable[..., Visit], tmp_path: Path, width: int
) -> None:
    guest = visit_as("planner", width=width)
    guest.open("/reports")
    page = guest.page

    expect(page.get_by_role("heading", level=1)).to_have_text("Báo cáo")
    expect(page.locator(".report-due li").first).to_contain_text("Trước 20/06/2026")
    page.select_option("select[name=period]", "2026")
    page.select_option("select[name=province]", "51")
    with page.expect_download() as coming:
        page.get_by_role("button", name="PDF (.pdf)").click()
    coming.value.save_as(tmp_path / "bao-cao.pdf")

    assert coming.value.suggested_filename == "bao-cao-2026-51.pdf"
    assert (tmp_path / "bao-cao.pdf").read_bytes().startswith(b"%PDF")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert guest.complaints == []
    assert guest.foreign_requests == []
