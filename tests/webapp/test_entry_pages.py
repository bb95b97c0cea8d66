"""The pages on which a person writes, corrects and reads records, without a script."""

from __future__ import annotations

import re

import pytest
from flask.testing import FlaskClient

from models.session import Database
from tests.webapp.conftest import SignIn, csrf_token, seen_in
from tests.webapp.seeded_site import HOSTILE
from webapp.forms import BLANKED_NOTICE

INCIDENT = {
    **{"lat": "14,631", "lon": "107,752", "clicked": "1", "address": "", "on": "10/06/2026"},
    **{"kind": "possession", "detected_by": "commune", "verified": "", "offenders": "3"},
    **{"ref": "", "substance": "heroin", "quantity": "5", "unit": "g"},
}
HOTSPOT = {
    **{"lat": "14,631", "lon": "107,752", "clicked": "1", "address": "", "name": "Quán vắng"},
    **{"kind": "retail", "ref": "", "event": "suspected", "on": "10/06/2026", "note": ""},
}
FACILITY = {
    **{"lat": "14,631", "lon": "107,752", "clicked": "1", "address": "", "name": "Karaoke Hoa Ban"},
    **{"kind": "karaoke", "ref": "", "note": "Gọi anh Hùng 0912345678"},
}


def post(client: FlaskClient, path: str, status: int, **form: object) -> str:
    token = csrf_token(client.get("/account").text)
    seen = seen_in(client.get(path.removesuffix("/withdraw")).text, path)
    answer = client.post(path, data={"csrf_token": token, **seen, **form})
    assert answer.status_code == status, answer.text
    return answer.headers.get("Location", answer.text)


def test_an_incident_is_written_and_read(signed_in: SignIn) -> None:
    client = signed_in("planner")
    form = client.get("/incidents/new?lat=14.631&lon=107.752").text
    assert 'value="14,631"' in form
    assert "Xã Đắk Pék" in form
    address = post(client, "/incidents/new", 303, **INCIDENT)
    page = client.get(address).text

    assert re.fullmatch(r"/incidents/\d+", address)
    for told in ("Đã ghi vụ việc.", "Tàng trữ, 10/06/2026", "5 g", "BĐ-2026-0001", "Toàn quốc"):
        assert told in page
    assert "do người chọn trên bản đồ" in page
    assert "Chưa sửa lần nào" in page
    assert re.search(r'href="/imports/\d+/undo"', page)


def test_what_is_wrong_comes_back_beside_its_field_with_what_was_typed(signed_in: SignIn) -> None:
    wrong = {**INCIDENT, "kind": "", "on": "31/02/2026", "offenders": "<b>5"}
    page = post(signed_in("planner"), "/incidents/new", 400, **wrong)

    for field in ("kind", "on", "offenders"):
        assert f'id="fault-{field}"' in page
        assert f'aria-describedby="fault-{field}"' in page
    assert 'value="31/02/2026"' in page
    assert "<b>5" not in page
    assert "&lt;b&gt;5" in page


def test_a_doubt_asks_and_a_second_press_stores(signed_in: SignIn) -> None:
    client = signed_in("planner")
    post(client, "/incidents/new", 303, **INCIDENT)
    page = post(client, "/incidents/new", 200, **INCIDENT)
    confirm = re.search(r'name="confirmed" value="([0-9a-f]+)"', page)
    assert confirm
    assert "Vẫn lưu" in page

    assert post(client, "/incidents/new", 303, **INCIDENT, confirmed=confirm[1])


def test_a_correction_shows_both_contents_and_a_stale_form_is_refused(signed_in: SignIn) -> None:
    client = signed_in("planner")
    address = post(client, "/incidents/new", 303, **INCIDENT)
    form = client.get(f"{address}/edit").text
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', form)
    assert seen
    assert "readonly" in form
    given = {**INCIDENT, "verified": "yes", "seen": seen[1]}
    post(client, f"{address}/edit", 303, **{**given, "offenders": "7"})
    page = client.get(address).text
    assert "<del>3</del>" in page
    assert "<ins>7</ins>" in page
    stale = post(client, f"{address}/edit", 409, **{**given, "offenders": "8"})

    assert "vừa được sửa ở nơi khác" in stale
    assert 'value="8"' in stale
    assert f'name="seen" value="{seen[1]}"' not in stale


def test_what_a_clerk_typed_is_shown_as_text(signed_in: SignIn) -> None:
    client = signed_in("planner")
    for path in ("/incidents/1", "/incidents/1/edit", "/hotspots/1/edit"):
        page = client.get(path).text
        assert "<script>alert" not in page, path
        assert HOSTILE.split("`", maxsplit=1)[0] not in page, path


def test_a_name_that_was_typed_is_blanked_and_said(signed_in: SignIn) -> None:
    client = signed_in("planner")
    given = {**INCIDENT, "address": "nhà anh Hùng, xã Đắk Pék, tỉnh Quảng Ngãi"}
    page = client.get(post(client, "/incidents/new", 303, **given)).text

    assert BLANKED_NOTICE in page
    assert "Hùng" not in page


