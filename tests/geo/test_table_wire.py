"""A table goes through as lines and comes out the same; nothing else comes out."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.line_files import NamedLine, line_lines, lines_from
from geo.records import Period
from geo.route_lines import read_line
from geo.rows import Row
from geo.table_wire import WireError, table_from, table_lines
from geo.tables import Table, read_table
from geo.terms import Layer

CELLS = st.one_of(
    st.text(),
    st.integers(-(10**15), 10**15),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(timedelta(0), timedelta(999)).map(lambda d: timedelta(d.days, d.seconds)),
    st.just({"type": "Point", "coordinates": [1.5, 2]}),
)
ROWS = st.lists(st.builds(Row, st.integers(1, 10**6), st.dictionaries(st.text(), CELLS)))


def table(rows: tuple[Row, ...]) -> Table:
    return Table(
        Layer.INCIDENTS,
        "Trang 1",
        ("DANH SÁCH",),
        ("ref",),
        rows,
        warnings=("a",),
        period=Period(date(2026, 1, 1), date(2026, 6, 14)),
        headings={"ref": "Mã"},
    )


@given(ROWS)
def test_what_went_in_comes_out(rows: list[Row]) -> None:
    sent = table(tuple(rows))
    assert table_from(table_lines(sent), Layer.INCIDENTS, 1_000) == sent


def test_days_and_moments_stay_apart() -> None:
    cells = {
        "a": date(2026, 1, 1),
        "b": datetime(2026, 1, 1, tzinfo=UTC),
        "c": time(8),
        "d": timedelta(1),
    }
    (row,) = table_from(table_lines(table((Row(1, cells),))), Layer.INCIDENTS, 9).rows
    assert [type(cell) for cell in row.cells.values()] == [date, datetime, time, timedelta]


HEAD = next(table_lines(table(())))


@pytest.mark.parametrize(
    "lines",
    [
        [],
        [HEAD],
        [b"[]", b'{"end":0}'],
        [b"no json"],
        [HEAD, b'{"end":3}'],
        [HEAD, b'{"rows":[["1",{}]]}', b'{"end":1}'],
        [HEAD, b'{"rows":[[1,{"a":{"py/object":"os.system"}}]]}', b'{"end":1}'],
        [HEAD, b'{"rows":[[1,{"a":{"day":"x"}}]]}', b'{"end":1}'],
        [HEAD, b'{"rows":[[1,{"a":[1]}]]}', b'{"end":1}'],
        [HEAD, b'{"rows":[' + b",".join([b"[1,{}]"] * 10) + b"]}", b'{"end":10}'],
        [HEAD.replace(b'"incidents"', b'"hotspots"'), b'{"end":0}'],
        [HEAD.replace(b'"Trang 1"', b"7"), b'{"end":0}'],
        [HEAD, b"[" * 100_000],
    ],
)
def test_what_is_no_table_of_the_layer_is_refused(lines: list[bytes]) -> None:
    with pytest.raises(WireError):
        table_from(lines, Layer.INCIDENTS, 9)


def test_a_real_file_comes_out_the_same(shared_dir: Path) -> None:
    read = read_table(shared_dir / "samples" / "seed1" / "vu_viec.xlsx", Layer.INCIDENTS)
    assert table_from(table_lines(read), Layer.INCIDENTS, 10_000) == read


LINE = NamedLine("A", read_line("107.8 14.6; 107.9 14.7"))


def test_lines_come_out_the_same() -> None:
    assert lines_from(line_lines([LINE, LINE])) == [LINE, LINE]


@pytest.mark.parametrize(
    "lines",
    [
        [],
        list(line_lines([LINE]))[:1],
        [b'{"end":1}'],
        [b"1"],
        [json.dumps(["A", {"type": "Point"}, False]).encode()],
        [json.dumps([1, {}, False]).encode()],
    ],
)
def test_what_are_no_lines_is_refused(lines: list[bytes]) -> None:
    with pytest.raises(WireError):
        lines_from(lines)
