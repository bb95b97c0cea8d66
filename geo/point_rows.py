"""Rows that say where they were by a plain point alone, many at a time.

A list of a million points is mostly two decimal numbers a row. Those are read
and located as whole columns; every other row takes the way of one row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from geo.coordinates import LAT_RANGE, LON_RANGE, Coverage
from geo.place_rows import BareRows, PlaceRow

NOWHERE = ""
_PLAIN_REF = re.compile(r"(?=[^\d]*\d)[\w./][\w./-]*", re.ASCII)


@dataclass(frozen=True, slots=True, eq=False)
class PointBatch:
    """Rows of a file in order, each either located or to be placed by itself.

    `codes` holds the commune of a plain point, `NOWHERE` where it lies in none. It
    is None for any other row; then `others` has the row under its position, unless
    it is no data row. `lons` and `lats` are WGS 84 degrees, meaningful for plain points.
    """

    refs: list[str]
    codes: NDArray[np.object_]
    lons: NDArray[np.float64]
    lats: NDArray[np.float64]
    others: dict[int, PlaceRow]


def point_batches(bare: BareRows, coverage: Coverage, size: int) -> Iterator[PointBatch]:
    """The rows in batches of `size`, with the communes of those that are plain points."""
    rows, columns, line = iter(bare.rows), bare.columns, bare.first_line
    width = max(columns.values()) + 1
    while chunk := list(islice(rows, size)):
        if min(map(len, chunk)) < width:
            chunk = [[*row, *[""] * (width - len(row))] for row in chunk]
        lats = _numbers([row[columns["lat"]] for row in chunk])
        lons = _numbers([row[columns["lon"]] for row in chunk])
        at = columns.get("ref")
        refs = [str(line + i) if at is None else row[at] for i, row in enumerate(chunk)]
        codes = _located(coverage, lons, lats)
        others: dict[int, PlaceRow] = {}
        for i, (code, ref) in enumerate(zip(codes, refs, strict=True)):
            if code is None or not _PLAIN_REF.fullmatch(ref):
                codes[i] = None
                if found := bare.read(line + i, chunk[i]):
                    others[i] = found
        yield PointBatch(refs, codes, lons, lats, others)
        line += len(chunk)


def _numbers(cells: list[str]) -> NDArray[np.float64]:
    """Plain decimal numbers; what is none becomes NaN."""
    try:
        return np.array(cells, dtype=np.float64)
    except (ValueError, TypeError):
        return np.array([_number(cell) for cell in cells])


def _number(cell: str) -> float:
    try:
        return float(cell)
    except (ValueError, TypeError):
        return float("nan")


def _located(
    coverage: Coverage, lons: NDArray[np.float64], lats: NDArray[np.float64]
) -> NDArray[np.object_]:
    """Communes of the points inside the country's box, None for what is outside it."""
    inside = (LAT_RANGE[0] <= lats) & (lats <= LAT_RANGE[1])
    inside &= (LON_RANGE[0] <= lons) & (lons <= LON_RANGE[1])
    codes = np.full(len(lons), None, dtype=object)
    rows = np.flatnonzero(inside)
    if len(rows):
        found = coverage.locate_many(lons[rows], lats[rows])
        codes[rows] = [NOWHERE if code is None else code for code in found]
    return codes
