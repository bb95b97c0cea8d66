"""Members of a folder or zip, read without trusting what the archive claims."""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory

from geo.errors import BoundaryError

MAX_MEMBERS = 20_000
MAX_UNCOMPRESSED_BYTES = 2 * 2**30
MAX_RATIO = 200
"""Text of coordinates compresses some thirty times at most; bombs a thousand times."""


@contextmanager
def opened_folder(source: Path) -> Iterator[Path]:
    """The folder itself, or a temporary one with the members of a zip.

    Raises
    ------
    BoundaryError
        If the zip is damaged, encrypted, too large unpacked, or has a member
        whose path leads out of it.
    """
    if source.is_dir():
        yield source
        return
    with TemporaryDirectory(prefix="diaban-") as scratch:
        try:
            with zipfile.ZipFile(source) as archive:
                _refuse_dangerous(source.name, archive.infolist())
                archive.extractall(scratch)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, zlib.error) as error:
            raise BoundaryError(
                f"Tệp zip «{source.name}» bị hỏng hoặc không đọc được. Hãy tải lại tệp."
            ) from error
        yield Path(scratch)


def _refuse_dangerous(name: str, members: list[zipfile.ZipInfo]) -> None:
    if len(members) > MAX_MEMBERS:
        raise BoundaryError(f"Tệp zip «{name}» có quá {MAX_MEMBERS} tệp con; không dùng được.")
    unpacked = sum(m.file_size for m in members)
    packed = sum(m.compress_size for m in members)
    if unpacked > MAX_UNCOMPRESSED_BYTES or unpacked > MAX_RATIO * max(packed, 2**16):
        raise BoundaryError(
            f"Tệp zip «{name}» phình quá lớn khi giải nén; không dùng được. "
            "Hãy giải nén bằng tay và cài từ thư mục."
        )
    for member in members:
        if leads_out(member.filename) or stat.S_ISLNK(member.external_attr >> 16):
            raise BoundaryError(
                f"Tệp zip «{name}» có đường dẫn không an toàn «{member.filename}»; không dùng được."
            )
        if member.flag_bits & 0x1:
            raise BoundaryError(f"Tệp zip «{name}» có mật khẩu. Hãy gỡ mật khẩu rồi cài lại.")


def leads_out(member_name: str) -> bool:
    r"""Whether a member's path is absolute or climbs out of the archive.

    >>> leads_out("a/../../b"), leads_out("C:\\x"), leads_out("/etc/x"), leads_out("a/b.shp")
    (True, True, True, False)
    """
    path = PurePosixPath(member_name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in member_name
