"""The file of a backup: a zip with a manifest and the lines of every table.

`manifest.json` says which format, schema and software made it, and of each table its columns,
rows, bytes and SHA-256; `tables/<name>.jsonl` holds the rows. Nothing in it is code, and nothing
of it is ever unpacked to a path: members are read as streams, and only those that the manifest
names, up to the size that it says.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from geo.errors import UnusableFileError

FORMAT = "dia-ban-backup"
VERSION = 1
MANIFEST = "manifest.json"

_MAX_MANIFEST = 4_000_000
_MAX_LINE = 512_000_000
_MAX_RATIO = 400
_MIN_JUDGED = 10_000_000
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")
_SHA = re.compile(r"[0-9a-f]{64}")
_LEVEL = 6

_UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError),  # ways of packing that no backup has
)

FOREIGN = "«{file}» không phải bản sao lưu của Địa Bàn; không thay đổi gì."
DAMAGED = "Bản sao lưu «{file}» bị hỏng ({what}); không thay đổi gì. Hãy dùng một bản sao lưu khác."
NEWER = (
    "Bản sao lưu «{file}» do một phiên bản phần mềm mới hơn tạo ra; không thay đổi gì. "
    "Hãy cập nhật phần mềm rồi thử lại."
)


@dataclass(frozen=True, slots=True)
class TableEntry:
    """What the manifest says of a table; `columns` are pairs of name and kind."""

    name: str
    columns: tuple[tuple[str, str], ...]
    rows: int
    size: int
    sha256: str

    @property
    def member(self) -> str:
        """Where its lines are in the file."""
        return f"tables/{self.name}.jsonl"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is: when and by which software it was made, and its tables."""

    made_at: str
    software_version: str
    schema_revision: str
    database: str
    tables: tuple[TableEntry, ...]

    @property
    def checksum(self) -> str:
        """One SHA-256 over the names and checksums of all tables, by name."""
        return checksum_of((entry.name, entry.sha256) for entry in self.tables)


def checksum_of(sums: Iterable[tuple[str, str]]) -> str:
    """One SHA-256 for tables and their own SHA-256, in whatever order they come."""
    lines = "".join(f"{sha256}  {name}\n" for name, sha256 in sorted(sums))
    return hashlib.sha256(lines.encode()).hexdigest()


@contextmanager
def written_beside(path: Path) -> Iterator[Path]:
    """A file for its owner only that takes its name when the block ends well, and is whole then.

    What an earlier attempt left behind when the machine stopped is removed.

    Raises
    ------
    UnusableFileError
        If another file has the name that is no backup.
    """
    if path.exists():
        read_manifest(path)  # only a backup gives way to a backup
    _sweep(path)
    beside = path.with_name(f".{path.name}.{os.getpid()}.partial")
    os.close(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield beside
        _settle(beside)
        beside.replace(path)
        _settle(path.parent)
    finally:
        beside.unlink(missing_ok=True)


def _settle(path: Path) -> None:
    """Let a file, or the names in a folder, be on the disk before anything else happens."""
    if os.name == "posix":
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _sweep(path: Path) -> None:
    """Remove the unfinished files of processes that are gone."""
    for left in path.parent.glob(f".{path.name}.*.partial"):
        number = left.name.removesuffix(".partial").rpartition(".")[2]
        if number.isdigit() and not _is_running(int(number)):
            with suppress(OSError):
                left.unlink()


def _is_running(pid: int) -> bool:
    if os.name != "posix" or pid == os.getpid():
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class BackupWriter:
    """Writes the members of one backup, the manifest last."""

    def __init__(self, path: Path) -> None:
        self._zip = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL)

    def table(self, name: str, lines: Iterable[bytes]) -> None:
        """Write the lines of a table."""
        with self._zip.open(f"tables/{name}.jsonl", "w", force_zip64=True) as member:
            for line in lines:
                member.write(line)

    def close(self, manifest: Manifest) -> None:
        """Write the manifest and end the file."""
        told = {"format": FORMAT, "format_version": VERSION, "checksum": manifest.checksum}
        text = json.dumps(told | asdict(manifest), ensure_ascii=False, indent=1)
        self._zip.writestr(MANIFEST, text)
        self._zip.close()


