"""What the records say of the border: figures by segment and band, the curve, the gates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from geo.border_segments import BANDS_KM, REACH_KM
from geo.terms import HotspotStatus, SeizureUnit, Substance
from models.border_counts import SUBSTANCES, UNITS, PlacedCases, Seized
from webapp.services.border_ground import Ground, NamedSegment, PlacedGate

RATE_FROM_KM2 = 5.0
"""Of less land than this no rate is given: one case would make it look alarming."""

KNOWN_SHARE = 0.99
"""Residents of a band are told only where they are known for this share of its land."""

STATUSES = (
    HotspotStatus.SUSPECTED,
    HotspotStatus.ACTIVE,
    HotspotStatus.RE_EMERGED,
    HotspotStatus.CLEARED,
)

GATE_RINGS_KM = (5, 10)

Ints = NDArray[np.intp]
Floats = NDArray[np.float64]
_SEIZED = [(what, unit) for what in SUBSTANCES for unit in UNITS]
_geod = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class SeizedSum:
    """How much of a substance was seized."""

    substance: Substance
    unit: SeizureUnit
    quantity: float


@dataclass(frozen=True, slots=True)
class BandFigures:
    """A band of a segment, a neighbour or all: what happened on this land.

    `residents` are those of the communes by the share of their area in the band, None
    where they are not known for nearly all of it.
    """

    depth_km: int
    cases: int
    offenders: int
    area_km2: float
    residents: float | None
    hotspots: Mapping[HotspotStatus, int]
    seized: tuple[SeizedSum, ...]

    @property
    def per_100_km2(self) -> float | None:
        """Cases on 100 km², None on too little land."""
        return 100 * self.cases / self.area_km2 if self.area_km2 >= RATE_FROM_KM2 else None

    @property
    def per_10_000(self) -> float | None:
        """Cases for 10,000 residents, None where they are not known."""
        return 10_000 * self.cases / self.residents if self.residents else None


@dataclass(frozen=True, slots=True)
class SegmentFigures:
    """A segment with its three bands; `vague` are cases known only to lie in a commune along it."""

    segment: NamedSegment
    bands: tuple[BandFigures, ...]
    vague: tuple[tuple[str, str, int], ...]

    def band(self, depth_km: int) -> BandFigures:
        """The band of a depth of `BANDS_KM`."""
        return self.bands[BANDS_KM.index(depth_km)]


@dataclass(frozen=True, slots=True)
class GateFigures:
    """A gate with the cases around where it is drawn, by `GATE_RINGS_KM`."""

    gate: PlacedGate
    cases: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """Shares (0 to 1) within each kilometre from 0 to `REACH_KM`: of cases and of land."""

    km: tuple[float, ...]
    cases: tuple[float, ...]
    land: tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Records:
    """What was read of the records of a view: incidents, seizures, hotspots, residents.

    `vague` counts incidents known by their commune alone, by its code; `spots` are
    longitude, latitude and status of the hotspots; `residents` are by commune code.
    """

    cases: PlacedCases
    seized: Seized
    vague: Mapping[str, int]
    spots: Sequence[tuple[float, float, HotspotStatus]]
    residents: Mapping[str, int]


@dataclass(frozen=True, eq=False)
class Counted:
    """Figures of every segment over the land that is asked for, and of places as a whole.

    `allowed` tells which communes (positions in `Ground.units`) the view covers.
    """

    segments: tuple[SegmentFigures, ...]
    border_m: Floats
    allowed: NDArray[np.bool_]


def count_segments(ground: Ground, records: Records, allowed: NDArray[np.bool_]) -> Counted:
    """Count the records by segment and band, on the land of the communes that are allowed."""
    n = len(ground.segments)
    segment, border_m = ground.distances.find(records.cases.lons, records.cases.lats)
    band = np.searchsorted(np.array(BANDS_KM) * 1000.0, border_m)
    cases = _summed(n, segment, band, np.ones(segment.size))
    offenders = _summed(n, segment, band, records.cases.offenders)
    seized = _seizures(n, records, segment, band)
    spots = _spots(ground, records.spots)
    area, residents = _land(ground, records.residents, allowed)
    made = []
    for at in np.flatnonzero((area[:, -1] > 0) | (cases[:, -1] > 0)).tolist():
        figures = zip(
            *(cases[at].tolist(), offenders[at].tolist(), area[at].tolist()),
            residents[at].tolist(),
            strict=True,
        )
        bands = tuple(
            BandFigures(
                *(BANDS_KM[k], int(n), int(persons), km2, _told(living)),
                hotspots={status: int(spots[status][at, k]) for status in STATUSES},
                seized=_sums(seized[at, k]) if n else (),
            )
            for k, (n, persons, km2, living) in enumerate(figures)
        )
        made.append(SegmentFigures(ground.segments[at], bands, _vague(ground, at, records.vague)))
    return Counted(tuple(made), border_m, allowed)


def together(parts: Iterable[Sequence[BandFigures]]) -> tuple[BandFigures, ...]:
    """The bands of several segments as those of one."""
    rows = list(parts)
    return tuple(_sum(km, [row[k] for row in rows]) for k, km in enumerate(BANDS_KM))


def distance_curve(ground: Ground, counted: Counted, placed: int) -> Curve:
    """The share of the cases within each kilometre, beside the share of the land.

    `placed` counts all cases with a place of their own, however far from the border.
    """
    km = np.arange(0, REACH_KM + 1)
    on_land = counted.allowed[ground.land.commune]
    area, away = ground.land.area_km2[on_land], ground.land.border_m[on_land]
    return Curve(
        km=tuple(km.tolist()),
        cases=_shares(km, counted.border_m, np.ones(counted.border_m.size), placed),
        land=_shares(km, away, area, float(area.sum())),
    )


def count_gates(
    ground: Ground, cases: PlacedCases, shown: Iterable[NamedSegment]
) -> tuple[GateFigures, ...]:
    """Cases around the gates of the segments shown, as far as their places are known."""
    kept = {id(segment) for segment in shown}
    near = [g for g in ground.gates if g.segment >= 0 and id(ground.segments[g.segment]) in kept]
    return tuple(GateFigures(gate, _around(gate, cases)) for gate in near)


def _around(gate: PlacedGate, cases: PlacedCases) -> tuple[int, ...]:
    lon, lat = gate.gate.lon, gate.gate.lat
    box = (np.abs(cases.lons - lon) < 0.15) & (np.abs(cases.lats - lat) < 0.1)
    lons, lats = cases.lons[box], cases.lats[box]
    away_m = _geod.inv(np.full(lons.size, lon), np.full(lats.size, lat), lons, lats)[2]
    return tuple(int((np.asarray(away_m) <= km * 1000).sum()) for km in GATE_RINGS_KM)


def _summed(n: int, segment: Ints, band: Ints, weight: NDArray[Any]) -> Floats:
    """Sums by segment and band, each band with those before it: shape (n, bands)."""
    inside = (segment >= 0) & (band < len(BANDS_KM))
    key = segment[inside] * len(BANDS_KM) + band[inside]
    flat = np.bincount(key, weights=weight[inside], minlength=n * len(BANDS_KM))
    return np.cumsum(flat.reshape(n, len(BANDS_KM)), axis=1)


def _seizures(n: int, records: Records, segment: Ints, band: Ints) -> Floats:
    """Quantities by segment, band, and substance with unit."""
    seized, ids = records.seized, records.cases.ids
    found = np.zeros((n, len(BANDS_KM), len(_SEIZED)))
    if not ids.size:
        return found
    row = np.minimum(np.searchsorted(ids, seized.incident_ids), ids.size - 1)
    kept = (ids[row] == seized.incident_ids) & (segment[row] >= 0) & (band[row] < len(BANDS_KM))
    row = row[kept]
    kind = (seized.what * len(UNITS) + seized.unit)[kept]
    np.add.at(found, (segment[row], band[row], kind), seized.quantity[kept])
    return np.cumsum(found, axis=1)


def _spots(
    ground: Ground, spots: Sequence[tuple[float, float, HotspotStatus]]
) -> dict[HotspotStatus, Floats]:
    lons = np.array([lon for lon, _, _ in spots], dtype=float)
    lats = np.array([lat for _, lat, _ in spots], dtype=float)
    segment, away_m = ground.distances.find(lons, lats)
    band = np.searchsorted(np.array(BANDS_KM) * 1000.0, away_m)
    n = len(ground.segments)
    return {
        status: _summed(n, segment, band, np.array([s is status for *_, s in spots], dtype=float))
        for status in STATUSES
    }


def _land(
    ground: Ground, residents: Mapping[str, int], allowed: NDArray[np.bool_]
) -> tuple[Floats, Floats]:
    """Land and residents by segment and band; NaN where residents are not known."""
    n, bands = len(ground.segments), ground.bands
    row = allowed[bands.commune]
    segment, commune, area = bands.segment[row], bands.commune[row], bands.area_km2[row]
    living = np.array([residents.get(unit.code, np.nan) for unit in ground.units], dtype=float)
    size = np.array([unit.area_km2 for unit in ground.units])
    share = np.minimum(area / np.maximum(size[commune], 1e-9)[:, None], 1.0)
    told = ~np.isnan(living[commune])
    whole, known, people = (np.zeros((n, len(BANDS_KM))) for _ in range(3))
    np.add.at(whole, segment, area)
    np.add.at(known, segment, np.where(told[:, None], area, 0.0))
    np.add.at(people, segment, np.where(told[:, None], living[commune][:, None] * share, 0.0))
    return whole, np.where(known >= KNOWN_SHARE * whole, people, np.nan)


def _vague(ground: Ground, at: int, vague: Mapping[str, int]) -> tuple[tuple[str, str, int], ...]:
    along = (ground.units[commune] for commune in ground.segments[at].communes)
    return tuple((unit.code, unit.full_name, vague.get(unit.code, 0)) for unit in along)


def _sums(quantities: Floats) -> tuple[SeizedSum, ...]:
    return tuple(
        SeizedSum(*_SEIZED[k], float(quantities[k])) for k in np.flatnonzero(quantities).tolist()
    )


def _sum(depth_km: int, bands: Sequence[BandFigures]) -> BandFigures:
    seized: dict[tuple[Substance, SeizureUnit], float] = {}
    for each in (each for band in bands for each in band.seized):
        kind = (each.substance, each.unit)
        seized[kind] = seized.get(kind, 0.0) + each.quantity
    residents = [band.residents for band in bands]
    known = [n for n in residents if n is not None]
    return BandFigures(
        depth_km=depth_km,
        cases=sum(band.cases for band in bands),
        offenders=sum(band.offenders for band in bands),
        area_km2=sum(band.area_km2 for band in bands),
        residents=sum(known) if len(known) == len(residents) else None,
        hotspots={s: sum(band.hotspots[s] for band in bands) for s in STATUSES},
        seized=tuple(SeizedSum(*kind, seized[kind]) for kind in _SEIZED if kind in seized),
    )


def _told(value: float) -> float | None:
    return None if np.isnan(value) else float(value)


def _shares(km: NDArray[Any], away_m: Floats, weight: Floats, whole: float) -> tuple[float, ...]:
    if not whole:
        return (0.0,) * len(km)
    known = ~np.isnan(away_m)
    order = np.argsort(away_m[known])
    reached = np.concatenate([[0.0], np.cumsum(weight[known][order])])
    within = np.searchsorted(away_m[known][order], km * 1000.0, side="right")
    return tuple((reached[within] / whole).tolist())
