"""From two files to one case: proposed after the import, decided on the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.terms import Layer
from models import duplicates, incidents
from models.duplicates import Pair
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn, csrf_token, seen_in
from tests.webapp.seeded_site import PERIOD
from tests.webapp.small_world import INCIDENT_HEADINGS, incident_row, write_workbook
from webapp.services.ingest import ImportReport, import_file

DAY = "02/03/2026"


def bring(site: Database, folder: Path, source: str, *rows: list[object]) -> ImportReport:
    path = write_workbook(folder / "vv.xlsx", [INCIDENT_HEADINGS, *rows])
    return import_file(site, LOCAL_OPERATOR, Layer.INCIDENTS, path, today=PERIOD.end, source=source)


def proposals(site: Database) -> list[Pair]:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return duplicates.list_proposals(session, LOCAL_OPERATOR)


def cases(site: Database) -> int:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return incidents.totals(session, LOCAL_OPERATOR).cases


@pytest.fixture
def pair(seeded_database: Database, tmp_path: Path) -> Pair:
    """A case told by province and commune, brought by two files."""
    of_province = incident_row("T-1", DAY, 14.65, 107.65)
    of_commune = [*incident_row("X-1", DAY, 14.651, 107.65)[:-1], "Công an xã"]
    bring(seeded_database, tmp_path, "CÔNG AN TỈNH A", of_province)
    report = bring(seeded_database, tmp_path, "CÔNG AN XÃ B", of_commune)
    assert any("/duplicates" in warning for warning in report.warnings)
    (found,) = [p for p in proposals(seeded_database) if p.kept.ref == "T-1"]
    return found


def post(client: FlaskClient, path: str, status: int = 200, **form: object) -> str:
    page = client.get("/duplicates").text
    sent = {"csrf_token": csrf_token(page), **seen_in(page, path), **form}
    answer = client.post(path, data=sent, follow_redirects=True)
    assert answer.status_code == status, answer.text
    return answer.text


def test_the_page_shows_both_reports_and_why(pair: Pair, signed_in: SignIn) -> None:
    page = signed_in("planner").get("/duplicates").text

    assert "CÔNG AN TỈNH A" in page
    assert "CÔNG AN XÃ B" in page
    assert "cách nhau 111 m" in page
    assert "cùng 2 đối tượng" in page
    assert "hai cấp cùng báo" in page


def test_merging_on_the_page_takes_one_out_of_the_counts_and_undoing_brings_it_back(
    pair: Pair, seeded_database: Database, signed_in: SignIn
) -> None:
    client, before = signed_in("planner"), cases(seeded_database)

    page = post(client, f"/duplicates/{pair.id}/merge", keep=pair.kept.id)
    assert "Đã gộp: giữ «T-1»" in page
    assert cases(seeded_database) == before - 1

    page = post(client, f"/duplicates/{pair.id}/undo")
    assert "Đã hoàn tác" in page
    assert cases(seeded_database) == before


def test_two_cases_leave_the_list(pair: Pair, seeded_database: Database, signed_in: SignIn) -> None:
    page = post(signed_in("planner"), f"/duplicates/{pair.id}/separate")

    assert "hai vụ khác nhau" in page
    assert pair.id not in [p.id for p in proposals(seeded_database)]


def test_the_slower_of_two_people_is_told(pair: Pair, signed_in: SignIn) -> None:
    client = signed_in("planner")
    seen = seen_in(client.get("/duplicates").text)
    post(client, f"/duplicates/{pair.id}/separate")

    assert "đã được quyết định" in post(client, f"/duplicates/{pair.id}/merge", 409, **seen)


def test_another_province_sees_and_decides_nothing(pair: Pair, signed_in: SignIn) -> None:
    client = signed_in("province")
    page = client.get("/duplicates").text

    assert "Không có cặp vụ việc nào chờ quyết định." in page
    token = csrf_token(page)
    answer = client.post(f"/duplicates/{pair.id}/merge", data={"csrf_token": token})
    assert answer.status_code == 404
    assert "Không có cặp" in answer.text


@pytest.mark.parametrize("act", ["merge", "separate", "undo"])
@pytest.mark.parametrize("number", ["1" + "0" * 30, "0", "-1", "x", "9" * 5_000])
def test_a_number_that_no_pair_can_have_is_not_found(
    act: str, number: str, signed_in: SignIn
) -> None:
    client = signed_in("planner")
    token = csrf_token(client.get("/duplicates").text)

    answer = client.post(f"/duplicates/{number}/{act}", data={"csrf_token": token})
    assert answer.status_code == 404
    assert "Không có cặp vụ việc số" in answer.text


def test_too_many_alike_on_a_day_are_told_with_the_import(
    seeded_database: Database, tmp_path: Path
) -> None:
    rows = [incident_row(f"T-{n}", "01/01/2026", None, None) for n in range(202)]
    report = bring(seeded_database, tmp_path, "CÔNG AN TỈNH A", *rows)

    assert any(
        "Ngày 01/01/2026: quá nhiều vụ giống nhau (202) nên không đề xuất gộp" in warning
        for warning in report.warnings
    )


@pytest.mark.parametrize("name", ["analyst", "commune"])
def test_who_may_not_decide_does_not_see_the_page(name: str, signed_in: SignIn) -> None:
    assert signed_in(name).get("/duplicates").status_code == 403


def test_an_empty_list_says_why(signed_in: SignIn) -> None:
    page = signed_in("planner").get("/duplicates").text

    assert "Sau mỗi lần nhập" in page


def test_a_page_past_the_last_shows_the_last_and_nonsense_is_refused(
    pair: Pair, signed_in: SignIn
) -> None:
    client = signed_in("planner")

    assert f'id="pair-{pair.id}"' in client.get("/duplicates?page=99").text
    assert client.get("/duplicates?page=x").status_code == 400


def test_many_pairs_are_paged(seeded_database: Database, tmp_path: Path, signed_in: SignIn) -> None:
    days = [f"{day:02d}/04/2026" for day in range(1, 14)]
    for source in ("CÔNG AN TỈNH A", "CÔNG AN XÃ B"):
        rows = [incident_row(f"{source[-1]}-{d}", d, 14.62, 107.62) for d in days]
        bring(seeded_database, tmp_path, source, *rows)
    client = signed_in("planner")
    shown = [
        re.findall(r'id="pair-(\d+)"', client.get(f"/duplicates?page={n}").text) for n in (1, 2)
    ]

    assert [len(page) for page in shown] == [10, 3]
    assert len({*shown[0], *shown[1]}) == 13
