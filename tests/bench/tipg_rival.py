"""tipg, an OGC API server made for PostGIS, on the same database: what there is to compare with."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from tests.bench.pages import wait_until_up
from tests.postgis import PostgisServer

COLLECTION = "rival.incidents"
_TABLE = (
    "CREATE SCHEMA IF NOT EXISTS rival",
    "CREATE TABLE rival.incidents AS SELECT id, ref, source, occurred_on, date_precision, kind,"
    " side, offenders, detected_by, verified, address_text, home, lon, lat, precision,"
    " commune_code, commune_code_now, geocode_method, geocode_confidence, import_id,"
    " ST_SetSRID(ST_MakePoint(lon, lat), 4326)::geometry(Point, 4326) AS geom FROM incidents",
    "ALTER TABLE rival.incidents ADD PRIMARY KEY (id)",
    "CREATE INDEX ON rival.incidents USING gist (geom)",
    "ANALYZE rival.incidents",
)
"""What tipg reads: the columns that the site gives out too, as it likes them best."""


@dataclass(frozen=True, slots=True)
class Rival:
    """A running tipg."""

    address: str
    pid: int


@contextmanager
def tipg(server: PostgisServer, name: str) -> Iterator[Rival]:
    """Serve the incidents of a database with tipg, of one process like the site."""
    server.execute(*_TABLE, name=name)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    host = quote(str(server.folder), safe="")
    settings = {
        "DATABASE_URL": f"postgresql://postgres@{host}/{name}",
        "TIPG_DB_SCHEMAS": '["rival"]',
        "TIPG_MAX_FEATURES_PER_QUERY": "1000000",
    }
    process = subprocess.Popen(
        [*(sys.executable, "-m", "uvicorn", "tipg.main:app"), "--port", str(port)],
        cwd=Path(__file__).parent,
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_up(address, path="/healthz")
        yield Rival(address, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=20)
        server.execute("DROP SCHEMA rival CASCADE", name=name)
