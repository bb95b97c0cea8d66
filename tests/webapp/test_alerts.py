"""The page of alerts: what it says, who decides, and what a decision writes to the register."""

from __future__ import annotations

import re
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from geo.records import HotspotEvent
from geo.terms import AlertKind, AlertState, EventType, HotspotStatus, Precision
from models import alerts, audit, hotspot_events, hotspots, imports
from models.additions import UNDONE
from models.alerts import Alert
from models.errors import ConflictError, InvalidValueError, NotAllowedError
from models.hotspots import StoredHotspot
from models.lifecycle import status_at
from models.session import Database, unit_of_work
from models.tables import clusters
from models.tables import incidents as incidents_table
from models.viewers import LOCAL_OPERATOR, Role, Viewer
from tests.webapp.conftest import SignIn, csrf_token, seen_in
from tests.webapp.raised_alerts import raise_one_of_each
from tests.webapp.seeded_site import NOW
from webapp.services.alert_decisions import confirm, undo
from webapp.services.alert_entries import Confirmation
from webapp.services.alert_proposals import may_undo, proposed_kind
from webapp.services.import_undo import undo_import

TODAY = date(2026, 6, 14)
PLANNER = Viewer("planner", Role.PLANNER)
REASON = "Đã kiểm tra tại chỗ, các vụ không liên quan nhau."


@pytest.fixture
def raised(seeded_database: Database) -> Database:
    """The seeded site with one alert of each kind, and one in another province."""
    raise_one_of_each(seeded_database)
    return seeded_database


def one(site: Database, kind: AlertKind) -> Alert:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        found = alerts.open_alerts(session, LOCAL_OPERATOR, kind, "51")
    return found[0]


def again(site: Database, alert_id: int) -> Alert:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return alerts.alert_by_id(session, LOCAL_OPERATOR, alert_id)


def spot(site: Database, ref: str) -> StoredHotspot:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, ref)


def record_opening(site: Database, hotspot_id: int) -> None:
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        opened = HotspotEvent(EventType.OPENED, TODAY)
        hotspot_events.add_event(session, LOCAL_OPERATOR, hotspot_id, opened, at=NOW)


def trail(site: Database) -> list[str]:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        found = audit.list_events(session, LOCAL_OPERATOR, 8)
        return [event.action for event in found if event.action != "view"]


def post(client: FlaskClient, path: str, status: int = 200, **form: object) -> str:
    token = csrf_token(client.get("/account").text)
    seen = seen_in(client.get(path.rpartition("/")[0]).text, path)
    sent = {"csrf_token": token, **seen, **form}
    answer = client.post(path, data=sent, follow_redirects=True)
    assert answer.status_code == status, answer.text
    return answer.text


def words_of(page: str) -> str:
    """What a reader sees of a page."""
    shown = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", shown))


def test_the_page_tells_each_alert_in_words(raised: Database, signed_in: SignIn) -> None:
    words = words_of(signed_in("planner").get("/alerts").text)

    assert "6 cảnh báo chờ quyết định." in words
    assert "5 vụ đã xác minh sau ngày triệt xóa 01/02/2026, trong vòng 300 m" in words
    assert "khoảng 0,4 vụ" in words
    assert "do ngẫu nhiên là 0,1 %" in words
    assert "tỷ số sau/trước 2,50 (khoảng tin cậy 95 %: từ 0,41 đến 26,20)" in words
    assert "không phải điều kiện" in words
    assert "Điểm gần nhất trong hồ sơ cách đó 1,3 km." in words
    assert "Cách biên giới Lào khoảng 3,4 km." in words
    assert "gần «Tụ điểm bờ sông»" in words
    assert "thời gian theo dõi hết ngày 01/05/2026" in words
    assert "Xã Đắk Tô, Tỉnh Quảng Ngãi" in words
    assert "Tổ 7, đường Ven Sông" in words
    for code in (*AlertKind, *AlertState, *HotspotStatus, "harbouring_use", "None", "LAO"):
        assert not re.search(rf"\b{code}\b", words), code


def test_the_list_is_narrowed_by_kind_and_province(raised: Database, signed_in: SignIn) -> None:
    client = signed_in("planner")
    kind = words_of(client.get("/alerts?kind=delisting").text)
    province = client.get("/alerts?province=66").text
    both = words_of(client.get("/alerts?province=66&kind=delisting").text)

    assert "Bến xe cũ" in kind
    assert "Cụm C-000001" not in kind
    assert re.findall(r'id="alert-(\d+)"', province) == [str(one_of_66(raised))]
    assert "Không có cảnh báo nào khớp bộ lọc." in both
    assert client.get("/alerts?kind=x").status_code == 400


