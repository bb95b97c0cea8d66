"""Remembered choices: the key is exact, one choice a source and words, inside the scope."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.records import PlaceQuery
from models import aliases
from models.aliases import NewAlias, written_key
from models.errors import NotAllowedError
from models.session import Database, unit_of_work
from tests.models.specimens import ANALYST, NOON, PLANNER, PLANNER_01, PLANNER_51, draw_map

OLD, NEW = date(2025, 6, 30), date(2025, 7, 1)
PLACE = PlaceQuery(address="Thôn 2, xã Mỹ Hoà, huyện Phù Mỹ", on=OLD)
CHOICE = NewAlias("CÔNG AN TỈNH A", written_key(PLACE), "Thôn 2, xã Mỹ Hoà", "23401")


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
    with unit_of_work(database) as session:
        draw_map(session)
        first = aliases.remember(session, PLANNER, CHOICE, at=NOON)
        second = aliases.remember(session, PLANNER, replace(CHOICE, commune_code="23402"), at=NOON)
        aliases.remember(session, PLANNER, replace(CHOICE, source="CÔNG AN TỈNH B"), at=NOON)
        found = aliases.list_aliases(session, PLANNER, "CÔNG AN TỈNH A")
    assert first == second
    assert [(alias.commune_code, alias.created_by) for alias in found] == [("23402", "planner")]


def test_a_forgotten_choice_is_not_used_and_may_come_back(database: Database) -> None:
    with unit_of_work(database) as session:
        draw_map(session)
        number = aliases.remember(session, PLANNER, CHOICE, at=NOON)
        assert not aliases.forget(session, PLANNER, number, "23402")
        assert aliases.forget(session, PLANNER, number, "23401")
        assert aliases.list_aliases(session, PLANNER) == []
        assert aliases.remember(session, PLANNER, CHOICE, at=NOON) == number
        assert len(aliases.list_aliases(session, PLANNER)) == 1


def test_choices_are_for_writers_and_communes_of_their_scope(database: Database) -> None:
    with unit_of_work(database) as session:
        draw_map(session)
        with pytest.raises(NotAllowedError):
            aliases.remember(session, PLANNER_01, CHOICE, at=NOON)
        number = aliases.remember(session, PLANNER_51, CHOICE, at=NOON)
        with pytest.raises(NotAllowedError):
            aliases.forget(session, PLANNER_01, number, "23401")
        for act in (
            lambda: aliases.list_aliases(session, ANALYST),
            lambda: aliases.remember(session, ANALYST, CHOICE, at=NOON),
            lambda: aliases.forget(session, ANALYST, number, "23401"),
        ):
            with pytest.raises(NotAllowedError):
                act()
