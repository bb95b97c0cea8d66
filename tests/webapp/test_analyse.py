"""What a run finds, and what it leaves out."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from geo.records import Period
from geo.significance import count_change
from geo.terms import AlertKind, ClusterFlag, CommuneClass, IncidentKind, Layer
from models import assessments, runs
from models.alerts import Alert, open_alerts
from models.errors import InvalidValueError, NotAllowedError, NotFoundError
from models.incident_counts import crowded_communes
from models.session import Database, unit_of_work
from models.tables import runs as runs_table
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.analysed_world import NOW, YEAR, analyse_today, read_in
from tests.webapp.small_world import (
    INCIDENT_HEADINGS,
    TODAY,
    data_days,
    gathering,
    incident_row,
    install_small_map,
)
from webapp.services.analyse import analyse
from webapp.services.classify import classify
from webapp.services.repeat_run import repeat_run


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Database:
    install_small_map(database, tmp_path)
    return database


def _clusters(site: Database, run_id: int) -> list[runs.StoredCluster]:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return runs.run_clusters(session, LOCAL_OPERATOR, run_id)


HOTSPOT_HEADINGS = ["Mã", "Tên", "Loại", "Địa chỉ", "Vĩ độ", "Kinh độ", "Ngày phát hiện"]


def _hotspot(*cleared: str) -> list[list[object]]:
    row = ["TD-1", "Tụ điểm Đắk Tô 1", "Tụ điểm phức tạp", "Xã Đắk Tô, Tỉnh Quảng Ngãi"]
    return [
        [*HOTSPOT_HEADINGS, "Ngày triệt xóa"],
        [*row, 14.6502, 107.8502, "05/01/2025", *(cleared or [None])],
    ]


def test_a_gathering_is_one_cluster_that_no_register_knows(site: Database, tmp_path: Path) -> None:
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    report = analyse_today(site)
    assert report.clusters == {"unrecorded": 1}
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        (cluster,) = runs.run_clusters(session, LOCAL_OPERATOR, report.run_id)
    assert (cluster.n, cluster.commune_code) == (12, "23401")
    assert cluster.first_date == cluster.last_date == date(2026, 3, 1)


def test_a_gathering_at_an_open_hotspot_is_known(site: Database, tmp_path: Path) -> None:
    read_in(site, Layer.HOTSPOTS, tmp_path, _hotspot())
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    assert analyse_today(site).clusters == {"known": 1}


def test_a_gathering_after_the_clearing_is_re_emerging(site: Database, tmp_path: Path) -> None:
    read_in(site, Layer.HOTSPOTS, tmp_path, _hotspot("01/12/2025"))
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    report = analyse_today(site)
    assert report.clusters == {ClusterFlag.RE_EMERGING.value: 1}
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        (cluster,) = runs.run_clusters(session, LOCAL_OPERATOR, report.run_id)
    assert cluster.nearest_hotspot == "TD-1"


def test_records_without_a_point_are_counted_as_left_out(site: Database, tmp_path: Path) -> None:
    vague = [incident_row(f"M-{i}", "01/03/2026", None, None) for i in range(20)]
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(9), *vague])
    report = analyse_today(site)
    assert (report.n_records, report.n_left_out, report.clusters) == (9, 20, {"unrecorded": 1})


def test_a_window_leaves_older_records_aside(site: Database, tmp_path: Path) -> None:
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    assert analyse_today(site, window_days=30).clusters == {}


def test_the_same_data_gives_the_same_stamp(site: Database, tmp_path: Path) -> None:
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    stamps = set()
    for _ in range(2):
        analyse_today(site)
        with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
            run = runs.latest_run(session, LOCAL_OPERATOR)
        assert run is not None
        stamps.add(run.data_stamp)
    assert len(stamps) == 1


INDICATOR_HEADINGS = [
    *("Mã xã", "Tên xã", "Nhân khẩu", "Người nghiện có hồ sơ", "Người sử dụng có hồ sơ"),
    *("Đang điều trị thay thế", "Cai tại gia đình, cộng đồng", "Quản lý sau cai"),
    *("Điểm tổ chức, chứa chấp", "Đối tượng bị bắt trên địa bàn", "Người cư trú vi phạm"),
    *("Đối tượng truy nã lẩn trốn", "Số cây", "Diện tích cây (m2)"),
]


def _indicators() -> list[list[object]]:
    return [
        ["BIỂU SỐ LIỆU CẤP XÃ kỳ 15/12/2025 - 14/12/2026"],
        INDICATOR_HEADINGS,
        ["23401", "Xã Đắk Tô", 10_000, 5, 0, 2, 2, 1, 0, 0, 0, 0, 0, 0],
        ["23377", "Xã Đắk Pék", 10_000, 60, 0, 0, 0, 0, 2, 12, 3, 0, 0, 0],
        ["23383", "Xã Đắk Plô", 8_000, None, None, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    ]


def test_the_run_classes_the_communes_of_every_declared_period(
    site: Database, tmp_path: Path
) -> None:
    read_in(site, Layer.INDICATORS, tmp_path, _indicators())
    report = analyse_today(site)
    assert list(report.classes) == [YEAR]
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        classes = assessments.classes(session, LOCAL_OPERATOR, YEAR)
    assert classes["23401"] is CommuneClass.DRUG_FREE
    assert classes["23377"] is CommuneClass.TYPE_1
    assert classes["23383"] is CommuneClass.UNKNOWN


def test_classify_of_a_period_nobody_declared_says_what_to_do(site: Database) -> None:
    with pytest.raises(NotFoundError, match="import indicators"):
        classify(site, LOCAL_OPERATOR, YEAR, at=NOW)


def test_an_analyst_may_not_run_an_analysis(site: Database) -> None:
    with pytest.raises(NotAllowedError):
        analyse(site, Viewer("a", Role.ANALYST), as_of=TODAY, at=NOW)


def test_an_open_place_of_use_outweighs_a_declared_zero(site: Database, tmp_path: Path) -> None:
    row = ["TD-9", "Điểm Đắk Tô 9", "Điểm tổ chức, chứa chấp", "Xã Đắk Tô, Tỉnh Quảng Ngãi"]
    spot = [[*HOTSPOT_HEADINGS], [*row, 14.65, 107.85, "05/01/2025"]]
    read_in(site, Layer.HOTSPOTS, tmp_path, spot)
    read_in(site, Layer.INDICATORS, tmp_path, _indicators())
    analyse_today(site)
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        found = assessments.assessment_of(session, LOCAL_OPERATOR, "23401", YEAR)
    assert found is not None
    assert found.cls is not CommuneClass.DRUG_FREE
    assert "TD-9" in found.notes[0]
    origins = {row.code: row.origin.value for row in found.evidence}
    assert origins["drug_free.3"] == "computed"
    assert origins["drug_free.1"] == "declared"


def test_unverified_tips_are_counted_apart(site: Database, tmp_path: Path) -> None:
    tip = incident_row("T-1", "01/03/2026", 14.65, 107.85)
    tip[-1] = "tin báo"
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(3), tip])
    report = analyse_today(site)
    assert (report.n_records, report.n_left_out, report.n_unverified) == (3, 0, 1)


def test_a_second_run_finds_the_same_cluster_under_its_name(site: Database, tmp_path: Path) -> None:
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    first, second = analyse_today(site), analyse_today(site, eps_m=400)
    assert (first.lineages, second.lineages) == ({"new": 1}, {"same": 1})
    names = [_clusters(site, report.run_id)[0].stable_id for report in (first, second)]
    assert names == ["C-000001", "C-000001"]


def test_a_period_reads_its_days_alone(site: Database, tmp_path: Path) -> None:
    old = gathering(9, prefix="CU", day="01/03/2025")
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12), *old])
    report = analyse_today(site, period=Period(date(2024, 12, 15), date(2025, 12, 14)))
    assert (report.since, report.as_of, report.n_records) == (
        date(2024, 12, 15),
        date(2025, 12, 14),
        9,
    )
    assert analyse_today(site, since=date(2026, 3, 2)).n_records == 0
    assert analyse_today(site).n_records == 21


def test_two_windows_at_once_are_refused(site: Database) -> None:
    with pytest.raises(InvalidValueError, match="Chỉ chọn một cách"):
        analyse_today(site, window_days=30, since=date(2026, 1, 1))


def test_a_window_without_a_day_is_refused(site: Database) -> None:
    with pytest.raises(InvalidValueError, match="không có ngày nào"):
        analyse_today(site, since=date(2026, 7, 1))


def test_a_planner_of_one_province_may_not_run_an_analysis(site: Database) -> None:
    viewer = Viewer("p", Role.PLANNER, Scope.provinces("51"))
    with pytest.raises(NotAllowedError):
        analyse(site, viewer, as_of=TODAY, at=NOW)


def test_with_days_only_records_of_a_known_day_take_part(site: Database, tmp_path: Path) -> None:
    vague = gathering(3, prefix="TH", day="03/2026")
    old = gathering(8, prefix="CU", day="01/03/2025")
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12), *vague, *old])
    report = analyse_today(site, eps_days=30)
    assert (report.n_records, report.n_without_day) == (20, 3)
    assert sorted(c.n for c in _clusters(site, report.run_id)) == [8, 12]
    assert analyse_today(site).clusters == {"unrecorded": 1}


def test_a_cluster_tells_what_it_is_made_of(site: Database, tmp_path: Path) -> None:
    recent = gathering(6, prefix="MO", day="01/06/2026")
    span = data_days("01/01/2025", "14/06/2026")
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(4), *recent, *span])
    (cluster,) = _clusters(site, analyse_today(site).run_id)
    assert (cluster.top_kind, cluster.top_kind_n) == (IncidentKind.TRADING, 10)
    assert cluster.change == count_change(4, 6, 90)


def _findings(site: Database) -> dict[AlertKind, Alert]:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return {alert.kind: alert for alert in open_alerts(session, LOCAL_OPERATOR)}


def test_an_unrecorded_cluster_raises_one_alert_with_its_evidence(
    site: Database, tmp_path: Path
) -> None:
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    assert analyse_today(site).alerts == {"unrecorded": 1}
    assert analyse_today(site).alerts == {}
    alert = _findings(site)[AlertKind.UNRECORDED]
    assert (alert.subject, alert.cluster_id, alert.hotspot_id) == ("C-000001", "C-000001", None)
    assert len(alert.incident_ids) == alert.evidence["n"] == 12
    assert alert.evidence["top_kind"] == "trading"
    assert alert.commune_code == "23401"


def test_a_place_that_re_emerged_raises_an_alert_of_the_hotspot(
    site: Database, tmp_path: Path
) -> None:
    read_in(site, Layer.HOTSPOTS, tmp_path, _hotspot("01/12/2025"))
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(5)])
    report = analyse_today(site)
    assert report.clusters == {}
    assert report.alerts == {"re_emerging": 1}
    alert = _findings(site)[AlertKind.RE_EMERGING]
    assert (alert.subject, alert.cluster_id) == (f"H-{alert.hotspot_id}", None)
    assert alert.evidence["n_after"] == len(alert.incident_ids) == 5
    assert alert.evidence["cleared_on"] == "2025-12-01"
    assert alert.evidence["p_value"] < 0.05


def test_a_quiet_watch_proposes_delisting_and_an_incident_nearby_does_not(
    site: Database, tmp_path: Path
) -> None:
    read_in(site, Layer.HOTSPOTS, tmp_path, _hotspot("01/12/2025"))
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *data_days("10/06/2026")])
    assert analyse_today(site).alerts == {"delisting": 1}
    evidence = _findings(site)[AlertKind.DELISTING].evidence
    assert (evidence["watch_ends_on"], evidence["quiet_days"]) == ("2026-06-01", 191)
    assert evidence["data_until"] == "2026-06-10"
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(1)])
    assert analyse_today(site).alerts == {}
    assert _findings(site) == {}


def test_a_cluster_next_to_a_cleared_place_has_shifted(site: Database, tmp_path: Path) -> None:
    rows = _hotspot("01/12/2025")
    rows[1][4] = 14.6552  # some 560 m north of the gathering
    read_in(site, Layer.HOTSPOTS, tmp_path, rows)
    rows = [*gathering(12), *data_days("14/06/2026")]
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *rows])
    assert analyse_today(site).alerts == {"shifted": 1, "delisting": 1}
    alert = _findings(site)[AlertKind.SHIFTED]
    assert alert.subject == "C-000001"
    assert alert.hotspot_id is not None
    assert alert.evidence["cleared_on"] == "2025-12-01"
    assert 300 < alert.evidence["distance_m"] < 900


def test_a_known_cluster_that_grows_is_rising(site: Database, tmp_path: Path) -> None:
    read_in(site, Layer.HOTSPOTS, tmp_path, _hotspot())
    recent = gathering(12, prefix="MO", day="01/06/2026")
    older = gathering(2, prefix="CU", day="01/02/2026")
    span = data_days("01/01/2025", "14/06/2026")
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *recent, *older, *span])
    assert analyse_today(site).alerts == {"rising": 1}
    alert = _findings(site)[AlertKind.RISING]
    assert (alert.evidence["before"], alert.evidence["after"]) == (2, 12)
    assert len(alert.incident_ids) == 12


@pytest.mark.parametrize("options", [{}, {"eps_days": 30}, {"engine": "sklearn"}])
def test_a_stored_run_is_repeated_to_the_same_labels(
    site: Database, tmp_path: Path, options: dict[str, Any]
) -> None:
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    report = analyse_today(site, **options)
    same = repeat_run(site, LOCAL_OPERATOR, report.run_id)
    assert (same.same_labels, same.same_data, same.same_boundaries) == (True, True, True)
    assert (same.n_records, same.n_clusters) == (12, 1)
    more = gathering(3, prefix="THEM")
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *more])
    again = repeat_run(site, LOCAL_OPERATOR, report.run_id)
    assert (again.same_labels, again.same_data, again.n_records) == (True, False, 12)


def test_a_run_that_does_not_repeat_says_so(site: Database, tmp_path: Path) -> None:
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    report = analyse_today(site)
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        session.execute(runs_table.update().values(labels_sha256="0" * 64))
    assert not repeat_run(site, LOCAL_OPERATOR, report.run_id).same_labels


def test_repeating_an_unknown_run_is_an_error(site: Database) -> None:
    with pytest.raises(NotFoundError, match="77"):
        repeat_run(site, LOCAL_OPERATOR, 77)


def test_crowded_communes_are_listed_beside_the_clusters(site: Database, tmp_path: Path) -> None:
    vague = [incident_row(f"M-{i}", "01/03/2026", None, None) for i in range(9)]
    read_in(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *vague])
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        args = (session, LOCAL_OPERATOR, None, TODAY)
        assert crowded_communes(*args, 9) == [("23401", 9)]
        assert crowded_communes(*args, 10) == []
        later = crowded_communes(session, LOCAL_OPERATOR, date(2026, 4, 1), TODAY, 1)
    assert later == []