def one_of_66(site: Database) -> int:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        (alert,) = alerts.open_alerts(session, LOCAL_OPERATOR, province_code="66")
    return alert.id


def test_the_bar_counts_what_the_account_sees(raised: Database, signed_in: SignIn) -> None:
    def counted(name: str) -> list[str]:
        page = signed_in(name).get("/account").text
        return re.findall(r'title="Số cảnh báo chờ quyết định">(\d+)<', page)

    assert set(counted("planner")) == {"6"}
    assert set(counted("province")) == {"1"}
    assert set(counted("commune")) == {"5"}


def test_a_commune_officer_reads_and_decides_nothing(raised: Database, signed_in: SignIn) -> None:
    client = signed_in("commune")
    page = client.get("/alerts").text
    alert = one(raised, AlertKind.RE_EMERGING)

    assert "tài khoản này chỉ xem" in words_of(page)
    assert "/confirm" not in page
    assert "/imports/" not in page
    token = csrf_token(page)
    for act in ("confirm", "dismiss", "undo"):
        answer = client.post(f"/alerts/{alert.id}/{act}", data={"csrf_token": token})
        assert answer.status_code == 403


def test_another_province_sees_and_decides_nothing(raised: Database, signed_in: SignIn) -> None:
    client = signed_in("province")
    alert = one(raised, AlertKind.RE_EMERGING)

    assert "Tụ điểm bờ sông" not in client.get("/alerts").text
    assert client.get(f"/alerts/{alert.id}").status_code == 404
    post(client, f"/alerts/{alert.id}/dismiss", 404, reason=REASON)
    assert again(raised, alert.id).state is AlertState.OPEN


def test_records_outside_the_scope_are_neither_listed_nor_counted(
    raised: Database, signed_in: SignIn
) -> None:
    alert_id = one_of_66(raised)
    with unit_of_work(raised, LOCAL_OPERATOR) as session:
        session.execute(
            update(incidents_table)
            .where(incidents_table.c.ref.in_(["X-3", "X-4"]))
            .values(province_code="51", commune_code_now="23401")
        )
    words = words_of(signed_in("province").get(f"/alerts/{alert_id}").text)

    assert "3 vụ tụ lại một chỗ" in words
    assert "Cụm còn kéo sang địa bàn khác" in words
    assert "X-2" in words
    assert "X-3" not in words
    assert "tỷ số" not in words


def test_an_analyst_sees_no_address(raised: Database, signed_in: SignIn) -> None:
    page = signed_in("analyst").get("/alerts").text

    assert "R-1" in page
    assert "Ven Sông" not in page


def test_what_was_withdrawn_since_is_told(raised: Database, signed_in: SignIn) -> None:
    with unit_of_work(raised, LOCAL_OPERATOR) as session:
        gone = incidents_table.c.ref.in_(["R-0", "R-1"])
        session.execute(update(incidents_table).where(gone).values(withdrawn=UNDONE))
    words = words_of(signed_in("planner").get("/alerts?kind=re_emerging").text)

    assert "2 trong 5 vụ đã được rút sau lần phân tích." in words


def test_confirming_a_re_emergence_writes_the_day_on_which_it_first_held(
    raised: Database, signed_in: SignIn
) -> None:
    client, alert = signed_in("planner"), one(raised, AlertKind.RE_EMERGING)
    page = client.get(f"/alerts/{alert.id}").text
    assert 'value="10/04/2026"' in page
    assert all(f"R-{n}" in page for n in range(5))
    assert "(từ 02/02/2026 đến 14/06/2026)" in page

    words = words_of(post(client, f"/alerts/{alert.id}/confirm", on="2026-04-10", note="Họp xã."))

    river = spot(raised, "TĐ-002")
    event = river.events[-1]
    assert (event.type, event.on) == (EventType.RE_EMERGED, date(2026, 4, 10))
    assert event.note == (
        f"Xác nhận cảnh báo số {alert.id}: 5 vụ sau ngày triệt xóa, trong vòng 300 m. Họp xã."
    )
    assert "tái phức tạp từ ngày 10/04/2026" in words
    assert again(raised, alert.id).state is AlertState.CONFIRMED
    assert trail(raised)[:2] == ["confirm_alert", "hotspot_event"]

    post(client, f"/alerts/{alert.id}/undo")
    assert status_at(spot(raised, "TĐ-002").events, TODAY) is HotspotStatus.CLEARED
    assert again(raised, alert.id).event_id is None
    assert trail(raised)[:2] == ["undo_alert", "hotspot_event"]


