"""Classes of provinces by Decision 28/2025: every boundary, and what is left open."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.records import Indicators
from geo.standing_terms import ProvinceClass
from models.criteria import Result, assess, load_ruleset
from models.periods import evaluation_period
from models.province_criteria import assess_province
from models.province_sums import add_up
from models.register_figures import Counted, RegisterFigures

RULES = load_ruleset("qd28_2025")
PERIOD = evaluation_period(2026)
ORDER = list(RULES.province.order)
CODES = [f"{n:05d}" for n in range(1, 101)]
CLEAN = Indicators(
    "00001",
    PERIOD,
    **dict.fromkeys(RULES.commune.indicators, 0) | {"residents": 1_000, "on_key_route": False},
)
TYPE_2 = {"dependents": 1, "use_dens": 1, "offenders_arrested": 1}
"""Of 1,000 residents: 0.1 % in a, one point, 0.1 % in c."""


def commune(code, register=None, **figures):
    return assess(RULES, replace(CLEAN, commune_code=code, **figures), register)


def province(*first, inter_route=False, codes=CODES, rules=RULES):
    """A province of a hundred communes of 1,000 residents, clean but for the first ones."""
    given = [commune(code, **figures) for code, figures in zip(codes, first, strict=False)]
    clean = [commune(code) for code in codes[len(first) :]]
    return assess_province(rules, "51", PERIOD, [*given, *clean], codes, inter_route)


def results(found):
    return {row.code: row.result.value for row in found.evidence}


def row(found, code):
    return next(r for r in found.evidence if r.code == code)


# --- boundary values: article 5 ----------------------------------------------

# what the first communes have, then the criteria met
BOUNDARIES = [
    ([], ""),
    # 1: of 100,000 residents 0.2 % = 200
    ([{"dependents": 199}], ""),
    ([{"dependents": 200}], "1"),
    ([{"dependents": 100}, {"users": 100}], "1"),
    ([{"users": 201}], "1"),
    ([{"dependents": 199, "residents": 501}], ""),
    ([{"dependents": 199, "residents": 500}], "1"),
    # 2
    ([{"use_dens": 4}], ""),
    ([{"use_dens": 2}, {"use_dens": 3}], "2"),
    ([{"use_dens": 6}], "2"),
    # 3: 0.05 % = 50
    ([{"offenders_arrested": 49}], ""),
    ([{"offenders_arrested": 50}], "3"),
    ([{"offenders_arrested": 25}, {"offenders_arrested": 25}], "3"),
    ([{"offenders_arrested": 51}], "3"),
    # 4: 3 % of 100 communes
    ([TYPE_2] * 2, ""),
    ([TYPE_2] * 3, "4"),
    ([TYPE_2] * 4, "4"),
    ([TYPE_2 | {"dependents": 5, "use_dens": 2}] * 3, "2 4"),
    # 5: plants or area
    ([{"plants": 7_999}], ""),
    ([{"plants": 4_000}, {"plants": 4_000}], "5"),
    ([{"plants": 8_001}], "5"),
    ([{"plant_area_m2": 1_999.9}], ""),
    ([{"plant_area_m2": 1_999.9}, {"plant_area_m2": 0.1}], "5"),
    ([{"plant_area_m2": 2_000.5}], "5"),
    ([{"plants": 7_999, "plant_area_m2": 1_999.0}], ""),
]


@pytest.mark.parametrize(("first", "expected"), BOUNDARIES)
def test_criteria_met_at_the_boundaries(first, expected):
    found = results(province(*first))
    met = {
        code.removeprefix("key.") for code, r in found.items() if code[:3] == "key" and r == "met"
    }
    assert met == set(expected.split())


@pytest.mark.parametrize(("inter_route", "result"), [(True, "met"), (False, "not_met"),
                                                     (None, "unknown")])  # fmt: skip
def test_inter_provincial_key_route_is_the_sixth(inter_route, result):
    assert results(province(inter_route=inter_route))["key.6"] == result


@pytest.mark.parametrize(
    ("n_communes", "n_key", "met"), [(101, 3, False), (101, 4, True), (34, 1, False), (33, 1, True)]
)
def test_share_of_key_communes_is_compared_exactly(n_communes, n_key, met):
    codes = [f"{n:05d}" for n in range(n_communes)]
    found = results(province(*[TYPE_2] * n_key, codes=codes))
    assert (found["key.4"] == "met") is met


FIVE = [{"dependents": 200}, {"use_dens": 5}, {"offenders_arrested": 50}, {"plants": 8_000}]


@pytest.mark.parametrize(
    ("first", "inter_route", "cls"),
    [
        (FIVE, True, "key"),
        (FIVE, False, "key"),
        (FIVE[:3], True, "key"),
        (FIVE[:3], False, "affected"),
        (FIVE[1:], True, "key"),
        (FIVE[1:], False, "affected"),
        ([{"use_dens": 1}], True, "affected"),
        ([{"fugitives": 1}], False, "affected"),
        ([{"resident_offenders": 1}], False, "affected"),
        ([{"dependents": 2, "substitution": 1}], False, "affected"),
        ([{"dependents": 2, "substitution": 2}], False, "drug_free"),
        ([], True, "drug_free"),
    ],
)
def test_four_of_six_make_a_key_province(first, inter_route, cls):
    assert province(*first, inter_route=inter_route).cls == cls


def test_drug_free_outranks_key_with_a_warning():
    figures = {"dependents": 200, "substitution": 200, "offenders_arrested": 50, "plants": 8_000}
    found = province(figures, inter_route=True)
    assert found.cls is ProvinceClass.DRUG_FREE
    assert any("trọng điểm thì là: trọng điểm" in note for note in found.notes)


def test_other_reading_of_the_communes_is_told_where_it_changes_the_province():
    capped = {"residents": 2_000, "dependents": 69, "use_dens": 2, "offenders_arrested": 1}
    found = province(*[capped] * 3, inter_route=True)
    assert results(found)["key.4"] == "met"
    assert (found.cls, found.other_cls) == (ProvinceClass.KEY, ProvinceClass.AFFECTED)
    assert any("Cách đọc đang dùng" in note for note in found.notes)


# --- what is missing ---------------------------------------------------------


def test_commune_not_assessed_is_an_interval_and_never_zero():
    given = [commune(code) for code in CODES[1:]]
    found = assess_province(RULES, "51", PERIOD, given, CODES, False)
    assert found.cls is ProvinceClass.UNKNOWN
    assert [cls.value for cls in found.possible] == ["drug_free", "affected", "key"]
    assert (found.n_communes, found.n_assessed, found.incomplete) == (100, 99, ("00001",))
    assert any(note.startswith("1 trên 100 xã chưa có đánh giá") for note in found.notes)
    assert row(found, "key.2").value == "ít nhất 0 điểm"
    assert dict(row(found, "key.2").inputs) == {"use_dens": None}


def test_class_stands_where_no_value_of_what_is_missing_would_change_it():
    given = [commune("00002", use_dens=5, plants=8_000, fugitives=1), *map(commune, CODES[2:5])]
    dens_only = assess_province(RULES, "51", PERIOD, given, CODES[:5], False)
    assert results(dens_only)["drug_free.3"] == "not_met"
    assert (results(dens_only)["key.2"], results(dens_only)["key.5"]) == ("met", "met")
    assert [cls.value for cls in dens_only.possible] == ["affected", "key"]
    key = [commune("00002", **TYPE_2 | {"use_dens": 5, "plants": 8_000})]
    surely = assess_province(RULES, "51", PERIOD, key, CODES[:2], True)
    assert surely.cls is ProvinceClass.KEY
    assert surely.possible == (ProvinceClass.KEY,)
    assert any("không làm thay đổi" in note for note in surely.notes)


def test_share_of_key_communes_lies_between_its_limits_where_classes_are_unknown():
    open_one = commune("00001", **TYPE_2 | {"offenders_arrested": None})
    given = [open_one, commune("00002", **TYPE_2), *map(commune, CODES[2:])]
    found = assess_province(RULES, "51", PERIOD, given, CODES, False)
    assert row(found, "key.4").value == "1 đến 2 xã/100 xã = từ 1 %"
    assert row(found, "key.4").result is Result.NOT_MET
    assert row(found, "key.3").result is Result.UNKNOWN
    assert row(found, "key.4").records == ("00002",)


def test_communes_open_otherwise_are_no_key_communes_under_the_other_reading():
    found = province(*[{"fugitives": None}] * 3, *FIVE[:3])
    assert found.possible == (ProvinceClass.AFFECTED,)
    assert found.other_cls is ProvinceClass.AFFECTED


def test_open_number_of_residents_is_at_least_one_a_commune():
    given = [commune("00001", residents=None), commune("00002")]
    sums = add_up(RULES, given, frozenset(CODES[:4]))
    assert sums.wholes["residents"] == (1_003, None)


def test_missing_figure_of_one_commune_is_named():
    found = province({"plants": None})
    assert (found.cls, found.missing) == (ProvinceClass.DRUG_FREE, ("plants",))
    assert found.incomplete == ("00001",)
    assert any("1 xã đã đánh giá còn thiếu số liệu" in note for note in found.notes)
    affected = province({"plants": None}, *FIVE[:3])
    assert affected.cls is ProvinceClass.UNKNOWN
    assert any("số cây" in note and "Còn có thể là" in note for note in affected.notes)


def test_missing_residents_leave_the_shares_open_downwards():
    found = province({"residents": None, "dependents": 198}, {"dependents": 1})
    assert results(found)["key.1"] == "unknown"
    few = province({"residents": None}, {"dependents": 197})
    assert results(few)["key.1"] == "not_met"


def test_faulty_figures_of_a_commune_are_open_and_not_added():
    found = province({"use_dens": -3})
    assert (found.cls, found.missing) == (ProvinceClass.UNKNOWN, ("use_dens",))


def test_province_without_any_residents_is_no_key_province():
    found = province(*[{"residents": 0}] * 100)
    assert found.cls is ProvinceClass.DRUG_FREE
    assert results(found)["key.1"] == results(found)["key.3"] == "not_met"


def test_commune_of_another_province_is_left_out_and_told():
    stranger = commune("99999", use_dens=50)
    given = [*map(commune, CODES), stranger]
    found = assess_province(RULES, "51", PERIOD, given, CODES, False)
    assert found.cls is ProvinceClass.DRUG_FREE
    assert any(note.startswith("1 đánh giá của xã không thuộc tỉnh") for note in found.notes)


def test_province_without_communes_is_unknown():
    found = assess_province(RULES, "51", PERIOD, [], [], False)
    assert found.cls is ProvinceClass.UNKNOWN
    assert any("không có xã nào" in note for note in found.notes)


def test_older_decision_tells_nothing_of_provinces():
    old = load_ruleset("qd3122_2010")
    period = evaluation_period(2024)
    given = [assess(old, replace(CLEAN, period=period))]
    found = assess_province(old, "51", period, given, ["00001"], None)
    assert found.cls is ProvinceClass.UNKNOWN
    assert found.missing == ()
    assert any("chưa được xác nhận" in note for note in found.notes)


# --- evidence ----------------------------------------------------------------


def test_evidence_gives_sums_thresholds_articles_and_the_communes_that_count():
    found = province(*[TYPE_2] * 3, inter_route=True)
    share = row(found, "key.1")
    assert share.value == "3/100.000 nhân khẩu = 0,003 %"
    assert share.threshold == "từ 0,2 % trở lên"
    assert share.citation == "tiêu chí 1, Điều 5 Quyết định 28/2025/QĐ-TTg"
    assert share.inputs == (("dependents", 3), ("users", 0), ("residents", 100_000))
    assert row(found, "key.2").records == ("00001", "00002", "00003")
    assert row(found, "key.4").value == "3/100 xã = 3 %"
    assert row(found, "key.4").records == ("00001", "00002", "00003")
    assert row(found, "key.6").value == "trên tuyến trọng điểm liên tỉnh"
    assert row(found, "key.6").threshold == "trên tuyến trọng điểm liên tỉnh"
    assert len(found.evidence) == 9


def test_figures_of_the_register_are_marked_in_the_province_too():
    den = RegisterFigures(use_dens=Counted(5, ("TD-1",)))
    given = [commune("00001", den), *map(commune, CODES[1:])]
    found = assess_province(RULES, "51", PERIOD, given, CODES, False)
    assert row(found, "key.2").origin == "computed"
    assert row(found, "key.1").origin == "declared"


# --- relations ---------------------------------------------------------------

VALUES = {
    "residents": st.integers(1, 4_000),
    "dependents": st.integers(0, 12),
    "use_dens": st.integers(0, 3),
    "offenders_arrested": st.integers(0, 5),
    "fugitives": st.integers(0, 1),
    "plants": st.sampled_from([0, 1, 4_000, 8_000]),
    "plant_area_m2": st.sampled_from([0.0, 999.5, 2_000.0]),
}
FIGURES, NAMES = st.fixed_dictionaries(VALUES), sorted(VALUES)


def small(figures, inter_route):
    codes = CODES[: len(figures)]
    given = [commune(c, **f) for c, f in zip(codes, figures, strict=True) if f is not None]
    return assess_province(RULES, "51", PERIOD, given, codes, inter_route)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(FIGURES, min_size=1, max_size=4),
    st.sampled_from(NAMES),
    st.integers(1, 3_000),
    st.booleans(),
)
def test_worse_figure_of_a_commune_never_gives_the_province_a_better_class(
    figures, name, step, inter_route
):
    first = figures[0]
    value = max(1, first[name] - step) if name == "residents" else first[name] + step
    before = small(figures, inter_route).cls
    after = small([first | {name: value}, *figures[1:]], inter_route).cls
    assert ORDER.index(after) >= ORDER.index(before)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(FIGURES, min_size=1, max_size=4),
    st.sets(st.integers(0, 3)),
    st.sets(st.sampled_from(NAMES)),
    st.sampled_from([None, False, True]),
)
def test_true_class_is_always_among_the_possible(figures, absent, hidden, inter_route):
    truth = small(figures, bool(inter_route)).cls
    seen = [
        None if n in absent else f | (dict.fromkeys(hidden) if n == 0 else {})
        for n, f in enumerate(figures)
    ]
    found = small(seen, inter_route)
    assert truth in found.possible
    assert found.cls in (truth, ProvinceClass.UNKNOWN)
