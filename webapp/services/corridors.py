"""The pages about key routes: the list, and one route with its story and the communes along it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from geo.alphabet import vietnamese_key
from geo.records import Corridor, Period
from geo.routes import line_length_km
from geo.standing_terms import CorridorMode, CorridorReach
from geo.terms import CommuneClass
from models import communes, corridor_changes, corridors
from models.corridor_crossings import may_decide, provinces_on
from models.corridors import CommuneOn, StoredCorridor
from models.hand_kept import Withdrawal
from models.periods import period_of
from models.record_changes import changes_of_corridor
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.class_terms import usual_term
from webapp.services.corridor_chart import ProfileChart, draw_profile
from webapp.services.corridor_map import (
    CorridorMap,
    TimeLine,
    draw_corridor,
    draw_time,
    map_frame,
)
from webapp.services.corridor_profile import (
    USUAL,
    Look,
    RouteProfile,
    profile_of,
    write_kilometres,
)
from webapp.services.import_changes import ToldChange, tell_changes
from webapp.services.standing import Standing, commune_standings

PAGE_ROWS = 50
_WIDE_DEG = 3.0
"""Frames wider than this are drawn from the coarser limits."""


class Force(StrEnum):
    """Where a route stands on a day."""

    COMING = "coming"
    IN_FORCE = "in_force"
    OVER = "over"


FORCES: Mapping[str, str] = MappingProxyType(
    {
        Force.COMING: "chưa có hiệu lực",
        Force.IN_FORCE: "đang hiệu lực",
        Force.OVER: "hết hiệu lực",
    }
)

TONES: Mapping[str, str] = MappingProxyType(
    {Force.IN_FORCE: "good", Force.COMING: "warn", Force.OVER: "plain"}
)


@dataclass(frozen=True, slots=True)
class RouteFilter:
    """What of the list is asked for; `on` keeps what is in force on a day."""

    reach: CorridorReach | None = None
    mode: CorridorMode | None = None
    province_code: str | None = None
    on: date | None = None
    page: int = 1


@dataclass(frozen=True, slots=True)
class RouteLine:
    """One route in the list; `provinces` are names.

    `n_communes` are those that the line crosses, `n_beside` those that its band alone reaches.
    """

    route: StoredCorridor
    force: Force
    length_km: float
    n_communes: int
    n_beside: int
    provinces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteList:
    """A page of the list; `register` counts all routes, `in_force` those of the day asked for.

    `provinces` are those that the routes run through, by code.
    """

    lines: tuple[RouteLine, ...]
    total: int
    register: int
    in_force: int
    provinces: tuple[tuple[str, str], ...]
    number: int
    pages: int


@dataclass(frozen=True, slots=True)
class RouteCommune:
    """A commune along a route with its class; `provisional` while the period runs."""

    on: CommuneOn
    full_name: str
    province_name: str
    cls: str
    provisional: bool


@dataclass(frozen=True, slots=True)
class RoutePage:
    """The page of a route; `period` is that of the classes."""

    route: StoredCorridor
    force: Force
    length_km: float
    provinces: tuple[str, ...]
    communes: tuple[RouteCommune, ...]
    counts: Mapping[str, int]
    period: Period
    drawing: CorridorMap
    profile: RouteProfile
    chart: ProfileChart
    time: TimeLine
    changes: tuple[ToldChange, ...]
    withdrawal: Withdrawal | None
    may_change: bool

    @property
    def away_km(self) -> float:
        """Kilometres of the line that lie in no commune of the map."""
        return max(self.length_km - sum(each.on.length_km for each in self.communes), 0.0)


def force_on(route: Corridor, day: date) -> Force:
    """Where a route stands on a day."""
    if day < route.valid_from:
        return Force.COMING
    return Force.OVER if route.valid_to is not None and day > route.valid_to else Force.IN_FORCE


def open_list(database: Database, viewer: Viewer, wanted: RouteFilter, today: date) -> RouteList:
    """The routes that a filter keeps, those in force first, then by name."""
    day = wanted.on or today
    with unit_of_work(database, viewer, read_only=True) as session:
        found = corridors.find_corridors(session, viewer)
        along = corridors.communes_on(session, viewer, found)
        names = communes.province_names(session, viewer)
    lines = [_line(route, along[route.id], names, day) for route in found]
    kept = [line for line in lines if _is_wanted(line, along[line.route.id], wanted)]
    kept.sort(key=lambda line: line.force is not Force.IN_FORCE)
    pages = max(1, -(-len(kept) // PAGE_ROWS))
    number = min(wanted.page, pages)
    touched = {each.province_code for on in along.values() for each in on}
    touched_names = [(code, names.get(code, code)) for code in touched]
    return RouteList(
        lines=tuple(kept[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]),
        total=len(kept),
        register=len(found),
        in_force=sum(line.force is Force.IN_FORCE for line in lines),
        provinces=tuple(sorted(touched_names, key=lambda item: vietnamese_key(item[1]))),
        number=number,
        pages=pages,
    )


def _line(
    route: StoredCorridor, along: Sequence[CommuneOn], names: Mapping[str, str], day: date
) -> RouteLine:
    crossed = sum(each.length_km > 0 for each in along)
    return RouteLine(
        route=route,
        force=force_on(route, day),
        length_km=line_length_km(route.geometry),
        n_communes=crossed,
        n_beside=len(along) - crossed,
        provinces=tuple(names.get(code, code) for code in provinces_on(along)),
    )


def _is_wanted(line: RouteLine, along: Sequence[CommuneOn], wanted: RouteFilter) -> bool:
    codes = {each.province_code for each in along}
    return (
        wanted.reach in (None, line.route.reach)
        and wanted.mode in (None, line.route.mode)
        and (wanted.province_code is None or wanted.province_code in codes)
        and (wanted.on is None or line.force is Force.IN_FORCE)
    )


def open_corridor(
    database: Database, viewer: Viewer, id: int, today: date, look: Look = USUAL
) -> RoutePage:
    """The page of a route, withdrawn or not.

    Raises
    ------
    NotFoundError
        If there is none of this number.
    InvalidValueError
        If the days asked for are none.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        route = corridors.find_corridor(session, viewer, id)
        along = corridors.communes_on(session, viewer, [route])[id]
        names = communes.province_names(session, viewer)
        period = usual_term(session, viewer, today)
        standings = commune_standings(session, viewer, period, today=today)
        listed = _listed(session, viewer, along, names, standings)
        provinces, days = provinces_on(along), look.over(period_of(today))
        profile = profile_of(session, viewer, route, along, days, chosen_m=look.within_m)
        classes = {code: each.cls for code, each in standings.items()}
        return RoutePage(
            route=route,
            force=force_on(route, today),
            length_km=line_length_km(route.geometry),
            provinces=tuple(names.get(code, code) for code in provinces),
            communes=listed,
            counts=_counts(listed),
            period=period,
            drawing=_drawn(session, viewer, route, along, classes),
            profile=profile,
            chart=draw_profile(profile, classes),
            time=draw_time(route.valid_from, route.valid_to, route.decided_on, today),
            changes=tell_changes(session, viewer, changes_of_corridor(session, viewer, id)),
            withdrawal=corridor_changes.withdrawal_of(session, viewer, id),
            may_change=viewer.may_write and may_decide(viewer.scope, along),
        )


