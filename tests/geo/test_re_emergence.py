"""Whether a cleared place is complex again: hand-drawn places on square communes."""

from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import to_degrees, to_metres
from geo.errors import ClusterError, CrsError
from geo.re_emergence import re_emergences
from geo.records import Period
from geo.register import RegisteredPlace
from geo.surroundings import Surroundings, circle_m2, find_regions
from geo.terms import HotspotStatus

CLEARED_ON = date(2025, 6, 1)
BEFORE, AFTER = date(2025, 5, 1), date(2025, 7, 1)
TODAY = date(2025, 12, 31)
WIDE = (-5_000, -5_000, 5_000, 5_000)


@dataclass
class Records:
    ids: list[int] = field(default_factory=list)
    lons: list[float] = field(default_factory=list)
    lats: list[float] = field(default_factory=list)
    days: list[date | None] = field(default_factory=list)


def degrees(east_m, north_m):
    """Places in metres from a point in Đắk Lắk, on the central meridian's scale."""
    (x,), (y,) = to_metres([108.05], [12.67], 32649)
    return to_degrees(x + np.asarray(east_m, float), y + np.asarray(north_m, float), 32649)


def records(*spots):
    """Records from (east, north, day)."""
    lons, lats = degrees([east for east, _, _ in spots], [north for _, north, _ in spots])
    return Records(
        list(range(100, 100 + len(spots))), list(lons), list(lats), [s[2] for s in spots]
    )


def hotspot(number=1, east_m=0.0, status="cleared", cleared_on=CLEARED_ON):
    (lon,), (lat,) = degrees([east_m], [0])
    return RegisteredPlace(number, f"TD-{number}", lon, lat, cleared_on, HotspotStatus(status))


def square(west, south, east, north):
    corners = degrees([west, east, east, west], [south, south, north, north])
    return shapely.Polygon(np.column_stack(corners))


def surroundings(*boxes, vague=()):
    """Communes given in metres; `vague` are (row, day) of records known by commune only."""
    return Surroundings(
        shapes=np.array([square(*box) for box in boxes], dtype=object),
        vague=np.array([row for row, _ in vague], dtype=np.int64),
        vague_days=np.array([day for _, day in vague], dtype="datetime64[D]"),
    )


def weighed(spots, around=None, register=None, **options):
    around = surroundings(WIDE) if around is None else around
    found = re_emergences(register or [hotspot()], records(*spots), around, as_of=TODAY, **options)
    return found[0] if register is None else found


def scattered(n, day=AFTER, *, east=(1_000, 4_900), seed=3):
    rng = np.random.default_rng(seed)
    return [(e, n_m, day) for e, n_m in zip(rng.uniform(*east, n), rng.uniform(-4_900, 4_900, n))]  # noqa: B905


def test_three_new_incidents_where_nothing_else_happens_re_emerge():
    """Circle 0.283 km² of 100 km²: chance puts all three there once in 44 million times."""
    found = weighed([(0, 0, AFTER)] * 3)
    share = circle_m2(300) / 100e6
    assert (found.n_after, found.expected, found.holds) == (3, 0, True)
    assert found.p_value == pytest.approx(share**3, rel=0.02)
    assert found.incident_ids == (100, 101, 102)


def test_two_new_incidents_are_not_enough():
    assert weighed([(0, 0, AFTER)] * 2).holds is False


def test_background_is_what_the_commune_had_outside_the_circle():
    """200 incidents on 99.7 km²: 0.57 are due in the circle of 0.283 km²."""
    found = weighed([(0, 0, AFTER)] * 3 + scattered(200))
    assert found.expected == pytest.approx(
        200 * circle_m2(300) / (100e6 - circle_m2(300)), rel=0.01
    )
    assert found.p_value == pytest.approx(0.020, abs=0.002)
    assert found.holds


def test_three_new_incidents_in_a_busy_commune_are_its_background():
    found = weighed([(0, 0, AFTER)] * 3 + scattered(600))
    assert found.expected == pytest.approx(1.7, abs=0.02)
    assert (found.n_after, found.holds) == (3, False)


def test_incidents_before_the_clearing_are_no_background():
    found = weighed([(0, 0, AFTER)] * 3 + scattered(600, BEFORE))
    assert (found.expected, found.holds) == (0, True)


