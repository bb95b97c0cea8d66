"""What strange files hold as rows is stored or refused on both databases, never a fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.errors import GeoError
from geo.terms import Layer
from models.errors import ModelError
from models.session import Database
from models.viewers import LOCAL_OPERATOR
from tests.geo.hostile_files import HEADINGS, features, hostile_files, workbook
from tests.webapp.small_world import TODAY, install_small_map
from webapp.services.ingest import import_file

STRANGE = (
    "\ud800",
    "a\0b",
    "\x07",
    "\u202e",
    "'; DROP TABLE incidents; --",
    "x" * 100_000,
    "{0}%s",
)


@pytest.fixture
def mapped(database: Database, tmp_path: Path) -> Database:
    install_small_map(database, tmp_path)
    return database


def test_rows_of_strange_files_come_in_or_are_refused(mapped: Database, tmp_path: Path) -> None:
    paths = []
    for file in hostile_files():
        if "read" in file.comes_to:
            paths.append(tmp_path / file.name)
            file.write(paths[-1])
    for n, text in enumerate(STRANGE):
        told = dict.fromkeys(HEADINGS[:4], text) | {"Ngày xảy ra": "01/03/2026"}
        point = {"type": "Point", "coordinates": [107.85, 14.65]}
        for m, bag in enumerate((told, told | {"Hành vi": "Mua bán trái phép chất ma túy"})):
            found = {"type": "Feature", "properties": bag, "geometry": point}
            paths.append(tmp_path / f"{n}-{m}.geojson")
            paths[-1].write_bytes(features(found))
    huge = [[*HEADINGS], ["H", 46_000.5, True, 1e300, -1e300, 10**15]]
    paths.append(tmp_path / "huge.xlsx")
    paths[-1].write_bytes(workbook(huge))
    for path in paths:
        layer = Layer.CORRIDORS if path.suffix == ".gpkg" else Layer.INCIDENTS
        try:
            import_file(mapped, LOCAL_OPERATOR, layer, path, today=TODAY)
        except (GeoError, ModelError) as error:
            assert str(error)
