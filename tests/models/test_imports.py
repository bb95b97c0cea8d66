"""Imports: what was read, what became of it, who may look."""

from __future__ import annotations

import pytest

from geo.records import RejectedRow
from geo.terms import Layer
from models import imports
from models.errors import NotAllowedError, NotFoundError
from models.imports import NewImport
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ADMIN,
    ANALYST,
    ANALYST_51,
    NOON,
    OFFICER,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
)

NEW = NewImport(
    Layer.HOTSPOTS,
    "tu_diem.csv",
    "ab" * 32,
    "CÔNG AN TỈNH A",
    dropped_columns=("Họ tên", "Số CCCD"),
    ignored_columns=("Ghi chú",),
    warnings=("Có 2 trang tính; đã đọc trang đầu.",),
)
ROWS = (
    RejectedRow(12, "Ngày", "32/13/2026", "Không có ngày này."),
    RejectedRow(9, "Loại", "abc", "Không rõ loại điểm."),
)


def test_an_import_comes_back_as_it_was_with_its_rejected_rows_by_line(
    database: Database,
) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        number = imports.add_import(session, PLANNER, NEW, at=NOON)
        imports.add_rejected(session, PLANNER, number, ROWS)
        imports.finish_import(session, PLANNER, number, accepted=5, unchanged=1, rejected=len(ROWS))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        detail = imports.import_detail(session, PLANNER, number)
        assert imports.list_imports(session, PLANNER) == [detail.stored]
    stored = detail.stored
    assert detail.rejected_rows == ROWS[::-1]
    assert (stored.id, stored.at, stored.by_user) == (number, NOON, "planner")
    assert (stored.accepted, stored.unchanged, stored.rejected) == (5, 1, 2)
    assert all(getattr(stored, name) == getattr(NEW, name) for name in NewImport.__slots__)


def test_no_rejected_row_is_no_trouble(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        number = imports.add_import(session, PLANNER, NEW)
        imports.add_rejected(session, PLANNER, number, ())
        assert imports.import_detail(session, PLANNER, number).rejected_rows == ()


def test_the_latest_imports_come_first(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        numbers = [imports.add_import(session, PLANNER, NEW) for _ in range(3)]
        listed = imports.list_imports(session, PLANNER, limit=2)
    assert [stored.id for stored in listed] == numbers[:0:-1]


@pytest.mark.parametrize("viewer", [ANALYST, OFFICER], ids=lambda viewer: viewer.name)
def test_those_who_may_not_write_import_nothing(database: Database, viewer: Viewer) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        number = imports.add_import(session, PLANNER, NEW)
        with pytest.raises(NotAllowedError):
            imports.add_import(session, viewer, NEW)
        with pytest.raises(NotAllowedError):
            imports.add_rejected(session, viewer, number, ROWS)
        with pytest.raises(NotAllowedError):
            imports.finish_import(session, viewer, number, accepted=1, unchanged=0, rejected=0)


def test_a_file_may_speak_of_any_place_so_only_the_nation_and_its_bringer_see_it(
    database: Database,
) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        number = imports.add_import(session, PLANNER_51, NEW)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for viewer in (PLANNER_51, PLANNER, ADMIN, ANALYST):
            assert imports.import_detail(session, viewer, number).stored.id == number
        for viewer in (PLANNER_01, ANALYST_51, OFFICER):
            assert imports.list_imports(session, viewer) == []
            with pytest.raises(NotFoundError, match=f"{number}"):
                imports.import_detail(session, viewer, number)


def test_an_import_is_finished_by_its_bringer_only(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        number = imports.add_import(session, PLANNER_51, NEW)
        with pytest.raises(NotFoundError):
            imports.finish_import(session, PLANNER_01, number, accepted=1, unchanged=0, rejected=0)
        with pytest.raises(NotFoundError):
            imports.finish_import(session, PLANNER, 999, accepted=1, unchanged=0, rejected=0)
