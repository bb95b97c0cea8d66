"""Facts of this installation, such as whether its data are simulated."""

from __future__ import annotations

from typing import Any

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from models.tables import site
from models.viewers import Viewer


def get(session: Session, viewer: Viewer, key: str, default: Any = None) -> Any:  # noqa: ARG001
    """The value under a key, or `default`; every viewer may ask."""
    row = session.execute(select(site.c.value).where(site.c.key == key)).first()
    return default if row is None else row.value


def put(session: Session, viewer: Viewer, key: str, value: Any) -> None:
    """Set a value that JSON can hold.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator.
    """
    viewer.require_admin()
    session.execute(delete(site).where(site.c.key == key))
    session.execute(insert(site).values(key=key, value=value))
