"""What was seized in an incident: rows that belong to it and are replaced with it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from geo.records import Incident, Seizure
from geo.terms import SeizureUnit, Substance
from models.additions import chunks, insert_rows
from models.many_ids import among
from models.tables import seizures

_DENSE = 3
"""Ids that fill at least one part in so many of their span are looked up by the span."""


def insert_seizures(session: Session, records: Sequence[tuple[int, Incident]]) -> None:
    """Store what was seized in incidents given with their numbers."""
    rows = [
        _row(id_, str(s.substance), float(s.quantity), str(s.unit))
        for id_, record in records
        for s in record.seizures
    ]
    insert_rows(session, seizures, rows)


def seizures_of(session: Session, ids: Sequence[int]) -> dict[int, list[Seizure]]:
    """What was seized, by incident, in the order in which it was written."""
    return {
        id_: [
            Seizure(Substance(what), quantity, SeizureUnit(unit)) for what, quantity, unit in rows
        ]
        for id_, rows in seizure_contents(session, ids).items()
    }


def seizure_contents(session: Session, ids: Sequence[int]) -> dict[int, list[list[Any]]]:
    """The same as lists of substance, quantity and unit, as a version keeps them."""
    found: dict[int, list[list[Any]]] = defaultdict(list)
    c = seizures.c
    for chunk in chunks(ids, 10_000):
        statement = (
            select(c.incident_id, c.substance, c.quantity, c.unit)
            .where(c.incident_id.in_(chunk))
            .order_by(c.id)
        )
        for incident_id, *seized in session.execute(statement):
            found[incident_id].append(seized)
    return found


def seizures_told(session: Session, ids: Sequence[int]) -> dict[int, list[dict[str, Any]]]:
    """What was seized in incidents given by ascending id, as it is told outside: with names."""
    c = seizures.c
    found: dict[int, list[dict[str, Any]]] = defaultdict(list)
    statement = select(c.incident_id, c.substance, c.quantity, c.unit).order_by(c.id)
    if not ids:
        return found
    is_dense = ids[-1] - ids[0] < _DENSE * len(ids)
    span = c.incident_id.between(ids[0], ids[-1])
    wanted = span if is_dense else among(session, c.incident_id, ids)
    for id_, substance, quantity, unit in session.execute(statement.where(wanted)).all():
        found[id_].append({"substance": substance, "quantity": quantity, "unit": unit})
    return found


def replace_seizures(session: Session, contents: dict[int, list[list[Any]]]) -> None:
    """Put other seizures in the place of those of some incidents."""
    for chunk in chunks(list(contents), 10_000):
        session.execute(delete(seizures).where(seizures.c.incident_id.in_(chunk)))
    insert_rows(session, seizures, [_row(id_, *s) for id_, rows in contents.items() for s in rows])


def _row(incident_id: int, substance: str, quantity: float, unit: str) -> dict[str, Any]:
    return {
        "incident_id": incident_id,
        "substance": substance,
        "quantity": quantity,
        "unit": unit,
    }
