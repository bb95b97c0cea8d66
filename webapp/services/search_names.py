"""The names of all communes of the nation, for the search beside the map."""

from __future__ import annotations

import json
from functools import lru_cache

import shapely

from models import communes
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, Viewer
from webapp.services.overview import find_version

DECIMALS = 3
"""Of degrees: a hundred metres are enough to bring a commune into view."""


def commune_names(database: Database, viewer: Viewer) -> str:
    """Every commune as a JSON list: code, full name, province, west, south, east, north."""
    with unit_of_work(database, read_only=True) as session:
        version = find_version(session, viewer)
    return "[]" if version is None else _names_text(database, version.id)


@lru_cache(maxsize=4)
def _names_text(database: Database, version_id: int) -> str:
    # An installed version never changes, and names of communes are no secret.
    with unit_of_work(database, read_only=True) as session:
        shapes = communes.commune_shapes(session, ANONYMOUS, version_id, "nation", None)
    boxes = shapely.bounds([shape.geometry for shape in shapes]).round(DECIMALS).tolist()
    rows = [
        [shape.code, shape.full_name, shape.province_code, *box]
        for shape, box in zip(shapes, boxes, strict=True)
    ]
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
