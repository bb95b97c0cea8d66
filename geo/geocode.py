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
from typing import Any, Protocol

from geo.addresses import read_address
from geo.coordinates import CoordinateReading, read_coordinates
from geo.gazetteer import Gazetteer, Unit
from geo.matches import FAIR, SURE, WEAK, AddressReading
from geo.records import Candidate, Placement, PlaceQuery
from geo.terms import Precision
from geo.text import strip_kind

MERGER = date(2025, 7, 1)
"""First day of the map with 34 provinces and without districts."""

_MOST_CANDIDATES = 6
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


class Coverage(Protocol):
    """Communes that can be asked where a point lies; `geo.boundaries` has one."""

    @property
    def tolerance_m(self) -> float:
        """How far outside its commune a point may lie and still be believed."""

    def locate_many(self, lons: Any, lats: Any, /) -> Any:
        """Code of the commune of each point, None outside every commune."""

    def distance_m(self, code: str, lon: float, lat: float, /) -> float:
        """Metres from a point to a commune, 0 inside; KeyError if it is unknown."""


PastCoverage = tuple[date, date | None, Coverage]


@dataclass(frozen=True, slots=True)
class _Words:
    """What the words and the code column of a row say together."""

    reading: AddressReading
    unit: Unit | None
    weights: dict[str, float]
    confidence: float
    method: str
    warnings: tuple[str, ...]


_SILENT = _Words(AddressReading(), None, {}, 0.0, "none", ())


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
        self._coverage = coverage
        self._past = tuple(past)
        self._said = lru_cache(maxsize=_REMEMBERED_ADDRESSES)(self._read_words)

    def place(self, query: PlaceQuery) -> Placement:
        """Place one row."""
        return self.place_many([query])[0]

    def place_many(self, queries: Sequence[PlaceQuery]) -> list[Placement]:
        """One placement for each row, in order; never raises for a bad row."""
        points = [read_coordinates(q.lat_cell, q.lon_cell, q.coordinate_cell) for q in queries]
        found = _locate(self._coverage, points, range(len(points)))
        then: list[str | None] = [None] * len(points)
        for first, last, coverage in self._past:
            days = enumerate(query.on for query in queries)
            rows = [i for i, on in days if on and first <= on <= (last or date.max)]
            for i, code in zip(rows, _locate(coverage, points, rows), strict=True):
                then[i] = then[i] or code
        rows_at = zip(queries, points, found, then, strict=True)
        return [self._place(query, point, now, old) for query, point, now, old in rows_at]

    def _place(
        self, query: PlaceQuery, point: CoordinateReading, found: str | None, then: str | None
    ) -> Placement:
        said = self._words(query)
        if said is _SILENT and found is not None:
            placed = self._exact(found, point, FAIR, "coordinates")
        elif not point.is_point:
            placed = self._from_words(said)
        elif self._coverage is None:
            placed = self._unchecked(said, point)
        else:
            placed = self._from_point(said, point, found)
        code = _code_on_day(query.on, said.unit, placed.commune_code_now, then)
        if code == placed.commune_code and not point.note:
            return placed
        notes = (point.note, *placed.warnings) if point.note else placed.warnings
        return replace(placed, commune_code=code, warnings=tuple(dict.fromkeys(notes)))

    def _words(self, query: PlaceQuery) -> _Words:
        """What the row says in words; equal rows are read once."""
        parts = (query.address, query.commune_name, query.district_name)
        texts = [part for part in parts if part]
        if not texts and not query.province_name and not query.commune_code:
            return _SILENT
        if query.province_name:
            kind, name = strip_kind(query.province_name)
            texts.append(query.province_name if kind else f"tỉnh {name}")
        recent = None if query.on is None else query.on >= MERGER
        return self._said(tuple(texts), query.commune_code, recent)

    def _read_words(self, texts: tuple[str, ...], code: str | None, recent: bool | None) -> _Words:
        read = read_address(self._gazetteer, texts, recent)
        notes = read.notes(recent)
        said = _Words(read, read.best, read.weights(), read.confidence, "text", notes)
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
        weights = {code: 1 / len(unit.codes_now) for code in unit.codes_now}
        if agreeing or said.unit is None:
            sure = WEAK if unit.is_split else SURE if agreeing else FAIR
            return _Words(said.reading, unit, weights, sure, "code", ())
        note = CODE_CONTRADICTION.format(coded=unit.full_name, named=said.unit.full_name)
        return _Words(said.reading, unit, weights | said.weights, _UNDECIDED, "code", (note,))

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
            candidates=_candidates(said.weights),
            warnings=said.warnings,
        )

    def _without_commune(self, said: _Words) -> Placement:
        province = said.reading.province_code
        return Placement(
            Precision.PROVINCE if province else Precision.UNLOCATED,
            province_code=province,
            method="text" if province else "none",
            confidence=_UNDECIDED if province else 0.0,
            candidates=_candidates(said.weights),
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
            sure = 0.99 if said.unit and found in said.unit.codes_now else 0.95
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
        for code in list(said.weights)[:_MOST_CANDIDATES]:
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
            return replace(placed, candidates=_candidates(weights))
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


def _locate(
    coverage: Coverage | None, points: Sequence[CoordinateReading], rows: Sequence[int]
) -> list[str | None]:
    """Commune of each of the rows' points, located all at once."""
    found: list[str | None] = [None] * len(rows)
    known = [at for at, i in enumerate(rows) if points[i].is_point]
    if coverage is None or not known:
        return found
    lons = [points[rows[at]].lon for at in known]
    lats = [points[rows[at]].lat for at in known]
    for at, code in zip(known, coverage.locate_many(lons, lats), strict=True):
        found[at] = code
    return found


def _code_on_day(
    on: date | None, unit: Unit | None, now: str | None, old: str | None
) -> str | None:
    """The commune on the map of the day; None where only the map in force is known."""
    if on is None or on >= MERGER:
        return now
    return unit.code if unit and unit.is_old and now in unit.codes_now else old


def _candidates(weights: dict[str, float]) -> tuple[Candidate, ...]:
    ranked = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Candidate(code, round(weight, 3)) for code, weight in ranked[:_MOST_CANDIDATES])
