"""The clusters of a file as a layer on its way out, and what makes it honest."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely

from geo.crs import to_metres, utm_epsg, utm_zones
from geo.layer_stream import Batch, Field, FieldType, LayerStream, Shape
from geo.records import Cluster

FIELDS = (
    Field("cluster_id", FieldType.INTEGER, "Số của cụm trong tệp", "Number in this file"),
    Field("n", FieldType.INTEGER, "Số điểm của cụm", "Points of the cluster"),
    Field("n_core", FieldType.INTEGER, "Số điểm lõi", "Core points"),
    Field("first_date", FieldType.DATE, "Ngày của điểm sớm nhất", "Day of the earliest point"),
    Field("last_date", FieldType.DATE, "Ngày của điểm muộn nhất", "Day of the latest point"),
    Field("area_km2", FieldType.NUMBER, "Diện tích của hình bao, km²", "Area of the hull, km²"),
    Field("lon", FieldType.NUMBER, "Kinh độ tâm cụm, độ WGS 84", "Longitude of the centre, WGS 84"),
    Field("lat", FieldType.NUMBER, "Vĩ độ tâm cụm, độ WGS 84", "Latitude of the centre, WGS 84"),
)


def clusters_layer(clusters: list[Cluster], n_core: list[int]) -> LayerStream:
    """Clusters with the number of core points of each, in the order of their numbers."""
    rows = [_row(*each) for each in zip(clusters, n_core, strict=True)]
    hulls = [shapely.from_wkb(each.hull_wkb) for each in clusters]
    batch = Batch([each.cluster_id for each in clusters], rows, hulls)
    return LayerStream("clusters", Shape.AREAS, FIELDS, iter([batch]))


def _row(cluster: Cluster, n_core: int) -> tuple[Any, ...]:
    return (
        *(cluster.cluster_id, cluster.n, n_core, cluster.first_date, cluster.last_date),
        *(round(_area_km2(cluster), 4), round(cluster.lon, 7), round(cluster.lat, 7)),
    )


def _area_km2(cluster: Cluster) -> float:
    """Area of the hull on the UTM plane of the cluster's middle."""
    lonlat = shapely.get_coordinates(shapely.from_wkb(cluster.hull_wkb))
    zone = int(utm_zones([cluster.lon])[0])
    x_m, y_m = to_metres(lonlat[:, 0], lonlat[:, 1], utm_epsg(zone))
    return float(shapely.Polygon(np.column_stack((x_m, y_m))).area) / 1e6
