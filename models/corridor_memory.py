"""Key routes as they are stored, and as the site knew them at an earlier moment."""

# ruff: noqa: ARG001 - everybody signed in reads routes; who asks is named so that this can change

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import shapely
from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from geo.records import Corridor
from geo.standing_terms import CorridorMode, CorridorReach
from geo.terms import Layer
from models.additions import UNDONE
from models.record_versions import Content
from models.session import beyond_scope
from models.tables import corridors, imports, record_versions
from models.viewers import Viewer

_DAYS = ("decided_on", "valid_from", "valid_to")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCorridor(Corridor):
    """A route with its number here; `withdrawn` says why it is out of use, None while it is.

    `moved_since`: its line or width is another by now.
    """

    id: int
    import_id: int | None
    withdrawn: str | None
    created_at: datetime
    created_by: str
    moved_since: bool = False


def stored_corridor(row: Row[Any]) -> StoredCorridor:
    """A route from its row."""
    return _corridor(dict(row._mapping), {})


@beyond_scope
def known_corridors(
    session: Session, viewer: Viewer, known_at: datetime | None
) -> list[StoredCorridor]:
    """The routes in use by name, now or as the site knew them at a moment (UTC)."""
    c = corridors.c
    if known_at is None:
        rows = session.execute(select(corridors).where(c.withdrawn.is_(None)))
        found = [stored_corridor(row) for row in rows]
    else:
        found = _known(session, known_at)
    return sorted(found, key=lambda corridor: (corridor.name, corridor.id))


def _known(session: Session, known_at: datetime) -> list[StoredCorridor]:
    rows = session.execute(select(corridors).where(corridors.c.created_at <= known_at)).all()
    then = _contents_then(session, known_at)
    found = [_corridor(dict(row._mapping), then.get(str(row.id), {})) for row in rows]
    undone = _undone_later(session, known_at)
    return [
        each
        for each in found
        if each.withdrawn is None or (each.withdrawn == UNDONE and each.import_id in undone)
    ]


def _contents_then(session: Session, known_at: datetime) -> dict[str, Content]:
    """What stood at a moment where something took its place since: the first version after it."""
    c = record_versions.c
    wanted = select(c.record_key, c.content).where(
        c.layer == Layer.CORRIDORS.value, c.replaced_at > known_at
    )
    found: dict[str, Content] = {}
    for key, content in session.execute(wanted.order_by(c.id)):
        found.setdefault(key, content)
    return found


def _undone_later(session: Session, known_at: datetime) -> set[int]:
    """Imports of routes that were undone after a moment: what they brought stood then."""
    c = imports.c
    wanted = select(c.id).where(c.layer == Layer.CORRIDORS.value, c.undone_at > known_at)
    return set(session.scalars(wanted))


def _corridor(now: dict[str, Any], then: Mapping[str, Any]) -> StoredCorridor:
    values = {**now, **_typed(then)}
    geometry, width_m = values["geom"], values["width_m"]
    moved = width_m != now["width_m"] or not shapely.equals_exact(geometry, now["geom"])
    return StoredCorridor(
        ref=values["ref"],
        source=values["source"],
        name=values["name"],
        mode=CorridorMode(values["mode"]),
        reach=CorridorReach(values["reach"]),
        decision=values["decision"],
        decided_on=values["decided_on"],
        valid_from=values["valid_from"],
        valid_to=values["valid_to"],
        width_m=width_m,
        geometry=geometry,
        note=values["note"],
        line=values["line"],
        id=now["id"],
        import_id=values["import_id"],
        withdrawn=values["withdrawn"],
        created_at=now["created_at"],
        created_by=now["created_by"],
        moved_since=moved,
    )


def _typed(content: Mapping[str, Any]) -> dict[str, Any]:
    """The columns of a content, which holds days and the line as text."""
    found = dict(content)
    for name in _DAYS:
        if found.get(name) is not None:
            found[name] = date.fromisoformat(found[name])
    if "geom" in found:
        found["geom"] = shapely.from_wkb(bytes.fromhex(found["geom"]))
    return found
