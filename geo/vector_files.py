"""Layers of a GeoPackage, a zipped Shapefile, KML or KMZ become raw rows, as those of GeoJSON.

A layer states its coordinate system and comes in WGS 84; heights are dropped. What a view
of a GeoPackage would run nobody knows: only tables are read.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
import warnings
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyogrio
import shapely
from pyogrio.errors import DataLayerError, DataSourceError
from shapely.geometry.base import BaseGeometry

from geo.errors import CrsError, UnusableFileError
from geo.features import CROWDED, MAX_CORNERS, rows_of_features
from geo.vector_crs import Shapes, in_wgs84
from geo.vector_parts import DAMAGED, LONE_SHAPE, LayerError, laid_out

MAX_LAYERS = 60
"""Of all layers of a file together."""

MAX_KML_BYTES = 60 * 2**20

_ENTITIES = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_ROOT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]*\?>)?(?:\s|<!--.*?-->)*<(?:\w+:)?kml[\s>]", re.S | re.I
)
_OTHER_FORMATS = (b"OGRVRT", b"opengis.net/gml", b"GDALTileIndex", b"OGRWFS", b"NetworkLink")
"""What would make a reader of many formats look for other files, here or elsewhere."""

_QUOTED = "|".join(
    (*(rf"{q}(?:[^{q}]|{q}{q})*+(?:{q}|\Z)" for q in ('"', "'", "`")), r"\[[^\]]*+(?:\]|\Z)")
)
"""A quoted name or text of SQL, told in one pass however it ends."""

_COMMENTS = re.compile(rf"({_QUOTED})|--[^\n]*|/\*.*?(?:\*/|\Z)", re.DOTALL)
_VIRTUAL = re.compile(r"\W*CREATE\W+VIRTUAL\b", re.IGNORECASE)
_RTREE = re.compile(
    rf"CREATE\s+VIRTUAL\s+TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?:{_QUOTED}|\w+)\s*\bUSING\s+rtree\s*\(",
    re.IGNORECASE,
)
"""The one kind of virtual table that stays inside its file: an index of space."""

_POINT, _MULTIPOINT = 0, 4
_LATIN = ("", "1252", "ansi 1252", "iso-8859-1", "8859_1", "iso88591", "cp1252", "windows-1252")
"""What a .cpg says of text whose bytes are to be looked at; a missing one says nothing."""

_KML_RENAMED = {"Name": "name", "begin": "valid_from", "end": "valid_to"}
_KML_LEFT = (
    *("id", "description", "Description", "timestamp", "altitudeMode", "tessellate", "extrude"),
    *("visibility", "drawOrder", "icon", "snippet"),
)
"""What KML has for every place, and nobody wrote for this register."""

NO_LAYER = "không có lớp đường, điểm hay vùng nào đọc được: xuất lại lớp dữ liệu"
NOT_PACKAGE = "là cơ sở dữ liệu SQLite, không phải GeoPackage: xuất lại lớp dữ liệu"
INCOMPLETE = "thiếu tệp .dbf hoặc .shx đi cùng .shp: nén đủ các tệp .shp, .shx, .dbf, .prj"
LINKED = "trỏ tới tệp khác: lưu lại thành KML chỉ gồm các đường, điểm cần nạp"
VIRTUAL_TABLE = "có bảng ảo trỏ ra ngoài tệp: xuất lại lớp dữ liệu sang GeoPackage mới"
FOREIGN_XML = "có khai báo DOCTYPE hoặc ENTITY trong KML: xuất lại từ phần mềm bản đồ"


@dataclass(frozen=True, slots=True, eq=False)
class VectorLayer:
    """One layer: columns by name and shapes in WGS 84, of equal length; `remarks` in Vietnamese.

    Shapes become lists of numbers only in the rows somebody asks for.
    """

    name: str
    told: Mapping[str, list[Any]]
    shapes: Shapes
    remarks: tuple[str, ...] = ()

    def first(self, n: int | None) -> list[list[Any]]:
        """So many rows of `geo.features.rows_of_features`, the names among them; None: all.

        The names are the same however few rows are wanted.
        """
        total = len(self.shapes)
        wanted = range(total if n is None else min(n, total))
        rows = rows_of_features([self._feature(at) for at in (*wanted, *self._samples())])
        return rows[: len(wanted) + 1][:n]

    def _feature(self, at: int) -> dict[str, Any]:
        bag = {name: cells[at] for name, cells in self.told.items()}
        return {"properties": bag, "geometry": _drawn(self.shapes[at])}

    def _samples(self) -> Iterator[int]:
        """Rows by which it is seen what columns of place the layer has: one of each kind."""
        kinds, full = shapely.get_type_id(self.shapes), ~shapely.is_empty(self.shapes)
        one = (kinds == _POINT) | (
            (kinds == _MULTIPOINT) & (shapely.get_num_geometries(self.shapes) == 1)
        )
        drawn = full & (kinds > _POINT) & (kinds != _MULTIPOINT)
        given = np.zeros(len(kinds), dtype=bool)
        for name in {"lon", "lat"} & self.told.keys():
            given |= [cell is not None for cell in self.told[name]]
        for found in (full & one, drawn, given):
            if found.any():
                yield int(found.argmax())


class _Corners:
    """What is left of the corners a file may have."""

    def __init__(self) -> None:
        self._left = MAX_CORNERS

    def spend(self, shapes: Shapes) -> None:
        self._left -= int(shapely.get_num_coordinates(shapes).sum())
        if self._left < 0:
            raise LayerError(CROWDED)


def vector_layers(path: Path, *, max_rows: int) -> list[VectorLayer]:
    """The layers of a file, in WGS 84.

    Parameters
    ----------
    max_rows
        Of a layer; one more is read, by which the caller sees that there are more.

    Raises
    ------
    UnusableFileError
        If it is damaged, locked, too large unpacked, incomplete, or in no known
        coordinate system; the message says what to do.
    """
    with TemporaryDirectory(prefix="diaban-") as scratch:
        try:
            sources = laid_out(path, Path(scratch))
            corners = _Corners()
            found = [each for source in sources for each in _layers(source, max_rows, corners)]
        except (CrsError, LayerError) as error:
            raise UnusableFileError(f"Tệp «{path.name}» {error}.") from None
    if not found:
        raise UnusableFileError(f"Tệp «{path.name}» {NO_LAYER}.")
    return found


def _layers(source: tuple[Path, str], max_rows: int, corners: _Corners) -> Iterator[VectorLayer]:
    path, shown = source
    _require_sound(path)
    try:
        with warnings.catch_warnings():
            # The reader's remarks on odd fields and codes; what matters is said in ours.
            warnings.simplefilter("ignore", RuntimeWarning)
            for name in _names(path):
                layer = _layer(path, name, max_rows, corners)
                if layer is not None:
                    yield replace(layer, name=shown) if path.suffix == ".shp" else layer
    except (DataSourceError, DataLayerError, sqlite3.DatabaseError, UnicodeDecodeError):
        raise LayerError(DAMAGED) from None


def _require_sound(path: Path) -> None:
    """Refuse what the reader could take for another format: some of them open further files."""
    if path.suffix == ".kml":
        _require_kml(path)
    elif path.suffix == ".shp":
        with path.open("rb") as file:
            if file.read(4) != LONE_SHAPE:
                raise LayerError(DAMAGED)
        if not all(path.with_suffix(part).exists() for part in (".dbf", ".shx")):
            raise LayerError(INCOMPLETE)


def _require_kml(path: Path) -> None:
    if path.stat().st_size > MAX_KML_BYTES:
        raise LayerError(f"lớn quá {MAX_KML_BYTES // 2**20} MB: chia thành nhiều tệp nhỏ")
    content = path.read_bytes()
    if _ENTITIES.search(content):
        raise LayerError(FOREIGN_XML)
    if not _ROOT.match(content):
        raise LayerError(DAMAGED)
    if any(sign in content for sign in _OTHER_FORMATS):
        raise LayerError(LINKED)


def _names(path: Path) -> list[str]:
    if path.suffix == ".gpkg":
        return _tables(path)
    return [str(name) for name, _kind in pyogrio.list_layers(path)][:MAX_LAYERS]


def _tables(path: Path) -> list[str]:
    """The layers of a GeoPackage that are plain tables: what a view would run nobody knows."""
    query = (
        "SELECT c.table_name FROM gpkg_contents c JOIN sqlite_master m ON m.name = c.table_name"
        " WHERE m.type = 'table' AND c.data_type = 'features' ORDER BY c.rowid"
    )
    made = "SELECT name, CAST(sql AS TEXT) FROM sqlite_master WHERE sql IS NOT NULL"
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as opened:
        sources = opened.execute(made).fetchall()
        if not any(name == "gpkg_contents" for name, _ in sources):
            raise LayerError(NOT_PACKAGE)
        if any(_leads_out(sql) for _, sql in sources):
            raise LayerError(VIRTUAL_TABLE)
        return list(dict.fromkeys(str(name) for (name,) in opened.execute(query)))[:MAX_LAYERS]


def _leads_out(sql: str) -> bool:
    """Whether what makes a table makes a virtual one that is no index of space."""
    bare = _COMMENTS.sub(lambda found: found[1] or " ", sql)
    return bool(_VIRTUAL.match(bare)) and not _RTREE.match(bare)


def _layer(path: Path, name: str, max_rows: int, corners: _Corners) -> VectorLayer | None:
    """One layer, None where it holds nothing that has a shape."""
    encoding = "ISO-8859-1" if path.suffix == ".shp" and _says_nothing(path) else None
    meta, _fids, wkb, columns = pyogrio.raw.read(
        path, layer=name, force_2d=True, encoding=encoding, max_features=max_rows + 1
    )
    if wkb is None or not len(wkb):
        return None
    shapes = np.asarray(shapely.from_wkb(wkb, on_invalid="ignore"), dtype=object)
    corners.spend(shapes)
    shapes, said = in_wgs84(shapes, meta["crs"] or None)
    fields = [str(field) for field in meta["fields"]]
    told = dict(zip(fields, map(_plain_column, columns), strict=True))
    if path.suffix == ".kml":
        told = _as_written(told)
    elif encoding is not None:
        told = _mended(told)
    return VectorLayer(name, told, shapes, (said,) if said else ())


def _as_written(told: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """What somebody wrote of the places of a KML, without what the format has for every place."""
    return {
        _KML_RENAMED.get(name, name): cells
        for name, cells in told.items()
        if name not in _KML_LEFT and any(cell not in (None, "") for cell in cells)
    }


def _says_nothing(path: Path) -> bool:
    """Whether nothing that can be trusted says how the text of a Shapefile is written."""
    page = path.with_suffix(".cpg")
    said = page.read_text("ascii", "replace").strip().lower() if page.exists() else ""
    return said in _LATIN


def _mended(told: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Text read byte by byte: UTF-8 where all of it is, else left to `geo.encodings`."""
    try:
        names = {_from_utf8(name): [_from_utf8(c) for c in cells] for name, cells in told.items()}
    except UnicodeError:
        return told
    return names


def _from_utf8(cell: Any) -> Any:
    return cell.encode("latin-1").decode("utf-8") if isinstance(cell, str) else cell


def _plain_column(column: Any) -> list[Any]:
    if column.dtype.kind == "M":
        return [_day(value) for value in column.astype("datetime64[ms]").tolist()]
    return [_plain(value) for value in column.tolist()]


def _plain(value: Any) -> Any:
    """A cell as the other readers give it; bytes and numbers that are none are nothing."""
    if isinstance(value, bytes) or (isinstance(value, float) and math.isnan(value)):
        return None
    return value if value is None or isinstance(value, str | int | float | bool) else str(value)


def _day(value: datetime | None) -> Any:
    return value.date() if value is not None and value.time() == time() else value


def _drawn(shape: BaseGeometry | None) -> dict[str, Any] | None:
    if shape is None or shape.is_empty:
        return None
    found: dict[str, Any] = json.loads(shapely.to_geojson(shape))
    return found
