"""Files become raw grids: what a file is, whether it is safe, what its cells hold.

The type is told by content, never by suffix. Everything that makes a file
unusable as a whole ends here in an `UnusableFileError` that says what to do.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from geo.delimited import open_text
from geo.encodings import LEARNT_ROWS, Recoding
from geo.errors import UnusableFileError
from geo.features import feature_rows
from geo.vector_files import vector_layers
from geo.vector_parts import holds_layers

RawRow = list[Any]
_SAVE_AS = "mở bằng Excel hoặc LibreOffice, lưu lại thành .xlsx hoặc .csv (UTF-8) rồi nạp lại"
_COPY = "sao chép phần có dữ liệu sang tệp mới rồi nạp lại"
_RECODED = "Chữ ghi theo bảng mã cũ {} đã được đổi sang Unicode."
_SPLIT = "hãy chia thành nhiều tệp nhỏ (mỗi kỳ hoặc mỗi địa bàn một tệp)"


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be before it is refused."""

    max_bytes: int = 200 * 2**20
    max_json_bytes: int = 60 * 2**20
    max_xls_bytes: int = 100 * 2**20
    max_rows: int = 500_000
    max_columns: int = 200
    max_sheets: int = 256
    max_cells: int = 20_000_000
    max_uncompressed_bytes: int = 800 * 2**20
    max_ratio: int = 250


