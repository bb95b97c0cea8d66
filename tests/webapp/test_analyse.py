"""What a run finds, and what it leaves out."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from geo.records import Period
from geo.terms import ClusterFlag, CommuneClass, Layer
from models import assessments, runs
from models.errors import NotAllowedError, NotFoundError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Viewer
from tests.webapp.small_world import (
    INCIDENT_HEADINGS,
    TODAY,
    gathering,
    incident_row,
    install_small_map,
    write_workbook,
)
from webapp.services.analyse import AnalysisReport, analyse, classify
from webapp.services.ingest import import_file

NOW = datetime(2026, 6, 14, 5, tzinfo=UTC)
YEAR = Period(date(2025, 12, 15), date(2026, 12, 14))


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Database:
    install_small_map(database, tmp_path)
    return database


def _import(site: Database, layer: Layer, folder: Path, rows: list[list[object]]) -> None:
    path = write_workbook(folder / f"{layer}.xlsx", rows)
    report = import_file(site, LOCAL_OPERATOR, layer, path, today=TODAY)
    assert report.rejected == ()


def _analyse(site: Database, **options: int) -> AnalysisReport:
    return analyse(site, LOCAL_OPERATOR, as_of=TODAY, at=NOW, **options)


HOTSPOT_HEADINGS = ["Mã", "Tên", "Loại", "Địa chỉ", "Vĩ độ", "Kinh độ", "Ngày phát hiện"]


def _hotspot(*cleared: str) -> list[list[object]]:
    row = ["TD-1", "Tụ điểm Đắk Tô 1", "Tụ điểm phức tạp", "Xã Đắk Tô, Tỉnh Quảng Ngãi"]
    return [
        [*HOTSPOT_HEADINGS, "Ngày triệt xóa"],
        [*row, 14.6502, 107.8502, "05/01/2025", *(cleared or [None])],
    ]


def test_a_gathering_is_one_cluster_that_no_register_knows(site: Database, tmp_path: Path) -> None:
    _import(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    report = _analyse(site)
    assert report.clusters == {"unrecorded": 1}
    with unit_of_work(site, read_only=True) as session:
        (cluster,) = runs.run_clusters(session, LOCAL_OPERATOR, report.run_id)
    assert (cluster.n, cluster.commune_code) == (12, "23401")
    assert cluster.first_date == cluster.last_date == date(2026, 3, 1)


def test_a_gathering_at_an_open_hotspot_is_known(site: Database, tmp_path: Path) -> None:
    _import(site, Layer.HOTSPOTS, tmp_path, _hotspot())
    _import(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    assert _analyse(site).clusters == {"known": 1}


def test_a_gathering_after_the_clearing_is_re_emerging(site: Database, tmp_path: Path) -> None:
    _import(site, Layer.HOTSPOTS, tmp_path, _hotspot("01/12/2025"))
    _import(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    report = _analyse(site)
    assert report.clusters == {ClusterFlag.RE_EMERGING.value: 1}
    with unit_of_work(site, read_only=True) as session:
        (cluster,) = runs.run_clusters(session, LOCAL_OPERATOR, report.run_id)
    assert cluster.nearest_hotspot == "TD-1"


def test_records_without_a_point_are_counted_as_left_out(site: Database, tmp_path: Path) -> None:
    vague = [incident_row(f"M-{i}", "01/03/2026", None, None) for i in range(20)]
    _import(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(9), *vague])
    report = _analyse(site)
    assert (report.n_records, report.n_left_out, report.clusters) == (9, 20, {"unrecorded": 1})


def test_a_window_leaves_older_records_aside(site: Database, tmp_path: Path) -> None:
    _import(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    assert _analyse(site, window_days=30).clusters == {}


def test_the_same_data_gives_the_same_stamp(site: Database, tmp_path: Path) -> None:
    _import(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(12)])
    stamps = set()
    for _ in range(2):
        _analyse(site)
        with unit_of_work(site, read_only=True) as session:
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
    _import(site, Layer.INDICATORS, tmp_path, _indicators())
    report = _analyse(site)
    assert list(report.classes) == [YEAR]
    with unit_of_work(site, read_only=True) as session:
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
    _import(site, Layer.HOTSPOTS, tmp_path, spot)
    _import(site, Layer.INDICATORS, tmp_path, _indicators())
    _analyse(site)
    with unit_of_work(site, read_only=True) as session:
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
    _import(site, Layer.INCIDENTS, tmp_path, [INCIDENT_HEADINGS, *gathering(3), tip])
    report = _analyse(site)
    assert (report.n_records, report.n_left_out, report.n_unverified) == (3, 0, 1)
