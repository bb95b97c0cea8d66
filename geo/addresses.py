"""Reading an address: which communes its words may mean, and how surely.

A name counts only together with its parents. Every known name inside the
province of the address is scored by what stands around it: the kind written
with it, diacritics, district, province, and the map that was in force on the
day. Where the words allow several provinces, each is tried.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from geo.district_index import DistrictIndex
from geo.matches import FAIR, WEAK, AddressReading, Match, confidence_of, names_another, ranked
from geo.parents import (
    NamedDistrict,
    NamedProvince,
    misspelt_districts,
    misspelt_provinces,
    named_districts,
    named_provinces,
)
from geo.segments import Segment
from geo.signs import Signs
from geo.weighing import Weighing

_MOST_PROVINCES = 3
_MOST_FOREIGN = 2
_BARE_PROVINCE = 1.0
"""More than the score of a province's name amid other words."""


class Address:
    """One address being read: its parts, the parents it names, its matches.

    Parameters
    ----------
    districts : DistrictIndex
        The names of both maps.
    segments : sequence of Segment
        Its comma parts that hold words, in order.
    accented : bool
        Whether the writer used diacritics at all.
    recent : bool or None
        Whether the map of 1 July 2025 was in force on the day; None: unknown.
    """

    def __init__(
        self,
        districts: DistrictIndex,
        segments: Sequence[Segment],
        accented: bool,
        recent: bool | None,
    ) -> None:
        self._districts = districts
        self._segments = segments
        self._signs = Signs(accented or any(s.is_accented for s in segments), recent)

    def read(self) -> AddressReading:
        """Find the communes it may mean, under the province that fits best."""
        best, best_score = AddressReading(), float("-inf")
        for province in self._provinces():
            reading = self._read_in(province)
            if not reading.matches:
                best = best if best.matches or best.province_code else reading
                continue
            score = reading.matches[0].score + (province.score if province else 0.0)
            if score > best_score:
                best, best_score = reading, score
            if reading.matches[0].surety >= FAIR:
                break
        return best

    def _provinces(self) -> Sequence[NamedProvince | None]:
        """Provinces to try, likeliest first; None: none is named."""
        found = named_provinces(self._segments)
        if not found or found[0].score <= _BARE_PROVINCE:
            found += misspelt_provinces(self._segments, self._districts.gazetteer)
            found.sort(key=lambda named: -named.score)
        if len(found) < 2:
            return found or [None]
        firsts = {named.province.key: named for named in reversed(found)}
        return [n for n in found if firsts[n.province.key] is n][:_MOST_PROVINCES]

    def _read_in(self, province: NamedProvince | None) -> AddressReading:
        named = named_districts(self._segments, province)
        weighing = self._weighing(province, self._mended(named, province))
        # Beside a commune that is announced and known, bare names are streets and hamlets.
        announced = list(weighing.announced())
        matches = ranked(announced) or ranked(weighing.bare())
        if weighing.codes and (not matches or matches[0].surety < FAIR):
            matches = ranked((*matches, *weighing.misspelt()))
        if province and not named and (not matches or matches[0].surety < FAIR):
            matches = ranked((*matches, *self._across_the_border(province)))
        matches = matches or ranked(weighing.unlikely())
        code = weighing.codes[0] if len(weighing.codes) == 1 else None
        confidence = confidence_of(matches)
        if confidence >= FAIR and names_another(matches[0], _apart_from(named, announced)):
            confidence = WEAK
        return AddressReading(matches, code, confidence)

    def _weighing(
        self, province: NamedProvince | None, districts: Sequence[NamedDistrict]
    ) -> Weighing:
        return Weighing(self._districts, self._segments, self._signs, province, districts)

    def _mended(
        self, named: list[NamedDistrict], province: NamedProvince | None
    ) -> list[NamedDistrict]:
        """With misspelt districts, where a district is announced and none is known."""
        if province is None or any(district.is_announced for district in named):
            return named
        return [*named, *misspelt_districts(self._segments, province, self._districts)]

    def _across_the_border(self, province: NamedProvince) -> Iterable[Match]:
        """Communes of an announced district that lies in another province."""
        foreign = [d for d in named_districts(self._segments, None) if d.is_announced]
        if not 0 < len(foreign) <= _MOST_FOREIGN:
            return ()
        weighing = self._weighing(province._replace(score=0.0), foreign)
        weighing.codes = tuple(dict.fromkeys(d.province_code for d in foreign))
        return _in_districts((*weighing.announced(), *weighing.bare()))


def _apart_from(districts: Sequence[NamedDistrict], matches: Iterable[Match]) -> Iterator[Match]:
    """Matches of words that name no district: Thai Hoa Town may be the district's town."""
    spans = [district.span for district in districts]
    return (m for m in matches if not any(b < m.stop and m.start < e for b, e in spans))


def _in_districts(matches: Iterable[Match]) -> Iterator[Match]:
    """Only matches that the named district supports."""
    return (match for match in matches if match.in_district)
