"""Words and point of one row → its placement: who is believed, and how far.

What cannot be decided keeps its candidates and a confidence below 0.9, so that
a person looks.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from geo.coordinates import CoordinateReading, Coverage
from geo.gazetteer import Gazetteer
from geo.matches import FAIR, MOST_CANDIDATES, SURE, candidates_of
from geo.records import Candidate, Placement
from geo.row_words import UNDECIDED, RowWords
from geo.terms import Precision

NO_COMMUNE = "Chỉ xác định được tỉnh."
NO_PLACE = "Không xác định được địa điểm."
AT_SEA = "Tọa độ không nằm trong xã nào."
NEARBY = "Tọa độ nằm ngoài {name} khoảng {metres} m, trong sai số của ranh giới."
CONTRADICTION = "Tọa độ nằm ở {found}, địa chỉ ghi {named}; cần kiểm tra."
UNCHECKED = "Chưa có ranh giới để kiểm tra tọa độ."

_UNLIKELY, _TIED = 0.05, 0.9
"""A commune weighing less is not what sure words mean, wherever the point lies."""


class Decisions:
    """Decides between what words and point of a row say.

    Parameters
    ----------
    gazetteer : Gazetteer
        Names of the communes in force.
    coverage : Coverage or None
        Polygons in force, WGS 84.
    """

    def __init__(self, gazetteer: Gazetteer, coverage: Coverage | None) -> None:
        self._gazetteer = gazetteer
        self._coverage = coverage

    def from_words(self, said: RowWords) -> Placement:
        """The commune that the words alone mean, else their province.

        Two communes as likely as each other, or a name without its province, are no
        commune: the candidates wait for a person.
        """
        if said.unit is None or (said.confidence < UNDECIDED and _is_guess(said)):
            return self._without_commune(said)
        code = said.unit.code_now
        return Placement(
            Precision.COMMUNE,
            commune_code_now=code,
            province_code=self.province_of(code),
            method=said.method,
            confidence=round(said.confidence, 3),
            candidates=candidates_of(said.weights),
            warnings=said.warnings,
        )

    def _without_commune(self, said: RowWords) -> Placement:
        found = {self.province_of(code) for code in said.weights}
        province = said.reading.province_code or (found.pop() if len(found) == 1 else None)
        return Placement(
            Precision.PROVINCE if province else Precision.UNLOCATED,
            province_code=province,
            method="text" if province else "none",
            confidence=UNDECIDED if province else 0.0,
            candidates=candidates_of(said.weights),
            warnings=(*said.warnings, NO_COMMUNE if province else NO_PLACE),
        )

    def unchecked(self, said: RowWords, point: CoordinateReading) -> Placement:
        """A point that no polygon can confirm."""
        placed = self.from_words(said)
        return replace(
            placed,
            precision=Precision.EXACT,
            lon=point.lon,
            lat=point.lat,
            confidence=min(placed.confidence, FAIR),
            warnings=(*placed.warnings, UNCHECKED),
        )

    def from_point(self, said: RowWords, point: CoordinateReading, found: str | None) -> Placement:
        """A point against the commune that the words name."""
        if found in said.weights and not self._is_ruled_out(said, found):
            # The point decides between successors of a divided commune, and between namesakes.
            sure = 0.99 if found in said.heirs else 0.95
            return self.exact(found, point, sure, "coordinates+text")
        if near := self._nearest_named(said, point):
            metres, code = near
            name = self._gazetteer.by_new_code[code].full_name
            note = NEARBY.format(name=name, metres=round(metres))
            return self.exact(code, point, 0.95, "coordinates+text", (note,))
        if found is None:
            placed = self.from_words(said)
            return replace(placed, warnings=(*placed.warnings, AT_SEA))
        province = said.reading.province_code
        if said.unit is None and province in (None, self.province_of(found)):
            sure = FAIR if province is None else SURE
            return self.exact(found, point, sure, "coordinates")
        if self._names_district_of(said, found):
            return self.exact(found, point, FAIR, "coordinates+text")
        return self._contradiction(said, point, found)

    def _names_district_of(self, said: RowWords, found: str) -> bool:
        """Whether unsure words may mean the old district by that name, and the point is in it."""
        unit, commune = said.unit, self._gazetteer.by_new_code.get(found)
        if unit is None or commune is None or unit.is_split or said.confidence >= 0.9:
            return False
        return any(district.endswith(unit.key) for district in commune.districts)

    def _is_ruled_out(self, said: RowWords, found: str) -> bool:
        """Whether sure words leave next to nothing for a namesake that the point lies in."""
        sure = said.confidence >= 0.9 and found not in said.heirs
        return sure and said.weights[found] < _UNLIKELY

    def _nearest_named(self, said: RowWords, point: CoordinateReading) -> tuple[float, str] | None:
        """Metres and code of the nearest named commune within the limits' tolerance."""
        coverage, lon, lat = self._coverage, point.lon, point.lat
        if coverage is None or lon is None or lat is None:
            return None
        near: list[tuple[float, str]] = []
        for code in list(said.weights)[:MOST_CANDIDATES]:
            with suppress(KeyError):  # a commune that this coverage does not draw
                metres = coverage.near_m(code, lon, lat)
                if metres is not None:
                    near.append((metres, code))
        return min(near, default=None)

    def _contradiction(self, said: RowWords, point: CoordinateReading, found: str) -> Placement:
        """Point and words disagree: both are kept. Across provinces the point is not believed."""
        unit, units = said.unit, self._gazetteer.by_new_code
        note = CONTRADICTION.format(
            found=units[found].full_name if found in units else found,
            named=unit.full_name if unit else "một tỉnh khác",
        )
        weights = {code: weight / 2 for code, weight in said.weights.items()} | {found: 0.5}
        both = replace(said, weights=weights, confidence=UNDECIDED, warnings=(note,))
        believed = said.reading.province_code in (None, self.province_of(found))
        if unit is None or believed:
            placed = self.exact(found, point, UNDECIDED, "coordinates", (note,))
            return replace(placed, candidates=candidates_of(weights))
        return self.from_words(both)

    def exact(
        self,
        code: str,
        point: CoordinateReading,
        confidence: float,
        method: str,
        warnings: tuple[str, ...] = (),
    ) -> Placement:
        """The point itself, in a commune in force."""
        return Placement(
            Precision.STREET if point.is_coarse else Precision.EXACT,
            commune_code=code,
            commune_code_now=code,
            province_code=self.province_of(code),
            lon=point.lon,
            lat=point.lat,
            method=method,
            confidence=confidence,
            candidates=(Candidate(code, confidence),),
            warnings=warnings,
        )

    def province_of(self, code: str) -> str | None:
        """Province in force of a commune in force."""
        unit = self._gazetteer.by_new_code.get(code)
        return unit.province_code if unit else None


def _is_guess(said: RowWords) -> bool:
    heaviest = [*said.weights.values(), 0.0]
    return said.reading.province_code is None or heaviest[1] > _TIED * heaviest[0]


def code_on_day(
    recent: bool | None, said: RowWords, now: str | None, old: str | None
) -> str | None:
    """The commune on the map of the day; None where only the map in force is known."""
    if recent is not False:
        return now
    return said.unit.code if said.unit and said.unit.is_old and now in said.heirs else old


def doubted(placed: Placement, point: CoordinateReading) -> Placement:
    """The placement as far as its point can be trusted, with the communes it may lie in else."""
    confidence = min(placed.confidence, point.ceiling)
    weights = {c.commune_code: min(c.score, confidence) for c in placed.candidates}
    for code in point.rivals:
        weights.setdefault(code, round(point.ceiling / len(point.rivals), 3))
    return replace(placed, confidence=confidence, candidates=candidates_of(weights))


def on_day(placed: Placement, code: str | None, note: str) -> Placement:
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
