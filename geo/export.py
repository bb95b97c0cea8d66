"""Layers to files that other tools read: GeoJSON, GeoPackage, GeoParquet, CSV.

Everything is WGS 84. GeoJSON follows RFC 7946 (right-hand rule, no NaN, bbox,
feature ids) and carries its metadata as a foreign member; the other formats
are accompanied by `<file>.meta.json`. A file appears whole or not at all.
"""

from __future__ import annotations

import csv
import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from geo.errors import UnusableFileError
from geo.guarded_cells import guarded

DECIMALS = 7
"""Digits kept of a degree: about 1 cm."""


@dataclass(frozen=True, slots=True)
class ExportLayer:
    """Rows of one layer with their geometries (None where a place is not known).

    `rows[i]` holds the fields `columns` of feature `i`, `geometries[i]` its
    geometry in WGS 84; `id_field` names the column that identifies a feature.
    """

    name: str
    id_field: str
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    geometries: list[BaseGeometry | None]
    metadata: dict[str, Any]


def write_layer(layer: ExportLayer, path: Path) -> None:
    """Write a layer in the format its suffix names.

    Raises
    ------
    UnusableFileError
        If the suffix is none of .geojson, .gpkg, .parquet, .csv, or the folder
        does not exist.
    """
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise UnusableFileError(
            f"Không ghi được định dạng «{path.suffix}» của «{path.name}»; "
            f"hãy chọn một trong: {', '.join(_WRITERS)}."
        )
    if not path.parent.is_dir():
        raise UnusableFileError(f"Thư mục «{path.parent}» không tồn tại; hãy tạo trước.")
    unfinished = path.with_name(f".{path.stem}.unfinished{path.suffix}")
    try:
        writer(layer, unfinished)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    if path.suffix.lower() not in (".geojson", ".json"):
        sidecar = path.with_name(path.name + ".meta.json")
        sidecar.write_text(json.dumps(layer.metadata, ensure_ascii=False, indent=2) + "\n", "utf-8")


def geojson_text(layer: ExportLayer) -> Iterator[str]:
    """A layer as RFC 7946 text, feature by feature."""
    head: dict[str, Any] = {"type": "FeatureCollection", "name": layer.name}
    box = _bbox(layer.geometries)
    if box is not None:
        head["bbox"] = box
    head["metadata"] = layer.metadata
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "features": ['
    for i, (row, geometry) in enumerate(zip(layer.rows, layer.geometries, strict=True)):
        yield ("\n" if i == 0 else ",\n") + _feature_text(layer, row, geometry)
    yield "\n]}\n"


def _feature_text(layer: ExportLayer, row: dict[str, Any], geometry: BaseGeometry | None) -> str:
    properties = {name: _plain(row.get(name)) for name in layer.columns}
    head = json.dumps(
        {"type": "Feature", "id": properties[layer.id_field], "properties": properties},
        ensure_ascii=False,
        allow_nan=False,
    )
    return f'{head[:-1]}, "geometry": {_geometry_text(geometry)}}}'


def _geometry_text(geometry: BaseGeometry | None) -> str:
    if geometry is None or geometry.is_empty:
        return "null"
    rounded = shapely.transform(geometry, lambda lonlat: np.round(lonlat, DECIMALS))
    return str(shapely.to_geojson(shapely.orient_polygons(rounded, exterior_cw=False)))


def _bbox(geometries: list[BaseGeometry | None]) -> list[float] | None:
    present = [g for g in geometries if g is not None and not g.is_empty]
    if not present:
        return None
    return [round(float(v), DECIMALS) for v in shapely.total_bounds(present)]


def _plain(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value.isoformat() if hasattr(value, "isoformat") else value


def _write_geojson(layer: ExportLayer, path: Path) -> None:
    with path.open("w", encoding="utf-8") as out:
        out.writelines(geojson_text(layer))


def _frame(layer: ExportLayer) -> gpd.GeoDataFrame:
    columns = {
        name: pd.Series([_scalar(row.get(name)) for row in layer.rows], dtype=_dtype(layer, name))
        for name in layer.columns
    }
    shapes = np.array(layer.geometries, dtype=object)
    return gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs="EPSG:4326"))


def _dtype(layer: ExportLayer, name: str) -> str:
    kinds = {type(_scalar(row.get(name))) for row in layer.rows} - {type(None)}
    if kinds and kinds <= {bool}:
        return "boolean"
    if kinds and kinds <= {int}:
        return "Int64"
    return "Float64" if kinds and kinds <= {int, float} else "string"


def _scalar(value: Any) -> Any:
    if isinstance(value, list | tuple | dict):
        return json.dumps(value, ensure_ascii=False)
    return _plain(value)


def _write_geopackage(layer: ExportLayer, path: Path) -> None:
    _frame(layer).to_file(path, driver="GPKG", layer=layer.name, engine="pyogrio")


def _write_parquet(layer: ExportLayer, path: Path) -> None:
    _frame(layer).to_parquet(path, write_covering_bbox=True, schema_version="1.1.0")


def _write_csv(layer: ExportLayer, path: Path) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out)
        writer.writerow([*layer.columns, "wkt"])
        for row, geometry in zip(layer.rows, layer.geometries, strict=True):
            cells = [guarded(_scalar(row.get(name))) for name in layer.columns]
            wkt = "" if geometry is None else shapely.to_wkt(geometry, rounding_precision=DECIMALS)
            writer.writerow([*cells, wkt])


_WRITERS = {
    ".geojson": _write_geojson,
    ".json": _write_geojson,
    ".gpkg": _write_geopackage,
    ".parquet": _write_parquet,
    ".csv": _write_csv,
}
