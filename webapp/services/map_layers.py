"""The layers of the map as JSON values and GeoJSON text, in WGS 84 degrees."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from datetime import date
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.records import CountChange
from geo.terms import HotspotStatus
from models import communes, incident_counts, incidents, runs
from models.data_ends import DATA_DAYS
from models.disclosure import snap_to_grid
from models.hotspot_marks import HotspotMark
from models.lifecycle import status_at
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, ScopeKind, Viewer
from webapp.services.overview import Box, View, classes_on, filter_of, find_version, hotspots_in
from webapp.services.shapes import (
    NATION_DECIMALS,
    PROVINCE_DECIMALS,
    collection_text,
    feature_text,
    geometry_texts,
    geometry_values,
    label_points,
)

MAX_POINTS = 1_500
"""With more incidents in view than this the map shows density."""

NEAR_ZOOM = 11.0
"""From this zoom on more points are shown, since few overlap."""

MAX_POINTS_NEAR = 4_000

_CHANGE = [field.name for field in fields(CountChange)]

DECIMALS = {"nation": NATION_DECIMALS, "province": PROVINCE_DECIMALS, "full": 5}


def communes_geojson(
    database: Database, viewer: Viewer, view: View, province_code: str | None, level: str
) -> str:
    """Communes of one province or of the nation, with their class on the last day of the view."""
    with unit_of_work(database, viewer, read_only=True) as session:
        version = find_version(session, viewer)
        _, classes = classes_on(session, viewer, view.until)
    if version is None:
        return collection_text([])
    shapes = _commune_texts(database, version.id, level, province_code)
    features = []
    for facts, geometry in shapes:
        cls = classes.get(str(facts["code"]))
        features.append(feature_text(geometry, facts | {"class": cls.value if cls else "unknown"}))
    return collection_text(features)


def provinces_geojson(database: Database, viewer: Viewer, province_code: str | None) -> str:
    """Outlines of the provinces simplified for the nation, or that of one in more detail."""
    with unit_of_work(database, viewer, read_only=True) as session:
        version = find_version(session, viewer)
    if version is None:
        return collection_text([])
    if province_code is None:
        return _province_text(database, version.id)
    return _outline_text(database, version.id, province_code)


def prepare_shapes(database: Database) -> None:
    """Make the shapes of the nation ready, so that the first reader need not wait."""
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        version = find_version(session, ANONYMOUS)
    if version is not None:
        _commune_texts(database, version.id, "nation", None)
        _province_text(database, version.id)


def border_layer(database: Database, viewer: Viewer) -> str:
    """The land border, its 10 km band and the gates, as one JSON text."""
    with unit_of_work(database, viewer, read_only=True) as session:
        lines = communes.border_lines(session, viewer)
        gates = communes.gates(session, viewer)
    facts = [{"neighbour": line.neighbour, "length_km": round(line.length_km)} for line in lines]
    drawn = geometry_texts([line.geometry for line in lines], NATION_DECIMALS)
    bands = geometry_texts([_slim(line.band) for line in lines], NATION_DECIMALS)
    marks = [
        {"name": g.name, "kind": g.kind, "neighbour": g.neighbour, "lon": g.lon, "lat": g.lat}
        for g in gates
    ]
    line_features = [feature_text(g, f) for g, f in zip(drawn, facts, strict=True)]
    band_features = [feature_text(g, f) for g, f in zip(bands, facts, strict=True)]
    return (
        f'{{"lines":{collection_text(line_features)},"bands":{collection_text(band_features)},'
        f'"gates":{json.dumps(marks, ensure_ascii=False)}}}'
    )


def hotspots_of(database: Database, viewer: Viewer, view: View) -> list[dict[str, Any]]:
    """Hotspots known by the last day of the view, with their status on it."""
    with unit_of_work(database, viewer, read_only=True) as session:
        found = hotspots_in(session, viewer, view)
    rows = [(spot, status_at(spot.events, view.until)) for spot in found]
    return [told_hotspot(spot, status, view.until) for spot, status in rows if status is not None]


def clusters_of(database: Database, viewer: Viewer, view: View) -> dict[str, Any]:
    """Clusters of the latest official run, their hulls as GeoJSON geometries.

    A run knows more than a view that ends before its day may show: then there
    are none. How many incidents of the nation were left out is the nation's to know.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        run = runs.latest_run(session, viewer)
        if run is None:
            empty: dict[str, Any] = {"parameters": {}, "too_early": False, "clusters": []}
            return {"as_of": None, "since": None} | empty
        too_early = view.until < run.as_of
        province = view.province_code
        found = [] if too_early else runs.run_clusters(session, viewer, run.id, province)
    sees_all = viewer.scope.kind is ScopeKind.NATION
    hulls = geometry_values(shapely.from_wkb([c.hull_wkb for c in found]).tolist(), 5)
    return {
        "as_of": run.as_of.isoformat(),
        "since": run.since.isoformat() if run.since else None,
        "parameters": {k: v for k, v in run.parameters.items() if k != DATA_DAYS},
        "left_out": run.n_left_out if sees_all else None,
        "too_early": too_early,
        "clusters": [_cluster(c, h) for c, h in zip(found, hulls, strict=True)],
    }


