"""DBSCAN beside plain scikit-learn and PostGIS: time, memory, the same partition.

`python -m tests.bench.clusters` measures this alone; `make bench` with the rest.
Every rival reads the same points from a file in a process of its own, loads its
libraries, answers a small question, and only then starts the clock.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from geo.clusters import dbscan_labels
from geo.crs import BoolArray, FloatArray, IntArray
from tests.bench.measures import Measure, machine, write_section
from tests.postgis import PostgisUnavailableError, start_postgis

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"
EPS_M, MIN_SAMPLES, SEED = 200.0, 10, 3
MANY, HEAP, ON_ONE_POINT = 1_000_000, 100_000, 20_000
ROUNDS, WARM_UP = 3, 12_000
COMMUNES, CENTRES = 3_321, 5
EXTENT_M = ((200_000.0, 900_000.0), (950_000.0, 2_580_000.0))
"""Eastings and northings of Viet Nam in zone 48 of UTM."""

SPREADS_M, SHARES = (80.0, 400.0, 3_000.0), (0.4, 0.3, 0.3)
SHARE_ON_ONE_POINT = 0.02


@dataclass(frozen=True, eq=False)
class _Answer:
    """What a rival said and what it took."""

    labels: IntArray
    core: BoolArray
    seconds: float
    megabytes: float
    loaded_megabytes: float


def draw_points(n: int, seed: int) -> tuple[FloatArray, FloatArray]:
    """Draw n projected points, x and y in metres: five centres a commune, three spreads.

    Communes lie anywhere in the extent of Viet Nam, their centres normally
    spread 3 km around; a point falls on any centre with a spread of 80, 400 or
    3,000 m; 2 % of the points are moved to one place.
    """
    rng = np.random.default_rng(seed)
    communes = np.column_stack([rng.uniform(*side, COMMUNES) for side in EXTENT_M])
    centres = np.repeat(communes, CENTRES, axis=0)
    centres += rng.normal(0, 3_000, centres.shape)
    points = centres[rng.integers(0, len(centres), n)]
    points += rng.normal(0, 1, (n, 2)) * rng.choice(SPREADS_M, (n, 1), p=SHARES)
    points[rng.permutation(n)[: int(n * SHARE_ON_ONE_POINT)]] = centres[0]
    return points[:, 0].copy(), points[:, 1].copy()


def measure_clusters() -> list[Measure]:
    """Run all rivals on the same points, write the table, return what was promised."""
    with TemporaryDirectory() as folder:
        points, heap = Path(folder, "points.npy"), Path(folder, "heap.npy")
        np.save(points, np.column_stack(draw_points(MANY, SEED)))
        np.save(heap, _heap())
        ours = _median([_run("diaban", points) for _ in range(ROUNDS)])
        theirs = {name: _run(name, points) for name in ("sklearn", "postgis")}
        small = _median([_run("diaban", heap) for _ in range(ROUNDS)])
        xy = np.load(points)
    found = {name: answer for name, answer in theirs.items() if answer.labels.size}
    measures = [*_promises(xy, ours, found), *_promises_of_heap(small)]
    write_section(PAGE, "clusters", _table(measures))
    return measures


def _heap() -> FloatArray:
    points = np.column_stack(draw_points(HEAP, SEED))
    points[:ON_ONE_POINT] = points[0]
    return points


def _median(answers: list[_Answer]) -> _Answer:
    return sorted(answers, key=lambda answer: answer.seconds)[len(answers) // 2]


def _run(rival: str, points: Path) -> _Answer:
    """Let a rival answer in a process of its own."""
    out = points.with_suffix(f".{rival}.npz")
    command = [sys.executable, "-m", "tests.bench.clusters", rival, str(points), str(out)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    with np.load(out) as found:
        return _Answer(found["labels"], found["core"], *json.loads(done.stdout.splitlines()[-1]))


def _promises(xy: FloatArray, ours: _Answer, found: dict[str, _Answer]) -> list[Measure]:
    measures = [
        Measure("DBSCAN, 1.000.000 điểm", ours.seconds, "s"),
        Measure("– bộ nhớ cao nhất của tiến trình", ours.megabytes, "MB"),
    ]
    for rival, answer in found.items():
        name = {"sklearn": "scikit-learn", "postgis": "PostGIS"}[rival]
        ratio = answer.seconds / ours.seconds
        measures += [
            Measure(f"{name}, cùng điểm", answer.seconds, "s"),
            Measure(f"– {name} chậm hơn", ratio, "lần", 25, at_least=True),
            Measure(f"– điểm khác phân cụm {name}", differences(xy, ours, answer), "điểm", 0),
        ]
    if "sklearn" in found:
        least = found["sklearn"].megabytes
        measures += [
            Measure("– bộ nhớ cao nhất của scikit-learn", least, "MB"),
            Measure("– bộ nhớ so với scikit-learn", 100 * ours.megabytes / least, "%", 20),
        ]
    return measures


def _promises_of_heap(heap: _Answer) -> list[Measure]:
    return [
        Measure("100.000 vụ, 20.000 vụ cùng một điểm", heap.seconds, "s", 1),
        Measure("– bộ nhớ cao nhất của tiến trình", heap.megabytes, "MB", 300),
    ]


def differences(xy: FloatArray, ours: _Answer, theirs: _Answer) -> int:
    """Points that two partitions disagree on; a border point may choose among its claimants."""
    from scipy.spatial import cKDTree

    core = ours.core
    wrong = (ours.labels < 0) != (theirs.labels < 0)
    wrong |= core != theirs.core if theirs.core.size else False
    named = _names(ours.labels[core], theirs.labels[core])
    back = _names(theirs.labels[core], ours.labels[core])
    if named is None or back is None:
        return int(core.sum())
    border = np.flatnonzero(~core & (ours.labels >= 0) & (theirs.labels >= 0))
    chosen = np.array([back.get(int(label), -1) for label in theirs.labels[border]])
    other = border[chosen != ours.labels[border]]
    chosen = chosen[chosen != ours.labels[border]]
    near = cKDTree(xy[core]).query_ball_point(xy[other], EPS_M) if other.size else []
    labels = ours.labels[core]
    unfit = sum(label not in labels[at] for at, label in zip(near, chosen, strict=True))
    return int(wrong.sum()) + unfit


def _names(ours: IntArray, theirs: IntArray) -> dict[int, int] | None:
    """The label of the others for each of ours; None if one of ours has several."""
    pairs = np.unique(np.column_stack((ours, theirs)), axis=0)
    named = {int(a): int(b) for a, b in pairs}
    return named if len(named) == len(pairs) else None


def _table(measures: list[Measure]) -> list[str]:
    return [
        f"eps {EPS_M:.0f} m, min_samples {MIN_SAMPLES}, hạt giống {SEED}, trung vị {ROUNDS} lần; "
        f"đo trên {machine()}.",
        "",
        "| Việc | Đo được | Yêu cầu | |",
        "|---|---|---|---|",
        *(measure.row() for measure in measures),
    ]


def _answer(rival: str, source: Path, out: Path) -> None:
    """Be a rival: read, warm up, answer, say what it took."""
    xy = np.load(source)
    solve = _RIVALS[rival]
    if rival != "postgis":
        solve(xy[:WARM_UP])
    loaded = _peak_mb()
    labels, core, seconds = solve(xy)
    peak = _peak_mb()
    np.savez(out, labels=labels, core=core)
    print(json.dumps([seconds, peak, loaded]))


def _by_us(xy: FloatArray) -> tuple[IntArray, BoolArray, float]:
    begun = time.perf_counter()
    found = dbscan_labels(xy[:, 0], xy[:, 1], eps_m=EPS_M, min_samples=MIN_SAMPLES)
    return found.labels, found.core, time.perf_counter() - begun


def _by_sklearn(xy: FloatArray) -> tuple[IntArray, BoolArray, float]:
    from sklearn.cluster import DBSCAN

    begun = time.perf_counter()
    found = DBSCAN(eps=EPS_M, min_samples=MIN_SAMPLES).fit(xy)
    seconds = time.perf_counter() - begun
    core = np.zeros(len(xy), dtype=bool)
    core[found.core_sample_indices_] = True
    return found.labels_, core, seconds


def _by_postgis(xy: FloatArray) -> tuple[IntArray, BoolArray, float]:
    """No cores are told; without a server there is no answer."""
    import psycopg2

    try:
        server = start_postgis()
    except PostgisUnavailableError:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=bool), 0.0
    try:
        server.create_database("clusters")
        with psycopg2.connect(server.url("clusters")) as connection, connection.cursor() as ask:
            ask.execute("set work_mem = '512MB'")
            ask.execute("create temp table raw (id int, x float8, y float8)")
            rows = BytesIO()
            np.savetxt(rows, np.column_stack((np.arange(len(xy)), xy)), "%d\t%.17g\t%.17g")
            rows.seek(0)
            ask.copy_expert("copy raw from stdin", rows)
            ask.execute("create temp table p as select id, st_point(x, y, 32648) g from raw")
            begun = time.perf_counter()
            ask.execute(
                "create temp table found as select id,"
                f" st_clusterdbscan(g, {EPS_M}, {MIN_SAMPLES}) over () as label from p"
            )
            seconds = time.perf_counter() - begun
            ask.execute("select coalesce(label, -1) from found order by id")
            labels = np.array(ask.fetchall(), dtype=np.int64)[:, 0]
    finally:
        server.stop()
    return labels, np.empty(0, dtype=bool), seconds


_RIVALS: dict[str, Callable[[FloatArray], tuple[IntArray, BoolArray, float]]] = {
    "diaban": _by_us,
    "sklearn": _by_sklearn,
    "postgis": _by_postgis,
}


def _peak_mb() -> float:
    """Most memory this process has held since it began."""
    held = re.search(r"VmHWM:\s*(\d+)", Path("/proc/self/status").read_text("utf-8"))
    return int(held.group(1)) / 1024 if held else 0.0


if __name__ == "__main__":
    if len(sys.argv) > 1:
        _answer(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        for measure in measure_clusters():
            print(measure.row())
