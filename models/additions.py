"""Adding records under the key (source, ref) without overwriting what is there."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Row, Table, insert, select, text
from sqlalchemy.orm import Session

from geo.records import Placement

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
    store: Callable[[list[K]], None],
) -> Added[K]:
    """Insert the rows of the records that are new, by chunks; then `store` what hangs on them.

    `row_of` gives the columns of a record, `content_sha256` among them.
    A record given twice counts once: its repetition is unchanged or a conflict.
    """
    keep_others_from_writing(session, table)
    added, unchanged = 0, 0
    conflicts: list[K] = []
    for chunk in chunks(records):
        stored = _stored(session, table, chunk)
        known = {key: row.content_sha256 for key, row in stored.items()}
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
            session.connection().execute(insert(table), rows)
            store(fresh)
        added += len(fresh)
    return Added(added, unchanged, tuple(conflicts))


def ids_of(session: Session, table: Table, records: Sequence[Keyed]) -> dict[tuple[str, str], int]:
    """The numbers under which records are stored, by source and ref."""
    return {key: row.id for key, row in _stored(session, table, records).items()}


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


def place_parts(written: Mapping[str, Any], placement: Placement) -> tuple[object, ...]:
    """What of a place belongs to the content of a record: what was written.

    The placement follows from it and from the maps, which may change; it
    counts only for a record that comes without a written place.
    """
    if written:
        return tuple(sorted(written.items()))
    return (placement.commune_code, placement.lon, placement.lat)


def _stored(
    session: Session, table: Table, records: Sequence[Keyed]
) -> dict[tuple[str, str], Row[int, str, str]]:
    refs_of: dict[str, list[str]] = defaultdict(list)
    for record in records:
        refs_of[record.source].append(record.ref)
    found: dict[tuple[str, str], Row[int, str, str]] = {}
    for source, refs in refs_of.items():
        statement = select(table.c.id, table.c.ref, table.c.content_sha256).where(
            table.c.source == source, table.c.ref.in_(refs)
        )
        for row in session.execute(statement):
            found[source, row.ref] = row
    return found
