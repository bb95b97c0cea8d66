"""The segments of the border as the map draws them: lines as GeoJSON, figures by band."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import ceil, log10
from typing import Any

import numpy as np
import shapely

from models.session import Database
from models.viewers import ANONYMOUS, Viewer
from webapp.services.border_figures import BandFigures, SegmentFigures, SeizedSum
from webapp.services.border_ground import ground_of
from webapp.services.border_reading import read_border
from webapp.services.border_words import seized_words
from webapp.services.overview import View
from webapp.services.shapes import PROVINCE_DECIMALS, geometry_texts

Told = Callable[[Sequence[SeizedSum]], str]

SLIM_DEG = 0.002
"""Bends of a segment smaller than this (some 200 m) are left out on the map."""

SHOWN_BAND = 1
"""Of the bands of 5, 10 and 20 km: the one whose cases a segment shows on the map."""

EXACT_BELOW = 20
"""Bounds of classes from here on are rounded, so that they can be kept in mind."""


def segments_of(
    database: Database,
    viewer: Viewer,
    view: View,
    told: Told = seized_words,
) -> str:
    """The segments of a view with their figures, as one JSON text.

    Each has `code`, `number`, `neighbour`, `name`, `km` (from, to), `communes` (code, name,
    cases known only to lie there), `gates`, `bands`, and `line`, a GeoJSON geometry. What was
    seized is `told` in words. `breaks` are the classes in which the map draws them
    (`count_breaks`), `residents` the period that the residents are of.
    """
    read = read_border(database, viewer, view)
    lines = _lines(database, read.ground.version.id)
    made = []
    for each in read.counted.segments:
        facts = json.dumps(_facts(each, told), ensure_ascii=False)
        made.append(f'{facts[:-1]},"line":{lines[each.segment.line.code]}}}')
    period = read.residents_period
    residents = None if period is None else [period.start.isoformat(), period.end.isoformat()]
    measured = json.dumps(read.ground.is_measured)
    breaks = count_breaks([each.bands[SHOWN_BAND].cases for each in read.counted.segments])
    return (
        f'{{"measured":{measured},"residents":{json.dumps(residents)},'
        f'"breaks":{json.dumps(breaks)},'
        f'"segments":[{",".join(made)}]}}'
    )


def count_breaks(counts: Sequence[int]) -> tuple[int, ...]:
    """The least counts of at most three classes above zero, evenly spaced by the root.

    >>> count_breaks([0, 3, 18]), count_breaks([0, 1]), count_breaks([0, 0])
    ((1, 2, 8), (1,), ())
    >>> count_breaks([0, 430])
    (1, 50, 200)
    """
    most = max(counts, default=0)
    second = max(2, _rounded(ceil(most / 9)))
    third = max(second + 1, _rounded(ceil(most * 4 / 9)))
    return tuple(least for least in (1, second, third) if least <= most)


def _rounded(n: int) -> int:
    """A number to half of its first figure, small ones as they are."""
    if n < EXACT_BELOW:
        return n
    step = int(10 ** int(log10(n)) // 2)
    return round(n / step) * step


def _facts(each: SegmentFigures, told: Told) -> dict[str, Any]:
    line = each.segment.line
    return {
        "code": line.code,
        "number": line.number,
        "neighbour": line.neighbour,
        "name": each.segment.name,
        "km": [round(line.from_km, 1), round(line.to_km, 1)],
        "communes": [list(unit) for unit in each.vague],
        "gates": list(each.segment.gates),
        "bands": [_band(band, told) for band in each.bands],
    }


def _band(band: BandFigures, told: Told) -> dict[str, Any]:
    rates = {"per_100_km2": band.per_100_km2, "per_10_000": band.per_10_000}
    return {
        "km": band.depth_km,
        "cases": band.cases,
        "offenders": band.offenders,
        "area_km2": round(band.area_km2, 1),
        "hotspots": {status.value: n for status, n in band.hotspots.items() if n},
        "seized": told(band.seized) if band.seized else "",
        **{name: None if rate is None else round(rate, 1) for name, rate in rates.items()},
    }


@lru_cache(maxsize=4)
def _lines(database: Database, version_id: int) -> dict[str, str]:  # noqa: ARG001 - what is kept
    segments = ground_of(database, ANONYMOUS).segments
    shapes = shapely.simplify(
        np.array([each.line.geometry for each in segments], dtype=object), SLIM_DEG
    )
    texts = geometry_texts(list(shapes), PROVINCE_DECIMALS)
    return {each.line.code: text for each, text in zip(segments, texts, strict=True)}
