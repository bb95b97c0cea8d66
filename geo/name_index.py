"""How the names of both maps come under their keys.

From the communes of the installed coverage and the old units of the crosswalk.
A commune that moved stands under each district it lay in; a name that was gone
before 2025 stands beside the later one.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from functools import cached_property

from geo.crosswalk import FormerName, FormerParent, OldUnit, Successor
from geo.text import UnitKind, accent_key, fold, name_key, province_keys, strip_kind
from geo.units import CommuneUnit, District, Names, Province, Unit

_LAST_OLD_DAY = date(2025, 6, 30)
_ROMAN = ("I", "II", "III", "IV", "V", "VI", "VII")
_ARABIC = ("1", "2", "3", "4", "5", "6", "7")
_READ_AS_IA = re.compile("[l1]a")


class NameIndex:
    """Names of both maps under their keys.

    Parameters
    ----------
    units : iterable of CommuneUnit
        The communes in force.
    old_units : iterable of OldUnit
        Those before them. One whose successors are not among `units` is found
        by the successor's name in its province, else left out.

    Attributes
    ----------
    names : dict of str to Names
        Everything that bears a key.
    new, old, former : list of Unit
        The communes in force; the old ones; and those under former names.
    """

    def __init__(self, units: Iterable[CommuneUnit], old_units: Iterable[OldUnit]) -> None:
        self.names: defaultdict[str, Names] = defaultdict(Names)
        self.old: list[Unit] = []
        self.former: list[Unit] = []
        self._in_force: dict[str, CommuneUnit] = {}
        self._provinces: dict[str, Province] = {}
        self._old_provinces: defaultdict[str, set[str]] = defaultdict(set)
        self._districts_of: defaultdict[str, set[str]] = defaultdict(set)
        self._seen_districts: set[tuple[str, str, str]] = set()
        self._moved: list[tuple[Unit, FormerParent]] = []
        for unit in units:
            self._register(unit)
        for old in old_units:
            self._add_old(old)
        self.new = [self._new_unit(unit) for unit in self._in_force.values()]
        for found in (*self.new, *self.old):
            self._add_names(found, found.province_code)
        for former in self.former:
            self.names[former.key].units[former.province_code].append(self._weighed(former))
        for moved, parent in self._moved:
            self._add_in_former_province(moved, parent)
        for province in self._provinces.values():
            for key in province_keys(province.key):
                self.names[key].provinces.append(province)

    def _add_names(self, unit: Unit, province_code: str) -> None:
        self.names[unit.key].units[province_code].append(unit)
        numbered = _in_other_numerals(unit.name)
        if numbered:
            other = replace(unit, key=name_key(numbered), accent=accent_key(numbered))
            self.names[other.key].units[province_code].append(other)
        # Without diacritics "Lạ" is read as Ia; keep such a name under both keys.
        if _READ_AS_IA.search(unit.key):
            plain = name_key(fold(unit.name))
            if plain != unit.key:
                self.names[plain].units[province_code].append(unit)

    def _weighed(self, former: Unit) -> Unit:
        """A name that another commune of the district bore later is about as good as that one.

        Without its diacritics it comes second, near enough for doubt.
        """
        rivals = self.names[former.key].units[former.province_code]
        shared = any(
            rival.is_old
            and not rival.is_alias
            and rival.kind is former.kind
            and not rival.districts.isdisjoint(former.districts)
            and set(rival.codes_now).isdisjoint(former.codes_now)
            for rival in rivals
        )
        return replace(former, is_alias=False, accent="") if shared else former

    def _add_in_former_province(self, unit: Unit, parent: FormerParent) -> None:
        """The unit once more, in the province it lay in before."""
        province = _bare_key(parent.province)
        known = self._provinces.get(province)
        if known is not None:
            district = self._add_district(parent.district, province, known.code)
            then = replace(
                unit,
                old_provinces=unit.old_provinces | {province},
                districts=unit.districts | {district},
            )
            self._add_names(then, known.code)

    def _register(self, unit: CommuneUnit) -> None:
        self._in_force[unit.code] = unit
        province = _bare_key(unit.province_name)
        self._provinces[province] = Province(province, unit.province_code, in_force=True)

    @cached_property
    def _codes_by_name(self) -> dict[tuple[str, str], str]:
        """Codes of the coverage under province and name, with its kind and without."""
        return {
            (_bare_key(unit.province_name), accent_key(name)): unit.code
            for unit in self._in_force.values()
            for name in (unit.full_name, strip_kind(unit.full_name)[1])
        }

    def _successors(self, old: OldUnit) -> tuple[Successor, ...]:
        """The successors that the coverage holds, under the coverage's codes."""
        if all(heir.code in self._in_force for heir in old.successors):
            return old.successors
        kept = []
        for heir in old.successors:
            code = heir.code if heir.code in self._in_force else self._code_of(heir)
            if code is not None:
                kept.append(heir if code == heir.code else replace(heir, code=code))
        return tuple(kept)

    def _code_of(self, heir: Successor) -> str | None:
        province = _bare_key(heir.province)
        names = (heir.full_name, strip_kind(heir.full_name)[1])
        codes = (self._codes_by_name.get((province, accent_key(name))) for name in names)
        return next((code for code in codes if code), None)

    def _add_old(self, old: OldUnit) -> None:
        successors = self._successors(old)
        if not successors:
            return
        province_code = self._in_force[successors[0].code].province_code
        province = _bare_key(old.province)
        self._provinces.setdefault(province, Province(province, province_code, in_force=False))
        districts = self._districts(old, province, province_code)
        for heir in successors:
            self._old_provinces[heir.code].add(province)
            self._districts_of[heir.code] |= districts
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
            districts,
            successors,
            (old.lon, old.lat) if old.lon is not None and old.lat is not None else None,
            _LAST_OLD_DAY,
        )
        self.old.append(unit)
        for former in old.aliases:
            if former.key != unit.key or former.kind != unit.kind:
                self.former.append(self._under_former_name(unit, former, province))
        for parent in old.former_parents:
            if _bare_key(parent.province) != province:
                self._moved.append((unit, parent))

    def _under_former_name(self, unit: Unit, former: FormerName, province: str) -> Unit:
        districts = unit.districts
        if former.district:
            districts |= {self._add_district(former.district, province, unit.province_code)}
        return replace(
            unit,
            kind=former.kind,
            key=former.key,
            accent=former.accent,
            districts=districts,
            until=former.until,
            is_alias=True,
        )

    def _districts(self, old: OldUnit, province: str, province_code: str) -> frozenset[str]:
        """Keys of the unit's own district and of those it lay in before."""
        own = self._add_district(old.district, province, province_code)
        for bears in old.district_aliases:
            self._name_district(own, bears.kind, bears.key, province_code)
        former = (
            self._add_district(parent.district, province, province_code)
            for parent in old.former_parents
            if _bare_key(parent.province) == province
        )
        return frozenset({own, *former})

    def _add_district(self, full_name: str, province: str, province_code: str) -> str:
        kind, name = strip_kind(full_name)
        district = f"{province}/{name_key(full_name)}"
        self._name_district(district, kind, name_key(name), province_code)
        return district

    def _name_district(
        self, district: str, kind: UnitKind | None, key: str, province_code: str
    ) -> None:
        if (district, key, province_code) not in self._seen_districts:
            self._seen_districts.add((district, key, province_code))
            self.names[key].districts.append(District(district, kind, province_code))

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
            frozenset(self._old_provinces[unit.code]),
            frozenset(self._districts_of[unit.code]),
            (Successor(unit.code, 1.0, True, unit.full_name, unit.province_name),),
        )


def _in_other_numerals(name: str) -> str | None:
    """Phường III as clerks write it, Phường 3; and Hòa Tú 2 as Hòa Tú II."""
    words = name.split()
    if words[-1] in _ROMAN:
        return " ".join([*words[:-1], str(_ROMAN.index(words[-1]) + 1)])
    if len(words) > 1 and words[-1] in _ARABIC:
        return " ".join([*words[:-1], _ROMAN[_ARABIC.index(words[-1])]])
    return None


def _bare_key(full_name: str) -> str:
    return name_key(strip_kind(full_name)[1])
