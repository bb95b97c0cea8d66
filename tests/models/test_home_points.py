"""What a viewer is told of where an incident in a home happened, by every way that asks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import numpy as np
import pytest
import shapely
from sqlalchemy import select, text, update

from geo.records import Incident, Period, Placement
from geo.terms import AtHome, Precision
from geo.vector_tiles import MapTile
from models import incidents
from models.alert_records import evidence_records
from models.case_reports import read_reports
from models.cluster_views import find_cluster
from models.corridor_cases import cases_along
from models.disclosure import BANDS, GRID_M, sees_homes, snap_to_grid, widened
from models.facility_cases import counts_around
from models.home_points import shown_point
from models.incident_counts import clustering_input, incident_density
from models.incident_filters import EVERYTHING, IncidentFilter
from models.incident_story import dated_points
from models.live_tiles import Labels, incident_tile
from models.nearby import incidents_near, located_incidents
from models.runs import store_run
from models.schema import move_to
from models.session import Database, unit_of_work
from models.tables import incidents as table
from models.tables import record_versions
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import (
    ADMIN,
    ADMIN_51,
    ANALYST,
    ANALYST_51,
    OFFICER,
    PLANNER,
    PLANNER_51,
    an_incident,
    draw_map,
    keep_incidents,
    placed,
)
from tests.models.test_runs import a_cluster, a_run

LON, LAT = 108.00071, 14.00063
SQUARE = snap_to_grid(LON, LAT)
ACTING = [ADMIN, ADMIN_51, PLANNER, PLANNER_51, OFFICER]
OTHERS = [ANALYST, ANALYST_51, Viewer("xem-xa", Role.ANALYST, Scope.commune("23401"))]
PERIOD = Period(date(2025, 12, 15), date(2026, 12, 14))


def at(precision: Precision = Precision.EXACT) -> Placement:
    return Placement(precision, "23401", "23401", "51", LON, LAT, "coordinates", 0.97)


def lived_in(ref: str = "VV-H", **changes: object) -> Incident:
    return an_incident(ref, **{"placement": at(), "home": AtHome.HOME, **changes})


@pytest.mark.parametrize("viewer", ACTING, ids=lambda v: v.name)
def test_those_who_act_see_the_point(database: Database, viewer: Viewer) -> None:
    keep_incidents(database, lived_in())
    assert _all_points(database, viewer) == {(LON, LAT)}
    assert sees_homes(viewer)


@pytest.mark.parametrize("viewer", OTHERS, ids=lambda v: v.name)
def test_all_others_see_the_middle_of_the_square(database: Database, viewer: Viewer) -> None:
    keep_incidents(database, lived_in())
    assert _all_points(database, viewer) == {SQUARE}


def _all_points(database: Database, viewer: Viewer) -> set[tuple[float, float]]:
    """Where the one incident lies by every data function that tells a point."""
    line = shapely.LineString([(107.99, LAT), (108.01, LAT)])
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (stored,) = incidents.find_incidents(session, viewer)
        (mark,) = incidents.incident_points(session, viewer)
        (near,) = incidents_near(session, viewer, LON, LAT, 1_000)
        along = cases_along(session, viewer, line, 1_000, PERIOD)
        located = located_incidents(session, viewer, None, None, None)
        read = clustering_input(session, viewer)
        ((lon, lat, _),) = dated_points(session, viewer, EVERYTHING)
        evidence = evidence_records(session, viewer, [1])[1]
        report = read_reports(session, viewer, [1])[1]
    assert stored.in_square == mark.in_square == evidence.in_square == (not sees_homes(viewer))
    finest = Precision.EXACT if sees_homes(viewer) else Precision.SUB_UNIT
    told = {stored.placement.precision, mark.precision, near.precision, evidence.precision}
    assert told | {report.precision} == {finest}
    pairs = [
        *((each.lon, each.lat) for each in (stored.placement, mark, near, evidence, report)),
        *((each.lons[0], each.lats[0]) for each in (along, located, read)),
        (lon, lat),
    ]
    return {(round(float(a), 6), round(float(b), 6)) for a, b in pairs}


@pytest.mark.parametrize(
    ("home", "precision", "hidden"),
    [
        (AtHome.HOME, Precision.EXACT, True),
        (AtHome.HOME, Precision.STREET, True),
        (AtHome.UNKNOWN, Precision.EXACT, True),
        (AtHome.UNKNOWN, Precision.STREET, False),
        (AtHome.NOT_HOME, Precision.EXACT, False),
        (AtHome.NOT_HOME, Precision.STREET, False),
    ],
)
def test_doubt_counts_as_a_home_where_the_point_is_a_house(
    database: Database, home: AtHome, precision: Precision, hidden: bool
) -> None:
    keep_incidents(database, lived_in(home=home, placement=at(precision)))
    assert _read(database, ANALYST_51) == (SQUARE if hidden else (LON, LAT))
    assert _read(database, PLANNER_51) == (LON, LAT)


def _read(database: Database, viewer: Viewer) -> tuple[float, float]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (mark,) = incidents.incident_points(session, viewer)
    return round(mark.lon, 6), round(mark.lat, 6)


def test_without_a_word_of_the_file_the_written_place_decides(database: Database) -> None:
    keep_incidents(
        database,
        lived_in("VV-1", home=None, address_text="phòng trọ số 3"),
        lived_in("VV-2", home=None, address_text="chợ An Lạc, xã An Lạc"),
        lived_in("VV-3", home=AtHome.NOT_HOME, address_text="nhà riêng"),
    )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = {each.ref: each.home for each in incidents.find_incidents(session, PLANNER)}
    assert found == {
        "VV-1": AtHome.HOME,
        "VV-2": AtHome.NOT_HOME,
        "VV-3": AtHome.NOT_HOME,
    }


def test_no_box_narrows_where_in_its_square_it_lies(database: Database) -> None:
    keep_incidents(database, lived_in())
    tight = widened((LON, LAT, LON, LAT), 20)
    around = widened((*SQUARE, *SQUARE), 20)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for viewer, box, n in [
            *((ANALYST_51, tight, 0), (ANALYST_51, around, 1)),
            *((PLANNER_51, tight, 1), (PLANNER_51, around, 0)),
        ]:
            wanted = IncidentFilter(bbox=box)
            assert len(incidents.find_incidents(session, viewer, wanted)) == n
            cells = incident_density(session, viewer, wanted, 2.0**-10)
            assert sum(cell.n for cell in cells) == n


def test_no_distance_tells_more_than_the_square(database: Database) -> None:
    keep_incidents(database, lived_in())
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for viewer, n in ((ANALYST_51, 0), (PLANNER_51, 1)):
            counts = counts_around(session, viewer, [(LON, LAT)], EVERYTHING, (20.0,))
            assert counts.tolist() == [[n]]
            assert len(incidents_near(session, viewer, LON, LAT, 20)) == n


def test_every_point_of_a_square_gives_the_same_tile(database: Database) -> None:
    keep_incidents(database, lived_in())
    tile = _tile_of(*SQUARE, 18)
    said = []
    inside = [(0.0, 0.0), (0.0009, 0.0009), (-0.0009, 0.0009), (0.0009, -0.0009)]
    for dx, dy in inside:
        lon, lat = SQUARE[0] + dx, SQUARE[1] + dy
        assert snap_to_grid(lon, lat) == SQUARE
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            session.execute(update(table).values(lon=lon, lat=lat))
            labels = Labels(0, ())
            said.append(incident_tile(session, ANALYST_51, EVERYTHING, tile, labels))
            exact = incident_tile(session, PLANNER_51, EVERYTHING, _tile_of(lon, lat, 18), labels)
        assert exact
    assert said[0]
    assert len(set(said)) == 1


def _tile_of(lon: float, lat: float, z: int) -> MapTile:
    n = 2**z
    y = (1 - np.arcsinh(np.tan(np.radians(lat))) / np.pi) / 2 * n
    return MapTile(z, int((lon + 180) / 360 * n), int(y))


def test_databases_and_program_draw_the_same_squares(database: Database) -> None:
    rng = np.random.default_rng(4)
    drawn = np.column_stack([rng.uniform(102, 118, 300), rng.uniform(4, 27, 300)])
    points = [*drawn.tolist(), *([106.1, band + d] for band in BANDS for d in (-0.001, 0.001))]
    given = [lived_in(f"VV-{n}", placement=_moved(lon, lat)) for n, (lon, lat) in enumerate(points)]
    keep_incidents(database, *given)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        shown = shown_point(session, ANALYST)
        rows = session.execute(select(table.c.lon, table.c.lat, shown.lon, shown.lat)).all()
    assert len(rows) == len(points)
    for lon, lat, *told in rows:
        assert told == pytest.approx(snap_to_grid(lon, lat), abs=1e-6)
        assert abs(told[0] - lon) * 111_320 * np.cos(np.radians(lat)) < GRID_M * 0.51
        assert abs(told[1] - lat) * 111_320 < GRID_M * 0.501


def _moved(lon: float, lat: float) -> Placement:
    return Placement(Precision.EXACT, "23401", "23401", "51", lon, lat, "coordinates", 0.97)


@pytest.mark.parametrize("viewer", [ANALYST, ANALYST_51], ids=lambda v: v.name)
def test_a_cluster_of_homes_is_drawn_around_their_squares(
    database: Database, viewer: Viewer
) -> None:
    keep_incidents(database, *(lived_in(f"VV-{n}") for n in range(3)))
    hull = shapely.Point(LON, LAT).buffer(0.0002)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        found = a_cluster(0, (1, 2, 3))
        found = replace(found, lon=LON, lat=LAT, hull_wkb=shapely.to_wkb(hull))
        store_run(session, PLANNER, a_run(draw_map(session)), [found])
        told = find_cluster(session, viewer, "C-000001")
        exact = find_cluster(session, PLANNER_51, "C-000001")
    assert (exact.lon, exact.lat) == (LON, LAT)
    assert (told.lon, told.lat) == pytest.approx(SQUARE, abs=1e-6)
    middle = told.hull.centroid
    assert (middle.x, middle.y) == pytest.approx(SQUARE, abs=1e-5)
    assert (told.n, told.partial) == (exact.n, False)


def test_going_up_reads_the_written_places(owned_database: Database) -> None:
    keep_incidents(
        owned_database,
        lived_in("VV-1", home=None, address_text="nhà riêng, thôn 2"),
        an_incident("VV-2", home=None, address_text="Số 5 Lê Lợi", placement=placed("23401")),
    )
    with unit_of_work(owned_database, LOCAL_OPERATOR) as session:
        keep_again = lived_in("VV-1", home=None, address_text="chợ Cũ, xã Ea Kao")
        incidents.add_incidents(session, LOCAL_OPERATOR, [keep_again], 1)
    move_to(owned_database, "0013")
    with unit_of_work(owned_database, LOCAL_OPERATOR) as session:
        (version,) = session.scalars(select(record_versions.c.content)).all()
        plain = {name: value for name, value in version.items() if name != "home"}
        old = json.dumps(plain, ensure_ascii=False)
        session.execute(text("UPDATE record_versions SET content = :old"), {"old": old})
    move_to(owned_database, "head")
    with unit_of_work(owned_database, LOCAL_OPERATOR, read_only=True) as session:
        told = session.execute(select(table.c.ref, table.c.home).order_by(table.c.ref)).all()
        (version,) = session.scalars(select(record_versions.c.content)).all()
    assert [tuple(row) for row in told] == [("VV-1", "not_home"), ("VV-2", "unknown")]
    assert version["home"] == "home"
