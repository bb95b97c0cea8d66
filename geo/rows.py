"""Which rows under a header are records, and what the rows above it say.

What is no record (blank lines, subtotals, repeated headings, numbering, group
headings and signatures) is left out here; the rest is judged later, row by row.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache, partial
from typing import Any

from geo.cells import UnreadableCellError, parse_count, parse_date
from geo.headers import Header
from geo.persons import (
    PEOPLE_OR_COUNTS,
    WITHHELD,
    blank_names,
    blank_numbers,
    cell_text,
    compact,
    identifies_person,
    is_blank,
    plain_words,
)
from geo.records import Period
from geo.sheets import RawRow
from geo.terms import Layer

_FREE_TEXT = ("address_text", "name", "commune_name", "district_name", "province_name")
_KEPT_AS_IS = frozenset(("quantity", "commune_code"))
_COORDINATES = frozenset(("lat", "lon", "coordinates"))
_DATES = frozenset(
    ("occurred_on", "opened_on", "suspected_on", "cleared_on", "re_emerged_on", "delisted_on")
)


@dataclass(frozen=True, slots=True)
class Row:
    """The understood, non-empty cells of a physical line."""

    line: int
    cells: Mapping[str, Any]


_DECLARED = ("dependents", "users", "offenders_arrested")


def without_names(header: Header, raw: Sequence[RawRow]) -> Header:
    """Drop a column "Đối tượng" that holds names (or "Số ĐT", phones) and not counts.

    One name is enough among incidents; a declared count that cannot be read is
    no reason to lose the others.
    """
    for name in ("offenders", *_DECLARED):
        j = header.columns.get(name)
        if j is None or compact(header.labels[j]) not in PEOPLE_OR_COUNTS:
            continue
        cells = [row[j] for row in raw[header.end : header.end + 500] if j < len(row)]
        cells = [c for c in cells if not _SUBTOTAL.match(plain_words(cell_text(c)))]
        strange = [cell for cell in cells if not _is_count(cell)]
        if not strange or (name in _DECLARED and 2 * len(strange) <= len(cells)):
            continue
        columns = {field: k for field, k in header.columns.items() if k != j}
        header = replace(header, columns=columns, dropped=tuple(sorted((*header.dropped, j))))
    return header


def _is_count(value: Any) -> bool:
    try:
        parse_count(value, maximum=9999)
    except UnreadableCellError:
        return False
    return True


_CORE = {
    Layer.INCIDENTS: ("occurred_on",),
    Layer.HOTSPOTS: ("opened_on", "suspected_on", "cleared_on", "re_emerged_on"),
    Layer.INDICATORS: ("commune_code",),
}
_SUBTOTAL = re.compile(
    r"(?:[ivx]+ |\d+ )?(?:tong\b|luy ke\b|cong$|cong (?:cong|don|so|theo|toan|trang|cum|muc|vu|cac"
    r"|xa|phuong|thi|dac khu|huyen|quan|tinh|thanh pho|thang|quy|nam|\d|[ivx]+\b))"
)
_NUMBERING = re.compile(r"\(?(?:\d{1,2}|[A-Za-zĐđ])\)?(?:\s*=.*)?")


def records(
    raw: Sequence[RawRow], header: Header, layer: Layer, epoch_1904: bool
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows that are records, and remarks on those that are not."""
    named = header.columns
    withheld: list[str] = []
    columns = tuple(_columns(named, 1462 if epoch_1904 else 0, withheld))
    core = [named[name] for name in _CORE[layer] if name in named]
    headings = {part for label in header.labels for part in map(compact, label.split(" / "))}
    width = max(named.values(), default=-1) + 1
    rows, notes = [], []
    for index in range(header.end, len(raw)):
        row = raw[index]
        if len(row) < width:
            row = [*row, *[None] * (width - len(row))]
        mark = next((row[j] for j in core if not _is_empty(row[j])), None)
        if mark is None or index <= header.end + 1 or _is_word(mark):
            said = {name: row[j] for name, j in named.items() if not _is_empty(row[j])}
            what = _not_a_record(row, said, mark is not None, headings)
            if what == "note":
                notes.append(index + 1)
            if what:
                continue
        rows.append(Row(index + 1, _kept(row, columns)))
    return tuple(rows), (*_on_notes(notes), *_on_refs(len(withheld)))


def _is_empty(value: Any) -> bool:
    """Whether a cell is left out of its row; a float never is."""
    return value.__class__ is not float and is_blank(value)


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and not value.lstrip(" '")[:1].isdigit()


def _not_a_record(
    row: RawRow, cells: Mapping[str, Any], marked: bool, headings: set[str]
) -> str | None:
    """Why a row is no record: empty, a subtotal, a heading again, numbering, or a note."""
    if not cells:
        return "empty"
    filled = [cell for cell in row if not is_blank(cell)]
    words = [cell for cell in filled if isinstance(cell, str)]
    if any(_SUBTOTAL.match(plain_words(word)) for word in words[:3] if len(word) < 80) and (
        not marked or _is_word(words[0])
    ):
        return "subtotal"
    if len(words) > 1 and sum(compact(word) in headings for word in words) * 2 > len(words):
        return "heading"
    if len(filled) > 2 and all(_NUMBERING.fullmatch(cell_text(cell)) for cell in filled):
        return "numbering"
    said = [name for name, cell in cells.items() if isinstance(cell, str)]
    return "note" if not marked and len(said) < 2 and len(cells) < 4 else None


