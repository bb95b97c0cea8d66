"""The points of a run: packed, kept, and back bit for bit."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from geo.terms import AtHome
from models import run_points, runs
from models.disclosure import snap_to_grid
from models.errors import NotAllowedError, NotFoundError
from models.incident_counts import clustering_input
from models.incident_filters import IncidentFilter
from models.run_points import RunPoints, labels_digest, packed, unpacked
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.models.specimens import (
    ANALYST,
    ANALYST_51,
    PLANNER,
    PLANNER_51,
    an_incident,
    draw_map,
    keep_incidents,
    placed,
)
from tests.models.test_runs import a_run

POINTS = RunPoints(
    ids=np.array([3, 5, 9]),
    lons=np.array([105.1, 105.2, 1 / 3]),
    lats=np.array([21.0, 21.1, 0.1 + 0.2]),
    days=np.array(["2026-01-01", "NaT", "2026-06-14"], dtype="datetime64[D]"),
    labels=np.array([0, 0, -1]),
    core=np.array([True, False, False]),
)


def assert_same(given: RunPoints, back: RunPoints) -> None:
    for field in fields(RunPoints):
        column, other = getattr(given, field.name), getattr(back, field.name)
        np.testing.assert_array_equal(column, other)


def test_points_come_back_from_the_database_bit_for_bit(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        run_id = runs.store_run(session, PLANNER, a_run(draw_map(session)), [])
        run_points.store_points(session, PLANNER, run_id, POINTS)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert_same(POINTS, run_points.points_of(session, PLANNER, run_id))


def test_no_points_are_packed_too() -> None:
    none = RunPoints(*(getattr(POINTS, field.name)[:0] for field in fields(RunPoints)))
    assert_same(none, unpacked(packed(none)))


def test_a_run_without_points_says_that_it_cannot_be_repeated(sqlite_database: Database) -> None:
    with (
        unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session,
        pytest.raises(NotFoundError, match="chạy một lần phân tích mới"),
    ):
        run_points.points_of(session, PLANNER, 1)


def test_points_are_the_nations_to_read_and_a_writers_to_store(sqlite_database: Database) -> None:
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        with pytest.raises(NotAllowedError):
            run_points.points_of(session, PLANNER_51, 1)
        with pytest.raises(NotAllowedError):
            run_points.store_points(session, ANALYST, 1, POINTS)
        with pytest.raises(NotAllowedError):
            run_points.store_points(session, PLANNER_51, 1, POINTS)


def test_the_digest_tells_labels_apart_whatever_their_type() -> None:
    assert labels_digest([0, 1, -1]) == labels_digest(np.array([0, 1, -1], dtype=np.int16))
    assert labels_digest([0, 1, -1]) != labels_digest([1, 0, -1])


def test_a_scope_is_given_the_points_of_the_records_it_sees(database: Database) -> None:
    keep_incidents(
        database,
        an_incident("A"),
        an_incident("B", home=AtHome.HOME),
        an_incident("C", placement=placed("00004", 105.8, 21.0)),
    )
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        read = clustering_input(session, PLANNER, IncidentFilter())
        none = np.zeros(read.ids.size, dtype=np.int64)
        points = RunPoints(read.ids, read.lons, read.lats, read.days, none, none == 1)
        run_id = runs.store_run(session, PLANNER, a_run(draw_map(session)), [])
        run_points.store_points(session, PLANNER, run_id, points)

    def seen(viewer: Viewer) -> tuple[list[tuple[float, float]], list[bool], bool]:
        with unit_of_work(database, viewer, read_only=True) as session:
            found = run_points.points_seen(session, viewer, run_id)
        lons, lats = found.points.lons.tolist(), found.points.lats.tolist()
        return list(zip(lons, lats, strict=True)), found.in_square.tolist(), found.is_whole

    at, home = (108.0, 14.0), snap_to_grid(108.0, 14.0)
    assert seen(PLANNER) == ([at, at, (105.8, 21.0)], [False] * 3, True)
    assert seen(PLANNER_51) == ([at, at], [False, False], False)
    assert seen(ANALYST_51) == ([at, home], [False, True], False)
    assert seen(ANALYST)[2] is False
