"""Files that somebody sent through a page and that wait to be checked and imported.

Each lies in a folder of a random name together with a note of whose it is and
how far it has come, so that any process of the site can go on with it. A day
later it is gone.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from pathlib import Path
from typing import Any

from geo.terms import Layer
from models.errors import NotFoundError
from models.viewers import Viewer
from webapp.told import packed, told, unpacked

KEPT = timedelta(days=1)
"""How long a file waits for its import."""

STALLED = timedelta(minutes=10)
"""Work that has not moved for so long has stopped with its process."""

_NOTE = "note.json"
_SIGN = "note.sign"
_TOKEN = re.compile(r"[0-9a-f]{32}")
_MAX_NAME_BYTES = 150


class State(StrEnum):
    """How far a file has come."""

    CHECKING = "checking"
    CHECKED = "checked"
    IMPORTING = "importing"
    IMPORTED = "imported"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Upload:
    """A waiting file; `report` tells what the check found, `error` what stopped the work."""

    token: str
    user: str
    name: str
    layer: Layer
    period: str
    source: str
    at: datetime
    moved_at: datetime
    state: State = State.CHECKING
    done: int = 0
    total: int = 0
    report: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    import_id: int | None = None

    @property
    def working(self) -> bool:
        """Whether work on it is under way."""
        return self.state in (State.CHECKING, State.IMPORTING)


def receive(
    folder: Path,
    viewer: Viewer,
    layer: Layer,
    name: str,
    save: Callable[[Path], None],
    *,
    period: str = "",
    source: str = "",
    now: datetime,
) -> Upload:
    """Keep a file for its sender; `save` writes it to the path it is given.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    """
    viewer.require_write()
    sweep(folder, now)
    upload = Upload(
        token=secrets.token_hex(16),
        user=viewer.name,
        name=plain_name(name),
        layer=layer,
        period=period,
        source=source,
        at=now,
        moved_at=now,
    )
    (folder / upload.token).mkdir(mode=0o700, parents=True)
    save(path_of(folder, upload))
    write(folder, upload)
    return upload


def find(folder: Path, viewer: Viewer, token: str, now: datetime) -> Upload:
    """A waiting file of this viewer; work that has stopped is told as failed.

    Raises
    ------
    NotFoundError
        If there is none of this token, or it is another's.
    """
    upload = _read(folder / token) if _TOKEN.fullmatch(token) else None
    if upload is None or upload.user != viewer.name or now - upload.at > KEPT:
        raise NotFoundError(
            told(
                "Không còn tệp này: tệp tải lên chỉ giữ một ngày và chỉ người tải lên mở được. "
                "Hãy tải tệp lên lại."
            )
        )
    if upload.working and now - _last_sign(folder, upload) > STALLED:
        stopped = told("Việc đang làm bị dừng giữa chừng, chưa lưu gì. Hãy tải tệp lên lại.")
        return replace(upload, state=State.FAILED, error=stopped)
    return upload


def write(folder: Path, upload: Upload) -> bool:
    """Note how far a file has come, unless it was removed meanwhile; say whether it is there.

    Readers see the old note or the new one, never a part.
    """
    note = json.dumps(packed(asdict(upload)), ensure_ascii=False, default=str)
    return _put(folder / upload.token / _NOTE, note)


def give_sign(folder: Path, upload: Upload, now: datetime) -> bool:
    """Note that work on a file goes on or waits for its turn; say whether the file is there."""
    return _put(folder / upload.token / _SIGN, now.isoformat())


def _last_sign(folder: Path, upload: Upload) -> datetime:
    """When work on a file last showed that it goes on."""
    try:
        sign = datetime.fromisoformat((folder / upload.token / _SIGN).read_text("utf-8"))
    except (OSError, ValueError):
        return upload.moved_at
    return max(upload.moved_at, sign)


def _put(path: Path, text: str) -> bool:
    passing = path.with_suffix(f".{secrets.token_hex(4)}")
    try:
        passing.write_text(text, "utf-8")
        passing.replace(path)
    except FileNotFoundError:
        return False
    return True


def discard(folder: Path, upload: Upload) -> None:
    """Remove a file and its note."""
    shutil.rmtree(folder / upload.token, ignore_errors=True)


def drop_file(folder: Path, upload: Upload) -> None:
    """Remove the file; its note stays for a day to lead to the import."""
    path_of(folder, upload).unlink(missing_ok=True)


def sweep(folder: Path, now: datetime) -> None:
    """Remove what has waited for longer than a day."""
    try:
        waiting = [path for path in folder.iterdir() if _TOKEN.fullmatch(path.name)]
    except FileNotFoundError:
        return
    for path in waiting:
        if (sent := _sent_at(path, now.tzinfo)) is not None and now - sent > KEPT:
            shutil.rmtree(path, ignore_errors=True)


def _sent_at(folder: Path, zone: tzinfo | None) -> datetime | None:
    """When a file came; None if another has removed it meanwhile."""
    try:
        moved = datetime.fromtimestamp(folder.stat().st_mtime, zone)
    except OSError:
        return None
    upload = _read(folder)
    return moved if upload is None else min(moved, upload.at)


def path_of(folder: Path, upload: Upload) -> Path:
    """Where the file lies, under the name that its sender gave it."""
    return folder / upload.token / upload.name


def plain_name(name: str) -> str:
    """The name of a file without folders and control characters.

    >>> plain_name("C:\\\\số liệu\\\\vụ việc.xlsx"), plain_name("../../.."), plain_name("note.json")
    ('vụ việc.xlsx', 'tep', 'tep-note.json')
    """
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(c for c in last if c.isprintable()).strip().lstrip(".")
    stem, dot, suffix = kept.rpartition(".")
    kept = f"{_cut(stem)}{dot}{suffix[:10]}" if dot else _cut(kept)
    return f"tep-{kept}" if kept.startswith("note.") else kept or "tep"


def _cut(name: str) -> str:
    """As much of a name as every file system takes, counted in bytes."""
    return name.encode()[:_MAX_NAME_BYTES].decode(errors="ignore")


def _read(folder: Path) -> Upload | None:
    try:
        note = unpacked(json.loads((folder / _NOTE).read_text("utf-8")))
        return Upload(
            **{
                **note,
                "layer": Layer(note["layer"]),
                "state": State(note["state"]),
                "at": datetime.fromisoformat(note["at"]),
                "moved_at": datetime.fromisoformat(note["moved_at"]),
            }
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
