import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import expect

from geo.sub_unit_names import read_sub_unit
from geo.terms import Layer
from models import audit, imports, sub_units
from models.imports import NewImport
from models.session import open_database, unit_of_work
from models.sub_units import SubUnit
from models.viewers import LOCAL_OPERATOR
from tests.e2e.conftest import Visit
from tests.webapp.seeded_site import ACCOUNTS, HOSTILE, HOSTILE_REF

pytestmark = pytest.mark.e2e

VisitAs = Callable[..., Visit]


def figure(visit: Visit, name: str) -> str:
    return visit.page.locator(f"[data-figure={name}]").inner_text()


def count(visit: Visit, key: str) -> str:
    return visit.page.locator(f'[data-key="{key}"] .count').inner_text()


def query(visit: Visit) -> dict[str, list[str]]:
    return parse_qs(urlsplit(visit.page.url).query, keep_blank_values=True)


def marker(visit: Visit, status: str):  # type: ignore[no-untyped-def]
    return visit.page.locator(f'.hotspot[data-status="{status}"]')


@pytest.mark.parametrize("username", sorted(ACCOUNTS))
def test_every_role_sees_the_map_without_a_complaint(visit_as: VisitAs, username: str) -> None:
    visit = visit_as(username)
    visit.open("/map")

    assert visit.complaints == []
    assert visit.foreign_requests == []
    assert visit.page.locator(".folium-map canvas").count() >= 1


