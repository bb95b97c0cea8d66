"""The page of progress: the share of drug-free communes against the target and the roadmap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from geo.alphabet import vietnamese_key
from models import communes, targets
from models.errors import NotFoundError
from models.periods import end_of_day
from models.session import Database, Session, unit_of_work
from models.targets import Target, may_set_targets
from models.viewers import Viewer
from webapp.services.progress_chart import ProgressChart, draw_progress
from webapp.services.progress_history import PeriodCount, count_periods
from webapp.services.progress_table import (
    ProvinceLine,
    YearLine,
    base_of,
    effort_of,
    first_known,
    province_lines,
    year_lines,
)
from webapp.services.roadmap import (
    TARGET_YEAR,
    Effort,
    PlannedShare,
    plan_shares,
)

NATION = "Cả nước"
FIRST_ENTERED = 2025
"""The first year of the form; the target programme sets no earlier one."""


@dataclass(frozen=True, slots=True)
class Progress:
    """The progress of a province or, without a code, of the nation.

    `counts` are of the periods that have classes; `base` is the latest whole year of which
    a share is known, one that ended before the running one; `effort` is what is left from
    there. `plan` is the roadmap by year.
    """

    code: str | None
    name: str
    counts: tuple[PeriodCount, ...]
    base: PeriodCount | None
    running: PeriodCount | None
    effort: Effort | None
    plan: tuple[PlannedShare, ...]
    targets: Mapping[int, Target]

    @property
    def is_planned(self) -> bool:
        """Whether a planner entered a roadmap."""
        return bool(self.targets)


@dataclass(frozen=True, slots=True)
class ProgressPage:
    """What the page shows: the progress with its charts and tables, and the form.

    `year` is the year of the table of provinces, `years` those that can be chosen;
    `seen` the number of the latest target entered.
    """

    progress: Progress
    lines: tuple[YearLine, ...]
    wide: ProgressChart | None
    narrow: ProgressChart | None
    year: int | None
    years: tuple[int, ...]
    year_provisional: bool
    provinces: tuple[ProvinceLine, ...]
    choices: tuple[tuple[str, str], ...]
    restated: tuple[str, ...]
    has_carried: bool
    known_on: date | None
    may_edit: bool
    history: tuple[Target, ...]
    form_years: tuple[int, ...]
    seen: int


def progress_until(progress: Progress, last: date) -> Progress:
    """The progress as its periods up to a day tell it; the roadmap stays whole."""
    counts = [one for one in progress.counts if one.period.end <= last]
    return replace(
        _progress(progress.code, progress.name, counts, progress.targets), plan=progress.plan
    )


def read_progress(
    session: Session,
    viewer: Viewer,
    province_code: str | None,
    today: date,
    *,
    known_at: datetime | None = None,
) -> Progress:
    """The progress of a province or the nation; with `known_at` (UTC) as known then.

    Raises
    ------
    NotFoundError
        If no province in force has the code.
    """
    names = communes.province_names(session, viewer)
    if province_code is not None and province_code not in names:
        raise NotFoundError(f"Không có tỉnh, thành phố nào mang mã «{province_code}».")
    counts = count_periods(session, viewer, today, province_code=province_code, known_at=known_at)
    entered = targets.standing_targets(session, viewer, province_code, known_at=known_at)
    name = NATION if province_code is None else names[province_code]
    return _progress(province_code, name, counts, entered)


def open_progress(
    database: Database,
    viewer: Viewer,
    today: date,
    province_code: str | None = None,
    year: int | None = None,
    *,
    known_on: date | None = None,
) -> ProgressPage:
    """The page of a province or the nation, with the provinces in a year; `known_on`: as then.

    Raises
    ------
    NotFoundError
        If no province in force has the code, or the year has no figures.
    """
    seen_on, known_at = (known_on, end_of_day(known_on)) if known_on else (today, None)
    with unit_of_work(database, viewer, read_only=True) as session:
        progress = read_progress(session, viewer, province_code, seen_on, known_at=known_at)
        names = communes.province_names(session, viewer)
        entered = targets.all_targets(session, viewer, known_at=known_at)
        history = _history(session, viewer, province_code, known_at)
    years = tuple(c.year for c in progress.counts if not c.is_half and c.total.n_assessed)
    chosen = _chosen(year, years)
    return ProgressPage(
        progress=progress,
        **_drawn(progress),
        years=years,
        **_in_year(progress, chosen, names, entered),
        choices=tuple(sorted(names.items(), key=lambda item: vietnamese_key(item[1]))),
        restated=_restated(progress, names),
        known_on=known_on,
        may_edit=known_on is None and may_set_targets(viewer, province_code),
        history=tuple(history),
        form_years=tuple(range(FIRST_ENTERED, TARGET_YEAR + 1)),
        seen=history[0].id if history else 0,
    )


def _drawn(progress: Progress) -> dict[str, Any]:
    """The table by year, and the drawing for a wide and for a narrow screen."""
    counts, plan = progress.counts, progress.plan
    return {
        "lines": year_lines(counts, plan),
        "has_carried": any(count.total.n_carried for count in counts),
        "wide": draw_progress(counts, plan, 720, 300),
        "narrow": draw_progress(counts, plan, 330, 260),
    }


def _history(
    session: Session, viewer: Viewer, code: str | None, known_at: datetime | None
) -> list[Target]:
    """What was entered of the roadmap by a moment, the latest first."""
    found = targets.target_history(session, viewer, code)
    return [t for t in found if known_at is None or t.at <= known_at]


def _chosen(year: int | None, years: Sequence[int]) -> int | None:
    """The year asked for, by default the latest of those that have figures."""
    if year is not None and year not in years:
        raise NotFoundError(f"Chưa có phân loại của năm {year}.")
    return year if year is not None else max(years, default=None)


def _in_year(
    progress: Progress,
    year: int | None,
    names: Mapping[str, str],
    entered: Mapping[str | None, Mapping[int, Target]],
) -> dict[str, Any]:
    """The chosen year; its provinces on the page of the nation alone."""
    lines: tuple[ProvinceLine, ...] = ()
    if progress.code is None and year is not None:
        lines = province_lines(progress.counts, year, names, entered)
    provisional = _is_provisional(progress, year)
    return {"year": year, "year_provisional": provisional, "provinces": lines}


def _is_provisional(progress: Progress, year: int | None) -> bool:
    return any(c.provisional for c in progress.counts if c.year == year and not c.is_half)


def _progress(
    code: str | None, name: str, counts: list[PeriodCount], entered: Mapping[int, Target]
) -> Progress:
    years = [one for one in counts if not one.is_half]
    known = [one for one in years if one.total.n_assessed]
    running = next((one for one in known if one.provisional), None)
    return Progress(
        code=code,
        name=name,
        counts=tuple(counts),
        base=base_of(counts),
        running=running,
        effort=effort_of(counts),
        plan=plan_shares(first_known([(c.year, c.total.share) for c in years]), entered),
        targets=entered,
    )


def _restated(progress: Progress, names: Mapping[str, str]) -> tuple[str, ...]:
    codes = {code for count in progress.counts for code in count.restated}
    return tuple(sorted((names.get(code, code) for code in codes), key=vietnamese_key))