def _on_notes(lines: Sequence[int]) -> tuple[str, ...]:
    if not lines:
        return ()
    shown = ", ".join(map(str, lines[:10])) + (", …" if len(lines) > 10 else "")
    return (f"Bỏ qua {len(lines)} dòng không phải bản ghi (tên nhóm, chữ ký, ghi chú): {shown}.",)


def _on_refs(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    return (
        f"{count} dòng ghi số giấy tờ, điện thoại hoặc họ tên vào cột mã: không lưu, mã được tạo "
        "từ nội dung dòng. Hãy điền mã hồ sơ.",
    )


# A field, its position, and what is kept of a text and of another value in it.
_Column = tuple[str, int, Callable[[str], str | None], Callable[[Any], Any] | None]


def _columns(named: Mapping[str, int], shift: int, withheld: list[str]) -> Iterator[_Column]:
    """No long digit runs in words, no names among counts, serial days of the 1900 calendar.

    Texts that come back row after row are cleaned once a table. A reference that
    identifies a person is left out and its field goes to `withheld`.
    """
    words, counts = lru_cache(8192)(_without_numbers), lru_cache(8192)(_count_only)
    for name, j in named.items():
        if name in _KEPT_AS_IS:
            yield name, j, _as_is, None
        elif name == "ref":
            reference = partial(_reference, withheld)
            yield name, j, reference, reference
        elif name in _COORDINATES:
            yield name, j, _coordinate, _coordinate_number
        elif name in _FREE_TEXT:
            yield name, j, _without_persons, cell_text
        elif name in _DATES and shift:
            yield name, j, words, partial(_shifted, shift)
        else:
            yield name, j, counts if name == "offenders" else words, None


def _kept(row: RawRow, columns: Sequence[_Column]) -> dict[str, Any]:
    """The cells of a record that hold something, cleaned."""
    cells = {}
    for name, j, text, other in columns:
        value = row[j]
        if isinstance(value, str):
            if value and (kept := text(value)) is not None:
                cells[name] = kept
        elif value is not None:
            cells[name] = other(value) if other else value
    return cells


def _as_is(text: str) -> str | None:
    return None if is_blank(text) else text


def _reference(withheld: list[str], value: Any) -> Any:
    if is_blank(value):
        return None
    if identifies_person(cell_text(value)):
        withheld.append("ref")
        return None
    return value


_LETTERS = re.compile(r"[^\W\d_]{2,}")
_PHONE = re.compile(r"\s*\+?(?:84|0)\d{2,3}[\s.-]?\d{3}[\s.-]?\d{3,4}\s*|\D*\d{9,}\D*")
_BEARINGS = (
    "nam bac dong tay vi kinh do phut giay lat lon lng long latitude longitude deg degree degrees"
    " min sec toa km utm zone wgs vn gps va and vd kd"
)
_BEARING_WORDS = frozenset(_BEARINGS.split())


def _coordinate(text: str) -> str | None:
    """A coordinate as written, None when it is words or a phone."""
    if is_blank(text) or _PHONE.fullmatch(text):
        return None
    words = _LETTERS.findall(text)
    if not words or (re.search(r"\d", text) and _BEARING_WORDS.issuperset(map(compact, words))):
        return text
    return None


def _coordinate_number(value: Any) -> Any:
    return value if not isinstance(value, int | float) or abs(value) < 1e8 else None


def _without_persons(text: str) -> str | None:
    return None if is_blank(text) else blank_names(blank_numbers(cell_text(text)))


def _without_numbers(text: str) -> str | None:
    return None if is_blank(text) else blank_numbers(cell_text(text))


def _count_only(text: str) -> str | None:
    kept = _without_numbers(text)
    if kept is None or _is_count(kept):
        return kept
    return WITHHELD if re.search(r"[^\W\d_]", kept) else kept


def _shifted(shift: int, value: Any) -> Any:
    return value + shift if isinstance(value, float) and value > 9999 else value


def title_texts(rows: Sequence[RawRow]) -> tuple[str, ...]:
    """The texts of the rows above the header, without long digit runs."""
    texts = (cell_text(c) for row in rows for c in row if isinstance(c, str) and not is_blank(c))
    return tuple(blank_numbers(text) for text in texts)


_BODY = re.compile(
    r"(?:bo |cong an|cong doan|ubnd|uy ban|ban chi dao|bo doi|bo chi huy|cuc|chi cuc|phong|hai quan"
    r"|so |don bien phong|canh sat)\b"
)


def issuing_body(titles: Sequence[str]) -> str:
    """The body that issued the table: the last title that begins with one, normalised.

    >>> issuing_body(("BỘ CÔNG AN", "Công an  tỉnh Lâm Đồng (mật)", "DANH SÁCH"))
    'CÔNG AN TỈNH LÂM ĐỒNG'
    """
    found = [title for title in titles if _BODY.match(plain_words(title))]
    name = re.sub(r"\(.*?\)", " ", found[-1]) if found else ""
    return " ".join(name.upper().split()).strip(" -–_.:,")


_DAY = r"\d{1,2}\s*[/.\-]\s*\d{1,2}\s*[/.\-]\s*\d{4}"


def stated_period(titles: Sequence[str]) -> Period | None:
    """The period a title row states by its two days.

    >>> stated_period(("BIỂU SỐ LIỆU kỳ 15/12/2025 - 14/12/2026",)).end
    datetime.date(2026, 12, 14)
    """
    for title in titles:
        days = re.findall(_DAY, title)
        if len(days) == 2:
            try:
                start, end = (parse_date(day, today=date.max) for day in days)
            except UnreadableCellError:
                continue
            if start and end and start.on <= end.on:
                return Period(start.on, end.on)
    return None
