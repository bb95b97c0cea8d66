"""Records linked to the sub-units that their written places name.

A record known by its commune becomes one known by its sub-unit. It gets no
point: those of one hamlet would pile up on one spot and look like a cluster,
and a map must not be surer than its data. It stays a number on its commune.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Table, case, or_, select, true, update
from sqlalchemy.orm import Session

from geo.sub_unit_names import SubUnitName, find_sub_unit, stored_sub_unit
from geo.sub_units import written_sub_units
from geo.terms import Layer, Precision
from models.additions import chunks, update_rows
from models.disclosure import in_scope
from models.session import beyond_scope
from models.tables import facilities, hotspots, incidents, sub_units
from models.viewers import Scope, Viewer

CONFIDENT = 0.9
"""A record whose commune is less sure is linked to nothing in it."""

_TABLES = {
    Layer.INCIDENTS: incidents,
    Layer.HOTSPOTS: hotspots,
    Layer.FACILITIES: facilities,
}
_Known = list[tuple[int, SubUnitName]]


def link_import(session: Session, viewer: Viewer, layer: Layer, import_id: int) -> int:
    """Link the records of an import; how many changed."""
    table = _TABLES[layer]
    return _link(session, viewer, table, table.c.import_id == import_id)


def link_communes(session: Session, viewer: Viewer, layer: Layer, codes: Sequence[str]) -> int:
    """Link the records of communes, after their register changed; how many changed."""
    table = _TABLES[layer]
    return sum(
        _link(session, viewer, table, table.c.commune_code_now.in_(chunk))
        for chunk in chunks(list(codes))
    )


def link_records(session: Session, viewer: Viewer, layer: Layer, ids: Sequence[int]) -> int:
    """Link single records, such as those placed by hand; how many changed."""
    table = _TABLES[layer]
    return sum(_link(session, viewer, table, table.c.id.in_(chunk)) for chunk in chunks(list(ids)))


@beyond_scope
def link_restored(session: Session, viewer: Viewer, layer: Layer, ids: Sequence[int]) -> int:
    """Link records that came back as they had been, wherever they lie; how many changed.

    The register may have changed since: a link must not lead to nothing, nor to
    another sub-unit under the same number.
    """
    everywhere = replace(viewer, scope=Scope.nation())
    return link_records(session, everywhere, layer, ids)


def unlink_import(session: Session, viewer: Viewer, import_id: int) -> None:
    """Put the records linked to the sub-units of an import back on their commune."""
    viewer.require_write()
    gone = select(sub_units.c.id).where(sub_units.c.import_id == import_id)
    for table in _TABLES.values():
        c = table.c
        pointless = (c.precision == Precision.SUB_UNIT) & c.lon.is_(None)
        precision = case((pointless, Precision.COMMUNE.value), else_=c.precision)
        statement = update(table).where(c.sub_unit_id.in_(gone))
        session.execute(statement.values(sub_unit_id=None, precision=precision))


def link_all(session: Session, viewer: Viewer, layer: Layer) -> int:
    """Link every record in the viewer's scope, after they were placed again."""
    return _link(session, viewer, _TABLES[layer], true())


def _link(session: Session, viewer: Viewer, table: Table, wanted: ColumnElement[bool]) -> int:
    """Give each wanted record the sub-unit that its address names, or none.

    Without a register this costs one look at an index.
    """
    viewer.require_write()
    c = table.c
    registered = select(sub_units.c.commune_code)
    statement = select(
        *(c.id, c.commune_code_now, c.precision, c.lon, c.sub_unit_id),
        *(c.geocode_confidence, c.address_text),
    ).where(
        wanted,
        in_scope(viewer, table),
        or_(
            c.commune_code_now.in_(registered),
            c.sub_unit_id.is_not(None),
            (c.precision == Precision.SUB_UNIT) & c.lon.is_(None),
        ),
    )
    rows = session.execute(statement).all()
    known = _register(session, sorted({row.commune_code_now for row in rows} - {None}))
    changed = {}
    for row in rows:
        names = known.get(row.commune_code_now)
        sure = row.geocode_confidence >= CONFIDENT
        found = (
            find_sub_unit(written_sub_units(row.address_text), names) if names and sure else None
        )
        precision = _precision(row.precision, row.lon, found)
        if (found, precision) != (row.sub_unit_id, row.precision):
            changed[row.id] = {"sub_unit_id": found, "precision": precision}
    update_rows(session, table, changed)
    return len(changed)


def _precision(now: str, lon: float | None, sub_unit_id: int | None) -> str:
    if lon is not None or now not in (Precision.COMMUNE, Precision.SUB_UNIT):
        return now
    return (Precision.COMMUNE if sub_unit_id is None else Precision.SUB_UNIT).value


def _register(session: Session, codes: Sequence[str]) -> dict[str, _Known]:
    c = sub_units.c
    found: dict[str, _Known] = defaultdict(list)
    for chunk in chunks(codes):
        statement = select(c.commune_code, c.id, c.name_key).where(
            c.commune_code.in_(chunk), c.withdrawn.is_(None)
        )
        for code, id_, key in session.execute(statement.order_by(c.id)):
            found[code].append((id_, stored_sub_unit(key)))
    return found
