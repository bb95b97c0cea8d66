"""Incidents of a map tile, encoded by PostGIS where there is one.

The tile says what the map says: incidents with a point of their own as points, or as counts
by cell where they are too many for one tile, and those known by their commune alone as a
count at the commune's label point. Scope and filter are those of every other answer; no text
of an address is in it. Both databases give the same features: PostGIS encodes them where they
are (`ST_AsMVT`), on SQLite `geo.vector_tiles` does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from geo.vector_tiles import EXTENT, MapTile, TileFeature, TileLayer, encode_tile
from models.disclosure import sees_homes
from models.home_points import in_square, shown_inside, shown_point, well_inside
from models.incident_counts import placed_vaguely
from models.incident_filters import IncidentFilter, conditions
from models.placements import finer_than_commune, whole_below
from models.tables import communes, incidents
from models.viewers import Viewer

MOST_POINTS = 2_000
"""With more incidents in one tile than this it holds counts by cell."""

INCIDENTS, CELLS, COMMUNE_COUNTS = "incidents", "incident_cells", "commune_counts"
"""The layers of a tile of incidents."""

_FEW = 200
"""So many communes are named one by one; more are found by the box of the tile."""

_POSITION = text(
    "ST_MakePoint("
    f"least(greatest(floor((lon + 180.0) * :columns - :x0), 0), {EXTENT - 1}), "
    "least(greatest(floor((1.0 - asinh(tan(radians(lat))) / pi()) * :rows - :y0), 0), "
    f"{EXTENT - 1})) AS geom"
)
"""`MapTile.position` as SQL, of the rows' `lon` and `lat`.

