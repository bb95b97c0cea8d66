"""All names of communes, districts and provinces, old and new, under their keys.

Communes are always looked up inside a province of the map in force: a name
alone finds hundreds.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from geo.crosswalk import OldUnit
from geo.name_index import NameIndex
from geo.text import Words
from geo.units import NO_NAMES, CommuneUnit, District, Names, Province, Unit

__all__ = [
    "NO_NAMES",
    "CommuneUnit",
    "District",
    "Gazetteer",
    "Hit",
    "Names",
    "Province",
    "Unit",
]

_LONGEST_NAME_WORDS = 6


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
        index = NameIndex(units, old_units)
        return cls(
            names=dict(index.names),
            by_new_code={unit.code: unit for unit in index.new},
            by_old_code={unit.code: unit for unit in index.old},
            unit_keys=_grouped(
                (code, key) for key, names in index.names.items() for code in names.units
            ),
            district_keys=_grouped(
                (district.province_code, key)
                for key, names in index.names.items()
                for district in names.districts
            ),
            province_keys=tuple(key for key, names in index.names.items() if names.provinces),
        )

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


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for group, key in pairs:
        groups[group][key] = None
    return {group: tuple(keys) for group, keys in groups.items()}