def test_records_known_only_by_commune_are_background():
    vague = [(0, AFTER)] * 600 + [(0, BEFORE)] * 50 + [(1, AFTER)] * 50 + [(0, None)] * 9
    far = (20_000, 20_000, 30_000, 30_000)
    found = weighed([(0, 0, AFTER)] * 3, surroundings(WIDE, far, vague=vague))
    assert found.expected == pytest.approx(1.7, abs=0.02)
    assert found.holds is False


def test_incidents_of_other_communes_are_no_background():
    beyond = scattered(600, east=(6_000, 14_000))
    around = surroundings(WIDE, (5_000, -5_000, 15_000, 5_000))
    assert weighed([(0, 0, AFTER)] * 3 + beyond, around).expected == 0


def test_circle_over_two_communes_takes_both():
    """The clearing is on the limit: the 600 of the neighbour count, on twice the area."""
    around = surroundings((-10_000, -5_000, 0, 5_000), (0, -5_000, 10_000, 5_000))
    found = weighed([(0, 0, AFTER)] * 3 + scattered(600), around)
    assert found.expected == pytest.approx(600 * circle_m2(300) / 200e6, rel=0.01)


def test_small_ward_takes_the_communes_within_ten_radii():
    """The ward is hardly larger than the circle; its neighbour tells the rate."""
    ward, neighbour = (-350, -350, 350, 350), (350, -5_000, 10_350, 5_000)
    found = weighed([(0, 0, AFTER)] * 3 + scattered(300), surroundings(ward, neighbour))
    assert found.expected == pytest.approx(
        300 * circle_m2(300) / (100e6 + 0.49e6 - 0.283e6), rel=0.01
    )


def test_lone_island_is_held_against_the_disc_around_it():
    island = (-350, -350, 350, 350)
    found = weighed([(0, 0, AFTER)] * 3 + [(320, 320, AFTER)] * 2, surroundings(island))
    assert found.expected == pytest.approx(2 / 99)
    assert found.holds


def test_place_outside_every_commune_is_weighed_all_the_same():
    nowhere = surroundings((50_000, 50_000, 60_000, 60_000))
    busy = [(r, 0, AFTER) for r in np.linspace(400, 2_900, 170)]
    assert weighed([(0, 0, AFTER)] * 3, nowhere).holds
    assert weighed([(0, 0, AFTER)] * 3 + busy, nowhere).holds is False


def test_nothing_is_known_of_a_land_without_communes():
    assert weighed([(0, 0, AFTER)] * 3, surroundings()).holds


def test_only_days_after_the_clearing_up_to_the_day_asked_count():
    days = [CLEARED_ON, TODAY, TODAY + timedelta(days=1), None, AFTER]
    found = weighed([(0, 0, day) for day in days])
    assert found.incident_ids == (101, 104)


def test_distance_is_measured_in_metres_and_the_rim_counts():
    found = weighed([(299.8, 0, AFTER), (0, -299.8, AFTER), (300.5, 0, AFTER), (0, 250, AFTER)])
    assert found.incident_ids == (100, 101, 103)


def test_incidents_at_an_open_neighbour_speak_for_that_one():
    register = [hotspot(1), hotspot(2, 200, "active", None)]
    (found,) = weighed([(150, 0, AFTER)] * 9 + [(0, 0, AFTER)] * 2, register=register)
    assert (found.n_after, found.holds) == (2, False)


def test_incident_halfway_to_an_open_neighbour_speaks_for_neither():
    register = [hotspot(1), hotspot(2, 200, "suspected", None)]
    (found,) = weighed([(100, 0, AFTER)] * 9, register=register)
    assert found.n_after == 0


def test_an_incident_may_speak_for_two_cleared_places():
    register = [hotspot(1), hotspot(2, 200, "delisted")]
    found = weighed([(100, 0, AFTER)] * 4, register=register)
    assert [(f.hotspot_id, f.n_after, f.holds) for f in found] == [(1, 4, True), (2, 4, True)]


def test_open_and_never_cleared_places_are_passed_over():
    register = [
        hotspot(1, status="active"),
        hotspot(2, status="re_emerged"),
        hotspot(3, status="delisted", cleared_on=None),
        hotspot(4, 0.0, "cleared", TODAY + timedelta(days=3)),
    ]
    assert weighed([(0, 0, AFTER)] * 5, register=register) == []


def test_clearing_of_today_has_nothing_after_it():
    (found,) = weighed([(0, 0, AFTER)] * 5, register=[hotspot(cleared_on=TODAY)])
    assert (found.n_after, found.p_value, found.holds) == (0, 1.0, False)
    assert found.change.days == 0


