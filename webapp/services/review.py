"""One question of the review queue with everything that helps to answer it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from geo.terms import Layer
from models import reviews
from models.errors import InvalidValueError, NotFoundError
from models.reviews import ReviewRow, RowId
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services.overview import find_version
from webapp.services.place_memory import (
    CommuneChoice,
    Point,
    commune_choices,
    may_remember,
    written_points,
)
from webapp.services.review_list import GONE, Question, stamp_of_places
from webapp.services.review_map import Named, ReviewMap, draw_review_map

MOST_CANDIDATES = 9
"""As many as there are digits to press."""

MOST_SHOWN = 5
"""Rows of a question that are told one by one."""

MOST_POINTS = 200
"""Points of a question that are drawn and compared with the candidates."""

PARTS = (
    ("address", ""),
    ("commune_name", "Xã, phường"),
    ("district_name", "Quận, huyện"),
    ("province_name", "Tỉnh, thành phố"),
    ("commune_code", "Mã xã"),
)

_LETTERS = {Layer.INCIDENTS: "v", Layer.HOTSPOTS: "d", Layer.FACILITIES: "c"}


@dataclass(frozen=True, slots=True)
class CandidateLine:
    """A commune to choose; the points of `n_inside` rows lie in it."""

    number: int
    code: str
    full_name: str
    province_name: str
    score: float
    n_inside: int
    allowed: bool


@dataclass(frozen=True, slots=True)
class QuestionDetail:
    """A question with everything that helps to answer it.

    `rows` travel with the answer: it is about these and no others, and about what they say
    of their place (`seen`). Without
    words there is nothing that rows have in common, so no commune can be given
    to them together (`may_choose`). A file that names no issuing body has
    nobody for whom to remember an answer (`may_remember`).
    """

    id: str
    rows: str
    seen: str
    n: int
    source: str
    doubt: str
    written: tuple[tuple[str, str], ...]
    days: tuple[date, date] | None
    recent: bool | None
    warnings: tuple[str, ...]
    candidates: tuple[CandidateLine, ...]
    n_points: int
    map: ReviewMap | None
    shown: tuple[ReviewRow, ...]
    coordinates: tuple[str, ...]
    may_choose: bool
    may_remember: bool
    province_code: str | None


def open_question(database: Database, viewer: Viewer, question: Question) -> QuestionDetail:
    """A question of the list in full.

    Raises
    ------
    NotFoundError
        If its rows are no longer inside the viewer's scope.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        rows = reviews.review_rows(session, viewer, question.row_ids)
        if not rows:
            raise NotFoundError(GONE)
        version, scores = find_version(session, viewer), _scores(rows)
        choices = commune_choices(session, viewer, scores)
    ordered = [choices[code] for code in scores if code in choices][:MOST_CANDIDATES]
    points = _points(rows)
    sure = [each[0] for each in points if len(each) == 1]
    around = _provinces(rows, ordered)
    named = _named(ordered)
    drawn = draw_review_map(database, version.id, named, around, sure) if version else None
    return QuestionDetail(
        id=question.id,
        rows=rows_text(row.row for row in rows),
        seen=stamp_of_places(rows),
        n=len(rows),
        source=rows[0].source,
        doubt=question.rows[0].doubt.value,
        written=_written(rows[0]),
        coordinates=_coordinates(rows),
        days=_days(rows),
        recent=question.rows[0].written.recent,
        warnings=tuple(dict.fromkeys(note for row in rows for note in row.placement.warnings)),
        candidates=tuple(_candidates(viewer, ordered, scores, points)),
        n_points=len(points),
        map=drawn,
        shown=tuple(rows[:MOST_SHOWN]),
        may_choose=bool(question.rows[0].written.key),
        may_remember=may_remember(rows[0].source),
        province_code=rows[0].placement.province_code,
    )


def rows_text(rows: Iterable[RowId]) -> str:
    """Records as text that travels with an answer.

    >>> rows_text([RowId(Layer.INCIDENTS, 12), RowId(Layer.HOTSPOTS, 3)])
    'v12,d3'
    """
    return ",".join(f"{_LETTERS[row.layer]}{row.id}" for row in rows)


def rows_from(text: str) -> list[RowId]:
    """The records back from their text.

    Raises
    ------
    InvalidValueError
        If the text is of another form.
    """
    layers = {letter: layer for layer, letter in _LETTERS.items()}
    found = []
    for part in text.split(","):
        letter, number = part[:1], part[1:]
        if letter not in layers or not number.isascii() or not number.isdigit() or len(number) > 18:
            raise InvalidValueError(f"Không đọc được danh sách dòng: «{part[:20]}».")
        found.append(RowId(layers[letter], int(number)))
    return found


def _scores(rows: Sequence[ReviewRow]) -> dict[str, float]:
    """Candidates of the rows with their best scores, best first."""
    best: dict[str, float] = {}
    for row in rows:
        for candidate in row.placement.candidates:
            code = candidate.commune_code
            best[code] = max(best.get(code, 0.0), candidate.score)
    return dict(sorted(best.items(), key=lambda item: (-item[1], item[0])))


def _points(rows: Sequence[ReviewRow]) -> list[tuple[Point, ...]]:
    """What the coordinates of the first rows may mean, of those that have any."""
    points = (written_points(row.place, row.placement) for row in rows[:MOST_POINTS])
    return [each for each in points if each]


def _named(choices: Sequence[CommuneChoice]) -> list[Named]:
    return [(c.unit.code, c.unit.full_name, c.coverage.geometry(c.unit.code)) for c in choices]


def _provinces(rows: Sequence[ReviewRow], choices: Sequence[CommuneChoice]) -> list[str]:
    of_rows = [row.placement.province_code for row in rows if row.placement.province_code]
    return list(dict.fromkeys([*(choice.unit.province_code for choice in choices), *of_rows]))


def _candidates(
    viewer: Viewer,
    choices: Sequence[CommuneChoice],
    scores: Mapping[str, float],
    points: Sequence[Sequence[Point]],
) -> Iterator[CandidateLine]:
    for number, choice in enumerate(choices, 1):
        unit = choice.unit
        yield CandidateLine(
            number,
            unit.code,
            unit.full_name,
            unit.province_name,
            scores[unit.code],
            sum(choice.holding(each) is not None for each in points),
            viewer.scope.covers(unit.province_code, unit.code),
        )


def _written(row: ReviewRow) -> tuple[tuple[str, str], ...]:
    parts = ((label, getattr(row.place, name)) for name, label in PARTS)
    return tuple((label, str(text)) for label, text in parts if text)


def _coordinates(rows: Sequence[ReviewRow]) -> tuple[str, ...]:
    """The coordinate cells of the first rows as they were written, each once."""
    found = []
    for row in rows[:MOST_POINTS]:
        place = row.place
        cells = (place.lat_cell, place.lon_cell, place.coordinate_cell)
        text = "; ".join(str(cell).strip() for cell in cells if cell is not None)
        if text.strip("; "):
            found.append(text)
    return tuple(dict.fromkeys(found))


def _days(rows: Sequence[ReviewRow]) -> tuple[date, date] | None:
    days = [row.place.on for row in rows if row.place.on is not None]
    return (min(days), max(days)) if days else None
