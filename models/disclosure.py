"""What a viewer may see: the scope in SQL, and dwellings shown coarsely.

A dwelling is a home. Its register entry is needed to plan, but its address is
nobody's business beyond those who act on it: planners and administrators whose
scope covers it, and the officers of its commune. To all others it is a 250 m
square without address.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TypeVar

from sqlalchemy import ColumnElement, Table, false, select, true
from sqlalchemy.orm import Session

from geo.records import Hotspot, HotspotEvent, Placement, PlaceQuery
from geo.terms import Precision
from models.errors import NotAllowedError
from models.tables import boundary_versions, communes
from models.viewers import Role, Scope, ScopeKind, Viewer

GRID_M = 250.0
DEGREE_M = 111_320.0
"""Length of a degree of a great circle: good to 0.6 % here, enough for a grid."""

BANDS = range(5, 26)
"""Whole degrees of latitude that Viet Nam and its seas lie in."""

DWELLING_NAME = "Nhà ở (tên và địa chỉ được ẩn)"

H = TypeVar("H", bound=Hotspot)


def visible(viewer: Viewer, table: Table) -> ColumnElement[bool]:
    """The condition that keeps a viewer's reads inside the scope.

    A record without a province is seen by the nation only, one without a
    commune by no commune. One that was withdrawn is seen by nobody here.
    """
    inside = in_scope(viewer, table)
    return inside & table.c.withdrawn.is_(None) if "withdrawn" in table.c else inside


def in_scope(viewer: Viewer, table: Table) -> ColumnElement[bool]:
    """The condition of the scope alone, withdrawn records included."""
    scope = viewer.scope
    if scope.kind is ScopeKind.NATION:
        return true()
    if not scope.codes:
        return false()
    if scope.kind is ScopeKind.PROVINCES:
        return table.c.province_code.in_(sorted(scope.codes))
    of_commune = "commune_code_now" if "commune_code_now" in table.c else "commune_code"
    return table.c[of_commune].in_(sorted(scope.codes))


def of_whole_province(session: Session, viewer: Viewer) -> Viewer:
    """The viewer, one of a commune with the scope of its province.

    For what is no secret within a province; PostGIS shows it where the wider viewer speaks
    (`models.session.acting_for`).
    """
    if viewer.scope.kind is not ScopeKind.COMMUNE:
        return viewer
    provinces = provinces_of(session, viewer.scope.codes).values()
    return replace(viewer, scope=Scope.provinces(*filter(None, provinces)))


def provinces_of(session: Session, commune_codes: Iterable[str]) -> dict[str, str]:
    """Province by commune, on the map in force, for the communes it has."""
    c = communes.c
    statement = (
        select(c.code, c.province_code)
        .join(boundary_versions)
        .where(boundary_versions.c.is_current.is_(True), c.code.in_(sorted(set(commune_codes))))
    )
    return dict(session.execute(statement).all())


def require_inside(
    viewer: Viewer, commune_codes: Iterable[str], provinces: Mapping[str, str]
) -> None:
    """Raise `NotAllowedError` at the first commune outside the viewer's scope."""
    for code in commune_codes:
        if not viewer.scope.covers(provinces.get(code), code):
            raise NotAllowedError(
                f"Xã có mã «{code}» nằm ngoài phạm vi của tài khoản «{viewer.name}»."
            )


def sees_dwellings(viewer: Viewer, province_code: str | None, commune_code: str | None) -> bool:
    """Whether a viewer sees dwellings of this commune exactly."""
    return viewer.scope.covers(province_code, commune_code) and sees_homes(viewer)


def sees_homes(viewer: Viewer) -> bool:
    """Whether a viewer sees the homes inside the scope exactly, those of incidents too."""
    own_officer = viewer.role is Role.COMMUNE and viewer.scope.kind is ScopeKind.COMMUNE
    return own_officer or viewer.role in (Role.PLANNER, Role.ADMIN)


def sees_exactly(viewer: Viewer, hotspot: Hotspot) -> bool:
    """Whether a viewer in whose scope a hotspot lies sees where it is, not its square alone."""
    place = hotspot.placement
    return not hotspot.is_dwelling or sees_dwellings(
        viewer, place.province_code, place.commune_code_now
    )


def disclosed(viewer: Viewer, hotspot: H) -> H:
    """The hotspot as this viewer may see it."""
    placement = hotspot.placement
    if sees_exactly(viewer, hotspot):
        return hotspot
    return replace(
        hotspot,
        name=DWELLING_NAME,
        address_text="",
        place=PlaceQuery(),
        placement=coarse(placement),
        events=tuple(HotspotEvent(event.type, event.on) for event in hotspot.events),
    )


def snap_to_grid(lon: float, lat: float, size_m: float = GRID_M) -> tuple[float, float]:
    """The centre of the square of `size_m` metres around a point in WGS 84.

    Every point of a square gives the same centre, so the centre tells nothing
    of where in the square the point lies.

    >>> snap_to_grid(105.8501, 21.0281) == snap_to_grid(105.8503, 21.0283)
    True
    """
    lat_step = size_m / DEGREE_M
    lat_centre = (math.floor(lat / lat_step) + 0.5) * lat_step
    lon_step = lon_step_of(math.floor(lat_centre), size_m)
    lon_centre = (math.floor(lon / lon_step) + 0.5) * lon_step
    return round(lon_centre, 6), round(lat_centre, 6)


def lon_step_of(band: int, size_m: float = GRID_M) -> float:
    """Degrees of longitude that a square spans in a band of one degree of latitude.

    By bands, so that a database works it out without a cosine: a square is up to 0.4 % wider
    or narrower than it is high. Bands beyond those of Viet Nam are taken as the nearest.
    """
    middle = min(max(band, BANDS[0]), BANDS[-1]) + 0.5
    return size_m / DEGREE_M / math.cos(math.radians(middle))


def widened(
    bbox: tuple[float, float, float, float], by_m: float
) -> tuple[float, float, float, float]:
    """A box in degrees with a margin of at least `by_m` metres on every side."""
    west, south, east, north = bbox
    margin_lat = 1.01 * by_m / DEGREE_M
    margin_lon = margin_lat / max(math.cos(math.radians(max(abs(south), abs(north)))), 0.1)
    return west - margin_lon, south - margin_lat, east + margin_lon, north + margin_lat


def coarse(placement: Placement) -> Placement:
    """A placement of which no more is told than the square of 250 m."""
    if placement.lon is None or placement.lat is None:
        return replace(placement, warnings=())
    lon, lat = snap_to_grid(placement.lon, placement.lat)
    return replace(placement, lon=lon, lat=lat, precision=Precision.SUB_UNIT, warnings=())
