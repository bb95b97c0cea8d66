"""The hotspots of a commune as its page lists them: status, since when, days of watch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from geo.records import HotspotEvent
from geo.terms import EventType, HotspotStatus
from models.disclosure import snap_to_grid
from models.hotspots import StoredHotspot
from models.lifecycle import Watch, status_at, watch_at

ORDER = (
    HotspotStatus.ACTIVE,
    HotspotStatus.RE_EMERGED,
    HotspotStatus.SUSPECTED,
    HotspotStatus.CLEARED,
    HotspotStatus.DELISTED,
)
"""What asks for work first comes first."""

SHOWN = 8
"""Hotspots listed at once; the rest unfolds."""


@dataclass(frozen=True, slots=True)
class SpotLine:
    """One hotspot; `since` is the day its status began, `days` how long that is ago."""

    ref: str
    source: str
    name: str
    kind: str
    status: str
    since: date | None
    days: int
    watch: Watch | None


@dataclass(frozen=True, slots=True)
class SpotList:
    """The hotspots of a commune: those shown at once, those that unfold, and counts by status."""

    shown: tuple[SpotLine, ...]
    more: tuple[SpotLine, ...]
    counts: tuple[tuple[str, int], ...]

    @property
    def total(self) -> int:
        """All of them."""
        return len(self.shown) + len(self.more)


def list_spots(spots: Sequence[StoredHotspot], day: date) -> SpotList:
    """The hotspots known on a day, those that ask for work first; delisted ones unfold."""
    lines = [line for spot in spots if (line := _line(spot, day)) is not None]
    lines.sort(key=_rank)
    counted = Counter(line.status for line in lines)
    n_shown = min(SHOWN, len(lines) - counted[HotspotStatus.DELISTED.value])
    return SpotList(
        shown=tuple(lines[:n_shown]),
        more=tuple(lines[n_shown:]),
        counts=tuple((s.value, counted[s.value]) for s in ORDER if counted[s.value]),
    )


def drawn_spots(spots: Sequence[StoredHotspot], day: date) -> list[tuple[str, float, float]]:
    """Status, lon and lat (WGS 84) of those to draw; a home stands in the middle of its square."""
    drawn = []
    for spot in spots:
        status = status_at(spot.events, day)
        lon, lat = spot.placement.lon, spot.placement.lat
        if status in (None, HotspotStatus.DELISTED) or lon is None or lat is None:
            continue
        point = snap_to_grid(lon, lat) if spot.is_dwelling else (lon, lat)
        drawn.append((status.value, *point))
    return sorted(drawn, key=lambda one: -ORDER.index(HotspotStatus(one[0])))


def _line(spot: StoredHotspot, day: date) -> SpotLine | None:
    status = status_at(spot.events, day)
    if status is None:
        return None
    since = _since(spot.events, status, day)
    return SpotLine(
        ref=spot.ref,
        source=spot.source,
        name=spot.name,
        kind=spot.kind.value,
        status=status.value,
        since=since,
        days=(day - since).days,
        watch=watch_at(spot.events, day),
    )


def _since(events: Sequence[HotspotEvent], status: HotspotStatus, day: date) -> date:
    """The day since which a hotspot has its status without a break."""
    days = sorted({e.on for e in events if e.type is not EventType.NOTE and e.on <= day})
    since = days[-1]
    for on in reversed(days):
        if status_at(events, on) is not status:
            break
        since = on
    return since


def _rank(line: SpotLine) -> tuple[int, bool, int, str]:
    """By status; under watch the one whose watch ends first."""
    left = line.watch.days_left if line.watch else 0
    over = line.watch is not None and line.watch.is_over
    return ORDER.index(HotspotStatus(line.status)), not over, left or -line.days, line.ref
