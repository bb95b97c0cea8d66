"""The words of the domain as codes: precision, kinds, statuses, flags, classes.

The values are what exports and the database carry; their Vietnamese labels
live in the interface.
"""

from __future__ import annotations

from enum import StrEnum


class Precision(StrEnum):
    """How finely a record is placed, finest first."""

    EXACT = "exact"
    STREET = "street"
    SUB_UNIT = "sub_unit"
    COMMUNE = "commune"
    PROVINCE = "province"
    UNLOCATED = "unlocated"

    @property
    def finer_than_commune(self) -> bool:
        """Whether the record may take part in clustering and be drawn as a point.

        >>> Precision.STREET.finer_than_commune, Precision.COMMUNE.finer_than_commune
        (True, False)
        """
        return self in FINER_THAN_COMMUNE


FINER_THAN_COMMUNE = (Precision.EXACT, Precision.STREET, Precision.SUB_UNIT)


class AtHome(StrEnum):
    """Whether something happened in a home, as far as its record tells."""

    HOME, NOT_HOME, UNKNOWN = "home", "not_home", "unknown"


class DatePrecision(StrEnum):
    """How much of a date is known; a month or a year is stored by its first day."""

    DAY = "day"
    MONTH = "month"
    YEAR = "year"


class Side(StrEnum):
    """Which part of the programme an incident belongs to."""

    SUPPLY = "supply"
    DEMAND = "demand"
    HARM = "harm"


class IncidentKind(StrEnum):
    """Kinds of incident; the article of the Penal Code is in `ARTICLES`."""

    CULTIVATION = "cultivation"
    PRODUCTION = "production"
    POSSESSION = "possession"
    TRANSPORT = "transport"
    TRADING = "trading"
    APPROPRIATION = "appropriation"
    PRECURSORS = "precursors"
    EQUIPMENT = "equipment"
    ORGANISING_USE = "organising_use"
    HARBOURING_USE = "harbouring_use"
    FORCING_USE = "forcing_use"
    INCITING_USE = "inciting_use"
    MANAGEMENT_BREACH = "management_breach"
    USE = "use"

    @property
    def side(self) -> Side:
        """Demand for organising, harbouring, possessing and using; else supply.

        >>> IncidentKind.TRADING.side.value
        'supply'
        """
        return Side.DEMAND if self in _DEMAND else Side.SUPPLY


_DEMAND = frozenset(
    {
        IncidentKind.ORGANISING_USE,
        IncidentKind.HARBOURING_USE,
        IncidentKind.POSSESSION,
        IncidentKind.USE,
    }
)

ARTICLES: dict[IncidentKind, int | None] = {
    IncidentKind.CULTIVATION: 247,
    IncidentKind.PRODUCTION: 248,
    IncidentKind.POSSESSION: 249,
    IncidentKind.TRANSPORT: 250,
    IncidentKind.TRADING: 251,
    IncidentKind.APPROPRIATION: 252,
    IncidentKind.PRECURSORS: 253,
    IncidentKind.EQUIPMENT: 254,
    IncidentKind.ORGANISING_USE: 255,
    IncidentKind.HARBOURING_USE: 256,
    IncidentKind.FORCING_USE: 257,
    IncidentKind.INCITING_USE: 258,
    IncidentKind.MANAGEMENT_BREACH: 259,
    IncidentKind.USE: None,
}


class DetectedBy(StrEnum):
    """Level or force that detected an incident; a tip is unverified by default."""

    COMMUNE = "commune"
    DISTRICT = "district"
    PROVINCE = "province"
    MINISTRY = "ministry"
    BORDER_GUARD = "border_guard"
    CUSTOMS = "customs"
    TIP = "tip"
    UNKNOWN = "unknown"


class Substance(StrEnum):
    """Groups of substances in the order of the official reports."""

    HEROIN = "heroin"
    SYNTHETIC = "synthetic"
    CANNABIS = "cannabis"
    OPIUM = "opium"
    COCAINE = "cocaine"
    KETAMINE = "ketamine"
    OTHER = "other"


class SeizureUnit(StrEnum):
    """Unit of a seized quantity."""

    KG = "kg"
    TABLET = "tablet"
    PLANT = "plant"
    M2 = "m2"


class HotspotKind(StrEnum):
    """Kinds of hotspot; only `use_den` is a category of Decision 28/2025."""

    POINT = "point"
    GATHERING = "gathering"
    AT_RISK = "at_risk"
    RETAIL = "retail"
    USE_DEN = "use_den"
    CULTIVATION = "cultivation"


