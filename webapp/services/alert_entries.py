"""What the confirmation of an alert writes to the register, and taking that back.

Called inside the transaction of the decision.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from geo.records import Hotspot, HotspotEvent, Placement, PlaceQuery
from geo.register import DEFAULT_RADIUS_M
from geo.terms import AlertKind, EventType, HotspotKind, Layer, Precision
from geo.typed_text import typed_text
from models import alert_decisions, audit, hotspots, imports, undone_imports
from models.alert_decisions import REGISTER_SOURCE, WrittenEvent
from models.alerts import Alert
from models.errors import ConflictError
from models.hotspot_events import add_event
from models.hotspots import StoredHotspot
from models.imports import NewImport
from models.periods import today
from models.placements import MIDDLE_OF_CLUSTER, OF_CLUSTER
from models.session import Session
from models.viewers import Viewer
from webapp.labels import vn_number
from webapp.services.alert_cases import Case, seen_evidence
from webapp.services.alert_proposals import MAKES_HOTSPOT, chosen_day, required_reason
from webapp.services.cluster_words import metres_in_words
from webapp.services.consequences import follow_import
from webapp.told import told

MOST_NAME = 160
_AT_CLUSTER_M = DEFAULT_RADIUS_M
"""Up to this distance a rising cluster is noted in the history of the nearest place."""

_CONFIDENCE = 0.9
_CHANGED = told(
    "Điểm ghi từ cảnh báo này đã có thay đổi về sau trong hồ sơ. Hãy hoàn tác các thay đổi ấy "
    "trước, hoặc ghi diễn biến mới ở trang của điểm."
)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What a person filled in; what is empty is as proposed."""

    on: date | None = None
    note: str = ""
    name: str = ""
    kind: HotspotKind | None = None
    is_dwelling: bool = False


@dataclass(frozen=True, slots=True)
class Writing:
    """A confirmation on its way into the register; `note` is fit to be kept."""

    session: Session
    viewer: Viewer
    case: Case
    given: Confirmation
    note: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """What a confirmation wrote to the register, and the same in a sentence."""

    told: str
    event_id: int | None = None
    hotspot_id: int | None = None
    import_id: int | None = None


def write_entry(writing: Writing) -> Entry:
    """Write what follows from a confirmation.

    Raises
    ------
    ConflictError
        If the register says something else by now.
    InvalidValueError
        If a day, a name or a reason cannot be used.
    """
    if writing.case.proposal.hindrance:
        why = writing.case.proposal.hindrance
        raise ConflictError(told("{why} Hãy bỏ qua cảnh báo, nêu lý do.", why=why))
    return _WRITE[writing.case.alert.kind](writing)


def import_name(alert_id: int) -> str:
    """The name under which the hotspot of an alert comes to the register."""
    return f"Xác nhận cảnh báo số {alert_id}"


def _again(writing: Writing) -> Entry:
    on = chosen_day(writing.case.proposal, writing.given.on)
    n_after = seen_evidence(writing.case).get("n_after")
    noted = (
        f"{import_name(writing.case.alert.id)}: {vn_number(n_after)} vụ sau ngày triệt xóa, "
        f"trong vòng {metres_in_words(writing.case.radius_m)}."
    )
    event = HotspotEvent(EventType.RE_EMERGED, on, f"{noted} {writing.note}".strip())
    spot, event_id = _write_event(writing, writing.case.spot, event)
    done = told(
        "Đã xác nhận «{name}» tái phức tạp từ ngày {day}; đã ghi vào hồ sơ điểm.",
        name=spot.name,
        day=on,
    )
    return Entry(done, event_id, spot.id)


def _off_the_list(writing: Writing) -> Entry:
    on = chosen_day(writing.case.proposal, writing.given.on)
    noted = f"{import_name(writing.case.alert.id)}. {writing.note}".strip()
    event = HotspotEvent(EventType.DELISTED, on, noted)
    spot, event_id = _write_event(writing, writing.case.spot, event)
    done = told("Đã đưa «{name}» ra khỏi danh sách từ ngày {day}.", name=spot.name, day=on)
    return Entry(done, event_id, spot.id)


