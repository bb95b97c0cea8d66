"""The pages of hotspots, clusters and analyses in English."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.terms import Layer
from models import runs
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn, csrf_token
from tests.webapp.english_pages import assert_page_is_english, names_stored, speak_english
from tests.webapp.seeded_site import NOW
from tests.webapp.small_world import INCIDENT_HEADINGS, write_workbook
from tests.webapp.test_cluster_pages import NORTH_AT, gathering
from tests.webapp.test_hotspots import LAT, an_incident, keep, send, spot_of
from webapp.services.analyse import analyse
from webapp.services.ingest import import_file

TODAY = date(2026, 6, 14)
CLEARED = "/hotspots/TĐ-002"


@pytest.fixture
def reader(signed_in: SignIn) -> FlaskClient:
    return speak_english(signed_in("planner"))


@pytest.fixture
def analysed(seeded_database: Database, tmp_path: Path) -> Database:
    """Twelve cases at one place and a run over all."""
    book = write_workbook(
        tmp_path / "vv.xlsx", [list(INCIDENT_HEADINGS), *gathering("B", NORTH_AT, 12)]
    )
    import_file(seeded_database, LOCAL_OPERATOR, Layer.INCIDENTS, book, today=TODAY, source="CA")
    analyse(seeded_database, LOCAL_OPERATOR, as_of=TODAY, at=NOW)
    return seeded_database


def assert_english(client: FlaskClient, database: Database, *paths: str) -> None:
    names = names_stored(database)
    for path in paths:
        assert_page_is_english(client.get(path, follow_redirects=True).text, names)


def answered(client: FlaskClient, path: str, **fields: str) -> str:
    """The page to which a form leads."""
    token = csrf_token(client.get("/account").text)
    sent = client.post(path, data={"csrf_token": token, **fields}, follow_redirects=True)
    return sent.text


def test_the_register_speaks_english(reader: FlaskClient, seeded_database: Database) -> None:
    assert_english(
        reader,
        seeded_database,
        "/hotspots",
        "/hotspots?on=2026-01-20&sort=-watch",
        "/hotspots?q=khong-co-diem-nao",
        "/hotspots?watch=due",
    )
    page = reader.get("/hotspots").text
    assert "Re-emerged" in page or "Cleared" in page
    assert "14 Jun 2026" not in page


def test_a_hotspot_speaks_english_from_day_to_day(
    reader: FlaskClient, seeded_database: Database
) -> None:
    around = [an_incident(n, date(2025, 10, 1) + timedelta(days=n)) for n in range(30)]
    far = [an_incident(100 + n, date(2025, 10, 1), lat=LAT - 0.05) for n in range(40)]
    last = [an_incident(200 + n, TODAY, lat=LAT - 0.05) for n in range(30)]
    keep(seeded_database, *around, *far, *last)

    days = [f"{CLEARED}?on={day}" for day in ("2025-01-01", "2026-01-31", "2026-02-01")]
    assert_english(reader, seeded_database, *days, "/hotspots/TĐ-001", "/hotspots/TĐ-004")

    assert_english(reader, seeded_database, CLEARED)
    page = reader.get(CLEARED).text
    assert "Did clearing work?" in page
    assert "Cleared" in page


def test_writing_the_history_of_a_hotspot_is_answered_in_english(
    reader: FlaskClient, seeded_database: Database
) -> None:
    day = TODAY.isoformat()
    written = send(
        *(reader, "/hotspots/events", seeded_database),
        **{"type": "re_emerged", "on": day, "note": "Đã họp"},
    )
    done = reader.get(written.location).text
    assert "Recorded: re-emerged 14 Jun 2026." in done
    assert_page_is_english(done, names_stored(seeded_database))

    empty = send(reader, "/hotspots/events", seeded_database, type="note", on=day, note=" ").text
    assert "Enter some text" in empty
    assert_page_is_english(empty, names_stored(seeded_database))
    wrong = send(reader, "/hotspots/events", seeded_database, type="", on="hôm qua").text
    assert "cannot be read" in wrong

    event = spot_of(seeded_database).id
    assert_english(reader, seeded_database, f"{CLEARED}?remove={event}", f"{CLEARED}?edit={event}")


def test_clusters_speak_english(reader: FlaskClient, analysed: Database) -> None:
    with unit_of_work(analysed, LOCAL_OPERATOR, read_only=True) as session:
        run = runs.latest_run(session, LOCAL_OPERATOR)
        assert run is not None
        (cluster, *_) = runs.run_clusters(session, LOCAL_OPERATOR, run.id)

    assert_english(
        *(reader, analysed, "/clusters", "/clusters?flag=known"),
        *(f"/clusters?run={run.id}", f"/clusters/{cluster.stable_id}", "/runs"),
    )
    page = reader.get(f"/clusters/{cluster.stable_id}").text
    assert "in the last 90 days with data" in page
    assert "radius 300 m, at least 8 incidents" in page


def test_an_analysis_speaks_english(reader: FlaskClient, analysed: Database) -> None:
    assert_english(
        *(reader, analysed, "/runs/new", "/runs/new?help=1", "/runs/new?help=1&min_samples=3"),
        "/runs/new?as_of=1991-01-01",
    )
    sent = answered(reader, "/runs", as_of="2026-06-14", window="custom")
    assert "A custom window needs" in sent
    trial = answered(reader, "/runs", as_of="2026-06-14", trial="1")
    assert "Trial run" in trial
    assert_page_is_english(trial, names_stored(analysed))
    again = answered(reader, "/runs/2/repeat")
    assert "the labels are those stored" in again
    assert_page_is_english(again, names_stored(analysed))


def test_a_wrong_address_is_answered_in_english(
    reader: FlaskClient, seeded_database: Database
) -> None:
    names = names_stored(seeded_database)
    for query, why in (
        ("status=gone", "«status» (status) takes one of: suspected (suspected), "),
        ("on=yesterday", "Enter the date as 14/06/2026"),
        ("sort=colour", "«order» (sort) takes one of: name, kind"),
        ("province=x", "takes a number as its code; received «x»."),
    ):
        page = reader.get(f"/hotspots?{query}").text
        assert why in page
        assert_page_is_english(page, names)


def test_nothing_analysed_is_said_in_english(
    reader: FlaskClient, seeded_database: Database
) -> None:
    assert_english(reader, seeded_database, "/clusters", "/runs")
