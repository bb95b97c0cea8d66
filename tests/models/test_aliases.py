"""Remembered choices: the key is exact, one choice a source and words, inside the scope."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select

from geo.records import PlaceQuery
from models import aliases, schema
from models.aliases import NewAlias, written_key
from models.errors import NotAllowedError
from models.session import Database, Session, unit_of_work
from models.tables import place_reviews
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import ANALYST, NOON, PLANNER, PLANNER_01, PLANNER_51, draw_map

OLD, NEW = date(2025, 6, 30), date(2025, 7, 1)
PLACE = PlaceQuery(address="Thôn 2, xã Mỹ Hoà, huyện Phù Mỹ", on=OLD)
CHOICE = NewAlias("CÔNG AN TỈNH A", written_key(PLACE), "Thôn 2, xã Mỹ Hoà", "23401")
OTHER = replace(CHOICE, commune_code="23402")


@pytest.mark.parametrize(
    "same",
    [
        replace(PLACE, address="THÔN 2, XÃ MỸ HÒA; HUYỆN PHÙ MỸ"),
        replace(PLACE, address="Thôn 02,  xã Mĩ Hoà,huyện Phù Mĩ."),
        replace(PLACE, on=date(2019, 1, 1)),
        replace(PLACE, lat_cell="14,1", lon_cell="108,2"),
    ],
)
def test_spelling_day_and_coordinates_do_not_matter(same: PlaceQuery) -> None:
    assert written_key(same) == written_key(PLACE)


@pytest.mark.parametrize(
    "other",
    [
        replace(PLACE, on=NEW),
        replace(PLACE, on=None),
        replace(PLACE, address="Thôn 3, xã Mỹ Hoà, huyện Phù Mỹ"),
        replace(PLACE, address="Thôn 2, xã Mỹ Hóa, huyện Phù Mỹ"),
        replace(PLACE, address="xã Mỹ Hoà, huyện Phù Mỹ"),
        replace(PLACE, address="xã Mỹ Hoà, Thôn 2, huyện Phù Mỹ"),
        replace(PLACE, province_name="Bình Định"),
        replace(PLACE, commune_code="23401"),
    ],
)
def test_another_word_part_order_or_map_is_another_place(other: PlaceQuery) -> None:
    assert written_key(other) != written_key(PLACE)


@given(st.text(max_size=30), st.text(max_size=30))
def test_words_never_pass_from_one_part_to_another(commune: str, district: str) -> None:
    place = PlaceQuery(commune_name=commune, district_name=district)
    exchanged = PlaceQuery(commune_name=district, district_name=commune)
    alike = written_key(PlaceQuery(address=commune)) == written_key(PlaceQuery(address=district))
    assert (written_key(place) == written_key(exchanged)) == alike


def test_a_place_without_words_has_no_key() -> None:
    assert written_key(PlaceQuery(lat_cell=14.1, lon_cell=108.2, on=OLD)) == ""
    assert written_key(PlaceQuery(address=" - ", on=OLD)) == ""


def test_a_new_choice_for_the_same_words_takes_the_place_of_the_old(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        aliases.remember(session, PLANNER, CHOICE, at=NOON)
        aliases.remember(session, PLANNER, OTHER, at=NOON)
        aliases.remember(session, PLANNER, replace(CHOICE, source="CÔNG AN TỈNH B"), at=NOON)
        found = aliases.list_aliases(session, PLANNER, "CÔNG AN TỈNH A")
    assert [(alias.commune_code, alias.created_by) for alias in found] == [("23402", "planner")]


def test_a_forgotten_choice_is_not_used_and_may_come_back(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        number = _remembered(session, CHOICE)
        assert not aliases.forget(session, PLANNER, number + 1)
        assert aliases.forget(session, PLANNER, number)
        assert not aliases.forget(session, PLANNER, number)
        assert in_use(session) == []
        _remembered(session, CHOICE)
        assert in_use(session) == ["23401"]


def test_forgetting_a_choice_brings_back_the_one_it_replaced(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        first, second = _remembered(session, CHOICE), _remembered(session, OTHER)
        assert aliases.forget(session, PLANNER, second)
        assert in_use(session) == ["23401"]
        assert aliases.forget(session, PLANNER, first)
        assert in_use(session) == []


def test_a_replaced_choice_that_was_forgotten_does_not_come_back(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        _remembered(session, CHOICE)
        second, third = _remembered(session, OTHER), _remembered(session, CHOICE)
        assert aliases.forget(session, PLANNER, second)
        assert in_use(session) == ["23401"]
        assert aliases.forget(session, PLANNER, third)
        assert in_use(session) == ["23401"]


def test_a_choice_for_a_commune_out_of_scope_is_not_replaced(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        _remembered(session, CHOICE)
        foreign = replace(CHOICE, commune_code="00004")
        assert aliases.remember(session, PLANNER_01, foreign, at=NOON) is None
        assert in_use(session) == ["23401"]


def test_two_who_remember_at_once_follow_each_other(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)

    def remember(choice: NewAlias) -> int:
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            return _remembered(session, choice)

    with ThreadPoolExecutor(4) as pool:
        numbers = list(pool.map(remember, [CHOICE, OTHER] * 4))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assert len(set(numbers)) == 8
        assert len(in_use(session)) == 1


def test_a_schema_without_history_keeps_the_choice_in_use(owned_database: Database) -> None:
    with unit_of_work(owned_database, LOCAL_OPERATOR) as session:
        draw_map(session)
        first, second = _remembered(session, CHOICE), _remembered(session, OTHER)
        aliases.forget(session, PLANNER, second)
        session.execute(
            insert(place_reviews),
            [_review(record_id, alias_id) for record_id, alias_id in ((1, first), (2, second))],
        )
    schema.move_to(owned_database, "0005")
    schema.create_or_upgrade(owned_database)
    with unit_of_work(owned_database, LOCAL_OPERATOR) as session:
        assert in_use(session) == ["23401"]
        c = place_reviews.c
        told = select(c.record_id, c.alias_id).order_by(c.record_id)
        assert session.execute(told).all() == [(1, first), (2, None)]


def _remembered(session: Session, choice: NewAlias) -> int:
    number = aliases.remember(session, PLANNER, choice, at=NOON)
    assert number is not None
    return number


def in_use(session: Session) -> list[str]:
    return [alias.commune_code for alias in aliases.list_aliases(session, PLANNER)]


def _review(record_id: int, alias_id: int) -> dict[str, object]:
    of = {"layer": "incidents", "record_id": record_id, "before": {}, "after": {}}
    return of | {"alias_id": alias_id, "at": NOON, "by_user": "planner", "decision_id": 1}


def test_choices_are_for_writers_and_communes_of_their_scope(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)
        with pytest.raises(NotAllowedError):
            aliases.remember(session, PLANNER_01, CHOICE, at=NOON)
        number = aliases.remember(session, PLANNER_51, CHOICE, at=NOON)
        assert number is not None
        with pytest.raises(NotAllowedError):
            aliases.forget(session, PLANNER_01, number)
        for act in (
            lambda: aliases.list_aliases(session, ANALYST),
            lambda: aliases.remember(session, ANALYST, CHOICE, at=NOON),
            lambda: aliases.forget(session, ANALYST, number),
        ):
            with pytest.raises(NotAllowedError):
                act()
