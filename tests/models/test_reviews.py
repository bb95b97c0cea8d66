"""The review queue and its decisions: who sees what, what is kept, what undoing restores."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from geo.records import Candidate, Incident, Placement, PlaceQuery
from geo.terms import Layer, Precision
from models import incidents, renewals, review_log, review_queue, reviews, tables
from models.errors import NotAllowedError, NotFoundError
from models.placements import renew
from models.review_queue import Doubt
from models.reviews import RowId
from models.session import Database, Session, unit_of_work
from models.tables import WAITING, place_reviews
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    NOON,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    PROVINCE_ONLY,
    UNLOCATED,
    a_hotspot,
    an_incident,
    keep_hotspots,
    keep_incidents,
    placed,
)

DOUBTFUL = Placement(
    Precision.COMMUNE,
    commune_code="23401",
    commune_code_now="23401",
    province_code="51",
    method="text",
    confidence=0.6,
    candidates=(Candidate("23401", 0.6), Candidate("23402", 0.4)),
    warnings=("Xã cũ được chia vào nhiều xã mới, cần chọn xã.",),
)
CHOSEN = replace(placed("23402", None, None), precision=Precision.COMMUNE, method="review")


def waiting(ref: str, address: str = "Xã Đắk Tô", **changes: object) -> Incident:
    place = PlaceQuery(address=address, on=date(2026, 3, 8))
    return an_incident(ref, **{"placement": DOUBTFUL, "place": place, **changes})


def _refs(session: Session, viewer: Viewer) -> list[str]:
    rows = review_queue.waiting_rows(session, viewer)
    found = reviews.review_rows(session, viewer, [RowId(row.layer, row.id) for row in rows])
    return [row.ref for row in found]


def _decide(session: Session, viewer: Viewer, *, at=NOON, after: Placement = CHOSEN) -> int:  # type: ignore[no-untyped-def]
    rows = review_queue.waiting_rows(session, viewer)
    found = reviews.review_rows(session, viewer, [RowId(row.layer, row.id) for row in rows])
    return reviews.add_decision(session, viewer, [(row, after) for row in found], None, at=at)


def _placements(session: Session) -> dict[str, Placement]:
    return {row.ref: row.placement for row in incidents.find_incidents(session, PLANNER)}


def test_what_is_not_placed_or_doubtful_waits_and_nothing_else(database: Database) -> None:
    keep_incidents(
        database,
        waiting("nghi ngờ"),
        waiting("chỉ biết tỉnh", placement=replace(PROVINCE_ONLY, confidence=1.0)),
        waiting("không rõ", placement=UNLOCATED),
        waiting("chắc chắn", placement=placed("23401")),
        waiting("đã quyết định", placement=replace(CHOSEN, precision=Precision.PROVINCE)),
    )
    keep_hotspots(database, a_hotspot("TĐ", placement=DOUBTFUL))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert _refs(session, PLANNER) == ["nghi ngờ", "chỉ biết tỉnh", "không rõ", "TĐ"]
        assert review_queue.waiting_count(session, PLANNER) == 4


def test_the_queue_is_cut_to_the_scope_in_the_query(database: Database) -> None:
    keep_incidents(
        database,
        waiting("ở 51"),
        waiting("ở 01", placement=replace(DOUBTFUL, province_code="01")),
        waiting("không ở đâu", placement=UNLOCATED),
    )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert _refs(session, PLANNER_51) == ["ở 51"]
        assert _refs(session, PLANNER_01) == ["ở 01"]
        assert len(_refs(session, PLANNER)) == 3
        assert [review_queue.waiting_count(session, v) for v in (PLANNER, PLANNER_51)] == [3, 1]


@pytest.mark.parametrize("viewer", [ANALYST, OFFICER])
def test_who_may_not_decide_has_no_queue(database: Database, viewer: Viewer) -> None:
    keep_incidents(database, waiting("1"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assert review_queue.waiting_count(session, viewer) == 0
        for act in (
            lambda: review_queue.waiting_rows(session, viewer),
            lambda: renewals.written_rows(session, viewer),
            lambda: renewals.stamps(session, viewer),
            lambda: reviews.hold_places(session, viewer, [Layer.INCIDENTS]),
            lambda: reviews.review_rows(session, viewer, [RowId(Layer.INCIDENTS, 1)]),
            lambda: reviews.add_decision(session, viewer, [], None, at=NOON),
            lambda: reviews.undo_decision(session, viewer, 1, at=NOON),
            lambda: reviews.end_decisions(session, viewer, [], at=NOON, reason="x"),
            lambda: reviews.decided_places(session, viewer, Layer.INCIDENTS, "A"),
            lambda: review_log.recent_decisions(session, viewer),
            lambda: review_log.decided_since(session, viewer, NOON),
        ):
            with pytest.raises(NotAllowedError):
                act()


def test_rows_that_say_the_same_place_are_one_group(database: Database) -> None:
    other_candidates = replace(DOUBTFUL, candidates=(Candidate("00004", 0.5),))
    keep_incidents(
        database,
        waiting("1", "Thôn 2, xã Mỹ Hoà"),
        waiting("2", "THÔN 2, XÃ MỸ HÒA"),
        waiting("3", "Thôn 3, xã Mỹ Hoà"),
        waiting("4", "Thôn 2, xã Mỹ Hoà", source="CÔNG AN TỈNH B"),
        waiting("5", "Thôn 2, xã Mỹ Hoà", placement=other_candidates),
        waiting("6", place=PlaceQuery(address="Thôn 2, xã Mỹ Hoà", on=date(2024, 1, 1))),
    )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        groups = [row.group for row in review_queue.waiting_rows(session, PLANNER)]
    assert groups[0] == groups[1]
    assert len(set(groups)) == 5


@pytest.mark.parametrize(
    ("placement", "doubt"),
    [
        (DOUBTFUL, Doubt.SPLIT),
        (replace(DOUBTFUL, warnings=("Địa chỉ không đủ rõ để chắc chắn về xã.",)), Doubt.UNSURE),
        (
            replace(DOUBTFUL, warnings=("Tọa độ nằm ở Xã A, địa chỉ ghi Xã B; cần kiểm tra.",)),
            Doubt.CONTRADICTION,
        ),
        (PROVINCE_ONLY, Doubt.PROVINCE),
        (UNLOCATED, Doubt.UNLOCATED),
    ],
)
def test_every_row_says_why_it_waits(
    sqlite_database: Database, placement: Placement, doubt: Doubt
) -> None:
    keep_incidents(sqlite_database, waiting("1", placement=placement))
    with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
        assert [row.doubt for row in review_queue.waiting_rows(session, PLANNER)] == [doubt]


def test_the_index_of_waiting_rows_serves_the_count(sqlite_database: Database) -> None:
    count = f"EXPLAIN QUERY PLAN SELECT count(*) FROM incidents WHERE {WAITING.text}"
    with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
        plan = " ".join(row[-1] for row in session.execute(text(count)))
    assert "ix_incidents_waiting" in plan


def test_a_decision_places_its_rows_and_keeps_what_was_before(database: Database) -> None:
    keep_incidents(database, waiting("1"), waiting("2"), waiting("3", "Xã khác"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        decision = _decide(session, PLANNER)
        assert set(_placements(session).values()) == {CHOSEN}
        assert review_queue.waiting_count(session, PLANNER) == 0
        [line] = review_log.recent_decisions(session, PLANNER)
        stored = session.execute(place_reviews.select()).all()
    assert (line.id, line.n, line.commune_code, line.by_user) == (decision, 3, "23402", "planner")
    assert {reviews.placement_from(review.before) for review in stored} == {DOUBTFUL}
    assert {reviews.placement_from(review.after) for review in stored} == {CHOSEN}


def test_undoing_restores_only_what_nobody_changed_since(database: Database) -> None:
    keep_incidents(database, waiting("1"), waiting("2"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        decision = _decide(session, PLANNER)
        moved = replace(CHOSEN, confidence=0.95, method="text")
        ids = {row.ref: row.id for row in incidents.find_incidents(session, PLANNER)}
        renew(session, PLANNER, tables.incidents, [(ids["2"], moved)])
        undone = reviews.undo_decision(session, PLANNER, decision, at=NOON)
        assert undone.restored == (RowId(Layer.INCIDENTS, ids["1"]),)
        assert undone.changed_since == (RowId(Layer.INCIDENTS, ids["2"]),)
        assert _placements(session) == {"1": DOUBTFUL, "2": moved}
        [line] = review_log.recent_decisions(session, PLANNER)
        assert (line.undone_at, line.undone_by) == (NOON, "planner")
        with pytest.raises(NotFoundError):
            reviews.undo_decision(session, PLANNER, decision, at=NOON)


def test_a_decision_is_undone_only_inside_the_scope(database: Database) -> None:
    keep_incidents(database, waiting("1"), waiting("2", placement=UNLOCATED))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        decision = _decide(session, PLANNER)
        with pytest.raises(NotFoundError):
            reviews.undo_decision(session, PLANNER_01, decision, at=NOON)
        # The one that lay nowhere would leave the scope: it stays as decided.
        undone = reviews.undo_decision(session, PLANNER_51, decision, at=NOON)
        assert len(undone.restored) == 1
        assert _placements(session) == {"1": DOUBTFUL, "2": CHOSEN}
        assert review_log.recent_decisions(session, PLANNER_01) == []


def test_undoing_is_offered_only_where_the_row_stays_in_the_scope(database: Database) -> None:
    keep_incidents(database, waiting("1", placement=UNLOCATED))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        _decide(session, PLANNER)
        offered = [
            [line.may_undo for line in review_log.recent_decisions(session, viewer)]
            for viewer in (PLANNER, PLANNER_51)
        ]
    assert offered == [[True], [False]]


def test_decisions_are_listed_latest_first_and_counted_by_day(database: Database) -> None:
    keep_incidents(database, waiting("1"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        first = _decide(session, PLANNER)
    keep_incidents(database, waiting("2"), waiting("3"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        later = NOON + timedelta(days=1)
        second = _decide(session, PLANNER, at=later)
        found = review_log.recent_decisions(session, PLANNER)
        assert [(line.id, line.n) for line in found] == [(second, 2), (first, 1)]
        assert review_log.decided_since(session, PLANNER, later) == 2
        assert review_log.decided_since(session, PLANNER_01, later) == 0
        reviews.undo_decision(session, PLANNER, second, at=later)
        assert review_log.decided_since(session, PLANNER, NOON) == 1


def test_a_row_that_waits_again_gets_a_new_decision_and_the_old_one_ends(
    database: Database,
) -> None:
    keep_incidents(database, waiting("1"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        first = _decide(session, PLANNER)
        [row] = incidents.find_incidents(session, PLANNER)
        renew(session, PLANNER, tables.incidents, [(row.id, DOUBTFUL)])
        second = _decide(session, PLANNER, at=NOON + timedelta(hours=1))
        live = {line.id: line.undone_at for line in review_log.recent_decisions(session, PLANNER)}
    assert live[first] is not None
    assert live[second] is None


def test_decided_places_are_known_by_ref_with_what_was_written(database: Database) -> None:
    keep_incidents(
        database, waiting("1"), waiting("trống", place=PlaceQuery()), waiting("2", source="B")
    )
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        _decide(session, PLANNER)
        found = reviews.decided_places(session, PLANNER, Layer.INCIDENTS, "CÔNG AN TỈNH A")
    assert {ref: placement for ref, (_, placement) in found.items()} == {"1": CHOSEN}
    assert "Xã Đắk Tô" in found["1"][0]
