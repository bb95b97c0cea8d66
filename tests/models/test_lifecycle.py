"""Status at a date: a table of cases; watch period and delisting."""

from datetime import date, timedelta
from itertools import pairwise, permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.records import HotspotEvent
from geo.terms import EventType, HotspotStatus
from models.lifecycle import (
    add_months,
    delisting_due,
    last_cleared_on,
    sequence_problems,
    status_at,
    status_changes,
    watch_at,
)

START = date(2025, 1, 1)
LETTERS = {"s": "suspected", "o": "opened", "c": "cleared", "r": "re_emerged", "d": "delisted",
           "n": "note"}  # fmt: skip


def history(text):
    """Events a day apart; letters side by side fall on one day: "o c dr"."""
    return [
        HotspotEvent(EventType(LETTERS[letter]), START + timedelta(days=index))
        for index, letters in enumerate(text.split())
        for letter in letters
    ]


def end_of(text):
    return status_at(history(text), date(2030, 1, 1))


@pytest.mark.parametrize(
    ("events", "status"),
    [
        ("", None),
        ("n", None),
        ("s", "suspected"),
        ("o", "active"),
        ("s o", "active"),
        ("o s", "active"),
        ("o n", "active"),
        ("o c", "cleared"),
        ("o c n", "cleared"),
        ("o c c", "cleared"),
        ("o c r", "re_emerged"),
        ("o c r s", "re_emerged"),
        ("o c r o", "re_emerged"),
        ("o c r c", "cleared"),
        ("o c r c r", "re_emerged"),
        ("o c d", "delisted"),
        ("o c d r", "re_emerged"),
        ("o c d c", "cleared"),
        ("s d", "delisted"),
        # opened again after a clearing is a re-emergence
        ("o c o", "re_emerged"),
        ("o c d o", "re_emerged"),
        # a suspicion reopens a closed place
        ("o c s", "suspected"),
        ("o c d s", "suspected"),
        ("o c s o", "re_emerged"),
        # steps without their predecessor: the word stands
        ("c", "cleared"),
        ("c o", "re_emerged"),
        ("r", "re_emerged"),
        ("d", "delisted"),
        ("o d", "delisted"),
        # several on one day
        ("so", "active"),
        ("oc", "cleared"),
        ("soc", "cleared"),
        ("o cd", "delisted"),
        ("o cr", "re_emerged"),
        ("o c rc", "cleared"),
        ("o c d rc", "cleared"),
        ("ocr", "re_emerged"),
        ("o c rcd", "delisted"),
    ],
)
def test_status_after_a_history(events, status):
    assert end_of(events) == (HotspotStatus(status) if status else None)


@pytest.mark.parametrize(
    ("days", "status"), [(-1, None), (0, "active"), (1, "cleared"), (2, "re_emerged")]
)
def test_event_takes_effect_on_its_own_day(days, status):
    assert status_at(history("o c r"), START + timedelta(days=days)) == status


@given(st.text("socrdn ", max_size=8))
def test_order_of_recording_does_not_matter(text):
    events = history(text)[:5]
    results = {status_at(order, date.max) for order in permutations(events)}
    assert len(results) == 1


@given(st.text("socrdn ", max_size=12), st.integers(0, 12))
def test_later_events_never_change_an_earlier_status(text, days):
    day = START + timedelta(days=days)
    events = history(text)
    assert status_at(events, day) == status_at([e for e in events if e.on <= day], day)


LIFE = "s o n c r c d"
"""A whole life, an event on the first of each month of 2025 from January on."""


def monthly(text):
    return [
        HotspotEvent(EventType(LETTERS[letter]), date(2025, month, 1))
        for month, letter in enumerate(text.split(), start=1)
    ]


@pytest.mark.parametrize(
    ("day", "status", "days_left", "is_over"),
    [
        (date(2024, 12, 31), None, None, None),
        (date(2025, 1, 1), "suspected", None, None),
        (date(2025, 1, 31), "suspected", None, None),
        (date(2025, 2, 1), "active", None, None),
        (date(2025, 3, 1), "active", None, None),
        (date(2025, 3, 31), "active", None, None),
        (date(2025, 4, 1), "cleared", 183, False),
        (date(2025, 4, 30), "cleared", 154, False),
        (date(2025, 5, 1), "re_emerged", None, None),
        (date(2025, 6, 1), "cleared", 183, False),
        (date(2025, 6, 30), "cleared", 154, False),
        (date(2025, 7, 1), "delisted", None, None),
        (date(2030, 1, 1), "delisted", None, None),
    ],
)
def test_a_whole_life_at_its_dates(day, status, days_left, is_over):
    events = monthly(LIFE)
    watch = watch_at(events, day)
    assert status_at(events, day) == status
    assert (watch.days_left if watch else None) == days_left
    assert (watch.is_over if watch else None) == is_over


