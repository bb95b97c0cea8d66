"""What ships in `data/boundaries`, read for a database."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

from pyarrow.parquet import read_table

from geo.approximate import BORDER_FILE, COMMUNES_FILE, GATES_FILE, MANIFEST_FILE
from geo.corridors import read_border
from geo.crosswalk import load_crosswalk
from geo.errors import BoundaryError
from geo.manifest import ManifestEntry, read_manifest
from models.communes import BorderGate, CommuneChange

FOLDER = Path(__file__).parents[2] / "data" / "boundaries"
COMMUNES = FOLDER / COMMUNES_FILE
NEIGHBOUR_CODES = {"China": "CHN", "Laos": "LAO", "Cambodia": "KHM"}


def shipped_entry(file: str) -> ManifestEntry:
    """What the manifest says of a shipped file.

    Raises
    ------
    BoundaryError
        If the manifest does not have it.
    """
    for entry in read_manifest(FOLDER / MANIFEST_FILE):
        if entry.file == file:
            return entry
    raise BoundaryError(
        f"Bản kê trong data/boundaries thiếu «{file}». Hãy chạy make boundaries để dựng lại."
    )


def shipped_codes() -> set[str]:
    """Codes of the communes that ship, their shapes left unread."""
    codes: list[str] = read_table(COMMUNES, columns=["code"])["code"].to_pylist()
    return set(codes)


@cache
def shipped_border() -> dict[str, Any]:
    """The land border by neighbour, WGS 84."""
    return read_border(FOLDER / BORDER_FILE)


def shipped_gates() -> list[BorderGate]:
    """Border gates, coordinates good to about 0.1°."""
    with (FOLDER / GATES_FILE).open(encoding="utf-8", newline="") as lines:
        return [
            BorderGate(
                name=row["name"],
                kind=row["kind"],
                neighbour=NEIGHBOUR_CODES[row["neighbour"]],
                lon=float(row["lon"]),
                lat=float(row["lat"]),
                coordinate_quality=row["coordinate_quality"],
            )
            for row in csv.DictReader(lines)
        ]


def shipped_changes() -> list[CommuneChange]:
    """How the communes before 1 July 2025 became those of today."""
    return [
        CommuneChange(
            old_code=unit.code,
            new_code=heir.code,
            old_full_name=unit.full_name,
            old_district=unit.district,
            old_province=unit.province,
            share=heir.share,
            is_default=heir.is_default,
        )
        for unit in load_crosswalk()
        for heir in unit.successors
    ]
