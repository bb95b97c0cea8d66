"""The hamlets and groups of a commune as its page lists them: n of m drug-free in a quarter."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from geo.records import Period
from models import communes, sub_unit_changes, sub_unit_reviews, sub_units
from models.communes import Commune
from models.periods import PeriodError, is_running, period_name, quarter_period
from models.session import Database, Session, unit_of_work
from models.sub_unit_changes import HamletChange
from models.sub_unit_reviews import SubUnitReview
from models.sub_units import StoredSubUnit
from models.viewers import Viewer

FIRST_YEAR = 2020
"""Quarters before this year are not offered."""

OFFERED = 8
"""Quarters offered besides those that have a review."""


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """An answer of a review: what it means and what it is called."""

    drug_free: bool | None
    words: str


ANSWERS: Mapping[str, AnswerWords] = MappingProxyType(
    {
        "free": AnswerWords(drug_free=True, words="Không ma túy"),
        "not_free": AnswerWords(drug_free=False, words="Có ma túy"),
        "unknown": AnswerWords(drug_free=None, words="Chưa rõ"),
    }
)


@dataclass(frozen=True, slots=True)
class HamletLine:
    """One hamlet or group in the chosen quarter.

    `review` is its review of the quarter, None where there is none; `before` the latest
    of an earlier quarter. `cases` and `hotspots` are the records linked to it. `seen`
    stands for its present content, so that a form can tell whether it is stale.
    """

    id: int
    name: str
    kind: str
    review: SubUnitReview | None
    before: SubUnitReview | None
    cases: int
    hotspots: int
    seen: int

    @property
    def answer(self) -> str:
        """`free`, `not_free`, `unknown` (somebody looked and could not tell) or "" (nobody did)."""
        return answer_of(self.review)


@dataclass(frozen=True, slots=True)
class Hamlets:
    """The register of a commune in one quarter.

    `n_free` + `n_not_free` + `n_unknown` + `n_unreviewed` are all lines. `provisional`:
    the quarter is running. `seen` is the number of the latest review of the quarter.
    """

    code: str
    full_name: str
    quarter: Period
    lines: tuple[HamletLine, ...]
    n_free: int
    n_not_free: int
    n_unknown: int
    n_unreviewed: int
    provisional: bool
    may_edit: bool
    in_scope: bool
    seen: int

    @property
    def n_total(self) -> int:
        """All hamlets and groups that are not taken off."""
        return len(self.lines)


@dataclass(frozen=True, slots=True)
class QuarterCount:
    """One quarter of the history: hamlets reviewed and what was said of them."""

    quarter: Period
    n_free: int
    n_not_free: int
    n_unknown: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class HamletPage:
    """The page of the hamlets: the list, those taken off, quarters offered, what was done."""

    hamlets: Hamlets
    province_name: str
    withdrawn: tuple[StoredSubUnit, ...]
    quarters: tuple[Period, ...]
    history: tuple[QuarterCount, ...]
    changes: tuple[HamletChange, ...]


def open_hamlets(
    database: Database, viewer: Viewer, code: str, today: date, quarter: Period | None = None
) -> HamletPage:
    """The page of the hamlets of a commune in a quarter, the running one by default.

    Raises
    ------
    NotFoundError
        If no commune in force has the code.
    PeriodError
        If the period is no quarter that has begun.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        unit = communes.find_commune(session, viewer, code)
        found = hamlets_of(session, viewer, unit, today, quarter)
        reviews = sub_unit_reviews.reviews_of_commune(session, viewer, code)
        return HamletPage(
            hamlets=found,
            province_name=unit.province_name,
            withdrawn=tuple(_ordered(sub_unit_changes.withdrawn_by_hand(session, viewer, code))),
            quarters=_offered(reviews, today),
            history=_history(reviews),
            changes=tuple(sub_unit_changes.changes_by_hand(session, viewer, code)),
        )


