"""What the forms of an alert propose, what a person may put there, and who may take back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType

from geo.records import HotspotEvent
from geo.terms import AlertKind, HotspotKind, HotspotStatus, IncidentKind
from geo.typed_text import typed_text, without_marks
from models.alert_decisions import DECIDED
from models.alert_records import EvidenceRecord
from models.alerts import NEW_RECORDS, Alert
from models.errors import InvalidValueError
from models.lifecycle import CLOSED, last_cleared_on, status_at, watch_at
from models.viewers import Role, ScopeKind, Viewer
from webapp.labels import HOTSPOT_STATUSES
from webapp.told import told

MAKES_HOTSPOT = frozenset({AlertKind.UNRECORDED, AlertKind.SHIFTED})
"""Kinds whose confirmation puts a suspected place on the register."""

LEAST_REASON = 10
"""Letters that a reason has at least, without names and long numbers."""

_SAID = re.compile(r"[^\W\d_]{2,}")

_KINDS: Mapping[IncidentKind, HotspotKind] = MappingProxyType(
    {
        IncidentKind.USE: HotspotKind.USE_DEN,
        IncidentKind.ORGANISING_USE: HotspotKind.USE_DEN,
        IncidentKind.HARBOURING_USE: HotspotKind.USE_DEN,
        IncidentKind.TRADING: HotspotKind.RETAIL,
        IncidentKind.CULTIVATION: HotspotKind.CULTIVATION,
    }
)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a form begins with; a day outside `earliest` to `latest` is refused.

    `hindrance` says why the alert cannot be confirmed as things stand.
    """

    on: date
    earliest: date
    latest: date
    name: str = ""
    kind: HotspotKind = HotspotKind.POINT
    hindrance: str = ""


def propose(
    alert: Alert,
    records: Iterable[EvidenceRecord],
    events: Iterable[HotspotEvent] | None,
    place: str,
    today: date,
) -> Proposal:
    """What to begin with.

    Parameters
    ----------
    records
        The evidence that the viewer sees.
    events
        The history of the place of the register that the alert speaks of, None where
        the viewer has no such place.
    place
        The full name of the commune.
    """
    if alert.kind is AlertKind.RE_EMERGING:
        return _again(records, events, today)
    if alert.kind is AlertKind.DELISTING:
        return _off_the_list(events, today)
    days = [record.occurred_on for record in records if record.stands]
    first = min(days, default=today)
    if alert.kind is AlertKind.RISING:
        return Proposal(today, first, today)
    name = f"Điểm nghi vấn {alert.cluster_id or alert.subject}" + (f", {place}" if place else "")
    kind = proposed_kind(alert.evidence.get("top_kind"))
    return Proposal(today, min(first, today), today, name, kind)


def proposed_kind(top_kind: object) -> HotspotKind:
    """The kind of place that the commonest kind of incident suggests.

    >>> proposed_kind("harbouring_use").value, proposed_kind(None).value
    ('use_den', 'point')
    """
    known = isinstance(top_kind, str) and top_kind in set(IncidentKind)
    return (
        _KINDS.get(IncidentKind(str(top_kind)), HotspotKind.POINT) if known else HotspotKind.POINT
    )


def chosen_day(proposal: Proposal, chosen: date | None) -> date:
    """The day that a person chose, else the one proposed.

    Raises
    ------
    InvalidValueError
        If the proposal does not allow it.
    """
    on = chosen or proposal.on
    if not proposal.earliest <= on <= proposal.latest:
        raise InvalidValueError(
            told(
                "Ngày {day} không dùng được: chọn một ngày từ {first} đến {last}.",
                day=on,
                first=proposal.earliest,
                last=proposal.latest,
            )
        )
    return on


def required_reason(text: str, asked: str) -> str:
    """A reason as it is kept, without names and long numbers.

    Raises
    ------
    InvalidValueError
        If too little of it is left.
    """
    kept = typed_text(text)
    said = without_marks(kept)
    if len(said) < LEAST_REASON or len(set(_SAID.findall(said.casefold()))) < 2:
        raise InvalidValueError(
            told(
                "{asked}: ít nhất {n} ký tự và hai từ, không ghi tên người hay số giấy tờ.",
                asked=asked,
                n=LEAST_REASON,
            )
        )
    return kept


def may_undo(viewer: Viewer, alert: Alert) -> bool:
    """Whether a viewer may take a decision back: a new hotspot as its import."""
    if not viewer.may_write or alert.state not in DECIDED:
        return False
    if alert.kind not in MAKES_HOTSPOT or alert.event_id is None:
        return True
    over_all = viewer.role is Role.ADMIN and viewer.scope.kind is ScopeKind.NATION
    return over_all or alert.decided_by == viewer.name


def _again(
    records: Iterable[EvidenceRecord], events: Iterable[HotspotEvent] | None, today: date
) -> Proposal:
    """By default the day of the record with which the rule of re-emergence first held."""
    history = list(events or ())
    cleared = last_cleared_on(history, today)
    if events is None or cleared is None or status_at(history, today) not in CLOSED:
        return Proposal(today, today, today, hindrance=_not_closed(events, today))
    days = sorted(r.occurred_on for r in records if r.stands and r.occurred_on > cleared)
    held = days[NEW_RECORDS - 1] if len(days) >= NEW_RECORDS else today
    earliest = min(cleared + timedelta(days=1), today)
    return Proposal(min(max(held, earliest), today), earliest, today)


def _off_the_list(events: Iterable[HotspotEvent] | None, today: date) -> Proposal:
    history = list(events or ())
    watch = watch_at(history, today)
    if events is None or status_at(history, today) is not HotspotStatus.CLEARED or watch is None:
        return Proposal(today, today, today, hindrance=_not_closed(events, today))
    if not watch.is_over:
        running = told("Thời gian theo dõi còn đến hết ngày {day}.", day=watch.ends_on)
        return Proposal(today, today, today, hindrance=running)
    return Proposal(today, watch.ends_on + timedelta(days=1), today)


def _not_closed(events: Iterable[HotspotEvent] | None, today: date) -> str:
    if events is None:
        return told("Điểm của cảnh báo này không còn trong hồ sơ.")
    status = status_at(events, today)
    now = told(HOTSPOT_STATUSES[status].lower()) if status else told("chưa có diễn biến")
    return told(
        "Hồ sơ điểm nay ghi trạng thái «{status}» nên không còn gì để xác nhận ở đây.", status=now
    )
