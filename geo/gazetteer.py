"""All names of communes, districts and provinces, old and new, under their keys.

Built from the communes of the installed coverage and the old units of the
crosswalk. Communes are always looked up inside a province of the map in force:
a name alone finds hundreds.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from geo.crosswalk import FormerName, OldUnit, Successor
from geo.text import UnitKind, Words, accent_key, fold, name_key, province_keys, strip_kind

_LONGEST_NAME_WORDS = 6
_READ_AS_IA = re.compile("[l1]a")


@dataclass(frozen=True, slots=True)
class CommuneUnit:
    """A commune of an installed coverage."""

    code: str
    name: str
    full_name: str
    unit_type: str
    province_code: str
    province_name: str


@dataclass(frozen=True, slots=True)
class Province:
    """A province name, old or in force; `code` is that of the province it lies in now."""

    key: str
    code: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class District:
    """A district of the old map, or a name it bore before; `key` is one a district."""

    key: str
    kind: UnitKind | None
    province_code: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune of either map, ready to be matched.

    `accent` is its accented key, empty for a name that was gone before 2025.
    `old_provinces` and `districts` are keys of the parents on the old map: its
    own for an old unit, those of its parts for one in force.
    """

    code: str
    full_name: str
    kind: UnitKind | None
    key: str
    accent: str
    province_code: str
    is_old: bool
    old_provinces: frozenset[str]
    districts: frozenset[str]
    successors: tuple[Successor, ...]

    @property
    def name(self) -> str:
        """The name without its kind."""
        return strip_kind(self.full_name)[1]

    @property
    def is_alias(self) -> bool:
        """Whether the name was already gone when the unit was last listed."""
        return not self.accent

    @property
    def is_split(self) -> bool:
        """Whether its area lies in several communes now."""
        return len(self.successors) > 1

    @property
    def code_now(self) -> str:
        """The commune in force that it is, or that most likely took it over."""
        return next((s.code for s in self.successors if s.is_default), self.successors[0].code)

    @property
    def codes_now(self) -> tuple[str, ...]:
        """Every commune in force that holds a part of it."""
        return tuple(successor.code for successor in self.successors)


@dataclass(slots=True)
class Names:
    """Everything that bears one key."""

    provinces: list[Province] = field(default_factory=list)
    districts: list[District] = field(default_factory=list)
    units: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))


NO_NAMES = Names()


@dataclass(frozen=True, slots=True)
class Hit:
    """Words `start` to `stop` of an address are a known name."""

    start: int
    stop: int
    names: Names


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """The index of names; make it with `build`."""

    names: Mapping[str, Names]
    by_new_code: Mapping[str, Unit]
    by_old_code: Mapping[str, Unit]
    unit_keys: Mapping[str, tuple[str, ...]]
    district_keys: Mapping[str, tuple[str, ...]]
    province_keys: tuple[str, ...]

    @classmethod
    def build(cls, units: Iterable[CommuneUnit], old_units: Iterable[OldUnit]) -> Gazetteer:
        """Index communes in force and old units.

        An old unit whose successors are not among `units` is found by the
        successor's name in its province, else left out.

        Examples
        --------
        >>> unit = CommuneUnit("25531", "Tân Hoà", "Xã Tân Hoà", "Xã", "80", "Tỉnh Tây Ninh")
        >>> gazetteer = Gazetteer.build([unit], [])
        >>> [found.code for found in gazetteer.names["tanhoa"].units["80"]]
        ['25531']
        """
        return _Builder().build(list(units), list(old_units))

    def find(self, words: Words) -> list[Hit]:
        """Every known name in the words, never across a comma."""
        keys, segments, lookup = words.keys, words.segments, self.names.get
        hits: list[Hit] = []
        for start, key in enumerate(keys):
            names = lookup(key)
            if names is not None:
                hits.append(Hit(start, start + 1, names))
            joined, segment = key, segments[start]
            for stop in range(start + 1, min(start + _LONGEST_NAME_WORDS, len(keys))):
                if segments[stop] != segment:
                    break
                joined += keys[stop]
                names = lookup(joined)
                if names is not None:
                    hits.append(Hit(start, stop + 1, names))
        return hits


