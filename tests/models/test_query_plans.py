"""The main reads use indexes under row-level security: asked of PostgreSQL as the serving role."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event, text

from geo.records import Period
from models import (
    alerts,
    case_counts,
    data_ends,
    duplicates,
    hotspots,
    imports,
    incident_counts,
    incidents,
    nearby,
    review_queue,
)
from models.incident_filters import IncidentFilter
from models.known import known_incidents
from models.session import Database, Session, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.conftest import TEMPLATE
from tests.postgis import SERVING, PostgisServer

pytestmark = pytest.mark.postgis

LARGE = frozenset({"incidents", "seizures", "hotspots", "hotspot_events", "alerts", "duplicates"})
NATION = Viewer("planner", Role.PLANNER)
PROVINCE = Viewer("planner-11", Role.PLANNER, Scope.provinces("11"))
COMMUNE = Viewer("officer", Role.COMMUNE, Scope.commune("11003"))

QUARTER = IncidentFilter(since=date(2026, 1, 1), until=date(2026, 3, 31))
PERIOD = Period(date(2025, 12, 15), date(2026, 12, 14))
BOX = (106.10, 11.10, 106.14, 11.14)
LON, LAT = 106.12, 11.12

Read = Callable[[Session, Viewer], Any]
READS: dict[str, Read] = {
    "incidents of a period": lambda s, v: incidents.find_incidents(s, v, QUARTER),
    "what a class counts": lambda s, v: case_counts.case_counts(
        s, v, case_counts.Asked(PERIOD, PERIOD.end)
    ),
    "cases of a commune by day": lambda s, v: known_incidents(s, v, PERIOD, commune_code="11003"),
    "points of a box": lambda s, v: incidents.incident_points(s, v, IncidentFilter(bbox=BOX)),
    "density": lambda s, v: incident_counts.incident_density(s, v, QUARTER, 0.02),
    "counts by commune": lambda s, v: incident_counts.counts_by_commune(s, v, QUARTER),
    "incidents near a point": lambda s, v: nearby.incidents_near(s, v, LON, LAT, 500.0),
    "hotspots": hotspots.find_hotspots,
    "hotspot by its ref": lambda s, v: hotspots.hotspots_by_id(s, v, [4]),
    "alerts waiting": alerts.count_open,
    "places waiting": review_queue.waiting_count,
    "possible duplicates": duplicates.count_proposals,
    "imports": imports.list_imports,
    "last day with data": data_ends.last_day,
}
WHOLE = {("nation", "hotspots"), ("nation", "alerts waiting")}
"""Reads that want a whole table."""


def test_the_main_reads_read_no_large_table_from_end_to_end(crowded: Database) -> None:
    found = {}
    for name, viewer in (("nation", NATION), ("province", PROVINCE), ("commune", COMMUNE)):
        for what, read in READS.items():
            if viewer is COMMUNE and what == "places waiting":
                continue  # officers decide on none
            if (whole := _read_whole(crowded, viewer, read)) and (name, what) not in WHOLE:
                found[name, what] = whole
    assert found == {}


def test_without_the_marks_points_are_found_the_long_way(
    crowded: Database, postgis_server: PostgisServer
) -> None:
    """The check above sees what it is there to see."""
    name = crowded.postgis_name
    postgis_server.execute(
        "ALTER FUNCTION geometry_overlaps(geometry, geometry) NOT LEAKPROOF", name=name
    )
    crowded.close()
    plans = _plans(crowded, NATION, READS["points of a box"])
    postgis_server.execute(
        "ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF", name=name
    )
    crowded.close()
    assert not any("incidents_point_gist" in plan for plan in plans)
    again = _plans(crowded, NATION, READS["points of a box"])
    assert any("incidents_point_gist" in plan for plan in again)


@pytest.fixture(scope="module")
def crowded(postgis_server: PostgisServer) -> Iterator[Database]:
    """20,000 incidents in 20 provinces, with what belongs to them, opened by the serving role."""
    postgis_server.create_database("crowded", TEMPLATE)
    owned = open_database(postgis_server.url("crowded"))
    with unit_of_work(owned, LOCAL_OPERATOR) as session:
        for statement in _CROWD:
            session.execute(text(statement))
    owned.close()
    postgis_server.execute("ANALYZE", name="crowded")
    database = open_database(postgis_server.url("crowded", SERVING))
    yield database
    database.close()


def _read_whole(database: Database, viewer: Viewer, read: Read) -> set[str]:
    scans = re.findall(r"Seq Scan on (\w+)", "\n".join(_plans(database, viewer, read)))
    return LARGE.intersection(scans)


def _plans(database: Database, viewer: Viewer, read: Read) -> list[str]:
    """The plans of the questions that a read asks, as they are asked."""
    with unit_of_work(database, viewer, read_only=True) as session:
        with _asked(database) as asked:
            read(session, viewer)
        connection = session.connection()
        return [
            "\n".join(connection.exec_driver_sql(f"EXPLAIN {sql}", values).scalars())
            for sql, values in asked
        ]


@contextmanager
def _asked(database: Database) -> Iterator[list[tuple[str, Any]]]:
    """The questions that go to the database meanwhile, with their values."""
    found: list[tuple[str, Any]] = []

    def note(_conn: Any, _cursor: Any, sql: str, values: Any, _context: Any, _many: bool) -> None:
        if sql.startswith("SELECT") and "set_config" not in sql:
            found.append((sql, values))

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        event.remove(database.engine, "before_cursor_execute", note)


_PLACE = (
    "108.0, 'exact', p || lpad(c::text, 3, '0'), p || lpad(c::text, 3, '0'), p::text, "
    "'coordinates', 0.97, '[]', '[]', '{}'"
)
_COLUMNS = (
    "lon, lat, precision, commune_code, commune_code_now, province_code, geocode_method, "
    "geocode_confidence, geocode_candidates, geocode_warnings, place_query"
)
_AT = "106 + (p - 10) / 10.0 + (n % 97) / 1000.0, 11 + c / 25.0 + (n % 89) / 2500.0"
"""Where number `n` of a province `p` (10 to 29) and a commune `c` (0 to 49) lies."""

_CROWD = (
    "INSERT INTO imports (id, layer, file_name, file_sha256, source, at, by_user, accepted, "
    "unchanged, rejected, changed, dropped_columns, ignored_columns, warnings, titles, headings) "
    "SELECT n, 'incidents', 'x', 'x', 'x', now(), 'planner', 1, 0, 0, 0, "
    "'[]', '[]', '[]', '[]', '[]' FROM generate_series(1, 50) AS n",
    "INSERT INTO incidents (id, source, ref, occurred_on, date_precision, kind, side, detected_by, "
    f"verified, offenders, address_text, {_COLUMNS}, import_id, content_sha256) "
    "SELECT n, 'x', 'VV-' || n, date '2021-01-01' + n % 2000, 'day', "
    "CASE WHEN n % 50 = 0 THEN 'cultivation' ELSE 'trading' END, 'supply', 'province', "
    f"true, 2, 'x', {_AT}, {_PLACE.removeprefix('108.0, ')}, n % 50 + 1, 'x' "
    "FROM (SELECT n, 10 + n % 20 AS p, n / 20 % 50 AS c FROM generate_series(1, 20000) AS n) AS t",
    "UPDATE incidents SET geocode_confidence = 0.5 WHERE id % 200 = 0",
    "INSERT INTO seizures (id, incident_id, substance, quantity, unit) "
    "SELECT n, n, 'heroin', 0.1, 'kg' FROM generate_series(1, 20000) AS n WHERE n % 3 > 0",
    "INSERT INTO hotspots (id, source, ref, name, kind, is_dwelling, address_text, "
    f"{_COLUMNS}, import_id, content_sha256) "
    f"SELECT n, 'x', 'TD-' || n, 'x', 'retail', false, 'x', {_AT}, "
    f"{_PLACE.removeprefix('108.0, ')}, 1, 'x' "
    "FROM (SELECT n, 10 + n % 20 AS p, n / 20 % 50 AS c FROM generate_series(1, 4000) AS n) AS t",
    'INSERT INTO hotspot_events (id, hotspot_id, type, "on", note, recorded_at, recorded_by) '
    "SELECT n, (n + 1) / 2, CASE WHEN n % 2 = 0 THEN 'cleared' ELSE 'opened' END, "
    "date '2025-01-01' + n % 300, '', now(), 'x' FROM generate_series(1, 8000) AS n",
    "INSERT INTO boundary_versions (id, source, licence, vintage, sha256, commune_count, "
    "valid_from, approximate, is_current, installed_at) "
    "VALUES (1, 'x', 'x', 'x', 'x', 1, date '2025-07-01', true, true, now())",
    "INSERT INTO runs (id, at, by_user, as_of, parameters, data_stamp, boundary_version_id, "
    "software_version, n_records, n_left_out, n_unverified, engine, labels_sha256) "
    "VALUES (1, now(), 'x', date '2026-06-14', '{}', 'x', 1, 'x', 1, 0, 0, 'x', 'x')",
    "INSERT INTO alerts (id, kind, subject, run_id, province_code, commune_code, lon, lat, "
    "evidence, incident_ids, raised_at, state, reason) "
    "SELECT n, 'emerging', 'C-' || n, 1, p::text, p || lpad(c::text, 3, '0'), 106, 11, '{}', '[]', "
    "now(), 'open', '' "
    "FROM (SELECT n, 10 + n % 20 AS p, n / 20 % 50 AS c FROM generate_series(1, 6000) AS n) AS t",
    "INSERT INTO duplicates (id, kept_id, other_id, reasons, state, proposed_at) "
    "SELECT n, n * 2 + 1, n * 2 + 21, '{}', "
    "CASE WHEN n % 40 = 0 THEN 'proposed' ELSE 'merged' END, now() "
    "FROM generate_series(1, 6000) AS n",
)
