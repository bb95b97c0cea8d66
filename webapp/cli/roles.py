"""The command about the roles of PostgreSQL, and the warning where a wrong one serves."""

from __future__ import annotations

import logging

import click

from models import roles
from models.session import Database, open_database
from webapp.cli.opening import read_settings

_BEFORE = """\
-- Người quản trị PostgreSQL (superuser) chạy một lần, ngay trong cơ sở dữ liệu «{database}»:
--   python -m webapp database-roles | psql -d {database} -v ON_ERROR_STOP=1
-- Chạy lại không thay đổi gì; hãy chạy lại sau mỗi lần nâng cấp PostGIS.
-- Đặt mật khẩu riêng trong psql: \\password {owner} rồi \\password {serving}"""

_AFTER = """\
-- Sau đó đặt:
--   DIABAN_MIGRATION_URL=postgresql://{owner}:...@máy/{database}
--   DIABAN_DATABASE_URL=postgresql://{serving}:...@máy/{database}
-- rồi chạy: python -m webapp init"""


@click.command(help="In (không chạy) các lệnh tạo vai trò PostgreSQL cho chủ bảng và phục vụ.")
@click.option("--database", help="Tên cơ sở dữ liệu; mặc định lấy từ DIABAN_DATABASE_URL.")
@click.option("--owner", default="diaban_owner", show_default=True, help="Vai trò chủ bảng.")
@click.option("--serving", default="diaban_app", show_default=True, help="Vai trò phục vụ.")
@click.option("--check", is_flag=True, help="Chỉ xem vai trò đang dùng có đúng không.")
def database_roles(database: str | None, owner: str, serving: str, check: bool) -> None:
    """Print what a superuser runs once, or tell how the role of the site stands."""
    opened = open_database(read_settings().database_url)
    try:
        if check:
            _tell_standing(opened)
            return
        name = database or opened.postgis_name or "diaban"
    finally:
        opened.close()
    commands = roles.statements(name, owner, serving)
    names = {"database": name, "owner": owner, "serving": serving}
    click.echo(_BEFORE.format(**names))
    for command in commands:
        click.echo(f"{command};")
    click.echo(_AFTER.format(**names))


def warn_of_role(database: Database) -> None:
    """Tell the log, where the site is started too, what is wrong with the role that serves it."""
    for sentence in roles.warnings_of(roles.role_standing(database)):
        logging.getLogger(__name__).warning(sentence)


def _tell_standing(database: Database) -> None:
    standing = roles.role_standing(database)
    if standing is None:
        click.echo("Cơ sở dữ liệu là SQLite: không có vai trò; chương trình tự giữ phạm vi.")
        return
    found = roles.warnings_of(standing)
    for sentence in found:
        click.echo(sentence)
    if not found:
        click.echo(f"Vai trò «{standing.name}» đúng là vai trò phục vụ.")
