"""A facility: a place that incidents are held against, such as a school or a port.

It names no person: neither who owns it nor who runs it.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.records import Placement, PlaceQuery
from geo.terms import FacilityKind

BUSINESSES = frozenset(
    {
        FacilityKind.BAR,
        FacilityKind.KARAOKE,
        FacilityKind.DANCE_HALL,
        FacilityKind.LODGING,
        FacilityKind.PRECURSOR_BUSINESS,
        FacilityKind.N2O_BUSINESS,
    }
)
"""Kinds that private persons run, often under their own name."""


_NOWHERE = PlaceQuery()


@dataclass(frozen=True, slots=True)
class Facility:
    """A facility on its list; `place` is where it is as it was written."""

    ref: str
    source: str
    name: str
    kind: FacilityKind
    placement: Placement
    address_text: str = ""
    note: str = ""
    line: int | None = None
    place: PlaceQuery = _NOWHERE
