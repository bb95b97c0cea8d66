"""The points that runs read, packed with their labels, so that a run can be repeated.

Records change, are merged and withdrawn; what a run saw stays here.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from models.errors import NotFoundError
from models.tables import run_points
from models.viewers import Viewer

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
    content = session.scalar(select(run_points.c.content).where(run_points.c.run_id == run_id))
    if content is None:
        raise NotFoundError(
            f"Lần phân tích {run_id} không lưu điểm nên không lặp lại được; "
            "hãy chạy một lần phân tích mới."
        )
    return unpacked(content)


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
