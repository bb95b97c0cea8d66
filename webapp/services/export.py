"""One way out: layers as the viewer may see them, with what makes them honest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

import webapp
from geo.export import ExportLayer, write_layer
from geo.records import CountChange, Period, Placement
from models import assessments, audit, communes, hotspots, incidents, indicators, runs, site
from models.communes import BoundaryVersion
from models.errors import NotFoundError
from models.incidents import IncidentFilter
from models.lifecycle import status_at
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.border_rows import segment_rows
from webapp.services.corridor_export import corridor_rows
from webapp.services.facility_export import facility_rows


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is asked for: a layer at a date, of one province or all in scope."""

    layer: str
    as_of: date
    at: datetime
    province_code: str | None = None
    period: Period | None = None


def export_layer(database: Database, viewer: Viewer, request: ExportRequest, path: Path) -> int:
    """Write a layer to a file and return the number of features.

    Raises
    ------
    NotFoundError
        If the layer is not one of `LAYERS`, or clusters are asked for before
        any analysis was run.
    UnusableFileError
        If the suffix of `path` is not a known format.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        layer = build_layer(session, viewer, request)
    write_layer(layer, path)
    detail = {"rows": len(layer.rows), "province": request.province_code, "format": path.suffix[1:]}
    with unit_of_work(database, viewer) as session:
        audit.record(session, viewer, "export", request.layer, detail)
    return len(layer.rows)


def build_layer(session: Session, viewer: Viewer, request: ExportRequest) -> ExportLayer:
    """Collect a layer's features and its metadata."""
    build = LAYERS.get(request.layer)
    if build is None:
        raise NotFoundError(
            f"Không có lớp dữ liệu «{request.layer}»; các lớp xuất được: {', '.join(LAYERS)}."
        )
    version = communes.current_version(session, viewer)
    columns, rows, geometries = build(session, viewer, request, version)
    return ExportLayer(
        name=request.layer,
        id_field=columns[0],
        columns=columns,
        rows=rows,
        geometries=geometries,
        metadata=_metadata(session, viewer, request, version),
    )


def _metadata(
    session: Session, viewer: Viewer, request: ExportRequest, version: BoundaryVersion
) -> dict[str, Any]:
    marks = []
    if version.approximate:
        marks.append("ranh giới gần đúng")
    if site.get(session, viewer, "simulated"):
        marks.append("dữ liệu mô phỏng")
    return {
        "layer": request.layer,
        "as_of": request.as_of.isoformat(),
        "province_code": request.province_code,
        "exported_at": request.at.isoformat(timespec="seconds"),
        "crs": "OGC:CRS84",
        "boundaries": f"{version.source} ({version.vintage})",
        "boundaries_licence": version.licence,
        "marks": marks,
        "software": f"Địa Bàn {webapp.__version__}",
        **(_run_marks(session, viewer) if request.layer == "clusters" else {}),
    }


def _run_marks(session: Session, viewer: Viewer) -> dict[str, Any]:
    """What the run of the clusters read, and with which parameters."""
    run = runs.latest_run(session, viewer)
    if run is None:
        return {}
    method = {name: run.parameters.get(name) for name in ("eps_m", "min_samples", "eps_days")}
    since = run.since.isoformat() if run.since else None
    return {"run_id": run.id, "run_since": since, "run_as_of": run.as_of.isoformat(), **method}


Rows = tuple[tuple[str, ...], list[dict[str, Any]], list[BaseGeometry | None]]


def _place_fields(placement: Placement) -> dict[str, Any]:
    return {
        "lon": placement.lon,
        "lat": placement.lat,
        "precision": placement.precision.value,
        "commune_code": placement.commune_code,
        "commune_code_now": placement.commune_code_now,
        "geocode_method": placement.method,
        "geocode_confidence": placement.confidence,
    }


def _point(placement: Placement) -> BaseGeometry | None:
    if placement.lon is None or placement.lat is None:
        return None
    if not placement.precision.finer_than_commune:
        return None
    return shapely.Point(placement.lon, placement.lat)


def _incidents(
    session: Session, viewer: Viewer, request: ExportRequest, _version: BoundaryVersion
) -> Rows:
    columns = (
        *("ref", "source", "occurred_on", "date_precision", "kind", "side", "substances"),
        *("offenders", "detected_by", "verified", "address_text", "home", "lon", "lat"),
        *("precision", "commune_code", "commune_code_now", "geocode_method"),
        *("geocode_confidence", "import_id"),
    )
    wanted = IncidentFilter(province_code=request.province_code, until=request.as_of)
    found = incidents.find_incidents(session, viewer, wanted)
    rows = [
        {
            "ref": i.ref,
            "source": i.source,
            "occurred_on": i.occurred_on,
            "date_precision": i.date_precision.value,
            "kind": i.kind.value,
            "side": i.side.value,
            "substances": [
                {"substance": s.substance.value, "quantity": s.quantity, "unit": s.unit.value}
                for s in i.seizures
            ],
            "offenders": i.offenders,
            "detected_by": i.detected_by.value,
            "verified": i.verified,
            "address_text": i.address_text,
            "home": i.home and i.home.value,
            "import_id": i.import_id,
            **_place_fields(i.placement),
        }
        for i in found
    ]
    return columns, rows, [_point(i.placement) for i in found]


