"""Where each row of a file says it was, for files that are placed and not stored.

Takes what an import takes, and plain lists of addresses besides. Nothing but
the place, the day and the reference of a row is read, so a row that an import
would refuse for another reason is there too. Text files are read as they go:
memory does not grow with their length.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import chain, islice
from pathlib import Path
from typing import Any

from geo.cells import UnreadableCellError, parse_date
from geo.drafts import place_query
from geo.errors import UnusableFileError
from geo.headers import Header, field_names, header_at, missing_columns
from geo.kept_cells import kept_cells, kept_columns
from geo.persons import cell_text, compact, holds_name, is_blank, names_people
from geo.records import PlaceQuery
from geo.rows import Remarks, Row, is_subtotal, iter_records, without_names
from geo.sheets import DEFAULT_LIMITS, RawRow, Sheet, Workbook, open_workbook
from geo.tables import checked_mapping, choose_sheet, sheets_to_read
from geo.terms import Layer

_LIMITS = replace(DEFAULT_LIMITS, max_bytes=2**40)
_HEAD_ROWS = 600
_LAYERS = (Layer.INCIDENTS, Layer.HOTSPOTS)
_WORDS = ("address_text", "commune_code", "commune_name", "district_name", "province_name")
_POINT = ("lat", "lon", "coordinates")
_PLACE = frozenset((*_WORDS, *_POINT))
_BARE = frozenset(("ref", "lat", "lon"))
_BESIDE_COLUMN = frozenset((*_POINT, "coordinate_system", "ref", "occurred_on", "address_text"))
_DAYS = ("delisted_on", "re_emerged_on", "cleared_on", "opened_on", "suspected_on", "occurred_on")


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A data row: its physical line, its reference and what it says of where it was.

    Without a reference the line stands for it.
    """

    line: int
    ref: str
    query: PlaceQuery


@dataclass(frozen=True, slots=True)
class BareRows:
    """Raw rows of which only references, latitudes and longitudes count, by `columns`.

    `read(line, row)` makes a row of one of them as `PlaceList.rows` would, None
    where it is no data row. The first has the physical line `first_line`.
    """

    columns: Mapping[str, int]
    first_line: int
    rows: Iterator[RawRow]
    read: Callable[[int, RawRow], PlaceRow | None]


@dataclass(frozen=True, slots=True)
class PlaceList:
    """The data rows of a file in their order, to be read once.

    `about` estimates how many there are; `fields` says what was understood.
    `bare`: the same rows where they hold but points; a caller reads one of the two.
    """

    sheet: str
    fields: tuple[str, ...]
    dropped_columns: tuple[str, ...]
    warnings: tuple[str, ...]
    about: int
    rows: Iterator[PlaceRow]
    bare: BareRows | None = None


def read_places(
    path: Path,
    *,
    column: str | None = None,
    sheet: str | None = None,
    mapping: Mapping[str, str] | None = None,
) -> PlaceList:
    """Open a file for placing its rows.

    Parameters
    ----------
    path : Path
        CSV, XLSX, XLS or GeoJSON: a table of incidents or hotspots as an import
        takes it, or any table with columns of a place.
    column : str, optional
        Heading of the column with the address; of the others only reference,
        coordinates and day are then used.
    sheet : str, optional
        Name of a worksheet.
    mapping : mapping of str to str, optional
        Per field the heading as written in the file.

    Raises
    ------
    UnusableFileError
        When nothing of the file can be used; the message says what to do.
    """
    workbook = open_workbook(path, _LIMITS)
    if column is None:
        chosen, header, layer = _recognised(path, workbook, mapping or {}, sheet)
    else:
        chosen, header, layer = (*_beside(path, workbook, column, sheet), None)
    return _opened(path, workbook, chosen, header=header, layer=layer)


def _opened(
    path: Path, workbook: Workbook, chosen: Sheet, *, header: Header, layer: Layer | None
) -> PlaceList:
    opened = iter(chosen.stream() if chosen.stream else chosen.read(None))
    head = list(islice(opened, header.end + _HEAD_ROWS))
    header = without_names(header, head)
    body: Iterator[RawRow] = chain(head[header.end :], opened)
    if chosen.stream and len(header.labels) == 1:  # a list whose addresses have bare commas
        body = map(_whole, body)
    return PlaceList(
        sheet=chosen.name,
        fields=tuple(header.columns),
        dropped_columns=tuple(header.labels[j] for j in header.dropped),
        warnings=(*workbook.warnings, *chosen.remarks()),
        about=_about(path) if chosen.stream else len(chosen.read(None)) - header.end,
        rows=_places(body, header, layer, workbook.epoch_1904),
        bare=_bare(body, header) if layer is None else None,
    )


def _whole(row: RawRow) -> RawRow:
    return row if len(row) < 2 else [", ".join(cell_text(cell) for cell in row if cell)]


def _bare(body: Iterator[RawRow], header: Header) -> BareRows | None:
    columns = header.columns
    if header.coordinate_system or not {"lat", "lon"} <= columns.keys() <= _BARE:
        return None

    def read(line: int, row: RawRow) -> PlaceRow | None:
        above = replace(header, first=line - 1 - header.depth)
        return next(_places([row], above, None, epoch_1904=False), None)

    return BareRows(columns, header.end + 1, body, read)


def _about(path: Path) -> int:
    with path.open("rb") as file:
        return sum(piece.count(b"\n") for piece in iter(lambda: file.read(2**20), b""))


