"""The pages of assessments: who opens them, what they say, what their forms refuse."""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from models import audit
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.assessed_commune import CLEAN, CODE, QUIET_CODE, declared
from tests.webapp.conftest import csrf_token
from tests.webapp.seeded_site import settings
from webapp.app import create_app

SignIn = Callable[[str], FlaskClient]
NOW = datetime(2025, 12, 17, 3, 0, tzinfo=UTC)
PAGE, FORM = "/communes/{}/assessment?period=2025", "/communes/{}/declare?period=2025"


@pytest.fixture
def app(seeded_database: Database, tmp_path: Path) -> Flask:
    """The site three days after the evaluation year 2025 ended."""
    return create_app(settings(tmp_path), seeded_database, now=lambda: NOW)


def seen_of(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]*)"', page)
    return found[1] if found else "0"


def act(client: FlaskClient, action: str, code: str = QUIET_CODE, **data: str) -> TestResponse:
    page = client.get(PAGE.format(code)).text
    form = {"csrf_token": csrf_token(page), "period": "2025", "seen": seen_of(page)}
    path = f"/communes/{code}/assessment"
    return client.post(path, data=form | {"action": action} | data)


def test_without_a_period_the_year_that_is_worked_on_is_shown(signed_in: SignIn) -> None:
    page = signed_in("planner").get(f"/communes/{QUIET_CODE}/assessment").text
    assert "15/12/2024 – 14/12/2025" in page


def test_a_planner_leads_an_assessment_to_the_list(
    signed_in: SignIn, seeded_database: Database
) -> None:
    declared(seeded_database)
    planner = signed_in("planner")
    page = planner.get(PAGE.format(QUIET_CODE)).text
    assert "dự thảo" in page
    assert "Ký tự đánh giá: Không ma túy" in page

    assert act(planner, "self_assess").status_code == 303
    assert "Duyệt: Không ma túy" in planner.get(PAGE.format(QUIET_CODE)).text
    act(planner, "approve")
    answer = act(planner, "list", decision="7/QĐ-UBND", decided_on="2025-12-17")
    assert answer.location == f"/communes/{QUIET_CODE}/assessment?period=2025"
    page = planner.get(answer.location).text
    assert "đã duyệt" in page
    assert "danh sách địa bàn không ma túy" in page
    assert "7/QĐ-UBND ngày 17/12/2025" in page


def test_two_tabs_the_second_is_told_and_shown_the_new_state(
    signed_in: SignIn, seeded_database: Database
) -> None:
    declared(seeded_database)
    planner = signed_in("planner")
    act(planner, "self_assess")
    seen = seen_of(planner.get(PAGE.format(QUIET_CODE)).text)
    act(planner, "approve")

    answer = act(planner, "send_back", seen=seen, reason="Thiếu.")
    assert answer.status_code == 409
    assert "không ghi gì thêm" in answer.text
    assert "đã duyệt" in answer.text


def test_a_reason_that_lacks_is_asked_for_again(
    signed_in: SignIn, seeded_database: Database
) -> None:
    declared(seeded_database)
    planner = signed_in("planner")
    act(planner, "self_assess")
    answer = act(planner, "send_back", reason="  ")
    assert answer.status_code == 400
    assert "Hãy ghi lý do" in answer.text
    act(planner, "approve")
    answer = act(planner, "list", decision="số 5/QĐ", decided_on="")
    assert answer.status_code == 400
    assert 'value="số 5/QĐ"' in html.unescape(answer.text)


@pytest.mark.parametrize(
    ("username", "opens", "declares", "signs"),
    [
        ("planner", 200, 200, 303),
        ("admin", 200, 200, 303),
        ("province", 200, 403, 403),
        ("commune", 200, 403, 403),
        ("analyst", 200, 403, 403),
    ],
)
def test_who_may_open_declare_and_sign(
    signed_in: SignIn,
    seeded_database: Database,
    username: str,
    opens: int,
    declares: int,
    signs: int,
) -> None:
    declared(seeded_database)
    client = signed_in(username)
    token = csrf_token(client.get("/account").text)
    data = {"csrf_token": token, "period": "2025", "seen": "0", "action": "self_assess"}

    assert client.get(PAGE.format(QUIET_CODE)).status_code == opens
    assert client.get(FORM.format(QUIET_CODE)).status_code == declares
    answer = client.post(f"/communes/{QUIET_CODE}/assessment", data=data)
    assert answer.status_code == signs


def test_an_analyst_sees_no_button(signed_in: SignIn, seeded_database: Database) -> None:
    declared(seeded_database)
    page = signed_in("analyst").get(PAGE.format(QUIET_CODE)).text
    assert "<form" not in page.split("<main")[1]


def test_an_officer_declares_and_signs_the_own_commune(signed_in: SignIn) -> None:
    officer = signed_in("commune")
    page = officer.get(FORM.format(CODE)).text
    data = CLEAN | {
        "csrf_token": csrf_token(page),
        "period": "2025",
        "seen": seen_of(page),
    }
    answer = officer.post(f"/communes/{CODE}/declare", data=data)
    assert answer.status_code == 303, answer.text
    assert "Tính lại ngay" in officer.get(answer.location).text
    assert act(officer, "self_assess", CODE).status_code == 303
    assert act(officer, "approve", CODE).status_code == 403


