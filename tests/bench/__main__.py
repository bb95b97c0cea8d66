"""`python -m tests.bench`: measure what was promised, write docs/benchmarks.md."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from models.periods import today
from tests.bench.addresses import measure_addresses
from tests.bench.boundaries import measure_boundaries
from tests.bench.classes import measure_classes
from tests.bench.clusters import measure_clusters
from tests.bench.distributed import measure_distributed
from tests.bench.fates import measure_fates
from tests.bench.imports import measure_imports
from tests.bench.measures import write_table
from tests.bench.pages import measure_pages
from tests.bench.reports import measure_reports
from tests.bench.unit_pages import measure_unit_pages

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "benchmarks.md"


def main() -> None:
    """Measure, print, write; exit code 1 when a promise is not kept."""
    shared = Path(os.environ.get("DIABAN_SHARED", ROOT.parent / "shared"))
    day = today(datetime.now(UTC))
    with TemporaryDirectory() as folder:
        measures = measure_imports(Path(folder), shared, day)
        measures += measure_pages(Path(folder))
        measures += measure_reports(Path(folder))
        measures += measure_classes(Path(folder))
        measures += measure_unit_pages(Path(folder))
        measures += measure_boundaries(Path(folder), shared)
    measures += measure_addresses()
    measures += measure_clusters()
    measures += measure_distributed()
    measures += measure_fates()
    for measure in measures:
        print(measure.row())
    write_table(measures, PAGE, day)
    if any(measure.kept is False for measure in measures):
        sys.exit("Có số đo chưa đạt yêu cầu.")


if __name__ == "__main__":
    main()
