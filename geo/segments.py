"""One comma part of an address: its words, and every known name in them.

A part reads the same wherever it stands, so it is read once and remembered:
provinces, districts and communes repeat from row to row while houses and
streets do not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from geo.kinds import (
    COMMUNE_KINDS,
    DISTRICT_KINDS,
    Kinds,
    announced_at,
    kinds_after,
    names_no_unit,
    without_country,
)
from geo.text import UnitKind, part_words
from geo.units import Names

_LONGEST_NAME_WORDS = 6
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8, "ix": 9}
_ROMAN |= {"x": 10, "xi": 11, "xii": 12, "xiii": 13, "xiv": 14, "xv": 15, "xvi": 16}
_PROVINCE_MARKS = {UnitKind.PROVINCE: 4.0, UnitKind.CITY: 2.0}
_NEVER_DISTRICT = COMMUNE_KINDS | {UnitKind.PROVINCE}
_DISTRICT_OR_CITY = DISTRICT_KINDS | {UnitKind.CITY}
_NUMBERED = frozenset({UnitKind.WARD, UnitKind.URBAN_DISTRICT})


class Mention(NamedTuple):
    """A known name at words `start` to `stop`; `begin` and `end` take its kind along.

    `is_elsewhere`: a street, hamlet or house number stands before. `opens`,
    `shuts`: it begins the part; it ends the part or another announced name follows.
    """

    start: int
    stop: int
    begin: int
    end: int
    kinds: Kinds
    names: Names
    is_number: bool
    is_elsewhere: bool
    opens: bool
    shuts: bool

    @property
    def for_commune(self) -> bool:
        """Whether its kind, if any, is that of a commune."""
        return not self.kinds or not COMMUNE_KINDS.isdisjoint(self.kinds)


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A comma part: words and the names in it, by what they may be.

    `before` gives for a word the kinds announced before it, and where they begin.
    `announced`, `announced_districts` and `announced_provinces` are the words
    behind which such a name is announced. `is_opening`: it begins with a house
    number, street, hamlet or landmark and announces nothing.
    """

    keys: tuple[str, ...]
    accents: tuple[str, ...]
    is_accented: bool
    is_opening: bool
    before: Mapping[int, tuple[Kinds, int]]
    begins: frozenset[int]
    announced: tuple[int, ...]
    announced_districts: tuple[int, ...]
    announced_provinces: tuple[int, ...]
    provinces: tuple[tuple[float, Mention], ...]
    districts: tuple[Mention, ...]
    units: tuple[Mention, ...]

    def __len__(self) -> int:
        return len(self.keys)


def read_segment(names: Mapping[str, Names], text: str) -> Segment:
    """Read one comma part with the index of a gazetteer.

    >>> read_segment({}, "Phường Bến Nghé").announced
    (1,)
    """
    keys, accents = part_words(text)
    start, stop = without_country(keys)
    if stop - start < len(keys):
        keys, accents = keys[start:stop], accents[start:stop]
    known = _known(names, keys)
    before = announced_at(keys, accents, known)
    begins = frozenset([begin for _, begin in before.values()]) if before else _NONE
    if before and (roman := _roman_numbers(accents, before, begins)):
        keys, accents = _with_numbers(keys, roman), _with_numbers(accents, roman)
        known = _known(names, keys)
    mentions = _mentions(known, keys, accents, before, begins) if known else []
    opening = not before and (not keys or keys[0][0].isdigit() or names_no_unit(keys, accents, 1))
    announced = _announcing(before) if before else ((), (), ())
    return Segment(
        keys, accents, keys != accents, opening, before, begins, *announced, *_by_use(mentions)
    )


_NONE: frozenset[int] = frozenset()
_CITY_OR_PROVINCE = frozenset({UnitKind.PROVINCE, UnitKind.CITY})


