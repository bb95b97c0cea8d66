"""Rows of the layers of hotspots, facilities and clusters, as the viewer may see them."""

from __future__ import annotations

from typing import Any

import shapely

from geo.records import CountChange, Placement
from geo.terms import HotspotKind
from models import communes, facilities, hotspots, runs
from models.communes import BoundaryVersion
from models.disclosure import sees_exactly
from models.errors import NotFoundError
from models.facilities import FacilityFilter, StoredFacility
from models.hotspots import StoredHotspot
from models.lifecycle import status_changes
from models.runs import Run
from models.session import Session
from models.stored_clusters import StoredCluster
from models.viewers import Viewer
from webapp.services.layer_query import LayerQuery
from webapp.services.layer_rows import LayerRows, at_hand, point


def hotspot_rows(session: Session, viewer: Viewer, query: LayerQuery) -> LayerRows:
    """The hotspots known on `as_of` with their status on it, by id."""
    kinds = [HotspotKind(each) for each in query.kinds]
    found = hotspots.find_hotspots(
        session, viewer, query.province_code, query.commune_code, kinds=kinds
    )
    version = communes.current_version(session, viewer)
    names = _names(session, viewer, [spot.placement for spot in found])
    rows: list[dict[str, Any]] = []
    for spot in sorted(found, key=lambda each: each.id):
        row = _of_hotspot(viewer, spot, query, version)
        if row is not None:
            rows.append(row | _named(names, spot.placement))
    return at_hand(rows, [point(row["lon"], row["lat"]) for row in rows])


def _of_hotspot(
    viewer: Viewer, spot: StoredHotspot, query: LayerQuery, version: BoundaryVersion
) -> dict[str, Any] | None:
    changes = [each for each in status_changes(spot.events) if each[0] <= query.as_of]
    if not changes:
        return None
    since, status = changes[-1]
    # A hotspot lasts: its commune is the one on the map of `as_of`.
    on_new_map = query.as_of >= version.valid_from
    lasting = {"commune_code": spot.placement.commune_code_now} if on_new_map else {}
    return {
        "id": spot.id,
        "ref": spot.ref,
        "source": spot.source,
        "name": spot.name,
        "kind": spot.kind.value,
        "status": status.value,
        "as_of": query.as_of,
        "status_since": since,
        "first_event_on": changes[0][0],
        "is_dwelling": spot.is_dwelling,
        "address_text": spot.address_text,
        "on_grid": spot.placement.lon is not None and not sees_exactly(viewer, spot),
        **_placed(spot.placement),
        **lasting,
    }


def facility_rows(session: Session, viewer: Viewer, query: LayerQuery) -> LayerRows:
    """The facilities, by id."""
    wanted = FacilityFilter(province_code=query.province_code, commune_code=query.commune_code)
    found = facilities.find_facilities(session, viewer, wanted)
    names = _names(session, viewer, [each.placement for each in found])
    rows = [
        _of_facility(each) | _named(names, each.placement)
        for each in sorted(found, key=lambda each: each.id)
    ]
    return at_hand(rows, [point(row["lon"], row["lat"]) for row in rows])


def _of_facility(facility: StoredFacility) -> dict[str, Any]:
    return {
        "id": facility.id,
        "ref": facility.ref,
        "source": facility.source,
        "name": facility.name,
        "kind": facility.kind.value,
        "address_text": facility.address_text,
        "note": facility.note,
        "import_id": facility.import_id,
        **_placed(facility.placement),
    }


def cluster_rows(session: Session, viewer: Viewer, query: LayerQuery) -> LayerRows:
    """The clusters of the latest official run, by name.

    Raises
    ------
    NotFoundError
        If none was run yet.
    """
    run = runs.latest_run(session, viewer)
    if run is None:
        raise NotFoundError("Chưa có lần phân tích nào; hãy chạy «python -m webapp analyse» trước.")
    return rows_of_run(session, viewer, run, query.province_code)


def rows_of_run(
    session: Session, viewer: Viewer, run: Run, province_code: str | None = None
) -> LayerRows:
    """The clusters of a run, by name."""
    found = runs.run_clusters(session, viewer, run.id, province_code)
    found.sort(key=lambda each: each.stable_id)
    rows = [_of_cluster(each) | {"run_id": run.id, "as_of": run.as_of} for each in found]
    return at_hand(rows, [shapely.from_wkb(each.hull_wkb) for each in found])


def _of_cluster(cluster: StoredCluster) -> dict[str, Any]:
    return {
        "cluster_id": cluster.cluster_id,
        "stable_id": cluster.stable_id,
        "n": cluster.n,
        "flag": cluster.flag.value,
        "first_date": cluster.first_date,
        "last_date": cluster.last_date,
        "nearest_hotspot": cluster.nearest_hotspot,
        "nearest_m": None if cluster.nearest_m is None else round(cluster.nearest_m, 1),
        "commune_codes": list(cluster.commune_codes),
        "province_code": cluster.province_code,
        "lon": cluster.lon,
        "lat": cluster.lat,
        "lineage": cluster.lineage.value,
        "top_kind": cluster.top_kind and cluster.top_kind.value,
        "top_substance": cluster.top_substance and cluster.top_substance.value,
        **_change_fields(cluster.change),
        "border_m": None if cluster.border_m is None else round(cluster.border_m),
        "partial": cluster.partial,
    }


def _change_fields(change: CountChange | None) -> dict[str, float | None]:
    told = None if change is None else (change.ratio, change.low, change.high)
    rounded = [None if value is None else round(value, 3) for value in told or (None,) * 3]
    return dict(zip(("change_ratio", "change_low", "change_high"), rounded, strict=True))


def _placed(placement: Placement) -> dict[str, Any]:
    has_point = placement.precision.finer_than_commune
    return {
        "lon": placement.lon if has_point else None,
        "lat": placement.lat if has_point else None,
        "precision": placement.precision.value,
        "commune_code": placement.commune_code,
        "commune_code_now": placement.commune_code_now,
        "province_code": placement.province_code,
        "geocode_method": placement.method,
        "geocode_confidence": placement.confidence,
    }


def _names(session: Session, viewer: Viewer, placed: list[Placement]) -> dict[str, str]:
    codes = {each.commune_code_now for each in placed}
    return communes.names_of(session, viewer, filter(None, codes))


def _named(names: dict[str, str], placement: Placement) -> dict[str, str | None]:
    return {"commune_name": names.get(placement.commune_code_now or "")}