def _rising(writing: Writing) -> Entry:
    note = required_reason(writing.note, told("Hãy nêu hướng xử lý"))
    number = writing.case.alert.id
    there = _spot_there(writing)
    if there is None:
        done = told("Đã xác nhận cảnh báo số {number} và ghi lại hướng xử lý.", number=str(number))
        return Entry(done)
    noted = f"{import_name(number)} (số vụ đang tăng): {note}"
    event = HotspotEvent(EventType.NOTE, today(writing.at), noted)
    spot, event_id = _write_event(writing, there, event)
    done = told(
        "Đã xác nhận cảnh báo số {number} và ghi lại hướng xử lý vào hồ sơ của «{name}».",
        number=str(number),
        name=spot.name,
    )
    return Entry(done, event_id, spot.id)


def _new_hotspot(writing: Writing) -> Entry:
    """Put a suspected place on the register by the road of every import."""
    session, viewer, case, given = writing.session, writing.viewer, writing.case, writing.given
    alert, on = case.alert, chosen_day(case.proposal, given.on)
    noted = f"{import_name(alert.id)}, cụm {alert.cluster_id or alert.subject}."
    if alert.kind is AlertKind.SHIFTED and case.spot is not None:
        noted += f" Có thể dịch chuyển từ điểm mã {case.spot.ref}."
    record = Hotspot(
        ref=alert_decisions.next_ref(session, viewer, today(writing.at).year),
        source=REGISTER_SOURCE,
        name=_name(given.name, case.proposal.name),
        kind=given.kind or case.proposal.kind,
        placement=_middle_of(case),
        events=(HotspotEvent(EventType.SUSPECTED, on, f"{noted} {writing.note}".strip()),),
        is_dwelling=given.is_dwelling,
        place=PlaceQuery(commune_code=alert.commune_code, lat_cell=alert.lat, lon_cell=alert.lon),
    )
    import_id = _import(writing, record)
    spot = hotspots.hotspot_by_ref(session, viewer, record.ref, REGISTER_SOURCE)
    event_id = hotspots.history_of(session, viewer, spot.id)[0].id
    done = told(
        "Đã ghi «{name}» (mã {ref}) vào hồ sơ: nghi vấn từ ngày {day}.",
        name=spot.name,
        ref=spot.ref,
        day=on,
    )
    return Entry(done, event_id, spot.id, import_id)


_WRITE: Mapping[AlertKind, Callable[[Writing], Entry]] = MappingProxyType(
    {
        AlertKind.RE_EMERGING: _again,
        AlertKind.UNRECORDED: _new_hotspot,
        AlertKind.SHIFTED: _new_hotspot,
        AlertKind.RISING: _rising,
        AlertKind.DELISTING: _off_the_list,
    }
)


def _import(writing: Writing, record: Hotspot) -> int:
    session, viewer, at = writing.session, writing.viewer, writing.at
    name = import_name(writing.case.alert.id)
    digest = hashlib.sha256(f"{name} {record.ref} {at.isoformat()}".encode()).hexdigest()
    new = NewImport(Layer.HOTSPOTS, name, digest, REGISTER_SOURCE)
    import_id = imports.add_import(session, viewer, new, at=at)
    hotspots.add_hotspots(session, viewer, [record], import_id, at=at)
    follow_import(session, viewer, Layer.HOTSPOTS, import_id)
    imports.finish_import(session, viewer, import_id, accepted=1, unchanged=0, rejected=0)
    counts = {"accepted": 1, "unchanged": 0, "rejected": 0}
    what = {"layer": Layer.HOTSPOTS.value, "import_id": import_id, "sha256": digest}
    detail = what | counts | {"alert": writing.case.alert.id}
    audit.record(session, viewer, "import", f"import:{import_id}", detail, at=at)
    return import_id


