"""Commands about who may sign in and what was done."""

from __future__ import annotations

import click

from models.viewers import LOCAL_OPERATOR, Role, Scope, ScopeKind
from webapp.cli.opening import now, opened_database, read_settings
from webapp.labels import vn_moment
from webapp.security import hash_password
from webapp.services import second_factor
from webapp.services.accounts import (
    AccountState,
    account_state,
    add_account,
    disable_account,
    enable_account,
    list_accounts,
    reset_password,
    set_password,
)


@click.group(help="Tài khoản: thêm, liệt kê, xem, khóa, mở, đặt lại mật khẩu.")
def user() -> None:
    """Group of the account commands."""


@user.command(help="Thêm tài khoản; mật khẩu được hỏi nếu không đưa qua --password.")
@click.argument("username")
@click.option("--role", type=click.Choice([r.value for r in Role]), required=True)
@click.option("--province", "provinces", multiple=True, help="Mã tỉnh trong phạm vi.")
@click.option("--commune", help="Mã xã trong phạm vi.")
@click.option("--name", "display_name", help="Tên hiển thị của tài khoản.")
@click.option("--password", help="Mật khẩu, tối thiểu 12 ký tự.")
def add(
    *,
    username: str,
    role: str,
    provinces: tuple[str, ...],
    commune: str | None,
    display_name: str | None,
    password: str | None,
) -> None:
    """Add an account with a role and a scope."""
    given = password or _asked_for("Mật khẩu")
    with opened_database(read_settings()) as database:
        add_account(
            database,
            LOCAL_OPERATOR,
            username=username,
            display_name=display_name or username,
            password=given,
            role=Role(role),
            scope=_scope(Role(role), provinces, commune),
            at=now(),
            hash_password=hash_password,
        )
    click.echo(f"Đã thêm tài khoản «{username}» với vai trò {role}.")


def _asked_for(what: str) -> str:
    again = "Nhập lại để xác nhận"
    return str(click.prompt(what, hide_input=True, confirmation_prompt=again))


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
            state = "đã khóa" if account.disabled else "đang dùng"
            click.echo(f"{account.username}\t{account.role}\t{_area(account.scope)}\t{state}")


def _area(scope: Scope) -> str:
    if scope.kind is ScopeKind.NATION:
        return "cả nước"
    return f"{scope.kind} {', '.join(sorted(scope.codes))}"


@user.command(help="Xem một tài khoản: trạng thái, xác thực hai lớp, nơi đang đăng nhập.")
@click.argument("username")
def show(username: str) -> None:
    """Print what is known of an account; never a secret."""
    with opened_database(read_settings()) as database:
        state = account_state(database, LOCAL_OPERATOR, username, now())
    for line in _told(state):
        click.echo(line)


def _told(state: AccountState) -> list[str]:
    account, factor = state.account, state.factor
    guarded = factor is not None and factor.guards
    left = factor.codes_left if factor is not None else 0
    once = account.one_time_until
    return [
        f"Tài khoản: {account.username} ({account.display_name})",
        f"Vai trò: {account.role}; phạm vi: {_area(account.scope)}",
        f"Trạng thái: {'đã khóa' if account.disabled else 'đang dùng'}",
        f"Xác thực hai lớp: {f'đang bật, còn {left} mã dự phòng' if guarded else 'chưa bật'}",
        *([f"Mật khẩu cấp một lần, dùng đến {vn_moment(once)}"] if once is not None else []),
        f"Đang đăng nhập ở {len(state.sign_ins)} nơi",
        *(
            f"  {each.address}\t{each.browser}\tdùng lần cuối {vn_moment(each.seen_at)}"
            for each in state.sign_ins
        ),
    ]


@user.command(help="Đặt mật khẩu: hỏi mật khẩu mới, hoặc cấp mật khẩu dùng một lần.")
@click.argument("username")
@click.option("--one-time", is_flag=True, help="In mật khẩu dùng một lần, phải đổi khi đăng nhập.")
@click.option("--password", help="Mật khẩu mới; không đưa thì được hỏi.")
def password(*, username: str, one_time: bool, password: str | None) -> None:
    """Give an account another password; its sign-ins end. The last word printed is it."""
    with opened_database(read_settings()) as database:
        if one_time:
            given = reset_password(database, LOCAL_OPERATOR, username, now())
            click.echo(f"Mật khẩu dùng một lần của «{username}» (trong 7 ngày): {given}")
            return
        new = password or _asked_for("Mật khẩu mới")
        set_password(database, LOCAL_OPERATOR, username, new, now())
    click.echo(f"Đã đổi mật khẩu của «{username}»; các nơi đang đăng nhập đã được đăng xuất.")


@user.command("reset-2fa", help="Gỡ xác thực hai lớp của người mất điện thoại và mã dự phòng.")
@click.argument("username")
def reset_2fa(username: str) -> None:
    """Take the second factor from an account; its sign-ins end."""
    with opened_database(read_settings()) as database:
        second_factor.reset(database, LOCAL_OPERATOR, username, now())
    click.echo(f"Đã gỡ xác thực hai lớp của «{username}».")


@user.command(help="Mở lại một tài khoản đã khóa.")
@click.argument("username")
def enable(username: str) -> None:
    """Open a shut account again."""
    with opened_database(read_settings()) as database:
        enable_account(database, LOCAL_OPERATOR, username, now())
    click.echo(f"Đã mở lại tài khoản «{username}».")


@user.command(help="Khóa một tài khoản.")
@click.argument("username")
def disable(username: str) -> None:
    """Disable an account; nothing it did is removed."""
    with opened_database(read_settings()) as database:
        disable_account(database, LOCAL_OPERATOR, username)
    click.echo(f"Đã khóa tài khoản «{username}».")