class HotspotStatus(StrEnum):
    """Status at a date: derived from the events, never stored."""

    SUSPECTED = "suspected"
    ACTIVE = "active"
    CLEARED = "cleared"
    RE_EMERGED = "re_emerged"
    DELISTED = "delisted"


class SubUnitKind(StrEnum):
    """Kinds of hamlets and residential groups, by their Vietnamese words: English has none."""

    THON = "thon"
    LANG = "lang"
    BAN = "ban"
    BUON = "buon"
    AP = "ap"
    XOM = "xom"
    KHU_PHO = "khu_pho"
    KHU = "khu"
    KHOM = "khom"
    KHOI = "khoi"
    TO = "to"
    OTHER = "other"


class FacilityKind(StrEnum):
    """Kinds of facilities: what may not be near drugs, is watched for them, or treats.

    Schools; businesses under conditions of public order; treatment and substitution;
    handlers of precursors and of nitrous oxide (N2O); gates of traffic other than those
    of the land border, which come with the map.
    """

    SCHOOL = "school"
    BAR = "bar"
    KARAOKE = "karaoke"
    DANCE_HALL = "dance_hall"
    LODGING = "lodging"
    TREATMENT_CENTRE = "treatment_centre"
    SUBSTITUTION_CLINIC = "substitution_clinic"
    PRECURSOR_BUSINESS = "precursor_business"
    N2O_BUSINESS = "n2o_business"
    AIRPORT = "airport"
    SEAPORT = "seaport"
    INLAND_PORT = "inland_port"
    RAIL_STATION = "rail_station"
    BUS_STATION = "bus_station"
    OTHER = "other"


class EventType(StrEnum):
    """What can happen to a hotspot."""

    SUSPECTED = "suspected"
    OPENED = "opened"
    CLEARED = "cleared"
    RE_EMERGED = "re_emerged"
    DELISTED = "delisted"
    NOTE = "note"


class ClusterFlag(StrEnum):
    """How a cluster stands to the hotspot register."""

    KNOWN = "known"
    UNRECORDED = "unrecorded"
    RE_EMERGING = "re_emerging"
    SHIFTED = "shifted"


class Lineage(StrEnum):
    """How a cluster relates to those of the run before."""

    NEW = "new"
    SAME = "same"
    SPLIT = "split"
    MERGED = "merged"


class AlertKind(StrEnum):
    """What an alert asks a person to look at."""

    RE_EMERGING = "re_emerging"
    UNRECORDED = "unrecorded"
    SHIFTED = "shifted"
    RISING = "rising"
    DELISTING = "delisting"


class AlertState(StrEnum):
    """What became of an alert; `lapsed`: a later run found it no more."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    DISMISSED = "dismissed"
    LAPSED = "lapsed"


class Verdict(StrEnum):
    """What before and after of a place and its ring say (`geo.displacement`).

    In the order in which they are tried: `too_few` records or days to say
    anything; the place made `no_reduction` against the control; it fell, but
    that is `not_shown` beyond chance and the course of the control; it fell, but
    `ring_too_few` records lie around to speak of displacement. Else by the
    quotient, exactly compared: `strong_diffusion` > 1, `diffusion` > 0,
    `neither` = 0, `displacement` > -1 (less than was gained), `full_displacement`
    ≤ -1 (as much as gained, or more).
    """

    TOO_FEW = "too_few"
    NO_REDUCTION = "no_reduction"
    NOT_SHOWN = "not_shown"
    RING_TOO_FEW = "ring_too_few"
    STRONG_DIFFUSION = "strong_diffusion"
    DIFFUSION = "diffusion"
    NEITHER = "neither"
    DISPLACEMENT = "displacement"
    FULL_DISPLACEMENT = "full_displacement"


class CommuneClass(StrEnum):
    """Classes of a commune from best to worst; `unknown` where data is missing."""

    DRUG_FREE = "drug_free"
    AFFECTED = "affected"
    TYPE_3 = "type_3"
    TYPE_2 = "type_2"
    TYPE_1 = "type_1"
    UNKNOWN = "unknown"


class Layer(StrEnum):
    """What can be imported."""

    INCIDENTS = "incidents"
    HOTSPOTS = "hotspots"
    INDICATORS = "indicators"
    SUB_UNITS = "sub-units"
    CAMPAIGNS = "campaigns"
    CORRIDORS = "corridors"
    FACILITIES = "facilities"
