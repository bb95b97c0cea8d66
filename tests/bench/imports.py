"""How long a workbook takes to read and to import, and the memory it needs."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from contextlib import closing
from datetime import date
from pathlib import Path

import numpy as np
from openpyxl import load_workbook
from python_calamine import CalamineWorkbook

from geo.simulation import simulate
from models.session import open_database
from models.viewers import LOCAL_OPERATOR
from tests.bench.measures import Measure
from webapp.services.simulate import demo_periods, load_communes
from webapp.services.simulated_files import write_incidents

SMALL, LARGE = 3_000, 100_000
ROWS_REJECTED = 3


def run_command(data_dir: Path, *arguments: str) -> tuple[float, float]:
    """Run `python -m webapp …` on a data folder; seconds and peak megabytes."""
    environment = {**os.environ, "DIABAN_DATA_DIR": str(data_dir)}
    begun = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp", *arguments],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _pid, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - begun
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, ROWS_REJECTED):
        raise RuntimeError(f"python -m webapp {' '.join(arguments)}: exit {process.returncode}")
    return seconds, usage.ru_maxrss / 1024


def measure_imports(folder: Path, shared: Path, today: date) -> list[Measure]:
    """Import 3,000 and 100,000 rows into a fresh site; read 100,000 two ways."""
    site = folder / "site"
    run_command(site, "init")
    small = _workbook(site, folder / "vu_viec_3000.xlsx", SMALL, today)
    large = _workbook(site, folder / "vu_viec_100000.xlsx", LARGE, today)
    sample = shared / "samples" / "seed1" / "vu_viec.xlsx"
    given = [("vu_viec.xlsx mẫu, 3.000 dòng", sample)] if sample.is_file() else []

    measures = []
    for what, path in [*given, ("sổ mô phỏng, 3.000 dòng", small)]:
        seconds, _megabytes = _import(folder, site, path)
        measures.append(Measure(f"Nạp {what}", seconds, "s", 5))
    seconds, megabytes = _import(folder, site, large)
    measures.append(Measure("Nạp sổ mô phỏng, 100.000 dòng", seconds, "s", 25))
    measures.append(Measure("Bộ nhớ cao nhất khi nạp 100.000 dòng", megabytes, "MB", 1_000))
    return [*measures, *_readers(large)]


def _workbook(site: Path, path: Path, n: int, today: date) -> Path:
    database = open_database(f"sqlite:///{site / 'diaban.sqlite'}")
    communes = load_communes(database, LOCAL_OPERATOR)
    database.close()
    rng = np.random.default_rng(1)
    world = simulate(rng, communes, demo_periods(today), today, n_incidents=n)
    write_incidents(world.incidents, path, rng, today)
    return path


def _import(folder: Path, site: Path, path: Path) -> tuple[float, float]:
    fresh = folder / "fresh"
    shutil.copytree(site, fresh)
    try:
        return run_command(fresh, "import", "incidents", str(path))
    finally:
        shutil.rmtree(fresh)


def _readers(path: Path) -> list[Measure]:
    begun = time.perf_counter()
    with CalamineWorkbook.from_path(path) as book:
        rows = book.get_sheet_by_index(0).to_python()
    calamine_s = time.perf_counter() - begun
    begun = time.perf_counter()
    with closing(load_workbook(path, read_only=True)) as book:
        n = sum(1 for _row in book.worksheets[0].iter_rows())
    openpyxl_s = time.perf_counter() - begun
    if n != len(rows):
        raise RuntimeError(f"openpyxl read {n} rows, calamine {len(rows)}")
    return [
        Measure("Chỉ đọc 100.000 dòng bằng calamine", calamine_s, "s"),
        Measure("Chỉ đọc 100.000 dòng bằng openpyxl", openpyxl_s, "s"),
        Measure("openpyxl chậm hơn calamine", openpyxl_s / calamine_s, "lần"),
    ]
