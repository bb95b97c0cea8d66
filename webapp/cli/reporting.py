"""The command that writes the official report of a period."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from models.periods import PeriodError, evaluation_year, half_year_period, parse_period
from models.viewers import LOCAL_OPERATOR
from webapp.cli.opening import DAY, now, opened_database, read_settings
from webapp.services import reports
from webapp.services.report_letter import Letter
from webapp.services.reports import ReportRequest


@click.command(help="Lập báo cáo của một tỉnh hoặc cả nước, định dạng theo đuôi tệp.")
@click.option("--period", "period_text", required=True, help="Kỳ: 2026, 2026H1, 2026H2 …")
@click.option("--half", is_flag=True, help="Lấy 6 tháng đầu của năm ấy.")
@click.option("--province", help="Mã tỉnh; bỏ trống: cả nước.")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Tệp .docx, .pdf hoặc .xlsx."
)
@click.option("--known-on", type=DAY, help="Số liệu như biết đến hết ngày.")
@click.option("--issuer", default="", help="Cơ quan ban hành; mặc định công an tỉnh.")
@click.option("--superior", default="", help="Cơ quan chủ quản.")
@click.option("--signer", default="", help="Chức vụ người ký; mặc định giám đốc, bộ trưởng.")
def report(
    *,
    period_text: str,
    half: bool,
    province: str | None,
    out: Path,
    known_on: date | None,
    issuer: str,
    superior: str,
    signer: str,
) -> None:
    """Write a report as .docx, .pdf or .xlsx."""
    period = parse_period(period_text)
    if half:
        year = evaluation_year(period)
        if year is None:
            raise PeriodError(f"«--half» chỉ đi với một năm, không đi với «{period_text}».")
        period = half_year_period(year)
    reports.require_writable(out)
    request = ReportRequest(period, province, known_on, Letter(superior, issuer, signer))
    with opened_database(read_settings()) as database:
        reports.save_report(database, LOCAL_OPERATOR, request, out, now())
    click.echo(f"Đã lập báo cáo «{out}».")
