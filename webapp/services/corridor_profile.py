"""The cases along a key route, kilometre by kilometre, with its hotspots and communes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
from shapely.geometry.base import BaseGeometry

from geo.campaign_areas import widened
from geo.guarded_cells import guarded_csv
from geo.records import Corridor, Period
from geo.route_profile import RouteMeasure, Stretch
from geo.terms import HotspotStatus
from models import communes, hotspots, nearby
from models.corridor_cases import boxes_along, cases_along, cases_without_point
from models.corridors import CommuneOn, StoredCorridor
from models.disclosure import sees_exactly
from models.errors import InvalidValueError
from models.lifecycle import status_at
from models.session import Session
from models.viewers import Viewer
from webapp.labels import HOTSPOT_STATUSES, vn_date, vn_number, vn_period

USUAL_WITHIN_M = 500
"""How far to each side is looked where a route has no width, metres."""

CHOICES_M = (250, 500, 1_000, 2_000, 5_000)
"""Distances to each side that a reader may choose, metres."""

STEPS_KM = (1, 2, 5, 10, 20, 50, 100)
MOST_SECTIONS = 80

NUMBERS = ("Từ km", "Đến km", "Vụ việc", "Đối tượng", "Điểm, tụ điểm", "Các xã")


@dataclass(frozen=True, slots=True)
class SpotAt:
    """A hotspot beside a route; `is_coarse`: a dwelling, laid to the middle of its grid cell."""

    ref: str
    source: str
    name: str
    status: HotspotStatus
    km: float
    off_m: float
    is_coarse: bool


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a route: cases, offenders, what lies there; kilometres from its beginning."""

    from_km: float
    to_km: float
    cases: int
    offenders: int
    communes: tuple[str, ...]
    spots: tuple[SpotAt, ...]


@dataclass(frozen=True, slots=True)
class RouteProfile:
    """What the register says along a route in a period.

    `within_m` metres to each side were looked at; `is_own`: it is half the width of the
    route. `earlier` counts the cases of the period before of the same length;
    `without_point` those of the communes along it that are known by their commune alone.
    `is_partial`: the band reaches where the viewer sees no records.
    """

    period: Period
    within_m: float
    is_own: bool
    length_km: float
    step_km: int
    sections: tuple[Section, ...]
    kilometres: tuple[Section, ...]
    spots: tuple[SpotAt, ...]
    stretches: tuple[Stretch, ...]
    names: Mapping[str, str]
    cases: int
    offenders: int
    earlier: int
    without_point: int
    is_partial: bool

    @property
    def worst(self) -> Section | None:
        """The kilometre with the most cases, the first of equals; None where there is none."""
        found = max(self.kilometres, key=lambda each: (each.cases, -each.from_km), default=None)
        return found if found is not None and found.cases else None


@dataclass(frozen=True, slots=True)
class Look:
    """What of the cases along a route is asked for; None: the usual period, the route's width."""

    since: date | None = None
    until: date | None = None
    within_m: int | None = None

    def over(self, usual: Period) -> Period:
        """The days asked for, those of the usual period where none are."""
        since, until = self.since or usual.start, self.until or usual.end
        if since > until:
            raise InvalidValueError(
                f"Từ ngày {vn_date(since)} phải trước hoặc bằng đến ngày {vn_date(until)}. "
                "Hãy đổi lại kỳ."
            )
        return Period(since, until)


USUAL = Look()


def within_of(route: Corridor, chosen_m: int | None) -> float:
    """How far to each side of a route is looked, metres."""
    if chosen_m is not None:
        return float(chosen_m)
    return route.width_m / 2 if route.width_m > 0 else float(USUAL_WITHIN_M)


@dataclass(frozen=True, slots=True)
class _Laid:
    """What was laid along a route, ready for being cut into sections."""

    length_km: float
    km: np.ndarray[tuple[int], np.dtype[np.float64]]
    offenders: np.ndarray[tuple[int], np.dtype[np.int64]]
    spots: Sequence[SpotAt]
    stretches: Sequence[Stretch]
    names: Mapping[str, str]

    def sections(self, step_km: int) -> tuple[Section, ...]:
        """Sections of some kilometres, the last one shorter."""
        n = max(int(np.ceil(self.length_km / step_km - 1e-9)), 1)
        of = np.minimum((self.km / step_km).astype(np.int64), n - 1)
        cases = np.bincount(of, minlength=n)
        offenders = np.bincount(of, weights=self.offenders, minlength=n)
        spots: dict[int, list[SpotAt]] = defaultdict(list)
        for spot in self.spots:
            spots[min(int(spot.km / step_km), n - 1)].append(spot)
        inside = self._communes(step_km, n)
        return tuple(
            Section(
                from_km=float(i * step_km),
                to_km=min(float((i + 1) * step_km), self.length_km),
                cases=int(cases[i]),
                offenders=int(offenders[i]),
                communes=tuple(inside[i]),
                spots=tuple(spots[i]),
            )
            for i in range(n)
        )

    def _communes(self, step_km: int, n: int) -> dict[int, dict[str, None]]:
        """The names of the communes by section, in order along the line."""
        found: dict[int, dict[str, None]] = defaultdict(dict)
        for each in self.stretches:
            first, last = int(each.from_km / step_km), int(np.ceil(each.to_km / step_km)) - 1
            for i in range(min(first, n - 1), min(last, n - 1) + 1):
                found[i][self.names[each.code]] = None
        return found


