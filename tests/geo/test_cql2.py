"""Filters are read as CQL2 says, and what cannot be a filter is refused in words."""

from __future__ import annotations

import json
import re
from threading import Thread
from typing import Any

import pytest

from geo.cql2 import JSON, TEXT, all_of, certain_boxes, equals, filter_text, parse_filter
from geo.errors import Cql2Error
from geo.layer_stream import Field, FieldType
from geo.ogc_crs import reference_of

_TYPES = {
    "kind": FieldType.TEXT,
    "n": FieldType.INTEGER,
    "share": FieldType.NUMBER,
    "verified": FieldType.BOOLEAN,
    "on": FieldType.DATE,
    "until": FieldType.DATE,
    "listed": FieldType.LIST,
}
FIELDS = [Field(name, kind, name, name) for name, kind in _TYPES.items()]


def _read(text: str) -> Any:
    return parse_filter(text, TEXT, FIELDS)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("kind = 'it''s'", {"op": "=", "args": [{"property": "kind"}, "it's"]}),
        ("n <> -5", {"op": "<>", "args": [{"property": "n"}, -5]}),
        ("verified", {"property": "verified"}),
        ("NOT verified", {"op": "not", "args": [{"property": "verified"}]}),
        ("on > '2026-02-01'", {"op": ">", "args": [{"property": "on"}, {"date": "2026-02-01"}]}),
        (  # 20:00 in London is the next day in Viet Nam
            "on = TIMESTAMP('2026-02-01T20:00:00Z')",
            {"op": "=", "args": [{"property": "on"}, {"date": "2026-02-02"}]},
        ),
        (
            "t_during(on, interval('2026-01-01', '..'))",
            {"op": "t_during", "args": [{"property": "on"}, {"interval": ["2026-01-01", ".."]}]},
        ),
        ("kind = '((--------'", {"op": "=", "args": [{"property": "kind"}, "((--------"]}),
        (
            "(" * 12 + "verified" + ")" * 12,
            {"property": "verified"},
        ),
        ("listed IS NULL", {"op": "isNull", "args": [{"property": "listed"}]}),
        ("geometry IS NULL", {"op": "isNull", "args": [{"property": "geometry"}]}),
        ("n IN (1, 2)", {"op": "in", "args": [{"property": "n"}, [1, 2]]}),
        ("n BETWEEN 1 AND 2", {"op": "between", "args": [{"property": "n"}, 1, 2]}),
        (
            "CASEI(kind) LIKE casei('A%')",
            {
                "op": "like",
                "args": [
                    {"op": "casei", "args": [{"property": "kind"}]},
                    {"op": "casei", "args": ["A%"]},
                ],
            },
        ),
    ],
)
def test_a_filter_is_read_and_written_again(text: str, read: Any) -> None:
    assert _read(text) == read
    assert _read(filter_text(read)) == read
    assert parse_filter(json.dumps(read), JSON, FIELDS) == read


def test_a_geometry_before_the_property_turns_the_operation_round() -> None:
    shape = "POLYGON((105 20, 106 20, 106 21, 105 20))"
    assert _read(f"S_WITHIN({shape}, geometry)") == _read(f"S_CONTAINS(geometry, {shape})")
    assert _read(f"S_TOUCHES({shape}, geometry)") == _read(f"S_TOUCHES(geometry, {shape})")


def test_coordinates_are_those_of_the_system_asked_for() -> None:
    degrees = parse_filter(
        "S_INTERSECTS(geometry, BBOX(20, 105, 21, 106))",
        TEXT,
        FIELDS,
        reference_of("http://www.opengis.net/def/crs/EPSG/0/4326"),
    )
    assert certain_boxes(degrees) == [(105, 20, 106, 21)]
    metres = parse_filter(
        "S_INTERSECTS(geometry, POINT(596000 1195000))",
        TEXT,
        FIELDS,
        reference_of("http://www.opengis.net/def/crs/EPSG/0/9210"),
    )
    ((west, south, _, _),) = certain_boxes(metres)
    assert (round(west, 2), round(south, 2)) == (106.63, 10.8)


