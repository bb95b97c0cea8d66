"""From what a row says of a place to a `Placement`.

Coordinates come first and are checked against the commune that the words name;
without them the words decide, on the map of the day first. What cannot be
decided keeps its candidates and a confidence below 0.9, so that a person looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from geo.coordinates import CoordinateReading, Coverage, locate, read_coordinates
from geo.decisions import Decisions, code_on_day, doubted, on_day
from geo.gazetteer import Gazetteer
from geo.matches import FAIR
from geo.metres import Measured, MetreReader
from geo.records import Candidate, Placement, PlaceQuery
from geo.row_words import MERGER, SILENT, WordsKey, WordsReader
from geo.terms import Precision
from geo.vn2000 import declared_system

__all__ = ["MERGER", "Geocoder"]

_REMEMBERED_ADDRESSES = 65_536
PastCoverage = tuple[date, date | None, Coverage]


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
        self._decisions = Decisions(gazetteer, coverage)
        self._words = WordsReader(gazetteer)
        self._metres = MetreReader(gazetteer, coverage)
        self._coverage = coverage
        self._past = tuple(past)
        self._placed = lru_cache(maxsize=_REMEMBERED_ADDRESSES)(self._place_words)
        self._alone: dict[str, tuple[str | None, tuple[Candidate, ...]]] = {}

    @property
    def coverage(self) -> Coverage | None:
        """The polygons in force."""
        return self._coverage

    def place(self, query: PlaceQuery) -> Placement:
        """Place one row."""
        return self.place_many([query])[0]

    def place_many(self, queries: Sequence[PlaceQuery]) -> list[Placement]:
        """One placement for each row, in order; never raises for a bad row."""
        points = [read_coordinates(q.lat_cell, q.lon_cell, q.coordinate_cell) for q in queries]
        self._settle(queries, points)
        found = locate(self._coverage, points, range(len(points)))
        then: list[str | None] = [None] * len(points)
        for first, last, coverage in self._past:
            days = enumerate(query.on for query in queries)
            rows = [i for i, on in days if on and first <= on <= (last or date.max)]
            for i, code in zip(rows, locate(coverage, points, rows), strict=True):
                then[i] = then[i] or code
        return [
            self._place(query, point, code, old)
            if code is None or point.note or _has_words(query)
            else self._wordless(query.on, point, code, old)
            for query, point, code, old in zip(queries, points, found, then, strict=True)
        ]

    def _settle(self, queries: Sequence[PlaceQuery], points: list[CoordinateReading]) -> None:
        """Put a point in the place of metres, and of degrees that are not WGS 84."""
        rows = [
            i
            for i, (query, point) in enumerate(zip(queries, points, strict=True))
            if point.metres or (query.coordinate_system is not None and point.lon is not None)
        ]
        if not rows:
            return
        measured = [
            Measured(
                points[i],
                declared_system(queries[i].coordinate_system),
                self._words.with_provinces(self._words.key(queries[i])),
            )
            for i in rows
        ]
        for i, settled in zip(rows, self._metres.settle(measured), strict=True):
            points[i] = settled

    def _place(
        self, query: PlaceQuery, point: CoordinateReading, found: str | None, then: str | None
    ) -> Placement:
        key = self._words.key(query)
        placed = self._with_words(key, point, found, then)
        if point.ceiling < 1.0 or point.rivals:
            placed = doubted(placed, point)
        return placed

    def _with_words(
        self, key: WordsKey, point: CoordinateReading, found: str | None, then: str | None
    ) -> Placement:
        if not point.is_point:
            placed = self._placed(key)
            return on_day(placed, placed.commune_code, point.note) if point.note else placed
        said = self._words.said(key)
        if said is SILENT and found is not None:
            placed = self._decisions.exact(found, point, FAIR, "coordinates")
        elif self._coverage is None:
            placed = self._decisions.unchecked(said, point)
        else:
            placed = self._decisions.from_point(said, point, found)
        code = code_on_day(key[3], said, placed.commune_code_now, then)
        if code == placed.commune_code and not point.note:
            return placed
        return on_day(placed, code, point.note)

    def _wordless(
        self, on: date | None, point: CoordinateReading, found: str, then: str | None
    ) -> Placement:
        """A point beside which nothing stands: only the map decides."""
        known = self._alone.get(found)
        if known is None:
            known = self._decisions.province_of(found), (Candidate(found, FAIR),)
            self._alone[found] = known
        province, candidates = known
        return Placement(
            Precision.EXACT,
            found if on is None or on >= MERGER else then,
            found,
            province,
            point.lon,
            point.lat,
            "coordinates",
            FAIR,
            candidates,
        )

    def _place_words(self, key: WordsKey) -> Placement:
        said = self._words.said(key)
        placed = self._decisions.from_words(said)
        now = code_on_day(key[3], said, placed.commune_code_now, None)
        return placed if now == placed.commune_code else on_day(placed, now, "")


def _has_words(query: PlaceQuery) -> bool:
    return bool(
        query.address
        or query.commune_name
        or query.commune_code
        or query.province_name
        or query.district_name
    )