def test_no_page_asks_for_anything_outside_the_site(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    for path in ("/map?province=51", "/communes/23401", "/hotspots/TĐ-003", "/imports/1"):
        visit.open(path)
    visit.open("/account")

    assert visit.foreign_requests == []
    assert visit.complaints == []
    assert any("/vendor/" in url for url in visit.requests)
    assert any(url.endswith("/vendor/fonts/Regular.ttf") for url in visit.requests)


def test_figures_and_legend_follow_the_filters(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map")
    assert figure(visit, "cases") == "12"

    visit.page.select_option("#province", "51")
    expect(visit.page.locator("[data-figure=cases]")).to_have_text("11")

    assert query(visit)["province"] == ["51"]
    assert count(visit, "class.drug_free") == "1"
    assert count(visit, "hotspots.re_emerged") == "1"

    visit.page.go_back()
    expect(visit.page.locator("[data-figure=cases]")).to_have_text("12")
    assert visit.page.input_value("#province") == ""


def test_an_earlier_day_shows_an_earlier_status(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    assert marker(visit, "re_emerged").count() == 1

    visit.page.fill("#to", "31/01/2026")
    visit.page.press("#to", "Enter")
    expect(marker(visit, "active")).to_have_count(3)

    assert query(visit)["to"] == ["2026-01-31"]
    assert marker(visit, "re_emerged").count() == 0
    assert "31/01/2026" in visit.page.locator("#as-of").inner_text()


def test_a_day_that_is_none_changes_nothing(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    before = visit.page.url
    visit.page.fill("#to", "31/02/2026")
    visit.page.press("#to", "Enter")

    assert visit.page.url == before
    assert visit.page.evaluate("document.querySelector('#to').validationMessage") != ""


def test_the_legend_switches_a_layer_and_the_link_keeps_it(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    visit.page.click('[data-key="hotspots.cleared"]')

    assert marker(visit, "cleared").count() == 0
    assert "hotspots.cleared" in query(visit)["off"][0]

    link = visit.page.url.removeprefix(visit.site)
    other = visit_as("planner")
    other.open(link)

    assert marker(other, "cleared").count() == 0
    assert marker(other, "re_emerged").count() == 1


def test_a_link_reproduces_centre_and_zoom(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&at=14.6500,107.6500,12")

    centre = visit.page.evaluate("[diaban.map.getCenter().lat, diaban.map.getZoom()]")
    assert centre == pytest.approx([14.65, 12], abs=1e-3)


def test_clicking_a_hotspot_tells_its_story_and_escape_closes_it(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    marker(visit, "re_emerged").click()
    card = visit.page.locator("#detail")

    assert card.is_visible()
    assert "Tụ điểm chợ cũ" in card.inner_text()
    assert "02/05/2026 tái phức tạp: 5 vụ trong bán kính 300 m" in card.inner_text()
    visit.page.keyboard.press("Escape")
    assert card.is_hidden()


def test_clicking_a_commune_gives_class_and_figures(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&at=14.6500,107.8500,11&off=incidents,clusters.known")
    box = visit.page.locator("#stage").bounding_box()
    assert box is not None
    visit.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    card = visit.page.locator("#detail")
    card.locator("dd").first.wait_for()

    assert "Xã Đắk Plô" in card.inner_text()
    assert "Chưa xác định được" in card.inner_text()


def test_what_a_hostile_clerk_typed_is_shown_as_text(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    picks = [f"h:{HOSTILE_REF}", "k:0", "i:1"]
    for pick in picks:
        target = f"/map?province=51&at=14.65,107.645,13&pick={visit_quote(pick)}"
        visit.open(target)
        assert visit.page.locator("#detail").is_visible(), pick
        assert visit.page.locator("#detail script, #detail img, #detail b").count() == 0
    visit.open(f"/map?province=51&at=14.6,107.62,12&pick={visit_quote(picks[0])}")
    shown = visit.page.locator("#detail").inner_text()

    assert HOSTILE.replace("\u202e", "")[:60] in shown.replace("\u202e", "")
    assert visit.page.locator("#stage script, #stage img").count() == 0
    assert visit.complaints == []


def visit_quote(text: str) -> str:
    from urllib.parse import quote

    return quote(text, safe="")


def test_search_needs_no_diacritics_and_no_mouse(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map")
    visit.page.keyboard.press("/")
    visit.page.keyboard.type("buon ma thuot")
    visit.page.wait_for_selector("#results li")
    visit.page.keyboard.press("Enter")
    visit.page.wait_for_selector("#detail:not([hidden])")

    assert "Xã Buôn Ma Thuột" in visit.page.locator("#detail").inner_text()
    assert query(visit)["pick"] == ["c:24133"]


def test_a_phone_has_the_map_and_a_sheet(visit_as: VisitAs) -> None:
    visit = visit_as("planner", 360, 740)
    visit.open("/map?province=51")
    page = visit.page

    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert page.locator("#stage").bounding_box()["height"] > 400  # type: ignore[index]
    page.click("#sheet-handle")
    expect(page.locator("#sheet-handle")).to_have_attribute("aria-expanded", "true")
    expect(page.locator('[data-key="labels"]')).to_be_attached()
    page.locator('[data-key="labels"]').click()


def test_a_phone_shows_the_commune_page_without_scrolling_sideways(visit_as: VisitAs) -> None:
    visit = visit_as("commune", 360, 740)

    assert "Xã Đắk Tô" in visit.page.locator("h1").inner_text()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_both_archipelagos_are_named_in_every_view(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    inset = visit.page.locator("#inset")
    assert inset.is_visible()
    assert {"QĐ. Hoàng Sa", "QĐ. Trường Sa"} <= set(inset.locator("text").all_text_contents())

    visit.open("/map?province=&at=15.3,110,5")
    assert visit.page.locator("#inset").is_hidden()
    names = " ".join(visit.page.locator(".label-isles").all_inner_texts())
    assert "Quần đảo Hoàng Sa" in names
    assert "Quần đảo Trường Sa" in names


def test_paper_carries_title_period_marks_and_inset(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    visit.page.emulate_media(media="print")

    assert visit.page.locator("#print-title").is_visible()
    assert "14/06/2026" in visit.page.locator("#print-period").inner_text()
    foot = visit.page.locator("#print-foot").inner_text()
    assert "DỮ LIỆU MÔ PHỎNG" in foot
    assert "Ranh giới gần đúng" in foot
    assert visit.page.locator("#inset").is_visible()
    assert visit.page.locator(".timebar").is_hidden()
    assert len(visit.page.pdf(format="A4", landscape=True)) > 10_000


def test_a_policy_breach_would_be_noticed(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map")
    visit.page.evaluate(
        "const s=document.createElement('script');s.textContent='window.ran=1';"
        "document.body.append(s)"
    )

    assert visit.page.evaluate("window.ran") is None
    assert re.search("Content Security Policy", json.dumps(visit.complaints))


def test_names_do_not_stand_on_each_other(visit_as: VisitAs) -> None:
    visit = visit_as("planner", 360, 740)
    visit.open("/map?province=")
    names = visit.page.locator(".label > span")
    boxes = [b for i in range(names.count()) if (b := names.nth(i).bounding_box())]

    assert visit.page.locator(".label-abroad").count() == 0
    for i, a in enumerate(boxes):
        for b in boxes[i + 1 :]:
            apart_x = a["x"] + a["width"] <= b["x"] + 1 or b["x"] + b["width"] <= a["x"] + 1
            apart_y = a["y"] + a["height"] <= b["y"] + 4 or b["y"] + b["height"] <= a["y"] + 4
            assert apart_x or apart_y


def test_a_view_before_the_analysis_has_no_clusters_and_says_why(visit_as: VisitAs) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51&from=2025-01-01&to=2026-01-31")

    assert count(visit, "clusters.known") == "–"
    note = visit.page.locator("#cluster-note")
    assert note.inner_text() == "Cụm: chỉ có cho ngày phân tích 14/06/2026."
    visit.open("/map?province=51")
    visit.page.wait_for_function(
        "document.querySelector('#cluster-note').textContent.includes('300 m')"
    )
    assert note.inner_text().startswith("Cụm: mọi vụ việc đến 14/06/2026")


def test_the_legend_says_when_the_analysis_is_older_than_the_data(
    visit_as: VisitAs, tmp_path: Path
) -> None:
    visit = visit_as("planner", 360, 740)
    visit.open("/map?province=51")
    assert visit.page.locator("#stale-note").count() == 0

    database = open_database(f"sqlite:///{tmp_path / 'site.db'}")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, LOCAL_OPERATOR, "merge_incidents", "incident:1")
        new = NewImport(Layer.SUB_UNITS, "so.xlsx", "0" * 64, "CÔNG AN TỈNH")
        import_id = imports.add_import(session, LOCAL_OPERATOR, new)
        name = read_sub_unit("Tổ dân phố 12")
        assert name is not None
        long_name = f"Tổ dân phố 12 {'Trần Hưng Đạo ' * 6}"
        unit = SubUnit("T12", "CÔNG AN TỈNH", long_name, name, "23401")
        sub_units.add_sub_units(session, LOCAL_OPERATOR, [unit], import_id)
    database.close()
    visit.open("/map?province=51")
    note = visit.page.locator("#stale-note").text_content()
    assert note == "Phân tích cũ hơn dữ liệu: chạy lại analyse."
    visit.open("/communes/23401")
    assert visit.page.get_by_role("heading", name="Thôn, tổ dân phố").is_visible()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360
    assert visit.complaints == []


def test_a_phone_shows_imports_as_cards(visit_as: VisitAs) -> None:
    visit = visit_as("planner", 360, 740)
    for path in ("/imports", "/imports/1"):
        visit.open(path)
        wrap = visit.page.locator(".table-wrap")
        assert wrap.evaluate("node => node.scrollWidth <= node.clientWidth")
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_figures_say_whose_they_are_and_classes_that_they_are_provisional(
    visit_as: VisitAs,
) -> None:
    visit = visit_as("planner")
    visit.open("/map?province=51")
    heading = visit.page.locator("#figures-of")
    expect(heading).to_have_text("Tỉnh Quảng Ngãi")
    expect(visit.page.locator("#class-note")).to_have_text("Kỳ 15/12/2025 – 14/12/2026, tạm tính")
    officer = visit_as("commune")
    officer.open("/map?province=51")
    expect(officer.page.locator("#figures-of")).to_contain_text("(phạm vi tài khoản)")
    free = officer.page.locator("dt", has_text="xã không ma túy")
    expect(free).to_have_text("xã không ma túy (Tỉnh Quảng Ngãi)")


def test_what_may_be_a_home_is_a_square_for_who_may_not_see_homes(visit_as: VisitAs) -> None:
    near = "/map?province=51&at=14.65,107.6405,16&off=clusters,hotspots"
    squares = ".leaflet-incidents-pane path[stroke-dasharray='5 4']"
    analyst, planner = visit_as("analyst"), visit_as("planner")
    analyst.open(near)
    planner.open(near)

    assert analyst.page.locator(squares).count() > 0
    assert analyst.page.locator(".leaflet-incidents-pane path:not([stroke-dasharray])").count() == 0
    assert planner.page.locator(squares).count() == 0
    assert planner.page.locator(".leaflet-incidents-pane path").count() > 0
    analyst.page.locator(squares).first.click()
    expect(analyst.page.locator("#detail")).to_contain_text("Trong ô 250 m, vì có thể là nơi ở")
    assert analyst.complaints == []
