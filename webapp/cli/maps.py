"""Commands about boundaries: install, list, check."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from models import communes
from models.session import unit_of_work
from models.viewers import LOCAL_OPERATOR
from webapp.cli.opening import DAY, opened_database, read_settings
from webapp.cli.progress import rows_progress
from webapp.services.boundaries import InstallReport, check_boundaries, install_boundaries
from webapp.services.renew import renew_placements

VALID_FROM = date(2025, 7, 1)


@click.group(help="Ranh giới hành chính: cài đặt, liệt kê, kiểm tra.")
def boundaries() -> None:
    """Group of the boundary commands."""


@boundaries.command(help="Cài ranh giới từ tệp, thư mục hoặc zip.")
@click.argument("source", type=click.Path(path_type=Path))
@click.option("--valid-from", type=DAY, default=VALID_FROM, help="Ngày bắt đầu hiệu lực.")
@click.option("--valid-to", type=DAY, help="Ngày hết hiệu lực, với bản đồ cũ.")
@click.option("--licence", default="chưa ghi", help="Giấy phép của nguồn.")
@click.option("--vintage", default="chưa ghi", help="Thời điểm của dữ liệu, ví dụ 07/2026.")
def install(
    source: Path, valid_from: date, valid_to: date | None, licence: str, vintage: str
) -> None:
    """Clean, verify and install a coverage, then place every record again on it."""
    settings = read_settings()
    with opened_database(settings) as database:
        done = install_boundaries(
            database,
            LOCAL_OPERATOR,
            source,
            valid_from=valid_from,
            valid_to=valid_to,
            licence=licence,
            vintage=vintage,
            data_dir=settings.data_dir,
            progress=lambda stage: click.echo(f"{stage} …", err=True),
        )
        _tell_install(done, source, valid_from)
        with rows_progress("Định vị lại") as progress:
            renewed = renew_placements(database, LOCAL_OPERATOR, progress=progress)
    if renewed.moved:
        click.echo(
            f"Định vị lại {renewed.total} bản ghi: {renewed.moved} bản ghi đổi vị trí hoặc xã. "
            "Hãy chạy «python -m webapp analyse» để tính lại cụm."
        )


def _tell_install(done: InstallReport, source: Path, valid_from: date) -> None:
    if done.unchanged:
        click.echo(f"«{source.name}» đã được cài từ trước; không có gì thay đổi.")
        return
    click.echo(
        f"Đã cài {done.commune_count} xã, phường, đặc khu, trong đó {done.taken_count} từ "
        f"«{source.name}», hiệu lực từ {valid_from:%d/%m/%Y}. Khớp lại cạnh của {done.repaired} "
        f"đơn vị; còn {len(done.gaps)} khe hở, {len(done.overlaps)} chồng lấn."
    )
    for note in done.notes:
        click.echo(f"Lưu ý: {note}")


@boundaries.command("list", help="Các bản ranh giới đã cài.")
def list_() -> None:
    """One line a version, the current one marked."""
    with (
        opened_database(read_settings()) as database,
        unit_of_work(database, read_only=True) as session,
    ):
        for version in communes.list_versions(session, LOCAL_OPERATOR):
            replaced = version.valid_to is not None and version.valid_to < version.valid_from
            until = f" đến {version.valid_to:%d/%m/%Y}" if version.valid_to and not replaced else ""
            marks = [
                "đang dùng" if version.is_current else "",
                "gần đúng" if version.approximate else "",
                "đã được thay" if replaced else "",
            ]
            click.echo(
                f"{version.id}\t{version.commune_count} đơn vị\t"
                f"từ {version.valid_from:%d/%m/%Y}{until}\t{version.source}\t"
                f"{', '.join(filter(None, marks))}"
            )


@boundaries.command(help="Đếm đơn vị, khe hở và chồng lấn của bản đang dùng.")
def check() -> None:
    """Print counts, gaps and overlaps of the current version."""
    with opened_database(read_settings()) as database:
        report = check_boundaries(database, LOCAL_OPERATOR)
    for line in report.lines():
        click.echo(line)
