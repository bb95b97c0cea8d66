"""What is asked of a layer: which features, as of when, on which map."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from geo.records import Period
from models.facility_nearness import Near
from models.placements import Bbox


class Boundaries(StrEnum):
    """The map that communes are named by."""

    NOW = "now"
    """The one in force, former communes by the crosswalk."""
    THEN = "then"
    """As it was: the map of a record's own day, for lasting things that of `as_of`."""


@dataclass(frozen=True, slots=True)
class LayerQuery:
    """Features of a layer; what is empty does not cut.

    Days are included on both ends. `as_of` is the day of a hotspot's status and the last day of
    records where `until` is None. `bbox` is west, south, east, north in WGS 84 degrees. Words
    (`kinds`, `statuses`, `flags`, …) are the English codes of the layer. `where` is an
    expression of CQL2 as JSON, checked by `geo.cql2`. `after` is the id of the last feature of
    the page before, `limit` the most features wanted.
    """

    layer: str
    as_of: date
    province_code: str | None = None
    commune_code: str | None = None
    since: date | None = None
    until: date | None = None
    period: Period | None = None
    bbox: Bbox | None = None
    kinds: tuple[str, ...] = ()
    sides: tuple[str, ...] = ()
    substances: tuple[str, ...] = ()
    detected_by: tuple[str, ...] = ()
    near: Near | None = None
    statuses: tuple[str, ...] = ()
    precisions: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
    verified: bool | None = None
    boundaries: Boundaries = Boundaries.NOW
    where: Mapping[str, Any] | None = None
    ids: tuple[int | str, ...] | None = None
    after: int | str | None = None
    limit: int | None = None
