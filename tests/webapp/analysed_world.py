"""The small world as a run finds it: workbooks read in, then analysed on one day."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from geo.records import Period
from geo.terms import Layer
from models.session import Database
from models.viewers import LOCAL_OPERATOR
from tests.webapp.small_world import TODAY, write_workbook
from webapp.services.analyse import AnalysisReport, analyse
from webapp.services.ingest import import_file

NOW = datetime(2026, 6, 14, 5, tzinfo=UTC)
YEAR = Period(date(2025, 12, 15), date(2026, 12, 14))


def read_in(site: Database, layer: Layer, folder: Path, rows: list[list[object]]) -> None:
    """Import rows of a workbook, none of which is refused."""
    path = write_workbook(folder / f"{layer}.xlsx", rows)
    report = import_file(site, LOCAL_OPERATOR, layer, path, today=TODAY)
    assert report.rejected == ()


def analyse_today(site: Database, **options: Any) -> AnalysisReport:
    """Run an analysis as of `TODAY`, if no other day is given."""
    return analyse(site, LOCAL_OPERATOR, **{"as_of": TODAY, "at": NOW, **options})
