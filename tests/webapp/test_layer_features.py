"""The layers that other tools get: every one with its dictionary, filters, scope and pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import geopandas as gpd
import orjson
import pytest
import shapely

from geo.boundaries import prepare_coverage
from geo.cql2 import TEXT, parse_filter
from geo.layer_stream import FieldType, Points, Shape
from geo.records import Indicators, Period
from geo.terms import CommuneClass, FacilityKind
from models import communes
from models.assessments import store_assessments
from models.border import CommuneChange, replace_changes
from models.communes import NewVersion
from models.criteria import assess
from models.disclosure import DWELLING_NAME, snap_to_grid
from models.errors import NotFoundError
from models.facility_nearness import Near
from models.ruleset import ruleset_for
from models.session import Database, Session, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.seeded_site import NOW, PERIOD
from tests.webapp.test_corridor_pages import keep
from tests.webapp.test_facility_pages import a_facility, bring
from webapp.services.layer_catalogue import LAYERS, PARAMETERS
from webapp.services.layer_extents import Extent, layer_extent
from webapp.services.layer_features import LayerParameterError, count_features, open_layer
from webapp.services.layer_metadata import Made, filter_told, layer_metadata
from webapp.services.layer_query import Boundaries, LayerQuery
from webapp.services.standing import commune_classes

DAY = NOW.date()
PLANNER = Viewer("planner", Role.PLANNER)
ANALYST = Viewer("analyst", Role.ANALYST)
OFFICER = Viewer("commune", Role.COMMUNE, Scope.commune("23401"))
PROVINCE = Viewer("province", Role.PLANNER, Scope.provinces("66"))
VIEWERS = (PLANNER, ANALYST, OFFICER, PROVINCE)

KINDS: dict[FieldType, tuple[type, ...]] = {
    FieldType.TEXT: (str,),
    FieldType.INTEGER: (int,),
    FieldType.NUMBER: (int, float),
    FieldType.BOOLEAN: (bool,),
    FieldType.DATE: (date,),
    FieldType.LIST: (list, dict),
}
PARTS = {
    Shape.POINT: {"Point"},
    Shape.LINES: {"LineString", "MultiLineString"},
    Shape.AREAS: {"Polygon", "MultiPolygon"},
}


@pytest.fixture
def filled(seeded_database: Database) -> Database:
    """The seeded site with key routes and facilities besides."""
    keep(seeded_database)
    lodging = a_facility("T2", FacilityKind.LODGING)
    bring(seeded_database, a_facility("T1"), lodging)
    return seeded_database


Read = list[tuple[dict[str, Any], Any]]


def read(database: Database, viewer: Viewer, layer: str, **asked: Any) -> Read:
    """Every feature of a query: its values by name and its geometry."""
    query = LayerQuery(layer, asked.pop("as_of", DAY), **asked)
    found: Read = []
    with unit_of_work(database, viewer, read_only=True) as session:
        stream = open_layer(session, viewer, query)
        for batch in stream.batches:
            rows = [dict(zip(stream.names, row, strict=True)) for row in batch.rows]
            assert [row[LAYERS[layer].id_field] for row in rows] == list(batch.ids)
            found += zip(rows, _shapes(batch.geometries), strict=True)
        if query.limit is None:
            assert count_features(session, viewer, query) == len(found)
    return found


def _shapes(geometries: Points | Sequence[Any]) -> list[Any]:
    if not isinstance(geometries, Points):
        return list(geometries)
    pairs = zip(geometries.lons, geometries.lats, strict=True)
    return [None if lon is None else shapely.Point(lon, lat) for lon, lat in pairs]


def ids(found: Read, layer: str) -> list[Any]:
    return [row[LAYERS[layer].id_field] for row, _ in found]


@pytest.mark.parametrize("viewer", VIEWERS, ids=lambda v: v.name)
@pytest.mark.parametrize("layer", LAYERS)
def test_a_layer_keeps_what_its_dictionary_says(
    filled: Database, layer: str, viewer: Viewer
) -> None:
    info, found = LAYERS[layer], read(filled, viewer, layer)
    assert found or viewer in (OFFICER, PROVINCE)
    assert ids(found, layer) == sorted(set(ids(found, layer)))
    for row, shape in found:
        assert shape is None or shape.geom_type in PARTS[info.shape]
        for field in info.fields:
            value = row[field.name]
            assert value is None or type(value) in KINDS[field.type], (field.name, value)
            if field.codes and isinstance(value, str) and value:
                assert set(value.split(",")) <= {*field.codes, str(row.get("boundary_map"))}


@pytest.mark.parametrize("layer", LAYERS)
def test_every_field_is_told_in_both_languages(layer: str) -> None:
    for field in LAYERS[layer].fields:
        assert field.vi and field.en and field.vi != field.en, field.name


@pytest.mark.parametrize("layer", LAYERS)
def test_pages_follow_each_other(filled: Database, layer: str) -> None:
    whole = ids(read(filled, PLANNER, layer), layer)
    paged: list[Any] = []
    while page := read(filled, PLANNER, layer, after=paged[-1] if paged else None, limit=2):
        paged += ids(page, layer)
    assert paged == whole
    behind = LayerQuery(layer, DAY, after=whole[0], limit=1)
    with unit_of_work(filled, PLANNER, read_only=True) as session:
        assert count_features(session, PLANNER, behind) == len(whole)
    assert ids(read(filled, PLANNER, layer, ids=(whole[0],)), layer) == whole[:1]


WORD: dict[str, Any] = {
    "province_code": "51",
    "commune_code": "23401",
    "since": DAY,
    "until": DAY,
    "period": PERIOD,
    "bbox": (0.0, 0.0, 1.0, 1.0),
    "kinds": ("x",),
    "sides": ("x",),
    "substances": ("x",),
    "detected_by": ("x",),
    "near": Near(((FacilityKind.SCHOOL, 500.0),)),
    "statuses": ("x",),
    "precisions": ("x",),
    "flags": ("x",),
    "classes": ("x",),
    "verified": True,
    "boundaries": Boundaries.THEN,
    "where": {"op": "isNull", "args": [{"property": "geometry"}]},
}


@pytest.mark.parametrize("layer", LAYERS)
def test_a_filter_that_a_layer_does_not_take_is_refused_by_name(
    filled: Database, layer: str
) -> None:
    assert WORD.keys() == PARAMETERS.keys()
    for name, value in WORD.items():
        if name not in LAYERS[layer].takes or name in LAYERS[layer].words():
            with pytest.raises(LayerParameterError, match=f"«{PARAMETERS[name]}»") as refused:
                read(filled, PLANNER, layer, **{name: value})
            assert refused.value.parameter == PARAMETERS[name]
        elif name != "boundaries":  # no map of former communes is installed here
            read(filled, PLANNER, layer, **{name: value})


def test_a_layer_that_nobody_knows_is_told_with_those_there_are(filled: Database) -> None:
    with (
        unit_of_work(filled, PLANNER, read_only=True) as session,
        pytest.raises(NotFoundError, match=r"«cases».*incidents, hotspots"),
    ):
        open_layer(session, PLANNER, LayerQuery("cases", DAY))


@pytest.mark.parametrize(
    ("layer", "asked", "n"),
    [
        ("incidents", {}, 14),
        ("incidents", {"as_of": date(2026, 2, 5)}, 6),
        ("incidents", {"since": date(2026, 3, 1), "until": date(2026, 3, 5)}, 1),
        ("incidents", {"verified": False}, 1),
        ("incidents", {"province_code": "66"}, 1),
        ("incidents", {"near": Near(((FacilityKind.SCHOOL, 50.0),))}, 3),
        ("incidents", {"kinds": ("use",)}, 0),
        ("hotspots", {}, 4),
        ("hotspots", {"as_of": date(2025, 1, 9)}, 0),
        ("hotspots", {"statuses": ("active", "re_emerged")}, 3),
        ("hotspots", {"since": date(2026, 2, 1)}, 2),
        ("hotspots", {"until": date(2026, 2, 1)}, 3),
        ("hotspots", {"commune_code": "24133"}, 1),
        ("hotspots", {"kinds": ("retail",)}, 0),
        ("clusters", {"flags": ("known",)}, 1),
        ("clusters", {"flags": ("shifted",)}, 0),
        ("clusters", {"since": date(2026, 2, 10)}, 1),
        ("clusters", {"since": date(2026, 2, 11)}, 0),
        ("clusters", {"commune_code": "23401"}, 1),
        ("clusters", {"commune_code": "24133"}, 0),
        ("communes", {}, 12),
        ("communes", {"province_code": "66"}, 6),
        ("communes", {"commune_code": "23401"}, 1),
        ("communes", {"classes": ("unknown",)}, 9),
        ("communes", {"bbox": (107.61, 14.61, 107.69, 14.69)}, 1),
        ("communes", {"bbox": (100.0, 8.0, 101.0, 9.0)}, 0),
        ("provinces", {}, 2),
        ("provinces", {"bbox": (107.61, 14.61, 107.69, 14.69)}, 1),
        ("corridors", {}, 1),
        ("corridors", {"since": date(2025, 6, 1)}, 2),
        ("corridors", {"commune_code": "24133"}, 0),
        ("border_segments", {}, 3),
        ("border_segments", {"province_code": "66"}, 2),
        ("facilities", {"kinds": ("lodging",)}, 1),
        ("facilities", {"bbox": (107.0, 14.0, 107.1, 14.1)}, 0),
    ],
)
def test_filters_cut(filled: Database, layer: str, asked: dict[str, Any], n: int) -> None:
    assert len(read(filled, PLANNER, layer, **asked)) == n


@pytest.mark.parametrize(
    ("layer", "text", "n"),
    [
        ("incidents", "S_INTERSECTS(geometry, BBOX(107.6, 14.5, 107.7, 14.6))", 1),
        ("hotspots", "is_dwelling = TRUE", 1),
        ("clusters", "n > 5 AND first_date < DATE('2026-03-01')", 1),
        ("communes", "residents >= 9000", 3),
        ("communes", "S_WITHIN(geometry, BBOX(107.5, 14.59, 107.81, 14.71))", 2),
        ("provinces", "n_unknown < communes AND geometry IS NOT NULL", 2),
        ("corridors", "length_km < 0", 0),
        ("border_segments", "cases_5km > 0", 1),
        ("facilities", "CASEI(kind) = CASEI('SCHOOL')", 1),
    ],
)
def test_expressions_cut(filled: Database, layer: str, text: str, n: int) -> None:
    where = parse_filter(text, TEXT, LAYERS[layer].fields)
    assert len(read(filled, PLANNER, layer, where=where)) == n


def test_a_home_is_a_square_to_whoever_does_not_act_on_it(filled: Database) -> None:
    (exact,) = [each for each in read(filled, PLANNER, "hotspots") if each[0]["is_dwelling"]]
    (square,) = [each for each in read(filled, ANALYST, "hotspots") if each[0]["is_dwelling"]]
    assert (exact[1].x, exact[1].y) == (107.6512, 14.5512)
    assert (square[1].x, square[1].y) == snap_to_grid(107.6512, 14.5512)
    assert square[0]["name"] == DWELLING_NAME
    assert square[0]["address_text"] == ""
    assert (exact[0]["on_grid"], square[0]["on_grid"]) == (False, True)
    around = (107.65119, 14.55119, 107.65121, 14.55121)
    assert read(filled, ANALYST, "hotspots", bbox=around) == []
    where = parse_filter("name LIKE 'Nhà trong%'", TEXT, LAYERS["hotspots"].fields)
    assert read(filled, ANALYST, "hotspots", where=where) == []


def test_records_are_those_of_the_scope_and_figures_too(filled: Database) -> None:
    assert {row["province_code"] for row, _ in read(filled, PROVINCE, "incidents")} == {"66"}
    assert {row["province_code"] for row, _ in read(filled, PROVINCE, "hotspots")} == {"66"}
    assert read(filled, PROVINCE, "clusters") == []
    told = {row["code"]: row for row, _ in read(filled, PROVINCE, "communes")}
    assert told["23401"]["class"] != "unknown"
    assert (told["23401"]["dependents"], told["24133"]["dependents"]) == (None, 60)


def test_classes_are_those_of_the_one_answer(filled: Database) -> None:
    with unit_of_work(filled, PLANNER, read_only=True) as session:
        standing = commune_classes(session, PLANNER, PERIOD, today=DAY)
    told = {row["code"]: row for row, _ in read(filled, PLANNER, "communes")}
    assert {code: told[code]["class"] for code in standing} == {
        code: cls.value for code, cls in standing.items()
    }
    assert told["23401"]["ruleset"] == "qd28_2025"
    assert told["21025"]["ruleset"] is None
    assert told["23401"]["period"] == "2025-12-15/2026-12-14"
    by_class = {row["code"]: row for row, _ in read(filled, PLANNER, "provinces")}
    counted = [row["class"] for row in told.values() if row["province_code"] == "51"]
    assert by_class["51"]["n_unknown"] == counted.count("unknown")
    assert by_class["51"]["communes"] == 6


def test_classes_of_former_communes_are_carried_to_the_map_in_force(filled: Database) -> None:
    former = Period(date(2023, 12, 15), date(2024, 12, 14))
    _sign_former(filled, former, {"99001": "drug_free", "99002": "drug_free", "99003": "type_3"})
    told = {row["code"]: row for row, _ in read(filled, PLANNER, "communes", period=former)}
    assert (told["23401"]["class"], told["23401"]["class_from"]) == ("drug_free", "carried")
    assert (told["23377"]["class"], told["23377"]["ruleset"]) == ("unknown", "qd3122_2010")
    assert told["23383"]["class_from"] == "own"
    with pytest.raises(NotFoundError, match="14/12/2024"):
        read(filled, PLANNER, "communes", period=former, boundaries=Boundaries.THEN)


def test_with_the_map_of_then_every_class_is_its_own(filled: Database) -> None:
    former = Period(date(2023, 12, 15), date(2024, 12, 14))
    _sign_former(filled, former, {"99001": "type_3"})
    with unit_of_work(filled, LOCAL_OPERATOR) as session:
        _draw_former_map(session)
    told = read(filled, PLANNER, "communes", period=former, boundaries=Boundaries.THEN)
    ((row, shape),) = told
    assert (row["code"], row["class"], row["class_from"]) == ("99001", "type_3", "own")
    assert row["boundary_map"] == "2020-01-01"
    assert shape.bounds == (107.6, 14.6, 107.65, 14.7)
    with unit_of_work(filled, PLANNER, read_only=True) as session:
        query = LayerQuery("communes", DAY, period=former, boundaries=Boundaries.THEN)
        metadata = layer_metadata(session, PLANNER, query, Made("gpkg", NOW))
    assert metadata["boundaries"] == "Bản đồ cũ (2020)"
    assert metadata["boundaries_mode"] == "then"


def _sign_former(database: Database, period: Period, classes: dict[str, str]) -> None:
    """Classes of communes of before July 2025; 23401 holds the first two, 23377 the others."""
    parts = {"99001": "23401", "99002": "23401", "99003": "23377", "99004": "23377"}
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        rows = [
            CommuneChange(old, new, f"Xã {old}", "", "", None, is_default=True)
            for old, new in parts.items()
        ]
        replace_changes(session, LOCAL_OPERATOR, rows)
        results = [
            replace(assess(ruleset_for(period), Indicators(code, period)), cls=CommuneClass(word))
            for code, word in classes.items()
        ]
        store_assessments(session, LOCAL_OPERATOR, results)


def _draw_former_map(session: Session) -> None:
    frame = gpd.GeoDataFrame(
        [
            {
                "code": "99001",
                "name": "Cũ",
                "full_name": "Xã Cũ",
                "unit_type": "Xã",
                "province_code": "62",
                "province_name": "Tỉnh Kon Tum",
                "area_km2": 60.0,
                "border_with": "",
                "geometry": shapely.box(107.6, 14.6, 107.65, 14.7),
            }
        ],
        crs="EPSG:4326",
    )
    version = NewVersion(
        source="Bản đồ cũ",
        licence="CC0",
        vintage="2020",
        sha256="c" * 64,
        valid_from=date(2020, 1, 1),
        approximate=True,
        installed_at=NOW,
        valid_to=date(2025, 6, 30),
    )
    communes.install_version(session, LOCAL_OPERATOR, prepare_coverage(frame), version)


@pytest.mark.parametrize("layer", LAYERS)
def test_metadata_say_what_makes_a_layer_honest(filled: Database, layer: str) -> None:
    query = LayerQuery(layer, DAY, province_code="51")
    made = Made("gpkg", NOW, 3405, "https://dia.ban/export/x?province=51")
    with unit_of_work(filled, ANALYST, read_only=True) as session:
        told = orjson.loads(orjson.dumps(layer_metadata(session, ANALYST, query, made)))
    assert (told["layer"], told["filter"], told["crs"]) == (layer, {"province": "51"}, "EPSG:3405")
    assert told["address"] == made.address
    assert told["marks"] == ["ranh giới gần đúng", "dữ liệu mô phỏng"]
    assert told["boundaries_licence"] == "CC0"
    assert told["scope"] == {"role": "Cán bộ phân tích", "area": "Toàn quốc"}
    assert ("250 m" in told["disclosure"]) == (layer in {"incidents", "hotspots", "clusters"})
    assert [each["name"] for each in told["fields"]] == list(LAYERS[layer].names)
    assert bool(told["rulesets"]) == (layer in {"communes", "provinces"})
    assert ("run_id" in told) == (layer == "clusters")


def test_a_filter_is_told_as_it_was_asked(filled: Database) -> None:
    where = parse_filter("offenders > 1", TEXT, LAYERS["incidents"].fields)
    query = LayerQuery(
        "incidents",
        DAY,
        since=date(2026, 1, 1),
        kinds=("use", "trading"),
        near=WORD["near"],
        verified=False,
        boundaries=Boundaries.THEN,
        where=where,
    )
    assert filter_told(query) == {
        "from": "2026-01-01",
        "kind": ["use", "trading"],
        "near": "school:500",
        "verified": False,
        "boundaries": "then",
        "filter": where,
    }


def test_how_far_a_layer_reaches(filled: Database) -> None:
    with unit_of_work(filled, PLANNER, read_only=True) as session:
        reach = {layer: layer_extent(session, PLANNER, layer, DAY) for layer in LAYERS}
    assert reach["incidents"].bbox == (107.6, 14.5, 107.7, 14.7)
    assert (reach["incidents"].since, reach["incidents"].until) == (
        date(2025, 3, 5),
        date(2026, 4, 1),
    )
    for layer in ("communes", "provinces"):
        assert reach[layer].bbox == pytest.approx((107.6, 14.5, 108.2, 14.7))
    assert reach["border_segments"].bbox == (107.6, 14.5, 107.6, 14.7)
    assert (reach["hotspots"].since, reach["hotspots"].until) == (
        date(2025, 1, 10),
        date(2026, 5, 2),
    )
    assert reach["corridors"].until is None or reach["corridors"].since is not None
    for layer in LAYERS:
        shapes = [shape for _, shape in read(filled, PLANNER, layer) if shape is not None]
        assert shapely.box(*reach[layer].bbox).buffer(1e-6).covers(shapely.union_all(shapes))
    with unit_of_work(filled, PROVINCE, read_only=True) as session:
        assert layer_extent(session, PROVINCE, "clusters", DAY) == Extent()
