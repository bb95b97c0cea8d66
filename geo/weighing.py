"""Weighing the signs for every commune that a name in an address may mean.

Each sign adds to the score and sets the most that the match may be trusted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from geo.district_index import DistrictIndex
from geo.gazetteer import Unit
from geo.kinds import COMMUNE_KINDS, KIND_KEYS, Kinds
from geo.matches import DOUBTFUL, FAIR, SURE, WEAK, Match
from geo.parents import NOWHERE, STRIDE, UNMARKED, NamedDistrict, NamedProvince, Span
from geo.segments import Mention, Segment
from geo.signs import Sign, Signs, accent_sign, province_sign
from geo.slips import closest_keys

_LONGEST_RUN_WORDS = 6
_SHORTEST_MISSPELT = 3
_SHORT_NAME = 4
_MORE_WORDS = 3.5


class _Written(NamedTuple):
    """A stretch of words taken for a commune's name, and what its place in the text says."""

    span: Span
    kinds: Kinds
    accent: str
    plain: str
    place: Sign


class Weighing:
    """The communes that an address may mean under one province.

    Parameters
    ----------
    index : DistrictIndex
        The names of both maps.
    segments : sequence of Segment
        The comma parts.
    signs : Signs
        What holds for the whole address.
    province : NamedProvince or None
        The province it names.
    districts : sequence of NamedDistrict
        The districts it names in that province.
    """

    def __init__(
        self,
        index: DistrictIndex,
        segments: Sequence[Segment],
        signs: Signs,
        province: NamedProvince | None,
        districts: Sequence[NamedDistrict],
    ) -> None:
        self._index = index
        self._gazetteer = index.gazetteer
        self._segments = segments
        self._signs = signs
        self._province = province.province if province else None
        self._province_span = province.span if province else NOWHERE
        self._districts = districts
        codes = [province.province.code] if province else [d.province_code for d in districts]
        self.codes = tuple(dict.fromkeys(codes))
        self._begins = {self._province_span[0], *(d.span[0] for d in districts)}
        self._stops = {self._province_span[1], *(d.span[1] for d in districts)}
        self._unknown_district = not districts and self._announces_district()

    def announced(self) -> Iterator[Match]:
        """Communes whose name stands in the text with a kind."""
        return self._known(announced=True)

    def bare(self) -> Iterator[Match]:
        """Communes whose name stands in the text without a kind."""
        return self._known(announced=False)

    def _known(self, announced: bool) -> Iterator[Match]:
        code = self.codes[0] if len(self.codes) == 1 else None
        for index, segment in enumerate(self._segments):
            for mention in segment.units:
                if announced is not bool(mention.kinds) or mention.is_elsewhere:
                    continue
                if code is not None and code not in mention.names.units:
                    continue
                if announced or not mention.is_number:
                    yield from self._mentioned(index, segment, mention)
                elif self._stands_before_district(index, segment):
                    found = self._mentioned(index, segment, mention)
                    yield from (match for match in found if match.in_district)

    def _stands_before_district(self, index: int, segment: Segment) -> bool:
        """Whether a number alone is followed by a district: 2, Đông Hà is its ward 2."""
        return len(segment) == 1 and (index + 1) * STRIDE in {d.span[0] for d in self._districts}

    def unlikely(self) -> Iterator[Match]:
        """Names of streets and hamlets, if no other name is known and none is announced."""
        if any(segment.announced for segment in self._segments):
            return
        for index, segment in enumerate(self._segments):
            for mention in segment.units:
                if mention.is_elsewhere:
                    yield from self._mentioned(index, segment, mention)

    def misspelt(self) -> Iterator[Match]:
        """Communes whose name is near to what is written."""
        for index, start, stop in self._runs():
            for end in range(stop, start, -1):
                found = list(self._near(index, start, end))
                if found:
                    yield from found
                    break

    def _announces_district(self) -> bool:
        """Whether a district is announced, known or not, beside the province."""
        first, last = self._province_span
        return any(
            not first < index * STRIDE + start <= last
            for index, segment in enumerate(self._segments)
            for start in segment.announced_districts
            if not any(mention.start == start for _, mention in segment.provinces)
        )

    def _mentioned(self, index: int, segment: Segment, mention: Mention) -> Iterator[Match]:
        begin, end = index * STRIDE + mention.begin, index * STRIDE + mention.end
        if self._is_parent(mention, begin, end):
            return
        # Without any parent only a name announced as a commune is looked up.
        units = mention.names.units
        announced = mention.kinds and not COMMUNE_KINDS.isdisjoint(mention.kinds)
        codes = self.codes or (tuple(units) if announced else ())
        written: _Written | None = None
        for code in codes:
            for unit in units.get(code, ()):
                written = written or self._written(index, segment, mention)
                match = self._weigh(unit, written, 0)
                if match is not None:
                    yield match

    def _is_parent(self, mention: Mention, begin: int, end: int) -> bool:
        """Whether the words are the province's, or an unannounced part of a district's."""
        first, last = self._province_span
        if begin < last and first < end:
            return True
        return not mention.kinds and any(
            d.is_announced and d.span[0] < begin and end <= d.span[1] for d in self._districts
        )

    def _written(self, index: int, segment: Segment, mention: Mention) -> _Written:
        begin, end = index * STRIDE + mention.begin, index * STRIDE + mention.end
        start, stop = mention.start, mention.stop
        return _Written(
            (begin, end),
            mention.kinds,
            "".join(segment.accents[start:stop]),
            "".join(segment.keys[start:stop]),
            self._place_sign(segment, mention, begin, end),
        )

    def _place_sign(self, segment: Segment, mention: Mention, begin: int, end: int) -> Sign:
        shuts = mention.shuts or end in self._begins
        if mention.kinds:
            # Further words may belong to the name.
            return (0.0, SURE) if shuts else (-_MORE_WORDS, FAIR - 0.01)
        if mention.is_elsewhere:
            return -3.0, WEAK
        if mention.is_number:
            return 0.5, FAIR
        if segment.announced and segment.announced[0] < mention.begin:
            return -2.0, DOUBTFUL  # the announced name holds words that are not known
        if (mention.opens and shuts) or end in self._begins or begin in self._stops:
            return 0.5, 0.88 if self._may_be_district((begin, end)) else SURE
        return -1.0, DOUBTFUL

    def _may_be_district(self, span: Span) -> bool:
        """Whether a bare name may mean a district alone: not where that is named once more."""
        here = {d.key for d in self._districts if d.span == span}
        if self._province and self._province.in_force:
            here = {key for key in here if key.startswith(self._province.key + "/")}
        return bool(here.difference(d.key for d in self._districts if d.span != span))

    def _runs(self) -> Iterator[tuple[int, int, int]]:
        """Stretches of words that may hold a misspelt commune."""
        announced = any(segment.announced for segment in self._segments)
        for index, segment in enumerate(self._segments):
            starts: Sequence[int] = segment.announced
            if not (announced or segment.is_opening or segment.begins):
                starts = () if index * STRIDE in self._begins else (0,)
            for start in starts:
                bounds = [b for b in segment.begins if b > start]
                stop = min([*bounds, start + _LONGEST_RUN_WORDS, len(segment)])
                yield index, start, stop

    def _near(self, index: int, start: int, stop: int) -> Iterator[Match]:
        segment = self._segments[index]
        key = "".join(segment.keys[start:stop])
        if (len(key) < _SHORTEST_MISSPELT and not key.isdigit()) or key in KIND_KEYS:
            return
        kinds, begin = segment.before.get(start, ((), start))
        span = (index * STRIDE + begin, index * STRIDE + stop)
        if span[0] < self._province_span[1] and self._province_span[0] < span[1]:
            return
        shuts = stop == len(segment) or stop in segment.begins or span[1] in self._begins
        place = (0.0 if kinds else 0.5 if shuts else -1.0, SURE if shuts else FAIR - 0.01)
        accent = "".join(segment.accents[start:stop])
        written = _Written(span, kinds, accent, key, place)
        for unit, slips in self._nearest(key):
            match = self._weigh(unit, written, slips)
            if match is not None:
                yield match

    def _nearest(self, key: str) -> Iterator[tuple[Unit, int]]:
        """Communes with a name near to a key: in the named districts first, then anywhere."""
        found = False
        for district in {d.key: None for d in self._districts}:
            units = self._index.units(district)
            for near, slips in closest_keys(key, tuple(units)):
                if slips:
                    found = True
                    yield from ((unit, slips) for unit in units[near])
        if found or key.isdigit():
            return
        for code in self.codes:
            for near, slips in closest_keys(key, self._gazetteer.unit_keys.get(code, ())):
                for unit in self._gazetteer.names[near].units[code] if slips else ():
                    yield unit, slips

    def _weigh(self, unit: Unit, written: _Written, slips: int) -> Match | None:
        """Weigh the signs for one unit; None if one of them rules it out."""
        kinds = written.kinds
        if kinds and COMMUNE_KINDS.isdisjoint(kinds) and (not unit.kind or unit.kind.is_commune):
            return None
        by_province = province_sign(unit, self._province, len(self.codes))
        if by_province is None:
            return None
        by_district, in_district = self._district_sign(unit, written.span)
        signs = [
            by_province,
            by_district,
            written.place,
            accent_sign(unit, self._signs.accented, written.accent, written.plain, slips),
        ]
        if kinds:
            signs.append((2.0, SURE) if unit.kind in kinds else (-1.0, 0.95))
        if self._signs.recent is not None and self._signs.recent != unit.is_old:
            signs.append((2.0, SURE))
        if unit.is_alias:
            signs.append((-2.5, FAIR if in_district else DOUBTFUL))
        if slips:
            close = slips == 1 and len(written.plain) > _SHORT_NAME
            # What is a commune's name elsewhere is hardly a slip, unless the district says so.
            close &= in_district or not self._is_name(written.plain)
            signs.append((-1.5 * slips, FAIR if close else DOUBTFUL))
        score, surety = 0.0, SURE
        for adds, most in signs:
            score += adds
            surety = min(surety, most)
        return Match(unit, *written.span, score, surety, slips, in_district)

    def _is_name(self, key: str) -> bool:
        """Whether some commune bears the name as it is written."""
        names = self._gazetteer.names.get(key)
        return names is not None and bool(names.units)

    def _district_sign(self, unit: Unit, span: Span) -> tuple[Sign, bool]:
        """The sign, and whether a named district supports the unit."""
        best: NamedDistrict | None = None
        others = []
        for district in self._districts:
            if district.span[0] < span[1] and span[0] < district.span[1]:
                continue
            others.append(district)
            if district.key in unit.districts and (not best or district.strength > best.strength):
                best = district
        if best is not None:
            surety = FAIR if best.slips else SURE
            return (best.strength if unit.is_old else best.strength / 3, surety), True
        if any(d.strength != UNMARKED for d in others):
            return self._outside(unit, others), False
        if self._unknown_district:
            return ((-1.5, 0.88) if unit.is_old else (-2.0, DOUBTFUL)), False
        return ((-1.5, 0.95) if unit.is_old else (0.0, SURE)), False

    def _outside(self, unit: Unit, districts: Sequence[NamedDistrict]) -> Sign:
        """A district is announced that the unit is not in: limits move between neighbours."""
        if not unit.is_old:
            return -2.0, DOUBTFUL
        gap_km = min(self._index.gap_km(unit, d.key) for d in districts if d.is_announced)
        if gap_km < _NEIGHBOURS_KM:
            return -1.5, DOUBTFUL
        return (-3.0, 0.7) if gap_km < 3 * _NEIGHBOURS_KM else (-5.0, WEAK)


_NEIGHBOURS_KM = 8.0
