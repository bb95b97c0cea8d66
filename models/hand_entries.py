"""Records that a person writes on the map: where they come from, their numbers, and what
of a file they outweigh.

Each writing is an import of its own whose source begins with `HAND_SOURCE`, so that it is
listed, versioned and undone as any other. A register is sent whole again and again: a row that
says what stood before a person corrected it says nothing new.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.terms import Layer
from geo.text import fold
from models.additions import K, chunks, keep_others_from_writing
from models.errors import InvalidValueError
from models.session import beyond_scope
from models.tables import facilities, hotspots, imports, incidents, record_versions
from models.viewers import Viewer

HAND_SOURCE = "Ghi trên bản đồ"
"""How the source of every import begins that a person made on the map."""

_TABLES = {
    Layer.INCIDENTS: incidents,
    Layer.HOTSPOTS: hotspots,
    Layer.FACILITIES: facilities,
}
_REF = re.compile(r"BĐ-(\d{4})-(\d+)")


def hold_refs(session: Session, viewer: Viewer, layer: Layer) -> None:
    """Keep others from adding to a layer until the transaction ends."""
    viewer.require_write()
    keep_others_from_writing(session, _TABLES[layer])


@beyond_scope
def next_ref(session: Session, viewer: Viewer, layer: Layer, source: str, year: int) -> str:
    """The next free number of a source in a year, withdrawn records counted: `BĐ-2026-0001`."""
    viewer.require_write()
    c = _TABLES[layer].c
    begun = select(c.ref).where(c.source == source, c.ref.like(f"BĐ-{year}-%"))
    taken = [int(found[2]) for ref in session.scalars(begun) if (found := _REF.fullmatch(ref))]
    return f"BĐ-{year}-{max(taken, default=0) + 1:04d}"


@beyond_scope
def id_of(session: Session, viewer: Viewer, layer: Layer, source: str, ref: str) -> int | None:
    """The record of a source with this number, be it withdrawn or out of sight; None without."""
    viewer.require_write()
    c = _TABLES[layer].c
    return session.scalar(select(c.id).where(c.source == source, c.ref == ref))


def require_source_of_file(source: str) -> None:
    """Keep files from passing for what a person wrote on the map.

    >>> require_source_of_file("Công an xã Đắk Tô")

    Raises
    ------
    InvalidValueError
        If the source begins as that of a writing by hand does, whatever its case and marks.
    """
    if fold(source).startswith(fold(HAND_SOURCE)):
        raise InvalidValueError(
            f"Nguồn của tệp không được bắt đầu bằng «{HAND_SOURCE}»: tên này dành cho bản ghi do "
            "người nhập trên bản đồ. Hãy ghi tên đơn vị lập tệp rồi nạp lại."
        )


@beyond_scope
def part_overruled(
    session: Session,
    viewer: Viewer,
    layer: Layer,
    records: Sequence[K],
    *,
    digest: Callable[[K], str],
    import_id: int,
) -> tuple[Sequence[K], tuple[K, ...]]:
    """What of a file is to be stored, and what says only what stood before a person's correction.

    `digest` gives that of a record's content. What a person writes (`import_id` is such a
    writing) is never overruled.
    """
    viewer.require_write()
    said = {} if _is_by_hand(session, import_id) else _said_before(session, layer)
    if not said:
        return records, ()
    new: list[K] = []
    overruled: list[K] = []
    for record in records:
        before = said.get((record.source, record.ref), ())
        (overruled if before and digest(record) in before else new).append(record)
    return new, tuple(overruled)


def _is_by_hand(session: Session, import_id: int) -> bool:
    source = session.scalar(select(imports.c.source).where(imports.c.id == import_id))
    return source is not None and source.startswith(HAND_SOURCE)


def _said_before(session: Session, layer: Layer) -> Mapping[tuple[str, str], set[str]]:
    """By source and ref the contents that a person replaced, where the person's stands."""
    c, v = _TABLES[layer].c, record_versions.c
    by_hand = select(imports.c.id).where(imports.c.source.like(f"{HAND_SOURCE}%"))
    standing = select(c.id, c.source, c.ref).where(c.import_id.in_(by_hand))
    keys = {str(id_): (source, ref) for id_, source, ref in session.execute(standing)}
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for chunk in chunks(list(keys)):
        versions = select(v.record_key, v.content).where(
            v.layer == layer.value, v.record_key.in_(chunk), v.replaced_by_import.in_(by_hand)
        )
        for key, content in session.execute(versions):
            found[keys[key]].add(content["content_sha256"])
    return found
