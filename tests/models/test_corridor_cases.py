"""Incidents beside a route in the store, and routes that a person draws and changes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
import shapely

from geo.records import Incident
from geo.terms import Layer
from models import corridor_changes, corridors, incidents
from models.corridor_cases import boxes_along, cases_along, cases_without_point
from models.errors import ConflictError, NotAllowedError, NotFoundError
from models.record_changes import changes_of_corridor
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    NOON,
    OFFICER,
    PERIOD,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    an_import,
    an_incident,
    placed,
    somewhere_in,
)
from tests.models.test_corridors import SQUARES, a_route, along, found, put_map

LINE = shapely.MultiLineString([[(108.02, 14.05), (108.15, 14.05)]])
HAND = corridor_changes.ENTERED


@pytest.fixture
def site(database: Database) -> Database:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        put_map(session, SQUARES)
    return database


def drawn(name: str = "Tuyến mới", **changes: object):  # type: ignore[no-untyped-def]
    return replace(a_route("auto-1"), source=HAND, name=name, line=None, **changes)


def keep(database: Database, *records: Incident) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.INCIDENTS)
        incidents.add_incidents(session, PLANNER, records, import_id)


def near_and_far() -> list[Incident]:
    inside = date(2026, 3, 1)
    beside = an_incident("A", occurred_on=inside, placement=placed("23401", 108.05, 14.05))
    return [
        replace(beside, offenders=3),
        replace(beside, ref="B", placement=placed("23401", 108.05, 14.09)),
        replace(beside, ref="C", verified=False),
        replace(beside, ref="D", occurred_on=date(2025, 3, 1)),
        replace(beside, ref="E", placement=somewhere_in("23401")),
        replace(beside, ref="F", placement=somewhere_in("00004")),
        replace(beside, ref="G", placement=placed("23402", 108.12, 14.0501), offenders=None),
    ]


def test_only_verified_cases_of_the_period_with_a_point_come_from_around_the_line(
    site: Database,
) -> None:
    keep(site, *near_and_far())
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        all_found = cases_along(session, PLANNER, LINE, 500, PERIOD)
        own = cases_along(session, PLANNER_01, LINE, 500, PERIOD)
        officers = cases_along(session, OFFICER, LINE, 500, PERIOD)
    assert all_found.offenders.tolist() == [3, 0]
    assert all_found.lons.tolist() == [108.05, 108.12]
    assert own.ids.size == 0
    assert officers.lons.tolist() == [108.05]


def test_cases_known_by_their_commune_alone_are_counted_apart(site: Database) -> None:
    keep(site, *near_and_far())
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        counts = [
            cases_without_point(session, PLANNER, codes, PERIOD)
            for codes in (["23401", "23402"], ["00004"], [])
        ]
    assert counts == [1, 1, 0]


def test_the_boxes_around_a_line_hold_every_point_beside_it() -> None:
    line = shapely.LineString([(103.0, 22.0), (106.0, 17.0), (108.9, 11.0)])
    boxes = boxes_along(line, 1_000)
    assert len(boxes) <= 30
    band = shapely.buffer(line, 0.0085)
    assert shapely.covers(shapely.union_all([shapely.box(*box) for box in boxes]), band)


def enter(site: Database, corridor: object, viewer: Viewer = PLANNER) -> int:
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        return corridor_changes.enter_corridor(session, viewer, corridor, at=NOON)  # type: ignore[arg-type]


def change(site: Database, id: int, corridor: object, viewer: Viewer = PLANNER) -> bool:
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        return corridor_changes.change_corridor(session, viewer, id, corridor, at=NOON)  # type: ignore[arg-type]


def test_a_drawn_route_is_stored_with_the_communes_along_it(site: Database) -> None:
    id_ = enter(site, drawn())
    (stored,) = found(site)
    assert (stored.id, stored.source, stored.import_id) == (id_, HAND, None)
    assert [each.commune_code for each in along(site, stored)] == ["23401", "23402"]
    with pytest.raises(ConflictError, match="đã có"):
        enter(site, drawn())


def test_a_changed_route_keeps_its_key_and_what_it_was(site: Database) -> None:
    id_ = enter(site, drawn())
    longer = shapely.MultiLineString([[(108.02, 14.05), (108.25, 14.05)]])
    changed = drawn("Tên khác", geometry=longer)
    assert change(site, id_, replace(changed, ref="khac", source="nguồn khác"))
    assert not change(site, id_, changed)
    (stored,) = found(site)
    assert (stored.ref, stored.source, stored.name) == ("auto-1", HAND, "Tên khác")
    assert [each.commune_code for each in along(site, stored)] == ["23401", "23402", "00004"]
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        assert len(changes_of_corridor(session, PLANNER, id_)) == 1


def test_nobody_draws_or_moves_a_route_through_foreign_provinces(site: Database) -> None:
    id_ = enter(site, drawn(), PLANNER_51)
    abroad = drawn("B", geometry=shapely.MultiLineString([[(108.21, 14.05), (108.29, 14.05)]]))
    for viewer, corridor in ((PLANNER_51, abroad), (PLANNER_01, drawn("C")), (ANALYST, drawn("D"))):
        with pytest.raises(NotAllowedError):
            enter(site, replace(corridor, ref="x"), viewer)
    with pytest.raises(NotAllowedError):
        change(site, id_, abroad, PLANNER_51)
    with pytest.raises(NotAllowedError):
        change(site, id_, abroad, PLANNER_01)


def test_a_withdrawn_or_unknown_route_is_not_changed(site: Database) -> None:
    id_ = enter(site, drawn())
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        corridor_changes.withdraw_corridor(session, PLANNER, id_, "nhầm", at=NOON)
    with pytest.raises(ConflictError, match="khôi phục"):
        change(site, id_, drawn("B"))
    with pytest.raises(NotFoundError):
        change(site, id_ + 1, drawn("B"))
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        assert corridors.find_corridor(session, PLANNER, id_).name == "Tuyến mới"
