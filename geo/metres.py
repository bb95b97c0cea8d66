"""Which point coordinates in metres are: the system stated, else the one that fits the words.

A table in VN-2000 often leaves its central meridian out. The province named
tells which one was laid down; the commune named tells whether it was used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from geo.coordinates import METRES, CoordinateReading, Coverage
from geo.gazetteer import Gazetteer
from geo.matches import MOST_CANDIDATES
from geo.projected import to_wgs84
from geo.row_words import UNDECIDED, RowWords
from geo.vn2000 import (
    GEOGRAPHIC,
    IN_METRES,
    UTM_WGS84,
    WGS84,
    System,
    systems_of,
)

CONVERTED = "Tọa độ {system}, đã đổi sang WGS 84."
ASSUMED = "Tọa độ mét không ghi hệ, hiểu là {system} (theo tỉnh), đã đổi sang WGS 84."
FITTED = "Tọa độ mét được hiểu là {system} vì rơi vào {named}; đã đổi sang WGS 84, cần kiểm tra."
WRONG_ZONE = (
    "Tọa độ khai {stated} nhưng rơi vào {found}, không phải {named}; hợp với {fitting}: cần "
    "kiểm tra."
)
NO_ZONE = "Tọa độ mét không rơi vào {named} theo kinh tuyến trục nào; cần kiểm tra."
SEVERAL_ZONES = "Tọa độ mét không ghi kinh tuyến trục, hợp với nhiều hệ: {fitting}; cần chọn."
NO_MERIDIAN = "Tọa độ mét không ghi kinh tuyến trục và không nêu xã, tỉnh để chọn; cần bổ sung."

_BY_PROVINCE, _BY_FIT, _OF_SEVERAL = 0.92, 0.9, 0.85
_SAME_POINT_DEGREES = 0.01


@dataclass(frozen=True, slots=True)
class _Try:
    """A point in one system: where it lies, and whether that is where the words say."""

    system: System
    lon: float
    lat: float
    found: str | None
    fits: bool


@dataclass(frozen=True, slots=True)
class Measured:
    """Coordinates whose system is to be decided, with what the row says beside them."""

    reading: CoordinateReading
    stated: System | None
    said: RowWords


class MetreReader:
    """Decides the system of coordinates in metres, and of degrees that are not WGS 84.

    Parameters
    ----------
    gazetteer : Gazetteer
        Names, for the notes, and the provinces of the communes.
    coverage : Coverage or None
        Communes in force; without them nothing can be checked.
    """

    def __init__(self, gazetteer: Gazetteer, coverage: Coverage | None) -> None:
        self._gazetteer = gazetteer
        self._coverage = coverage

    def settle(self, rows: Sequence[Measured]) -> list[CoordinateReading]:
        """A point in WGS 84 for each row, or why there is none and what it may be."""
        metres = [i for i, row in enumerate(rows) if row.reading.metres]
        first = self._tries({i: (rows[i], _preferred(rows[i])) for i in metres})
        open_ = [i for i in metres if not any(attempt.fits for attempt in first[i])]
        rest = {i: (rows[i], [s for s in IN_METRES if s not in _preferred(rows[i])]) for i in open_}
        second = self._tries(rest) if self._coverage is not None else {}
        return [
            self._settled(row, first[i], second.get(i, [])) if i in first else _in_degrees(row)
            for i, row in enumerate(rows)
        ]

    def _tries(
        self, wanted: Mapping[int, tuple[Measured, Sequence[System]]]
    ) -> dict[int, list[_Try]]:
        """Every row in every system wanted for it, projected and located together."""
        by_system: defaultdict[System, list[int]] = defaultdict(list)
        for i, (_row, systems) in wanted.items():
            for system in systems:
                by_system[system].append(i)
        tries: dict[int, list[_Try]] = {i: [] for i in wanted}
        for system, indices in by_system.items():
            metres = [wanted[i][0].reading.metres or (0.0, 0.0, 0) for i in indices]
            lons, lats = to_wgs84(system, [m[0] for m in metres], [m[1] for m in metres])
            points = list(zip(map(float, lons), map(float, lats), strict=True))
            located = self._coverage.locate_many(lons, lats) if self._coverage else None
            for at, (i, (lon, lat)) in enumerate(zip(indices, points, strict=True)):
                found = None if located is None else located[at]
                fits = self._fits(wanted[i][0].said, lon, lat, found)
                tries[i].append(_Try(system, lon, lat, found, fits))
        for i, (_row, systems) in wanted.items():
            by_system_of_row = {attempt.system: attempt for attempt in tries[i]}
            tries[i] = [by_system_of_row[system] for system in systems]
        return tries

    def _fits(self, said: RowWords, lon: float, lat: float, found: str | None) -> bool:
        """Whether a point lies where the words say: in the commune, else in the province."""
        if self._coverage is None:
            return False
        if said.weights:
            named = list(said.weights)[:MOST_CANDIDATES]
            return found in said.weights or any(self._is_near(code, lon, lat) for code in named)
        if said.reading.province_code:
            return found is not None and self._province_of(found) == said.reading.province_code
        return False

    def _is_near(self, code: str, lon: float, lat: float) -> bool:
        with suppress(KeyError):  # a commune that this coverage does not draw
            return self._coverage is not None and self._coverage.near_m(code, lon, lat) is not None
        return False

    # --- the decision ---------------------------------------------------------

    def _settled(self, row: Measured, first: list[_Try], rest: list[_Try]) -> CoordinateReading:
        stated = _stated_in_metres(row.stated)
        fitting = _apart([attempt for attempt in first if attempt.fits])
        if stated and len(first) == 1:
            return self._stated(row, first[0], rest)
        if self._coverage is None:
            return _point(first[0], ASSUMED, _OF_SEVERAL) if len(first) == 1 else _none(METRES)
        if len(fitting) == 1:
            sure = _BY_PROVINCE if row.said.weights or len(first) == 1 else _OF_SEVERAL
            return _point(fitting[0], CONVERTED if stated else ASSUMED, sure)
        if len(fitting) > 1:
            return _several(fitting)
        return self._searched(row, first, rest)

    def _stated(self, row: Measured, attempt: _Try, rest: list[_Try]) -> CoordinateReading:
        """The stated system, unless only another one brings the point to where the words say."""
        fitting = [other for other in rest if other.fits]
        if attempt.fits or not fitting:
            return _point(attempt, CONVERTED, 1.0)
        note = WRONG_ZONE.format(
            stated=attempt.system.name,
            found=self._name(attempt.found) if attempt.found else "ngoài các xã",
            named=self._named(row.said),
            fitting=", ".join(other.system.name for other in fitting[:3]),
        )
        return _none(note, UNDECIDED, (attempt.found,))

    def _searched(self, row: Measured, first: list[_Try], rest: list[_Try]) -> CoordinateReading:
        """No system that was expected fits: one that does is kept for a named commune only."""
        said, near = row.said, [attempt for attempt in rest if attempt.fits]
        fitting = _apart(near)
        if len(fitting) == 1 and said.weights:
            sure = _BY_FIT if said.confidence >= _BY_FIT else UNDECIDED
            point = _point(fitting[0], FITTED.replace("{named}", self._named(said)), sure)
            return point._replace(is_coarse=len(near) > 1)
        if fitting:
            return _several(fitting)
        if not said.weights and not said.reading.province_code:
            return _none(NO_MERIDIAN, UNDECIDED / 2, tuple(attempt.found for attempt in rest))
        return _none(
            NO_ZONE.format(named=self._named(said)), UNDECIDED, tuple(t.found for t in first)
        )

    def _named(self, said: RowWords) -> str:
        return said.unit.full_name if said.unit else "tỉnh được nêu"

    def _name(self, code: str) -> str:
        unit = self._gazetteer.by_new_code.get(code)
        return unit.full_name if unit else code

    def _province_of(self, code: str) -> str | None:
        unit = self._gazetteer.by_new_code.get(code)
        return unit.province_code if unit else None


def _preferred(row: Measured) -> tuple[System, ...]:
    """The systems to expect: the stated one, else those of the provinces named."""
    metres, stated = row.reading.metres, _stated_in_metres(row.stated)
    if stated or metres is None:
        return stated
    return systems_of(row.said.provinces, metres[2])


def _stated_in_metres(stated: System | None) -> tuple[System, ...]:
    if stated is None or stated == GEOGRAPHIC:
        return ()
    return tuple(UTM_WGS84.values()) if stated == WGS84 else (stated,)


def _in_degrees(row: Measured) -> CoordinateReading:
    """Degrees stated to be VN-2000 are moved to WGS 84; others stay."""
    lon, lat, stated = row.reading.lon, row.reading.lat, row.stated
    if lon is None or lat is None or stated is None or stated.is_wgs84:
        return row.reading
    lons, lats = to_wgs84(GEOGRAPHIC, [lon], [lat])
    note = " ".join(filter(None, (row.reading.note, CONVERTED.format(system=GEOGRAPHIC.name))))
    return row.reading._replace(lon=float(lons[0]), lat=float(lats[0]), note=note)


def _apart(tries: list[_Try]) -> list[_Try]:
    """Points of one place only once: 3° and 6° zones of one meridian differ by hundreds of m."""
    kept: list[_Try] = []
    for attempt in tries:
        if not any(
            abs(attempt.lon - other.lon) < _SAME_POINT_DEGREES
            and abs(attempt.lat - other.lat) < _SAME_POINT_DEGREES
            for other in kept
        ):
            kept.append(attempt)
    return kept


def _point(attempt: _Try, note: str, ceiling: float) -> CoordinateReading:
    said = note.format(system=attempt.system.name)
    return CoordinateReading(attempt.lon, attempt.lat, said, ceiling=ceiling)


def _none(note: str, ceiling: float = 1.0, found: Sequence[str | None] = ()) -> CoordinateReading:
    rivals = tuple(dict.fromkeys(code for code in found if code))
    return CoordinateReading(note=note, ceiling=ceiling, rivals=rivals[:MOST_CANDIDATES])


def _several(fitting: list[_Try]) -> CoordinateReading:
    names = ", ".join(attempt.system.name for attempt in fitting)
    found = tuple(attempt.found for attempt in fitting)
    return _none(SEVERAL_ZONES.format(fitting=names), UNDECIDED, found)
