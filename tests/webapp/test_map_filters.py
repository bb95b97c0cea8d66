"""What the map shows under filters: every answer obeys the same ones."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from geo.records import HotspotEvent, Seizure
from geo.terms import (
    DetectedBy,
    EventType,
    HotspotKind,
    IncidentKind,
    Precision,
    SeizureUnit,
    Substance,
)
from models import hotspots, incidents
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import a_hotspot, an_import, an_incident
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import point

DAYS = "from=2025-12-15&to=2026-06-14"
KINDS = (IncidentKind.TRADING, IncidentKind.TRANSPORT, IncidentKind.USE)
FORCES = (DetectedBy.COMMUNE, DetectedBy.CUSTOMS)
SUBSTANCES = ((), (Substance.HEROIN,), (Substance.HEROIN, Substance.SYNTHETIC))


@pytest.fixture
def planner(seeded_database: Database, signed_in: SignIn) -> FlaskClient:
    """Somebody before the seeded site with one incident of every mixture more, and a den."""
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        import_id = an_import(session)
        incidents.add_incidents(session, LOCAL_OPERATOR, list(_mixtures()), import_id)
        place = point(107.645, 14.655, "23401", "51")
        opened = (HotspotEvent(EventType.OPENED, date(2025, 5, 1)),)
        retail = a_hotspot("R-1", kind=HotspotKind.RETAIL, placement=place, events=opened)
        hotspots.add_hotspots(session, LOCAL_OPERATOR, [retail], import_id)
    return signed_in("planner")


def _mixtures() -> Iterator[Any]:
    mixtures = itertools.product(KINDS, FORCES, SUBSTANCES)
    for n, (kind, force, substances) in enumerate(mixtures):
        exact = point(107.63 + n / 1000, 14.66, "23401", "51")
        vague = replace(exact, precision=Precision.COMMUNE, lon=None, lat=None)
        yield an_incident(
            f"M-{n}",
            kind=kind,
            detected_by=force,
            occurred_on=date(2026, 1, 5) + timedelta(days=7 * n),
            placement=vague if n % 5 == 4 else exact,
            seizures=tuple(Seizure(each, 0.1, SeizureUnit.KG) for each in substances),
            offenders=1,
        )


def fetch(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"/api/{path}")
    assert answer.status_code == 200, answer.text
    return answer.get_json(force=True)


@pytest.mark.parametrize(
    ("query", "cases"),
    [
        ("", 18 + 11),
        ("kind=use", 6),
        ("kind=use,transport", 12),
        ("side=supply", 12 + 11),
        ("side=demand&kind=trading", 0),
        ("detected=customs", 9),
        ("substance=heroin", 12),
        ("substance=synthetic", 6),
        ("kind=transport&detected=commune&substance=heroin,synthetic", 2),
    ],
)
def test_figures_points_months_and_the_card_tell_the_same(
    planner: FlaskClient, query: str, cases: int
) -> None:
    asked = f"province=51&{DAYS}&{query}"
    drawn = fetch(planner, f"incidents?zoom=12&{asked}")
    months = fetch(planner, f"months?{asked}")["months"]

    assert fetch(planner, f"summary?{asked}")["cases"] == cases
    assert len(drawn["points"]) + sum(drawn["communes"].values()) == cases
    assert sum(m["n"] for m in months if "2025-12" <= m["month"] <= "2026-06") == cases
    assert fetch(planner, f"communes/23401?{asked}")["cases"] == cases


def test_density_obeys_the_filters(planner: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.services.map_layers.MAX_POINTS", 3)
    found = fetch(planner, f"incidents?province=51&zoom=7&{DAYS}&kind=use")

    assert found["mode"] == "density"
    assert sum(n for _, _, n in found["cells"]) + sum(found["communes"].values()) == 6


def test_the_figures_of_cases_can_be_asked_for_alone(planner: FlaskClient) -> None:
    asked = f"summary?province=51&{DAYS}&kind=use"
    whole, cases = fetch(planner, asked), fetch(planner, f"{asked}&part=cases")

    assert set(cases) == {"cases", "offenders", "any_ever"}
    assert cases.items() <= whole.items()


def test_every_choice_is_counted_under_the_others(planner: FlaskClient) -> None:
    found = fetch(planner, f"filters?province=51&{DAYS}&kind=use&detected=customs")

    assert found["kind"] == {"trading": 3, "transport": 3, "use": 3}
    assert found["detected"] == {"commune": 3, "customs": 3}
    assert found["side"] == {"demand": 3}
    assert found["substance"] == {"heroin": 2, "synthetic": 1}
    assert found["hkind"] == {"use_den": 3, "retail": 1}


def test_hotspots_of_some_kinds(planner: FlaskClient) -> None:
    asked = f"province=51&{DAYS}&hkind=retail"

    assert [spot["ref"] for spot in fetch(planner, f"hotspots?{asked}")["hotspots"]] == ["R-1"]
    found = fetch(planner, f"summary?{asked}")
    assert (found["active"], found["cleared"], found["re_emerged"]) == (1, 0, 0)
    assert found["cases"] == 29
    assert fetch(planner, f"communes/23401?{asked}")["hotspots"] == {"active": 1}


def test_incident_filters_leave_hotspots_classes_and_clusters(planner: FlaskClient) -> None:
    for path in ("hotspots", "clusters", "classes"):
        assert fetch(planner, f"{path}?province=51&{DAYS}&kind=use") == fetch(
            planner, f"{path}?province=51&{DAYS}"
        )


@pytest.mark.parametrize("path", ["incidents", "summary", "months", "filters", "communes/23401"])
def test_an_unknown_word_is_named(planner: FlaskClient, path: str) -> None:
    answer = planner.get(f"/api/{path}?province=51&{DAYS}&kind=use,smuggling")

    assert answer.status_code == 400
    assert "«smuggling»" in answer.get_json(force=True)["detail"]


def test_an_address_with_an_unknown_word_tells_so(planner: FlaskClient) -> None:
    answer = planner.get("/map?substance=sugar")

    assert answer.status_code == 400
    assert "«chất ma túy» (substance)" in answer.text


def test_nothing_under_a_filter_is_told_from_nothing_at_all(planner: FlaskClient) -> None:
    assert fetch(planner, f"summary?province=51&{DAYS}&kind=production")["any_ever"] is True
    assert fetch(planner, f"summary?province=99&{DAYS}")["any_ever"] is False


def test_the_filters_stay_in_the_viewers_area(planner: FlaskClient, signed_in: SignIn) -> None:
    found = fetch(signed_in("province"), f"filters?province=&{DAYS}")

    assert found["kind"] == {"trading": 1}
    assert "retail" not in found["hkind"]


def test_names_of_the_whole_nation_are_there_to_be_searched(signed_in: SignIn) -> None:
    rows = fetch(signed_in("commune"), "names")
    found = {row[0]: row[1:] for row in rows}

    assert len(found) == 12
    assert found["24133"][:2] == ["Xã Buôn Ma Thuột", "66"]
    west, south, east, north = found["24133"][2:]
    assert west < east
    assert south < north
