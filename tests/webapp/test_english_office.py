"""Imports, uploads, duplicates, the review of places and what the site answers, in English."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.terms import Layer
from models.session import Database
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn, csrf_token
from tests.webapp.english_pages import assert_page_is_english, names_stored, speak_english
from tests.webapp.seeded_site import PERIOD
from tests.webapp.small_world import INCIDENT_HEADINGS, incident_row, write_workbook
from tests.webapp.waiting_rows import keep_waiting
from webapp.services.ingest import ImportReport, import_file

EXAMPLE = "CÔNG AN TỈNH ĐẮK LẮK"
"""What the form for files gives as an example of a name."""

DAY = "02/03/2026"


@pytest.fixture
def reader(signed_in: SignIn) -> FlaskClient:
    return speak_english(signed_in("planner"))


def bring(site: Database, folder: Path, source: str, *rows: list[object]) -> ImportReport:
    path = write_workbook(folder / "vv.xlsx", [INCIDENT_HEADINGS, *rows])
    return import_file(site, LOCAL_OPERATOR, Layer.INCIDENTS, path, today=PERIOD.end, source=source)


def shown(client: FlaskClient, path: str, site: Database, *names: str) -> str:
    """A page, once it is known to be English."""
    page = client.get(path, follow_redirects=True).text
    assert_page_is_english(page, names={EXAMPLE, *names, *names_stored(site)})
    return page


def post(client: FlaskClient, form_at: str, path: str, **form: object) -> str:
    data = {"csrf_token": csrf_token(client.get(form_at).text), **form}
    return client.post(path, data=data, follow_redirects=True).text


def test_an_import_with_changes_and_rejects_is_told_in_english(
    reader: FlaskClient, seeded_database: Database, tmp_path: Path
) -> None:
    bring(seeded_database, tmp_path, "CÔNG AN TỈNH A", incident_row("T-1", DAY, 14.65, 107.65))
    moved = incident_row("T-1", "05/03/2026", 14.7, 107.65)
    unreadable = incident_row("T-2", "ngày nào đó", 14.65, 107.65)
    report = bring(seeded_database, tmp_path, "CÔNG AN TỈNH A", moved, unreadable)

    shown(reader, "/imports", seeded_database)
    page = shown(reader, f"/imports/{report.import_id}", seeded_database, "ngày nào đó")
    assert "0 new, 1 changing a record" in page
    assert "<del>2 Mar 2026</del>" in page
    assert "command line" in page
    assert "Undo import" in shown(reader, f"/imports/{report.import_id}/undo", seeded_database)
    undone = post(reader, f"/imports/{report.import_id}/undo", f"/imports/{report.import_id}/undo")
    assert "only" in undone.lower() or "Undone:" in undone


def test_a_file_is_checked_and_imported_in_english(
    reader: FlaskClient, seeded_database: Database, tmp_path: Path
) -> None:
    bring(seeded_database, tmp_path, "CÔNG AN TỈNH A", incident_row("T-1", DAY, 14.65, 107.65))
    path = write_workbook(
        tmp_path / "moi.xlsx",
        [INCIDENT_HEADINGS, incident_row("T-1", "05/03/2026", 14.65, 107.65)],
    )
    data = {
        "file": (io.BytesIO(path.read_bytes()), path.name),
        "layer": "incidents",
        "source": "CÔNG AN TỈNH A",
        "csrf_token": csrf_token(reader.get("/imports").text),
    }
    answer = reader.post("/imports/uploads", data=data, content_type="multipart/form-data")

    page = shown(reader, answer.location, seeded_database)
    assert "Result of the check" in page
    assert "<del>2 Mar 2026</del>" in page
    dropped = post(reader, answer.location, f"{answer.location}/drop")
    assert "The file was discarded; nothing was stored." in dropped


def test_an_upload_that_is_gone_is_told_in_english(
    reader: FlaskClient, seeded_database: Database
) -> None:
    page = shown(reader, f"/imports/uploads/{'0' * 32}", seeded_database)

    assert "This file is no longer here" in page


def test_possible_duplicates_are_told_in_english(
    reader: FlaskClient, seeded_database: Database, tmp_path: Path
) -> None:
    of_commune = [*incident_row("X-1", DAY, 14.651, 107.65)[:-1], "Công an xã"]
    bring(seeded_database, tmp_path, "CÔNG AN TỈNH A", incident_row("T-1", DAY, 14.65, 107.65))
    bring(seeded_database, tmp_path, "CÔNG AN XÃ B", of_commune)

    page = shown(reader, "/duplicates", seeded_database)
    assert "111 m apart" in page
    assert "reported by two levels" in page


def test_places_are_reviewed_in_english(reader: FlaskClient, seeded_database: Database) -> None:
    keep_waiting(seeded_database)

    kinds_left_out = ("Quảng Ngãi", "Đắk Lắk")
    page = shown(reader, "/review", seeded_database, *kinds_left_out)
    assert "Former commune was split" in page
    piece = reader.get("/review/log").text
    assert "No decisions yet" in piece


def test_an_error_with_its_sentence_is_told_in_english(
    reader: FlaskClient, seeded_database: Database
) -> None:
    page = post(reader, "/imports", "/imports/uploads", layer="incidents")

    assert_page_is_english(page, names=names_stored(seeded_database))
    assert "No file was chosen." in page
