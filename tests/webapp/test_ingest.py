"""Files go in whole or not at all; nothing of a person goes in."""

from __future__ import annotations

import csv
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from openpyxl import load_workbook

from geo.errors import UnusableFileError
from geo.terms import Layer, Precision
from models import audit, hotspots, imports, incidents
from models.errors import InvalidValueError, NotAllowedError
from models.hand_entries import HAND_SOURCE
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Viewer
from tests.webapp.small_world import (
    INCIDENT_HEADINGS,
    TODAY,
    commune_frame,
    gathering,
    incident_row,
    install_small_map,
    write_workbook,
)
from webapp.services.boundaries import install_boundaries
from webapp.services.import_undo import undo_import
from webapp.services.ingest import ImportReport, import_file
from webapp.services.rejects import write_rejects

NOW = datetime(2026, 6, 14, 3, tzinfo=UTC)


@pytest.fixture
def site(database: Database, tmp_path: Path) -> Database:
    install_small_map(database, tmp_path)
    return database


def _import(site: Database, path: Path, **options: object) -> ImportReport:
    return import_file(site, LOCAL_OPERATOR, Layer.INCIDENTS, path, today=TODAY, **options)  # type: ignore[arg-type]


def _stored(site: Database) -> list[incidents.StoredIncident]:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return incidents.find_incidents(session, LOCAL_OPERATOR)


def test_accepted_rows_are_stored_and_rejected_ones_kept_with_line_and_reason(
    site: Database, tmp_path: Path
) -> None:
    rows = [INCIDENT_HEADINGS, *gathering(3), incident_row("VV-900", "01/01/2031", 14.65, 107.85)]
    report = _import(site, write_workbook(tmp_path / "vv.xlsx", rows))
    assert (report.accepted, len(report.rejected)) == (3, 1)
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        detail = imports.import_detail(session, LOCAL_OPERATOR, report.import_id)
    assert [(r.line, r.value) for r in detail.rejected_rows] == [(5, "01/01/2031")]
    assert detail.stored.accepted == 3


def test_the_name_of_a_person_is_dropped_before_anything_is_stored(
    site: Database, tmp_path: Path
) -> None:
    rows = [INCIDENT_HEADINGS, *gathering(2), incident_row("X", "không rõ", 14.65, 107.85)]
    report = _import(site, write_workbook(tmp_path / "vv.xlsx", rows))
    assert report.dropped_columns == ("Họ và tên đối tượng",)
    everything = [_stored(site), report.rejected]
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        everything += [
            imports.import_detail(session, LOCAL_OPERATOR, report.import_id),
            audit.list_events(session, LOCAL_OPERATOR),
        ]
    assert "BÍ MẬT" not in repr(everything)


def test_importing_the_same_file_again_changes_nothing(site: Database, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "vv.xlsx", [INCIDENT_HEADINGS, *gathering(4)])
    _import(site, path)
    before = _stored(site)
    again = _import(site, path)
    assert (again.accepted, again.unchanged, again.rejected) == (0, 4, ())
    assert _stored(site) == before


@pytest.mark.parametrize("dry_run", [True, False], ids=["dry run", "for real"])
def test_other_content_under_a_known_ref_is_a_new_version_and_the_difference_is_told(
    site: Database, tmp_path: Path, dry_run: bool
) -> None:
    first = incident_row("VV-1", "01/03/2026", 14.65, 107.85)
    _import(site, write_workbook(tmp_path / "a.xlsx", [INCIDENT_HEADINGS, first]))
    other = incident_row("VV-1", "02/03/2026", 14.65, 107.85)
    other[6] = 3
    path = write_workbook(tmp_path / "b.xlsx", [INCIDENT_HEADINGS, other])
    report = _import(site, path, dry_run=dry_run)
    assert (report.accepted, report.changed, report.rejected) == (0, 1, ())
    (change,) = report.changes
    assert (change.ref, change.line, change.notes) == ("VV-1", 2, ())
    assert [(f.label, f.before, f.after) for f in change.fields] == [
        ("Ngày xảy ra", "01/03/2026", "02/03/2026"),
        ("Số đối tượng", "2", "3"),
    ]
    day = "2026-03-01" if dry_run else "2026-03-02"
    assert [i.occurred_on.isoformat() for i in _stored(site)] == [day]


