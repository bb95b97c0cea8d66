"""Changes of districts, communes and heirs that no installed package tells.

Read from the three files in `geo/history`, which describe their fields at their
heads. Units are named as they were called on 30 June 2025.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from geo.errors import GeoError

_FOLDER = Path(__file__).parent / "history"


@dataclass(frozen=True, slots=True)
class DistrictChange:
    """A district that held communes of the later districts `now`, or only `communes` of them.

    `then` is the province it lay in, empty where that was `province` too.
    """

    name: str
    province: str
    now: tuple[str, ...]
    communes: tuple[str, ...] = ()
    then: str = ""
    until: date | None = None
    act: str = ""


@dataclass(frozen=True, slots=True)
class CommuneChange:
    """A commune that was gone before 2025 and the units (commune, district) that hold it."""

    name: str
    district: str
    province: str
    held_by: tuple[tuple[str, str], ...]
    until: date | None = None
    act: str = ""


@dataclass(frozen=True, slots=True)
class HeirChange:
    """What is to be added to the heirs of a unit, and which heir has the most of it."""

    unit: str
    district: str
    province: str
    also: tuple[str, ...] = ()
    main: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """All curated changes."""

    districts: tuple[DistrictChange, ...] = ()
    communes: tuple[CommuneChange, ...] = ()
    heirs: tuple[HeirChange, ...] = ()


def read_changes(folder: Path = _FOLDER) -> Changes:
    """Read the curated changes.

    Raises
    ------
    GeoError
        A file is missing or an entry lacks a field.
    """
    try:
        return Changes(
            tuple(_district(entry) for entry in _entries(folder, "districts", "district")),
            tuple(_commune(entry) for entry in _entries(folder, "communes", "commune")),
            tuple(_heir(entry) for entry in _entries(folder, "heirs", "heir")),
        )
    except (OSError, KeyError, ValueError) as error:
        raise GeoError(f"Không đọc được bảng thay đổi địa giới: {error}.") from error


def _entries(folder: Path, name: str, key: str) -> list[dict[str, Any]]:
    text = (folder / f"{name}.toml").read_text(encoding="utf-8")
    entries: list[dict[str, Any]] = tomllib.loads(text)[key]
    return entries


def _district(entry: dict[str, Any]) -> DistrictChange:
    return DistrictChange(
        entry["name"],
        entry["province"],
        tuple(entry["now"]),
        tuple(entry.get("communes", ())),
        entry.get("then", ""),
        entry.get("until"),
        entry.get("act", ""),
    )


def _commune(entry: dict[str, Any]) -> CommuneChange:
    return CommuneChange(
        entry["name"],
        entry["district"],
        entry["province"],
        tuple(_unit_and_district(held_by) for held_by in entry["held_by"]),
        entry.get("until"),
        entry.get("act", ""),
    )


def _heir(entry: dict[str, Any]) -> HeirChange:
    unit, district = _unit_and_district(entry["unit"])
    also, main = tuple(entry.get("also", ())), entry.get("main", "")
    return HeirChange(unit, district, entry["province"], also, main)


def _unit_and_district(written: str) -> tuple[str, str]:
    unit, district = written.split(", ")
    return unit, district
