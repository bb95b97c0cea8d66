"""A coverage of some communes laid into one of all: the new limits win at the seam."""

from __future__ import annotations

from collections import Counter
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo.boundaries import clean
from geo.commune_columns import COLUMNS, WGS84
from geo.errors import BoundaryError
from geo.polygons import Shapes, as_polygons
from geo.sources import CommuneFrame
from geo.text import name_key

MIN_LEFT_SHARE = 0.01
"""A commune left with less than this of its ground would be a sliver, not a commune."""


def merge_coverages(whole: CommuneFrame, part: CommuneFrame) -> CommuneFrame:
    """Replace communes of a whole coverage by those of a part, matched by code.

    The part keeps its limits. Of the communes that stay, what the part covers
    is cut off, and ground that the replaced communes held and the part leaves
    goes to the commune it shares the longest edge with. Ground that touches
    none of those (sea, the land border) is left to nobody.

    Parameters
    ----------
    whole, part : CommuneFrame
        Valid polygons, EPSG:4326; every code of `part` is one of `whole`.

    Returns
    -------
    CommuneFrame
        The codes of `whole`, sorted; edges at the seam are for
        `prepare_coverage` to match.

    Raises
    ------
    BoundaryError
        If a commune that stays would lose all its ground; the message names it.
    """
    if not shapely.coverage_is_valid(part.geometry.to_numpy()):
        part = part.set_geometry(gpd.GeoSeries(clean(part), crs=WGS84))
    replaced = whole["code"].isin(set(part["code"]))
    stays = whole[~replaced].reset_index(drop=True)
    taken = shapely.coverage_union_all(part.geometry.to_numpy())
    freed = shapely.difference(
        shapely.coverage_union_all(whole.geometry.to_numpy()[replaced.to_numpy()]), taken
    )
    shapes = _give(shapely.get_parts(freed), _cut(stays, taken))
    kept = stays.set_geometry(gpd.GeoSeries(shapes, crs=WGS84))
    columns = [*COLUMNS, "geometry"]
    merged = pd.concat([kept[columns], part[columns]], ignore_index=True)
    return gpd.GeoDataFrame(merged, crs=WGS84).sort_values("code", ignore_index=True)


def renumbered(whole: CommuneFrame, part: CommuneFrame) -> CommuneFrame:
    """The whole with codes of the part where the same commune is numbered otherwise.

    Lists disagree on a few codes. A commune is the same when its name, spelt
    alike, stands once in its province in either frame and neither frame has
    the other's code.
    """
    known, new = set(whole["code"]), set(part["code"])
    old_codes = _single(whole[~whole["code"].isin(new)])
    given = _single(part[~part["code"].isin(known)])
    changed = {old_codes[key]: code for key, code in given.items() if key in old_codes}
    return whole.assign(code=[changed.get(code, code) for code in whole["code"]])


def _single(communes: CommuneFrame) -> dict[tuple[str, str], str]:
    """Code by province and name of the communes that no other shares both with."""
    keys = [
        (province, name_key(name))
        for province, name in zip(communes["province_code"], communes["name"], strict=True)
    ]
    counts = Counter(keys)
    return {k: c for k, c in zip(keys, communes["code"], strict=True) if counts[k] == 1}


def _cut(stays: CommuneFrame, taken: Any) -> Shapes:
    shapes: Shapes = stays.geometry.to_numpy().copy()
    touched = np.flatnonzero(shapely.intersects(shapes, taken))
    area = shapely.area(shapes)
    shapes[touched] = as_polygons(shapely.difference(shapes[touched], taken))
    lost = shapely.area(shapes) < MIN_LEFT_SHARE * area
    if lost.any():
        named = ", ".join(
            f"{n} ({c})" for n, c in zip(stays["full_name"][lost], stays["code"][lost], strict=True)
        )
        raise BoundaryError(
            f"Ranh giới mới phủ hết đất của {named}, đơn vị không có trong tệp. "
            "Hãy cài tệp có đủ cả các đơn vị này."
        )
    return shapes


def _give(pieces: Shapes, shapes: Shapes) -> Shapes:
    if not len(shapes):
        return shapes
    tree = shapely.STRtree(shapes)
    gains: dict[int, list[Any]] = {}
    for piece in pieces[shapely.get_type_id(pieces) == 3]:
        near = np.sort(tree.query(piece, predicate="intersects"))
        shared = shapely.length(shapely.intersection(shapes[near], piece.boundary))
        if len(near) and shared.max() > 0:
            gains.setdefault(int(near[shared.argmax()]), []).append(piece)
    grown = shapes.copy()
    for row, gained in gains.items():
        grown[row] = shapely.union_all([shapes[row], *gained])
    return as_polygons(grown)
