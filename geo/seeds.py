"""What the package `vietnamadminunits` (MIT) says of where communes lie.

A seed is a point believed to be of one 2025 commune: the centre of the commune
itself, or the centre of an old unit that became part of it. Old units also have
a bounding box, which says how far they reach.
"""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Transformer

from geo.crosswalk import load_crosswalk
from geo.errors import BoundaryError

METRIC_CRS = "+proj=lcc +lat_1=11 +lat_2=21 +lat_0=16 +lon_0=106.5 +ellps=WGS84 +units=m"
"""Conformal over the whole country: neighbours compare lengths alike."""

FAR_RADII = 3.0
"""An old unit farther from its commune's centre than this many of its radii is misplaced."""

MAX_BOX_KM2 = 2_000.0
"""Larger boxes are of a district or province, not of a commune."""

BOX_CENTRE_PULL = 0.35
"""How far a seed is moved from the labelled point towards the middle of its box."""

UNKNOWN_AREA_KM2 = 100.0
Points = NDArray[np.float64]

_to_metric = Transformer.from_crs("EPSG:4326", METRIC_CRS, always_xy=True)
_to_degrees = Transformer.from_crs(METRIC_CRS, "EPSG:4326", always_xy=True)


@dataclass(frozen=True, slots=True)
class Seeds:
    """Seeds of the communes, metres of `METRIC_CRS`.

    Attributes
    ----------
    communes : DataFrame
        One row a 2025 commune, sorted by code: code, name, full_name, unit_type,
        province_code, province_name, area_km2 (0 where unknown), x, y.
    xy, label, size_m : ndarray, n rows
        Place, row in `communes`, and half the extent of what the seed stands for.
    box_middle, box_half : ndarray, shape (n, 2)
        Box of the old unit; of a commune's own centre, without bound.
    land_boxes : ndarray, shape (m, 4)
        West, south, east, north of the old units whose box is believed.
    dropped : int
        Old units left out because they contradict the rest.
    """

    communes: pd.DataFrame
    xy: Points
    label: NDArray[np.intp]
    size_m: Points
    box_middle: Points
    box_half: Points
    land_boxes: Points
    dropped: int


def to_metric(lonlat: Points) -> Points:
    """Degrees, shape (n, 2), to metres of `METRIC_CRS`."""
    return np.column_stack(_to_metric.transform(lonlat[:, 0], lonlat[:, 1]))


def to_degrees(xy: Points) -> Points:
    """Metres of `METRIC_CRS`, shape (n, 2), to degrees."""
    return np.column_stack(_to_degrees.transform(xy[:, 0], xy[:, 1]))


def load_seeds() -> Seeds:
    """Read the seeds from the installed package, misplaced ones dropped."""
    communes, boxes = _read_package()
    row_of = {code: i for i, code in enumerate(communes["code"])}
    old = _old_seeds(communes, boxes, row_of)
    kept = old[_believable(old, communes)]
    pull = np.where(kept["w"] * kept["h"] > MAX_BOX_KM2 * 1e6, 0.0, BOX_CENTRE_PULL)
    point, middle = kept[["x", "y"]].to_numpy(), kept[["mx", "my"]].to_numpy()
    half = np.maximum(kept[["w", "h"]].to_numpy() / 2, 300.0)
    parts = np.bincount(kept["label"], minlength=len(communes))
    own = radii_m(communes) / np.sqrt(np.maximum(parts, 1))
    centres = communes[["x", "y"]].to_numpy()
    return Seeds(
        communes=communes,
        xy=np.vstack([point + (middle - point) * pull[:, None], centres]),
        label=np.concatenate([kept["label"].to_numpy(), np.arange(len(communes))]),
        size_m=np.concatenate([np.sqrt(half.prod(axis=1)), own]),
        box_middle=np.vstack([middle, centres]),
        box_half=np.vstack([half, np.full_like(centres, np.inf)]),
        land_boxes=_land_boxes(kept, communes),
        dropped=len(old) - len(kept),
    )


def radii_m(communes: pd.DataFrame) -> Points:
    """Radius of the disc of each commune's official area, metres."""
    area = communes["area_km2"].to_numpy()
    known = np.where(area > 0, np.maximum(area, 1.0), UNKNOWN_AREA_KM2)
    return np.sqrt(known / np.pi) * 1000


def _old_seeds(communes: pd.DataFrame, boxes: Any, row_of: dict[str, int]) -> pd.DataFrame:
    centres = communes[["x", "y"]].to_numpy()
    rows = []
    for unit in load_crosswalk():
        box = boxes.get(unit.code)
        if unit.lon is None or unit.lat is None or box is None:
            continue
        corners = to_metric(np.array([[unit.lon, unit.lat], [box[1], box[0]], [box[3], box[2]]]))
        (x, y), (west, south), (east, north) = corners
        heirs = [row_of[s.code] for s in unit.successors]
        # The point of a divided unit belongs to the heir whose centre is nearest.
        label = min(heirs, key=lambda i: float(np.hypot(*(centres[i] - corners[0]))))
        middle = ((west + east) / 2, (south + north) / 2)
        rows.append((x, y, *middle, east - west, north - south, label))
    return pd.DataFrame(rows, columns=["x", "y", "mx", "my", "w", "h", "label"])


def _believable(old: pd.DataFrame, communes: pd.DataFrame) -> NDArray[np.bool_]:
    centres = communes[["x", "y"]].to_numpy()[old["label"]]
    away = np.hypot(old["x"] - centres[:, 0], old["y"] - centres[:, 1])
    near = away <= FAR_RADII * radii_m(communes)[old["label"]]
    # One point given to units of several communes is the point of a district.
    shared = old.groupby(["x", "y"])["label"].transform("nunique") > 1
    return np.asarray(near & ~shared)


def _land_boxes(kept: pd.DataFrame, communes: pd.DataFrame) -> Points:
    area_km2 = communes["area_km2"].to_numpy()[kept["label"]]
    trusted = kept[(kept["w"] * kept["h"] / 1e6 <= 3 * np.maximum(area_km2, 1.0))]
    half = trusted[["w", "h"]].to_numpy() / 2
    middle = trusted[["mx", "my"]].to_numpy()
    return np.hstack([middle - half, middle + half])


def _read_package() -> tuple[pd.DataFrame, dict[str, tuple[float, ...]]]:
    spec = find_spec("vietnamadminunits")
    if spec is None or not spec.submodule_search_locations:
        raise BoundaryError("Chưa cài gói «vietnamadminunits»; hãy chạy make run.")
    store_path = Path(spec.submodule_search_locations[0]) / "data" / "dataset.db"
    with closing(sqlite3.connect(f"{store_path.as_uri()}?mode=ro", uri=True)) as store:
        communes = pd.read_sql_query(
            "SELECT wardCode AS code, wardShort AS name, ward AS full_name, wardType AS unit_type, "
            "provinceCode AS province_code, province AS province_name, "
            "COALESCE(wardAreaKm2, 0) AS area_km2, wardLon AS lon, wardLat AS lat "
            "FROM admin_units ORDER BY wardCode",
            store,
        )
        bounds = store.execute(
            "SELECT wardCode, wardBounds FROM admin_units_legacy WHERE wardBounds IS NOT NULL"
        ).fetchall()
    communes[["x", "y"]] = to_metric(communes[["lon", "lat"]].to_numpy())
    boxes = {code: tuple(float(n) for n in re.findall(r"-?[\d.]+", text)) for code, text in bounds}
    return communes.drop(columns=["lon", "lat"]), boxes
