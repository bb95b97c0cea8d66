"""The parts of a map file laid out for reading: told by content, unpacked within limits.

Nothing is trusted: only the parts that make up a layer are unpacked, under names of our own.
"""

from __future__ import annotations

import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

SQLITE = b"SQLite format 3\0"
LONE_SHAPE = b"\0\0\x27\x0a"
"""How a .shp begins."""

MAX_BYTES = 200 * 2**20
"""Of a file that is a layer itself, and of the unpacked parts of a layer, all together."""

MAX_RATIO = 200
MAX_PARTS = 5_000

_KML = re.compile(rb"<(?:\w+:)?kml[\s>]", re.IGNORECASE)
_OF_SHAPE = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_WHOLE = (".gpkg", ".kml")

DAMAGED = "bị hỏng hoặc chưa tải xong: xuất lại lớp dữ liệu"
TOO_LARGE = f"lớn quá {MAX_BYTES // 2**20} MB: chia thành nhiều tệp nhỏ"
BOMB = "bung ra quá lớn: chỉ nén các tệp của lớp cần nạp (.shp, .shx, .dbf, .prj, .cpg)"
LOCKED = "đặt mật khẩu: nén lại không mật khẩu"
LONE = "chỉ là phần hình của Shapefile: nén các tệp .shp, .shx, .dbf, .prj vào một tệp .zip"


class LayerError(Exception):
    """What is wrong with a map file, to go after its name."""


def holds_layers(path: Path, head: bytes) -> bool:
    """Whether a file, by its first bytes, is one that `vector_layers` reads or refuses."""
    if head.startswith((SQLITE, LONE_SHAPE)) or _KML.search(head[:4096]):
        return True
    if not head.startswith(b"PK"):
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            names = [name.lower() for name in archive.namelist()]
    except (zipfile.BadZipFile, OSError):
        return False
    return "xl/workbook.xml" not in names and any(n.endswith((".shp", *_WHOLE)) for n in names)


def laid_out(path: Path, folder: Path) -> list[tuple[Path, str]]:
    """Files that hold layers, under names of our own in a folder, each with the name it had.

    Raises
    ------
    LayerError
        If the file is damaged, locked, lacks parts, or is too large unpacked.
    """
    with path.open("rb") as file:
        head = file.read(65536)
    if head.startswith(LONE_SHAPE):
        raise LayerError(LONE)
    if head.startswith(b"PK"):
        return _unpacked(path, folder)
    if path.stat().st_size > MAX_BYTES:
        raise LayerError(TOO_LARGE)
    copy = folder / ("0.gpkg" if head.startswith(SQLITE) else "0.kml")
    shutil.copyfile(path, copy)
    return [(copy, path.stem)]


def _unpacked(path: Path, folder: Path) -> list[tuple[Path, str]]:
    try:
        with zipfile.ZipFile(path) as archive:
            wanted = list(_wanted(archive.infolist()))
            _refuse_bombs(wanted, path.stat().st_size)
            names = {stem: str(n) for n, stem in enumerate(dict.fromkeys(s for s, _, _ in wanted))}
            for stem, suffix, info in wanted:
                _unpack(archive, info, folder / f"{names[stem]}{suffix}")
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError):
        raise LayerError(DAMAGED) from None
    whole = [(stem, suffix) for stem, suffix, _ in wanted if suffix in (".shp", *_WHOLE)]
    return [(folder / f"{names[s]}{suffix}", PurePosixPath(s).name) for s, suffix in whole]


def _wanted(infos: Sequence[zipfile.ZipInfo]) -> Iterator[tuple[str, str, zipfile.ZipInfo]]:
    """Stem, suffix and member of every part of a layer; stems keep their folder, in lower case."""
    if len(infos) > MAX_PARTS:
        raise LayerError(BOMB)
    for info in infos:
        name = PurePosixPath(info.filename.replace("\\", "/"))
        suffix = name.suffix.lower()
        if suffix in (*_OF_SHAPE, *_WHOLE) and "__MACOSX" not in name.parts:
            yield str(name.with_suffix("")).lower(), suffix, info


def _refuse_bombs(wanted: Sequence[tuple[str, str, zipfile.ZipInfo]], size: int) -> None:
    infos = [info for _, _, info in wanted]
    if any(info.flag_bits & 1 for info in infos):
        raise LayerError(LOCKED)
    ceiling = min(MAX_BYTES, MAX_RATIO * max(size, 2**16))
    if sum(info.file_size for info in infos) > ceiling:
        raise LayerError(BOMB)


def _unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> None:
    """Write a member, no more of it than it claims to hold."""
    left = info.file_size
    with archive.open(info) as member, target.open("wb") as out:
        while piece := member.read(2**20):
            left -= len(piece)
            if left < 0:
                raise LayerError(BOMB)
            out.write(piece)
