"""What the communes of records are called, on the map in force or on that of a record's own day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Text, case, cast, func, literal, select
from sqlalchemy.orm import Session

from geo.carried import MAP_SINCE
from models.tables import boundary_versions, commune_changes, communes, incidents

FORMER = "former"
"""The map of the name of a commune that is no more."""

Title = tuple[str | None, str | None]
"""A name, and the map that it is of: the day from which that holds, or `FORMER`."""


def title_columns(*, then: bool) -> dict[str, ColumnElement[Any]]:
    """`commune_name` and `boundary_map` as columns, for conditions on them."""
    c, v, old = incidents.c, boundary_versions.c, commune_changes.c
    code = c.commune_code if then else c.commune_code_now
    # Its number is asked for once, so that each name is one step in the index.
    in_force = select(v.id).where(v.is_current.is_(True)).scalar_subquery()
    wanted = (communes.c.version_id == in_force, communes.c.code == code)
    of_code = select(communes.c.full_name).where(*wanted)
    name: ColumnElement[Any] = of_code.scalar_subquery()
    since = select(cast(v.valid_from, Text)).where(v.is_current.is_(True)).scalar_subquery()
    of_map: ColumnElement[Any] = case((code.is_not(None), since))
    if then:
        is_old = c.occurred_on < MAP_SINCE
        former = select(func.min(old.old_full_name)).where(old.old_code == code).scalar_subquery()
        name = case((is_old, former), else_=name)
        of_map = case((is_old & code.is_not(None), literal(FORMER)), else_=of_map)
    return {"commune_name": name, "boundary_map": of_map}


class CommuneNames:
    """Names of communes with the maps that they are of, read as they are met."""

    def __init__(self, session: Session, *, then: bool) -> None:
        self._session = session
        self._then = then
        self._known: dict[tuple[str | None, bool], Title] = {
            (None, True): (None, None),
            (None, False): (None, None),
        }
        v = boundary_versions.c
        row = session.execute(select(v.id, v.valid_from).where(v.is_current.is_(True))).first()
        self._version: int | None = row and row.id
        since = row and row.valid_from
        self._since = None if since is None else since.isoformat()

    def of(
        self, then: Sequence[str | None], now: Sequence[str | None], days: Sequence[date]
    ) -> list[Title]:
        """Name and map of the commune of each record, by its codes of then and now and its day."""
        if self._then:
            keys = [(code, day < MAP_SINCE) for code, day in zip(then, days, strict=True)]
        else:
            keys = [(code, False) for code in now]
        new = set(keys) - self._known.keys()
        for is_old in (False, True):
            codes = sorted(code for code, old in new if code is not None and old is is_old)
            if codes:
                self._read(codes, is_old=is_old)
        return [self._known[key] for key in keys]

    def _read(self, codes: Sequence[str], *, is_old: bool) -> None:
        if is_old:
            c = commune_changes.c
            wanted = select(c.old_code, func.min(c.old_full_name)).group_by(c.old_code)
            wanted = wanted.where(c.old_code.in_(codes))
        else:
            u = communes.c
            wanted = select(u.code, u.full_name)
            wanted = wanted.where(u.version_id == self._version, u.code.in_(codes))
        names = dict(self._session.execute(wanted).all())
        of_map = FORMER if is_old else self._since
        self._known |= {(code, is_old): (names.get(code), of_map) for code in codes}
