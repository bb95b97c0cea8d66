"""What is sent from the page of hamlets: changes of the list and the quarterly review.

Every change of the list is an import of its own, in one transaction with its audit.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from geo.persons import cell_text
from geo.records import Period
from geo.sub_unit_names import SubUnitName, read_sub_unit
from geo.terms import Layer, SubUnitKind
from geo.typed_text import typed_text, was_blanked, without_marks
from models import audit, communes, imports, sub_unit_changes, sub_unit_reviews
from models.audit_fields import told_changes
from models.errors import InvalidValueError
from models.imports import NewImport
from models.record_changes import changes_by_import
from models.repeating import repeatable
from models.session import Database, Session, unit_of_work
from models.sub_unit_reviews import Answer
from models.sub_units import HAND_SOURCE
from models.viewers import Viewer
from webapp.services.consequences import follow_import
from webapp.services.hamlets import require_quarter
from webapp.told import told

MAX_NAME, MAX_REASON, MAX_NOTE = 80, 200, 200

Write = Callable[[Session, int], None]


@dataclass(frozen=True, slots=True)
class GivenAnswer:
    """One line of the review as it was sent; `drug_free` None: not known."""

    sub_unit_id: int
    drug_free: bool | None
    note: str = ""


@repeatable
def add(database: Database, viewer: Viewer, code: str, name: str, *, at: datetime) -> str:
    """Add a hamlet to the list of a commune; what was done, in a sentence.

    Raises
    ------
    InvalidValueError
        If the name cannot be used; the message says why.
    NotAllowedError, ConflictError, NotFoundError
        As the store says.
    """
    kept, normal = read_name(name)

    def write(session: Session, import_id: int) -> None:
        sub_unit_changes.add_hamlet(
            session, viewer, code, name=kept, normal=normal, import_id=import_id
        )

    with unit_of_work(database, viewer) as session:
        _as_import(session, viewer, code, f"Thêm «{kept}»", write, at=at, accepted=1)
    return told("Đã thêm «{name}» vào danh sách.", name=kept)


@repeatable
def rename(
    database: Database,
    viewer: Viewer,
    code: str,
    id: int,
    name: str,
    *,
    at: datetime,
    seen: int | None = None,
) -> str:
    """Give a hamlet another name; what was done, in a sentence.

    Raises
    ------
    InvalidValueError, NotAllowedError, ConflictError, NotFoundError
        As `add`.
    """
    kept, normal = read_name(name)

    def write(session: Session, import_id: int) -> None:
        sub_unit_changes.rename_hamlet(
            session, viewer, code, id, name=kept, normal=normal, import_id=import_id, seen=seen
        )

    with unit_of_work(database, viewer) as session:
        old = sub_unit_changes.find_hamlet(session, viewer, code, id).name
        if old == kept:
            return told("«{name}» vẫn giữ tên như cũ.", name=kept)
        _as_import(session, viewer, code, f"Đổi tên «{old}» thành «{kept}»", write, at=at)
    return told("Đã đổi tên «{old}» thành «{name}».", old=old, name=kept)


@repeatable
def take_off(
    database: Database,
    viewer: Viewer,
    code: str,
    id: int,
    reason: str,
    *,
    at: datetime,
    seen: int | None = None,
) -> str:
    """Take a hamlet off the list, with a reason; what was done, in a sentence.

    Raises
    ------
    InvalidValueError
        If no reason is given that may be kept; the other errors are those of `add`.
    """
    why = typed_text(reason)[:MAX_REASON]
    if not without_marks(why):
        raise InvalidValueError(
            "Hãy ghi lý do bỏ khỏi danh sách, ví dụ «sáp nhập vào Thôn 2»; không ghi tên người."
        )

    def write(session: Session, import_id: int) -> None:
        sub_unit_changes.take_off_hamlet(session, viewer, code, id, import_id=import_id, seen=seen)

    with unit_of_work(database, viewer) as session:
        name = sub_unit_changes.find_hamlet(session, viewer, code, id).name
        _as_import(session, viewer, code, f"Bỏ «{name}» khỏi danh sách: {why}", write, at=at)
    return told("Đã bỏ «{name}» khỏi danh sách; có thể khôi phục ở cuối trang.", name=name)


@repeatable
def bring_back(
    database: Database,
    viewer: Viewer,
    code: str,
    id: int,
    *,
    at: datetime,
    seen: int | None = None,
) -> str:
    """Bring a hamlet back that a person took off; what was done, in a sentence.

    Raises
    ------
    NotAllowedError, ConflictError, NotFoundError
        As `add`.
    """

    def write(session: Session, import_id: int) -> None:
        sub_unit_changes.bring_back_hamlet(
            session, viewer, code, id, import_id=import_id, seen=seen
        )

    with unit_of_work(database, viewer) as session:
        name = sub_unit_changes.find_hamlet(session, viewer, code, id).name
        _as_import(session, viewer, code, f"Khôi phục «{name}»", write, at=at)
    return told("Đã khôi phục «{name}» vào danh sách.", name=name)


@repeatable
def review(
    database: Database,
    viewer: Viewer,
    code: str,
    quarter: Period,
    given: Sequence[GivenAnswer],
    *,
    today: date,
    at: datetime,
    seen: int | None = None,
) -> int:
    """Record the review of a quarter; how many answers differ from what held.

    Raises
    ------
    PeriodError
        If the period is no quarter that has begun.
    NotAllowedError, ConflictError
        As `models.sub_unit_reviews.record_reviews`.
    """
    require_quarter(quarter, today)
    answers = [
        Answer(one.sub_unit_id, one.drug_free, typed_text(one.note)[:MAX_NOTE]) for one in given
    ]
    with unit_of_work(database, viewer) as session:
        n = sub_unit_reviews.record_reviews(
            session, viewer, code, quarter, answers, at=at, seen=seen
        )
        if n:
            days = {"from": quarter.start.isoformat(), "to": quarter.end.isoformat()}
            audit.record(
                session, viewer, "review_sub_units", f"commune:{code}", {**days, "n": n}, at=at
            )
    return n


def read_name(text: str) -> tuple[str, SubUnitName]:
    """A name as it is kept, and its normal form.

    Raises
    ------
    InvalidValueError
        If it is none, has no kind, or names a person.

    Examples
    --------
    >>> kept, normal = read_name("  tổ dân phố   05 ")
    >>> kept, str(normal)
    ('Tổ dân phố 05', 'to:5')
    """
    name = cell_text(text)
    if not name:
        raise InvalidValueError("Hãy ghi tên thôn, tổ, ví dụ «Thôn 3» hoặc «Tổ dân phố 5».")
    if len(name) > MAX_NAME:
        raise InvalidValueError(f"Tên dài quá {MAX_NAME} ký tự; hãy ghi tên gọi ngắn.")
    if was_blanked(name):
        raise InvalidValueError(
            "Tên này giống tên người hoặc có số giấy tờ, số điện thoại; hãy ghi tên gọi của thôn, "
            "tổ, không ghi tên người."
        )
    normal = read_sub_unit(name)
    if normal is None:
        raise InvalidValueError(f"«{name}» chỉ có loại, chưa có tên: ghi đủ, ví dụ «Thôn 3».")
    if normal.kind is SubUnitKind.OTHER:
        raise InvalidValueError(
            f"«{name}» chưa có loại: ghi đủ như «Thôn {name}», «Bản {name}» hoặc «Tổ dân phố 5»."
        )
    return name[0].upper() + name[1:], normal


def _as_import(
    session: Session,
    viewer: Viewer,
    code: str,
    told: str,
    write: Write,
    *,
    at: datetime,
    accepted: int = 0,
) -> None:
    """Write a change of the list by the road of every import: counted, linked, audited."""
    writer = sub_unit_changes.writer_in(session, viewer, code)
    unit = communes.find_commune(session, viewer, code)
    name = f"{told} ({unit.full_name})"
    digest = hashlib.sha256(f"{name} {at.isoformat()}".encode()).hexdigest()
    new = NewImport(Layer.SUB_UNITS, name, digest, HAND_SOURCE)
    import_id = imports.add_import(session, writer, new, at=at)
    write(session, import_id)
    follow_import(session, writer, Layer.SUB_UNITS, import_id)
    imports.finish_import(
        session,
        writer,
        import_id,
        accepted=accepted,
        changed=1 - accepted,
        unchanged=0,
        rejected=0,
    )
    counts = {"accepted": accepted, "unchanged": 0, "changed": 1 - accepted, "rejected": 0}
    what = {"layer": Layer.SUB_UNITS.value, "import_id": import_id, "sha256": digest}
    detail = what | counts | told_changes(changes_by_import(session, viewer, import_id))
    audit.record(session, viewer, "import", f"import:{import_id}", detail, at=at)
