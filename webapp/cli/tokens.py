"""Commands about API tokens: what a program reads with, in the name of an account."""

from __future__ import annotations

import click

from models.viewers import LOCAL_OPERATOR, Role, Scope, ScopeKind
from webapp.cli.opening import now, opened_database, read_settings
from webapp.labels import vn_date
from webapp.services.tokens import (
    DEFAULT_DAYS,
    LAYERS,
    MOST_DAYS,
    WantedToken,
    add_service_token,
    list_tokens,
    revoke_token,
)
from webapp.token_words import state_words


@click.group(help="Mã truy cập (API token): tạo, liệt kê, thu hồi.")
def token() -> None:
    """Group of the commands about tokens."""


@token.command(help="Tạo mã truy cập; mã là từ cuối cùng được in và chỉ in một lần.")
@click.option("--user", "username", required=True, help="Tài khoản; chưa có thì tạo loại dịch vụ.")
@click.option("--role", type=click.Choice([r.value for r in Role]), required=True)
@click.option("--province", "provinces", multiple=True, help="Mã tỉnh trong phạm vi.")
@click.option("--commune", help="Mã xã trong phạm vi.")
@click.option(
    "--layer", "layers", multiple=True, type=click.Choice(LAYERS), help="Chỉ lớp này; lặp lại được."
)
@click.option("--name", "purpose", default="Dòng lệnh", help="Mã dùng vào việc gì.")
@click.option("--days", default=DEFAULT_DAYS, show_default=True, type=click.IntRange(1, MOST_DAYS))
def add(
    *,
    username: str,
    role: str,
    provinces: tuple[str, ...],
    commune: str | None,
    layers: tuple[str, ...],
    purpose: str,
    days: int,
) -> None:
    """Make a token, and a service account where there is none of that name."""
    if provinces and commune is not None:
        raise click.UsageError("Chỉ dùng một trong --province và --commune.")
    wanted = WantedToken(purpose, Role(role), _scope(provinces, commune), layers, days)
    with opened_database(read_settings()) as database:
        text, made = add_service_token(database, LOCAL_OPERATOR, username, wanted, now())
    if made:
        click.echo(f"Đã tạo tài khoản dịch vụ «{username}»; không đăng nhập được bằng mật khẩu.")
    click.echo(f"Mã truy cập dùng {days} ngày, hãy chép ngay vì không xem lại được: {text}")


def _scope(provinces: tuple[str, ...], commune: str | None) -> Scope | None:
    """What was asked for; None is the account's own scope."""
    if commune is not None:
        return Scope.commune(commune)
    return Scope.provinces(*provinces) if provinces else None


@token.command("list", help="Liệt kê mã truy cập, mới nhất trước.")
@click.option("--user", "username", help="Chỉ của tài khoản này.")
def list_(username: str | None) -> None:
    """One line a token."""
    moment = now()
    with opened_database(read_settings()) as database:
        for each in list_tokens(database, LOCAL_OPERATOR, username):
            area = "cả nước"
            if each.scope.kind is not ScopeKind.NATION:
                area = f"{each.scope.kind} {', '.join(sorted(each.scope.codes))}"
            used = (
                "chưa dùng" if each.last_used_on is None else f"dùng {vn_date(each.last_used_on)}"
            )
            state = state_words(each, moment)
            told = (each.short_id, each.owner, each.role, area, ",".join(each.layers) or "mọi lớp")
            click.echo("\t".join((*told, state, used, " ".join(each.name.split()))))


@token.command(help="Thu hồi một mã truy cập; ID là tám chữ sau «diaban_».")
@click.argument("short_id", metavar="ID")
def revoke(short_id: str) -> None:
    """Let a token open nothing any more."""
    with opened_database(read_settings()) as database:
        revoked = revoke_token(database, LOCAL_OPERATOR, short_id, now())
    click.echo(f"Đã thu hồi mã truy cập «{revoked.short_id}» của «{revoked.owner}».")
