"""What everybody may be told of the cases of every commune: fixed cells, and no others.

A cell is a commune, one side (supply or demand) and the first half of an evaluation year or
the whole of it, once that period has ended. There is no other filter: two tables of freely
chosen days, subtracted, give single cases away. Which cells are told is `cell_suppression`'s.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.records import Period
from geo.terms import Side
from models.cell_suppression import Column, SideTable, suppressed
from models.disclosure import visible
from models.errors import NotFoundError
from models.periods import evaluation_period, half_year_period
from models.session import acting_for
from models.tables import boundary_versions, communes, incidents
from models.viewers import SITE, Viewer

SIDES = (Side.SUPPLY, Side.DEMAND)


@dataclass(frozen=True, slots=True)
class FixedCells:
    """The cells of a province in an evaluation year; the communes in the order of the counts.

    A column is None while its period runs.
    """

    province_code: str
    year: int
    commune_codes: tuple[str, ...]
    sides: Mapping[Side, SideTable]
    half_ended: bool

    def column(self, side: Side, period: Period) -> Column | None:
        """The cells of one side in the first half or the whole year."""
        table = self.sides.get(side)
        if table is None:
            return None
        return table.half if period == half_year_period(self.year) else table.year


def is_fixed(period: Period) -> bool:
    """Whether a period is a first half or a whole evaluation year.

    >>> is_fixed(evaluation_period(2025)), is_fixed(half_year_period(2025, 2))
    (True, False)
    """
    return period in (evaluation_period(period.end.year), half_year_period(period.end.year))


def fixed_cells(
    session: Session, viewer: Viewer, province_code: str, year: int, *, today: date
) -> FixedCells:
    """The fixed cells of a province: the same for every viewer, wherever the scope lies.

    Verified cases known to a commune of the map in force count, whoever detected them.

    Raises
    ------
    NotFoundError
        If the map in force has no such province.
    """
    codes = _communes(session, viewer, province_code)
    if not codes:
        raise NotFoundError(f"Không có tỉnh, thành phố nào mang mã «{province_code}».")
    half, whole = half_year_period(year), evaluation_period(year)
    if half.end >= today:
        return FixedCells(province_code, year, codes, {}, half_ended=False)
    with acting_for(session, SITE):  # one pattern for all, which tells no viewer of a small count
        first = _counts(session, province_code, half)
        second = _counts(session, province_code, whole) if whole.end < today else None
    sides = {
        side: suppressed(
            tuple(first.get((code, side), 0) for code in codes),
            None if second is None else tuple(second.get((code, side), 0) for code in codes),
        )
        for side in SIDES
    }
    return FixedCells(province_code, year, codes, sides, half_ended=True)


def _communes(session: Session, viewer: Viewer, province_code: str) -> tuple[str, ...]:  # noqa: ARG001 - the map is public
    c = communes.c
    statement = (
        select(c.code)
        .join(boundary_versions)
        .where(boundary_versions.c.is_current.is_(True), c.province_code == province_code)
        .order_by(c.code)
    )
    return tuple(session.scalars(statement))


def _counts(session: Session, province_code: str, period: Period) -> dict[tuple[str, Side], int]:
    c = incidents.c
    statement = (
        select(c.commune_code_now, c.side, func.count())
        .where(
            visible(SITE, incidents),
            c.verified.is_not(False),
            c.province_code == province_code,
            c.occurred_on.between(period.start, period.end),
            c.side.in_([side.value for side in SIDES]),
        )
        .group_by(c.commune_code_now, c.side)
    )
    return {(code, Side(side)): n for code, side, n in session.execute(statement)}
