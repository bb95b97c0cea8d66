"""Key routes in the store: communes along them, what was known when, who may, undoing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import shapely
from sqlalchemy import insert, select, update

from geo.records import Corridor, Period
from geo.standing_terms import CorridorMode, CorridorReach
from geo.terms import Layer
from models import corridor_changes, corridors, imports, undone_imports
from models.corridor_crossings import provinces_on, renew_crossings
from models.corridors import CommuneOn, StoredCorridor
from models.errors import ConflictError, NotAllowedError, NotFoundError
from models.imports import NewImport
from models.record_changes import changes_of_corridor
from models.session import Database, unit_of_work
from models.tables import boundary_versions, communes, corridor_communes
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    EARLIER,
    NOON,
    OFFICER,
    PERIOD,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
)

DAY = timedelta(days=1)
SQUARES = {"23401": (108.0, "51"), "23402": (108.1, "51"), "00004": (108.2, "01")}
"""West edge and province of squares of 0.1° side on 14° N, from west to east."""


@pytest.fixture
def site(database: Database) -> Database:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        put_map(session, SQUARES)
    return database


def put_map(session, squares: dict[str, tuple[float, str]]) -> None:  # type: ignore[no-untyped-def]
    """A map in force of squares in a row; any before it is put aside."""
    session.execute(update(boundary_versions).values(is_current=False))
    version = {
        "source": "tests",
        "licence": "none",
        "vintage": "2026",
        "sha256": f"{len(squares):064d}",
        "valid_from": date(2025, 7, 1),
        "approximate": False,
        "installed_at": NOON,
        "commune_count": len(squares),
        "is_current": True,
    }
    known = {c.name for c in boundary_versions.columns}
    values = {name: value for name, value in version.items() if name in known}
    added = insert(boundary_versions).values(**values).returning(boundary_versions.c.id)
    version_id = session.execute(added).scalar_one()
    for code, (west, province) in squares.items():
        shape = shapely.MultiPolygon([shapely.box(west, 14.0, west + 0.1, 14.1)])
        row = {
            "version_id": version_id,
            "code": code,
            "name": code,
            "full_name": f"Xã {code}",
            "unit_type": "Xã",
            "province_code": province,
            "province_name": f"Tỉnh {province}",
            "area_km2": 119.0,
            "border_with": "",
            "lon": west + 0.05,
            "lat": 14.05,
            "geom": shape,
            "geom_province": shape,
            "geom_nation": shape,
        }
        named = {c.name for c in communes.columns}
        session.execute(insert(communes).values(**{k: v for k, v in row.items() if k in named}))


def a_route(ref: str = "T1", to: float = 108.15, **changes: object) -> Corridor:
    """A route from the first square eastwards along 14.05° N, in force from 2026 on."""
    corridor = Corridor(
        ref=ref,
        source="BỘ CÔNG AN",
        name=f"Tuyến {ref}",
        mode=CorridorMode.ROAD,
        reach=CorridorReach.INTRA,
        decision="12/QĐ",
        decided_on=date(2025, 12, 1),
        valid_from=date(2026, 1, 1),
        valid_to=None,
        width_m=200.0,
        geometry=shapely.MultiLineString([[(108.02, 14.05), (to, 14.05)]]),
        line=4,
    )
    return replace(corridor, **changes)


def bring(site: Database, *routes: Corridor, viewer: Viewer = PLANNER, at: datetime = NOON) -> int:
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        new = NewImport(Layer.CORRIDORS, "tuyen.csv", "0" * 64, "BỘ CÔNG AN")
        import_id = imports.add_import(session, viewer, new, at=at)
        corridors.add_corridors(session, viewer, routes, import_id)
    return import_id


def found(site: Database, viewer: Viewer = PLANNER, **asked: object) -> list[StoredCorridor]:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return corridors.find_corridors(session, viewer, **asked)  # type: ignore[arg-type]


def along(site: Database, route: StoredCorridor) -> Sequence[CommuneOn]:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return corridors.communes_on(session, PLANNER, [route])[route.id]


def test_what_is_stored_comes_back_with_the_communes_along_it(site: Database) -> None:
    bring(site, a_route(to=108.25))
    (route,) = found(site)
    assert route.geometry.equals_exact(a_route(to=108.25).geometry, 0.0)
    assert (route.mode, route.reach, route.valid_to) == (
        CorridorMode.ROAD,
        CorridorReach.INTRA,
        None,
    )
    assert (route.created_at, route.created_by) == (NOON, "planner")
    told = [(c.commune_code, c.province_code, c.position) for c in along(site, route)]
    assert told == [("23401", "51", 1), ("23402", "51", 2), ("00004", "01", 3)]
    assert along(site, route)[1].length_km == pytest.approx(10.8, abs=0.05)


def test_everybody_reads_every_route(site: Database) -> None:
    bring(site, a_route())
    for viewer in (ANALYST, OFFICER, PLANNER_01):
        assert [route.ref for route in found(site, viewer)] == ["T1"]


def test_routes_are_found_by_period_province_and_commune(site: Database) -> None:
    bring(site, a_route("A"), a_route("B", to=108.25), a_route("C", valid_to=date(2026, 1, 1)))
    bring(site, a_route("D", valid_from=date(2025, 1, 1), valid_to=date(2025, 12, 14)))

    def refs(**asked: object) -> list[str]:
        return [route.ref for route in found(site, **asked)]

    assert refs() == ["A", "B", "C", "D"]
    assert refs(period=PERIOD) == ["A", "B", "C"]
    assert refs(period=EARLIER) == ["D"]
    assert refs(province_code="01") == ["B"]
    assert refs(commune_code="23402", period=PERIOD) == ["A", "B", "C"]
    assert refs(commune_code="99999") == []


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "is_in"),
    [
        (date(2026, 12, 14), None, True),
        (date(2026, 12, 15), None, False),
        (date(2020, 1, 1), date(2025, 12, 15), True),
        (date(2020, 1, 1), date(2025, 12, 14), False),
    ],
)
def test_a_route_counts_in_a_period_that_has_a_day_of_it(
    site: Database, valid_from: date, valid_to: date | None, is_in: bool
) -> None:
    bring(site, a_route(valid_from=valid_from, valid_to=valid_to))
    assert bool(found(site, period=PERIOD)) is is_in


def test_routes_by_commune_and_of_a_province(site: Database) -> None:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        empty = corridors.routes_by_commune(session, OFFICER, PERIOD)
        assert (dict(empty.by_commune), empty.n_in_force) == ({}, 0)
        assert corridors.inter_route(session, OFFICER, "51", PERIOD) is None
    bring(site, a_route("A"))
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        assert corridors.inter_route(session, OFFICER, "51", PERIOD) is None
        assert corridors.inter_route(session, OFFICER, "01", PERIOD) is None
    bring(site, a_route("A"), a_route("B", to=108.05, reach=CorridorReach.INTER))

    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        routes = corridors.routes_by_commune(session, OFFICER, PERIOD)
        assert routes.n_in_force == 2
        assert routes.provinces == {"51"}
        assert [on.ref for on in routes.by_commune["23401"]] == ["A", "B"]
        assert [on.ref for on in routes.by_commune["23402"]] == ["A"]
        assert "00004" not in routes.by_commune
        assert corridors.inter_route(session, OFFICER, "51", PERIOD) is True
        assert corridors.inter_route(session, OFFICER, "01", PERIOD) is False
        assert corridors.inter_route(session, OFFICER, "51", EARLIER) is None


def test_a_commune_within_half_the_width_lies_on_the_route(site: Database) -> None:
    bring(site, a_route(to=108.099, width_m=1_000.0))
    (route,) = found(site)
    assert [(c.commune_code, c.length_km > 0) for c in along(site, route)] == [
        ("23401", True),
        ("23402", False),
    ]


def test_a_stretch_too_short_to_speak_of_does_not_make_a_province() -> None:
    def crossed(*km: float) -> tuple[str, ...]:
        return provinces_on(CommuneOn(str(n), f"{n}", n, x) for n, x in enumerate(km))

    assert crossed(50.0, 0.9) == ("0",)
    assert crossed(50.0, 1.0) == ("0", "1")
    assert crossed(2.0, 0.3) == ("0", "1")
    assert crossed(0.0, 0.0) == ("0", "1")
    assert crossed() == ()


def test_writers_keep_to_routes_inside_their_provinces(site: Database) -> None:
    inter = a_route(to=108.25)
    for viewer in (ANALYST, OFFICER, PLANNER_01):
        with pytest.raises(NotAllowedError):
            bring(site, a_route(), viewer=viewer)
    with pytest.raises(NotAllowedError):
        bring(site, inter, viewer=PLANNER_51)
    bring(site, a_route(), viewer=PLANNER_51)
    bring(site, inter)
    with pytest.raises(NotAllowedError):
        withdraw(site, viewer=PLANNER_51)
    withdraw(site)


def test_a_band_that_reaches_another_province_is_for_the_nation_to_decide(site: Database) -> None:
    wide, narrow = a_route(width_m=40_000.0), a_route(width_m=200.0)
    with pytest.raises(NotAllowedError, match="bề rộng"):
        bring(site, wide, viewer=PLANNER_51)
    bring(site, narrow, viewer=PLANNER_51)
    with pytest.raises(NotAllowedError), unit_of_work(site, LOCAL_OPERATOR) as session:
        corridor_changes.change_corridor(session, PLANNER_51, 1, wide, at=NOON)
    with pytest.raises(NotAllowedError), unit_of_work(site, LOCAL_OPERATOR) as session:
        corridor_changes.enter_corridor(session, PLANNER_51, replace(wide, ref="T9"), at=NOON)
    (route,) = found(site)
    assert {each.province_code for each in along(site, route)} == {"51"}


def test_a_route_whose_band_leaves_the_scope_is_not_brought_back_by_it(site: Database) -> None:
    bring(site, a_route(width_m=40_000.0))
    withdraw(site)
    with pytest.raises(NotAllowedError), unit_of_work(site, LOCAL_OPERATOR) as session:
        corridor_changes.restore_corridor(session, PLANNER_51, 1, at=NOON + 2 * DAY)
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        corridor_changes.restore_corridor(session, PLANNER, 1, at=NOON + 2 * DAY)


def test_undoing_brings_no_band_back_that_leaves_the_scope(site: Database) -> None:
    """On an earlier map the band lay inside; on the map in force it reaches a neighbour."""
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        put_map(session, {"23401": (108.0, "51"), "23402": (108.1, "51")})
    bring(site, a_route(width_m=40_000.0), viewer=PLANNER_51)
    second = bring(site, a_route(), viewer=PLANNER_51, at=NOON + DAY)
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        put_map(session, SQUARES)
        renew_crossings(session, PLANNER)
    with pytest.raises(NotAllowedError), unit_of_work(site, LOCAL_OPERATOR) as session:
        undone_imports.undo_import(session, PLANNER_51, second, at=NOON + 2 * DAY)
    assert [route.width_m for route in found(site)] == [200.0]


def withdraw(site: Database, viewer: Viewer = PLANNER, at: datetime = NOON + DAY) -> None:
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        corridor_changes.withdraw_corridor(session, viewer, 1, "hết hiệu lực", at=at)


def test_a_withdrawn_route_is_out_of_use_until_it_is_brought_back(site: Database) -> None:
    bring(site, a_route())
    withdraw(site)
    assert found(site) == []
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        withdrawal = corridor_changes.withdrawal_of(session, OFFICER, 1)
        assert withdrawal is not None
        assert (withdrawal.reason, withdrawal.by) == ("hết hiệu lực", "planner")
        assert corridors.routes_by_commune(session, OFFICER, PERIOD).n_in_force == 0
    with pytest.raises(ConflictError):
        withdraw(site)
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        corridor_changes.restore_corridor(session, PLANNER, 1, at=NOON + 2 * DAY)
        assert corridor_changes.withdrawal_of(session, PLANNER, 1) is None
        with pytest.raises(ConflictError):
            corridor_changes.restore_corridor(session, PLANNER, 1, at=NOON)
    assert [route.ref for route in found(site)] == ["T1"]
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        changed = [[f.name for f in c.fields] for c in changes_of_corridor(session, OFFICER, 1)]
        assert changed == [["withdrawn"], ["withdrawn"]]
        with pytest.raises(NotFoundError):
            corridors.find_corridor(session, PLANNER, 2)


def test_what_was_known_at_a_moment_is_told_with_the_communes_of_the_line_then(
    site: Database,
) -> None:
    first = bring(site, a_route(to=108.05), a_route("T2"))
    bring(site, a_route(to=108.25, name="Tuyến dài"), at=NOON + 2 * DAY)
    withdraw(site, at=NOON + 4 * DAY)
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        undone_imports.undo_import(session, PLANNER, bring_alone(site, session), at=NOON + 6 * DAY)

    def known(days: float) -> list[tuple[str, int]]:
        routes = found(site, known_at=NOON + days * DAY)
        return [(route.name, len(along(site, route))) for route in routes]

    assert first == 1
    assert known(-1) == []
    assert known(1) == [("Tuyến T1", 1), ("Tuyến T2", 2)]
    assert known(3) == [("Tuyến T2", 2), ("Tuyến dài", 3)]
    assert known(5) == [("Tuyến T2", 2), ("Tuyến T3", 2)]
    assert known(7) == [("Tuyến T2", 2)]
    assert [route.name for route in found(site)] == ["Tuyến T2"]
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        then = corridors.routes_by_commune(session, OFFICER, PERIOD, known_at=NOON + 3 * DAY)
        assert [on.name for on in then.by_commune["00004"]] == ["Tuyến dài"]


def bring_alone(site: Database, session) -> int:  # type: ignore[no-untyped-def]
    """An import of a route of its own, in the caller's transaction."""
    new = NewImport(Layer.CORRIDORS, "tuyen.csv", "0" * 64, "BỘ CÔNG AN")
    import_id = imports.add_import(session, PLANNER, new, at=NOON + 4.5 * DAY)
    corridors.add_corridors(session, PLANNER, [a_route("T3")], import_id)
    return import_id


