"""Hamlets added, renamed, taken off and brought back by a person, and files that come after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from geo.sub_unit_names import SubUnitName, read_sub_unit
from geo.terms import Layer
from models import imports, sub_unit_changes, sub_unit_reviews, sub_units, undone_imports
from models.errors import ConflictError, NotAllowedError, NotFoundError
from models.imports import NewImport
from models.periods import quarter_period
from models.session import Database, Session, unit_of_work
from models.sub_unit_reviews import Answer
from models.sub_units import HAND_SOURCE
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    NOON,
    OFFICER,
    PLANNER,
    PLANNER_01,
    an_import,
    draw_map,
    keep_incidents,
)
from tests.models.test_sub_units import a_sub_unit, in_hamlet, link, linked, register

CODE = "23401"


@pytest.fixture
def listed(database: Database) -> Database:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
    register(database, a_sub_unit("Thôn 1"), a_sub_unit("Thôn 2"))
    return database


def normal(name: str) -> SubUnitName:
    found = read_sub_unit(name)
    assert found is not None
    return found


def by_hand(
    database: Database, write: Callable[[Session, int], Any], viewer: Viewer = OFFICER
) -> int:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        writer = sub_unit_changes.writer_in(session, viewer, CODE)
        new = NewImport(Layer.SUB_UNITS, "Sửa danh sách", "f" * 64, HAND_SOURCE)
        import_id = imports.add_import(session, writer, new, at=NOON)
        write(session, import_id)
        return import_id


def add(database: Database, name: str, viewer: Viewer = OFFICER) -> int:
    def write(session: Session, import_id: int) -> None:
        named = {"name": name, "normal": normal(name)}
        sub_unit_changes.add_hamlet(session, viewer, CODE, **named, import_id=import_id)

    return by_hand(database, write, viewer)


def rename(database: Database, old: str, name: str, seen: int | None = None) -> int:
    id_ = number(database, old)

    def write(session: Session, import_id: int) -> None:
        named = {"name": name, "normal": normal(name), "import_id": import_id}
        sub_unit_changes.rename_hamlet(session, OFFICER, CODE, id_, **named, seen=seen)

    return by_hand(database, write)


def take_off(database: Database, name: str) -> int:
    id_ = number(database, name)
    return by_hand(
        database,
        lambda session, import_id: sub_unit_changes.take_off_hamlet(
            session, OFFICER, CODE, id_, import_id=import_id
        ),
    )


def bring_back(database: Database, id: int) -> int:
    return by_hand(
        database,
        lambda session, import_id: sub_unit_changes.bring_back_hamlet(
            session, OFFICER, CODE, id, import_id=import_id
        ),
    )


def names(database: Database) -> list[str]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return [unit.name for unit in sub_units.find_sub_units(session, OFFICER, CODE)]


def number(database: Database, name: str) -> int:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = sub_units.find_sub_units(session, OFFICER, CODE)
    return next(unit.id for unit in found if unit.name == name)


def undo(database: Database, import_id: int) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        admin = Viewer("admin", PLANNER.role.ADMIN)
        undone_imports.undo_import(session, admin, import_id, at=NOON)


def test_the_officer_keeps_the_list_of_the_own_commune(listed: Database) -> None:
    add(listed, "Tổ dân phố 5")
    rename(listed, "Thôn 1", "Thôn Phước Lý")
    take_off(listed, "Thôn 2")

    assert names(listed) == ["Thôn Phước Lý", "Tổ dân phố 5"]


@pytest.mark.parametrize("viewer", [ANALYST, PLANNER_01])
def test_nobody_else_touches_it(listed: Database, viewer: Viewer) -> None:
    with pytest.raises(NotAllowedError):
        add(listed, "Thôn 9", viewer)
    with pytest.raises(NotAllowedError), unit_of_work(listed, LOCAL_OPERATOR) as session:
        sub_unit_changes.take_off_hamlet(session, viewer, CODE, 1, import_id=1)


def test_a_name_that_the_list_has_is_refused(listed: Database) -> None:
    with pytest.raises(ConflictError, match="Thôn 1"):
        add(listed, "thôn 01")
    with pytest.raises(ConflictError, match="Thôn 1"):
        rename(listed, "Thôn 2", "Thôn 1")
    rename(listed, "Thôn 2", "thôn 2")

    assert names(listed) == ["Thôn 1", "thôn 2"]


def test_what_was_taken_off_is_brought_back_and_not_added_again(listed: Database) -> None:
    id_ = number(listed, "Thôn 2")
    take_off(listed, "Thôn 2")
    with pytest.raises(ConflictError, match="khôi phục"):
        add(listed, "Thôn 2")
    with unit_of_work(listed, LOCAL_OPERATOR, read_only=True) as session:
        away = sub_unit_changes.withdrawn_by_hand(session, OFFICER, CODE)
    bring_back(listed, id_)

    assert [unit.name for unit in away] == ["Thôn 2"]
    assert names(listed) == ["Thôn 1", "Thôn 2"]
    with pytest.raises(ConflictError):
        bring_back(listed, id_)


def test_a_stale_form_and_an_unknown_number_are_refused(listed: Database) -> None:
    with unit_of_work(listed, LOCAL_OPERATOR, read_only=True) as session:
        seen = sub_units.find_sub_units(session, OFFICER, CODE)[0].import_id
    rename(listed, "Thôn 1", "Thôn 3", seen)
    with pytest.raises(ConflictError, match="ở nơi khác"):
        rename(listed, "Thôn 3", "Thôn 4", seen)
    with pytest.raises(NotFoundError):
        bring_back(listed, 999)


def test_a_file_does_not_bring_back_what_a_person_took_off(listed: Database) -> None:
    take_off(listed, "Thôn 2")
    added = register(listed, a_sub_unit("Thôn 1"), a_sub_unit("Thôn 2"))

    assert (added.added, added.unchanged, added.changed) == (0, 1, 0)
    assert [unit.name for unit in added.put_away] == ["Thôn 2"]
    assert names(listed) == ["Thôn 1"]


def test_a_name_changed_by_a_person_stands_until_the_file_says_something_new(
    listed: Database,
) -> None:
    rename(listed, "Thôn 1", "Thôn Phước Lý")
    same = register(listed, a_sub_unit("Thôn 1"))
    assert (same.unchanged, same.changed) == (1, 0)
    assert names(listed) == ["Thôn 2", "Thôn Phước Lý"]

    other = replace(a_sub_unit("Thôn 1"), name="Thôn 7", normal=normal("Thôn 7"))
    assert register(listed, other).changed == 1
    assert names(listed) == ["Thôn 2", "Thôn 7"]


def test_each_change_can_be_undone_as_an_import(listed: Database) -> None:
    added, renamed = add(listed, "Thôn 5"), rename(listed, "Thôn 1", "Thôn 8")
    off = take_off(listed, "Thôn 2")
    for import_id in (added, renamed, off):
        undo(listed, import_id)

    assert names(listed) == ["Thôn 1", "Thôn 2"]


def test_what_an_undone_import_had_brought_comes_again_with_its_reviews(
    listed: Database,
) -> None:
    with unit_of_work(listed, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.SUB_UNITS)
        sub_units.add_sub_units(session, PLANNER, [a_sub_unit("Thôn 3")], import_id)
    one = number(listed, "Thôn 3")
    with unit_of_work(listed, LOCAL_OPERATOR) as session:
        sub_unit_reviews.record_reviews(
            session,
            OFFICER,
            CODE,
            quarter_period(2026, 2),
            [Answer(one, drug_free=True)],
            at=NOON,
        )
    undo(listed, import_id)
    gone = names(listed)
    again = register(listed, a_sub_unit("Thôn 3"))
    with unit_of_work(listed, LOCAL_OPERATOR, read_only=True) as session:
        reviews = sub_unit_reviews.reviews_of_commune(session, OFFICER, CODE)

    assert gone == ["Thôn 1", "Thôn 2"]
    assert (again.added, again.revived, again.changed) == (1, 1, 0)
    assert [review.sub_unit_id for review in reviews] == [one] == [number(listed, "Thôn 3")]


def test_undoing_a_file_leaves_off_what_a_person_took_off(listed: Database) -> None:
    off = take_off(listed, "Thôn 2")
    with unit_of_work(listed, LOCAL_OPERATOR, read_only=True) as session:
        first = sub_units.find_sub_units(session, OFFICER, CODE)[0].import_id
    with pytest.raises(ConflictError):
        undo(listed, first)
    undo(listed, off)
    undo(listed, first)

    assert names(listed) == []


def test_records_of_a_hamlet_that_was_taken_off_go_back_to_their_commune(
    listed: Database,
) -> None:
    keep_incidents(listed, in_hamlet(address="Thôn 2"))
    link(listed)
    assert linked(listed)["VV-1"][1] == "sub_unit"
    take_off(listed, "Thôn 2")
    link(listed)

    assert linked(listed)["VV-1"] == (None, "commune", None)


def test_what_persons_did_is_told_the_latest_first(listed: Database) -> None:
    add(listed, "Thôn 5")
    undo(listed, take_off(listed, "Thôn 5"))
    with unit_of_work(listed, LOCAL_OPERATOR, read_only=True) as session:
        told = sub_unit_changes.changes_by_hand(session, OFFICER, CODE)
        outside = sub_unit_changes.changes_by_hand(session, PLANNER_01, CODE)

    assert [(change.by, change.undone) for change in told] == [
        ("officer", True),
        ("officer", False),
    ]
    assert outside == []
