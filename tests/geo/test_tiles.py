"""Tiles of the communes: written by GDAL, read by position, and read again by GDAL."""

from __future__ import annotations

import gzip
from pathlib import Path

import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pmtiles.reader import MmapSource, Reader

from geo.errors import UnusableFileError
from geo.tiles import MAX_ZOOM, TileArchive, TiledCommune, write_tiles

WEST = TiledCommune("00004", "Phường Ba Đình", "01", shapely.box(105.80, 21.00, 105.84, 21.05))
EAST = TiledCommune("00008", "Phường Ngọc Hà", "01", shapely.box(105.84, 21.00, 105.90, 21.05))


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tiles") / "communes.pmtiles"
    write_tiles([WEST, EAST], path)
    return path


def at(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    """The tile that a place lies in (Web Mercator)."""
    from math import asinh, pi, radians, tan

    return z, int((lon + 180) / 360 * 2**z), int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**z)


def test_a_tile_carries_code_name_and_province_of_the_communes_in_it(archive: Path) -> None:
    content = TileArchive(archive).tile(*at(105.82, 21.02, 12))

    assert content is not None
    plain = gzip.decompress(content)
    for text in ("communes", "00004", "Phường Ba Đình", "01"):
        assert text.encode() in plain


def test_nothing_lies_where_there_is_no_commune(archive: Path) -> None:
    assert TileArchive(archive).tile(*at(100.0, 10.0, 12)) is None


@given(z=st.integers(0, MAX_ZOOM), x=st.floats(0, 0.999), y=st.floats(0, 0.999))
def test_tiles_are_those_that_the_format_s_own_reader_finds(
    archive: Path, z: int, x: float, y: float
) -> None:
    place = (z, int(x * 2**z), int(y * 2**z))
    near = at(105.80 + x * 0.1, 21.0 + y * 0.05, z)
    with archive.open("rb") as file:
        own = Reader(MmapSource(file))  # type: ignore[no-untyped-call]
        for tile in (place, near):
            assert TileArchive(archive).tile(*tile) == own.get(*tile)  # type: ignore[no-untyped-call]


def test_the_archive_opens_in_gdal_with_all_communes(archive: Path) -> None:
    frame = pyogrio.read_dataframe(archive)

    assert {"00004", "00008"} == set(frame["code"])
    assert frame.crs.to_epsg() == 3857


def test_a_file_that_is_no_archive_is_refused_by_name(tmp_path: Path) -> None:
    other = tmp_path / "other.pmtiles"
    other.write_bytes(b"no tiles here" * 20)
    with pytest.raises(UnusableFileError, match=r"other\.pmtiles"):
        TileArchive(other)


def test_a_failed_writing_leaves_nothing_behind(tmp_path: Path) -> None:
    broken = TiledCommune("x", "y", "z", shapely.Point())
    (tmp_path / "tiles").write_text("a file where a folder should be")
    with pytest.raises(OSError):
        write_tiles([broken], tmp_path / "tiles" / "communes.pmtiles")
    assert [path.name for path in tmp_path.iterdir()] == ["tiles"]
