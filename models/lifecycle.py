"""The life of a hotspot: its status at a date is a pure function of its events.

suspected → active → cleared → re-emerged …, and delisted at the end. Events
are never rewritten; a correction is a later event. Rules where the law and the
forms are silent:

* an event takes effect on its own day; before the first there is no status;
* of several events on one day: suspected, opened, cleared, delisted, re-emerged
  in this order; but if the place was already cleared or delisted when the day
  began: suspected, opened, re-emerged, cleared, delisted (it came back and was
  cleared again at once);
* a suspicion never lowers an active place, but reopens a cleared or delisted one;
* opening a place that was cleared or delisted before is a re-emergence,
  whichever word was used;
* the word of an event stands even where its predecessor is missing (cleared
  without ever having been opened is cleared); `sequence_problems` says so.
"""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from operator import attrgetter

from geo.records import HotspotEvent, Period
from geo.terms import EventType, HotspotStatus

WATCH_MONTHS = 6
OPEN = frozenset({HotspotStatus.SUSPECTED, HotspotStatus.ACTIVE, HotspotStatus.RE_EMERGED})
_PROVEN = (HotspotStatus.ACTIVE, HotspotStatus.RE_EMERGED)
CLOSED = frozenset({HotspotStatus.CLEARED, HotspotStatus.DELISTED})

_day_of = attrgetter("on")
_LIFE = (EventType.SUSPECTED, EventType.OPENED)
_ORDER_WHEN_OPEN = (*_LIFE, EventType.CLEARED, EventType.DELISTED, EventType.RE_EMERGED)
_ORDER_WHEN_CLOSED = (*_LIFE, EventType.RE_EMERGED, EventType.CLEARED, EventType.DELISTED)


@dataclass(frozen=True, slots=True)
class Watch:
    """The watch after a clearing, as it stands on a day.

    `ends_on` is its last day. `days_left` counts from the day asked to that
    day and is 0 on it and after; `is_over` is true from the day after.
    """

    cleared_on: date
    ends_on: date
    days_left: int
    is_over: bool


def status_at(events: Iterable[HotspotEvent], day: date) -> HotspotStatus | None:
    """Status of a hotspot at the end of a day, None before its first event.

    >>> opened = HotspotEvent(EventType.OPENED, date(2025, 1, 1))
    >>> cleared = HotspotEvent(EventType.CLEARED, date(2025, 6, 1))
    >>> status_at([cleared, opened], date(2025, 5, 31)).value
    'active'
    >>> status_at([cleared, opened], date(2025, 6, 1)).value
    'cleared'
    """
    steps = _steps(events, day)
    return steps[-1][1] if steps else None


def status_changes(events: Iterable[HotspotEvent]) -> list[tuple[date, HotspotStatus]]:
    """The days on which the status of a hotspot became another one, in order, and which.

    >>> opened = HotspotEvent(EventType.OPENED, date(2025, 1, 1))
    >>> cleared = HotspotEvent(EventType.CLEARED, date(2025, 6, 1))
    >>> [(f"{day:%d/%m/%Y}", status.value) for day, status in status_changes([cleared, opened])]
    [('01/01/2025', 'active'), ('01/06/2025', 'cleared')]
    """
    at_end = {event.on: status for event, status in _steps(events, date.max)}
    changes: list[tuple[date, HotspotStatus]] = []
    for day, status in at_end.items():
        if not changes or changes[-1][1] is not status:
            changes.append((day, status))
    return changes


def was_open_during(events: Iterable[HotspotEvent], period: Period) -> bool:
    """Whether a hotspot was suspected, active or re-emerged on any day of a period.

    >>> opened = HotspotEvent(EventType.OPENED, date(2025, 1, 1))
    >>> cleared = HotspotEvent(EventType.CLEARED, date(2025, 6, 1))
    >>> was_open_during([opened, cleared], Period(date(2025, 5, 31), date(2025, 12, 14)))
    True
    >>> was_open_during([opened, cleared], Period(date(2025, 6, 1), date(2025, 12, 14)))
    False
    """
    at_end = {event.on: status for event, status in _steps(events, period.end)}
    at_start = [status for on, status in at_end.items() if on <= period.start]
    during = [status for on, status in at_end.items() if on > period.start]
    return any(status in OPEN for status in (*at_start[-1:], *during))


def last_cleared_on(events: Iterable[HotspotEvent], day: date) -> date | None:
    """Day of the last clearing up to a day, None if there was none."""
    cleared = (e.on for e in events if e.type is EventType.CLEARED and e.on <= day)
    return max(cleared, default=None)


