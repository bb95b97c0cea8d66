"""Reading many addresses: parts that repeat are read once, what cannot matter is left out.

House, street and hamlet vary from row to row while commune, district and
province repeat. What stands before the first part that announces a unit is left
out if that part holds a known commune and the province follows.
"""

from __future__ import annotations

import re
import unicodedata

from geo.addresses import Address
from geo.district_index import DistrictIndex
from geo.gazetteer import Gazetteer
from geo.kinds import KIND_WORDS
from geo.matches import AddressReading
from geo.segments import Segment, read_segment

_REMEMBERED_PARTS = 32_768
_IN_HAND = 256
_PARTS = re.compile(r"[,;|()\[\]\n\r\t]+")
_KIND = re.compile(rf"(?i)(?<!\w)(?:{'|'.join(KIND_WORDS)})(?![^\W\d])")


class _Parts:
    """Parts already read. Only what comes back is kept: most houses and streets never do."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._names = gazetteer.names
        self._in_hand: dict[str, Segment] = {}
        self._kept: dict[str, Segment] = {}
        self._seen: set[int] = set()

    def read(self, text: str) -> Segment:
        """Read one part, or remember it."""
        found = self._kept.get(text)
        if found is None:
            found = self._in_hand.get(text)
        return found if found is not None else self._read_new(text)

    def _read_new(self, text: str) -> Segment:
        segment = read_segment(self._names, text)
        if len(self._in_hand) >= _IN_HAND:
            self._in_hand.clear()
        if len(self._seen) >= 4 * _REMEMBERED_PARTS:
            self._seen.clear()
        if len(self._kept) >= _REMEMBERED_PARTS:
            self._kept.clear()
        if hash(text) in self._seen:
            self._kept[text] = segment
        else:
            self._seen.add(hash(text))
            self._in_hand[text] = segment
        return segment


class AddressReader:
    """Reads addresses; those that differ only by house, street or hamlet read alike.

    Parameters
    ----------
    gazetteer : Gazetteer
        The names of both maps.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._districts = DistrictIndex(gazetteer)
        self._parts = _Parts(gazetteer)

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
        segments = [self._parts.read(part) for part in _PARTS.split(text)]
        words = [segment for segment in segments if segment.keys]
        return Address(self._districts, words, accented, recent).read()

    def essence(self, text: str) -> tuple[str, bool]:
        """Leave out the opening parts that cannot change the reading.

        Returns the rest, and whether diacritics stand in what was left out.
        """
        if "," not in text:
            return text, False
        text = unicodedata.normalize("NFC", text)
        parts = _PARTS.split(text)
        first = next((i for i, part in enumerate(parts) if _KIND.search(part)), 0)
        if not first or not self._stands([self._parts.read(part) for part in parts[first:]]):
            return text, False
        return ",".join(parts[first:]), not all(part.isascii() for part in parts[:first])

    @staticmethod
    def _stands(segments: list[Segment]) -> bool:
        """Whether these parts end in a province and begin with a commune announced and known."""
        first, last = segments[0], segments[-1]
        if not first.announced or not last.provinces:
            return False
        _score, named = last.provinces[-1]
        code = named.names.provinces[0].code
        return named.end == len(last) and any(
            mention.kinds and code in mention.names.units for mention in first.units
        )
