"""Before and after of a place, its ring and its control; the quotient and what it says."""

from datetime import date

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.campaign_areas import parts_around
from geo.crs import to_degrees, to_metres
from geo.displacement import Counts, evaluate_circle, evaluate_counts, evaluate_parts
from geo.errors import ClusterError, CrsError
from geo.records import Period
from geo.significance import count_change
from geo.terms import Verdict

BEFORE = Period(date(2026, 1, 1), date(2026, 2, 28))
AFTER = Period(date(2026, 3, 2), date(2026, 4, 29))
EARLY, LATE, CLEARED = date(2026, 2, 1), date(2026, 4, 1), date(2026, 3, 1)


def judged(place, ring=(20, 20), control=(500, 500), days=90):
    return evaluate_counts(days, Counts(*place), Counts(*ring), Counts(*control))


def test_quotient_of_an_example_worked_by_hand():
    """A 60 → 20, B 30 → 24, C 600 → 500.

    A: 20/500 - 60/600 = 0.04 - 0.10 = -0.06 (success 0.06)
    B: 24/500 - 30/600 = 0.048 - 0.05 = -0.002
    WDQ = -0.002 / -0.06 = 1/30: the ring fell a little with the place.
    Net: (60 + 30) · 500/600 - (20 + 24) = 75 - 44 = 31 fewer than the control's course.
    """
    found = judged((60, 20), (30, 24), (600, 500))
    assert found.wdq == pytest.approx(1 / 30)
    assert found.success == pytest.approx(0.06)
    assert found.net == pytest.approx(31)
    assert found.verdict is Verdict.DIFFUSION


def test_quotient_of_a_displacement_worked_by_hand():
    """A 40 → 10, B 20 → 30, C 500 → 500.

    A: 0.02 - 0.08 = -0.06; B: 0.06 - 0.04 = +0.02; WDQ = 0.02 / -0.06 = -1/3:
    a third of what was gained in the place came back in the ring.
    """
    found = judged((40, 10), (20, 30))
    assert found.wdq == pytest.approx(-1 / 3)
    assert found.net == pytest.approx(30 - 10)
    assert found.verdict is Verdict.DISPLACEMENT


@pytest.mark.parametrize(
    ("ring", "wdq", "verdict"),
    [
        ((60, 21), 1.3, Verdict.STRONG_DIFFUSION),
        ((60, 30), 1.0, Verdict.DIFFUSION),
        ((20, 19), 1 / 30, Verdict.DIFFUSION),
        ((20, 20), 0.0, Verdict.NEITHER),
        ((0, 0), 0.0, Verdict.RING_TOO_FEW),
        ((0, 5), -1 / 6, Verdict.RING_TOO_FEW),
        ((0, 6), -0.2, Verdict.DISPLACEMENT),
        ((20, 49), -29 / 30, Verdict.DISPLACEMENT),
        ((20, 50), -1.0, Verdict.FULL_DISPLACEMENT),
        ((20, 60), -4 / 3, Verdict.FULL_DISPLACEMENT),
    ],
)
def test_bands_of_the_quotient(ring, wdq, verdict):
    """The place falls from 40 to 10, the control stands still."""
    found = judged((40, 10), ring)
    assert (found.wdq, found.verdict) == (pytest.approx(wdq), verdict)


@pytest.mark.parametrize(
    ("place", "control", "days"),
    [
        ((5, 0), (500, 500), 90),
        ((0, 0), (500, 500), 90),
        ((60, 20), (0, 500), 90),
        ((60, 20), (500, 0), 90),
        ((60, 20), (19, 20), 90),
        ((60, 20), (500, 500), 29),
    ],
)
def test_too_few_to_say(place, control, days):
    assert judged(place, control=control, days=days).verdict is Verdict.TOO_FEW


def test_five_records_can_show_no_fall_and_six_can():
    assert count_change(5, 0, 90).high > 1
    assert count_change(6, 0, 90).high < 1
    assert judged((6, 0)).verdict is Verdict.NEITHER


