"""Key routes (tuyến trọng điểm): a line approved by a decision, and the communes it touches.

Routes are administrative decisions and hold no case: everybody signed in reads
them. Every earlier content is kept, so that what was known at a moment can be told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import shapely
from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from geo.records import Corridor, Period
from geo.standing_terms import CorridorReach
from geo.terms import Layer
from models.additions import Added, digest_of, keep_others_from_writing
from models.columns import raw_geometry
from models.corridor_crossings import (
    CommuneOn,
    load_route_map,
    may_decide,
    provinces_on,
    put_crossings,
    stored_crossings,
)
from models.corridor_memory import StoredCorridor, known_corridors, stored_corridor
from models.errors import NotAllowedError, NotFoundError
from models.hand_kept import add_kept
from models.tables import corridors, imports
from models.viewers import ScopeKind, Viewer

__all__ = [
    "CommuneOn",
    "RouteOn",
    "Routes",
    "StoredCorridor",
    "add_corridors",
    "communes_on",
    "corridor_values",
    "find_corridor",
    "find_corridors",
    "inter_route",
    "require_decided_by",
    "routes_by_commune",
]


@dataclass(frozen=True, slots=True)
class RouteOn:
    """A route that a commune lies on; `length_km` of its line lie inside, 0: its band alone."""

    ref: str
    name: str
    reach: CorridorReach
    length_km: float


@dataclass(frozen=True, slots=True)
class Routes:
    """The routes in force in a period by commune of the map in force.

    `n_in_force` counts all of them, in the whole country; `provinces` are those that some
    of them runs through (`provinces_on`). A commune that is absent lies on none of them.
    """

    by_commune: Mapping[str, tuple[RouteOn, ...]]
    n_in_force: int
    provinces: frozenset[str]


def add_corridors(
    session: Session, viewer: Viewer, records: Sequence[Corridor], import_id: int
) -> Added[Corridor]:
    """Store the routes that are new; of changed ones the earlier content becomes a version.

    One that a person withdrew stays as it is and is told in `put_away`.

    Raises
    ------
    NotAllowedError
        If the viewer may not write, or a route or its band reaches a province outside
        the viewer's scope.
    """
    viewer.require_write()
    laid = _laid(session, viewer, records)
    for record in records:
        require_decided_by(viewer, record.name, laid[record.source, record.ref])
    keep_others_from_writing(session, corridors)
    at = _moment_of(session, import_id)

    def store(stored: list[tuple[int, Corridor]]) -> None:
        put_crossings(session, viewer, {id_: laid[each.source, each.ref] for id_, each in stored})

    return add_kept(
        session,
        viewer,
        Layer.CORRIDORS,
        records,
        lambda record: corridor_values(record, viewer, import_id, at),
        import_id=import_id,
        at=at,
        store=store,
        inside=_own(session, viewer),
    )


def find_corridors(
    session: Session,
    viewer: Viewer,
    *,
    period: Period | None = None,
    province_code: str | None = None,
    commune_code: str | None = None,
    known_at: datetime | None = None,
) -> list[StoredCorridor]:
    """The routes in use by name: in force on some day of a period, touching a province or commune.

    `known_at` (UTC): as the site knew them at that moment, None: now. The communes
    are those of the map in force in any case.
    """
    found = known_corridors(session, viewer, known_at)
    if period is not None:
        found = [each for each in found if _in_force(each, period)]
    if province_code is None and commune_code is None:
        return found
    along = communes_on(session, viewer, found)

    def touches(each: CommuneOn) -> bool:
        in_province = province_code in (None, each.province_code)
        return in_province and commune_code in (None, each.commune_code)

    return [corridor for corridor in found if any(map(touches, along[corridor.id]))]


def find_corridor(session: Session, viewer: Viewer, id: int) -> StoredCorridor:  # noqa: ARG001 - everybody reads routes
    """One route, withdrawn or not.

    Raises
    ------
    NotFoundError
        If there is none of this number.
    """
    row = session.execute(select(corridors).where(corridors.c.id == id)).one_or_none()
    if row is None:
        raise NotFoundError(f"Không có tuyến trọng điểm số {id}.")
    return stored_corridor(row)


def communes_on(
    session: Session, viewer: Viewer, found: Sequence[StoredCorridor]
) -> dict[int, tuple[CommuneOn, ...]]:
    """Communes of the map in force along routes, by the number of the route.

    A route known as it was before its line changed is laid over the map now.
    """
    along = stored_crossings(session, viewer, [each.id for each in found if not each.moved_since])
    moved = [each for each in found if each.moved_since]
    if moved:
        route_map = load_route_map(session, viewer)
        along |= {each.id: route_map.lay(each.geometry, each.width_m) for each in moved}
    return along


def routes_by_commune(
    session: Session, viewer: Viewer, period: Period, *, known_at: datetime | None = None
) -> Routes:
    """The routes in force on some day of a period, by commune of the map in force."""
    found = find_corridors(session, viewer, period=period, known_at=known_at)
    along = communes_on(session, viewer, found)
    by_commune: dict[str, list[RouteOn]] = defaultdict(list)
    for route in found:
        for each in along[route.id]:
            on = RouteOn(route.ref, route.name, route.reach, each.length_km)
            by_commune[each.commune_code].append(on)
    return Routes(
        by_commune={code: tuple(on) for code, on in by_commune.items()},
        n_in_force=len(found),
        provinces=frozenset(code for route in found for code in provinces_on(along[route.id])),
    )


def inter_route(
    session: Session,
    viewer: Viewer,
    province_code: str,
    period: Period,
    known_at: datetime | None = None,
) -> bool | None:
    """Whether a province lies on an inter-provincial route; None where none is in force at all.

    The ministry approves the inter-provincial routes of the whole country in one list:
    routes inside provinces say nothing about it.
    """
    found = find_corridors(session, viewer, period=period, known_at=known_at)
    inter = [route for route in found if route.reach is CorridorReach.INTER]
    if not inter:
        return None
    along = communes_on(session, viewer, inter)
    return any(province_code in provinces_on(on) for on in along.values())


def require_decided_by(viewer: Viewer, name: str, crossings: Sequence[CommuneOn]) -> None:
    """Raise `NotAllowedError` unless a route and its band keep to provinces of the scope."""
    if not may_decide(viewer.scope, crossings):
        raise NotAllowedError(
            f"Tuyến «{name}» (kể cả bề rộng) chạm tỉnh ngoài phạm vi của tài khoản "
            f"«{viewer.name}»: tuyến như vậy do cấp Bộ cập nhật."
        )


def _laid(
    session: Session, viewer: Viewer, records: Sequence[Corridor]
) -> dict[tuple[str, str], tuple[CommuneOn, ...]]:
    if not records:
        return {}
    route_map = load_route_map(session, viewer)
    return {(r.source, r.ref): route_map.lay(r.geometry, r.width_m) for r in records}


def _moment_of(session: Session, import_id: int) -> datetime:
    """When an import took place: what it brings is known from then on."""
    at: datetime = session.scalars(select(imports.c.at).where(imports.c.id == import_id)).one()
    return at


def _own(session: Session, viewer: Viewer) -> ColumnElement[bool]:
    """Which stored routes the viewer may change."""
    if viewer.scope.kind is ScopeKind.NATION:
        return true()
    along = stored_crossings(session, viewer, list(session.scalars(select(corridors.c.id))))
    own = [id_ for id_, on in along.items() if may_decide(viewer.scope, on)]
    return corridors.c.id.in_(own)


def _in_force(corridor: Corridor, period: Period) -> bool:
    ends = corridor.valid_to
    return corridor.valid_from <= period.end and (ends is None or ends >= period.start)


def corridor_values(
    record: Corridor, viewer: Viewer, import_id: int | None, at: datetime
) -> dict[str, Any]:
    """The columns of a new route as the driver takes them (`models.additions.insert_rows`)."""
    days = (record.decided_on, record.valid_from, record.valid_to)
    decided_on, valid_from, valid_to = (None if d is None else d.isoformat() for d in days)
    texts = (record.name, record.mode.value, record.reach.value, record.decision, record.note)
    shown = (*days, record.width_m, shapely.to_wkb(record.geometry, hex=True))
    return {
        "source": record.source,
        "ref": record.ref,
        "name": record.name,
        "mode": record.mode.value,
        "reach": record.reach.value,
        "decision": record.decision,
        "decided_on": decided_on,
        "valid_from": valid_from,
        "valid_to": valid_to,
        "width_m": float(record.width_m),
        "geom": raw_geometry(record.geometry),
        "note": record.note,
        "import_id": import_id,
        "line": record.line,
        "content_sha256": digest_of(*texts, *shown),
        "created_at": at.astimezone(UTC).replace(tzinfo=None).isoformat(" ", "microseconds"),
        "created_by": viewer.name,
    }
