"""What a map that is zoomed in tells: figures of the frame, clearings of clusters, search."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from flask.testing import FlaskClient

from geo.records import HotspotEvent
from geo.terms import DatePrecision, EventType, HotspotKind, Precision
from models import cluster_views, hotspots, incidents, runs
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import a_hotspot, an_import, an_incident
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import point
from tests.webapp.test_api import fetch

DAYS = "from=2025-12-15&to=2026-06-14"
NORTH_WEST = "107.6,14.6,107.7,14.7"
"""The commune 23401, in which most of the records of the seeded site lie."""

WHOLE = "107.0,14.0,109.0,15.0"
FIGURES = ("cases", "offenders", "active", "cleared", "re_emerged", "drug_free", "communes")


@pytest.fixture
def planner(seeded_database: Database, signed_in: SignIn) -> FlaskClient:
    """Somebody before the seeded site with a case and a case known to its commune elsewhere."""
    there = point(107.75, 14.65, "23377", "51")
    vague = replace(there, precision=Precision.COMMUNE, lon=None, lat=None)
    day = date(2026, 3, 1)
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        records = [
            an_incident("F-1", occurred_on=day, placement=there, offenders=3),
            an_incident("F-2", occurred_on=day, placement=vague, offenders=5),
        ]
        incidents.add_incidents(session, LOCAL_OPERATOR, records, an_import(session))
    return signed_in("planner")


@pytest.mark.parametrize("province", ["", "51", "66"])
@pytest.mark.parametrize("cut", ["", "&kind=trading", "&detected=province", "&hkind=retail"])
def test_a_frame_around_everything_has_the_figures_of_the_area(
    planner: FlaskClient, province: str, cut: str
) -> None:
    asked = f"summary?province={province}&{DAYS}{cut}"
    whole, framed = fetch(planner, asked), fetch(planner, f"{asked}&bbox={WHOLE}")

    assert {name: framed[name] for name in whole} == whole
    assert framed["any_in_area"] == (whole["cases"] > 0)


def test_two_halves_of_the_map_add_up_to_the_whole(planner: FlaskClient) -> None:
    asked = f"summary?province=&{DAYS}&bbox="
    whole = fetch(planner, asked + WHOLE)
    halves = [fetch(planner, asked + box) for box in ("107,14,107.7,15", "107.7001,14,109,15")]

    assert [sum(half[name] for half in halves) for name in FIGURES] == [
        whole[name] for name in FIGURES
    ]


def test_a_case_known_to_its_commune_counts_where_the_name_of_the_commune_stands(
    planner: FlaskClient,
) -> None:
    name_inside = fetch(planner, f"summary?province=&{DAYS}&bbox=107.745,14.645,107.755,14.655")
    name_outside = fetch(planner, f"summary?province=&{DAYS}&bbox=107.751,14.651,107.8,14.7")

    assert (name_inside["cases"], name_inside["vague"], name_inside["offenders"]) == (2, 1, 8)
    assert (name_inside["communes"], name_inside["drug_free"]) == (1, 1)
    assert (name_outside["cases"], name_outside["communes"]) == (0, 0)


def test_an_empty_frame_says_what_the_area_holds(planner: FlaskClient) -> None:
    found = fetch(planner, f"summary?province=51&{DAYS}&bbox=108.0,10.0,108.1,10.1")

    assert (found["cases"], found["assessed"], found["any_ever"]) == (0, 0, True)
    assert found["any_in_area"] is True
    nothing = fetch(planner, f"summary?province=51&{DAYS}&kind=production&bbox={WHOLE}")
    assert (nothing["any_ever"], nothing["any_in_area"]) == (True, False)


def test_filters_of_incidents_ask_for_the_cases_of_the_frame_alone(planner: FlaskClient) -> None:
    found = fetch(planner, f"summary?province=51&{DAYS}&part=cases&bbox={NORTH_WEST}")
    every = fetch(planner, f"summary?province=51&{DAYS}&bbox={NORTH_WEST}")

    assert found == {name: every[name] for name in found}
    assert "active" not in found


def test_the_frame_shows_no_more_than_the_scope(planner: FlaskClient, signed_in: SignIn) -> None:
    guest = signed_in("province")
    found = fetch(guest, f"summary?province=&{DAYS}&bbox={NORTH_WEST}")

    assert (found["cases"], found["vague"], found["active"]) == (0, 0, 0)
    assert found["any_in_area"] is True


def test_a_frame_that_is_none_is_refused(planner: FlaskClient) -> None:
    assert planner.get("/api/summary?bbox=1,2,3").status_code == 400


# Clusters --------------------------------------------------------------------


def _stored_cluster(database: Database, *clearings: date) -> str:
    """The name of a cluster of four around a hotspot with some clearings, of a new run."""
    here = point(107.652, 14.652, "23401", "51")
    events = [HotspotEvent(EventType.OPENED, date(2025, 1, 1))]
    events += [HotspotEvent(EventType.CLEARED, day) for day in clearings]
    days = [date(2026, 1, 5), date(2026, 2, 1), date(2026, 3, 5), date(2026, 4, 5)]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session)
        spot = a_hotspot("K-1", placement=here, events=tuple(events))
        hotspots.add_hotspots(session, LOCAL_OPERATOR, [spot], import_id)
        spot_id = hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, "K-1").id
        records = [
            an_incident(f"K-{n}", occurred_on=day, placement=here) for n, day in enumerate(days)
        ]
        month = an_incident(
            "K-9",
            occurred_on=date(2026, 3, 1),
            date_precision=DatePrecision.MONTH,
            placement=here,
        )
        incidents.add_incidents(session, LOCAL_OPERATOR, [*records, month], import_id)
        ids = {i.ref: i.id for i in incidents.find_incidents(session, LOCAL_OPERATOR)}
        run = runs.latest_run(session, LOCAL_OPERATOR)
        assert run is not None
        old = cluster_views.run_clusters(session, LOCAL_OPERATOR, run.id)[0]
        members = tuple(sorted(ids[f"K-{n}"] for n in (0, 1, 2, 3, 9)))
        new = replace(_plain(old), stable_id="C-000777", members=members, n=5, hotspot_id=spot_id)
        runs.store_run(session, LOCAL_OPERATOR, _new_run(run), [new])
    return "C-000777"


def _plain(stored: cluster_views.StoredCluster) -> runs.Cluster:
    names = list(runs.Cluster.__dataclass_fields__)
    return runs.Cluster(**{name: getattr(stored, name) for name in names})


def _new_run(run: runs.Run) -> runs.NewRun:
    names = list(runs.NewRun.__dataclass_fields__)
    return runs.NewRun(**{name: getattr(run, name) for name in names})


def test_a_cluster_tells_its_cases_before_and_after_the_last_clearing(
    planner: FlaskClient, seeded_database: Database
) -> None:
    name = _stored_cluster(seeded_database, date(2025, 6, 1), date(2026, 2, 1))
    told = fetch(planner, f"clusters/{name}")["clearing"]

    assert told == {
        "hotspot": {"ref": "K-1", "source": told["hotspot"]["source"], "name": "K-1"}
        | {"name": told["hotspot"]["name"]},
        "cleared_on": "2026-02-01",
        "before": 1,
        "on_day": 1,
        "after": 2,
        "undated": 1,
        "days_after": 133,
    }


def test_a_cluster_whose_hotspot_was_never_cleared_tells_of_no_clearing(
    planner: FlaskClient, seeded_database: Database
) -> None:
    assert fetch(planner, f"clusters/{_stored_cluster(seeded_database)}")["clearing"] is None


def test_a_cluster_of_no_run_or_of_another_scope_is_not_found(
    planner: FlaskClient, seeded_database: Database, signed_in: SignIn
) -> None:
    name = _stored_cluster(seeded_database, date(2026, 2, 1))

    assert planner.get("/api/clusters/C-999999").status_code == 404
    assert signed_in("province").get(f"/api/clusters/{name}").status_code == 404


# Search ------------------------------------------------------------------------


@pytest.fixture
def named(seeded_database: Database, planner: FlaskClient) -> FlaskClient:
    """Somebody before hotspots with names alike, one of them in a home."""
    opened = (HotspotEvent(EventType.OPENED, date(2026, 1, 1)),)
    spots = [
        ("S-1", "Quán Ánh Đào", point(107.65, 14.55, "24133", "66"), False),
        ("S-2", "Chợ gần quán Ánh Đào", point(107.66, 14.66, "23401", "51"), False),
        ("S-3", "Nhà ông Ánh", point(107.67, 14.66, "23401", "51"), True),
    ]
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        records = [
            a_hotspot(ref, name=name, placement=place, is_dwelling=home, events=opened)
            for ref, name, place, home in spots
        ]
        hotspots.add_hotspots(session, LOCAL_OPERATOR, records, an_import(session))
    return planner


def _found(client: FlaskClient, text: str, days: str = DAYS) -> list[str]:
    rows = fetch(client, f"search?province=51&{days}&q={text}")["hotspots"]
    return [row["ref"] for row in rows]


def test_hotspots_of_every_province_are_found_without_diacritics(named: FlaskClient) -> None:
    assert _found(named, "quan anh dao") == ["S-1", "S-2"]
    assert _found(named, "QUÁN ÁNH") == ["S-1", "S-2"]
    assert _found(named, "s-2") == ["S-2"]
    assert _found(named, "...") == []


def test_a_hotspot_is_found_on_the_days_on_which_it_is_drawn(named: FlaskClient) -> None:
    assert _found(named, "quan anh dao", "from=2025-01-01&to=2025-12-31") == []


def test_kinds_that_are_filtered_out_are_not_found(named: FlaskClient) -> None:
    asked = f"search?province=51&{DAYS}&q=quan anh dao&hkind="
    others = [kind.value for kind in HotspotKind if kind is not a_hotspot("X").kind]

    assert fetch(named, asked + ",".join(others))["hotspots"] == []


def test_the_search_stays_inside_the_scope_and_names_no_home(
    named: FlaskClient, signed_in: SignIn
) -> None:
    assert _found(signed_in("province"), "quan anh dao") == ["S-1"]
    assert "S-3" in _found(named, "nha ong anh")
    assert _found(signed_in("analyst"), "nha ong anh") == []


# Addresses -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("province=zz", 400, "«tỉnh» (province) cần mã số; nhận «zz»"),
        ("province=99", 404, "Không có tỉnh, thành phố nào mang mã «99»"),
        ("from=31/02/2026", 400, "«từ ngày» (from) cần ngày"),
        ("kind=sugar", 400, "«sugar»"),
        ("at=here", 400, "«vị trí» (at)"),
        ("near=moon:500", 400, "near"),
        ("province=%00", 400, "province"),
    ],
)
def test_a_bad_address_of_the_map_gives_a_page_with_the_way_back(
    planner: FlaskClient, query: str, status: int, said: str
) -> None:
    answer = planner.get(f"/map?{query}")

    assert answer.status_code == status
    assert said in answer.text
    assert '<a class="button button-main" href="/map">Mở bản đồ</a>' in answer.text
    assert '<header class="bar">' in answer.text


def test_a_province_outside_the_scope_is_neither_opened_nor_offered(
    planner: FlaskClient, signed_in: SignIn
) -> None:
    guest = signed_in("province")
    refused = guest.get("/map?province=51")
    page = guest.get("/map").text

    assert refused.status_code == 403
    assert "Tỉnh Quảng Ngãi nằm ngoài phạm vi của tài khoản" in refused.text
    assert "Mở bản đồ" in refused.text
    assert '<option value="66">' in page
    assert '<option value="51">' not in page
    assert guest.get("/map?province=").status_code == 200
    assert '<option value="51">' in planner.get("/map").text


def test_an_officer_of_a_commune_may_open_the_own_province(signed_in: SignIn) -> None:
    officer = signed_in("commune")

    assert officer.get("/map?province=51").status_code == 200
    assert officer.get("/map?province=66").status_code == 403
