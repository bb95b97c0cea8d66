"""Which rows under a header are records, and what the rows above it say.

What is no record (blank lines, subtotals, repeated headings, numbering, group
headings and signatures) is left out here; the rest is judged later, row by row.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from geo.bodies import body_part, tells_name
from geo.cells import UnreadableCellError, parse_date
from geo.headers import Header
from geo.kept_cells import MAX_TEXT, is_count, kept_cells, kept_columns
from geo.persons import (
    PEOPLE_OR_COUNTS,
    blank_numbers,
    cell_text,
    compact,
    is_blank,
    plain_words,
)
from geo.records import Period
from geo.sheets import RawRow
from geo.terms import Layer


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
        strange = [cell for cell in cells if not is_count(cell)]
        if not strange or (name in _DECLARED and 2 * len(strange) <= len(cells)):
            continue
        columns = {field: k for field, k in header.columns.items() if k != j}
        header = replace(header, columns=columns, dropped=tuple(sorted((*header.dropped, j))))
    return header


_CORE = {
    Layer.INCIDENTS: ("occurred_on",),
    Layer.HOTSPOTS: ("opened_on", "suspected_on", "cleared_on", "re_emerged_on"),
    Layer.INDICATORS: ("commune_code",),
    Layer.SUB_UNITS: ("name",),
    Layer.CAMPAIGNS: ("starts_on", "ends_on"),
    Layer.CORRIDORS: ("valid_from", "decided_on", "geometry"),
    Layer.FACILITIES: ("name",),
}
_SUBTOTAL = re.compile(
    r"(?:[ivx]+ |\d+ )?(?:tong\b|luy ke\b|cong$|cong (?:cong|don|so|theo|toan|trang|cum|muc|vu|cac"
    r"|xa|phuong|thi|dac khu|huyen|quan|tinh|thanh pho|thang|quy|nam|\d|[ivx]+\b))"
)
_PREFILLED = frozenset(("commune_code", "commune_name", "district_name", "province_name"))
_NUMBERING = re.compile(r"\(?(?:\d{1,2}|[A-Za-zĐđ])\)?(?:\s*=.*)?")


def records(
    raw: Sequence[RawRow], header: Header, layer: Layer, epoch_1904: bool
) -> tuple[tuple[Row, ...], tuple[str, ...]]:
    """The rows that are records, and remarks on those that are not."""
    remarks = Remarks()
    above = (cell for row in raw[: header.first] for cell in row)
    remarks.cut.extend("title" for c in above if isinstance(c, str) and len(c) > MAX_TEXT)
    rows = tuple(iter_records(raw[header.end :], header, layer, epoch_1904, remarks))
    return rows, remarks.told()


@dataclass(frozen=True, slots=True)
class Remarks:
    """What is met while rows are read: lines left out, references withheld, texts cut."""

    notes: list[int] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    cut: list[str] = field(default_factory=list)

    def told(self) -> tuple[str, ...]:
        """The remarks as Vietnamese sentences."""
        return (*_on_notes(self.notes), *_on_refs(len(self.withheld)), *_on_cut(len(self.cut)))


def iter_records(
    body: Iterable[RawRow], header: Header, layer: Layer, epoch_1904: bool, remarks: Remarks
) -> Iterator[Row]:
    """The records among the rows below a header, one at a time."""
    named = header.columns
    columns = tuple(kept_columns(named, epoch_1904, remarks.withheld))
    core = [named[name] for name in _CORE[layer] if name in named]
    headings = {part for label in header.labels for part in map(compact, label.split(" / "))}
    width = max(named.values(), default=-1) + 1
    for index, found in enumerate(body, header.end):
        row = found if len(found) >= width else [*found, *[None] * (width - len(found))]
        mark = next((row[j] for j in core if not _is_empty(row[j])), None)
        if mark is None or index <= header.end + 1 or _is_word(mark):
            said = {name: row[j] for name, j in named.items() if not _is_empty(row[j])}
            what = _not_a_record(row, said, mark is not None, headings)
            if what == "note":
                remarks.notes.append(index + 1)
            if what:
                continue
        cells = kept_cells(row, columns, remarks.cut)
        if header.coordinate_system:
            cells.setdefault("coordinate_system", header.coordinate_system)
        yield Row(index + 1, cells)


def _is_empty(value: Any) -> bool:
    """Whether a cell is left out of its row; a float never is."""
    return value.__class__ is not float and is_blank(value)


def _is_word(value: Any) -> bool:
    return isinstance(value, str) and not value.lstrip(" '")[:1].isdigit()


def _not_a_record(
    row: RawRow, cells: Mapping[str, Any], marked: bool, headings: set[str]
) -> str | None:
    """Why a row is no record: empty, a subtotal, a heading again, numbering, or a note."""
    if not cells or (not marked and len(cells) > 1 and _PREFILLED.issuperset(cells)):
        return "empty"
    filled = [cell for cell in row if not is_blank(cell)]
    words = [cell for cell in filled if isinstance(cell, str)]
    if is_subtotal(row) and (not marked or _is_word(words[0])):
        return "subtotal"
    if len(words) > 1 and sum(compact(word) in headings for word in words) * 2 > len(words):
        return "heading"
    if len(filled) > 2 and all(_NUMBERING.fullmatch(cell_text(cell)) for cell in filled):
        return "numbering"
    said = [name for name, cell in cells.items() if isinstance(cell, str)]
    return "note" if not marked and len(said) < 2 and len(cells) < 4 else None


def is_subtotal(row: RawRow) -> bool:
    """Whether a row sums up others: one of its first texts says so."""
    words = [cell for cell in row if isinstance(cell, str) and not is_blank(cell)]
    return any(_SUBTOTAL.match(plain_words(word)) for word in words[:3] if len(word) < 80)


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


def _on_cut(count: int) -> tuple[str, ...]:
    if not count:
        return ()
    most = f"{MAX_TEXT:,}".replace(",", ".")
    return (f"{count} ô dài quá {most} ký tự: chỉ đọc phần đầu. Hãy rút gọn các ô ấy.",)


def title_texts(rows: Sequence[RawRow]) -> tuple[str, ...]:
    """The texts of the rows above the header, without long digit runs."""
    texts = (c[:MAX_TEXT] for row in rows for c in row if isinstance(c, str) and not is_blank(c))
    return tuple(blank_numbers(cell_text(text)) for text in texts)


_BODY = re.compile(
    r"(?:bo (?:cong an|quoc phong|noi vu|y te|tu lenh|tu phap|tai chinh)|cong an|cong doan|ubnd"
    r"|uy ban|ban chi dao|bo doi|bo chi huy|cuc|chi cuc|phong|hai quan|don bien phong|canh sat)\b"
)


_STATED_SOURCE = re.compile(r"\s*(?:Nguồn dữ liệu|Đơn vị lập)\s*:\s*([^\s(…].*)", re.IGNORECASE)


def issuing_body(titles: Sequence[str]) -> str:
    """The body that issued the table: the one stated, else the last title that names one.

    A title "Nguồn dữ liệu: …" or "Đơn vị lập: …" states it and is taken as it stands;
    a title that begins with a body is normalised. Whoever is named after the body is
    left out, and a person alone is no source.

    >>> issuing_body(("BỘ CÔNG AN", "Công an  tỉnh Lâm Đồng (mật)", "DANH SÁCH"))
    'CÔNG AN TỈNH LÂM ĐỒNG'
    """
    for title in titles:
        if (stated := _STATED_SOURCE.match(title)) and (name := _nameless(stated[1])):
            return name
    found = [title for title in titles if _BODY.match(plain_words(title))]
    return body_part(found[-1]).upper() if found else ""


def _nameless(text: str) -> str:
    """A text without the person that stands behind a body; nothing if it names one otherwise."""
    if not tells_name(text):
        return " ".join(text.split())
    return body_part(text) if _BODY.match(plain_words(text)) or _SHORT.match(text) else ""


_SHORT = re.compile(r"\s*CA[XPHQT]?P?\b")


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


def _told(title: str) -> str:
    if not tells_name(title):
        return title
    return body_part(title) if _BODY.match(plain_words(title)) else ""


def restated_titles(titles: Sequence[str], source: str, period: Period | None) -> tuple[str, ...]:
    """Titles from which the same source and period are read again; none that names a person.

    >>> restated_titles(("DANH SÁCH VỤ VIỆC",), "CAX EA BÁ", None)
    ('DANH SÁCH VỤ VIỆC', 'Nguồn dữ liệu: CAX EA BÁ')
    """
    told = [kept for title in titles if (kept := _told(title))]
    if source and issuing_body(told) != source:
        told = [t for t in told if not _STATED_SOURCE.match(t)]
        told.append(f"Nguồn dữ liệu: {source}")
    if period is not None and stated_period(told) != period:
        told = [t for t in told if stated_period([t]) is None]
        told.append(f"Kỳ số liệu: {period.start:%d/%m/%Y} - {period.end:%d/%m/%Y}")
    return tuple(told)
