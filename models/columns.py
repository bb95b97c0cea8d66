"""Column types that mean the same on SQLite and on PostGIS."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import shapely
from geoalchemy2 import Geometry, WKBElement
from geoalchemy2.shape import to_shape
from shapely.geometry import LineString, MultiLineString, MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry
from sqlalchemy import DateTime, LargeBinary, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

WGS84 = 4326
_JSON = json.JSONEncoder(ensure_ascii=False, sort_keys=True, allow_nan=False, check_circular=False)


def json_text(value: Any) -> str:
    """JSON with sorted keys and letters as they are.

    >>> json_text({"ở": "Huế", "b": ()})
    '{"b": [], "ở": "Huế"}'
    """
    return "[]" if value in ([], ()) else _JSON.encode(value)


def raw_geometry(geometry: BaseGeometry) -> bytes:
    """Polygons or lines for a column of a multi type as both drivers take them: EWKB in WGS 84.

    For statements that go to the driver as they are; others bind the geometry.
    """
    parts = list(shapely.get_parts(geometry))
    lines = isinstance(geometry, LineString | MultiLineString)
    located = shapely.set_srid(MultiLineString(parts) if lines else MultiPolygon(parts), WGS84)
    return shapely.to_wkb(located, include_srid=True)


class GeometryColumn(TypeDecorator[BaseGeometry]):
    """A shapely geometry in WGS 84: WKB on SQLite, `geometry(…, 4326)` on PostGIS.

    Coordinates come back bit for bit on both. A single part given to a column
    of a multi type becomes its only part; any other type is refused. Indexes
    are made by the migrations (R*Tree or GiST), not by the type.
    """

    impl = LargeBinary
    cache_ok = True

    def __init__(self, geometry_type: str = "GEOMETRY") -> None:
        super().__init__()
        self.geometry_type = geometry_type

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """`geometry` on PostGIS, bytes elsewhere."""
        if dialect.name == "postgresql":
            kind = Geometry(self.geometry_type, srid=WGS84, spatial_index=False)
            return dialect.type_descriptor(kind)
        return dialect.type_descriptor(LargeBinary())

    def process_bind_param(self, value: BaseGeometry | None, dialect: Dialect) -> Any:
        """WKB; for PostGIS as hexadecimal EWKB, which its text reader takes exactly."""
        if value is None:
            return None
        geometry = self._fitting(value)
        if dialect.name == "postgresql":
            located = shapely.set_srid(geometry, WGS84)
            return shapely.to_wkb(located, hex=True, include_srid=True)
        return shapely.to_wkb(geometry)

    def process_result_value(self, value: Any, _dialect: Dialect) -> BaseGeometry | None:
        """The geometry back, whatever the driver gave."""
        if value is None:
            return None
        return to_shape(value) if isinstance(value, WKBElement) else shapely.from_wkb(value)

    def _fitting(self, geometry: BaseGeometry) -> BaseGeometry:
        kind = geometry.geom_type.upper()
        if self.geometry_type in (kind, "GEOMETRY"):
            return geometry
        if self.geometry_type == "MULTIPOLYGON" and isinstance(geometry, Polygon):
            return MultiPolygon([geometry])
        if self.geometry_type == "MULTILINESTRING" and isinstance(geometry, LineString):
            return MultiLineString([geometry])
        raise ValueError(f"a {kind} does not fit a column of {self.geometry_type}")


class JsonColumn(TypeDecorator[Any]):
    """JSON kept as readable text on both databases."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: Dialect) -> str | None:
        """Text with sorted keys and letters as they are."""
        return None if value is None else json_text(value)

    def process_result_value(self, value: Any, _dialect: Dialect) -> Any:
        """The value back; tuples come back as lists."""
        if value is None:
            return None
        return [] if value == "[]" else json.loads(value)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; naive values are refused."""

    impl = DateTime
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """The moment in UTC without its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment without time zone: {value!r}")
        return value.astimezone(UTC).replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """The moment with UTC as its zone."""
        return None if value is None else value.replace(tzinfo=UTC)
