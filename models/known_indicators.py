"""What communes declared for a period, as it stands or as it was known at a moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.records import Indicators, Period
from geo.terms import Layer
from models.disclosure import visible
from models.known_contents import Past, past_of
from models.record_versions import indicator_key
from models.tables import indicators
from models.viewers import Viewer

_DECLARED = [f.name for f in fields(Indicators) if f.name not in ("commune_code", "period")]
_c = indicators.c


def known_indicators(
    session: Session,
    viewer: Viewer,
    period: Period,
    *,
    province_code: str | None = None,
    commune_code: str | None = None,
    known_at: datetime | None = None,
) -> list[Indicators]:
    """Declarations for a period, by commune.

    With `known_at` those that had been declared by that moment, as they were declared then.
    """
    wanted = [visible(viewer, indicators)]
    wanted += [_c.period_start == period.start, _c.period_end == period.end]
    if province_code is not None:
        wanted.append(_c.province_code == province_code)
    if commune_code is not None:
        wanted.append(_c.commune_code == commune_code)
    columns = (_c.commune_code, *(_c[name] for name in _DECLARED), _c.import_id)
    rows: Sequence[Sequence[Any]] = session.execute(select(*columns).where(*wanted)).all()
    if known_at is not None:
        past = _past(session, period, known_at)
        own = [row for row in rows if _key(row[0], period) not in past.changed]
        area = (province_code, commune_code)
        rows = [row for row in (*own, *_replaced(viewer, past, period, area)) if _held(past, row)]
    found = [Indicators(row[0], period, *row[1:-1]) for row in rows]
    return sorted(found, key=attrgetter("commune_code"))


def _past(session: Session, period: Period, known_at: datetime) -> Past:
    mentions = [f'"period_start": "{period.start.isoformat()}"']
    return past_of(session, Layer.INDICATORS, known_at, mentions=mentions)


def _key(commune_code: str, period: Period) -> str:
    return indicator_key(commune_code, period.start.isoformat(), period.end.isoformat())


def _replaced(
    viewer: Viewer, past: Past, period: Period, area: tuple[str | None, str | None]
) -> Iterator[list[Any]]:
    """The declarations for a period that were replaced since, as the columns that are read."""
    for key, stood in past.replaced.items():
        row = stood.content
        code, province = row["commune_code"], row["province_code"]
        asked = area[0] in (None, province) and area[1] in (None, code)
        if key == _key(code, period) and asked and viewer.scope.covers(province, code):
            yield [code, *(row[name] for name in _DECLARED), row["import_id"]]


def _held(past: Past, row: Sequence[Any]) -> bool:
    """Whether the import that brought a declaration was there."""
    return past.held(0, row[-1], None)
