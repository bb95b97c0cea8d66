"""Commands about who may sign in and what was done."""

from __future__ import annotations

import click

from models.viewers import LOCAL_OPERATOR, Role, Scope, ScopeKind
from webapp.cli.opening import now, opened_database, read_settings
from webapp.security import hash_password
from webapp.services.accounts import (
    add_account,
    audit_events,
    disable_account,
    list_accounts,
)


@click.group(help="Tài khoản: thêm, liệt kê, khóa.")
def user() -> None:
    """Group of the account commands."""


@user.command(help="Thêm tài khoản; mật khẩu được hỏi nếu không đưa qua --password.")
@click.argument("username")
@click.option("--role", type=click.Choice([r.value for r in Role]), required=True)
@click.option("--province", "provinces", multiple=True, help="Mã tỉnh trong phạm vi.")
@click.option("--commune", help="Mã xã trong phạm vi.")
@click.option("--name", "display_name", help="Tên hiển thị của tài khoản.")
@click.password_option("--password", help="Mật khẩu, tối thiểu 12 ký tự.")
def add(
    *,
    username: str,
    role: str,
    provinces: tuple[str, ...],
    commune: str | None,
    display_name: str | None,
    password: str,
) -> None:
    """Add an account with a role and a scope."""
    with opened_database(read_settings()) as database:
        add_account(
            database,
            LOCAL_OPERATOR,
            username=username,
            display_name=display_name or username,
            password=password,
            role=Role(role),
            scope=_scope(Role(role), provinces, commune),
            at=now(),
            hash_password=hash_password,
        )
    click.echo(f"Đã thêm tài khoản «{username}» với vai trò {role}.")


def _scope(role: Role, provinces: tuple[str, ...], commune: str | None) -> Scope:
    if role is Role.COMMUNE and commune is None:
        raise click.UsageError("Tài khoản cấp xã cần --commune MÃ.")
    if commune is not None:
        return Scope.commune(commune)
    return Scope.provinces(*provinces) if provinces else Scope.nation()


@user.command("list", help="Liệt kê tài khoản.")
def list_() -> None:
    """One line an account."""
    with opened_database(read_settings()) as database:
        for account in list_accounts(database, LOCAL_OPERATOR):
            area = "cả nước"
            if account.scope.kind is not ScopeKind.NATION:
                area = f"{account.scope.kind} {', '.join(sorted(account.scope.codes))}"
            state = "đã khóa" if account.disabled else "đang dùng"
            click.echo(f"{account.username}\t{account.role}\t{area}\t{state}")


@user.command(help="Khóa một tài khoản.")
@click.argument("username")
def disable(username: str) -> None:
    """Disable an account; nothing it did is removed."""
    with opened_database(read_settings()) as database:
        disable_account(database, LOCAL_OPERATOR, username)
    click.echo(f"Đã khóa tài khoản «{username}».")


@click.command(help="Nhật ký: đăng nhập, nạp, xuất, quyết định.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1))
def audit(limit: int) -> None:
    """Print the latest events, newest first."""
    with opened_database(read_settings()) as database:
        for event in audit_events(database, LOCAL_OPERATOR, limit=limit):
            told = (event.actor, event.action, event.object)
            line = "\t".join(" ".join(text.split()) for text in told)
            click.echo(f"{event.at:%Y-%m-%dT%H:%M:%SZ}\t{line}")
