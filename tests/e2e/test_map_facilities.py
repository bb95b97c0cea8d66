"""Facilities on the planner's map: marks by kind, their card, the filter "near a school"."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from geo.facilities import Facility
from geo.records import PlaceQuery
from geo.terms import FacilityKind, Layer
from models import facilities, imports
from models.imports import NewImport
from models.session import open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.e2e.conftest import Visit
from tests.models.specimens import placed, somewhere_in
from tests.webapp.seeded_site import HOSTILE, NOW

pytestmark = pytest.mark.e2e

VisitAs = Callable[..., Visit]
ALL_ON = "&off=hotspots.delisted,segments"


@pytest.fixture
def listed(site: str, tmp_path: Path) -> None:
    """A school among the incidents of Đắk Tô, a bar and an airport away from them."""
    at = {
        FacilityKind.SCHOOL: (107.64, 14.65, HOSTILE),
        FacilityKind.BAR: (107.69, 14.69, "Quán bar Hoa Mai"),
        FacilityKind.AIRPORT: (107.61, 14.69, "Sân bay thử"),
    }
    records = [
        Facility(kind.value, "THỬ", name, kind, placed("23401", lon, lat), place=PlaceQuery(name))
        for kind, (lon, lat, name) in at.items()
    ]
    bring(tmp_path, records)


def bring(folder: Path, records: list[Facility]) -> None:
    """Store facilities in the site that is visited."""
    database = open_database(f"sqlite:///{folder / 'site.db'}")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new = NewImport(Layer.FACILITIES, "co_so.xlsx", "0" * 64, "THỬ")
        import_id = imports.add_import(session, LOCAL_OPERATOR, new, at=NOW)
        facilities.add_facilities(session, LOCAL_OPERATOR, records, import_id)
    database.close()


def query(visit: Visit) -> dict[str, list[str]]:
    return parse_qs(urlsplit(visit.page.url).query)


def test_airports_stand_on_the_map_and_the_others_are_switched_on(
    visit_as: VisitAs, listed: None
) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")

    expect(visit.page.locator(".facility[data-kind=airport]")).to_have_count(1)
    expect(visit.page.locator(".facility[data-kind=school]")).to_have_count(0)
    expect(visit.page.locator('#legend [data-key="facilities.school"]')).to_be_hidden()
    visit.page.locator('#legend [data-key="facilities"]').click()
    expect(visit.page.locator(".facility[data-kind=school]")).to_have_count(1)
    expect(visit.page.locator('[data-key="facilities.bar"] .count')).to_have_text("1")
    visit.page.locator('#legend [data-key="facilities.bar"]').click()
    expect(visit.page.locator(".facility[data-kind=bar]")).to_have_count(0)
    assert "facilities.bar" in query(visit)["off"][0].split(",")
    assert visit.complaints == []


def test_facilities_known_by_their_commune_are_a_number_on_it_beside_the_marks(
    visit_as: VisitAs, listed: None, tmp_path: Path
) -> None:
    at, kind = somewhere_in("23401"), FacilityKind.SCHOOL
    refs = [f"xã {n}" for n in range(4)]
    bring(tmp_path, [Facility(ref, "XÃ", ref, kind, at, place=PlaceQuery(ref)) for ref in refs])
    visit = visit_as("planner")
    visit.open(f"/map?province=51{ALL_ON}")

    expect(visit.page.locator(".facility-count")).to_have_text("4 cơ sở")
    expect(visit.page.locator(".facility[data-kind=school]")).to_have_count(1)
    expect(visit.page.locator('[data-key="facilities.school"] .count')).to_have_text("5")
    visit.page.locator('#legend [data-key="facilities.school"]').click()
    expect(visit.page.locator(".facility-count")).to_have_count(0)
    assert visit.complaints == []


def test_a_mark_opens_its_card_with_its_hostile_name_as_text(
    visit_as: VisitAs, listed: None
) -> None:
    visit = visit_as("planner")
    visit.open(f"/map?province=51{ALL_ON}")
    mark = visit.page.locator(".facility[data-kind=school]")
    mark.focus()
    visit.page.keyboard.press("Enter")

    card = visit.page.locator("#detail")
    expect(card).to_contain_text("Trong vòng 500 m")
    expect(card).to_contain_text(re.compile(r"Vụ việc từ \d\d/\d\d/\d{4} đến \d\d/\d\d/\d{4}:"))
    expect(card).to_contain_text("10 vụ")
    expect(card.locator("h2")).to_contain_text("<script>alert(1)</script>")
    assert query(visit)["pick"][0].startswith("f:")
    card.get_by_role("link", name="Trang của cơ sở").click()
    expect(visit.page.locator("h1")).to_contain_text("<script>alert(1)</script>")
    assert visit.complaints == []


def test_within_500_m_of_a_school_is_a_filter_with_a_link_and_a_way_out(
    visit_as: VisitAs, listed: None
) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&from=2025-12-15&to=2026-06-14")
    cases = visit.page.locator("[data-figure=cases]")
    everything = cases.inner_text()
    visit.page.locator(".filter summary", has_text="Gần cơ sở").click()
    visit.page.get_by_role("checkbox", name="Trường học").check()

    expect(cases).to_have_text("10")
    assert everything != "10"
    assert query(visit)["near"] == ["school:500"]
    expect(visit.page.locator("#filter-mark")).to_contain_text("Trường học, 500 m")
    visit.page.get_by_label("Khoảng cách đến cơ sở").select_option("100")
    expect(cases).to_have_text("5")
    visit.open(visit.page.url.removeprefix(visit.site))
    expect(cases).to_have_text("5")
    visit.page.locator("#filter-chips .filter-chip").first.click()
    expect(cases).to_have_text(everything)
    visit.page.go_back()
    expect(cases).to_have_text("5")
    assert visit.complaints == []


def test_a_site_without_facilities_says_so_in_the_filter(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    visit.page.locator(".filter summary", has_text="Gần cơ sở").click()

    expect(visit.page.locator(".filter[open]")).to_contain_text("Chưa có cơ sở, địa điểm nào")
    expect(visit.page.locator('#legend [data-key="facilities"]')).to_have_count(0)
    assert visit.complaints == []


@pytest.mark.parametrize("width", [1366, 360])
def test_the_list_fits_the_screen(visit_as: VisitAs, listed: None, width: int) -> None:
    visit = visit_as("planner", width=width, height=740)
    visit.open("/facilities")

    wide = visit.page.evaluate("document.documentElement.scrollWidth")
    assert wide <= width
    expect(visit.page.locator(".facility-list tbody tr")).to_have_count(3)
    assert visit.complaints == []