def test_a_ref_that_a_file_repeats_with_other_content_is_rejected_and_the_first_stands(
    site: Database, tmp_path: Path
) -> None:
    rows = [incident_row("VV-1", f"0{day}/03/2026", 14.65, 107.85) for day in (1, 2)]
    path = write_workbook(tmp_path / "a.xlsx", [INCIDENT_HEADINGS, *rows])
    for report in (_import(site, path), _import(site, path)):
        assert (report.changed, [row.line for row in report.rejected]) == (0, [3])
    assert [i.occurred_on.isoformat() for i in _stored(site)] == ["2026-03-01"]


def test_an_import_is_undone_and_its_file_brings_all_back(site: Database, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "vv.xlsx", [INCIDENT_HEADINGS, *gathering(3)])
    report = _import(site, path)
    before = _stored(site)
    assert report.import_id is not None
    undo_import(site, LOCAL_OPERATOR, report.import_id, at=NOW)
    assert _stored(site) == []
    again = _import(site, path)
    assert (again.accepted, again.unchanged, again.changed, again.changes) == (3, 0, 0, ())
    assert "trước nay được đưa trở lại" in " ".join(again.warnings)
    assert [(i.id, i.ref, i.placement) for i in _stored(site)] == [
        (i.id, i.ref, i.placement) for i in before
    ]
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        actions = [e.action for e in audit.list_events(session, LOCAL_OPERATOR)]
    assert actions[:3] == ["import", "undo_import", "import"]


def test_what_is_restored_stands_on_the_map_in_force(site: Database, tmp_path: Path) -> None:
    first = incident_row("VV-1", "01/03/2026", 14.65, 107.85)
    _import(site, write_workbook(tmp_path / "a.xlsx", [INCIDENT_HEADINGS, first]))
    other = incident_row("VV-1", "01/03/2026", 14.65, 107.86)
    second = _import(site, write_workbook(tmp_path / "b.xlsx", [INCIDENT_HEADINGS, other]))
    frame = commune_frame()
    frame.loc[frame["code"] == "23401", ["code", "name", "full_name"]] = (
        *("23402", "Đắk Tô"),
        "Xã Đắk Tô",
    )
    frame.to_file(tmp_path / "moi.gpkg", driver="GPKG")
    install_boundaries(
        site, LOCAL_OPERATOR, tmp_path / "moi.gpkg", valid_from=date(2026, 6, 1), data_dir=tmp_path
    )
    assert second.import_id is not None
    undo_import(site, LOCAL_OPERATOR, second.import_id, at=NOW)
    (stored,) = _stored(site)
    assert (stored.placement.lon, stored.placement.commune_code_now) == (107.85, "23402")


def test_an_unusable_file_stores_nothing(site: Database, tmp_path: Path) -> None:
    path = tmp_path / "vv.xlsx"
    path.write_bytes(b"PK\x03\x04 not a workbook")
    with pytest.raises(UnusableFileError):
        _import(site, path)
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        assert imports.list_imports(session, LOCAL_OPERATOR) == []


def test_a_dry_run_counts_and_stores_nothing(site: Database, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "vv.xlsx", [INCIDENT_HEADINGS, *gathering(4)])
    report = _import(site, path, dry_run=True)
    assert (report.accepted, report.import_id) == (4, None)
    assert _stored(site) == []


def test_an_analyst_may_not_import(site: Database, tmp_path: Path) -> None:
    path = write_workbook(tmp_path / "vv.xlsx", [INCIDENT_HEADINGS, *gathering(1)])
    analyst = Viewer("a", Role.ANALYST)
    with pytest.raises(NotAllowedError):
        import_file(site, analyst, Layer.INCIDENTS, path, today=TODAY)


