"""Commands about the audit trail: read, verify, write down its end, erase old names."""

from __future__ import annotations

import sys

import click

from models.audit_hashes import Link
from models.errors import InvalidValueError
from models.viewers import LOCAL_OPERATOR
from webapp.cli.opening import now, opened_database, read_settings
from webapp.labels import vn_number
from webapp.services.accounts import audit_events
from webapp.services.audit_trail import (
    expire,
    fault_words,
    head_of_trail,
    read_link,
    verify_trail,
)

BROKEN = 1


@click.group(
    invoke_without_command=True,
    help="Nhật ký: đọc, kiểm tra chuỗi, in mã cuối chuỗi, xóa tên đã hết hạn lưu.",
)
@click.pass_context
def audit(context: click.Context) -> None:
    """Group of the commands about the trail; alone it lists."""
    if context.invoked_subcommand is None:
        context.invoke(list_)


@audit.command("list", help="Các sự kiện gần nhất, mới nhất trước.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1))
def list_(limit: int) -> None:
    """Print the latest events, newest first."""
    with opened_database(read_settings()) as database:
        for event in audit_events(database, LOCAL_OPERATOR, limit=limit):
            actor = "(đã xóa theo thời hạn lưu)" if event.erased else event.actor
            told = (actor, event.action, event.object, event.address)
            line = "\t".join(" ".join(text.split()) for text in told)
            click.echo(f"{event.at:%Y-%m-%dT%H:%M:%SZ}\t{line}")


@audit.command(help="Kiểm tra toàn bộ chuỗi; nêu lỗi đầu tiên (mã thoát 1).")
@click.option(
    "--head",
    "heads",
    multiple=True,
    metavar="SỐ:MÃ",
    callback=lambda _context, _option, texts: tuple(_link(text) for text in texts),
    help="Mã cuối chuỗi đã ghi lại bên ngoài; lặp lại được.",
)
def verify(heads: tuple[Link, ...]) -> None:
    """Recompute the chain and say the first fault, if there is one."""
    with opened_database(read_settings()) as database:
        verdict = verify_trail(database, LOCAL_OPERATOR, heads)
    click.echo(f"Đã kiểm tra {vn_number(verdict.events)} sự kiện trong chuỗi.")
    if verdict.erased:
        click.echo(f"{vn_number(verdict.erased)} sự kiện đã xóa người thực hiện theo thời hạn lưu.")
    if verdict.fault is not None:
        click.echo(f"Lỗi: {fault_words(verdict.fault)}.", err=True)
        sys.exit(BROKEN)
    click.echo(f"Chuỗi toàn vẹn. Mã cuối chuỗi: {verdict.head}")


@audit.command(help="In mã cuối chuỗi để ghi lại ở nơi khác (sổ, máy khác).")
def head() -> None:
    """Print the end of the chain."""
    with opened_database(read_settings()) as database:
        click.echo(str(head_of_trail(database, LOCAL_OPERATOR)))


@audit.command("expire", help="Xóa tên tài khoản và địa chỉ trong các sự kiện đã quá hạn lưu.")
def expire_() -> None:
    """Erase the personal part of events older than the setting says."""
    settings = read_settings()
    with opened_database(settings) as database:
        n = expire(database, LOCAL_OPERATOR, settings.audit_days, now())
    days = vn_number(settings.audit_days)
    click.echo(f"Đã xóa người thực hiện của {vn_number(n)} sự kiện cũ hơn {days} ngày.")


def _link(text: str) -> Link:
    try:
        return read_link(text)
    except InvalidValueError as error:
        raise click.BadParameter(str(error)) from error