def _announcing(
    before: Mapping[int, tuple[Kinds, int]],
) -> tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]:
    """Words before which a commune, a district, a province is announced."""
    communes, districts, provinces = [], [], []
    for at, (kinds, _) in before.items():
        if not COMMUNE_KINDS.isdisjoint(kinds):
            communes.append(at)
        if not _DISTRICT_OR_CITY.isdisjoint(kinds):
            districts.append(at)
        if not _CITY_OR_PROVINCE.isdisjoint(kinds):
            provinces.append(at)
    return tuple(communes), tuple(districts), tuple(provinces)


def _by_use(
    mentions: list[Mention],
) -> tuple[tuple[tuple[float, Mention], ...], tuple[Mention, ...], tuple[Mention, ...]]:
    """Mentions that may be provinces, with what speaks for them; districts; communes."""
    if not mentions:
        return (), (), ()
    provinces = [(_as_province(m, mentions), m) for m in mentions if _may_be_province(m)]
    districts = [m for m in mentions if m.names.districts and _may_be_district(m, mentions)]
    return tuple(provinces), tuple(districts), tuple([m for m in mentions if m.names.units])


def _roman_numbers(
    accents: tuple[str, ...], before: Mapping[int, tuple[Kinds, int]], begins: frozenset[int]
) -> list[int]:
    """Where a ward or district is numbered in Roman figures: Phường IV, not Phường Vị Khê."""
    return [
        at
        for at, (kinds, _) in before.items()
        if at < len(accents) and accents[at] in _ROMAN and not _NUMBERED.isdisjoint(kinds)
        if at + 1 == len(accents) or at + 1 in begins
    ]


def _with_numbers(words: tuple[str, ...], roman: list[int]) -> tuple[str, ...]:
    return tuple([str(_ROMAN[word]) if at in roman else word for at, word in enumerate(words)])


def _mentions(
    known: list[tuple[int, int, Names]],
    keys: tuple[str, ...],
    accents: tuple[str, ...],
    before: Mapping[int, tuple[Kinds, int]],
    begins: frozenset[int],
) -> list[Mention]:
    """Every known name, short ones first from each word."""
    size, ended = len(keys), {0}
    found = []
    for start, stop, names in known:
        kinds, begin = before.get(start, ((), start))
        end = stop
        if not kinds and stop < size:
            kinds, end = kinds_after(keys, stop)
        if kinds or stop - start > 1:
            ended.add(stop)
        mention = Mention(
            start,
            stop,
            begin,
            end,
            kinds,
            names,
            stop - start == 1 and keys[start][0].isdigit(),
            # The last word of a known name is no street's.
            not kinds and start not in ended and names_no_unit(keys, accents, start),
            begin == 0,
            end == size or end in begins,
        )
        found.append(mention)
    return found


def _known(names: Mapping[str, Names], keys: tuple[str, ...]) -> list[tuple[int, int, Names]]:
    lookup, size = names.get, len(keys)
    found = []
    for start in range(size):
        joined = ""
        for stop in range(start, min(start + _LONGEST_NAME_WORDS, size)):
            joined += keys[stop]
            if (named := lookup(joined)) is not None:
                found.append((start, stop + 1, named))
    return found


def _may_be_province(mention: Mention) -> bool:
    if not mention.names.provinces or mention.is_elsewhere:
        return False
    return not mention.kinds or not _CITY_OR_PROVINCE.isdisjoint(mention.kinds)


def _as_province(mention: Mention, mentions: list[Mention]) -> float:
    """How much speaks for the province: its kind, and that no longer name begins here."""
    score = max((_PROVINCE_MARKS.get(kind, 0.0) for kind in mention.kinds), default=0.0)
    score -= 4.0 * any(m.start == mention.start and m.stop > mention.stop for m in mentions)
    return score + (mention.stop - mention.start) / 100


def _may_be_district(mention: Mention, mentions: list[Mention]) -> bool:
    """Not announced as a commune; unannounced, not a number, street or a commune's last words."""
    if mention.kinds:
        return not _NEVER_DISTRICT.issuperset(mention.kinds)
    if mention.is_number or mention.is_elsewhere:
        return False
    return not any(
        m.stop == mention.stop and m.start < mention.start and m.names.units for m in mentions
    )