def _name(given: str, proposed: str) -> str:
    return proposed if given.strip() in ("", proposed) else typed_text(given)[:MOST_NAME]


def _middle_of(case: Case) -> Placement:
    """The middle of the cluster: no address, so never finer than its records, nor exact."""
    alert = case.alert
    given = {record.precision for record in case.records if record.stands}
    coarse = bool(given) and given <= {Precision.SUB_UNIT}
    return Placement(
        precision=Precision.SUB_UNIT if coarse else Precision.STREET,
        commune_code=alert.commune_code,
        commune_code_now=alert.commune_code,
        province_code=alert.province_code,
        lon=alert.lon,
        lat=alert.lat,
        method=OF_CLUSTER,
        confidence=_CONFIDENCE,
        warnings=(MIDDLE_OF_CLUSTER,),
    )


def _spot_there(writing: Writing) -> StoredHotspot | None:
    """The place of the register that a cluster lies at."""
    cluster = writing.case.cluster
    if cluster is None or cluster.hotspot_id is None or (cluster.nearest_m or 0) > _AT_CLUSTER_M:
        return None
    there = hotspots.hotspots_by_id(writing.session, writing.viewer, [cluster.hotspot_id])
    return there.get(cluster.hotspot_id)


def _write_event(
    writing: Writing, spot: StoredHotspot | None, event: HotspotEvent
) -> tuple[StoredHotspot, int]:
    """Record an event of a place; the place and the number of the event."""
    if spot is None:
        raise ConflictError(told("Điểm của cảnh báo này không còn trong hồ sơ."))
    session, viewer, at = writing.session, writing.viewer, writing.at
    event_id = add_event(session, viewer, spot.id, event, at=at)
    after = {"type": event.type, "on": event.on.isoformat(), "note": typed_text(event.note)}
    detail = {"event": event_id, "corrects": None, "before": None, "after": after}
    detail |= {"alert": writing.case.alert.id}
    audit.record(session, viewer, "hotspot_event", f"hotspot:{spot.id}", detail, at=at)
    return spot, event_id


def take_back(session: Session, viewer: Viewer, alert: Alert, at: datetime) -> None:
    """Take what a confirmation wrote out of the register, unless that was done already.

    Raises
    ------
    ConflictError
        If the register was changed since.
    NotAllowedError
        If a new hotspot was confirmed by somebody else.
    """
    written = alert_decisions.written_event(session, viewer, alert)
    if written is None or written.withdrawn or written.taken_out:
        return
    if written.corrected:
        raise ConflictError(_CHANGED)
    if alert.kind in MAKES_HOTSPOT:
        _undo_import(session, viewer, alert, written, at)
        return
    noted = f"Hoàn tác: {import_name(alert.id).lower()}."
    out = HotspotEvent(EventType.NOTE, written.on, noted)
    new = add_event(session, viewer, written.hotspot_id, out, at=at, corrects_id=written.id)
    before = {"type": written.type, "on": written.on.isoformat()}
    detail = {"event": new, "corrects": written.id, "before": before, "after": None}
    detail |= {"alert": alert.id}
    audit.record(session, viewer, "hotspot_event", f"hotspot:{written.hotspot_id}", detail, at=at)


def _undo_import(
    session: Session, viewer: Viewer, alert: Alert, written: WrittenEvent, at: datetime
) -> None:
    stored = imports.find_import(session, viewer, written.import_id)
    history = hotspots.history_of(session, viewer, written.hotspot_id)
    if stored.file_name != import_name(alert.id) or len(history) > 1:
        raise ConflictError(_CHANGED)
    done = undone_imports.undo_import(session, viewer, stored.id, at=at)
    detail = {"removed": done.removed, "restored": done.restored, "alert": alert.id}
    audit.record(session, viewer, "undo_import", f"import:{stored.id}", detail, at=at)
