"""The contents of records that stood at a moment, whatever happened to them since.

A content stands from the moment of its import until another import, or the undoing of one,
puts another in its place; `record_versions` keeps it then. A record counts unless by that
moment its import had been undone or a person had merged it into another. Its place is the one
that the reviews of its place had left by then.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    Text,
    and_,
    cast,
    func,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from geo.records import Placement
from geo.terms import Layer
from models.additions import UNDONE
from models.disclosure import in_scope
from models.record_versions import Content
from models.reviews import placement_from
from models.session import beyond_scope
from models.tables import audit_events, imports, place_reviews, record_versions
from models.viewers import ScopeKind, Viewer

_MERGING = {"merge_incidents": 1, "undo_merge_incidents": -1}


@dataclass(frozen=True, slots=True)
class Replaced:
    """A content that stood at the moment asked for and was replaced at `until`."""

    content: Content
    until: datetime


@dataclass(frozen=True, slots=True)
class Past:
    """What a layer was at a moment.

    `changed` are the keys of all records that were given another content since, `replaced`
    what stood in their place, by key. `_undone` says of every import there was by then when
    it was undone.
    """

    known_at: datetime
    changed: frozenset[str]
    replaced: Mapping[str, Replaced]
    _undone: Mapping[int, datetime | None]
    _moves: Mapping[int, Sequence[tuple[datetime, Mapping[str, Any]]]]
    _merged: frozenset[int]

    def held(self, id_: int, import_id: int | None, withdrawn: str | None) -> bool:
        """Whether a record of a content that an import brought counted at the moment."""
        if import_id is None or import_id not in self._undone or id_ in self._merged:
            return False
        undone_at = self._undone[import_id]
        return withdrawn != UNDONE or (undone_at is not None and undone_at > self.known_at)

    def place(self, id_: int, until: datetime | None) -> Placement | None:
        """Where a record lay if a person moved it since, while its content stood."""
        for at, lay in self._moves.get(id_, ()):
            return placement_from(dict(lay)) if until is None or at < until else None
        return None


@dataclass(frozen=True, slots=True)
class Area:
    """Whose records are meant: those the viewer sees, of a province or commune."""

    viewer: Viewer
    province_code: str | None
    commune_code: str | None

    def sql(self, table: Table) -> ColumnElement[bool]:
        """The records that lie there now."""
        found = [in_scope(self.viewer, table)]
        if self.province_code is not None:
            found.append(table.c.province_code == self.province_code)
        if self.commune_code is not None:
            found.append(table.c.commune_code_now == self.commune_code)
        return and_(*found)

    def mentions(self) -> list[str]:
        """Texts of which the content of a record of this area holds one."""
        if self.commune_code is not None:
            return [f'"commune_code_now": "{self.commune_code}"']
        if self.province_code is not None:
            return [f'"province_code": "{self.province_code}"']
        of_commune = self.viewer.scope.kind is ScopeKind.COMMUNE
        name = "commune_code_now" if of_commune else "province_code"
        return [f'"{name}": "{code}"' for code in sorted(self.viewer.scope.codes)]

    def has(self, province_code: str | None, commune_code_now: str | None) -> bool:
        """Whether a record of a province and a commune of the map in force lies there."""
        return (
            self.viewer.scope.covers(province_code, commune_code_now)
            and self.province_code in (None, province_code)
            and self.commune_code in (None, commune_code_now)
        )


@beyond_scope
def past_of(
    session: Session,
    layer: Layer,
    known_at: datetime,
    *,
    mentions: Sequence[str] = (),
    areas: Sequence[str] = (),
) -> Past:
    """What became of the records of a layer since a moment.

    `mentions` are texts of which a replaced content must hold one to be of interest, and so
    are `areas` unless a person moved the record since.
    """
    return Past(
        known_at=known_at,
        changed=frozenset(session.scalars(changed_since(layer, known_at))),
        replaced=_replaced(session, layer, known_at, mentions, areas),
        _undone=_imports(session, known_at),
        _moves=_moves(session, layer, known_at),
        _merged=_merged(session, known_at) if layer is Layer.INCIDENTS else frozenset(),
    )


def moved_since(layer: Layer, known_at: datetime) -> Select[Any]:
    """Numbers of the records about whose place a person decided after a moment."""
    c = place_reviews.c
    return select(c.record_id).where(c.layer == layer.value, _decided_since(known_at))


def _decided_since(known_at: datetime) -> ColumnElement[bool]:
    c = place_reviews.c
    return or_(c.at > known_at, c.undone_at > known_at)


def _until() -> ColumnElement[datetime]:
    """When a version was replaced: with an import at the moment of the import."""
    return func.coalesce(imports.c.at, record_versions.c.replaced_at)


def changed_since(layer: Layer, known_at: datetime) -> Select[Any]:
    """Keys of the records of which a content was replaced after a moment, once for each."""
    c = record_versions.c
    by_import = record_versions.outerjoin(imports, imports.c.id == c.replaced_by_import)
    since = _until() > known_at
    return select(c.record_key).select_from(by_import).where(c.layer == layer.value, since)


def _replaced(
    session: Session,
    layer: Layer,
    known_at: datetime,
    mentions: Sequence[str],
    areas: Sequence[str],
) -> dict[str, Replaced]:
    """The first content replaced after the moment, by key."""
    c = record_versions.c
    by_import = record_versions.outerjoin(imports, imports.c.id == c.replaced_by_import)
    changed = (
        changed_since(layer, known_at).with_only_columns(func.min(c.id)).group_by(c.record_key)
    )
    statement = select(c.record_key, c.content, _until()).select_from(by_import)
    statement = statement.where(c.id.in_(changed))
    text = type_coerce(c.content, Text)
    if mentions:
        statement = statement.where(or_(*(text.contains(words) for words in mentions)))
    if areas:
        moved = moved_since(layer, known_at).with_only_columns(
            cast(place_reviews.c.record_id, Text)
        )
        here = or_(*(text.contains(words) for words in areas))
        statement = statement.where(or_(here, c.record_key.in_(moved)))
    return {key: Replaced(content, until) for key, content, until in session.execute(statement)}


def _imports(session: Session, known_at: datetime) -> dict[int, datetime | None]:
    c = imports.c
    arrived = select(c.id, c.undone_at).where(c.at <= known_at)
    return dict(session.execute(arrived).all())


def _moves(
    session: Session, layer: Layer, known_at: datetime
) -> dict[int, list[tuple[datetime, Mapping[str, Any]]]]:
    """By record the decisions since, made or undone, each with the place before it."""
    c = place_reviews.c
    found: dict[int, list[tuple[datetime, Mapping[str, Any]]]] = defaultdict(list)
    statement = select(place_reviews).where(c.layer == layer.value, _decided_since(known_at))
    for row in session.execute(statement.order_by(c.id)):
        if row.at > known_at:
            found[row.record_id].append((row.at, row.before))
        else:
            found[row.record_id].append((row.undone_at, row.after))
    return {id_: sorted(moves, key=lambda move: move[0]) for id_, moves in found.items()}


def _merged(session: Session, known_at: datetime) -> frozenset[int]:
    """Incidents that were merged into another at the moment, by the audit trail."""
    c = audit_events.c
    merges: Counter[int] = Counter()
    statement = select(c.action, c.object).where(c.action.in_(_MERGING), c.at <= known_at)
    for action, what in session.execute(statement):
        merges[int(what.removeprefix("incident:"))] += _MERGING[action]
    return frozenset(id_ for id_, n in merges.items() if n > 0)
