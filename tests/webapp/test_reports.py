"""Reports: what they say, what they look like when opened again, who may have them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from docx.shared import Mm
from flask.testing import FlaskClient
from openpyxl import load_workbook

from geo.errors import UnusableFileError
from geo.records import Indicators
from geo.terms import Layer
from models import audit, imports, incidents, indicators
from models.errors import NotAllowedError, NotFoundError
from models.imports import NewImport
from models.periods import evaluation_period, half_year_period
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.seeded_site import HOSTILE, NOW, PERIOD
from tests.webapp.test_figures import incident
from webapp.cli import commands
from webapp.services import classify, reports
from webapp.services.report_blocks import Drawing, Report, Table
from webapp.services.report_docx import report_docx
from webapp.services.report_letter import Letter, long_date
from webapp.services.report_pdf import report_pdf, report_source
from webapp.services.reports import ReportRequest

JUNE = datetime(2026, 6, 19, 3, 0, tzinfo=UTC)
DECEMBER = datetime(2026, 12, 18, 3, 0, tzinfo=UTC)
REQUEST = ReportRequest(PERIOD, "51")


def built(database: Database, request: ReportRequest = REQUEST, at: datetime = NOW) -> Report:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return reports.build_report(session, LOCAL_OPERATOR, request, at)


def table(report: Report, sheet: str) -> Table:
    return next(each for each in report.tables if each.sheet == sheet)


def paper_text(content: bytes) -> str:
    paper = Document(BytesIO(content))
    cells = (c.text for t in paper.tables for row in t.rows for c in row.cells)
    return "\n".join([*(p.text for p in paper.paragraphs), *cells])


def test_the_head_follows_the_decree(seeded_database: Database) -> None:
    content = report_docx(built(seeded_database, at=datetime(2026, 2, 5, tzinfo=UTC)))
    paper = Document(BytesIO(content))
    section = paper.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    assert Mm(20) <= section.top_margin <= Mm(25)
    assert Mm(20) <= section.bottom_margin <= Mm(25)
    assert Mm(30) <= section.left_margin <= Mm(35)
    assert Mm(15) <= section.right_margin <= Mm(20)
    assert paper.styles["Normal"].font.name == "Times New Roman"
    assert section.different_first_page_header_footer
    assert section.first_page_header.paragraphs[0].text == ""
    assert "PAGE" in section.header.paragraphs[0]._p.xml
    said = paper_text(content)
    for words in (
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "CÔNG AN TỈNH QUẢNG NGÃI",
        "Quảng Ngãi, ngày 05 tháng 02 năm 2026",
        "BÁO CÁO",
        "Nơi nhận:",
    ):
        assert words in said
    runs = {r.text: r for t in paper.tables for c in t._cells for p in c.paragraphs for r in p.runs}
    motto = runs["Độc lập - Tự do - Hạnh phúc"]
    assert motto.bold and 13 <= motto.font.size.pt <= 14
    assert runs["Nơi nhận:"].italic and runs["Nơi nhận:"].font.size.pt == 12


def test_short_days_and_the_first_two_months_have_a_leading_zero() -> None:
    assert long_date(date(2026, 3, 1)) == "ngày 01 tháng 3 năm 2026"
    assert long_date(date(2026, 1, 10)) == "ngày 10 tháng 01 năm 2026"


def test_figures_stand_in_the_prescribed_order(seeded_database: Database) -> None:
    names = [row[1] for row in table(built(seeded_database), "Số liệu chính").rows]
    wanted = ("Số vụ", "Số đối tượng", "Heroin", "Ma túy tổng hợp", "Ma túy tổng hợp", "Cần sa")
    wanted += ("Người có hồ sơ", "Điểm, tụ điểm được triệt xóa", "Xã, phường, đặc khu không")
    assert all(str(n).startswith(w) for n, w in zip(names, wanted, strict=True))


def test_classes_that_nobody_approved_are_marked_as_drafts(seeded_database: Database) -> None:
    told = "Phân loại xã: dự thảo, chưa được phê duyệt (0/6 xã đã duyệt)"
    report = built(seeded_database)
    assert told in report.marks
    drawn = report.annexes[0].blocks[0]
    assert isinstance(drawn, Drawing) and told in drawn.picture.svg
    assert paper_text(report_docx(report)).count(told) >= 2


def test_annexes_say_to_which_paper_they_belong(seeded_database: Database) -> None:
    report = built(seeded_database)
    assert [annex.title for annex in report.annexes][:2] == ["Phụ lục I", "Phụ lục II"]
    assert all("của Công an tỉnh Quảng Ngãi)" in annex.belongs for annex in report.annexes)
    assert all(annex.subject == annex.subject.upper() for annex in report.annexes)
    assert report.signer == "GIÁM ĐỐC"


def test_the_report_of_a_year_stops_at_that_year(seeded_database: Database) -> None:
    late = built(seeded_database, replace(REQUEST, period=evaluation_period(2025)))
    sheets = {each.sheet: each for each in late.tables}
    rows = sheets["Tiến độ"].rows if "Tiến độ" in sheets else ()
    assert all(row[3] is None for row in rows if isinstance(row[0], int) and row[0] > 2025)


def test_the_nation_has_a_map_of_every_province_with_classes(seeded_database: Database) -> None:
    report = built(seeded_database, ReportRequest(PERIOD))
    maps = [each for each in report.annexes if isinstance(each.blocks[0], Drawing)]
    assert "CẢ NƯỚC" in maps[0].subject
    assert any("TỈNH QUẢNG NGÃI" in each.subject for each in maps[1:])
    assert report.signer == "BỘ TRƯỞNG"


def test_marks_and_sources_are_on_the_paper(seeded_database: Database) -> None:
    said = paper_text(report_docx(built(seeded_database)))
    for words in ("Số liệu tạm tính", "Dữ liệu mô phỏng", "Ranh giới gần đúng", "Nguồn:"):
        assert words in said


def test_every_commune_is_in_the_table_with_what_is_missing(seeded_database: Database) -> None:
    rows = {row[1]: row for row in table(built(seeded_database), "Phân loại xã").rows}
    assert len(rows) == 6
    assert rows["23377"][3] == "Không ma túy"
    assert rows["21172"][3] == "Chưa xác định"
    assert rows["21172"][9] == "toàn bộ chỉ tiêu"


def test_dwellings_are_not_named(seeded_database: Database) -> None:
    report = built(seeded_database, ReportRequest(PERIOD, "66"))
    (row,) = table(report, "Điểm, tụ điểm").rows
    assert row[2] == "Nhà ở (không nêu tên)"
    assert "Nhà trong hẻm" not in report_source(report)


def test_june_made_again_in_december_equals_june(seeded_database: Database) -> None:
    half = replace(REQUEST, period=half_year_period(2026))
    classify.classify(seeded_database, LOCAL_OPERATOR, PERIOD, at=JUNE)
    june = built(seeded_database, half, JUNE)
    later = datetime(2026, 10, 1, tzinfo=UTC)
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        for layer in (Layer.INCIDENTS, Layer.INDICATORS):
            new = NewImport(layer, f"{layer}.xlsx", f"{layer:0<64}"[:64], "THÊM")
            number = imports.add_import(session, LOCAL_OPERATOR, new, at=later)
            if layer is Layer.INCIDENTS:
                late = [incident("L-1", date(2026, 3, 3)), incident("L-2", date(2026, 8, 3))]
                incidents.add_incidents(session, LOCAL_OPERATOR, late, number)
            else:
                told = Indicators("21172", PERIOD, residents=100, dependents=1, users=2)
                indicators.add_indicators(session, LOCAL_OPERATOR, [told], number)
    classify.classify(seeded_database, LOCAL_OPERATOR, PERIOD, at=later)
    again = built(seeded_database, replace(half, known_on=date(2026, 6, 19)), DECEMBER)
    fresh = built(seeded_database, half, DECEMBER)
    for sheet in ("Số liệu chính", "Phân loại xã", "Điểm, tụ điểm", "Tiến độ"):
        assert table(again, sheet).rows == table(june, sheet).rows
    assert table(fresh, "Số liệu chính").rows != table(june, "Số liệu chính").rows
    assert table(fresh, "Phân loại xã").rows != table(june, "Phân loại xã").rows
    assert "Số liệu như biết đến ngày 19/06/2026" in again.marks


def test_hostile_names_are_plain_text(seeded_database: Database) -> None:
    report = built(seeded_database)
    assert HOSTILE.split("$")[0] in report_source(report)
    assert report_pdf(report).startswith(b"%PDF")


def test_a_nation_has_its_provinces(seeded_database: Database) -> None:
    report = built(seeded_database, ReportRequest(PERIOD))
    assert [row[1] for row in table(report, "Phân loại theo tỉnh").rows] == [
        "Tỉnh Đắk Lắk",
        "Tỉnh Quảng Ngãi",
    ]
    assert report.head.issuer == "BỘ CÔNG AN"


def test_a_body_may_be_named(seeded_database: Database) -> None:
    letter = Letter("Tỉnh ủy", "Ủy ban nhân dân tỉnh Quảng Ngãi")
    head = built(seeded_database, replace(REQUEST, letter=letter)).head
    assert (head.superior, head.issuer) == ("TỈNH ỦY", "ỦY BAN NHÂN DÂN TỈNH QUẢNG NGÃI")


@pytest.mark.parametrize(
    ("viewer", "province"),
    [
        (Viewer("x", Role.PLANNER, Scope.provinces("66")), "51"),
        (Viewer("x", Role.PLANNER, Scope.provinces("66")), None),
        (Viewer("x", Role.COMMUNE, Scope.commune("23401")), "51"),
    ],
)
def test_nobody_reports_beyond_the_own_scope(
    seeded_database: Database, viewer: Viewer, province: str | None
) -> None:
    with pytest.raises(NotAllowedError):
        reports.make_report(seeded_database, viewer, ReportRequest(PERIOD, province), ".pdf", NOW)


def test_every_report_is_in_the_audit_trail(seeded_database: Database) -> None:
    reports.make_report(seeded_database, LOCAL_OPERATOR, REQUEST, ".xlsx", NOW)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        (event, *_) = audit.list_events(session, LOCAL_OPERATOR)
    assert (event.action, event.detail["province"]) == ("report", "51")


def test_a_period_that_has_not_begun_has_no_report(seeded_database: Database) -> None:
    with pytest.raises(NotFoundError, match="chưa có số liệu"):
        built(seeded_database, replace(REQUEST, period=evaluation_period(2028)))


@pytest.mark.parametrize("name", ["x.txt", "x", "không có/x.pdf"])
def test_an_unwritable_file_is_refused_before_any_work(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnusableFileError):
        reports.require_writable(tmp_path / name)


def test_the_command_writes_a_report(
    seeded_database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIABAN_DATABASE_URL", seeded_database.url)
    monkeypatch.setenv("DIABAN_DATA_DIR", str(tmp_path))
    out = tmp_path / "bao-cao.xlsx"
    asked = ["report", "--period", "2026", "--half", "--province", "51", "--out", str(out)]
    done = CliRunner().invoke(commands, asked)
    assert done.exit_code == 0, done.output
    assert load_workbook(out).sheetnames[0] == "Số liệu chính"


def test_the_page_lists_what_is_due_and_gives_the_file(
    signed_in: Callable[[str], FlaskClient],
) -> None:
    client = signed_in("province")
    page = client.get("/reports").text
    assert "Trước 20/06/2026" in page
    assert "Tỉnh Đắk Lắk" in page
    assert "Tỉnh Quảng Ngãi" not in page
    answer = client.get("/reports/file?period=2026H1&province=66&format=xlsx")
    assert answer.status_code == 200
    assert 'filename="bao-cao-2026H1-66.xlsx"' in answer.headers["Content-Disposition"]
    assert client.get("/reports/file?period=2026&province=51&format=pdf").status_code == 403
    assert client.get("/reports/file?period=2026&province=66&format=exe").status_code == 400


def test_a_commune_officer_has_no_reports(signed_in: Callable[[str], FlaskClient]) -> None:
    client = signed_in("commune")
    assert client.get("/reports").status_code == 403
    assert client.get("/reports/file?period=2026&province=51").status_code == 403
