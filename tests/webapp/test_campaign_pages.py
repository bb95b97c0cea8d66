"""Campaigns on their pages: the list, one judged, entered and changed by form."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask.testing import FlaskClient

from geo.displacement import Counts, Verdict
from geo.records import Incident
from geo.terms import Layer
from models import audit, campaigns, incidents
from models.campaign_cases import days_of_records
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import an_import, an_incident
from tests.webapp.conftest import SignIn, csrf_token, seen_in
from tests.webapp.seeded_site import HOSTILE, NOW, point
from webapp.services import campaign_entry, campaign_ground
from webapp.services.campaign_effects import effects_of
from webapp.services.campaign_entry import CampaignForm
from webapp.services.campaign_ground import ground_of
from webapp.services.campaigns import Stage, open_campaign, open_list

TODAY = date(2026, 6, 14)
DAK_TO = CampaignForm("Cao điểm mùa xuân", "2026-03-01", "2026-03-31", codes=("23401",))
CIRCLE = CampaignForm(
    "Quanh chợ",
    "01/03/2026",
    "31/03/2026",
    area="circle",
    lat="14,65",
    lon="107,65",
    radius="1,5 km",
)


def enter(database: Database, form: CampaignForm = DAK_TO, viewer: Viewer = LOCAL_OPERATOR) -> int:
    return campaign_entry.enter(database, viewer, form, at=NOW)


def keep(database: Database, *rows: tuple[str, date, int, float, float]) -> None:
    """Incidents: commune, day, how many, lon, lat."""
    records: list[Incident] = []
    for code, day, n, lon, lat in rows:
        province = "66" if code.startswith("24") else "51"
        for _ in range(n):
            place = point(lon, lat, code, province)
            ref = f"X-{len(records)}-{day}"
            records.append(an_incident(ref, occurred_on=day, placement=place, seizures=()))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        import_id = an_import(session, Layer.INCIDENTS)
        incidents.add_incidents(session, LOCAL_OPERATOR, records, import_id)


def test_a_campaign_that_only_moved_the_cases_next_door_is_told_so(
    seeded_database: Database,
) -> None:
    before, after = date(2026, 2, 20), date(2026, 4, 20)
    keep(
        seeded_database,
        ("23377", before, 30, 107.75, 14.65),
        ("23377", after, 5, 107.75, 14.65),
        ("23383", before, 2, 107.8005, 14.65),  # 54 m beyond the limit
        ("23383", after, 32, 107.8005, 14.65),
        ("23293", before, 40, 107.95, 14.65),
        ("23293", after, 40, 107.95, 14.65),
        ("23293", date(2026, 5, 20), 1, 107.95, 14.65),  # the records reach beyond the window
    )
    id_ = enter(seeded_database, replace(DAK_TO, codes=("23377",)))

    page = open_campaign(seeded_database, LOCAL_OPERATOR, id_, TODAY)

    assert page.effects is not None
    assert page.effects.stayed is not None
    stayed = page.effects.stayed
    assert stayed.place == Counts(30, 5)
    assert stayed.ring == Counts(2, 32)
    assert stayed.verdict is Verdict.FULL_DISPLACEMENT
    assert stayed.wdq is not None
    assert stayed.wdq < -1


def test_with_hardly_a_case_around_nothing_is_said_of_displacement(
    seeded_database: Database, signed_in: SignIn
) -> None:
    before, after = date(2026, 2, 20), date(2026, 4, 20)
    keep(
        seeded_database,
        ("23377", before, 30, 107.75, 14.65),
        ("23377", after, 5, 107.75, 14.65),
        ("23293", before, 40, 107.95, 14.65),
        ("23293", after, 40, 107.95, 14.65),
        ("23293", date(2026, 5, 20), 1, 107.95, 14.65),
    )
    id_ = enter(seeded_database, replace(DAK_TO, codes=("23377",)))
    page = signed_in("planner").get(f"/campaigns/{id_}").text
    assert "vùng quanh quá ít vụ để nói về dịch chuyển" in page
    assert "không nêu, vì vùng quanh quá ít vụ" in page
    assert "không dịch chuyển" not in page
    assert "vượt ra ngoài phạm vi" not in page
    assert "giảm, vùng quanh quá ít" in signed_in("planner").get("/campaigns").text


def test_an_account_whose_scope_cuts_the_ring_is_told_so(
    seeded_database: Database, signed_in: SignIn
) -> None:
    id_ = enter(seeded_database, replace(DAK_TO, codes=("24163",)))
    inside = enter(seeded_database, replace(CIRCLE, lat="14,55", radius="500 m"))
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        planner = Viewer("tinh", Role.PLANNER, Scope.provinces("66"))
        stored = [campaigns.find_campaign(session, planner, each) for each in (id_, inside)]
        found = [
            effects_of(session, viewer, each, ground_of(session, viewer, each), TODAY)
            for each in stored
            for viewer in (planner, LOCAL_OPERATOR)
        ]
    assert [each is not None and each.ring_is_cut for each in found] == [True, *[False] * 3]


def test_a_campaign_right_after_the_records_begin_is_held_against_nothing(
    seeded_database: Database, signed_in: SignIn
) -> None:
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        spanned = days_of_records(session, LOCAL_OPERATOR, ["51"])
    assert spanned is not None
    first = spanned[0]
    days = {"starts_on": f"{first}", "ends_on": f"{first + timedelta(days=20)}"}
    id_ = enter(seeded_database, replace(DAK_TO, **days))
    page = open_campaign(seeded_database, LOCAL_OPERATOR, id_, TODAY)
    assert page.effects is not None
    assert (page.effects.ran, page.effects.stayed, page.effects.judged) == (None, None, None)
    assert "Chưa đủ dữ liệu trước đợt" in signed_in("planner").get(f"/campaigns/{id_}").text
    (line,) = open_list(seeded_database, LOCAL_OPERATOR, TODAY).lines
    assert line.verdict == ""


def test_an_area_of_communes_counts_what_is_known_to_its_commune_alone(
    seeded_database: Database,
) -> None:
    id_ = enter(seeded_database, replace(DAK_TO, starts_on="2026-04-01", ends_on="2026-04-30"))
    page = open_campaign(seeded_database, LOCAL_OPERATOR, id_, TODAY)
    assert page.effects is not None
    assert page.effects.ran is not None
    assert page.effects.ran.place.after == 1
    assert page.effects.vague == 1
    assert page.ground.commune_codes == {"23401"}


def test_a_whole_province_is_held_against_the_others_and_its_ring_lies_in_them(
    seeded_database: Database,
) -> None:
    day = date(2026, 3, 10)
    keep(
        seeded_database,
        ("24163", day, 3, 107.75, 14.5995),  # 55 m beyond the line between the provinces
        ("24163", day + timedelta(days=1), 4, 107.75, 14.55),
        ("23377", date(2026, 5, 20), 1, 107.75, 14.65),
    )
    id_ = enter(seeded_database, replace(DAK_TO, codes=("51",)))
    page = open_campaign(seeded_database, LOCAL_OPERATOR, id_, TODAY)
    assert page.ground.is_whole
    assert page.effects is not None
    assert page.effects.ran is not None
    assert (page.effects.ran.ring.after, page.effects.ran.control.after) == (3, 5)


def test_a_circle_has_a_ring_of_two_radii_and_counts_points_alone(
    seeded_database: Database,
) -> None:
    id_ = enter(seeded_database, CIRCLE)
    page = open_campaign(seeded_database, LOCAL_OPERATOR, id_, TODAY)
    assert page.ground.ring_m == 3_000.0
    assert page.campaign.radius_m == 1_500.0
    assert page.effects is not None
    assert page.effects.vague == 0


@pytest.mark.parametrize(
    ("start", "end", "stage", "judged", "provisional"),
    [
        (date(2026, 7, 1), date(2026, 7, 31), Stage.PLANNED, False, False),
        (date(2026, 3, 20), date(2026, 6, 30), Stage.RUNNING, True, True),
        (date(2026, 3, 1), date(2026, 3, 31), Stage.OVER, True, True),
        (date(2026, 1, 15), date(2026, 2, 10), Stage.OVER, True, False),
    ],
)
def test_it_is_provisional_until_enough_days_have_passed(
    seeded_database: Database,
    *,
    start: date,
    end: date,
    stage: Stage,
    judged: bool,
    provisional: bool,
) -> None:
    id_ = enter(
        seeded_database, replace(DAK_TO, starts_on=f"{start}", ends_on=f"{end}", codes=("51",))
    )
    page = open_campaign(seeded_database, LOCAL_OPERATOR, id_, TODAY)
    assert (page.stage, page.effects is not None) == (stage, judged)
    assert page.effects is None or page.effects.provisional is provisional
    (line,) = open_list(seeded_database, LOCAL_OPERATOR, TODAY).lines
    assert (line.stage, bool(line.verdict), line.provisional) == (stage, judged, provisional)


def test_when_a_commune_is_gone_from_the_map_the_stored_outline_stands(
    seeded_database: Database,
) -> None:
    id_ = enter(seeded_database)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        stored = campaigns.find_campaign(session, LOCAL_OPERATOR, id_)
        gone = replace(stored, commune_codes=("23401", "99998"))
        ground = campaign_ground.ground_of(session, LOCAL_OPERATOR, gone)
        now = campaign_ground.ground_of(session, LOCAL_OPERATOR, stored)
    assert ground.is_stored
    assert not ground.commune_codes
    assert ground.area.equals(stored.area)
    assert (now.is_stored, now.provinces) == (False, ("51",))


def test_hotspots_of_the_area_are_told_with_what_befell_them(seeded_database: Database) -> None:
    days = {"starts_on": "2026-01-15", "ends_on": "2026-05-15"}
    id_ = enter(seeded_database, replace(DAK_TO, **days))
    page = open_campaign(seeded_database, LOCAL_OPERATOR, id_, TODAY)
    assert [(e.ref, e.type) for e in page.events] == [
        ("TĐ-002", "cleared"),
        ("TĐ-003", "cleared"),
        ("TĐ-003", "re_emerged"),
    ]


def test_an_account_of_a_commune_sees_its_campaign_without_a_judgement(
    seeded_database: Database, signed_in: SignIn
) -> None:
    mine = enter(seeded_database)
    other = enter(seeded_database, replace(DAK_TO, codes=("23377",)))
    officer = signed_in("commune")
    assert "không so sánh được" in officer.get(f"/campaigns/{mine}").text
    assert officer.get(f"/campaigns/{other}").status_code == 404
    assert officer.get("/campaigns/new").status_code == 403


def test_a_planner_of_a_province_enters_campaigns_of_it_alone(signed_in: SignIn) -> None:
    planner = signed_in("province")
    refused = send(planner, "/campaigns/new", {**FIELDS, "commune": "23401"})
    assert (refused.status_code, "phạm vi" in refused.text) == (400, True)
    assert "dòng này" not in refused.text
    assert "Cao điểm mùa hè" in refused.text
    taken = send(planner, "/campaigns/new", {**FIELDS, "commune": "24133"})
    assert taken.status_code == 303


FIELDS = {"name": "Cao điểm mùa hè", "starts_on": "2026-05-01", "ends_on": "2026-05-31"}


def send(client: FlaskClient, path: str, fields: dict[str, str]):  # type: ignore[no-untyped-def]
    token = csrf_token(client.get("/campaigns/new").text)
    seen = seen_in(client.get(path.rpartition("/")[0]).text, path)
    return client.post(path, data={**seen, **fields, "csrf_token": token})


def test_a_campaign_is_entered_changed_withdrawn_and_restored_by_forms(
    seeded_database: Database, signed_in: SignIn
) -> None:
    planner = signed_in("planner")
    answer = send(planner, "/campaigns/new", {**FIELDS, "commune": "23401", "note": HOSTILE})
    where = answer.headers["Location"]
    page = planner.get(where).text
    assert "Cao điểm mùa hè" in page
    assert "<script>alert" not in page

    form = planner.get(f"{where}/edit").text
    assert 'value="23401" checked' in form
    changed = {**FIELDS, "commune": "23401", "ends_on": "2026-06-10", "seen": "0"}
    assert send(planner, f"{where}/edit", changed).status_code == 303
    assert "31/05/2026 → " in planner.get(where).text.replace("\n", " ") or "10/06/2026" in (
        planner.get(where).text
    )

    assert send(planner, f"{where}/withdraw", {"reason": " "}).status_code == 303
    assert "Hãy ghi lý do" in planner.get(where).text
    send(planner, f"{where}/withdraw", {"reason": "nhập nhầm"})
    assert "nhập nhầm" in planner.get(where).text
    assert "Cao điểm mùa hè" not in planner.get("/campaigns").text
    send(planner, f"{where}/restore", {})
    assert "Cao điểm mùa hè" in planner.get("/campaigns").text
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        events = audit.list_events(session, LOCAL_OPERATOR)
    done = [e.action for e in events if "campaign:" in e.object and e.action != "view"]
    assert done == [*("restore_campaign", "withdraw_campaign", "change_campaign", "enter_campaign")]


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"commune": "23401", "name": " "}, "Tên đợt"),
        ({"commune": "23401", "ends_on": "2026-04-01"}, "trước khi bắt đầu"),
        ({"commune": "23401", "starts_on": "31/02/2026"}, "Từ ngày"),
        ({"commune": "23401", "ends_on": "05/2026"}, "Đến ngày: hãy ghi đủ ngày"),
        ({"commune": "23401", "name": "Nguyễn Văn An"}, "không phải tên người"),
        ({"commune": "99999"}, "chọn ít nhất một xã"),
        ({}, "chọn ít nhất một xã"),
        ({"area": "circle", "lat": "14,65", "lon": "107,65"}, "Bán kính"),
        ({"area": "circle", "lat": "14,65", "lon": "107,65", "radius": "0"}, "từ 50 m"),
        ({"area": "circle", "lat": "1", "lon": "2", "radius": "500"}, "Tọa độ"),
        ({"area": "circle", "lat": "10,5", "lon": "106,5", "radius": "500"}, "xã nào"),
    ],
)
def test_a_form_that_cannot_be_used_is_shown_again_with_the_reason(
    signed_in: SignIn, fields: dict[str, str], told: str
) -> None:
    answer = send(signed_in("planner"), "/campaigns/new", {**FIELDS, **fields})
    assert answer.status_code == 400
    assert told in answer.text


def test_who_saves_over_a_change_of_somebody_else_is_told_before(signed_in: SignIn) -> None:
    planner = signed_in("planner")
    where = send(planner, "/campaigns/new", {**FIELDS, "commune": "23401"}).headers["Location"]
    seen = seen_by(planner.get(f"{where}/edit").text)
    mine = {**FIELDS, "commune": "23401", "seen": seen}
    assert send(planner, f"{where}/edit", {**mine, "note": "của người kia"}).status_code == 303

    stale = send(planner, f"{where}/edit", {**mine, "name": "Tên mới"})

    assert stale.status_code == 409
    assert "đã được sửa ở nơi khác" in stale.text
    assert 'value="Tên mới"' in stale.text
    assert "của người kia" in planner.get(where).text
    again = {**mine, "name": "Tên mới", "seen": seen_by(stale.text)}
    assert send(planner, f"{where}/edit", again).status_code == 303
    assert send(planner, f"{where}/edit", again).status_code == 303  # sent twice: nothing differs
    assert "Tên mới" in planner.get(where).text


def seen_by(page: str) -> str:
    """What a form knows of the changes before it."""
    (seen,) = re.findall(r'name="seen" value="(\d+)"', page)
    return str(seen)


def test_a_campaign_is_not_withdrawn_for_the_name_of_a_person_alone(signed_in: SignIn) -> None:
    planner = signed_in("planner")
    where = send(planner, "/campaigns/new", {**FIELDS, "commune": "23401"}).headers["Location"]
    send(planner, f"{where}/withdraw", {"reason": "Nguyễn Văn An"})
    page = planner.get(where).text
    assert "Hãy ghi lý do" in page
    assert "Khôi phục" not in page


def test_without_a_script_communes_are_found_by_a_button(signed_in: SignIn) -> None:
    sent = {**FIELDS, "commune": "23401", "q": "dak pek", "find": "1"}
    answer = send(signed_in("planner"), "/campaigns/new", sent)
    assert answer.status_code == 200
    assert 'value="23377"' in answer.text
    assert 'value="23401" checked' in answer.text


def test_names_of_persons_are_blanked_in_what_is_typed(seeded_database: Database) -> None:
    id_ = enter(seeded_database, replace(DAK_TO, note="gọi ông Nguyễn Văn Bình 0912 345 678"))
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        note = campaigns.find_campaign(session, LOCAL_OPERATOR, id_).note
    assert "0912" not in note
    assert "Bình" not in note


def test_a_province_wide_viewer_sees_no_campaign_of_two_provinces(
    seeded_database: Database,
) -> None:
    enter(seeded_database, replace(DAK_TO, codes=("23401", "24133")))
    planner = Viewer("tinh", Role.PLANNER, Scope.provinces("51"))
    assert open_list(seeded_database, planner, TODAY).total == 0
    assert open_list(seeded_database, LOCAL_OPERATOR, TODAY).total == 1
