"""The ground of the border, worked out once per map: segments, bands, land, gates.

A map that is installed never changes, so all that follows from it alone is kept while the
site runs, and in a file beside the tiles for the next time. What records say of it is
counted anew every time (`border_figures`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from geo.border_bands import BandGround, LandSample
from geo.border_line import MEASURED
from geo.border_segments import BANDS_KM, REACH_KM, BorderIndex, BorderSegment
from geo.records import BorderLine
from models import border_counts, communes
from models.communes import BorderGate, BoundaryVersion, Commune
from models.incident_filters import IncidentFilter
from models.session import Database, Session, database_of, unit_of_work
from models.viewers import ANONYMOUS, SITE, Viewer
from webapp.labels import GATE_KINDS, NEIGHBOURS
from webapp.services.border_keeping import ASTRAY_KM, cut_lines, kept_border

GATE_NEAR_KM = 15.0
"""A gate names the segment it is nearest to if it lies this near: its place is good to 11 km."""

Memory = tuple[NDArray[np.complex128], NDArray[np.intp], NDArray[np.float64]]
"""Places in order (lon + lat i), segment and metres of each."""

_one_at_a_time = Lock()
_folders: dict[Database, Path] = {}
_NOTHING: Memory = (np.empty(0, np.complex128), np.empty(0, np.intp), np.empty(0))
_MOST_KEPT = 2_000_000


@dataclass(frozen=True, slots=True)
class NamedSegment:
    """A segment with what people know it by.

    `communes` are positions in `Ground.units` of those along it, the longest stretch first;
    `gates` are near it as far as their places are known.
    """

    line: BorderSegment
    place: str
    communes: tuple[int, ...]
    gates: tuple[str, ...]

    @property
    def name(self) -> str:
        """Neighbour, number and a place: «Lào, đoạn 12, xã Mường Lèo»."""
        country = NEIGHBOURS.get(self.line.neighbour, self.line.neighbour)
        return f"{country}, đoạn {self.line.number}" + (f", {self.place}" if self.place else "")


@dataclass(frozen=True, slots=True)
class PlacedGate:
    """A gate with the segment it is nearest to (position), -1 if none is within reach."""

    gate: BorderGate
    segment: int

    @property
    def name(self) -> str:
        """Kind and name."""
        return f"{GATE_KINDS.get(self.gate.kind, 'Cửa khẩu')} {self.gate.name}"


@dataclass(eq=False)
class Distances:
    """Segment and distance of places that were asked for before: most records stay where
    they are from page to page.
    """

    index: BorderIndex
    _kept: Memory = field(default_factory=lambda: _NOTHING)

    def find(
        self, lons: NDArray[np.float64], lats: NDArray[np.float64]
    ) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """As `BorderIndex.nearest`."""
        places = lons + 1j * lats
        kept = self._kept  # one reading: another thread may put a longer memory in its place
        if kept[0].size > _MOST_KEPT:
            kept = _NOTHING
        new = np.unique(places[~_among(places, kept[0])])
        if new.size:
            kept = _merged(kept, (new, *self.index.nearest(new.real, new.imag)))
            self._kept = kept
        at = np.searchsorted(kept[0], places)
        return kept[1][at], kept[2][at]


@dataclass(frozen=True, eq=False)
class Ground:
    """The border of the map in force with the land behind it.

    `bands` and `land` name communes by their positions in `units`.
    """

    version: BoundaryVersion
    lines: tuple[BorderLine, ...]
    segments: tuple[NamedSegment, ...]
    units: tuple[Commune, ...]
    bands: BandGround
    land: LandSample
    gates: tuple[PlacedGate, ...]
    distances: Distances

    @cached_property
    def reached(self) -> frozenset[str]:
        """Codes of the communes whose records may lie within `REACH_KM`."""
        return self._within(REACH_KM + ASTRAY_KM)

    @cached_property
    def banded(self) -> frozenset[str]:
        """Codes of the communes whose records may lie in a band."""
        return self._within(BANDS_KM[-1] + ASTRAY_KM)

    def _within(self, km: float) -> frozenset[str]:
        # A commune too small for a point of the grid counts as near: nothing may be missed.
        sampled = self.land.commune
        near = set(sampled[self.land.border_m <= km * 1000].tolist())
        near |= set(self.bands.commune.tolist()) | (
            set(range(len(self.units))) - set(sampled.tolist())
        )
        return frozenset(self.units[at].code for at in near)

    @property
    def is_measured(self) -> bool:
        """Whether every line was taken from the coverage, none from the generalised border."""
        return all(line.source.startswith(MEASURED) for line in self.lines)


def ground_of(database: Database, viewer: Viewer) -> Ground:
    """The border of the map in force.

    Raises
    ------
    NotFoundError
        If no map is installed.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        return ground_in(session)


