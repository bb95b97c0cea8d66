"""Declared figures against the register: the worse one counts, and both are told."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.records import Indicators
from geo.terms import CommuneClass
from models.criteria import assess, load_ruleset
from models.evidence import Origin
from models.periods import evaluation_period
from models.register_figures import NOTHING, REGISTERED, Counted, RegisterFigures, combine

RULES = load_ruleset("qd28_2025")
ORDER = list(RULES.commune.order)
CLEAN = Indicators(
    "23401",
    evaluation_period(2026),
    **dict.fromkeys(RULES.commune.indicators, 0) | {"residents": 20_000, "on_key_route": False},
)
NO = "declared"
YES = "computed"


def combined(name, declared, register):
    """The figure of one indicator from what was declared and what the register holds."""
    used, figures = combine(replace(CLEAN, **{name: declared}), register)
    figure = next(figure for figure in figures if figure.name == name)
    assert figure.used == getattr(used, name) or figure.used != figure.used
    return figure


@pytest.mark.parametrize("name", REGISTERED)
@pytest.mark.parametrize(
    ("declared", "counted", "used", "origin", "differs"),
    [
        (0, None, 0, NO, False),
        (None, None, None, NO, False),
        (0, 2, 2, YES, True),
        (None, 2, 2, YES, False),
        (2, 2, 2, NO, False),
        (3, 2, 3, NO, True),
        (1, 2, 2, YES, True),
        (2, 0, 2, NO, True),
        # records that count nothing do not tell that there is nothing
        (None, 0, None, NO, False),
        (-1, 2, -1, NO, True),
    ],
)
def test_worse_of_declared_and_registered(name, declared, counted, used, origin, differs):
    register = NOTHING
    if counted is not None:
        register = RegisterFigures(**{name: Counted(counted, ("R-1", "R-2"))})
    figure = combined(name, declared, register)
    assert (figure.declared, figure.computed) == (declared, counted)
    assert (figure.used, figure.origin.value, figure.differs) == (used, origin, differs)
    assert figure.records == (("R-1", "R-2") if counted is not None else ())


@pytest.mark.parametrize(
    ("declared", "registered", "used", "origin", "differs"),
    [
        (None, None, None, NO, False),
        (True, None, True, NO, False),
        (None, True, True, YES, False),
        (None, False, False, YES, False),
        (False, True, True, YES, True),
        (True, False, True, NO, True),
        (True, True, True, NO, False),
        (False, False, False, NO, False),
    ],
)
def test_key_route_that_either_knows_of_counts(declared, registered, used, origin, differs):
    register = RegisterFigures(on_key_route=registered, routes=("QL 19",) if registered else ())
    figure = combined("on_key_route", declared, register)
    assert (figure.used, figure.origin.value, figure.differs) == (used, origin, differs)
    assert figure.records == (("QL 19",) if registered else ())


def test_what_the_register_cannot_know_stays_as_declared():
    full = RegisterFigures(*(Counted(9, ("R",)) for _ in REGISTERED), on_key_route=True)
    used, figures = combine(CLEAN, full)
    changed = {f.name for f in figures}
    assert changed == {*REGISTERED, "on_key_route"}
    for name in set(RULES.commune.indicators) - changed:
        assert getattr(used, name) == getattr(CLEAN, name)


def test_evidence_names_the_register_and_its_records_where_it_was_used():
    register = RegisterFigures(use_dens=Counted(2, ("TD-7", "TD-9")), plants=Counted(5, ("VV-1",)))
    found = assess(RULES, replace(CLEAN, plants=600), register)
    rows = {row.code: row for row in found.evidence}
    for code in ("drug_free.3", "type_1.b", "type_2.b"):
        assert (rows[code].origin, rows[code].records) == (Origin.COMPUTED, ("TD-7", "TD-9"))
        assert rows[code].inputs == (("use_dens", 2),)
    assert (rows["type_2.d"].origin, rows["type_2.d"].records) == (Origin.DECLARED, ("VV-1",))
    assert (rows["type_2.a"].origin, rows["type_2.a"].records) == (Origin.DECLARED, ())
    assert [(f.name, f.used) for f in found.figures][:3] == [
        ("use_dens", 2), ("offenders_arrested", 0), ("plants", 600),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("declared", "register", "note"),
    [
        ({"use_dens": 0}, RegisterFigures(use_dens=Counted(2, ("TD-7", "TD-9"))),
         "Điểm tổ chức, chứa chấp sử dụng: khai báo 0, hồ sơ có 2 (TD-7, TD-9);"
         " dùng số của hồ sơ, cần kiểm tra."),
        ({"offenders_arrested": None}, RegisterFigures(offenders_arrested=Counted(3, ("V1",))),
         "Đối tượng bị bắt trên địa bàn: chưa khai báo, hồ sơ có 3 (V1); dùng số của hồ sơ,"
         " cần kiểm tra."),
        ({"offenders_arrested": 1234}, RegisterFigures(offenders_arrested=Counted(3)),
         "Đối tượng bị bắt trên địa bàn: khai báo 1.234, hồ sơ có 3; dùng số khai báo."),
        ({"plants": 0}, RegisterFigures(plants=Counted(7, tuple("ABCDEFG"))),
         "Số cây có chứa chất ma túy bị phát hiện, phá bỏ: khai báo 0, hồ sơ có 7"
         " (A, B, C, D, E và 2 hồ sơ khác); dùng số của hồ sơ, cần kiểm tra."),
        ({"on_key_route": False}, RegisterFigures(on_key_route=True, routes=("QL 19",)),
         "Tuyến trọng điểm: xã khai không nằm trên tuyến, danh mục tuyến cho thấy có (QL 19);"
         " coi là có, cần kiểm tra."),
        ({"on_key_route": True}, RegisterFigures(on_key_route=False),
         "Tuyến trọng điểm: xã khai có nằm trên tuyến, danh mục tuyến cho thấy không;"
         " coi là có, cần kiểm tra."),
        ({}, RegisterFigures(notes=("Có 2 vụ chỉ biết tháng.",)), "Có 2 vụ chỉ biết tháng."),
    ],
)  # fmt: skip
def test_note_tells_both_figures_and_which_was_used(declared, register, note):
    assert note in assess(RULES, replace(CLEAN, **declared), register).notes


def test_figures_that_agree_need_no_note():
    register = RegisterFigures(use_dens=Counted(1, ("TD-1",)), on_key_route=False)
    assert assess(RULES, replace(CLEAN, use_dens=1), register).notes == ()


def test_missing_declaration_is_filled_by_the_register_only_where_it_has_records():
    bare = Indicators("23401", evaluation_period(2026))
    register = RegisterFigures(use_dens=Counted(1, ("TD-1",)))
    found = assess(RULES, bare, register)
    assert "use_dens" not in found.missing
    assert "offenders_arrested" in found.missing
    assert found.cls is CommuneClass.UNKNOWN
    assert CommuneClass.DRUG_FREE not in found.possible


def test_declared_number_that_cannot_be_right_is_told_and_not_hidden_by_the_register():
    register = RegisterFigures(use_dens=Counted(1, ("TD-1",)))
    found = assess(RULES, replace(CLEAN, use_dens=-2), register)
    assert found.cls is CommuneClass.UNKNOWN
    assert any("số âm (-2)" in note for note in found.notes)


def test_area_that_was_added_up_is_compared_as_written():
    tenths = sum([0.1] * 10)
    found = assess(RULES, CLEAN, RegisterFigures(plant_area_m2=Counted(tenths, ("V",))))
    assert tenths != 1
    assert found.cls is CommuneClass.DRUG_FREE
    area = assess(RULES, replace(CLEAN, plant_area_m2=125.0, fugitives=1))
    assert {r.code for r in area.evidence if r.result == "met"} >= {"type_2.d", "type_3.c"}


COUNTS = st.one_of(st.none(), st.integers(0, 25))


@settings(deadline=None)
@given(
    declared=st.fixed_dictionaries(
        {
            "dependents": st.sampled_from([0, 1, 20, 100]),
            "use_dens": COUNTS,
            "offenders_arrested": COUNTS,
            "plants": st.sampled_from([None, 0, 499, 500, 3000]),
            "on_key_route": st.sampled_from([None, False, True]),
        }
    ),
    register=st.fixed_dictionaries(
        {
            "use_dens": COUNTS,
            "offenders_arrested": COUNTS,
            "plants": st.sampled_from([None, 0, 1, 500, 3000]),
            "plant_area_m2": st.sampled_from([None, 0.0, 0.5, 125.0, 750.0]),
            "on_key_route": st.sampled_from([None, False, True]),
        }
    ),
    name=st.sampled_from(REGISTERED),
    step=st.integers(1, 3000),
)
def test_worse_register_never_gives_a_better_class(declared, register, name, step):
    worse = register | {name: (register[name] or 0) + step}
    before = assess(RULES, replace(CLEAN, **declared), _register(register))
    after = assess(RULES, replace(CLEAN, **declared), _register(worse))
    at = [ORDER.index(cls) for cls in before.possible]
    then = [ORDER.index(cls) for cls in after.possible]
    assert min(then) >= min(at)
    if declared.get(name, 0) is not None:
        assert max(then) >= max(at)


def _register(figures):
    route = figures["on_key_route"]
    counts = {n: None if figures[n] is None else Counted(figures[n], ("R",)) for n in REGISTERED}
    return RegisterFigures(**counts, on_key_route=route, routes=("QL 1",) if route else ())
