"""Old communes (before 1 July 2025), the communes of 2025 that follow them, and their past.

The heirs come from `geo.old_units`. What was gone before 2025 is laid over them:
names and districts of the earlier list (`geo.listed_units`, joined by official
code, which mergers and renamings mostly keep) and the curated changes
(`geo.changes`). `docs/gazetteer.md` tells the sources and how they were checked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from functools import cache, lru_cache

from geo.changes import Changes, CommuneChange, DistrictChange, HeirChange, read_changes
from geo.errors import GeoError
from geo.listed_units import ListedUnit, read_listed_units
from geo.old_units import FormerName, FormerParent, OldUnit, Successor, read_old_units
from geo.text import accent_key, name_key, strip_kind

__all__ = ["FormerName", "FormerParent", "OldUnit", "Successor", "join_history", "load_crosswalk"]


@cache
def load_crosswalk() -> tuple[OldUnit, ...]:
    """Read all old units with their successors and their past.

    Returns
    -------
    tuple[OldUnit, ...]
        10,040 units in the order of their codes; each has a successor.

    Raises
    ------
    GeoError
        A package is missing, or the files contradict each other.

    Examples
    --------
    >>> unit = next(unit for unit in load_crosswalk() if unit.code == "25594")
    >>> unit.full_name, unit.district, [heir.full_name for heir in unit.successors]
    ('Xã Đồng Khởi', 'Huyện Châu Thành', ['Xã Châu Thành'])
    """
    return join_history(read_old_units(), read_listed_units(), read_changes())


def join_history(
    units: Iterable[OldUnit], listed: Iterable[ListedUnit], changes: Changes
) -> tuple[OldUnit, ...]:
    """Lay earlier names, earlier districts and curated changes over old units.

    Raises
    ------
    GeoError
        A curated change names a unit, a district or an heir that does not exist.
    """
    history = _History(units)
    history.add_listed(list(listed))
    for district in changes.districts:
        history.add_district(district)
    for commune in changes.communes:
        history.add_commune(commune)
    for heir in changes.heirs:
        history.add_heirs(heir)
    return tuple(history.units.values())


class _History:
    """Old units while their past is laid over them."""

    def __init__(self, units: Iterable[OldUnit]) -> None:
        self.units = {unit.code: unit for unit in units}
        self.in_district: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self.heirs: dict[tuple[str, str], Successor] = {}
        for unit in self.units.values():
            self.in_district[_district_key(unit.province, unit.district)].append(unit.code)
            for heir in unit.successors:
                self.heirs.setdefault((heir.province, accent_key(heir.full_name)), heir)

    def add_listed(self, listed: list[ListedUnit]) -> None:
        """Names and districts of the earlier list; codes that are gone are found by name."""
        gone = []
        lay_in: defaultdict[str, set[str]] = defaultdict(set)
        for then in listed:
            unit = self.units.get(then.code)
            if unit is None:
                gone.append(then)
                continue
            lay_in[then.district_code].add(then.code)
            if _bare_key(then.province) != _bare_key(unit.province):
                continue
            if name_key(then.district) != name_key(unit.district):
                self._add_parent(then.code, FormerParent(then.district, unit.province))
            if name_key(then.full_name) != name_key(unit.full_name):
                self._add_name(then.code, _former_name(then.full_name, then.district))
        for then in gone:
            former = _former_name(then.full_name, then.district)
            for code in lay_in[then.district_code]:
                if any(_same_name(former, known) for known in self.units[code].aliases):
                    self._add_name(code, former)

    def add_district(self, change: DistrictChange) -> None:
        """A district in which communes of other districts lay before."""
        parent = FormerParent(change.name, change.then or change.province, change.until)
        codes = [c for district in change.now for c in self._codes_in(change.province, district)]
        wanted = {name_key(name) for name in change.communes}
        found = {name_key(self.units[code].name) for code in codes}
        if not wanted <= found:
            raise GeoError(
                f"Bảng thay đổi địa giới nhắc đến xã không có trong {change.now}: "
                f"{sorted(wanted - found)}."
            )
        for code in codes:
            if not wanted or name_key(self.units[code].name) in wanted:
                self._add_parent(code, parent)

    def add_commune(self, change: CommuneChange) -> None:
        """A commune that was gone before 2025, found again in one unit or several."""
        former = replace(_former_name(change.name, change.district), until=change.until)
        for name, district in change.held_by:
            self._add_name(self._code_of(name, district, change.province), former)

    def add_heirs(self, change: HeirChange) -> None:
        """Heirs that the first table lacks, and the heir that has the most."""
        code = self._code_of(change.unit, change.district, change.province)
        unit = self.units[code]
        added = [self._heir(unit, name) for name in change.also]
        heirs = [*unit.successors, *(replace(h, is_default=False) for h in added)]
        if len(heirs) > 1:
            heirs = [replace(heir, share=None) for heir in heirs]
        if change.main:
            main = self._heir(unit, change.main).code
            if main not in {heir.code for heir in heirs}:
                raise GeoError(f"Xã cũ {change.unit} không có xã mới «{change.main}».")
            heirs = [replace(heir, is_default=heir.code == main) for heir in heirs]
        self.units[code] = replace(unit, successors=tuple(heirs))

    def _heir(self, unit: OldUnit, name: str) -> Successor:
        heir = self.heirs.get((unit.successors[0].province, accent_key(name)))
        if heir is None:
            raise GeoError(f"Bảng thay đổi địa giới nhắc đến xã mới không có: «{name}».")
        return heir

    def _codes_in(self, province: str, district: str) -> list[str]:
        codes = self.in_district.get(_district_key(province, district))
        if not codes:
            raise GeoError(f"Bảng thay đổi địa giới nhắc đến huyện không có: «{district}».")
        return codes

    def _code_of(self, full_name: str, district: str, province: str) -> str:
        wanted = accent_key(full_name)
        codes = self._codes_in(province, district)
        found = [code for code in codes if accent_key(self.units[code].full_name) == wanted]
        if len(found) != 1:
            raise GeoError(
                f"Bảng thay đổi địa giới nhắc đến xã không rõ: «{full_name}, {district}»."
            )
        return found[0]

    def _add_parent(self, code: str, parent: FormerParent) -> None:
        unit = self.units[code]
        if parent not in unit.former_parents:
            self.units[code] = replace(unit, former_parents=(*unit.former_parents, parent))

    def _add_name(self, code: str, former: FormerName) -> None:
        """The name in place of the same one with less known of it."""
        unit = self.units[code]
        others = tuple(known for known in unit.aliases if not _same_name(former, known))
        self.units[code] = replace(unit, aliases=(*others, former))


def _former_name(full_name: str, district: str) -> FormerName:
    kind, name = strip_kind(full_name)
    return FormerName(kind, name_key(name), accent_key(name), district)


def _same_name(former: FormerName, known: FormerName) -> bool:
    """Whether they are one name; diacritics count where both have them."""
    if (former.kind, former.key) != (known.kind, known.key):
        return False
    if not known.accent:
        return True
    return (former.accent, former.district) == (known.accent, known.district)


@lru_cache(maxsize=1024)
def _bare_key(full_name: str) -> str:
    return name_key(strip_kind(full_name)[1])


@lru_cache(maxsize=4096)
def _district_key(province: str, district: str) -> tuple[str, str]:
    return _bare_key(province), name_key(district)
