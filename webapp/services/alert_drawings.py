"""The drawings of a list of alerts: what of the map and the register lies around each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from shapely.geometry.base import BaseGeometry

from models import communes, hotspots
from models.disclosure import sees_exactly
from models.hotspots import StoredHotspot
from models.lifecycle import status_at
from models.session import Session
from models.viewers import Viewer
from webapp.services.alert_cases import Case
from webapp.services.alert_map import AlertMap, Drawable, Spot, draw_alert, frame_of


def draw_cases(
    session: Session, viewer: Viewer, cases: Sequence[Case], today: date
) -> list[AlertMap]:
    """A drawing of each alert, in their order."""
    codes = [case.alert.commune_code for case in cases if case.alert.commune_code]
    shapes = {unit.code: shape for unit, shape in communes.outlines(session, viewer, codes)}
    plain = [_drawable(viewer, case, shapes.get(case.alert.commune_code or "")) for case in cases]
    frames = [frame_of(what).box.bounds for what in plain]
    near = hotspots.hotspots_in_each(session, viewer, frames)
    return [
        draw_alert(replace(what, spots=_spots(viewer, spots, today)))
        for what, spots in zip(plain, near, strict=True)
    ]


def _drawable(viewer: Viewer, case: Case, commune: BaseGeometry | None) -> Drawable:
    return Drawable(
        lon=case.alert.lon,
        lat=case.alert.lat,
        records=tuple(
            (record.lon, record.lat, record.stands)
            for record in case.records
            if record.lon is not None and record.lat is not None
        ),
        hull=case.cluster.hull if case.cluster else None,
        around=_around(viewer, case),
        commune=commune,
    )


def _around(viewer: Viewer, case: Case) -> tuple[float, float, float] | None:
    """The place of the register with the radius; none where only its square is shown."""
    spot = case.spot
    if spot is None or not sees_exactly(viewer, spot):
        return None
    lon, lat = spot.placement.lon, spot.placement.lat
    return None if lon is None or lat is None else (lon, lat, case.radius_m)


def _spots(viewer: Viewer, near: Sequence[StoredHotspot], today: date) -> tuple[Spot, ...]:
    drawn = (_spot(viewer, spot, today) for spot in near)
    return tuple(spot for spot in drawn if spot is not None)


def _spot(viewer: Viewer, spot: StoredHotspot, today: date) -> Spot | None:
    status, place = status_at(spot.events, today), spot.placement
    if status is None or place.lon is None or place.lat is None:
        return None
    coarse = not sees_exactly(viewer, spot)
    return Spot(status.value, spot.name, place.lon, place.lat, coarse)
