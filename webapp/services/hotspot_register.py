"""The hotspot register as a table: where each place stands on a day, what is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from geo.alphabet import vietnamese_key
from geo.records import HotspotEvent
from geo.register import DEFAULT_RADIUS_M
from geo.terms import EventType, HotspotKind, HotspotStatus
from geo.text import fold
from models import communes, hotspots
from models.communes import Province
from models.data_ends import data_ends
from models.hotspots import StoredHotspot
from models.lifecycle import OPEN, Watch, last_cleared_on, status_at, watch_at
from models.nearby import latest_days_near
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer

PAGE_LINES = 50
_WATCHED = OPEN | {HotspotStatus.CLEARED}
SOON_DAYS = 30
"""A watch that ends within these days, or has ended, wants a decision."""


@dataclass(frozen=True, slots=True)
class RegisterFilter:
    """What of the register is wanted; empty means all. `watch_due`: watch ends soon or is over."""

    day: date
    status: str | None = None
    kind: str | None = None
    province_code: str | None = None
    text: str = ""
    watch_due: bool = False
    sort: str = "status"
    downward: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class RegisterLine:
    """One hotspot on the day asked; `last_near` is the latest verified incident around it.

    `data_until` is the last day of which there are data in its province.
    """

    spot: StoredHotspot
    status: HotspotStatus
    commune_name: str
    province_name: str
    opened_on: date | None
    cleared_on: date | None
    watch: Watch | None
    last_near: date | None = None
    data_until: date | None = None

    @property
    def watched_in_the_dark(self) -> bool:
        """Whether its watch is over but the data end before it."""
        if self.watch is None or not self.watch.is_over:
            return False
        return self.data_until is None or self.data_until < self.watch.ends_on


@dataclass(frozen=True, slots=True)
class RegisterPage:
    """A page of the register.

    `counts` are those of every status, under the other filters; `total` what the
    filters leave, `register` what the viewer sees at all.
    """

    wanted: RegisterFilter
    lines: tuple[RegisterLine, ...]
    counts: Mapping[HotspotStatus, int]
    watch_due: int
    total: int
    register: int
    pages: int
    provinces: tuple[Province, ...]
    kinds: tuple[HotspotKind, ...]


def open_register(database: Database, viewer: Viewer, wanted: RegisterFilter) -> RegisterPage:
    """The register on a day as the viewer may see it: filtered, sorted, one page."""
    with unit_of_work(database, viewer, read_only=True) as session:
        spots = hotspots.find_hotspots(session, viewer)
        known = _known(session, viewer, spots, wanted.day)
        fitting = [line for line in known if _fits(line, wanted)]
        chosen = [
            line
            for line in fitting
            if wanted.status in (None, line.status) and (not wanted.watch_due or is_due(line))
        ]
        pages = max(1, -(-len(chosen) // PAGE_LINES))
        page = min(wanted.page, pages)
        ordered = _sorted(chosen, wanted)[(page - 1) * PAGE_LINES : page * PAGE_LINES]
        lines = _with_near(session, viewer, ordered, wanted.day)
        areas = _provinces(session, viewer, known)
    counted = Counter(line.status for line in fitting)
    return RegisterPage(
        wanted=replace(wanted, page=page),
        lines=lines,
        counts={status: counted[status] for status in HotspotStatus},
        watch_due=sum(map(is_due, fitting)),
        total=len(chosen),
        register=len(spots),
        pages=pages,
        provinces=areas,
        kinds=tuple(kind for kind in HotspotKind if any(s.kind is kind for s in spots)),
    )


def is_due(line: RegisterLine) -> bool:
    """Whether its watch is over or ends within a month."""
    return line.watch is not None and line.watch.days_left <= SOON_DAYS


def _known(
    session: Session, viewer: Viewer, spots: Sequence[StoredHotspot], day: date
) -> list[RegisterLine]:
    """The hotspots that have a status on the day."""
    codes = {spot.placement.commune_code_now for spot in spots} - {None}
    names = communes.names_of(session, viewer, [code for code in codes if code])
    areas = communes.province_names(session, viewer)
    ends = data_ends(session, viewer, day)
    lines = []
    for spot in spots:
        status = status_at(spot.events, day)
        if status is not None:
            place = spot.placement
            lines.append(
                RegisterLine(
                    spot=spot,
                    status=status,
                    commune_name=names.get(place.commune_code_now or "", ""),
                    province_name=areas.get(place.province_code or "", ""),
                    opened_on=_opened_on(spot.events, day),
                    cleared_on=last_cleared_on(spot.events, day),
                    watch=watch_at(spot.events, day),
                    data_until=ends.of(place.province_code),
                )
            )
    return lines


def _opened_on(events: Sequence[HotspotEvent], day: date) -> date | None:
    life = (EventType.SUSPECTED, EventType.OPENED, EventType.RE_EMERGED)
    return min((e.on for e in events if e.type in life and e.on <= day), default=None)


def _fits(line: RegisterLine, wanted: RegisterFilter) -> bool:
    """Whether a line passes every filter but that of its status and its watch."""
    spot = line.spot
    if wanted.kind not in (None, spot.kind):
        return False
    if wanted.province_code not in (None, spot.placement.province_code):
        return False
    sought = fold(wanted.text).split()
    told = fold(" ".join((spot.ref, spot.name, line.commune_name, spot.address_text)))
    return all(word in told for word in sought)


def _provinces(
    session: Session, viewer: Viewer, lines: Sequence[RegisterLine]
) -> tuple[Province, ...]:
    codes = {line.spot.placement.province_code for line in lines}
    found = [p for p in communes.provinces(session, viewer) if p.code in codes]
    return tuple(sorted(found, key=lambda p: vietnamese_key(p.name)))


_GRAVE = (
    *(HotspotStatus.RE_EMERGED, HotspotStatus.ACTIVE, HotspotStatus.SUSPECTED),
    *(HotspotStatus.CLEARED, HotspotStatus.DELISTED),
)
_Key = Callable[[RegisterLine], Any]
_KEYS: Mapping[str, _Key] = MappingProxyType(
    {
        "name": lambda line: vietnamese_key(line.spot.name),
        "kind": lambda line: tuple(HotspotKind).index(line.spot.kind),
        "status": lambda line: _GRAVE.index(line.status),
        "commune": lambda line: tuple(map(vietnamese_key, (line.province_name, line.commune_name))),
        "opened": lambda line: line.opened_on,
        "cleared": lambda line: line.cleared_on,
        "watch": lambda line: line.watch.ends_on if line.watch else None,
    }
)
SORTS = tuple(_KEYS)


def _sorted(lines: Sequence[RegisterLine], wanted: RegisterFilter) -> list[RegisterLine]:
    """By the column asked, then by ref; lines without a value come last either way."""
    key = _KEYS[wanted.sort]
    by_ref = sorted(lines, key=lambda line: (fold(line.spot.ref), line.spot.source))
    with_value = [line for line in by_ref if key(line) is not None]
    without = [line for line in by_ref if key(line) is None]
    return sorted(with_value, key=key, reverse=wanted.downward) + without


def _with_near(
    session: Session, viewer: Viewer, lines: Sequence[RegisterLine], day: date
) -> tuple[RegisterLine, ...]:
    """The lines with the latest incident around each place as the viewer may see it."""
    places = [(line.spot.placement.lon, line.spot.placement.lat) for line in lines]
    points = [
        None if lon is None or lat is None or line.status not in _WATCHED else (lon, lat)
        for line, (lon, lat) in zip(lines, places, strict=True)
    ]
    asked = list(dict.fromkeys(point for point in points if point))
    days = latest_days_near(session, viewer, asked, DEFAULT_RADIUS_M, until=day)
    latest = dict(zip(asked, days, strict=True))
    return tuple(
        replace(line, last_near=latest[point] if point else None)
        for line, point in zip(lines, points, strict=True)
    )
