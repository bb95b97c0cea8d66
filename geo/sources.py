"""Boundary files of the outside world, read into one frame of communes.

Accepted: GeoParquet, GeoPackage, GeoJSON, Shapefile, and a folder or zip of any
of these or of one GeoJSON per unit (`NN_province/NN_province.geojson` for the
province and `NN_province/wards/CODE_name.geojson` for its communes).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyarrow
import pyogrio
import shapely
from pyproj.exceptions import CRSError

from geo.archives import opened_folder
from geo.commune_columns import WGS84, as_communes
from geo.errors import BoundaryError
from geo.polygons import as_polygons

CommuneFrame = gpd.GeoDataFrame
"""Columns `geo.commune_columns.COLUMNS` and `geometry`, EPSG:4326, sorted by code."""

LON_RANGE = (102.0, 118.0)
LAT_RANGE = (7.0, 23.5)
"""Degrees; the archipelagos included."""

PARQUET = (".parquet", ".geoparquet")
VECTOR = (".gpkg", ".geojson", ".json", ".shp")
_PROVINCE_FOLDER = re.compile(r"^(\d{2})[_ -]")
_UNIT_FOLDER = "wards"
_SHOWN = 5


def load_source(path: Path) -> CommuneFrame:
    """Read a coverage of communes, with every unit checked by itself.

    Parameters
    ----------
    path : Path
        A file, folder or zip in one of the accepted layouts.

    Returns
    -------
    GeoDataFrame
        A `CommuneFrame`: valid polygons, unique codes, sorted by code. Whether
        neighbours match is for `geo.boundaries.prepare_coverage`.

    Raises
    ------
    BoundaryError
        If the file cannot be read or a unit cannot be accepted; the message
        names the unit.
    """
    if not path.exists():
        raise BoundaryError(f"Không tìm thấy «{path}». Hãy kiểm tra lại đường dẫn.")
    frame = _read_any(path)
    if frame.empty:
        raise BoundaryError(f"«{path.name}» không có đơn vị nào. Hãy chọn tệp ranh giới khác.")
    communes = as_communes(frame).sort_values("code", kind="stable", ignore_index=True)
    return check_units(communes)


def check_units(communes: CommuneFrame) -> CommuneFrame:
    """Refuse units that cannot be repaired; make the polygons valid one by one.

    Raises
    ------
    BoundaryError
        On a missing or duplicate code, an empty geometry, one that is no
        polygon, or one outside 102-118° E, 7-23.5° N.
    """
    named = np.array(
        [f"{n} ({c})" for n, c in zip(communes["full_name"], communes["code"], strict=True)]
    )
    shapes = communes.geometry.to_numpy()
    _refuse("thiếu mã", communes["full_name"].to_numpy(), communes["code"].to_numpy() == "")
    _refuse("thiếu mã tỉnh", named, communes["province_code"].to_numpy() == "")
    _refuse("có mã không phải chữ số", named, ~communes["code"].str.isdigit().to_numpy())
    _refuse("trùng mã", named, communes["code"].duplicated(keep=False).to_numpy())
    _refuse("không có hình", named, shapely.is_missing(shapes) | shapely.is_empty(shapes))
    _refuse("không phải là hình vùng", named, ~np.isin(shapely.get_type_id(shapes), (3, 6)))
    _refuse(
        "nằm ngoài phạm vi 102-118° kinh đông, 7-23,5° vĩ bắc (kiểm tra hệ tọa độ của tệp)",
        named,
        _outside(shapes),
    )
    valid = as_polygons(shapes)
    _refuse("có hình suy biến, không sửa được", named, shapely.is_empty(valid))
    return communes.set_geometry(gpd.GeoSeries(valid, crs=WGS84))


def _refuse(why: str, names: Any, wrong: Any) -> None:
    if not wrong.any():
        return
    shown = ", ".join(dict.fromkeys(str(n) or "(không tên)" for n in names[wrong][:_SHOWN]))
    more = f" và {int(wrong.sum()) - _SHOWN} đơn vị khác" if wrong.sum() > _SHOWN else ""
    raise BoundaryError(
        f"Đơn vị {why}: {shown}{more}. Hãy sửa các đơn vị này trong tệp nguồn rồi cài lại."
    )


def _outside(shapes: Any) -> Any:
    west, south, east, north = shapely.bounds(shapes).T
    inside = (west >= LON_RANGE[0]) & (east <= LON_RANGE[1])
    return ~(inside & (south >= LAT_RANGE[0]) & (north <= LAT_RANGE[1]))


def _read_any(path: Path) -> gpd.GeoDataFrame:
    suffix = path.suffix.lower()
    if path.is_dir() or suffix == ".zip":
        with opened_folder(path) as folder:
            return _read_folder(folder, path.name)
    if suffix in (*PARQUET, *VECTOR):
        return _read_file(path)
    raise BoundaryError(
        f"Không nhận ra định dạng của «{path.name}». Nhận GeoParquet, GeoPackage, GeoJSON, "
        "Shapefile, hoặc thư mục hay zip chứa các tệp ấy."
    )


def _read_file(path: Path) -> gpd.GeoDataFrame:
    try:
        if path.suffix.lower() in PARQUET:
            return gpd.read_parquet(path)
        frame = pyogrio.read_dataframe(path)
    except (
        *(pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, CRSError),
        *(pyarrow.ArrowException, ValueError, OSError, shapely.errors.GEOSException),
    ) as error:
        raise BoundaryError(
            f"Không đọc được «{path.name}»: tệp hỏng hoặc không đúng định dạng. "
            "Hãy mở thử bằng QGIS và xuất lại."
        ) from error
    if not isinstance(frame, gpd.GeoDataFrame):
        raise BoundaryError(f"«{path.name}» không có hình nào. Hãy chọn tệp có ranh giới.")
    return frame


def _read_folder(folder: Path, shown_name: str) -> gpd.GeoDataFrame:
    files = sorted(p for p in folder.rglob("*") if p.is_file() and "__MACOSX" not in p.parts)
    units = [p for p in files if p.parent.name == _UNIT_FOLDER and p.suffix == ".geojson"]
    if units:
        return _read_units(units)
    whole = [p for p in files if p.suffix.lower() in (*PARQUET, *VECTOR)]
    if not whole:
        raise BoundaryError(
            f"Trong «{shown_name}» không có tệp ranh giới nào (GeoParquet, GeoPackage, "
            "GeoJSON, Shapefile). Hãy chọn thư mục hoặc zip khác."
        )
    frames = [_read_file(p) for p in whole]
    if len({f.crs for f in frames}) > 1:
        frames = [f if f.crs is None else f.to_crs(WGS84) for f in frames]
    if len({f.crs for f in frames}) > 1:
        raise BoundaryError(
            f"Một số tệp trong «{shown_name}» không khai báo hệ tọa độ. Hãy bổ sung rồi cài lại."
        )
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _read_units(units: list[Path]) -> gpd.GeoDataFrame:
    names: dict[Path, str] = {}
    records: list[dict[str, Any]] = []
    for path in units:
        province = path.parent.parent
        if province not in names:
            names[province] = _province_name(province)
        match = _PROVINCE_FOLDER.match(province.name)
        told = {"province_code": match.group(1) if match else "", "province_name": names[province]}
        for properties, shape in _features(path):
            records.append({**told, **properties, "geometry": shape})
    return gpd.GeoDataFrame(records, geometry="geometry", crs=WGS84)


def _province_name(province: Path) -> str:
    """The province's own file says its name; it is not a commune."""
    path = province / f"{province.name}.geojson"
    for properties, _shape in _features(path) if path.is_file() else []:
        return str(properties.get("fullName") or properties.get("name") or "")
    return ""


def _features(path: Path) -> list[tuple[dict[str, Any], Any]]:
    try:
        document = json.loads(path.read_bytes())
        features = document.get("features", [document])
        return [
            (
                {k: v for k, v in f["properties"].items() if k != "geometry"},
                None if f["geometry"] is None else shapely.geometry.shape(f["geometry"]),
            )
            for f in features
        ]
    except (ValueError, KeyError, TypeError, AttributeError, shapely.errors.GEOSException) as error:
        raise BoundaryError(
            f"Tệp «{path.parent.name}/{path.name}» không phải GeoJSON hợp lệ. "
            "Hãy tải lại hoặc xuất lại tệp này."
        ) from error