class _Builder:
    """Collects names while the gazetteer is built."""

    def __init__(self) -> None:
        self.names: defaultdict[str, Names] = defaultdict(Names)
        self.new: dict[str, CommuneUnit] = {}
        self.provinces: dict[str, Province] = {}
        self.old_provinces: defaultdict[str, set[str]] = defaultdict(set)
        self.districts_of: defaultdict[str, set[str]] = defaultdict(set)
        self.old: list[Unit] = []
        self.seen_districts: set[tuple[str, str]] = set()

    def build(self, units: list[CommuneUnit], old_units: list[OldUnit]) -> Gazetteer:
        for unit in units:
            self._register(unit)
        for old in old_units:
            self._add_old(old)
        new = [self._new_unit(unit) for unit in units]
        for found in (*new, *self.old):
            self.names[found.key].units[found.province_code].append(found)
            # Without diacritics "Lạ" is read as Ia; keep such a name under both keys.
            if found.accent and _READ_AS_IA.search(found.key):
                plain = name_key(fold(found.name))
                if plain != found.key:
                    self.names[plain].units[found.province_code].append(found)
        for province in self.provinces.values():
            self._add_province(province)
        return Gazetteer(
            names=dict(self.names),
            by_new_code={unit.code: unit for unit in new},
            by_old_code={unit.code: unit for unit in self.old if not unit.is_alias},
            unit_keys=_grouped((unit.province_code, unit.key) for unit in (*new, *self.old)),
            district_keys=_grouped(
                (district.province_code, key)
                for key, names in self.names.items()
                for district in names.districts
            ),
            province_keys=tuple(key for key, names in self.names.items() if names.provinces),
        )

    def _register(self, unit: CommuneUnit) -> None:
        self.new[unit.code] = unit
        province = name_key(strip_kind(unit.province_name)[1])
        self.provinces[province] = Province(province, unit.province_code, in_force=True)

    @cached_property
    def codes_by_name(self) -> dict[tuple[str, str], str]:
        """Codes of the coverage under province and name, with its kind and without."""
        return {
            (name_key(strip_kind(unit.province_name)[1]), accent_key(name)): unit.code
            for unit in self.new.values()
            for name in (unit.full_name, strip_kind(unit.full_name)[1])
        }

    def _successors(self, old: OldUnit) -> tuple[Successor, ...]:
        """The successors that the coverage holds, under the coverage's codes."""
        if all(heir.code in self.new for heir in old.successors):
            return old.successors
        kept = []
        for heir in old.successors:
            code = heir.code if heir.code in self.new else self._code_of(heir)
            if code is not None:
                kept.append(heir if code == heir.code else replace(heir, code=code))
        return tuple(kept)

    def _code_of(self, heir: Successor) -> str | None:
        province = name_key(strip_kind(heir.province)[1])
        names = (heir.full_name, strip_kind(heir.full_name)[1])
        codes = (self.codes_by_name.get((province, accent_key(name))) for name in names)
        return next((code for code in codes if code), None)

    def _add_old(self, old: OldUnit) -> None:
        successors = self._successors(old)
        if not successors:
            return
        province_code = self.new[successors[0].code].province_code
        province = name_key(strip_kind(old.province)[1])
        self.provinces.setdefault(province, Province(province, province_code, in_force=False))
        district = f"{province}/{name_key(old.district)}"
        self._add_district(old, district, province_code)
        for heir in successors:
            self.old_provinces[heir.code].add(province)
            self.districts_of[heir.code].add(district)
        kind, name = strip_kind(old.full_name)
        unit = Unit(
            old.code,
            old.full_name,
            kind,
            name_key(name),
            accent_key(name),
            province_code,
            True,
            frozenset({province}),
            frozenset({district}),
            successors,
        )
        self.old.append(unit)
        for former in old.aliases:
            if former.key != unit.key:
                self.old.append(replace(unit, kind=former.kind, key=former.key, accent=""))

    def _add_district(self, old: OldUnit, district: str, province_code: str) -> None:
        kind, name = strip_kind(old.district)
        for bears in (FormerName(kind, name_key(name)), *old.district_aliases):
            if (district, bears.key) not in self.seen_districts:
                self.seen_districts.add((district, bears.key))
                found = District(district, bears.kind, province_code)
                self.names[bears.key].districts.append(found)

    def _new_unit(self, unit: CommuneUnit) -> Unit:
        kind, name = strip_kind(unit.full_name)
        return Unit(
            unit.code,
            unit.full_name,
            kind,
            name_key(name),
            accent_key(name),
            unit.province_code,
            False,
            frozenset(self.old_provinces[unit.code]),
            frozenset(self.districts_of[unit.code]),
            (Successor(unit.code, 1.0, True, unit.full_name, unit.province_name),),
        )

    def _add_province(self, province: Province) -> None:
        for key in province_keys(province.key):
            self.names[key].provinces.append(province)


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for group, key in pairs:
        groups[group][key] = None
    return {group: tuple(keys) for group, keys in groups.items()}
