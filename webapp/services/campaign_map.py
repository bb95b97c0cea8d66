"""A drawing of a campaign: its area, the ring around it and the incidents in both, in pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geo.campaign_areas import widened
from webapp.services.mini_map import Frame, outline_path

WIDTH_PX, HEIGHT_PX = 640.0, 400.0
MARGIN = 0.06
MOST_MARKS = 1_500
"""Incidents drawn of each window; more would hide the ground and slow the page."""


@dataclass(frozen=True, slots=True)
class Mark:
    """An incident in the drawing; `window` is before, during or after."""

    x: float
    y: float
    window: str


@dataclass(frozen=True, slots=True)
class CampaignMap:
    """What the page draws; `left_out` incidents were too many to draw."""

    width: float
    height: float
    communes: tuple[str, ...]
    area: str
    ring: str
    marks: tuple[Mark, ...]
    left_out: int


def draw_campaign(
    area: BaseGeometry,
    ring_m: float,
    units: Sequence[BaseGeometry],
    marks: Sequence[tuple[float, float, str]],
) -> CampaignMap:
    """Draw an area (WGS 84) with its ring, the communes around it and incidents.

    Parameters
    ----------
    units
        Outlines of the communes that may be near.
    marks
        Lon, lat and window of incidents.
    """
    wide = widened(area, ring_m)
    frame = Frame.around(wide, WIDTH_PX, HEIGHT_PX, MARGIN)
    near = [unit for unit in units if shapely.intersects(unit, frame.box)]
    outlines = [outline_path(shapely.intersection(unit, frame.box), frame) for unit in near]
    drawn = [
        Mark(frame.x(lon), frame.y(lat), window)
        for name in ("before", "during", "after")
        for lon, lat, window in [mark for mark in marks if mark[2] == name][:MOST_MARKS]
    ]
    return CampaignMap(
        width=WIDTH_PX,
        height=HEIGHT_PX,
        communes=tuple(filter(None, outlines)),
        area=outline_path(area, frame),
        ring=outline_path(wide, frame),
        marks=tuple(drawn),
        left_out=len(marks) - len(drawn),
    )