@pytest.mark.parametrize("day", ["2026-02-01", "2026-06-15", "2026-02-30"])
def test_a_day_that_cannot_be_is_refused_beside_what_was_typed(
    day: str, raised: Database, signed_in: SignIn
) -> None:
    alert = one(raised, AlertKind.RE_EMERGING)
    form = {"on": day, "note": "Họp xã."}
    page = post(signed_in("planner"), f"/alerts/{alert.id}/confirm", 400, **form)

    assert 'role="alert"' in page
    assert "Họp xã." in page
    assert again(raised, alert.id).state is AlertState.OPEN
    assert len(spot(raised, "TĐ-002").events) == 2


def test_confirming_a_cluster_puts_a_suspected_place_on_the_register(
    raised: Database, signed_in: SignIn
) -> None:
    client, alert = signed_in("planner"), one(raised, AlertKind.UNRECORDED)
    form = client.get(f"/alerts/{alert.id}").text
    assert 'value="Điểm nghi vấn C-000001, Xã Đắk Tô"' in form
    assert 'value="use_den" selected' in form

    page = post(client, f"/alerts/{alert.id}/confirm", name="Bãi đất sau chợ", kind="at_risk")

    assert "Bãi đất sau chợ" in page
    new = spot(raised, "DB-2026-0001")
    place = new.placement
    assert (new.name, new.kind, new.source) == ("Bãi đất sau chợ", "at_risk", "Địa Bàn")
    assert (place.lon, place.lat, place.precision) == (alert.lon, alert.lat, Precision.STREET)
    assert (place.method, place.commune_code_now) == ("cluster", "23401")
    assert status_at(new.events, TODAY) is HotspotStatus.SUSPECTED
    with unit_of_work(raised, LOCAL_OPERATOR, read_only=True) as session:
        stored = imports.find_import(session, LOCAL_OPERATOR, new.import_id)
    assert stored.file_name == f"Xác nhận cảnh báo số {alert.id}"
    assert (stored.source, stored.accepted, stored.by_user) == ("Địa Bàn", 1, "planner")

    post(client, f"/alerts/{alert.id}/undo")
    with unit_of_work(raised, LOCAL_OPERATOR, read_only=True) as session:
        refs = [h.ref for h in hotspots.find_hotspots(session, LOCAL_OPERATOR)]
        assert imports.find_import(session, LOCAL_OPERATOR, new.import_id).undone_by == "planner"
    assert "DB-2026-0001" not in refs
    assert again(raised, alert.id).state is AlertState.OPEN


def test_a_place_undone_with_its_import_leaves_the_decision_to_be_taken_back(
    raised: Database,
) -> None:
    alert = one(raised, AlertKind.UNRECORDED)
    confirm(raised, PLANNER, alert.id, Confirmation(), NOW)
    undo_import(raised, PLANNER, spot(raised, "DB-2026-0001").import_id, at=NOW)

    assert "lại chờ quyết định" in undo(raised, PLANNER, alert.id, NOW)


def test_a_place_that_lived_on_is_not_taken_back(raised: Database) -> None:
    alert = one(raised, AlertKind.UNRECORDED)
    confirm(raised, PLANNER, alert.id, Confirmation(), NOW)
    new = spot(raised, "DB-2026-0001")
    record_opening(raised, new.id)

    with pytest.raises(ConflictError, match="đã có thay đổi về sau"):
        undo(raised, PLANNER, alert.id, NOW)
    assert again(raised, alert.id).state is AlertState.CONFIRMED
    assert spot(raised, "DB-2026-0001").id == new.id


def test_a_new_place_is_taken_back_by_who_confirmed_it(raised: Database) -> None:
    alert = one(raised, AlertKind.UNRECORDED)
    confirm(raised, LOCAL_OPERATOR, alert.id, Confirmation(), NOW)

    decided = again(raised, alert.id)
    assert [may_undo(who, decided) for who in (LOCAL_OPERATOR, PLANNER)] == [True, False]
    with pytest.raises(NotAllowedError):
        undo(raised, PLANNER, alert.id, NOW)


def test_a_shifted_cluster_names_where_it_may_have_come_from(raised: Database) -> None:
    confirm(raised, PLANNER, one(raised, AlertKind.SHIFTED).id, Confirmation(), NOW)

    new = spot(raised, "DB-2026-0001")
    assert new.name == "Điểm nghi vấn C-000002, Xã Đắk Tô"
    assert "Có thể dịch chuyển từ điểm mã TĐ-002." in new.events[0].note


def test_a_rising_cluster_is_confirmed_with_what_is_to_be_done(raised: Database) -> None:
    alert = one(raised, AlertKind.RISING)
    with pytest.raises(InvalidValueError, match="hướng xử lý"):
        confirm(raised, PLANNER, alert.id, Confirmation(note="ok"), NOW)
    note = "Tăng tuần tra ban đêm trong tháng 7."
    confirm(raised, PLANNER, alert.id, Confirmation(note=note), NOW)

    assert (again(raised, alert.id).reason, again(raised, alert.id).event_id) == (note, None)