def incidents_of(
    database: Database, viewer: Viewer, view: View, box: Box | None, zoom: float
) -> dict[str, Any]:
    """Incidents as density cells or as points, and counts of those placed by commune only."""
    wanted = filter_of(view)
    if box is not None:
        wanted = replace(wanted, bbox=(box.west, box.south, box.east, box.north))
    limit = MAX_POINTS_NEAR if zoom >= NEAR_ZOOM else MAX_POINTS
    cell_deg = cell_for_zoom(zoom)
    with unit_of_work(database, viewer, read_only=True) as session:
        by_commune = incident_counts.counts_by_commune(
            session, viewer, filter_of(view), commune_precision_only=True
        )
        cells = incident_counts.incident_density(session, viewer, wanted, cell_deg)
        is_dense = sum(cell.n for cell in cells) > limit
        points = [] if is_dense else incidents.incident_points(session, viewer, wanted)
    return {
        "mode": "density" if is_dense else "points",
        "cell_deg": cell_deg,
        "cells": [[round(c.lon, 5), round(c.lat, 5), c.n] for c in cells] if is_dense else [],
        "points": [_point(point) for point in points],
        "communes": by_commune,
    }


def cell_for_zoom(zoom: float) -> float:
    """Side of a density cell in degrees: about eleven pixels, halved zoom by zoom.

    >>> cell_for_zoom(6), cell_for_zoom(7.4), cell_for_zoom(10)
    (0.25, 0.125, 0.015625)
    """
    return float(2.0 ** (4 - min(int(zoom), 14)))


@lru_cache(maxsize=48)
def _commune_texts(
    database: Database, version_id: int, level: str, province_code: str | None
) -> tuple[tuple[dict[str, Any], str], ...]:
    # An installed version never changes, so its shapes may be kept as text, for
    # everybody: they are read as somebody who sees no record.
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        shapes = communes.commune_shapes(session, ANONYMOUS, version_id, level, province_code)
        units = communes.commune_units(session, ANONYMOUS, version_id)
    inside = {unit.code: (round(unit.lon, 4), round(unit.lat, 4)) for unit in units}
    geometries = [shape.geometry for shape in shapes]
    facts = [
        {
            "code": shape.code,
            "name": shape.full_name,
            "province": shape.province_code,
            "border": shape.border_with,
            "at": inside[shape.code],
        }
        for shape in shapes
    ]
    return tuple(zip(facts, geometry_texts(geometries, DECIMALS[level]), strict=True))


@lru_cache(maxsize=4)
def _province_text(database: Database, version_id: int) -> str:
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        shapes = communes.province_shapes(session, ANONYMOUS, version_id, "nation")
    geometries = [shape.geometry for shape in shapes]
    texts = geometry_texts(geometries, NATION_DECIMALS)
    features = [
        feature_text(text, {"code": s.code, "name": s.name, "at": at, "main": main_box(s.geometry)})
        for s, at, text in zip(shapes, label_points(geometries), texts, strict=True)
    ]
    return collection_text(features)


@lru_cache(maxsize=48)
def _outline_text(database: Database, version_id: int, province_code: str) -> str:
    # The union of the communes as they are drawn, so that the edges meet.
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        shapes = communes.commune_shapes(session, ANONYMOUS, version_id, "province", province_code)
    if not shapes:
        return collection_text([])
    whole = shapely.coverage_union_all([shape.geometry for shape in shapes])
    text = geometry_texts([whole], PROVINCE_DECIMALS)[0]
    return collection_text([feature_text(text, {"code": province_code})])


def main_box(geometry: BaseGeometry) -> list[float]:
    """Box around the parts within 1.2° of the largest one: a province without far islands."""
    parts = shapely.get_parts(geometry)
    largest = max(parts, key=lambda part: part.area)
    near = [part for part in parts if shapely.distance(part.envelope, largest.envelope) < 1.2]
    return [round(float(value), 3) for value in shapely.total_bounds(near)]


def _slim(band: BaseGeometry) -> BaseGeometry:
    return shapely.simplify(band, 0.003)


def told_hotspot(spot: HotspotMark, status: HotspotStatus, until: date) -> dict[str, Any]:
    """What the map is told of a hotspot with its status on a day, without what came later."""
    lon, lat = spot.lon, spot.lat
    if spot.is_dwelling and lon is not None and lat is not None:
        lon, lat = snap_to_grid(lon, lat)
    return {
        "id": spot.id,
        "ref": spot.ref,
        "source": spot.source,
        "name": spot.name,
        "kind": spot.kind.value,
        "status": status.value,
        "lon": lon,
        "lat": lat,
        "precision": spot.precision.value,
        "dwelling": spot.is_dwelling,
        "commune": spot.commune_code,
        "events": [[e.type.value, e.on.isoformat(), e.note] for e in spot.events if e.on <= until],
    }


def _cluster(cluster: runs.StoredCluster, hull: dict[str, Any]) -> dict[str, Any]:
    change = cluster.change
    return {
        "id": cluster.cluster_id,
        "n": cluster.n,
        "flag": cluster.flag.value,
        "first": cluster.first_date.isoformat() if cluster.first_date else None,
        "last": cluster.last_date.isoformat() if cluster.last_date else None,
        "nearest": cluster.nearest_hotspot,
        "nearest_m": None if cluster.nearest_m is None else round(cluster.nearest_m),
        "lon": cluster.lon,
        "lat": cluster.lat,
        "communes": list(cluster.commune_codes),
        "hull": hull,
        "stable_id": cluster.stable_id,
        "lineage": cluster.lineage.value,
        "parents": list(cluster.parents),
        "top_kind": cluster.top_kind and cluster.top_kind.value,
        "top_kind_n": cluster.top_kind_n,
        "change": change and {name: getattr(change, name) for name in _CHANGE},
        "border_m": None if cluster.border_m is None else round(cluster.border_m),
        "border_with": cluster.border_with,
        "partial": cluster.partial,
    }


def _point(point: incidents.IncidentPoint) -> list[Any]:
    return [
        point.id,
        round(point.lon, 5),
        round(point.lat, 5),
        point.ref,
        point.occurred_on.isoformat(),
        point.kind.value,
        point.precision.value,
        point.commune_code,
        point.in_square,
    ]
