"""Commands about boundaries: install, list, check."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path

import click

from models import communes
from models.session import unit_of_work
from models.viewers import LOCAL_OPERATOR
from webapp.cli.opening import DAY, opened_database, read_settings
from webapp.cli.progress import rows_progress
from webapp.services.boundaries import InstallReport, check_boundaries, install_boundaries
from webapp.services.downloads import downloaded, is_address, shown_address
from webapp.services.renew import renew_placements

VALID_FROM = date(2025, 7, 1)


@click.group(help="Ranh giới hành chính: cài đặt, liệt kê, kiểm tra.")
def boundaries() -> None:
    """Group of the boundary commands."""


@boundaries.command(help="Cài ranh giới từ tệp, thư mục, zip hoặc địa chỉ http(s).")
@click.argument("source", metavar="NGUỒN")
@click.option("--valid-from", type=DAY, default=VALID_FROM, help="Ngày bắt đầu hiệu lực.")
@click.option("--valid-to", type=DAY, help="Ngày hết hiệu lực, với bản đồ cũ.")
@click.option("--licence", default="chưa ghi", help="Giấy phép của nguồn.")
@click.option("--vintage", default="chưa ghi", help="Thời điểm của dữ liệu, ví dụ 07/2026.")
@click.option("--sha256", help="Mã SHA-256 mà tệp tải về phải có, với địa chỉ http(s).")
@click.option("--inner", is_flag=True, help="Cho tải từ máy chủ trong mạng nội bộ.")
def install(
    *,
    source: str,
    valid_from: date,
    valid_to: date | None,
    licence: str,
    vintage: str,
    sha256: str | None,
    inner: bool,
) -> None:
    """Clean, verify and install a coverage, then place every record again on it."""
    settings = read_settings()
    with opened_database(settings) as database:
        with _opened_source(source, sha256, inner) as (path, named):
            done = install_boundaries(
                database,
                LOCAL_OPERATOR,
                path,
                valid_from=valid_from,
                valid_to=valid_to,
                licence=licence,
                vintage=vintage,
                data_dir=settings.data_dir,
                progress=lambda stage: click.echo(f"{stage} …", err=True),
                named=named,
            )
        _tell_install(done, named, valid_from)
        with rows_progress("Định vị lại") as progress:
            renewed = renew_placements(database, LOCAL_OPERATOR, progress=progress)
    if renewed.moved:
        click.echo(
            f"Định vị lại {renewed.total} bản ghi: {renewed.moved} bản ghi đổi vị trí hoặc xã. "
            "Hãy chạy «python -m webapp analyse» để tính lại cụm."
        )
    if renewed.reopened:
        click.echo(
            f"{renewed.reopened} quyết định rà soát không còn đúng với ranh giới mới; "
            "các bản ghi ấy đã được định vị lại, dòng chưa chắc chắn trở lại hàng chờ rà soát."
        )


@contextmanager
def _opened_source(source: str, sha256: str | None, inner: bool) -> Iterator[tuple[Path, str]]:
    """The file of a source and the name to record for it."""
    if not is_address(source):
        if sha256 is not None:
            raise click.UsageError("--sha256 chỉ dùng khi NGUỒN là địa chỉ http(s).")
        yield Path(source), Path(source).name
        return
    named = shown_address(source)
    click.echo(f"Tải «{named}» …", err=True)
    with ExitStack() as kept:
        with rows_progress("Tải về") as progress:
            fetched = downloaded(source, sha256=sha256, inner=inner, progress=progress)
            path = kept.enter_context(fetched)
        yield path, named


def _tell_install(done: InstallReport, named: str, valid_from: date) -> None:
    if done.unchanged:
        click.echo(f"«{named}» đã được cài từ trước; không có gì thay đổi.")
        return
    click.echo(
        f"Đã cài {done.commune_count} xã, phường, đặc khu, trong đó {done.taken_count} từ "
        f"«{named}», hiệu lực từ {valid_from:%d/%m/%Y}. Khớp lại cạnh của {done.repaired} "
        f"đơn vị; còn {len(done.gaps)} khe hở, {len(done.overlaps)} chồng lấn."
    )
    for note in done.notes:
        click.echo(f"Lưu ý: {note}")


@boundaries.command("list", help="Các bản ranh giới đã cài.")
def list_() -> None:
    """One line a version, the current one marked."""
    with (
        opened_database(read_settings()) as database,
        unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session,
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
