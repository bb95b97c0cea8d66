"""`python -m tests.bench.analysts`: exports and the OGC API, beside tipg on the same PostGIS."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from models.periods import today
from tests.bench.imports import run_command
from tests.bench.map_site import make_site
from tests.bench.measures import Measure, conclude
from tests.bench.served_process import Answer, ServedProcess, served_process
from tests.bench.tipg_rival import COLLECTION, tipg
from tests.postgis import SERVING, start_postgis

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
ROUNDS = 5
BOXES, SIDE_DEG = 200, 1.0
ALL = "/export/incidents.geojson?from=1990-01-01"
ITEMS = "/ogc/collections/incidents/items?limit=1000&bbox={box}"
COMMUNES = "/export/communes.gpkg"
_RIVAL = f"/collections/{COLLECTION}/items?f=geojson"


def main() -> None:
    """Measure, print, write; exit code 1 when a promise is not kept."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, help="keeps the site between measurements")
    asked = parser.parse_args()
    with TemporaryDirectory() as passing:
        measures = measure_analysts(asked.folder or Path(passing))
    conclude(PAGE, "analysts", measures, today(datetime.now(UTC)))


def measure_analysts(folder: Path) -> list[Measure]:
    """All of it, on a site of 100,000 incidents in `folder`."""
    site = folder / "site"
    if not site.exists():
        make_site(site)
    token = _token(site)
    with served_process({"DIABAN_DATA_DIR": str(site)}, token) as ours:
        measures = _of_site("SQLite", ours)
    server = start_postgis()
    try:
        server.create_database("moved")
        source = f"sqlite:///{site / 'diaban.sqlite'}"
        run_command(site, "copy", "--from", source, "--to", server.url("moved"))
        server.execute("ANALYZE", name="moved")
        moved = server.url("moved", SERVING)
        with (
            served_process(
                {"DIABAN_DATA_DIR": str(site), "DIABAN_DATABASE_URL": moved}, token
            ) as ours,
            tipg(server, "moved") as rival,
        ):
            measures += _of_site("PostGIS", ours)
            measures += _beside(ours, ServedProcess(rival.address, rival.pid, {}))
    finally:
        server.stop()
    return measures


def _of_site(where: str, ours: ServedProcess) -> list[Measure]:
    """What is promised of one database."""
    ours.ask(ALL)  # what is read once, as the list of communes, is no part of an export
    idle_mb = ours.forget_peak()
    answers = _rounds(lambda: ours.ask(ALL))
    grown_mb = ours.peak() - idle_mb
    return [
        Measure(
            f"{where}: 100.000 vụ thành GeoJSON",
            *(_features_a_second(answers), "đối tượng/s", 50_000),
            at_least=True,
        ),
        Measure(f"{where}: – byte đầu tiên", 1000 * _middle(answers).first_s, "ms", 200),
        Measure(f"{where}: – bộ nhớ máy chủ thêm", grown_mb, "MB", 150),
        Measure(f"{where}: – bộ nhớ máy chủ lúc nghỉ", idle_mb, "MB"),
        Measure(f"{where}: items có bbox, limit 1.000, p95", _p95_ms(ours, ITEMS), "ms", 60),
        Measure(
            f"{where}: GeoPackage mọi xã cả nước kèm phân loại",
            *(_middle(_rounds(lambda: ours.ask(COMMUNES), 3)).whole_s, "s", 10),
        ),
    ]


def _beside(ours: ServedProcess, rival: ServedProcess) -> list[Measure]:
    """The same questions to both, in turns: what the other takes, and how many times ours."""
    everything = f"{_RIVAL}&limit=1000000"
    pairs = [(ours.ask(ALL), rival.ask(everything)) for _ in range(ROUNDS)]
    here, there = (_middle([pair[n] for pair in pairs]) for n in (0, 1))
    items = f"{_RIVAL}&limit=1000&bbox={{box}}"
    here_ms, there_ms = _p95_ms(ours, ITEMS), _p95_ms(rival, items)
    idle_mb = rival.forget_peak()
    rival.ask(everything)
    return [
        Measure("tipg: 100.000 vụ thành GeoJSON", there.n_features / there.whole_s, "đối tượng/s"),
        Measure("– chậm hơn Địa Bàn", there.whole_s / here.whole_s, "lần"),
        Measure("tipg: byte đầu tiên", 1000 * there.first_s, "ms"),
        Measure("tipg: bộ nhớ máy chủ thêm", rival.peak() - idle_mb, "MB"),
        Measure("tipg: items có bbox, limit 1.000, p95", there_ms, "ms"),
        Measure("– chậm hơn Địa Bàn", there_ms / here_ms, "lần"),
    ]


def _p95_ms(server: ServedProcess, path: str) -> float:
    """Boxes of one degree around where incidents are, one after another."""
    draw, connection = random.Random(5), server.connect()
    boxes = [_box(draw) for _ in range(BOXES)]
    server.ask(path.format(box=boxes[0]), connection)
    took = sorted(server.ask(path.format(box=box), connection).whole_s for box in boxes)
    return 1000 * took[int(BOXES * 0.95)]


def _box(draw: random.Random) -> str:
    lon, lat = draw.choice(
        [(105.4, 20.7), (106.3, 10.5), (105.6, 9.8), (107.5, 16.0), (104.5, 21.5)]
    )
    west, south = lon + draw.uniform(-0.5, 0.5), lat + draw.uniform(-0.5, 0.5)
    return f"{west:.3f},{south:.3f},{west + SIDE_DEG:.3f},{south + SIDE_DEG:.3f}"


def _rounds(ask: Callable[[], Answer], times: int = ROUNDS) -> list[Answer]:
    return [ask() for _ in range(times)]


def _middle(answers: list[Answer]) -> Answer:
    return sorted(answers, key=lambda each: each.whole_s)[len(answers) // 2]


def _features_a_second(answers: list[Answer]) -> float:
    found = _middle(answers)
    return found.n_features / found.whole_s


def _token(site: Path) -> str:
    """A token of a program that plans for the nation."""
    made = subprocess.run(
        [
            *(sys.executable, "-m", "webapp", "token", "add"),
            *("--user", "may-do", "--role", "planner"),
        ],
        env={**os.environ, "DIABAN_DATA_DIR": str(site)},
        capture_output=True,
        text=True,
        check=True,
    )
    return made.stdout.split()[-1]


if __name__ == "__main__":
    main()
