"""Stored maps of communes, the border and the changes, on both databases."""

from __future__ import annotations

from datetime import UTC, date, datetime

import geopandas as gpd
import pytest
import shapely
from shapely import MultiLineString, box

from geo.boundaries import PreparedCoverage, prepare_coverage
from geo.polygons import multipolygon
from geo.records import BorderLine
from models import communes
from models.communes import BorderGate, CommuneChange, NewVersion
from models.errors import NotAllowedError, NotFoundError
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import PLANNER, draw_map

ADMIN = LOCAL_OPERATOR
OFFICER = Viewer("xa", Role.COMMUNE, Scope.commune("23401"))
START = date(2025, 7, 1)


def prepared(names: dict[str, str] | None = None) -> PreparedCoverage:
    """Three squares: two in province 51, one in 66; the first lies on the border."""
    names = names or {"23401": "51", "23377": "51", "24133": "66"}
    frame = gpd.GeoDataFrame(
        [
            {
                **{"code": code, "name": f"N{code}", "full_name": f"Xã N{code}"},
                **{"unit_type": "Xã", "province_code": province},
                **{"province_name": f"Tỉnh {province}", "area_km2": 12.5},
                **{"border_with": "LAO" if i == 0 else ""},
                "geometry": box(107 + i / 10, 14, 107.1 + i / 10, 14.1),
            }
            for i, (code, province) in enumerate(names.items())
        ],
        crs="EPSG:4326",
    )
    return prepare_coverage(frame)


def meta(
    source: str = "a.gpkg",
    valid_from: date = START,
    valid_to: date | None = None,
    approximate: bool = False,
) -> NewVersion:
    return NewVersion(
        source=source,
        licence="MIT",
        vintage="07/2026",
        sha256="0" * 64,
        valid_from=valid_from,
        valid_to=valid_to,
        approximate=approximate,
        installed_at=datetime(2026, 6, 14, 8, tzinfo=UTC),
    )


def install(database: Database, **facts: object) -> int:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        return communes.install_version(session, ADMIN, prepared(), meta(**facts))  # type: ignore[arg-type]


def test_an_installed_version_is_current_and_reads_back(database: Database) -> None:
    version_id = install(database)

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        version = communes.current_version(session, OFFICER)
        units = communes.commune_units(session, OFFICER, version_id)
        rows = communes.coverage_rows(session, OFFICER, version_id)
    assert version.id == version_id
    assert (version.commune_count, version.valid_from, version.valid_to) == (3, START, None)
    assert [u.code for u in units] == ["23377", "23401", "24133"]
    assert units[1].border_with == "LAO"
    assert shapely.contains_xy(rows[1][1], units[1].lon, units[1].lat)
    assert rows[1][1].equals(box(107, 14, 107.1, 14.1))


def test_no_map_says_how_to_install_one(database: Database) -> None:
    with (
        unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session,
        pytest.raises(NotFoundError, match="boundaries install"),
    ):
        communes.current_version(session, OFFICER)


def test_a_second_map_of_the_same_day_leaves_nothing_of_the_first(database: Database) -> None:
    first = install(database, approximate=True)
    second = install(database, source="b.gpkg")

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        versions = {v.id: v for v in communes.list_versions(session, ADMIN)}
        assert communes.current_version(session, ADMIN).id == second
        assert communes.past_versions(session, ADMIN) == []
    assert not versions[first].is_current
    assert versions[first].valid_to == date(2025, 6, 30)


def test_a_later_map_ends_the_one_before_the_day_it_begins(database: Database) -> None:
    first = install(database)
    install(database, valid_from=date(2027, 1, 1))

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        past = communes.past_versions(session, ADMIN)
    assert [(v.id, v.valid_from, v.valid_to) for v in past] == [(first, START, date(2026, 12, 31))]


def test_a_map_of_the_past_stands_beside_the_one_in_force(database: Database) -> None:
    current = install(database)
    old = install(database, valid_from=date(2008, 1, 1), valid_to=date(2025, 6, 30))

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert communes.current_version(session, ADMIN).id == current
        assert [v.id for v in communes.past_versions(session, ADMIN)] == [old]


def test_shapes_come_by_level_and_province(database: Database) -> None:
    version_id = install(database)

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for level in ("full", "province", "nation"):
            shapes = communes.commune_shapes(session, OFFICER, version_id, level)
            assert shapely.coverage_is_valid([s.geometry for s in shapes])
        only = communes.commune_shapes(session, OFFICER, version_id, "nation", "66")
    assert [(s.code, s.full_name, s.border_with) for s in only] == [("24133", "Xã N24133", "")]


def test_provinces_are_the_unions_of_their_communes(database: Database) -> None:
    version_id = install(database)

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        listed = communes.provinces(session, OFFICER)
        shapes = communes.province_shapes(session, OFFICER, version_id, "full")
    assert [(p.code, p.name) for p in listed] == [("51", "Tỉnh 51"), ("66", "Tỉnh 66")]
    assert shapes[0].geometry.bounds == pytest.approx((107, 14, 107.2, 14.1))
    assert shapes[0].geometry.area == pytest.approx(0.02)
    assert shapes[1].geometry.bounds == pytest.approx((107.2, 14, 107.3, 14.1))


def test_a_commune_is_found_on_the_map_in_force_only(database: Database) -> None:
    install(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        other = prepared({"00004": "01"})
        communes.install_version(session, ADMIN, other, meta("old", valid_to=START))

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert communes.find_commune(session, OFFICER, "23401").full_name == "Xã N23401"
        with pytest.raises(NotFoundError, match="00004"):
            communes.find_commune(session, OFFICER, "00004")


def test_only_administrators_replace_the_map(database: Database) -> None:
    planner = Viewer("kh", Role.PLANNER)
    with unit_of_work(database, LOCAL_OPERATOR) as session, pytest.raises(NotAllowedError):
        communes.install_version(session, planner, prepared(), meta())
    with unit_of_work(database, LOCAL_OPERATOR) as session, pytest.raises(NotAllowedError):
        communes.replace_gates(session, planner, [])


def test_the_border_and_its_gates_are_replaced_as_a_whole(database: Database) -> None:
    line = BorderLine(
        "LAO",
        "drawn by hand",
        11.1,
        MultiLineString([[(107, 14), (107, 14.1)]]),
        multipolygon(box(107, 14, 107.1, 14.1)),
    )
    gate = BorderGate("Bờ Y", "international", "LAO", 107.55, 14.7, "approximate_0.1deg")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        for _ in range(2):
            communes.replace_border(session, ADMIN, [line])
            communes.replace_gates(session, ADMIN, [gate])

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (stored,) = communes.border_lines(session, OFFICER)
        assert communes.gates(session, OFFICER) == [gate]
    assert (stored.neighbour, stored.length_km) == ("LAO", 11.1)
    assert stored.geometry.equals(line.geometry)
    assert stored.band.equals(line.band)


def test_changes_come_with_the_default_heir_first(database: Database) -> None:
    rows = [
        CommuneChange("00001", code, "Phường A", "Quận B", "Hà Nội", None, code == "00099")
        for code in ("00004", "00099")
    ]
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        communes.replace_changes(session, ADMIN, rows)

    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        stored = communes.changes(session, OFFICER)
    assert [c.new_code for c in stored] == ["00099", "00004"]


def test_provinces_are_named_by_code_and_without_a_map_not_at_all(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assert communes.province_names(session, PLANNER) == {}
        draw_map(session)
        named = communes.province_names(session, PLANNER)
    assert named == {"01": "01", "51": "51"}
