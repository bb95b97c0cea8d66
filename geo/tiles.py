"""Vector tiles of the communes in one PMTiles archive, written by GDAL, read by position.

Tiles are Mapbox Vector Tiles in Web Mercator (EPSG:3857), compressed with gzip in the archive.
"""

from __future__ import annotations

import mmap
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

import geopandas as gpd
from pmtiles.tile import (
    Entry,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)
from shapely.geometry.base import BaseGeometry

from geo.crs import WGS84
from geo.errors import UnusableFileError

LAYER = "communes"
MIN_ZOOM, MAX_ZOOM = 4, 12
"""Below, a browser draws the nation from 4; above, it enlarges the tiles of 12 (about 10 m)."""

_HEADER_BYTES = 127
_MOST_DEPTH = 4
_MOST_TILE_BYTES = 2_000_000
_MOST_TILE_FEATURES = 400_000
"""No tile leaves communes out for being full: the map would show holes."""


@dataclass(frozen=True, slots=True)
class TiledCommune:
    """A commune as its tiles carry it; the geometry in WGS 84."""

    code: str
    name: str
    province_code: str
    geometry: BaseGeometry


def write_tiles(communes: Sequence[TiledCommune], path: Path) -> None:
    """Write the archive, whole or not at all.

    Raises
    ------
    OSError
        If the folder cannot be written to.
    """
    frame = gpd.GeoDataFrame(
        {
            "code": [each.code for each in communes],
            "name": [each.name for each in communes],
            "province_code": [each.province_code for each in communes],
        },
        geometry=[each.geometry for each in communes],
        crs=WGS84,
    )
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / path.name
        frame.to_file(
            made,
            driver="PMTiles",
            layer=LAYER,
            MINZOOM=MIN_ZOOM,
            MAXZOOM=MAX_ZOOM,
            MAX_SIZE=_MOST_TILE_BYTES,
            MAX_FEATURES=_MOST_TILE_FEATURES,
        )
        made.replace(path)


class TileArchive:
    """An archive opened for reading; its directories are read once."""

    def __init__(self, path: Path) -> None:
        """Open an archive.

        Raises
        ------
        UnusableFileError
            If the file is no PMTiles archive.
        """
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        try:
            self._header = deserialize_header(self._bytes[:_HEADER_BYTES])
        except Exception as error:
            raise UnusableFileError(f"«{path.name}» không phải kho ô bản đồ PMTiles.") from error
        self._directory = lru_cache(maxsize=64)(self._read_directory)

    def tile(self, z: int, x: int, y: int) -> bytes | None:
        """A tile as it is stored, compressed with gzip; None where nothing lies."""
        wanted = zxy_to_tileid(z, x, y)
        offset, length = self._header["root_offset"], self._header["root_length"]
        for _ in range(_MOST_DEPTH):
            entry = find_tile(self._directory(offset, length), wanted)
            if entry is None:
                return None
            if entry.run_length:
                return self._at(self._header["tile_data_offset"] + entry.offset, entry.length)
            offset = self._header["leaf_directory_offset"] + entry.offset
            length = entry.length
        return None

    def _read_directory(self, offset: int, length: int) -> list[Entry]:
        return deserialize_directory(self._at(offset, length))

    def _at(self, offset: int, length: int) -> bytes:
        return self._bytes[offset : offset + length]
