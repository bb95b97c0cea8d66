"""What the page of a hotspot shows: its life, its watch, whether clearing it worked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from geo.records import HotspotEvent, Placement
from geo.register import DEFAULT_RADIUS_M
from geo.terms import EventType
from models import hotspots
from models.corrections import RecordedEvent, effective_events
from models.data_ends import data_ends
from models.disclosure import sees_dwellings, snap_to_grid
from models.hotspots import StoredHotspot
from models.lifecycle import Watch, delisting_due, sequence_problems, status_at, watch_at
from models.nearby import NearIncident, incidents_near
from models.record_changes import changes_of_hotspot
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.clearing import ClearingReport, report_clearing
from webapp.services.import_changes import ToldChange, tell_changes
from webapp.services.registers import find_commune


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reader asks of the page: the day, and which clearing to judge."""

    ref: str
    source: str | None
    day: date
    clearing: date | None = None


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """What stands of one event, with what it took the place of, the first said first.

    `standing` is None where a person took the event out: `last` then says why.
    """

    earlier: tuple[RecordedEvent, ...]
    last: RecordedEvent

    @property
    def standing(self) -> RecordedEvent | None:
        """The event as it stands."""
        return None if self.last.takes_out else self.last

    @property
    def shown(self) -> RecordedEvent:
        """What the line is about: what stands, or what was taken out."""
        return self.earlier[-1] if self.last.takes_out else self.last


@dataclass(frozen=True, slots=True)
class WatchReport:
    """The watch after a clearing with what happened within the radius since.

    `near` are those incidents, the latest first; None where they cannot be
    counted, and left empty (`listed` false) where they would tell where a home is.
    `data_until` is the last day up to that of the page of which there are data in
    the province; from the day after, nobody knows whether it is quiet.
    """

    watch: Watch
    radius_m: float
    n: int | None
    near: tuple[NearIncident, ...]
    listed: bool
    delisting_due: bool
    data_until: date | None

    @property
    def known_until(self) -> date | None:
        """The last day since the clearing of which there are data, None without any."""
        known = self.data_until is not None and self.data_until > self.watch.cleared_on
        return self.data_until if known else None

    @property
    def is_unknown(self) -> bool:
        """Nothing happened as far as there are data, but they end before the watch."""
        return self.n == 0 and (self.data_until is None or self.data_until < self.watch.ends_on)


@dataclass(frozen=True, slots=True)
class HotspotProfile:
    """The page of a hotspot on a day.

    `status_then` is the status by what had been recorded by the end of that day,
    and `differs_then` whether that is another than by what is known now. `seen` is the
    number of the event recorded last, 0 where there is none.
    """

    spot: StoredHotspot
    day: date
    status: str | None
    status_then: str | None
    differs_then: bool
    watch: WatchReport | None
    problems: tuple[str, ...]
    history: tuple[HistoryLine, ...]
    exact: bool
    commune_code: str | None
    commune_name: str | None
    map_address: str
    clearing: ClearingReport | None
    changes: tuple[ToldChange, ...]
    seen: int


