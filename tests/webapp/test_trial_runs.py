"""Trials and official runs; what a run may say of a day that is not known."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geo.errors import ClusterError
from geo.terms import Layer
from models import assessments, audit, runs
from models.alerts import open_alerts
from models.errors import InvalidValueError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.analysed_world import YEAR, analyse_today, read_in
from tests.webapp.small_world import (
    INCIDENT_HEADINGS,
    gathering,
    incident_row,
    install_small_map,
)
from webapp.services.run_method import Method, method_of

HOTSPOT_HEADINGS = [
    *("Mã", "Tên", "Loại", "Địa chỉ", "Vĩ độ", "Kinh độ", "Ngày phát hiện", "Ngày triệt xóa"),
]


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Database:
    install_small_map(database, tmp_path)
    return database


def _cleared_on(day: str) -> list[list[object]]:
    row = ["TD-1", "Tụ điểm Đắk Tô 1", "Tụ điểm phức tạp", "Xã Đắk Tô, Tỉnh Quảng Ngãi"]
    return [HOTSPOT_HEADINGS, [*row, 14.6502, 107.8502, "05/01/2025", day]]


def _rows(*days: str) -> list[list[object]]:
    """One incident of each day at the hotspot."""
    return [incident_row(f"N-{i}", day, 14.6502, 107.8502) for i, day in enumerate(days)]


def _elsewhere(*days: str) -> list[list[object]]:
    """Incidents of the province far from the hotspot: until when there are data."""
    return [incident_row(f"X-{i}", day, 14.72, 107.92) for i, day in enumerate(days)]


def test_a_trial_is_stored_and_changes_nothing_else(site: Database, tmp_path: Path) -> None:
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    trial = analyse_today(site, trial=True)
    assert (trial.clusters, trial.alerts, trial.classes) == ({"unrecorded": 1}, {}, {})
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        assert runs.latest_run(session, LOCAL_OPERATOR) is None
        assert [run.is_trial for run in runs.list_runs(session, LOCAL_OPERATOR)] == [True]
        assert len(runs.run_clusters(session, LOCAL_OPERATOR, trial.run_id)) == 1
        assert open_alerts(session, LOCAL_OPERATOR) == []
        assert assessments.classes(session, LOCAL_OPERATOR, YEAR) == {}
        assert audit.changed_since_analysis(session, LOCAL_OPERATOR)


def test_the_latest_run_is_the_last_official_one(site: Database, tmp_path: Path) -> None:
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    official = analyse_today(site)
    trial = analyse_today(site, trial=True, min_samples=20)
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        latest = runs.latest_run(session, LOCAL_OPERATOR)
        assert latest is not None
        assert latest.id == official.run_id < trial.run_id
        assert len(open_alerts(session, LOCAL_OPERATOR)) == 1


def test_a_cluster_is_told_of_as_the_last_official_run_saw_it(
    site: Database, tmp_path: Path
) -> None:
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    tried = analyse_today(site, trial=True)
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        found = runs.find_cluster(session, LOCAL_OPERATOR, "C-000001")
        assert found.run_id == tried.run_id
    official = analyse_today(site)
    analyse_today(site, trial=True, eps_m=400.0)
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        found = runs.find_cluster(session, LOCAL_OPERATOR, "C-000001")
        history = runs.cluster_history(session, LOCAL_OPERATOR, "C-000001")
    assert found.run_id == official.run_id
    assert len(history) == 3


def test_words_of_descent_hold_against_the_last_official_run_of_the_same_kind(
    site: Database, tmp_path: Path
) -> None:
    old = gathering(8, prefix="CU", day="01/03/2025")
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12), *old])
    by_time = {"eps_days": 30}
    assert analyse_today(site, **by_time).lineages == {"new": 2}
    assert analyse_today(site).lineages == {"merged": 1}
    assert analyse_today(site, **by_time).lineages == {"same": 2}
    assert analyse_today(site, trial=True).lineages == {"same": 1}


def test_a_record_of_a_known_month_may_have_come_after_the_clearing(
    site: Database, tmp_path: Path
) -> None:
    """Cleared on 10 November: an incident of that November leaves the quiet in doubt."""
    read_in(site, Layer.HOTSPOTS, tmp_path, _cleared_on("10/11/2025"))
    rows = [INCIDENT_HEADINGS, *_rows("11/2025"), *_elsewhere("05/01/2025", "13/06/2026")]
    read_in(site, Layer.INCIDENTS, tmp_path, rows)
    report = analyse_today(site)
    assert "delisting" not in report.alerts
    assert report.n_undated == 1


def test_a_record_of_a_month_before_the_clearing_leaves_it_quiet(
    site: Database, tmp_path: Path
) -> None:
    read_in(site, Layer.HOTSPOTS, tmp_path, _cleared_on("10/11/2025"))
    rows = [INCIDENT_HEADINGS, *_rows("10/2025"), *_elsewhere("05/01/2025", "13/06/2026")]
    read_in(site, Layer.INCIDENTS, tmp_path, rows)
    assert analyse_today(site).alerts == {"delisting": 1}


@pytest.mark.parametrize("window", [{}, {"window_days": 365}])
def test_months_and_years_prove_no_re_emergence_whatever_the_window(
    site: Database, tmp_path: Path, window: dict[str, Any]
) -> None:
    read_in(site, Layer.HOTSPOTS, tmp_path, _cleared_on("10/11/2025"))
    vague = _rows("02/2026", "03/2026", "04/2026", "2026", "2026")
    rows = [INCIDENT_HEADINGS, *vague, *_elsewhere("05/01/2025", "13/06/2026")]
    read_in(site, Layer.INCIDENTS, tmp_path, rows)
    assert analyse_today(site, **window).alerts == {}


def test_an_engine_beside_days_is_refused_but_an_old_run_is_still_repeated() -> None:
    with pytest.raises(ClusterError, match="--engine"):
        Method(eps_days=30, engine="sklearn")
    kept = {"eps_m": 300, "min_samples": 8, "eps_days": 30, "engine": "sklearn"}
    assert method_of(kept).engine == "auto"


def test_a_run_as_of_a_day_to_come_is_refused(site: Database) -> None:
    with pytest.raises(InvalidValueError, match="tương lai"):
        analyse_today(site, as_of=date(2026, 6, 15))