def test_the_form_comes_back_with_everything_typed(signed_in: SignIn) -> None:
    officer = signed_in("commune")
    page = officer.get(FORM.format(CODE)).text
    data = CLEAN | {"csrf_token": csrf_token(page), "period": "2025", "seen": seen_of(page)}
    answer = officer.post(f"/communes/{CODE}/declare", data=data | {"users": "-3"})
    assert answer.status_code == 400
    assert 'value="-3"' in answer.text
    assert 'value="9.000"' in answer.text
    assert "Số đếm phải là số nguyên từ 0 trở lên" in answer.text


@pytest.mark.parametrize(
    "data", [{"action": "bless"}, {"action": "approve", "period": ""}, {"period": "2025X"}]
)
def test_a_form_that_was_tampered_with_is_refused(
    signed_in: SignIn, seeded_database: Database, data: dict[str, str]
) -> None:
    declared(seeded_database)
    planner = signed_in("planner")
    assert act(planner, **({"action": "approve"} | data)).status_code == 400


def test_a_form_without_the_last_step_never_matches(
    signed_in: SignIn, seeded_database: Database
) -> None:
    declared(seeded_database)
    assert act(signed_in("planner"), "self_assess", seen="").status_code == 409


@pytest.mark.parametrize("path", ["/communes/99999/assessment", "/provinces/99/assessment"])
def test_no_such_unit(signed_in: SignIn, path: str) -> None:
    assert signed_in("planner").get(path).status_code == 404


def test_the_page_as_known_on_a_day_has_no_buttons(
    signed_in: SignIn, seeded_database: Database
) -> None:
    declared(seeded_database)
    planner = signed_in("planner")
    act(planner, "self_assess")
    page = planner.get(PAGE.format(QUIET_CODE) + "&known_on=2025-12-16").text
    assert "như đã biết đến hết ngày 16/12/2025" in page
    assert "dự thảo" in page
    assert 'name="action"' not in page


def test_a_province_sets_the_day_for_its_communes(
    signed_in: SignIn, seeded_database: Database
) -> None:
    planner = signed_in("planner")
    path = "/provinces/51/assessment"
    answer = planner.post(
        "/provinces/51/due-date",
        data={
            "csrf_token": csrf_token(planner.get(path).text),
            "period": "2025",
            "due_on": "2025-12-15",
            "seen": "",
            "next": "//elsewhere.example/",
        },
    )
    assert answer.location == "/"
    page = planner.get(path).text
    assert "đã quá hạn 2 ngày" in page
    assert "hết ngày 15/12/2025" in page
    assert "trước ngày 20/12/2025" in page
    assert "còn 3 ngày" in page
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        event = audit.list_events(session, LOCAL_OPERATOR)[0]
    assert (event.action, event.object) == ("due_date", "province:51")

    assert signed_in("province").get(path).text.count("due-date") == 0
    data = {"csrf_token": csrf_token(page), "period": "2025", "due_on": "32/13"}
    answer = planner.post("/provinces/51/due-date", data=data, follow_redirects=True)
    assert "không phải ngày" in answer.text


def test_a_day_for_the_communes_after_that_of_the_law_is_refused(signed_in: SignIn) -> None:
    planner = signed_in("planner")
    token = csrf_token(planner.get("/provinces/51/assessment").text)
    data = {"csrf_token": token, "period": "2025", "due_on": "2025-12-20"}
    page = planner.post("/provinces/51/due-date", data=data, follow_redirects=True).text
    assert "quá muộn" in page
    assert "trước ngày 20/12/2025" in page


@pytest.mark.parametrize(
    "path", ["/communes/23401/assessment", "/communes/23401", "/provinces/51", "/progress"]
)
def test_a_day_of_knowledge_that_is_yet_to_come_is_refused(signed_in: SignIn, path: str) -> None:
    answer = signed_in("planner").get(f"{path}?known_on=2099-01-01")
    assert answer.status_code == 400
    assert "known_on" in answer.text


def test_a_form_of_a_period_that_has_not_begun_is_a_page_with_the_way_to_the_running_one(
    signed_in: SignIn,
) -> None:
    officer = signed_in("commune")
    page = officer.get("/communes/23401/declare?period=2027").text
    assert 'id="declare"' not in page
    assert "declare?period=2026" in page

    data = {"csrf_token": csrf_token(page), "period": "2027", "residents": "9.000"}
    answer = officer.post("/communes/23401/declare", data=data)
    assert answer.status_code == 400
    assert 'value="9.000"' in answer.text


def test_a_range_of_days_of_ones_own_is_not_declared(signed_in: SignIn) -> None:
    answer = signed_in("commune").get("/communes/23401/declare?period=2025-01-01/2025-02-03")
    assert answer.status_code == 400
    assert "(period)" in answer.text


def test_criteria_of_key_areas_are_not_praised(
    signed_in: SignIn, seeded_database: Database
) -> None:
    declared(seeded_database, dependents="60", substitution="0")
    page = signed_in("planner").get("/communes/23377/assessment?period=2025").text
    assert "Thuộc mức" in page
    assert "Chưa đạt" in page
    assert "ở mức cao hơn, tính theo cách đọc đang dùng" in page
    assert "Đạt tiêu chí" not in page


def test_a_due_date_elsewhere_is_refused(signed_in: SignIn) -> None:
    client = signed_in("province")
    token = csrf_token(client.get("/account").text)
    data = {"csrf_token": token, "period": "2025", "due_on": "2025-12-15"}
    assert client.post("/provinces/51/due-date", data=data).status_code == 403
    assert client.post("/provinces/99/due-date", data=data).status_code == 404
