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

_OPTIONS = "-F -c listen_addresses='' -c full_page_writes=off -c max_connections=40 -k {folder}"


class PostgisUnavailableError(Exception):
    """The server cannot be started here; the message says why."""


@dataclass(frozen=True, slots=True)
class PostgisServer:
    """A running server that listens on a socket in its folder only."""

    folder: Path
    binaries: Path

    def url(self, name: str) -> str:
        """The address of one of its databases."""
        return f"postgresql:///{name}?host={self.folder}&user=postgres"

    def execute(self, statement: str) -> None:
        """Run one statement outside of any transaction."""
        url = self.url("postgres").replace("postgresql:", "postgresql+psycopg2:")
        engine = create_engine(url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def stop(self) -> None:
        """Stop the server and remove its folder."""
        _run([self.binaries / "pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop"])
        shutil.rmtree(self.folder, ignore_errors=True)


def start_postgis() -> PostgisServer:
    """Start a server that forgets durability for speed.

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
        _run([*initdb, "-E", "UTF8", "--locale=C"])
        options = _OPTIONS.format(folder=folder)
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
