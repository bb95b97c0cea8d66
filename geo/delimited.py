"""Delimited text: which encoding, which separator, which rows."""

from __future__ import annotations

import csv
import re
import unicodedata
from codecs import BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from geo.encodings import decode_legacy, legacy_share, vietnamese_share
from geo.errors import UnusableFileError

_GARBLED = (
    "Tệp «{}» sai bảng mã chữ, không phải TCVN3 hay VNI, hoặc đã hỏng: chuyển sang Unicode (ví dụ "
    "bằng UniKey), lưu CSV UTF-8 rồi nạp lại."
)
_BINARY = (
    "Tệp «{}» không phải tệp chữ hay bảng tính (dữ liệu nhị phân): cần XLSX, XLS, CSV hoặc GeoJSON."
)
_TOO_FULL = (
    "Tệp «{}» có quá nhiều ô (dấu phân cách thừa ở cuối dòng?): chỉ giữ các cột cần nạp rồi lưu "
    "lại."
)
_MAX_FIELD = 2**17
_WIDEST = 2**14
"""Cells of a record; a worksheet has no more columns."""

_MOST_CELLS = 20_000_000
"""Cells of a file that are kept in memory together."""

_SAMPLED_BYTES = 2**18


@dataclass(frozen=True, slots=True)
class DelimitedText:
    """A text file whose encoding and separator are known."""

    path: Path
    encoding: str
    delimiter: str

    def rows(self, most: int) -> list[list[str]]:
        """The first `most` records in NFC; a record may span lines inside quotes.

        Raises
        ------
        UnusableFileError
            When quotes or characters are broken.
        """
        found, cells = [], 0
        for record in islice(self.stream(), most):
            cells += len(record)
            if cells > _MOST_CELLS:
                raise UnusableFileError(_TOO_FULL.format(self.path.name))
            found.append(record)
        return found

    def stream(self) -> Iterator[list[str]]:
        """The same records one at a time, for a file of any length."""
        csv.field_size_limit(_MAX_FIELD)
        try:
            with self.path.open(encoding=self.encoding, newline="") as file:
                pieces = iter(partial(file.readline, 8 * _MAX_FIELD), "")
                lines = (
                    piece if piece.isascii() else unicodedata.normalize("NFC", piece)
                    for piece in pieces
                )
                for record in csv.reader(lines, delimiter=self.delimiter):
                    if len(record) > _WIDEST:
                        raise UnusableFileError(_TOO_FULL.format(self.path.name))
                    yield record
        except (csv.Error, UnicodeError):
            raise UnusableFileError(
                f"Tệp «{self.path.name}» không đọc được như CSV (ô quá dài, dấu nháy không đóng "
                "hoặc ký tự hỏng): lưu lại từ Excel thành CSV UTF-8 hoặc .xlsx."
            ) from None


def open_text(path: Path) -> DelimitedText:
    """Find encoding and separator of a text file.

    Raises
    ------
    UnusableFileError
        When it is binary, or its letters are damaged.
    """
    encoding = _encoding(path)
    with path.open(encoding=encoding, newline="", errors="replace") as file:
        sample = file.read(65536)
    if sum(c < " " and c not in "\t\r\n\f" for c in sample) > len(sample) // 200:
        raise UnusableFileError(_BINARY.format(path.name))
    if is_garbled(" ".join(map(decode_legacy, re.split(r"[;\t,|\n]", sample)))):
        raise UnusableFileError(_GARBLED.format(path.name))
    return DelimitedText(path, encoding, _delimiter(sample))


_FOREIGN_LETTERS = frozenset("äåæçëïîñöøßûüÿœšžÄÅÆÇËÏÎÑÖØÛÜŸŒŠŽÞþðƒˆ\ufffd")


def is_garbled(text: str) -> bool:
    """Whether Vietnamese was saved in an old encoding and is now symbols inside words.

    >>> is_garbled("T©n Ch©u, An Phó, Ch©u §èc"), is_garbled("Tân Châu, An Phú")
    (True, False)
    """
    text = unicodedata.normalize("NFC", text)
    beyond = sum(c > "\x7f" for c in text)
    strange = sum(c in _FOREIGN_LETTERS or "\x80" <= c <= "\x9f" for c in text)
    strange += len(re.findall(r"(?<=[A-Za-z])[¡-¶¸-¿×÷‰‹]|[¡-¶¸-¿×÷](?=[a-z])", text))
    return strange > 2 and strange > beyond * 0.1


def _encoding(path: Path) -> str:
    """UTF-16 and UTF-8 by mark or by content; else a Windows page: old fonts, or Vietnamese."""
    with path.open("rb") as file:
        head = file.read(4096)
        if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
            return "utf-16"
        if head[1::2].count(0) > len(head) // 4 or head[::2].count(0) > len(head) // 4:
            return "utf-16-le" if head[1::2].count(0) > head[::2].count(0) else "utf-16-be"
        if sum(byte < 32 and byte not in b"\t\r\n\f" for byte in head) > len(head) // 200:
            raise UnusableFileError(_BINARY.format(path.name))
        if _decodes(file, "utf-8-sig"):
            return "utf-8-sig"
        file.seek(0)
        pages = _pages(file.read(_SAMPLED_BYTES))
        for encoding in pages:
            if _decodes(file, encoding):
                return encoding
    raise UnusableFileError(_GARBLED.format(path.name))


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = getincrementaldecoder(encoding)()
    file.seek(0)
    try:
        for piece in iter(partial(file.read, 2**20), b""):
            decoder.decode(piece)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _pages(sample: bytes) -> tuple[str, ...]:
    """The Windows pages to try: bytes of the old fonts are in the western one."""
    western = sample.decode("cp1252", errors="replace")
    vietnamese = unicodedata.normalize("NFC", sample.decode("cp1258", errors="replace"))
    legacy = legacy_share(western) > max(0.5, vietnamese_share(vietnamese))
    return ("cp1252", "latin-1") if legacy else ("cp1258",)


def _delimiter(sample: str) -> str:
    """The separator that cuts most rows into the same number of cells, two or more."""
    if m := re.match(r"sep=(.)", sample):
        return m[1]
    best, best_score = ",", (0.0, 0)
    for mark in ";\t,|":
        rows = [row for row in csv.reader(sample.splitlines()[:200], delimiter=mark) if any(row)]
        widths = Counter(len(row) for row in rows if len(row) > 1)
        width, rows_of_width = max(widths.items(), key=lambda w: (w[1], w[0]), default=(0, 0))
        score = (round(rows_of_width / max(len(rows), 1), 1), width)
        if score > best_score:
            best, best_score = mark, score
    return best