def read_manifest(path: Path) -> Manifest:
    """What a backup says of itself, its members held against it.

    Raises
    ------
    UnusableFileError
        If the file is no backup, damaged, or of a newer software.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            told = _told(archive, path)
            manifest = _manifest(told, path)
            _require_members(archive, manifest, path)
    except _UNREADABLE as error:
        raise UnusableFileError(FOREIGN.format(file=path)) from error
    return manifest


def _told(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    try:
        info = archive.getinfo(MANIFEST)
        with archive.open(info) as member:
            text = member.read(_MAX_MANIFEST + 1)
        told = json.loads(text) if len(text) <= _MAX_MANIFEST else None
    except (KeyError, ValueError, RecursionError) as error:
        raise UnusableFileError(FOREIGN.format(file=path)) from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise UnusableFileError(FOREIGN.format(file=path))
    if told.get("format_version") != VERSION:
        raise UnusableFileError(NEWER.format(file=path))
    return told


def _manifest(told: dict[str, Any], path: Path) -> Manifest:
    texts = ("made_at", "software_version", "schema_revision", "database")
    try:
        tables = tuple(_entry(one) for one in told["tables"])
        values = [told[name] for name in texts]
        manifest = Manifest(values[0], values[1], values[2], values[3], tables)
        names = {entry.name for entry in tables}
        sound = all(isinstance(value, str) for value in values) and len(names) == len(tables)
        if not sound or told["checksum"] != manifest.checksum:
            raise ValueError("checksum")
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = "bản kê không khớp"
        raise UnusableFileError(DAMAGED.format(file=path, what=what)) from error
    return manifest


def _entry(told: dict[str, Any]) -> TableEntry:
    columns = tuple((name, kind) for name, kind in told["columns"])
    entry = TableEntry(told["name"], columns, told["rows"], told["size"], told["sha256"])
    names = [entry.name, *(name for name, _ in columns)]
    sound = (
        all(_NAME.fullmatch(name) for name in names)
        and all(type(n) is int and n >= 0 for n in (entry.rows, entry.size))
        and _SHA.fullmatch(entry.sha256) is not None
    )
    if not sound:
        raise ValueError(entry.name)
    return entry


def _require_members(archive: zipfile.ZipFile, manifest: Manifest, path: Path) -> None:
    """Exactly the members that the manifest names, of the sizes it says."""
    found = {info.filename: info for info in archive.infolist()}
    wanted = {entry.member: entry for entry in manifest.tables}
    if len(found) != len(archive.infolist()) or set(found) != {MANIFEST, *wanted}:
        raise UnusableFileError(DAMAGED.format(file=path, what="thiếu hoặc thừa thành phần"))
    for name, entry in wanted.items():
        info = found[name]
        bomb = info.file_size > max(_MIN_JUDGED, _MAX_RATIO * info.compress_size)
        if info.file_size != entry.size or bomb:
            raise UnusableFileError(DAMAGED.format(file=path, what=f"kích thước của {name}"))


@contextmanager
def opened_lines(path: Path, entry: TableEntry) -> Iterator[Iterator[bytes]]:
    """The lines of one table of a backup that was verified, one after the other."""
    with zipfile.ZipFile(path) as archive, archive.open(entry.member) as member:
        yield iter(lambda: member.readline(_MAX_LINE), b"")


def verify(path: Path, manifest: Manifest, step: Callable[[int], None]) -> None:
    """Read the whole file and hold every table against its checksum; `step` counts rows.

    Raises
    ------
    UnusableFileError
        At the first table that is not what the manifest says.
    """
    for entry in manifest.tables:
        if _found(path, entry) != (entry.rows, entry.sha256):
            what = f"mã kiểm tra của bảng {entry.name}"
            raise UnusableFileError(DAMAGED.format(file=path, what=what))
        step(entry.rows)


def _found(path: Path, entry: TableEntry) -> tuple[int, str]:
    """Rows and SHA-256 of a table as it is in the file."""
    digest, rows = hashlib.sha256(), 0
    try:
        with opened_lines(path, entry) as lines:
            for line in lines:
                digest.update(line)
                rows += 1
    except _UNREADABLE as error:
        what = f"nội dung của {entry.member}"
        raise UnusableFileError(DAMAGED.format(file=path, what=what)) from error
    return rows, digest.hexdigest()
