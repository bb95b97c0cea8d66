"""Rows become drafts: the loop that keeps a bad row as data, and its parts.

What every layer needs: cells parsed with their column named on refusal, a
reference, a place, and the refusal of a key that was seen before.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Generic, TypeVar

from geo.bodies import body_part, capitalised_pair, tells_name
from geo.cells import UnreadableCellError, parse_commune_code
from geo.errors import GeoError
from geo.persons import (
    BLANKED,
    WITHHELD,
    blank_numbers,
    cell_text,
    compact,
    plain_words,
)
from geo.records import PlaceQuery, RejectedRow
from geo.rows import Row
from geo.tables import Table

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Drafts(Generic[T]):
    """Rows taken and rows refused; `warnings` concern the table as a whole."""

    accepted: list[T]
    rejected: list[RejectedRow]
    warnings: tuple[str, ...] = ()


class RowRefusedError(GeoError):
    """A row is not taken: the field, the value and the reason, for the reading loop."""

    def __init__(self, name: str, value: Any, reason: str) -> None:
        super().__init__(reason)
        self.name, self.value, self.reason = name, value, reason


def read_rows(table: Table, draft: Callable[[Row], tuple[str, T]], key_field: str) -> Drafts[T]:
    """Draft every row; a key seen before is refused with the line that has it."""
    accepted: list[T] = []
    rejected: list[RejectedRow] = []
    seen: dict[str, int] = {}
    for row in table.rows:
        try:
            key, record = draft(row)
            if key in seen:
                first = seen[key]
                value = row.cells.get(key_field, key)
                raise RowRefusedError(
                    key_field, value, f"trùng với dòng {first}: bỏ một trong hai dòng"
                )
        except RowRefusedError as refused:
            rejected.append(_rejection(table, row, refused))
        else:
            seen[key] = row.line
            accepted.append(record)
    return Drafts(accepted, rejected)


def refused_row(table: Table, line: int, name: str, reason: str) -> RejectedRow:
    """A drafted row that is not taken after all, for what its field `name` says.

    Raises
    ------
    ValueError
        If the table has no row on this line.
    """
    row = next((row for row in table.rows if row.line == line), None)
    if row is None:
        raise ValueError(f"no row on line {line}")
    return _rejection(table, row, RowRefusedError(name, row.cells.get(name), reason))


def refused_rows(table: Table, name: str, reasons: Mapping[int, str]) -> list[RejectedRow]:
    """The same for many rows at once: the reason of each by its line."""
    return [
        _rejection(table, row, RowRefusedError(name, row.cells.get(name), reasons[row.line]))
        for row in table.rows
        if row.line in reasons
    ]


def _rejection(table: Table, row: Row, refused: RowRefusedError) -> RejectedRow:
    name = refused.name
    return RejectedRow(
        line=row.line,
        column=table.headings.get(name, name),
        value=_shown(name, refused.value)[:200],
        reason=refused.reason,
        cells=_mendable(table, row),
    )


def _mendable(table: Table, row: Row) -> dict[str, str | float]:
    """The cells of a row by heading, for a clerk to mend; what may name a person is left out."""
    cells = {}
    for name, heading in table.headings.items():
        kept = _kept_value(name, row.cells.get(name))
        if kept is not None:
            cells[heading] = kept
    return cells


def _kept_value(name: str, value: Any) -> str | float | None:
    if isinstance(value, date):
        return value.strftime("%Y-%m-%d")
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    text = "" if isinstance(value, dict) else cell_text(value)  # outlines are mended elsewhere
    if not text or WITHHELD in text:
        return None
    if name in _CLEANED:
        return text
    if _BODY.match(plain_words(text)):
        return blank_numbers(body_part(text)) or None
    told = _tellable(name, text) or (name in _NAMED_THINGS and not capitalised_pair(text))
    return blank_numbers(text) if told and not tells_name(text) else None


_PLACE_FIELDS = (
    "address_text",
    "commune_code",
    "commune_name",
    "district_name",
    "province_name",
    "lat",
    "lon",
    "coordinates",
)
_CLEANED = frozenset(
    (
        *(*_PLACE_FIELDS, "coordinate_system", "ref", "name", "offenders", "area_text", "note"),
        *("geometry", "decision"),
    )
) - {"commune_code"}
_NAMED_THINGS = frozenset(("kind", "substance", "quantity", "unit", "detected_by", "status"))
_BODY = re.compile(
    r"(?:(?:cong an|ca) (?:xa|phuong|thi|huyen|quan|tinh|tp|thanh pho|dac khu|tt|tx|[xphq]) |"
    r"(?:ca[xphqt]|bo doi|don|bdbp|hai quan|cuc|chi cuc|phong) )"
)


_WORDED = frozenset(("kind", "status", "verified", "is_dwelling", "on_key_route", "home"))
_VOCABULARY = re.compile(
    r"\b(?:ma tuy|chat cam|can sa|trai phep|hanh vi|toi pham|pham (?:toi|phap)|vi pham|tien an"
    r"|trom|cuop|cuop giat|danh bac|co bac|mai dam|gay roi|lua dao|buon lau|giet nguoi|co y"
    r"|thuong tich|vu khi|phao no|tin dung|hang gia|tu diem|diem|phuc tap|nguy co|ban le"
    r"|hoat dong|triet|nghi van|danh sach|theo doi|xac minh|dau tranh|giai quyet|xu ly"
    r"|khong ro|chua ro)\b|^(?:khac|khong|co|chua|da)$"
)
_UNITS = (
    "ngay thang nam quy h gio phut luc khoang vao hoi dau giua cuoi sang trua chieu toi dem lich"
    " den tu i ii iii iv v t z e g gr gam gram kg kgs mg ki ky kilogam vien cay m ha tan goi bich"
    " banh hop tep chai lit ml lo hat hon duoi tren doi tuong nguoi vu diem"
)
_UNIT_WORDS = frozenset(_UNITS.split())
_UNSAID = re.compile(r"(?:hom (?:qua|nay|truoc)|(?:khong|chua) (?:ro|co|xac dinh|biet))")
_LETTERS = re.compile(r"[^\W\d_]+")


def _shown(name: str, value: Any) -> str:
    """A refused value as it may be stored: words that may name a person are withheld."""
    text = cell_text(value)
    if name in ("ref", "geometry"):
        return text
    if isinstance(value, str) and not _tellable(name, text.replace(BLANKED, "")):
        return WITHHELD
    return blank_numbers(text)


def _tellable(name: str, text: str) -> bool:
    """Whether a value has no letters but those that its field can hold."""
    if name in _WORDED and _VOCABULARY.search(plain_words(text)):
        return not tells_name(text)
    letters = _LETTERS.findall(text)
    if not letters or _UNSAID.fullmatch(plain_words(text)):
        return True
    known = _UNIT_WORDS.issuperset(map(compact, letters)) and any(c.isdigit() for c in text)
    return known and not capitalised_pair(text)


def read_cell(row: Row, name: str, parse: Callable[[Any], T]) -> T:
    """Parse a cell, naming its column when it cannot be read."""
    value = row.cells.get(name)
    try:
        return parse(value)
    except UnreadableCellError as error:
        raise RowRefusedError(name, value, str(error)) from None


def needed_cell(row: Row, name: str, parse: Callable[[Any], T | None]) -> T:
    """Parse a cell that the record cannot do without."""
    found = read_cell(row, name, parse)
    if found is None:
        raise RowRefusedError(name, row.cells.get(name), "thiếu: điền ô này rồi nạp lại")
    return found


def row_ref(row: Row, *content: Any) -> str:
    """The reference as written, else one that the content of the row determines."""
    if written := cell_text(row.cells.get("ref")):
        return written
    where = [cell_text(row.cells.get(name)) for name in _PLACE_FIELDS]
    text = "\x1f".join([*map(str, content), *where])
    return f"auto-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def place_query(row: Row, on: date | None) -> PlaceQuery:
    """What the row says of where; an unreadable commune code counts as none."""
    cell = row.cells.get
    try:
        code = parse_commune_code(cell("commune_code"))
    except UnreadableCellError:
        code = None
    return PlaceQuery(
        address=cell("address_text"),
        commune_code=code,
        commune_name=cell("commune_name"),
        district_name=cell("district_name"),
        province_name=cell("province_name"),
        lat_cell=cell("lat"),
        lon_cell=cell("lon"),
        coordinate_cell=cell("coordinates"),
        on=on,
        coordinate_system=cell("coordinate_system"),
    )