def watch_at(
    events: Sequence[HotspotEvent], day: date, *, months: int = WATCH_MONTHS
) -> Watch | None:
    """Watch period of a hotspot that is cleared on a day; None in any other status.

    A second clearing starts it again. It ends with the same day of the last
    month, or that month's last day (Civil Code 2015, article 148 (3)).

    >>> watch_at([HotspotEvent(EventType.CLEARED, date(2025, 8, 31))], date(2026, 2, 1))
    Watch(cleared_on=datetime.date(2025, 8, 31), ends_on=datetime.date(2026, 2, 28), \
days_left=27, is_over=False)
    """
    cleared_on = last_cleared_on(events, day)
    if cleared_on is None or status_at(events, day) is not HotspotStatus.CLEARED:
        return None
    ends_on = add_months(cleared_on, months)
    return Watch(cleared_on, ends_on, max(0, (ends_on - day).days), day > ends_on)


def delisting_due(
    events: Sequence[HotspotEvent],
    day: date,
    incident_days: Iterable[date] = (),
    *,
    data_until: date | None,
) -> bool:
    """Whether delisting is to be proposed: watch over and quiet all through.

    `incident_days` are the days of the verified incidents at the place; one
    after the clearing, up to the day asked, means it was not quiet. `data_until` is
    the last day of which there are data there: if that is before the watch ends,
    nobody knows whether it was quiet.
    """
    watch = watch_at(events, day)
    if watch is None or not watch.is_over:
        return False
    if data_until is None or data_until < watch.ends_on:
        return False
    return not any(watch.cleared_on < on <= day for on in incident_days)


def sequence_problems(events: Iterable[HotspotEvent]) -> tuple[str, ...]:
    """Vietnamese sentences on steps of a history that miss their predecessor."""
    problems = []
    seen: list[HotspotStatus] = []
    for event, status in _steps(events, date.max):
        shown = f"{event.on:%d/%m/%Y}"
        if event.type is EventType.CLEARED and not seen:
            problems.append(f"Triệt xóa ngày {shown} khi chưa có ngày phát hiện.")
        elif event.type is EventType.RE_EMERGED and CLOSED.isdisjoint(seen):
            problems.append(f"Tái phức tạp ngày {shown} khi chưa được triệt xóa.")
        elif event.type is EventType.DELISTED and (not seen or seen[-1] in _PROVEN):
            problems.append(f"Đưa ra khỏi danh sách ngày {shown} khi chưa được triệt xóa.")
        seen.append(status)
    return tuple(problems)


def add_months(day: date, months: int) -> date:
    """Same day some calendar months later, or that month's last day.

    >>> add_months(date(2025, 8, 31), 6)
    datetime.date(2026, 2, 28)
    """
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _steps(events: Iterable[HotspotEvent], day: date) -> list[tuple[HotspotEvent, HotspotStatus]]:
    """Every event up to a day that sets a status, in effect order, with that status."""
    counted = [e for e in events if e.on <= day and e.type is not EventType.NOTE]
    counted.sort(key=_day_of)
    steps: list[tuple[HotspotEvent, HotspotStatus]] = []
    status: HotspotStatus | None = None
    was_closed = False
    for same_day in _by_day(counted):
        order = _ORDER_WHEN_CLOSED if status in CLOSED else _ORDER_WHEN_OPEN
        for event in _in_order(same_day, order):
            status = _after(event.type, status, was_closed)
            was_closed = was_closed or status in CLOSED
            steps.append((event, status))
    return steps


def _by_day(events: Sequence[HotspotEvent]) -> Iterable[Sequence[HotspotEvent]]:
    """Events in order of days, those of each day together; as a rule there is one a day."""
    if len({event.on for event in events}) == len(events):
        return [(event,) for event in events]
    return [tuple(same) for _, same in groupby(events, key=_day_of)]


def _in_order(
    events: Sequence[HotspotEvent], order: tuple[EventType, ...]
) -> Sequence[HotspotEvent]:
    return events if len(events) == 1 else sorted(events, key=lambda e: order.index(e.type))


def _after(event: EventType, status: HotspotStatus | None, was_closed: bool) -> HotspotStatus:
    if event is EventType.SUSPECTED:
        return status if status in _PROVEN else HotspotStatus.SUSPECTED
    if event is EventType.OPENED:
        return HotspotStatus.RE_EMERGED if was_closed else HotspotStatus.ACTIVE
    return HotspotStatus(event.value)
