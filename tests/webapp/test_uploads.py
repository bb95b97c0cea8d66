"""A file sent through a page: checked, imported, undone; only by those who may."""

from __future__ import annotations

import io
import time
from pathlib import Path
from threading import Event, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from geo.terms import Layer
from models import incidents
from models.errors import NotFoundError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Viewer
from tests.webapp.conftest import SignIn, csrf_token, seen_in
from tests.webapp.seeded_site import NOW
from tests.webapp.small_world import INCIDENT_HEADINGS, gathering, incident_row, write_workbook
from webapp.services import upload_work, uploads

PLANNER = Viewer("planner", Role.PLANNER)


def send(client: FlaskClient, path: Path, **fields: str) -> TestResponse:
    """Send a file by the form of the page."""
    token = csrf_token(client.get("/imports").text)
    data = {
        "file": (io.BytesIO(path.read_bytes()), path.name),
        "layer": "incidents",
        "csrf_token": token,
        **fields,
    }
    return client.post("/imports/uploads", data=data, content_type="multipart/form-data")


def settled(client: FlaskClient, address: str) -> TestResponse:
    """The page of an upload when its work is done."""
    for _ in range(200):
        answer = client.get(address)
        if "Refresh" not in answer.headers:
            return answer
        time.sleep(0.05)
    raise AssertionError("the work does not end")


def press(client: FlaskClient, page: str, address: str) -> TestResponse:
    return client.post(address, data={"csrf_token": csrf_token(page), **seen_in(page, address)})


def refs(database: Database) -> set[str]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return {i.ref for i in incidents.find_incidents(session, LOCAL_OPERATOR)}


@pytest.fixture
def workbook(tmp_path: Path) -> Path:
    rows = [INCIDENT_HEADINGS, *gathering(3, "UP"), incident_row("UP-9", "hôm qua", 14.65, 107.85)]
    return write_workbook(tmp_path / "sổ vụ việc.xlsx", rows)


def test_a_file_is_checked_then_imported_then_undone(
    signed_in: SignIn, seeded_database: Database, workbook: Path, tmp_path: Path
) -> None:
    client = signed_in("planner")
    before = refs(seeded_database)
    sent = send(client, workbook)
    assert sent.status_code == 303
    checked = settled(client, sent.location).text
    assert "Kết quả kiểm tra trước" in checked
    assert "sổ vụ việc.xlsx" in checked
    assert "hôm qua" in checked
    assert "Họ và tên đối tượng" in checked
    assert refs(seeded_database) == before

    press(client, checked, sent.location + "/import")
    arrived = settled(client, sent.location)
    assert arrived.status_code == 303
    assert press(client, checked, sent.location + "/import").location == sent.location
    assert settled(client, sent.location).location == arrived.location
    assert refs(seeded_database) == before | {"UP-000", "UP-001", "UP-002"}
    assert list((tmp_path / "uploads").rglob("*.xlsx")) == []
    page = client.get(arrived.location).text
    assert "Hoàn tác lần nhập" in page

    preview = client.get(arrived.location + "/undo").text
    assert "Bản ghi bị rút" in preview
    done = press(client, preview, arrived.location + "/undo")
    assert done.location == arrived.location
    assert "Đã hoàn tác" in client.get(arrived.location).text
    assert refs(seeded_database) == before
    assert press(client, preview, arrived.location + "/undo").status_code == 409


def test_what_a_file_would_change_is_told_before_it_does(
    signed_in: SignIn, seeded_database: Database, workbook: Path, tmp_path: Path
) -> None:
    client = signed_in("planner")
    sent = send(client, workbook)
    press(client, settled(client, sent.location).text, sent.location + "/import")
    settled(client, sent.location)
    row = incident_row("UP-000", "01/03/2026", 14.65, 107.85)
    row[6] = 5
    again = send(client, write_workbook(tmp_path / "b.xlsx", [INCIDENT_HEADINGS, row]))
    checked = settled(client, again.location).text
    assert "Bản ghi sẽ được sửa" in checked
    assert "Số đối tượng" in checked
    press(client, checked, again.location + "/import")
    page = client.get(settled(client, again.location).location).text
    assert "Bản ghi được sửa" in page
    assert "<del>2</del>" in page


