"""A filter finds the same on both databases, over rows at hand, and as plain Python says it."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import shapely

from geo.cql2 import TEXT, filter_text, parse_filter
from geo.cql2_checks import SPATIAL, TEMPORAL
from geo.records import Incident
from geo.terms import AtHome, IncidentKind, Precision
from models.incident_stream import StreamFilter, count_incidents, stream_incidents
from models.row_filters import matching
from models.session import Database, unit_of_work
from models.viewers import Viewer
from tests.models.cql_reference import meets
from tests.models.specimens import (
    ANALYST,
    PLANNER,
    UNLOCATED,
    an_incident,
    draw_map,
    keep_incidents,
    placed,
    somewhere_in,
)
from tests.models.test_incident_stream import FIELDS, read

EXPRESSIONS = 100
_TEXTS = ["", "VV-1", "vv-1%", "Thôn Đắk Rơ Lang", "THÔN đắk RƠ LANG", "a*?[b]_", "%ắ%", "VV-1_"]
_SHAPES = [
    "POINT(108.1 14.1)",
    "LINESTRING(108 14, 108.2 14.2)",
    "POLYGON((108 14, 108.2 14, 108.2 14.2, 108 14.2, 108 14))",
    "POLYGON((108.1 14.1, 109 14.1, 109 15, 108.1 14.1))",
    "MULTIPOINT((108.1 14.1), (108.2 14.2))",
    "BBOX(107.9, 13.9, 108.1, 14.1)",
]


def _incidents() -> list[Incident]:
    draw = random.Random(3)
    found = []
    for n in range(40):
        code = draw.choice(["23401", "23402"])
        at = placed(code, 108 + draw.randrange(4) / 10, 14 + draw.randrange(4) / 10)
        changes: dict[str, Any] = {
            "placement": draw.choice([at, at, at, somewhere_in(code), UNLOCATED]),
            "occurred_on": date(2026, 1, 1) + timedelta(days=draw.randrange(6)),
            "kind": draw.choice([IncidentKind.TRADING, IncidentKind.USE]),
            "offenders": draw.choice([None, 0, 1, 2]),
            "verified": draw.random() < 0.5,
            "address_text": draw.choice(_TEXTS),
            "home": draw.choice(list(AtHome)),
        }
        if changes["placement"] is at and draw.random() < 0.3:
            changes["placement"] = replace(at, precision=Precision.STREET)
        found.append(an_incident(f"VV-{n}", **changes))
    return found


def _expression(draw: random.Random, level: int = 0) -> str:
    if level < 3 and draw.random() < 0.5:
        sign = draw.choice(["AND", "OR", "NOT"])
        parts = [f"({_expression(draw, level + 1)})" for _ in range(1 if sign == "NOT" else 2)]
        return f"NOT {parts[0]}" if sign == "NOT" else f" {sign} ".join(parts)
    return draw.choice([_of_text, _of_number, _of_day, _of_place, _of_truth])(draw)


def _of_text(draw: random.Random) -> str:
    name, text = draw.choice(["ref", "address_text", "kind"]), draw.choice(_TEXTS)
    how = draw.choice(["", "", "CASEI", "ACCENTI"])
    field, value = (f"{how}({name})", f"{how}('{text}')") if how else (name, f"'{text}'")
    sign = draw.choice(["=", "<>", "<", ">=", "LIKE", "IN"])
    if sign == "IN":
        return f"{name} IN ('{text}', 'use')"
    return f"{field} {sign} {value}"


def _of_number(draw: random.Random) -> str:
    number = draw.choice(["0", "1", "1.5", "-2"])
    return draw.choice(
        [
            f"offenders {draw.choice(['=', '<>', '<', '>', '<=', '>='])} {number}",
            "offenders IS NULL",
            f"offenders BETWEEN {number} AND 2",
            f"offenders IN ({number}, 2)",
            "lon > lat",
            "lat IS NOT NULL",
        ]
    )


def _of_day(draw: random.Random) -> str:
    first, last = sorted(f"2026-01-0{draw.randrange(1, 7)}" for _ in range(2))
    span = draw.choice([f"INTERVAL('{first}', '{last}')", f"INTERVAL('..', '{last}')"])
    op = draw.choice(sorted(TEMPORAL))
    return draw.choice(
        [
            f"{op}(occurred_on, {span})",
            f"{op}(INTERVAL(occurred_on, occurred_on), {span})",
            f"{op}({span}, occurred_on)",
            f"occurred_on {draw.choice(['=', '<', '>='])} DATE('{first}')",
        ]
    )


def _of_place(draw: random.Random) -> str:
    if draw.random() < 0.1:
        return "geometry IS NULL"
    return f"{draw.choice(sorted(SPATIAL))}(geometry, {draw.choice(_SHAPES)})"


def _of_truth(draw: random.Random) -> str:
    return draw.choice(["verified", "on_grid", "verified = FALSE", "TRUE", "FALSE", "kind <> ref"])


@pytest.mark.parametrize("viewer", [PLANNER, ANALYST], ids=lambda viewer: viewer.name)
def test_every_way_finds_the_same(database: Database, viewer: Viewer) -> None:
    keep_incidents(database, *_incidents())
    rows = read(database, viewer)
    for row in rows:
        row["geometry"] = None if row["lon"] is None else shapely.Point(row["lon"], row["lat"])
    values = [[row[field.name] for field in FIELDS] for row in rows]
    draw, n_found = random.Random(11), 0
    with unit_of_work(database, viewer, read_only=True) as session:
        for _ in range(EXPRESSIONS):
            text = _expression(draw)
            where = parse_filter(text, TEXT, FIELDS)
            expected = [row["id"] for row in rows if meets(where, row)]
            wanted = StreamFilter(where=where)
            found = [
                id_ for batch in stream_incidents(session, viewer, wanted) for id_ in batch.ids
            ]
            assert found == expected, text
            assert count_incidents(session, viewer, wanted) == len(expected), text
            places = [row["geometry"] for row in rows]
            at_hand = [rows[i]["id"] for i in matching(FIELDS, values, places, where)]
            assert at_hand == expected, text
            assert parse_filter(filter_text(where), TEXT, FIELDS) == where, text
            n_found += 0 < len(expected) < len(rows)
    assert n_found > EXPRESSIONS / 3  # the expressions tell rows apart


def test_names_of_communes_can_be_asked_for_without_case_and_marks(database: Database) -> None:
    keep_incidents(database, an_incident("VV-1"), an_incident("VV-2", placement=UNLOCATED))
    with unit_of_work(database, PLANNER) as session:
        draw_map(session)
    [name] = {row["commune_name"] for row in read(database, PLANNER)} - {None}
    for text in (f"ACCENTI(commune_name) = ACCENTI('{name}')", "commune_name LIKE '%a%'"):
        where = parse_filter(text, TEXT, FIELDS)
        assert [row["ref"] for row in read(database, PLANNER, StreamFilter(where=where))] == (
            ["VV-1"] if "ACCENTI" in text or "a" in name else []
        )


@pytest.mark.parametrize("text", ["'; DROP TABLE incidents; --", "\\", "%\\", "' OR 1=1 --", "$1"])
def test_text_of_a_filter_is_only_ever_a_value(database: Database, text: str) -> None:
    keep_incidents(database, an_incident("VV-1"), an_incident("VV-2", address_text=text))
    said = text.replace("'", "''")
    for sign in ("=", "LIKE"):
        where = parse_filter(f"address_text {sign} '{said}'", TEXT, FIELDS)
        found = read(database, PLANNER, StreamFilter(where=where))
        if sign == "=":
            assert [row["ref"] for row in found] == ["VV-2"]
    assert len(read(database, PLANNER)) == 2
