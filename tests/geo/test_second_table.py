"""The first old-to-new table against a second one, made by others.

`vietnam-address-converter` 1.0.5 (Apache-2.0) holds 10,358 rows "old commune, new
commune" in its module `data`. It is needed here only; where it corrects the first
table, `geo/history/heirs.toml` says so. Differences: docs/gazetteer.md.
"""

from __future__ import annotations

import ast
import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.changes import read_changes
from geo.crosswalk import load_crosswalk
from geo.old_units import OldUnit, package_folder, read_old_units
from geo.text import accent_key, name_key, strip_kind

Path3 = tuple[str, str, str]
Heirs = frozenset[tuple[str, str]]

# Decided for the first table, with the polygons of both maps in view: docs/gazetteer.md.
DECIDED_FOR_THE_FIRST = {
    "Xã Suối Tọ, Huyện Phù Yên",
    "Xã Kiêu Kỵ, Huyện Gia Lâm",
    "Xã Phú Cường, Huyện Đại Từ",
    "Thị trấn Thất Khê, Huyện Tràng Định",
}
# Single heirs of the second table that are not the main one: the polygons say otherwise.
MAIN_HEIR_OF_THE_FIRST = {
    "Xã Tiên Động, Huyện Tứ Kỳ",
    "Phường An Biên, Quận Lê Chân",
    "Phường Hoàng Đông, Thị xã Duy Tiên",
    "Phường Phú Mỹ, Quận 7",
}


def read_second_table() -> dict[Path3, Heirs]:
    """Province, district and commune before → the heirs, as (province, commune) keys."""
    pytest.importorskip("vietnam_address_converter", reason="only with the packages for tests")
    text = (package_folder("vietnam_address_converter") / "data.py").read_text(encoding="utf-8")
    literal = re.search(r"json\.loads\(('.*')\)", text)
    assert literal is not None
    rows = json.loads(ast.literal_eval(literal[1]))["mapping"]["rows"]
    assert len(rows) == 10_358
    found = defaultdict(set)
    for row in rows:
        old, new = row["old"], row["new"]
        path = (old["province_name"], old["district_name"], old["ward_name"] or "")
        found[path].add(heir_key(new["province_name"], new["ward_name"]))
    return {path: frozenset(heirs) for path, heirs in found.items()}


def heir_key(province: str, commune: str) -> tuple[str, str]:
    return name_key(strip_kind(province)[1]), accent_key(strip_kind(commune)[1])


def exactly(path: Path3) -> tuple[object, ...]:
    tidy = [strip_kind(" ".join(part.split())) for part in path]
    return tuple((kind, accent_key(name)) for kind, name in tidy)


def by_names(path: Path3) -> tuple[object, ...]:
    return tuple(plain(part) for part in path)


def plain(full_name: str) -> str:
    return name_key(strip_kind(" ".join(full_name.split()))[1])


def path_of(unit: OldUnit) -> Path3:
    island = unit.full_name == unit.district
    return unit.province, unit.district, "" if island else unit.full_name


def paired(units: list[OldUnit], rows: dict[Path3, Heirs]) -> list[tuple[OldUnit, Path3]]:
    """Units with the rows of the same name, as written, then without diacritics, then misspelt."""
    pairs: list[tuple[OldUnit, Path3]] = []
    left, rest = set(rows), list(units)
    keys: list[Callable[[Path3], tuple[object, ...]]] = [exactly, by_names]
    for key in keys:
        here, there = defaultdict(list), defaultdict(list)
        for path in left:
            there[key(path)].append(path)
        for unit in rest:
            here[key(path_of(unit))].append(unit)
        found = [(u[0], there[k][0]) for k, u in here.items() if len(u) == len(there[k]) == 1]
        pairs += found
        left -= {path for _, path in found}
        taken = {unit.code for unit, _ in found}
        rest = [unit for unit in rest if unit.code not in taken]
    for unit in rest:
        near_by = {plain(p[2]): p for p in left if by_names(p)[:2] == by_names(path_of(unit))[:2]}
        name = plain(path_of(unit)[2])
        slips = min(4, len(name) // 2)
        near = process.extractOne(name, near_by.keys(), scorer=OSA.distance, score_cutoff=slips)
        if near:
            pairs.append((unit, near_by[near[0]]))
            left.remove(near_by[near[0]])
    return pairs


@dataclass(frozen=True)
class Difference:
    """A unit and its heirs by the two tables."""

    name: str
    first: Heirs
    second: Heirs


@pytest.fixture(scope="module")
def differences() -> dict[str, Difference]:
    """Units on whose heirs the tables differ, by code."""
    rows = read_second_table()
    pairs = paired(read_old_units(), rows)
    assert len(pairs) > 10_020
    found = {}
    for unit, path in pairs:
        first = frozenset(heir_key(h.province, h.full_name) for h in unit.successors)
        if first != rows[path]:
            found[unit.code] = Difference(f"{unit.full_name}, {unit.district}", first, rows[path])
    return found


def test_the_tables_agree_on_all_but_245_units(differences: dict[str, Difference]) -> None:
    assert len(differences) == 245
    assert sum(bool(d.second - d.first) for d in differences.values()) == 16


def test_heirs_that_only_the_second_names_are_added_or_decided(
    differences: dict[str, Difference],
) -> None:
    added = {f"{heir.unit}, {heir.district}" for heir in read_changes().heirs if heir.also}
    named_by_second = {d.name for d in differences.values() if d.second - d.first}
    assert added | DECIDED_FOR_THE_FIRST == named_by_second
    assert not added & DECIDED_FOR_THE_FIRST


def test_a_unit_on_which_the_tables_differ_holds_both_and_counts_as_divided(
    differences: dict[str, Difference],
) -> None:
    units = {unit.code: unit for unit in load_crosswalk()}
    for code, difference in differences.items():
        if difference.name not in DECIDED_FOR_THE_FIRST:
            heirs = {heir_key(h.province, h.full_name) for h in units[code].successors}
            assert difference.first | difference.second == heirs
            assert units[code].is_split


def test_the_only_heir_of_the_second_is_the_main_one_unless_decided(
    differences: dict[str, Difference],
) -> None:
    units = {unit.code: unit for unit in load_crosswalk()}
    other = set()
    for code, difference in differences.items():
        main = next(heir for heir in units[code].successors if heir.is_default)
        only = len(difference.second) == 1 and difference.second <= difference.first
        if only and heir_key(main.province, main.full_name) not in difference.second:
            other.add(difference.name)
    assert other == MAIN_HEIR_OF_THE_FIRST
