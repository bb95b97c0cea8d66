"""Rows of the register of hamlets and residential groups become drafts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from geo.drafts import Drafts, RowRefusedError, needed_cell, place_query, read_rows
from geo.persons import cell_text
from geo.records import PlaceQuery
from geo.rows import Row
from geo.sub_unit_names import KIND_NAMES, SubUnitName, read_sub_unit
from geo.tables import Table
from geo.terms import SubUnitKind


@dataclass(frozen=True, slots=True)
class SubUnitDraft:
    """A sub-unit before its commune is found."""

    line: int
    ref: str
    name: str
    normal: SubUnitName
    place: PlaceQuery


def read_sub_units(table: Table) -> Drafts[SubUnitDraft]:
    """Draft the sub-units of a table.

    The kind stands in the name ("Thôn Phước Lý") or in a column of its own. A
    row without a reference gets one made of its name and the names around it,
    so that a point measured later changes the sub-unit and adds no second one.
    """
    return read_rows(table, lambda row: _keyed(_sub_unit(row)), "ref")


def _keyed(draft: SubUnitDraft) -> tuple[str, SubUnitDraft]:
    return draft.ref, draft


def _sub_unit(row: Row) -> SubUnitDraft:
    written = needed_cell(row, "name", lambda value: cell_text(value) or None)
    name, normal = _named(written, cell_text(row.cells.get("kind")))
    if normal is None:
        raise RowRefusedError("name", written, "chỉ có loại, chưa có tên: ghi đủ, ví dụ «Thôn 3»")
    return SubUnitDraft(row.line, _ref(row, normal), name, normal, place_query(row, None))


def _named(written: str, kind: str) -> tuple[str, SubUnitName | None]:
    """The name with its kind; that of the name itself goes before that of the column."""
    alone = read_sub_unit(written)
    if alone is None or alone.kind is not SubUnitKind.OTHER or not kind:
        return written, alone
    full = read_sub_unit(f"{kind} {written}")
    if full is None or full.kind is SubUnitKind.OTHER:
        return written, alone
    return f"{KIND_NAMES[full.kind].capitalize()} {written}", full


_AROUND = ("commune_code", "commune_name", "district_name", "province_name")


def _ref(row: Row, normal: SubUnitName) -> str:
    if written := cell_text(row.cells.get("ref")):
        return written
    around = [cell_text(row.cells.get(name)) for name in _AROUND]
    text = "\x1f".join([str(normal), *around])
    return f"auto-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