def test_a_box_is_certain_only_where_every_feature_touches_it() -> None:
    box = "S_INTERSECTS(geometry, BBOX(105, 20, 106, 21))"
    assert certain_boxes(_read(f"{box} AND n > 1")) == [(105, 20, 106, 21)]
    line = _read("S_INTERSECTS(geometry, BBOX(105, 20, 105, 21))")
    assert certain_boxes(line) == [(105, 20, 105, 21)]
    for doubtful in (f"NOT {box}", f"{box} OR n > 1", box.replace("INTERSECTS", "DISJOINT")):
        assert certain_boxes(_read(doubtful)) == []


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("name = 'x'", "không có trường «name»"),
        ("kind = 3", "so chữ với số"),
        ("n = 'x'", "so số với chữ"),
        ("listed = 'x'", "so danh sách với chữ"),
        ("verified < TRUE", "không dùng được với đúng/sai"),
        ("on = '2026-02-31'", "không phải ngày"),
        ("on = '0000-01-01'", "không phải ngày"),
        ("n", "phải là một điều kiện"),
        ("n AND verified", "phải là điều kiện"),
        ("n * 2 > 3", "Không có phép"),
        ("sleep(10) = 1", "Không có phép"),
        ("n = 1e999", "Không hiểu giá trị"),
        ("kind = NULL", "Không hiểu giá trị"),
        ("kind LIKE kind", "một mẫu"),
        ("CASEI(n) = 'a'", "chỉ dùng với chữ"),
        ("n IN ('a')", "so số với chữ"),
        ("T_AFTER(n, DATE('2026-01-01'))", "chỉ dùng với ngày"),
        ("T_DURING(on, INTERVAL('2026-02-01', '2026-01-01'))", "sau khi kết thúc"),
        ("S_INTERSECTS(kind, POINT(1 2))", "cần trường geometry"),
        ("S_INTERSECTS(geometry, geometry)", "cần trường geometry"),
        ("S_INTERSECTS(geometry, POINT(500 3))", "ngoài ±180°"),
        ("S_INTERSECTS(geometry, BBOX(170, 0, -170, 10))", "180°"),
        ("S_INTERSECTS(geometry, POLYGON((0 0, 1 1, 1 0, 0 1, 0 0)))", "tự cắt"),
        ("kind = 'x", "ở ký tự thứ 8"),
        ("kind = 'x'; DROP TABLE incidents", "Không đọc được"),
        ("kind = 'x' --", "Không đọc được"),
        ("", "Không đọc được"),
        ("kind = 'a\x00b'", "mã 0"),
    ],
)
def test_what_is_no_filter_is_refused_in_words(text: str, told: str) -> None:
    with pytest.raises(Cql2Error, match=re.escape(told)):
        _read(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 5_000 + "n = 1" + ")" * 5_000,
        "kind = '" + ")" * 2_600 + "' OR " + "(" * 2_600 + "verified" + ")" * 2_600,
        'kind = "' + ")" * 2_600 + '" OR ' + "(" * 2_600 + "verified" + ")" * 2_600,
        "kind = '\\' OR " + "(" * 2_600 + "verified" + ")" * 2_600 + " OR kind = '\\'",
        "(" * 12 + "n = 1",
        ")" * 12 + "n = 1" + "(" * 12,
        "(" * 13 + "n = 1" + ")" * 13,
        "(" * 12 + "n = 1 AND " * 40 + "n = " + ")" * 12,
        "[" * 33,
        "NOT " * 1_500 + "verified",
        "n = " + "-" * 3_000 + "1",
        "n = " + "1 + " * 1_900 + "1",
        " OR ".join(f"n = {i}" for i in range(700)),
        "kind = '" + "x" * 8_000 + "'",
        "n IN (" + "1," * 3_000 + "1)",
        "casei(" * 30 + "kind" + ")" * 30 + " = 'a' AND " + "kind = 'a' AND " * 400 + "verified",
    ],
)
def test_bombs_are_refused_in_a_thread_with_its_small_stack(text: str) -> None:
    refused: list[str] = []

    def read() -> None:
        try:
            _read(text)
        except Cql2Error as error:
            refused.append(str(error))

    thread = Thread(target=read)
    thread.start()
    thread.join()
    assert len(refused) == 1


@pytest.mark.parametrize(
    "text",
    [
        "{",
        "null",
        "[1]",
        "NaN",
        '{"op": "and"}',
        '{"op": {"a": 1}, "args": []}',
        '{"op": "=", "args": [{"property": 5}, 1]}',
        '{"op": "=", "args": [{"property": "n"}, Infinity]}',
        '{"op": "in", "args": [{"property": "n"}, {"a": 1}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"type": "Point"}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"},'
        ' {"type": "Point", "coordinates": ["a", 3]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"},'
        ' {"type": "Polygon", "coordinates": [[[1, 1], [2, 2]]]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"}, {"bbox": [1, 2, 3]}]}',
        '{"op": "t_after", "args": [{"property": "on"}, {"interval": ["..", 3]}]}',
        '{"op": "=", "args": [{"property": "n"}, ' + "9" * 400 + "]}",
        '{"op": "=", "args": [{"property": "kind"}, "a\\u0000b"]}',
        '{"op": "=", "args": [{"property": "kind"}, "\\ud800"]}',
        '{"op": "=", "args": [{"property": "\\ud800"}, "a"]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"},'
        ' {"type": [], "coordinates": [1, 2]}]}',
        '{"op": "s_intersects", "args": [{"property": "geometry"},'
        ' {"type": "Point", "coordinates": [' + "9" * 400 + ", 2]}]}",
        '{"op": "not", "args": [' * 20 + "true" + "]}" * 20,
    ],
)
def test_json_that_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(Cql2Error):
        parse_filter(text, JSON, FIELDS)


def test_a_value_is_read_as_its_field_holds_it() -> None:
    fields = {field.name: field for field in FIELDS}
    assert equals(fields["n"], "3")["args"][1] == 3
    assert equals(fields["verified"], "true")["args"][1] is True
    assert equals(fields["on"], "2026-01-02")["args"][1] == {"date": "2026-01-02"}
    for name, text in (("n", "x"), ("n", "nan"), ("verified", "yes"), ("on", "02/01/2026")):
        with pytest.raises(Cql2Error):
            equals(fields[name], text)
    both = all_of([equals(fields["n"], "3"), equals(fields["kind"], "a")])
    assert both is not None and filter_text(both) == "n = 3 AND kind = 'a'"
    assert all_of([]) is None