DEFAULT_LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Sheet:
    """One grid; `read(None)` gives all rows, `stream` one at a time, `remarks` what was mended."""

    name: str
    read: Callable[[int | None], list[RawRow]]
    hidden: bool = False
    remarks: Callable[[], tuple[str, ...]] = tuple
    stream: Callable[[], Iterator[RawRow]] | None = None


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a file; a text file has one without a name."""

    sheets: tuple[Sheet, ...]
    warnings: tuple[str, ...] = ()
    epoch_1904: bool = False


def open_workbook(path: Path, limits: Limits = DEFAULT_LIMITS) -> Workbook:
    """Open a spreadsheet, a delimited text, or layers of a map (`geo.vector_files`).

    Raises
    ------
    UnusableFileError
        When the file is missing, empty, too large, protected, of another kind
        or in another encoding; the message says what to do.
    """
    if not path.exists():
        raise UnusableFileError(f"Không có tệp «{path}»: kiểm tra lại đường dẫn.")
    if not path.is_file():
        raise UnusableFileError(f"«{path}» không phải tệp: hãy chỉ đúng một tệp bảng tính.")
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(65536)
    except OSError as error:
        raise _refused(path, f"không mở được: {error.strerror}") from None
    if size > limits.max_bytes:
        much, most = size // 2**20, limits.max_bytes // 2**20
        raise _refused(path, f"lớn {much} MB, quá mức {most} MB: {_SPLIT}")
    opened = _opener(path, head)(path, limits)
    return replace(opened, sheets=tuple(map(_in_unicode, opened.sheets)))


_FOREIGN = {
    b"%PDF": "tệp PDF",
    b"\x89PNG": "ảnh PNG",
    b"\xff\xd8\xff": "ảnh JPEG",
    b"{\\rtf": "văn bản RTF",
    b"\x1f\x8b": "tệp nén gzip",
    b"Rar!": "tệp nén RAR",
    b"7z\xbc\xaf": "tệp nén 7z",
    b"PAR1": "tệp Parquet",
    **dict.fromkeys((b"<!doctype", b"<html", b"<table", b"<?xml"), "trang web hoặc XML"),
}


def _opener(path: Path, head: bytes) -> Callable[[Path, Limits], Workbook]:
    if not head.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise _refused(path, "trống: kiểm tra lại tệp đã lưu")
    if (is_map := holds_layers(path, head)) or head.startswith(b"PK"):
        return _open_layers if is_map else _open_xlsx
    if head.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        return _open_xls
    start = head.removeprefix(BOM_UTF8).lstrip()[:64]
    for magic, name in _FOREIGN.items():
        if head.startswith(magic) or start.lower().startswith(magic):
            raise _foreign(path, name)
    return _open_geojson if re.match(rb'[\[{]\s*["\[{\]}]', start) else _open_text


def _refused(path: Path, what: str) -> UnusableFileError:
    return UnusableFileError(f"Tệp «{path.name}» {what}.")


def _foreign(path: Path, what: str) -> UnusableFileError:
    kinds = "cần XLSX, XLS, CSV, GeoJSON, GPKG, KML hoặc Shapefile (zip); nếu có bảng gốc"
    return _refused(path, f"không phải bảng tính mà là {what}: {kinds}, {_SAVE_AS}")


def _damaged(path: Path) -> UnusableFileError:
    return _refused(path, f"bị hỏng hoặc chưa tải xong: {_SAVE_AS}")


def _protected(path: Path) -> UnusableFileError:
    return _refused(path, "đặt mật khẩu: mở bằng Excel, gỡ mật khẩu, lưu lại rồi nạp lại")


# --- workbooks --------------------------------------------------------------

_IN_ZIP = {"word/": "tệp Word", "ppt/": "tệp PowerPoint", "xl/workbook.bin": "tệp XLSB"}


def _open_xlsx(path: Path, limits: Limits) -> Workbook:
    try:
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if "xl/workbook.xml" not in (name.lower() for name in names):
                kinds = (k for part, k in _IN_ZIP.items() if any(n.startswith(part) for n in names))
                raise _foreign(path, next(kinds, "tệp nén hoặc tài liệu khác"))
            if any(info.flag_bits & 1 for info in archive.infolist()):
                raise _protected(path)
            warnings = _inspect(path, archive, limits)
            book = next(name for name in names if name.lower() == "xl/workbook.xml")
            epoch = re.search(rb'date1904="(1|true)"', archive.read(book))
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError):
        raise _damaged(path) from None
    return _calamine(path, limits, warnings, epoch is not None)


def _inspect(path: Path, archive: zipfile.ZipFile, limits: Limits) -> tuple[str, ...]:
    """Refuse what would not fit in memory, before the reader allocates a full grid for it."""
    infos, total, found = archive.infolist(), 0, set[str]()
    ceiling = min(limits.max_uncompressed_bytes, max(path.stat().st_size, 2**16) * limits.max_ratio)
    bomb = _refused(path, f"bung ra quá lớn (nghi là bom nén hoặc có ô ở tận cùng trang): {_COPY}")
    if sum(info.file_size for info in infos) > ceiling or len(infos) > 10_000:
        raise bomb
    for info in infos:
        rows, columns, begun = 0, 0, set[str]()
        for chunk, fresh in _pieces(archive, info):
            total += fresh
            if "worksheets/" in info.filename:
                reach = _extent(chunk)
                rows, columns = max(rows, reach[0]), max(columns, reach[1])
                begun.update(note for note, (start, _) in _SIGNS.items() if start in chunk)
                found.update(note for note in begun - found if _SIGNS[note][1].search(chunk))
            if total > ceiling or rows * columns > limits.max_cells:
                raise bomb
    return tuple(note for note in _SIGNS if note in found)


_ERROR = re.compile(rb' t="e"')
# Looked for from the first piece with the plain start on: a sheet without it costs little.
_SIGNS = {
    "Có ô công thức chưa có kết quả, được coi là ô trống: mở tệp bằng Excel rồi lưu lại.": (
        b"<f",
        re.compile(rb"(?:</f>|<f[^>]{0,200}/>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"),
    ),
    "Có ô công thức báo lỗi (#REF!, #N/A, …), được coi là ô trống.": (b' t="e"', _ERROR),
}
_CELL_REF = re.compile(rb"""\sr\s*=\s*["']([A-Za-z]{1,3})(\d{1,7})["']""")
_FAR_CELL = re.compile(rb"""\sr\s*=\s*["'][A-Za-z](?:[A-Za-z]{1,2}\d|\d{6})""")


def _extent(chunk: bytes) -> tuple[int, int]:
    """Upper bounds (rows, columns) of the cells named in a piece of sheet XML."""
    if not _FAR_CELL.search(chunk):
        return 99_999, 26
    rows = columns = 1
    for letters, digits in set(_CELL_REF.findall(chunk)):
        number = 0
        for letter in letters.upper():
            number = number * 26 + letter - 64
        rows, columns = max(rows, int(digits)), max(columns, number)
    return rows, columns


def _pieces(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[tuple[bytes, int]]:
    """Pieces of a member, each led by the end of the one before; and their new bytes."""
    tail = b""
    with archive.open(info) as member:
        while piece := member.read(2**20):
            yield tail + piece, len(piece)
            tail = piece[-300:]


def _open_xls(path: Path, limits: Limits) -> Workbook:
    if path.stat().st_size > limits.max_xls_bytes:
        raise _refused(path, f"XLS quá {limits.max_xls_bytes // 2**20} MB: {_SPLIT}")
    data = path.read_bytes()
    streams = ("EncryptedPackage", "WordDocument", "PowerPoint Document", "Workbook", "Book")
    present = [name for name in streams if name.encode("utf-16-le") in data]
    if "EncryptedPackage" in present:
        raise _protected(path)
    if not {"Workbook", "Book"} & set(present):
        raise _foreign(path, "tài liệu Word, PowerPoint hoặc loại khác")
    return _calamine(path, limits, (), False)


def _calamine(path: Path, limits: Limits, warnings: tuple[str, ...], epoch_1904: bool) -> Workbook:
    try:
        with path.open("rb") as file:
            book = CalamineWorkbook.from_filelike(file)
    except PasswordError:
        raise _protected(path) from None
    except CalamineError:
        raise _damaged(path) from None
    if (n := len(book.sheets_metadata)) > limits.max_sheets:
        raise _refused(path, f"có {n} trang, quá mức {limits.max_sheets}: {_SPLIT}")
    load = lru_cache(maxsize=1)(book.get_sheet_by_name)

    def read(name: str, n: int | None) -> list[RawRow]:
        try:
            return list(load(name).to_python(skip_empty_area=False, nrows=n))
        except CalamineError:
            raise _damaged(path) from None

    sheets = (
        Sheet(meta.name, partial(read, meta.name), meta.visible != SheetVisibleEnum.Visible)
        for meta in book.sheets_metadata
        if meta.typ == SheetTypeEnum.WorkSheet
    )
    return Workbook(tuple(sheets), warnings, epoch_1904)


# --- text and GeoJSON -------------------------------------------------------


def _open_text(path: Path, limits: Limits) -> Workbook:
    text, most = open_text(path), limits.max_rows + 1
    return Workbook((Sheet("", lambda n: list(text.rows(n or most)), stream=text.stream),))


def _open_geojson(path: Path, limits: Limits) -> Workbook:
    if path.stat().st_size > limits.max_json_bytes:
        raise _refused(path, f"GeoJSON quá {limits.max_json_bytes // 2**20} MB: {_SPLIT}")
    rows = feature_rows(path)
    return Workbook((Sheet("", lambda n: rows[:n]),))


def _open_layers(path: Path, limits: Limits) -> Workbook:
    layers = vector_layers(path, max_rows=limits.max_rows)
    sheets = (Sheet(each.name, each.first) for each in layers)
    return Workbook(tuple(sheets), tuple({said: 0 for each in layers for said in each.remarks}))


def _in_unicode(sheet: Sheet) -> Sheet:
    """The sheet with cells in old encodings decoded, as its first rows teach."""
    learnt = cache(lambda: Recoding.learnt(sheet.read(LEARNT_ROWS)))

    def read(n: int | None) -> list[RawRow]:
        return [*map(learnt().row, sheet.read(n))]

    def remarks() -> tuple[str, ...]:
        names = ", ".join(learnt().found)
        return (_RECODED.format(names),) if names else ()

    raw = sheet.stream
    stream = (lambda: map(learnt().row, raw())) if raw else None
    return replace(sheet, read=read, remarks=remarks, stream=stream)
