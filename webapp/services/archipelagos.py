"""Communes far out at sea in a small box: Hoàng Sa and Trường Sa are groups of islets, no discs.

The positions of the islets are rounded and for drawing only, good enough to tell the groups
from each other in a box a few centimetres wide; nothing is measured from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import shapely

from models.communes import CommuneShape
from webapp.services.mini_map import Frame, outline_path

MARGIN = 0.08
DOT_PX = 3.0
"""Radius of the dot that stands for an island too small to draw."""


@dataclass(frozen=True, slots=True)
class Archipelago:
    """An archipelago: its name, the province it belongs to, and islets (lon, lat in WGS 84)."""

    name: str
    belongs_to: str
    islets: tuple[tuple[float, float], ...]


_HOANG_SA = Archipelago(
    name="Quần đảo Hoàng Sa",
    belongs_to="TP Đà Nẵng",
    islets=(
        *((111.61, 16.53), (112.34, 16.83), (111.2, 15.78), (112.73, 16.67)),
        *((111.7, 16.45), (112.27, 16.97), (112.4, 16.06)),
    ),
)
_TRUONG_SA = Archipelago(
    name="Quần đảo Trường Sa",
    belongs_to="tỉnh Khánh Hòa",
    islets=(
        *((111.92, 8.64), (114.33, 11.43), (114.33, 9.89), (114.36, 10.18), (114.48, 10.37)),
        *((113.69, 8.97), (112.92, 7.89), (112.2, 8.85), (113.98, 8.81), (114.28, 11.05)),
        *((115.83, 10.73), (116.4, 9.74), (115.9, 8.11)),
    ),
)

ARCHIPELAGOS: Mapping[str, Archipelago] = MappingProxyType(
    {"Đặc khu Hoàng Sa": _HOANG_SA, "Đặc khu Trường Sa": _TRUONG_SA}
)
"""By the full name of the commune that an archipelago is."""


@dataclass(frozen=True, slots=True)
class Islands:
    """A far commune in its box, in pixels: outlines, dots of small islands, lines of its name."""

    path: str
    dots: tuple[tuple[float, float], ...]
    words: tuple[str, ...]


def draw_islands(shape: CommuneShape, width_px: float, height_px: float) -> Islands:
    """Draw a far commune (WGS 84) in a box.

    Of an archipelago every islet is a dot: its limits on the map are no islands.
    """
    archipelago = ARCHIPELAGOS.get(shape.full_name)
    if archipelago is not None:
        frame = Frame.around(shapely.MultiPoint(archipelago.islets), width_px, height_px, MARGIN)
        dots = [(frame.x(lon), frame.y(lat)) for lon, lat in archipelago.islets]
        return Islands("", tuple(dots), (archipelago.name, f"({archipelago.belongs_to})"))
    frame = Frame.around(shape.geometry, width_px, height_px, MARGIN)
    parts = shapely.get_parts(shape.geometry)
    small = [part.centroid for part in parts if max(frame.size(part)) < 2 * DOT_PX]
    dots = [(frame.x(point.x), frame.y(point.y)) for point in small]
    return Islands(outline_path(shape.geometry, frame), tuple(dots), (shape.full_name,))
