"""Reading many addresses: what cannot change the reading is left out, the rest read once.

House, street and hamlet vary from row to row while commune, district and
province repeat. An opening part is left out only if no name in it could be
taken for a parent or a commune of the province that the rest names.
"""

from __future__ import annotations

from functools import lru_cache, partial

from geo.addresses import Address
from geo.gazetteer import Gazetteer
from geo.matches import AddressReading
from geo.text import kind_before, names_no_unit, split_words

_REMEMBERED = 65_536
_IN_HAND = 64
_BARE_PROVINCE = 1.0
"""More than the score of any province name in an opening part."""

_SOME_PROVINCE = ""
"""Stands among the provinces around an opening when it holds a province's name itself."""


class AddressReader:
    """Reads addresses; those that differ only by house, street or hamlet read alike.

    Parameters
    ----------
    gazetteer : Gazetteer
        The names of both maps.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._address = lru_cache(maxsize=_IN_HAND)(partial(Address, gazetteer))
        self._province = lru_cache(maxsize=_REMEMBERED)(self._province_named)
        self._opening = lru_cache(maxsize=_REMEMBERED)(self._names_in_opening)

    def read(self, text: str, accented: bool, recent: bool | None) -> AddressReading:
        """Find the communes that an address may mean.

        Parameters
        ----------
        text : str
            Address, commune, district and province, with commas between.
        accented : bool
            Whether diacritics stand in what `essence` left out.
        recent : bool or None
            Whether the map of 1 July 2025 was in force on the day; None: unknown.
        """
        return self._address(text, accented).read(recent)

    def essence(self, text: str) -> tuple[str, bool]:
        """Leave out the opening parts that cannot change the reading.

        Returns the rest, and whether diacritics stand in what was left out.
        """
        plain, rest = text.isascii(), text
        around: set[str] = set()
        while "," in rest:
            opening, _, after = rest.partition(",")
            names = self._opening(opening, plain)
            if names is None:
                break
            around |= names
            rest = after
        if rest is text:
            return text, False
        accented = not plain
        province = self._province(rest, accented) if around else ""
        return (text, False) if province is None or province in around else (rest, accented)

    def _province_named(self, text: str, accented: bool) -> str | None:
        """Code of the province if no name without a kind further ahead could take its place."""
        address = self._address(text, accented)
        named = address.province if address.province_score > _BARE_PROVINCE else None
        return named.code if named else None

    def _names_in_opening(self, text: str, plain: bool) -> frozenset[str] | None:
        """Provinces with names that stand in a street or hamlet; None if it is none for sure.

        `plain`: the whole address has no diacritics. Where only the opening has
        none, the rest decides how it is read.
        """
        words = split_words(text)
        size = len(words)
        if not size or words.segments[-1] or words.accented == plain:
            return None
        if not words.keys[0][0].isdigit() and (size == 1 or not names_no_unit(words, 1)):
            return None
        if any(kind_before(words, i)[0] for i in range(1, size)):
            return None
        found: set[str] = set()
        for hit in self._gazetteer.find(words):
            if hit.names.provinces:
                found.add(_SOME_PROVINCE)
            if hit.stop - hit.start > 1 or not words.keys[hit.start][0].isdigit():
                found.update(hit.names.units, (d.province_code for d in hit.names.districts))
        return frozenset(found)
