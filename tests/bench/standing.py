"""`python -m tests.bench.standing`: the section on classes and reports of docs/benchmarks.md."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench.classes import measure_classes
from tests.bench.measures import machine, write_section
from tests.bench.reports import measure_reports
from tests.bench.unit_pages import measure_unit_pages

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"


def main() -> None:
    """Measure, print, write; exit code 1 when a promise is not kept."""
    with TemporaryDirectory() as folder:
        measures = measure_classes(Path(folder))
        measures += measure_unit_pages(Path(folder))
        measures += measure_reports(Path(folder))
    rows = [measure.row() for measure in measures]
    print("\n".join(rows))
    lines = [f"Đo trên {machine()}.", "", "| Việc | Đo được | Yêu cầu | |", "|---|---|---|---|"]
    write_section(PAGE, "standing", [*lines, *rows])
    sys.exit(any(measure.kept is False for measure in measures))


if __name__ == "__main__":
    main()
