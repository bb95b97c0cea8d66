"""`python -m tests.bench.store`: a scratch PostGIS, live tiles, the audit trail, a site moved."""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import sync_playwright

from models.audit import record
from models.periods import today
from models.session import Database, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.bench.crowd_site import served
from tests.bench.imports import run_command
from tests.bench.map_site import make_site
from tests.bench.map_speed import asker, random_tile
from tests.bench.measures import Measure, conclude
from tests.bench.pages import CHROMIUM
from tests.conftest import TEMPLATE, migrated_outside
from tests.postgis import SERVING, PostgisServer, start_postgis
from webapp.services.audit_trail import verify_trail

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
EVENTS, BATCH = 100_000, 5_000
TILES = 300
NOW = datetime(2026, 6, 14, 5, tzinfo=UTC)


def main() -> None:
    """Measure, print, write; exit code 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="keeps the site between measurements")
    asked = parser.parse_args()
    with TemporaryDirectory() as passing:
        measures = measure_store(asked.folder or Path(passing))
    conclude(PAGE, "store", measures, today(datetime.now(UTC)))


def measure_store(folder: Path) -> list[Measure]:
    """All of it, on a site of 100,000 incidents in `folder`."""
    site = folder / "site"
    if not site.exists():
        make_site(site)
    server, started_s = _started()
    try:
        url = server.url("moved")
        server.create_database("moved")
        source = f"sqlite:///{site / 'diaban.sqlite'}"
        moved_s = _took(lambda: run_command(site, "copy", "--from", source, "--to", url))
        server.execute("ANALYZE", name="moved")
        database = open_database(url)
        measures = [
            Measure("PostGIS tạm của bộ kiểm thử, đến khi có lược đồ", started_s, "s", 5),
            Measure("`copy` 100.000 vụ từ SQLite sang PostGIS", moved_s, "s"),
            *_tiles(folder, server.url("moved", SERVING)),
            _verified(database),
        ]
        database.close()
    finally:
        server.stop()
    return measures


def _started() -> tuple[PostgisServer, float]:
    begun = time.perf_counter()
    server = start_postgis()
    server.create_database(TEMPLATE)
    migrated_outside(server.url(TEMPLATE))
    return server, time.perf_counter() - begun


def _tiles(folder: Path, url: str) -> list[Measure]:
    """Random tiles of the incidents of the nation over HTTP, one after another."""
    year, measures = today(datetime.now(UTC)).year, []
    with served(folder, url) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        asking = asker(browser, address)
        browser.close()
        for what, first in (("một năm", year - 1), ("mười năm", year - 10)):
            asked = f"province=&from={first}-12-15&to={year}-12-14"
            draw = random.Random(5)
            paths = [f"/tiles/incidents/{random_tile(draw)}.mvt?{asked}" for _ in range(TILES)]
            took = sorted(asking.timed(path) for path in paths)
            name = f"Ô vụ việc toàn quốc từ PostGIS, {what}, p95"
            measures.append(Measure(name, took[int(TILES * 0.95)], "ms"))
    return measures


def _verified(database: Database) -> Measure:
    """The trail checked after so many events."""
    for first in range(0, EVENTS, BATCH):
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            for n in range(first, first + BATCH):
                detail = {"rows": n, "filter": {"province": ["51"]}}
                record(session, LOCAL_OPERATOR, "export", "incidents:51", detail, at=NOW)
    took_s = _took(lambda: verify_trail(database, LOCAL_OPERATOR))
    return Measure(f"Kiểm tra nhật ký {EVENTS:,} sự kiện".replace(",", "."), took_s, "s", 5)


def _took(work: Callable[[], object]) -> float:
    """Seconds of a piece of work."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
