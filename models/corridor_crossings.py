"""Which communes of the map in force a key route touches: laid over it, stored, made anew."""

# ruff: noqa: ARG001 - routes and the map are public; who asks is named so that this can change

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from geo.routes import RouteGround
from models.additions import chunks
from models.tables import boundary_versions, communes, corridor_communes, corridors
from models.viewers import Scope, ScopeKind, Viewer

LEAST_KM, LEAST_SHARE = 1.0, 0.1
"""A route runs through a province where that much of its line, or that share, lies inside:
a shorter stretch is what limits and drawings leave over."""


@dataclass(frozen=True, slots=True)
class CommuneOn:
    """A commune that a route touches: the `position`-th along it, from 1.

    `length_km` of the line lie inside, 0 where its band alone reaches the commune.
    """

    commune_code: str
    province_code: str
    position: int
    length_km: float


@dataclass(frozen=True, slots=True)
class RouteMap:
    """The map in force, ready for laying many routes over it."""

    ground: RouteGround
    provinces: Mapping[str, str]

    def lay(self, line: BaseGeometry, width_m: float) -> tuple[CommuneOn, ...]:
        """Communes within half of `width_m` metres of a line (WGS 84), in order along it."""
        return tuple(
            CommuneOn(each.code, self.provinces[each.code], each.position, each.length_km)
            for each in self.ground.crossings(line, width_m)
        )


def load_route_map(session: Session, viewer: Viewer) -> RouteMap:
    """The map in force with its full limits; empty where none is installed."""
    c = communes.c
    wanted = (
        select(c.code, c.province_code, c.geom)
        .join(boundary_versions)
        .where(boundary_versions.c.is_current.is_(True))
        .order_by(c.code)
    )
    rows = session.execute(wanted).all()
    ground = RouteGround([row.code for row in rows], [row.geom for row in rows])
    return RouteMap(ground, {row.code: row.province_code for row in rows})


def provinces_on(crossings: Iterable[CommuneOn]) -> tuple[str, ...]:
    """The provinces that a route runs through, by code.

    Where the line itself lies in none, those that its band touches.

    >>> provinces_on([CommuneOn("1", "51", 1, 9.5), CommuneOn("2", "68", 2, 0.4)])
    ('51',)
    """
    length_km: dict[str, float] = defaultdict(float)
    for each in crossings:
        length_km[each.province_code] += each.length_km
    least = min(LEAST_KM, LEAST_SHARE * sum(length_km.values()))
    return tuple(sorted(code for code, km in length_km.items() if km >= least))


def may_decide(scope: Scope, crossings: Sequence[CommuneOn]) -> bool:
    """Whether a scope holds every province that a route reaches, be it by its band alone.

    Every commune that is reached lies on the route, hence meets a criterion by it.

    >>> along = [CommuneOn("1", "51", 1, 9.5), CommuneOn("2", "68", 2, 0.0)]
    >>> may_decide(Scope.provinces("51"), along[:1]), may_decide(Scope.provinces("51"), along)
    (True, False)
    """
    if scope.kind is ScopeKind.NATION:
        return True
    return bool(crossings) and not reached_outside(scope, crossings)


def reached_outside(scope: Scope, crossings: Iterable[CommuneOn]) -> tuple[str, ...]:
    """The provinces outside a scope that a line or its band reaches, by code.

    >>> reached_outside(Scope.provinces("51"), [CommuneOn("2", "68", 2, 0.0)])
    ('68',)
    """
    reached = {each.province_code for each in crossings}
    return tuple(sorted(code for code in reached if not scope.covers(code, None)))


def stored_crossings(
    session: Session, viewer: Viewer, ids: Sequence[int]
) -> dict[int, tuple[CommuneOn, ...]]:
    """Communes along stored routes by the number of the route, in order along each."""
    c = corridor_communes.c
    found: dict[int, list[CommuneOn]] = defaultdict(list)
    for chunk in chunks(ids):
        wanted = select(corridor_communes).where(c.corridor_id.in_(chunk))
        for row in session.execute(wanted.order_by(c.corridor_id, c.position)):
            place = (row.commune_code, row.province_code, row.position, row.length_km)
            found[row.corridor_id].append(CommuneOn(*place))
    return {id_: tuple(found.get(id_, ())) for id_ in ids}


def put_crossings(
    session: Session, viewer: Viewer, laid: Mapping[int, Sequence[CommuneOn]]
) -> None:
    """Store the communes along routes in the place of those there were."""
    viewer.require_write()
    c = corridor_communes.c
    for chunk in chunks(list(laid)):
        session.execute(delete(corridor_communes).where(c.corridor_id.in_(chunk)))
    rows = [
        {
            "corridor_id": id_,
            "commune_code": each.commune_code,
            "province_code": each.province_code,
            "position": each.position,
            "length_km": each.length_km,
        }
        for id_, crossings in laid.items()
        for each in crossings
    ]
    if rows:
        session.connection().execute(insert(corridor_communes), rows)


def renew_crossings(session: Session, viewer: Viewer, ids: Sequence[int] | None = None) -> int:
    """Lay every route, or some, over the map in force anew; how many routes they are.

    Withdrawn ones too: they may come back.
    """
    viewer.require_write()
    c = corridors.c
    wanted = select(c.id, c.geom, c.width_m).order_by(c.id)
    rows = session.execute(wanted if ids is None else wanted.where(c.id.in_(ids))).all()
    if rows:
        route_map = load_route_map(session, viewer)
        put_crossings(
            session, viewer, {row.id: route_map.lay(row.geom, row.width_m) for row in rows}
        )
    return len(rows)
