"""The manifest beside boundary files: where each came from and what it is."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import tomli_w

from geo.errors import BoundaryError


@dataclass(frozen=True, slots=True)
class ManifestEntry:
    """One file or installed coverage.

    `sha256` is of the bytes that `file` holds; `count` the number of its
    features; `note` says in words what a reader should know.
    """

    file: str
    source: str
    licence: str
    vintage: str
    sha256: str
    count: int
    valid_from: date
    approximate: bool
    valid_to: date | None = None
    note: str = ""


def read_manifest(path: Path) -> tuple[ManifestEntry, ...]:
    """Entries of a manifest in their order; none where there is no file.

    Raises
    ------
    BoundaryError
        If the file is no manifest.
    """
    if not path.exists():
        return ()
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
        return tuple(ManifestEntry(**entry) for entry in document.get("file", []))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, TypeError) as error:
        raise BoundaryError(
            f"Không đọc được bản kê «{path}». Hãy xóa tệp này rồi cài lại ranh giới."
        ) from error


def write_manifest(path: Path, entries: Iterable[ManifestEntry]) -> None:
    """Write a manifest, replacing the one that is there at once."""
    rows = [
        {k: v for k, v in asdict(entry).items() if v is not None and v != ""} for entry in entries
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".new")
    draft.write_text(tomli_w.dumps({"file": rows}), encoding="utf-8")
    draft.replace(path)
