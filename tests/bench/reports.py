"""How long the report of a province takes, from the command line to the file."""

from __future__ import annotations

from pathlib import Path

from tests.bench.imports import run_command
from tests.bench.measures import Measure

LIMIT_S = 10.0


def measure_reports(folder: Path) -> list[Measure]:
    """The yearly report of a province of the demo in every format; the demo is made if needed."""
    data_dir = folder / "demo"
    if not (data_dir / "diaban.sqlite").exists():
        run_command(data_dir, "demo")
    measures = []
    for suffix in ("docx", "pdf", "xlsx"):
        out = folder / f"report.{suffix}"
        asked = ("report", "--period", "2026", "--province", "66", "--out", str(out))
        seconds, _megabytes = run_command(data_dir, *asked)
        measures.append(Measure(f"Báo cáo năm của một tỉnh, .{suffix}", seconds, "s", LIMIT_S))
    return measures
