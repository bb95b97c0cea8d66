"""The review queue as a list: rows that say the same place are one question.

One decision settles all rows of a question. The largest questions come first,
and among equal ones those that are written alike stand together.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TypeVar

from geo.records import PlaceQuery
from geo.text import strip_kind
from models import communes, review_log, review_queue, reviews
from models.errors import NotFoundError
from models.review_queue import WaitingRow
from models.reviews import ReviewRow, RowId
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.labels import HANOI
from webapp.services.stamps import stamp_of
from webapp.told import Told, as_written, told, told_list

PAGE = 40
"""Questions on a page of the list."""

GONE = told("Các dòng này đã được xử lý hoặc không còn trong hàng chờ. Hãy chọn dòng khác.")
NOTHING_WRITTEN = told("(không ghi địa điểm)")

K = TypeVar("K", str, int)

_PARTS = ("address", "commune_name", "district_name", "province_name")


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which questions are meant; empty means all of the viewer's scope."""

    province_code: str | None = None
    source: str | None = None
    import_id: int | None = None
    doubt: str | None = None

    def takes(self, row: WaitingRow) -> bool:
        """Whether a row is meant."""
        return (
            self.province_code in (None, row.province_code)
            and self.source in (None, row.source)
            and self.import_id in (None, row.import_id)
            and self.doubt in (None, row.doubt.value)
        )


@dataclass(frozen=True, slots=True)
class Question:
    """Rows of one source that say the same place."""

    id: str
    rows: tuple[WaitingRow, ...]

    @property
    def row_ids(self) -> list[RowId]:
        """Its rows by layer and number."""
        return [RowId(row.layer, row.id) for row in self.rows]

    @property
    def order(self) -> tuple[int, str, str]:
        """Where it stands in the list: its size, its words, its number."""
        return -len(self.rows), self.rows[0].written.key[:40], self.id


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A question in the list."""

    id: str
    n: int
    source: str
    doubt: str
    written: str
    province_name: str
    recent: bool | None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """A page of the list, what of it waits in all, and what it can be narrowed to.

    `picked` is the question that is open: the one asked for, else the first of
    the page; None where it does not wait any more.
    """

    lines: tuple[QuestionLine, ...]
    picked: Question | None
    next_after: str
    n_rows: int
    n_questions: int
    provinces: tuple[tuple[str, str, int], ...]
    sources: tuple[tuple[str, int], ...]
    imports: tuple[tuple[int, int], ...]
    doubts: tuple[tuple[str, int], ...]
    decided_today: int


def waiting_count(database: Database, viewer: Viewer) -> int:
    """How many rows wait for the viewer; none for who may not decide."""
    if not viewer.may_write:
        return 0
    with unit_of_work(database, viewer, read_only=True) as session:
        return review_queue.waiting_count(session, viewer)


def open_queue(
    database: Database,
    viewer: Viewer,
    wanted: QueueFilter,
    today: date,
    *,
    after: str = "",
    picked: str = "",
) -> QueuePage:
    """A page of the list: the first, or the one behind the question that `after` marks."""
    with unit_of_work(database, viewer, read_only=True) as session:
        rows = review_queue.waiting_rows(session, viewer)
        questions = questions_of(row for row in rows if wanted.takes(row))
        page, more = _page(questions, after)
        names = communes.province_names(session, viewer)
        lines = tuple(_lines(session, viewer, page, names))
        midnight = datetime.combine(today, time(), HANOI)
        decided_today = review_log.decided_since(session, viewer, midnight)
    provinces = Counter(row.province_code or "" for row in rows if row.province_code)
    first = page[0] if page and not picked else None
    return QueuePage(
        lines=lines,
        picked=next((each for each in questions if each.id == picked), first),
        next_after=_mark_of(page[-1]) if more else "",
        n_rows=sum(len(question.rows) for question in questions),
        n_questions=len(questions),
        provinces=tuple((code, names.get(code, code), n) for code, n in sorted(provinces.items())),
        sources=_counted(row.source for row in rows),
        imports=_counted(row.import_id for row in rows),
        doubts=tuple(Counter(row.doubt.value for row in rows).most_common()),
        decided_today=decided_today,
    )


def find_question(
    database: Database, viewer: Viewer, wanted: QueueFilter, question_id: str
) -> Question:
    """One question of the list.

    Raises
    ------
    NotFoundError
        If nothing of it waits any more inside the viewer's scope.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        rows = review_queue.waiting_rows(session, viewer, wanted.source)
    found = questions_of(row for row in rows if row.group == question_id and wanted.takes(row))
    if not found:
        raise NotFoundError(GONE)
    return found[0]


def questions_of(rows: Iterable[WaitingRow]) -> list[Question]:
    """Rows put together into questions, in the order of the list."""
    groups: dict[str, list[WaitingRow]] = defaultdict(list)
    for row in rows:
        groups[row.group].append(row)
    found = [Question(id_, tuple(group)) for id_, group in groups.items()]
    return sorted(found, key=lambda question: question.order)


def stamp_of_places(rows: Iterable[ReviewRow]) -> str:
    """What rows say of their place: another import, or another map, may have changed it."""
    said = {(row.row.layer.value, row.row.id): (row.source, row.place) for row in rows}
    return stamp_of(*sorted(said.items(), key=lambda item: item[0]))


def written_line(place: PlaceQuery) -> Told:
    """The place as it was written, in one line.

    >>> written_line(PlaceQuery(address="Tổ 2", commune_name="Đắk Tô"))
    'Tổ 2, Đắk Tô'
    """
    parts = [as_written(part.strip()) for name in _PARTS if (part := getattr(place, name))]
    if place.commune_code:
        parts.append(told("mã {ref}", ref=place.commune_code))
    return told_list(parts) if parts else NOTHING_WRITTEN


def _page(questions: Sequence[Question], after: str) -> tuple[list[Question], bool]:
    """The questions behind a mark, and whether there are more."""
    rest = list(questions)
    if after:
        n, id_, words = [*after.split(".", 2), "", ""][:3]
        last = (-int(n) if n.isdigit() else 0, words, id_)
        rest = [question for question in questions if question.order > last]
    return rest[:PAGE], len(rest) > PAGE


def _mark_of(question: Question) -> str:
    n, words, id_ = question.order
    return f"{-n}.{id_}.{words}"


def _lines(
    session: Session, viewer: Viewer, questions: Sequence[Question], names: dict[str, str]
) -> Iterable[QuestionLine]:
    """The lines of a page; only the first row of each question is read for it."""
    firsts = {question.id: question.row_ids[0] for question in questions}
    places = {row.row: row.place for row in reviews.review_rows(session, viewer, firsts.values())}
    for question in questions:
        row = question.rows[0]
        place = places.get(firsts[question.id])
        yield QuestionLine(
            question.id,
            len(question.rows),
            row.source,
            row.doubt.value,
            NOTHING_WRITTEN if place is None else written_line(place),
            strip_kind(names.get(row.province_code or "", ""))[1],
            row.written.recent,
        )


def _counted(values: Iterable[K]) -> tuple[tuple[K, int], ...]:
    return tuple(sorted(Counter(values).items()))
