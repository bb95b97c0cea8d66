"""The lines of a map file with their names: KML, GeoPackage, Shapefile, GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from shapely.geometry import mapping

from geo.persons import cell_text
from geo.route_lines import LineError, RouteLine, read_line
from geo.sheets import DEFAULT_LIMITS, Limits, open_workbook
from geo.table_wire import WireError
from geo.typed_text import typed_text, without_marks

_NAMES = ("name", "ten_tuyen", "tên tuyến", "ten", "tên")
MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A line of a file; without a name it is empty."""

    name: str
    line: RouteLine


def read_lines(path: Path, limits: Limits = DEFAULT_LIMITS) -> list[NamedLine]:
    """Every line that can be a route, of the first 2,000 rows of each layer.

    Raises
    ------
    UnusableFileError
        If the file cannot be used; the message says what to do.
    """
    few = replace(limits, max_rows=MOST_LINES)
    sheets = [sheet.read(MOST_LINES) for sheet in open_workbook(path, few).sheets]
    return [each for rows in sheets for each in _of_rows(rows)]


def _of_rows(rows: list[list[Any]]) -> Iterator[NamedLine]:
    heads = [str(cell).strip().lower() for cell in rows[0]] if rows else []
    if "geometry" not in heads:
        return
    drawn, named = heads.index("geometry"), next((heads.index(n) for n in _NAMES if n in heads), -1)
    for row in rows[1:]:
        if not isinstance(row[drawn], dict):
            continue
        try:
            line = read_line(row[drawn])
        except LineError:
            continue
        name = typed_text(cell_text(row[named])) if named >= 0 else ""
        yield NamedLine(name if without_marks(name) else "", line)


def line_lines(found: Iterable[NamedLine]) -> Iterator[bytes]:
    """Lines of a file as lines of JSON, for `lines_from`."""
    n = 0
    for each in found:
        n += 1
        told = [each.name, mapping(each.line.geometry), each.line.swapped]
        yield json.dumps(told, separators=(",", ":")).encode() + b"\n"
    yield json.dumps({"end": n}).encode() + b"\n"


def lines_from(lines: Iterable[bytes]) -> list[NamedLine]:
    """The lines that another process found, every one checked again.

    Raises
    ------
    WireError
        If what came is no such list.
    """
    found: list[NamedLine] = []
    try:
        for text in lines:
            said = json.loads(text)
            if isinstance(said, dict):
                return found if said["end"] == len(found) else _refuse()
            name, shape, swapped = said
            if not isinstance(name, str) or not isinstance(shape, dict):
                return _refuse()
            found.append(NamedLine(name, RouteLine(read_line(shape).geometry, bool(swapped))))
    except (ValueError, TypeError, KeyError, LineError, RecursionError):
        return _refuse()
    return _refuse()


def _refuse() -> list[NamedLine]:
    raise WireError("lines")
