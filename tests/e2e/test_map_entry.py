"""Writing and correcting records on the map, by pointer, by keyboard, on a phone."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Visit
from tests.webapp.seeded_site import HOSTILE

pytestmark = pytest.mark.e2e

VisitAs = Callable[..., Visit]

NORTH = "/map?province=51&from=2025-12-15&to=2026-06-14&off=&at=14.6300,107.7500,13"
"""The middle of Xã Đắk Pék, empty of records."""


def pick(visit: Visit) -> str:
    return parse_qs(urlsplit(visit.page.url).query).get("pick", [""])[0]


def click_stage(visit: Visit, right: float = 0, down: float = 0) -> None:
    """Click so many pixels from the middle of the map."""
    box = visit.page.locator("#stage .folium-map").bounding_box()
    assert box is not None
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visit.page.mouse.click(middle[0] + right, middle[1] + down)


def cases(visit: Visit) -> int:
    return int(visit.page.locator("[data-figure=cases]").inner_text())


def test_a_click_opens_the_form_there_and_saving_counts_it(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open(NORTH)
    before = cases(visit)
    visit.page.click("text=Ghi vụ việc")
    expect(visit.page.locator("#enter-bar")).to_be_visible()
    click_stage(visit)
    card = visit.page.locator("#detail")
    form = card.locator("form[data-entry]")

    expect(form).to_be_visible()
    expect(form.locator("[data-here]")).to_contain_text("Xã Đắk Pék, Tỉnh Quảng Ngãi")
    assert re.fullmatch(r"14,62\d+|14,63\d*", form.locator("[name=lat]").input_value())
    expect(visit.page.locator(".enter-mark")).to_be_visible()
    form.locator("[name=on]").fill("10/06/2026")
    form.locator("[name=kind]").select_option("possession")
    form.locator("[name=offenders]").fill("3")
    form.locator("button[type=submit]").click()

    expect(card).to_contain_text("Đã ghi vụ việc.")
    expect(card).to_contain_text("Vụ BĐ-2026-0001")
    assert re.fullmatch(r"e:v\d+", pick(visit))
    expect(visit.page.locator("[data-figure=cases]")).to_have_text(str(before + 1))
    expect(visit.page.locator(".enter-mark")).to_have_count(0)
    assert visit.complaints == []
    assert visit.foreign_requests == []

    card.locator("text=Hoàn tác lần ghi này").click()
    visit.page.click("main button[type=submit]")
    visit.open(NORTH)
    assert cases(visit) == before


def test_a_place_is_chosen_only_where_a_pixel_tells_it_and_kept_as_fine(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open(NORTH.replace(",13", ",9"))
    visit.page.click("text=Ghi vụ việc")
    click_stage(visit)
    warning = visit.page.locator("#enter-warning")
    expect(warning).to_contain_text("mỗi điểm ảnh rộng 296 m")
    assert pick(visit) == "" and visit.page.evaluate("diaban.map.getZoom()") == 14

    click_stage(visit, right=37, down=11)
    expect(visit.page.locator("#detail form[data-entry]")).to_be_visible()
    assert re.fullmatch(r"e:i@14\.\d{6},107\.\d{6}", pick(visit))
    lat = visit.page.locator("#detail [name=lat]").input_value()
    assert len(lat.partition(",")[2]) <= 5
    assert visit.complaints == []


def test_a_click_outside_every_commune_is_refused_before_a_form_opens(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open(NORTH.replace("107.7500", "109.6000"))
    visit.page.click("text=Ghi vụ việc")
    click_stage(visit)

    expect(visit.page.locator("#enter-warning")).to_contain_text("không nằm trong xã, phường nào")
    assert pick(visit) == ""
    expect(visit.page.locator("#detail")).to_be_hidden()
    visit.page.get_by_role("button", name="Nhập tọa độ, địa chỉ").click()
    expect(visit.page.locator("#detail form[data-entry]")).to_be_visible()
    assert visit.complaints == []


def test_what_is_wrong_or_doubtful_is_said_in_the_card_and_nothing_typed_is_lost(
    visit_as: VisitAs,
) -> None:
    visit = visit_as("planner")
    visit.open(NORTH.replace("107.7500", "107.6400").replace("14.6300", "14.6500"))
    visit.page.click("text=Ghi vụ việc")
    click_stage(visit)
    form = visit.page.locator("#detail form[data-entry]")
    form.locator("[name=offenders]").fill("4")
    form.locator("[name=on]").fill("01/02/2026")
    form.locator("button[type=submit]").click()

    expect(form.locator("#fault-kind")).to_have_text("Hãy chọn hành vi.")
    expect(form.locator("[data-answer]")).to_be_focused()
    assert form.locator("[name=offenders]").input_value() == "4"
    form.locator("[name=kind]").select_option("trading")
    form.locator("button[type=submit]").click()
    expect(form).to_contain_text("có thể là một vụ")
    assert HOSTILE[:30] in form.inner_text()
    assert form.locator("script, img").count() == 0
    form.locator("button[type=submit]", has_text="Vẫn lưu").click()
    expect(visit.page.locator("#detail")).to_contain_text("Đã ghi vụ việc.")
    complaints = [told for told in visit.complaints if "400" not in told]
    assert complaints == []


def test_the_pin_is_dragged_or_nudged_and_the_commune_follows(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open(NORTH)
    visit.page.click("text=Ghi điểm")
    click_stage(visit)
    form = visit.page.locator("#detail form[data-entry]")
    expect(form.locator("[data-here]")).to_contain_text("Xã Đắk Pék")
    before = form.locator("[name=lon]").input_value()
    visit.page.locator(".enter-mark").focus()
    visit.page.keyboard.press("ArrowRight")
    expect(form.locator("[name=lon]")).not_to_have_value(before)

    box = visit.page.locator(".enter-mark").bounding_box()
    assert box is not None
    at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    visit.page.mouse.move(*at)
    visit.page.mouse.down()
    visit.page.mouse.move(at[0] - 300, at[1], steps=8)
    visit.page.mouse.up()
    expect(form.locator("[data-here]")).to_contain_text("Xã Đắk Tô")
    assert "@14." in pick(visit)

    form.locator("[name=name]").fill("Quán vắng ven suối")
    form.locator("[name=kind]").select_option("retail")
    form.locator("button[type=submit]").click()
    card = visit.page.locator("#detail")
    expect(card).to_contain_text("Quán vắng ven suối")
    assert pick(visit) == "h:BĐ-2026-0001"
    expect(visit.page.locator('.hotspot[data-ref="BĐ-2026-0001"]')).to_have_count(1)
    assert visit.complaints == []


def write_facility(visit: Visit, name: str, kind: str) -> None:
    form = visit.page.locator("#detail form[data-entry]")
    form.locator("[name=name]").fill(name)
    form.locator("[name=kind]").select_option(kind)
    form.locator("button[type=submit]").click()


def test_a_facility_is_written_by_a_click_and_drawn_though_its_layer_was_off(
    visit_as: VisitAs,
) -> None:
    visit = visit_as("planner")
    visit.open(NORTH.replace("off=", "off=facilities,facilities.bar"))
    card, mark = visit.page.locator("#detail"), visit.page.locator(".facility[data-kind=bar]")
    visit.page.click("text=Ghi cơ sở")
    expect(visit.page.locator("#enter-bar")).to_contain_text("nơi của cơ sở")
    click_stage(visit)
    expect(card.locator("form [data-here]")).to_contain_text("Xã Đắk Pék, Tỉnh Quảng Ngãi")
    write_facility(visit, HOSTILE, "bar")

    expect(visit.page.locator("#toast")).to_contain_text("Đã ghi cơ sở.")
    expect(card.locator("h2")).to_contain_text(HOSTILE[:30])
    expect(mark).to_have_count(1)
    expect(visit.page.locator(".pick-ring").first).to_be_attached()
    expect(visit.page.locator('#legend [data-key="facilities.bar"] .count')).to_have_text("1")
    assert re.fullmatch(r"f:\d+", pick(visit))
    assert parse_qs(urlsplit(visit.page.url).query).get("off", [""]) == [""]

    card.locator("text=Sửa").click()
    write_facility(visit, "Quán Hoa Sim", "karaoke")
    expect(visit.page.locator("#toast")).to_contain_text("Đã sửa cơ sở")
    expect(card.locator("h2")).to_have_text("Quán Hoa Sim")
    expect(mark).to_have_count(0)
    expect(visit.page.locator(".facility[data-kind=karaoke]")).to_have_count(1)
    assert visit.complaints == []
    assert visit.foreign_requests == []


def test_the_page_of_a_facility_form_sends_to_the_map_and_esc_leads_back(visit_as: VisitAs) -> None:
    visit = visit_as("planner", width=360, height=740)
    visit.open(f"{NORTH}&enter=f")
    expect(visit.page.locator("#enter-bar")).to_contain_text("nơi của cơ sở")
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("[data-enter=f]")).to_be_focused()
    visit.page.keyboard.press("Enter")
    visit.page.keyboard.press("Enter")  # the middle of the map
    expect(visit.page.locator("#detail form[data-entry] [name=kind]")).to_be_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert visit.complaints == []


def test_by_keyboard_alone_from_the_button_to_the_saved_record(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open(NORTH)
    keys = visit.page.keyboard
    visit.page.locator("[data-enter=i]").focus()
    keys.press("Enter")
    keys.press("Escape")
    expect(visit.page.locator("#enter-bar")).to_be_hidden()
    expect(visit.page.locator("[data-enter=i]")).to_be_focused()
    keys.press("Enter")
    keys.press("Enter")  # the middle of the map
    form = visit.page.locator("#detail form[data-entry]")
    expect(form).to_be_visible()
    for _ in range(30):
        if visit.page.evaluate("document.activeElement?.name") == "on":
            break
        keys.press("Tab")
    keys.press("Control+A")
    keys.insert_text("09/06/2026")
    expect(form.locator("[name=on]")).to_have_value("09/06/2026")
    keys.press("Tab")
    for _ in range(3):
        keys.press("ArrowDown")
    form.locator("button[type=submit]").focus()
    keys.press("Enter")

    expect(visit.page.locator("#detail")).to_contain_text("Tàng trữ, 09/06/2026")


def test_coordinates_can_be_typed_without_touching_the_map(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open(NORTH)
    visit.page.click("text=Ghi vụ việc")
    visit.page.click("text=Nhập tọa độ, địa chỉ")
    form = visit.page.locator("#detail form[data-entry]")
    form.locator("[name=lat]").fill("14,65")
    form.locator("[name=lon]").fill("107,85")
    form.locator("[name=lon]").press("Tab")

    expect(form.locator("[data-here]")).to_contain_text("Xã Đắk Plô")
    expect(visit.page.locator(".enter-mark")).to_have_count(1)


def test_an_incident_is_corrected_from_its_card_and_keeps_its_history(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&at=14.65,107.64,13&pick=i:1")
    card = visit.page.locator("#detail")
    card.locator("text=Sửa").click()
    form = card.locator("form[data-entry]")
    expect(form.locator("[name=offenders]")).to_have_value("2")
    form.locator("[name=offenders]").fill("6")
    form.locator("button[type=submit]").click()
    expect(card).to_contain_text("Đã sửa vụ việc")
    visit.page.goto(f"{visit.site}/incidents/1")

    versions = visit.page.locator("#versions")
    expect(versions).to_contain_text("Đang là phiên bản 2")
    expect(versions.locator("del")).to_have_text("2")
    expect(versions.locator("ins")).to_have_text("6")
    assert visit.page.locator("main script, main img").count() == 0
    assert visit.complaints == []


def test_the_form_reached_by_a_link_is_the_same_and_back_closes_it(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open(f"{NORTH}&pick=e:i@14.61,107.76")
    form = visit.page.locator("#detail form[data-entry]")
    expect(form.locator("[name=lat]")).to_have_value("14,61")
    visit.page.keyboard.press("Escape")
    expect(visit.page.locator("#detail")).to_be_hidden()
    expect(visit.page.locator(".enter-mark")).to_have_count(0)
    visit.page.go_back()
    expect(form).to_be_visible()


def test_without_the_map_the_pages_do_the_same(visit_as: VisitAs) -> None:
    visit = visit_as("province")
    visit.open("/incidents/new?lat=14.55&lon=107.65")
    expect(visit.page.locator("[data-here]")).to_contain_text("Xã Buôn Ma Thuột, Tỉnh Đắk Lắk")
    visit.page.select_option("[name=kind]", "transport")
    visit.page.click("button:has-text('Lưu')")

    expect(visit.page.locator("h1")).to_contain_text("Vận chuyển")
    assert "Ghi trên bản đồ, Tỉnh Đắk Lắk" in visit.page.locator(".facts").inner_text()
    visit.page.click("text=Sửa")
    visit.page.click("text=Chọn trên bản đồ")
    visit.page.wait_for_selector("html[data-ready=true]")
    expect(visit.page.locator("#enter-bar")).to_be_visible()
    click_stage(visit, down=10)
    expect(visit.page.locator("#detail form[data-entry] [name=lat]")).not_to_have_value("14,55")


def test_on_a_phone_the_form_is_a_sheet_that_fits(visit_as: VisitAs) -> None:
    visit = visit_as("planner", width=360, height=740)
    visit.open(NORTH)
    visit.page.click("text=Ghi vụ việc")
    visit.page.click("text=Chọn tâm bản đồ")
    form = visit.page.locator("#detail form[data-entry]")
    expect(form).to_be_visible()
    box = form.bounding_box()

    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("username", ["analyst", "commune"])
def test_who_only_reads_is_offered_nothing_to_write(visit_as: VisitAs, username: str) -> None:
    visit = visit_as(username)
    visit.open("/map?province=51&at=14.65,107.64,13&pick=i:1")

    assert visit.page.locator(".enter-tools").count() == 0
    expect(visit.page.locator("#detail")).to_contain_text("Xem vụ việc")
    assert visit.page.locator("#detail >> text=Sửa").count() == 0
    visit.open("/map?province=51&pick=e:i1")
    expect(visit.page.locator("#detail [data-missing]")).to_be_visible()
    expect(visit.page.locator("#detail form")).to_have_count(0)
    assert visit.complaints == []
