"""Approximate communes, derived from points: what ships until official limits are installed.

Each 2025 commune is the ground that is nearer to its seeds (its own centre and
the centres of the old units it was made of) than to those of any other, where
"near" is bent by three things known: an old unit does not reach beyond its
bounding box, a seed that stands for more ground reaches farther, and a commune
has a known area. The result is drawn on a lattice, clipped to land and
simplified as one coverage.

Run as `python -m geo.approximate --countries countries-10m.json --out data/boundaries`.
"""

from __future__ import annotations

import argparse
import hashlib
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree
from shapely.geometry.base import BaseGeometry

from geo.commune_columns import COLUMNS, WGS84, areas_km2
from geo.lattice import Labeller, draw_lattice, trace
from geo.manifest import ManifestEntry, write_manifest
from geo.outline import Outline, read_outline
from geo.polygons import Shapes, as_polygons, match_edges, multipolygon, unmatched
from geo.seeds import Points, Seeds, load_seeds, radii_m, to_degrees, to_metric

NEAREST_SEEDS = 20
BOX_PENALTY = 8.0
"""Metres added per metre that a point lies outside an old unit's box."""

SIZE_EXPONENT = 0.2
SIZE_LIMITS = (0.4, 2.5)
AREA_EXPONENT = 0.25
AREA_ROUNDS = 2
AREA_LIMITS = (0.6, 1.7)
CERTAIN_RADII = 0.25
"""Within this part of its radius around its own centre a commune is certain."""

TOLERANCE_M = 250.0
EXCLAVE_SHARE = 0.3
"""A part smaller than this beside the largest part is given to the neighbour around it."""

DISC_RADIUS_M = (1_500.0, 5_000.0)
COMMUNES_FILE = "communes_approximate.parquet"
BORDER_FILE = "border_line.geojson"
GATES_FILE = "gates.csv"
MANIFEST_FILE = "manifest.toml"
VALID_FROM = date(2025, 7, 1)
"""The day the 34-province map came into force."""

ALWAYS_DRAWN = ("20333", "22736")
"""Hoàng Sa and Trường Sa."""


def derive_communes(seeds: Seeds, outline: Outline) -> Shapes:
    """Polygons of the communes in the order of `seeds.communes`, WGS 84.

    The polygons are a valid coverage and none is empty.
    """
    land = extended_land(seeds, outline)
    label = fitted_labeller(seeds, land)
    shapes = trace(draw_lattice(label, land), len(seeds.communes))
    shapes = join_exclaves(shapes)
    shapes = match_edges(as_polygons(shapely.intersection(shapes, land)), snap=0.5)
    shapes = add_discs(shapes, seeds)
    shapes = shapely.coverage_simplify(shapes, TOLERANCE_M)
    return in_degrees(shapes)


def extended_land(seeds: Seeds, outline: Outline) -> BaseGeometry:
    """Land of the outline and what old units say lies beyond it at the coast, metres.

    The outline misses young coast and small islands; the ellipse within an old
    unit's box is taken for land unless it is a neighbour's.
    """
    land = shapely.transform(outline.land, to_metric)
    neighbours = shapely.transform(outline.neighbours, to_metric)
    west, south, east, north = seeds.land_boxes.T
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    x = (west + east)[:, None] / 2 + (east - west)[:, None] / 2 * np.cos(turn)
    y = (south + north)[:, None] / 2 + (north - south)[:, None] / 2 * np.sin(turn)
    ellipses: Any = shapely.polygons(np.stack([x, y], axis=-1))
    shapely.prepare(land)
    beyond = ellipses[~shapely.contains_properly(land, ellipses)]
    found = shapely.difference(shapely.union_all(beyond), neighbours)
    whole = shapely.union_all([land, found])
    # Water that land encloses is of some commune: rivers, lagoons, reservoirs.
    shells = [shapely.Polygon(part.exterior) for part in shapely.get_parts(whole)]
    return multipolygon(shapely.union_all(shells))