def test_a_rising_cluster_at_a_known_place_is_noted_in_its_history(raised: Database) -> None:
    alert, river = one(raised, AlertKind.RISING), spot(raised, "TĐ-002")
    with unit_of_work(raised, LOCAL_OPERATOR) as session:
        session.execute(update(clusters).values(hotspot_id=river.id, nearest_m=120.0))
    confirm(raised, PLANNER, alert.id, Confirmation(note="Tăng tuần tra ban đêm."), NOW)

    event = spot(raised, "TĐ-002").events[-1]
    assert (event.type, event.on) == (EventType.NOTE, TODAY)
    assert "(số vụ đang tăng): Tăng tuần tra ban đêm." in event.note


def test_delisting_writes_the_day_after_the_watch(raised: Database) -> None:
    alert = one(raised, AlertKind.DELISTING)
    with pytest.raises(InvalidValueError, match="từ 02/05/2026 đến 14/06/2026"):
        confirm(raised, PLANNER, alert.id, Confirmation(on=date(2026, 5, 1)), NOW)
    note = "Quyết định 12/QĐ-UBND"
    confirm(raised, PLANNER, alert.id, Confirmation(on=TODAY, note=note), NOW)

    event = spot(raised, "TĐ-009").events[-1]
    assert (event.type, event.on) == (EventType.DELISTED, TODAY)
    assert note in event.note


def test_a_dismissal_needs_a_reason_and_keeps_no_name(raised: Database, signed_in: SignIn) -> None:
    client, alert = signed_in("planner"), one(raised, AlertKind.RE_EMERGING)

    page = post(client, f"/alerts/{alert.id}/dismiss", 400, reason="  không  ")
    assert "Hãy nêu lý do bỏ qua: ít nhất 10 ký tự" in page
    post(client, f"/alerts/{alert.id}/dismiss", reason="Các vụ ở nhà ông Nguyễn Văn An, 0912345678")

    kept = again(raised, alert.id)
    assert kept.state is AlertState.DISMISSED
    assert kept.reason == "Các vụ ở nhà ông [tên đã xoá], [số đã xoá]"
    page = client.get("/alerts").text
    assert "nhà ông [tên đã xoá]" in page
    post(client, f"/alerts/{alert.id}/undo")
    assert again(raised, alert.id).state is AlertState.OPEN


def test_the_slower_of_two_people_is_told(raised: Database, signed_in: SignIn) -> None:
    client, alert = signed_in("planner"), one(raised, AlertKind.RE_EMERGING)
    post(client, f"/alerts/{alert.id}/dismiss", reason=REASON)

    assert "không còn chờ quyết định: đã được bỏ qua" in post(
        client, f"/alerts/{alert.id}/confirm", 409, on="2026-04-10"
    )
    assert len(spot(raised, "TĐ-002").events) == 2


def test_a_place_that_is_open_again_is_not_confirmed_twice(
    raised: Database, signed_in: SignIn
) -> None:
    client, alert = signed_in("planner"), one(raised, AlertKind.RE_EMERGING)
    record_opening(raised, spot(raised, "TĐ-002").id)

    words = words_of(client.get(f"/alerts/{alert.id}").text)
    assert "Hồ sơ điểm nay ghi trạng thái «tái phức tạp»" in words
    assert "không còn gì để xác nhận" in post(client, f"/alerts/{alert.id}/confirm", 409)
    assert again(raised, alert.id).state is AlertState.OPEN


def test_an_empty_page_says_why(seeded_database: Database, signed_in: SignIn) -> None:
    words = words_of(signed_in("planner").get("/alerts").text)

    assert "Không có cảnh báo nào chờ quyết định." in words
    assert "Lần phân tích số 1: 12 vụ đến hết 14/06/2026" in words


def test_a_number_that_no_alert_has_is_not_found(signed_in: SignIn) -> None:
    client = signed_in("planner")
    for number in ("1" + "0" * 30, "0", "x", "999"):
        assert client.get(f"/alerts/{number}").status_code == 404
        post(client, f"/alerts/{number}/dismiss", 404, reason=REASON)


@pytest.mark.parametrize(
    ("kind", "proposed"),
    [("use", "use_den"), ("trading", "retail"), ("cultivation", "cultivation"), ("x", "point")],
)
def test_the_kind_of_place_follows_the_commonest_incident(kind: str, proposed: str) -> None:
    assert proposed_kind(kind) == proposed
