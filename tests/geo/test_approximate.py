"""The approximate communes: the parts they are made with, and what ships."""

from __future__ import annotations

import hashlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from shapely import MultiPolygon, box

from geo.approximate import derive_communes, join_exclaves
from geo.corridors import length_km, neighbours_of_communes, read_border
from geo.coverage import Coverage
from geo.errors import BoundaryError
from geo.faults import find_faults
from geo.lattice import CELL_M, draw_lattice, trace
from geo.manifest import ManifestEntry, read_manifest, write_manifest
from geo.outline import Outline, read_outline
from geo.polygons import as_polygons
from geo.seeds import Seeds, load_seeds, to_degrees, to_metric
from geo.sources import load_source

SHIPPED = Path(__file__).parents[2] / "data" / "boundaries"
ACCURACY = 0.81
"""Share of random points in the right commune that what ships must keep."""


# ------------------------------------------------------------------ drawing


def test_a_lattice_draws_each_label_as_one_polygon() -> None:
    land = box(0, 0, 4_000, 4_000)
    shapes = trace(draw_lattice(lambda xy: (xy[:, 0] > 2_000).astype(np.intp), land), 2)

    assert shapely.coverage_is_valid(shapes)
    assert abs(shapes[0].bounds[2] - 2_000) <= CELL_M
    assert shapely.area(shapes).sum() == shapely.union_all(shapes).area


def test_a_label_without_a_cell_has_an_empty_polygon() -> None:
    lattice = draw_lattice(lambda xy: np.zeros(len(xy), dtype=np.intp), box(0, 0, 800, 800))

    assert list(shapely.is_empty(trace(lattice, 2))) == [False, True]


def test_a_small_detached_part_goes_to_the_neighbour_around_it() -> None:
    hole = box(4, 4, 5, 5)
    ring = box(3, 3, 10, 10).difference(hole)
    far = box(20, 20, 30, 30)

    joined = join_exclaves(as_polygons([ring, MultiPolygon([far, hole])]))

    assert joined[0].equals(box(3, 3, 10, 10))
    assert joined[1].equals(far)


def small_seeds() -> Seeds:
    """Two communes side by side on land and one far out at sea."""
    lonlat = np.array([[107.0, 15.0], [107.2, 15.0], [112.0, 16.5]])
    xy = to_metric(lonlat)
    communes = pd.DataFrame(
        {
            "code": ["00001", "00002", "20333"],
            "area_km2": [400.0, 400.0, 0.0],
            "x": xy[:, 0],
            "y": xy[:, 1],
        }
    )
    return Seeds(
        communes=communes,
        xy=xy,
        label=np.arange(3),
        size_m=np.full(3, 10_000.0),
        box_middle=xy,
        box_half=np.full((3, 2), np.inf),
        land_boxes=np.empty((0, 4)),
        dropped=0,
    )


def test_every_commune_gets_a_polygon_and_one_without_land_a_disc() -> None:
    land = MultiPolygon([box(106.9, 14.9, 107.3, 15.1)])
    outline = Outline(land, MultiPolygon([box(106.5, 14.9, 106.9, 15.1)]), {})

    shapes = derive_communes(small_seeds(), outline)

    assert shapely.coverage_is_valid(shapes)
    assert not shapely.is_empty(shapes).any()
    assert shapes[0].contains(shapely.Point(107.0, 15.0))
    assert shapes[1].contains(shapely.Point(107.2, 15.0))
    assert shapes[0].bounds[2] == pytest.approx(107.1, abs=0.005)
    assert shapes[2].centroid.distance(shapely.Point(112.0, 16.5)) < 0.001


def test_the_metric_plane_returns_to_the_same_degrees() -> None:
    lonlat = np.array([[102.2, 22.3], [109.4, 8.6], [114.0, 10.0]])

    assert to_degrees(to_metric(lonlat)) == pytest.approx(lonlat, abs=1e-9)


def test_misplaced_old_units_are_left_out_of_the_seeds() -> None:
    seeds = load_seeds()

    assert len(seeds.communes) == 3321
    assert 100 < seeds.dropped < 600
    assert len(seeds.xy) == len(seeds.label) == len(seeds.size_m)
    assert set(seeds.label) == set(range(3321))


# ------------------------------------------------------------------ outline


def test_shared_arcs_are_the_land_border(tmp_path: Path) -> None:
    path = tmp_path / "countries.json"
    path.write_text(
        """{"type": "Topology",
            "transform": {"scale": [1, 1], "translate": [100, 10]},
            "arcs": [[[1, 0], [0, 1]], [[1, 1], [0, 1]], [[1, 2], [0, 1]],
                     [[1, 3], [1, 0], [0, -3], [-1, 0]],
                     [[1, 0], [-1, 0], [0, 1], [1, 0]], [[1, 1], [-1, 0], [0, 1], [1, 0]],
                     [[1, 2], [-1, 0], [0, 1], [1, 0]]],
            "objects": {"countries": {"type": "GeometryCollection", "geometries": [
              {"type": "Polygon", "id": "704", "arcs": [[0, 1, 2, 3]]},
              {"type": "Polygon", "id": "116", "arcs": [[4, -1]]},
              {"type": "MultiPolygon", "id": "418", "arcs": [[[5, -2]]]},
              {"type": "Polygon", "id": "156", "arcs": [[6, -3]]}]}}}"""
    )

    outline = read_outline(path)

    assert outline.land.equals(box(101, 10, 102, 13))
    assert outline.border["KHM"].equals(shapely.LineString([(101, 10), (101, 11)]))
    assert outline.border["LAO"].equals(shapely.LineString([(101, 11), (101, 12)]))
    assert outline.border["CHN"].equals(shapely.LineString([(101, 12), (101, 13)]))
    assert outline.neighbours.area == pytest.approx(3)


