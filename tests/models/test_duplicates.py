"""Pairs that may be one case: proposed, decided by a person, taken back; on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select

from geo.records import Incident, Seizure
from geo.terms import DatePrecision, DetectedBy, SeizureUnit, Substance
from models import audit, duplicate_decisions, duplicates, incidents, undone_imports
from models.duplicate_search import propose_for_import, propose_for_records
from models.duplicates import Pair, PairState
from models.errors import ConflictError, NotAllowedError, NotFoundError
from models.session import Database, unit_of_work
from models.tables import incidents as incidents_table
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ADMIN,
    ANALYST,
    NOON,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    an_import,
    an_incident,
    placed,
    somewhere_in,
)


def of_commune(ref: str = "X-1", **changes: Any) -> Incident:
    """The same case as `an_incident`, as the commune tells it, some 110 m away."""
    told = {
        "source": "CÔNG AN XÃ B",
        "detected_by": DetectedBy.COMMUNE,
        "placement": placed("23401", 108.0, 14.001),
    }
    return an_incident(ref, **(told | changes))


def bring(database: Database, *records: Incident, viewer: Viewer = PLANNER) -> int:
    """Import records and look for duplicates; how many pairs are newly proposed."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session)
        incidents.add_incidents(session, viewer, records, import_id)
        return propose_for_import(session, viewer, import_id, unnamed="chung", at=NOON).new


def proposals(database: Database, viewer: Viewer = PLANNER) -> list[Pair]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return duplicates.list_proposals(session, viewer)


def counted(database: Database) -> int:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return incidents.totals(session, PLANNER).cases


def the_pair(database: Database) -> Pair:
    bring(database, an_incident())
    bring(database, of_commune())
    (pair,) = proposals(database)
    return pair


def test_a_case_told_by_commune_and_province_is_proposed_with_its_reasons(
    database: Database,
) -> None:
    pair = the_pair(database)

    assert (pair.kept.ref, pair.other.ref) == ("VV-1", "X-1")
    assert pair.state is PairState.PROPOSED
    assert pair.distance_m == pytest.approx(111, abs=1)
    assert pair.signs == (
        "near",
        "same_seizures",
        "same_offenders",
        "similar_address",
        "two_levels",
    )
    assert counted(database) == 2


def test_only_known_days_are_compared(database: Database) -> None:
    month = {"occurred_on": date(2026, 3, 1), "date_precision": DatePrecision.MONTH}
    bring(database, an_incident(**month))

    assert bring(database, of_commune(**month)) == 0
    assert bring(database, of_commune("X-2", occurred_on=date(2026, 3, 1))) == 0


def test_a_case_known_by_its_commune_only_is_proposed_with_a_weaker_score(
    database: Database,
) -> None:
    strong = the_pair(database).score
    bring(database, of_commune("X-2", source="CÔNG AN XÃ C", placement=somewhere_in("23401")))

    weak = next(p for p in proposals(database) if {p.kept.ref, p.other.ref} == {"VV-1", "X-2"})

    assert weak.distance_m is None
    assert weak.score < strong


def test_reports_of_one_file_by_one_body_do_not_flood_the_list(database: Database) -> None:
    several = [
        an_incident(f"VV-{n}", seizures=(Seizure(Substance.HEROIN, n / 100, SeizureUnit.KG),))
        for n in range(1, 9)
    ]

    assert bring(database, *several) == 0


def test_files_without_a_body_are_taken_as_of_two(database: Database) -> None:
    bring(database, an_incident(source="chung", seizures=()))

    assert bring(database, of_commune(source="chung", detected_by=DetectedBy.UNKNOWN)) == 1


