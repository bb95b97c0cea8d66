"""One way to a report: who may have it, what it is made from, the file, the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from geo.errors import UnusableFileError
from geo.records import Period
from models import audit, communes
from models.errors import InvalidValueError, NotAllowedError, NotFoundError
from models.periods import due_dates as law_dates
from models.periods import (
    end_of_day,
    evaluation_period,
    half_year_period,
    period_code,
    period_name,
)
from models.periods import today as day_in_vietnam
from models.session import Database, Session, unit_of_work
from models.viewers import Role, ScopeKind, Viewer
from webapp.labels import vn_date
from webapp.services.due_dates import countdown
from webapp.services.figure_facts import Area, Asked
from webapp.services.report_blocks import Report
from webapp.services.report_content import write_report
from webapp.services.report_docx import report_docx
from webapp.services.report_facts import read_report
from webapp.services.report_letter import USUAL_LETTER, Letter
from webapp.services.report_pdf import report_pdf
from webapp.services.report_xlsx import report_xlsx

WRITERS: dict[str, Callable[[Report], bytes]] = {
    ".docx": report_docx,
    ".pdf": report_pdf,
    ".xlsx": report_xlsx,
}
"""How a report is written, by the suffix of its file."""

READERS = frozenset({Role.PLANNER, Role.ANALYST, Role.ADMIN})


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """Which report: period, province (None: the nation), day of knowledge (None: now)."""

    period: Period
    province_code: str | None = None
    known_on: date | None = None
    letter: Letter = USUAL_LETTER


@dataclass(frozen=True, slots=True)
class MadeReport:
    """A report as a file."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class DueReport:
    """A report that is due; `on` is the day named by the law, itself too late."""

    code: str
    name: str
    period: Period
    what: str
    on: date
    countdown: str


def make_report(
    database: Database, viewer: Viewer, request: ReportRequest, suffix: str, at: datetime
) -> MadeReport:
    """A report as .docx, .pdf or .xlsx, written down in the audit trail.

    Raises
    ------
    NotAllowedError
        If the viewer's role or scope does not reach the whole area.
    NotFoundError
        If there is no such province, or the period has not begun.
    UnusableFileError
        If `suffix` is no format of reports.
    """
    write = _writer(suffix)
    with unit_of_work(database, viewer, read_only=True) as session:
        report = build_report(session, viewer, request, at)
    content = write(report)
    with unit_of_work(database, viewer) as session:
        detail = {
            "format": suffix.lstrip("."),
            "province": request.province_code,
            "known_on": request.known_on.isoformat() if request.known_on else None,
        }
        audit.record(session, viewer, "report", _key(request.period), detail, at=at)
    return MadeReport(_file_name(request, suffix), content)


def build_report(session: Session, viewer: Viewer, request: ReportRequest, at: datetime) -> Report:
    """The content of a report; raises as `make_report` does."""
    today = day_in_vietnam(at)
    _require_known(request.known_on, today)
    _require_area(session, viewer, request)
    seen_on = min(today, request.known_on or today)
    if request.period.start > seen_on:
        raise NotFoundError(
            f"Kỳ {period_name(request.period)} bắt đầu ngày {vn_date(request.period.start)}, sau"
            f" ngày {vn_date(seen_on)}: chưa có số liệu để báo cáo. Hãy chọn kỳ khác."
        )
    known_at = end_of_day(request.known_on) if request.known_on else None
    asked = Asked(Area(request.province_code), known_at, today)
    found = read_report(session, viewer, request.period, asked)
    return write_report(found, request.letter, at)


def _require_known(known_on: date | None, today: date) -> None:
    """Refuse a day that is yet to come: nobody can have known anything by then."""
    if known_on is not None and known_on > today:
        raise InvalidValueError(
            f"Như biết đến ngày (known_on, --known-on) {vn_date(known_on)} ở sau hôm nay "
            f"({vn_date(today)}). Hãy chọn ngày đã qua."
        )