def test_undoing_an_import_brings_back_the_line_and_its_communes(site: Database) -> None:
    bring(site, a_route(to=108.05))
    second = bring(site, a_route(to=108.25), at=NOON + DAY)
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        done = undone_imports.undo_import(session, PLANNER, second, at=NOON + 2 * DAY)
    assert (done.removed, done.restored) == (0, 1)
    (route,) = found(site)
    assert [c.commune_code for c in along(site, route)] == ["23401"]
    assert found(site, known_at=NOON + 1.5 * DAY)[0].moved_since


def test_a_new_map_gives_routes_the_communes_of_the_new_map(site: Database) -> None:
    bring(site, a_route(), a_route("T2", to=108.05))
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        put_map(session, {"23402": (108.0, "51"), "00004": (108.1, "01")})
        assert renew_crossings(session, PLANNER) == 2
        rows = session.execute(select(corridor_communes).order_by("corridor_id", "position"))
        assert [(r.corridor_id, r.commune_code) for r in rows] == [
            (1, "23402"),
            (1, "00004"),
            (2, "23402"),
        ]


def test_a_route_knows_a_moment_only_with_its_zone(site: Database) -> None:
    bring(site, a_route())
    here = datetime(2026, 7, 1, 19, 30, tzinfo=UTC) + timedelta(hours=7)
    assert [route.ref for route in found(site, known_at=here)] == ["T1"]
    assert found(site, period=Period(date(2027, 1, 1), date(2027, 2, 1)), known_at=here)
