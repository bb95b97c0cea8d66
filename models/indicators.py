"""What communes declare for a period."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, insert, select
from sqlalchemy.orm import Session

from geo.records import Indicators, Period
from geo.terms import Layer
from models.additions import Added, chunks, keep_others_from_writing
from models.disclosure import provinces_of, require_inside, visible
from models.record_versions import NewVersion, content_of, indicator_key, keep_versions
from models.tables import indicators
from models.viewers import Viewer

Key = tuple[str, Period]

_DECLARED = [f.name for f in fields(Indicators) if f.name not in ("commune_code", "period", "line")]


def add_indicators(
    session: Session,
    viewer: Viewer,
    rows: Sequence[Indicators],
    import_id: int,
    *,
    at: datetime | None = None,
) -> Added[Indicators]:
    """Store declarations under their key of commune and period.

    One that changed keeps its earlier figures as a version; one that is given
    twice with other figures is a conflict, the first stands.

    Raises
    ------
    NotAllowedError
        If the viewer may not declare for a commune, or it lies outside the viewer's scope.
    """
    viewer.require_declarer()
    keep_others_from_writing(session, indicators)
    added, unchanged, changed = 0, 0, 0
    conflicts: list[Indicators] = []
    seen: dict[Key, tuple[Any, ...]] = {}
    for chunk in chunks(rows):
        provinces = _provinces(session, viewer, chunk)
        known = _declared(session, [row.commune_code for row in chunk])
        fresh: dict[Key, dict[str, Any]] = {}
        for row in chunk:
            key, content = (row.commune_code, row.period), _content(row)
            if seen.setdefault(key, content) != content:
                conflicts.append(row)
            elif key in fresh or _says(known.get(key), content):
                unchanged += 1
            else:
                fresh[key] = _values(row, provinces.get(row.commune_code), import_id)
        replaced = [known[key] for key in fresh if key in known]
        _put_away(session, viewer, replaced, import_id, at)
        _insert(session, fresh.values())
        changed, added = changed + len(replaced), added + len(fresh) - len(replaced)
    return Added(added, unchanged, changed, conflicts=tuple(conflicts))


def keep_others_from_declaring(session: Session, viewer: Viewer) -> None:
    """Until the transaction ends nobody else declares: what is read from now on stands.

    Raises
    ------
    NotAllowedError
        If the viewer may not declare.
    """
    viewer.require_declarer()
    keep_others_from_writing(session, indicators)


def _provinces(session: Session, viewer: Viewer, rows: Sequence[Indicators]) -> dict[str, str]:
    """Province by commune, all of them inside the viewer's scope."""
    codes = [row.commune_code for row in rows]
    provinces = provinces_of(session, codes)
    require_inside(viewer, codes, provinces)
    return provinces


def _insert(session: Session, rows: Iterable[dict[str, Any]]) -> None:
    if values := list(rows):
        session.connection().execute(insert(indicators), values)


def _says(stored: Row[Any] | None, content: tuple[Any, ...]) -> bool:
    return stored is not None and _content(_record(stored)) == content


def _put_away(
    session: Session,
    viewer: Viewer,
    rows: Sequence[Row[Any]],
    import_id: int,
    at: datetime | None,
) -> None:
    """Keep declarations as versions and take them off their table."""
    versions = []
    for row in rows:
        content = content_of(indicators, row)
        key = indicator_key(row.commune_code, content["period_start"], content["period_end"])
        versions.append(NewVersion(key, content, row.import_id))
    keep_versions(session, viewer, Layer.INDICATORS, versions, replaced_by_import=import_id, at=at)
    c = indicators.c
    for row in rows:
        one = (c.commune_code == row.commune_code, c.period_start == row.period_start)
        session.execute(delete(indicators).where(*one, c.period_end == row.period_end))


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


def periods(session: Session, viewer: Viewer, *, province_code: str | None = None) -> list[Period]:
    """Periods for which the viewer sees declarations (of a province), the latest first."""
    c = indicators.c
    statement = (
        select(c.period_start, c.period_end)
        .where(visible(viewer, indicators))
        .distinct()
        .order_by(c.period_end.desc(), c.period_start.desc())
    )
    if province_code is not None:
        statement = statement.where(c.province_code == province_code)
    return [Period(start, end) for start, end in session.execute(statement)]


def _declared(session: Session, codes: Sequence[str]) -> dict[Key, Row[Any]]:
    statement = select(indicators).where(indicators.c.commune_code.in_(sorted(set(codes))))
    return {
        (row.commune_code, Period(row.period_start, row.period_end)): row
        for row in session.execute(statement)
    }


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
