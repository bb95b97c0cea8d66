"""What two people do at the same time: one after the other, and nothing is lost by it."""

from __future__ import annotations

import threading
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

import pytest
from sqlalchemy import select, text

from geo.records import PlaceQuery
from geo.terms import Layer, Precision
from models import duplicate_decisions, duplicates, incidents, reviews, undone_imports
from models.duplicate_search import propose_for_import
from models.duplicates import PairState
from models.errors import BusyError, ConflictError, NotFoundError
from models.reviews import RowId
from models.session import Database, Session, unit_of_work
from models.tables import incidents as incidents_table
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import (
    NOON,
    PLANNER,
    UNLOCATED,
    an_import,
    an_incident,
    keep_incidents,
    placed,
)

CHOSEN = replace(placed("23402", None, None), precision=Precision.COMMUNE, method="review")
SOON_S = 0.4
"""Long enough for another transaction to run into a lock."""


def waiting(ref: str, **changes: object):  # type: ignore[no-untyped-def]
    return an_incident(ref, placement=UNLOCATED, place=PlaceQuery(address="Đâu đó"), **changes)


def the_pair(database: Database) -> duplicates.Pair:
    nearby = {"source": "CÔNG AN XÃ B", "placement": placed("23401", 108.0, 14.001)}
    for record in (an_incident(), an_incident("X-1", **nearby)):
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            import_id = an_import(session)
            incidents.add_incidents(session, PLANNER, [record], import_id)
            propose_for_import(session, PLANNER, import_id, unnamed="chung", at=NOON)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (pair,) = duplicates.list_proposals(session, PLANNER)
    return pair


def withdrawn(database: Database) -> dict[str, str | None]:
    c = incidents_table.c
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return dict(session.execute(select(c.ref, c.withdrawn)).all())


@pytest.mark.parametrize("undone", ["kept", "other"])
def test_a_merge_waits_for_the_import_that_is_being_undone_and_is_refused(
    database: Database, undone: str
) -> None:
    pair = the_pair(database)
    gone = pair.kept if undone == "kept" else pair.other
    stays = pair.other if undone == "kept" else pair.kept

    def merge() -> None:
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            duplicate_decisions.merge(session, PLANNER, pair.id)

    with ThreadPoolExecutor(1) as elsewhere:
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            undone_imports.undo_import(session, PLANNER, gone.import_id, at=NOON)
            merged: Future[None] = elsewhere.submit(merge)
            threading.Event().wait(SOON_S)
        with pytest.raises(ConflictError):
            merged.result(timeout=20)

    assert withdrawn(database) == {gone.ref: "undone", stays.ref: None}
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (same,) = duplicates.pairs_of(session, PLANNER, [pair.id])
    assert same.state is PairState.PROPOSED


def _import_again(database: Database, ref: str) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        changed = waiting(ref, offenders=9)
        incidents.add_incidents(session, PLANNER, [changed], an_import(session))


def _decide(session: Session, row: RowId) -> int:
    (found,) = reviews.review_rows(session, PLANNER, [row], lock=True)
    return reviews.add_decision(session, PLANNER, [(found, CHOSEN)], None, at=NOON)


def test_a_decision_and_an_import_of_the_same_record_never_wait_for_each_other(
    database: Database,
) -> None:
    keep_incidents(database, waiting("1"))
    row = RowId(Layer.INCIDENTS, 1)
    with ThreadPoolExecutor(1) as elsewhere:
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            (found,) = reviews.review_rows(session, PLANNER, [row], lock=True)
            imported = elsewhere.submit(_import_again, database, "1")
            threading.Event().wait(SOON_S)
            reviews.add_decision(session, PLANNER, [(found, CHOSEN)], None, at=NOON)
        imported.result(timeout=20)

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (stored,) = incidents.find_incidents(session, PLANNER)
    assert (stored.offenders, stored.placement) == (9, CHOSEN)


def test_of_two_who_take_the_same_decision_back_the_second_hears_that_it_is_gone(
    database: Database,
) -> None:
    keep_incidents(database, waiting("1"))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        decision = _decide(session, RowId(Layer.INCIDENTS, 1))

    def undo() -> None:
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            reviews.undo_decision(session, PLANNER, decision, at=NOON)

    with ThreadPoolExecutor(1) as elsewhere:
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            reviews.undo_decision(session, PLANNER, decision, at=NOON)
            second = elsewhere.submit(undo)
            threading.Event().wait(SOON_S)
        with pytest.raises(NotFoundError):
            second.result(timeout=20)


@pytest.mark.postgis
@pytest.mark.parametrize("code", ["40P01", "55P03", "40001"])
def test_what_others_hold_up_is_told_as_busy(postgis_database: Database, code: str) -> None:
    fail = f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{code}'; END $$"
    with pytest.raises(BusyError), unit_of_work(postgis_database, LOCAL_OPERATOR) as session:
        session.execute(text(fail))
