"""The page of progress: the share of drug-free communes against the target and the roadmap."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from geo.typed_text import typed_text, without_marks
from models import audit, communes, targets
from models.errors import InvalidValueError, NotFoundError
from models.session import Database, Session, unit_of_work
from models.targets import Target, may_set_targets
from models.viewers import Viewer
from webapp.services.progress_chart import ProgressChart, draw_progress
from webapp.services.progress_history import PeriodCount, count_periods
from webapp.services.progress_table import (
    ProvinceLine,
    YearLine,
    first_known,
    name_order,
    province_lines,
    year_lines,
)
from webapp.services.roadmap import (
    TARGET_YEAR,
    Effort,
    PlannedShare,
    effort_left,
    plan_shares,
)

NATION = "Cả nước"
FIRST_ENTERED = 2025
"""The first year of the form; the target programme sets no earlier one."""

MAX_DECISION = 160

_SHARE = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,2})?")


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
    may_edit: bool
    history: tuple[Target, ...]
    form_years: tuple[int, ...]
    seen: int


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
) -> ProgressPage:
    """The page of a province or the nation, with the provinces in a year (the latest known).

    Raises
    ------
    NotFoundError
        If no province in force has the code, or the year has no figures.
    """
    with unit_of_work(database, read_only=True) as session:
        progress = read_progress(session, viewer, province_code, today)
        names = communes.province_names(session, viewer)
        entered = targets.all_targets(session, viewer)
        history = targets.target_history(session, viewer, province_code)
    years = tuple(c.year for c in progress.counts if not c.is_half and c.total.n_assessed)
    if year is not None and year not in years:
        raise NotFoundError(f"Chưa có phân loại của năm {year}.")
    chosen = year if year is not None else max(years, default=None)
    table: tuple[ProvinceLine, ...] = ()
    if province_code is None and chosen is not None:
        table = province_lines(progress.counts, chosen, names, entered)
    return ProgressPage(
        progress=progress,
        lines=year_lines(progress.counts, progress.plan),
        wide=draw_progress(progress.counts, progress.plan, 720, 300),
        narrow=draw_progress(progress.counts, progress.plan, 330, 260),
        year=chosen,
        years=years,
        year_provisional=any(
            c.provisional for c in progress.counts if c.year == chosen and not c.is_half
        ),
        provinces=table,
        choices=tuple(sorted(names.items(), key=lambda item: name_order(item[1]))),
        restated=_restated(progress, names),
        has_carried=any(c.total.n_carried for c in progress.counts),
        may_edit=may_set_targets(viewer, province_code),
        history=tuple(history),
        form_years=tuple(range(FIRST_ENTERED, TARGET_YEAR + 1)),
        seen=history[0].id if history else 0,
    )


def save_roadmap(
    database: Database,
    viewer: Viewer,
    province_code: str | None,
    shares: Mapping[int, str],
    decision: str,
    *,
    at: datetime,
    seen: int | None = None,
) -> int:
    """Store the roadmap as it was typed; how many years differ from what held.

    An empty share takes the target of the year back.

    Raises
    ------
    InvalidValueError
        If a share is no number from 0 to 100, or the decision is missing.
    NotAllowedError, NotFoundError, ConflictError
        If the viewer may not, there is no such province, or somebody was faster.
    """
    read = {year: read_share(year, text) for year, text in shares.items()}
    told = typed_text(decision)[:MAX_DECISION]
    if not without_marks(told):
        raise InvalidValueError(
            "Hãy ghi căn cứ của lộ trình, ví dụ «Kế hoạch 45/KH-UBND ngày 12/02/2026»."
        )
    with unit_of_work(database) as session:
        if province_code is not None:
            _require_province(session, viewer, province_code)
        n = targets.set_targets(session, viewer, province_code, read, told, at=at, seen=seen)
        if n:
            detail = {"decision": told, "shares": {str(year): s for year, s in read.items()}}
            audit.record(
                session,
                viewer,
                "set_targets",
                f"targets:{province_code or 'nation'}",
                detail,
                at=at,
            )
    return n


def read_share(year: int, text: str) -> float | None:
    """A share in percent as typed, None where the field is empty.

    >>> read_share(2027, " 27,5 % "), read_share(2027, "")
    (27.5, None)

    Raises
    ------
    InvalidValueError
        If it is no number from 0 to 100 with at most two decimals.
    """
    plain = text.replace("%", "").strip()
    if not plain:
        return None
    if _SHARE.fullmatch(plain) and (share := Fraction(plain.replace(",", "."))) <= 100:
        return float(share)
    raise InvalidValueError(
        f"Chỉ tiêu năm {year}: ghi số phần trăm từ 0 đến 100, ví dụ 35 hoặc 37,5; nhận "
        f"«{text.strip()[:20]}»."
    )


def _progress(
    code: str | None, name: str, counts: list[PeriodCount], entered: Mapping[int, Target]
) -> Progress:
    years = [one for one in counts if not one.is_half]
    known = [one for one in years if one.total.n_assessed]
    ended = [one for one in known if not one.provisional]
    running = next((one for one in known if one.provisional), None)
    base = ended[-1] if ended else running
    effort = None
    if base is not None:
        effort = effort_left(base.year, base.total.n_drug_free, base.total.n_communes)
    return Progress(
        code=code,
        name=name,
        counts=tuple(counts),
        base=base,
        running=running,
        effort=effort,
        plan=plan_shares(first_known([(c.year, c.total.share) for c in years]), entered),
        targets=entered,
    )


def _restated(progress: Progress, names: Mapping[str, str]) -> tuple[str, ...]:
    codes = {code for count in progress.counts for code in count.restated}
    return tuple(sorted(names.get(code, code) for code in codes))


def _require_province(session: Session, viewer: Viewer, code: str) -> None:
    if code not in communes.province_names(session, viewer):
        raise NotFoundError(f"Không có tỉnh, thành phố nào mang mã «{code}».")
