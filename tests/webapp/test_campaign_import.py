"""Campaigns on their way in: files with named communes, circles and drawn outlines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import shapely
from click.testing import CliRunner, Result

from geo.errors import UnusableFileError
from geo.terms import Layer
from models import campaign_changes, campaigns
from models.campaigns import StoredCampaign
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import NOON
from tests.webapp.small_world import TODAY, install_small_map, write_workbook
from webapp.cli.importing import import_
from webapp.services.import_undo import undo_import
from webapp.services.ingest import ImportReport, import_file

HEADINGS = [
    *("Mã đợt", "Tên đợt", "Từ ngày", "Đến ngày", "Địa bàn", "Vĩ độ", "Kinh độ"),
    *("Bán kính (m)", "Ghi chú"),
]
DAK_TO = "Xã Đắk Tô, tỉnh Quảng Ngãi"


def row(
    area: str | None = DAK_TO,
    lat: object = None,
    lon: object = None,
    radius: object = None,
    *,
    ref: str | None = "CD-1",
    days: tuple[str, str] = ("01/03/2026", "31/03/2026"),
) -> list[object]:
    """A campaign as a clerk writes it."""
    return [ref, "Cao điểm tháng ba", *days, area, lat, lon, radius, "theo kế hoạch năm"]


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Database:
    install_small_map(sqlite_database, tmp_path)
    return sqlite_database


def bring(
    site: Database, folder: Path, *rows: list[object], viewer: Viewer = LOCAL_OPERATOR
) -> ImportReport:
    path = write_workbook(folder / "dot.xlsx", [HEADINGS, *rows])
    return import_file(site, viewer, Layer.CAMPAIGNS, path, today=TODAY)


def stored(site: Database) -> list[StoredCampaign]:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        return campaigns.find_campaigns(session, LOCAL_OPERATOR)


def test_communes_and_whole_provinces_come_in_with_their_outline(
    site: Database, tmp_path: Path
) -> None:
    report = bring(
        site,
        tmp_path,
        row(f"{DAK_TO}\n23377", ref="A"),
        row("Tỉnh Đắk Lắk", ref="B"),
        row("xa dak to, tinh quang ngai; xã Tân An, Đắk Lắk", ref="C"),
    )
    found = {campaign.ref: campaign for campaign in stored(site)}

    assert report.rejected == ()
    assert found["A"].commune_codes == ("23377", "23401")
    assert (found["A"].province_code, found["A"].commune_code) == ("51", None)
    assert found["A"].area.bounds == pytest.approx((107.8, 14.6, 108.0, 14.7))
    assert (found["B"].commune_codes, found["B"].province_code) == (("66",), "66")
    assert found["B"].area.area == pytest.approx(0.06)
    assert (found["C"].province_code, found["C"].area.geom_type) == (None, "MultiPolygon")


def test_an_old_commune_stands_for_the_one_that_has_it_now(site: Database, tmp_path: Path) -> None:
    bring(site, tmp_path, row("Xã Pô Kô, huyện Đắk Tô, Kon Tum", days=("1/3/2025", "31/3/2025")))
    assert [c.commune_codes for c in stored(site)] == [("23401",)]


def test_a_circle_is_round_in_metres(site: Database, tmp_path: Path) -> None:
    report = bring(site, tmp_path, row(None, 14.65, 107.85, "1,5 km"))
    (campaign,) = stored(site)

    assert report.rejected == ()
    assert (campaign.radius_m, campaign.commune_code) == (1500.0, "23401")
    assert campaign.area_text.startswith("Bán kính 1.500 m quanh điểm 14,65")


@pytest.mark.parametrize(
    ("cells", "column", "told"),
    [
        (row("Xã Không Có, tỉnh Quảng Ngãi"), "Địa bàn", "«Xã Không Có, tỉnh Quảng Ngãi»"),
        (row("Đắk Tô"), "Địa bàn", "Xã Đắk Tô, Tỉnh Quảng Ngãi"),
        (row(f"{DAK_TO}; Đắk Pék"), "Địa bàn", "«Đắk Pék»"),
        (row("Xã Đắk Tô, xã Đắk Pék, Quảng Ngãi"), "Địa bàn", "dấu chấm phẩy"),
        (row("Thôn 3, xã Đắk Tô, Quảng Ngãi"), "Địa bàn", "nhỏ hơn xã"),
        (row("Tỉnh Kon Tum"), "Địa bàn", "nay là một phần của Tỉnh Quảng Ngãi"),
        (row("TP. Quảng Ngãi"), "Địa bàn", "không nhận ra"),
        (row(None), "Địa bàn", "thiếu địa bàn"),
        (row(None, 14.65, 107.85), "Bán kính (m)", "thiếu bán kính"),
        (row(None, None, None, 500), "Bán kính (m)", "thiếu tọa độ"),
        (row(None, 14.65, 107.85, 0), "Bán kính (m)", "từ 50 m đến 50 km"),
        (row(None, 14.65, 107.85, 60_000), "Bán kính (m)", "từ 50 m đến 50 km"),
        (row(None, 10.0, 110.5, 500), "Vĩ độ", ""),
        (row(days=("31/03/2026", "01/03/2026")), "Đến ngày", "trước khi bắt đầu"),
        (row("Tỉnh Quảng Ngãi", days=("1/3/2025", "2/3/2025")), "Địa bàn", "trước 01/7/2025"),
    ],
)
def test_a_row_without_a_sure_area_or_sound_days_is_rejected_with_the_reason(
    site: Database, tmp_path: Path, cells: list[object], column: str, told: str
) -> None:
    report = bring(site, tmp_path, row(ref="TOT"), cells)

    assert report.accepted == 1
    (rejected,) = report.rejected
    assert (rejected.line, rejected.column) == (3, column), rejected.reason
    assert told in rejected.reason
    assert rejected.cells["Tên đợt"] == "Cao điểm tháng ba"


def test_the_same_file_again_changes_nothing_and_other_days_make_a_version(
    site: Database, tmp_path: Path
) -> None:
    bring(site, tmp_path, row())
    again = bring(site, tmp_path, row())
    longer = bring(site, tmp_path, row(days=("01/03/2026", "15/04/2026")))

    assert (again.accepted, again.unchanged, again.changed) == (0, 1, 0)
    assert (longer.accepted, longer.changed) == (0, 1)
    (change,) = longer.changes
    assert [(f.label, f.before, f.after) for f in change.fields] == [
        ("Đến ngày", "31/03/2026", "15/04/2026")
    ]


def test_a_campaign_without_a_ref_is_known_by_its_name_and_days(
    site: Database, tmp_path: Path
) -> None:
    bring(site, tmp_path, row(ref=None))
    other_area = bring(site, tmp_path, row("23377", ref=None))
    assert (other_area.accepted, other_area.changed) == (0, 1)


def test_undoing_an_import_withdraws_what_it_added_and_brings_back_what_it_changed(
    site: Database, tmp_path: Path
) -> None:
    bring(site, tmp_path, row(ref="A"))
    second = bring(site, tmp_path, row("23377", ref="A"), row(ref="B"))
    assert second.import_id is not None

    done = undo_import(site, LOCAL_OPERATOR, second.import_id, at=NOON)

    (left,) = stored(site)
    assert (done.removed, done.restored) == (1, 1)
    assert (left.ref, left.commune_codes) == ("A", ("23401",))
    assert left.area.bounds == pytest.approx((107.8, 14.6, 107.9, 14.7))
    assert bring(site, tmp_path, row("23377", ref="A"), row(ref="B")).accepted == 1


def test_what_a_person_withdrew_no_file_brings_back(site: Database, tmp_path: Path) -> None:
    bring(site, tmp_path, row())
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        id_ = campaigns.find_campaigns(session, LOCAL_OPERATOR)[0].id
        campaign_changes.withdraw_campaign(session, LOCAL_OPERATOR, id_, "nhập nhầm", at=NOON)

    report = bring(site, tmp_path, row(days=("01/03/2026", "15/04/2026")))

    assert (report.accepted, report.changed, stored(site)) == (0, 0, [])
    assert "khôi phục" in report.rejected[0].reason


def test_a_planner_of_a_province_brings_campaigns_of_it_alone(
    site: Database, tmp_path: Path
) -> None:
    planner = Viewer("tinh", Role.PLANNER, Scope.provinces("51"))
    rows = [row(ref="A"), row("Tỉnh Đắk Lắk", ref="B"), row("23401; 24133", ref="C")]
    report = bring(site, tmp_path, *rows, viewer=planner)

    assert [campaign.ref for campaign in stored(site)] == ["A"]
    assert ["phạm vi" in rejected.reason for rejected in report.rejected] == [True, True]


def test_columns_of_persons_are_dropped(site: Database, tmp_path: Path) -> None:
    headings = [*HEADINGS, "Người chỉ huy (họ và tên)"]
    path = write_workbook(tmp_path / "dot.xlsx", [headings, [*row(), "Nguyễn Văn Bí Mật"]])
    report = import_file(site, LOCAL_OPERATOR, Layer.CAMPAIGNS, path, today=TODAY)
    assert report.dropped_columns == ("Người chỉ huy (họ và tên)",)
    assert report.accepted == 1


def test_drawn_outlines_come_in_mended_and_empty_ones_are_rejected(
    site: Database, tmp_path: Path
) -> None:
    square = shapely.box(107.82, 14.62, 107.88, 14.68)
    bow_tie = shapely.Polygon([(107.82, 14.62), (107.88, 14.68), (107.88, 14.62), (107.82, 14.68)])
    flat = shapely.Polygon([(107.82, 14.62), (107.88, 14.68), (107.82, 14.62)])
    features = [
        {
            "type": "Feature",
            "properties": {"ref": ref, "name": f"Đợt {ref}", "from": "2026-03-01"}
            | {"Từ ngày": "2026-03-01", "Đến ngày": "2026-03-31"},
            "geometry": shapely.geometry.mapping(shape),
        }
        for ref, shape in (("1", square), ("2", bow_tie), ("3", flat))
    ]
    path = tmp_path / "dot.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")

    report = import_file(site, LOCAL_OPERATOR, Layer.CAMPAIGNS, path, today=TODAY)

    found = {campaign.ref: campaign for campaign in stored(site)}
    assert [r.reason.split(":")[0] for r in report.rejected] == [
        "vùng vẽ rỗng (không có diện tích)"
    ]
    assert found["1"].area.equals(square)
    assert found["1"].commune_code == "23401"
    assert found["2"].area.is_valid
    assert found["2"].area.area == pytest.approx(square.area / 2)
    assert import_file(site, LOCAL_OPERATOR, Layer.CAMPAIGNS, path, today=TODAY).unchanged == 2


def run(folder: Path, *words: str) -> Result:
    """The command over the database of a folder."""
    env = {"DIABAN_DATA_DIR": str(folder), "DIABAN_DATABASE_URL": f"sqlite:///{folder}/diaban.db"}
    return CliRunner().invoke(import_, ["campaigns", *words], env=env)


def test_the_command_tells_what_became_of_the_rows_by_its_exit_code(
    site: Database, tmp_path: Path
) -> None:
    good = write_workbook(tmp_path / "tot.xlsx", [HEADINGS, row()])
    mixed = write_workbook(tmp_path / "lan.xlsx", [HEADINGS, row(), row(None, ref="X")])
    useless = write_workbook(tmp_path / "khac.xlsx", [["Tên", "Tuổi"], ["A", 3]])
    out = tmp_path / "loai.xlsx"

    dry = run(tmp_path, str(good), "--dry-run")
    assert (dry.exit_code, stored(site)) == (0, []), dry.output
    assert run(tmp_path, str(good)).exit_code == 0
    assert run(tmp_path, str(mixed), "--rejects", str(out)).exit_code == 3
    assert out.is_file()
    refused = run(tmp_path, str(useless))
    assert isinstance(refused.exception, UnusableFileError)  # exit code 2 by the command line
    assert len(stored(site)) == 1


def test_names_of_persons_do_not_come_in_with_a_campaign(site: Database, tmp_path: Path) -> None:
    named = row()
    named[1], named[-1] = "Đợt ông Trần Văn Bình", "anh Hùng 0912 345 678 phụ trách"
    assert bring(site, tmp_path, named).accepted == 1
    (campaign,) = stored(site)
    assert "Bình" not in campaign.name
    assert "Hùng" not in campaign.note
    assert "0912" not in campaign.note
    assert bring(site, tmp_path, named).unchanged == 1


def test_a_campaign_that_is_named_like_a_person_is_refused(site: Database, tmp_path: Path) -> None:
    named = row()
    named[1] = "Nguyễn Văn Chín"
    (refused,) = bring(site, tmp_path, named).rejected
    assert "tên người" in refused.reason
