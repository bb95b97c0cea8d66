"""The hotspots as maps and figures take them: few columns, all at once.

What a mark tells is what `models.hotspots.find_hotspots` would tell the same viewer, without
the history of its placement and of its recording: thousands are read for one answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from geo.records import HotspotEvent
from geo.terms import EventType, HotspotKind, Precision
from models.disclosure import DWELLING_NAME, sees_dwellings, snap_to_grid, visible
from models.placements import Bbox, inside
from models.tables import hotspot_events, hotspots
from models.viewers import Viewer

_KINDS = {kind.value: kind for kind in HotspotKind}
_PRECISIONS = {precision.value: precision for precision in Precision}
_TYPES = {type_.value: type_ for type_ in EventType}


@dataclass(frozen=True, slots=True)
class HotspotMark:
    """A hotspot on a map; `lon`, `lat` in WGS 84, None where only its commune is known.

    `events` are those that stand, by day. `coarse`: the viewer sees the middle of a
    square of 250 m alone.
    """

    id: int
    ref: str
    source: str
    name: str
    kind: HotspotKind
    is_dwelling: bool
    lon: float | None
    lat: float | None
    precision: Precision
    commune_code: str | None
    events: tuple[HotspotEvent, ...]
    coarse: bool = False


@dataclass(frozen=True, slots=True)
class Around:
    """A part of the map: a box for hotspots with a point, communes for those without."""

    bbox: Bbox
    commune_codes: Sequence[str]


def hotspot_marks(
    session: Session,
    viewer: Viewer,
    province_code: str | None = None,
    *,
    kinds: Sequence[HotspotKind] = (),
    around: Around | None = None,
) -> list[HotspotMark]:
    """Hotspots of a province or of all, of some `kinds` or of all, by ref and source.

    With `around` those whose recorded point lies in its box; a dwelling may be shown as the
    middle of a square that lies elsewhere.
    """
    c = hotspots.c
    wanted = [visible(viewer, hotspots)]
    if kinds:
        wanted.append(c.kind.in_([kind.value for kind in kinds]))
    if province_code is not None:
        wanted.append(c.province_code == province_code)
    if around is not None:
        vague = c.lon.is_(None) & c.commune_code_now.in_(around.commune_codes)
        wanted.append(inside(session, hotspots, around.bbox) | vague)
    events = _standing_events(session, wanted)
    facts = (c.id, c.ref, c.source, c.name, c.kind, c.is_dwelling, c.lon, c.lat, c.precision)
    rows = session.execute(
        select(*facts, c.commune_code_now, c.province_code).where(*wanted).order_by(c.ref, c.source)
    )
    found = []
    for id_, ref, source, name, kind, dwelling, lon, lat, precision, commune, province in rows:
        told = (id_, ref, source, name, _KINDS[kind], dwelling, lon, lat, _PRECISIONS[precision])
        mark = HotspotMark(*told, commune, tuple(events.get(id_, ())))
        exact = not dwelling or sees_dwellings(viewer, province, commune)
        found.append(mark if exact else _coarse(mark))
    return found


def _standing_events(
    session: Session, wanted: Sequence[ColumnElement[bool]]
) -> dict[int, list[HotspotEvent]]:
    """The events that stand by hotspot, by day and in the order of recording."""
    c = hotspot_events.c
    statement = (
        select(c.hotspot_id, c.id, c.type, c.on, c.note, c.corrects_id)
        .join(hotspots, hotspots.c.id == c.hotspot_id)
        .where(*wanted)
        .order_by(c.on, c.id)
    )
    rows = session.execute(statement).all()
    corrected = {row[-1] for row in rows if row[-1] is not None}
    found: dict[int, list[HotspotEvent]] = {}
    for hotspot_id, id_, type_, on, note, corrects_id in rows:
        takes_out = corrects_id is not None and type_ == EventType.NOTE
        if id_ not in corrected and not takes_out:
            found.setdefault(hotspot_id, []).append(HotspotEvent(_TYPES[type_], on, note))
    return found


def _coarse(mark: HotspotMark) -> HotspotMark:
    """A dwelling for whoever may not know where it is: as `disclosed` shows it."""
    events = tuple(HotspotEvent(event.type, event.on) for event in mark.events)
    shown = replace(mark, name=DWELLING_NAME, events=events, coarse=True)
    if mark.lon is None or mark.lat is None:
        return shown
    lon, lat = snap_to_grid(mark.lon, mark.lat)
    return replace(shown, lon=lon, lat=lat, precision=Precision.SUB_UNIT)
