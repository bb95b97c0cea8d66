"""Which incidents are meant: a filter, and the same as SQL with the viewer's scope."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session

from geo.terms import DetectedBy, IncidentKind, Side, Substance
from models.disclosure import visible
from models.facility_nearness import Near, near_condition
from models.home_points import shown_inside
from models.placements import Bbox
from models.tables import incidents, seizures
from models.viewers import Viewer


@dataclass(frozen=True, slots=True)
class IncidentFilter:
    """Which incidents are meant; empty means all that the viewer may see.

    `commune_code` is a commune of the map in force. `since` and `until` are
    days, both included. `bbox` is west, south, east, north in degrees and
    leaves out records without a point.
    """

    province_code: str | None = None
    commune_code: str | None = None
    since: date | None = None
    until: date | None = None
    kinds: tuple[IncidentKind, ...] = ()
    substances: tuple[Substance, ...] = ()
    sides: tuple[Side, ...] = ()
    detected_by: tuple[DetectedBy, ...] = ()
    near: Near | None = None
    bbox: Bbox | None = None
    verified_only: bool = False

    def kinds_meant(self) -> tuple[IncidentKind, ...] | None:
        """The kinds that `kinds` and `sides` leave together, None for all; a kind has one side.

        >>> IncidentFilter(sides=(Side.HARM,)).kinds_meant()
        ()
        >>> IncidentFilter().kinds_meant() is None
        True
        """
        if not self.sides:
            return self.kinds or None
        return tuple(kind for kind in self.kinds or IncidentKind if kind.side in self.sides)


EVERYTHING = IncidentFilter()


def conditions(
    session: Session, viewer: Viewer, wanted: IncidentFilter
) -> list[ColumnElement[bool]]:
    """The filter as SQL, always with the viewer's scope."""
    c = incidents.c
    found = [visible(viewer, incidents)]
    if wanted.province_code is not None:
        found.append(c.province_code == wanted.province_code)
    if wanted.commune_code is not None:
        found.append(c.commune_code_now == wanted.commune_code)
    if wanted.since is not None:
        found.append(c.occurred_on >= wanted.since)
    if wanted.until is not None:
        found.append(c.occurred_on <= wanted.until)
    kinds = wanted.kinds_meant()
    if kinds is not None:
        found.append(c.kind.in_(kinds))
    if wanted.detected_by:
        found.append(c.detected_by.in_(wanted.detected_by))
    if wanted.substances:
        found.append(c.id.in_(_with_substances(wanted.substances)))
    if wanted.verified_only:
        found.append(c.verified.is_(True))
    if wanted.bbox is not None:
        found.append(shown_inside(session, viewer, wanted.bbox))
    if wanted.near is not None:  # last: it compares no more than the others leave
        found.append(_near(session, viewer, wanted, wanted.near, found))
    return found


def _near(
    session: Session,
    viewer: Viewer,
    wanted: IncidentFilter,
    near: Near,
    others: list[ColumnElement[bool]],
) -> ColumnElement[bool]:
    """The condition of nearness, found once a transaction: one answer asks for it several times."""
    key = ("near", viewer, wanted)
    if key not in session.info:
        session.info[key] = near_condition(session, viewer, near, others)
    found: ColumnElement[bool] = session.info[key]
    return found


def _with_substances(substances: tuple[Substance, ...]) -> Select[Any]:
    return select(seizures.c.incident_id).where(seizures.c.substance.in_(substances))
