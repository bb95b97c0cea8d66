"""The points that runs read, packed with their labels, so that a run can be repeated.

Records change, are merged and withdrawn; what a run saw stays here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields, replace
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from geo.terms import AtHome, Precision
from models.disclosure import sees_homes, snap_to_grid, visible
from models.errors import NotFoundError
from models.session import beyond_scope
from models.tables import incidents, run_points
from models.viewers import ScopeKind, Viewer

_TYPES = {
    "ids": "<i8",
    "lons": "<f8",
    "lats": "<f8",
    "days": "<M8[D]",
    "labels": "<i8",
    "core": "|b1",
}


@dataclass(frozen=True, slots=True, eq=False)
class RunPoints:
    """What a run clustered and what came of it, in the order of the incidents' ids.

    Arrays of one length: WGS 84 degrees, `days` datetime64[D], labels (noise is -1)
    and whether a point is a core.
    """

    ids: NDArray[np.int64]
    lons: NDArray[np.float64]
    lats: NDArray[np.float64]
    days: NDArray[np.datetime64]
    labels: NDArray[np.int64]
    core: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class SeenPoints:
    """The points of a run as a viewer may know them.

    `in_square` tells those that stand in the middle of their square. `is_whole`: they are all
    that the run read, exactly as it read them, so that it can be repeated.
    """

    points: RunPoints
    in_square: NDArray[np.bool_]
    is_whole: bool


def labels_digest(labels: ArrayLike) -> str:
    """SHA-256 over labels as 64-bit integers, in the order of the incidents' ids.

    >>> labels_digest([0, -1]) == labels_digest(np.array([0, -1], dtype=np.int32))
    True
    """
    return hashlib.sha256(np.asarray(labels, dtype="<i8").tobytes()).hexdigest()


def store_points(session: Session, viewer: Viewer, run_id: int, points: RunPoints) -> None:
    """Keep the points of a run.

    Raises
    ------
    NotAllowedError
        If the viewer may not write or does not see the whole nation.
    """
    viewer.require_write()
    viewer.require_nation()
    session.execute(insert(run_points).values(run_id=run_id, content=packed(points)))


def points_of(session: Session, viewer: Viewer, run_id: int) -> RunPoints:
    """The points of a run, wherever they lie.

    Raises
    ------
    NotAllowedError
        If the viewer does not see the whole nation.
    NotFoundError
        If none are kept: the run is unknown, or older than the keeping of points.
    """
    viewer.require_nation()
    return _kept(session, run_id)


def points_seen(session: Session, viewer: Viewer, run_id: int) -> SeenPoints:
    """The points of a run whose records the viewer sees, homes in the middle of their squares.

    Whoever sees the nation and its homes gets what the run read, records withdrawn since too.
    A record that has moved since stands in a square unless it is known to be no home: how fine
    its former place was is not kept.

    Raises
    ------
    NotFoundError
        If none are kept.
    """
    points = _kept(session, run_id)
    if sees_homes(viewer) and viewer.scope.kind is ScopeKind.NATION:
        return SeenPoints(points, np.zeros(points.ids.size, dtype=bool), is_whole=True)
    c = incidents.c
    # What one may see of a record is asked of the record, under the viewer's own scope.
    statement = select(c.id, c.home, c.precision, c.lon, c.lat).where(visible(viewer, incidents))
    now: dict[int, Any] = {row.id: row for row in session.execute(statement)}
    seen = np.array([i for i, id_ in enumerate(points.ids.tolist()) if id_ in now], dtype=np.int64)
    found = RunPoints(*(getattr(points, field.name)[seen] for field in fields(RunPoints)))
    if sees_homes(viewer):
        return SeenPoints(found, np.zeros(seen.size, dtype=bool), is_whole=False)
    places = zip(found.ids.tolist(), found.lons.tolist(), found.lats.tolist(), strict=True)
    hidden = np.array([_is_hidden(now[id_], lon, lat) for id_, lon, lat in places], dtype=np.bool_)
    return SeenPoints(_squared(found, hidden), hidden, is_whole=False)


def _is_hidden(row: Row[Any], lon: float, lat: float) -> bool:
    """Whether a record may have been in a home at the place that a run read."""
    if row.home != AtHome.UNKNOWN:
        return bool(row.home == AtHome.HOME)
    return bool(row.precision == Precision.EXACT or (row.lon, row.lat) != (lon, lat))


def _squared(points: RunPoints, hidden: NDArray[np.bool_]) -> RunPoints:
    """Points with some of them in the middle of their squares."""
    lons, lats = points.lons.copy(), points.lats.copy()
    for i in np.flatnonzero(hidden).tolist():
        lons[i], lats[i] = snap_to_grid(lons[i], lats[i])
    return replace(points, lons=lons, lats=lats)


def _kept(session: Session, run_id: int) -> RunPoints:
    content = _content(session, run_id)
    if content is None:
        raise NotFoundError(
            f"Lần phân tích {run_id} không lưu điểm nên không lặp lại được; "
            "hãy chạy một lần phân tích mới."
        )
    return unpacked(content)


@beyond_scope
def _content(session: Session, run_id: int) -> bytes | None:
    found: bytes | None = session.scalar(
        select(run_points.c.content).where(run_points.c.run_id == run_id)
    )
    return found


def packed(points: RunPoints) -> bytes:
    """The arrays as one compressed file."""
    arrays: dict[str, Any] = {
        name: np.asarray(getattr(points, name), dtype=kind) for name, kind in _TYPES.items()
    }
    file = BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def unpacked(content: bytes) -> RunPoints:
    """The arrays back, bit for bit."""
    with np.load(BytesIO(content), allow_pickle=False) as arrays:
        return RunPoints(**{field.name: arrays[field.name] for field in fields(RunPoints)})
