"""Old communes as the package `vietnamadminunits` lists them, with their heirs.

The facts come from the data files of the package `vietnamadminunits` 1.0.4
(MIT): 10,040 units of the 63-province map with their official codes, and the
units of the 34-province map each went to. 471 of them were divided among
several; one of the heirs is the default.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from geo.errors import GeoError
from geo.text import UnitKind, spelling_key, strip_kind

_PACKAGE = "vietnamadminunits"
_HEIRS = "SELECT provinceKey, wardKey, wardCode, ward, province FROM admin_units"
_OLD_UNITS = """
    SELECT provinceKey, districtKey, wardKey, wardCode, ward, districtCode, district,
           provinceCode, province, wardLon, wardLat, wardAlias, districtAlias
    FROM admin_units_legacy
"""
_GLUED_C_H = re.compile("(?<=[aeiouy])ch(?=[aeiouy])")
_GLUED_KINDS = {
    "phuong": UnitKind.WARD,
    "xa": UnitKind.COMMUNE,
    "thitran": UnitKind.TOWN,
    "huyen": UnitKind.DISTRICT,
    "quan": UnitKind.URBAN_DISTRICT,
    "thixa": UnitKind.DISTRICT_TOWN,
    "thanhpho": UnitKind.CITY,
}


@dataclass(frozen=True, slots=True)
class Successor:
    """A 2025 commune that took over an old one, or a part of it.

    `share` is the part of the old commune from 0 to 1, None where no source
    gives it. `full_name` and `province` name the heir as of 2025, so that a
    coverage that numbers it otherwise still finds it.
    """

    code: str
    share: float | None
    is_default: bool
    full_name: str = ""
    province: str = ""


@dataclass(frozen=True, slots=True)
class FormerName:
    """A name that was gone before 2025: its kind and its `geo.text.name_key`.

    `accent` is its accented key, empty where the source has no diacritics.
    `district` is the full name of the district it stood in, empty for that of
    the unit that bears it. `until` is the last day of the name where known.
    """

    kind: UnitKind | None
    key: str
    accent: str = ""
    district: str = ""
    until: date | None = None


@dataclass(frozen=True, slots=True)
class FormerParent:
    """A district in which an old commune lay before: full names, and the last day if known."""

    district: str
    province: str
    until: date | None = None


@dataclass(frozen=True, slots=True)
class OldUnit:
    """A commune of the map before 1 July 2025 with its parents and heirs.

    `lon, lat` is a point inside it (WGS 84), None where none is known. The five
    island districts without communes stand here as units of their own, under
    the three-digit code of the district. `aliases` and `district_aliases` are
    names that were gone before 2025 and whose area it holds; `former_parents`
    are the districts it lay in before its own.
    """

    code: str
    name: str
    full_name: str
    district: str
    province: str
    successors: tuple[Successor, ...]
    lon: float | None
    lat: float | None
    district_code: str = ""
    province_code: str = ""
    aliases: tuple[FormerName, ...] = ()
    district_aliases: tuple[FormerName, ...] = ()
    former_parents: tuple[FormerParent, ...] = ()

    @property
    def is_split(self) -> bool:
        """Whether its area went to several communes."""
        return len(self.successors) > 1


def read_old_units() -> list[OldUnit]:
    """Read all old units with their successors from the installed package.

    Returns
    -------
    list[OldUnit]
        10,040 units in the order of their codes; each has a successor.

    Raises
    ------
    GeoError
        The package is missing, or its two files contradict each other.
    """
    folder = package_folder(_PACKAGE) / "data"
    converter = json.loads((folder / "converter_2025.json").read_text(encoding="utf-8"))
    with closing(sqlite3.connect(f"{(folder / 'dataset.db').as_uri()}?mode=ro", uri=True)) as store:
        heirs = {(province, ward): heir for province, ward, *heir in store.execute(_HEIRS)}
        successors = _successors(converter, heirs)
        rows = store.execute(_OLD_UNITS).fetchall()
    return sorted((_old_unit(row, successors) for row in rows), key=lambda unit: unit.code)


def package_folder(package: str) -> Path:
    """Where an installed package of unit lists lies.

    The spec is looked up, not imported: importing such packages loads parsers
    that are not needed.

    Raises
    ------
    GeoError
        The package is not installed.
    """
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise GeoError(
            f"Chưa cài gói «{package}» chứa danh mục đơn vị hành chính cũ; hãy chạy make run."
        )
    return Path(spec.submodule_search_locations[0])


def _successors(
    converter: Mapping[str, Any], heirs: Mapping[tuple[str, str], list[str]]
) -> dict[str, tuple[Successor, ...]]:
    """Old key "province_district_ward" → successors; key strings are matched exactly."""
    found: dict[str, tuple[Successor, ...]] = {}
    for province, old_key, parts in _parts(converter):
        if old_key in found:
            raise GeoError(f"Bảng chuyển đổi ghi hai lần xã cũ «{old_key}»; cần cài lại gói.")
        found[old_key] = tuple(
            _successor(heirs, province, ward, is_default, alone=len(parts) == 1)
            for ward, is_default in parts
        )
    return found


def _parts(converter: Mapping[str, Any]) -> Iterator[tuple[str, str, list[tuple[str, bool]]]]:
    for province, wards in converter["DICT_PROVINCE_WARD_NO_DIVIDED"].items():
        for ward, old_keys in wards.items():
            for old_key in old_keys:
                yield province, old_key, [(ward, True)]
    for province, divided in converter["DICT_PROVINCE_WARD_DIVIDED"].items():
        for old_key, entries in divided.items():
            parts = [(entry["newWardKey"], bool(entry["isDefaultNewWard"])) for entry in entries]
            yield province, old_key, parts


def _successor(
    heirs: Mapping[tuple[str, str], list[str]],
    province: str,
    ward: str,
    is_default: bool,
    *,
    alone: bool,
) -> Successor:
    heir = heirs.get((province, ward))
    if heir is None:
        raise GeoError(f"Bảng chuyển đổi nhắc đến xã mới không có: «{province}/{ward}».")
    code, full_name, province_name = heir
    return Successor(code, 1.0 if alone else None, is_default, full_name, province_name)


def _old_unit(row: tuple[Any, ...], successors: Mapping[str, tuple[Successor, ...]]) -> OldUnit:
    """One row of `_OLD_UNITS` with its successors."""
    province_key, district_key, ward_key, code, ward, district_code, district, *rest = row
    province_code, province, lon, lat, aliases, district_aliases = rest
    key = f"{province_key}_{district_key}_{ward_key or ''}"
    if key not in successors:
        raise GeoError(f"Xã cũ «{key}» không có xã mới tương ứng; cần cài lại gói {_PACKAGE}.")
    full_name = ward or district
    return OldUnit(
        code=code or district_code,
        name=strip_kind(full_name)[1],
        full_name=full_name,
        district=district,
        province=province,
        successors=successors[key],
        lon=lon,
        lat=lat,
        district_code=district_code,
        province_code=province_code,
        aliases=_former_names(aliases),
        district_aliases=_former_names(district_aliases),
    )


@lru_cache(maxsize=1024)
def _former_names(cell: str | None) -> tuple[FormerName, ...]:
    """Former names from '["xahongdinh", "hongdinh", "p04"]', each once.

    Every name comes with its kind glued before it, mostly beside its bare form:
    "phuongky" is Phương Kỳ when "xaphuongky" stands there too.
    """
    aliases = set(json.loads(cell)) if cell else set()
    found: dict[str, UnitKind] = {}
    for alias in sorted(aliases):
        is_bare = any(glued + alias in aliases for glued in _GLUED_KINDS)
        for glued, kind in _GLUED_KINDS.items():
            name = alias.removeprefix(glued)
            if name and name != alias and not is_bare:
                found |= dict.fromkeys(_keys_of_glued(name), kind)
    return tuple(FormerName(kind, key) for key, kind in found.items())


def _keys_of_glued(name: str) -> tuple[str, ...]:
    """Keys of a name without spaces: "phuchoa" may be Phục Hòa and Phú Chòa."""
    if name.isdigit():
        return (name.lstrip("0"),)
    apart = _GLUED_C_H.sub("kh", name)
    return tuple({spelling_key(name): None, spelling_key(apart): None})