def test_no_incidents_give_no_evidence():
    found = weighed([])
    assert (found.n_after, found.p_value, found.holds) == (0, 1.0, False)


def test_ratio_is_shown_and_is_no_gate():
    """A tenth of what it was, yet more than the background: it re-emerged."""
    spots = [(0, 0, BEFORE)] * 40 + [(0, 0, AFTER)] * 4
    found = weighed([*spots, (4_000, 0, date(2024, 1, 1))])
    assert found.holds
    assert (found.change.before, found.change.after, found.change.days) == (40, 4, 213)
    assert found.change.ratio == pytest.approx(0.1)


def test_windows_of_the_ratio_reach_no_further_back_than_the_records():
    """Records begin 31 days before the clearing: 31 days after it are compared."""
    found = weighed([(0, 0, BEFORE)] * 6 + [(0, 0, AFTER)] * 3 + [(0, 0, TODAY)] * 5)
    assert (found.change.before, found.change.after, found.change.days) == (6, 3, 31)
    assert found.n_after == 8


def test_windows_of_the_ratio_end_with_the_data_of_the_province():
    """Data of three months after the clearing: seven months of them would be no zero."""
    spots = [(0, 0, BEFORE)] * 6 + [(0, 0, AFTER)] * 6 + [(4_000, 0, date(2024, 1, 1))]
    known = Period(date(2025, 1, 1), date(2025, 8, 31))
    (found,) = weighed(spots, register=[replace(hotspot(), data=known)])
    assert (found.change.before, found.change.after, found.change.days) == (6, 6, 91)
    until_clearing = Period(date(2025, 1, 1), CLEARED_ON)
    (nothing,) = weighed(spots, register=[replace(hotspot(), data=until_clearing)])
    assert nothing.change.days == 0


def test_without_records_before_there_is_nothing_to_compare():
    found = weighed([(0, 0, AFTER)] * 4)
    assert (found.change.days, found.change.ratio, found.holds) == (0, None, True)


@pytest.mark.parametrize("radius_m", [0, -5, float("nan"), float("inf")])
def test_radius_must_be_a_length(radius_m):
    with pytest.raises(ClusterError, match="Bán kính"):
        weighed([(0, 0, AFTER)], radius_m=radius_m)


def test_metres_given_for_degrees_are_refused():
    wrong = Records([1], [500_000.0], [1_400_000.0], [AFTER])
    with pytest.raises(CrsError):
        re_emergences([hotspot()], wrong, surroundings(WIDE), as_of=TODAY)


spots_drawn = st.lists(
    st.tuples(
        st.floats(-2_000, 2_000),
        st.floats(-2_000, 2_000),
        st.dates(date(2025, 1, 1), date(2026, 2, 1)),
    ),
    max_size=60,
)


@given(spots_drawn, st.randoms(use_true_random=False))
@settings(max_examples=40, deadline=None)
def test_order_and_moving_in_time_change_nothing(spots, random):
    (expected,) = weighed(spots, register=[hotspot()])
    turned = records(*spots)
    order = random.sample(range(len(spots)), len(spots))
    turned = Records(*([column[i] for i in order] for column in vars(turned).values()))
    turned.days = [day + timedelta(days=400) for day in turned.days]
    (found,) = re_emergences(
        [hotspot(cleared_on=CLEARED_ON + timedelta(days=400))],
        turned,
        surroundings(WIDE),
        as_of=TODAY + timedelta(days=400),
    )
    assert replace(found, cleared_on=CLEARED_ON) == expected


@given(st.integers(0, 12), st.integers(0, 400), st.integers(1, 200))
@settings(max_examples=30, deadline=None)
def test_more_background_never_makes_a_place_re_emerge(n, others, more):
    less = weighed([(0, 0, AFTER)] * n + scattered(others))
    busier = weighed([(0, 0, AFTER)] * n + scattered(others + more))
    assert busier.p_value >= less.p_value
    assert busier.expected > less.expected
    assert less.holds or not busier.holds


def test_area_of_the_surroundings_is_that_of_the_communes_less_the_circle():
    (lon,), (lat,) = degrees([0], [0])
    nobody = np.empty(0), np.empty(0)
    around = surroundings(WIDE, (5_000, -5_000, 15_000, 5_000))
    (region,) = find_regions([lon], [lat], nobody, around.shapes, 300)
    assert region.communes.tolist() == [0]
    assert region.outside_m2 == pytest.approx(100e6 - circle_m2(300), rel=3e-3)
