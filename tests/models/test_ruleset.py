"""Rule sets as data: which holds when, and what the schema refuses."""

from dataclasses import replace
from datetime import date
from importlib.resources import files
from itertools import pairwise

import pytest

from geo.records import Indicators, Period
from geo.terms import CommuneClass
from models.criteria import Result, assess
from models.errors import RuleSetError
from models.periods import evaluation_period, half_year_period
from models.ruleset import load_ruleset, parse_ruleset, ruleset_for, ruleset_names

RULES, OLD = load_ruleset("qd28_2025"), load_ruleset("qd3122_2010")
CLEAN = Indicators(
    "23401",
    evaluation_period(2026),
    **dict.fromkeys(RULES.commune.indicators, 0) | {"residents": 20_000, "on_key_route": False},
)
TYPE_1 = {"dependents": 100, "use_dens": 2, "offenders_arrested": 20}
EARLIER = replace(CLEAN, period=evaluation_period(2024))


# --- which holds when --------------------------------------------------------


@pytest.mark.parametrize(
    ("period", "name"),
    [
        (evaluation_period(2026), "qd28_2025"),
        (evaluation_period(2025), "qd28_2025"),
        (evaluation_period(2024), "qd3122_2010"),
        (half_year_period(2025), "qd3122_2010"),
        (half_year_period(2025, 2), "qd28_2025"),
        (Period(date(2025, 8, 1), date(2025, 8, 23)), "qd3122_2010"),
        (Period(date(2025, 8, 1), date(2025, 8, 24)), "qd28_2025"),
        (evaluation_period(2005), "qd3122_2010"),
        (evaluation_period(2090), "qd28_2025"),
    ],
)
def test_period_is_assessed_by_the_rule_set_in_force_on_its_last_day(period, name):
    assert ruleset_for(period).name == name


def test_no_day_has_two_rule_sets_and_none_lies_between():
    known = [load_ruleset(name) for name in ruleset_names()]
    for older, newer in pairwise(known):
        assert older.valid_to is not None
        assert (newer.valid_from - older.valid_to).days == 1
    assert known[-1].valid_to is None


@pytest.mark.parametrize("name", ruleset_names())
def test_file_carries_the_name_and_words_every_criterion(name):
    ruleset = load_ruleset(name)
    assert ruleset.name == name
    for scheme in (ruleset.commune, ruleset.province):
        codes = [criterion.code for criterion in scheme.criteria]
        assert len(codes) == len(set(codes))
        assert all(criterion.label and criterion.citation for criterion in scheme.criteria)


# --- the older decision ------------------------------------------------------


@pytest.mark.parametrize(
    ("persons", "cls"),
    [(0, "unknown"), (99, "unknown"), (100, "type_1"), (101, "type_1")],
)
def test_older_decision_confirms_type_1_by_persons_and_nothing_else(persons, cls):
    assert assess(OLD, replace(EARLIER, dependents=persons)).cls == cls
    assert assess(OLD, replace(EARLIER, users=persons)).cls == cls


def test_older_decision_leaves_every_class_open_and_says_why():
    found = assess(OLD, replace(EARLIER, use_dens=40, plants=90_000, plant_area_m2=9e4))
    assert [cls.value for cls in found.possible] == [
        "drug_free", "affected", "type_3", "type_2", "type_1",
    ]  # fmt: skip
    assert any("chưa được xác nhận" in note for note in found.notes)
    results = {row.code: row.result for row in found.evidence}
    assert results["type_1.1"] is Result.NOT_MET
    assert set(results.values()) == {Result.NOT_MET, Result.UNKNOWN}
    assert (found.missing, found.notes[0].count("hiệu lực")) == ((), 0)


def test_older_decision_invents_no_threshold():
    bands = [band for c in OLD.commune.criteria for band in c.bands]
    assert [(band.measure, band.at_least) for band in bands] == [("persons", 100)]
    assert all(criterion.unknown for criterion in OLD.province.criteria)


def test_missing_persons_are_missing_in_the_older_decision_too():
    found = assess(OLD, replace(EARLIER, dependents=None, residents=None))
    assert (found.cls, found.missing) == (CommuneClass.UNKNOWN, ("dependents",))
    certain = assess(OLD, replace(EARLIER, dependents=None, users=100))
    assert certain.cls is CommuneClass.TYPE_1


# --- the files ---------------------------------------------------------------


def _text():
    return (files("models") / "rulesets" / "qd28_2025.toml").read_text(encoding="utf-8")


def test_rule_set_is_loaded_once():
    assert load_ruleset("qd28_2025") is RULES


@pytest.mark.parametrize("name", ["qd_none", "../secrets", ""])
def test_unknown_rule_set_is_refused(name):
    with pytest.raises(RuleSetError, match="Không có"):
        load_ruleset(name)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('name = "qd28_2025"', "name = "),
        ('title = "', 'heading = "'),
        ("required = 3", 'required = "three"'),
        ('plus = ["use_dens"]', 'plus = ["dens"]'),
        ('measure = "use_dens", at_most', 'measure = "dens", at_most'),
        ("at_most = 0", "at_mots = 0"),
        ('class = "type_1"', 'class = "type_9"'),
        ('use_dens = "điểm', 'other = "điểm'),
        ('unknown = "chưa', 'unheard = "chưa'),
        ('others_type = "type_3" }', 'others_type = "type_3", unknown = true }'),
        ('others_type = "type_3" }', 'others_type = "type_4" }'),
        ('key_route = "on_inter_route"', 'key_route = "on_key_route"'),
        ('plus = ["key_communes"]', 'plus = ["key_towns"]'),
        ("first = true", "first_of_all = true"),
        ("[province.classes]", "[province.kinds]"),
        ("valid_from = 2025-08-24", "valid_from = 2025-08-24\nvalid_to = 2025-08-23"),
    ],
)
def test_rule_set_that_contradicts_the_schema_is_refused(old, new):
    assert old in _text()
    with pytest.raises(RuleSetError, match="không dùng được"):
        parse_ruleset(_text().replace(old, new, 1))


def test_a_rule_set_says_which_there_are_when_asked_for_another():
    with pytest.raises(RuleSetError, match="qd3122_2010, qd28_2025"):
        load_ruleset("qd1999")


def test_changed_threshold_in_the_file_changes_the_class():
    stricter = parse_ruleset(_text().replace("at_least = 0.005", "at_least = 0.004"))
    figures = replace(CLEAN, **(TYPE_1 | {"dependents": 80}))
    assert assess(RULES, figures).cls is CommuneClass.TYPE_2
    assert assess(stricter, figures).cls is CommuneClass.TYPE_1


def test_unconfirmed_criterion_leaves_the_class_open_where_it_matters():
    unconfirmed = parse_ruleset(
        _text().replace('bands = [{ measure = "use_dens", at_least = 2 }]', "unknown = true")
    )
    two_met = replace(CLEAN, **(TYPE_1 | {"use_dens": 0}))
    assert assess(unconfirmed, two_met).cls is CommuneClass.UNKNOWN
    assert assess(unconfirmed, replace(two_met, plants=3000)).cls is CommuneClass.TYPE_1
