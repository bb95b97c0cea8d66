"""What can be said of a code that the map in force does not have."""

from __future__ import annotations

from dataclasses import dataclass

from models import communes, indicators
from models.session import Database, unit_of_work
from models.viewers import Viewer


@dataclass(frozen=True, slots=True)
class UnknownCommune:
    """A code without a commune: what it was before 1 July 2025, and what has become of it.

    `heirs` are code and full name of today's communes, those that have most of it first;
    `n_declared` counts the declarations that the viewer may see under this code.
    """

    code: str
    former_name: str
    former_area: str
    heirs: tuple[tuple[str, str], ...]
    n_declared: int


LONGEST_CODE = 8
"""What the store takes for a code."""


def tell_unknown(database: Database, viewer: Viewer, code: str) -> UnknownCommune:
    """What the code stands for, as far as that is known."""
    short = code[:LONGEST_CODE]
    with unit_of_work(database, viewer, read_only=True) as session:
        changes = communes.heirs_of(session, viewer, short)
        names = communes.names_of(session, viewer, [change.new_code for change in changes])
        declared = indicators.find_indicators(session, viewer, commune_code=short)
    old = changes[0] if changes else None
    places = (old.old_district, old.old_province) if old else ()
    return UnknownCommune(
        code=short,
        former_name=old.old_full_name if old else "",
        former_area=", ".join(place for place in places if place),
        heirs=tuple((c.new_code, names[c.new_code]) for c in changes if c.new_code in names),
        n_declared=len(declared),
    )
