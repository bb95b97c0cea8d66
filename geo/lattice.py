"""Drawing areas from a rule that labels points: a lattice, fine only where labels meet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.polygons import Shapes, as_polygons, match_edges

CELL_M = 100
BLOCK_CELLS = 8
"""A block whose corners and inner points all agree is not looked at more finely."""

Points = NDArray[np.float64]
Labeller = Callable[[Points], NDArray[np.intp]]
"""From points, shape (n, 2) in metres, to the number of the area each lies in."""


@dataclass(frozen=True, slots=True)
class Lattice:
    """Labels of square cells of `CELL_M`; row 0 is the southernmost, -1 is no land."""

    x0_m: float
    y0_m: float
    labels: NDArray[np.int32]


def draw_lattice(label: Labeller, land: BaseGeometry) -> Lattice:
    """Label the cells of a lattice over the land, finely only where labels meet."""
    west, south, east, north = land.bounds
    block_m = CELL_M * BLOCK_CELLS
    x0, y0 = np.floor(west / block_m) * block_m, np.floor(south / block_m) * block_m
    columns, rows = int((east - x0) // block_m) + 1, int((north - y0) // block_m) + 1
    corner_x = x0 + np.arange(columns) * block_m
    labels = np.full((rows * BLOCK_CELLS, columns * BLOCK_CELLS), -1, dtype=np.int32)
    shapely.prepare(land)
    for row in range(rows):
        blocks = shapely.box(
            corner_x, y0 + row * block_m, corner_x + block_m, y0 + (row + 1) * block_m
        )
        touched = np.flatnonzero(shapely.intersects(land, blocks))
        if len(touched):
            band = _label_blocks(label, corner_x[touched], y0 + row * block_m)
            window = labels[row * BLOCK_CELLS : (row + 1) * BLOCK_CELLS]
            cells = touched[:, None] * BLOCK_CELLS + np.arange(BLOCK_CELLS)
            window[:, cells.ravel()] = band.transpose(1, 0, 2).reshape(BLOCK_CELLS, -1)
    return Lattice(float(x0), float(y0), labels)


def _label_blocks(label: Labeller, corner_x: Points, y: float) -> NDArray[np.int32]:
    """Labels of the cells of blocks in one row, shape (blocks, cells, cells)."""
    step = np.arange(BLOCK_CELLS) * CELL_M + CELL_M / 2
    probe = np.arange(5) * (BLOCK_CELLS * CELL_M / 4)
    seen = label(_grid(corner_x, y, probe)).reshape(len(corner_x), -1)
    mixed = (seen != seen[:, :1]).any(axis=1)
    cells = np.repeat(seen[:, :1], BLOCK_CELLS**2, axis=1).astype(np.int32)
    if mixed.any():
        cells[mixed] = label(_grid(corner_x[mixed], y, step)).reshape(int(mixed.sum()), -1)
    return cells.reshape(-1, BLOCK_CELLS, BLOCK_CELLS)


def _grid(corner_x: Points, y: float, step: NDArray[Any]) -> Points:
    dy, dx = np.meshgrid(step, step, indexing="ij")
    x = corner_x[:, None] + dx.ravel()
    return np.column_stack([x.ravel(), np.broadcast_to(y + dy.ravel(), x.shape).ravel()])


def trace(lattice: Lattice, n_labels: int) -> Shapes:
    """Polygons of the labels of a lattice, edges matched; empty where a label has no cell."""
    labels = lattice.labels
    edge = np.ones((labels.shape[0], 1), dtype=bool)
    begins = np.hstack([edge, labels[:, 1:] != labels[:, :-1]])
    ends = np.hstack([labels[:, 1:] != labels[:, :-1], edge])
    row, first = np.nonzero(begins)
    last = np.nonzero(ends)[1]
    drawn = labels[row, first] >= 0
    row, first, last = row[drawn], first[drawn], last[drawn]
    x0, y0 = lattice.x0_m, lattice.y0_m
    runs = shapely.box(
        x0 + first * CELL_M, y0 + row * CELL_M, x0 + (last + 1) * CELL_M, y0 + (row + 1) * CELL_M
    )
    of_run = labels[row, first]
    order = np.argsort(of_run, kind="stable")
    groups = np.split(runs[order], np.searchsorted(of_run[order], np.arange(1, n_labels)))
    return match_edges(as_polygons([shapely.union_all(g) for g in groups]), snap=0.0)