def profile_of(
    session: Session,
    viewer: Viewer,
    route: StoredCorridor,
    along: Sequence[CommuneOn],
    period: Period,
    *,
    chosen_m: int | None = None,
) -> RouteProfile:
    """Count the cases beside a route in a period, and lay hotspots and communes along it."""
    line, within_m = route.geometry, within_of(route, chosen_m)
    measure = RouteMeasure.along(line)
    before = _before(period)
    known = cases_along(session, viewer, line, within_m, Period(before.start, period.end))
    beside = measure.beside(known.lons, known.lats, within_m)
    is_later = known.days >= np.datetime64(period.start)
    near, earlier = beside.is_near & is_later, beside.is_near & ~is_later
    codes = [each.commune_code for each in along]
    stretches, names = _stretches(session, viewer, measure, codes)
    spots = _spots(session, viewer, line, measure, within_m=within_m, period=period)
    laid = _Laid(measure.total_km, beside.km[near], known.offenders[near], spots, stretches, names)
    step_km = next((s for s in STEPS_KM if measure.total_km / s <= MOST_SECTIONS), STEPS_KM[-1])
    return RouteProfile(
        period=period,
        within_m=within_m,
        is_own=chosen_m is None and route.width_m > 0,
        length_km=measure.total_km,
        step_km=step_km,
        sections=laid.sections(step_km),
        kilometres=laid.sections(1),
        spots=spots,
        stretches=stretches,
        names=names,
        cases=int(near.sum()),
        offenders=int(known.offenders[near].sum()),
        earlier=int(earlier.sum()),
        without_point=cases_without_point(session, viewer, codes, period),
        is_partial=nearby.reaches_beyond_scope(session, viewer, widened(line, within_m)),
    )


def _stretches(
    session: Session, viewer: Viewer, measure: RouteMeasure, codes: Sequence[str]
) -> tuple[tuple[Stretch, ...], dict[str, str]]:
    """Where the line runs in each commune, and the names of the communes."""
    shapes = communes.outlines(session, viewer, codes)
    found = measure.stretches([unit.code for unit, _ in shapes], [shape for _, shape in shapes])
    return tuple(found), {unit.code: unit.full_name for unit, _ in shapes}


def _spots(
    session: Session,
    viewer: Viewer,
    line: BaseGeometry,
    measure: RouteMeasure,
    *,
    within_m: float,
    period: Period,
) -> tuple[SpotAt, ...]:
    """The hotspots beside a route with their status on the last day, in order along it."""
    boxes = boxes_along(line, within_m)
    each = {s.id: s for found in hotspots.hotspots_in_each(session, viewer, boxes) for s in found}
    placed = [
        (spot, status, spot.placement.lon, spot.placement.lat)
        for spot in each.values()
        if (status := status_at(spot.events, period.end)) is not None
        and spot.placement.lon is not None
        and spot.placement.lat is not None
    ]
    beside = measure.beside([lon for *_, lon, _ in placed], [lat for *_, lat in placed], within_m)
    told = [
        SpotAt(
            *(spot.ref, spot.source, spot.name, status, float(km), float(off_m)),
            is_coarse=not sees_exactly(viewer, spot),
        )
        for (spot, status, *_), km, off_m in zip(placed, beside.km, beside.off_m, strict=True)
        if np.isfinite(km)
    ]
    return tuple(sorted(told, key=lambda spot: (spot.km, spot.ref)))


def _before(period: Period) -> Period:
    """The period before, as long as this one."""
    last = period.start - timedelta(days=1)
    return Period(last - (period.end - period.start), last)


def write_kilometres(name: str, profile: RouteProfile) -> str:
    """The kilometres of a route as CSV, one a row."""
    title = (
        f"{name}: vụ việc theo km, kỳ {vn_period(profile.period)}, trong "
        f"{vn_number(profile.within_m)} m mỗi bên"
    )
    rows = [
        [
            *(vn_number(each.from_km), vn_number(each.to_km, 1 if each.to_km % 1 else 0)),
            *(each.cases, each.offenders),
            "; ".join(f"{spot.name} ({HOTSPOT_STATUSES[spot.status]})" for spot in each.spots),
            "; ".join(each.communes),
        ]
        for each in profile.kilometres
    ]
    return guarded_csv([[title], NUMBERS, *rows])
