"""The audit trail as a chain: linked just before a commit, verified, relieved of old names.

Links are made when a transaction is about to end, under a lock of the whole site that is given
back with the commit: writers wait for each other for the length of a commit only, and who holds
the lock asks for no other, so that none can wait in a circle. The end of the chain also stands
in `site`; written down outside (`audit head`) it shows what somebody with the whole database in
hand could otherwise hide.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum, auto
from typing import Any, NamedTuple

from sqlalchemy import (
    Select,
    Text,
    delete,
    event,
    func,
    insert,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.orm import Session

from models.audit_hashes import START, KeptEvent, Link, Person, commitment, linked
from models.tables import audit_events, audit_links, audit_persons, site
from models.viewers import Viewer

ERASED = "audit_expire"
"""The action that says up to which moment personal parts were erased."""

KEPT_AT_LEAST = timedelta(days=364)
"""Younger personal parts are not given up by the database itself (a day for clocks that differ)."""

_HEAD = "audit_head"
_PENDING = "audit_pending"
_LOCK_KEY = 2_025_031
_AT_ONCE = 2_000


class FaultKind(StrEnum):
    """What is wrong with the trail at one place."""

    UNLINKED = auto()
    CHANGED = auto()
    MISSING = auto()
    PERSON_CHANGED = auto()
    PERSON_MISSING = auto()
    CUT_OFF = auto()
    HEAD_CHANGED = auto()
    HEAD_UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing wrong: at which number of the chain, and with which event."""

    kind: FaultKind
    number: int
    event_id: int | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a verification found: the end of the chain that holds, and the first fault."""

    head: Link
    events: int
    erased: int
    fault: Fault | None


class _Stored(NamedTuple):
    """A link as it is stored, with its event and what is said of persons, if they are there."""

    link: Link
    event_id: int
    event: KeptEvent | None
    person: Person | None


def link_at_commit(session: Session, event_id: int) -> None:
    """Have an event linked when the transaction of its session ends well."""
    if _PENDING not in session.info:
        event.listen(session, "before_commit", _link_pending)
    session.info.setdefault(_PENDING, []).append(event_id)


def _link_pending(session: Session) -> None:
    if session.in_nested_transaction():
        return  # what a savepoint keeps is linked with the whole
    pending = session.info[_PENDING]
    if not pending:
        return
    _take_turn(session)
    events = _events(session, sorted(pending))
    pending.clear()
    link_events(session, events)


def _take_turn(session: Session) -> None:
    """Wait for the writers before; on SQLite a writer is alone from its first statement."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})


def _events(session: Session, ids: Sequence[int]) -> list[KeptEvent]:
    found: list[KeptEvent] = []
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        statement = _kept_columns().where(audit_events.c.id.in_(some))
        found += [KeptEvent(*row) for row in session.execute(statement)]
    return sorted(found, key=lambda kept: kept.id)


def _kept_columns() -> Select[Any]:
    c = audit_events.c
    detail = type_coerce(c.detail, Text).label("detail_text")
    return select(c.id, c.at, c.role, c.scope, c.action, c.object, detail, c.commitment)


def link_events(session: Session, events: Sequence[KeptEvent]) -> None:
    """Put events at the end of the chain, in the order given."""
    if not events:
        return
    head = before = _stored_head(session) or _last_link(session)
    rows = []
    for kept in events:
        head = linked(kept, head)
        rows.append({"number": head.number, "event_id": kept.id, "sha256": head.sha256})
    session.execute(insert(audit_links), rows)
    _put_head(session, head, first=before.number == 0)


def _put_head(session: Session, head: Link, *, first: bool) -> None:
    value = [head.number, head.sha256]
    statement = update(site).where(site.c.key == _HEAD).values(value=value)
    touched = 0 if first else session.connection().execute(statement).rowcount
    if not touched:
        session.execute(insert(site).values(key=_HEAD, value=value))


def _stored_head(session: Session) -> Link | None:
    value = session.scalar(select(site.c.value).where(site.c.key == _HEAD))
    return None if value is None else Link(int(value[0]), str(value[1]))


def _last_link(session: Session) -> Link:
    c = audit_links.c
    last = select(c.number, c.sha256).order_by(c.number.desc()).limit(1)
    row = session.execute(last).first()
    return START if row is None else Link(row.number, row.sha256)


def head(session: Session, viewer: Viewer) -> Link:
    """The end of the chain, to be written down outside the system.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator.
    """
    viewer.require_admin()
    return _stored_head(session) or _last_link(session)


