"""How often the approximate communes are right, and how long an official map takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from geo.boundaries import coverage_from_frame
from geo.sources import CommuneFrame, load_source
from tests.bench.imports import run_command
from tests.bench.measures import Measure
from webapp.services.shipped import COMMUNES

POINTS = 20_000
ARCHIPELAGOS = ("20333", "22736")
"""Hoàng Sa and Trường Sa: their official polygons hold the sea between the islands."""

SEED = 2_025


def measure_boundaries(folder: Path, shared: Path) -> list[Measure]:
    """Compare what ships with the official map, where that is at hand."""
    official = shared / "boundaries" / "official_2025" / "communes.parquet"
    if not official.is_file():
        return []
    whole, shipped = load_source(official), load_source(COMMUNES)
    truth = whole[~whole["code"].isin(ARCHIPELAGOS)]
    lons, lats, codes = _points_on_land(truth)
    found = coverage_from_frame(shipped, tolerance_m=0).locate_many(lons, lats)
    province = dict(zip(truth["code"], truth["province_code"], strict=True))
    province |= dict(zip(shipped["code"], shipped["province_code"], strict=True))
    right = found == codes
    same = [a is not None and province[a] == province[b] for a, b in zip(found, codes, strict=True)]
    site = folder / "boundaries"
    run_command(site, "init")
    seconds, megabytes = run_command(site, "boundaries", "install", str(official))
    return [
        Measure("Ranh giới gần đúng: điểm ngẫu nhiên rơi đúng xã", 100 * right.mean(), "%"),
        Measure("Ranh giới gần đúng: điểm ngẫu nhiên rơi đúng tỉnh", 100 * np.mean(same), "%"),
        Measure("Cài ranh giới chính thức, 3.321 đơn vị", seconds, "s"),
        Measure("Bộ nhớ cao nhất khi cài", megabytes, "MB"),
    ]


def _points_on_land(truth: CommuneFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points spread evenly by area over the official communes, with their codes."""
    rng = np.random.default_rng(SEED)
    coverage = coverage_from_frame(truth, tolerance_m=0)
    west, south, east, north = truth.total_bounds
    lons, lats, codes = [], [], []
    while sum(map(len, codes)) < POINTS:
        lon = rng.uniform(west, east, POINTS)
        lat = np.degrees(np.arcsin(rng.uniform(*np.sin(np.radians([south, north])), POINTS)))
        code = coverage.locate_many(lon, lat)
        on_land = np.array([c is not None for c in code])
        lons.append(lon[on_land])
        lats.append(lat[on_land])
        codes.append(code[on_land])
    lon, lat, code = (np.concatenate(parts)[:POINTS] for parts in (lons, lats, codes))
    return lon, lat, code
