"""An assessment in a real browser: declared on a phone, sent back, corrected, approved, listed."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from models.session import Database, open_database
from tests.e2e.conftest import QuietHandler, Visit
from tests.webapp.assessed_commune import CLEAN, CODE, OFFICER, YEAR
from tests.webapp.seeded_site import settings
from webapp.app import create_app
from webapp.services import declare
from webapp.services.declare import Sent

NOW = datetime(2025, 12, 17, 3, 0, tzinfo=UTC)


@pytest.fixture
def database(e2e_file: Path, tmp_path: Path) -> Iterator[Database]:
    """The seeded site in a file of this test's own."""
    path = tmp_path / "site.db"
    shutil.copyfile(e2e_file, path)
    database = open_database(f"sqlite:///{path}")
    yield database
    database.close()


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Iterator[str]:
    """The site three days after the evaluation year 2025 ended."""
    app = create_app(settings(tmp_path), database, now=lambda: NOW)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def fill(page: Page, **figures: str) -> None:
    for name, typed in figures.items():
        field = page.locator(f"#f-{name}")
        if field.evaluate("each => each.tagName") == "SELECT":
            field.select_option(typed)
        else:
            field.fill(typed)


def save(page: Page) -> None:
    page.get_by_role("button", name="Lưu", exact=True).click()


def press(page: Page, name: str) -> None:
    page.locator(".assessment-choices").get_by_text(name).first.click()


def fits(page: Page) -> bool:
    fitting: bool = page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    return fitting


def test_from_the_phone_of_an_officer_to_the_list(
    visit_as: Callable[..., Visit], database: Database
) -> None:
    phone, desk = visit_as("commune", width=360, height=740), visit_as("planner")
    _declare(phone.page, phone)
    _self_assess(phone.page)
    _send_back(desk)
    _correct(phone)
    _approve_and_list(desk)

    form = declare.open_form(database, OFFICER, CODE, YEAR, NOW.date())
    sent = Sent({**CLEAN, "dependents": "70"}, form.seen)
    assert declare.declare(database, OFFICER, CODE, YEAR, sent, at=NOW).import_id
    desk.open(f"/communes/{CODE}/assessment?period=2025")
    expect(desk.page.get_by_text("Số liệu hiện nay đã khác bản đã duyệt.")).to_be_visible()
    expect(desk.page.locator("main .class-badge").first).to_have_text("Trọng điểm loại III")
    assert [told for told in phone.complaints if "400 (BAD REQUEST)" not in told] == []
    assert desk.complaints == []
    assert phone.foreign_requests == desk.foreign_requests == []


def _declare(page: Page, phone: Visit) -> None:
    phone.open(f"/communes/{CODE}/declare?period=2025")
    assert fits(page)
    fill(page, **{**CLEAN, "dependents": "2", "substitution": "3"})
    save(page)
    expect(page.locator("#warnings")).to_contain_text("loại trừ")
    expect(page.locator("#f-residents")).to_have_value("9.000")
    fill(page, substitution="-1")
    save(page)
    expect(page.locator("#e-substitution")).to_be_visible()
    fill(page, substitution="0", dependents="1")
    save(page)
    page.wait_for_url("**/assessment?period=2025")
    assert fits(page)


def _self_assess(page: Page) -> None:
    press(page, "Ký tự đánh giá")
    expect(page.locator(".assessment-state").first).to_contain_text("chờ duyệt")


def _send_back(desk: Visit) -> None:
    page = desk.page
    desk.open(f"/communes/{CODE}/assessment?period=2025")
    press(page, "Trả lại")
    page.fill("#form-send_back textarea", "Thiếu số người nghiện.")
    page.locator("#form-send_back button").click()
    expect(page.locator(".assessment-state").first).to_contain_text("bị trả lại")


def _correct(phone: Visit) -> None:
    page = phone.page
    phone.open(f"/communes/{CODE}/assessment?period=2025")
    expect(page.get_by_text("Lý do: Thiếu số người nghiện.")).to_be_visible()
    page.get_by_role("link", name="Khai báo, sửa chỉ tiêu").click()
    fill(page, dependents="2")
    save(page)
    page.wait_for_url("**/assessment?period=2025")
    _self_assess(page)


def _approve_and_list(desk: Visit) -> None:
    page = desk.page
    desk.open(f"/communes/{CODE}/assessment?period=2025")
    press(page, "Duyệt")
    expect(page.locator(".assessment-state").first).to_contain_text("đã duyệt")
    press(page, "Đưa vào danh sách")
    page.fill("#form-list input[name=decision]", "1234/QĐ-UBND")
    page.fill("#form-list input[name=decided_on]", "2025-12-17")
    page.locator("#form-list button").click()
    expect(page.locator(".assessment-state").first).to_contain_text("danh sách")
    assert fits(page)