def test_an_unusable_file_says_what_to_do_and_is_not_kept(
    signed_in: SignIn, tmp_path: Path
) -> None:
    path = tmp_path / "so.xlsx"
    path.write_bytes(b"%PDF-1.4 no workbook")
    client = signed_in("planner")
    page = settled(client, send(client, path).location).text
    assert "Không dùng được tệp" in page
    assert "PDF" in page
    assert list((tmp_path / "uploads").rglob("so.xlsx")) == []


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"layer": "persons"}, "lớp dữ liệu"),
        ({"period": "năm ngoái"}, "năm ngoái"),
        ({"file": ""}, "Chưa chọn tệp"),
    ],
    ids=["layer", "period", "no file"],
)
def test_a_form_that_cannot_be_used_says_why(
    signed_in: SignIn, workbook: Path, fields: dict[str, str], told: str
) -> None:
    answer = send(signed_in("planner"), workbook, **fields)
    assert answer.status_code == 400
    assert told in answer.text


def test_an_upload_is_its_senders_alone(signed_in: SignIn, workbook: Path) -> None:
    sent = send(signed_in("planner"), workbook)
    other = signed_in("admin")
    assert other.get(sent.location).status_code == 404
    assert other.get("/imports/uploads/" + "0" * 32).status_code == 404
    assert other.get("/imports/uploads/..%2f..").status_code == 404
    page = other.get("/imports").text
    assert press(other, page, sent.location + "/import").status_code == 404


@pytest.mark.parametrize("name", ["analyst", "commune"])
def test_those_who_may_not_write_send_nothing(signed_in: SignIn, workbook: Path, name: str) -> None:
    client = signed_in(name)
    token = csrf_token(client.get("/account").text)
    data = {"file": (io.BytesIO(b"x"), "a.csv"), "layer": "incidents", "csrf_token": token}
    answer = client.post("/imports/uploads", data=data, content_type="multipart/form-data")
    assert answer.status_code == 403
    refused = 404 if name == "commune" else 403  # an officer sees only what the own form declared
    assert client.get("/imports/1/undo").status_code == refused
    assert client.post("/imports/1/undo", data={"csrf_token": token}).status_code == refused


def test_only_those_who_may_import_may_send_more_than_a_form_holds(
    signed_in: SignIn, visitor: FlaskClient
) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\n'
    large = part + b"y" * (2 * 2**20) + b"\r\n--x--\r\n"
    form = "multipart/form-data; boundary=x"
    for client in (visitor, signed_in("analyst")):
        answer = client.post("/imports/uploads", data=large, content_type=form)
        assert answer.status_code == 413
    answer = signed_in("planner").post("/imports/uploads", data=large, content_type=form)
    assert answer.status_code == 400  # read whole, then refused for want of its guard


def test_waiting_work_gives_signs_and_cannot_be_dropped(
    signed_in: SignIn, workbook: Path, app: Flask
) -> None:
    """One import keeps the thread busy; the next is under way however long that takes."""
    client, gate = signed_in("planner"), Event()
    sent = send(client, workbook)
    checked = settled(client, sent.location).text
    busy = upload_work._ONE_BY_ONE.submit(gate.wait, 30)
    try:
        here = app.extensions["diaban_site"]
        desk = upload_work.Desk(here.database, here.uploads, here.now, here.today)
        token = sent.location.rsplit("/", 1)[-1]
        upload = uploads.find(here.uploads, PLANNER, token, NOW)
        work = upload_work.store(desk, PLANNER, upload)
        signs = Thread(target=upload_work._give_signs, args=(desk, upload, work, 0.01))
        signs.start()
        sign = here.uploads / token / "note.sign"
        assert any(sign.exists() or time.sleep(0.02) for _ in range(200))
        assert "Refresh" in client.get(sent.location).headers
        assert press(client, checked, sent.location + "/drop").status_code == 409
    finally:
        gate.set()
    signs.join(20)
    assert busy.result() and settled(client, sent.location).status_code == 303


def test_a_file_taken_back_meanwhile_is_not_imported(
    seeded_database: Database, workbook: Path, tmp_path: Path
) -> None:
    folder, before = tmp_path / "waiting", refs(seeded_database)
    desk = upload_work.Desk(seeded_database, folder, lambda: NOW, NOW.date)
    content = workbook.read_bytes()
    upload = uploads.receive(
        folder,
        PLANNER,
        Layer.INCIDENTS,
        "a.xlsx",
        lambda p: p.write_bytes(content) and None,
        now=NOW,
    )
    gate = Event()
    upload_work._ONE_BY_ONE.submit(gate.wait, 30)
    work = upload_work.store(desk, PLANNER, upload)
    uploads.discard(folder, upload)
    gate.set()
    assert work.result(timeout=30) is None
    assert refs(seeded_database) == before
    assert list(folder.iterdir()) == []
    with pytest.raises(NotFoundError):
        upload_work.store(desk, PLANNER, upload)
