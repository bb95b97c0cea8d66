"""The drawings of a list of alerts: what of the map and the register lies around each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from shapely.geometry.base import BaseGeometry

from models import communes, hotspots
from models.cluster_views import run_clusters
from models.disclosure import sees_dwellings
from models.hotspots import StoredHotspot
from models.lifecycle import status_at
from models.session import Session
from models.viewers import Viewer
from webapp.services.alert_cases import Case
from webapp.services.alert_map import AlertMap, Drawable, Spot, draw_alert, frame_of

DEFAULT_RADIUS_M = 300.0


def draw_cases(
    session: Session, viewer: Viewer, cases: Sequence[Case], today: date
) -> list[AlertMap]:
    """A drawing of each alert, in their order."""
    codes = [case.alert.commune_code for case in cases if case.alert.commune_code]
    shapes = {unit.code: shape for unit, shape in communes.outlines(session, viewer, codes)}
    return [draw_alert(_drawable(session, viewer, case, shapes, today)) for case in cases]


def _drawable(
    session: Session,
    viewer: Viewer,
    case: Case,
    shapes: Mapping[str, BaseGeometry],
    today: date,
) -> Drawable:
    alert = case.alert
    plain = Drawable(
        lon=alert.lon,
        lat=alert.lat,
        records=tuple(
            (record.lon, record.lat, record.stands)
            for record in case.records
            if record.lon is not None and record.lat is not None
        ),
        hull=_hull(session, viewer, case),
        around=_around(viewer, case),
        commune=shapes.get(alert.commune_code or ""),
    )
    west, south, east, north = frame_of(plain).box.bounds
    near = hotspots.find_hotspots(session, viewer, bbox=(west, south, east, north))
    drawn = (_spot(viewer, spot, today) for spot in near)
    return replace(plain, spots=tuple(spot for spot in drawn if spot is not None))


def _hull(session: Session, viewer: Viewer, case: Case) -> BaseGeometry | None:
    if case.alert.cluster_id is None:
        return None
    found = run_clusters(session, viewer, case.alert.run_id, stable_id=case.alert.cluster_id)
    return found[0].hull if found else None


def _around(viewer: Viewer, case: Case) -> tuple[float, float, float] | None:
    """The place of the register with the radius; none where only its square is shown."""
    spot = case.spot
    if spot is None or _is_coarse(viewer, spot):
        return None
    lon, lat = spot.placement.lon, spot.placement.lat
    if lon is None or lat is None:
        return None
    return lon, lat, float(case.alert.evidence.get("radius_m") or DEFAULT_RADIUS_M)


def _spot(viewer: Viewer, spot: StoredHotspot, today: date) -> Spot | None:
    status, place = status_at(spot.events, today), spot.placement
    if status is None or place.lon is None or place.lat is None:
        return None
    return Spot(status.value, spot.name, place.lon, place.lat, _is_coarse(viewer, spot))


def _is_coarse(viewer: Viewer, spot: StoredHotspot) -> bool:
    place = spot.placement
    sees = sees_dwellings(viewer, place.province_code, place.commune_code_now)
    return spot.is_dwelling and not sees