def test_a_hotspot_is_written_corrected_and_found_on_its_page(signed_in: SignIn) -> None:
    client = signed_in("planner")
    address = post(client, "/hotspots/new", 303, **HOTSPOT)
    page = client.get(address).text
    assert "Đã ghi điểm vào hồ sơ." in page
    edit = re.search(r'href="(/hotspots/\d+/edit)"', page)
    assert edit
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', client.get(edit[1]).text)
    assert seen
    given = {**HOTSPOT, "name": "Quán bên cầu", "seen": seen[1]}
    again = client.get(post(client, edit[1], 303, **given)).text

    assert "Quán bên cầu" in again
    assert "<del>Quán vắng</del>" in again


def test_a_facility_is_written_corrected_and_withdrawn(signed_in: SignIn) -> None:
    client = signed_in("planner")
    assert "Nơi của cơ sở" in client.get("/facilities/new?lat=14.631&lon=107.752").text
    address = post(client, "/facilities/new", 303, **FACILITY)
    page = client.get(address).text
    for told in ("Đã ghi cơ sở.", BLANKED_NOTICE, "Karaoke Hoa Ban", "BĐ-2026-0001", "Toàn quốc"):
        assert told in page
    assert "Hùng" not in page
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', client.get(f"{address}/edit").text)
    assert seen
    given = {**FACILITY, "name": "Karaoke Ban Mai", "seen": seen[1]}
    post(client, f"{address}/edit", 303, **given)
    assert "<del>Karaoke Hoa Ban</del>" in client.get(address).text

    assert post(client, f"{address}/withdraw", 303, reason=" ") == address
    assert "Hãy ghi lý do" in client.get(address).text
    undone = post(client, f"{address}/withdraw", 303, reason="Đã đóng cửa")
    assert re.fullmatch(r"/imports/\d+", undone)
    told = client.get(undone).text
    assert "Đã rút cơ sở khỏi danh sách" in told
    assert "Đã đóng cửa" in told
    assert client.get(address).status_code == 404
    assert client.get(f"{undone}/undo").status_code == 200


@pytest.mark.parametrize(
    "path", ["/incidents/new", "/incidents/1/edit", "/hotspots/new", "/facilities/new"]
)
def test_only_writers_reach_the_forms(signed_in: SignIn, path: str) -> None:
    for username in ("analyst", "commune"):
        assert signed_in(username).get(path).status_code == 403
    assert signed_in("planner").get(path).status_code == 200


def test_an_incident_is_read_inside_the_scope_only(
    signed_in: SignIn, seeded_database: Database
) -> None:
    assert signed_in("analyst").get("/incidents/1").status_code == 200
    assert signed_in("commune").get("/incidents/1").status_code == 200  # of its own commune
    assert "/edit" not in signed_in("analyst").get("/incidents/1").text
    assert signed_in("province").get("/incidents/1").status_code == 404
    for number in ("0", "99999", "x", "-1"):
        assert signed_in("planner").get(f"/incidents/{number}").status_code == 404


def test_the_commune_of_a_point_is_answered_to_writers(signed_in: SignIn) -> None:
    client = signed_in("province")
    here = client.get("/api/place?lat=14.55&lon=107.65").json
    there = client.get("/api/place?lat=14.65&lon=107.65").json

    assert here is not None
    assert there is not None
    assert here["place"]["commune_name"] == "Xã Buôn Ma Thuột"
    assert (here["place"]["covered"], there["place"]["covered"]) == (True, False)
    assert client.get("/api/place?lat=10&lon=110").json == {"place": None}
    assert client.get("/api/place?lat=x&lon=110").status_code == 400
    assert signed_in("analyst").get("/api/place?lat=14.55&lon=107.65").status_code == 403


@pytest.mark.parametrize("lat", ["inf", "-inf", "1e999", "nan", "91", "1e300"])
def test_a_point_off_the_globe_is_a_fault_of_the_form(signed_in: SignIn, lat: str) -> None:
    client = signed_in("planner")
    written = {
        "/incidents": post(client, "/incidents/new", 303, **INCIDENT),
        "/hotspots": post(client, "/hotspots/new", 303, **HOTSPOT),
        "/facilities": post(client, "/facilities/new", 303, **FACILITY),
    }
    for path, fields in (
        ("/incidents", INCIDENT),
        ("/hotspots", HOTSPOT),
        ("/facilities", FACILITY),
    ):
        edit = client.get(written[path]).text
        found = re.search(rf'{path}/[^"]*?edit[^"?]*', edit)
        assert found, edit
        for address in (f"{path}/new", found.group()):
            page = post(client, address, 400, **{**fields, "lat": lat})
            assert f'value="{lat}"' in page
        assert client.get(f"{path}/new?lat={lat}&lon=107.7").status_code == 400
    assert client.get(f"/api/place?lat={lat}&lon=107.7").status_code == 400