def fitted_labeller(seeds: Seeds, land: BaseGeometry) -> Labeller:
    """A labeller whose communes come near their official areas on the given land."""
    sample = _even_points(land, step_m=1_000)
    area_km2 = seeds.communes["area_km2"].to_numpy()
    reach = np.ones(len(seeds.communes))
    for _ in range(AREA_ROUNDS):
        drawn_km2 = np.bincount(labeller(seeds, reach)(sample), minlength=len(reach))
        ratio = np.where(area_km2 > 0, (area_km2 + 1) / (drawn_km2 + 1), 1.0)
        reach = np.clip(reach * np.clip(ratio, 0.5, 2.0) ** AREA_EXPONENT, *AREA_LIMITS)
    return labeller(seeds, reach)


def labeller(seeds: Seeds, reach: Points) -> Labeller:
    """A function from points, shape (n, 2) in metres, to rows of `seeds.communes`.

    `reach` multiplies how far each commune's seeds reach.
    """
    tree, k = cKDTree(seeds.xy), min(NEAREST_SEEDS, len(seeds.xy))
    size = seeds.size_m**SIZE_EXPONENT
    weight = np.clip(size / np.median(size), *SIZE_LIMITS) * reach[seeds.label]
    centres = cKDTree(seeds.communes[["x", "y"]].to_numpy())
    certain_m = CERTAIN_RADII * radii_m(seeds.communes)

    def label(xy: Points) -> NDArray[np.intp]:
        distance_m, near = tree.query(xy, k)
        outside = np.maximum(np.abs(xy[:, None] - seeds.box_middle[near]) - seeds.box_half[near], 0)
        cost = (distance_m + BOX_PENALTY * np.hypot(outside[..., 0], outside[..., 1])) / weight[
            near
        ]
        best = seeds.label[near[np.arange(len(xy)), cost.argmin(axis=1)]]
        to_centre_m, centre = centres.query(xy)
        rows: NDArray[np.intp] = np.where(to_centre_m <= certain_m[centre], centre, best)
        return rows

    return label


def _even_points(land: BaseGeometry, step_m: float) -> Points:
    west, south, east, north = land.bounds
    x, y = np.meshgrid(np.arange(west, east, step_m), np.arange(south, north, step_m))
    shapely.prepare(land)
    inside = shapely.contains_xy(land, x.ravel(), y.ravel())
    points: Points = np.column_stack([x.ravel(), y.ravel()])[inside]
    return points


def join_exclaves(shapes: Shapes) -> Shapes:
    """Give each small detached part to the neighbour it shares the longest edge with."""
    parts, owner = shapely.get_parts(shapes, return_index=True)
    size = shapely.area(parts)
    largest = np.zeros(len(shapes))
    np.maximum.at(largest, owner, size)
    small = np.flatnonzero(size < EXCLAVE_SHARE * largest[owner])
    tree = shapely.STRtree(parts)
    new_owner = owner.copy()
    for i in small[np.argsort(-size[small], kind="stable")]:
        touching = [j for j in sorted(tree.query(parts[i])) if owner[j] != owner[i]]
        shared = shapely.length(shapely.intersection(parts[i], parts[touching]))
        if len(shared) and shared.max() > 0:
            new_owner[i] = owner[touching[int(shared.argmax())]]
    groups = [parts[new_owner == k] for k in range(len(shapes))]
    return as_polygons([shapely.coverage_union_all(g) for g in groups])


def add_discs(shapes: Shapes, seeds: Seeds) -> Shapes:
    """A small disc at its centre for each unit without land, cut from nobody else's."""
    codes = seeds.communes["code"].to_numpy()
    bare = shapely.is_empty(shapes) | np.isin(codes, ALWAYS_DRAWN)
    radius_m = np.clip(radii_m(seeds.communes), *DISC_RADIUS_M)
    discs = shapely.buffer(
        shapely.points(seeds.communes[["x", "y"]].to_numpy()), radius_m, quad_segs=6
    )
    others = shapely.union_all(shapes[~bare])
    drawn: Shapes = shapes.copy()
    drawn[bare] = as_polygons(shapely.difference(discs[bare], others))
    return drawn