def save_report(
    database: Database, viewer: Viewer, request: ReportRequest, path: Path, at: datetime
) -> Path:
    """A report in a file of its own, which appears whole or not at all; raises before any work.

    Raises
    ------
    UnusableFileError
        If the suffix is no format of reports, or the folder does not exist or cannot be
        written to.
    """
    require_writable(path)
    made = make_report(database, viewer, request, path.suffix.lower(), at)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        unfinished.write_bytes(made.content)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)
    return path


def require_writable(path: Path) -> None:
    """Raise `UnusableFileError` where a report cannot be written to a path."""
    _writer(path.suffix)
    if path.is_dir():
        raise UnusableFileError(f"«{path}» là thư mục; hãy ghi rõ tên tệp báo cáo.")
    if not path.parent.is_dir():
        raise UnusableFileError(f"Thư mục «{path.parent}» không tồn tại; hãy tạo trước.")
    trial = path.with_name(f".{path.name}.unfinished")
    try:
        trial.touch()
        trial.unlink()
    except OSError as error:
        raise UnusableFileError(
            f"Không ghi được vào thư mục «{path.parent}»; hãy chọn thư mục khác."
        ) from error


def due_reports(today: date, ahead_days: int = 400) -> tuple[DueReport, ...]:
    """The next reports of the law with the days left, the earliest first."""
    periods = [
        period
        for year in (today.year - 1, today.year, today.year + 1)
        for period in (half_year_period(year), evaluation_period(year))
    ]
    last = today + timedelta(days=ahead_days)
    return tuple(
        DueReport(
            code=period_code(period),
            name=period_name(period),
            period=period,
            what=due.what,
            on=due.before,
            countdown=countdown(due.before, today, is_before=True),
        )
        for due, period in sorted(
            ((due, period) for period in periods for due in law_dates(period)),
            key=lambda pair: pair[0].before,
        )
        if today <= due.before <= last
    )


def period_choices(today: date, n_years: int = 4) -> tuple[Period, ...]:
    """The years and half years that have begun, the latest first."""
    years = range(today.year + 1, today.year + 1 - n_years, -1)
    found = [
        period
        for year in years
        for period in (evaluation_period(year), half_year_period(year, 2), half_year_period(year))
    ]
    return tuple(period for period in found if period.start <= today)


def usual_period(today: date) -> Period:
    """The period whose report is due next and has begun."""
    begun = (due.period for due in due_reports(today) if due.period.start <= today)
    return next(begun, evaluation_period(today.year))


def may_make_reports(viewer: Viewer) -> bool:
    """Whether an account is given reports at all: an officer of a commune prints its page."""
    return viewer.role in READERS and viewer.scope.kind is not ScopeKind.COMMUNE


def _writer(suffix: str) -> Callable[[Report], bytes]:
    write = WRITERS.get(suffix.lower())
    if write is None:
        raise UnusableFileError(
            f"Không ghi được báo cáo ra định dạng «{suffix}»; hãy chọn {', '.join(WRITERS)}."
        )
    return write


def _require_area(session: Session, viewer: Viewer, request: ReportRequest) -> None:
    """Raise unless the viewer sees every record of an area that exists."""
    if not may_make_reports(viewer):
        raise NotAllowedError(
            f"Tài khoản «{viewer.name}» không lập báo cáo; cán bộ xã in trang của xã mình."
        )
    code = request.province_code
    if code is None:
        viewer.require_nation()
        return
    if code not in communes.province_names(session, viewer):
        raise NotFoundError(f"Không có tỉnh, thành phố nào mang mã «{code}» trên bản đồ đang dùng.")
    if not viewer.scope.covers(code, None):
        raise NotAllowedError(f"Tỉnh mã «{code}» nằm ngoài phạm vi của tài khoản «{viewer.name}».")


def _key(period: Period) -> str:
    return f"{period.start}/{period.end}"


def _file_name(request: ReportRequest, suffix: str) -> str:
    area = request.province_code or "ca-nuoc"
    known = f"-biet-den-{request.known_on}" if request.known_on else ""
    days = period_code(request.period).replace("/", "..")
    return f"bao-cao-{days}-{area}{known}{suffix}"
