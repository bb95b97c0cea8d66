"""The register of sub-units and the records linked to it, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from geo.records import Incident
from geo.sub_unit_names import read_sub_unit
from geo.terms import Layer, Precision
from models import hotspots, incidents, sub_unit_links, sub_units, tables
from models.additions import Added
from models.errors import NotAllowedError
from models.placements import renew
from models.session import Database, Session, unit_of_work
from models.sub_units import SubUnit
from models.tables import incidents as incidents_table
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    a_hotspot,
    an_import,
    an_incident,
    draw_map,
    keep_hotspots,
    keep_incidents,
    placed,
    somewhere_in,
)


@pytest.fixture
def mapped(database: Database) -> Database:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
    return database


def a_sub_unit(name: str = "Thôn Phước Lý", code: str = "23401", **changes: Any) -> SubUnit:
    normal = read_sub_unit(name)
    assert normal is not None
    unit = SubUnit(f"{code}-{name}", "CÔNG AN TỈNH A", name, normal, code)
    return replace(unit, **changes)


def register(database: Database, *records: SubUnit, viewer: Viewer = PLANNER) -> Added[SubUnit]:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.SUB_UNITS)
        return sub_units.add_sub_units(session, viewer, records, import_id)


def in_hamlet(ref: str = "VV-1", address: str = "thôn Phước Lý", **changes: Any) -> Incident:
    """Known by its commune and the name of a hamlet."""
    told = {"address_text": address, "placement": somewhere_in("23401")}
    return an_incident(ref, **(told | changes))


def link(database: Database, layer: Layer = Layer.INCIDENTS) -> int:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        return sub_unit_links.link_all(session, PLANNER, layer)


def links(session: Session) -> dict[str, tuple[int | None, str, float | None]]:
    c = incidents_table.c
    rows = session.execute(
        incidents_table.select().with_only_columns(c.ref, c.sub_unit_id, c.precision, c.lon)
    )
    return {row.ref: (row.sub_unit_id, row.precision, row.lon) for row in rows}


def linked(database: Database) -> dict[str, tuple[int | None, str, float | None]]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return links(session)


def test_a_register_is_stored_and_read_back(mapped: Database) -> None:
    added = register(mapped, a_sub_unit(lon=108.1, lat=14.2), a_sub_unit("Tổ 5, KP3"))
    with unit_of_work(mapped, LOCAL_OPERATOR, read_only=True) as session:
        found = sub_units.find_sub_units(session, PLANNER, "23401")

    assert (added.added, added.unchanged) == (2, 0)
    assert [(u.name, str(u.normal), u.lon) for u in found] == [
        ("Thôn Phước Lý", "thon:phuokli", 108.1),
        ("Tổ 5, KP3", "to:5/khu_pho:3", None),
    ]


def test_the_same_register_again_changes_nothing_and_another_name_is_an_update(
    mapped: Database,
) -> None:
    register(mapped, a_sub_unit())
    same = register(mapped, a_sub_unit())
    normal = read_sub_unit("Thôn Phước Hòa")
    assert normal is not None
    other = register(mapped, a_sub_unit(name="Thôn Phước Lý", normal=normal))

    assert (same.added, same.unchanged, same.changed) == (0, 1, 0)
    assert (other.added, other.changed) == (0, 1)
    with unit_of_work(mapped, LOCAL_OPERATOR, read_only=True) as session:
        assert [str(u.normal) for u in sub_units.find_sub_units(session, PLANNER)] == [
            "thon:phuokhoa"
        ]


def test_nobody_registers_outside_the_scope(mapped: Database) -> None:
    with pytest.raises(NotAllowedError):
        register(mapped, a_sub_unit(code="00004"), viewer=PLANNER_51)
    with pytest.raises(NotAllowedError):
        register(mapped, a_sub_unit(), viewer=ANALYST)


def test_a_viewer_reads_the_register_of_the_own_scope(mapped: Database) -> None:
    register(mapped, a_sub_unit(), a_sub_unit(code="00004"))
    with unit_of_work(mapped, LOCAL_OPERATOR, read_only=True) as session:
        assert len(sub_units.find_sub_units(session, PLANNER)) == 2
        assert [u.commune_code for u in sub_units.find_sub_units(session, PLANNER_01)] == ["00004"]


def test_a_record_of_a_known_hamlet_gets_its_precision_and_no_point(mapped: Database) -> None:
    register(mapped, a_sub_unit(lon=108.1, lat=14.2))
    keep_incidents(mapped, in_hamlet(), in_hamlet("VV-2", "thôn Khác"))

    assert link(mapped) == 1
    found = linked(mapped)
    assert found["VV-1"][0] is not None
    assert found["VV-1"][1:] == ("sub_unit", None)
    assert found["VV-2"] == (None, "commune", None)


def test_records_of_a_hamlet_stay_out_of_clusters_and_on_the_map_as_a_number(
    mapped: Database,
) -> None:
    register(mapped, a_sub_unit(lon=108.1, lat=14.2))
    keep_incidents(mapped, *(in_hamlet(f"VV-{n}") for n in range(3)), in_hamlet("K", "thôn Khác"))
    link(mapped)

    with unit_of_work(mapped, LOCAL_OPERATOR, read_only=True) as session:
        taken = incidents.clustering_input(session, PLANNER)
        counts = incidents.counts_by_commune(session, PLANNER, commune_precision_only=True)
        points = incidents.incident_points(session, PLANNER)
    assert (len(taken.ids), taken.left_out) == (0, 4)
    assert counts == {"23401": 4}
    assert points == []


def test_a_record_with_a_point_keeps_its_precision(mapped: Database) -> None:
    register(mapped, a_sub_unit())
    keep_incidents(mapped, in_hamlet(placement=placed("23401")))
    link(mapped)

    sub_unit_id, precision, lon = linked(mapped)["VV-1"]
    assert sub_unit_id is not None
    assert (precision, lon) == ("exact", 108.0)


def test_the_hamlet_of_another_commune_is_not_meant(mapped: Database) -> None:
    register(mapped, a_sub_unit(code="23402"))
    keep_incidents(mapped, in_hamlet())

    assert link(mapped) == 0


def test_a_name_that_two_hamlets_of_a_commune_bear_is_not_linked(mapped: Database) -> None:
    register(mapped, a_sub_unit("Thôn 1", ref="cũ A"), a_sub_unit("Thôn 1", ref="cũ B"))
    keep_incidents(mapped, in_hamlet(address="Thôn 1"))

    assert link(mapped) == 0


def test_a_doubtful_commune_links_nothing(mapped: Database) -> None:
    register(mapped, a_sub_unit())
    unsure = replace(somewhere_in("23401"), confidence=0.6)
    keep_incidents(mapped, in_hamlet(placement=unsure))

    assert link(mapped) == 0


def test_a_hamlet_that_left_the_register_leaves_its_records_on_the_commune(
    mapped: Database,
) -> None:
    register(mapped, a_sub_unit())
    keep_incidents(mapped, in_hamlet())
    link(mapped)
    normal = read_sub_unit("Thôn Tân Lập")
    assert normal is not None
    register(mapped, a_sub_unit(name="Thôn Phước Lý", normal=normal))

    assert link(mapped) == 1
    assert linked(mapped)["VV-1"] == (None, "commune", None)


def test_placing_again_and_linking_again_gives_the_same(mapped: Database) -> None:
    register(mapped, a_sub_unit())
    keep_incidents(mapped, in_hamlet())
    link(mapped)
    before = linked(mapped)
    with unit_of_work(mapped, LOCAL_OPERATOR) as session:
        (id_,) = (row.id for row in incidents.find_incidents(session, PLANNER))
        renew(session, PLANNER, tables.incidents, [(id_, somewhere_in("23401"))])
        sub_unit_links.link_records(session, PLANNER, Layer.INCIDENTS, [id_])

    assert linked(mapped) == before


def test_hotspots_are_linked_too(mapped: Database) -> None:
    register(mapped, a_sub_unit())
    spot = a_hotspot(address_text="Thôn Phước Lý", placement=somewhere_in("23401"))
    keep_hotspots(mapped, spot)

    assert link(mapped, Layer.HOTSPOTS) == 1
    with unit_of_work(mapped, LOCAL_OPERATOR, read_only=True) as session:
        (found,) = hotspots.find_hotspots(session, PLANNER)
    assert found.placement.precision is Precision.SUB_UNIT
    assert found.placement.lon is None


def test_linked_records_are_counted_as_the_viewer_may_see_them(mapped: Database) -> None:
    register(mapped, a_sub_unit())
    withdrawn, tip = in_hamlet("VV-3"), in_hamlet("VV-4", verified=False)
    keep_incidents(mapped, in_hamlet("VV-1"), in_hamlet("VV-2"), withdrawn, tip)
    keep_hotspots(mapped, a_hotspot(address_text="Thôn Phước Lý", placement=somewhere_in("23401")))
    link(mapped)
    link(mapped, Layer.HOTSPOTS)
    with unit_of_work(mapped, LOCAL_OPERATOR) as session:
        c = incidents_table.c
        session.execute(incidents_table.update().where(c.ref == "VV-3").values(withdrawn="undone"))
    with unit_of_work(mapped, LOCAL_OPERATOR, read_only=True) as session:
        (unit,) = sub_units.find_sub_units(session, PLANNER)
        assert sub_units.linked_counts(session, OFFICER, "23401") == {unit.id: (2, 1)}
        assert sub_units.linked_counts(session, PLANNER_01, "23401") == {}
        assert sub_units.linked_counts(session, PLANNER, "23402") == {}


def test_without_a_register_nothing_is_touched(mapped: Database) -> None:
    keep_incidents(mapped, in_hamlet())

    assert link(mapped) == 0


def test_an_analyst_links_nothing(mapped: Database) -> None:
    with unit_of_work(mapped, LOCAL_OPERATOR) as session, pytest.raises(NotAllowedError):
        sub_unit_links.link_all(session, ANALYST, Layer.INCIDENTS)
