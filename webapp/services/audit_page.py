"""The audit trail as administrators read it: filtered, a page at a time, or as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from geo.guarded_cells import guarded_csv
from models import audit, scopes
from models.audit import AuditEvent
from models.columns import json_text
from models.session import Database, unit_of_work
from models.users import folded
from models.viewers import Viewer
from webapp.audit_words import action_words, object_words, unit_code
from webapp.labels import HANOI, ROLES

PAGE = 50
MOST_ROWS = 100_000
"""Rows of one table: a spreadsheet holds no more than ten times as many."""

ERASED = "đã xóa theo thời hạn lưu"
_HEADINGS = (
    *("Số", "Thời điểm (giờ Việt Nam)", "Tài khoản", "Vai trò", "Phạm vi", "Địa chỉ mạng"),
    *("Việc", "Mã việc", "Đối tượng", "Mã đối tượng", "Chi tiết"),
)


@dataclass(frozen=True, slots=True)
class AuditQuery:
    """Which events are asked for; empty texts and no days mean all."""

    actor: str = ""
    action: str = ""
    object: str = ""
    address: str = ""
    since: date | None = None
    until: date | None = None
    before: int | None = None


@dataclass(frozen=True, slots=True)
class AuditPage:
    """Events, the latest first, with the names of the units that they are about by code.

    `older` is the number before which the next page begins.
    """

    events: Sequence[AuditEvent]
    older: int | None
    names: Mapping[str, str]


def open_trail(database: Database, viewer: Viewer, query: AuditQuery) -> AuditPage:
    """A page of events inside the viewer's scope.

    Raises
    ------
    NotAllowedError
        If the viewer is no administrator.
    """
    found = _events(database, viewer, query, PAGE + 1)
    older = found[PAGE - 1].id if len(found) > PAGE else None
    return AuditPage(found[:PAGE], older, _names(database, viewer, found))


def write_trail(database: Database, viewer: Viewer, query: AuditQuery) -> tuple[str, int]:
    """All events that the filters leave as CSV, and how many they are."""
    found = _events(database, viewer, query, MOST_ROWS)
    names = _names(database, viewer, found)
    return guarded_csv([_HEADINGS, *(_row(event, names) for event in found)]), len(found)


def _names(database: Database, viewer: Viewer, events: Sequence[AuditEvent]) -> Mapping[str, str]:
    codes = {code for event in events if (code := unit_code(event))}
    with unit_of_work(database, viewer, read_only=True) as session:
        return scopes.names_of(session, viewer, codes)


def _events(database: Database, viewer: Viewer, query: AuditQuery, limit: int) -> list[AuditEvent]:
    with unit_of_work(database, viewer, read_only=True) as session:
        return audit.list_events(
            session,
            viewer,
            limit,
            before_id=query.before,
            actor=folded(query.actor) or None,
            action=query.action or None,
            object=query.object.strip() or None,
            address=query.address.strip() or None,
            since=_begin(query.since),
            until=None if query.until is None else _begin(query.until + timedelta(days=1)),
        )


def _begin(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time.min, HANOI)


def _row(event: AuditEvent, names: Mapping[str, str]) -> tuple[str | int, ...]:
    gone = ERASED if event.erased else ""
    return (
        event.id,
        f"{event.at.astimezone(HANOI):%d/%m/%Y %H:%M:%S}",
        event.actor or gone,
        ROLES[event.role],
        event.scope,
        event.address or gone,
        str(action_words(event.action)),
        event.action,
        str(object_words(event, names)),
        event.object,
        json_text(event.detail),
    )