def _hotspots(
    session: Session, viewer: Viewer, request: ExportRequest, version: BoundaryVersion
) -> Rows:
    columns = (
        *("ref", "name", "kind", "status", "as_of", "commune_code", "commune_code_now"),
        *("is_dwelling", "lon", "lat", "precision", "geocode_method", "geocode_confidence"),
    )
    rows: list[dict[str, Any]] = []
    geometries: list[BaseGeometry | None] = []
    on_new_map = request.as_of >= version.valid_from
    for spot in hotspots.find_hotspots(session, viewer, province_code=request.province_code):
        status = status_at(spot.events, request.as_of)
        if status is None:
            continue
        rows.append(
            {
                "ref": spot.ref,
                "name": spot.name,
                "kind": spot.kind.value,
                "status": status.value,
                "as_of": request.as_of,
                "is_dwelling": spot.is_dwelling,
                **_place_fields(spot.placement),
                # A hotspot lasts: its commune is the one on the map of `as_of`.
                **({"commune_code": spot.placement.commune_code_now} if on_new_map else {}),
            }
        )
        geometries.append(_point(spot.placement))
    return columns, rows, geometries


def _clusters(
    session: Session, viewer: Viewer, request: ExportRequest, _version: BoundaryVersion
) -> Rows:
    columns = (
        *("cluster_id", "n", "flag", "first_date", "last_date", "nearest_hotspot", "nearest_m"),
        *("commune_codes", "lon", "lat", "run_id", "as_of", "stable_id", "lineage", "top_kind"),
        *("top_substance", "change_ratio", "change_low", "change_high", "border_m", "partial"),
    )
    run = runs.latest_run(session, viewer)
    if run is None:
        raise NotFoundError("Chưa có lần phân tích nào; hãy chạy «python -m webapp analyse» trước.")
    found = runs.run_clusters(session, viewer, run.id, province_code=request.province_code)
    rows = [
        {
            "cluster_id": c.cluster_id,
            "n": c.n,
            "flag": c.flag.value,
            "first_date": c.first_date,
            "last_date": c.last_date,
            "nearest_hotspot": c.nearest_hotspot,
            "nearest_m": None if c.nearest_m is None else round(c.nearest_m, 1),
            "commune_codes": list(c.commune_codes),
            "lon": c.lon,
            "lat": c.lat,
            "run_id": run.id,
            "as_of": run.as_of,
            "stable_id": c.stable_id,
            "lineage": c.lineage.value,
            "top_kind": c.top_kind and c.top_kind.value,
            "top_substance": c.top_substance and c.top_substance.value,
            **_change_fields(c.change),
            "border_m": None if c.border_m is None else round(c.border_m),
            "partial": c.partial,
        }
        for c in found
    ]
    return columns, rows, [shapely.from_wkb(c.hull_wkb) for c in found]


def _change_fields(change: CountChange | None) -> dict[str, float | None]:
    told = None if change is None else (change.ratio, change.low, change.high)
    rounded = [None if value is None else round(value, 3) for value in told or (None,) * 3]
    return dict(zip(("change_ratio", "change_low", "change_high"), rounded, strict=True))


def _communes(
    session: Session, viewer: Viewer, request: ExportRequest, version: BoundaryVersion
) -> Rows:
    columns = (
        *("code", "name", "full_name", "unit_type", "province_code", "province_name"),
        *("area_km2", "border_with", "class", "period", "ruleset", "boundaries_approximate"),
    )
    period = request.period or max(
        indicators.periods(session, viewer), key=lambda p: p.end, default=None
    )
    classes = {} if period is None else assessments.classes(session, viewer, period)
    units = {u.code: u for u in communes.commune_units(session, viewer, version.id)}
    rows: list[dict[str, Any]] = []
    geometries: list[BaseGeometry | None] = []
    for shape in communes.commune_shapes(
        session, viewer, version.id, "full", request.province_code
    ):
        unit = units[shape.code]
        rows.append(
            {
                "code": unit.code,
                "name": unit.name,
                "full_name": unit.full_name,
                "unit_type": unit.unit_type,
                "province_code": unit.province_code,
                "province_name": unit.province_name,
                "area_km2": unit.area_km2,
                "border_with": shape.border_with,
                "class": classes[unit.code].value if unit.code in classes else "unknown",
                "period": None if period is None else f"{period.start}/{period.end}",
                "ruleset": "qd28_2025" if unit.code in classes else None,
                "boundaries_approximate": version.approximate,
            }
        )
        geometries.append(shape.geometry)
    return columns, rows, geometries


LAYERS: dict[str, Callable[[Session, Viewer, ExportRequest, BoundaryVersion], Rows]] = {
    "incidents": _incidents,
    "hotspots": _hotspots,
    "clusters": _clusters,
    "communes": _communes,
    "border_segments": lambda s, v, r, _: segment_rows(s, v, r.province_code, r.as_of, r.period),
    "corridors": lambda session, viewer, asked, _: corridor_rows(
        session, viewer, asked.as_of, asked.province_code
    ),
    "facilities": lambda unit, viewer, asked, _: facility_rows(unit, viewer, asked.province_code),
}
