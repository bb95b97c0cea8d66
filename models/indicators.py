"""What communes declare for a period."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from sqlalchemy import Row, insert, select
from sqlalchemy.orm import Session

from geo.records import Indicators, Period
from models.additions import Added, chunks, keep_others_from_writing
from models.disclosure import provinces_of, require_inside, visible
from models.tables import indicators
from models.viewers import Viewer

Key = tuple[str, Period]

_DECLARED = [f.name for f in fields(Indicators) if f.name not in ("commune_code", "period", "line")]


def add_indicators(
    session: Session, viewer: Viewer, rows: Sequence[Indicators], import_id: int
) -> Added[Indicators]:
    """Store declarations that are new under their key of commune and period.

    Raises
    ------
    NotAllowedError
        If the viewer may not write, or a commune lies outside the viewer's scope.
    """
    viewer.require_write()
    keep_others_from_writing(session, indicators)
    added, unchanged = 0, 0
    conflicts: list[Indicators] = []
    for chunk in chunks(rows):
        codes = [row.commune_code for row in chunk]
        provinces = provinces_of(session, codes)
        require_inside(viewer, codes, provinces)
        known = _declared(session, codes)
        fresh: list[Indicators] = []
        for row in chunk:
            key, content = (row.commune_code, row.period), _content(row)
            if key not in known:
                known[key] = content
                fresh.append(row)
            elif known[key] == content:
                unchanged += 1
            else:
                conflicts.append(row)
        if fresh:
            values = [_values(row, provinces.get(row.commune_code), import_id) for row in fresh]
            session.connection().execute(insert(indicators), values)
        added += len(fresh)
    return Added(added, unchanged, tuple(conflicts))


def find_indicators(
    session: Session,
    viewer: Viewer,
    period: Period | None = None,
    commune_code: str | None = None,
) -> list[Indicators]:
    """Declarations by commune and period."""
    c = indicators.c
    statement = (
        select(indicators)
        .where(visible(viewer, indicators))
        .order_by(c.commune_code, c.period_start, c.period_end)
    )
    if period is not None:
        statement = statement.where(c.period_start == period.start, c.period_end == period.end)
    if commune_code is not None:
        statement = statement.where(c.commune_code == commune_code)
    return [_record(row) for row in session.execute(statement)]


def periods(session: Session, viewer: Viewer) -> list[Period]:
    """Periods for which the viewer sees declarations, the latest first."""
    c = indicators.c
    statement = (
        select(c.period_start, c.period_end)
        .where(visible(viewer, indicators))
        .distinct()
        .order_by(c.period_end.desc(), c.period_start.desc())
    )
    return [Period(start, end) for start, end in session.execute(statement)]


def _declared(session: Session, codes: Sequence[str]) -> dict[Key, tuple[Any, ...]]:
    statement = select(indicators).where(indicators.c.commune_code.in_(sorted(set(codes))))
    records = [_record(row) for row in session.execute(statement)]
    return {(r.commune_code, r.period): _content(r) for r in records}


def _content(row: Indicators) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in _DECLARED)


def _values(row: Indicators, province_code: str | None, import_id: int) -> dict[str, Any]:
    return {
        "commune_code": row.commune_code,
        "period_start": row.period.start,
        "period_end": row.period.end,
        "province_code": province_code,
        **dict(zip(_DECLARED, _content(row), strict=True)),
        "import_id": import_id,
        "line": row.line,
    }


def _record(row: Row[Any]) -> Indicators:
    declared = {name: getattr(row, name) for name in _DECLARED}
    period = Period(row.period_start, row.period_end)
    return Indicators(row.commune_code, period, **declared, line=row.line)
