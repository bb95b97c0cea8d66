"""What the writing of places on the register needs besides `hand_writing`.

What happened at a place is written in its history, on its page; here stand its name, kind and
where it lies.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from urllib.parse import urlencode

from geo.cells import UnreadableCellError, parse_date
from geo.records import Hotspot, HotspotEvent
from geo.terms import DatePrecision, EventType, HotspotKind, HotspotStatus, Layer
from geo.typed_text import typed_text
from models import hotspots
from models.disclosure import sees_exactly, widened
from models.errors import InvalidValueError, NotAllowedError, NotFoundError
from models.hotspots import StoredHotspot
from models.lifecycle import status_at
from models.nearby import distances_m
from models.session import Session
from models.viewers import Viewer
from webapp.labels import HOTSPOT_STATUSES
from webapp.services.drafted_records import PlacedRecord
from webapp.services.entered_places import EnteredPlace, PlaceForm, degrees_text
from webapp.services.hand_imports import Doubt
from webapp.services.hand_writing import Draft, Read, Register
from webapp.services.named_places import named_errors, typed_name, typed_ref
from webapp.told import told

MAX_NOTE = 500
NEAR_M = 200.0
"""A place of the register within this distance may be the one that is written."""

BEGINNINGS = (EventType.SUSPECTED, EventType.OPENED)
"""How the history of a place may begin."""

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class HotspotForm:
    """What a person filled in, as typed; a correction has no `event`."""

    ref: str = ""
    name: str = ""
    kind: str = ""
    is_dwelling: bool = False
    place: PlaceForm = field(default_factory=PlaceForm)
    event: str = EventType.SUSPECTED.value
    on: str = ""
    note: str = ""


def form_of(spot: StoredHotspot) -> HotspotForm:
    """A form filled in with what is stored."""
    place = spot.placement
    return HotspotForm(
        ref=spot.ref,
        name=spot.name,
        kind=spot.kind.value,
        is_dwelling=spot.is_dwelling,
        place=PlaceForm(degrees_text(place.lat), degrees_text(place.lon), spot.address_text),
    )


def _visible(session: Session, viewer: Viewer, id: int) -> StoredHotspot:
    spot = hotspots.hotspots_by_id(session, viewer, [id]).get(id)
    if spot is None:
        raise NotFoundError(f"Không có điểm số {id} trong phạm vi của tài khoản.")
    if not sees_exactly(viewer, spot):
        raise NotAllowedError("Tài khoản không được xem vị trí của nhà ở này nên không sửa được.")
    return spot


def _read(form: HotspotForm, today: date, old: StoredHotspot | None) -> Read:
    """The fields of a form; the history of a place that is there stays."""
    errors = named_errors(form.name, form.ref if old is None else "")
    if form.kind not in set(HotspotKind):
        errors["kind"] = told("Hãy chọn loại điểm.")
    events = () if old is None else old.events
    try:
        events = (_beginning(form, today),) if old is None else events
    except InvalidValueError as error:
        errors["on"] = str(error)
    if errors:
        return None, errors

    def record(ref: str, source: str, place: EnteredPlace) -> Hotspot:
        return Hotspot(
            ref=ref,
            source=source,
            name=typed_name(form.name),
            kind=HotspotKind(form.kind),
            placement=place.placement,
            events=events,
            address_text=place.address,
            is_dwelling=form.is_dwelling,
            place=place.query,
        )

    # A place of the register lies on the map in force, whatever its history.
    return Draft(typed_ref(form.ref), today.year, None, record), errors


def _beginning(form: HotspotForm, today: date) -> HotspotEvent:
    if form.event not in BEGINNINGS:
        raise InvalidValueError("Hãy chọn trạng thái khi ghi: nghi vấn hoặc đang hoạt động.")
    try:
        dated = parse_date(form.on, today=today)
    except UnreadableCellError as error:
        raise InvalidValueError(f"{str(error)[:1].upper()}{str(error)[1:]}.") from None
    if dated is None or dated.precision is not DatePrecision.DAY:
        raise InvalidValueError("Hãy ghi đủ ngày, tháng, năm, ví dụ 14/06/2026.")
    return HotspotEvent(EventType(form.event), dated.on, typed_text(form.note)[:MAX_NOTE])


def _may_be_known(
    session: Session, viewer: Viewer, record: PlacedRecord, today: date, id: int | None
) -> Sequence[Doubt]:
    """Places of the register close by that are not off its list."""
    lon, lat = record.placement.lon, record.placement.lat
    if id is not None or lon is None or lat is None:
        return ()
    box = widened((lon, lat, lon, lat), NEAR_M)
    near = []
    for spot in hotspots.find_hotspots(session, viewer, bbox=box):
        status, place = status_at(spot.events, today), spot.placement
        if status is None or status is HotspotStatus.DELISTED:
            continue
        if place.lon is not None and place.lat is not None:
            (away,) = distances_m(lon, lat, [place.lon], [place.lat])
            near += [(away, spot, status)] if away <= NEAR_M else []
    near.sort(key=lambda each: each[0])
    return tuple(_close_by(spot, status, away) for away, spot, status in near[:_SHOWN])


def _close_by(spot: StoredHotspot, status: HotspotStatus, away: float) -> Doubt:
    return Doubt(
        told(
            "Đã có điểm «{name}» (mã {ref}, {status}, cách {away_m} m): nếu là nơi ấy, hãy ghi "
            "diễn biến vào hồ sơ của điểm.",
            name=spot.name,
            ref=spot.ref,
            status=told(HOTSPOT_STATUSES[status].lower()),
            away_m=away,
        ),
        f"/hotspots?{urlencode({'ref': spot.ref, 'source': spot.source})}",
    )


HOTSPOTS: Register[HotspotForm, StoredHotspot] = Register(
    layer=Layer.HOTSPOTS,
    written="điểm",
    corrected="sửa điểm",
    taken=lambda source: told(
        "Mã này đã có ở «{source}». Hãy mở điểm ấy để sửa, hoặc ghi mã khác.", source=source
    ),
    same=("name", "kind", "is_dwelling", "address_text", "place"),
    find=_visible,
    form_of=form_of,
    read=_read,
    known=_may_be_known,
)
"""The writing of places on the register."""
