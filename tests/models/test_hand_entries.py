"""Records written by hand: their numbers, and what of a file they outweigh."""

from __future__ import annotations

from dataclasses import replace

from geo.records import Incident
from geo.terms import Layer
from models import imports, incidents
from models.additions import Added
from models.hand_entries import HAND_SOURCE, id_of, next_ref
from models.imports import NewImport
from models.session import Database, Session, unit_of_work
from models.undone_imports import undo_import
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import NOON, PLANNER, an_incident

UNIT = f"{HAND_SOURCE}, Toàn quốc"


def bring(session: Session, record: Incident, source: str = "CÔNG AN TỈNH A") -> Added[Incident]:
    new = NewImport(Layer.INCIDENTS, "x", "a" * 64, source)
    import_id = imports.add_import(session, PLANNER, new, at=NOON)
    return incidents.add_incidents(session, PLANNER, [record], import_id, at=NOON)


def offenders(session: Session) -> list[int | None]:
    return [each.offenders for each in incidents.find_incidents(session, PLANNER)]


def test_numbers_go_on_after_the_highest_of_the_year_and_the_source(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        for ref in ("BĐ-2026-0009", "BĐ-2026-0010", "BĐ-2025-0400", "BĐ-2026-x", "12"):
            bring(session, an_incident(ref, source=UNIT), UNIT)
        given = [next_ref(session, PLANNER, Layer.INCIDENTS, UNIT, y) for y in (2026, 2024)]
        other = next_ref(session, PLANNER, Layer.INCIDENTS, f"{HAND_SOURCE}, A", 2026)
        taken = [id_of(session, PLANNER, Layer.INCIDENTS, UNIT, ref) for ref in ("12", "13")]

    assert [*given, other] == ["BĐ-2026-0011", "BĐ-2024-0001", "BĐ-2026-0001"]
    assert [id_ is not None for id_ in taken] == [True, False]


def test_a_file_says_nothing_new_until_it_says_something_else(database: Database) -> None:
    as_sent, mended = an_incident(), an_incident(offenders=9)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        bring(session, as_sent)
        assert bring(session, mended, UNIT).changed == 1
        again = bring(session, as_sent)
        assert (again.unchanged, again.changed, again.by_hand) == (1, 0, (as_sent,))
        assert offenders(session) == [9]
        assert bring(session, replace(as_sent, offenders=3)).changed == 1
        assert offenders(session) == [3]
        # What stands is a file's again: files are believed as ever.
        assert bring(session, as_sent).changed == 1


def test_a_person_may_write_what_stood_before(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        bring(session, an_incident())
        bring(session, an_incident(offenders=9), UNIT)
        assert bring(session, an_incident(), UNIT).changed == 1
        assert offenders(session) == [2]


def test_after_the_correction_is_undone_the_file_is_what_it_was(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        bring(session, an_incident())
        bring(session, an_incident(offenders=9), UNIT)
        (found,) = incidents.find_incidents(session, PLANNER)
        undo_import(session, PLANNER, found.import_id, at=NOON)
        again = bring(session, an_incident())

        assert offenders(session) == [2]
        assert (again.unchanged, again.by_hand) == (1, ())
