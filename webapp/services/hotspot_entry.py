"""Hotspots that a person puts on the register on the map, and corrections of them.

What happened at a place is written in its history, on its page; here stand its name, kind and
where it lies. Both are imports of their own, as for incidents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from urllib.parse import urlencode

from geo.cells import UnreadableCellError, parse_date
from geo.records import Hotspot, HotspotEvent
from geo.terms import DatePrecision, EventType, HotspotKind, HotspotStatus, Layer
from geo.typed_text import typed_text, without_marks
from models import hotspots
from models.additions import digest_of
from models.disclosure import sees_exactly, widened
from models.errors import InvalidValueError, NotAllowedError, NotFoundError
from models.hand_entries import hold_refs, is_taken, next_ref
from models.hotspots import StoredHotspot
from models.lifecycle import status_at
from models.nearby import distances_m
from models.periods import today as day_of
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.labels import HOTSPOT_STATUSES, vn_number
from webapp.services.entered_places import (
    EnteredPlace,
    PlaceForm,
    degrees_text,
    place_entered,
)
from webapp.services.hand_imports import Doubt, Outcome, asked, store_by_hand, unit_source

MAX_NAME, MAX_NOTE, MAX_REF = 160, 500, 80
NEAR_M = 200.0
"""A place of the register within this distance may be the one that is written."""

BEGINNINGS = (EventType.SUSPECTED, EventType.OPENED)
"""How the history of a place may begin."""

_SHOWN = 5
_TAKEN = "Mã này đã có ở {source}. Hãy mở điểm ấy để sửa, hoặc ghi mã khác."
_MEANWHILE = (
    "Điểm vừa được sửa ở nơi khác sau khi đồng chí mở trang này; chưa lưu gì. Bấm «Lưu» lần nữa "
    "thì nội dung dưới đây thay bản ấy."
)
_SAME = ("name", "kind", "is_dwelling", "address_text", "place")


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


@dataclass(frozen=True, slots=True)
class SentHotspot:
    """What was sent; `seen` marks the content that was on the screen, `confirmed` the doubts."""

    form: HotspotForm
    seen: str = ""
    confirmed: str = ""


@dataclass(frozen=True, slots=True)
class _Fields:
    """The fields of a form that could be read, without the place."""

    ref: str
    name: str
    kind: HotspotKind
    events: tuple[HotspotEvent, ...]


def enter(database: Database, viewer: Viewer, sent: SentHotspot, *, at: datetime) -> Outcome:
    """Put a place on the register, or say what is wrong or doubtful.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    NotFoundError
        If no boundaries are installed.
    """
    viewer.require_write()
    today, form = day_of(at), sent.form
    fields, errors = _read(form, today, is_new=True)
    place, errors = _place(database, viewer, form, errors)
    if fields is None or place is None:
        return Outcome(errors=errors)
    with unit_of_work(database) as session:
        hold_refs(session, viewer, Layer.HOTSPOTS)
        source = unit_source(session, viewer)
        if fields.ref and is_taken(session, viewer, Layer.HOTSPOTS, source, fields.ref):
            return Outcome(errors={"ref": _TAKEN.format(source=f"«{source}»")})
        ref = fields.ref or next_ref(session, viewer, Layer.HOTSPOTS, source, today.year)
        record = _record(ref, source, fields, form, place)
        doubts = (*map(Doubt, place.told), *_may_be_known(session, viewer, record, today))
        if again := asked(doubts, sent.confirmed):
            return again
        stored = store_by_hand(session, viewer, Layer.HOTSPOTS, record, "điểm", at=at)
        new = hotspots.hotspot_by_ref(session, viewer, ref, source)
    return Outcome(new.id, stored.import_id)


def correct(
    database: Database, viewer: Viewer, id: int, sent: SentHotspot, *, at: datetime
) -> Outcome:
    """Give a place another name, kind or position, what it had is kept; or say what hinders it.

    Raises
    ------
    NotAllowedError
        If the viewer may not write, or does not see exactly where the place is.
    NotFoundError
        If the viewer sees no such place, or no boundaries are installed.
    """
    viewer.require_write()
    old, today = find_hotspot(database, viewer, id), day_of(at)
    fields, errors = _read(sent.form, today, is_new=False)
    if sent.form.place.says_as(form_of(old).place):
        place: EnteredPlace | None = EnteredPlace(old.place, old.placement, old.address_text)
    else:
        place, errors = _place(database, viewer, sent.form, errors)
    if fields is None or place is None:
        return Outcome(errors=errors, seen=sent.seen)
    with unit_of_work(database) as session:
        hold_refs(session, viewer, Layer.HOTSPOTS)
        now = _visible(session, viewer, id)
        if stamp(now) != sent.seen:
            return Outcome(errors={"": _MEANWHILE}, seen=stamp(now), is_conflict=True)
        fields = replace(fields, events=now.events)
        record = _record(now.ref, now.source, fields, sent.form, place)
        if all(getattr(record, name) == getattr(now, name) for name in _SAME):
            return Outcome(id, changed=False)
        doubts = tuple(map(Doubt, place.told))
        if again := asked(doubts, sent.confirmed):
            return replace(again, seen=sent.seen)
        stored = store_by_hand(session, viewer, Layer.HOTSPOTS, record, "sửa điểm", at=at)
    return Outcome(id, stored.import_id)


def find_hotspot(database: Database, viewer: Viewer, id: int) -> StoredHotspot:
    """One place of the register, seen exactly; the errors are those of `correct`."""
    with unit_of_work(database, read_only=True) as session:
        return _visible(session, viewer, id)


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


def stamp(spot: StoredHotspot) -> str:
    """What marks the content of a place: it differs when anything of it does."""
    return digest_of(repr(spot))[:16]


def _visible(session: Session, viewer: Viewer, id: int) -> StoredHotspot:
    spot = hotspots.hotspots_by_id(session, viewer, [id]).get(id)
    if spot is None:
        raise NotFoundError(f"Không có điểm số {id} trong phạm vi của tài khoản.")
    if not sees_exactly(viewer, spot):
        raise NotAllowedError("Tài khoản không được xem vị trí của nhà ở này nên không sửa được.")
    return spot


def _read(
    form: HotspotForm, today: date, *, is_new: bool
) -> tuple[_Fields | None, Mapping[str, str]]:
    errors: dict[str, str] = {}
    name, ref = typed_text(form.name)[:MAX_NAME].strip(), typed_text(form.ref)[:MAX_REF].strip()
    if not without_marks(name):
        errors["name"] = "Hãy ghi tên gọi của điểm, không phải tên người."
    if is_new and form.ref.strip() and not without_marks(ref):
        errors["ref"] = "Mã không được là tên người hay số giấy tờ; bỏ trống thì tự đánh."
    if form.kind not in set(HotspotKind):
        errors["kind"] = "Hãy chọn loại điểm."
    events: tuple[HotspotEvent, ...] = ()
    try:
        events = (_beginning(form, today),) if is_new else ()
    except InvalidValueError as error:
        errors["on"] = str(error)
    if errors:
        return None, errors
    return _Fields(ref, name, HotspotKind(form.kind), events), errors


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


def _place(
    database: Database, viewer: Viewer, form: HotspotForm, errors: Mapping[str, str]
) -> tuple[EnteredPlace | None, Mapping[str, str]]:
    try:  # a place of the register lies on the map in force, whatever its history
        return place_entered(database, viewer, form.place, None), errors
    except InvalidValueError as error:
        return None, {**errors, "place": str(error)}


def _record(
    ref: str, source: str, fields: _Fields, form: HotspotForm, place: EnteredPlace
) -> Hotspot:
    return Hotspot(
        ref=ref,
        source=source,
        name=fields.name,
        kind=fields.kind,
        placement=place.placement,
        events=fields.events,
        address_text=place.address,
        is_dwelling=form.is_dwelling,
        place=place.query,
    )


def _may_be_known(
    session: Session, viewer: Viewer, record: Hotspot, today: date
) -> Sequence[Doubt]:
    """Places of the register close by that are not off its list."""
    lon, lat = record.placement.lon, record.placement.lat
    if lon is None or lat is None:
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
    return tuple(
        Doubt(
            f"Đã có điểm «{spot.name}» (mã {spot.ref}, {HOTSPOT_STATUSES[status].lower()}, cách "
            f"{vn_number(away)} m): nếu là nơi ấy, hãy ghi diễn biến vào hồ sơ của điểm.",
            f"/hotspots?{urlencode({'ref': spot.ref, 'source': spot.source})}",
        )
        for away, spot, status in near[:_SHOWN]
    )
