"""Decisions of the review queue: made, undone, listed; each in the audit trail."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from geo.records import Placement
from geo.terms import Precision
from geo.text import fold
from models import aliases, audit, communes, renewals, review_log, review_queue, reviews
from models.aliases import NewAlias, written_key
from models.disclosure import require_inside
from models.errors import ConflictError, InvalidValueError, NotFoundError
from models.repeating import repeatable
from models.review_log import DecidedPlace
from models.reviews import METHOD, ReviewRow, RowId
from models.session import Database, Session, acting_for, unit_of_work
from models.viewers import SITE, Viewer
from webapp.services.consequences import PLACED_LAYERS, follow_placing, touched_rows
from webapp.services.place_memory import CommuneChoice, commune_choices, may_remember
from webapp.services.renew import renew_rows
from webapp.services.review_list import stamp_of_places, written_line
from webapp.told import told

CHOSEN = told("Người rà soát đã chọn xã.")
UNKNOWABLE = told("Người rà soát: không xác định được xã.")
SETTLED = told("Các dòng này đã được xử lý ở nơi khác hoặc vừa đổi nội dung. Hãy tải lại trang.")
MIXED = told("Các dòng ghi địa điểm khác nhau; hãy tải lại trang rồi xử lý từng nhóm.")
WORDLESS = told(
    "Các dòng này không ghi địa điểm nên không thể cùng nhận một xã. "
    "Hãy bổ sung địa điểm trong tệp gốc rồi nhập lại."
)

NAMELESS = told("Tệp không ghi đơn vị lập nên không nhớ được.")
PLACELESS = told("Cách ghi này không nêu địa điểm nào nên không nhớ được cho tệp sau.")
_NO_PLACE = frozenset(
    {"khong ro", "chua ro", "khong", "khong co", "khong xac dinh", "chua xac dinh"}
    | {"khong ro dia diem", "khong ro dia chi", "khong xac dinh duoc", "nhieu noi", "na"}
)
FOREIGN = told(
    "Chưa nhớ được cho nguồn này: với cùng cách ghi, lựa chọn đang được nhớ là một xã ngoài "
    "phạm vi của tài khoản nên được giữ nguyên."
)

_MOST_IN_AUDIT = 50


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person decided about rows; without a commune: none can be known.

    `seen` stamps what the rows said of their place (`review_list.stamp_of_places`).
    """

    rows: tuple[RowId, ...]
    commune_code: str | None
    remember: bool = False
    seen: str | None = None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a decision did: `n` rows, `n_points` of them keep their coordinates.

    `not_remembered` says why the choice serves no other file though that was asked for.
    """

    id: int
    n: int
    n_points: int
    commune_name: str | None
    remembered: bool
    not_remembered: str
    waiting: int


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What undoing did; `n_changed` rows had been changed since and stay.

    `n_reopened` other rows had been placed by what was remembered and wait now, too.
    """

    n: int
    n_changed: int
    n_reopened: int
    waiting: int


@dataclass(frozen=True, slots=True)
class DecisionLine:
    """A decision in the list of what was decided."""

    decided: DecidedPlace
    commune_name: str | None
    written: str


@repeatable
def decide(database: Database, viewer: Viewer, answer: Answer, now: datetime) -> Decided:
    """Settle the rows of a question in one transaction.

    Raises
    ------
    ConflictError
        If none of the rows waits any more, or they say another place by now.
    InvalidValueError
        If the rows do not say the same place, or say none and a commune is given.
    NotAllowedError, NotFoundError
        If the viewer may not write there, or the map in force has no such commune.
    """
    viewer.require_write()
    with unit_of_work(database, viewer) as session:
        rows = _still_waiting(session, viewer, answer)
        choice = _choice(session, viewer, answer.commune_code)
        key = _common_key(rows)
        if choice is not None and not key:
            raise InvalidValueError(WORDLESS)
        changes = [(row, _placed(row, choice)) for row in rows]
        alias_id, not_remembered = None, ""
        if answer.remember and choice is not None:
            new = NewAlias(rows[0].source, key, written_line(rows[0].place), choice.unit.code)
            alias_id, not_remembered = _remember(session, viewer, new, now)
        before = touched_rows(session, [row.row for row in rows])
        decision_id = reviews.add_decision(session, viewer, changes, alias_id, at=now)
        follow_placing(session, viewer, [row.row for row in rows], before=before)
        detail = _detail(changes, answer, alias_id)
        audit.record(session, viewer, "review", f"decision:{decision_id}", detail, at=now)
        waiting = review_queue.waiting_count(session, viewer)
    return Decided(
        decision_id,
        len(changes),
        sum(after.precision is Precision.EXACT for _, after in changes),
        choice.unit.full_name if choice else None,
        alias_id is not None,
        not_remembered,
        waiting,
    )