@pytest.mark.parametrize(
    ("events", "day", "status", "ends_on", "days_left"),
    [
        # watched from the clearing to the last day, and over on the day after
        ("o c", date(2025, 2, 1), "cleared", date(2025, 8, 1), 181),
        ("o c", date(2025, 7, 31), "cleared", date(2025, 8, 1), 1),
        ("o c", date(2025, 8, 1), "cleared", date(2025, 8, 1), 0),
        ("o c", date(2025, 8, 2), "cleared", date(2025, 8, 1), 0),
        # a note changes nothing; a second clearing begins the watch anew
        ("o c n", date(2025, 3, 1), "cleared", date(2025, 8, 1), 153),
        ("o c c", date(2025, 3, 1), "cleared", date(2025, 9, 1), 184),
        # back, suspected again or delisted: watched no more
        ("o c r", date(2025, 3, 1), "re_emerged", None, None),
        ("o c s", date(2025, 3, 1), "suspected", None, None),
        ("o c d", date(2025, 3, 1), "delisted", None, None),
        ("o c d r c", date(2025, 5, 1), "cleared", date(2025, 11, 1), 184),
    ],
)
def test_status_and_watch_at_a_date(events, day, status, ends_on, days_left):
    watch = watch_at(monthly(events), day)
    assert status_at(monthly(events), day) == status
    assert (watch.ends_on if watch else None) == ends_on
    assert (watch.days_left if watch else None) == days_left


def test_last_clearing_counts():
    assert last_cleared_on(history("o c r c"), date.max) == START + timedelta(days=3)
    assert last_cleared_on(history("o c r c"), START + timedelta(days=2)) == START + timedelta(1)
    assert last_cleared_on(history("o"), date.max) is None


def cleared(year, month, day):
    return [HotspotEvent(EventType.CLEARED, date(year, month, day))]


@pytest.mark.parametrize(
    ("events", "ends_on"),
    [
        (cleared(2025, 1, 15), date(2025, 7, 15)),
        (cleared(2025, 8, 31), date(2026, 2, 28)),
        (cleared(2023, 8, 29), date(2024, 2, 29)),
        (cleared(2024, 2, 29), date(2024, 8, 29)),
        (cleared(2025, 6, 30), date(2025, 12, 30)),
    ],
)
def test_watch_lasts_six_calendar_months(events, ends_on):
    watch = watch_at(events, events[0].on)
    assert watch.ends_on == ends_on
    assert watch.days_left == (ends_on - events[0].on).days
    assert watch_at(events, ends_on).days_left == 0
    assert not watch_at(events, ends_on).is_over
    assert watch_at(events, ends_on + timedelta(1)).is_over


@pytest.mark.parametrize("events", ["", "o", "o c r", "o c d", "o c s"])
def test_only_a_cleared_place_is_watched(events):
    assert watch_at(history(events), date(2025, 2, 1)) is None


def test_second_clearing_starts_the_watch_again():
    events = cleared(2025, 1, 15) + cleared(2025, 3, 1)
    assert watch_at(events, date(2025, 2, 1)).ends_on == date(2025, 7, 15)
    assert watch_at(events, date(2025, 4, 1)).ends_on == date(2025, 9, 1)


@pytest.mark.parametrize(
    ("day", "incidents", "due"),
    [
        (date(2025, 7, 15), [], False),
        (date(2025, 7, 16), [], True),
        (date(2025, 7, 16), [date(2025, 1, 15)], True),
        (date(2025, 7, 16), [date(2025, 1, 16)], False),
        (date(2025, 7, 16), [date(2025, 7, 16)], False),
        (date(2025, 7, 16), [date(2025, 7, 17)], True),
    ],
)
def test_delisting_is_due_after_a_quiet_watch(day, incidents, due):
    assert delisting_due(cleared(2025, 1, 15), day, incidents, data_until=day) is due


@pytest.mark.parametrize(
    ("data_until", "due"),
    [(None, False), (date(2025, 7, 14), False), (date(2025, 7, 15), True)],
)
def test_delisting_is_not_due_where_the_data_end_before_the_watch(data_until, due):
    day = date(2026, 7, 16)
    assert delisting_due(cleared(2025, 1, 15), day, data_until=data_until) is due


def test_watch_length_can_be_chosen():
    assert watch_at(cleared(2025, 1, 15), date(2025, 1, 15), months=12).ends_on == date(2026, 1, 15)


@pytest.mark.parametrize(
    ("events", "count"),
    [("s o c r c d", 0), ("o c o", 0), ("s d", 0), ("c", 1), ("r", 1), ("d", 1), ("o d", 1),
     ("o r", 1), ("c o r", 1)],
)  # fmt: skip
def test_missing_predecessors_are_named(events, count):
    problems = sequence_problems(history(events))
    assert len(problems) == count
    assert all("/2025" in problem for problem in problems)


@given(st.text("socrdn ", max_size=14), st.integers(-1, 15))
def test_the_last_change_up_to_a_day_is_the_status_of_that_day(text, days):
    events, day = history(text), START + timedelta(days=days)
    changes = status_changes(events)
    upto = [status for on, status in changes if on <= day]

    assert (upto[-1] if upto else None) == status_at(events, day)
    assert all(a[1] is not b[1] for a, b in pairwise(changes))


def test_months_are_added_across_years():
    assert add_months(date(2024, 12, 31), 2) == date(2025, 2, 28)
    assert add_months(date(2025, 1, 14), -1) == date(2024, 12, 14)
