"""The layers of some thousands of features: all of their rows, for filters to be laid over."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.layer_stream import Batch
from models.placements import Bbox

Row = Mapping[str, Any]
BATCH = 500
"""So many features with their geometries are held at a time."""


@dataclass(frozen=True, slots=True)
class LayerRows:
    """Rows by the names of their fields, and where each lies.

    `geometries` gives the geometries (WGS 84) of rows by their positions, None where a place
    is not known: those of areas are read only when they are wanted.
    """

    rows: Sequence[Row]
    geometries: Callable[[Sequence[int]], Sequence[BaseGeometry | None]]


def at_hand(rows: Sequence[Row], geometries: Sequence[BaseGeometry | None]) -> LayerRows:
    """Rows with geometries that were read with them."""
    return LayerRows(rows, lambda wanted: [geometries[i] for i in wanted])


def point(lon: float | None, lat: float | None) -> BaseGeometry | None:
    """A point, None without coordinates."""
    return None if lon is None or lat is None else shapely.Point(lon, lat)


def in_box(
    found: LayerRows, kept: Sequence[int], bbox: Bbox, *, unplaced: bool = False
) -> list[int]:
    """Of some rows those whose geometry shares a point with a box, or which have none, too."""
    box = shapely.box(*bbox)
    shapely.prepare(box)
    inside = []
    for start in range(0, len(kept), BATCH):
        part = kept[start : start + BATCH]
        shapes = list(found.geometries(part))
        touches = shapely.intersects(box, shapes) | (unplaced & shapely.is_missing(shapes))
        inside += [i for i, there in zip(part, touches.tolist(), strict=True) if there]
    return inside


def batches(found: LayerRows, kept: Sequence[int], id_field: str, names: Sequence[str]) -> Any:
    """Some rows as batches, in the order given."""
    for start in range(0, len(kept), BATCH):
        part = kept[start : start + BATCH]
        rows = [found.rows[i] for i in part]
        yield Batch(
            [row[id_field] for row in rows],
            [[row[name] for name in names] for row in rows],
            found.geometries(part),
        )
