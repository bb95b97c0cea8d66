"""Adding records under the key (source, ref) without overwriting what is there."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Table, func, select, text
from sqlalchemy.orm import Session

from geo.records import Placement
from models.placements import NOTHING_WRITTEN

CHUNK = 2_000
"""Records handled at a time: bounds memory and the parameters of one statement."""


class Keyed(Protocol):
    """A record known by the body that issued it and that body's number."""

    @property
    def source(self) -> str:
        """The issuing body."""

    @property
    def ref(self) -> str:
        """Its number there."""


PAGE = 200
"""Rows put in by one statement: both databases spend more on a statement than on a row."""

R = TypeVar("R")
K = TypeVar("K", bound=Keyed)


@dataclass(frozen=True, slots=True)
class Added(Generic[R]):
    """What became of given records.

    `unchanged` were there with the same content; `conflicts` are there with
    other content, and what is there stands.
    """

    added: int
    unchanged: int
    conflicts: tuple[R, ...] = ()


def add_new(
    session: Session,
    table: Table,
    records: Sequence[K],
    row_of: Callable[[K], dict[str, Any]],
    store: Callable[[list[tuple[int, K]]], None],
) -> Added[K]:
    """Insert the rows of the records that are new, by chunks; then `store` what hangs on them.

    `row_of` gives the columns of a record as `insert_rows` takes them,
    `content_sha256` among them; `store` gets the new records with their
    numbers. A record given twice counts once: its repetition is unchanged or a
    conflict.
    """
    keep_others_from_writing(session, table)
    added, unchanged = 0, 0
    conflicts: list[K] = []
    for chunk in chunks(records):
        known = _stored_digests(session, table, chunk)
        fresh: list[K] = []
        rows: list[dict[str, Any]] = []
        for record in chunk:
            key, row = (record.source, record.ref), row_of(record)
            if key not in known:
                known[key] = row["content_sha256"]
                fresh.append(record)
                rows.append(row)
            elif known[key] == row["content_sha256"]:
                unchanged += 1
            else:
                conflicts.append(record)
        if fresh:
            ids = insert_rows(session, table, rows)
            store(list(zip(ids, fresh, strict=True)))
        added += len(fresh)
    return Added(added, unchanged, tuple(conflicts))


def insert_rows(session: Session, table: Table, rows: Sequence[dict[str, Any]]) -> Sequence[int]:
    """Insert many rows at the pace of the driver; their new numbers, in the order given.

    Every row names the same columns in the same order, without `id`. Values go
    to the driver as they are: dates and JSON already as text. Others must be
    kept from writing to the table (`keep_others_from_writing`).
    """
    if not rows:
        return []
    ids = _new_ids(session, table, len(rows))
    cells = [(id_, *row.values()) for id_, row in zip(ids, rows, strict=True)]
    connection = session.connection()
    quote = connection.dialect.identifier_preparer.quote
    columns = ", ".join(map(quote, ("id", *rows[0])))
    into = f"INSERT INTO {quote(table.name)} ({columns}) VALUES "
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    marks = f"({', '.join([mark] * len(cells[0]))})"
    for page in chunks(cells, PAGE):
        values = ", ".join([marks] * len(page))
        connection.exec_driver_sql(into + values, tuple(chain.from_iterable(page)))
    return ids


def keep_others_from_writing(session: Session, table: Table) -> None:
    """Until the transaction ends nobody else adds to the table; SQLite does so itself."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))


def chunks(records: Sequence[R], size: int = CHUNK) -> Iterator[Sequence[R]]:
    """Slices of at most `size`.

    >>> list(chunks("abcde", 2))
    ['ab', 'cd', 'e']
    """
    for start in range(0, len(records), size):
        yield records[start : start + size]


def digest_of(*parts: object) -> str:
    """SHA-256 over the parts in their order, as hexadecimal digits.

    >>> digest_of("a", 1) == digest_of("a", 1), digest_of("a", "") == digest_of("", "a")
    (True, False)
    """
    return hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()


def place_parts(written: str, placement: Placement) -> tuple[object, ...]:
    """What of a place belongs to the content of a record: what was written, as JSON.

    The placement follows from it and from the maps, which may change; it
    counts only for a record that comes without a written place.
    """
    if written != NOTHING_WRITTEN:
        return (written,)
    return (placement.commune_code, placement.lon, placement.lat)


def _new_ids(session: Session, table: Table, n: int) -> Sequence[int]:
    """Numbers nobody else has, ascending; on SQLite the highest plus one, as its own are."""
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, "id")
        return session.scalars(
            select(func.nextval(sequence)).select_from(func.generate_series(1, n))
        ).all()
    highest = session.scalar(select(func.max(table.c.id))) or 0
    return range(highest + 1, highest + 1 + n)


def _stored_digests(
    session: Session, table: Table, records: Sequence[Keyed]
) -> dict[tuple[str, str], str]:
    refs_of: dict[str, list[str]] = defaultdict(list)
    for record in records:
        refs_of[record.source].append(record.ref)
    found: dict[tuple[str, str], str] = {}
    for source, refs in refs_of.items():
        statement = select(table.c.ref, table.c.content_sha256).where(
            table.c.source == source, table.c.ref.in_(refs)
        )
        for ref, digest in session.execute(statement):
            found[source, ref] = digest
    return found
