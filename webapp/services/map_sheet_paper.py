"""The paper of a printed map view: its sizes, and which part of the world its frame shows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, log2, radians
from types import MappingProxyType

import shapely

from webapp.services.mini_map import Frame
from webapp.services.overview import Box

NATION = Box(102.0, 6.9, 117.8, 23.6)
"""The mainland and both archipelagos."""

CSS_PX_MM = 25.4 / 96
SCREEN_PX = (1040.0, 660.0)
"""The part of a usual screen that the map takes, for a link that names its middle alone."""

SMALLEST_DEG = 0.004
MOST_LAT = 80.0
DEGREE_MM = 111_195_000.0
"""Millimetres of a degree of latitude on the mean sphere (radius 6,371 km)."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A sheet in landscape: map at the left, a column with the legend at the right.

    `unit_mm` is the length of a unit of the drawing; a line of 13 units can be read.
    """

    name: str
    width_mm: float
    height_mm: float
    unit_mm: float
    margin_mm: float
    head_mm: float
    foot_mm: float
    column_mm: float
    gap_mm: float

    @property
    def body_mm(self) -> float:
        """Height of what lies between head and foot."""
        return self.height_mm - 2 * self.margin_mm - self.head_mm - self.foot_mm

    @property
    def map_mm(self) -> float:
        """Width of the map."""
        return self.width_mm - 2 * self.margin_mm - self.gap_mm - self.column_mm

    @property
    def map_units(self) -> tuple[float, float]:
        """Width and height of the map in units of the drawing."""
        return round(self.map_mm / self.unit_mm, 1), round(self.body_mm / self.unit_mm, 1)


PAPERS: Mapping[str, Paper] = MappingProxyType(
    {
        "a4": Paper("a4", 297, 210, 0.2, 9, 15, 11, 63, 4),
        "a3": Paper("a3", 420, 297, 0.24, 11, 20, 14, 82, 5),
    }
)


@dataclass(frozen=True, slots=True)
class MapPlace:
    """The middle of a view in degrees and its zoom level, as a link names it."""

    lat: float
    lon: float
    zoom: float

    @property
    def box(self) -> Box:
        """About what a usual screen shows there."""
        degrees = 360 / (256 * 2**self.zoom)
        half_lon = SCREEN_PX[0] * degrees / 2
        half_lat = SCREEN_PX[1] * degrees / 2 * cos(radians(min(abs(self.lat), MOST_LAT)))
        west, east = self.lon - half_lon, self.lon + half_lon
        return Box(west, self.lat - half_lat, east, self.lat + half_lat)


def sheet_frame(paper: Paper, box: Box) -> Frame:
    """The frame that shows all of a box in degrees, in the middle."""
    width, height = paper.map_units
    south, north = (min(max(lat, -MOST_LAT), MOST_LAT) for lat in (box.south, box.north))
    west, east = (min(max(lon, -180.0), 180.0) for lon in (box.west, box.east))
    area = shapely.LineString([(west, south), (east, north)])
    return Frame.around(area, width, height, 0.0, smallest=SMALLEST_DEG)


def zoom_of(paper: Paper, frame: Frame) -> float:
    """The zoom level at which a screen draws things as large as the sheet does.

    >>> frame = sheet_frame(PAPERS["a4"], NATION)
    >>> 5.4 < zoom_of(PAPERS["a4"], frame) < 5.7
    True
    """
    css_px_per_lon = frame.px_per_lon * paper.unit_mm / CSS_PX_MM
    return log2(css_px_per_lon * 360 / 256)


def scale_number(paper: Paper, frame: Frame) -> int:
    """By how much the sheet is smaller than the land, to two figures.

    >>> scale_number(PAPERS["a4"], sheet_frame(PAPERS["a4"], NATION))
    11000000
    """
    exact = DEGREE_MM / (frame.px_per_lat * paper.unit_mm)
    size: int = 10 ** (len(str(int(exact))) - 2)
    return max(round(exact / size), 1) * size
