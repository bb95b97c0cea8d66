"""Vector tiles of the communes of the map in force: made once for each version, kept as a file."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from geo.tiles import MAX_ZOOM, TileArchive, TiledCommune, write_tiles
from models import communes
from models.boundary_versions import BoundaryVersion
from models.errors import NotFoundError
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, Viewer
from webapp.services.overview import find_version

_MAKING = Lock()


@dataclass(frozen=True, slots=True)
class Tile:
    """A tile as it is kept, compressed with gzip (None: nothing lies there), and its tag."""

    content: bytes | None
    tag: str


def commune_tile(
    database: Database, viewer: Viewer, folder: Path, place: tuple[int, int, int]
) -> Tile:
    """A tile of the communes of the map in force; the first one of a map takes some seconds.

    `place` is zoom, column and row; the archives are kept in `folder`.

    Raises
    ------
    NotFoundError
        If no map is installed, or there is no such tile anywhere.
    """
    z, x, y = place
    if not (0 <= z <= MAX_ZOOM and 0 <= x < 2**z and 0 <= y < 2**z):
        raise NotFoundError(
            f"Không có ô bản đồ {z}/{x}/{y}: mức phóng từ 0 đến {MAX_ZOOM}, "
            f"cột và hàng từ 0 đến {2 ** min(max(z, 0), MAX_ZOOM) - 1}."
        )
    with unit_of_work(database, viewer, read_only=True) as session:
        version = find_version(session, viewer)
    if version is None:
        raise NotFoundError("Chưa cài bản đồ xã: hãy chạy «python -m webapp boundaries install».")
    content = _opened(_archive(database, version, folder)).tile(*place)
    return Tile(content, f"{version.sha256[:16]}-{z}-{x}-{y}")


def prepare_tiles(database: Database, folder: Path) -> None:
    """Make the tiles of the map in force, so that the first reader need not wait."""
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        version = find_version(session, ANONYMOUS)
    if version is not None:
        _archive(database, version, folder)


def _archive(database: Database, version: BoundaryVersion, folder: Path) -> Path:
    path = folder / f"communes-{version.sha256[:16]}.pmtiles"
    if not path.exists():
        with _MAKING:
            if not path.exists():
                write_tiles(_communes(database, version), path)
    return path


def _communes(database: Database, version: BoundaryVersion) -> list[TiledCommune]:
    # The map is public: its shapes are read as somebody who sees no record.
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        shapes = communes.commune_shapes(session, ANONYMOUS, version.id, "full", None)
    return [
        TiledCommune(shape.code, shape.full_name, shape.province_code, shape.geometry)
        for shape in shapes
    ]


@lru_cache(maxsize=4)
def _opened(path: Path) -> TileArchive:
    return TileArchive(path)
