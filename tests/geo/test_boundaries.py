"""Cleaning, simplifying, merging and asking coverages."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod
from shapely import Polygon, box

from geo.boundaries import (
    NATION_TOLERANCE_DEG,
    Coverage,
    coverage_from_frame,
    prepare_coverage,
    simplify,
)
from geo.errors import BoundaryError
from geo.faults import find_faults
from geo.merging import merge_coverages, renumbered
from geo.sources import load_source


def frame(shapes: dict[str, Polygon]) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        [
            {
                **{"code": code, "name": f"U{code}", "full_name": f"Xã U{code}", "unit_type": "Xã"},
                **{"province_code": code[:2], "province_name": "P", "area_km2": 1.0},
                "geometry": shape,
            }
            for code, shape in shapes.items()
        ],
        crs="EPSG:4326",
    )


def square(column: float, row: float, side: float = 1.0) -> Polygon:
    """A square of some hundredths of a degree on a grid near 106° E, 15° N."""
    west, south = 106 + column / 100, 15 + row / 100
    corners = (west, south, west + side / 100, south + side / 100)
    return box(*(round(value, 6) for value in corners))


def wavy(n: int = 400) -> gpd.GeoDataFrame:
    """Two units with a finely drawn common edge."""
    lat = np.linspace(15, 15.1, n)
    edge = np.column_stack([106.05 + 0.002 * np.sin(lat * 900), lat])
    left = Polygon([(106, 15), *edge, (106, 15.1)])
    right = Polygon([(106.1, 15), *edge, (106.1, 15.1)])
    return frame({"01001": left, "01002": right})


# ------------------------------------------------------------------ cleaning


def test_a_clean_coverage_passes_unchanged() -> None:
    source = frame({"01001": square(0, 0), "01002": square(1, 0)})

    prepared = prepare_coverage(source)

    assert prepared.repaired == 0
    assert (prepared.gaps, prepared.overlaps) == ((), ())
    assert all(a.equals(b) for a, b in zip(prepared.frame.geometry, source.geometry, strict=True))


def test_an_overlap_is_measured_and_resolved() -> None:
    source = frame({"01001": square(0, 0), "01002": box(106.009, 15, 106.02, 15.01)})

    prepared = prepare_coverage(source)

    overlap = prepared.faults_before.overlaps[0]
    assert (overlap.code, overlap.other_code) == ("01001", "01002")
    # A thousandth of a degree of longitude at 15° by a hundredth of latitude.
    assert overlap.area_m2 == pytest.approx(107.55 * 1106.4, rel=0.01)
    assert prepared.repaired == 2
    assert prepared.overlaps == ()
    assert shapely.coverage_is_valid(prepared.frame.geometry.to_numpy())


def test_a_sliver_between_neighbours_is_closed() -> None:
    source = frame(
        {
            "01001": square(0, 0),
            "01002": box(106.01005, 15, 106.02, 15.01),
            "01003": box(106, 14.99, 106.02, 15),
            "01004": box(106, 15.01, 106.02, 15.02),
        }
    )

    prepared = prepare_coverage(source)

    assert len(prepared.faults_before.gaps) == 1
    assert prepared.gaps == ()
    whole = shapely.coverage_union_all(prepared.frame.geometry.to_numpy())
    assert whole.equals(box(106, 14.99, 106.02, 15.02))


def test_a_hole_between_communes_is_reported_as_a_gap() -> None:
    ring = {
        f"0100{i}": square(c, r)
        for i, (c, r) in enumerate([(c, r) for c in range(3) for r in range(3) if (c, r) != (1, 1)])
    }

    faults = find_faults(frame(ring))

    assert faults.edges_match
    assert len(faults.gaps) == 1
    assert (faults.gaps[0].lon, faults.gaps[0].lat) == pytest.approx((106.015, 15.015), abs=0.005)
    assert faults.gaps[0].area_m2 == pytest.approx(1_189_000, rel=0.01)


def test_a_unit_drawn_twice_is_refused_by_name() -> None:
    source = frame({"01001": square(0, 0), "01002": square(1, 0), "01003": square(1, 0)})

    with pytest.raises(BoundaryError, match=r"Xã U0100[23] \(0100[23]\)"):
        prepare_coverage(source)


def test_neighbours_share_their_edge_at_every_level() -> None:
    prepared = prepare_coverage(wavy())

    for level in ("geometry", "geom_province", "geom_nation"):
        shapes = prepared.frame[level].to_numpy()
        assert shapely.coverage_is_valid(shapes)
        whole = shapely.coverage_union_all(shapes)
        assert all(len(part.interiors) == 0 for part in shapely.get_parts(whole))
    counts = [
        int(shapely.get_num_coordinates(prepared.frame[level].to_numpy()).sum())
        for level in ("geometry", "geom_province", "geom_nation")
    ]
    assert counts[0] > counts[1] > counts[2]


def test_a_tiny_island_is_kept_at_every_level() -> None:
    island = box(108, 15, 108.0002, 15.0002)
    prepared = prepare_coverage(frame({"01001": square(0, 0, 10), "01002": island}))

    for level in ("geometry", "geom_province", "geom_nation"):
        assert not shapely.is_empty(prepared.frame[level].to_numpy()).any()


def test_preparing_leaves_its_argument_alone() -> None:
    source = wavy()
    before = source.copy(deep=True)

    prepare_coverage(source)

    assert list(source.columns) == list(before.columns)
    assert source.geometry.geom_equals_exact(before.geometry, 0).all()


# ------------------------------------------------------------------ merging


def test_a_part_wins_its_ground_and_the_rest_takes_what_it_leaves() -> None:
    whole = frame({"01001": square(0, 0), "02001": square(1, 0), "02002": square(2, 0)})
    # The official limit of 01001 ends earlier on the east and reaches farther north.
    part = frame({"01001": box(106, 15, 106.008, 15.012)})

    merged = merge_coverages(whole, part)
    prepared = prepare_coverage(merged)

    by_code = dict(zip(prepared.frame["code"], prepared.frame.geometry, strict=True))
    assert by_code["01001"].equals(part.geometry[0])
    assert by_code["02001"].covers(box(106.0081, 15.0001, 106.0199, 15.0099))
    assert by_code["02002"].equals(square(2, 0))
    assert prepared.overlaps == ()


def test_a_part_that_buries_a_remaining_commune_is_refused() -> None:
    whole = frame({"01001": square(0, 0), "02001": square(1, 0)})
    part = frame({"01001": box(106, 15, 106.02, 15.01)})

    with pytest.raises(BoundaryError, match="U02001"):
        merge_coverages(whole, part)


def test_a_commune_numbered_otherwise_is_known_by_name_and_province() -> None:
    whole = frame({"01001": square(0, 0), "01002": square(1, 0), "02001": square(2, 0)})
    part = frame({"01009": square(1, 0)}).assign(name="u01002")

    assert list(renumbered(whole, part)["code"]) == ["01001", "01009", "02001"]
    elsewhere = part.assign(province_code="02")
    assert list(renumbered(whole, elsewhere)["code"]) == ["01001", "01002", "02001"]


# ------------------------------------------------------------------ asking


@pytest.fixture(scope="module")
def grid() -> Coverage:
    cells = {f"{10 * r + c:05d}": square(c, r) for r in range(10) for c in range(10)}
    return Coverage(list(cells), list(cells.values()), tolerance_m=50)


def test_points_find_their_commune(grid: Coverage) -> None:
    found = grid.locate_many([106.005, 106.095, 105.9, np.nan], [15.005, 15.095, 15.005, 15.0])

    assert list(found) == ["00000", "00099", None, None]


def test_a_point_on_a_common_edge_goes_to_the_lower_code(grid: Coverage) -> None:
    assert grid.locate(106.01, 15.005) == "00000"
    assert grid.locate(106.01, 15.01) == "00000"


def test_no_points_give_no_codes(grid: Coverage) -> None:
    assert len(grid.locate_many([], [])) == 0


@given(
    st.lists(st.tuples(st.floats(105.98, 106.12), st.floats(14.98, 15.12)), min_size=1, max_size=30)
)
def test_many_points_are_located_as_each_alone(points: list[tuple[float, float]]) -> None:
    cells = {f"{10 * r + c:05d}": square(c, r) for r in range(10) for c in range(10)}
    grid = Coverage(list(cells), list(cells.values()), tolerance_m=50)

    together = grid.locate_many([p[0] for p in points], [p[1] for p in points])

    assert list(together) == [grid.locate(*p) for p in points]


def test_the_order_of_the_communes_does_not_matter(grid: Coverage) -> None:
    turned = Coverage(
        list(grid.codes[::-1]), [grid.geometry(c) for c in grid.codes[::-1]], tolerance_m=50
    )
    lon = np.linspace(105.99, 106.11, 200)

    assert list(turned.locate_many(lon, lon - 91)) == list(grid.locate_many(lon, lon - 91))


def test_distance_is_in_metres_and_zero_inside(grid: Coverage) -> None:
    assert grid.distance_m("00000", 106.005, 15.005) == 0
    expected = Geod(ellps="WGS84").inv(105.99, 15.005, 106.0, 15.005)[2]
    assert grid.distance_m("00000", 105.99, 15.005) == pytest.approx(expected, rel=1e-4)
    with pytest.raises(KeyError):
        grid.distance_m("99999", 106, 15)


def test_a_point_just_outside_is_nowhere_but_within_tolerance(grid: Coverage) -> None:
    lon = 106 - 0.0002

    assert grid.locate(lon, 15.005) is None
    assert 0 < grid.distance_m("00000", lon, 15.005) < grid.tolerance_m


# ------------------------------------------------------------------ the official coverage


@pytest.fixture(scope="module")
def official(shared_dir: Path) -> gpd.GeoDataFrame:
    return load_source(shared_dir / "boundaries" / "official_2025" / "communes.parquet")


def test_the_nation_fits_the_wire(official: gpd.GeoDataFrame) -> None:
    shapes = simplify(official.geometry.to_numpy(), NATION_TOLERANCE_DEG)

    assert packed_kb(shapes, official["code"], 4) <= 900


def test_a_large_province_keeps_its_topology_and_fits_the_wire(
    official: gpd.GeoDataFrame,
) -> None:
    province = official[official["province_code"] == "68"].reset_index(drop=True)

    prepared = prepare_coverage(province)

    assert prepared.repaired == 0
    assert prepared.overlaps == ()
    assert packed_kb(prepared.frame["geom_province"].to_numpy(), province["code"], 5) <= 350


def test_an_official_commune_is_found(official: gpd.GeoDataFrame) -> None:
    assert coverage_from_frame(official, tolerance_m=50).locate(105.8342, 21.0367) == "00004"


def packed_kb(shapes: np.ndarray, codes: gpd.GeoSeries, decimals: int) -> float:
    rounded = shapely.transform(shapes, lambda lonlat: np.round(lonlat, decimals))
    features = [
        {"type": "Feature", "id": code, "geometry": json.loads(shapely.to_geojson(shape))}
        for code, shape in zip(codes, rounded, strict=True)
    ]
    return len(gzip.compress(json.dumps(features, separators=(",", ":")).encode())) / 1000
