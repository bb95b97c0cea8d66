"""Two reports of one case: what speaks for it, what against, and which had better stand.

A commune and its province report the same arrest under different numbers. Only
records of one day and one kind are compared. Two arrests on one day in one
place by one body are commonly two cases, so one body's own records must agree
in all they say. A person decides; nothing here merges.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from rapidfuzz import fuzz

from geo.nearness import NEAR_COARSE_M, NEAR_M
from geo.records import Seizure
from geo.terms import DetectedBy, IncidentKind, Precision
from geo.text import fold

SIMILAR = 85.0
"""From here on (of 100) two descriptions of a place within one commune are alike."""


@dataclass(frozen=True, slots=True)
class Report:
    """What one record says of a case. `body` is who issued it, `lon`, `lat` WGS 84."""

    id: int
    body: str
    occurred_on: date
    kind: IncidentKind
    detected_by: DetectedBy
    verified: bool
    offenders: int | None
    seizures: tuple[Seizure, ...]
    address: str
    precision: Precision
    commune_code: str | None
    sub_unit_id: int | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Likeness:
    """Why two reports may be of one case; `score` from 0 to 1 orders proposals.

    `signs` are codes of `SIGNS`. `distance_m` is None where a report has no point;
    `similarity` (0-100) compares the descriptions of the place within the commune,
    None where one is empty.
    """

    score: float
    signs: tuple[str, ...]
    distance_m: float | None
    similarity: float | None
    same_body: bool


def weigh(a: Report, b: Report, distance_m: float | None) -> Likeness | None:
    """Hold two reports of one day and kind against each other; None: no ground to ask.

    Points near each other are ground enough between two bodies. Where one is only
    known by its commune, something else must agree: offenders, seizures or the
    description of the place.

    Parameters
    ----------
    a, b
        The reports.
    distance_m
        Metres between their points, None where one has none.
    """
    if distance_m is None:
        if a.commune_code is None or a.commune_code != b.commune_code:
            return None
        if None not in (a.sub_unit_id, b.sub_unit_id) and a.sub_unit_id != b.sub_unit_id:
            return None
    elif distance_m > _reach_m(a, b):
        return None
    similarity = _similarity(a.address, b.address)
    signs = frozenset(_signs(a, b, similarity))
    if distance_m is not None:
        signs |= {"near"}
    found = Likeness(
        score=_score(signs, distance_m, _reach_m(a, b)),
        signs=tuple(sign for sign in SIGNS if sign in signs),
        distance_m=distance_m,
        similarity=similarity,
        same_body=a.body == b.body,
    )
    enough = _alike_in_all if found.same_body else _alike_enough
    return found if enough(found) else None


def kept_first(a: Report, b: Report) -> tuple[Report, Report]:
    """The report that had better stand, then the other.

    Verified before unverified, finer before coarser, the higher level before the
    lower, the fuller before the emptier, the older before the newer.
    """
    return (a, b) if _standing(a) >= _standing(b) else (b, a)


_LEVELS = (
    DetectedBy.UNKNOWN,
    DetectedBy.TIP,
    DetectedBy.COMMUNE,
    DetectedBy.DISTRICT,
    DetectedBy.CUSTOMS,
    DetectedBy.BORDER_GUARD,
    DetectedBy.PROVINCE,
    DetectedBy.MINISTRY,
)
_FINEST_FIRST = list(Precision)


def _standing(report: Report) -> tuple[int, ...]:
    said = (report.offenders is not None) + bool(report.seizures) + bool(report.address)
    return (
        report.verified,
        -_FINEST_FIRST.index(report.precision),
        _LEVELS.index(report.detected_by),
        said,
        -report.id,
    )


def _reach_m(a: Report, b: Report) -> float:
    exact = a.precision is Precision.EXACT and b.precision is Precision.EXACT
    return NEAR_M if exact else NEAR_COARSE_M


def _signs(a: Report, b: Report, similarity: float | None) -> Iterator[str]:
    """What speaks for one case and what against it."""
    yield from _on_counts(a, b)
    levels = {a.detected_by, b.detected_by}
    if levels & _BELOW and levels & _ABOVE:
        yield "two_levels"
    if a.sub_unit_id is not None and a.sub_unit_id == b.sub_unit_id:
        yield "same_sub_unit"
    if similarity is not None:
        yield "similar_address" if similarity >= SIMILAR else "other_address"


_BELOW = {DetectedBy.COMMUNE, DetectedBy.DISTRICT}
_ABOVE = {
    DetectedBy.PROVINCE,
    DetectedBy.MINISTRY,
    DetectedBy.BORDER_GUARD,
    DetectedBy.CUSTOMS,
}


def _on_counts(a: Report, b: Report) -> Iterator[str]:
    if a.offenders is not None and b.offenders is not None:
        yield "same_offenders" if a.offenders == b.offenders else "other_offenders"
    if a.seizures and b.seizures:
        ours, theirs = _weights(a), _weights(b)
        shared = ours.keys() & theirs.keys()
        off = max((_off(ours[key], theirs[key]) for key in shared), default=1.0)
        if ours.keys() == theirs.keys() and off < 1e-3:
            yield "same_seizures"
        else:
            yield "similar_seizures" if off < 0.1 else "other_seizures"


def _weights(report: Report) -> dict[tuple[str, str], float]:
    found: dict[tuple[str, str], float] = {}
    for seizure in report.seizures:
        key = (seizure.substance.value, seizure.unit.value)
        found[key] = found.get(key, 0.0) + seizure.quantity
    return found


def _off(ours: float, theirs: float) -> float:
    return abs(ours - theirs) / max(abs(ours), abs(theirs), 1e-9)


def _alike_in_all(found: Likeness) -> bool:
    """One body, two numbers: the same place, seizures and offenders, or two levels that agree."""
    signs = set(found.signs)
    if {"other_offenders", "other_seizures"} & signs:
        return False
    if {"two_levels", "near"} <= signs:
        return bool({"same_offenders", "same_seizures"} & signs)
    metres = found.distance_m
    same_place = found.similarity == 100.0 if metres is None else metres <= 1.0
    return same_place and {"same_offenders", "same_seizures"} <= signs


def _alike_enough(found: Likeness) -> bool:
    """Two bodies: near points that the counts do not both deny, or a commune and a sign."""
    signs = set(found.signs)
    if "near" in signs:
        return not {"other_offenders", "other_seizures"} <= signs
    if "same_seizures" in signs:
        return True
    if {"other_seizures", "other_address"} & signs:
        return False
    return bool({"same_offenders", "similar_seizures", "similar_address"} & signs)


_WORTH = {
    "same_seizures": 0.25,
    "similar_seizures": 0.15,
    "same_offenders": 0.1,
    "similar_address": 0.1,
    "same_sub_unit": 0.05,
    "two_levels": 0.05,
    "other_offenders": -0.1,
    "other_seizures": -0.1,
    "other_address": -0.1,
}
SIGNS = ("near", *_WORTH)
"""Every sign by its code, what speaks for one case before what speaks against."""


def _score(signs: frozenset[str], distance_m: float | None, reach_m: float) -> float:
    base = 0.25 if distance_m is None else 0.35 + 0.15 * (1 - distance_m / reach_m)
    return round(min(max(base + sum(_WORTH.get(sign, 0.0) for sign in signs), 0.01), 1.0), 3)


_UNIT_BEGINS = re.compile(
    r"(?:^|\s)(?:xa|phuong|thi tran|dac khu|huyen|quan|thi xa|thanh pho|tinh|x|p|f|tt|h|q|tx|tp)\s"
)


@lru_cache(maxsize=4096)
def _within_commune(address: str) -> str:
    """What an address says inside the commune: its parts before the first unit.

    Without a word that announces a unit the first part alone.
    """
    parts: list[str] = []
    for piece in address.split(","):
        words = fold(piece)
        if unit := _UNIT_BEGINS.search(words + " "):
            return " ".join([*parts, words[: unit.start()]]).strip()
        parts.append(words)
    return parts[0] if parts else ""


def _similarity(a: str, b: str) -> float | None:
    """How alike two descriptions are, 0-100; other numbers in them make it 0."""
    ours, theirs = _within_commune(a), _within_commune(b)
    if not ours or not theirs:
        return None
    if set(re.findall(r"\d+", ours)) != set(re.findall(r"\d+", theirs)):
        return 0.0
    return float(fuzz.token_sort_ratio(ours, theirs))
