"""Rows of a list of facilities become drafts; who owns or runs one is not kept."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass

from geo.cells import UnreadableCellError
from geo.drafts import Drafts, RowRefusedError, needed_cell, place_query, read_cell, read_rows
from geo.facilities import BUSINESSES
from geo.persons import FAMILIES, NAME_BLANKED, cell_text, plain_words
from geo.records import PlaceQuery
from geo.rows import Row
from geo.tables import Table
from geo.terms import FacilityKind
from geo.words import parse_facility_kind

NO_KIND = (
    "không rõ loại: ghi cột «Loại» (trường học, quán bar, karaoke, vũ trường, cơ sở lưu trú, cơ sở "
    "cai nghiện, sân bay, cảng biển, bến xe, …)"
)
_BY_PLACE = ("commune_code", "commune_name", "district_name", "province_name")


@dataclass(frozen=True, slots=True)
class FacilityDraft:
    """A facility before it is placed."""

    line: int
    ref: str
    name: str
    kind: FacilityKind
    address_text: str
    note: str
    place: PlaceQuery


def read_facilities(table: Table) -> Drafts[FacilityDraft]:
    """Draft the facilities of a table.

    Where the kind column is missing or empty the name says the kind ("Trường THCS …"). A
    row without a reference gets one made of its name, its kind and the names around it,
    so that a point measured later changes the facility and adds no second one.
    """
    return read_rows(table, lambda row: _keyed(_facility(row)), "ref")


def without_owner(name: str, kind: FacilityKind) -> str:
    """The name of a business without a full name that is surely a person's.

    A street stays: what follows a number or a word for a street is one. Schools and
    ports bear the names of the dead and keep them.

    >>> without_owner("Karaoke Nguyễn Văn Tèo", FacilityKind.KARAOKE)
    'Karaoke [tên đã xoá]'
    >>> without_owner("Karaoke 12 Nguyễn Văn Cừ", FacilityKind.KARAOKE)
    'Karaoke 12 Nguyễn Văn Cừ'
    >>> without_owner("Trường Nguyễn Văn Trỗi", FacilityKind.SCHOOL)
    'Trường Nguyễn Văn Trỗi'
    """
    return _FULL_NAME.sub(_blanked, name) if kind in BUSINESSES else name


_FULL_NAME = re.compile(
    r"(?P<before>\S*\s+|^)(?P<family>[^\W\d_]+)\s+(?:Văn|Thị|Van|Thi|VĂN|THỊ)"
    r"(?:\s+[A-ZĐÀ-Ỹ][^\W\d_]*){1,3}"
)
_STREETS = frozenset(("duong", "pho", "d", "ngo", "hem", "kiet", "so", "cho", "cau", "khu"))


def _blanked(found: re.Match[str]) -> str:
    before = found["before"]
    street = plain_words(before) in _STREETS or any(c.isdigit() for c in before)
    if street or found["family"].casefold() not in FAMILIES:
        return found.group()
    return f"{before}{NAME_BLANKED}"


def _keyed(draft: FacilityDraft) -> tuple[str, FacilityDraft]:
    return draft.ref, draft


def _facility(row: Row) -> FacilityDraft:
    written = needed_cell(row, "name", lambda value: cell_text(value) or None)
    kind = _kind(row, written)
    return FacilityDraft(
        line=row.line,
        ref=cell_text(row.cells.get("ref")) or _made_ref(row, written, kind),
        name=without_owner(written, kind),
        kind=kind,
        address_text=cell_text(row.cells.get("address_text")),
        note=cell_text(row.cells.get("note")),
        place=place_query(row, None),
    )


def _kind(row: Row, name: str) -> FacilityKind:
    """What the kind column says, else the name; "other" only where the name tells no more."""
    said = read_cell(row, "kind", parse_facility_kind)
    if said is not None and said is not FacilityKind.OTHER:
        return said
    try:
        told = parse_facility_kind(name)
    except UnreadableCellError:
        told = None
    if said is None and told is None:
        raise RowRefusedError("kind", row.cells.get("kind"), NO_KIND)
    return said or told or FacilityKind.OTHER


def _made_ref(row: Row, name: str, kind: FacilityKind) -> str:
    around = [plain_words(cell_text(row.cells.get(field))) for field in _BY_PLACE]
    address = plain_words(cell_text(row.cells.get("address_text")))
    text = "\x1f".join([plain_words(name), kind, address, *around])
    return f"auto-{hashlib.sha256(text.encode()).hexdigest()[:16]}"
