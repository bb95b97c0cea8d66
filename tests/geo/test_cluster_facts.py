"""What clusters are made of: top kind, change, border."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest
import shapely
from pyproj import Geod

from geo.cluster_facts import (
    KINDS,
    ChangeWindow,
    RecordFacts,
    border_distances,
    change_window,
    kind_numbers,
    substance_numbers,
    with_facts,
)
from geo.errors import ClusterError
from geo.records import Cluster, Period
from geo.significance import count_change
from geo.terms import IncidentKind, Substance

AS_OF = date(2026, 6, 14)
LAST, NONE = ChangeWindow(AS_OF), ChangeWindow(AS_OF, 0)
ALL_DAYS = Period(date(2020, 1, 1), AS_OF)
HULL = shapely.to_wkb(shapely.box(108, 14, 108.01, 14.01))


def a_cluster(number: int, *members: int, lon: float = 108.0, lat: float = 14.0) -> Cluster:
    return Cluster(number, len(members), lon, lat, HULL, None, None, members=members)


def facts(
    *,
    ids: list[int],
    kinds: list[IncidentKind] | None = None,
    days: list[date | None] | None = None,
    seized: list[tuple[int, Substance]] | None = None,
) -> RecordFacts:
    n = len(ids)
    return RecordFacts(
        ids=np.array(ids, dtype=np.int64),
        days=np.array(days or [AS_OF] * n, dtype="datetime64[D]"),
        kinds=kind_numbers(kinds or [IncidentKind.TRADING] * n),
        seized_ids=np.array([id_ for id_, _ in seized or []], dtype=np.int64),
        seized=substance_numbers(name for _, name in seized or []),
    )


def test_the_most_frequent_kind_and_substance_are_named_with_their_counts() -> None:
    records = facts(
        ids=[1, 2, 3, 5, 9],
        kinds=[
            IncidentKind.USE,
            IncidentKind.TRADING,
            IncidentKind.TRADING,
            IncidentKind.USE,
            IncidentKind.CULTIVATION,
        ],
        seized=[(2, Substance.HEROIN), (2, Substance.KETAMINE), (3, Substance.KETAMINE)],
    )
    first, second = with_facts(
        [a_cluster(0, 1, 2, 3), a_cluster(1, 5, 9)], records, {}, windows=[LAST, LAST]
    )
    assert (first.top_kind, first.top_kind_n) == (IncidentKind.TRADING, 2)
    assert (first.top_substance, first.top_substance_n) == (Substance.KETAMINE, 2)
    assert (second.top_kind, second.top_kind_n) == (IncidentKind.CULTIVATION, 1)
    assert (second.top_substance, second.top_substance_n) == (None, 0)


def test_equally_frequent_kinds_are_told_by_the_order_of_the_list() -> None:
    records = facts(ids=[1, 2], kinds=[IncidentKind.USE, IncidentKind.POSSESSION])
    (cluster,) = with_facts([a_cluster(0, 1, 2)], records, {}, windows=[LAST])
    assert cluster.top_kind is IncidentKind.POSSESSION
    assert list(KINDS).index(IncidentKind.POSSESSION) < list(KINDS).index(IncidentKind.USE)


def test_the_change_counts_two_windows_that_meet_and_end_with_the_day_of_the_run() -> None:
    ages = [0, 89, 90, 91, 179, 180, -1]
    days: list[date | None] = [*(AS_OF - timedelta(days=age) for age in ages), None]
    records = facts(ids=list(range(8)), days=days)
    (cluster,) = with_facts([a_cluster(0, *range(8))], records, {}, windows=[LAST])
    assert cluster.change == count_change(3, 2, 90)


def test_a_short_run_compares_its_halves_and_a_single_day_nothing() -> None:
    since = [AS_OF - timedelta(days=n) for n in (364, 10, 0)]
    assert [change_window(day, AS_OF, ALL_DAYS).days for day in since] == [90, 5, 0]
    (cluster,) = with_facts([a_cluster(0, 1)], facts(ids=[1]), {}, windows=[NONE])
    assert cluster.change is None


def test_the_windows_end_with_the_data_and_not_with_the_run() -> None:
    late = AS_OF + timedelta(days=161)
    assert change_window(None, late, ALL_DAYS) == ChangeWindow(AS_OF, 90)
    assert change_window(AS_OF - timedelta(days=9), late, ALL_DAYS) == ChangeWindow(AS_OF, 5)
    assert change_window(AS_OF + timedelta(days=1), late, ALL_DAYS).days == 0


def test_a_place_without_news_does_not_fall_because_the_import_is_late() -> None:
    days: list[date | None] = [AS_OF - timedelta(days=15 * i) for i in range(12)]
    records = facts(ids=list(range(12)), days=days)
    window = change_window(None, AS_OF + timedelta(days=161), ALL_DAYS)
    (cluster,) = with_facts([a_cluster(0, *range(12))], records, {}, windows=[window])
    assert cluster.change == count_change(6, 6, 90)


@pytest.mark.parametrize(("days_of_data", "days"), [(180, 90), (179, 0), (1, 0)])
def test_no_change_is_told_where_the_earlier_window_begins_before_the_data(
    days_of_data: int, days: int
) -> None:
    data = Period(AS_OF - timedelta(days=days_of_data - 1), AS_OF)
    assert change_window(None, AS_OF, data).days == days


def test_without_data_there_is_no_change() -> None:
    assert change_window(None, AS_OF, None).days == 0


def test_each_cluster_is_held_to_its_own_window() -> None:
    days: list[date | None] = [AS_OF, AS_OF - timedelta(days=100)]
    records = facts(ids=[1, 2], days=days)
    earlier = ChangeWindow(AS_OF - timedelta(days=100))
    found = with_facts([a_cluster(0, 1), a_cluster(1, 2)], records, {}, windows=[LAST, earlier])
    assert [c.change for c in found] == [count_change(0, 1, 90), count_change(0, 1, 90)]


def test_the_border_distance_is_that_on_the_ellipsoid() -> None:
    west = shapely.MultiLineString([[(107.0, lat) for lat in np.linspace(13, 15, 201)]])
    south = shapely.MultiLineString([[(lon, 10.0) for lon in np.linspace(107, 110, 301)]])
    metres, names = border_distances([107.1, 108.5], [14.0, 10.2], {"LAO": west, "KHM": south})
    geod = Geod(ellps="WGS84")
    assert names == ["LAO", "KHM"]
    assert metres[0] == pytest.approx(geod.inv(107.1, 14.0, 107.0, 14.0)[2], rel=1e-3)
    assert metres[1] == pytest.approx(geod.inv(108.5, 10.2, 108.5, 10.0)[2], rel=1e-3)


def test_a_place_on_the_line_is_no_metre_away() -> None:
    line = shapely.LineString([(107.0, 13.0), (107.0, 14.0), (107.0, 15.0)])
    metres, _ = border_distances([107.0], [14.0], {"LAO": line})
    assert metres[0] == pytest.approx(0, abs=1e-6)


def test_without_a_line_there_is_no_distance() -> None:
    assert border_distances([107.0], [14.0], {}) == ([None], [""])
    (cluster,) = with_facts([a_cluster(0, 1)], facts(ids=[1]), {}, windows=[LAST])
    assert (cluster.border_m, cluster.border_with) == (None, "")


def test_no_clusters_have_no_facts() -> None:
    assert with_facts([], facts(ids=[]), {}, windows=[]) == []


def test_a_member_that_is_not_among_the_records_is_an_error() -> None:
    with pytest.raises(ClusterError, match="7"):
        with_facts([a_cluster(0, 1, 7)], facts(ids=[1, 2]), {}, windows=[LAST])
