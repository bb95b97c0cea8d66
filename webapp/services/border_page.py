"""The page of the border: each neighbour's segments, the curve of distances, the gates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from geo.alphabet import vietnamese_key
from geo.border_segments import BANDS_KM
from geo.records import Period
from models.session import Database
from models.viewers import Viewer
from webapp.services.border_chart import CurveChart, Strip, draw_curve, draw_strip
from webapp.services.border_figures import (
    BandFigures,
    GateFigures,
    SegmentFigures,
    count_gates,
    distance_curve,
    together,
)
from webapp.services.border_ground import Ground
from webapp.services.border_reading import BorderReading, read_border
from webapp.services.overview import View

USUAL_BAND_KM = 10

__all__ = ["BANDS_KM", "USUAL_BAND_KM", "BorderPage", "open_border"]


@dataclass(frozen=True, slots=True)
class NeighbourPart:
    """The border with one neighbour, as far as the view goes.

    `whole_km` is the length of the line, `shown_km` that of the segments shown; `bands`
    are those of the segments together; `vague` counts cases known only to lie in a commune
    along it, in `vague_communes` communes.
    """

    neighbour: str
    whole_km: float
    shown_km: float
    segments: tuple[SegmentFigures, ...]
    bands: tuple[BandFigures, ...]
    strip: Strip
    vague: int
    vague_communes: int

    def band(self, depth_km: int) -> BandFigures:
        """The band of a depth."""
        return self.bands[BANDS_KM.index(depth_km)]


@dataclass(frozen=True, slots=True)
class BorderPage:
    """What the page shows.

    `total` counts all verified cases of the view: `placed` of them have a place of their
    own, `vague` are known by their commune, `nowhere` not even that. `in_bands` are the
    bands of all segments together. `provinces` are those with land in a band, by code.
    """

    view: View
    depth_km: int
    is_measured: bool
    parts: tuple[NeighbourPart, ...]
    in_bands: tuple[BandFigures, ...]
    curve: CurveChart
    gates: tuple[GateFigures, ...]
    provinces: tuple[tuple[str, str], ...]
    province_name: str
    residents_period: Period | None
    total: int
    placed: int
    vague: int
    spots_apart: int

    @property
    def nowhere(self) -> int:
        """Cases known by neither place nor commune."""
        return max(self.total - self.placed - self.vague, 0)

    def band(self, depth_km: int) -> BandFigures:
        """The band of a depth, of all segments."""
        return self.in_bands[BANDS_KM.index(depth_km)]


def open_border(database: Database, viewer: Viewer, view: View, depth_km: int) -> BorderPage:
    """Read the page; `depth_km` (one of `BANDS_KM`) is the band that its tables tell of.

    Raises
    ------
    NotFoundError
        If no map is installed.
    """
    read = read_border(database, viewer, view)
    ground = read.ground
    provinces, parts = _provinces(ground), _parts(read, depth_km)
    return BorderPage(
        view=view,
        depth_km=depth_km,
        is_measured=ground.is_measured,
        parts=parts,
        in_bands=together(part.bands for part in parts),
        curve=draw_curve(distance_curve(ground, read.counted, read.placed)),
        gates=_gates(read),
        provinces=provinces,
        province_name=_province_name(ground, view.province_code),
        residents_period=read.residents_period,
        total=read.total,
        placed=read.placed,
        vague=sum(read.vague.values()),
        spots_apart=read.spots_apart,
    )


def _gates(read: BorderReading) -> tuple[GateFigures, ...]:
    """Gates of the segments shown, those with the most cases around them first."""
    shown = [each.segment for each in read.counted.segments]
    found = count_gates(read.ground, read.records.cases, shown)
    return tuple(
        sorted(found, key=lambda g: (-g.cases[-1], -g.cases[0], vietnamese_key(g.gate.gate.name)))
    )


def _parts(read: BorderReading, depth_km: int) -> tuple[NeighbourPart, ...]:
    whole = {line.neighbour: line.length_km for line in read.ground.lines}
    by_neighbour: dict[str, list[SegmentFigures]] = {}
    for each in read.counted.segments:
        by_neighbour.setdefault(each.segment.line.neighbour, []).append(each)
    parts = [
        _part(neighbour, whole[neighbour], segments, depth_km)
        for neighbour, segments in by_neighbour.items()
    ]
    return tuple(sorted(parts, key=_from_the_north))


def _from_the_north(part: NeighbourPart) -> float:
    return -max(float(each.segment.line.geometry.bounds[3]) for each in part.segments)


def _part(
    neighbour: str, whole_km: float, segments: Sequence[SegmentFigures], depth_km: int
) -> NeighbourPart:
    vague = {code: n for each in segments for code, _, n in each.vague if n}
    return NeighbourPart(
        neighbour=neighbour,
        whole_km=whole_km,
        shown_km=sum(each.segment.line.length_km for each in segments),
        segments=tuple(segments),
        bands=together(each.bands for each in segments),
        strip=draw_strip(segments, depth_km),
        vague=sum(vague.values()),
        vague_communes=len(vague),
    )


def _provinces(ground: Ground) -> tuple[tuple[str, str], ...]:
    """Provinces with land in a band, in the order of their names."""
    units = (ground.units[at] for at in set(ground.bands.commune.tolist()))
    found = {unit.province_code: unit.province_name for unit in units}
    return tuple(sorted(found.items(), key=lambda item: vietnamese_key(item[1])))


def _province_name(ground: Ground, code: str | None) -> str:
    if code is None:
        return ""
    names = (unit.province_name for unit in ground.units if unit.province_code == code)
    return next(names, code)