def ground_in(session: Session) -> Ground:
    """As `ground_of`, in a transaction that is open."""
    version = communes.current_version(session, ANONYMOUS)
    with _one_at_a_time:  # who comes while it is worked out waits for it: twice takes longer
        return _ground(database_of(session), version.id)


def keep_ground_in(database: Database, folder: Path) -> None:
    """Keep what is worked out for a database in files of a folder too."""
    _folders[database] = folder


def prepare_border(database: Database) -> None:
    """Work everything out before somebody waits for it."""
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        versions = communes.list_versions(session, ANONYMOUS)
        if not any(version.is_current for version in versions):
            return
    ground = ground_of(database, ANONYMOUS)
    with unit_of_work(database, SITE, read_only=True) as session:
        cases = border_counts.placed_cases(session, SITE, IncidentFilter(), ground.reached)
    ground.distances.find(cases.lons, cases.lats)


@lru_cache(maxsize=4)
def _ground(database: Database, version_id: int) -> Ground:  # noqa: ARG001 - what it is kept by
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        return build_ground(session, _folders.get(database))


def build_ground(session: Session, folder: Path | None = None) -> Ground:
    """Work out the border of the map in force; `ground_of` keeps it.

    What a file in the folder tells of this map is not worked out again.

    Raises
    ------
    NotFoundError
        If no map is installed.
    """
    # Read as somebody who sees no record: the map is everybody's.
    version = communes.current_version(session, ANONYMOUS)
    units = tuple(communes.commune_units(session, ANONYMOUS, version.id))
    stored = tuple(communes.border_lines(session, ANONYMOUS))
    kept = kept_border(session, version, stored, len(units), folder)
    lines = tuple(
        replace(line, source=source, geometry=shape, length_km=km)
        for line, shape, source, km in zip(
            stored, kept.lines, kept.sources, kept.lengths_km, strict=True
        )
    )
    segments = cut_lines(lines)
    index = BorderIndex(segments)
    placed = _placed(communes.gates(session, ANONYMOUS), index)
    return Ground(
        version=version,
        lines=lines,
        segments=_named(segments, units, kept.bands, placed),
        units=units,
        bands=kept.bands,
        land=kept.land,
        gates=placed,
        distances=Distances(index),
    )


def _placed(gates: list[BorderGate], index: BorderIndex) -> tuple[PlacedGate, ...]:
    found, _ = index.nearest([g.lon for g in gates], [g.lat for g in gates])
    return tuple(
        PlacedGate(gate, int(segment)) for gate, segment in zip(gates, found.tolist(), strict=True)
    )


def _named(
    segments: tuple[BorderSegment, ...],
    units: tuple[Commune, ...],
    bands: BandGround,
    gates: tuple[PlacedGate, ...],
) -> tuple[NamedSegment, ...]:
    along: dict[int, list[tuple[float, int]]] = {}
    for segment, commune, front_m in zip(
        bands.segment.tolist(), bands.commune.tolist(), bands.front_m.tolist(), strict=True
    ):
        if front_m > 0:
            along.setdefault(segment, []).append((-front_m, commune))
    near: dict[int, list[str]] = {}
    for gate in gates:
        near.setdefault(gate.segment, []).append(gate.gate.name)
    named = []
    for at, segment in enumerate(segments):
        fronts = [commune for _, commune in sorted(along.get(at, []))]
        place = units[fronts[0]].full_name if fronts else ""
        named.append(NamedSegment(segment, place, tuple(fronts), tuple(near.get(at, []))))
    return tuple(named)


def _among(places: NDArray[np.complex128], kept: NDArray[np.complex128]) -> NDArray[np.bool_]:
    if not kept.size:
        return np.zeros(places.shape, dtype=bool)
    at = np.minimum(np.searchsorted(kept, places), kept.size - 1)
    same: NDArray[np.bool_] = kept[at] == places
    return same


def _merged(kept: Memory, new: Memory) -> Memory:
    """Both memories in order of places."""
    places = np.concatenate([kept[0], new[0]])
    order = np.argsort(places)
    segments, metres = np.concatenate([kept[1], new[1]]), np.concatenate([kept[2], new[2]])
    return places[order], segments[order], metres[order]
