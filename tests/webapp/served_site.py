"""A site served by processes of its own, for clients that are no test clients."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import geopandas as gpd
import pyogrio

from models.session import open_database
from models.viewers import LOCAL_OPERATOR, Role
from webapp.services.tokens import WantedToken, add_service_token

STARTED_S = 60


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def command(folder: Path, port: int, processes: int) -> subprocess.Popen[str]:
    own = {"DIABAN_DATA_DIR": str(folder), "DIABAN_PROCESSES": str(processes)}
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DIABAN_")}
    return subprocess.Popen(
        [sys.executable, "-m", "webapp", "serve", "--port", str(port)],
        env=kept | own,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


@contextmanager
def served(folder: Path, port: int, processes: int) -> Iterator[subprocess.Popen[str]]:
    process = command(folder, port, processes)
    try:
        end = time.monotonic() + STARTED_S
        while not answers(port):
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < end, "the site does not answer"
            time.sleep(0.2)
        yield process
    finally:
        process.terminate()
        process.communicate(timeout=30)


def answers(port: int) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


@dataclass(frozen=True, slots=True)
class Asked:
    """A site that answers at an address, and a token of the nation for it."""

    address: str
    token: str

    @property
    def ogc(self) -> str:
        """Where OGC API begins."""
        return f"{self.address}/ogc"

    def json(self, path: str) -> Any:
        """What an address answers, as JSON."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        with urlopen(
            Request(f"{self.address}{path}", headers=headers), timeout=STARTED_S
        ) as answer:
            return json.load(answer)

    def live(self, layer: str, **options: Any) -> gpd.GeoDataFrame:
        """A collection as GDAL reads it, page by page."""
        source = f"OAPIF:{self.ogc}"
        signed = {"USERPWD": f"token:{self.token}"}
        return pyogrio.read_dataframe(source, layer=layer, **signed, **options)


@contextmanager
def asked_site(folder: Path, role: Role) -> Iterator[Asked]:
    """Serve the database of a folder, with a token of a role for programs."""
    database = open_database(f"sqlite:///{folder / 'diaban.sqlite'}")
    wanted = WantedToken("Chương trình", role)
    token, _ = add_service_token(
        database, LOCAL_OPERATOR, f"chuong_trinh_{role}", wanted, datetime.now(UTC)
    )
    database.close()
    port = free_port()
    with served(folder, port, 1):
        yield Asked(f"http://127.0.0.1:{port}", token)
