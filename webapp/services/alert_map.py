"""A small drawing of what speaks for an alert: records, the place of the register, the cluster."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

import shapely
from shapely.geometry.base import BaseGeometry

from models.disclosure import DEGREE_M, GRID_M
from webapp.services.mini_map import Frame, outline_path, scale_bar

WIDTH_PX, HEIGHT_PX = 320.0, 220.0
MARGIN = 0.14
"""Room around what is shown, as a share of its larger side."""

SMALLEST_M = 500.0
"""Metres that a drawing shows at least."""

_SCALE_SHARE = 0.28


@dataclass(frozen=True, slots=True)
class Spot:
    """A place of the register: `coarse` where only its 250 m square is shown."""

    status: str
    name: str
    lon: float
    lat: float
    coarse: bool = False


@dataclass(frozen=True, slots=True)
class DrawnDot:
    """`n` records on one point, in pixels; `faded` where none of them counts any more."""

    x: float
    y: float
    n: int
    faded: bool

    @property
    def radius_px(self) -> float:
        """Larger where several records share the point."""
        return 5.0 if self.n == 1 else 7.5


@dataclass(frozen=True, slots=True)
class DrawnSpot:
    """A place of the register, in pixels; a coarse one is a square of `side_px`."""

    status: str
    name: str
    x: float
    y: float
    side_px: float
    coarse: bool


@dataclass(frozen=True, slots=True)
class AlertMap:
    """What the drawing shows, in pixels; the scale bar of `scale_m` is `scale_px` long.

    `land` is the commune of the alert, `circle` the radius around the place it
    speaks of (x, y, radius), `hull` the outline of its cluster.
    """

    land: str
    hull: str
    circle: tuple[float, float, float] | None
    dots: tuple[DrawnDot, ...]
    spots: tuple[DrawnSpot, ...]
    scale_m: int
    scale_px: float
    width: float = WIDTH_PX
    height: float = HEIGHT_PX

    @property
    def scale_label(self) -> str:
        """The length of the scale bar."""
        return f"{self.scale_m} m" if self.scale_m < 1_000 else f"{self.scale_m // 1_000} km"


@dataclass(frozen=True, slots=True)
class Drawable:
    """What there is to draw, WGS 84 degrees: records as lon, lat and whether they count.

    `around` is the place the alert speaks of, with the radius in metres; `spots` are
    places of the register near by.
    """

    lon: float
    lat: float
    records: tuple[tuple[float, float, bool], ...] = ()
    hull: BaseGeometry | None = None
    around: tuple[float, float, float] | None = None
    spots: tuple[Spot, ...] = ()
    commune: BaseGeometry | None = None


def frame_of(what: Drawable) -> Frame:
    """The frame that shows the records, the cluster and the circle."""
    lat_factor = cos(radians(what.lat))
    west, south, east, north = _bounds(what, lat_factor)
    least = SMALLEST_M / DEGREE_M
    width, height = max((east - west) * lat_factor, least), max(north - south, least)
    room = 2 * MARGIN * max(width, height)
    scale = min(WIDTH_PX / (width + room), HEIGHT_PX / (height + room))
    lon_px = scale * lat_factor
    return Frame(
        west=(west + east) / 2 - WIDTH_PX / 2 / lon_px,
        north=(south + north) / 2 + HEIGHT_PX / 2 / scale,
        px_per_lon=lon_px,
        px_per_lat=scale,
        width_px=WIDTH_PX,
        height_px=HEIGHT_PX,
    )


def draw_alert(what: Drawable) -> AlertMap:
    """Draw an alert.

    >>> drawn = draw_alert(Drawable(108.0, 14.0, ((108.0, 14.0, True), (108.0, 14.0, True))))
    >>> drawn.dots[0].n, drawn.scale_label
    (2, '200 m')
    """
    frame = frame_of(what)
    circle = None
    if what.around is not None:
        lon, lat, radius_m = what.around
        circle = (frame.x(lon), frame.y(lat), round(radius_m / DEGREE_M * frame.px_per_lat, 1))
    scale_m, scale_px = scale_bar(frame, _SCALE_SHARE * WIDTH_PX)
    return AlertMap(
        land=_path(what.commune, frame),
        hull=_path(what.hull, frame),
        circle=circle,
        dots=_dots(what, frame),
        spots=_spots(what.spots, frame),
        scale_m=scale_m,
        scale_px=scale_px,
    )


def _bounds(what: Drawable, lat_factor: float) -> tuple[float, float, float, float]:
    """West, south, east, north of what has to be seen."""
    boxes = [(lon, lat, lon, lat) for lon, lat, _ in what.records]
    if what.hull is not None:
        boxes.append(what.hull.bounds)
    if what.around is not None:
        lon, lat, radius_m = what.around
        high = radius_m / DEGREE_M
        wide = high / lat_factor
        boxes.append((lon - wide, lat - high, lon + wide, lat + high))
    west, south, east, north = zip(*(boxes or [(what.lon, what.lat) * 2]), strict=True)
    return min(west), min(south), max(east), max(north)


def _path(shape: BaseGeometry | None, frame: Frame) -> str:
    return "" if shape is None else outline_path(shapely.intersection(shape, frame.box), frame)


def _dots(what: Drawable, frame: Frame) -> tuple[DrawnDot, ...]:
    """Records on one pixel are one dot; those that count are drawn last."""
    places = [
        (round(frame.x(lon)), round(frame.y(lat)), counts) for lon, lat, counts in what.records
    ]
    n = Counter((x, y) for x, y, _ in places)
    live = {(x, y) for x, y, counts in places if counts}
    order = sorted(n, key=lambda at: at in live)
    return tuple(DrawnDot(x, y, n[x, y], (x, y) not in live) for x, y in order)


def _spots(spots: Sequence[Spot], frame: Frame) -> tuple[DrawnSpot, ...]:
    side = round(GRID_M / DEGREE_M * frame.px_per_lat, 1)
    return tuple(
        DrawnSpot(spot.status, spot.name, frame.x(spot.lon), frame.y(spot.lat), side, spot.coarse)
        for spot in spots
        if shapely.contains_xy(frame.box, spot.lon, spot.lat)
    )
