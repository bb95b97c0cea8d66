"""The page of a hotspot, and writing its history from there."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient

from geo.records import Hotspot, HotspotEvent, Incident
from geo.terms import DatePrecision, DetectedBy, EventType, IncidentKind
from models import audit, hotspots, incidents
from models.hotspot_events import add_event
from models.lifecycle import status_at
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn, csrf_token, seen_in
from tests.webapp.seeded_site import NOW, point
from tests.webapp.test_pages import text_of

CLEARED = "/hotspots/TĐ-002"
LON, LAT = 107.67, 14.67


@pytest.fixture
def planner(signed_in: SignIn) -> FlaskClient:
    return signed_in("planner")


def an_incident(n: int, on: date, lon: float = LON, lat: float = LAT) -> Incident:
    return Incident(
        ref=f"Q-{n}",
        source="CÔNG AN TỈNH",
        occurred_on=on,
        date_precision=DatePrecision.DAY,
        kind=IncidentKind.TRADING,
        detected_by=DetectedBy.PROVINCE,
        verified=True,
        address_text="",
        placement=point(lon, lat, "23401", "51"),
        offenders=1,
    )


def keep(database: Database, *records: Incident) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        incidents.add_incidents(session, LOCAL_OPERATOR, records, 1)


def spot_of(database: Database, ref: str = "TĐ-002") -> hotspots.StoredHotspot:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, ref)


def send(client: FlaskClient, path: str, database: Database, **fields: object):  # type: ignore[no-untyped-def]
    """Send a form of the page of TĐ-002."""
    spot = spot_of(database)
    given = {"hotspot": spot.id, "ref": spot.ref, "source": spot.source, **fields}
    token = csrf_token(client.get("/account").text)
    seen = seen_in(client.get(CLEARED).text)
    return client.post(path, data={"csrf_token": token, **seen, **given})


def audited(database: Database) -> list[dict[str, Any]]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = audit.list_events(session, LOCAL_OPERATOR, action="hotspot_event")
    return [event.detail for event in found]


def plain(spot: hotspots.StoredHotspot, events: tuple[HotspotEvent, ...]) -> Hotspot:
    return Hotspot(
        ref=spot.ref,
        source=spot.source,
        name=spot.name,
        kind=spot.kind,
        placement=spot.placement,
        events=events,
        address_text=spot.address_text,
        is_dwelling=spot.is_dwelling,
    )


# --- the page


def test_the_page_tells_the_status_at_any_date(planner: FlaskClient) -> None:
    for day, status in (
        ("2025-01-09", "Chưa được ghi nhận vào ngày 09/01/2025"),
        ("2025-01-10", "Đang hoạt động vào ngày 10/01/2025"),
        ("2026-01-31", "Đang hoạt động vào ngày 31/01/2026"),
        ("2026-02-01", "Đã triệt xóa vào ngày 01/02/2026"),
    ):
        assert status in text_of(planner.get(f"{CLEARED}?on={day}").text)


def test_a_day_in_the_future_is_today_and_a_broken_one_is_told(planner: FlaskClient) -> None:
    assert 'name="on" value="14/06/2026"' in planner.get(f"{CLEARED}?on=2030-01-01").text
    assert planner.get(f"{CLEARED}?on=hôm-qua").status_code == 400


def test_what_was_known_then_is_told_where_it_differs(
    planner: FlaskClient, seeded_database: Database
) -> None:
    opened, cleared = HotspotEvent(EventType.OPENED, date(2025, 6, 1)), date(2026, 1, 10)
    spot = replace(
        plain(spot_of(seeded_database), (opened, HotspotEvent(EventType.CLEARED, cleared))),
        ref="K-1",
    )
    then = datetime(2026, 1, 12, tzinfo=UTC)
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        hotspots.add_hotspots(session, LOCAL_OPERATOR, [spot], 1, at=then)
        stored = hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, "K-1")
        told = hotspots.history_of(session, LOCAL_OPERATOR, stored.id)
        later = HotspotEvent(EventType.CLEARED, date(2026, 2, 20))
        add_event(session, LOCAL_OPERATOR, stored.id, later, at=NOW, corrects_id=told[1].id)
    page = text_of(planner.get("/hotspots/K-1?on=2026-01-20").text)
    assert "Đang hoạt động vào ngày 20/01/2026" in page
    assert "đã ghi nhận đến hết ngày 20/01/2026, trạng thái khi ấy là: Đã triệt xóa" in page
    for day in ("2026-01-05", "2026-03-01"):
        assert "đã ghi nhận đến hết ngày" not in planner.get(f"/hotspots/K-1?on={day}").text


def test_the_watch_counts_what_happened_around_the_place(
    planner: FlaskClient, seeded_database: Database
) -> None:
    quiet = text_of(planner.get(CLEARED).text)
    assert "không có vụ việc đã xác minh nào trong bán kính 300 m" in quiet
    keep(
        seeded_database,
        an_incident(1, date(2026, 1, 31)),
        an_incident(2, date(2026, 2, 1)),
        an_incident(3, date(2026, 3, 8), lat=LAT + 0.001),
        an_incident(4, date(2026, 3, 9), lat=LAT + 0.01),
    )
    page = text_of(planner.get(CLEARED).text)
    assert "1 vụ việc đã xác minh trong bán kính 300 m" in page
    assert "Q-3 Mua bán 111 m" in page
    assert "Q-4" not in page


def test_a_long_list_of_incidents_is_folded_after_the_latest(
    planner: FlaskClient, seeded_database: Database
) -> None:
    keep(seeded_database, *(an_incident(n, date(2026, 3, 1 + n)) for n in range(14)))
    page = planner.get(CLEARED).text
    at_once, folded = page.split('<details class="near-more">')
    listed = re.findall(r'(?:class="(\S+)")?><td data-label="Ngày">(\d\d)/03', page)
    assert len(listed) == 10 + 9
    assert [day for hidden, day in listed[:10] if not hidden] == ["14", "13", "12", "11", "10"]
    assert {hidden for hidden, _ in listed[5:10]} == {"near-wide"}
    assert [hidden for hidden, _ in listed[10:]] == ["near-narrow"] * 5 + [""] * 4
    assert "Q-4" in at_once
    assert ">4 vụ nữa<" in folded
    assert ">9 vụ nữa<" in folded


@pytest.mark.parametrize(("n", "told"), [(5, []), (6, ["1 vụ nữa"]), (10, ["5 vụ nữa"])])
def test_a_list_that_fits_is_folded_on_a_phone_alone(
    planner: FlaskClient, seeded_database: Database, n: int, told: list[str]
) -> None:
    keep(seeded_database, *(an_incident(i, date(2026, 3, 1 + i)) for i in range(n)))
    page = planner.get(CLEARED).text
    assert re.findall(r"(\d+ vụ nữa)", page) == told
    assert page.count('class="near-more near-narrow"') == len(told)


def test_a_quiet_watch_that_is_over_proposes_delisting(
    planner: FlaskClient, seeded_database: Database
) -> None:
    send(planner, "/hotspots/events", seeded_database, type="cleared", on="2025-10-01", corrects=3)
    page = planner.get(CLEARED).text
    assert "Đề nghị đưa ra khỏi danh sách" in text_of(page)
    assert '<button class="button button-main" type="submit">Đưa ra khỏi danh sách' in page
    done = send(planner, "/hotspots/events", seeded_database, type="delisted", on="2026-06-14")
    assert done.status_code == 302
    after = text_of(planner.get(CLEARED).text)
    assert "Đã đưa ra khỏi danh sách" in after
    assert "Theo dõi sau triệt xóa" not in after


def test_a_watch_that_was_not_quiet_proposes_nothing(
    planner: FlaskClient, seeded_database: Database
) -> None:
    keep(seeded_database, an_incident(1, date(2025, 11, 1)))
    send(planner, "/hotspots/events", seeded_database, type="cleared", on="2025-10-01", corrects=3)
    page = text_of(planner.get(CLEARED).text)
    assert "Đề nghị đưa ra" not in page
    assert "nhưng không yên" in page


def test_a_history_that_misses_a_step_says_so(
    planner: FlaskClient, seeded_database: Database
) -> None:
    send(planner, "/hotspots/events/2/remove", seeded_database, note="không có thật")
    page = text_of(planner.get(CLEARED).text)
    assert "Triệt xóa ngày 01/02/2026 khi chưa có ngày phát hiện." in page


# --- writing


def test_an_event_is_recorded_from_the_page_audited_and_undone(
    planner: FlaskClient, seeded_database: Database
) -> None:
    answer = send(
        planner,
        "/hotspots/events",
        seeded_database,
        type="re_emerged",
        on="2026-06-01",
        note="do ông Trần Văn Bình báo, 0912345678",
    )
    assert answer.status_code == 302
    page = planner.get(answer.location)
    shown = text_of(page.text)
    assert "Đã ghi: tái phức tạp 01/06/2026." in shown
    assert "Bình" not in shown
    assert "0912345678" not in shown
    (number,) = re.findall(r"/hotspots/events/(\d+)/undo", page.text)
    assert status_at(spot_of(seeded_database).events, date(2026, 6, 14)) == "re_emerged"
    (told,) = audited(seeded_database)
    assert (told["before"], told["after"]["type"]) == (None, "re_emerged")  # type: ignore[index]
    assert '"stale": true' in planner.get("/map").text

    undone = planner.get(send(planner, f"/hotspots/events/{number}/undo", seeded_database).location)
    assert "Đã hoàn tác" in text_of(undone.text)
    assert status_at(spot_of(seeded_database).events, date(2026, 6, 14)) == "cleared"
    assert "đã bỏ" in text_of(undone.text)


def test_a_correction_shows_what_it_replaced_and_can_be_taken_back(
    planner: FlaskClient, seeded_database: Database
) -> None:
    edit = planner.get(f"{CLEARED}?edit=3").text
    assert 'name="corrects" value="3"' in edit
    assert 'value="01/02/2026"' in edit
    answer = send(
        planner,
        "/hotspots/events",
        seeded_database,
        type="cleared",
        on="2026-03-01",
        note="theo biên bản",
        corrects=3,
    )
    page = planner.get(answer.location).text
    assert "<s>01/02/2026 triệt xóa</s>" in page
    assert "01/03/2026 triệt xóa: theo biên bản" in text_of(page)
    (told,) = audited(seeded_database)
    assert told["before"] == {"type": "cleared", "on": "2026-02-01", "note": ""}
    after = told["after"]
    assert (after["type"], after["on"], set(after["note"])) == ("cleared", "2026-03-01", {"sha256"})
    send(planner, f"/hotspots/events/{told['event']}/undo", seeded_database)
    assert [e.on.isoformat() for e in spot_of(seeded_database).events][-1] == "2026-02-01"
    assert audited(seeded_database)[0]["after"] == told["before"]


def test_an_event_is_taken_out_for_a_reason_only(
    planner: FlaskClient, seeded_database: Database
) -> None:
    refused = send(planner, "/hotspots/events/3/remove", seeded_database, note=" ")
    assert refused.status_code == 400
    assert "lý do bỏ không được để trống" in refused.text
    send(planner, "/hotspots/events/3/remove", seeded_database, note="của điểm khác")
    page = text_of(planner.get(CLEARED).text)
    assert "Lý do: của điểm khác" in page
    assert page.startswith("Điểm, tụ điểm") or "Đang hoạt động" in page
    assert status_at(spot_of(seeded_database).events, date(2026, 6, 14)) == "active"


REFUSED: list[tuple[dict[str, object], int, str]] = [
    ({"type": "cleared", "on": "2026-06-15"}, 400, "từ 01/01/1990 đến 14/06/2026"),
    ({"type": "cleared", "on": " "}, 400, "Hãy chọn loại diễn biến và ngày"),
    ({"type": "bịa", "on": "2026-06-01"}, 400, "cần một trong"),
    ({"type": "cleared", "on": "2026-02-01"}, 409, "đã có diễn biến này"),
    ({"type": "opened", "on": "2025-01-11", "corrects": 99}, 409, "số 99"),
]


def test_what_cannot_be_recorded_comes_back_in_the_form(
    planner: FlaskClient, seeded_database: Database
) -> None:
    for fields, status, told in REFUSED:
        answer = send(planner, "/hotspots/events", seeded_database, note="giữ lại tôi", **fields)
        assert answer.status_code == status
        assert told in answer.text
        assert 'value="giữ lại tôi"' in answer.text
    assert audited(seeded_database) == []


def test_the_name_of_a_person_alone_is_no_note_and_no_reason(
    planner: FlaskClient, seeded_database: Database
) -> None:
    before = spot_of(seeded_database).events
    person = "Nguyễn Văn An 0912345678"
    noted = send(
        planner, "/hotspots/events", seeded_database, type="note", on="2026-06-01", note=person
    )
    removed = send(planner, "/hotspots/events/3/remove", seeded_database, note=person)
    for answer in (noted, removed):
        assert (answer.status_code, "Hãy ghi nội dung" in answer.text) == (400, True)
    assert spot_of(seeded_database).events == before


@pytest.mark.parametrize("on", ["31/02/2026", "hôm qua"])
def test_a_day_that_cannot_be_read_is_named(
    planner: FlaskClient, seeded_database: Database, on: str
) -> None:
    answer = send(planner, "/hotspots/events", seeded_database, type="note", on=on, note="x")
    assert answer.status_code == 400
    assert f"Ngày «{on}» không đọc được" in answer.text


def test_links_of_the_history_say_what_they_change(planner: FlaskClient) -> None:
    page = planner.get(CLEARED).text
    words = re.findall(r'aria-label="((?:Sửa|Bỏ) [^"]+)"', page)
    assert len(words) == len(set(words)) > 1


@pytest.mark.parametrize(
    ("reader", "status"), [("analyst", 403), ("commune", 403), ("province", 404)]
)
def test_only_who_may_write_there_writes(
    signed_in: SignIn, seeded_database: Database, reader: str, status: int
) -> None:
    client = signed_in(reader)
    for path in ("events", "events/3/remove", "events/3/undo"):
        answer = send(
            client, f"/hotspots/{path}", seeded_database, type="note", on="2026-06-01", note="x"
        )
        assert answer.status_code == status
    if reader != "province":
        assert "Ghi diễn biến" not in client.get(CLEARED).text


def test_a_form_without_its_guard_is_refused(
    planner: FlaskClient, seeded_database: Database
) -> None:
    data = {"hotspot": 2, "type": "re_emerged", "on": "2026-06-01"}
    assert planner.post("/hotspots/events", data=data).status_code == 400
    assert audited(seeded_database) == []


# --- homes


@pytest.fixture
def a_home(seeded_database: Database) -> Database:
    """TĐ-004 is a home; it was cleared, and something happened near it afterwards."""
    spot = spot_of(seeded_database, "TĐ-004")
    events = (*spot.events, HotspotEvent(EventType.CLEARED, date(2026, 3, 1), "số 12"))
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        hotspots.add_hotspots(session, LOCAL_OPERATOR, [plain(spot, events)], 1)
        near = replace(
            an_incident(9, date(2026, 4, 1)), placement=point(107.6512, 14.5513, "24133", "66")
        )
        incidents.add_incidents(session, LOCAL_OPERATOR, [near], 1)
    return seeded_database


def test_distances_from_a_home_are_for_those_who_may_know_it(
    a_home: Database, signed_in: SignIn
) -> None:
    whole = text_of(signed_in("planner").get("/hotspots/TĐ-004").text)
    assert "Q-9" in whole
    assert "11 m" in whole
    coarse = text_of(signed_in("analyst").get("/hotspots/TĐ-004").text)
    assert "trong bán kính 300 m" in coarse
    assert "(tính quanh tâm ô lưới 250 m)" in coarse
    for secret in ("Q-9", "11 m", "số 12", "Nhà trong hẻm"):
        assert secret not in coarse
