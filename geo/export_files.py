"""Layers as the binary files of GIS tools: GeoPackage, FlatGeobuf, GeoParquet.

Batches pass as Arrow records, so that memory holds one of them (GeoParquet: one group of rows),
whatever the size of the layer. Geometries are of the layer's one type: single parts become
multiple ones where the shape is a Multi….
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import shapely
from pyproj import CRS

from geo.export_places import Shapes, placed_shapes, point_columns
from geo.flat_columns import columns_of, flattened
from geo.layer_stream import Batch, FieldType, LayerStream, Points, Shape

GEOMETRY, BOX = "geometry", "bbox"
_ROWS_IN_GROUP = 20_000
_TYPES = {
    FieldType.TEXT: pa.string(),
    FieldType.INTEGER: pa.int64(),
    FieldType.NUMBER: pa.float64(),
    FieldType.BOOLEAN: pa.bool_(),
    FieldType.DATE: pa.date32(),
    FieldType.LIST: pa.string(),
}
_GATHERED: Mapping[Shape, tuple[int, Callable[..., Any]]] = {
    Shape.LINES: (shapely.GeometryType.LINESTRING, shapely.multilinestrings),
    Shape.AREAS: (shapely.GeometryType.POLYGON, shapely.multipolygons),
}
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def write_with_gdal(
    stream: LayerStream, path: Path, crs: int, driver: str, options: Mapping[str, str]
) -> None:
    """Write a layer by a driver of GDAL, feature by feature as batches come.

    Parameters
    ----------
    options : mapping
        Options of the driver for the creation of the layer.
    """
    stream = flattened(stream)
    schema = _schema(stream)
    faults: list[Exception] = []

    def records() -> Iterator[Any]:
        try:
            yield from _records(stream, schema, crs)
        except Exception as error:  # GDAL hides what went wrong behind its own error
            faults.append(error)
            raise

    try:
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(schema, records()),
            path,
            driver=driver,
            layer=stream.name,
            geometry_name=GEOMETRY,
            geometry_type=stream.shape.value,
            crs=f"EPSG:{crs}",
            layer_options=dict(options),
            # GDAL of Debian 12 and its QGIS warn of every later version.
            dataset_options={"VERSION": "1.2"} if driver == "GPKG" else {},
        )
    except Exception as error:
        if faults:
            raise faults[0] from error
        raise


def _schema(stream: LayerStream) -> Any:
    """Columns with what they mean as their comment, and the geometry as WKB."""
    fields = [
        pa.field(
            each.name,
            _TYPES[each.type],
            metadata={"GDAL:OGR:comment": f"{each.vi} / {each.en}", "vi": each.vi, "en": each.en},
        )
        for each in stream.fields
    ]
    wkb = {"ARROW:extension:name": "geoarrow.wkb"}
    return pa.schema([*fields, pa.field(GEOMETRY, pa.binary(), metadata=wkb)])


def _arrays(stream: LayerStream, batch: Batch) -> list[Any]:
    columns = zip(stream.fields, columns_of(stream.fields, batch), strict=True)
    return [pa.array(column, _TYPES[each.type]) for each, column in columns]


def _shapes(stream: LayerStream, batch: Batch, crs: int) -> Shapes:
    """The geometries of a batch, all of the layer's type."""
    if isinstance(batch.geometries, Points):
        x, y = point_columns(batch.geometries, crs)
        points: Shapes = np.asarray(
            shapely.points(np.nan_to_num(x), np.nan_to_num(y)), dtype=object
        )
        points[~np.isfinite(x)] = None
        return points
    shapes = shapely.orient_polygons(placed_shapes(batch.geometries, crs), exterior_cw=False)
    if stream.shape in _GATHERED:
        single, gather = _GATHERED[stream.shape]
        (at,) = np.nonzero(shapely.get_type_id(shapes) == single)
        if at.size:
            shapes[at] = gather(shapes[at], indices=np.arange(at.size))
    return shapes


def _records(
    stream: LayerStream,
    schema: Any,
    crs: int,
    more: Callable[[Shapes], list[Any]] = lambda _: [],
) -> Iterator[Any]:
    """Batches as Arrow records: the fields, the geometry, then what `more` makes of it."""
    for batch in stream.batches:
        shapes = _shapes(stream, batch, crs)
        wkb = pa.array(shapely.to_wkb(shapes, flavor="iso").tolist(), pa.binary())
        yield pa.record_batch([*_arrays(stream, batch), wkb, *more(shapes)], schema)


# --- GeoParquet --------------------------------------------------------------


def write_geoparquet(
    stream: LayerStream, path: Path, crs: int, last_words: Callable[[], Mapping[str, Any]]
) -> None:
    """Write a layer as GeoParquet 1.1 with a covering column `bbox`.

    Parameters
    ----------
    last_words : callable
        Gives the metadata once all features have passed; kept as JSON under `dia_ban`.
    """
    stream = flattened(stream)
    box = pa.field(BOX, pa.struct([pa.field(corner, pa.float64()) for corner in _CORNERS]))
    schema = pa.schema([*list(_schema(stream))[:-1], pa.field(GEOMETRY, pa.binary()), box])
    extent = _Extent()
    with pq.ParquetWriter(path, schema, compression="zstd") as out:
        for group in _groups(_records(stream, schema, crs, extent.boxes)):
            out.write_table(pa.Table.from_batches(group, schema))
        told = {"geo": _geo(stream.shape, crs, extent.corners), "dia_ban": last_words()}
        out.add_key_value_metadata({key: orjson.dumps(value) for key, value in told.items()})


def _groups(records: Iterator[Any]) -> Iterator[list[Any]]:
    """Arrow records put together until they fill a group of rows."""
    group: list[Any] = []
    for record in records:
        group.append(record)
        if sum(each.num_rows for each in group) >= _ROWS_IN_GROUP:
            yield group
            group = []
    if group:
        yield group


@dataclass(slots=True)
class _Extent:
    """The corners of all geometries that were written, empty before the first."""

    corners: list[float] = field(default_factory=list)

    def boxes(self, shapes: Shapes) -> list[Any]:
        """The covering column of some geometries; null where there is none."""
        boxes = shapely.bounds(shapes)
        known = np.isfinite(boxes[:, 0])
        if known.any():
            every = np.vstack([*([self.corners] if self.corners else []), boxes[known]])
            self.corners = [*every[:, :2].min(axis=0).tolist(), *every[:, 2:].max(axis=0).tolist()]
        columns = [pa.array(column, mask=~known) for column in boxes.T]
        return [pa.StructArray.from_arrays(columns, _CORNERS, mask=pa.array(~known))]


def _geo(shape: Shape, crs: int, corners: list[float]) -> dict[str, Any]:
    """The key `geo` of GeoParquet 1.1."""
    column = {
        "encoding": "WKB",
        "geometry_types": [shape.value],
        "crs": CRS.from_epsg(crs).to_json_dict(),
        "orientation": "counterclockwise",
        "covering": {"bbox": {corner: [BOX, corner] for corner in _CORNERS}},
        **({"bbox": corners} if corners else {}),
    }
    return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}
