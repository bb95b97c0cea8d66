"""The page of hamlets: list, quarterly review, changes by hand, who may, and stale forms."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from flask.testing import FlaskClient

from geo.sub_unit_names import read_sub_unit
from geo.terms import Layer
from models import audit, communes, imports, sub_units
from models.errors import InvalidValueError
from models.imports import NewImport
from models.periods import PeriodError, quarter_period
from models.session import Database, unit_of_work
from models.sub_unit_reviews import Answer, record_reviews
from models.sub_units import StoredSubUnit, SubUnit
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn, csrf_token, seen_in
from tests.webapp.seeded_site import HOSTILE
from tests.webapp.test_pages import text_of
from webapp.services.hamlet_edits import read_name
from webapp.services.hamlets import Hamlets, hamlets_of, quarter_of, require_quarter

TODAY = date(2026, 6, 14)
PAGE = "/communes/23401/sub-units"


@pytest.fixture
def listed(seeded_database: Database) -> Database:
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        units = []
        for name in ("Thôn 10", "Thôn 2", f"Thôn Đắk Rơ {HOSTILE}"):
            normal = read_sub_unit(name)
            assert normal is not None
            units.append(SubUnit(name, "CÔNG AN TỈNH", name, normal, "23401"))
        new = NewImport(Layer.SUB_UNITS, "so.xlsx", "0" * 64, "x")
        import_id = imports.add_import(session, LOCAL_OPERATOR, new)
        sub_units.add_sub_units(session, LOCAL_OPERATOR, units, import_id)
    return seeded_database


@pytest.fixture
def officer(listed: Database, signed_in: SignIn) -> FlaskClient:
    return signed_in("commune")


def found(database: Database) -> dict[str, StoredSubUnit]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        units = sub_units.find_sub_units(session, LOCAL_OPERATOR, "23401")
    return {unit.name.split(" <")[0]: unit for unit in units}


def post(client: FlaskClient, path: str, **fields: str):  # type: ignore[no-untyped-def]
    page = client.get(PAGE).text
    sent = {"csrf_token": csrf_token(page), **seen_in(page, f"{PAGE}/{path}"), **fields}
    return client.post(f"{PAGE}/{path}", data=sent)


def counted(database: Database) -> Hamlets:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        unit = communes.find_commune(session, LOCAL_OPERATOR, "23401")
        return hamlets_of(session, LOCAL_OPERATOR, unit, TODAY)


def review(client: FlaskClient, answers: dict[int, str], seen: str = "0", quarter: str = "2026Q2"):  # type: ignore[no-untyped-def]
    fields = {f"answer-{id_}": answer for id_, answer in answers.items()}
    notes = {f"note-{id_}": "" for id_ in answers}
    return post(client, "review", period=quarter, seen=seen, **fields, **notes)


def test_the_officer_reviews_the_quarter_and_the_page_counts(
    officer: FlaskClient, listed: Database
) -> None:
    units = found(listed)
    answers = {units["Thôn 2"].id: "free", units["Thôn 10"].id: "not_free"}
    assert review(officer, answers).status_code == 303

    page = text_of(officer.get(PAGE).text)
    assert "1/3 thôn, tổ không ma túy, quý II năm 2026" in page
    assert "1 có ma túy · 0 chưa rõ · 1 chưa rà soát" in page
    assert page.index("Thôn 2 ") < page.index("Thôn 10")
    hamlets = counted(listed)
    assert (hamlets.n_free, hamlets.n_not_free, hamlets.n_unreviewed) == (1, 1, 1)


def test_the_page_of_an_earlier_day_shows_the_reviews_known_then(listed: Database) -> None:
    thon_2 = found(listed)["Thôn 2"].id
    quarter = quarter_period(2026, 2)
    with unit_of_work(listed, LOCAL_OPERATOR) as session:
        for day, is_free in ((1, True), (5, False)):
            answers = [Answer(thon_2, drug_free=is_free)]
            at = datetime(2026, 6, day, 3, tzinfo=UTC)
            record_reviews(session, LOCAL_OPERATOR, "23401", quarter, answers, at=at)

    def told(day: int) -> tuple[int, int]:
        at = datetime(2026, 6, day, 12, tzinfo=UTC)
        with unit_of_work(listed, LOCAL_OPERATOR, read_only=True) as session:
            unit = communes.find_commune(session, LOCAL_OPERATOR, "23401")
            shown = hamlets_of(session, LOCAL_OPERATOR, unit, TODAY, known_at=at)
        return shown.n_free, shown.n_not_free

    assert (told(6), told(3)) == ((0, 1), (1, 0))
    assert (counted(listed).n_free, counted(listed).n_not_free) == (0, 1)
    with unit_of_work(listed, LOCAL_OPERATOR, read_only=True) as session:
        unit = communes.find_commune(session, LOCAL_OPERATOR, "23401")
        before = datetime(2026, 5, 1, tzinfo=UTC)
        assert hamlets_of(session, LOCAL_OPERATOR, unit, TODAY, known_at=before).n_unreviewed == 3


def test_nothing_typed_runs_and_the_page_carries_no_markup_of_names(officer: FlaskClient) -> None:
    page = officer.get(PAGE).text

    assert "<script>alert" not in page
    assert "onerror=alert(3)>" not in page


def test_the_quarter_before_is_shown_beside_and_not_chosen(
    officer: FlaskClient, listed: Database
) -> None:
    one = found(listed)["Thôn 2"].id
    review(officer, {one: "free"}, quarter="2026Q1")
    page = officer.get(PAGE).text

    assert "Lần trước, quý I năm 2026: không ma túy" in text_of(page)
    assert not re.search(r"checked", page)
    assert counted(listed).n_free == 0


def test_the_same_review_sent_twice_is_stored_once_and_a_stale_one_is_shown_again(
    officer: FlaskClient, listed: Database, signed_in: SignIn
) -> None:
    one = found(listed)["Thôn 2"].id
    review(officer, {one: "free"})
    assert review(officer, {one: "free"}).status_code == 303
    stale = review(signed_in("planner"), {one: "unknown"})

    assert stale.status_code == 409
    assert "Đang lưu: không ma túy" in text_of(stale.text)
    assert re.search(rf'name="answer-{one}" value="unknown" checked', stale.text)
    assert counted(listed).n_free == 1


def test_a_note_is_kept_without_names_and_needs_an_answer(
    officer: FlaskClient, listed: Database
) -> None:
    one = found(listed)["Thôn 2"].id
    note = {f"note-{one}": "anh Nguyễn Văn An báo, 0912345678"}
    bare = post(officer, "review", period="2026Q2", seen="0", **note)
    full = post(
        officer, "review", period="2026Q2", seen="0", **note, **{f"answer-{one}": "unknown"}
    )

    assert bare.status_code == 400
    assert full.status_code == 303
    page = officer.get(PAGE).text
    assert "Đã che tên người" in page
    assert "Nguyễn Văn An" not in page
    assert "0912345678" not in page


@pytest.mark.parametrize("quarter", ["2026Q4", "2026", "2019Q1", "x"])
def test_only_a_quarter_that_has_begun_is_reviewed(officer: FlaskClient, quarter: str) -> None:
    assert officer.get(f"{PAGE}?period={quarter}").status_code == 400
    assert review(officer, {}, quarter=quarter).status_code == 400


def test_quarters_are_those_of_the_evaluation_year() -> None:
    assert quarter_of(date(2026, 12, 14)) == quarter_period(2026, 4)
    assert quarter_of(date(2026, 12, 15)) == quarter_period(2027, 1)
    with pytest.raises(PeriodError):
        require_quarter(quarter_period(2026, 3), date(2026, 6, 14))


def test_the_officer_adds_renames_takes_off_and_brings_back(
    officer: FlaskClient, listed: Database
) -> None:
    two = found(listed)["Thôn 2"]
    assert post(officer, "new", name="tổ dân phố 5").status_code == 303
    renamed = {"new_name": "Thôn Phước Lý", "seen": str(two.import_id)}
    assert post(officer, f"{two.id}/rename", **renamed).status_code == 303
    ten = found(listed)["Thôn 10"].id
    assert post(officer, f"{ten}/take-off", reason="Sáp nhập vào Thôn 2").status_code == 303

    assert {"Tổ dân phố 5", "Thôn Phước Lý"} < set(found(listed))
    page = text_of(officer.get(PAGE).text)
    assert "Bỏ «Thôn 10» khỏi danh sách: Sáp nhập vào Thôn 2 (Xã Đắk Tô)" in page
    assert "Đổi tên «Thôn 2» thành «Thôn Phước Lý»" in page
    assert post(officer, f"{ten}/bring-back").status_code == 303
    assert "Thôn 10" in found(listed)
    with unit_of_work(listed, LOCAL_OPERATOR, read_only=True) as session:
        events = audit.list_events(session, LOCAL_OPERATOR, 4)
    assert {event.action for event in events} >= {"import"}
    assert {event.actor for event in events if event.action == "import"} == {"commune"}


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("new", {"name": ""}, 400),
        ("new", {"name": "Thôn"}, 400),
        ("new", {"name": "Phước Lý"}, 400),
        ("new", {"name": "Thôn anh Nguyễn Văn An"}, 400),
        ("new", {"name": "Thôn 2"}, 409),
        ("1/take-off", {"reason": ""}, 400),
        ("1/take-off", {"reason": "Nguyễn Văn An"}, 400),
        ("1/rename", {"new_name": "Thôn 7", "seen": "999"}, 409),
        ("1/bring-back", {}, 409),
        ("999/bring-back", {}, 404),
        ("0/rename", {"new_name": "Thôn 7"}, 404),
    ],
)
def test_what_cannot_be_done_is_said_and_nothing_changes(
    officer: FlaskClient, listed: Database, path: str, fields: dict[str, str], status: int
) -> None:
    before = found(listed)

    assert post(officer, path, **fields).status_code == status
    assert found(listed) == before


def test_others_read_at_most_and_change_nothing(listed: Database, signed_in: SignIn) -> None:
    one = found(listed)["Thôn 2"].id
    analyst, elsewhere = signed_in("analyst"), signed_in("province")

    assert "Thôn 2" in analyst.get(PAGE).text
    assert "Lưu kết quả" not in analyst.get(PAGE).text
    assert "Thôn 2" not in elsewhere.get(PAGE).text
    token = csrf_token(elsewhere.get(PAGE).text)
    data = {"csrf_token": token, "period": "2026Q2", f"answer-{one}": "free", f"note-{one}": ""}
    assert elsewhere.post(f"{PAGE}/review", data=data).status_code == 403
    assert elsewhere.post(f"{PAGE}/new", data=data | {"name": "Thôn 9"}).status_code == 403
    token = csrf_token(analyst.get(PAGE).text)
    assert analyst.post(f"{PAGE}/review", data=data | {"csrf_token": token}).status_code == 403
    assert counted(listed).n_unreviewed == 3


def test_an_empty_list_says_how_it_fills(signed_in: SignIn) -> None:
    page = text_of(signed_in("commune").get(PAGE).text)

    assert "Chưa có thôn, tổ dân phố nào trong danh sách" in page


@pytest.mark.parametrize("name", ["Thôn 3", "Buôn Y Ngông", "Ấp Trần Văn Thời", "Tổ 5, KP3"])
def test_names_of_hamlets_are_kept(name: str) -> None:
    assert read_name(name)[0] == name


@pytest.mark.parametrize("name", ["Nguyễn Văn An", "Thôn nhà ông Bảy", "Thôn 0912345678", "A" * 90])
def test_names_that_tell_of_a_person_are_refused(name: str) -> None:
    with pytest.raises(InvalidValueError):
        read_name(name)
