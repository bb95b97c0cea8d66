"""Classes of the communes before 1 July 2025 carried to the communes of today.

A commune of today is drug-free in an earlier period only if every old commune of which
it holds a part was. Some but not all is partial: it is shown as k of n parts and never
counted. A part of which nothing is known leaves the whole unknown unless another part
already settles it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from geo.terms import CommuneClass

MAP_SINCE = date(2025, 7, 1)
"""First day of the map of today: a period that ended before knew the old communes."""

FEWEST_RESTATED = 5
"""So many communes of a province, all under codes of today, are no chance: see `is_restated`."""


class CarriedState(StrEnum):
    """What is known of a commune of today in a period."""

    DRUG_FREE = "drug_free"
    PARTIAL = "partial"
    NOT_DRUG_FREE = "not_drug_free"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Carried:
    """A commune of today in a period, by the classes of its `parts` (codes of that time).

    `cls` is the class that all parts share, None where they differ or one is unknown.
    `is_carried`: the parts are old communes; else the class is its own.
    """

    code: str
    parts: tuple[str, ...]
    n_drug_free: int
    n_unknown: int
    cls: CommuneClass | None
    is_carried: bool

    @property
    def n_parts(self) -> int:
        """How many communes of the period it holds a part of."""
        return len(self.parts)

    @property
    def state(self) -> CarriedState:
        """Whether it was drug-free: counted is `DRUG_FREE` alone."""
        left = len(self.parts) - self.n_drug_free
        if left == 0:
            return CarriedState.DRUG_FREE
        if left == self.n_unknown:
            return CarriedState.UNKNOWN
        return CarriedState.PARTIAL if self.n_drug_free else CarriedState.NOT_DRUG_FREE


def carry(
    code: str, parts: Sequence[str], classes: Mapping[str, CommuneClass], *, is_carried: bool
) -> Carried:
    """One commune of today by the classes of its parts; what is absent is unknown.

    Raises
    ------
    ValueError
        If it has no part.

    Examples
    --------
    >>> clean, bad = CommuneClass.DRUG_FREE, CommuneClass.TYPE_3
    >>> one = carry("23401", ("23401", "23407"), {"23401": clean, "23407": bad}, is_carried=True)
    >>> one.state, f"{one.n_drug_free}/{one.n_parts}"
    (<CarriedState.PARTIAL: 'partial'>, '1/2')
    """
    if not parts:
        raise ValueError(f"commune {code} without a part")
    found = [classes.get(part, CommuneClass.UNKNOWN) for part in parts]
    n_unknown = found.count(CommuneClass.UNKNOWN)
    alike = n_unknown == 0 and len(set(found)) == 1
    return Carried(
        code=code,
        parts=tuple(parts),
        n_drug_free=found.count(CommuneClass.DRUG_FREE),
        n_unknown=n_unknown,
        cls=found[0] if alike else None,
        is_carried=is_carried,
    )


def is_restated(
    classed: Collection[str], old_codes: Collection[str], codes_now: Collection[str]
) -> bool:
    """Whether the classes of an earlier period are given for communes of today, restated.

    Most communes of today bear the code of one of their parts, so that a code alone does
    not tell. Of genuine old communes two in three have a code that today's map lacks.

    >>> is_restated({"1", "2", "3", "4", "5"}, {"1", "9"}, {"1", "2", "3", "4", "5"})
    True
    >>> is_restated({"1"}, {"1", "9"}, {"1", "2"}), is_restated({"2"}, {"1"}, {"1", "2"})
    (False, True)
    """
    if not classed or not set(codes_now).issuperset(classed):
        return False
    return len(classed) >= FEWEST_RESTATED or not set(old_codes).intersection(classed)


def carry_all(
    codes: Mapping[str, str],
    parts: Mapping[str, Sequence[str]],
    classes: Mapping[str, CommuneClass],
    period_end: date,
) -> dict[str, Carried]:
    """Every commune of today in a period.

    Parameters
    ----------
    codes
        Province by code, of the communes of today that are wanted; whole provinces.
    parts
        By code of today: the old communes of which it holds a part.
    classes
        Class by code of the map of the period.
    period_end
        Last day of the period: before 1 July 2025 the classes are of old communes, except
        in a province whose figures were restated for those of today (`is_restated`).
    """
    if period_end >= MAP_SINCE:
        return {code: _own(code, classes) for code in codes}
    restated = _restated_provinces(codes, parts, classes)
    found = {}
    for code, province in codes.items():
        old = parts.get(code, ())
        own = not old or province in restated
        found[code] = _own(code, classes) if own else carry(code, old, classes, is_carried=True)
    return found


def _own(code: str, classes: Mapping[str, CommuneClass]) -> Carried:
    """A commune by the class it has itself."""
    cls = classes.get(code, CommuneClass.UNKNOWN)
    known = cls is not CommuneClass.UNKNOWN
    clean = cls is CommuneClass.DRUG_FREE
    shown = cls if known else None
    return Carried(code, (code,), int(clean), int(not known), shown, is_carried=False)


def _restated_provinces(
    codes: Mapping[str, str],
    parts: Mapping[str, Sequence[str]],
    classes: Mapping[str, CommuneClass],
) -> set[str]:
    now: defaultdict[str, set[str]] = defaultdict(set)
    old: defaultdict[str, set[str]] = defaultdict(set)
    for code, province in codes.items():
        now[province].add(code)
        old[province].update(parts.get(code, ()))
    return {
        province
        for province, mine in now.items()
        if is_restated(_of(classes, mine | old[province]), old[province], mine)
    }


def _of(classes: Mapping[str, CommuneClass], wanted: Iterable[str]) -> set[str]:
    return {code for code in wanted if code in classes}
