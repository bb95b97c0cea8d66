"""Which runs speak of alerts, and which findings say more than what persons decided on.

* a trial and a run as of a day before that of another official run say nothing;
* an official run answers for every open alert on a hotspot, and for one on a cluster
  if its window is at least as long as that of the run that found it, whatever its
  distance and number of neighbours: only then it refreshes the alert, or lets it
  lapse when it finds it no more;
* what a person decided is raised again only when at least `NEW_RECORDS` records
  speak for it that were not there when the person decided; the end of a watch only
  when the watch ends later than it did then;
* a decision on a cluster holds for its records, whichever cluster they are in by
  now; one on a hotspot holds for that hotspot;
* a decision that wrote to the register stands only as long as what it wrote.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, select
from sqlalchemy.orm import Session

from geo.findings import Finding
from geo.terms import AlertKind, AlertState, EventType
from models.cluster_names import is_trial
from models.periods import today
from models.tables import alerts, hotspot_events, hotspots, runs
from models.viewers import Viewer

NEW_RECORDS = 3
"""From so many records that nobody decided on, an alert is raised again."""

WATCH_ENDS_ON = "watch_ends_on"
"""The key of evidence that tells the last day of a watch, as text 2026-06-14."""

_ON_HOTSPOT = "H-"


@dataclass(frozen=True, slots=True)
class Decisions:
    """What persons decided on: the records by kind, and by kind and subject.

    `ends` is the last day, as text, up to which the end of a watch was decided.
    """

    of_kind: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    of_subject: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    ends: dict[str, str] = field(default_factory=dict)

    def add(self, row: Row[Any]) -> None:
        """Hold one decision."""
        self.of_kind[row.kind].update(row.incident_ids)
        self.of_subject.setdefault((row.kind, row.subject), set()).update(row.incident_ids)
        if row.kind == AlertKind.DELISTING:
            end = _watch_end(row.evidence)
            self.ends[row.subject] = max(end, self.ends.get(row.subject, ""))

    def leave_open(self, finding: Finding) -> bool:
        """Whether a finding says more than what was decided."""
        if finding.kind is AlertKind.DELISTING:
            last = self.ends.get(finding.subject)
            return last is None or _watch_end(finding.evidence) > last
        same = self.of_subject.get((finding.kind, finding.subject))
        on_hotspot = finding.subject.startswith(_ON_HOTSPOT)
        known = (same or set()) if on_hotspot else self.of_kind.get(finding.kind, set())
        named = set(finding.incident_ids)
        fresh = len(named - known)
        return fresh >= NEW_RECORDS or (same is None and fresh == len(named))


def speaks(session: Session, viewer: Viewer, run: Row[Any], at: datetime) -> bool:
    """Whether a run is official and none saw later days; days to come do not count.

    Raises
    ------
    NotAllowedError
        If the viewer does not see the whole nation, as a run does.
    """
    viewer.require_nation()
    if is_trial(run.parameters):
        return False
    c = runs.c
    later = select(c.parameters).where(c.id != run.id, c.as_of <= today(at), c.as_of > run.as_of)
    return all(is_trial(parameters) for parameters in session.scalars(later))


def answers_for(run: Row[Any], row: Row[Any]) -> bool:
    """Whether what this run does not find is no more; `row` has the alert and its run."""
    if row.subject.startswith(_ON_HOTSPOT) or run.since is None:
        return True
    return row.since is not None and run.as_of - run.since >= row.as_of - row.since


def standing_decisions(session: Session, viewer: Viewer) -> Decisions:
    """What stands of the decisions: not one whose event is gone from the register.

    Raises
    ------
    NotAllowedError
        If the viewer does not see the whole nation, as a run does.
    """
    viewer.require_nation()
    c = alerts.c
    statement: Select[Any] = select(
        *(c.kind, c.subject, c.evidence, c.incident_ids),
        *(c.event_id, c.decided_at, c.decided_by),
    ).where(c.state.in_([AlertState.CONFIRMED, AlertState.DISMISSED]))
    rows = session.execute(statement).all()
    written = _standing_events(session) if any(row.event_id is not None for row in rows) else set()
    return _gathered(
        row for row in rows if row.event_id is None or (row.decided_at, row.decided_by) in written
    )


def written_at(at: datetime | None, by: str | None) -> ColumnElement[bool]:
    """The condition on the event that a confirmation wrote.

    It is known by its moment and its author: an event that left the register with
    its hotspot and came back has another number, and its old one may be given again.
    """
    e = hotspot_events.c
    return (e.recorded_at == at) & (e.recorded_by == by) & e.corrects_id.is_(None)


def _gathered(rows: Iterable[Row[Any]]) -> Decisions:
    decisions = Decisions()
    for row in rows:
        decisions.add(row)
    return decisions


def _standing_events(session: Session) -> set[tuple[datetime, str]]:
    """Moment and author of what stands in the register."""
    e, h = hotspot_events.c, hotspots.c
    out = hotspot_events.alias().c
    taken_out = select(out.corrects_id).where(
        out.type == EventType.NOTE, out.corrects_id.is_not(None)
    )
    statement = (
        select(e.recorded_at, e.recorded_by)
        .join(hotspots, h.id == e.hotspot_id)
        .where(e.corrects_id.is_(None), h.withdrawn.is_(None), e.id.not_in(taken_out))
        .distinct()
    )
    return {(at, by) for at, by in session.execute(statement)}


def _watch_end(evidence: Any) -> str:
    return str(evidence.get(WATCH_ENDS_ON) or "")
