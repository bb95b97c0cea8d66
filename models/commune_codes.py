"""Under which communes a record counts: those of the map in force, and old ones for old periods."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from geo.records import Period
from models.tables import boundary_versions, communes
from models.viewers import Viewer

R = TypeVar("R")


def codes_in_force(session: Session, viewer: Viewer) -> dict[str, str]:  # noqa: ARG001
    """Communes of the map in force, each with its province; the map is public."""
    c = communes.c
    statement = (
        select(c.code, c.province_code)
        .join(boundary_versions, c.version_id == boundary_versions.c.id)
        .where(boundary_versions.c.is_current.is_(True))
        .order_by(c.code)
    )
    return dict(session.execute(statement).all())


def by_commune(
    session: Session,
    viewer: Viewer,
    period: Period,
    placed: Iterable[tuple[R, str | None, str | None]],
) -> dict[str, list[R]]:
    """Records by commune; each comes with its commune on the map in force and on that of its day.

    A record of no known commune is left out. Where the period begins before the map in force
    did, a record of an old commune whose code this map does not have stands under that code
    too: such communes may have declared for the period.
    """
    found: dict[str, list[R]] = defaultdict(list)
    old: dict[str, list[R]] = defaultdict(list)
    for record, now, then in placed:
        if now is not None:
            found[now].append(record)
        if then is not None and then != now:
            old[then].append(record)
    after = codes_after(session, viewer, period) if old else None
    if after is not None:
        there = frozenset(session.scalars(after))
        found |= {code: records for code, records in old.items() if code not in there}
    return dict(found)


def codes_after(
    session: Session,
    viewer: Viewer,  # noqa: ARG001 - the map is public
    period: Period,
) -> Select[Any] | None:
    """The codes of the map in force, for a period that begins before that map did; else None.

    A record of a commune that is not among them counts under its old code too.
    """
    in_force = boundary_versions.c.is_current.is_(True)
    since = session.scalar(select(boundary_versions.c.valid_from).where(in_force))
    if since is None or period.start >= since:
        return None
    return select(communes.c.code).join(boundary_versions).where(in_force)