def _recognised(
    path: Path, workbook: Workbook, mapping: Mapping[str, str], sheet: str | None
) -> tuple[Sheet, Header, Layer | None]:
    """The table whose header explains most; its layer where an import would take it."""
    found, refused = [], []
    for layer in _LAYERS:
        try:
            wanted = checked_mapping(_of_layer(mapping, layer), layer)
            chosen = choose_sheet(path, workbook, layer, wanted, sheet=sheet, limits=_LIMITS)
        except UnusableFileError as error:
            refused.append(error)
        else:
            whole = not missing_columns(chosen[1], layer)
            found.append((*chosen, layer if whole else None))
    if not found:
        found = [(*single, None) for single in _single(path, workbook, sheet)]
    best = max(found, key=lambda table: table[1].fit, default=None)
    if best is None:
        raise UnusableFileError(
            f"{refused[0]} Với danh sách địa chỉ: chỉ cột địa chỉ bằng --column TÊN."
        )
    if _PLACE.isdisjoint(best[1].columns):
        raise UnusableFileError(
            f"Tệp «{path.name}» không có cột nào nói nơi xảy ra (Địa điểm, Xã, Tỉnh, Vĩ độ, Kinh "
            "độ): đặt lại tên cột, hoặc chỉ cột địa chỉ bằng --column."
        )
    return best


def _of_layer(mapping: Mapping[str, str], layer: Layer) -> Mapping[str, str]:
    """The part of a mapping that a layer knows; what none knows is refused by the first."""
    known = {name for other in _LAYERS for name in field_names(other)}
    mine = field_names(layer)
    return {name: text for name, text in mapping.items() if name in mine or name not in known}


def _single(path: Path, workbook: Workbook, sheet: str | None) -> Iterator[tuple[Sheet, Header]]:
    """A table of one understood column has it in its first row."""
    for candidate in sheets_to_read(path, workbook, sheet):
        rows = candidate.read(80)
        first = next((i for i, row in enumerate(rows) if not all(map(is_blank, row))), None)
        if first is not None:
            header = header_at(rows, first, Layer.INCIDENTS)
            if not _PLACE.isdisjoint(header.columns):
                yield candidate, header


def _beside(path: Path, workbook: Workbook, column: str, sheet: str | None) -> tuple[Sheet, Header]:
    """The first row that has the heading asked for, and what helps to place an address."""
    if names_people((column,)):
        raise UnusableFileError(
            f"--column: cột «{column}» nêu thông tin cá nhân nên không được đọc; hãy chỉ cột khác."
        )
    seen: list[str] = []
    for candidate in sheets_to_read(path, workbook, sheet):
        rows = candidate.read(80)
        for index, row in enumerate(rows):
            labels = [cell_text(cell) for cell in row]
            seen = seen or [label for label in labels if label]
            if compact(column) in map(compact, labels):
                wanted = {"address_text": column}
                header = header_at(rows, index, Layer.INCIDENTS, wanted)
                kept = {n: j for n, j in header.columns.items() if n in _BESIDE_COLUMN}
                return candidate, replace(header, columns=kept)
    shown = ", ".join(f"«{label}»" for label in seen[:20] if not names_people((label,)))
    raise UnusableFileError(
        f"Tệp «{path.name}» không có cột «{column}»; dòng đầu có {shown}: chỉ đúng tên cột bằng "
        "--column."
    )


def _places(
    body: Iterable[RawRow], header: Header, layer: Layer | None, epoch_1904: bool
) -> Iterator[PlaceRow]:
    days = tuple(name for name in _DAYS if name in header.columns)
    found = (
        _listed(body, header, epoch_1904)
        if layer is None
        else _recorded(body, header, layer, epoch_1904)
    )
    for row, written in found:
        query = place_query(row, _day(row.cells, days) if days else None)
        yield PlaceRow(row.line, _ref(written, row.line), query)


def _recorded(
    body: Iterable[RawRow], header: Header, layer: Layer, epoch_1904: bool
) -> Iterator[tuple[Row, Any]]:
    """The records of a table as an import finds them, and their references as written."""
    last: list[RawRow] = [[]]

    def watched() -> Iterator[RawRow]:
        for raw in body:
            last[0] = raw
            yield raw

    at = header.columns.get("ref")
    for row in iter_records(watched(), header, layer, epoch_1904, Remarks()):
        yield row, last[0][at] if at is not None and at < len(last[0]) else None


def _listed(body: Iterable[RawRow], header: Header, epoch_1904: bool) -> Iterator[tuple[Row, Any]]:
    """Every row of a list that is neither blank nor a sum of others, and its reference."""
    at = header.columns.get("ref")
    kept = {name: j for name, j in header.columns.items() if name != "ref"}
    columns = tuple(kept_columns(kept, epoch_1904, []))
    width = max(header.columns.values(), default=-1) + 1
    alone = len(header.labels) == 1
    for line, found in enumerate(body, header.end + 1):
        row = found if len(found) >= width else [*found, *[None] * (width - len(found))]
        cells = kept_cells(row, columns)
        written = None if at is None else row[at]
        if not cells and is_blank(written) and not (alone and found):
            continue
        if _PLACE.isdisjoint(cells) and is_subtotal(found):
            continue
        if header.coordinate_system:
            cells.setdefault("coordinate_system", header.coordinate_system)
        yield Row(line, cells), written


def _ref(written: Any, line: int) -> str:
    """The reference as written: the file returns to whom it came from; a name is no reference."""
    text = "" if is_blank(written) else cell_text(written)
    return str(line) if not text or (not _DIGIT.search(text) and holds_name(text)) else text


_DIGIT = re.compile("[0-9]")


def _day(cells: Mapping[str, Any], names: Iterable[str]) -> date | None:
    """The latest readable day of a row, which decides the map that is tried first."""
    for name in names:
        try:
            dated = parse_date(cells.get(name), today=date.max)
        except UnreadableCellError:
            continue
        if dated is not None:
            return dated.on
    return None
