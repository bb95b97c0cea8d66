"""A run of today on records that ended long ago takes no silence for quiet."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.records import Period
from geo.significance import count_change
from geo.terms import AlertKind, Layer
from models import runs
from models.alerts import Alert, open_alerts
from models.data_ends import DATA_UNTIL
from models.session import Database, unit_of_work
from models.tables import hotspot_events, incidents
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn
from tests.webapp.small_world import (
    INCIDENT_HEADINGS,
    data_days,
    gathering,
    install_small_map,
    write_workbook,
)
from tests.webapp.test_hotspots import CLEARED
from tests.webapp.test_pages import text_of
from webapp.services.alert_words import told_figures
from webapp.services.alerts import told_run
from webapp.services.analyse import AnalysisReport, analyse
from webapp.services.clearing import draw_months
from webapp.services.cluster_words import window_in_words
from webapp.services.hotspot_profiles import Asked, WatchReport, hotspot_profile
from webapp.services.hotspot_register import RegisterFilter, open_register
from webapp.services.ingest import import_file

LATE = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 5, tzinfo=UTC)
HEADINGS = [
    *("Mã", "Tên", "Loại", "Địa chỉ", "Vĩ độ", "Kinh độ", "Ngày phát hiện", "Ngày triệt xóa"),
]


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Database:
    install_small_map(database, tmp_path)
    return database


@pytest.fixture
def planner(signed_in: SignIn) -> FlaskClient:
    return signed_in("planner")


def _import(site: Database, layer: Layer, folder: Path, rows: list[list[object]]) -> None:
    path = write_workbook(folder / f"{layer}.xlsx", rows)
    assert import_file(site, LOCAL_OPERATOR, layer, path, today=LATE).rejected == ()


def _keep_incidents(site: Database, folder: Path, *rows: list[object]) -> None:
    _import(site, Layer.INCIDENTS, folder, [INCIDENT_HEADINGS, *rows])


def _open_a_hotspot(site: Database, folder: Path) -> None:
    _clear_a_hotspot(site, folder, None)


def _clear_a_hotspot(site: Database, folder: Path, on: str | None) -> None:
    row: list[object] = ["TD-1", "Tụ điểm Đắk Tô 1", "Tụ điểm phức tạp"]
    row += ["Xã Đắk Tô, Tỉnh Quảng Ngãi", 14.6502, 107.8502, "05/01/2025", on]
    _import(site, Layer.HOTSPOTS, folder, [[*HEADINGS], row])


def _analyse(site: Database, as_of: date = LATE) -> AnalysisReport:
    return analyse(site, LOCAL_OPERATOR, as_of=as_of, at=NOW)


def _run(site: Database) -> runs.Run:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        run = runs.latest_run(session, LOCAL_OPERATOR)
    assert run is not None
    return run


def _alert(site: Database, kind: AlertKind) -> Alert:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return next(a for a in open_alerts(session, LOCAL_OPERATOR) if a.kind is kind)


def _watch(site: Database, day: date = LATE) -> WatchReport:
    watch = hotspot_profile(site, LOCAL_OPERATOR, Asked("TD-1", None, day)).watch
    assert watch is not None
    return watch


def test_a_place_is_not_off_the_list_because_no_data_came_in(
    site: Database, tmp_path: Path
) -> None:
    _clear_a_hotspot(site, tmp_path, "01/03/2026")
    _keep_incidents(site, tmp_path, *data_days("01/01/2025", "13/06/2026"))
    assert _analyse(site).alerts == {}
    watch = _watch(site)
    assert (watch.watch.is_over, watch.delisting_due, watch.is_unknown) == (True, False, True)
    assert watch.known_until == date(2026, 6, 13)
    (line,) = open_register(site, LOCAL_OPERATOR, RegisterFilter(LATE)).lines
    assert line.watched_in_the_dark


def test_quiet_days_are_counted_as_far_as_there_are_data(site: Database, tmp_path: Path) -> None:
    _clear_a_hotspot(site, tmp_path, "01/12/2025")
    _keep_incidents(site, tmp_path, *data_days("01/01/2025", "13/06/2026"))
    assert _analyse(site).alerts == {"delisting": 1}
    told = told_figures(AlertKind.DELISTING, _alert(site, AlertKind.DELISTING).evidence)
    assert "194 ngày liền" in told[1]
    assert "tính đến ngày 13/06/2026 (ngày cuối có dữ liệu)" in told[1]
    assert _watch(site).delisting_due
    (line,) = open_register(site, LOCAL_OPERATOR, RegisterFilter(LATE)).lines
    assert not line.watched_in_the_dark


def test_without_any_data_nothing_is_known_of_a_watch(site: Database, tmp_path: Path) -> None:
    _clear_a_hotspot(site, tmp_path, "01/12/2025")
    assert _analyse(site).alerts == {}
    watch = _watch(site)
    assert (watch.delisting_due, watch.is_unknown, watch.known_until) == (False, True, None)


def test_a_late_import_lets_no_cluster_fall(site: Database, tmp_path: Path) -> None:
    months = [gathering(6, f"T{m}", f"10/{m:02d}/2026") for m in (1, 2, 5, 6)]
    rows = [row for month in months for row in month]
    _keep_incidents(site, tmp_path, *rows, *data_days("01/01/2025", "13/06/2026"))
    report = _analyse(site)
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        (cluster,) = runs.run_clusters(session, LOCAL_OPERATOR, report.run_id)
    assert cluster.change == count_change(12, 12, 90)


def test_a_rising_cluster_rises_to_the_end_of_the_data(site: Database, tmp_path: Path) -> None:
    _open_a_hotspot(site, tmp_path)
    rows = [*gathering(12, "MO", "01/06/2026"), *gathering(2, "CU", "01/02/2026")]
    _keep_incidents(site, tmp_path, *rows, *data_days("01/01/2025", "13/06/2026"))
    assert _analyse(site).alerts == {"rising": 1}
    alert = _alert(site, AlertKind.RISING)
    assert (alert.evidence["before"], alert.evidence["after"]) == (2, 12)
    assert len(alert.incident_ids) == 12
    told = told_figures(AlertKind.RISING, alert.evidence)
    assert "đến 13/06/2026 (ngày cuối có dữ liệu): 12" in told[0]


def test_the_headers_say_until_when_there_are_data(site: Database, tmp_path: Path) -> None:
    _keep_incidents(site, tmp_path, *data_days("01/01/2025", "13/06/2026"))
    _analyse(site)
    run = _run(site)
    assert run.parameters[DATA_UNTIL] == "2026-06-13"
    for told in (window_in_words(run), told_run(run)):
        assert "dữ liệu đến 13/06/2026" in told
    _analyse(site, as_of=date(2026, 6, 13))
    assert "dữ liệu đến" not in window_in_words(_run(site)) + told_run(_run(site))


def test_a_watch_of_before_is_known_by_what_came_in_since(site: Database, tmp_path: Path) -> None:
    _clear_a_hotspot(site, tmp_path, "01/12/2025")
    _keep_incidents(site, tmp_path, *data_days("01/01/2025", "13/06/2026"))
    watch = _watch(site, date(2026, 6, 5))
    assert (watch.delisting_due, watch.known_until) == (True, date(2026, 6, 5))


def test_months_without_data_are_not_drawn_as_none() -> None:
    data = Period(date(2025, 3, 20), date(2025, 6, 13))
    days = [date(2025, 4, 2)]
    drawn = draw_months(days, date(2025, 2, 1), date(2025, 9, 30), date(2025, 5, 1), data)
    assert [bar.month.month for bar in drawn.bars if not bar.known] == [2, 7, 8, 9]
    assert drawn.has_gaps
    assert not draw_months([], date(2025, 4, 1), date(2025, 6, 30), date(2025, 5, 1), data).has_gaps


def test_the_page_says_that_the_data_end_before_the_watch(
    planner: FlaskClient, seeded_database: Database
) -> None:
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        session.execute(incidents.update().values(occurred_on=date(2026, 3, 1)))
        session.execute(
            hotspot_events.update()
            .values(on=date(2025, 12, 5))
            .where(hotspot_events.c.type == "cleared")
        )
    page = text_of(planner.get(CLEARED).text)
    assert "chưa có dữ liệu sau 01/03/2026: chưa thể nói nơi này yên" in page, page
