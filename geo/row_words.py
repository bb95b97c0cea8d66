"""What the words and the code column of a row say of its commune, read once for many rows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property, lru_cache

from geo.address_reader import AddressReader
from geo.gazetteer import Gazetteer, Unit
from geo.matches import FAIR, SURE, WEAK, AddressReading
from geo.records import PlaceQuery
from geo.text import split_words, strip_kind

MERGER = date(2025, 7, 1)
"""First day of the map with 34 provinces and without districts."""

UNDECIDED = 0.5
UNKNOWN_CODE = "Mã xã «{code}» không có trong danh mục."
CODE_CONTRADICTION = "Mã xã chỉ {coded}, địa chỉ ghi {named}; cần kiểm tra."
_REMEMBERED = 65_536


@dataclass(frozen=True)
class RowWords:
    """What the words and the code column of a row say together.

    `weights` are the communes in force that may be meant, heaviest first;
    `heirs` those of the likeliest unit. `provinces` are keys of the provinces
    before July 2025 that it may lie in.
    """

    reading: AddressReading
    unit: Unit | None
    heirs: tuple[str, ...]
    weights: dict[str, float]
    confidence: float
    method: str
    warnings: tuple[str, ...]
    provinces: tuple[str, ...] = ()


_MOST_LETTERS = 1_000
"""What stands farther ahead of the province is a story, no address; time grows with its square."""

SILENT = RowWords(AddressReading(), None, (), {}, 0.0, "none", ())

WordsKey = tuple[str, bool, str | None, bool | None]
"""Words, whether diacritics stood in what was left out, the code cell, whether recent."""


class WordsReader:
    """Reads words and code cells; rows with equal keys are read once.

    Parameters
    ----------
    gazetteer : Gazetteer
        Names of the communes in force and of the old ones.
    """

    def __init__(self, gazetteer: Gazetteer) -> None:
        self._gazetteer = gazetteer
        self._reader = AddressReader(gazetteer)
        self.said = lru_cache(maxsize=_REMEMBERED)(self._read)

    def key(self, query: PlaceQuery) -> WordsKey:
        """What of the row's words and day matters."""
        parts = (query.address, query.commune_name, query.district_name)
        texts = [part for part in parts if part]
        if query.province_name:
            kind, name = strip_kind(query.province_name)
            texts.append(query.province_name if kind else f"tỉnh {name}")
        recent = None if query.on is None else query.on >= MERGER
        text, accented = self._reader.essence(", ".join(texts)[-_MOST_LETTERS:])
        return text, accented, query.commune_code or None, recent

    def _read(self, key: WordsKey) -> RowWords:
        text, accented, code, recent = key
        if not text and not code:
            return SILENT
        read = self._reader.read(text, accented, recent)
        notes = read.notes(recent)
        unit = read.best
        heirs = unit.codes_now if unit else ()
        said = RowWords(read, unit, heirs, read.weights(), read.confidence, "text", notes)
        return said if not code else self._with_code(said, code, recent)

    def with_provinces(self, key: WordsKey) -> RowWords:
        """What the words say, with the old provinces they may mean: only metres ask for them."""
        said = self.said(key)
        return said if said is SILENT else replace(said, provinces=self._provinces(said, key[0]))

    def _with_code(self, said: RowWords, cell: str, recent: bool | None) -> RowWords:
        """An official code beside the words: the map is that of the day, or the one that fits."""
        code = cell.strip().removesuffix(".0").zfill(5)
        new, old = self._gazetteer.by_new_code, self._gazetteer.by_old_code
        maps = (old, new) if recent is False else (new, old)
        units = [unit for units in maps if (unit := units.get(code))]
        if not units:
            return replace(said, warnings=(*said.warnings, UNKNOWN_CODE.format(code=cell.strip())))
        agreeing = [unit for unit in units if set(unit.codes_now) & said.weights.keys()]
        unit = agreeing[0] if agreeing else units[0]
        heirs = unit.codes_now
        weights = {code: 1 / len(heirs) for code in heirs}
        if agreeing or said.unit is None:
            sure = WEAK if unit.is_split else SURE if agreeing else FAIR
            return RowWords(said.reading, unit, heirs, weights, sure, "code", ())
        note = CODE_CONTRADICTION.format(coded=unit.full_name, named=said.unit.full_name)
        weights |= said.weights
        return RowWords(said.reading, unit, heirs, weights, UNDECIDED, "code", (note,))

    def _provinces(self, said: RowWords, text: str) -> tuple[str, ...]:
        """Old provinces of the likeliest unit and of those that rival it, else the named ones."""
        units = [said.unit, *(match.unit for match in said.reading.matches)]
        keys = [key for unit in units if unit for key in sorted(unit.old_provinces)]
        if not keys and said.reading.province_code:
            keys = self._named(text, said.reading.province_code)
        return tuple(dict.fromkeys(keys))

    def _named(self, text: str, code: str) -> list[str]:
        """The old province that the text names, else all that make up the one in force."""
        hits = self._gazetteer.find(split_words(text))
        named = [p for hit in hits for p in hit.names.provinces if p.code == code]
        old = [province.key for province in named if not province.in_force]
        return old or self._parts_of.get(code, [])

    @cached_property
    def _parts_of(self) -> dict[str, list[str]]:
        parts: dict[str, dict[str, None]] = {}
        for unit in self._gazetteer.by_new_code.values():
            for key in sorted(unit.old_provinces):
                parts.setdefault(unit.province_code, {})[key] = None
        return {code: list(keys) for code, keys in parts.items()}
