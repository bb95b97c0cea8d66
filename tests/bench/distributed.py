"""DBSCAN of 10,000,000 points on two worker processes, beside the single-machine engine.

`python -m tests.bench.distributed` measures this alone; `make bench` with the rest.
Every run is a process of its own, which prints what it took and a digest of its
labels; meanwhile the resident memory of it and all its children is summed.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import psutil

from geo.clusters import dbscan_labels
from geo.engines import DASK, PACKAGE
from tests.bench.clusters import EPS_M, MIN_SAMPLES, SEED, draw_points
from tests.bench.measures import Measure, machine, write_section

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
FEW, MANY = 1_000_000, 10_000_000
EVERY_S = 0.1


@dataclass(frozen=True, slots=True)
class _Run:
    """What one engine took for a number of points."""

    engine: str
    n_points: int
    seconds: float
    n_clusters: int
    digest: str
    peak_mb: float = 0.0

    @property
    def us_per_point(self) -> float:
        """Cost of a point, the start of the workers included."""
        return self.seconds / self.n_points * 1e6

    def row(self) -> str:
        """A line of the table, in Vietnamese figures."""
        figures = (
            f"{self.seconds:.1f} s",
            f"{self.us_per_point:.2f} µs",
            f"{self.peak_mb:,.0f} MB",
            f"{self.n_clusters:,}",
        )
        return f"| {self.engine} | {_turned(f'{self.n_points:,}')} | " + " | ".join(
            _turned(figure) for figure in figures
        ) + f" | `{self.digest[:12]}` |"  # fmt: skip


def measure_distributed() -> list[Measure]:
    """Run both engines at both sizes, write the table, return what was promised."""
    runs: dict[tuple[str, int], _Run] = {}
    with TemporaryDirectory() as folder:
        for n in (FEW, MANY):
            points = Path(folder, f"{n}.npy")
            np.save(points, draw_points(n, SEED))
            runs |= {(engine, n): _measured(engine, n, points) for engine in (PACKAGE, DASK)}
    write_section(PAGE, "distributed", _table(list(runs.values())))
    few, many = runs[DASK, FEW], runs[DASK, MANY]
    differing = sum(runs[PACKAGE, n].digest != runs[DASK, n].digest for n in (FEW, MANY))
    growth = many.us_per_point / few.us_per_point
    return [
        Measure("Dask, 10.000.000 điểm, 2 tiến trình: thời gian", many.seconds, "s"),
        Measure("Dask, 10.000.000 điểm: bộ nhớ của mọi tiến trình", many.peak_mb, "MB", 8_000),
        Measure("Dask: số lần nhãn khác với một máy", differing, "lần", 0),
        Measure("Dask: chi phí mỗi điểm, 10 triệu so với 1 triệu", growth, "lần", 1.5),
    ]


def _measured(engine: str, n_points: int, points: Path) -> _Run:
    command = [sys.executable, "-m", "tests.bench.distributed", engine, str(points)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        peak, watched = 0, psutil.Process(process.pid)
        while process.poll() is None:
            peak = max(peak, _resident(watched))
            time.sleep(EVERY_S)
        if process.returncode or process.stdout is None:
            raise RuntimeError(f"{engine}, {n_points} points: exit {process.returncode}")
        return _Run(engine, n_points, peak_mb=peak / 1e6, **json.loads(process.stdout.read()))


def _resident(process: psutil.Process) -> int:
    """Bytes of a process and its children; pages they share count for each."""
    total = 0
    try:
        for each in (process, *process.children(recursive=True)):
            total += each.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total


def _run(engine: str, points: Path) -> None:
    x_m, y_m = np.load(points)
    begun = time.perf_counter()
    found = dbscan_labels(x_m, y_m, eps_m=EPS_M, min_samples=MIN_SAMPLES, engine=engine)
    seconds = time.perf_counter() - begun
    digest = hashlib.sha256(found.labels.tobytes() + found.core.tobytes()).hexdigest()
    taken = {"seconds": seconds, "n_clusters": found.n_clusters, "digest": digest}
    print(json.dumps(taken))


def _table(runs: list[_Run]) -> list[str]:
    return [
        f"eps {EPS_M:.0f} m, min_samples {MIN_SAMPLES}, hạt giống {SEED}; đo trên {machine()}.",
        "",
        "| Bộ máy | Số điểm | Thời gian | Mỗi điểm | Bộ nhớ cao nhất | Số cụm | Dấu của nhãn |",
        "|---|---|---|---|---|---|---|",
        *(run.row() for run in runs),
    ]


def _turned(figure: str) -> str:
    return figure.translate(str.maketrans(",.", ".,"))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _run(sys.argv[1], Path(sys.argv[2]))
    else:
        for measure in measure_distributed():
            print(measure.row())
