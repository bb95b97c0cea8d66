"""Frozen records that travel between the stages.

Coordinates are WGS 84 degrees (`lon`, `lat`) unless a name says otherwise.
Nothing here describes a person: places and counts only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from geo.standing_terms import CorridorMode, CorridorReach
from geo.terms import (
    AtHome,
    ClusterFlag,
    DatePrecision,
    DetectedBy,
    EventType,
    HotspotKind,
    IncidentKind,
    Lineage,
    Precision,
    SeizureUnit,
    Side,
    Substance,
)

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry


@dataclass(frozen=True, slots=True)
class Period:
    """A closed range of days, both ends included.

    >>> Period(date(2025, 12, 15), date(2026, 12, 14)).contains(date(2026, 1, 1))
    True
    """

    start: date
    end: date

    def contains(self, day: date) -> bool:
        """Whether a day falls inside."""
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True)
class PlaceQuery:
    """What a row says of where it was, as the clerk typed it.

    `lat_cell` and `lon_cell` hold the cells under the latitude and longitude
    headings untouched (numbers or text in any style); `coordinate_cell` holds
    a single cell with both. `on` is the day of the record, which decides the
    administrative map that is tried first. `coordinate_system` is what the row
    or its table says of the system of its coordinates, such as "EPSG:9210".
    """

    address: str | None = None
    commune_code: str | None = None
    commune_name: str | None = None
    district_name: str | None = None
    province_name: str | None = None
    lat_cell: Any = None
    lon_cell: Any = None
    coordinate_cell: Any = None
    on: date | None = None
    coordinate_system: Any = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """One commune a record may lie in, with a score from 0 to 1."""

    commune_code: str
    score: float


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a record was placed, how finely, how surely and why.

    `commune_code` is the commune on the map of the record's day,
    `commune_code_now` on the map in force. `lon` and `lat` are None unless the
    precision is finer than `commune`. `confidence` is 0-1; 0.9 and above means
    confident. `warnings` are short Vietnamese sentences.
    """

    precision: Precision
    commune_code: str | None = None
    commune_code_now: str | None = None
    province_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    method: str = "none"
    confidence: float = 0.0
    candidates: tuple[Candidate, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Seizure:
    """A seized quantity of one substance group."""

    substance: Substance
    quantity: float
    unit: SeizureUnit


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happened at a place on a date.

    `place` is the place as it was written, kept so that the record can be
    placed again when another map is installed. `home` is None where only the written
    place tells whether it was in a home.
    """

    ref: str
    source: str
    occurred_on: date
    date_precision: DatePrecision
    kind: IncidentKind
    detected_by: DetectedBy
    verified: bool
    address_text: str
    placement: Placement
    offenders: int | None = None
    seizures: tuple[Seizure, ...] = ()
    line: int | None = None
    place: PlaceQuery = PlaceQuery()
    home: AtHome | None = None

    @property
    def side(self) -> Side:
        """Supply, demand or harm, by kind."""
        return self.kind.side


@dataclass(frozen=True, slots=True)
class HotspotEvent:
    """A dated event in the life of a hotspot."""

    type: EventType
    on: date
    note: str = ""


@dataclass(frozen=True, slots=True)
class Hotspot:
    """A place on the register with its history."""

    ref: str
    source: str
    name: str
    kind: HotspotKind
    placement: Placement
    events: tuple[HotspotEvent, ...]
    address_text: str = ""
    is_dwelling: bool = False
    line: int | None = None
    place: PlaceQuery = PlaceQuery()


@dataclass(frozen=True, slots=True)
class Indicators:
    """Counts that a commune declares for a period; None is missing, never zero.

    `substitution`, `home_rehab` and `post_rehab` are the persons whom article 6
    of Decision 28/2025 excepts. `plant_area_m2` is in square metres.
    """

    commune_code: str
    period: Period
    residents: int | None = None
    dependents: int | None = None
    users: int | None = None
    substitution: int | None = None
    home_rehab: int | None = None
    post_rehab: int | None = None
    use_dens: int | None = None
    offenders_arrested: int | None = None
    resident_offenders: int | None = None
    fugitives: int | None = None
    plants: int | None = None
    plant_area_m2: float | None = None
    on_key_route: bool | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Corridor:
    """A key route (tuyến trọng điểm) approved by a decision: a line and its whole width.

    `geometry` is a MultiLineString in WGS 84; the route is what lies within half of
    `width_m` metres of it. `valid_to` is the last day, None while no end is set.
    """

    ref: str
    source: str
    name: str
    mode: CorridorMode
    reach: CorridorReach
    decision: str
    decided_on: date | None
    valid_from: date
    valid_to: date | None
    width_m: float
    geometry: BaseGeometry
    note: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that was not taken: physical line, column heading, value, reason.

    `value` has phone-like and ID-like digit runs blanked. `cells` are the cells
    of the row by heading, in the order of the columns, as far as they may be
    kept: text, numbers, and days as text 2026-06-14.
    """

    line: int
    column: str
    value: str
    reason: str
    cells: Mapping[str, str | float] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class CountChange:
    """Counts of two windows of `days` days each, and the ratio after to before.

    `low` and `high` bound the ratio exactly at 95 % (Poisson counts); `ratio` is
    None where nothing came before, `high` None where the ratio has no upper bound.
    """

    before: int
    after: int
    days: int
    ratio: float | None
    low: float
    high: float | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """A density cluster of one run; `hull_wkb` is a polygon in WGS 84.

    `n` counts records (weights included); `lon`, `lat` is the mean of its core
    points. `nearest_hotspot` is the ref of the nearest recorded hotspot,
    `hotspot_id` its number in the register and `nearest_m` the distance to it in
    metres (of a shifted cluster: from its middle). `stable_id` names the cluster
    across runs, `parents` are the stable ids it came out of when it split or
    merged. `change` compares the last window with the one before; `border_m` is
    the distance to the land border in metres and `border_with` the neighbour there.
    """

    cluster_id: int
    n: int
    lon: float
    lat: float
    hull_wkb: bytes
    first_date: date | None
    last_date: date | None
    flag: ClusterFlag = ClusterFlag.UNRECORDED
    nearest_hotspot: str | None = None
    nearest_m: float | None = None
    commune_codes: tuple[str, ...] = ()
    members: tuple[int, ...] = ()
    hotspot_id: int | None = None
    stable_id: str = ""
    lineage: Lineage = Lineage.NEW
    parents: tuple[str, ...] = ()
    top_kind: IncidentKind | None = None
    top_kind_n: int = 0
    top_substance: Substance | None = None
    top_substance_n: int = 0
    change: CountChange | None = None
    border_m: float | None = None
    border_with: str = ""


@dataclass(frozen=True, slots=True)
class BorderLine:
    """The land border with one neighbour.

    `neighbour` is CHN, LAO or KHM; `geometry` a MultiLineString and `band` the
    MultiPolygon of the land within 10 km of it, both WGS 84; `length_km` is
    the length of the generalised line on the ellipsoid, no legal length.
    """

    neighbour: str
    source: str
    length_km: float
    geometry: BaseGeometry
    band: BaseGeometry
