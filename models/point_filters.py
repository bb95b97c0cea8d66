"""Filters of CQL2 over incidents: their points as the viewer is shown them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, and_, func
from sqlalchemy.orm import Session

from geo.cql2 import Expression, certain_boxes
from models.columns import WGS84
from models.cql_filters import FilterColumns, condition
from models.home_points import shown_inside
from models.letter_functions import teach_letters
from models.viewers import Viewer

_TAUGHT = "places_taught"

_AS_SQL: Mapping[str, str] = {
    "s_intersects": "ST_Intersects",
    "s_equals": "ST_Equals",
    "s_disjoint": "ST_Disjoint",
    "s_touches": "ST_Touches",
    "s_within": "ST_Within",
    "s_overlaps": "ST_Overlaps",
    "s_crosses": "ST_Crosses",
    "s_contains": "ST_Contains",
}

PREDICATES: Mapping[str, Callable[[Any, Any], Any]] = {
    "s_intersects": shapely.intersects,
    "s_equals": shapely.equals,
    "s_disjoint": shapely.disjoint,
    "s_touches": shapely.touches,
    "s_within": shapely.within,
    "s_overlaps": shapely.overlaps,
    "s_crosses": shapely.crosses,
    "s_contains": shapely.contains,
}
"""The same of shapely: both databases ask GEOS in the end."""


def incident_conditions(
    session: Session,
    viewer: Viewer,
    expression: Expression,
    told: Mapping[str, ColumnElement[Any]],
) -> list[ColumnElement[bool]]:
    """The conditions of an expression over incidents.

    `told` are the fields as the viewer may know them; `lon` and `lat` are None where an incident
    has no point. A box that every incident of the expression touches is asked for first.
    """
    is_postgis = session.get_bind().dialect.name == "postgresql"
    if not is_postgis:
        teach_letters(_raw(session))
    spatial = _in_postgis(told) if is_postgis else _in_sqlite(session, told)
    columns = FilterColumns(told, spatial, told["lon"].is_not(None), is_postgis)
    boxes = [shown_inside(session, viewer, box) for box in certain_boxes(expression)]
    return [*boxes, condition(expression, columns)]


def _in_postgis(
    told: Mapping[str, ColumnElement[Any]],
) -> Callable[[str, BaseGeometry], ColumnElement[bool]]:
    def spatial(op: str, shape: BaseGeometry) -> ColumnElement[bool]:
        point = func.ST_SetSRID(func.ST_MakePoint(told["lon"], told["lat"]), WGS84)
        other = func.ST_GeomFromWKB(shapely.to_wkb(shape), WGS84)
        answered: ColumnElement[bool] = getattr(func, _AS_SQL[op])(point, other)
        return answered

    return spatial


def _in_sqlite(
    session: Session, told: Mapping[str, ColumnElement[Any]]
) -> Callable[[str, BaseGeometry], ColumnElement[bool]]:
    connection = _raw(session)

    def spatial(op: str, shape: BaseGeometry) -> ColumnElement[bool]:
        # No name twice in a transaction: an earlier statement may still be running.
        number = session.info[_TAUGHT] = session.info.get(_TAUGHT, 0) + 1
        name = f"diaban_place_{number}"
        connection.create_function(name, 2, _asking(op, shape), deterministic=True)
        west, south, east, north = shape.bounds
        asked: ColumnElement[bool] = getattr(func, name)(told["lon"], told["lat"]) == 1
        if op == "s_disjoint":
            return asked
        near = and_(told["lon"].between(west, east), told["lat"].between(south, north))
        return and_(near, asked)

    return spatial


def _asking(op: str, shape: BaseGeometry) -> Callable[[float | None, float | None], bool | None]:
    shapely.prepare(shape)

    def asks(lon: float, lat: float) -> Any:
        if op in ("s_intersects", "s_disjoint"):
            return shapely.intersects_xy(shape, lon, lat) == (op == "s_intersects")
        if op == "s_within":
            return shapely.contains_xy(shape, lon, lat)
        return PREDICATES[op](shapely.Point(lon, lat), shape)

    def asked(lon: float | None, lat: float | None) -> bool | None:
        return None if lon is None or lat is None else bool(asks(lon, lat))

    return asked


def _raw(session: Session) -> Any:
    return session.connection().connection.driver_connection
