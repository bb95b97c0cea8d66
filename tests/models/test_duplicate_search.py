"""Which pairs a search proposes among many records that are alike; on both databases."""

from __future__ import annotations

import pytest

from models import duplicates, incidents
from models.duplicate_search import propose_for_import
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import PLANNER, an_import, an_incident
from tests.models.test_duplicates import bring, of_commune


@pytest.mark.parametrize(("ours", "theirs"), [(30, 30), (6, 2)])
def test_many_alike_of_two_bodies_are_proposed_one_to_one(
    database: Database, ours: int, theirs: int
) -> None:
    bring(database, *(an_incident(f"VV-{n}") for n in range(ours)))
    found = bring(database, *(of_commune(f"X-{n}") for n in range(theirs)))

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        pairs = duplicates.list_proposals(session, PLANNER, limit=1_000)
    between = [{p.kept.ref, p.other.ref} for p in pairs if p.kept.source != p.other.source]
    assert found == len(between) == min(ours, theirs)
    assert len(set().union(*between)) == 2 * len(between)


def test_one_case_told_by_three_bodies_is_three_pairs(database: Database) -> None:
    told = [of_commune(f"X-{n}", source=f"CÔNG AN XÃ {n}") for n in range(2)]

    assert bring(database, an_incident(), *told) == 3


def test_a_crowded_day_is_told(database: Database) -> None:
    crowd = [an_incident(f"VV-{n}", offenders=None, seizures=()) for n in range(202)]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session)
        incidents.add_incidents(session, PLANNER, crowd, import_id)
        found = propose_for_import(session, PLANNER, import_id)

    assert (found.new, found.crowded) == (0, ((crowd[0].occurred_on, 202),))
