"""Adding records under the key (source, ref): what is new, the same, changed or refused."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import ColumnElement, Table, func, null, or_, select, text
from sqlalchemy.orm import Session

from geo.records import Placement
from models.disclosure import in_scope
from models.placements import NOTHING_WRITTEN
from models.session import beyond_scope
from models.tables import imports
from models.viewers import Viewer

CHUNK = 2_000
"""Records handled at a time: bounds memory and the parameters of one statement."""


UNDONE, MERGED, BY_HAND = "undone", "merged", "by_hand"
"""Why a record is withdrawn: its import was undone, it was merged into another, or a person
took it out of use and no file brings it back."""


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

    `added` counts those that were not there, `revived` among them: they had
    been withdrawn when an import was undone. `changed` took the place of other
    content, which is kept as a version. `unchanged` were there with the same
    content, `merged` among them whatever they say: a person merged them into
    another record; `by_hand` too: they say what stood before a person corrected
    them on the map. `conflicts` repeat a key of the same call with other content
    and `foreign` would change a record outside the viewer's scope: neither is
    stored, nor is what a person has `put_away`.
    """

    added: int
    unchanged: int
    changed: int = 0
    revived: int = 0
    conflicts: tuple[R, ...] = ()
    foreign: tuple[R, ...] = ()
    merged: tuple[R, ...] = ()
    put_away: tuple[R, ...] = ()
    by_hand: tuple[R, ...] = ()


@dataclass(frozen=True, slots=True)
class Rewrite(Generic[R]):
    """A record that takes the place of what is stored under its number.

    `revived`: what is stored had been withdrawn when an import was undone.
    """

    id: int
    record: R
    row: dict[str, Any]
    revived: bool = False


@dataclass(frozen=True, slots=True)
class _Known:
    """What is stored under a key; `inside` the viewer's scope or brought by the viewer."""

    id: int
    digest: str
    withdrawn: str | None
    inside: bool


@dataclass(slots=True)
class _Sorting(Generic[K]):
    """Given records on their way into heaps; `seen` holds the digests of this call."""

    seen: dict[tuple[str, str], str] = field(default_factory=dict)
    fresh: list[tuple[K, dict[str, Any]]] = field(default_factory=list)
    again: list[Rewrite[K]] = field(default_factory=list)
    added: int = 0
    unchanged: int = 0
    changed: int = 0
    revived: int = 0
    conflicts: list[K] = field(default_factory=list)
    foreign: list[K] = field(default_factory=list)
    merged: list[K] = field(default_factory=list)

    def sort(self, record: K, row: dict[str, Any], known: _Known | None) -> None:
        """Put one record on its heap."""
        key, digest = (record.source, record.ref), row["content_sha256"]
        if key in self.seen:
            self._repeated(record, same=self.seen[key] == digest)
            return
        self.seen[key] = digest
        if known is None:
            self.fresh.append((record, row))
            self.added += 1
        elif known.withdrawn == MERGED:
            self.merged.append(record)
            self.unchanged += 1
        elif known.withdrawn is None and known.digest == digest:
            self.unchanged += 1
        elif not known.inside:
            self.foreign.append(record)
        else:
            self._again(Rewrite(known.id, record, row, known.withdrawn is not None))

    def _repeated(self, record: K, *, same: bool) -> None:
        if same:
            self.unchanged += 1
        else:
            self.conflicts.append(record)

    def _again(self, rewrite: Rewrite[K]) -> None:
        self.again.append(rewrite)
        self.added += rewrite.revived
        self.revived += rewrite.revived
        self.changed += not rewrite.revived

    def result(self) -> Added[K]:
        """The heaps as they are told."""
        told = (tuple(self.conflicts), tuple(self.foreign), tuple(self.merged))
        return Added(self.added, self.unchanged, self.changed, self.revived, *told)


@beyond_scope
def add_new(
    session: Session,
    viewer: Viewer,
    table: Table,
    records: Sequence[K],
    row_of: Callable[[K], dict[str, Any]],
    *,
    store: Callable[[list[tuple[int, K]]], None],
    rewrite: Callable[[list[Rewrite[K]]], None],
    inside: ColumnElement[bool] | None = None,
) -> Added[K]:
    """Insert the rows of the records that are new, by chunks; rewrite those that changed.

    `row_of` gives the columns of a record as `insert_rows` takes them,
    `content_sha256` among them; `store` gets the new records with their
    numbers, `rewrite` those that are there with other content or withdrawn. A
    record given twice counts once: its repetition is unchanged or a conflict.
    `inside` tells which stored records the viewer may change, by default those
    of the viewer's scope.
    """
    keep_others_from_writing(session, table)
    sorting: _Sorting[K] = _Sorting()
    for chunk in chunks(records):
        known = _stored(session, viewer, table, chunk, inside)
        for record in chunk:
            sorting.sort(record, row_of(record), known.get((record.source, record.ref)))
        if sorting.fresh:
            ids = insert_rows(session, table, [row for _record, row in sorting.fresh])
            store([(id_, record) for id_, (record, _row) in zip(ids, sorting.fresh, strict=True)])
            sorting.fresh = []
        if sorting.again:
            rewrite(sorting.again)
            sorting.again = []
    return sorting.result()


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


def update_rows(session: Session, table: Table, rows: Mapping[int, dict[str, Any]]) -> None:
    """Give rows new values by their numbers, as the driver takes them (`insert_rows`).

    Every row names the same columns in the same order.
    """
    if not rows:
        return
    connection = session.connection()
    quote = connection.dialect.identifier_preparer.quote
    mark = "%s" if connection.dialect.name == "postgresql" else "?"
    names = next(iter(rows.values()))
    columns = ", ".join(f"{quote(name)} = {mark}" for name in names)
    statement = f"UPDATE {quote(table.name)} SET {columns} WHERE id = {mark}"
    connection.exec_driver_sql(statement, [(*row.values(), id_) for id_, row in rows.items()])


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


def _stored(
    session: Session,
    viewer: Viewer,
    table: Table,
    records: Sequence[Keyed],
    inside: ColumnElement[bool] | None,
) -> dict[tuple[str, str], _Known]:
    refs_of: dict[str, list[str]] = defaultdict(list)
    for record in records:
        refs_of[record.source].append(record.ref)
    c = table.c
    # What a viewer brought stays in their hands, wherever it was placed, or nowhere.
    own = c.import_id.in_(select(imports.c.id).where(imports.c.by_user == viewer.name))
    withdrawn = c.withdrawn if "withdrawn" in c else null()
    covered = in_scope(viewer, table) if inside is None else inside
    columns = (c.ref, c.id, c.content_sha256, withdrawn, or_(covered, own))
    found: dict[tuple[str, str], _Known] = {}
    for source, refs in refs_of.items():
        statement = select(*columns).where(c.source == source, c.ref.in_(refs))
        for ref, id_, digest, withdrawn, may_change in session.execute(statement):
            found[source, ref] = _Known(id_, digest, withdrawn, bool(may_change))
    return found
