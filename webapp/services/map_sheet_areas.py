"""The ground of a printed map: land, communes by class, provinces, the border and its band."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.terms import CommuneClass
from models.communes import CommuneShape
from webapp.services.archipelagos import ARCHIPELAGOS
from webapp.services.map_room import in_units
from webapp.services.map_sheet_facts import SheetFacts, SheetRequest
from webapp.services.map_sheet_ink import (
    BAND,
    BORDER_DASH,
    CASING,
    CLASS_FILLS,
    COMMUNE_LINE,
    LAND,
    LAND_LINE,
    PROVINCE_LINE,
    SEA,
    UNKNOWN_LINE,
    area_path,
    filled,
    line_path,
    stroked,
    texture,
)
from webapp.services.mini_map import Frame

DETAIL = 0.5
"""Bends smaller than this are left out: nobody sees them."""

BEYOND = 30.0
"""What is drawn goes this far beyond the frame, which then cuts it off."""

Shapes = NDArray[Any]


@dataclass(frozen=True, slots=True)
class DrawnCommune:
    """A commune as it is drawn, in units of the drawing; `cls` None outside the area of the view.

    `geometry` ends a little beyond the frame, `whole` does not, so that all `whole` are a
    coverage. `is_shown` is false where its class is switched off.
    """

    shape: CommuneShape
    geometry: BaseGeometry
    whole: BaseGeometry
    cls: CommuneClass | None
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Ground:
    """The communes in the frame, as they are drawn, and the land of each province by code."""

    communes: Sequence[DrawnCommune]
    provinces: Mapping[str, BaseGeometry]

    @property
    def own(self) -> list[DrawnCommune]:
        """Those of the area of the view."""
        return [each for each in self.communes if each.cls is not None]


def lay_ground(facts: SheetFacts, wanted: SheetRequest) -> Ground:
    """Bring the communes into the frame; the archipelagos are no discs and not among them."""
    shapes = [shape for shape in facts.shapes if shape.full_name not in ARCHIPELAGOS]
    if not shapes:
        return Ground((), {})
    simple = shapely.coverage_simplify(
        all_in_units([shape.geometry for shape in shapes], facts.frame), DETAIL
    )
    cut = _cut(simple, facts.frame)
    drawn = [
        _drawn(shape, (geometry, whole), facts, wanted)
        for shape, geometry, whole in zip(shapes, cut, simple, strict=True)
        if not geometry.is_empty
    ]
    codes = sorted({each.shape.province_code for each in drawn})
    return Ground(drawn, {code: _province(drawn, code, facts.frame) for code in codes})


def draw_land(ground: Ground, facts: SheetFacts) -> list[str]:
    """The sea, and what of the land takes no colour."""
    width, height = facts.frame.width_px, facts.frame.height_px
    plain = area_path([c.geometry for c in ground.communes if c.cls is None or not c.is_shown])
    return [
        f'<rect width="{width:g}" height="{height:g}" fill="{SEA}"/>',
        filled(plain, LAND),
        stroked(plain, LAND_LINE, 0.7),
    ]


def draw_border(facts: SheetFacts, wanted: SheetRequest) -> tuple[list[str], list[str]]:
    """The band behind the land border, and the line itself; empty where they are off."""
    sheet, bands, lines = around_sheet(facts.frame), [], []
    if wanted.shows("band"):
        cut = shapely.intersection(_simple([b.band for b in facts.border], facts.frame), sheet)
        path = area_path(list(cut))
        bands = [filled(path, BAND, ' fill-opacity="0.13"')]
        bands.append(stroked(path, BAND, 1.1, ' stroke-dasharray="2 3"'))
    if wanted.shows("border"):
        drawn = _simple([b.geometry for b in facts.border], facts.frame)
        path = line_path(list(shapely.line_merge(shapely.intersection(drawn, sheet))))
        width = 1.5 if facts.zoom < 7 else 2.2
        lines = [stroked(path, CASING, 2.4 * width), stroked(path, "#000000", width, BORDER_DASH)]
    return bands, lines


def outline_of(ground: Ground, code: str) -> str:
    """A heavy line around the commune that was picked, empty where it is not in the frame."""
    picked = [each.geometry for each in ground.communes if each.shape.code == code]
    path = area_path(picked) if picked else ""
    return stroked(path, CASING, 6) + stroked(path, "#14323A", 3.2)


def _drawn(
    shape: CommuneShape,
    geometries: tuple[BaseGeometry, BaseGeometry],
    facts: SheetFacts,
    wanted: SheetRequest,
) -> DrawnCommune:
    if wanted.view.province_code not in (None, shape.province_code):
        return DrawnCommune(shape, *geometries, None, is_shown=False)
    cls = facts.classes.get(shape.code, CommuneClass.UNKNOWN)
    return DrawnCommune(shape, *geometries, cls, is_shown=wanted.shows(f"class.{cls.value}"))


def _province(drawn: Sequence[DrawnCommune], code: str, frame: Frame) -> BaseGeometry:
    held = [each.whole for each in drawn if each.shape.province_code == code]
    return shapely.intersection(shapely.coverage_union_all(held), around_sheet(frame))


def _cut(geometries: Shapes, frame: Frame) -> Shapes:
    """Geometries without what lies far beyond the frame."""
    sheet = around_sheet(frame)
    cut = geometries.copy()
    over = ~shapely.within(shapely.envelope(geometries), sheet)
    cut[over] = shapely.intersection(geometries[over], sheet)
    return cut


def all_in_units(geometries: Sequence[BaseGeometry], frame: Frame) -> Shapes:
    """Geometries in WGS 84 in units of the drawing."""
    found = np.empty(len(geometries), dtype=object)
    found[:] = [in_units(geometry, frame) for geometry in geometries]
    return found


def sheet_box(frame: Frame) -> BaseGeometry:
    """What the frame shows, in units of the drawing."""
    return shapely.box(0, 0, frame.width_px, frame.height_px)


def around_sheet(frame: Frame) -> BaseGeometry:
    """What the frame shows and a little beyond it."""
    return shapely.box(-BEYOND, -BEYOND, frame.width_px + BEYOND, frame.height_px + BEYOND)


def _simple(geometries: Sequence[BaseGeometry], frame: Frame) -> Shapes:
    simple = shapely.simplify(all_in_units(geometries, frame), DETAIL)
    return shapely.make_valid(simple)


def draw_classes(ground: Ground, facts: SheetFacts) -> list[str]:
    """The fill and the texture of every class."""
    drawn = []
    for cls, fill in CLASS_FILLS.items():
        held = [each for each in ground.own if each.cls is cls and each.is_shown]
        if held:
            whole = shapely.coverage_union_all([each.whole for each in held])
            drawn.append(filled(area_path([each.geometry for each in held]), fill))
            drawn.append(texture(cls, shapely.intersection(whole, around_sheet(facts.frame))))
    return drawn


def draw_limits(ground: Ground, facts: SheetFacts, wanted: SheetRequest) -> list[str]:
    """White lines between communes, dark ones around provinces; the chosen one above all."""
    own = [each for each in ground.own if each.is_shown]
    known = area_path([c.geometry for c in own if c.cls is not CommuneClass.UNKNOWN])
    unknown = area_path([c.geometry for c in own if c.cls is CommuneClass.UNKNOWN])
    thin = min(max(0.3, (facts.zoom - 5.2) * 0.32), 1.4)
    chosen = wanted.view.province_code
    thin = thin if chosen is None else max(thin, 1.1)
    line = UNKNOWN_LINE if facts.change else COMMUNE_LINE
    communes = [stroked(known, line, thin), stroked(unknown, UNKNOWN_LINE, thin)]
    others = area_path([whole for code, whole in ground.provinces.items() if code != chosen])
    if chosen is None:
        return [*communes, stroked(others, PROVINCE_LINE, 1.0 if facts.zoom < 8 else 1.8)]
    inside = area_path([whole for code, whole in ground.provinces.items() if code == chosen])
    around = stroked(inside, PROVINCE_LINE, 2.4)
    return [stroked(others, "#A8A396", 1.1), *communes, around]
