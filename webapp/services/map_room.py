"""Room on a printed map: where boxes, the north arrow and names stand without covering anything."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from webapp.services.mini_map import Frame

Lonlat = np.ndarray[tuple[Any, ...], np.dtype[np.float64]]
Box = tuple[float, float, float, float]
"""West, top, east, bottom in units of the drawing."""

STEP = 12.0
"""Places for a box are tried this far from each other."""

EDGE = 8.0
"""What keeps from the frame, and from land."""


def in_units(geometry: BaseGeometry, frame: Frame) -> BaseGeometry:
    """A geometry in WGS 84 in the units of a drawing."""

    def moved(lonlat: Lonlat) -> Lonlat:
        x = (lonlat[:, 0] - frame.west) * frame.px_per_lon
        y = (frame.north - lonlat[:, 1]) * frame.px_per_lat
        return np.column_stack([x, y])

    return shapely.transform(geometry, moved)


@dataclass(slots=True)
class Room:
    """What is taken in a drawing: the land and the boxes set so far."""

    width: float
    height: float
    land: BaseGeometry
    taken: list[Box] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Make the many questions about the land quick."""
        shapely.prepare(self.land)

    def is_free(self, box: Box, *, on_land: bool = False) -> bool:
        """Whether a box lies in the frame and touches nothing that was set."""
        west, top, east, bottom = box
        if west < 2 or top < 2 or east > self.width - 2 or bottom > self.height - 2:
            return False
        if any(touch(box, other) for other in self.taken):
            return False
        wide = shapely.box(west - EDGE, top - EDGE, east + EDGE, bottom + EDGE)
        return on_land or not shapely.intersects(self.land, wide)

    def take(self, corners: Iterable[tuple[float, float]], size: tuple[float, float]) -> Box | None:
        """The first free place for a box among upper left corners, which then is taken."""
        for x, y in corners:
            box = (x, y, x + size[0], y + size[1])
            if self.is_free(box):
                self.taken.append(box)
                return box
        return None

    def near(
        self, point: tuple[float, float], size: tuple[float, float]
    ) -> list[tuple[float, float]]:
        """Upper left corners for a box of a size, those nearest to a point first."""
        xs = np.arange(EDGE, self.width - size[0] - EDGE + 1, STEP)
        ys = np.arange(EDGE, self.height - size[1] - EDGE + 1, STEP)
        corners = [(float(x), float(y)) for x in xs for y in ys]
        middle = point[0] - size[0] / 2, point[1] - size[1] / 2
        return sorted(corners, key=lambda c: (c[0] - middle[0]) ** 2 + (c[1] - middle[1]) ** 2)

    def corners(self, size: tuple[float, float]) -> Sequence[tuple[float, float]]:
        """The corners of the frame for a box: upper right, upper left, lower left, lower right."""
        east, bottom = self.width - size[0] - EDGE, self.height - size[1] - EDGE
        return (east, EDGE), (EDGE, EDGE), (EDGE, bottom), (east, bottom)


def touch(one: Box, other: Box) -> bool:
    """Whether two boxes have a point in common."""
    apart = one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]
    return not apart
