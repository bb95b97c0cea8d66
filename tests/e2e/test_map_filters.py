"""The filters of the planner's map before a real browser."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, expect

from geo.records import Seizure
from geo.terms import DetectedBy, IncidentKind, Precision, SeizureUnit, Substance
from models import incidents
from models.session import open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.e2e.conftest import Visit
from tests.models.specimens import an_import, an_incident
from tests.webapp.seeded_site import point

pytestmark = pytest.mark.e2e

VisitAs = Callable[..., Visit]


@pytest.fixture
def planner(visit_as: VisitAs, tmp_path: Path) -> Visit:
    """A planner before the seeded site with four incidents of use and a seizure more."""
    database = open_database(f"sqlite:///{tmp_path / 'site.db'}")
    here = point(107.66, 14.67, "23401", "51")
    use = an_incident("U-0", kind=IncidentKind.USE, seizures=(), placement=here)
    seizures = (Seizure(Substance.KETAMINE, 0.1, SeizureUnit.KG),)
    vague = replace(here, precision=Precision.COMMUNE, lon=None, lat=None)
    records = [
        use,
        replace(use, ref="U-1", detected_by=DetectedBy.COMMUNE),
        replace(use, ref="U-2", placement=vague),
        replace(use, ref="U-3", seizures=seizures),
    ]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        incidents.add_incidents(session, LOCAL_OPERATOR, records, an_import(session))
    database.close()
    return visit_as("planner")


def query(visit: Visit) -> dict[str, list[str]]:
    return parse_qs(urlsplit(visit.page.url).query)


def cases(visit: Visit) -> Locator:
    return visit.page.locator("[data-figure=cases]")


def group(visit: Visit, name: str) -> Locator:
    return visit.page.locator("details.filter").filter(
        has=visit.page.locator("summary", has_text=name)
    )


def choose(visit: Visit, name: str, code: str) -> None:
    within = group(visit, name)
    if within.get_attribute("open") is None:
        within.locator("summary").click()
    within.locator(f"input[value={code}]").check()


def points(visit: Visit) -> Locator:
    return visit.page.locator(".leaflet-incidents-pane path.leaflet-interactive")


def test_a_kind_cuts_map_figures_months_and_address(planner: Visit) -> None:
    planner.open("/map?province=51&at=14.66,107.65,13")
    expect(cases(planner)).to_have_text("15")
    choose(planner, "Hành vi", "use")

    expect(cases(planner)).to_have_text("4")
    expect(points(planner)).to_have_count(3)
    assert query(planner)["kind"] == ["use"]
    expect(group(planner, "Hành vi").locator(".filter-value")).to_have_text("Sử dụng trái phép")
    mark = planner.page.locator("#filter-mark")
    expect(mark).to_have_text("Đang lọc – Hành vi: Sử dụng trái phép")
    assert planner.complaints == []


def test_choices_tell_how_many_they_would_leave(planner: Visit) -> None:
    planner.open("/map?province=51")
    choose(planner, "Hành vi", "use")
    group(planner, "Đơn vị phát hiện").locator("summary").click()
    count = group(planner, "Đơn vị phát hiện").locator(".choice", has_text="Công an xã")

    expect(count.locator(".count")).to_have_text("1")
    expect(group(planner, "Hành vi")).not_to_have_attribute("open", "")


def test_a_link_reproduces_the_filters(planner: Visit, visit_as: VisitAs) -> None:
    planner.open("/map?province=51")
    choose(planner, "Hành vi", "use")
    choose(planner, "Chất ma túy", "ketamine")
    expect(cases(planner)).to_have_text("1")
    link = planner.page.url.removeprefix(planner.site)

    other = visit_as("planner")
    other.open(link)
    expect(cases(other)).to_have_text("1")
    chips = other.page.locator(".filter-chip")
    assert [c.strip() for c in chips.locator("span:first-child").all_inner_texts()] == [
        "Sử dụng trái phép",
        "Ketamin",
    ]
    assert other.page.locator("input[value=ketamine]").is_checked()


def test_back_and_forward_walk_through_the_filters(planner: Visit) -> None:
    planner.open("/map?province=51")
    choose(planner, "Hành vi", "use")
    expect(cases(planner)).to_have_text("4")
    choose(planner, "Hành vi", "trading")
    expect(cases(planner)).to_have_text("15")

    planner.page.go_back()
    expect(cases(planner)).to_have_text("4")
    assert not planner.page.locator("input[value=trading]").is_checked()
    planner.page.go_back()
    expect(planner.page.locator("#filter-chips")).to_be_hidden()
    expect(cases(planner)).to_have_text("15")
    planner.page.go_forward()
    expect(cases(planner)).to_have_text("4")


def test_chips_take_filters_off_one_by_one_and_together(planner: Visit) -> None:
    planner.open("/map?province=51&kind=use,trading&detected=commune&hkind=retail")
    expect(cases(planner)).to_have_text("1")
    planner.page.get_by_role("button", name="Bỏ lọc: Hành vi, Mua bán").click()
    assert query(planner)["kind"] == ["use"]
    planner.page.get_by_role("button", name="Bỏ mọi bộ lọc").click()

    expect(cases(planner)).to_have_text("15")
    assert not {"kind", "detected", "hkind"} & set(query(planner))
    expect(planner.page.locator("#filter-mark")).to_be_hidden()


def test_all_of_a_group_is_no_filter_and_some_can_be_left_out(planner: Visit) -> None:
    planner.open("/map?province=51")
    group(planner, "Hành vi").locator("summary").click()
    planner.page.get_by_role("button", name="Chọn tất cả").first.click()
    expect(planner.page.locator("#filter-chips")).to_be_hidden()
    group(planner, "Hành vi").locator("input[value=trading]").uncheck()

    expect(cases(planner)).to_have_text("4")
    expect(planner.page.locator(".filter-chip")).to_have_text("Hành vi: 13 mục×")


def test_the_keyboard_opens_chooses_and_leaves(planner: Visit) -> None:
    planner.open("/map?province=51&pick=c:23401")
    summary = group(planner, "Hành vi").locator("summary")
    summary.focus()
    planner.page.keyboard.press("Enter")
    group(planner, "Hành vi").locator("input[value=use]").focus()
    planner.page.keyboard.press("Space")
    expect(cases(planner)).to_have_text("4")
    planner.page.keyboard.press("Escape")

    expect(group(planner, "Hành vi")).not_to_have_attribute("open", "")
    expect(summary).to_be_focused()
    expect(planner.page.locator("#detail")).to_be_visible()


def test_nothing_under_the_filters_says_so_and_offers_a_way_out(planner: Visit) -> None:
    planner.open("/map?province=51&kind=production")
    note = planner.page.locator("#empty-note")
    expect(note).to_contain_text("khớp bộ lọc")
    note.get_by_role("button", name="Bỏ bộ lọc").click()

    expect(note).to_be_hidden()
    expect(cases(planner)).to_have_text("15")


def test_kinds_of_hotspots_leave_the_incidents(planner: Visit) -> None:
    planner.open("/map?province=51&hkind=retail")

    assert planner.page.locator(".hotspot").count() == 0
    expect(cases(planner)).to_have_text("15")
    expect(planner.page.locator("#filter-note")).to_have_count(0)


def test_what_the_filters_do_not_cut_is_told(planner: Visit) -> None:
    planner.open("/map?province=51&kind=use&pick=k:0")

    expect(planner.page.locator("#filter-note")).to_contain_text("Cụm")
    expect(planner.page.locator("#detail")).to_contain_text("không theo bộ lọc")


def test_the_search_finds_communes_of_other_provinces_and_goes_there(planner: Visit) -> None:
    planner.open("/map?province=51")
    planner.page.keyboard.press("/")
    planner.page.keyboard.type("buon ma thuot")
    expect(planner.page.locator("#results li").first).to_contain_text("Xã Buôn Ma Thuột")
    planner.page.keyboard.press("Enter")

    expect(planner.page.locator("#detail h2")).to_have_text("Xã Buôn Ma Thuột")
    assert query(planner)["province"] == ["66"]
    assert planner.page.input_value("#province") == "66"
    planner.page.go_back()
    expect(planner.page.locator("#province")).to_have_value("51")


def test_a_phone_filters_in_its_sheet(visit_as: VisitAs) -> None:
    visit = visit_as("planner", 360, 740)
    visit.open("/map?province=51")
    visit.page.click("#sheet-handle")
    choose(visit, "Hành vi", "use")
    expect(visit.page.locator("[data-figure=cases]")).to_have_text("0")

    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    tall = visit.page.locator(".choice").first.bounding_box()
    assert tall is not None
    assert tall["height"] >= 40