def test_looking_again_proposes_nothing_twice(database: Database) -> None:
    pair = the_pair(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        again = propose_for_records(session, PLANNER, [pair.kept.id, pair.other.id])

    assert again.new == 0
    assert [p.id for p in proposals(database)] == [pair.id]


def test_a_proposal_that_no_longer_holds_is_taken_back(database: Database) -> None:
    the_pair(database)

    bring(database, of_commune(occurred_on=date(2026, 3, 9)))

    assert proposals(database) == []


def test_a_merged_record_no_longer_counts_and_the_other_stands_as_it_was(
    database: Database,
) -> None:
    pair = the_pair(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        merged = duplicate_decisions.merge(session, PLANNER, pair.id, at=NOON)

    assert (merged.state, merged.other.withdrawn) == (PairState.MERGED, "merged")
    assert replace(merged.kept) == pair.kept
    assert (merged.decided_by, merged.decided_at) == ("planner", NOON)
    assert counted(database) == 1
    assert proposals(database) == []


def test_the_person_may_keep_the_other_one(database: Database) -> None:
    pair = the_pair(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        merged = duplicate_decisions.merge(session, PLANNER, pair.id, keep_id=pair.other.id)

    assert (merged.kept.ref, merged.other.ref) == ("X-1", "VV-1")
    assert merged.other.withdrawn == "merged"


def test_a_tip_never_stands_for_a_verified_case(database: Database) -> None:
    bring(database, an_incident())
    bring(database, of_commune(detected_by=DetectedBy.TIP, verified=False))
    (pair,) = proposals(database)

    assert pair.kept.verified
    with (
        unit_of_work(database, LOCAL_OPERATOR) as session,
        pytest.raises(ConflictError, match="chưa xác minh"),
    ):
        duplicate_decisions.merge(session, PLANNER, pair.id, keep_id=pair.other.id)


def test_a_foreign_number_cannot_be_kept(database: Database) -> None:
    pair = the_pair(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session, pytest.raises(NotFoundError):
        duplicate_decisions.merge(session, PLANNER, pair.id, keep_id=999)


def test_two_cases_are_never_proposed_again(database: Database) -> None:
    pair = the_pair(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        duplicate_decisions.keep_apart(session, PLANNER, pair.id)

    assert bring(database, of_commune(offenders=3)) == 0
    assert proposals(database) == []
    assert counted(database) == 2


def test_a_merge_can_be_undone(database: Database) -> None:
    pair = the_pair(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        duplicate_decisions.merge(session, PLANNER, pair.id)
        back = duplicate_decisions.undo_decision(session, PLANNER, pair.id)

    assert (back.state, back.other.withdrawn, back.decided_by) == (PairState.PROPOSED, None, None)
    assert counted(database) == 2
    assert [p.id for p in proposals(database)] == [pair.id]


def test_bringing_the_file_of_a_merged_record_again_leaves_it_merged(database: Database) -> None:
    pair = the_pair(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        duplicate_decisions.merge(session, PLANNER, pair.id)

    assert bring(database, of_commune()) == 0
    assert bring(database, of_commune(offenders=7)) == 0
    assert counted(database) == 1


def test_a_decided_pair_cannot_be_decided_again(database: Database) -> None:
    pair = the_pair(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        duplicate_decisions.merge(session, PLANNER, pair.id)

    with unit_of_work(database, LOCAL_OPERATOR) as session, pytest.raises(ConflictError):
        duplicate_decisions.keep_apart(session, PLANNER, pair.id)


def test_a_record_merged_into_two_comes_back_when_both_are_undone(database: Database) -> None:
    bring(database, an_incident(), of_commune("X-1"))
    bring(database, of_commune("X-2", source="CÔNG AN XÃ C"))
    pairs = {frozenset((p.kept.ref, p.other.ref)): p for p in proposals(database)}
    first = pairs[frozenset(("VV-1", "X-2"))]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        duplicate_decisions.merge(session, PLANNER, first.id)

    assert all("X-2" not in (p.kept.ref, p.other.ref) for p in proposals(database))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        duplicate_decisions.undo_decision(session, PLANNER, first.id)

    assert len(proposals(database)) == len(pairs)


def test_every_step_is_in_the_audit_trail(database: Database) -> None:
    pair = the_pair(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        duplicate_decisions.merge(session, PLANNER, pair.id)
        duplicate_decisions.undo_decision(session, PLANNER, pair.id)
        duplicate_decisions.keep_apart(session, PLANNER, pair.id)

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        events = audit.list_events(session, ADMIN)
    assert [event.action for event in reversed(events)] == [
        "merge_incidents",
        "undo_merge_incidents",
        "separate_incidents",
    ]
    assert events[-1].detail["before"] == {"withdrawn": None}
    assert events[-1].detail["after"] == {"withdrawn": "merged"}


def test_who_does_not_see_both_records_sees_no_pair(database: Database) -> None:
    near_limit = placed("00004", 108.0, 14.001)
    bring(database, an_incident())
    bring(database, of_commune(placement=near_limit))
    (pair,) = proposals(database)

    assert proposals(database, PLANNER_51) == []
    for viewer in (PLANNER_51, PLANNER_01):
        with unit_of_work(database, LOCAL_OPERATOR) as session, pytest.raises(NotFoundError):
            duplicate_decisions.merge(session, viewer, pair.id)


def test_a_viewer_proposes_only_among_what_it_sees(database: Database) -> None:
    bring(database, an_incident(placement=placed("00004", 108.0, 14.0)))

    assert bring(database, of_commune(), viewer=PLANNER_51) == 0


def test_an_analyst_decides_nothing(database: Database) -> None:
    pair = the_pair(database)
    for decide in (
        duplicate_decisions.merge,
        duplicate_decisions.keep_apart,
        duplicate_decisions.undo_decision,
    ):
        with unit_of_work(database, LOCAL_OPERATOR) as session, pytest.raises(NotAllowedError):
            decide(session, ANALYST, pair.id)


def test_decisions_are_listed_the_latest_first(database: Database) -> None:
    pair = the_pair(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        duplicate_decisions.merge(session, PLANNER, pair.id, at=NOON)

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (decided,) = duplicates.list_decided(session, PLANNER)
        stored = select(incidents_table.c.withdrawn).where(incidents_table.c.id == pair.other.id)
        assert session.scalar(stored) == "merged"
        assert duplicates.count_proposals(session, PLANNER) == 0
    assert decided.id == pair.id


@pytest.mark.parametrize("undone", ["kept", "other"])
def test_undoing_an_import_takes_its_merges_back_and_the_case_is_counted_once_or_more(
    database: Database, undone: str
) -> None:
    pair = the_pair(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        duplicate_decisions.merge(session, PLANNER, pair.id)
    report = pair.kept if undone == "kept" else pair.other
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        undone_imports.undo_import(session, PLANNER, report.import_id, at=NOON)

    assert counted(database) == 1
    assert proposals(database) == []

    bring(database, an_incident() if undone == "kept" else of_commune())

    assert counted(database) == 2
    assert [p.id for p in proposals(database)] == [pair.id]
