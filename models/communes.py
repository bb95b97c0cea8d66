"""The communes of each version of the map; with `models.border`, all of its facts.

The map is public to whoever is signed in: reads are not cut to the viewer's
scope. Replacing it is for administrators.
"""

# ruff: noqa: ARG001 - the map is public; who asks is named so that this can change in one place

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.orm import Session

from models.border import (
    BorderGate,
    CommuneChange,
    border_lines,
    changes,
    former_units,
    gates,
    heirs_of,
    replace_border,
    replace_changes,
    replace_gates,
)
from models.boundary_versions import (
    BoundaryVersion,
    NewVersion,
    current_version,
    install_version,
    list_versions,
    past_versions,
)
from models.disclosure import DEGREE_M
from models.errors import NotFoundError
from models.tables import boundary_versions, communes
from models.viewers import Viewer

__all__ = [
    "BorderGate",
    "BoundaryVersion",
    "Commune",
    "CommuneChange",
    "CommuneShape",
    "NewVersion",
    "Province",
    "ProvinceShape",
    "border_lines",
    "changes",
    "commune_shapes",
    "commune_units",
    "coverage_rows",
    "current_version",
    "find_commune",
    "former_units",
    "gates",
    "heirs_of",
    "install_version",
    "list_versions",
    "names_of",
    "outlines",
    "past_versions",
    "province_shapes",
    "provinces",
    "replace_border",
    "replace_changes",
    "replace_gates",
    "shapes_near",
    "shapes_of",
]

LEVELS = {"full": "geom", "province": "geom_province", "nation": "geom_nation"}
"""Levels of detail: as cleaned, and simplified for one province or the nation."""


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune of one version; `lon`, `lat` lies inside it (WGS 84)."""

    code: str
    name: str
    full_name: str
    unit_type: str
    province_code: str
    province_name: str
    area_km2: float
    border_with: str
    lon: float
    lat: float


@dataclass(frozen=True, slots=True)
class CommuneShape:
    """A commune's polygon at one level of detail, WGS 84."""

    code: str
    name: str
    full_name: str
    province_code: str
    geometry: BaseGeometry
    border_with: str


@dataclass(frozen=True, slots=True)
class Province:
    """A province of the current version."""

    code: str
    name: str


@dataclass(frozen=True, slots=True)
class ProvinceShape:
    """A province's polygon: the union of its communes, WGS 84."""

    code: str
    name: str
    geometry: BaseGeometry


_UNIT = tuple(communes.c[name] for name in Commune.__dataclass_fields__)


def commune_units(
    session: Session, viewer: Viewer, version_id: int, province_code: str | None = None
) -> list[Commune]:
    """Communes of a version, or of one province of it, without their polygons, by code."""
    wanted = select(*_UNIT).where(communes.c.version_id == version_id).order_by(communes.c.code)
    if province_code is not None:
        wanted = wanted.where(communes.c.province_code == province_code)
    return [_commune(row) for row in session.execute(wanted)]


def find_commune(session: Session, viewer: Viewer, code: str) -> Commune:
    """A commune of the version in force.

    Raises
    ------
    NotFoundError
        If there is none of this code.
    """
    wanted = select(*_UNIT).where(_of_current(), communes.c.code == code)
    row = session.execute(wanted).one_or_none()
    if row is None:
        raise NotFoundError(f"Không có xã, phường, đặc khu nào mang mã «{code}».")
    return _commune(row)


def coverage_rows(
    session: Session, viewer: Viewer, version_id: int
) -> list[tuple[str, BaseGeometry]]:
    """Codes and full polygons of a version, by code."""
    wanted = (
        select(communes.c.code, communes.c.geom)
        .where(communes.c.version_id == version_id)
        .order_by(communes.c.code)
    )
    return [(code, geometry) for code, geometry in session.execute(wanted)]


def outlines(
    session: Session, viewer: Viewer, codes: Iterable[str]
) -> list[tuple[Commune, BaseGeometry]]:
    """Some communes of the version in force with their full polygons, by code."""
    wanted = (
        select(*_UNIT, communes.c.geom)
        .where(_of_current(), communes.c.code.in_(sorted(set(codes))))
        .order_by(communes.c.code)
    )
    return [(Commune(*unit), shape) for *unit, shape in session.execute(wanted)]


def names_of(session: Session, viewer: Viewer, codes: Iterable[str]) -> dict[str, str]:
    """Full names of communes of the version in force by code, without those it does not have."""
    c = communes.c
    wanted = select(c.code, c.full_name).where(_of_current(), c.code.in_(sorted(set(codes))))
    return dict(session.execute(wanted).all())