def hotspot_profile(database: Database, viewer: Viewer, asked: Asked) -> HotspotProfile:
    """The page of a hotspot as it stands on the day asked.

    Raises
    ------
    NotFoundError
        If the viewer sees no hotspot of this ref.
    ConflictError
        If several bodies issued the ref and the source does not say which is meant.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        spot = hotspots.hotspot_by_ref(session, viewer, asked.ref, asked.source)
        commune = find_commune(session, viewer, spot.placement.commune_code_now)
        recorded = hotspots.history_of(session, viewer, spot.id)
        exact = not spot.is_dwelling or _sees(viewer, spot)
        changes = tell_changes(session, viewer, changes_of_hotspot(session, viewer, spot.id))
        watch = _watch(session, viewer, spot, asked.day, exact=exact)
        cleared = (session, viewer, spot.placement, _clearings(spot.events))
        clearing = report_clearing(*cleared, chosen=asked.clearing, day=asked.day)
    then = [each.event for each in effective_events(recorded, known_on=asked.day)]
    status, status_then = status_at(spot.events, asked.day), status_at(then, asked.day)
    return HotspotProfile(
        spot=spot,
        day=asked.day,
        status=status.value if status else None,
        status_then=status_then.value if status_then else None,
        differs_then=bool(then) and status is not status_then,
        watch=watch,
        problems=sequence_problems(spot.events),
        history=_lines(recorded),
        seen=max((each.id for each in recorded), default=0),
        exact=exact,
        commune_code=commune.code if commune else None,
        commune_name=commune.full_name if commune else None,
        map_address=_map_address(spot, commune.province_code if commune else ""),
        clearing=clearing,
        changes=changes,
    )


def namesakes(database: Database, viewer: Viewer, ref: str) -> list[StoredHotspot]:
    """The hotspots of one ref that the viewer sees, by the body that issued it."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return [spot for spot in hotspots.find_hotspots(session, viewer) if spot.ref == ref]


def _sees(viewer: Viewer, spot: StoredHotspot) -> bool:
    place = spot.placement
    return sees_dwellings(viewer, place.province_code, place.commune_code_now)


def _clearings(events: Sequence[HotspotEvent]) -> list[date]:
    return [event.on for event in events if event.type is EventType.CLEARED]


def _watch(
    session: Session, viewer: Viewer, spot: StoredHotspot, day: date, *, exact: bool
) -> WatchReport | None:
    """The watch on a day; counted around the place as the viewer may see it."""
    watch = watch_at(spot.events, day)
    if watch is None:
        return None
    near = _since(session, viewer, spot.placement, watch, day)
    days = [each.occurred_on for each in near or ()]
    province = spot.placement.province_code
    data_until = data_ends(session, viewer, day, province).of(province)
    due = delisting_due(spot.events, day, days, data_until=data_until)
    return WatchReport(
        watch=watch,
        radius_m=DEFAULT_RADIUS_M,
        n=None if near is None else len(near),
        near=tuple(near or ()) if exact else (),
        listed=exact,
        delisting_due=near is not None and due,
        data_until=data_until,
    )


def _since(
    session: Session, viewer: Viewer, place: Placement, watch: Watch, day: date
) -> list[NearIncident] | None:
    if place.lon is None or place.lat is None:
        return None
    at = (place.lon, place.lat)
    near = incidents_near(session, viewer, *at, DEFAULT_RADIUS_M, since=watch.cleared_on, until=day)
    return [each for each in near if each.occurred_on > watch.cleared_on]


def _lines(recorded: Sequence[RecordedEvent]) -> tuple[HistoryLine, ...]:
    """Every event with its corrections, by the day that stands, or stood last."""
    by_id = {each.id: each for each in recorded}
    corrected = {each.corrects_id for each in recorded}
    lines = []
    for each in recorded:
        if each.id in corrected:
            continue
        chain = [each]
        while (before := by_id.get(chain[-1].corrects_id or 0)) is not None:
            chain.append(before)
        lines.append(HistoryLine(tuple(reversed(chain[1:])), each))
    return tuple(sorted(lines, key=lambda line: (line.shown.event.on, line.shown.id)))


def line_of(lines: Sequence[HistoryLine], event_id: int | None) -> HistoryLine | None:
    """The line that an event stands on now, for the form that corrects it."""
    return next((line for line in lines if line.last.id == event_id), None)


def _map_address(spot: StoredHotspot, province_code: str) -> str:
    lon, lat = spot.placement.lon, spot.placement.lat
    if lon is None or lat is None:
        return ""
    if spot.is_dwelling:
        lon, lat = snap_to_grid(lon, lat)
    query = {"province": province_code, "at": f"{lat:.4f},{lon:.4f},12", "pick": f"h:{spot.ref}"}
    return "/map?" + urlencode(query)
