"""Whatever a clerk typed, in any field of any layer, is shown as text and does nothing else."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import Integer, String, Text, cast, literal, update

from geo.facilities import Facility
from geo.sub_unit_names import read_sub_unit
from geo.terms import FacilityKind, Layer
from models import corridors, facilities, sub_units
from models.session import Database, Session, open_database, unit_of_work
from models.sub_units import SubUnit
from models.tables import metadata
from models.viewers import LOCAL_OPERATOR
from tests.e2e.conftest import Visit
from tests.models.specimens import an_import
from tests.webapp.seeded_site import HOSTILE, NOW, point
from tests.webapp.test_corridor_pages import NORTH_ROAD
from webapp.services import campaign_entry
from webapp.services.campaign_entry import CampaignForm

pytestmark = pytest.mark.e2e

VisitAs = Callable[..., Visit]

NOT_TYPED = {
    *("password_hash", "unit_type", "border_with", "name_key", "written_key", "record_key"),
    *("action", "object", "kind", "by_user", "created_by", "decided_by", "recorded_by"),
    *("nearest_hotspot", "replaced_by", "undone_by"),
}
"""Text columns that the system writes, or compares with its own words."""

SEEN = "<script>alert(1)</script>"
PAGES = {
    "/map?province=51&at=14.65,107.645,13": False,
    "/hotspots": True,
    "/campaigns": True,
    "/campaigns/1": True,
    "/corridors": True,
    "/corridors/1": True,
    "/facilities": True,
    "/facilities/1": True,
    "/border": True,
    "/incidents/1": True,
    "/communes/23401": True,
    "/communes/23401/sub-units": True,
    "/provinces/51": True,
    "/provinces": True,
    "/progress": True,
    "/clusters": True,
    "/imports": True,
    "/imports/1": True,
    "/review": False,
    "/duplicates": False,
    "/alerts": False,
    "/reports": True,
    "/account": True,
}
"""Pages, and whether some typed text stands on them."""


def spread(session: Session) -> None:
    """Write a hostile text into every column that somebody may have typed."""
    for table in metadata.sorted_tables:
        key = next(iter(table.primary_key))
        for column in table.columns:
            free = type(column.type) in (Text,) and column.name not in NOT_TYPED
            if not free or column.primary_key or table.name.startswith("audit_"):
                continue
            own = cast(key, String) if isinstance(key.type, Integer) else key
            told = literal(f"{HOSTILE} ").concat(own) if column.name != "note" else HOSTILE
            session.execute(update(table).where(column != "").values({column.name: told}))


def keep_one_of_each(database: Database) -> None:
    """A route, a facility, a hamlet and a campaign beside what the site has."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        routes, places = an_import(session, Layer.CORRIDORS), an_import(session, Layer.FACILITIES)
        hamlets = an_import(session, Layer.SUB_UNITS)
        corridors.add_corridors(session, LOCAL_OPERATOR, [NORTH_ROAD], routes)
        spot = point(107.66, 14.66, "23401", "51")
        school = Facility("T1", "SỞ", "Trường", FacilityKind.SCHOOL, spot, "Thôn 1", "ghi chú")
        facilities.add_facilities(session, LOCAL_OPERATOR, [school], places)
        name = read_sub_unit("Thôn 1")
        assert name is not None
        units = [SubUnit("T1", "SỞ", "Thôn 1", name, "23401")]
        sub_units.add_sub_units(session, LOCAL_OPERATOR, units, hamlets)
    form = CampaignForm("Cao điểm", "2026-03-01", "2026-03-31", codes=("23401",), note="ghi chú")
    campaign_entry.enter(database, LOCAL_OPERATOR, form, at=NOW)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        spread(session)


@pytest.fixture
def hostile(visit_as: VisitAs, tmp_path: Path) -> Visit:
    """A planner on a site where every text is hostile."""
    visit = visit_as("planner")
    database = open_database(f"sqlite:///{tmp_path / 'site.db'}")
    keep_one_of_each(database)
    database.close()
    return visit


def ran(visit: Visit) -> list[str]:
    """What became markup of what was typed."""
    return list(
        visit.page.evaluate(
            "[...document.querySelectorAll('img, iframe, [onerror], script:not([src])')].filter("
            "e => !e.nonce && e.type !== 'application/json' && e.type !== 'module')"
            ".map(e => e.outerHTML.slice(0, 120))"
        )
    )


def test_no_page_runs_or_hides_what_was_typed(hostile: Visit) -> None:
    unseen = []
    for path, typed in PAGES.items():
        hostile.open(path)
        assert ran(hostile) == [], path
        if typed and SEEN not in hostile.page.locator("main").inner_text():
            unseen.append(path)

    assert unseen == []
    assert hostile.complaints == []
    assert hostile.foreign_requests == []


def test_no_card_of_the_map_runs_what_was_typed(hostile: Visit) -> None:
    view = "/map?province=51&at=14.65,107.645,13"
    hostile.open(view)
    page = hostile.page
    page.locator("#in-view > summary").click()
    picks = page.locator("#in-view-list button").evaluate_all("all => all.map(b => b.dataset.pick)")
    kinds = {pick[0] for pick in picks}
    assert {"h", "k", "i", "c"} <= kinds
    for kind in sorted(kinds):
        pick = next(each for each in picks if each[0] == kind)
        hostile.open(f"{view}&pick={quote(pick, safe='')}")
        assert page.locator("#detail").is_visible(), pick
        assert SEEN in page.locator("#detail").inner_text(), pick
        assert ran(hostile) == [], pick
    for marker in page.locator("#stage .hotspot").all():
        marker.hover(force=True)
    page.fill("#search", "script")
    page.wait_for_selector("#results li")

    assert SEEN in page.locator("#results").inner_text()
    assert ran(hostile) == []
    assert hostile.complaints == []


def test_a_mark_that_turns_the_direction_turns_nothing_around_it(hostile: Visit) -> None:
    hostile.open("/hotspots")
    bidi = hostile.page.evaluate(
        "[...document.querySelectorAll('main a, main span, main td, main button')]"
        ".map(e => getComputedStyle(e).unicodeBidi)"
    )

    assert set(bidi) == {"isolate"}


def test_english_pages_are_no_softer(hostile: Visit) -> None:
    language = {"name": "diaban_language", "value": "en", "url": hostile.site}
    hostile.page.context.add_cookies([language])  # type: ignore[list-item]
    for path in ("/map?province=51&at=14.65,107.645,13&pick=c:23401", "/account", f"/{SEEN}"):
        hostile.open(path)
        assert ran(hostile) == [], path
    assert "Not found" in hostile.page.locator("h1").inner_text()
    assert [each for each in hostile.complaints if "404" not in each] == []
