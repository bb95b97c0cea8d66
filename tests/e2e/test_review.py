"""The review queue in a browser: by keyboard, by mouse, on a phone."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from geo.records import Placement
from geo.terms import Precision
from models.session import open_database
from tests.e2e.conftest import Visit
from tests.webapp.waiting_rows import keep_waiting, row

pytestmark = pytest.mark.e2e

VisitAs = Callable[..., Visit]


@pytest.fixture
def review(visit_as: VisitAs, tmp_path: Path) -> Callable[..., Visit]:
    """Open the queue of the site with rows that wait."""
    database = open_database(f"sqlite:///{tmp_path / 'site.db'}")
    keep_waiting(database)
    database.close()

    def start(width: int = 1366, height: int = 800) -> Visit:
        visit = visit_as("planner", width, height)
        visit.open("/review")
        visit.page.wait_for_selector("html[data-ready=true]")
        return visit

    return start


def waiting(visit: Visit, n: str) -> None:
    expect(visit.page.locator("#waiting")).to_have_text(n)


def shown(visit: Visit, text: str) -> None:
    expect(visit.page.locator(".written-main")).to_contain_text(text)


def stored(visit: Visit, text: str) -> None:
    expect(visit.page.locator("#toast")).to_contain_text(text)


def settled(visit: Visit) -> None:
    """Wait until keys decide on the question that has come up."""
    expect(visit.page.locator("#question:not([data-settling]):not([aria-busy])")).to_have_count(1)


def test_one_key_decides_and_another_takes_it_back(review: Callable[..., Visit]) -> None:
    visit = review()
    shown(visit, "Xã Tân Cảnh")
    waiting(visit, "7")

    visit.page.keyboard.press("2")
    waiting(visit, "4")
    stored(visit, "3 dòng → Xã Đắk Pék.")
    expect(visit.page.locator("#log")).to_contain_text("Xã Đắk Pék")
    expect(visit.page.locator(".bar-nav .bar-count")).to_have_text("4")

    visit.page.keyboard.press("z")
    waiting(visit, "7")
    shown(visit, "Xã Tân Cảnh")
    expect(visit.page.locator("#log")).to_contain_text("đã hoàn tác")
    assert visit.complaints == []
    assert visit.foreign_requests == []


def test_the_whole_queue_is_worked_off_by_keyboard(review: Callable[..., Visit]) -> None:
    visit = review()
    visit.page.keyboard.press("n")
    assert visit.page.is_checked("#remember")
    visit.page.keyboard.press("1")
    stored(visit, "Đã nhớ cho nguồn này.")
    waiting(visit, "4")
    for left in ("3", "2", "1"):
        settled(visit)
        visit.page.keyboard.press("x")
        waiting(visit, left)
        stored(visit, "1 dòng: không xác định được xã.")
    settled(visit)
    visit.page.keyboard.press("0")

    expect(visit.page.locator("main")).to_contain_text("Không còn dòng nào chờ rà soát.")
    expect(visit.page.locator("main")).to_contain_text("Hôm nay đã quyết định 7 dòng.")
    visit.page.wait_for_selector("html[data-ready=true]")
    visit.page.keyboard.press("z")
    expect(visit.page.locator("#waiting")).to_have_text("1")
    assert visit.complaints == []


def test_another_commune_is_found_without_diacritics(review: Callable[..., Visit]) -> None:
    visit = review()
    visit.page.keyboard.press("/")
    visit.page.keyboard.type("buon ma")
    expect(visit.page.locator("#found li").first).to_contain_text("Xã Buôn Ma Thuột")
    visit.page.keyboard.press("Enter")

    stored(visit, "3 dòng → Xã Buôn Ma Thuột.")
    waiting(visit, "4")


def test_what_is_typed_for_a_search_never_acts_where_there_is_no_box(
    review: Callable[..., Visit], tmp_path: Path
) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'site.db'}")
    unwritten = row("R-8", "", Placement(Precision.UNLOCATED), date(2026, 3, 6))
    keep_waiting(database, unwritten)
    database.close()
    visit = review()
    visit.page.click("#queue li:has-text('không ghi địa điểm') a")
    shown(visit, "(không ghi địa điểm)")
    settled(visit)
    n = visit.page.inner_text("#waiting")
    visit.page.keyboard.press("/")
    visit.page.keyboard.type("xa 1 n0")
    stored(visit, "Bấm Esc để dùng lại phím tắt.")
    shown(visit, "(không ghi địa điểm)")
    waiting(visit, n)

    visit.page.keyboard.press("Escape")
    visit.page.keyboard.press("x")
    stored(visit, "không xác định được xã")


def test_a_search_that_lost_its_question_does_not_decide_on_the_next(
    review: Callable[..., Visit],
) -> None:
    visit = review()
    visit.page.keyboard.press("/")
    visit.page.evaluate("document.querySelector('#queue li:nth-child(2) a').click()")
    settled(visit)
    visit.page.keyboard.type("n1x0")

    expect(visit.page.locator("#remember")).not_to_be_checked()
    waiting(visit, "7")


def test_keys_do_not_decide_on_a_question_that_has_just_come_up(
    review: Callable[..., Visit],
) -> None:
    visit = review()
    visit.page.clock.install()
    visit.page.keyboard.press("s")
    expect(visit.page.locator("#question")).to_have_attribute("data-settling", "")
    visit.page.keyboard.type("n1x0")
    waiting(visit, "7")

    visit.page.clock.run_for(500)
    settled(visit)
    visit.page.keyboard.press("x")
    waiting(visit, "6")


def test_the_list_is_walked_and_skipped(review: Callable[..., Visit]) -> None:
    visit = review()
    first = visit.page.locator("#queue a[aria-current]").inner_text()
    visit.page.keyboard.press("j")
    expect(visit.page.locator("#queue li").nth(1).locator("a")).to_have_attribute(
        "aria-current", "true"
    )
    visit.page.keyboard.press("k")
    visit.page.keyboard.press("s")
    visit.page.keyboard.press("k")
    expect(visit.page.locator("#queue a[aria-current]")).to_have_text(first, use_inner_text=True)
    waiting(visit, "7")


def test_the_map_shows_the_candidates_and_what_becomes_of_the_point(
    review: Callable[..., Visit],
) -> None:
    visit = review()
    visit.page.click("#queue li:has-text('Thông tin trái nhau') a")
    shown(visit, "Xã Đắk Tô")
    choices = visit.page.locator(".candidates button")

    assert "giữ tọa độ" in choices.nth(0).inner_text()
    assert "bỏ tọa độ" in choices.nth(1).inner_text()
    assert visit.page.locator(".review-map .point").count() == 1
    choices.nth(1).hover()
    expect(visit.page.locator(".review-map path.lit")).to_have_attribute("data-code", "23401")
    choices.nth(0).click()
    stored(visit, "giữ tọa độ của 1 dòng")


def test_an_answer_that_is_refused_comes_back(review: Callable[..., Visit]) -> None:
    visit = review()
    # A page that is already open may send its first request past a route made after it.
    visit.page.route("**/api/review/decisions", lambda route: route.abort())
    visit.page.reload()
    visit.page.wait_for_selector("html[data-ready=true]")
    settled(visit)
    visit.page.keyboard.press("1")

    stored(visit, "Không kết nối được máy chủ")
    waiting(visit, "7")
    shown(visit, "Xã Tân Cảnh")


def test_a_phone_decides_with_a_finger(review: Callable[..., Visit]) -> None:
    visit = review(360, 780)
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    visit.page.locator(".candidates button").first.tap()
    waiting(visit, "4")
    stored(visit, "3 dòng → Xã Đắk Tô.")
    visit.page.locator(".toast-undo").tap()
    waiting(visit, "7")

    assert visit.complaints == []
