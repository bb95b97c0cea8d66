"""What a printed map view shows, read once, with the eyes of who prints it.

Hotspots, clusters and incidents are those of the map page itself (`map_layers`), so that the
sheet and the screen never differ.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import shapely

from geo.records import BorderLine, Period
from geo.terms import CommuneClass, FacilityKind
from models import communes, corridors
from models.communes import BorderGate, CommuneShape, ProvinceShape
from models.corridors import StoredCorridor
from models.errors import NotFoundError
from models.session import Database, Session, unit_of_work
from models.viewers import ANONYMOUS, Viewer
from webapp.services import (
    border_layer,
    facility_layer,
    map_change,
    map_layers,
    overview,
    registers,
    view_figures,
)
from webapp.services.map_sheet_paper import (
    NATION,
    MapPlace,
    Paper,
    sheet_frame,
    zoom_of,
)
from webapp.services.mini_map import Frame
from webapp.services.overview import Box, Marks, View
from webapp.services.view_figures import Summary

DETAIL_ZOOM = 7.6
"""From here on communes are drawn in the detail of a province."""

FULL_ZOOM = 12.0
"""From here on they are drawn as they are."""

FACILITIES_ZOOM = 9.5
"""From here on facilities of every kind are shown without a province being chosen."""

FAR_KINDS = (FacilityKind.AIRPORT, FacilityKind.SEAPORT)
"""Facilities that are shown on a map of a large area too."""

AROUND = 0.06
"""Room around a province, as a share of its size."""


@dataclass(frozen=True, slots=True)
class SheetRequest:
    """A map view to be printed.

    `box` is what the screen shows, `place` stands in where a link names the middle alone; without
    both the whole area of the view is shown. `off` are the keys of the layers that are
    switched off, `pick` what is chosen (`c:23401`), `base` what the view is held against
    (`map_change.BASES`), empty for no comparison. `whole_figures`: the figures are those of the
    whole area, also where the frame shows a part of it.
    """

    view: View
    paper: Paper
    box: Box | None = None
    place: MapPlace | None = None
    off: frozenset[str] = frozenset()
    pick: str = ""
    base: str = ""
    whole_figures: bool = False

    def shows(self, key: str) -> bool:
        """Whether a layer is on; beside a difference there are no incidents."""
        return key not in self.off and not (self.base and key == "incidents")


@dataclass(frozen=True, slots=True)
class SheetFacts:
    """All that a sheet draws and says; geometries in WGS 84.

    `shapes` are the communes that may reach into the frame, `land` the provinces of the nation.
    `summary` counts what lies in the frame where that does not show the whole area (`is_part`).
    `incidents`, `hotspots`, `clusters`, `segments`, `facilities` and `change` (empty without a
    comparison) are in the form of the map page's data.
    """

    frame: Frame
    zoom: float
    area_name: str
    scope_name: str
    is_nation: bool
    shapes: Sequence[CommuneShape]
    land: Sequence[ProvinceShape]
    classes: Mapping[str, CommuneClass]
    class_period: Period
    summary: Summary
    marks: Marks
    is_part: bool = False
    hotspots: Sequence[Mapping[str, Any]] = ()
    clusters: Mapping[str, Any] = field(default_factory=dict)
    incidents: Mapping[str, Any] = field(default_factory=dict)
    border: Sequence[BorderLine] = ()
    gates: Sequence[BorderGate] = ()
    routes: Sequence[StoredCorridor] = ()
    segments: Sequence[Mapping[str, Any]] = ()
    facilities: Mapping[str, Any] = field(default_factory=dict)
    change: Mapping[str, Any] = field(default_factory=dict)

    @property
    def box(self) -> Box:
        """What the frame shows, in degrees."""
        return Box(*self.frame.box.bounds)


def read_sheet(database: Database, viewer: Viewer, wanted: SheetRequest) -> SheetFacts:
    """Read what a sheet shows.

    Raises
    ------
    NotFoundError
        If no map of communes is installed, or it has no province of this code.
    """
    view = wanted.view
    with unit_of_work(database, viewer, read_only=True) as session:
        version = overview.find_version(session, viewer)
        if version is None:
            raise NotFoundError("Chưa cài bản đồ xã nào nên chưa in được. Hãy báo quản trị.")
        land = _land(database, version.id)
        own = [each for each in land if view.province_code in (None, each.code)]
        if not own:
            raise NotFoundError(f"Không có tỉnh, thành phố nào mang mã «{view.province_code}».")
        frame = sheet_frame(wanted.paper, _box(wanted, own))
        zoom = zoom_of(wanted.paper, frame)
        period, classes = overview.classes_on(session, viewer, view.until)
        drawn = _shapes(session, viewer, database, version.id, (frame, zoom))
    is_part = not (wanted.whole_figures or _shows_all(wanted, own, frame))
    return SheetFacts(
        frame=frame,
        zoom=zoom,
        area_name=own[0].name if view.province_code else "Toàn quốc",
        is_nation=view.province_code is None,
        scope_name=registers.scope_name(database, viewer),
        shapes=drawn,
        land=land,
        classes=classes,
        class_period=period,
        summary=view_figures.frame_figures(database, viewer, view, Box(*frame.box.bounds))
        if is_part
        else view_figures.summarise(database, viewer, view),
        is_part=is_part,
        marks=overview.site_marks(database, viewer),
        **_layers(database, viewer, wanted, (frame, zoom)),
    )


def _layers(
    database: Database, viewer: Viewer, wanted: SheetRequest, drawn: tuple[Frame, float]
) -> dict[str, Any]:
    """What lies on the ground, by the name of its field."""
    view, (frame, zoom) = wanted.view, drawn
    days, box = Period(view.since, view.until), Box(*frame.box.bounds)
    code = view.province_code
    with unit_of_work(database, viewer, read_only=True) as session:
        found: dict[str, Any] = {
            "border": communes.border_lines(session, viewer),
            "gates": communes.gates(session, viewer),
            "routes": corridors.find_corridors(session, viewer, period=days, province_code=code),
        }
    return found | {
        "hotspots": map_layers.hotspots_of(database, viewer, view),
        "clusters": map_layers.clusters_of(database, viewer, view),
        "incidents": map_layers.incidents_of(database, viewer, view, box, max(zoom, 0.0)),
        "segments": _segments(database, viewer, wanted),
        "facilities": _facilities(database, viewer, wanted, drawn),
        "change": map_change.change_of(database, viewer, view, wanted.base) if wanted.base else {},
    }


def _box(wanted: SheetRequest, own: Sequence[ProvinceShape]) -> Box:
    """What the sheet is to show, in degrees."""
    if wanted.box is not None:
        return wanted.box
    if wanted.place is not None:
        return wanted.place.box
    if wanted.view.province_code is None:
        return NATION
    west, south, east, north = map_layers.main_box(own[0].geometry)
    room = AROUND * max(east - west, north - south)
    return Box(west - room, south - room, east + room, north + room)


def _shows_all(wanted: SheetRequest, own: Sequence[ProvinceShape], frame: Frame) -> bool:
    """Whether the frame shows the area of the view, islands far off left out."""
    if wanted.box is None and wanted.place is None:
        return True
    boxes = [map_layers.main_box(each.geometry) for each in own]
    return all(
        shapely.covers(frame.box, shapely.box(west, south, east, north))
        for west, south, east, north in boxes
    )


def _segments(
    database: Database, viewer: Viewer, wanted: SheetRequest
) -> Sequence[Mapping[str, Any]]:
    """The segments of the border with their figures, none where they are off."""
    if not wanted.shows("segments"):
        return ()
    found = json.loads(border_layer.segments_of(database, viewer, wanted.view))
    listed: list[Mapping[str, Any]] = found["segments"]
    return listed


def _facilities(
    database: Database, viewer: Viewer, wanted: SheetRequest, drawn: tuple[Frame, float]
) -> Mapping[str, Any]:
    """Facilities of the kinds that are on, in the frame; on a map of a large area the far ones."""
    frame, zoom = drawn
    code = wanted.view.province_code
    is_near = wanted.shows("facilities") and (code is not None or zoom >= FACILITIES_ZOOM)
    kinds = [
        kind
        for kind in FacilityKind
        if wanted.shows(f"facilities.{kind.value}") and (is_near or kind in FAR_KINDS)
    ]
    box = Box(*frame.box.bounds)
    return facility_layer.facilities_of(database, viewer, kinds, code, box)


def _shapes(
    session: Session,
    viewer: Viewer,
    database: Database,
    version_id: int,
    drawn: tuple[Frame, float],
) -> list[CommuneShape]:
    """Communes that reach into a frame, in the detail that its zoom level can show."""
    frame, zoom = drawn
    if zoom < DETAIL_ZOOM:
        found: Sequence[CommuneShape] = _nation(database, version_id)
    else:
        level = "full" if zoom >= FULL_ZOOM else "province"
        found = communes.shapes_near(session, viewer, frame.box.bounds, level)
    return [shape for shape in found if shapely.intersects(shape.geometry.envelope, frame.box)]


@lru_cache(maxsize=2)
def _nation(database: Database, version_id: int) -> tuple[CommuneShape, ...]:
    # An installed version never changes, and its shapes are the same for everybody.
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        return tuple(communes.commune_shapes(session, ANONYMOUS, version_id, "nation"))


@lru_cache(maxsize=2)
def _land(database: Database, version_id: int) -> tuple[ProvinceShape, ...]:
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        return tuple(communes.province_shapes(session, ANONYMOUS, version_id, "nation"))