`ST_AsMVTGeom` rounds: a point in the last half unit of a tile would land on the edge, where
neither this tile nor the next one draws it.
"""

_OF_CELLS = ("n",)
_OF_POINTS = ("ref", "occurred_on", "kind", "side", "precision", "commune_code_now", "on_grid")
_OF_COMMUNES = ("code", "n", "precision", "at")


@dataclass(frozen=True, slots=True)
class Labels:
    """The communes of a map whose label point lies in a tile, by code."""

    version_id: int
    codes: Sequence[str]


@dataclass(frozen=True, slots=True)
class _Layer:
    """What a layer is made of: rows with `id`, `lon`, `lat` and the columns that it tells."""

    name: str
    rows: FromClause
    tells: Sequence[str]


def incident_tile(
    session: Session,
    viewer: Viewer,
    wanted: IncidentFilter,
    tile: MapTile,
    labels: Labels,
) -> bytes:
    """The verified incidents of a tile that the viewer may see, as a Mapbox Vector Tile.

    `labels` are the communes whose label point lies in the tile. The tile is empty where
    nothing lies in it.
    """
    there = and_(incidents.c.verified.is_(True), *conditions(session, viewer, wanted))
    cells = _cells(session, viewer, there, tile)
    points = _points(session, viewer, there, tile)
    counts = [_commune_counts(there, tile, labels)] if labels.codes else []
    if session.get_bind().dialect.name == "postgresql":
        return _encoded_there(session, tile, cells, points, counts)
    read = _read(session, cells, tile)
    if sum(int(feature.values["n"] or 0) for feature in read.features) <= MOST_POINTS:
        read = _read(session, points, tile)
    return encode_tile([read, *(_read(session, layer, tile) for layer in counts)])


def data_state(session: Session) -> str | None:
    """A mark of everything that this transaction can see, None where the database has none.

    Equal marks mean equal data, whatever was asked: it changes with every transaction that
    writes anything.
    """
    if session.get_bind().dialect.name != "postgresql":
        return None
    return str(session.scalar(text("SELECT pg_current_snapshot()::text")))


def _cells(session: Session, viewer: Viewer, there: ColumnElement[bool], tile: MapTile) -> _Layer:
    """Incidents with a point of their own, counted by cells of `cell_deg` degrees."""
    side = tile.cell_deg
    at = shown_point(session, viewer)
    across = _whole(session, at.lon / side)
    up = _whole(session, at.lat / side)
    counted = (
        select(across.label("across"), up.label("up"), func.count().label("n"))
        .where(finer_than_commune(incidents), there, *_in_tile(session, viewer, tile))
        .group_by("across", "up")
        .subquery()
    )
    c = counted.c
    number = func.row_number().over(order_by=(c.up, c.across))
    lon, lat = (c.across + 0.5) * side, (c.up + 0.5) * side
    rows = select(number.label("id"), lon.label("lon"), lat.label("lat"), c.n)
    return _Layer(CELLS, rows.subquery(), _OF_CELLS)


def _points(session: Session, viewer: Viewer, there: ColumnElement[bool], tile: MapTile) -> _Layer:
    c, at = incidents.c, shown_point(session, viewer)
    day = cast(c.occurred_on, Text).label("occurred_on")
    told = (c.ref, day, c.kind, c.side, at.precision, c.commune_code_now)
    on_grid = in_square(viewer).label("on_grid")
    rows = select(c.id, at.lon, at.lat, *told, on_grid).where(
        finer_than_commune(incidents), there, *_in_tile(session, viewer, tile)
    )
    return _Layer(INCIDENTS, rows.subquery(), _OF_POINTS)


def _commune_counts(there: ColumnElement[bool], tile: MapTile, labels: Labels) -> _Layer:
    """By commune whose label point lies in the tile: incidents known to lie there, not where."""
    c, code = communes.c, incidents.c.commune_code_now
    if len(labels.codes) <= _FEW:
        labelled: ColumnElement[bool] = c.code.in_(labels.codes)
        counted_there: ColumnElement[bool] = code.in_(labels.codes)
    else:  # most communes lie in a wide tile: counting all of them is the shorter way
        west, south, east, north = tile.box
        labelled = and_(c.lon >= west, c.lon < east, c.lat > south, c.lat <= north)
        counted_there = code.is_not(None)
    counted = (
        select(code.label("code"), func.count().label("n"))
        .where(counted_there, *placed_vaguely(), there)
        .group_by(code)
        .subquery()
    )
    rows = (
        select(
            *(cast(c.code, Integer).label("id"), c.lon, c.lat, c.code, counted.c.n),
            literal("commune").label("precision"),
            literal("label_point").label("at"),
        )
        .join_from(communes, counted, counted.c.code == c.code)
        .where(c.version_id == labels.version_id, labelled)
    )
    return _Layer(COMMUNE_COUNTS, rows.subquery(), _OF_COMMUNES)


def _whole(session: Session, value: ColumnElement[Any]) -> ColumnElement[Any]:
    # As a number with a point PostgreSQL groups it a third quicker than as an integer.
    is_postgis = session.get_bind().dialect.name == "postgresql"
    return func.floor(value) if is_postgis else whole_below(session, value)


def _in_tile(session: Session, viewer: Viewer, tile: MapTile) -> list[ColumnElement[bool]]:
    """That a point lies in the tile, found by the spatial index."""
    _, south, east, _ = tile.box
    at = shown_point(session, viewer)
    is_here = and_(at.lon < east, at.lat > south)
    if not sees_homes(viewer):
        is_here = or_(well_inside(tile.box), is_here)
    return [shown_inside(session, viewer, tile.box), is_here]


def _encoded_there(
    session: Session, tile: MapTile, cells: _Layer, points: _Layer, counts: Sequence[_Layer]
) -> bytes:
    """The layers as PostGIS encodes them, in one answer: layers of a tile stand in a row."""
    counted = select(cells.rows).cte("counted").prefix_with("MATERIALIZED", dialect="postgresql")
    total = select(func.coalesce(func.sum(counted.c.n), 0)).scalar_subquery()
    as_cells = _mvt(_Layer(CELLS, counted, cells.tells), tile)
    whole: ColumnElement[Any] = case((total > MOST_POINTS, as_cells), else_=_mvt(points, tile))
    for layer in counts:
        whole = whole.op("||")(_mvt(layer, tile))
    return bytes(session.scalar(select(whole)) or b"")


def _mvt(layer: _Layer, tile: MapTile) -> ColumnElement[bytes]:
    """A layer as its part of a tile, worked out only where the answer needs it."""
    r = layer.rows.c
    told = [r[name] for name in layer.tells]
    columns, rows = tile.units_across
    at = {"x0": tile.x * EXTENT, "y0": tile.y * EXTENT, "columns": columns, "rows": rows}
    drawn = select(r.id, _POSITION.bindparams(**at), *told).order_by(r.id)
    of = drawn.subquery(f"of_{layer.name}")
    row: ColumnElement[Any] = literal_column(of.name)
    encoded = select(func.ST_AsMVT(row, layer.name, EXTENT, "geom", "id")).select_from(of)
    return encoded.scalar_subquery()


def _read(session: Session, layer: _Layer, tile: MapTile) -> TileLayer:
    """The same features read and placed here."""
    r = layer.rows.c
    told = [r[name] for name in layer.tells]
    rows = session.execute(select(r.id, r.lon, r.lat, *told).order_by(r.id))
    features = [
        TileFeature(
            id_,
            shapely.Point(tile.position(lon, lat)),
            dict(zip(layer.tells, values, strict=True)),
        )
        for id_, lon, lat, *values in rows
    ]
    return TileLayer(layer.name, features)