def test_an_outline_without_vietnam_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "countries.json"
    path.write_text(
        '{"transform": {"scale": [1, 1], "translate": [0, 0]}, "arcs": [],'
        ' "objects": {"countries": {"geometries": []}}}'
    )

    with pytest.raises(BoundaryError, match="704"):
        read_outline(path)


# ------------------------------------------------------------------ manifest


def test_a_manifest_reads_back_as_written(tmp_path: Path) -> None:
    entry = ManifestEntry(
        file="a.gpkg",
        source="Sở Nội vụ",
        licence="MIT",
        vintage="07/2026",
        sha256="0" * 64,
        count=3,
        valid_from=pd.Timestamp("2025-07-01").date(),
        approximate=False,
    )

    write_manifest(tmp_path / "m.toml", [entry])

    assert read_manifest(tmp_path / "m.toml") == (entry,)
    assert read_manifest(tmp_path / "none.toml") == ()


def test_a_broken_manifest_is_named(tmp_path: Path) -> None:
    (tmp_path / "m.toml").write_text("[[file]\n")

    with pytest.raises(BoundaryError, match=r"m\.toml"):
        read_manifest(tmp_path / "m.toml")


# ------------------------------------------------------------------ what ships


@pytest.fixture(scope="module")
def shipped() -> gpd.GeoDataFrame:
    return load_source(SHIPPED / "communes_approximate.parquet")


def test_the_manifest_describes_every_file_that_ships() -> None:
    entries = {entry.file: entry for entry in read_manifest(SHIPPED / "manifest.toml")}

    assert {p.name for p in SHIPPED.iterdir()} == {*entries, "manifest.toml"}
    for name, entry in entries.items():
        assert hashlib.sha256((SHIPPED / name).read_bytes()).hexdigest() == entry.sha256
        assert entry.approximate
        assert str(entry.valid_from) == "2025-07-01"
    assert entries["communes_approximate.parquet"].count == 3321


def test_what_ships_is_a_coverage_of_all_official_codes(shipped: gpd.GeoDataFrame) -> None:
    official = load_seeds().communes

    assert list(shipped["code"]) == list(official["code"])
    assert list(shipped["full_name"]) == list(official["full_name"])
    assert shipped["province_code"].nunique() == 34
    assert (shipped["area_km2"] > 0).all()
    assert not shipped.geometry.is_empty.any()
    faults = find_faults(shipped)
    assert faults.edges_match
    assert (faults.gaps, faults.overlaps) == ((), ())


def test_hoang_sa_and_truong_sa_are_always_drawn(shipped: gpd.GeoDataFrame) -> None:
    islands = shipped.set_index("code").geometry[["20333", "22736"]]

    assert islands.bounds["minx"].to_list() == pytest.approx([111.6, 113.5], abs=1.5)
    assert not islands.is_empty.any()


def test_the_shipped_border_meets_the_shipped_communes(shipped: gpd.GeoDataFrame) -> None:
    lines = read_border(SHIPPED / "border_line.geojson")

    near = neighbours_of_communes(list(shipped["code"]), list(shipped.geometry), lines)

    assert set(lines) == {"CHN", "KHM", "LAO"}
    assert {name: round(length_km(line), -2) for name, line in lines.items()} == {
        "CHN": 1_100,
        "KHM": 1_000,
        "LAO": 1_800,
    }
    assert 220 <= len(near) <= 260


def test_random_points_find_the_official_commune(
    shipped: gpd.GeoDataFrame, shared_dir: Path
) -> None:
    official = load_source(shared_dir / "boundaries" / "official_2025" / "communes.parquet")
    lon, lat, truth = points_on_land(official, 20_000, np.random.default_rng(20250701))

    found = Coverage(list(shipped["code"]), list(shipped.geometry), 0).locate_many(lon, lat)

    assert (found == truth).mean() >= ACCURACY


def points_on_land(
    official: gpd.GeoDataFrame, n: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points spread evenly over the land, with the commune of each."""
    coverage = Coverage(list(official["code"]), list(official.geometry), 0)
    west, east, south, north = 102.1, 109.6, 8.3, 23.45
    sines = np.sin(np.radians([south, north]))
    lon = rng.uniform(west, east, 6 * n)
    lat = np.degrees(np.arcsin(rng.uniform(*sines, 6 * n)))
    codes = coverage.locate_many(lon, lat)
    on_land = np.flatnonzero(codes != None)[:n]  # noqa: E711 - element by element
    assert len(on_land) == n
    return lon[on_land], lat[on_land], codes[on_land]
