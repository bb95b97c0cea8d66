"""What the page of a province is made of: flows between classes, the drawing, the table."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from fractions import Fraction
from io import StringIO

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.records import Period
from geo.standing_terms import AssessmentState
from geo.terms import CommuneClass
from models.communes import CommuneShape
from models.periods import evaluation_period
from webapp.services.class_flows import STEPS, find_flows, improvement
from webapp.services.class_map import WIDTH_PX, draw_class_map
from webapp.services.commune_table import (
    HEADINGS,
    NO_STATE,
    CommuneLine,
    TableQuery,
    choose_lines,
    write_table,
)
from webapp.services.province_index import count_classes

FREE, SOME, THREE, TWO, ONE, UNKNOWN = CommuneClass
BEFORE = Period(date(2024, 12, 15), date(2025, 12, 14))
NAMES = {"1": "Xã Đắk Tô", "2": "Xã An Phú", "3": "Phường Cẩm Thành", "4": "Xã Ba Tơ"}


def shape(code: str, west: float, south: float, side: float = 0.1) -> CommuneShape:
    """A square commune."""
    box = shapely.box(west, south, west + side, south + side)
    return CommuneShape(code, f"Tên {code}", f"Xã Tên {code}", "51", box, "")


def line(name: str = "Xã Đắk Tô", cls: CommuneClass = TWO, **facts: object) -> CommuneLine:
    """One line of the table."""
    whole = CommuneLine("23401", name, cls, None, provisional=False)
    return replace(whole, **facts)


def test_communes_are_told_from_which_class_to_which_they_moved() -> None:
    flows = find_flows(
        BEFORE,
        NAMES,
        {"1": TWO, "2": FREE, "3": FREE, "4": THREE},
        {"1": FREE, "2": ONE, "3": FREE, "4": UNKNOWN},
    )

    assert [(f.before, f.now, f.step, f.communes) for f in flows.moved] == [
        (TWO, FREE, 3, (("1", "Xã Đắk Tô"),)),
        (FREE, ONE, -4, (("2", "Xã An Phú"),)),
        (THREE, UNKNOWN, None, (("4", "Xã Ba Tơ"),)),
    ]
    assert (flows.better, flows.worse, flows.same, flows.unsure) == (1, 1, 1, 1)
    assert flows.gained == (("1", "Xã Đắk Tô"),)
    assert flows.lost == (("2", "Xã An Phú"),)


def test_a_commune_without_a_class_before_is_left_out_and_counted() -> None:
    flows = find_flows(BEFORE, NAMES, {"1": TWO}, {"1": TWO, "2": FREE})

    assert (flows.compared, flows.left_out, flows.same) == (1, 3, 1)
    assert flows.gained == ()


def test_names_of_a_flow_follow_the_alphabet_whatever_their_kind() -> None:
    everybody = dict.fromkeys(NAMES, TWO)
    (flow,) = find_flows(BEFORE, NAMES, everybody, dict.fromkeys(NAMES, ONE)).moved

    assert [name for _, name in flow.communes] == [
        *("Xã An Phú", "Xã Ba Tơ", "Phường Cẩm Thành", "Xã Đắk Tô"),
    ]


classes = st.dictionaries(st.sampled_from(sorted(NAMES)), st.sampled_from(list(CommuneClass)))


@given(before=classes, now=classes)
def test_flows_add_up_to_the_communes_of_the_province(
    before: dict[str, CommuneClass], now: dict[str, CommuneClass]
) -> None:
    flows = find_flows(BEFORE, NAMES, before, now)

    assert flows.better + flows.worse + flows.same + flows.unsure == flows.compared
    assert flows.compared + flows.left_out == len(NAMES)
    assert sum(flows.counts.values()) == flows.compared
    both = [c for c in before if before[c] is not UNKNOWN and now.get(c, UNKNOWN) is not UNKNOWN]
    was_free, is_free = (sum(found[c] is FREE for c in both) for found in (before, now))
    assert is_free == was_free + len(flows.gained) - len(flows.lost)


@pytest.mark.parametrize("before", list(CommuneClass))
@pytest.mark.parametrize("now", list(CommuneClass))
def test_a_step_back_undoes_a_step(before: CommuneClass, now: CommuneClass) -> None:
    there, back = improvement(before, now), improvement(now, before)

    assert (there is None) == (before not in STEPS or now not in STEPS)
    assert there is None or back is None or there + back == 0


def test_communes_without_a_class_count_as_unknown() -> None:
    counts = count_classes(["1", "2", "3"], {"1": FREE, "2": ONE}, evaluation_period(2026))

    assert (counts.drug_free, counts.key, counts.unknown, counts.total) == (1, 1, 1, 3)
    assert sum(counts.by_class.values()) == counts.total


def test_a_share_is_told_only_where_half_of_the_communes_and_the_criteria_are_known() -> None:
    codes, now = ["1", "2", "3"], evaluation_period(2026)

    assert count_classes(codes, {"1": FREE}, now).share is None
    assert count_classes(codes, {"1": FREE, "2": ONE}, now).share == Fraction(1, 3)
    old = count_classes(codes, {"1": ONE, "2": ONE}, evaluation_period(2024))
    assert (old.share, old.known, old.counts_drug_free) == (None, 2, False)


def test_a_drawing_holds_every_commune_within_its_frame() -> None:
    drawn = draw_class_map([shape("1", 107.0, 14.0), shape("2", 107.1, 14.0)])

    assert drawn is not None
    assert [unit.code for unit in drawn.communes] == ["1", "2"]
    numbers = [float(n) for unit in drawn.communes for n in _numbers(unit.path)]
    assert 0 <= min(numbers) <= max(numbers) <= WIDTH_PX
    assert drawn.insets == ()
    assert drawn.outline.count("M") == 1
    assert {label.text for label in drawn.labels} == {"Tên 1", "Tên 2"}


def test_a_far_island_has_a_box_of_its_own_and_does_not_shrink_the_mainland() -> None:
    near = [shape("1", 107.0, 14.0), shape("2", 107.1, 14.0)]
    alone = draw_class_map(near)
    drawn = draw_class_map([*near, shape("9", 112.0, 16.0, 0.01)])

    assert alone is not None
    assert drawn is not None
    assert [unit.path for unit in drawn.communes] == [unit.path for unit in alone.communes]
    assert [inset.commune.code for inset in drawn.insets] == ["9"]
    assert drawn.height > alone.height


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Hoàng Sa", ("Quần đảo Hoàng Sa", "(TP Đà Nẵng)")),
        ("Trường Sa", ("Quần đảo Trường Sa", "(tỉnh Khánh Hòa)")),
    ],
)
def test_an_archipelago_is_drawn_as_its_islets_never_as_a_disc(
    name: str, words: tuple[str, str]
) -> None:
    far = replace(shape("9", 112.0, 16.0), name=name, full_name=f"Đặc khu {name}")
    drawn = draw_class_map([shape("1", 107.0, 14.0), shape("2", 107.1, 14.0), far])

    assert drawn is not None
    inset = drawn.insets[0]
    assert (inset.commune.path, inset.words) == ("", words)
    assert len(inset.dots) > 5
    assert all(0 < x < inset.width and 0 < y < inset.height for x, y in inset.dots)


def test_names_that_would_lie_on_each_other_are_left_out() -> None:
    shapes = [shape(str(n), 107.0 + n / 1000, 14.0, 0.001) for n in range(60)]
    drawn = draw_class_map(shapes)

    assert drawn is not None
    assert drawn.labels == ()


def test_a_province_without_communes_has_no_drawing() -> None:
    assert draw_class_map([]) is None


def _numbers(path: str) -> list[str]:
    return path.replace("M", " ").replace("L", " ").replace("Z", " ").split()


def test_the_table_is_searched_without_diacritics() -> None:
    lines = [line(), line("Xã Ba Tơ")]

    assert [each.name for each in choose_lines(lines, TableQuery(text="dak to"))] == ["Xã Đắk Tô"]
    assert choose_lines(lines, TableQuery(text="không có")) == ()


def test_the_table_is_narrowed_by_class_and_state() -> None:
    signed = line("Xã A", FREE, state=AssessmentState.APPROVED)
    lines = [signed, line("Xã B", FREE), line("Xã C", ONE, state=AssessmentState.APPROVED)]

    assert choose_lines(lines, TableQuery(cls=FREE, state="approved")) == (signed,)
    assert [x.name for x in choose_lines(lines, TableQuery(state=NO_STATE))] == ["Xã B"]


@pytest.mark.parametrize("downward", [False, True])
def test_what_is_not_known_comes_last_whichever_way_the_table_is_sorted(downward: bool) -> None:
    lines = [line("Xã A"), line("Xã B", left=2), line("Xã C", left=1)]
    wanted = TableQuery(sort="left", downward=downward)
    names = [each.name for each in choose_lines(lines, wanted)]

    assert names == (["Xã B", "Xã C", "Xã A"] if downward else ["Xã C", "Xã B", "Xã A"])


def test_a_share_of_no_cases_is_no_share() -> None:
    assert line(own_cases=0, detected_cases=0).own_share is None
    assert line(own_cases=1, detected_cases=4).own_share == pytest.approx(0.25)


def test_the_file_opens_in_a_spreadsheet_and_runs_no_formula() -> None:
    text = write_table("=1+1", [line("=cmd|'/C calc'!A0", left=2, before=ONE)])
    title, headings, row = csv.reader(StringIO(text.removeprefix("\ufeff")))

    assert text.startswith("\ufeff")
    assert title == ["'=1+1"]
    assert tuple(headings) == HEADINGS
    assert row[:4] == ["23401", "'=cmd|'/C calc'!A0", "Trọng điểm loại II", "type_2"]
    assert len(row) == len(HEADINGS)