def test_a_row_without_coordinates_is_counted_on_its_commune_and_is_no_point(
    site: Database, tmp_path: Path
) -> None:
    row = incident_row("VV-1", "01/03/2026", None, None)
    _import(site, write_workbook(tmp_path / "vv.xlsx", [INCIDENT_HEADINGS, row]))
    (stored,) = _stored(site)
    assert stored.placement.precision is Precision.COMMUNE
    assert stored.placement.commune_code_now == "23401"
    assert (stored.placement.lon, stored.placement.lat) == (None, None)


def test_rejects_are_written_as_a_workbook(site: Database, tmp_path: Path) -> None:
    rows = [INCIDENT_HEADINGS, incident_row("=1+1", "hôm qua", 14.65, 107.85)]
    report = _import(site, write_workbook(tmp_path / "vv.xlsx", rows))
    write_rejects(report.rejected, tmp_path / "loai.xlsx")
    sheet = load_workbook(tmp_path / "loai.xlsx").active
    assert sheet is not None
    cells = [row for row in sheet.iter_rows(values_only=True) if row[2] == 2]
    assert len(cells) == 1
    assert "hôm qua" in cells[0]
    assert "=1+1" not in cells[0]


def test_the_sample_workbook_is_read_as_its_truth_says(
    sqlite_database: Database, shared_dir: Path
) -> None:
    """3,000 messy rows on the official map; the truth names the commune of each."""
    official = shared_dir / "boundaries/official_2025/communes.parquet"
    install_boundaries(sqlite_database, LOCAL_OPERATOR, official, valid_from=date(2025, 7, 1))
    sample = shared_dir / "samples/seed1"
    report = _import(sqlite_database, sample / "vu_viec.xlsx")
    with (sample / "vu_viec.truth.csv").open(encoding="utf-8") as file:
        truth = list(csv.DictReader(file))
    bad = {r["ref"] for r in truth if r["bad"] in ("bad_date", "future_date")}
    stored = {i.ref: i for i in _stored(sqlite_database)}
    assert {r["ref"] for r in truth} - stored.keys() == bad
    placed = [r for r in truth if r["ref"] in stored and r["bad"] != "no_place"]
    right = [stored[r["ref"]].placement.commune_code_now == r["commune"] for r in placed]
    assert sum(right) / len(right) >= 0.995
    assert report.dropped_columns == ("Họ và tên đối tượng",)


def test_the_sample_register_keeps_its_histories(
    sqlite_database: Database, shared_dir: Path, tmp_path: Path
) -> None:
    install_small_map(sqlite_database, tmp_path)
    sample = shared_dir / "samples/seed1"
    report = import_file(
        sqlite_database, LOCAL_OPERATOR, Layer.HOTSPOTS, sample / "tu_diem.csv", today=TODAY
    )
    truth = {t["id"]: t for t in json.loads((sample / "tu_diem.truth.json").read_text("utf-8"))}
    with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
        stored = hotspots.find_hotspots(session, LOCAL_OPERATOR)
    assert report.accepted == len(stored) == 19
    for spot in stored:
        dates = {event.type.value: event.on.isoformat() for event in spot.events}
        assert dates["opened"] == truth[spot.ref]["opened"]
        if "cleared" in dates:
            assert dates["cleared"] == truth[spot.ref]["cleared"]


@pytest.mark.parametrize(
    "source", [HAND_SOURCE, f"{HAND_SOURCE}, Toàn quốc", "GHI TRÊN BẢN ĐỒ", "ghi tren ban do"]
)
def test_a_file_cannot_pass_for_what_a_person_wrote_on_the_map(
    site: Database, tmp_path: Path, source: str
) -> None:
    path = write_workbook(tmp_path / "a.xlsx", [INCIDENT_HEADINGS, *gathering(1)])

    with pytest.raises(InvalidValueError, match=r"bắt đầu bằng «Ghi trên bản đồ».*đơn vị lập tệp"):
        _import(site, path, source=source)
    assert _stored(site) == []
    assert _import(site, path, source=f"Công an, {HAND_SOURCE}").accepted
