"""The province and the districts that an address names, well spelt or not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from geo.district_index import DistrictIndex
from geo.gazetteer import District, Gazetteer, Province
from geo.segments import Mention, Segment
from geo.slips import closest_keys
from geo.text import UnitKind

STRIDE = 1_000
"""Word `at` of part `index` stands at `index * STRIDE + at` in the address."""

UNMARKED = 5.5
"""Strength of a district named without its kind."""

_ANNOUNCED_RIGHT, _ANNOUNCED_OTHERWISE = 6.0, 4.0
_HUE = "hue"
_PER_SLIP = 0.7
_SHORTEST_MISSPELT = 4
_MOST_WORDS = 6

Span = tuple[int, int]
NOWHERE: Span = (-1, -1)


class NamedProvince(NamedTuple):
    """A province that the address may name, and how much speaks for it."""

    province: Province
    score: float
    span: Span


class NamedDistrict(NamedTuple):
    """A district that the address names."""

    key: str
    province_code: str
    strength: float
    span: Span
    slips: int

    @property
    def is_announced(self) -> bool:
        """Whether its kind stands with it."""
        return self.strength != UNMARKED


def named_provinces(segments: Sequence[Segment]) -> list[NamedProvince]:
    """Provinces that the address may name, likeliest first."""
    found: list[NamedProvince] = []
    last = len(segments) - 1
    for index, segment in enumerate(segments):
        for base_score, mention in segment.provinces:
            score = base_score + 2 * (index == last) + (mention.stop + index) / 1000
            score += (index == last and mention.end == len(segment)) + 0.5 * (index == 0)
            span = _span(index, mention)
            found += [NamedProvince(p, score, span) for p in mention.names.provinces]
    found.sort(key=lambda named: -named.score)
    return found


def misspelt_provinces(segments: Sequence[Segment], gazetteer: Gazetteer) -> list[NamedProvince]:
    """The same where no province is spelt right: the nearest names."""
    found: list[NamedProvince] = []
    for index, segment in enumerate(segments):
        for start, stop in _unread(segment, segment.announced_provinces, index > 0):
            near = _nearest("".join(segment.keys[start:stop]), gazetteer.province_keys)
            span = (index * STRIDE + start, index * STRIDE + stop)
            announced = start in segment.announced_provinces
            for key, slips in near:
                score = 1.0 + 2 * announced - slips + (index == len(segments) - 1)
                found += [NamedProvince(p, score, span) for p in gazetteer.names[key].provinces]
    found.sort(key=lambda named: -named.score)
    return found


def named_districts(
    segments: Sequence[Segment], province: NamedProvince | None
) -> list[NamedDistrict]:
    """Districts of the province, or of any where none is named, in the order of the text."""
    code = province.province.code if province else None
    begin, stop = at = province.span if province else NOWHERE
    found = []
    for index, segment in enumerate(segments):
        for mention in segment.districts:
            span = _span(index, mention)
            overlaps = span[0] < stop and begin < span[1]
            if overlaps and (span != at or not _is_provincial_city(mention)):
                continue
            for district in mention.names.districts:
                if code is not None and district.province_code != code:
                    continue
                # It speaks for the city and against nobody: the province may be meant.
                strength = UNMARKED if overlaps else _strength(mention, district)
                found.append(NamedDistrict(district.key, district.province_code, strength, span, 0))
    return found


def _is_provincial_city(mention: Mention) -> bool:
    """Whether it is «TP. Sóc Trăng», the city in the province of its name; Huế is both in one."""
    return UnitKind.CITY in mention.kinds and all(p.key != _HUE for p in mention.names.provinces)


def misspelt_districts(
    segments: Sequence[Segment], province: NamedProvince, index_of_districts: DistrictIndex
) -> list[NamedDistrict]:
    """Districts announced under names that are not known: the nearest in a province."""
    code, (first, last) = province.province.code, province.span
    keys = index_of_districts.keys(code)
    return [
        NamedDistrict(
            district.key,
            code,
            _ANNOUNCED_RIGHT - _PER_SLIP * slips,
            (index * STRIDE + start - 1, index * STRIDE + stop),
            slips,
        )
        for index, segment in enumerate(segments)
        for start, stop in _unread(segment, segment.announced_districts, index > 0)
        if not first <= index * STRIDE + start <= last
        for key, slips in _nearest("".join(segment.keys[start:stop]), keys)
        for district in index_of_districts.named(key, code)
    ]


def _span(index: int, mention: Mention) -> Span:
    return index * STRIDE + mention.begin, index * STRIDE + mention.end


def _strength(mention: Mention, district: District) -> float:
    if not mention.kinds:
        return UNMARKED
    return _ANNOUNCED_RIGHT if district.kind in mention.kinds else _ANNOUNCED_OTHERWISE


def _unread(segment: Segment, announced: Sequence[int], whole: bool) -> Iterator[Span]:
    """Words behind an announcement; with `whole` also a part without any, if not a house."""
    for start in announced:
        ends = [begin for begin in segment.begins if begin >= start]
        stop = min([*ends, start + _MOST_WORDS, len(segment)])
        if start < stop:
            yield start, stop
    if whole and _is_unknown(segment):
        yield 0, len(segment)


def _is_unknown(segment: Segment) -> bool:
    """Whether it holds a few words that are neither announced nor, together, a known name."""
    if segment.begins or segment.is_opening or len(segment) > _MOST_WORDS:
        return False
    known = (*segment.units, *segment.districts)
    return not any(mention.opens and mention.end == len(segment) for mention in known)


def _nearest(written: str, choices: Sequence[str]) -> list[tuple[str, int]]:
    """The names at the smallest distance; a name spelt right is no slip."""
    if len(written) < _SHORTEST_MISSPELT:
        return []
    near = closest_keys(written, choices)
    return [(key, slips) for key, slips in near if 0 < slips == near[0][1]]
