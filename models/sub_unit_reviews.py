"""Quarterly reviews of hamlets and groups: drug-free or not, or not known. They only grow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from geo.records import Period
from models.additions import keep_others_from_writing
from models.disclosure import provinces_of, visible
from models.errors import ConflictError
from models.tables import sub_unit_reviews, sub_units
from models.viewers import Viewer


@dataclass(frozen=True, slots=True)
class Answer:
    """What is said of a hamlet in a quarter; `drug_free` None: somebody looked, not known."""

    sub_unit_id: int
    drug_free: bool | None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SubUnitReview(Answer):
    """An answer as it was recorded; `at` is UTC."""

    id: int
    period: Period
    at: datetime
    by: str


def reviews_of_commune(
    session: Session, viewer: Viewer, commune_code: str, *, known_at: datetime | None = None
) -> list[SubUnitReview]:
    """All reviews of the hamlets that a commune has now, the first recorded first.

    With `known_at` (UTC) those recorded by then. None outside the viewer's scope.
    """
    c = sub_unit_reviews.c
    statement = (
        select(sub_unit_reviews)
        .join(sub_units, sub_units.c.id == c.sub_unit_id)
        .where(sub_units.c.commune_code == commune_code, visible(viewer, sub_units))
        .order_by(c.id)
    )
    if known_at is not None:
        statement = statement.where(c.at <= known_at)
    return [
        SubUnitReview(
            id=row.id,
            sub_unit_id=row.sub_unit_id,
            period=Period(row.period_start, row.period_end),
            drug_free=row.drug_free,
            note=row.note,
            at=row.at,
            by=row.by_user,
        )
        for row in session.execute(statement)
    ]


def standing_reviews(reviews: Iterable[SubUnitReview], quarter: Period) -> dict[int, SubUnitReview]:
    """The review of a quarter that holds, by hamlet: the one recorded last."""
    return {review.sub_unit_id: review for review in reviews if review.period == quarter}


def reviews_before(reviews: Iterable[SubUnitReview], quarter: Period) -> dict[int, SubUnitReview]:
    """By hamlet the review that holds of the latest quarter before this one."""
    earlier = [review for review in reviews if review.period.end < quarter.start]
    earlier.sort(key=lambda review: (review.period.end, review.id))
    return {review.sub_unit_id: review for review in earlier}


def record_reviews(
    session: Session,
    viewer: Viewer,
    commune_code: str,
    quarter: Period,
    answers: Sequence[Answer],
    *,
    at: datetime,
    seen: int | None = None,
) -> int:
    """Record the answers that differ from what holds; how many.

    `seen` is the number of the latest review of this quarter on the screen of who
    answers, 0 for none; None asks no such thing.

    Raises
    ------
    NotAllowedError
        If the viewer may not declare for the commune.
    ConflictError
        If a hamlet is not on the list of the commune (any more), or somebody else
        answered otherwise for one of those that differ.
    """
    province = provinces_of(session, [commune_code]).get(commune_code)
    viewer.require_declare(province, commune_code)
    keep_others_from_writing(session, sub_unit_reviews)
    _require_listed(session, viewer, commune_code, answers)
    known = standing_reviews(reviews_of_commune(session, viewer, commune_code), quarter)
    fresh = [answer for answer in answers if not _says(known, answer)]
    if seen is not None:
        _require_seen(known, fresh, seen)
    rows = [_row(answer, quarter) | {"at": at, "by_user": viewer.name} for answer in fresh]
    if rows:
        session.connection().execute(insert(sub_unit_reviews), rows)
    return len(rows)


def _row(answer: Answer, quarter: Period) -> dict[str, object]:
    """The columns of an answer, but for who gave it and when."""
    return {
        "sub_unit_id": answer.sub_unit_id,
        "period_start": quarter.start,
        "period_end": quarter.end,
        "drug_free": answer.drug_free,
        "note": answer.note,
    }


def _require_listed(
    session: Session, viewer: Viewer, commune_code: str, answers: Sequence[Answer]
) -> None:
    c = sub_units.c
    wanted = select(c.id).where(c.commune_code == commune_code, visible(viewer, sub_units))
    if not set(session.scalars(wanted)).issuperset(answer.sub_unit_id for answer in answers):
        raise ConflictError(
            "Danh sách thôn, tổ đã thay đổi sau khi đồng chí mở trang này. Chưa ghi gì; hãy xem "
            "lại danh sách mới bên dưới rồi lưu lần nữa."
        )


def _says(known: Mapping[int, SubUnitReview], answer: Answer) -> bool:
    held = known.get(answer.sub_unit_id)
    return held is not None and (held.drug_free, held.note) == (answer.drug_free, answer.note)


def _require_seen(known: Mapping[int, SubUnitReview], fresh: Sequence[Answer], seen: int) -> None:
    newer = [known[a.sub_unit_id] for a in fresh if a.sub_unit_id in known]
    if seen < 0 or any(review.id > seen for review in newer):
        raise ConflictError(
            "Đã có người rà soát quý này ở nơi khác sau khi đồng chí mở trang. Chưa ghi gì; câu "
            "trả lời đang lưu hiện ở từng dòng bên dưới. Bấm «Lưu» lần nữa thì nội dung đồng chí "
            "chọn thay bản ấy."
        )
