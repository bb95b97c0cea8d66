"""How a commune stands in a period: its class, how it changed, and the days that are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from geo.carried import MAP_SINCE
from geo.records import Period
from geo.standing_terms import AssessmentState
from geo.terms import CommuneClass
from models.carried_classes import carried_classes
from models.carried_history import carried_history
from models.communes import Commune
from models.periods import end_of_day, is_provisional
from models.session import Session
from models.viewers import Viewer
from webapp.services.commune_checks import class_words
from webapp.services.due_dates import Due, due_dates
from webapp.services.evaluations import Evaluations
from webapp.services.standing import Standing, commune_standings
from webapp.told import told

ORDER = tuple(CommuneClass)[:5]
"""Classes that are known, best first."""

DUE_SOON_DAYS = 60
"""What is due within these days, or was, is told at the top of the page."""


@dataclass(frozen=True, slots=True)
class Question:
    """Of which commune and period, seen on which day, with the knowledge of which moment.

    `evaluations` are those made once for the whole page.
    """

    unit: Commune
    period: Period
    day: date
    known_at: datetime | None
    evaluations: Evaluations

    @classmethod
    def of(
        cls,
        unit: Commune,
        period: Period,
        today: date,
        known_on: date | None,
        evaluations: Evaluations,
    ) -> Question:
        """The question as it stands today, or as it stood at the end of an earlier day."""
        if known_on is None:
            return cls(unit, period, today, None, evaluations)
        return cls(unit, period, known_on, end_of_day(known_on), evaluations)

    @property
    def code(self) -> str:
        """The commune's code."""
        return self.unit.code

    @property
    def provisional(self) -> bool:
        """Whether the period was running on that day."""
        return is_provisional(self.period, self.day)


@dataclass(frozen=True, slots=True)
class Change:
    """The class of the period before, and in words what became of it.

    `steps` are the classes it moved to the better, negative to the worse, None where one
    of the two is not known.
    """

    period: Period
    cls: str
    words: str
    steps: int | None


@dataclass(frozen=True, slots=True)
class DueLine:
    """Something due with its countdown; `done` where the commune or the province did it."""

    due: Due
    done: bool


def standing_of(
    session: Session, viewer: Viewer, asked: Question, *, compare: bool = False
) -> Standing | None:
    """How the commune stands; None where nothing is known of it in the period."""
    found = commune_standings(
        session,
        viewer,
        asked.period,
        commune_code=asked.code,
        known_at=asked.known_at,
        today=asked.day,
        compare=compare,
        evaluations=asked.evaluations,
    )
    return found.get(asked.code)


def change_since(
    session: Session, viewer: Viewer, asked: Question, now: str, before: Period | None
) -> Change | None:
    """What became of the class of the period before; None where that is not known."""
    if before is None:
        return None
    if before.end < MAP_SINCE:
        cls = _carried(session, viewer, asked, before)
    else:
        earlier = replace(asked, period=before)
        standing = standing_of(session, viewer, earlier)
        cls = CommuneClass(standing.cls) if standing else None
    if cls is None or cls is CommuneClass.UNKNOWN:
        return None
    steps = None
    if now != CommuneClass.UNKNOWN:
        steps = ORDER.index(cls) - ORDER.index(CommuneClass(now))
    return Change(before, cls.value, _change_words(cls, steps), steps)


def _carried(
    session: Session, viewer: Viewer, asked: Question, before: Period
) -> CommuneClass | None:
    """The class that its old parts share in a period before the map of today."""
    code, province = asked.code, asked.unit.province_code
    if asked.known_at is None:
        past = carried_history(session, viewer, code, province, [before])
        return past[before].cls if before in past else None
    found = commune_standings(
        session,
        viewer,
        before,
        known_at=asked.known_at,
        today=asked.day,
        evaluations=asked.evaluations,
    )
    classes = {old: CommuneClass(standing.cls) for old, standing in found.items()}
    then = carried_classes(session, viewer, before, classes, province_code=province).get(code)
    return then.cls if then else None


def _change_words(cls: CommuneClass, steps: int | None) -> str:
    was = told(class_words(cls))
    if steps is None:
        return was
    if steps == 0:
        return told("{was}, nay giữ nguyên", was=was)
    if steps > 0:
        return told("{was}, đã chuyển hóa {n} bậc", was=was, n=steps)
    return told("{was}, nay xấu đi {n} bậc", was=was, n=-steps)


def dues_of(
    session: Session, viewer: Viewer, asked: Question, standing: Standing | None
) -> tuple[DueLine, ...]:
    """What is due for the period; none once its last day has long gone by."""
    found = due_dates(
        session,
        viewer,
        asked.unit.province_code,
        asked.period,
        asked.day,
        known_at=asked.known_at,
    )
    if not found or max(due.left_days for due in found) < -DUE_SOON_DAYS:
        return ()
    state = standing.state if standing else AssessmentState.DRAFT
    return tuple(DueLine(due, _is_done(due, n, state, found)) for n, due in enumerate(found))


def _is_done(due: Due, n: int, state: AssessmentState, all_dues: Sequence[Due]) -> bool:
    """Whether the commune assessed itself, or the province approved (the first day of the law)."""
    if due.code == "self_assessment":
        return state in (AssessmentState.SELF_ASSESSED, AssessmentState.APPROVED)
    first_of_law = next((i for i, each in enumerate(all_dues) if each.code == "law"), None)
    return n == first_of_law and state is AssessmentState.APPROVED


def next_due(dues: Sequence[DueLine]) -> Due | None:
    """What to tell at the top: the first thing open that is near, or was missed."""
    near = (
        line.due
        for line in dues
        if not line.done and abs(line.due.left_days) <= DUE_SOON_DAYS and line.due.code != "quarter"
    )
    return next(near, None)
