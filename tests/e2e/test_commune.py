"""The page of a commune on a phone, at a desk and on paper."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit

pytestmark = pytest.mark.e2e

PAGE = "/communes/23401"


def overflow(visit: Visit) -> int:
    """How many pixels the page is wider than the window."""
    return int(visit.page.evaluate("document.documentElement.scrollWidth - innerWidth"))


@pytest.mark.parametrize("width", [1440, 1000, 720, 360])
def test_the_page_fits_the_window_and_says_nothing_in_the_console(
    visit_as: Callable[..., Visit], width: int
) -> None:
    visit = visit_as("commune", width=width, height=800)
    visit.open(PAGE)

    expect(visit.page.locator("h1")).to_have_text("Xã Đắk Tô")
    assert overflow(visit) == 0
    assert visit.complaints == []
    assert visit.foreign_requests == []


def test_on_a_phone_the_button_stays_at_hand_and_is_large_enough(
    visit_as: Callable[..., Visit],
) -> None:
    visit = visit_as("commune", width=360, height=740)
    visit.open(PAGE)
    button = visit.page.get_by_role("link", name="Khai báo chỉ tiêu")

    expect(button).to_be_in_viewport()
    box = button.bounding_box()
    assert box is not None
    assert box["height"] >= 44
    button.click()
    visit.page.wait_for_url("**/communes/23401/declare**")


def test_a_type_unfolds_and_a_neighbour_opens(visit_as: Callable[..., Visit]) -> None:
    visit = visit_as("planner", width=360, height=740)
    visit.open(PAGE)
    folded = visit.page.locator("details.type:not([open])").first
    folded.locator("summary").click()
    expect(visit.page.locator("details.type[open]")).to_have_count(2)

    visit.page.locator(".neighbours a", has_text="Đắk Pék").click()
    expect(visit.page.locator("h1")).to_have_text("Xã Đắk Pék")
    assert visit.complaints == []


def test_the_period_is_chosen_and_stays_in_the_address(visit_as: Callable[..., Visit]) -> None:
    visit = visit_as("planner")
    visit.open(PAGE)
    visit.page.locator(".commune-term summary").click()
    visit.page.locator(".commune-term [name=known_on]").fill("2026-06-01")
    visit.page.locator(".commune-term button").click()

    expect(visit.page.locator(".commune-head")).to_contain_text("đến hết ngày 01/06/2026")
    assert "period=2026" in visit.page.url
    assert "known_on=2026-06-01" in visit.page.url


def test_on_paper_the_nearest_type_is_unfolded_and_nothing_is_to_press(
    visit_as: Callable[..., Visit],
) -> None:
    visit = visit_as("commune")
    visit.open(PAGE)
    visit.page.emulate_media(media="print")

    expect(visit.page.locator("details.type").first.locator("ol")).to_be_visible()
    expect(visit.page.locator("details.type").last.locator("ol")).to_be_hidden()
    expect(visit.page.locator(".commune-bar")).to_be_hidden()
    expect(visit.page.locator(".commune-term")).to_be_hidden()
    expect(visit.page.locator(".commune-map svg")).to_be_visible()


def test_words_have_contrast_enough(visit_as: Callable[..., Visit]) -> None:
    visit = visit_as("commune", width=360, height=740)
    visit.open(PAGE)

    assert visit.page.evaluate(FAINT) == []


FAINT = """() => {
  const channel = (value) => {
    const v = value / 255;
    return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  };
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b);
  const parse = (text) => (text.match(/[0-9.]+/g) || []).map(Number);
  const behind = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const style = getComputedStyle(e);
      if (style.backgroundImage !== "none") return null;
      const colour = parse(style.backgroundColor);
      if (colour.length === 3 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const faint = [];
  for (const e of document.querySelectorAll("main *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || e.closest("svg") || !e.checkVisibility()) continue;
    const back = behind(e);
    if (!back) continue;
    const [one, other] = [light(parse(getComputedStyle(e).color)), light(back)];
    const ratio = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (ratio >= 4.5 || e.closest("[disabled]")) continue;
    faint.push(`${e.className} ${e.textContent.trim().slice(0, 30)} ${ratio.toFixed(2)}`);
  }
  return faint;
}"""