def kilometres_csv(
    database: Database, viewer: Viewer, id: int, today: date, look: Look
) -> tuple[str, str]:
    """Name and content of the table of a route's kilometres; errors as `open_corridor`."""
    with unit_of_work(database, viewer, read_only=True) as session:
        route = corridors.find_corridor(session, viewer, id)
        along = corridors.communes_on(session, viewer, [route])[id]
        days = look.over(period_of(today))
        profile = profile_of(session, viewer, route, along, days, chosen_m=look.within_m)
    return f"tuyen-{id}-theo-km.csv", write_kilometres(route.name, profile)


def _listed(
    session: Session,
    viewer: Viewer,
    along: Sequence[CommuneOn],
    names: Mapping[str, str],
    standings: Mapping[str, Standing],
) -> tuple[RouteCommune, ...]:
    full_names = communes.names_of(session, viewer, [each.commune_code for each in along])
    return tuple(
        RouteCommune(
            on=each,
            full_name=full_names.get(each.commune_code, each.commune_code),
            province_name=names.get(each.province_code, each.province_code),
            cls=stands.cls if (stands := standings.get(each.commune_code)) else "unknown",
            provisional=stands is not None and stands.provisional,
        )
        for each in along
    )


def _counts(listed: Sequence[RouteCommune]) -> dict[str, int]:
    """How many communes along a route have each class, from best to worst."""
    order = [cls.value for cls in CommuneClass]
    found = {cls: sum(each.cls == cls for each in listed) for cls in order}
    return {cls: n for cls, n in found.items() if n}


def _drawn(
    session: Session,
    viewer: Viewer,
    route: StoredCorridor,
    along: Sequence[CommuneOn],
    classes: Mapping[str, str],
) -> CorridorMap:
    frame = map_frame(route.geometry, route.width_m)
    west, south, east, north = frame.box.bounds
    level = "nation" if east - west > _WIDE_DEG else "province"
    shapes = communes.shapes_near(session, viewer, (west, south, east, north), level)
    order = [each.commune_code for each in along]
    return draw_corridor(frame, route.geometry, route.width_m, shapes, classes=classes, order=order)
