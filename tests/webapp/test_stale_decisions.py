"""Who decides on what another changed meanwhile is told so, and nothing is written."""

from __future__ import annotations

import re
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from models.alerts import open_alerts
from models.errors import ConflictError
from models.periods import evaluation_period
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn, csrf_token, seen_in
from tests.webapp.raised_alerts import raise_one_of_each
from tests.webapp.seeded_site import NOW
from webapp.services import alert_decisions, due_dates
from webapp.services.stamps import require_seen, stamp_of

FIELDS = {"name": "Cao điểm mùa hè", "starts_on": "2026-05-01", "ends_on": "2026-05-31"}
_SEEN = re.compile(r'name="seen" value="([^"]*)"')


@pytest.fixture
def raised(seeded_database: Database) -> Database:
    """The seeded site with one alert of each kind."""
    raise_one_of_each(seeded_database)
    return seeded_database


def _send(client: FlaskClient, path: str, **fields: str):  # type: ignore[no-untyped-def]
    token = csrf_token(client.get("/campaigns/new").text)
    return client.post(path, data={**fields, "csrf_token": token})


def test_a_campaign_changed_meanwhile_is_neither_overwritten_nor_withdrawn(
    signed_in: SignIn,
) -> None:
    planner = signed_in("planner")
    where = _send(planner, "/campaigns/new", commune="23401", **FIELDS).headers["Location"]
    (seen,) = _SEEN.findall(planner.get(where).text)
    changed = {**FIELDS, "commune": "23401", "ends_on": "2026-06-10"}
    assert _send(planner, f"{where}/edit", seen="0", **changed).status_code == 303

    late = {**changed, "name": "Cao điểm khác"}
    for fields in ({**late, "seen": "0"}, late):  # one that does not say what it saw is late too
        answer = _send(planner, f"{where}/edit", **fields)
        assert answer.status_code == 409
        assert "đã được sửa ở nơi khác" in answer.text
    refused = _send(planner, f"{where}/withdraw", reason="nhập nhầm", seen=seen)
    page = refused.text
    assert refused.status_code == 409
    assert 'value="nhập nhầm"' in page
    assert "đã được cập nhật ở nơi khác" in page
    assert "Cao điểm khác" not in page

    (seen,) = _SEEN.findall(page)
    assert _send(planner, f"{where}/restore").status_code == 409
    _send(planner, f"{where}/withdraw", reason="nhập nhầm", seen=seen)
    assert "nhập nhầm" in planner.get(where).text


def test_of_two_due_dates_set_on_the_same_page_the_second_is_refused(
    seeded_database: Database,
) -> None:
    def set_day(day: str, seen: str) -> date | None:
        return due_dates.set_due_date(
            *(seeded_database, LOCAL_OPERATOR, "51", evaluation_period(2026), day),
            at=NOW,
            seen=seen,
        )

    set_day("2026-11-10", seen="")
    with pytest.raises(ConflictError, match="cập nhật ở nơi khác"):
        set_day("2026-11-12", seen="")
    assert set_day("2026-11-12", seen="2026-11-10") == date(2026, 11, 12)


def test_a_command_without_a_stamp_decides_on_what_is_stored() -> None:
    require_seen(None, 7)
    require_seen(stamp_of(7), 7)
    with pytest.raises(ConflictError, match="chưa lưu gì"):
        require_seen(stamp_of(6), 7)


def test_the_undo_of_a_decision_on_an_alert_is_about_the_one_on_the_screen(
    raised: Database, signed_in: SignIn
) -> None:
    planner, reason = signed_in("planner"), "Đã kiểm tra tại chỗ"
    with unit_of_work(raised, LOCAL_OPERATOR, read_only=True) as session:
        id_ = open_alerts(session, LOCAL_OPERATOR)[0].id
    alert_decisions.dismiss(raised, LOCAL_OPERATOR, id_, reason, NOW)
    seen = seen_in(planner.get(f"/alerts/{id_}").text, f"/alerts/{id_}/undo")
    alert_decisions.undo(raised, LOCAL_OPERATOR, id_, NOW)
    alert_decisions.dismiss(raised, LOCAL_OPERATOR, id_, reason, NOW + timedelta(minutes=1))

    late = _send(planner, f"/alerts/{id_}/undo", **seen)
    assert late.status_code == 409
    assert "cập nhật ở nơi khác" in late.text
    seen = seen_in(planner.get(f"/alerts/{id_}").text, f"/alerts/{id_}/undo")
    assert _send(planner, f"/alerts/{id_}/undo", **seen).status_code == 303


def test_what_was_written_about_an_alert_is_shown_when_another_was_quicker(
    raised: Database, signed_in: SignIn
) -> None:
    planner, reason = signed_in("planner"), "Đã kiểm tra tại chỗ, không có gì"
    with unit_of_work(raised, LOCAL_OPERATOR, read_only=True) as session:
        id_ = open_alerts(session, LOCAL_OPERATOR)[0].id
    seen = seen_in(planner.get(f"/alerts/{id_}").text, f"/alerts/{id_}/dismiss")
    alert_decisions.dismiss(raised, LOCAL_OPERATOR, id_, "Người khác đã xem", NOW)

    late = _send(planner, f"/alerts/{id_}/dismiss", reason=reason, **seen)
    assert late.status_code == 409
    assert reason in late.text
    assert "chưa lưu" in late.text