def in_degrees(shapes: Shapes) -> Shapes:
    """Metres to degrees rounded to 5 decimals (1 m), still one coverage."""
    moved = shapely.transform(shapes, lambda xy: np.round(to_degrees(xy), 5))
    rounded = as_polygons(moved)
    if shapely.is_valid(moved).all() and not len(unmatched(rounded)):
        return rounded
    return match_edges(rounded, snap=1e-6)


def ship(countries: Path, folder: Path) -> None:
    """Derive everything that ships and write it to a folder, with its manifest.

    `gates.csv`, compiled by hand, must already be there. The same inputs and
    library versions give the same bytes.
    """
    seeds, outline = load_seeds(), read_outline(countries)
    shapes = derive_communes(seeds, outline)
    # Where the official area is unknown, the drawn one is the only one there is.
    told = seeds.communes["area_km2"].to_numpy()
    area_km2 = np.where(told > 0, told, np.round(areas_km2(list(shapes)), 2))
    communes = gpd.GeoDataFrame(
        seeds.communes.assign(area_km2=area_km2)[list(COLUMNS)], geometry=list(shapes), crs=WGS84
    )
    communes.to_parquet(folder / COMMUNES_FILE, compression="zstd", compression_level=19)
    border = gpd.GeoDataFrame(
        {"neighbour": sorted(outline.border)},
        geometry=[_rounded(outline.border[n]) for n in sorted(outline.border)],
        crs=WGS84,
    )
    text = border.to_json(drop_id=True, separators=(",", ":"))
    (folder / BORDER_FILE).write_text(text + "\n", encoding="utf-8")
    write_manifest(folder / MANIFEST_FILE, _entries(folder, len(communes), len(border)))


def _rounded(line: BaseGeometry) -> BaseGeometry:
    moved: BaseGeometry = shapely.transform(line, lambda lonlat: np.round(lonlat, 5))
    return moved


def _entries(folder: Path, n_communes: int, n_lines: int) -> list[ManifestEntry]:
    n_gates = len((folder / GATES_FILE).read_text(encoding="utf-8").splitlines()) - 1
    facts: Sequence[tuple[str, str, str, str, int]] = (
        (
            COMMUNES_FILE,
            "Ranh giới gần đúng, suy ra từ gói vietnamadminunits 1.0.4 và Natural Earth 1:10 triệu",
            "MIT (vietnamadminunits); phạm vi công cộng (Natural Earth)",
            "2025-07",
            n_communes,
        ),
        (
            BORDER_FILE,
            "Natural Earth 1:10 triệu, gói npm world-atlas 2.0.2",
            "Phạm vi công cộng (Natural Earth); ISC (world-atlas)",
            "2019",
            n_lines,
        ),
        (
            GATES_FILE,
            "Lập cho dự án này từ danh mục cửa khẩu quốc tế; tọa độ ±0,1°",
            "MIT",
            "2025",
            n_gates,
        ),
    )
    return [
        ManifestEntry(
            file=name,
            source=source,
            licence=licence,
            vintage=vintage,
            sha256=hashlib.sha256((folder / name).read_bytes()).hexdigest(),
            count=count,
            valid_from=VALID_FROM,
            approximate=True,
        )
        for name, source, licence, vintage, count in facts
    ]


def main(arguments: Sequence[str] | None = None) -> None:
    """Rebuild the folder that ships."""
    parser = argparse.ArgumentParser(prog="python -m geo.approximate", description=main.__doc__)
    parser.add_argument("--countries", type=Path, required=True, help="countries-10m.json")
    parser.add_argument("--out", type=Path, required=True, help="data/boundaries")
    chosen = parser.parse_args(arguments)
    ship(chosen.countries, chosen.out)


if __name__ == "__main__":
    main()
