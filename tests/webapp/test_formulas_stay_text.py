"""No file of this site starts a formula in a spreadsheet, whatever stands in the records."""

from __future__ import annotations

import ast
import csv
import io
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from flask import Flask

from geo.guarded_cells import guarded
from geo.records import RejectedRow
from models import imports
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn

ROOT = Path(__file__).parents[2]
FORMULAS = ("=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1")
NUMBER = re.compile(r"-?[0-9]+(?:[.,][0-9]+)?")

FILES = {
    "audit_pages.trail_file": ["/admin/audit.csv"],
    "border_pages.segments_file": ["/border/segments.csv"],
    "cells_data.cells_file": ["/provinces/51/cells.csv?period=2025"],
    "routes.kilometres": [],
    "facility_pages.facilities_csv": ["/facilities.csv"],
    "arrivals.rejects_file": ["/imports/1/rejects.xlsx"],
    "arrivals.template_file": ["/imports/template/incidents.xlsx"],
    "progress_pages.years_file": ["/progress/years.csv"],
    "progress_pages.provinces_file": ["/progress/provinces.csv"],
    "provinces.communes_file": ["/provinces/51/communes.csv"],
}
"""Addresses of every table that can be saved; `routes.kilometres` is tested with its page."""


NAMES = (
    *(("communes", "full_name"), ("communes", "name"), ("communes", "province_name")),
    *(("facilities", "name"), ("facilities", "note"), ("corridors", "name"), ("hotspots", "name")),
)


def _tables(app: Flask) -> dict[str, str]:
    rules = {rule.endpoint: rule.rule for rule in app.url_map.iter_rules()}
    return {e: path for e, path in rules.items() if path.endswith((".csv", ".xlsx"))}


def _starts_formula(text: object) -> bool:
    if not isinstance(text, str) or NUMBER.fullmatch(text):
        return False
    return text.startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.fixture
def planted(seeded_database: Database, tmp_path: Path) -> Database:
    """Formulas where people write freely: names of spots, cells that were refused."""
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        rows = [RejectedRow(n, "kind", f, f, {"Mã": f, f: f}) for n, f in enumerate(FORMULAS, 1)]
        imports.add_rejected(session, LOCAL_OPERATOR, 1, rows)
    with closing(sqlite3.connect(tmp_path / "site.db")) as opened:
        for table, name in NAMES:
            opened.execute(f"UPDATE {table} SET {name} = ?", (FORMULAS[0],))
        opened.commit()
    return seeded_database


def test_every_saved_table_is_on_the_list(app: Flask) -> None:
    known = {pattern for paths in FILES.values() for pattern in paths}
    for endpoint, path in _tables(app).items():
        shape = "[^/?]+".join(map(re.escape, re.split(r"<[^>]+>", path))) + r"(\?.*)?"
        listed = endpoint in FILES or any(re.fullmatch(shape, each) for each in known)
        assert listed, f"{endpoint} ({path}): add an address of it to FILES"


@pytest.mark.parametrize("path", [path for paths in FILES.values() for path in paths])
def test_no_cell_of_a_saved_table_starts_a_formula(
    signed_in: SignIn, planted: Database, path: str
) -> None:
    answer = signed_in("admin").get(path)
    assert answer.status_code == 200, answer.text[:500]
    if path.partition("?")[0].endswith(".csv"):
        rows = [*csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))]
        assert rows
        assert [cell for row in rows for cell in row if _starts_formula(cell)] == []
        return
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    # A text with the mark of a text stays one when somebody edits or saves it.
    bare = [cell.value for cell in cells if _starts_formula(cell.value) and not cell.quotePrefix]
    assert bare == []


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_guarded_cell_is_text(formula: str) -> None:
    assert guarded(formula) == "'" + formula


WRITERS = {
    "geo/guarded_cells.py": "is the guard",
    "geo/export_tables.py": "guards each cell",
    "webapp/services/geocode_file.py": "takes references through `_inert`",
    "webapp/services/run_package.py": "holds numbers and days",
    "webapp/services/report_xlsx.py": "sets every text as text",
    "webapp/services/rejects.py": "sets every text as text",
    "webapp/services/template_workbooks.py": "holds words of this site",
    "webapp/services/simulated_files.py": "holds simulated records",
    "webapp/services/simulated_campaigns.py": "holds simulated records",
    "webapp/services/simulated_corridors.py": "holds simulated records",
    "webapp/services/simulated_facilities.py": "holds simulated records",
}
"""Who writes tables other than by `guarded_csv`, and why it may."""


def test_nobody_else_writes_tables() -> None:
    found = set()
    for package in ("geo", "models", "webapp"):
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in (
                    *("csv.writer", "csv.DictWriter", "writer", "DictWriter"),
                    *("Workbook", "openpyxl.Workbook"),
                ):
                    found.add(path.relative_to(ROOT).as_posix())
    found.discard("geo/sheets.py")  # its own class of that name, which is read
    assert found <= set(WRITERS), "guard the cells, then say so in WRITERS"