@repeatable
def undo(database: Database, viewer: Viewer, decision_id: int, now: datetime) -> TakenBack:
    """Take a decision back, and stop using what was remembered with it.

    Where another map was installed since, the rows are placed again on it.

    Raises
    ------
    NotFoundError
        If the viewer sees no such decision, or it is undone already.
    """
    with unit_of_work(database, viewer) as session:
        reviews.hold_places(session, viewer, PLACED_LAYERS)
        undone = reviews.undo_decision(session, viewer, decision_id, at=now)
        forgotten = undone.alias_id is not None and aliases.forget(session, viewer, undone.alias_id)
        if renewals.map_since(session, viewer, undone.decided_at):
            renew_rows(database, session, undone.restored)
        before = [undone.commune_code] if undone.commune_code else []
        follow_placing(session, viewer, undone.restored, before=before)
        reopened = _reopen(database, session, viewer, undone.alias_id) if forgotten else []
        detail = {
            "restored": len(undone.restored),
            "changed_since": [_name(row) for row in undone.changed_since[:_MOST_IN_AUDIT]],
            "commune_code": undone.commune_code,
            "alias_forgotten": undone.alias_id if forgotten else None,
            "reopened": [_name(row) for row in reopened[:_MOST_IN_AUDIT]],
            "n_reopened": len(reopened),
            "records": [_name(row) for row in undone.restored[:_MOST_IN_AUDIT]],
        }
        audit.record(session, viewer, "review_undo", f"decision:{decision_id}", detail, at=now)
        waiting = review_queue.waiting_count(session, viewer)
    return TakenBack(len(undone.restored), len(undone.changed_since), len(reopened), waiting)


def list_decisions(database: Database, viewer: Viewer) -> list[DecisionLine]:
    """The latest decisions inside the viewer's scope."""
    with unit_of_work(database, viewer, read_only=True) as session:
        found = review_log.recent_decisions(session, viewer)
        firsts = reviews.review_rows(session, viewer, [each.first for each in found])
        codes = [each.commune_code for each in found if each.commune_code]
        names = communes.names_of(session, viewer, codes)
    places = {row.row: written_line(row.place) for row in firsts}
    return [
        DecisionLine(
            each,
            None if each.commune_code is None else names.get(each.commune_code, each.commune_code),
            places.get(each.first, ""),
        )
        for each in found
    ]


def _remember(
    session: Session, viewer: Viewer, new: NewAlias, now: datetime
) -> tuple[int | None, str]:
    """The number of what is remembered, or why nothing is."""
    if not may_remember(new.source):
        return None, NAMELESS
    if fold(new.written) in _NO_PLACE:
        return None, PLACELESS
    alias_id = aliases.remember(session, viewer, new, at=now)
    return alias_id, FOREIGN if alias_id is None else ""


def _reopen(
    database: Database, session: Session, viewer: Viewer, alias_id: int | None
) -> list[RowId]:
    """Place again what a forgotten choice had placed; the rows of it that wait now."""
    alias = None if alias_id is None else aliases.find_alias(session, viewer, alias_id)
    if alias is None:
        return []
    rows = [RowId(*each) for each in aliases.rows_placed_by(session, viewer, alias)]
    before = touched_rows(session, rows)
    renew_rows(database, session, rows)
    follow_placing(session, viewer, rows, before=before)
    # A row that is nowhere now may be out of the viewer's sight: it waits all the same.
    with acting_for(session, SITE):
        return [each.row for each in reviews.review_rows(session, SITE, rows) if each.waiting]


def _still_waiting(session: Session, viewer: Viewer, answer: Answer) -> list[ReviewRow]:
    rows = reviews.review_rows(session, viewer, answer.rows, lock=True)
    if answer.seen not in (None, stamp_of_places(rows)):
        raise ConflictError(SETTLED)
    waiting = [row for row in rows if row.waiting]
    if not waiting:
        raise ConflictError(SETTLED)
    return waiting


def _choice(session: Session, viewer: Viewer, code: str | None) -> CommuneChoice | None:
    if code is None:
        return None
    choice = commune_choices(session, viewer, [code]).get(code)
    if choice is None:
        raise NotFoundError(
            told("Không có xã, phường, đặc khu nào mang mã «{code}».", code=code[:20])
        )
    require_inside(viewer, [code], {code: choice.unit.province_code})
    return choice


def _common_key(rows: Sequence[ReviewRow]) -> str:
    keys = {(row.source, written_key(row.place)) for row in rows}
    if len(keys) > 1:
        raise InvalidValueError(MIXED)
    return keys.pop()[1]


def _placed(row: ReviewRow, choice: CommuneChoice | None) -> Placement:
    if choice is not None:
        return choice.placement(
            row.place, row.placement, method=METHOD, confidence=1.0, note=CHOSEN
        )
    province = row.placement.province_code
    return Placement(
        Precision.PROVINCE if province else Precision.UNLOCATED,
        province_code=province,
        method=METHOD,
        confidence=1.0 if province else 0.0,
        candidates=row.placement.candidates,
        warnings=(UNKNOWABLE,),
    )


def _detail(
    changes: Sequence[tuple[ReviewRow, Placement]], answer: Answer, alias_id: int | None
) -> dict[str, Any]:
    """What was before and after, told by communes; each record's own is kept with the decision."""
    return {
        "n": len(changes),
        "source": changes[0][0].source,
        "records": [_name(row.row) for row, _ in changes[:_MOST_IN_AUDIT]],
        "before": _communes(row.placement for row, _ in changes),
        "after": _communes(after for _, after in changes),
        "commune_code": answer.commune_code,
        "alias_id": alias_id,
    }


def _communes(placements: Iterable[Placement]) -> dict[str, int]:
    return dict(Counter(f"{p.precision}:{p.commune_code_now or '-'}" for p in placements))


def _name(row: RowId) -> str:
    return f"{row.layer}:{row.id}"
