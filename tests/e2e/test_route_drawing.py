"""Key routes in a real browser: drawn by hand or by keyboard, seen on the planner's map."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visit

POINTS = "107.61 14.65\n107.85 14.65"


def opened(visit_as: Callable[..., Visit], width: int = 1440) -> Visit:
    guest = visit_as("planner", width=width, height=900 if width > 500 else 740)
    guest.page.goto(f"{guest.site}/corridors/new")
    guest.page.wait_for_selector("html[data-ready=true]")
    return guest


def click_map(page: Page, x: int, y: int, *, twice: bool = False) -> None:
    box = page.locator("#draw-map").bounding_box()
    assert box is not None
    click = page.mouse.dblclick if twice else page.mouse.click
    click(box["x"] + x, box["y"] + y)
    page.wait_for_timeout(60)


def n_points(page: Page) -> int:
    return len(page.input_value("#points").split())


def store(page: Page, name: str = "Đường tuần tra") -> None:
    page.fill("input[name=name]", name)
    page.fill("input[name=decision]", "12/QĐ-UBND")
    page.fill("input[name=valid_from]", "2026-01-10")
    page.get_by_role("button", name="Lưu", exact=True).click()
    page.wait_for_url("**/corridors/*")


def test_a_line_is_drawn_mended_and_stored(visit_as: Callable[..., Visit]) -> None:
    guest = opened(visit_as)
    page = guest.page
    page.fill("#points", POINTS)
    expect(page.locator("#draw-laid")).to_contain_text("qua 3 xã")
    page.click("#tool-fit")
    page.click("#tool-clear")
    expect(page.locator("#points")).to_have_value("")

    for x, y in ((120, 220), (240, 250), (330, 180)):
        click_map(page, x, y)
    click_map(page, 400, 240, twice=True)
    assert n_points(page) == 8
    expect(page.locator("#tool-draw")).to_have_attribute("aria-pressed", "false")
    click_map(page, 60, 60)
    assert n_points(page) == 8

    page.click("#tool-back")
    assert n_points(page) == 6
    page.click("#tool-undo")
    assert n_points(page) == 8
    first = page.input_value("#points").split("\n")[0]
    page.click("#tool-turn")
    assert page.input_value("#points").split("\n")[-1] == first

    knot = page.locator(".draw-knot-last")
    box = knot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 12, box["y"] + 12)
    page.mouse.down()
    page.mouse.move(box["x"] + 40, box["y"] + 30, steps=4)
    page.mouse.up()
    assert page.input_value("#points").split("\n")[-1] != first
    assert guest.complaints == []
    assert guest.foreign_requests == []


@pytest.mark.parametrize("width", [1440, 360])
def test_a_route_is_entered_by_keyboard_alone_and_stands_on_the_map(
    visit_as: Callable[..., Visit], width: int
) -> None:
    guest = opened(visit_as, width)
    page = guest.page
    page.locator("#points").focus()
    page.keyboard.type(POINTS)
    expect(page.locator("#draw-laid")).to_contain_text("qua 3 xã")
    knot = page.locator(".draw-knot-first")
    knot.focus()
    page.keyboard.press("ArrowUp")
    assert page.input_value("#points").split("\n")[0] != "107.61 14.65"
    page.fill("#width", "400")
    store(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Đường tuần tra")
    expect(page.locator(".route-km .km-bar").first).to_be_attached()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    guest.open("/map?province=51&from=2025-12-15&to=2026-06-14")
    line = page.locator("path[data-route]").first
    expect(line).to_be_attached()
    line.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#detail h2")).to_have_text("Đường tuần tra")
    expect(page.locator("#detail")).to_contain_text("kỳ liền trước")
    assert "pick=r:" in page.url
    assert guest.complaints == []
    assert guest.foreign_requests == []


def test_what_cannot_be_read_is_said_beside_the_points(visit_as: Callable[..., Visit]) -> None:
    page = opened(visit_as).page
    page.fill("#points", "107.61 14.65\nchợ cũ")
    expect(page.locator("#points-fault")).to_be_visible()
    expect(page.locator("#points")).to_have_attribute("aria-invalid", "true")
    page.fill("#points", POINTS)
    expect(page.locator("#points-fault")).to_be_hidden()


def test_routes_are_switched_and_leave_the_map_when_they_end(
    visit_as: Callable[..., Visit],
) -> None:
    guest = opened(visit_as)
    page = guest.page
    page.fill("#points", POINTS)
    page.fill("input[name=valid_to]", "2026-03-01")
    store(page)
    guest.open("/map?province=51&from=2025-12-15&to=2026-06-14")
    expect(page.locator("path[data-route]")).to_have_count(1)
    page.locator("[data-key='routes.road']").click()
    expect(page.locator("path[data-route]")).to_have_count(0)
    assert "routes.road" in page.url
    guest.open("/map?province=51&from=2026-03-02&to=2026-06-14")
    expect(page.locator("path[data-route]")).to_have_count(0)
