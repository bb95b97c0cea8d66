"""Progress: shares by period with old communes carried, the page, the roadmap form, files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from flask.testing import FlaskClient

from geo.records import Indicators, Period
from geo.standing_terms import AssessmentAction, AssessmentState, UnitLevel
from geo.terms import CommuneClass
from models import assessment_steps, assessments, audit, communes, targets
from models.assessment_steps import NewStep
from models.communes import CommuneChange
from models.criteria import assess
from models.periods import evaluation_period, half_year_period
from models.ruleset import ruleset_for
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn, csrf_token, seen_in
from tests.webapp.seeded_site import NOW
from tests.webapp.test_pages import text_of
from webapp.services.progress import open_progress
from webapp.services.progress_history import PeriodCount, UnitCount, count_periods
from webapp.services.standing import commune_standings

TODAY = date(2026, 6, 14)
CLEAN, BAD = CommuneClass.DRUG_FREE, CommuneClass.TYPE_3
Y2024, Y2025, Y2026 = (evaluation_period(year) for year in (2024, 2025, 2026))


def classify(database: Database, period: Period, classes: Mapping[str, CommuneClass]) -> None:
    ruleset = ruleset_for(period)
    results = [
        replace(assess(ruleset, Indicators(code, period)), cls=cls) for code, cls in classes.items()
    ]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assessments.store_assessments(session, LOCAL_OPERATOR, results, at=NOW)


def divide(database: Database, **parts: str) -> None:
    """By code of today, after a letter: the old communes of which it was made."""
    changes = [
        CommuneChange(old, new[1:], f"Xã {old}", "Huyện", "Tỉnh", None, True)
        for new, olds in parts.items()
        for old in olds.split()
    ]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        communes.replace_changes(session, LOCAL_OPERATOR, changes)


def counted(database: Database, province: str | None = None) -> dict[str, PeriodCount]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = count_periods(session, LOCAL_OPERATOR, TODAY, province_code=province)
    return {("H" if one.is_half else "") + str(one.year): one for one in found}


@pytest.fixture
def planner(signed_in: SignIn) -> FlaskClient:
    return signed_in("planner")


@pytest.fixture
def three_years(seeded_database: Database) -> Database:
    divide(seeded_database, c23401="23401 23407 23410", c23377="23377", c24133="24130 24136")
    classes = {"23401": CLEAN, "23407": CLEAN, "23410": BAD, "23377": CLEAN, "24130": CLEAN}
    classify(seeded_database, Y2024, classes)
    known = dict.fromkeys(("23383", "23293", "21172", "24133"), BAD)
    classify(seeded_database, Y2025, {"23401": CLEAN, "23377": CLEAN, **known})
    return seeded_database


def test_a_share_is_counted_over_all_communes_and_tells_how_many_are_assessed(
    seeded_database: Database,
) -> None:
    count = counted(seeded_database)["2026"]

    assert (count.total.n_communes, count.total.n_assessed, count.total.n_drug_free) == (12, 3, 1)
    assert count.provisional
    assert counted(seeded_database, "51")["2026"].total == UnitCount(
        6, 1, 0, 4, 0, few_will_do=True
    )


def test_old_communes_are_carried_and_partial_ones_are_not_counted(three_years: Database) -> None:
    count = counted(three_years)["2024"]

    assert count.provinces["51"] == UnitCount(6, 1, 1, 4, 2, tells_drug_free=False)
    unknown = UnitCount(6, 0, 0, 6, 1, tells_drug_free=False, few_will_do=True)
    assert count.provinces["66"] == unknown
    assert count.provinces["66"].share is None
    assert counted(three_years, "51")["2024"].total == count.provinces["51"]


def test_a_half_year_is_a_provisional_point_and_other_periods_are_left_out(
    seeded_database: Database,
) -> None:
    classify(seeded_database, half_year_period(2026), {"23401": CLEAN})
    classify(seeded_database, half_year_period(2025, 2), {"23401": CLEAN})
    found = counted(seeded_database)

    assert sorted(found) == ["2026", "H2026"]
    assert found["H2026"].provisional


def test_the_effort_starts_from_the_last_year_that_ended(three_years: Database) -> None:
    progress = open_progress(three_years, LOCAL_OPERATOR, TODAY).progress

    assert progress.base is not None
    assert progress.running is not None
    assert (progress.base.year, progress.running.year) == (2025, 2026)
    assert progress.effort is not None
    assert (progress.effort.n_more, progress.effort.n_a_year) == (4, 1)
    assert [one.year for one in progress.plan] == list(range(2025, 2031))


def test_a_signed_class_counts_whatever_the_draft_says(seeded_database: Database) -> None:
    step = NewStep(
        level=UnitLevel.COMMUNE,
        unit_code="23401",
        province_code="51",
        period=Y2026,
        ruleset="qd28_2025",
        action=AssessmentAction.SELF_ASSESS,
        state=AssessmentState.SELF_ASSESSED,
        cls="drug_free",
        content={},
    )
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        assessment_steps.record_step(session, LOCAL_OPERATOR, step, seen=None, at=NOW)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        told = commune_standings(session, LOCAL_OPERATOR, Y2026, today=TODAY)

    clean = [code for code, one in told.items() if one.cls == "drug_free"]
    assert sorted(clean) == ["23377", "23401"]
    assert counted(seeded_database)["2026"].total.n_drug_free == len(clean)


def test_provinces_are_sorted_by_share_and_those_without_figures_come_last(
    three_years: Database,
) -> None:
    page = open_progress(three_years, LOCAL_OPERATOR, TODAY, year=2025)

    assert [(line.code, line.share) for line in page.provinces] == [("51", "33,3 %"), ("66", "")]


def test_a_year_of_which_too_little_is_known_has_no_share_and_is_no_base(
    three_years: Database, planner: FlaskClient
) -> None:
    progress = open_progress(three_years, LOCAL_OPERATOR, TODAY).progress
    shares = {one.year: one.total.share for one in progress.counts if not one.is_half}

    assert (shares[2024], shares[2026]) == (None, None)
    assert "Năm 2026 tạm tính – 1/12 xã · 3/12 xã có kết quả" in text_of(
        planner.get("/progress").text
    )


def test_the_page_as_known_on_an_earlier_day_has_no_form(
    three_years: Database, planner: FlaskClient
) -> None:
    page = planner.get("/progress?known_on=2026-01-02").text

    assert "Số liệu như đã biết đến hết ngày 02/01/2026" in text_of(page)
    assert 'name="decision"' not in page


@pytest.mark.parametrize(
    ("shares", "told"),
    [
        ({"share-2030": "40"}, "thấp hơn mục tiêu"),
        ({"share-2027": "60", "share-2030": "55"}, "Tỷ lệ giảm từ 60 % năm 2027"),
    ],
)
def test_a_doubtful_roadmap_is_stored_when_it_is_confirmed(
    planner: FlaskClient, shares: dict[str, str], told: str
) -> None:
    asked = send(planner, **shares, decision="KH 45", seen="0")

    assert asked.status_code == 400
    assert told in text_of(asked.text)
    assert 'name="confirmed"' in asked.text
    assert all(f'name="{name}" value="{share}"' in asked.text for name, share in shares.items())
    confirmed = send(planner, **shares, decision="KH 45", seen="0", confirmed="1")
    assert confirmed.status_code == 303


def test_figures_restated_for_the_communes_of_today_are_told(seeded_database: Database) -> None:
    codes = ("23401", "23377", "23383", "23293", "21172")
    divide(seeded_database, **{f"c{code}": f"{code} 9{code[1:]}" for code in codes})
    classify(seeded_database, Y2024, dict.fromkeys(codes, CLEAN))
    page = open_progress(seeded_database, LOCAL_OPERATOR, TODAY)

    assert page.restated == ("Tỉnh Quảng Ngãi",)
    assert counted(seeded_database)["2024"].total.n_drug_free == 5


def test_the_page_tells_what_is_provisional_and_that_the_line_is_a_stopgap(
    three_years: Database, planner: FlaskClient
) -> None:
    page = text_of(planner.get("/progress").text)

    assert "chưa nhập lộ trình, đường thẳng tạm tính" in page
    assert "Năm 2026 tạm tính" in page
    assert "2/12" in page
    assert "3/12" in page
    assert "Một phần" in page


def test_a_page_without_any_class_says_why_it_is_empty(
    seeded_database: Database, planner: FlaskClient
) -> None:
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        session.connection().exec_driver_sql("DELETE FROM assessments")

    assert "Chưa có số liệu để tính tiến độ" in text_of(planner.get("/progress").text)
    assert planner.get("/progress/years.csv").status_code == 200


@pytest.mark.parametrize("query", ["province=98", "year=1999"])
def test_what_is_not_there_is_said(planner: FlaskClient, query: str) -> None:
    assert planner.get(f"/progress?{query}").status_code == 404
    assert planner.get("/progress?year=mai").status_code == 400


def send(client: FlaskClient, **fields: str):  # type: ignore[no-untyped-def]
    token = csrf_token(client.get("/progress").text)
    return client.post("/progress", data={"csrf_token": token, **fields})


def test_a_planner_enters_the_roadmap_and_sees_it_with_its_ground(
    seeded_database: Database, planner: FlaskClient
) -> None:
    plan = {"share-2026": "20", "share-2028": "37,5", "decision": "KH 45/KH-UBND"}
    answer = send(planner, **plan, seen="0")
    page = text_of(planner.get("/progress").text)

    assert answer.status_code == 303
    assert "37,5 %" in page
    assert "KH 45/KH-UBND" in page
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        assert sorted(targets.standing_targets(session, LOCAL_OPERATOR, None)) == [2026, 2028]
        last = audit.list_events(session, LOCAL_OPERATOR, 1)[0]
    assert last.action == "set_targets"


def test_a_form_sent_twice_changes_nothing_and_a_stale_one_is_shown_again(
    planner: FlaskClient,
) -> None:
    plan = {"share-2026": "20", "decision": "KH 45", "seen": "0"}
    assert send(planner, **plan).status_code == 303
    assert send(planner, **plan).status_code == 303
    stale = send(planner, **{**plan, "share-2026": "25"})

    assert stale.status_code == 409
    assert 'name="share-2026" value="25"' in stale.text


@pytest.mark.parametrize(
    "fields",
    [
        {"share-2026": "hai mươi", "decision": "KH 45"},
        {"share-2026": "20", "decision": ""},
        {"share-2026": "20", "decision": "Nguyễn Văn An"},
    ],
)
def test_what_cannot_be_kept_comes_back_with_what_was_typed(
    planner: FlaskClient, fields: dict[str, str]
) -> None:
    answer = send(planner, **fields)

    assert answer.status_code == 400
    assert f'value="{fields["share-2026"]}"' in answer.text


def test_a_planner_of_a_province_enters_no_other_roadmap(signed_in: SignIn) -> None:
    client = signed_in("province")
    own = send_for(client, "66")
    other = send_for(client, "51")

    assert own.status_code == 303
    assert other.status_code == 403
    assert "Nhập lộ trình" not in client.get("/progress?province=51").text


def send_for(client: FlaskClient, province: str):  # type: ignore[no-untyped-def]
    page = client.get("/progress?province=66").text
    data = {"province": province, "share-2027": "30", "decision": "KH 45"}
    sent = data | seen_in(page, "/progress") | {"csrf_token": csrf_token(page)}
    return client.post("/progress", data=sent)


def test_an_officer_of_a_commune_reads_and_enters_nothing(signed_in: SignIn) -> None:
    client = signed_in("commune")

    assert client.get("/progress").status_code == 200
    assert client.post("/progress", data={}).status_code in (400, 403)


def test_both_tables_are_given_as_files_with_the_numbers_of_the_page(
    three_years: Database, planner: FlaskClient
) -> None:
    years = planner.get("/progress/years.csv")
    provinces = planner.get("/progress/provinces.csv?year=2025")

    assert years.data.startswith("\ufeff".encode())
    assert 'Năm 2025,,12,6,2,0,6,"16,6"' in years.text
    assert provinces.text.splitlines()[2].startswith('51,Tỉnh Quảng Ngãi,,6,5,2,0,1,"33,3"')
    assert "−" not in years.text + provinces.text
    assert "'" not in years.text + provinces.text
