"""From what a row says of a place to a `Placement`.

Coordinates come first and are checked against the commune that the words name;
without them the words decide, on the map of the day first. What cannot be
decided keeps its candidates and a confidence below 0.9, so that a person looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from geo.address_reader import AddressReader
from geo.coordinates import CoordinateReading, Coverage, locate, read_coordinates
from geo.gazetteer import Gazetteer, Unit
from geo.matches import FAIR, MOST_CANDIDATES, SURE, WEAK, AddressReading, candidates_of
from geo.records import Candidate, Placement, PlaceQuery
from geo.terms import Precision
from geo.text import strip_kind

MERGER = date(2025, 7, 1)
"""First day of the map with 34 provinces and without districts."""

_UNDECIDED = 0.5
_REMEMBERED_ADDRESSES = 65_536

NO_COMMUNE = "Chỉ xác định được tỉnh."
NO_PLACE = "Không xác định được địa điểm."
AT_SEA = "Tọa độ không nằm trong xã nào."
NEARBY = "Tọa độ nằm ngoài {name} khoảng {metres} m, trong sai số của ranh giới."
CONTRADICTION = "Tọa độ nằm ở {found}, địa chỉ ghi {named}; cần kiểm tra."
UNCHECKED = "Chưa có ranh giới để kiểm tra tọa độ."
UNKNOWN_CODE = "Mã xã «{code}» không có trong danh mục."
CODE_CONTRADICTION = "Mã xã chỉ {coded}, địa chỉ ghi {named}; cần kiểm tra."


PastCoverage = tuple[date, date | None, Coverage]


@dataclass(frozen=True, slots=True)
class _Words:
    """What the words and the code column of a row say together."""

    reading: AddressReading
    unit: Unit | None
    heirs: tuple[str, ...]
    weights: dict[str, float]
    confidence: float
    method: str
    warnings: tuple[str, ...]


_Key = tuple[str, bool, str | None, bool | None]
"""Words, whether diacritics stood in what was left out, the code cell, whether recent."""

_SILENT = _Words(AddressReading(), None, (), {}, 0.0, "none", ())


class Geocoder:
    """Places rows on the map in force and on the map of their day.

    Parameters
    ----------
    gazetteer : Gazetteer
        Names of the communes in force and of the old ones.
    coverage : Coverage or None
        Polygons in force, WGS 84; without them points are taken unchecked.
    past : sequence of (date, date or None, Coverage)
        Earlier coverages with their first and last day, for `commune_code`.
    """

    def __init__(
        self, gazetteer: Gazetteer, coverage: Coverage | None, past: Sequence[PastCoverage] = ()
    ) -> None:
        self._gazetteer = gazetteer
        self._reader = AddressReader(gazetteer)
        self._coverage = coverage
        self._past = tuple(past)
        self._said = lru_cache(maxsize=_REMEMBERED_ADDRESSES)(self._read_words)
        self._placed = lru_cache(maxsize=_REMEMBERED_ADDRESSES)(self._place_words)

    def place(self, query: PlaceQuery) -> Placement:
        """Place one row."""
        return self.place_many([query])[0]

    def place_many(self, queries: Sequence[PlaceQuery]) -> list[Placement]:
        """One placement for each row, in order; never raises for a bad row."""
        points = [read_coordinates(q.lat_cell, q.lon_cell, q.coordinate_cell) for q in queries]
        found = locate(self._coverage, points, range(len(points)))
        then: list[str | None] = [None] * len(points)
        for first, last, coverage in self._past:
            days = enumerate(query.on for query in queries)
            rows = [i for i, on in days if on and first <= on <= (last or date.max)]
            for i, code in zip(rows, locate(coverage, points, rows), strict=True):
                then[i] = then[i] or code
        rows_at = zip(queries, points, found, then, strict=True)
        return [self._place(query, point, now, old) for query, point, now, old in rows_at]

    def _place(
        self, query: PlaceQuery, point: CoordinateReading, found: str | None, then: str | None
    ) -> Placement:
        key = self._key(query)
        if not point.is_point:
            placed = self._placed(*key)
            return _on_day(placed, placed.commune_code, point.note) if point.note else placed
        said = self._said(*key)
        if said is _SILENT and found is not None:
            placed = self._exact(found, point, FAIR, "coordinates")
        elif self._coverage is None:
            placed = self._unchecked(said, point)
        else:
            placed = self._from_point(said, point, found)
        code = _code_on_day(key[3], said, placed.commune_code_now, then)
        if code == placed.commune_code and not point.note:
            return placed
        return _on_day(placed, code, point.note)

    def _key(self, query: PlaceQuery) -> _Key:
        """What of the row's words and day matters; rows with equal keys are read once."""
        parts = (query.address, query.commune_name, query.district_name)
        texts = [part for part in parts if part]
        if query.province_name:
            kind, name = strip_kind(query.province_name)
            texts.append(query.province_name if kind else f"tỉnh {name}")
        recent = None if query.on is None else query.on >= MERGER
        text, accented = self._reader.essence(", ".join(texts))
        return text, accented, query.commune_code or None, recent

    def _read_words(
        self, text: str, accented: bool, code: str | None, recent: bool | None
    ) -> _Words:
        if not text and not code:
            return _SILENT
        read = self._reader.read(text, accented, recent)
        notes = read.notes(recent)
        unit = read.best
        heirs = unit.codes_now if unit else ()
        said = _Words(read, unit, heirs, read.weights(), read.confidence, "text", notes)
        return said if not code else self._with_code(said, code, recent)

    def _with_code(self, said: _Words, cell: str, recent: bool | None) -> _Words:
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
            return _Words(said.reading, unit, heirs, weights, sure, "code", ())
        note = CODE_CONTRADICTION.format(coded=unit.full_name, named=said.unit.full_name)
        weights |= said.weights
        return _Words(said.reading, unit, heirs, weights, _UNDECIDED, "code", (note,))

    def _place_words(
        self, text: str, accented: bool, code: str | None, recent: bool | None
    ) -> Placement:
        said = self._said(text, accented, code, recent)
        placed = self._from_words(said)
        now = _code_on_day(recent, said, placed.commune_code_now, None)
        return placed if now == placed.commune_code else _on_day(placed, now, "")

    def _from_words(self, said: _Words) -> Placement:
        if said.unit is None or (said.confidence < WEAK / 4 and not said.reading.province_code):
            return self._without_commune(said)
        code = said.unit.code_now
        return Placement(
            Precision.COMMUNE,
            commune_code_now=code,
            province_code=self._province_of(code),
            method=said.method,
            confidence=round(said.confidence, 3),
            candidates=candidates_of(said.weights),
            warnings=said.warnings,
        )

    def _without_commune(self, said: _Words) -> Placement:
        province = said.reading.province_code
        return Placement(
            Precision.PROVINCE if province else Precision.UNLOCATED,
            province_code=province,
            method="text" if province else "none",
            confidence=_UNDECIDED if province else 0.0,
            candidates=candidates_of(said.weights),
            warnings=(*said.warnings, NO_COMMUNE if province else NO_PLACE),
        )

    def _unchecked(self, said: _Words, point: CoordinateReading) -> Placement:
        placed = self._from_words(said)
        return replace(
            placed,
            precision=Precision.EXACT,
            lon=point.lon,
            lat=point.lat,
            confidence=min(placed.confidence, FAIR),
            warnings=(*placed.warnings, UNCHECKED),
        )

    def _from_point(self, said: _Words, point: CoordinateReading, found: str | None) -> Placement:
        """A point against the commune that the words name."""
        if found in said.weights:
            # The point decides between successors of a divided commune, and between namesakes.
            sure = 0.99 if found in said.heirs else 0.95
            return self._exact(found, point, sure, "coordinates+text")
        near, metres = self._nearest_named(said, point)
        if near is not None:
            name = self._gazetteer.by_new_code[near].full_name
            note = NEARBY.format(name=name, metres=round(metres))
            return self._exact(near, point, 0.95, "coordinates+text", (note,))
        if found is None:
            placed = self._from_words(said)
            return replace(placed, warnings=(*placed.warnings, AT_SEA))
        province = said.reading.province_code
        if said.unit is None and province in (None, self._province_of(found)):
            sure = FAIR if province is None else SURE
            return self._exact(found, point, sure, "coordinates")
        return self._contradiction(said, point, found)

    def _nearest_named(self, said: _Words, point: CoordinateReading) -> tuple[str | None, float]:
        coverage = self._coverage
        if coverage is None or point.lon is None or point.lat is None:
            return None, 0.0
        distances = []
        for code in list(said.weights)[:MOST_CANDIDATES]:
            with suppress(KeyError):  # a commune that this coverage does not draw
                distances.append((coverage.distance_m(code, point.lon, point.lat), code))
        metres, code = min(distances, default=(float("inf"), ""))
        return (code, metres) if metres <= coverage.tolerance_m else (None, metres)

    def _contradiction(self, said: _Words, point: CoordinateReading, found: str) -> Placement:
        """Point and words disagree: both are kept. Across provinces the point is not believed."""
        unit, units = said.unit, self._gazetteer.by_new_code
        note = CONTRADICTION.format(
            found=units[found].full_name if found in units else found,
            named=unit.full_name if unit else "một tỉnh khác",
        )
        weights = {code: weight / 2 for code, weight in said.weights.items()} | {found: 0.5}
        both = replace(said, weights=weights, confidence=_UNDECIDED, warnings=(note,))
        believed = said.reading.province_code in (None, self._province_of(found))
        if unit is None or believed:
            placed = self._exact(found, point, _UNDECIDED, "coordinates", (note,))
            return replace(placed, candidates=candidates_of(weights))
        return self._from_words(both)

    def _exact(
        self,
        code: str,
        point: CoordinateReading,
        confidence: float,
        method: str,
        warnings: tuple[str, ...] = (),
    ) -> Placement:
        return Placement(
            Precision.EXACT,
            commune_code=code,
            commune_code_now=code,
            province_code=self._province_of(code),
            lon=point.lon,
            lat=point.lat,
            method=method,
            confidence=confidence,
            candidates=(Candidate(code, confidence),),
            warnings=warnings,
        )

    def _province_of(self, code: str) -> str | None:
        unit = self._gazetteer.by_new_code.get(code)
        return unit.province_code if unit else None


def _code_on_day(recent: bool | None, said: _Words, now: str | None, old: str | None) -> str | None:
    """The commune on the map of the day; None where only the map in force is known."""
    if recent is not False:
        return now
    return said.unit.code if said.unit and said.unit.is_old and now in said.heirs else old


def _on_day(placed: Placement, code: str | None, note: str) -> Placement:
    """The placement with the commune of the day, and what was mended in the cells."""
    notes = (note, *placed.warnings) if note else placed.warnings
    return Placement(
        placed.precision,
        code,
        placed.commune_code_now,
        placed.province_code,
        placed.lon,
        placed.lat,
        placed.method,
        placed.confidence,
        placed.candidates,
        tuple(dict.fromkeys(notes)),
    )
