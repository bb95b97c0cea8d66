"""The time bar and the comparison with the period before, in a real browser."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit

pytestmark = pytest.mark.e2e

VisitAs = Callable[..., Visit]
HALF = "from=2025-12-15&to=2026-06-14"


def query(visit: Visit) -> dict[str, list[str]]:
    return parse_qs(urlsplit(visit.page.url).query, keep_blank_values=True)


def marker(visit: Visit, status: str):  # type: ignore[no-untyped-def]
    return visit.page.locator(f'.hotspot[data-status="{status}"]')


def figure(visit: Visit, name: str):  # type: ignore[no-untyped-def]
    return visit.page.locator(f"[data-figure={name}]")


def as_of(visit: Visit, day: str) -> None:
    expect(visit.page.locator("#as-of")).to_contain_text(day)


STOP_AT = """day => {
  const told = document.getElementById("as-of");
  const seen = new MutationObserver(() => {
    if (!told.textContent.includes(day)) return;
    seen.disconnect();
    document.getElementById("play").click();
  });
  seen.observe(told, { childList: true, characterData: true, subtree: true });
}"""
"""Presses the button in the very frame that shows a day: a machine under load looks too late."""


def steps(visit: Visit) -> list[float]:
    marks = "performance.getEntriesByName('story-step').map((each) => each.startTime)"
    return visit.page.evaluate(marks)


def wait_for_steps(visit: Visit, n: int) -> None:
    """Wait until so many steps were drawn; the page's policy forbids Playwright's own waiting."""
    for _ in range(200):
        if len(steps(visit)) >= n:
            return
        visit.page.wait_for_timeout(50)
    pytest.fail(f"{len(steps(visit))} steps drawn in ten seconds, not {n}")


def test_play_runs_from_one_answer_and_stops_at_the_end(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&from=2025-12-15&to=2025-12-31")
    visit.page.click("#play")
    expect(marker(visit, "active")).to_have_count(3)
    wait_for_steps(visit, 1)
    before = len(visit.requests)
    wait_for_steps(visit, 5)
    assert visit.requests[before:] == []

    visit.page.wait_for_url("**/map?*to=2026-06-14*", timeout=8000)
    expect(visit.page.locator("#play")).to_have_attribute("aria-pressed", "false")
    as_of(visit, "14/06/2026")
    expect(marker(visit, "re_emerged")).to_have_count(1)
    expect(marker(visit, "cleared")).to_have_count(1)
    expect(figure(visit, "cases")).to_have_text("11")
    assert query(visit)["from"] == ["2025-12-15"]
    assert visit.complaints == []


def test_play_stopped_midway_leaves_its_month_in_the_address(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&from=2025-12-15&to=2025-12-31")
    visit.page.evaluate(STOP_AT, "28/02/2026")
    visit.page.click("#play")
    visit.page.wait_for_url("**/map?*to=2026-0*")

    assert query(visit)["to"] == ["2026-02-28"]
    as_of(visit, "28/02/2026")
    visit.page.go_back()
    as_of(visit, "31/12/2025")


def test_after_the_end_play_begins_anew_five_steps_a_second(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open(f"/map?province=51&{HALF}")
    visit.page.click("#play")
    wait_for_steps(visit, 13)
    expect(visit.page.locator("#play")).to_have_attribute("aria-pressed", "false", timeout=10_000)
    as_of(visit, "14/06/2026")
    at = steps(visit)

    assert (at[11] - at[1]) / 10 < 280  # 200 ms are meant; a busy machine may be late
    assert query(visit)["from"] == ["2025-12-15"]
    expect(figure(visit, "cases")).to_have_text("11")


def test_the_handle_is_a_slider_for_the_keyboard(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open(f"/map?province=51&{HALF}")
    slider = visit.page.get_by_role("slider")
    slider.focus()
    with visit.page.expect_response("**/api/story?*"):
        visit.page.keyboard.press("ArrowLeft")
    as_of(visit, "31/05/2026")
    text = slider.get_attribute("aria-valuetext") or ""
    assert text.startswith("31/05/2026. Tháng 05/2026: 0 vụ")
    visit.page.wait_for_url("**/map?*to=2026-05-31*")
    for _ in range(4):
        visit.page.keyboard.press("ArrowLeft")
    as_of(visit, "31/01/2026")
    expect(marker(visit, "active")).to_have_count(3)
    visit.page.wait_for_url("**/map?*to=2026-01-31*")

    visit.page.go_back()
    as_of(visit, "31/05/2026")
    visit.page.go_back()
    as_of(visit, "14/06/2026")
    expect(marker(visit, "re_emerged")).to_have_count(1)


def test_the_handle_is_dragged_over_the_bars(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open(f"/map?province=51&{HALF}")
    box = visit.page.locator("#months").bounding_box()
    assert box is not None
    n = int(visit.page.locator("#month").get_attribute("max") or 0) + 1

    def middle(month: int) -> float:
        return box["x"] + (month + 0.5) * box["width"] / n

    with visit.page.expect_response("**/api/story?*"):
        visit.page.mouse.move(middle(n - 1), box["y"] + 20)
        visit.page.mouse.down()
    visit.page.mouse.move(middle(n - 4), box["y"] + 20, steps=4)
    as_of(visit, "31/03/2026")
    expect(figure(visit, "cases")).to_have_text("10")
    assert query(visit)["to"] == ["2026-06-14"]
    visit.page.mouse.up()
    visit.page.wait_for_url("**/map?*to=2026-03-31*")
    expect(marker(visit, "cleared")).to_have_count(2)


def test_a_day_before_the_period_begins_it_a_year_earlier_and_back(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.page.emulate_media(reduced_motion="reduce")
    visit.open(f"/map?province=51&{HALF}")
    assert visit.page.input_value("#speed") == "0.5"  # who wants calm gets slow steps
    slider = visit.page.get_by_role("slider")
    slider.focus()
    visit.page.keyboard.press("Home")
    expect(visit.page.locator("#from")).not_to_have_value("15/12/2025")
    visit.page.keyboard.press("End")
    expect(visit.page.locator("#from")).to_have_value("15/12/2025")
    as_of(visit, "14/06/2026")


def test_the_difference_is_told_in_colour_number_and_words(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open(f"/map?province=51&{HALF}&at=14.65,107.85,10&cmp=diff&base=year")
    strip = visit.page.locator("#compare")
    expect(strip).to_contain_text("15/12/2024 – 14/06/2025: 1 vụ")
    expect(strip).to_contain_text("15/12/2025 – 14/06/2026: 11 vụ")
    expect(strip).to_contain_text("tăng rõ")
    expect(visit.page.locator("#compare-key")).to_contain_text("Xã Đắk Tô")
    expect(visit.page.locator(".leaflet-changes-pane")).to_contain_text("+10")
    expect(visit.page.locator('[data-status="cleared"] .spot-arrow')).to_have_count(1)

    visit.page.select_option("#compare-base", "")
    expect(strip).to_contain_text("15/06/2025 – 14/12/2025: 0 vụ")
    expect(strip).to_contain_text("tính trên 183 và 108 ngày có dữ liệu")
    assert "base" not in query(visit)
    visit.page.click("#compare .close")
    expect(strip).to_be_hidden()
    assert "cmp" not in query(visit)
    assert visit.complaints == []


def test_hotspots_carry_an_arrow_until_play_leaves_the_comparison(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&from=2026-03-01&to=2026-06-14&cmp=diff")
    arrows = visit.page.locator(".hotspot:has(.spot-arrow)")
    expect(arrows).to_have_count(1)

    assert arrows.get_attribute("data-ref") == "TĐ-003"
    assert "tái phức tạp trong kỳ" in (arrows.get_attribute("aria-label") or "")
    visit.page.click("#play")
    expect(visit.page.locator("#compare")).to_be_hidden()
    expect(arrows).to_have_count(0)


def test_two_maps_move_together_and_a_link_brings_them_back(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open(f"/map?province=51&{HALF}")
    visit.page.click("#compare-open")
    visit.page.click("[data-mode=side]")
    expect(visit.page.locator("#caption-before")).to_contain_text("15/06/2025 – 14/12/2025")
    expect(visit.page.locator("#map-before .hotspot-before")).to_have_count(3)
    left, right = visit.page.locator("#map-before"), visit.page.locator(".folium-map")
    boxes = [each.bounding_box() for each in (left, right)]
    assert boxes[0] and boxes[1]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"] + 1
    visit.page.mouse.move(boxes[0]["x"] + 200, boxes[0]["y"] + 200)
    visit.page.mouse.down()
    visit.page.mouse.move(boxes[0]["x"] + 260, boxes[0]["y"] + 240, steps=3)
    visit.page.mouse.up()
    visit.page.wait_for_url("**at=*")
    centre = visit.page.evaluate("diaban.map.getCenter().lng")

    other = visit_as("planner")
    other.open(visit.page.url.removeprefix(visit.site))
    expect(other.page.locator("#map-before .hotspot-before")).to_have_count(3)
    assert other.page.evaluate("diaban.map.getCenter().lng") == pytest.approx(centre, abs=5e-3)
    other.page.click("#compare-open")
    expect(other.page.locator("#map-before")).to_have_count(0)
    assert visit.complaints + other.complaints == []


def test_the_map_of_the_period_before_draws_what_the_other_draws(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open(f"/map?province=51&{HALF}&cmp=side&off=")
    copies = visit.page.locator("#map-before .leaflet-labels-pane .label")
    names = visit.page.locator(".folium-map .leaflet-labels-pane .label")
    expect(copies).not_to_have_count(0)

    assert sorted(copies.all_text_contents()) == sorted(names.all_text_contents())
    for pane in ("border", "segments", "provinces", "communes"):
        expect(visit.page.locator(f"#map-before .leaflet-{pane}-pane canvas")).to_have_count(1)
    asked = [url for url in visit.requests if "to=2025-12-14" in url]
    for kind in ("routes", "segments", "clusters", "hotspots"):
        assert any(f"/api/{kind}?" in url for url in asked), kind
    visit.page.locator('[data-key="labels"]').click()
    expect(copies).to_have_count(0)
    visit.page.click("#play")
    expect(visit.page.locator("#toast")).to_have_text("Đã đóng so sánh để phát theo tháng.")
    assert visit.complaints == []


@pytest.mark.parametrize("width", [760, 1024, 1440])
def test_the_buttons_of_the_time_bar_lie_beside_its_months(visit_as: VisitAs, width: int) -> None:
    visit = visit_as("planner", width=width, height=700)
    visit.open("/map?province=51")
    button, months = (
        visit.page.locator(each).bounding_box() for each in ("#compare-open", "#months")
    )
    assert button is not None
    assert months is not None

    assert button["x"] + button["width"] <= months["x"]
    assert months["width"] > 100
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_phone_has_the_time_bar_above_its_sheet(visit_as: VisitAs) -> None:
    visit = visit_as("planner", 360, 740)
    visit.open(f"/map?province=51&{HALF}")
    bar, side = (visit.page.locator(name).bounding_box() for name in (".timebar", "#side"))

    assert bar and side
    assert bar["y"] + bar["height"] <= side["y"] + 4
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    visit.page.click("#play")
    wait_for_steps(visit, 3)
    visit.page.click("#play")
    visit.page.click("#compare-open")
    expect(visit.page.locator("#compare")).to_contain_text("→")
    assert visit.complaints == []


def test_a_commune_officer_plays_the_own_commune(visit_as: VisitAs) -> None:
    visit = visit_as("commune")
    visit.open(f"/map?province=51&{HALF}")
    visit.page.click("#play")
    wait_for_steps(visit, 3)
    visit.page.click("#play")
    visit.open(f"/map?province=51&{HALF}&cmp=diff")
    expect(visit.page.locator("#compare")).to_be_visible()

    assert visit.complaints == []