def hamlets_of(
    session: Session,
    viewer: Viewer,
    unit: Commune,
    today: date,
    quarter: Period | None = None,
    *,
    known_at: datetime | None = None,
) -> Hamlets:
    """The register of a commune in a quarter (the running one by default), numbers in order.

    Outside the viewer's scope there are no lines and `in_scope` is False. With `known_at`
    (UTC) the list is that of now, the reviews those recorded by then.

    Raises
    ------
    PeriodError
        If the period is no quarter that has begun.
    """
    chosen = quarter_of(today) if quarter is None else require_quarter(quarter, today)
    reviews = sub_unit_reviews.reviews_of_commune(session, viewer, unit.code, known_at=known_at)
    lines = _lines(session, viewer, unit, chosen, reviews)
    answers = [line.answer for line in lines]
    return Hamlets(
        code=unit.code,
        full_name=unit.full_name,
        quarter=chosen,
        lines=lines,
        n_free=answers.count("free"),
        n_not_free=answers.count("not_free"),
        n_unknown=answers.count("unknown"),
        n_unreviewed=answers.count(""),
        provisional=is_running(chosen, today),
        may_edit=viewer.may_declare(unit.province_code, unit.code),
        in_scope=viewer.scope.covers(unit.province_code, unit.code),
        seen=max((r.id for r in reviews if r.period == chosen), default=0),
    )


def _lines(
    session: Session,
    viewer: Viewer,
    unit: Commune,
    quarter: Period,
    reviews: Sequence[SubUnitReview],
) -> tuple[HamletLine, ...]:
    """The hamlets of a commune with what the reviews say of them."""
    linked = sub_units.linked_counts(session, viewer, unit.code)
    now = sub_unit_reviews.standing_reviews(reviews, quarter)
    before = sub_unit_reviews.reviews_before(reviews, quarter)
    return tuple(
        HamletLine(
            id=one.id,
            name=one.name,
            kind=one.normal.kind.value,
            review=now.get(one.id),
            before=before.get(one.id),
            cases=linked.get(one.id, (0, 0))[0],
            hotspots=linked.get(one.id, (0, 0))[1],
            seen=one.import_id,
        )
        for one in _ordered(sub_units.find_sub_units(session, viewer, unit.code))
    )


def answer_of(review: SubUnitReview | None) -> str:
    """The answer of a review as forms and templates name it."""
    if review is None:
        return ""
    return next(key for key, one in ANSWERS.items() if one.drug_free is review.drug_free)


def quarter_of(day: date) -> Period:
    """The quarter of the evaluation year that a day falls in.

    >>> quarter_of(date(2026, 12, 15)) == quarter_period(2027, 1)
    True
    """
    year = day.year + ((day.month, day.day) >= (12, 15))
    found = (quarter_period(year, q) for q in (1, 2, 3, 4))
    return next(quarter for quarter in found if quarter.contains(day))


def require_quarter(period: Period, today: date) -> Period:
    """The period, if it is a quarter that has begun and is not too long ago.

    Raises
    ------
    PeriodError
        If it is not; the message says which periods can be reviewed.
    """
    quarters = [quarter_period(period.end.year, q) for q in (1, 2, 3, 4)]
    if period not in quarters or period.start > today or period.end.year < FIRST_YEAR:
        raise PeriodError(
            f"«{period_name(period)}» không rà soát được: chọn một quý từ năm {FIRST_YEAR} đến "
            f"{period_name(quarter_of(today))}."
        )
    return period


def _offered(reviews: Sequence[SubUnitReview], today: date) -> tuple[Period, ...]:
    quarters = [quarter_of(today)]
    while len(quarters) < OFFERED:
        quarters.append(_quarter_before(quarters[-1]))
    known = {review.period for review in reviews}
    return tuple(sorted({*quarters, *known}, key=lambda q: q.start, reverse=True))


def _quarter_before(quarter: Period) -> Period:
    year, number = quarter.end.year, (quarter.end.month // 3)
    return quarter_period(year, number - 1) if number > 1 else quarter_period(year - 1, 4)


def _history(reviews: Sequence[SubUnitReview]) -> tuple[QuarterCount, ...]:
    quarters = sorted({review.period for review in reviews}, key=lambda q: q.start, reverse=True)
    return tuple(_counted(quarter, reviews) for quarter in quarters)


def _counted(quarter: Period, reviews: Sequence[SubUnitReview]) -> QuarterCount:
    standing: Mapping[int, SubUnitReview] = sub_unit_reviews.standing_reviews(reviews, quarter)
    said = [review.drug_free for review in standing.values()]
    counts = (said.count(True), said.count(False), said.count(None))
    return QuarterCount(quarter, *counts, max(review.at for review in standing.values()))


def _ordered(units: Sequence[StoredSubUnit]) -> list[StoredSubUnit]:
    return sorted(units, key=lambda unit: _counting_order(unit.name))


def _counting_order(name: str) -> list[str | int]:
    """Numbers in their order: Thôn 2 before Thôn 10."""
    return [int(p) if p.isdecimal() else p.casefold() for p in re.split(r"(\d+)", name)]
