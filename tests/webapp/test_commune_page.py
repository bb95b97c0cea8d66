"""The page of a commune as its readers get it: officers of the commune, planners, strangers."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from itertools import pairwise

import pytest
from flask.testing import FlaskClient

from geo.records import Indicators
from geo.terms import Layer
from models import border, imports, indicators, unit_due_dates
from models.border import CommuneChange
from models.imports import NewImport
from models.periods import evaluation_period
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import NOW, PERIOD
from tests.webapp.test_pages import text_of
from webapp.services.classify import classify

LAST_YEAR = evaluation_period(2025)
QUIET = {
    **dict.fromkeys(
        ("users", "substitution", "home_rehab", "post_rehab", "use_dens", "resident_offenders"), 0
    ),
    **dict.fromkeys(("fugitives", "plants", "plant_area_m2"), 0),
    "residents": 9_000,
    "on_key_route": False,
}


def declare(
    database: Database, code: str, year: int, at: datetime = NOW, **figures: float | bool | None
) -> None:
    """Declare figures of a commune and classify the period."""
    period = evaluation_period(year)
    row = Indicators(code, period, **{**QUIET, **figures})  # type: ignore[arg-type]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new = NewImport(Layer.INDICATORS, f"{year}.xlsx", f"{year}" * 16, "CÔNG AN TỈNH")
        import_id = imports.add_import(session, LOCAL_OPERATOR, new, at=at)
        indicators.add_indicators(session, LOCAL_OPERATOR, [row], import_id)
    classify(database, LOCAL_OPERATOR, period, at=at)


@pytest.fixture
def classified(seeded_database: Database) -> Database:
    """The seeded site, its classes made with the register and a year before them."""
    declare(seeded_database, "23401", 2025, dependents=2, offenders_arrested=0)
    classify(seeded_database, LOCAL_OPERATOR, PERIOD, at=NOW)
    return seeded_database


@pytest.fixture
def officer(classified: Database, signed_in: SignIn) -> FlaskClient:
    return signed_in("commune")


def section(page: str, name: str) -> str:
    """What a reader sees of one card."""
    found = re.search(rf'(?s)<section class="panel-card" id="{name}">.*?</section>', page)
    assert found, name
    return text_of(found.group())


def test_the_head_tells_class_state_change_and_why(officer: FlaskClient) -> None:
    page = text_of(officer.get("/communes/23401").text)

    assert "Trọng điểm loại II tạm tính" in page
    assert "Kỳ 15/12/2025 – 14/12/2026 · dự thảo" in page
    assert "Kỳ trước: trọng điểm loại III, nay xấu đi 1 bậc" in page
    assert "Đạt 1/3 tiêu chí không ma túy; thuộc 3/5 tiêu chí của trọng điểm loại II" in page


def test_the_checklist_names_value_threshold_source_and_records(officer: FlaskClient) -> None:
    page = officer.get("/communes/23401").text
    checks = section(page, "criteria")

    assert "12 - 0 = 12 người · cần: 0 người Nguồn: xã khai báo" in checks
    assert "3 điểm · cần: 0 điểm" in checks
    assert 'href="/hotspots/T%C4%90-003"' in page


def test_what_differs_is_told_in_words_with_both_numbers(officer: FlaskClient) -> None:
    told = section(officer.get("/communes/23401").text, "differences")

    assert "Điểm tổ chức, chứa chấp sử dụng: khai báo 1, hồ sơ có 3" in told
    assert "xếp loại theo số hồ sơ" in told


def test_what_is_missing_is_told_as_things_to_do(officer: FlaskClient) -> None:
    told = section(officer.get("/communes/23401").text, "goals")

    assert "Để là Không ma túy" in told
    assert "Người nghiện, người sử dụng:" in told


def test_the_type_of_the_commune_is_unfolded_and_the_others_are_not(officer: FlaskClient) -> None:
    page = officer.get("/communes/23401").text
    kinds = re.findall(r'<details class="type"( open)?>\s*<summary><h3>([^<]+)', page)

    assert kinds[0] == (" open", "Trọng điểm loại II")
    assert [is_open for is_open, _ in kinds[1:]] == ["", ""]


def test_the_trend_has_a_column_for_every_period_and_links_to_it(officer: FlaskClient) -> None:
    page = officer.get("/communes/23401").text
    told = section(page, "trend")

    assert "2025 2026" in told
    assert "Trọng điểm loại III" in told
    assert "0,0222 %" in told
    assert 'href="/communes/23401?period=2025"' in page


def test_an_earlier_period_is_final_and_keeps_its_links(officer: FlaskClient) -> None:
    page = officer.get("/communes/23401?period=2025").text
    head = text_of(page.split('class="commune-grid"')[0])

    assert "Trọng điểm loại III Kỳ 15/12/2024 – 14/12/2025" in head
    assert "tạm tính" not in section(page, "criteria")
    assert "/communes/23401/declare?period=2025" in page


def test_detection_is_told_with_its_numbers(officer: FlaskClient) -> None:
    told = section(officer.get("/communes/23401").text, "detection")

    assert "Xã tự phát hiện 0,0 % số vụ do xã hoặc cấp trên phát hiện (0/11 vụ)" in told


def test_hotspots_tell_their_status_and_days_of_watch(officer: FlaskClient) -> None:
    told = section(officer.get("/communes/23401").text, "hotspots")

    assert told.index("Tái phức tạp từ 02/05/2026 (43 ngày)") < told.index("Tụ điểm bờ sông")
    assert "Theo dõi đến 01/08/2026, còn 48 ngày" in told


def test_the_neighbours_are_named_with_their_classes(officer: FlaskClient) -> None:
    page = officer.get("/communes/23401").text

    assert "Xã Đắk Pék Không ma túy" in section(page, "place")
    assert 'href="/communes/23377?period=2026"' in page


def test_the_day_of_the_province_is_counted_down(classified: Database, signed_in: SignIn) -> None:
    with unit_of_work(classified, LOCAL_OPERATOR) as session:
        unit_due_dates.set_due_date(session, LOCAL_OPERATOR, "51", PERIOD, date(2026, 7, 1), at=NOW)
    page = signed_in("commune").get("/communes/23401").text

    assert "Còn 17 ngày: xã tự đánh giá (hạn do tỉnh đặt), chậm nhất ngày 01/07/2026" in text_of(
        page
    )
    assert "còn 189 ngày trước 20/12/2026" in section(page, "workflow")


def test_those_who_may_declare_have_the_button(classified: Database, signed_in: SignIn) -> None:
    address = "/communes/23401/declare?period=2026"

    assert address in signed_in("commune").get("/communes/23401").text
    assert address in signed_in("planner").get("/communes/23401").text
    assert "/declare" not in signed_in("analyst").get("/communes/23401").text


def test_a_stranger_sees_class_change_and_map_but_nothing_of_the_records(
    classified: Database, signed_in: SignIn
) -> None:
    answer = signed_in("province").get("/communes/23401")
    page = text_of(answer.text)

    assert "Trọng điểm loại II" in page
    assert "Kỳ trước: trọng điểm loại III" in page
    assert "2025 2026" in page
    for hidden in ("tiêu chí", "Nguồn", "bờ sông", "0,0222", "nhân khẩu", "Ký tự đánh giá", "TĐ-0"):
        assert hidden not in page
    assert "#spot-" not in answer.text.split('class="commune-grid"')[1]


def test_a_commune_that_nobody_declared_for_says_what_to_do(officer: FlaskClient) -> None:
    page = officer.get("/communes/23401?period=2026H1").text
    told = "Chưa có chỉ tiêu của kỳ này nên chưa xếp loại được. Hãy khai báo chỉ tiêu"

    assert told in text_of(page)
    assert section(page, "criteria").count("Chưa rõ") >= 2


def test_a_missing_figure_leaves_the_class_open_and_is_named(
    classified: Database, signed_in: SignIn
) -> None:
    declare(classified, "23383", 2026, dependents=None, offenders_arrested=0)
    page = signed_in("planner").get("/communes/23383").text

    assert "Chưa xác định được tạm tính" in text_of(page)
    assert "Thiếu: người nghiện có hồ sơ quản lý." in text_of(page)
    assert "Còn có thể là: không ma túy" in text_of(page)
    assert "Chưa có số liệu: người nghiện có hồ sơ quản lý." in section(page, "goals")


def test_an_earlier_day_shows_what_was_known_then(classified: Database, signed_in: SignIn) -> None:
    later = datetime(2026, 6, 13, 3, 0, tzinfo=UTC)
    declare(classified, "23383", 2026, at=later, dependents=0, offenders_arrested=0)
    client = signed_in("planner")
    now = text_of(client.get("/communes/23383?period=2026").text)
    then = text_of(client.get("/communes/23383?period=2026&known_on=2026-06-12").text)

    assert "Không ma túy tạm tính" in now
    assert "Chưa xác định được tạm tính" in then
    assert "đã ghi nhận đến hết ngày 12/06/2026" in then
    assert "Chưa có chỉ tiêu của kỳ này" in then


@pytest.mark.parametrize(
    "query", ["period=x", "known_on=2026-06-15", "known_on=x", "period=2026H7"]
)
def test_a_bad_link_is_explained(officer: FlaskClient, query: str) -> None:
    assert officer.get(f"/communes/23401?{query}").status_code == 400


def test_an_old_code_leads_to_the_communes_of_today(
    classified: Database, signed_in: SignIn
) -> None:
    places = ("Xã Kon Đào", "Huyện Đắk Tô", "Tỉnh Kon Tum")
    with unit_of_work(classified, LOCAL_OPERATOR) as session:
        border.replace_changes(
            session,
            LOCAL_OPERATOR,
            [
                CommuneChange("23431", "23401", *places, 0.8, True),
                CommuneChange("23431", "23377", *places, 0.2, False),
            ],
        )
    answer = signed_in("commune").get("/communes/23431")
    page = text_of(answer.text)

    assert answer.status_code == 404
    assert "Xã Kon Đào không còn là đơn vị hành chính" in page
    assert page.index("Xã Đắk Tô") < page.index("Xã Đắk Pék")
    assert 'href="/communes/23401"' in answer.text


@pytest.mark.parametrize("code", ["99999", "x" * 400, "<b>", "0"])
def test_an_unknown_code_is_told_so(officer: FlaskClient, code: str) -> None:
    answer = officer.get(f"/communes/{code}")

    assert answer.status_code == 404
    assert "Không có xã nào mang mã" in text_of(answer.text)
    assert "<b>" not in answer.text.split("<main")[1]


def test_headings_go_down_one_step_at_a_time(officer: FlaskClient) -> None:
    page = officer.get("/communes/23401").text
    levels = [int(level) for level in re.findall(r"<h([1-6])", page)]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_page_is_light(officer: FlaskClient) -> None:
    assert len(officer.get("/communes/23401").data) < 100_000
