"""What is in view: figures of the frame, rings, names, missing picks, notes, touch."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Route, expect

from geo.records import HotspotEvent
from geo.terms import EventType, Precision
from models import hotspots, incidents
from models.session import open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.e2e.conftest import Visit
from tests.models.specimens import a_hotspot, an_import, an_incident
from tests.webapp.seeded_site import point

pytestmark = pytest.mark.e2e

VisitAs = Callable[..., Visit]

WEST = "/map?province=51&at=14.6500,107.6500,13"
"""A frame inside the westernmost commune of the north, where most records lie."""

EAST = "/map?province=51&at=14.6500,108.1500,13"


@pytest.fixture
def planner(visit_as: VisitAs, tmp_path: Path) -> Visit:
    """A planner; in the second commune a case and one known to it only, far away a hotspot."""
    database = open_database(f"sqlite:///{tmp_path / 'site.db'}")
    there = point(107.75, 14.65, "23377", "51")
    vague = replace(there, precision=Precision.COMMUNE, lon=None, lat=None)
    far = point(107.95, 14.55, "24598", "66")
    opened = (HotspotEvent(EventType.OPENED, date(2026, 1, 1)),)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session)
        days = {"occurred_on": date(2026, 3, 1)}
        records = [
            an_incident("F-1", placement=there, **days),
            an_incident("F-2", placement=vague, **days),
        ]
        incidents.add_incidents(session, LOCAL_OPERATOR, records, import_id)
        spot = a_hotspot("X-66", name="Quán Ánh Đào", placement=far, events=opened)
        hotspots.add_hotspots(session, LOCAL_OPERATOR, [spot], import_id)
    database.close()
    return visit_as("planner")


def query(visit: Visit) -> dict[str, list[str]]:
    return parse_qs(urlsplit(visit.page.url).query)


def figure(visit: Visit, name: str) -> Locator:
    return visit.page.locator(f"[data-figure={name}]")


def heading(visit: Visit) -> Locator:
    return visit.page.locator("#figures-of")


def switch(visit: Visit) -> Locator:
    return visit.page.locator("#figures-switch")


def test_the_whole_area_has_its_own_figures_and_no_switch(planner: Visit) -> None:
    planner.open("/map?province=51")

    expect(heading(planner)).to_have_text("Tỉnh Quảng Ngãi")
    expect(figure(planner, "cases")).to_have_text("13")
    expect(figure(planner, "drug_free")).to_have_text("1/6")
    expect(switch(planner)).to_be_hidden()


def test_a_link_to_a_part_tells_the_figures_of_the_frame(planner: Visit) -> None:
    planner.open(WEST)

    expect(heading(planner)).to_have_text("Trong khung nhìn")
    expect(figure(planner, "cases")).to_have_text("11")
    expect(figure(planner, "drug_free")).to_have_text("0/1")
    title = planner.page.locator("#figures > div").first.get_attribute("title")
    assert title is not None and title.startswith("Vụ chỉ biết đến xã được tính khi")
    assert planner.complaints == []


def test_figures_follow_the_map_and_the_switch_keeps_those_of_the_area(planner: Visit) -> None:
    planner.open(WEST)
    planner.page.evaluate("diaban.map.setView([14.65, 107.75], 13, { animate: false })")
    expect(figure(planner, "cases")).to_have_text("2")
    expect(figure(planner, "drug_free")).to_have_text("1/1")

    switch(planner).click()
    expect(heading(planner)).to_have_text("Tỉnh Quảng Ngãi")
    expect(figure(planner, "cases")).to_have_text("13")
    expect(switch(planner)).to_have_text("Cả tỉnh")
    expect(switch(planner)).to_have_attribute("aria-pressed", "true")
    assert query(planner)["figures"] == ["area"]

    planner.page.go_back()
    expect(figure(planner, "cases")).to_have_text("2")
    planner.page.go_forward()
    expect(figure(planner, "cases")).to_have_text("13")
    planner.page.reload()
    planner.page.wait_for_selector("html[data-ready=true]")
    expect(figure(planner, "cases")).to_have_text("13")


def test_coming_back_to_the_whole_area_brings_its_figures_back(planner: Visit) -> None:
    planner.open(WEST)
    expect(heading(planner)).to_have_text("Trong khung nhìn")
    planner.page.evaluate("diaban.map.setView([14.6, 107.9], 8, { animate: false })")

    expect(heading(planner)).to_have_text("Tỉnh Quảng Ngãi")
    expect(figure(planner, "cases")).to_have_text("13")
    expect(switch(planner)).to_be_hidden()


def test_the_figures_of_the_frame_are_what_the_legend_counts(planner: Visit) -> None:
    for at in ("14.65,107.65,13", "14.65,107.70,12", "14.60,107.75,11.5"):
        planner.open(f"/map?province=&at={at}")
        expect(heading(planner)).to_have_text("Trong khung nhìn")
        counted = planner.page.locator('[data-key="incidents"] .count').inner_text()
        assert figure(planner, "cases").inner_text() == counted
        for status in ("active", "cleared", "re_emerged"):
            row = planner.page.locator(f'[data-key="hotspots.{status}"] .count')
            assert figure(planner, status).inner_text() == row.inner_text()


def test_filters_and_days_cut_the_figures_of_the_frame_too(planner: Visit) -> None:
    planner.open(f"{WEST}&kind=production")
    expect(figure(planner, "cases")).to_have_text("0")
    expect(planner.page.locator("#empty-note")).to_contain_text("khớp bộ lọc")
    planner.page.click("#empty-note .link-button")
    expect(figure(planner, "cases")).to_have_text("11")

    planner.page.fill("#to", "02/02/2026")
    planner.page.press("#to", "Enter")
    expect(figure(planner, "cases")).to_have_text("2")


def test_an_empty_frame_of_an_area_with_cases_is_no_empty_area(planner: Visit) -> None:
    planner.open(EAST)

    expect(figure(planner, "cases")).to_have_text("0")
    expect(figure(planner, "drug_free")).to_have_text("–")
    assert figure(planner, "drug_free").locator("..").get_attribute("title") == (
        "Chưa có phân loại của kỳ này."
    )
    expect(planner.page.locator("#empty-note")).to_be_hidden()


def test_where_no_class_is_known_there_is_no_zero(planner: Visit) -> None:
    planner.open("/map?province=51&from=2020-01-01&to=2020-06-01")

    expect(figure(planner, "drug_free")).to_have_text("–")


def test_the_note_on_an_empty_area_can_be_closed_and_leads_on(planner: Visit) -> None:
    planner.open("/map?province=51&from=2020-01-01&to=2020-06-01")
    note = planner.page.locator("#empty-note")
    expect(note).to_contain_text("Không có vụ việc nào từ 01/01/2020 đến 01/06/2020")
    note.get_by_role("button", name="Đóng").click()
    expect(note).to_be_hidden()

    planner.page.evaluate("diaban.map.panBy([40, 0], { animate: false })")
    planner.page.wait_for_timeout(500)
    expect(note).to_be_hidden()
    planner.page.fill("#to", "02/06/2020")
    planner.page.press("#to", "Enter")
    expect(note).to_be_visible()


def test_cases_without_a_point_are_told_beside_the_list_and_the_legend(planner: Visit) -> None:
    planner.open("/map?province=51")
    planner.page.click("#in-view > summary")
    listed = planner.page.locator("#in-view-list")

    expect(listed).to_contain_text("Vụ việc có vị trí (11)")
    expect(listed).to_contain_text("2 vụ chỉ biết đến xã, không có điểm trên bản đồ.")
    expect(planner.page.locator("#vague-note")).to_contain_text("2 vụ chỉ biết đến xã")


@pytest.mark.parametrize("kind", ["h", "i", "k"])
def test_what_is_picked_from_the_list_is_ringed(planner: Visit, kind: str) -> None:
    planner.open("/map?province=51")
    planner.page.click("#in-view > summary")
    planner.page.locator(f'#in-view-list [data-pick^="{kind}:"]').first.click()
    expect(planner.page.locator("#detail")).to_be_visible()
    expect(planner.page.locator(".pick-ring, .pick-outline")).not_to_have_count(0)
    drawn = planner.page.locator(".pick-ring, .pick-outline").first
    assert drawn.evaluate("node => node.closest('.leaflet-pane').className").count("selection")

    planner.page.keyboard.press("Escape")
    expect(planner.page.locator(".pick-ring, .pick-outline")).to_have_count(0)


@pytest.mark.parametrize(
    ("pick", "said"),
    [
        ("h:KHONG-CO", "Không có điểm, tụ điểm mang mã «KHONG-CO»"),
        ("k:999", "không có cụm này"),
        ("i:999999", "Vụ việc này không có trong khung nhìn"),
        ("c:99999", "không có xã mang mã «99999»"),
        ("r:77", "Mục này không có"),
        ("g:Nơi lạ", "Mục này không có"),
        ("zz", "Mục này không có"),
        ("<b>x</b>", "Mục này không có"),
    ],
)
def test_a_pick_that_is_not_there_is_told_and_closed(planner: Visit, pick: str, said: str) -> None:
    planner.open(f"/map?province=51&pick={pick}")
    card = planner.page.locator("#detail")

    expect(card).to_contain_text("Không thấy mục này trên bản đồ")
    expect(card).to_contain_text(said)
    card.get_by_role("button", name="Đóng").click()
    expect(card).to_be_hidden()
    assert "pick" not in query(planner)
    assert planner.complaints == []


def test_a_bad_address_gives_a_page_with_a_way_to_the_map(planner: Visit) -> None:
    planner.page.goto(f"{planner.site}/map?province=zz")
    expect(planner.page.locator("h1")).to_have_text("Yêu cầu chưa đúng")
    planner.page.click("text=Mở bản đồ")
    planner.page.wait_for_selector("html[data-ready=true]")


def test_layers_that_are_off_are_dimmed_and_still_count(planner: Visit) -> None:
    planner.open("/map?province=51")
    row = planner.page.locator('[data-key="hotspots.re_emerged"]')
    row.click()

    expect(row).to_have_attribute("aria-pressed", "false")
    expect(row.locator(".count")).to_have_text("1")
    assert "line-through" not in row.locator(".name").evaluate(
        "node => getComputedStyle(node).textDecorationLine"
    )
    assert float(row.locator(".swatch").evaluate("node => getComputedStyle(node).opacity")) < 0.5


def test_cards_name_their_days(planner: Visit) -> None:
    planner.open("/map?province=51&pick=c:23401")
    card = planner.page.locator("#detail")
    expect(card).to_contain_text("Số liệu từ 15/12/2025 đến 14/06/2026")
    planner.open("/map?province=51&pick=k:0")
    expect(card).to_contain_text("Kỳ phân tích")


def test_the_search_finds_hotspots_of_other_provinces_and_goes_there(planner: Visit) -> None:
    planner.open("/map?province=51")
    planner.page.fill("#search", "quan anh dao")
    row = planner.page.locator("#results li", has_text="Quán Ánh Đào")
    expect(row).to_contain_text("Tỉnh Đắk Lắk")
    row.click()

    expect(planner.page.locator("#detail h2")).to_have_text("Quán Ánh Đào")
    assert query(planner)["province"] == ["66"]
    expect(planner.page.locator(".pick-ring")).not_to_have_count(0)


def test_names_that_come_late_leave_the_chosen_row(planner: Visit) -> None:
    planner.page.route("**/api/search?*", lambda route: _later(planner, route))
    planner.page.route("**/api/names", lambda route: _later(planner, route))
    planner.open("/map?province=51")
    planner.page.focus("#search")
    planner.page.keyboard.type("an")
    for _ in range(3):
        planner.page.keyboard.press("ArrowDown")
    chosen = planner.page.locator("#results [aria-selected=true]")
    before = chosen.inner_text()
    expect(planner.page.locator("#results li", has_text="Quán Ánh Đào")).to_be_visible()

    assert chosen.inner_text() == before


def _later(visit: Visit, route: Route) -> None:
    visit.page.wait_for_timeout(700)
    route.continue_()


CITIES = {
    "01": ("Thành phố Hà Nội", 105.665, 20.975),
    "31": ("Thành phố Hải Phòng", 106.464, 20.9218),
    "46": ("Thành phố Huế", 107.55, 16.35),
    "48": ("Thành phố Đà Nẵng", 107.95, 15.70),
    "79": ("Thành phố Hồ Chí Minh", 106.85, 11.05),
    "92": ("Thành phố Cần Thơ", 105.70, 9.75),
    "33": ("Tỉnh Hưng Yên", 106.20, 20.70),
    "24": ("Tỉnh Bắc Ninh", 106.35, 21.25),
    "80": ("Tỉnh Tây Ninh", 106.20, 11.10),
}
"""Label points as those of the nation lie: the small provinces crowd the cities."""

_WITH_CITIES = """async (cities) => {
  const { provinces } = await import("/static/js/areas.js");
  const { drawNames } = await import("/static/js/names.js");
  provinces.clear();
  for (const [code, [name, lon, lat]] of Object.entries(cities)) {
    const bounds = L.latLngBounds([lat - 2, lon - 2], [lat + 2, lon + 2]);
    provinces.set(code, { code, name, at: [lon, lat], bounds });
  }
  window.redrawNames = drawNames;
  drawNames();
}"""
_PLACES = """() => Object.fromEntries(
  [...document.querySelectorAll(".label-province > span")].map((node) => {
  const { x, y } = node.getBoundingClientRect();
  const origin = diaban.map.latLngToContainerPoint([16, 106]);
  return [node.textContent, [Math.round(x - origin.x), Math.round(y - origin.y)]];
}))"""


@pytest.mark.parametrize("width", [1366, 360])
def test_the_six_cities_are_always_named(visit_as: VisitAs, width: int) -> None:
    visit = visit_as("planner", width, 800)
    visit.open("/map?province=")
    visit.page.evaluate(_WITH_CITIES, CITIES)
    named = visit.page.locator(".label-city").all_inner_texts()

    wanted = {"Hà Nội", "Hải Phòng", "Huế", "Đà Nẵng", "TP. Hồ Chí Minh", "Cần Thơ"}
    assert set(named) == wanted
    names = visit.page.locator(".label-province > span").all()
    boxes = [box for name in names if (box := name.bounding_box())]
    for a, b in itertools.combinations(boxes, 2):
        apart_x = a["x"] + a["width"] <= b["x"] + 1 or b["x"] + b["width"] <= a["x"] + 1
        apart_y = a["y"] + a["height"] <= b["y"] + 4 or b["y"] + b["height"] <= a["y"] + 4
        assert apart_x or apart_y


def test_a_gate_keeps_its_mark_and_its_name_to_itself(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&at=14.70,107.60,9.5")
    gate = visit.page.locator(".spot:has(+ .label-gate)").first
    box = gate.bounding_box()

    assert box is not None
    assert box["width"] == box["height"] == 16
    boxes = visit.page.evaluate(
        """[".label-gate", ".label-commune > span"].map((each) =>
          [...document.querySelectorAll(each)].map((node) => {
            const range = document.createRange();
            range.selectNodeContents(node);
            const { left, top, right, bottom } = range.getBoundingClientRect();
            return [left, top, right, bottom];
          }))"""
    )
    gates, communes = boxes
    assert gates
    assert communes
    for a in gates:
        for b in communes:
            assert not (a[0] < b[2] and b[0] < a[2] and a[1] + 3 < b[3] and b[1] + 3 < a[3])


def test_names_stand_still_while_the_map_is_dragged(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=")
    visit.page.evaluate(_WITH_CITIES, CITIES)
    before = visit.page.evaluate(_PLACES)
    for step in ([60, 0], [0, 80], [-90, 30]):
        visit.page.evaluate(
            "step => { diaban.map.panBy(step, { animate: false }); redrawNames(); }", step
        )
        after = visit.page.evaluate(_PLACES)
        kept = {name: place for name, place in after.items() if name in before}
        assert len(kept) >= 6
        for name, (x, y) in kept.items():
            assert abs(x - before[name][0]) <= 1 and abs(y - before[name][1]) <= 1, name


def test_on_a_phone_everything_is_wide_enough_for_a_finger(visit_as: VisitAs) -> None:
    visit = visit_as("planner", 360, 740)
    visit.open(f"{WEST}&kind=trading&pick=c:23401")
    visit.page.click("#sheet-handle")
    visit.page.click("#in-view > summary")
    small = visit.page.evaluate(
        """() => [...document.querySelectorAll("#legend button, .filter-chip, .detail .close,"
          + "#in-view button, #in-view > summary, #figures-switch, .leaflet-bar a")]
          .filter((node) => node.offsetParent && node.getBoundingClientRect().height < 43.5)
          .map((node) => node.outerHTML.slice(0, 80))"""
    )

    assert small == []


def test_the_second_stop_of_the_keyboard_leads_to_the_map(planner: Visit) -> None:
    planner.open("/map?province=51")
    link = planner.page.get_by_role("link", name="Đến bản đồ")
    link.focus()
    planner.page.keyboard.press("Enter")

    assert planner.page.evaluate("document.activeElement.id") == "stage"


def test_a_cluster_tells_of_the_clearing_of_its_hotspot(planner: Visit) -> None:
    told = {
        "hotspot": {"ref": "A", "source": "B", "name": "Tụ điểm <b>cũ</b>"},
        "cleared_on": "2026-02-01",
        "before": 4,
        "on_day": 1,
        "after": 12,
        "undated": 0,
        "days_after": 133,
    }

    def named(route: Route) -> None:
        found = route.fetch().json()
        found["clusters"][0]["stable_id"] = "C-000001"
        route.fulfill(json=found)

    planner.page.route("**/api/clusters?*", named)
    planner.page.route(
        "**/api/clusters/C-000001", lambda route: route.fulfill(json={"clearing": told})
    )
    planner.open("/map?province=51&pick=k:0")
    card = planner.page.locator("#detail .clearing")

    expect(card).to_contain_text("Tụ điểm <b>cũ</b>, triệt xóa lần cuối 01/02/2026:")
    expect(card).to_contain_text("12 trong 133 ngày")
    expect(card).to_contain_text("1 vụ đúng ngày triệt xóa")
