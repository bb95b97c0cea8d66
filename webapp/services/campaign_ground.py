"""Where a campaign is on the map in force, and what befell the hotspots there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import shapely
from shapely.geometry.base import BaseGeometry

from geo.campaign_areas import joined
from geo.terms import EventType
from models import communes, hotspots
from models.campaigns import StoredCampaign
from models.session import Session
from models.viewers import Viewer

RING_M = 1_000.0
"""Width of the ring around communes and drawn outlines."""

RING_RADII = 2.0
"""Width of the ring around a circle, in its radii."""

PROVINCE_DIGITS = 2
"""Digits of the code of a province; that of a commune has five."""


@dataclass(frozen=True, slots=True)
class Ground:
    """The area of a campaign on the map in force.

    `commune_codes` are the communes it is made of, empty for a circle, an
    outline, and where the map in force has not all of them: then the area is
    the one stored (`is_stored`). `provinces` are those it lies in; one that is
    made of whole provinces (`is_whole`) leaves nothing of them as a control.
    """

    area: BaseGeometry
    commune_codes: frozenset[str]
    provinces: tuple[str, ...]
    ring_m: float
    is_stored: bool = False
    is_whole: bool = False


@dataclass(frozen=True, slots=True)
class SpotEvent:
    """Something that happened to a hotspot of the area during the campaign."""

    ref: str
    source: str
    name: str
    type: str
    on: date


def ground_of(session: Session, viewer: Viewer, campaign: StoredCampaign) -> Ground:
    """Where a campaign is: communes as the map in force draws them, else as stored."""
    made_of = _communes_of(session, viewer, campaign.commune_codes)
    if made_of:
        shapes = [shape for _code, _province, shape in made_of]
        provinces = tuple(sorted({province for _code, province, _shape in made_of}))
        codes = frozenset(code for code, _province, _shape in made_of)
        is_whole = set(provinces) <= set(campaign.commune_codes)
        return Ground(joined(shapes), codes, provinces, RING_M, is_whole=is_whole)
    ring_m = RING_M if campaign.radius_m is None else RING_RADII * campaign.radius_m
    provinces = (campaign.province_code,) if campaign.province_code else ()
    provinces = provinces or _provinces_under(session, viewer, campaign.area)
    is_stored = bool(campaign.commune_codes)
    return Ground(campaign.area, frozenset(), provinces, ring_m, is_stored=is_stored)


def _communes_of(
    session: Session, viewer: Viewer, codes: Sequence[str]
) -> list[tuple[str, str, BaseGeometry]]:
    """Communes with province and outline for codes of communes and of whole provinces.

    Nothing at all where the map in force lacks one of them: a part is no whole.
    """
    units = [code for code in codes if len(code) > PROVINCE_DIGITS]
    found = [
        (unit.code, unit.province_code, shape)
        for unit, shape in communes.outlines(session, viewer, units)
    ]
    if len(found) < len(units):
        return []
    version = communes.current_version(session, viewer)
    for province in (code for code in codes if len(code) <= PROVINCE_DIGITS):
        shapes = communes.commune_shapes(session, viewer, version.id, "full", province)
        if not shapes:
            return []
        found += [(shape.code, province, shape.geometry) for shape in shapes]
    return found


def spot_events(
    session: Session, viewer: Viewer, campaign: StoredCampaign, ground: Ground
) -> tuple[SpotEvent, ...]:
    """Hotspots of the area that were opened, cleared or complex again during the campaign."""
    told = (EventType.OPENED, EventType.CLEARED, EventType.RE_EMERGED)
    spots = [
        spot
        for province in ground.provinces
        for spot in hotspots.find_hotspots(session, viewer, province)
    ]
    found = [
        SpotEvent(spot.ref, spot.source, spot.name, event.type.value, event.on)
        for spot in spots
        if _lies_in(ground, spot.placement.commune_code_now, spot.placement.lon, spot.placement.lat)
        for event in spot.events
        if event.type in told and campaign.starts_on <= event.on <= campaign.ends_on
    ]
    return tuple(sorted(found, key=lambda event: (event.on, event.ref)))


def _provinces_under(session: Session, viewer: Viewer, area: BaseGeometry) -> tuple[str, ...]:
    """Provinces that hold a part of an area."""
    version = communes.current_version(session, viewer)
    shapes = communes.commune_shapes(session, viewer, version.id, "nation")
    return tuple(sorted({s.province_code for s in shapes if shapely.intersects(s.geometry, area)}))


def _lies_in(ground: Ground, code: str | None, lon: float | None, lat: float | None) -> bool:
    if ground.commune_codes:
        return code in ground.commune_codes
    return (
        lon is not None and lat is not None and bool(shapely.intersects_xy(ground.area, lon, lat))
    )
