"""Installed versions of the map of communes: which one is in force, which were.

The map is public to whoever is signed in. Replacing it is for administrators.
"""

# ruff: noqa: ARG001 - the map is public; who asks is named so that this can change in one place

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from models.errors import NotFoundError
from models.tables import boundary_versions, communes
from models.viewers import Viewer

if TYPE_CHECKING:
    from geo.boundaries import PreparedCoverage


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What is said of a coverage when it is installed.

    With `valid_to` it is a map of the past and does not become current.
    """

    source: str
    licence: str
    vintage: str
    sha256: str
    valid_from: date
    approximate: bool
    installed_at: datetime
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class BoundaryVersion:
    """An installed coverage; superseded ones have an empty validity."""

    id: int
    source: str
    licence: str
    vintage: str
    sha256: str
    commune_count: int
    valid_from: date
    valid_to: date | None
    approximate: bool
    is_current: bool
    installed_at: datetime


def install_version(
    session: Session, viewer: Viewer, prepared: PreparedCoverage, meta: NewVersion
) -> int:
    """Store a coverage and make it current unless it is a map of the past.

    `prepared.frame` may carry a column `border_with` («CHN,LAO»). Versions that
    the new one replaces stay; their validity ends the day before it begins,
    which leaves nothing of those that began no earlier.
    """
    viewer.require_admin()
    is_current = meta.valid_to is None
    if is_current:
        _supersede(session, meta.valid_from)
    values = {name: getattr(meta, name) for name in NewVersion.__dataclass_fields__}
    version_id: int = session.execute(
        insert(boundary_versions)
        .values(**values, commune_count=len(prepared.frame), is_current=is_current)
        .returning(boundary_versions.c.id)
    ).scalar_one()
    session.execute(insert(communes), _rows(prepared, version_id))
    return version_id


def list_versions(session: Session, viewer: Viewer) -> list[BoundaryVersion]:
    """Every installed version, the latest installed first."""
    found = session.execute(select(boundary_versions).order_by(boundary_versions.c.id.desc()))
    return [BoundaryVersion(*row) for row in found]


def past_versions(session: Session, viewer: Viewer) -> list[BoundaryVersion]:
    """Versions that were in force for some days of the past, the latest first."""
    versions = list_versions(session, viewer)
    past = [v for v in versions if v.valid_to is not None and v.valid_to >= v.valid_from]
    return sorted(past, key=lambda v: v.valid_from, reverse=True)


def current_version(session: Session, viewer: Viewer) -> BoundaryVersion:
    """The version in force.

    Raises
    ------
    NotFoundError
        If no boundaries are installed.
    """
    row = session.execute(
        select(boundary_versions).where(boundary_versions.c.is_current)
    ).one_or_none()
    if row is None:
        raise NotFoundError(
            "Chưa cài ranh giới hành chính. Hãy chạy: python -m webapp boundaries install NGUỒN"
        )
    return BoundaryVersion(*row)


def _supersede(session: Session, valid_from: date) -> None:
    """End what was in force, or would be, when a new version takes over."""
    table = boundary_versions
    last_day = valid_from - timedelta(days=1)
    session.execute(
        update(table)
        .where(table.c.valid_to.is_(None), table.c.valid_from <= last_day)
        .values(valid_to=last_day, is_current=False)
    )
    for row in session.execute(
        select(table.c.id, table.c.valid_from).where(table.c.valid_to.is_(None))
    ).all():
        nothing = row.valid_from - timedelta(days=1)
        session.execute(
            update(table).where(table.c.id == row.id).values(valid_to=nothing, is_current=False)
        )


def _rows(prepared: PreparedCoverage, version_id: int) -> Sequence[dict[str, Any]]:
    frame = prepared.frame
    if "border_with" not in frame:
        frame = frame.assign(border_with="")
    inside = shapely.get_coordinates(shapely.point_on_surface(frame.geometry.to_numpy()))
    plain = frame.drop(columns=["geometry", "geom_province", "geom_nation"])
    shapes = {
        "geom": frame.geometry.to_numpy(),
        "geom_province": np.asarray(frame["geom_province"], dtype=object),
        "geom_nation": np.asarray(frame["geom_nation"], dtype=object),
    }
    return [
        {
            **{str(name): value for name, value in row.items()},
            "version_id": version_id,
            "lon": float(inside[i, 0]),
            "lat": float(inside[i, 1]),
            **{name: column[i] for name, column in shapes.items()},
        }
        for i, row in enumerate(plain.to_dict("records"))
    ]
