"""Commands that make a site: init and demo."""

from __future__ import annotations

import secrets

import click

from models import schema
from models.session import Database, open_database
from models.viewers import LOCAL_OPERATOR
from webapp.cli.opening import now, read_settings
from webapp.production import ACCOUNTS_FILE
from webapp.security import hash_password
from webapp.services.boundaries import ensure_shipped
from webapp.services.simulate import build_demo


@click.command(help="Tạo cơ sở dữ liệu rỗng hoặc nâng cấp cơ sở dữ liệu đã có.")
def init() -> None:
    """Create or upgrade the schema and install the shipped boundaries."""
    settings = read_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.owner_url)
    try:
        fresh = _prepare(database)
    finally:
        database.close()
    click.echo(f"Cơ sở dữ liệu đã sẵn sàng: {database.shown_url}")
    if fresh:
        click.echo("Ranh giới đang dùng là gần đúng; cài ranh giới chính thức bằng:")
        click.echo("  python -m webapp boundaries install NGUỒN")


def _prepare(database: Database) -> bool:
    """Bring the schema about; whether the shipped map was installed just now."""
    schema.create_or_upgrade(database)
    return ensure_shipped(database, LOCAL_OPERATOR) is not None


@click.command(help="Dựng cơ sở dữ liệu mô phỏng cho năm tỉnh, kèm tài khoản dùng thử.")
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0))
def demo(seed: int) -> None:
    """Build a new simulated database; one that holds anything is never replaced."""
    settings = read_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = open_database(settings.owner_url)
    try:
        _prepare(database)
        accounts = build_demo(
            database,
            LOCAL_OPERATOR,
            seed=seed,
            at=now(),
            hash_password=hash_password,
            new_password=lambda: secrets.token_urlsafe(9),
            tell=lambda line: click.echo(line, err=True),
        )
    finally:
        database.close()
    lines = [f"account: {a.role} {a.username} {a.password}" for a in accounts]
    shown = settings.data_dir / ACCOUNTS_FILE
    shown.touch(mode=0o600)
    shown.write_text("\n".join(lines) + "\n", "utf-8")
    for line in lines:
        click.echo(line)
