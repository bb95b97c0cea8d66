"""A PostGIS server of one's own: made in a second, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine, text

from models.roles import statements

OWNER, SERVING = "diaban_owner", "diaban_app"
"""Who owns the databases of the tests, and who serves from them: neither is a superuser, both
are held by row-level security like anybody."""

_OPTIONS = "-c listen_addresses='' -c max_connections=40 -k {folder}"
_FORGETFUL = " -F -c full_page_writes=off"


class PostgisUnavailableError(Exception):
    """The server cannot be started here; the message says why."""


@dataclass(frozen=True, slots=True)
class PostgisServer:
    """A running server that listens on a socket in its folder only."""

    folder: Path
    binaries: Path

    def url(self, name: str, role: str = OWNER) -> str:
        """The address of one of its databases for a role."""
        return f"postgresql:///{name}?host={self.folder}&user={role}"

    def execute(self, *commands: str, name: str = "postgres") -> None:
        """Run commands as superuser in a database, outside of any transaction."""
        url = self.url(name, "postgres").replace("postgresql:", "postgresql+psycopg2:")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for command in commands:
                connection.execute(text(command))
        engine.dispose()

    def create_database(self, name: str, template: str | None = None) -> None:
        """Make a database as an administrator is told to, or one like a template."""
        if template is None:
            self.execute(f"CREATE DATABASE {name}")
            self.execute(*statements(name, OWNER, SERVING), name=name)
            return
        like = f"CREATE DATABASE {name} OWNER {OWNER} TEMPLATE {template} STRATEGY file_copy"
        self.execute(like, f"GRANT CONNECT ON DATABASE {name} TO {SERVING}")

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        _run([self.binaries / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop"])
        shutil.rmtree(self.folder, ignore_errors=True)


def start_postgis(*, durable: bool = False) -> PostgisServer:
    """Start a server that, unless it shall be durable, never waits for the disk.

    Raises
    ------
    PostgisUnavailableError
        If PostgreSQL or PostGIS is not installed or the server does not start.
    """
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="diaban-pg-", dir="/tmp"))
    try:
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres", "postgres")
        data = folder / "data"
        initdb = [binaries / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]
        _run([*initdb, "-E", "UTF8", "--locale=C", "--wal-segsize=1"])
        options = _OPTIONS.format(folder=folder) + ("" if durable else _FORGETFUL)
        start = [binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options]
        _run([*start, "start"])
    except PostgisUnavailableError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    return PostgisServer(folder, binaries)


def _binaries() -> Path:
    """Where initdb is, of the newest PostgreSQL that has PostGIS."""
    installed = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/initdb"),
        key=lambda path: float(path.parts[-3]),
        reverse=True,
    )
    if not installed:
        raise PostgisUnavailableError("no initdb under /usr/lib/postgresql")
    for initdb in installed:
        version = initdb.parts[-3]
        if Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
            return initdb.parent
    raise PostgisUnavailableError("PostgreSQL is installed without PostGIS")


def _run(command: list[str | Path]) -> None:
    if os.geteuid() == 0:
        try:
            pwd.getpwnam("postgres")
        except KeyError as error:
            raise PostgisUnavailableError("there is no user postgres") from error
        command = ["runuser", "-u", "postgres", "--", *command]
    # The server outlives pg_ctl and would hold a pipe open: its words go to a file.
    with tempfile.TemporaryFile() as output:
        done = subprocess.run(
            [str(part) for part in command], stdout=output, stderr=output, cwd="/", check=False
        )
        output.seek(0)
        words = output.read().decode(errors="replace").strip()
    if done.returncode != 0:
        raise PostgisUnavailableError(f"{Path(command[-1]).name}: {words[-400:]}")