def verify(session: Session, viewer: Viewer, written_down: Sequence[Link] = ()) -> Verdict:
    """Recompute the whole chain and hold it against what is stored and what was written down.

    Parameters
    ----------
    written_down
        Ends of the chain that were kept outside; each must still lie on the chain.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator.
    """
    viewer.require_admin()
    noted = {link.number: link.sha256 for link in written_down}
    erased_before = _erased_before(session)
    at, erased = START, 0
    for row in _chain(session):
        fault = _fault_of(row, at, erased_before, noted)
        if fault is not None:
            return Verdict(at, at.number, erased, fault)
        at = row.link
        erased += row.person is None
    return Verdict(at, at.number, erased, _fault_at_the_end(session, at, noted))


def _chain(session: Session) -> Iterator[_Stored]:
    """The links in their order; plain tuples, since every step is taken for each event."""
    links, persons = audit_links.c, audit_persons.c
    of_link = select(links.event_id, links.number, links.sha256)
    of_person = (persons.actor, persons.address, persons.account, persons.salt)
    joined = audit_links.outerjoin(audit_events, audit_events.c.id == links.event_id).outerjoin(
        audit_persons, persons.event_id == links.event_id
    )
    statement = of_link.add_columns(*_kept_columns().selected_columns, *of_person)
    statement = statement.select_from(joined).order_by(links.number)
    for row in session.execute(statement, execution_options={"yield_per": _AT_ONCE}):
        event_id, number, digest, *_ = row
        event = None if row[3] is None else KeptEvent._make(row[3:11])
        person = None if row[11] is None else Person._make(row[11:])
        yield _Stored(Link(number, digest), event_id, event, person)


def _fault_of(
    row: _Stored, before: Link, erased_before: datetime | None, noted: dict[int, str]
) -> Fault | None:
    link, event = row.link, row.event
    if link.number != before.number + 1 or event is None:
        return Fault(FaultKind.MISSING, before.number + 1, row.event_id if event is None else None)
    if linked(event, before) != link:
        return Fault(FaultKind.CHANGED, link.number, event.id)
    if noted.get(link.number, link.sha256) != link.sha256:
        return Fault(FaultKind.HEAD_CHANGED, link.number, event.id)
    kind = _fault_of_person(row.person, event, erased_before)
    return None if kind is None else Fault(kind, link.number, event.id)


def _fault_of_person(
    person: Person | None, event: KeptEvent, erased_before: datetime | None
) -> FaultKind | None:
    if person is None:
        erased = erased_before is not None and event.at < erased_before
        return None if erased else FaultKind.PERSON_MISSING
    return None if commitment(person) == event.commitment else FaultKind.PERSON_CHANGED


def _fault_at_the_end(session: Session, at: Link, noted: dict[int, str]) -> Fault | None:
    stored = _stored_head(session)
    if stored is None:
        if at.number:
            return Fault(FaultKind.HEAD_UNKNOWN, at.number)
    elif stored.number > at.number:
        return Fault(FaultKind.CUT_OFF, at.number + 1)
    elif stored != at:
        return Fault(FaultKind.HEAD_CHANGED, at.number)
    if later := [number for number in noted if number > at.number]:
        return Fault(FaultKind.CUT_OFF, min(later))
    c = audit_events.c
    alone = select(func.min(c.id)).where(c.id.not_in(select(audit_links.c.event_id)))
    unlinked = session.scalar(alone)
    return None if unlinked is None else Fault(FaultKind.UNLINKED, at.number, unlinked)


def _erased_before(session: Session) -> datetime | None:
    """The latest moment that an event of the chain itself says was erased up to.

    One that reaches beyond what the database lets go says nothing.
    """
    c = audit_events.c
    moments = [
        before
        for at, detail in session.execute(select(c.at, c.detail).where(c.action == ERASED))
        if (before := datetime.fromisoformat(detail["before"])) <= at - KEPT_AT_LEAST
    ]
    return max(moments, default=None)


def erase_persons(session: Session, viewer: Viewer, before: datetime) -> int:
    """Erase who did what before a moment; how many events now say so no longer.

    What was done, when and to what stays, and the chain holds. The caller writes the event
    `ERASED` into the trail in the same transaction. The database itself refuses personal parts
    younger than 364 days.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator.
    """
    viewer.require_admin()
    c = audit_events.c
    old = select(c.id).where(c.at < before.astimezone(UTC))
    due = delete(audit_persons).where(audit_persons.c.event_id.in_(old))
    return int(session.connection().execute(due).rowcount)
