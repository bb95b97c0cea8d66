"""How long who fails has to wait, on both databases."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from models.session import Database, unit_of_work
from models.tables import attempts
from models.viewers import SITE
from tests.webapp.seeded_site import NOW
from webapp.services.attempt_limits import (
    CODE,
    TOKEN,
    line_of,
    signed_in,
    try_once,
    try_to_sign_in,
    went_well,
)

LIMIT = "1000 per minute"


def failed(database: Database, name: str, address: str, at: datetime) -> datetime | None:
    return try_to_sign_in(database, name, address, LIMIT, at).refused_until


def test_waits_double_up_to_a_quarter_of_an_hour_and_never_last(database: Database) -> None:
    at, waits = NOW, []
    for _ in range(12):
        until = failed(database, "an", "::1", at)
        if until is not None:
            waits.append(int((until - at).total_seconds()))
            at = until
            assert failed(database, "an", "::1", at) is None

    assert waits[:4] == [15, 30, 60, 120]
    assert all(wait <= 900 for wait in waits)


def test_an_hour_without_a_failure_is_a_fresh_start(database: Database) -> None:
    for _ in range(4):
        failed(database, "an", "::1", NOW)
    later = NOW + timedelta(minutes=61)

    assert [failed(database, "an", "::1", later) for _ in range(5)] == [None] * 5
    assert failed(database, "an", "::1", later) is not None


def test_a_stranger_elsewhere_slows_new_addresses_but_not_the_owner(database: Database) -> None:
    tried = try_to_sign_in(database, "an", "10.0.0.5", LIMIT, NOW)
    signed_in(database, "an", "10.0.0.5", tried, NOW)
    answers = [failed(database, "an", f"203.0.113.{n}", NOW) for n in range(40)]

    assert answers[:30] == [None] * 30
    assert all(until is not None for until in answers[30:])
    assert failed(database, "an", "10.0.0.5", NOW) is None
    longest = max(until - NOW for until in answers[30:] if until is not None)
    assert longest <= timedelta(minutes=1)
    assert failed(database, "an", "203.0.113.200", NOW + timedelta(seconds=61)) is None


def test_one_address_may_fail_so_often_whatever_the_names(database: Database) -> None:
    def tries(n: int, at: datetime = NOW) -> bool:
        tried = try_to_sign_in(database, f"name{n}", "::1", "3 per minute", at)
        return tried.refused_until is None

    assert [tries(n) for n in range(5)] == [True, True, True, False, False]
    assert tries(9, NOW + timedelta(seconds=61))


def test_a_subscriber_of_ipv6_is_one_address(database: Database) -> None:
    for n in range(5):
        assert failed(database, "an", f"2001:db8:1:2::{n + 1:x}", NOW) is None
    for n in range(20):
        try_once(database, "token", line_of(f"2001:db8:1:2::{n + 1:x}"), TOKEN, NOW)

    assert failed(database, "an", "2001:db8:1:2:ffff::9", NOW) is not None
    assert failed(database, "an", "2001:db8:1:3::9", NOW) is None
    other = line_of("2001:db8:1:2:ffff::9")
    assert try_once(database, "token", other, TOKEN, NOW).refused_until is not None


def test_sign_ins_that_go_well_do_not_use_up_the_address(database: Database) -> None:
    for n in range(12):
        tried = try_to_sign_in(database, f"name{n}", "::1", "3 per minute", NOW)
        assert tried.refused_until is None
        signed_in(database, f"name{n}", "::1", tried, NOW)


def test_one_that_began_earlier_and_is_counted_later_is_let_through(database: Database) -> None:
    later, earlier = NOW + timedelta(seconds=1), NOW
    assert try_to_sign_in(database, "an", "10.0.0.1", "30 per minute", later).refused_until is None
    tried = try_to_sign_in(database, "binh", "10.0.0.1", "30 per minute", earlier)

    assert tried.refused_until is None


def test_many_at_once_get_no_more_tries(database: Database) -> None:
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: failed(database, "an", "::1", NOW), range(18)))

    assert answers.count(None) == 5


def test_codes_and_tokens_count_for_themselves(database: Database) -> None:
    codes = [try_once(database, "code", "an", CODE, NOW) for _ in range(6)]
    assert [each.refused_until is None for each in codes] == [True] * 5 + [False]
    assert codes[4].waits == ("code",)
    assert try_once(database, "token", "an", TOKEN, NOW).refused_until is None
    assert failed(database, "an", "::1", NOW) is None

    later = NOW + timedelta(minutes=2)
    went_well(database, try_once(database, "code", "an", CODE, later))
    assert try_once(database, "code", "an", CODE, later).refused_until is None


@pytest.mark.parametrize("secret", ["an.nguyen", "203.0.113.7"])
def test_neither_names_nor_addresses_stand_in_the_table(database: Database, secret: str) -> None:
    failed(database, "an.nguyen", "203.0.113.7", NOW)
    with unit_of_work(database, SITE, read_only=True) as session:
        assert secret not in str(session.execute(attempts.select()).all())


def test_what_is_over_is_swept_away(database: Database) -> None:
    for n in range(20):
        failed(database, f"name{n}", f"10.0.0.{n}", NOW)
    failed(database, "an", "::1", NOW + timedelta(days=2))
    with unit_of_work(database, SITE, read_only=True) as session:
        assert len(session.execute(attempts.select()).all()) == 3
