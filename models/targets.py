"""The yearly roadmap: the share of drug-free communes to be reached by the end of a year.

Everybody reads it; planners of a province enter their own, the nation's needs the scope
of the nation. Nothing is rewritten: the row recorded last holds, one without a share
takes a target back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Row, insert, select
from sqlalchemy.orm import Session

from models.additions import keep_others_from_writing
from models.errors import ConflictError, InvalidValueError, NotAllowedError
from models.tables import targets
from models.viewers import ScopeKind, Viewer

FIRST_YEAR, LAST_YEAR = 2021, 2035


@dataclass(frozen=True, slots=True)
class Target:
    """A share in percent for the end of a year; the nation's has no province. `at` is UTC."""

    id: int
    province_code: str | None
    year: int
    share_percent: float | None
    decision: str
    at: datetime
    by: str


def standing_targets(
    session: Session,
    viewer: Viewer,
    province_code: str | None,
    *,
    known_at: datetime | None = None,
) -> dict[int, Target]:
    """By year the targets of a province that hold, of the nation without one."""
    return all_targets(session, viewer, known_at=known_at).get(province_code, {})


def all_targets(
    session: Session,
    viewer: Viewer,  # noqa: ARG001 - the roadmap is everybody's
    *,
    known_at: datetime | None = None,
) -> dict[str | None, dict[int, Target]]:
    """The targets that hold, by province (None: the nation) and year."""
    statement = select(targets).order_by(targets.c.id)
    if known_at is not None:
        statement = statement.where(targets.c.at <= known_at)
    found: defaultdict[str | None, dict[int, Target]] = defaultdict(dict)
    for row in session.execute(statement):
        found[row.province_code][row.year] = _target(row)
    return {
        code: {
            year: target
            for year, target in sorted(years.items())
            if target.share_percent is not None
        }
        for code, years in found.items()
    }


def target_history(
    session: Session,
    viewer: Viewer,  # noqa: ARG001 - the roadmap is everybody's
    province_code: str | None,
) -> list[Target]:
    """All that was ever entered for a province or the nation, the latest first."""
    statement = select(targets).where(_of(province_code)).order_by(targets.c.id.desc())
    return [_target(row) for row in session.execute(statement)]


def may_set_targets(viewer: Viewer, province_code: str | None) -> bool:
    """Whether the viewer may enter the roadmap of a province, the nation's without one."""
    nation = viewer.scope.kind is ScopeKind.NATION
    inside = nation if province_code is None else viewer.scope.covers(province_code, None)
    return viewer.may_write and inside


def set_targets(
    session: Session,
    viewer: Viewer,
    province_code: str | None,
    shares: Mapping[int, float | None],
    decision: str,
    *,
    at: datetime,
    seen: int | None = None,
) -> int:
    """Record the shares by year that differ from what holds; how many.

    `seen` is the number of the latest row on the screen of who enters, 0 for none.

    Raises
    ------
    NotAllowedError
        If role and scope of the viewer do not allow it.
    InvalidValueError
        If a year or a share is out of range.
    ConflictError
        If somebody entered something since.
    """
    if not may_set_targets(viewer, province_code):
        raise NotAllowedError(f"Tài khoản «{viewer.name}» không được nhập lộ trình của đơn vị này.")
    _require_range(shares)
    keep_others_from_writing(session, targets)
    history = target_history(session, viewer, province_code)
    held = {target.year: target.share_percent for target in reversed(history)}
    fresh = {year: share for year, share in shares.items() if held.get(year) != share}
    if fresh and seen is not None:
        _require_seen(history, seen)
    entry = {"decision": decision, "at": at, "by_user": viewer.name}
    rows = [
        entry | {"province_code": province_code, "year": year, "share_percent": share}
        for year, share in sorted(fresh.items())
    ]
    if rows:
        session.connection().execute(insert(targets), rows)
    return len(rows)


def _require_seen(history: Sequence[Target], seen: int) -> None:
    """Refuse to write over what nobody had on the screen; `history` has the latest first.

    A form that does not say what it showed (below 0) had nothing there.
    """
    if seen < 0 or (history and history[0].id > seen):
        raise ConflictError(
            "Đã có người sửa lộ trình này sau khi đồng chí mở trang. Chưa ghi gì; hãy xem lộ trình "
            "đang lưu rồi bấm «Lưu» lần nữa nếu vẫn cần thay."
        )


def _require_range(shares: Mapping[int, float | None]) -> None:
    for year, share in shares.items():
        if not FIRST_YEAR <= year <= LAST_YEAR:
            raise InvalidValueError(f"Năm {year} không nằm trong lộ trình.")
        if share is not None and not 0 <= share <= 100:
            raise InvalidValueError(f"Chỉ tiêu năm {year} phải từ 0 đến 100 %.")


def _of(province_code: str | None) -> ColumnElement[bool]:
    c = targets.c.province_code
    return c.is_(None) if province_code is None else c == province_code


def _target(row: Row[tuple[object, ...]]) -> Target:
    return Target(
        id=row.id,
        province_code=row.province_code,
        year=row.year,
        share_percent=row.share_percent,
        decision=row.decision,
        at=row.at,
        by=row.by_user,
    )
