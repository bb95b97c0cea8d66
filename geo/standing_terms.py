"""The words of how communes stand as codes: key routes, assessments, classes of a province.

Their Vietnamese labels live in the interface.
"""

from __future__ import annotations

from enum import StrEnum


class CorridorMode(StrEnum):
    """The traffic that a key route follows."""

    ROAD = "road"
    RAIL = "rail"
    INLAND_WATER = "inland_water"
    SEA = "sea"
    AIR = "air"
    OTHER = "other"


class CorridorReach(StrEnum):
    """Whether a key route stays in one province (approved there) or joins several."""

    INTRA = "intra"
    INTER = "inter"


class AssessmentState(StrEnum):
    """How far an assessment has come; `returned`: sent back with a reason."""

    DRAFT = "draft"
    SELF_ASSESSED = "self_assessed"
    RETURNED = "returned"
    APPROVED = "approved"


class AssessmentAction(StrEnum):
    """What a person can do with an assessment.

    `reopen` takes an approval back; `list` and `delist` put the unit on the list of
    its class, or off it, by a decision.
    """

    SELF_ASSESS = "self_assess"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    REOPEN = "reopen"
    LIST = "list"
    DELIST = "delist"


class UnitLevel(StrEnum):
    """Which kind of unit is assessed."""

    COMMUNE = "commune"
    PROVINCE = "province"


class ProvinceClass(StrEnum):
    """Classes of a province; `key` meets at least four of the six criteria of article 5."""

    DRUG_FREE = "drug_free"
    AFFECTED = "affected"
    KEY = "key"
    UNKNOWN = "unknown"
