"""What the search beside the map looks through: communes of the nation, hotspots of a scope."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any

import shapely

from geo.text import fold
from models import communes
from models.disclosure import provinces_of
from models.hotspot_marks import HotspotMark
from models.lifecycle import status_at
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, Viewer
from webapp.services.overview import View, find_version, hotspots_in

DECIMALS = 3
"""Of degrees: a hundred metres are enough to bring a commune into view."""

MOST_FOUND = 12
"""Hotspots that one search gives."""

_NOT = 4


def commune_names(database: Database, viewer: Viewer) -> str:
    """Every commune as a JSON list: code, full name, province, west, south, east, north."""
    with unit_of_work(database, viewer, read_only=True) as session:
        version = find_version(session, viewer)
    return "[]" if version is None else _names_text(database, version.id)


@lru_cache(maxsize=4)
def _names_text(database: Database, version_id: int) -> str:
    # An installed version never changes, and names of communes are no secret.
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        shapes = communes.commune_shapes(session, ANONYMOUS, version_id, "nation", None)
    boxes = shapely.bounds([shape.geometry for shape in shapes]).round(DECIMALS).tolist()
    rows = [
        [shape.code, shape.full_name, shape.province_code, *box]
        for shape, box in zip(shapes, boxes, strict=True)
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))


def find_hotspots(
    database: Database, viewer: Viewer, view: View, text: str
) -> list[dict[str, Any]]:
    """Hotspots on the map of the viewer's scope whose name or code holds a text, best first.

    Those known on the last day of the view and of its kinds, in whichever province; a text
    without a letter or digit finds none.
    """
    wanted = fold(text)
    if not wanted:
        return []
    with unit_of_work(database, viewer, read_only=True) as session:
        spots = hotspots_in(session, viewer, replace(view, province_code=None))
        ranked = [(_rank(spot, wanted), spot.name, n) for n, spot in enumerate(spots)]
        found = [spots[n] for rank, _, n in sorted(each for each in ranked if each[0] < _NOT)]
        shown = [spot for spot in found if _is_drawn(spot, view)][:MOST_FOUND]
        codes = [spot.commune_code for spot in shown if spot.commune_code]
        provinces = provinces_of(session, codes)
    return [_told(spot, provinces) for spot in shown]


def _rank(spot: HotspotMark, wanted: str) -> int:
    """0 the code itself, 1 the name begins so, 2 a word does, 3 it occurs, `_NOT` it does not."""
    name, code = fold(spot.name), fold(spot.ref)
    if code == wanted:
        return 0
    if name.startswith(wanted):
        return 1
    if f" {wanted}" in name:
        return 2
    return 3 if wanted in name or wanted in code else _NOT


def _is_drawn(spot: HotspotMark, view: View) -> bool:
    return spot.lon is not None and status_at(spot.events, view.until) is not None


def _told(spot: HotspotMark, provinces: Mapping[str, str]) -> dict[str, Any]:
    return {
        "ref": spot.ref,
        "name": spot.name,
        "province": provinces.get(spot.commune_code or ""),
        "lon": spot.lon,
        "lat": spot.lat,
    }
