"""Reading an address: which communes its words may mean, and how surely.

A name counts only together with its parents. Every known name inside the
province of the address is scored by what stands around it: the kind written
before it, diacritics, district, province, and the map that was in force on the
day.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rapidfuzz.distance import OSA

from geo.gazetteer import NO_NAMES, Gazetteer, Hit, Province, Unit
from geo.matches import (
    DOUBTFUL,
    FAIR,
    SURE,
    WEAK,
    AddressReading,
    Match,
    confidence_of,
    ranked,
)
from geo.text import KIND_KEYS, UnitKind, closest_keys, kind_before, names_no_unit, split_words

_LONGEST_RUN_WORDS = 6
_PROVINCE_MARKS = {UnitKind.PROVINCE: 4.0, UnitKind.CITY: 2.0, None: 0.0}
_DISTRICT_KINDS = (UnitKind.URBAN_DISTRICT, UnitKind.DISTRICT, UnitKind.DISTRICT_TOWN)
_NOT_NAMED = -9.0
_UNMARKED = 5.5

Sign = tuple[float, float]
"""What one sign adds to the score, and the most it lets the match be trusted."""


@dataclass(frozen=True, slots=True)
class _NamedDistrict:
    key: str
    province_code: str
    strength: float
    begin: int
    stop: int


class Address:
    """One address being read: its words, the parents it names, its matches.

    Parameters
    ----------
    gazetteer : Gazetteer
        The names of both maps.
    text : str
        Address, commune, district and province, with commas between.
    accented : bool
        Whether diacritics stand in a part that was left out before.
    """

    def __init__(self, gazetteer: Gazetteer, text: str, accented: bool) -> None:
        self.gazetteer = gazetteer
        self.recent: bool | None = None
        words = split_words(text)
        self.words = words if words.accented or not accented else replace(words, accented=True)
        self.hits = gazetteer.find(self.words)
        self.marks = [kind_before(self.words, hit.start) for hit in self.hits]
        self.province_score = _NOT_NAMED
        self.province, self.province_span = self._find_province()
        self.districts = list(self._find_districts())
        codes = [self.province.code] if self.province else [d.province_code for d in self.districts]
        self.codes = tuple(dict.fromkeys(codes))
        self.parent_stops = {self.province_span[1], *(d.stop for d in self.districts)}
        self.parent_begins = {self.province_span[0], *(d.begin for d in self.districts)}
        self.district_spans = {(d.begin, d.stop) for d in self.districts}
        self.announced = [i for i in range(1, len(self.words)) if self._announces(i)]
        self.begins = self.parent_begins | {begin for kind, begin in self.marks if kind}

    def read(self, recent: bool | None) -> AddressReading:
        """Find the communes it may mean.

        Exact names come first; misspelt ones compete where those do not convince.
        `recent`: whether the map of 1 July 2025 was in force on the day; None: unknown.
        """
        self.recent = recent
        matches = ranked(self._exact())
        if self.codes and (not matches or matches[0].surety < FAIR):
            matches = ranked((*matches, *self._misspelt()))
        code = self.codes[0] if len(self.codes) == 1 else None
        return AddressReading(matches, code, confidence_of(matches))

    def _find_province(self) -> tuple[Province | None, tuple[int, int]]:
        words = self.words
        best, found, span = _NOT_NAMED, None, (-1, -1)
        for hit, (kind, begin) in zip(self.hits, self.marks, strict=True):
            if hit.names.provinces and kind in _PROVINCE_MARKS and not self._is_elsewhere(begin):
                score = _PROVINCE_MARKS[kind] + 2 * (words.segments[begin] == words.segments[-1])
                score += (hit.stop == len(words)) + hit.stop / 1000 + (hit.stop - hit.start) / 100
                score -= 4 * self._begins_longer_name(hit)
                if score > best:
                    best, found, span = score, hit.names.provinces[0], (begin, hit.stop)
        self.province_score = best
        return (found, span) if found else self._misspelt_province()

    def _misspelt_province(self) -> tuple[Province | None, tuple[int, int]]:
        words, stop = self.words, len(self.words)
        for start in range(max(1, stop - 4), stop):
            kind, begin = kind_before(words, start)
            key = "".join(words.keys[start:])
            if kind in (UnitKind.PROVINCE, UnitKind.CITY) and len(key) > 4:
                for near, _ in closest_keys(key, self.gazetteer.province_keys)[:1]:
                    return self.gazetteer.names[near].provinces[0], (begin, stop)
        return None, (-1, -1)

    def _find_districts(self) -> Iterator[_NamedDistrict]:
        for hit, (kind, begin) in zip(self.hits, self.marks, strict=True):
            if not hit.names.districts or self._is_province(hit) or (kind and kind.is_commune):
                continue
            if not kind and (
                self._is_number(hit) or self._is_elsewhere(hit.start) or self._ends_longer_name(hit)
            ):
                continue
            for district in hit.names.districts:
                if not self.province or district.province_code == self.province.code:
                    strength = _UNMARKED if not kind else 6.0 if kind is district.kind else 4.0
                    yield _NamedDistrict(
                        district.key, district.province_code, strength, begin, hit.stop
                    )

    def _ends_longer_name(self, hit: Hit) -> bool:
        """Whether the words only close a commune's name, as in Phú Sơn Lâm Hà."""
        return any(
            longer.names.units and longer.start < hit.start and longer.stop == hit.stop
            for longer in self.hits
        )

    def _begins_longer_name(self, hit: Hit) -> bool:
        """Whether the words only open another name, as Điện Biên does in Điện Biên Phủ."""
        return any(h.start == hit.start and h.stop > hit.stop for h in self.hits)

    def _is_elsewhere(self, start: int) -> bool:
        """Whether a street, hamlet or house number stands before, not a name that ends so."""
        return names_no_unit(self.words, start) and not any(
            hit.stop == start and hit.stop - hit.start > 1 for hit in self.hits
        )

    def _announces(self, start: int) -> bool:
        kind, _ = kind_before(self.words, start)
        return kind is not None and kind.is_commune

    def _is_province(self, hit: Hit) -> bool:
        begin, stop = self.province_span
        return hit.start < stop and begin < hit.stop

    def _in_district(self, hit: Hit, kind: UnitKind | None) -> bool:
        """Whether an unannounced name is only a part of an announced district's."""
        return kind is None and any(
            d.begin < hit.start and hit.stop <= d.stop and d.strength != _UNMARKED
            for d in self.districts
        )

    def _is_number(self, hit: Hit) -> bool:
        return hit.stop - hit.start == 1 and self.words.keys[hit.start][0].isdigit()

    def _exact(self) -> Iterator[Match]:
        for hit, (kind, _) in zip(self.hits, self.marks, strict=True):
            # Without any parent only a name announced as a commune is looked up.
            codes = self.codes or (tuple(hit.names.units) if kind and kind.is_commune else ())
            if hit.names.units and not self._is_province(hit) and not self._in_district(hit, kind):
                for code in codes:
                    for unit in hit.names.units.get(code, ()):
                        if match := self._score(unit, hit):
                            yield match

    def _misspelt(self) -> Iterator[Match]:
        for start, stop in self._runs():
            for end in range(stop, start, -1):
                found = list(self._near(start, end))
                if found:
                    yield from found
                    break

    def _runs(self) -> Iterator[tuple[int, int]]:
        """Stretches of words that may hold a misspelt commune."""
        words = self.words
        starts = self.announced or [
            i
            for i in range(len(words))
            if (i == 0 or words.segments[i] != words.segments[i - 1])
            and i not in self.begins
            and not words.keys[i][0].isdigit()
            and not names_no_unit(words, i + 1)
        ]
        for start in starts:
            stop = start + 1
            while stop < min(len(words), start + _LONGEST_RUN_WORDS):
                if words.segments[stop] != words.segments[start] or stop in self.begins:
                    break
                stop += 1
            yield start, stop

    def _near(self, start: int, stop: int) -> Iterator[Match]:
        key = "".join(self.words.keys[start:stop])
        hit = Hit(start, stop, NO_NAMES)
        if len(key) < 3 or key in KIND_KEYS or self._is_province(hit):
            return
        for code in self.codes:
            for near, slips in closest_keys(key, self.gazetteer.unit_keys.get(code, ())):
                for unit in self.gazetteer.names[near].units[code] if slips else ():
                    if match := self._score(unit, hit, slips):
                        yield match

    def _score(self, unit: Unit, hit: Hit, slips: int = 0) -> Match | None:
        """Weigh the signs for one unit; None if one of them rules it out."""
        kind, begin = kind_before(self.words, hit.start)
        if kind and not kind.is_commune and (not unit.kind or unit.kind.is_commune):
            return None
        if not kind and self._is_number(hit):
            return None
        by_province = self._province_sign(unit)
        if by_province is None:
            return None
        signs = [
            by_province,
            self._kind_sign(unit, hit, kind, begin),
            self._accent_sign(unit, hit, slips),
            self._district_sign(unit, hit),
            (2.0 if self.recent is not None and self.recent != unit.is_old else 0.0, SURE),
        ]
        if unit.is_alias:
            signs.append((-2.5, FAIR))
        if slips:
            length = sum(map(len, self.words.keys[hit.start : hit.stop]))
            signs.append((-1.5 * slips, FAIR if slips == 1 and length > 4 else DOUBTFUL))
        score, surety = sum(s for s, _ in signs), min(s for _, s in signs)
        return Match(unit, hit.start, hit.stop, score, surety, slips)

    def _kind_sign(self, unit: Unit, hit: Hit, kind: UnitKind | None, begin: int) -> Sign:
        words = self.words
        ends = hit.stop == len(words) or words.segments[hit.stop] != words.segments[hit.start]
        if kind is not None:
            # A unit may have changed its kind since; further words may belong to the name.
            closed = SURE if ends or hit.stop in self.begins else FAIR - 0.01
            return (2.0, closed) if kind is unit.kind else (-1.0, min(closed, 0.95))
        if self._is_elsewhere(hit.start):
            return -3.0, WEAK
        if any(words.segments[i] == words.segments[begin] for i in self.announced if i < begin):
            return -2.0, DOUBTFUL  # the announced name holds words that are not known
        starts = begin == 0 or words.segments[begin - 1] != words.segments[begin]
        if (starts and ends) or hit.stop in self.parent_begins or begin in self.parent_stops:
            # A bare name that is also a district's may mean the district alone.
            return 0.5, 0.88 if (hit.start, hit.stop) in self.district_spans else SURE
        return -1.0, DOUBTFUL

    def _accent_sign(self, unit: Unit, hit: Hit, slips: int) -> Sign:
        written = "".join(self.words.accents[hit.start : hit.stop])
        plain = "".join(self.words.keys[hit.start : hit.stop])
        if not unit.accent or not self.words.accented:
            return 0.0, SURE
        if slips:
            return -0.5 * OSA.distance(written, unit.accent), SURE
        if written == plain != unit.accent:
            return -1.0, FAIR - 0.01
        return (1.0, SURE) if written == unit.accent else (-3.0, DOUBTFUL)

    def _province_sign(self, unit: Unit) -> Sign | None:
        province = self.province
        if province is None:
            return (0.0, 0.95 if len(self.codes) == 1 else FAIR) if self.codes else (0.0, WEAK)
        if unit.is_old:
            if province.key in unit.old_provinces:
                return 4.0, SURE
            return (2.5, 0.95) if province.in_force else None
        if province.in_force:
            return 4.0, SURE
        return (2.5, 0.95) if province.key in unit.old_provinces else (-1.0, DOUBTFUL)

    def _district_sign(self, unit: Unit, hit: Hit) -> Sign:
        others = [d for d in self.districts if d.stop <= hit.start or hit.stop <= d.begin]
        strength = max((d.strength for d in others if d.key in unit.districts), default=0.0)
        if strength:
            return (strength, SURE) if unit.is_old else (strength / 3, SURE)
        if any(d.strength != _UNMARKED for d in others):
            return (-4.0, 0.7) if unit.is_old else (-2.0, DOUBTFUL)
        if not self.districts and self._names_unknown_district():
            return (-1.5, 0.88) if unit.is_old else (-2.0, DOUBTFUL)
        return (-1.5, 0.95) if unit.is_old else (0.0, SURE)

    def _names_unknown_district(self) -> bool:
        words = self.words
        return any(kind_before(words, i)[0] in _DISTRICT_KINDS for i in range(1, len(words)))
