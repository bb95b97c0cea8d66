"""The command that serves the site."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from threading import Thread

import click

from geo.confinement import hide_memory
from models import roles
from models.session import Database
from models.viewers import LOCAL_OPERATOR
from webapp.app import create_app
from webapp.cli.opening import opened_database, read_settings
from webapp.cli.roles import warn_of_role
from webapp.cli.servers import Place, answer
from webapp.config import Settings
from webapp.production import ACCOUNTS_FILE, refuse_unsafe
from webapp.services.audit_trail import expire_daily
from webapp.services.border_ground import prepare_border
from webapp.services.commune_tiles import prepare_tiles
from webapp.services.map_layers import prepare_shapes
from webapp.services.overview import site_marks
from webapp.services.upload_work import sweep_now_and_then


@click.command(help="Phục vụ trang web.")
@click.option("--host", help="Mặc định 127.0.0.1.")
@click.option("--port", type=click.IntRange(1, 65535), help="Mặc định 8000.")
def serve(host: str | None, port: int | None) -> None:
    """Serve until interrupted."""
    settings = read_settings()
    with opened_database(settings) as database:
        warn_of_role(database)
        refuse_unsafe(settings, _faults_of(database))
        hide_memory()
        app = create_app(settings, database)
        host, port = host or settings.host, port or settings.port
        place = Place(host, port, settings.processes, settings.threads, settings.upload_mb)

        def opened() -> None:
            click.echo(f"Địa Bàn phục vụ tại http://{host}:{port} (Ctrl+C để dừng)")
            _show_demo_accounts(settings)

        work = partial(_work_beside, database, settings)
        answer(app, database, place, opened=opened, work=work)


def _faults_of(database: Database) -> list[str]:
    """What keeps a database from being served in production."""
    faults = list(roles.warnings_of(roles.role_standing(database)))
    if site_marks(database, LOCAL_OPERATOR).simulated:
        faults.append(
            "Cơ sở dữ liệu chứa dữ liệu mô phỏng và tài khoản dùng thử (kể cả khi được chép sang): "
            "dùng một cơ sở dữ liệu mới."
        )
    return faults


def _work_beside(database: Database, settings: Settings) -> None:
    Thread(target=_prepare, args=(database, settings), daemon=True).start()
    Thread(
        target=sweep_now_and_then,
        args=(settings.data_dir / "uploads", partial(datetime.now, UTC)),
        daemon=True,
    ).start()
    Thread(
        target=expire_daily,
        args=(database, settings.audit_days, partial(datetime.now, UTC)),
        daemon=True,
    ).start()


def _prepare(database: Database, settings: Settings) -> None:
    prepare_shapes(database)
    prepare_tiles(database, settings.data_dir / "tiles")
    prepare_border(database)


def _show_demo_accounts(settings: Settings) -> None:
    shown = settings.data_dir / ACCOUNTS_FILE
    if shown.is_file():
        click.echo("Dữ liệu mô phỏng. Tài khoản dùng thử:")
        click.echo(shown.read_text("utf-8").rstrip())