def commune_shapes(
    session: Session,
    viewer: Viewer,
    version_id: int,
    level: str,
    province_code: str | None = None,
) -> list[CommuneShape]:
    """Communes with their polygons at a level of `LEVELS`, by code."""
    shape = communes.c[LEVELS[level]].label("geometry")
    names = ("code", "name", "full_name", "province_code")
    wanted = (
        select(*(communes.c[n] for n in names), shape, communes.c.border_with)
        .where(communes.c.version_id == version_id)
        .order_by(communes.c.code)
    )
    if province_code is not None:
        wanted = wanted.where(communes.c.province_code == province_code)
    return [CommuneShape(**row._mapping) for row in session.execute(wanted)]


def shapes_of(
    session: Session, viewer: Viewer, version_id: int, codes: Iterable[str]
) -> dict[str, BaseGeometry]:
    """Full polygons of some communes of a version by code."""
    c = communes.c
    wanted = select(c.code, c.geom).where(c.version_id == version_id, c.code.in_(sorted(codes)))
    return dict(session.execute(wanted).all())


def shapes_near(
    session: Session, viewer: Viewer, box: tuple[float, float, float, float], level: str
) -> list[CommuneShape]:
    """Communes of the version in force that may reach into a box, with their polygons, by code.

    `box` is west, south, east, north in degrees. A commune may reach as far from the point
    inside it as `LONGEST` times the side of a square of its area: some that do not touch the
    box come along, none that does is left out but by a strange form.
    """
    west, south, east, north = box
    c = communes.c
    away = and_(
        c.lon.between(west - _FARTHEST_DEG, east + _FARTHEST_DEG),
        c.lat.between(south - _FARTHEST_DEG, north + _FARTHEST_DEG),
    )
    points = select(c.code, c.lon, c.lat, c.area_km2).where(_of_current(), away)
    codes = [
        code
        for code, lon, lat, area_km2 in session.execute(points)
        if max(west - lon, lon - east, south - lat, lat - north) <= _reach_deg(area_km2)
    ]
    names = ("code", "name", "full_name", "province_code")
    shape = c[LEVELS[level]].label("geometry")
    wanted = select(*(c[n] for n in names), shape, c.border_with).where(
        _of_current(), c.code.in_(codes)
    )
    return [CommuneShape(**row._mapping) for row in session.execute(wanted.order_by(c.code))]


LONGEST = 2.5
_FARTHEST_DEG = 1.0


def _reach_deg(area_km2: float) -> float:
    return LONGEST * math.sqrt(area_km2) * 1000 / DEGREE_M


def provinces(session: Session, viewer: Viewer) -> list[Province]:
    """Provinces of the version in force, by code."""
    wanted = select(communes.c.province_code, func.min(communes.c.province_name))
    return [Province(*row) for row in session.execute(_by_province(wanted).where(_of_current()))]


def province_names(session: Session, viewer: Viewer) -> dict[str, str]:
    """Names of the provinces of the version in force by code; none where there is no version."""
    return {province.code: province.name for province in provinces(session, viewer)}


def province_shapes(
    session: Session,
    viewer: Viewer,
    version_id: int,
    level: str,
    codes: Iterable[str] | None = None,
) -> list[ProvinceShape]:
    """Outlines of the provinces of a version, or of some, at a level of `LEVELS`, by code."""
    of_version = communes.c.version_id == version_id
    if codes is not None:
        of_version &= communes.c.province_code.in_(sorted(set(codes)))
    wanted = select(communes.c.province_code, func.min(communes.c.province_name))
    names = session.execute(_by_province(wanted).where(of_version)).all()
    parted = select(communes.c.province_code, communes.c[LEVELS[level]]).where(of_version)
    # In one order, so that an outline begins at the same corner whenever it is drawn.
    shapes = session.execute(parted.order_by(communes.c.code)).all()
    parts: dict[str, list[BaseGeometry]] = {}
    for code, shape in shapes:
        parts.setdefault(code, []).append(shape)
    return [ProvinceShape(c, n, shapely.coverage_union_all(parts[c])) for c, n in names]


def _by_province(wanted: Select[Any]) -> Select[Any]:
    return wanted.group_by(communes.c.province_code).order_by(communes.c.province_code)


def _of_current() -> Any:
    current = select(boundary_versions.c.id).where(boundary_versions.c.is_current)
    return communes.c.version_id == current.scalar_subquery()


def _commune(row: Row[Any]) -> Commune:
    return Commune(*tuple(row))