@pytest.mark.parametrize(
    ("place", "control"), [((10, 30), (500, 500)), ((20, 20), (500, 800)), ((40, 20), (500, 200))]
)
def test_place_that_did_not_fall_against_the_control(place, control):
    """It rose; it stood still while the rest rose; it fell less than the rest."""
    found = judged(place, control=control)
    assert found.verdict is Verdict.NO_REDUCTION


def test_fall_within_chance_is_not_shown():
    found = judged((10, 6))
    assert (found.verdict, found.wdq) == (Verdict.NOT_SHOWN, 0.0)


@pytest.mark.parametrize(
    ("place", "ring", "control"),
    [
        ((60, 30), (60, 30), (1000, 500)),
        ((100, 49), (100, 55), (1000, 500)),
        ((60, 24), (60, 30), (1000, 500)),
        ((12, 3), (30, 30), (38, 20)),
    ],
)
def test_fall_that_may_be_that_of_the_whole_province_is_not_shown(place, ring, control):
    """The place fell beyond doubt, but no more than all did or hardly more.

    In the last the interval of the place, 0.05 to 0.93, ends at 0.53 of the control
    by itself: what is known of so small a control is not enough.
    """
    assert count_change(*place, 90).high < 1
    found = judged(place, ring, control)
    assert found.verdict in (Verdict.NOT_SHOWN, Verdict.NO_REDUCTION)
    assert not found.ring_speaks


def test_fall_beyond_that_of_the_whole_province_is_told():
    assert judged((100, 25), (100, 50), (1000, 500)).verdict is Verdict.NEITHER


