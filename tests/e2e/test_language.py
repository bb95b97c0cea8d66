"""The map in English and in its themes, chosen by the switches of the bar."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.webapp.test_translations import VIETNAMESE

pytestmark = pytest.mark.e2e

VisitAs = Callable[..., Visit]

PLACES = re.compile(
    r"(?:Tỉnh|Xã) [\w ]+|Tụ điểm [^\n]*|Nhà trong hẻm[^\n]*|Đắk \w+|Hoàng Sa|Trường Sa|Địa Bàn"
    r"|Buôn Ma Thuột|Tiếng Việt|Cán bộ planner|QĐ-TTg|Bản đồ thử|VV-[^\n]*|TĐ[^\n]*"
    r"|CÔNG AN [^\n]*|Bờ Y[^\n]*"
)
"""Names of places and what was typed into records: these stay as they are."""


def left_vietnamese(text: str) -> list[str]:
    """Lines that still hold Vietnamese when names of places are taken out."""
    return [line for line in text.splitlines() if VIETNAMESE.search(PLACES.sub("", line))]


def test_the_switch_turns_the_map_to_english_and_back(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    page = visit.page
    page.select_option("#province", "66")
    page.wait_for_url("**province=66**")
    page.get_by_role("button", name="English").click()
    page.wait_for_selector("html[lang=en][data-ready=true]")

    assert "province=66" in page.url
    expect(page.locator('[data-key="hotspots.active"] .name')).to_have_text("Active")
    page.get_by_role("button", name="Tiếng Việt").click()
    page.wait_for_selector("html[lang=vi][data-ready=true]")
    expect(page.locator('[data-key="hotspots.active"] .name')).to_have_text("Đang hoạt động")
    assert visit.complaints == []


def test_nothing_of_the_english_map_stays_vietnamese_but_names(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    english(visit)
    page = visit.page
    visit.open("/map?province=51&at=14.65,107.65,12")
    page.locator("#in-view > summary").click()
    page.locator("details:not([open]) > summary").evaluate_all(
        "all => all.filter(s => !s.closest('.bar')).forEach(s => { s.parentElement.open = true })"
    )
    texts = page.locator("body").inner_text()
    told = page.locator("body").evaluate(
        "body => [...body.querySelectorAll('[aria-label], [title], [placeholder], [alt]')].flatMap("
        "e => ['aria-label', 'title', 'placeholder', 'alt'].map(a => e.getAttribute(a) ?? ''))"
        ".join('\\n')"
    )

    assert left_vietnamese(texts) == []
    assert left_vietnamese(told) == []
    for pick in ("c:23401", "h:TĐ-003", "k:0", "i:1"):
        visit.open(f"/map?province=51&at=14.65,107.645,13&pick={pick}")
        page.wait_for_load_state("networkidle")
        story = page.locator("#detail .muted, #detail dt, #detail .actions, #detail .badge")
        assert left_vietnamese("\n".join(story.all_inner_texts())) == [], pick
    assert visit.complaints == []


def test_numbers_and_days_are_written_as_in_english(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    english(visit)
    visit.open("/map?province=51&from=2025-12-15&to=2026-06-14")
    page = visit.page

    assert "14 Jun 2026" in page.locator("#as-of").inner_text()
    assert page.input_value("#from") == "15/12/2025"
    assert page.locator("#period option").first.inner_text().count("Dec") >= 1
    page.fill("#to", "31/03/2026")
    page.press("#to", "Enter")
    page.wait_for_url("**to=2026-03-31**")
    expect(page.locator("#as-of")).to_contain_text("31 Mar 2026")


def test_a_theme_is_chosen_in_the_menu_and_stays(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    page = visit.page
    light = ground(visit)
    page.locator(".bar-menu summary").click()
    page.get_by_role("button", name="Tối").click()
    page.wait_for_selector("html[data-theme=dark][data-ready=true]")
    dark = ground(visit)

    assert light != dark
    visit.open("/progress")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(20, 25, 28)"
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    page.emulate_media(media="screen")
    page.emulate_media(color_scheme="dark")
    page.context.add_cookies([{"name": "diaban_theme", "value": "light", "url": visit.site}])
    visit.open("/progress")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(247, 246, 242)"


def test_without_a_choice_the_machine_decides(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.page.emulate_media(color_scheme="dark")
    visit.open("/progress")
    dark = ground(visit)
    visit.page.emulate_media(color_scheme="light")

    assert dark == "#1c2327"
    assert ground(visit) == "#ffffff"


def english(visit: Visit) -> None:
    """Choose English as the switch does."""
    language = {"name": "diaban_language", "value": "en", "url": visit.site}
    visit.page.context.add_cookies([language])  # type: ignore[list-item]


def ground(visit: Visit) -> str:
    """The colour that cards stand on."""
    return str(
        visit.page.evaluate(
            "getComputedStyle(document.documentElement).getPropertyValue('--card').trim()"
        )
    )
