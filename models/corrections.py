"""Corrections of a hotspot's history: an event that names another takes its place.

Nothing recorded is rewritten. The event that corrects gives its own type, day and
note; one of type `note` takes the other out and says why. An event is corrected
once: who corrects again names the correction, so that the latest word stands.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from geo.records import HotspotEvent
from geo.terms import EventType
from models.periods import today as day_in_vietnam


@dataclass(frozen=True, slots=True)
class RecordedEvent:
    """An event as it was recorded: when, by whom, and which one it corrects."""

    id: int
    event: HotspotEvent
    recorded_at: datetime
    recorded_by: str
    corrects_id: int | None = None

    @property
    def takes_out(self) -> bool:
        """Whether it corrects another by taking it out of the history."""
        return self.corrects_id is not None and self.event.type is EventType.NOTE


def known_history(history: Iterable[RecordedEvent], known_on: date) -> list[RecordedEvent]:
    """What had been recorded by the end of a day in Viet Nam."""
    return [each for each in history if day_in_vietnam(each.recorded_at) <= known_on]


def effective_events(
    history: Iterable[RecordedEvent], known_on: date | None = None
) -> list[RecordedEvent]:
    """The events that stand, by day and in the order in which they were recorded.

    With `known_on` as they stood by what had been recorded by the end of that day
    in Viet Nam: later records, and later corrections, are left out.

    >>> from datetime import UTC
    >>> at = datetime(2026, 3, 10, 2, tzinfo=UTC)
    >>> said = RecordedEvent(1, HotspotEvent(EventType.CLEARED, date(2026, 3, 3)), at, "a")
    >>> later = datetime(2026, 4, 1, 2, tzinfo=UTC)
    >>> right = HotspotEvent(EventType.CLEARED, date(2026, 3, 5))
    >>> both = [said, RecordedEvent(2, right, later, "b", corrects_id=1)]
    >>> [each.id for each in effective_events(both)]
    [2]
    >>> [each.id for each in effective_events(both, known_on=date(2026, 3, 31))]
    [1]
    """
    known = list(history) if known_on is None else known_history(history, known_on)
    corrected = {each.corrects_id for each in known}
    standing = [each for each in known if each.id not in corrected and not each.takes_out]
    return sorted(standing, key=lambda each: (each.event.on, each.id))
