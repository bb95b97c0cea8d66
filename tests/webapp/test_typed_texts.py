"""What somebody types: names go before anything is stored, empty fields are refused."""

from __future__ import annotations

import json
import re

import pytest
from flask.testing import FlaskClient

from geo.terms import AlertKind, AlertState
from models import alerts, audit, hotspots
from models.alerts import Alert
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn, csrf_token, seen_in
from tests.webapp.raised_alerts import raise_one_of_each
from webapp.forms import BLANKED_NOTICE

NAMED = 'Nguyễn Văn An và Trần Thị Bích, anh Hùng "lác" bán lẻ, sđt 0912345678'
NAMES = ("Văn An", "Bích", "Hùng", "lác", "0912345678")


@pytest.fixture
def raised(seeded_database: Database) -> Database:
    raise_one_of_each(seeded_database)
    return seeded_database


def one(site: Database, kind: AlertKind) -> Alert:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return alerts.open_alerts(session, LOCAL_OPERATOR, kind, "51")[0]


def post(client: FlaskClient, path: str, status: int = 200, **form: object) -> str:
    token = csrf_token(client.get("/account").text)
    seen = seen_in(client.get(path.rpartition("/")[0]).text, path)
    sent = {"csrf_token": token, **seen, **form}
    answer = client.post(path, data=sent, follow_redirects=True)
    assert answer.status_code == status, answer.text
    return answer.text


def trail(site: Database) -> str:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        events = audit.list_events(session, LOCAL_OPERATOR, 10)
        return json.dumps([dict(event.detail) for event in events], ensure_ascii=False)


def test_a_reason_keeps_no_name_anywhere_and_says_so(raised: Database, signed_in: SignIn) -> None:
    client, alert = signed_in("planner"), one(raised, AlertKind.RE_EMERGING)
    page = post(client, f"/alerts/{alert.id}/dismiss", reason=NAMED)

    assert BLANKED_NOTICE in page
    with unit_of_work(raised, LOCAL_OPERATOR, read_only=True) as session:
        kept = alerts.alert_by_id(session, LOCAL_OPERATOR, alert.id)
    assert kept.state is AlertState.DISMISSED
    for name in NAMES:
        assert name not in kept.reason + trail(raised) + page


def test_a_confirmation_keeps_no_name_in_the_register(raised: Database, signed_in: SignIn) -> None:
    client, alert = signed_in("planner"), one(raised, AlertKind.UNRECORDED)
    page = post(client, f"/alerts/{alert.id}/confirm", name="Nhà Lê Hùng", note=NAMED)

    assert BLANKED_NOTICE in page
    with unit_of_work(raised, LOCAL_OPERATOR, read_only=True) as session:
        spot = hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, "DB-2026-0001")
    assert spot.name == "Nhà [tên đã xoá]"
    for name in NAMES:
        assert name not in spot.events[-1].note + trail(raised)


def test_a_note_on_a_hotspot_keeps_no_name(seeded_database: Database, signed_in: SignIn) -> None:
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        spot = hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, "TĐ-002")
    form = {"hotspot": spot.id, "ref": "TĐ-002", "type": "note", "on": "2026-06-01"}
    page = post(signed_in("planner"), "/hotspots/events", **form, note=NAMED)

    assert BLANKED_NOTICE in page
    for name in NAMES:
        assert name not in page + trail(seeded_database)


@pytest.mark.parametrize(
    ("kind", "form", "told"),
    [
        (AlertKind.RE_EMERGING, {"on": ""}, "Hãy chọn ngày"),
        (AlertKind.UNRECORDED, {"on": "2026-06-01", "name": " "}, "Hãy ghi tên điểm"),
    ],
)
def test_an_emptied_field_is_refused(
    kind: AlertKind, form: dict[str, str], told: str, raised: Database, signed_in: SignIn
) -> None:
    alert = one(raised, kind)
    assert told in post(signed_in("planner"), f"/alerts/{alert.id}/confirm", 400, **form)
    assert one(raised, kind).id == alert.id


@pytest.mark.parametrize("reason", ["a" * 16, "Nguyễn Văn An", "aaaaa aaaaa", "1234 5678 90"])
def test_a_reason_says_something(reason: str, raised: Database, signed_in: SignIn) -> None:
    alert = one(raised, AlertKind.RE_EMERGING)
    page = post(signed_in("planner"), f"/alerts/{alert.id}/dismiss", 400, reason=reason)
    assert "ít nhất 10 ký tự và hai từ" in page


def test_errors_call_a_parameter_what_people_call_it(signed_in: SignIn) -> None:
    client = signed_in("planner")
    assert "«đến ngày» (to) cần ngày" in client.get("/api/hotspots?to=x").json["detail"]
    told = client.get("/hotspots?kind=x").text
    assert "«loại» (kind) cần một trong" in told
    assert "tụ điểm" in told.lower()


@pytest.mark.parametrize("path", ["/runs", "/imports", "/hotspots/TĐ-002"])
def test_the_command_line_is_no_account(
    path: str, seeded_database: Database, signed_in: SignIn
) -> None:
    page = signed_in("admin").get(path)
    assert page.status_code == 200
    assert not re.search("local-operator", page.text)