@pytest.mark.parametrize("n_control", [40, 1000])
def test_where_all_falls_by_half_hardly_a_place_is_praised_or_blamed(n_control):
    """Poisson counts of means 60 → 30 in place and ring, the control halves with them."""
    rng = np.random.default_rng(20260601)
    means = (60, 30, 60, 30, n_control, n_control // 2)
    draws = rng.poisson(means, (2_000, 6)).tolist()
    found = [judged((a0, a1), (b0, b1), (c0, c1)) for a0, a1, b0, b1, c0, c1 in draws]
    assert np.mean([each.ring_speaks for each in found]) < 0.03
    assert np.mean([each.ring_shown for each in found]) < 0.06


def test_without_success_there_is_no_quotient():
    assert judged((10, 30)).wdq is None


def test_without_control_nothing_is_computed():
    found = judged((40, 10), control=(0, 10))
    assert (found.success, found.wdq, found.net, found.ring_shown) == (None, None, None, False)


@pytest.mark.parametrize(("ring", "shown"), [((20, 26), False), ((20, 60), True), ((0, 0), False)])
def test_ring_within_chance_is_told_apart(ring, shown):
    found = judged((40, 10), ring)
    assert found.ring_shown is shown
    assert found.ring_is_weak is (not shown and sum(ring) > 0)


@given(*[st.integers(0, 80)] * 4, st.integers(20, 900), st.integers(20, 900))
def test_quotient_keeps_its_sign_and_its_scale(a0, a1, b0, b1, c0, c1):
    found = judged((a0, a1), (b0, b1), (c0, c1))
    assert (found.wdq is not None) == (found.success > 0)
    if found.wdq is not None:
        ring_change = b1 / c1 - b0 / c0
        assert found.wdq == pytest.approx(-ring_change / found.success, abs=1e-9)
        larger = judged((a0, a1), (b0, b1), (10 * c0, 10 * c1))
        assert larger.wdq == pytest.approx(found.wdq)


def places(*offsets_m):
    """Longitudes and latitudes of places so many metres east and north of a point in Đắk Tô."""
    (x,), (y,) = to_metres([107.83], [14.65], 32648)
    lons, lats = to_degrees(
        [x + east for east, _ in offsets_m], [y + north for _, north in offsets_m], 32648
    )
    return lons, lats


OFFSETS = [(0, 0), (295, 0), (0, -305), (895, 0), (0, 905), (50_000, 0)]


def test_circle_ring_and_the_rest_are_told_apart_in_metres():
    (lon,), (lat,) = places((0, 0))
    lons, lats = places(*OFFSETS, *OFFSETS)
    days = [EARLY] * 6 + [LATE] * 6
    found = evaluate_circle(
        lon, lat, 300, 600, lons=lons, lats=lats, days=days, before=BEFORE, after=AFTER
    )
    assert (found.place, found.ring, found.control) == (Counts(2, 2),) * 3
    assert found.days == 59


def test_area_and_its_ring_are_told_apart_in_metres():
    corners = places((-300, -300), (300, -300), (300, 300), (-300, 300))
    area = shapely.Polygon(np.column_stack(corners))
    lons, lats = places(*OFFSETS)
    in_place, in_ring = parts_around(area, 600, lons, lats)
    days = np.array([LATE] * 6, dtype="datetime64[D]")
    control = ~(in_place | in_ring)
    found = evaluate_parts(in_place, in_ring, control, days, before=BEFORE, after=AFTER)
    assert (found.place, found.ring, found.control) == (Counts(0, 2), Counts(0, 2), Counts(0, 2))


def test_day_of_the_event_and_unknown_days_do_not_count():
    (lon,), (lat,) = places((0, 0))
    days = [CLEARED, None, EARLY, date(2025, 12, 31), date(2026, 4, 30)]
    found = evaluate_circle(
        lon, lat, 300, 600, lons=[lon] * 5, lats=[lat] * 5, days=days, before=BEFORE, after=AFTER
    )
    assert found.place == Counts(1, 0)


def test_a_drawn_circle_counts_as_the_circle_and_nothing_is_lost():
    rng = np.random.default_rng(5)
    lons, lats = places(*rng.normal(0, 700, (400, 2)))
    days = rng.choice([EARLY, LATE, CLEARED], 400).tolist()
    (lon,), (lat,) = places((0, 0))
    x, y = to_metres([lon], [lat], 32649)
    rim = shapely.Point(x[0], y[0]).buffer(300, quad_segs=500)
    area = shapely.transform(rim, lambda xy: np.column_stack(to_degrees(*xy.T, 32649)))
    circle = evaluate_circle(
        lon, lat, 300, 600, lons=lons, lats=lats, days=days, before=BEFORE, after=AFTER
    )
    inside, around = parts_around(area, 600, lons, lats)
    dated = np.array(days, dtype="datetime64[D]")
    parts = (inside, around, ~(inside | around))
    assert evaluate_parts(*parts, dated, before=BEFORE, after=AFTER) == circle
    parts = (circle.place, circle.ring, circle.control)
    assert sum(p.before for p in parts) == days.count(EARLY)
    assert sum(p.after for p in parts) == days.count(LATE)
    assert min(circle.place.before, circle.ring.after) > 0


def test_no_incidents_at_all_are_too_few():
    (lon,), (lat,) = places((0, 0))
    found = evaluate_circle(
        lon, lat, 300, 600, lons=[], lats=[], days=[], before=BEFORE, after=AFTER
    )
    assert found.verdict is Verdict.TOO_FEW


@pytest.mark.parametrize("radius_m", [0, -1, float("nan"), float("inf")])
def test_radius_must_be_a_length(radius_m):
    with pytest.raises(ClusterError, match="Bán kính"):
        evaluate_circle(
            107, 14, radius_m, 600, lons=[], lats=[], days=[], before=BEFORE, after=AFTER
        )


def test_windows_must_be_of_one_length():
    short = Period(AFTER.start, date(2026, 3, 10))
    with pytest.raises(ClusterError, match="dài bằng nhau"):
        evaluate_circle(107, 14, 300, 600, lons=[], lats=[], days=[], before=BEFORE, after=short)


def test_metres_given_for_degrees_are_refused():
    with pytest.raises(CrsError):
        evaluate_circle(
            107, 14, 300, 600, lons=[5e5], lats=[1e6], days=[EARLY], before=BEFORE, after=AFTER
        )
