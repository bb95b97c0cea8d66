"""A table as lines of JSON, from a process that reads a file to one that does not trust it.

Nothing but texts, numbers, days and shapes can come through: no object is made from what a
line says but those below, whoever wrote the line.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from geo.errors import GeoError
from geo.records import Period
from geo.rows import Row
from geo.tables import Table
from geo.terms import Layer

_ROWS_A_LINE = 500
_TEXTS = ("sheet", "source")
_LISTS = ("titles", "fields", "dropped_columns", "ignored_columns", "warnings")


class WireError(GeoError):
    """What came is no table."""


def table_lines(table: Table) -> Iterator[bytes]:
    """A table as lines: what it is, its rows in portions, its end.

    Raises
    ------
    WireError
        If a cell holds what no file can.
    """
    head: dict[str, Any] = {name: getattr(table, name) for name in (*_TEXTS, *_LISTS)}
    head["headings"] = dict(table.headings)
    if table.period is not None:
        head["period"] = [table.period.start.isoformat(), table.period.end.isoformat()]
    yield _line({"table": table.layer.value, "head": head})
    for start in range(0, len(table.rows), _ROWS_A_LINE):
        rows = table.rows[start : start + _ROWS_A_LINE]
        yield _line(
            {"rows": [[row.line, {k: _sent(v) for k, v in row.cells.items()}] for row in rows]}
        )
    yield _line({"end": len(table.rows)})


def table_from(lines: Iterable[bytes], layer: Layer, max_rows: int) -> Table:
    """The table that lines tell of, every part of it checked.

    Raises
    ------
    WireError
        If they are no whole table of this layer, or hold more rows than are allowed.
    """
    try:
        return _told(iter(lines), layer, max_rows)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise WireError(type(error).__name__) from None


def _told(lines: Iterator[bytes], layer: Layer, max_rows: int) -> Table:
    first = json.loads(next(lines, b"{}"))
    head = first["head"]
    rows: list[Row] = []
    for line in lines:
        said = json.loads(line)
        if "end" in said:
            if first["table"] != layer.value or said["end"] != len(rows):
                raise WireError("end")
            return Table(layer=layer, rows=tuple(rows), **_head(head))
        rows += [_row(*found) for found in said["rows"]]
        if len(rows) > max_rows:
            raise WireError("rows")
    raise WireError("cut")


def _head(head: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = {name: _text(head[name]) for name in _TEXTS}
    told |= {name: tuple(map(_text, head[name])) for name in _LISTS}
    told["headings"] = {_text(k): _text(v) for k, v in head["headings"].items()}
    if "period" in head:
        told["period"] = Period(*map(date.fromisoformat, head["period"]))
    return told


def _row(line: int, cells: dict[str, Any]) -> Row:
    if type(line) is not int:
        raise WireError("line")
    return Row(line, {name: _came(value) for name, value in cells.items()})


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise WireError("text")
    return value


def _line(said: dict[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":")).encode() + b"\n"


def _sent(value: Any) -> Any:
    """A cell as JSON; what JSON has no word for goes under the name of its kind."""
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return {"moment": value.isoformat()}
    if isinstance(value, date):
        return {"day": value.isoformat()}
    if isinstance(value, time):
        return {"time": value.isoformat()}
    if isinstance(value, timedelta):
        return {"seconds": value.total_seconds()}
    if isinstance(value, dict | list):
        return {"shape": value}
    raise WireError(type(value).__name__)


def _as_it_is(value: Any) -> Any:
    return value


_KINDS: dict[str, Callable[[Any], Any]] = {
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
    "time": time.fromisoformat,
    "seconds": lambda seconds: timedelta(seconds=seconds),
    "shape": _as_it_is,
}


def _came(value: Any) -> Any:
    if not isinstance(value, dict | list):
        return value
    if isinstance(value, list) or len(value) != 1:
        raise WireError("cell")
    ((kind, told),) = value.items()
    return _KINDS[kind](told)
