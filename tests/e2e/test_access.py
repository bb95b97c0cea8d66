"""The pages for those who use no mouse, see little, or hear them read: axe-core, keys, names."""

from collections.abc import Callable
from functools import cache
from importlib.resources import files

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit

pytestmark = pytest.mark.e2e

VisitAs = Callable[..., Visit]

PAGES = {
    "map": "/map",
    "map-of-a-province": "/map?province=51&at=14.65,107.65,11&pick=c:23401",
    "commune": "/communes/23401",
    "province": "/provinces/51",
    "hotspots": "/hotspots",
    "hotspot": "/hotspots/TĐ-003",
    "corridors": "/corridors",
    "draw-a-route": "/corridors/new",
    "border": "/border",
    "facilities": "/facilities",
    "incident": "/incidents/1",
    "enter-incident": "/incidents/new?lat=14.65&lon=107.65",
    "enter-hotspot": "/hotspots/new?lat=14.65&lon=107.65",
    "clusters": "/clusters",
    "imports": "/imports",
    "review": "/review",
    "progress": "/progress",
    "alerts": "/alerts",
    "account": "/account",
    "error": "/nothing-here",
}
SIZES = {"wide": (1440, 900), "phone": (360, 740)}


@cache
def axe() -> str:
    return files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


def faults(visit: Visit) -> list[str]:
    """What axe-core finds serious or critical, with the place of each."""
    visit.page.evaluate(axe())
    found = visit.page.evaluate(
        "axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map("
        "v => [v.id, v.impact, v.nodes.map(n => [n.target.join(' '), n.failureSummary])]))"
    )
    return [
        f"{rule} ({impact}): {where} {why}"
        for rule, impact, nodes in found
        if impact in ("serious", "critical")
        for where, why in nodes
    ]


@pytest.mark.parametrize(("size", "theme"), [("wide", "light"), ("phone", "dark")])
def test_axe_finds_no_serious_fault(visit_as: VisitAs, size: str, theme: str) -> None:
    visit = visit_as("planner", *SIZES[size])
    visit.page.context.add_cookies([{"name": "diaban_theme", "value": theme, "url": visit.site}])
    found = {}
    for name, path in PAGES.items():
        visit.open(path)
        found[name] = faults(visit)

    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize(("size", "theme"), [("wide", "dark"), ("phone", "light")])
def test_axe_finds_no_serious_fault_on_the_map_in_the_other_theme(
    visit_as: VisitAs, size: str, theme: str
) -> None:
    visit = visit_as("planner", *SIZES[size])
    visit.page.context.add_cookies([{"name": "diaban_theme", "value": theme, "url": visit.site}])
    visit.open(PAGES["map-of-a-province"])
    visit.page.evaluate(
        "for (const each of document.querySelectorAll('#side details')) each.open = true"
    )

    assert faults(visit) == []


def test_axe_finds_no_serious_fault_at_the_gate(visit_as: VisitAs) -> None:
    visit = visit_as(None)
    for theme in ("light", "dark"):
        cookie = {"name": "diaban_theme", "value": theme, "url": visit.site}
        visit.page.context.add_cookies([cookie])  # type: ignore[list-item]
        visit.open("/login")
        assert faults(visit) == [], theme


def focused(visit: Visit) -> str:
    """What the keyboard stands on: its id, else its name."""
    return str(
        visit.page.evaluate(
            "(e => e.id || e.getAttribute('aria-label') || e.labels?.[0]?.innerText.trim()"
            " || e.textContent.trim().slice(0, 40))"
            "(document.activeElement)"
        )
    )


def walk(visit: Visit, most: int = 120) -> list[str]:
    """Every stop of the keyboard on a page, in order."""
    stops = []
    for _ in range(most):
        visit.page.keyboard.press("Tab")
        if visit.page.evaluate("document.activeElement === document.body"):
            break
        stops.append(focused(visit))
    return stops


def test_the_keyboard_walks_the_map_in_the_order_of_the_page(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    stops = walk(visit)

    wanted = ["Tới nội dung chính", "search", "province", "period", "from", "to"]
    assert [stop for stop in stops if stop in wanted] == wanted
    assert {"play", "month", "copy-link", "print"} <= set(stops)
    assert any("Tụ điểm chợ cũ" in stop for stop in stops)
    assert "" not in stops


def test_every_stop_of_the_keyboard_can_be_seen(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    unseen = []
    for _ in range(80):
        visit.page.keyboard.press("Tab")
        style = visit.page.evaluate(
            "(e => [getComputedStyle(e).outlineStyle, getComputedStyle(e).boxShadow])"
            "(document.activeElement)"
        )
        if visit.page.evaluate("document.activeElement === document.body"):
            break
        if style == ["none", "none"] and focused(visit) != "month":  # its handle is outlined
            unseen.append(focused(visit))

    assert unseen == []


def test_skipping_the_bar_leads_to_the_content(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")

    assert focused(visit) == "Đến bản đồ"
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.closest('#stage') !== null")


def test_what_is_in_view_is_a_list_that_opens_the_card(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&at=14.65,107.65,12")
    page = visit.page
    page.locator("#in-view > summary").focus()
    page.keyboard.press("Enter")
    entry = page.locator("#in-view-list button").first
    expect(entry).to_contain_text("Tụ điểm chợ cũ")
    expect(entry).to_contain_text("Tái phức tạp")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#detail")).to_be_visible()
    assert focused(visit) == "detail"

    page.keyboard.press("Escape")
    expect(page.locator("#detail")).to_be_hidden()
    assert "Tụ điểm chợ cũ" in focused(visit)
    headings = page.locator("#in-view-list h3").all_inner_texts()
    assert [text.split(" (")[0] for text in headings][:2] == ["Điểm, tụ điểm", "Cụm vụ việc"]
    assert visit.complaints == []


def test_the_list_leaves_out_what_is_switched_off(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&at=14.65,107.65,12")
    visit.page.locator("#in-view > summary").click()
    listed = visit.page.locator("#in-view-list")
    expect(listed).to_contain_text("Tụ điểm chợ cũ")
    visit.page.locator('[data-key="hotspots.re_emerged"]').focus()
    visit.page.keyboard.press("Space")

    expect(listed).not_to_contain_text("Tụ điểm chợ cũ")
    expect(visit.page.locator('[data-key="hotspots.re_emerged"]')).to_be_focused()


def test_symbols_are_stops_only_where_they_are_few(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&at=14.65,107.65,12")
    assert visit.page.locator(".hotspot[tabindex='0']").count() == 3

    visit.page.evaluate("diaban.map.setView([20.5, 105], 9, {animate: false})")
    expect(visit.page.locator(".hotspot[tabindex='0']")).to_have_count(0)


def test_arrows_walk_through_what_the_search_found(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    box = visit.page.locator("#search")
    visit.page.keyboard.press("/")
    visit.page.keyboard.type("đak")
    visit.page.wait_for_load_state("networkidle")
    expect(box).to_have_attribute("aria-activedescendant", "result-0")
    visit.page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", "result-1")
    visit.page.keyboard.press("Escape")

    expect(box).to_have_attribute("aria-expanded", "false")


def test_escape_closes_a_menu_of_the_bar_and_nothing_behind_it(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&pick=c:23401")
    menu = visit.page.locator(".bar-menu")
    menu.locator("summary").focus()
    visit.page.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    visit.page.keyboard.press("Tab")
    visit.page.keyboard.press("Escape")

    assert menu.get_attribute("open") is None
    expect(menu.locator("summary")).to_be_focused()
    assert visit.page.locator("#detail").is_visible()
