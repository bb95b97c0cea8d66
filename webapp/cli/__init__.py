"""The commands: `python -m webapp …`.

They act as the local operator (whole nation, audited). Exit codes: 0 all went
well, 2 the input or the call cannot be used and nothing was stored, 3 some
rows of a file were rejected, 4 a file was imported but its report or the workbook
of its rejected rows could not be written.
"""

from __future__ import annotations

import gc
import sys
from importlib import import_module

import click

from geo.errors import GeoError
from models.errors import ModelError
from webapp.config import SettingError

UNUSABLE = 2

COMMANDS = {
    "init": "site:init",
    "demo": "site:demo",
    "serve": "serving:serve",
    "boundaries": "maps:boundaries",
    "import": "importing:import_",
    "imports": "import_log:imports",
    "template": "templates:template",
    "geocode": "geocoding:geocode",
    "cluster": "clustering:cluster",
    "analyse": "analysis:analyse",
    "classify": "analysis:classify",
    "export": "exporting:export",
    "report": "reporting:report",
    "copy": "keeping:copy",
    "backup": "keeping:backup",
    "restore": "keeping:restore",
    "database-roles": "roles:database_roles",
    "user": "accounts:user",
    "token": "tokens:token",
    "audit": "auditing:audit",
}
"""Where each command lives: module of this package, and its name there."""


class LazyCommands(click.Group):
    """A group that imports a command when it is called: starting stays quick."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Names in the order of use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """The command of a name, or None."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(f"webapp.cli.{module}"), name)
        return command


@click.group(cls=LazyCommands, help="Địa Bàn: bản đồ điểm, tụ điểm, địa bàn ma túy.")
def commands() -> None:
    """The group that holds every command."""


def look_for_garbage_seldom() -> None:
    """Set the garbage collector to what the commands do.

    Names, polygons and assessments stay until the end: looking through them again and
    again for garbage takes a quarter of the time of placing addresses or of classing.
    """
    gc.set_threshold(50_000, 50, 100)


def main() -> None:
    """Run a command; a known error is one clear line and exit code 2."""
    look_for_garbage_seldom()
    try:
        commands(prog_name="python -m webapp")
    except (GeoError, ModelError, SettingError) as error:
        click.echo(f"Lỗi: {error}", err=True)
        sys.exit(UNUSABLE)
    except OSError as error:
        click.echo(f"Lỗi: {error.strerror or error} ({error.filename or 'hệ thống'}).", err=True)
        sys.exit(UNUSABLE)
