"""Commands that keep a site: copy it to another database, back it up, restore it."""

from __future__ import annotations

from pathlib import Path

import click

from models.session import open_database
from models.viewers import LOCAL_OPERATOR
from webapp.cli.opening import now, read_settings
from webapp.cli.progress import rows_progress
from webapp.services import backups
from webapp.services.backup_file import Manifest
from webapp.services.site_copy import copy_site

KEY_APART = (
    "Tệp không chứa khóa bí mật. Máy mới cần đúng khóa cũ (DIABAN_SECRET_KEY hoặc tệp secret_key) "
    "thì xác thực hai lớp đã đăng ký mới dùng được."
)


@click.command(help="Chép cả hệ thống sang một cơ sở dữ liệu khác chưa có dữ liệu.")
@click.option("--from", "source_url", required=True, metavar="URL", help="Nguồn.")
@click.option(
    "--to", "target_url", required=True, metavar="URL", help="Đích, được tạo nếu chưa có."
)
def copy(source_url: str, target_url: str) -> None:
    """Copy every table; counts and checksums are compared on both sides."""
    source, target = open_database(source_url), open_database(target_url)
    try:
        with rows_progress("Chép") as progress:
            copied = copy_site(source, target, LOCAL_OPERATOR, at=now(), progress=progress)
    finally:
        source.close()
        target.close()
    for table in copied.tables:
        click.echo(f"{table.name}: {table.rows} dòng, {table.sha256}")
    click.echo(f"Mã kiểm tra chung: {copied.checksum}")
    click.echo(f"Đã chép {len(copied.tables)} bảng sang {target.shown_url}; hai bên giống nhau.")


@click.command(help="Sao lưu cả hệ thống vào một tệp, trong khi trang vẫn phục vụ.")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
def backup(file: Path) -> None:
    """Write a backup beside and give it its name when it is whole."""
    database = open_database(read_settings().database_url)
    try:
        with rows_progress("Sao lưu") as progress:
            made = backups.back_up(database, LOCAL_OPERATOR, file, at=now(), progress=progress)
    finally:
        database.close()
    _tell(made)
    click.echo(f"Đã sao lưu vào «{file}».")
    click.echo(KEY_APART)


@click.command(help="Phục hồi từ một tệp sao lưu vào cơ sở dữ liệu chưa có dữ liệu.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--keep-tokens",
    is_flag=True,
    help="Giữ các mã truy cập như trong bản sao lưu, kể cả mã đã thu hồi sau đó.",
)
def restore(file: Path, keep_tokens: bool) -> None:
    """Fill an empty database of either kind; every table is held against its checksum."""
    database = open_database(read_settings().owner_url)
    try:
        with rows_progress("Phục hồi") as progress:
            made, ended = backups.restore(
                database,
                LOCAL_OPERATOR,
                file,
                at=now(),
                progress=progress,
                keep_tokens=keep_tokens,
            )
    finally:
        database.close()
    _tell(made)
    click.echo(f"Đã phục hồi vào {database.shown_url}; mọi bảng giống bản sao lưu.")
    click.echo(_told_ended(ended))
    click.echo(KEY_APART)


def _told_ended(ended: backups.Ended) -> str:
    told = f"Đã kết thúc {ended.sign_ins_ended} lần đăng nhập: mọi người đăng nhập lại"
    if ended.tokens_revoked is None:
        return (
            f"{told}. Mã truy cập giữ như trong bản sao lưu: hãy thu hồi lại mã đã thu hồi sau đó."
        )
    n = ended.tokens_revoked
    return f"{told}; đã thu hồi {n} mã truy cập: hãy cấp mã mới cho các chương trình."


def _tell(made: Manifest) -> None:
    for entry in made.tables:
        click.echo(f"{entry.name}: {entry.rows} dòng, {entry.sha256}")
    click.echo(f"Mã kiểm tra chung: {made.checksum}")
