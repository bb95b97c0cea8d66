"""What stands between a commune and a better class, in words and numbers."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.records import Indicators
from models.criteria import (
    assess,
    criteria_left,
    load_ruleset,
    nearest_type,
    what_is_missing,
)
from models.periods import evaluation_period

RULES, OLD = load_ruleset("qd28_2025"), load_ruleset("qd3122_2010")
ORDER = list(RULES.commune.order)
CLEAN = Indicators(
    "23401",
    evaluation_period(2026),
    **dict.fromkeys(RULES.commune.indicators, 0) | {"residents": 20_000, "on_key_route": False},
)
TYPE_1 = {"dependents": 100, "use_dens": 2, "offenders_arrested": 20}
TYPE_2 = {"dependents": 20, "use_dens": 1, "offenders_arrested": 10}


def assessed(rules=RULES, **figures):
    return assess(rules, replace(CLEAN, **figures))


def told(figures):
    """Steps as (target, needed, code, text)."""
    return [
        (s.target.value, s.needed, s.code, s.text) for s in what_is_missing(assessed(**figures))
    ]


def test_drug_free_commune_has_nothing_to_improve():
    assert (told({}), criteria_left(assessed())) == ([], 0)


@pytest.mark.parametrize(
    ("figures", "left"),
    [
        ({"use_dens": 1}, 1),
        ({"use_dens": 1, "fugitives": 1}, 2),
        ({"use_dens": 1, "fugitives": 1, "users": 1}, 3),
        ({"users": 4, "home_rehab": 4}, 0),
        # open: what is missing could be met or not
        ({"use_dens": None}, None),
        ({"use_dens": 1, "fugitives": None}, None),
        ({"use_dens": 1, "offenders_arrested": None}, 1),
        ({"fugitives": -1}, None),
        ({"plants": -1}, None),
    ],
)
def test_criteria_left_to_drug_free(figures, left):
    assert criteria_left(assessed(**figures)) == left


def test_affected_commune_is_told_how_far_to_drug_free():
    assert told({"use_dens": 2, "resident_offenders": 1}) == [
        ("drug_free", 2, "drug_free.2", "Hiện 1 người; phải giảm 1 người, còn 0 người."),
        ("drug_free", 2, "drug_free.3", "Hiện 2 điểm; phải giảm 2 điểm, còn 0 điểm."),
    ]


def test_excepted_persons_need_not_be_fewer():
    steps = told({"dependents": 5, "substitution": 3})
    assert steps[-1] == (
        "drug_free", 1, "drug_free.1", "Hiện 5 - 3 = 2 người; phải giảm 2 người, còn 0 người.",
    )  # fmt: skip


def test_key_commune_is_told_how_many_criteria_lead_to_the_next_type():
    down = [step for step in told(TYPE_1 | {"plants": 3_000}) if step[0] == "type_2"]
    assert down == [
        ("type_2", 2, "type_1.a", "Hiện 100/20.000 nhân khẩu = 0,5 %;"
         " phải giảm 1 người, còn nhiều nhất 99 người."),
        ("type_2", 2, "type_1.b", "Hiện 2 điểm; phải giảm 1 điểm, còn nhiều nhất 1 điểm."),
        ("type_2", 2, "type_1.c", "Hiện 20/20.000 nhân khẩu = 0,1 %;"
         " tính cho kỳ sau: dưới 20 đối tượng."),
        ("type_2", 2, "type_1.d", "Hiện 3.000 cây; 0 m²;"
         " tính cho kỳ sau: dưới 3.000 cây."),
    ]  # fmt: skip


def test_on_a_key_route_one_of_two_criteria_is_enough():
    figures = {"on_key_route": True, "dependents": 100, "use_dens": 2}
    down = [step for step in told(figures) if step[0] == "type_2"]
    assert [(step[1], step[2]) for step in down] == [(1, "type_1.a"), (1, "type_1.b")]


def test_type_3_is_left_only_at_zero():
    steps = told({"offenders_arrested": 3, "plant_area_m2": 12.5, "fugitives": 1})
    assert steps[:2] == [
        ("affected", 2, "type_3.b", "Hiện 3/20.000 nhân khẩu = 0,015 %;"
         " tính cho kỳ sau: 0 đối tượng."),
        ("affected", 2, "type_3.c", "Hiện 0 cây; 12,5 m²; tính cho kỳ sau: 0 m²."),
    ]  # fmt: skip


def test_area_is_told_without_a_false_whole_number():
    steps = told(TYPE_1 | {"use_dens": 0, "plant_area_m2": 800.5})
    assert "Hiện 0 cây; 800,5 m²; tính cho kỳ sau: dưới 750 m²." in [step[3] for step in steps]


def test_unknown_class_is_first_told_what_to_declare():
    steps = what_is_missing(assessed(offenders_arrested=None, use_dens=1, dependents=20))
    assert [(s.target.value, s.is_open) for s in steps][:1] == [("unknown", True)]
    assert steps[0].text == "Chưa đủ số liệu; phải khai: đối tượng bị bắt trên địa bàn."
    assert [s.target.value for s in steps if not s.is_open] == ["drug_free", "drug_free"]


def test_known_part_of_a_missing_figure_is_not_forgotten():
    steps = what_is_missing(assessed(users=None, dependents=3))
    text = next(s.text for s in steps if s.code == "drug_free.1")
    assert text == "Hiện chưa đủ số liệu; phải giảm ít nhất 3 người, còn 0 người."


def test_unconfirmed_criteria_are_named_as_such():
    steps = what_is_missing(assessed(OLD, dependents=3))
    assert {s.text for s in steps} == {"Tiêu chí của văn bản chưa được xác nhận."}
    assert criteria_left(assessed(OLD)) is None


@pytest.mark.parametrize(
    ("figures", "nearest"),
    [
        ({}, "type_3"),
        ({"use_dens": 1}, "type_3"),
        ({"use_dens": 2, "on_key_route": True}, "type_3"),
        ({"dependents": 1}, "type_3"),
        (TYPE_2, "type_2"),
        (TYPE_1, "type_1"),
        (TYPE_2 | {"offenders_arrested": None}, "type_2"),
        (TYPE_1 | {"residents": None}, "type_1"),
        ({"fugitives": None}, "type_3"),
    ],
)
def test_nearest_type(figures, nearest):
    assert nearest_type(assessed(**figures)) == nearest


def reached(text, value):
    """The figure after a step: of this period less what it takes off, or that of the next one."""
    if "tính cho kỳ sau: " in text:
        words = text.split("tính cho kỳ sau: ")[1].replace(".", "").split(" ")
        return int(words[1]) - 1 if words[0] == "dưới" else int(words[0])
    return value - int(text.split("phải giảm ")[1].split(" ")[0].replace(".", ""))


def test_arrests_and_plants_of_a_period_are_never_asked_to_become_fewer():
    steps = told({"offenders_arrested": 20, "plants": 3_000, "plant_area_m2": 900, "use_dens": 2})
    texts = {step[2]: step[3] for step in steps}
    assert "phải giảm" not in texts["type_1.c"] + texts["type_1.d"]
    assert "phải giảm" in texts["type_1.b"]


GOALS = {"a": "dependents", "b": "use_dens", "c": "offenders_arrested", "d": "plants"}


@settings(deadline=None)
@given(
    st.fixed_dictionaries(
        {
            "dependents": st.integers(0, 150),
            "use_dens": st.integers(0, 4),
            "offenders_arrested": st.integers(0, 30),
            "plants": st.integers(0, 4_000),
            "on_key_route": st.booleans(),
            "fugitives": st.just(1),
        }
    )
)
def test_fulfilling_the_steps_leads_to_a_better_class(figures):
    """Takes off what the first steps ask for, as many of them as are needed."""
    before = assessed(**figures)
    steps = [s for s in what_is_missing(before) if s.target.value != "drug_free"]
    if not steps:
        return
    of = GOALS | ({"b": "offenders_arrested", "c": "plants"} if before.cls == "type_3" else {})
    better = dict(figures)
    for step in steps[: steps[0].needed]:
        name = of[step.code[-1]]
        better[name] = reached(step.text, figures[name])
    after = assessed(**better)
    assert ORDER.index(after.cls) < ORDER.index(before.cls)
    assert ORDER.index(after.cls) <= ORDER.index(steps[0].target)
