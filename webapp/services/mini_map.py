"""Small drawings as SVG paths in pixels: the frame, its scale and outlines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from math import cos, radians

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from models.communes import CommuneShape
from models.disclosure import DEGREE_M

WIDTH_PX = 340.0
HEIGHT_PX = 200.0
MARGIN = 0.35
"""Room around the commune, as a share of its larger side."""

SMALLEST = 0.02
"""Degrees that a frame shows at least, for a lone point."""


@dataclass(frozen=True, slots=True)
class DrawnShape:
    """A commune in the drawing."""

    name: str
    cls: str
    here: bool
    path: str


@dataclass(frozen=True, slots=True)
class DrawnSpot:
    """A hotspot in the drawing, in pixels."""

    status: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Frame:
    """A box in degrees and the pixels it is drawn on."""

    west: float
    north: float
    px_per_lon: float
    px_per_lat: float
    width_px: float = WIDTH_PX
    height_px: float = HEIGHT_PX

    @classmethod
    def around(
        cls,
        geometry: BaseGeometry,
        width_px: float = WIDTH_PX,
        height_px: float = HEIGHT_PX,
        margin: float = MARGIN,
        *,
        smallest: float = SMALLEST,
    ) -> Frame:
        """The frame that shows a geometry in the middle, with room around it.

        `smallest` is how many degrees it shows at least.
        """
        west, south, east, north = geometry.bounds
        lat_factor = cos(radians((south + north) / 2))
        width, height = max(east - west, smallest) * lat_factor, max(north - south, smallest)
        room = margin * max(width, height)
        scale = min(width_px / (width + 2 * room), height_px / (height + 2 * room))
        lon_px = scale * lat_factor
        centre_lon, centre_lat = (west + east) / 2, (south + north) / 2
        return cls(
            west=centre_lon - width_px / 2 / lon_px,
            north=centre_lat + height_px / 2 / scale,
            px_per_lon=lon_px,
            px_per_lat=scale,
            width_px=width_px,
            height_px=height_px,
        )

    def x(self, lon: float) -> float:
        """Pixels from the left edge."""
        return round((lon - self.west) * self.px_per_lon, 1)

    def y(self, lat: float) -> float:
        """Pixels from the upper edge."""
        return round((self.north - lat) * self.px_per_lat, 1)

    def size(self, geometry: BaseGeometry) -> tuple[float, float]:
        """Width and height of a geometry in pixels."""
        west, south, east, north = geometry.bounds
        return (east - west) * self.px_per_lon, (north - south) * self.px_per_lat

    @property
    def box(self) -> BaseGeometry:
        """What the frame shows, in degrees."""
        east = self.west + self.width_px / self.px_per_lon
        south = self.north - self.height_px / self.px_per_lat
        return shapely.box(self.west, south, east, self.north)


def split_far(
    shapes: Sequence[CommuneShape], far: float
) -> tuple[list[CommuneShape], list[CommuneShape]]:
    """What is drawn together, and what lies too far out for it (WGS 84).

    Far is what keeps from the mainland by more than this share of its size. The shapes
    must be a coverage: neighbours share their edges.
    """
    geometries = np.array([shape.geometry for shape in shapes])
    parts = shapely.get_parts(shapely.coverage_union_all(geometries))
    mainland = max(parts, key=lambda part: part.area)
    west, south, east, north = mainland.bounds
    is_far = shapely.distance(geometries, mainland) > far * max(east - west, north - south)
    near = [shape for shape, away in zip(shapes, is_far, strict=True) if not away]
    return near, [shape for shape, away in zip(shapes, is_far, strict=True) if away]


def frame_around(
    shapes: Sequence[CommuneShape],
    width_px: float,
    least_height_px: float,
    most_height_px: float,
    margin: float,
) -> Frame:
    """A frame of a given width, as high as the shapes ask for within limits."""
    area = shapely.union_all([shapely.box(*shape.geometry.bounds) for shape in shapes])
    wide = Frame.around(area, width_px, 1e9, margin)
    west, south, east, north = area.bounds
    asked = (north - south + 2 * margin * max(east - west, north - south)) * wide.px_per_lat
    height = round(min(max(asked, least_height_px), most_height_px))
    return Frame.around(area, width_px, height, margin)


def scale_bar(frame: Frame, most_px: float) -> tuple[int, float]:
    """The longest round number of metres that fills at most `most_px`, and its pixels.

    >>> scale_bar(Frame(105.0, 21.0, 10_000.0, 11_132.0), 90.0)
    (500, 50.0)
    """
    px_per_m = frame.px_per_lat / DEGREE_M
    round_lengths = [m for e in range(1, 6) for m in (10**e, 2 * 10**e, 5 * 10**e)]
    fitting = (m for m in round_lengths if m * px_per_m <= most_px)
    metres = max(fitting, default=round_lengths[0])
    return metres, round(metres * px_per_m, 1)


def outline_path(geometry: BaseGeometry, frame: Frame) -> str:
    """The outer rings of a geometry as the data of an SVG path."""
    polygons = [part for part in shapely.get_parts(geometry) if part.geom_type == "Polygon"]
    return "".join(_ring(shapely.get_coordinates(part.exterior), frame) for part in polygons)


def line_path(geometry: BaseGeometry, frame: Frame) -> str:
    """The lines of a geometry as the data of an SVG path."""
    parts = [part for part in shapely.get_parts(geometry) if part.geom_type == "LineString"]
    return "".join(
        "M" + "L".join(f"{frame.x(lon):g} {frame.y(lat):g}" for lon, lat in part.coords)
        for part in parts
        if not part.is_empty
    )


def _ring(lonlat: np.ndarray[tuple[int, int], np.dtype[np.float64]], frame: Frame) -> str:
    places = ((frame.x(lon), frame.y(lat)) for lon, lat in lonlat.tolist())
    points = [point for point, _ in groupby(places)]
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points) + "Z" if len(points) > 3 else ""
