"""Provinces on their pages: the list, one inside and one outside the viewer's scope, its file."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from io import StringIO

import pytest
from flask.testing import FlaskClient

from geo.records import Indicators, Period
from geo.terms import CommuneClass, Layer
from models import assessments, border, imports, indicators, unit_due_dates
from models.criteria import assess, load_ruleset, ruleset_for
from models.imports import NewImport
from models.periods import evaluation_period, half_year_period
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import an_import
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import NOW, PERIOD
from tests.webapp.small_world import NORTH
from webapp.services.commune_table import HEADINGS
from webapp.services.province_index import open_index
from webapp.services.province_page import ProvincePage, ProvinceQuery, open_province

TODAY = date(2026, 6, 14)
BEFORE = evaluation_period(2025)
PLANNER = Viewer("tinh", Role.PLANNER, Scope.provinces("51"))
CLEAN = dict.fromkeys(load_ruleset().commune.indicators, 0) | {
    "residents": 9_000,
    "on_key_route": False,
}


def declare(
    database: Database, period: Period, rows: dict[str, dict[str, int | bool | None]]
) -> None:
    """Indicators by commune, clean but for what is given, with their assessments."""
    declared = [Indicators(code, period, **{**CLEAN, **figures}) for code, figures in rows.items()]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.INDICATORS)
        indicators.add_indicators(session, LOCAL_OPERATOR, declared, import_id)
        # The older decision decides nothing: its drafts stand for what was known then.
        rules = ruleset_for(period).name
        results = [replace(assess(load_ruleset(), row), ruleset=rules) for row in declared]
        assessments.store_assessments(session, LOCAL_OPERATOR, results, at=NOW)


def opened(database: Database, viewer: Viewer = PLANNER, **wanted: object) -> ProvincePage:
    """The page of Quảng Ngãi."""
    return open_province(database, viewer, replace(ProvinceQuery("51"), **wanted), TODAY)


def names(pairs: Sequence[tuple[str, str]]) -> list[str]:
    return [name for _, name in pairs]


def test_everybody_sees_the_classes_of_all_provinces(
    seeded_database: Database, signed_in: SignIn
) -> None:
    whole = open_index(seeded_database, LOCAL_OPERATOR, None, "name", TODAY)

    assert [(line.name, line.counts.total) for line in whole.lines] == [
        ("Tỉnh Đắk Lắk", 6),
        ("Tỉnh Quảng Ngãi", 6),
    ]
    assert (whole.nation.drug_free, whole.nation.total) == (1, 12)
    assert open_index(seeded_database, PLANNER, None, "name", TODAY) == whole
    for user in ("province", "commune", "analyst"):
        text = signed_in(user).get("/provinces").text
        assert "Tỉnh Quảng Ngãi" in text
        assert "tạm tính" in text


def test_a_share_of_drug_free_communes_is_cut_as_in_progress_and_reports(
    seeded_database: Database, signed_in: SignIn
) -> None:
    codes = [code for code, _ in NORTH if code != "23377"][:3]
    declare(seeded_database, PERIOD, {code: {"dependents": 2} for code in codes})
    counts = opened(seeded_database).counts
    assert (counts.drug_free, counts.known, counts.total) == (1, 4, 6)
    for address in ("/provinces", "/provinces/51", "/progress?province=51"):
        text = signed_in("planner").get(address).text.replace("\u00a0", " ")
        assert "16,6 %" in text, address
        assert "16,7 %" not in text, address


def test_the_list_is_sorted_by_what_is_asked(seeded_database: Database) -> None:
    by_share = open_index(seeded_database, LOCAL_OPERATOR, None, "free", TODAY)

    assert [line.code for line in by_share.lines] == ["51", "66"]


def test_a_province_counts_its_communes_by_class(seeded_database: Database) -> None:
    page = opened(seeded_database)

    assert (page.counts.total, page.counts.drug_free, page.counts.key) == (6, 1, 1)
    assert page.counts.unknown == 4
    assert page.provisional
    assert {line.code for line in page.lines} == {code for code, _ in NORTH}


def test_gains_and_losses_are_told_by_name(seeded_database: Database) -> None:
    declare(seeded_database, BEFORE, {"23377": {"dependents": 2}, "23401": {}, "23383": {}})
    flows = opened(seeded_database).flows

    assert flows is not None
    assert flows.before == BEFORE
    assert names(flows.gained) == ["Xã Đắk Pék"]
    assert names(flows.lost) == ["Xã Đắk Tô"]
    assert (flows.better, flows.worse, flows.unsure, flows.left_out) == (1, 1, 1, 3)


def test_old_communes_are_carried_only_where_all_parts_agree(seeded_database: Database) -> None:
    heirs = {"90001": "23377", "90002": "23377", "90003": "23401", "90004": "23401"}
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        rows = [
            border.CommuneChange(old, new, f"Xã {old}", "Huyện A", "Tỉnh A", 0.5, is_default=True)
            for old, new in heirs.items()
        ]
        border.replace_changes(session, LOCAL_OPERATOR, rows)
    old = {"90001": {}, "90002": {"dependents": 2}, "90003": {}, "90004": {}}
    declare(seeded_database, evaluation_period(2024), old)
    declare(seeded_database, BEFORE, {"23377": {}, "23401": {"dependents": 2}})
    flows = opened(seeded_database, period=BEFORE).flows

    assert flows is not None
    assert names(flows.lost) == ["Xã Đắk Tô"]
    assert flows.gained == ()
    assert (flows.compared, flows.left_out) == (1, 5)


def test_without_classes_before_nothing_is_compared(
    seeded_database: Database, signed_in: SignIn
) -> None:
    assert opened(seeded_database).flows is None
    page = signed_in("planner").get("/provinces/51").text
    assert "Chưa có phân loại của kỳ trước để so sánh" in page


def test_a_commune_with_one_criterion_left_is_named(seeded_database: Database) -> None:
    declare(seeded_database, PERIOD, {"23383": {"dependents": 3}, "23293": {"use_dens": 1}})
    inside = opened(seeded_database).inside

    assert inside is not None
    assert [(each.name, each.criterion.code) for each in inside.nearly_free] == [
        ("Xã Đắk Plô", "drug_free.1"),
        ("Xã Kon Tum", "drug_free.3"),
    ]


def test_what_is_declared_otherwise_than_recorded_is_told_with_both_figures(
    seeded_database: Database, signed_in: SignIn
) -> None:
    inside = opened(seeded_database).inside

    assert inside is not None
    found = {each.name: each.figures for each in inside.differences}
    (arrested,) = (f for f in found["Xã Đắk Tô"] if "bị bắt" in f.title)
    assert arrested.declared == "6"
    assert int(arrested.computed) > 6
    assert arrested.by_register
    text = signed_in("planner").get("/provinces/51").text
    assert "Số khai báo khác số của hồ sơ" in text


def test_communes_wait_for_their_self_assessment_and_are_late_only_after_the_day(
    seeded_database: Database,
) -> None:
    inside = opened(seeded_database).inside

    assert inside is not None
    assert len(inside.deadlines.waiting) == 6
    assert not inside.deadlines.is_late


def test_past_the_day_that_the_province_set_those_who_wait_are_late(
    seeded_database: Database, signed_in: SignIn
) -> None:
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        unit_due_dates.set_due_date(session, PLANNER, "51", PERIOD, date(2026, 6, 12), at=NOW)
    inside = opened(seeded_database).inside

    assert inside is not None
    assert inside.deadlines.is_late
    text = signed_in("planner").get("/provinces/51").text
    assert "12/06/2026" in text
    assert "xã quá hạn, chưa tự đánh giá" in text


def test_cases_are_told_by_who_detected_them(seeded_database: Database) -> None:
    inside = opened(seeded_database).inside

    assert inside is not None
    assert inside.detection.by_higher > 0
    assert inside.detection.share == 0


def test_the_class_of_the_province_is_told_by_six_criteria(
    seeded_database: Database, signed_in: SignIn
) -> None:
    page = opened(seeded_database)
    codes = [row["code"] for row in page.block.evidence]

    assert sum(code.startswith("key.") for code in codes) == 6
    assert sum(code.startswith("drug_free.") for code in codes) == 3
    assert "Phân loại cấp tỉnh" in signed_in("planner").get("/provinces/51").text


@pytest.mark.parametrize("user", ["province", "commune"])
def test_outside_the_scope_only_classes_are_told(signed_in: SignIn, user: str) -> None:
    text = signed_in(user).get("/provinces/51").text

    assert "nằm ngoài phạm vi của tài khoản" in text
    assert "Trọng điểm loại" in text
    for hidden in ("Cấp phát hiện", "Số vụ phát hiện", "Còn một tiêu chí", "Số khai báo khác"):
        assert hidden not in text


def test_the_file_of_a_foreign_province_has_classes_only(signed_in: SignIn) -> None:
    rows = table(signed_in("province"), "/provinces/51/communes.csv")

    assert len(rows) == 6
    blank = HEADINGS.index("Vụ do xã phát hiện")
    assert {tuple(row[blank:]) for row in rows} == {("",) * (len(HEADINGS) - blank)}


def test_the_file_holds_the_lines_that_are_shown(signed_in: SignIn) -> None:
    client = signed_in("planner")
    answer = client.get("/provinces/51/communes.csv?class=drug_free")
    (row,) = table(client, "/provinces/51/communes.csv?class=drug_free")

    assert row[:4] == ["23377", "Xã Đắk Pék", "Không ma túy", "drug_free"]
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.text.startswith("\ufeff")
    assert "tạm tính" in answer.text.splitlines()[0]


def table(client: FlaskClient, address: str) -> list[list[str]]:
    """The rows of a file below its headings."""
    text = client.get(address).text
    return list(csv.reader(StringIO(text)))[2:]


def test_the_table_is_filtered_and_sorted_by_links(signed_in: SignIn) -> None:
    client = signed_in("planner")
    found = communes_of(client.get("/provinces/51?q=dak&sort=-name").text)

    assert found == ["Xã Đắk Tô", "Xã Đắk Plô", "Xã Đắk Pék"]
    assert communes_of(client.get("/provinces/51?class=drug_free").text) == ["Xã Đắk Pék"]
    assert "Không có xã nào khớp bộ lọc" in client.get("/provinces/51?q=xyz").text


def communes_of(page: str) -> list[str]:
    """Names in the table of communes, in its order."""
    rows = page.partition('class="stack commune-table"')[2].partition("</table>")[0]
    return re.findall(r'data-label="Xã"><span><a [^>]*>([^<]+)</a>', rows)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("sort=price", "thứ tự xếp"),
        ("class=free", "class"),
        ("period=mai", "kỳ"),
        ("known_on=2027-01-01", "known_on"),
        ("known_on=31/02/2026", "known_on"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(signed_in: SignIn, query: str, told: str) -> None:
    answer = signed_in("planner").get(f"/provinces/51?{query}")

    assert answer.status_code == 400
    assert told in answer.text


@pytest.mark.parametrize("code", ["99", "5", "../51", "x" * 200])
def test_an_unknown_province_is_answered_with_advice(signed_in: SignIn, code: str) -> None:
    answer = signed_in("planner").get(f"/provinces/{code}")

    assert answer.status_code == 404
    assert "Hãy" in answer.text


def test_a_period_without_any_declaration_says_what_to_do(signed_in: SignIn) -> None:
    client = signed_in("planner")
    page = client.get("/provinces/51?period=2025").text
    index = client.get("/provinces?period=2025").text

    assert "Chưa xã nào có phân loại trong kỳ này" in page
    assert "Nhập dữ liệu" in page
    assert "Chưa xã nào có phân loại trong kỳ này" in index


def test_what_was_known_on_an_earlier_day_does_not_know_later_declarations(
    seeded_database: Database,
) -> None:
    later = datetime(2026, 6, 12, 3, 0, tzinfo=UTC)
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        new = NewImport(Layer.INDICATORS, "chi_tieu.xlsx", "1" * 64, "XÃ ĐẮK PLÔ")
        import_id = imports.add_import(session, LOCAL_OPERATOR, new, at=later)
        row = Indicators("23383", PERIOD, **CLEAN)
        indicators.add_indicators(session, LOCAL_OPERATOR, [row], import_id)
    page = opened(seeded_database, known_on=date(2026, 6, 11))
    today = opened(seeded_database, known_on=date(2026, 6, 13))

    assert page.classes.get("23383") is None
    assert today.classes["23383"] == CommuneClass.DRUG_FREE.value


def test_a_period_chosen_by_hand_is_among_the_choices(seeded_database: Database) -> None:
    half = half_year_period(2026)

    assert opened(seeded_database, period=half).periods[0] == half


def test_a_site_without_a_map_says_so(sqlite_database: Database) -> None:
    page = open_index(sqlite_database, LOCAL_OPERATOR, None, "name", TODAY)

    assert page.lines == ()
    assert page.nation.total == 0
