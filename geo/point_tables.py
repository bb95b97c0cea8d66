"""A table of points as whole columns: `[ref,]lon,lat[,date]`, in one pass.

A million rows are read by Arrow; a file that Arrow cannot take (rows of unequal
length, old encodings, spreadsheets, GeoJSON) goes row by row to the same columns.
A cell that cannot be read is a missing value of its row, never a missing row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import csv

from geo.cells import UnreadableCellError, parse_date
from geo.crs import FloatArray
from geo.delimited import DelimitedText, open_text
from geo.encodings import decode_legacy
from geo.errors import UnusableFileError
from geo.persons import cell_text, compact, is_blank
from geo.sheets import open_workbook

Days = NDArray[np.datetime64]

_SEARCHED_ROWS = 30
_CHUNK = 50_000
_LAST_DAY = date(2100, 12, 31)
_NUMBER = r"^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$"

KNOWN_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "lon": ("lon", "longitude", "lng", "long", "kinhdo", "kinhdowgs84", "lonwgs84", "kd"),
    "lat": ("lat", "latitude", "vido", "vidowgs84", "latwgs84", "vd"),
    "date": (
        *(
            "date",
            "ngay",
            "occurredon",
            "ngayxayra",
            "ngayphathien",
            "ngaythangnam",
            "incidentdate",
        ),
        *("eventdate", "day", "datetime", "timestamp", "thoigian", "ngaythang", "month", "thang"),
    ),
    "ref": (
        *("ref", "ma", "id", "mahoso", "sohoso", "mavuviec", "mavu", "sovu", "madiem", "mahs"),
        *("reference", "incidentid", "code", "so", "stt"),
    ),
}
"""Headings by field as `persons.compact` writes them, the surest first."""

_BEGINNINGS = {"lon": ("kinhdo", "longitude"), "lat": ("vido", "latitude"), "date": ("ngay",)}
_NAMES = {"lon": "kinh độ", "lat": "vĩ độ", "date": "ngày", "ref": "mã"}


@dataclass(frozen=True, slots=True, eq=False)
class PointTable:
    """Columns of equal length, in the order of the rows of the file.

    `lons`, `lats` are WGS 84 degrees, NaN where a cell is empty or no number; `days`
    NaT where there is none. `refs` is an Arrow array of texts, where a row has none
    the number of its line. `headings` names the column taken for each field.
    """

    refs: Any
    lons: FloatArray
    lats: FloatArray
    days: Days
    first_line: int
    headings: Mapping[str, str]
    ignored: tuple[str, ...] = ()

    def __len__(self) -> int:
        return int(self.lons.size)


def read_points(path: Path, columns: Mapping[str, str] | None = None) -> PointTable:
    """Read the points of a delimited text; also of a spreadsheet or a GeoJSON.

    Parameters
    ----------
    columns
        Headings as written in the file by field (`lon`, `lat`, `date`, `ref`); they
        overrule the known ones.

    Raises
    ------
    UnusableFileError
        When the file or its coordinates cannot be used; the message says what to do.
    """
    if _is_blank(path):
        raise UnusableFileError(f"Tệp «{path.name}» trống, không có cả dòng tiêu đề.")
    text = None if _is_workbook(path) else open_text(path)
    rows = partial(_sheet_rows, path) if text is None else text.stream
    at, labels = _find_header(path, islice(rows(), _SEARCHED_ROWS), columns or {})
    chosen = _chosen(path, labels, columns or {})
    cells = None if text is None or at else _by_arrow(text, labels, chosen)
    if cells is None:
        cells = _columns(islice(rows(), at + 1, None), chosen)
    headings = {field: labels[j] for field, j in chosen.items()}
    ignored = tuple(name for j, name in enumerate(labels) if name and j not in chosen.values())
    table = _table(cells, headings, ignored, at + 2)
    _refuse_foreign_coordinates(path, table)
    return table


def _is_blank(path: Path) -> bool:
    with path.open("rb") as file:
        return not file.read(4096).strip(b"\xef\xbb\xbf \t\r\n")


def _is_workbook(path: Path) -> bool:
    with path.open("rb") as file:
        head = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()
    return head.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"{"))


def _sheet_rows(path: Path) -> Iterator[Sequence[Any]]:
    """Rows of the first sheet, or the features of a GeoJSON, without blank ones."""
    for row in open_workbook(path).sheets[0].read(None):
        if not all(map(is_blank, row)):
            yield row


# --- which column is which --------------------------------------------------


def _find_header(
    path: Path, rows: Iterable[Sequence[Any]], columns: Mapping[str, str]
) -> tuple[int, list[str]]:
    """The first row that names longitude and latitude, else the first row with words."""
    first: tuple[int, list[str]] | None = None
    for at, row in enumerate(rows):
        labels = [decode_legacy(cell_text(cell)) for cell in row]
        if (
            _field(labels, "lon", columns) is not None
            and _field(labels, "lat", columns) is not None
        ):
            return at, labels
        if first is None and any(labels):
            first = at, labels
    if first is None:
        raise UnusableFileError(f"Tệp «{path.name}» không có dòng tiêu đề nào.")
    return first


def _field(labels: Sequence[str], field: str, columns: Mapping[str, str]) -> int | None:
    """Position of the column of a field, None where there is none."""
    if field in columns:
        wanted = columns[field]
        same = [j for j, label in enumerate(labels) if label == wanted]
        alike = [j for j, label in enumerate(labels) if compact(label) == compact(wanted)]
        return next(iter([*same, *alike]), None)
    keys = [compact(label) for label in labels]
    for known in KNOWN_HEADINGS[field]:
        if known in keys:
            return keys.index(known)
    for start in _BEGINNINGS.get(field, ()):
        found = [j for j, key in enumerate(keys) if key.startswith(start)]
        if len(found) == 1:
            return found[0]
    return None


def _chosen(path: Path, labels: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    found = {field: _field(labels, field, columns) for field in KNOWN_HEADINGS}
    absent = [f for f, j in found.items() if j is None and (f in ("lon", "lat") or f in columns)]
    if absent:
        names = ", ".join(f"{_NAMES[f]} ({columns.get(f, f)})" for f in absent)
        seen = ", ".join(f"«{label}»" for label in labels[:20] if label)
        raise UnusableFileError(
            f"Tệp «{path.name}» không có cột {names}; đã thấy {seen}: đặt dòng tiêu đề "
            "ref,lon,lat,date hoặc chỉ cột bằng --lon, --lat, --date, --ref. Tệp chỉ có địa chỉ, "
            "tọa độ độ phút giây hay VN-2000 thì chạy lệnh geocode trước."
        )
    return {field: j for field, j in found.items() if j is not None}


def _by_arrow(
    text: DelimitedText, labels: Sequence[str], chosen: Mapping[str, int]
) -> dict[str, Any] | None:
    """The chosen columns as texts, None where the file is not for Arrow."""
    if text.encoding != "utf-8-sig":
        return None
    names = [f"c{j}" for j in range(len(labels))]
    wanted = [names[j] for j in chosen.values()]
    try:
        table = csv.read_csv(
            text.path,
            read_options=csv.ReadOptions(column_names=names, skip_rows_after_names=1),
            parse_options=csv.ParseOptions(delimiter=text.delimiter, newlines_in_values=True),
            convert_options=csv.ConvertOptions(
                include_columns=list(dict.fromkeys(wanted)),
                column_types=dict.fromkeys(wanted, pa.string()),
                strings_can_be_null=False,
            ),
        )
    except pa.ArrowInvalid:
        return None
    return {field: table[names[j]].combine_chunks() for field, j in chosen.items()}


def _columns(rows: Iterable[Sequence[Any]], chosen: Mapping[str, int]) -> dict[str, Any]:
    """The same out of rows of any length, some ten thousand at a time."""
    parts: dict[str, list[Any]] = {field: [] for field in chosen}
    kept: Iterator[Sequence[Any]] = (row for row in rows if row)
    while chunk := list(islice(kept, _CHUNK)):
        for field, j in chosen.items():
            cells = [
                cell_text(row[j]) if j < len(row) and row[j] is not None else "" for row in chunk
            ]
            parts[field].append(pa.array(cells, pa.string()))
    return {f: pa.chunked_array(p, pa.string()).combine_chunks() for f, p in parts.items()}


def _table(
    cells: Mapping[str, Any], headings: Mapping[str, str], ignored: tuple[str, ...], line: int
) -> PointTable:
    lons, lats = _numbers(cells["lon"]), _numbers(cells["lat"])
    n = lons.size
    lines = pc.cast(pa.array(np.arange(line, line + n)), pa.string())
    refs = pc.utf8_trim_whitespace(cells["ref"]) if "ref" in cells else lines
    return PointTable(
        refs=pc.if_else(pc.equal(refs, ""), lines, refs),
        lons=lons,
        lats=lats,
        days=_days(cells["date"]) if "date" in cells else np.full(n, "NaT", dtype="datetime64[D]"),
        first_line=line,
        headings=headings,
        ignored=ignored,
    )


def _numbers(cells: Any) -> FloatArray:
    """Numbers with a point or a comma; NaN for all that is not one."""
    try:
        numbers = pc.cast(cells, pa.float64())
    except pa.ArrowInvalid:
        tidy = pc.replace_substring(pc.utf8_trim_whitespace(cells), ",", ".")
        tidy = pc.utf8_rtrim(tidy, "° ")
        plain = pc.match_substring_regex(tidy, _NUMBER)
        kept = pc.if_else(plain, tidy, pa.scalar(None, pa.string()))
        numbers = pc.cast(pc.utf8_ltrim(kept, "+"), pa.float64())
    found: FloatArray = np.array(numbers.to_numpy(zero_copy_only=False), dtype=np.float64)
    found[~np.isfinite(found)] = np.nan
    return found


def _days(cells: Any) -> Days:
    """Days however they are written; each distinct text is read once."""
    try:
        return np.asarray(pc.cast(cells, pa.date32())).astype("datetime64[D]")
    except pa.ArrowInvalid:
        bare = pc.replace_substring_regex(cells, r"^(\d{4}-\d\d-\d\d)[T ].*$", r"\1")
        coded = bare.dictionary_encode()
        known = np.array([_day(text) for text in coded.dictionary.to_pylist()], "datetime64[D]")
        days: Days = known[np.asarray(coded.indices)]
        return days


def _day(text: str) -> date | None:
    try:
        read = parse_date(text, today=_LAST_DAY)
    except UnreadableCellError:
        return None
    return None if read is None else read.on


# --- coordinates that are none ----------------------------------------------


def _refuse_foreign_coordinates(path: Path, table: PointTable) -> None:
    """Stop at metres and at exchanged columns: most rows would be useless or wrong."""
    lon, lat = np.abs(table.lons), np.abs(table.lats)
    read = np.isfinite(lon) & np.isfinite(lat)
    if not read.any():
        return
    half = read.sum() / 2
    if (read & ((lon > 1000) | (lat > 1000))).sum() > half:
        raise UnusableFileError(
            f"Tọa độ trong tệp «{path.name}» là mét (VN-2000 hoặc UTM), không phải độ: chuyển sang "
            "kinh độ, vĩ độ WGS 84 trước, ví dụ bằng lệnh geocode."
        )
    if (read & (lat > 90) & (lon <= 90)).sum() > half:
        lon_name, lat_name = table.headings["lon"], table.headings["lat"]
        raise UnusableFileError(
            f"Hai cột tọa độ của tệp «{path.name}» bị đổi chỗ: cột «{lon_name}» chứa vĩ độ, cột "
            f"«{lat_name}» chứa kinh độ. Đổi tên hai cột, hoặc thêm --lon «{lat_name}» "
            f"--lat «{lon_name}»."
        )
