"""A small drawing for the review queue: numbered candidates, what lies around, written points."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, hypot, log10, radians

import shapely
from shapely.geometry.base import BaseGeometry

from models import communes
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS
from webapp.services.mini_map import Frame, outline_path

WIDTH_PX, HEIGHT_PX = 560.0, 380.0
MARGIN = 0.22
NEAR_DEG = 1.2
"""Frames wider than this show provinces instead of communes around the candidates."""

_SCALE_PX = 110
_KM_PER_DEG = 111.32
_LABEL_PX = 27.0

Named = tuple[str, str, BaseGeometry]
"""Code, full name and geometry in WGS 84."""


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """An area in the drawing."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class DrawnCandidate:
    """A candidate: its outline, a point inside it and where its number stands, in pixels."""

    number: int
    code: str
    name: str
    path: str
    at: tuple[float, float]
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class ReviewMap:
    """What the drawing shows; a scale of `scale_km` kilometres is `scale_px` long."""

    around: tuple[DrawnArea, ...]
    candidates: tuple[DrawnCandidate, ...]
    points: tuple[tuple[float, float], ...]
    scale_km: float
    scale_px: float
    width: float = WIDTH_PX
    height: float = HEIGHT_PX


def draw_review_map(
    database: Database,
    version_id: int,
    candidates: Sequence[Named],
    province_codes: Sequence[str],
    points: Sequence[tuple[float, float]],
) -> ReviewMap | None:
    """Draw candidates in their order among what lies around them; None without both.

    Parameters
    ----------
    candidates
        Communes with their polygons, numbered from 1 as they come.
    province_codes
        Provinces whose communes may be drawn around them.
    points
        Written points as (lon, lat), WGS 84.
    """
    shown = [geometry for _, _, geometry in candidates]
    shown += [shapely.Point(point) for point in points]
    if not shown:
        return None
    frame = Frame.around(shapely.GeometryCollection(shown), WIDTH_PX, HEIGHT_PX, MARGIN)
    near = frame.width_px / frame.px_per_lon <= NEAR_DEG
    around = list(_provinces(database, version_id))
    if near:
        for code in province_codes:
            around += _communes(database, version_id, code)
    km, px = _scale(frame)
    dots = [(frame.x(lon), frame.y(lat)) for lon, lat in points]
    return ReviewMap(
        tuple(_areas(around, frame)),
        tuple(_candidates(candidates, frame, dots)),
        tuple(dict.fromkeys(dots)),
        km,
        px,
    )


def _areas(areas: Sequence[Named], frame: Frame) -> list[DrawnArea]:
    box = frame.box
    inside = [(name, shape) for _, name, shape in areas if shapely.intersects(shape, box)]
    drawn = [
        DrawnArea(name, outline_path(shapely.intersection(shape, box), frame))
        for name, shape in inside
    ]
    return [area for area in drawn if area.path]


def _candidates(
    candidates: Sequence[Named], frame: Frame, points: Sequence[tuple[float, float]]
) -> list[DrawnCandidate]:
    """Numbers stand inside their communes, moved aside where they would cover each other."""
    drawn: list[DrawnCandidate] = []
    taken = list(points)
    for number, (code, name, shape) in enumerate(candidates, 1):
        largest = max(shapely.get_parts(shape), key=lambda part: float(part.area))
        inside = shapely.point_on_surface(largest)
        at = frame.x(float(inside.x)), frame.y(float(inside.y))
        x, y = _free(at, taken)
        taken.append((x, y))
        drawn.append(DrawnCandidate(number, code, name, outline_path(shape, frame), at, x, y))
    return drawn


def _free(at: tuple[float, float], taken: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The nearest place to the right, to the left, or in the next line that covers nothing."""
    steps = [(dx, dy) for dy in (0, 1, -1) for dx in (0, 1, -1, 2, -2, 3, -3, 4)]
    for dx, dy in steps:
        x, y = at[0] + dx * _LABEL_PX, at[1] + dy * _LABEL_PX
        within = _LABEL_PX < x < WIDTH_PX - _LABEL_PX and _LABEL_PX < y < HEIGHT_PX - _LABEL_PX
        if within and all(hypot(x - ox, y - oy) >= _LABEL_PX for ox, oy in taken):
            return x, y
    return at


def _scale(frame: Frame) -> tuple[float, float]:
    """A round number of kilometres and its length in pixels, about a fifth of the drawing."""
    middle = frame.north - frame.height_px / 2 / frame.px_per_lat
    px_per_km = frame.px_per_lon / (_KM_PER_DEG * cos(radians(middle)))
    most_km = _SCALE_PX / px_per_km
    step = 10.0 ** int(log10(most_km) // 1)
    km = max(each for each in (step, 2 * step, 5 * step) if each <= most_km)
    return km, round(km * px_per_km, 1)


@lru_cache(maxsize=8)
def _communes(database: Database, version_id: int, province_code: str) -> tuple[Named, ...]:
    # An installed version never changes, and its map is public: read as nobody.
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        shapes = communes.commune_shapes(session, ANONYMOUS, version_id, "province", province_code)
    return tuple((shape.code, shape.full_name, shape.geometry) for shape in shapes)


@lru_cache(maxsize=2)
def _provinces(database: Database, version_id: int) -> tuple[Named, ...]:
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        shapes = communes.province_shapes(session, ANONYMOUS, version_id, "nation")
    return tuple((shape.code, shape.name, shape.geometry) for shape in shapes)
