"""Districts of the old map: their names, communes, and how far a commune lies from them."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping

from geo.gazetteer import District, Gazetteer, Unit

_KM_PER_DEGREE = 111.2
_FAR_KM = 1_000.0


class DistrictIndex:
    """What the gazetteer holds, ordered by district.

    Parameters
    ----------
    gazetteer : Gazetteer
        The names of both maps.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._units: defaultdict[str, defaultdict[str, list[Unit]]] = defaultdict(
            lambda: defaultdict(list)
        )
        self._places: defaultdict[str, list[tuple[float, float]]] = defaultdict(list)
        self._gaps_km: dict[tuple[str, str], float] = {}
        for key, unit in _units_by_key(gazetteer):
            for district in unit.districts:
                self._units[district][key].append(unit)
                if unit.is_old and unit.point:
                    self._places[district].append(unit.point)

    def keys(self, province_code: str) -> tuple[str, ...]:
        """Keys of the districts' names within a province of the map in force."""
        return self.gazetteer.district_keys.get(province_code, ())

    def units(self, district: str) -> Mapping[str, list[Unit]]:
        """Communes of a district, whole or in part, by the keys of their names."""
        return self._units.get(district, {})

    def named(self, key: str, province_code: str) -> list[District]:
        """Districts that bear a name within a province of the map in force."""
        return [d for d in self.gazetteer.names[key].districts if d.province_code == province_code]

    def gap_km(self, unit: Unit, district: str) -> float:
        """Kilometres from an old commune to the nearest commune of a district.

        Between points inside both; 1,000 where one of them is not known.
        """
        found = self._gaps_km.get((unit.code, district))
        if found is None:
            found = self._gaps_km[unit.code, district] = self._measure_km(unit, district)
        return found

    def _measure_km(self, unit: Unit, district: str) -> float:
        if unit.point is None:
            return _FAR_KM
        lon, lat = unit.point
        shrink = math.cos(math.radians(lat))
        degrees = (
            math.hypot((x - lon) * shrink, y - lat) for x, y in self._places.get(district, ())
        )
        return min(degrees, default=_FAR_KM) * _KM_PER_DEGREE


def _units_by_key(gazetteer: Gazetteer) -> Iterator[tuple[str, Unit]]:
    for key, names in gazetteer.names.items():
        for units in names.units.values():
            for unit in units:
                yield key, unit
