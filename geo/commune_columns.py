"""Columns of a boundary source, mapped to the names this project uses.

Agencies name the same column many ways («MA_XA», «wardCode», «ma_dvhc»); codes
come as text, as numbers and as numbers with a decimal point. Whatever comes in,
a code leaves as text with its leading zeros.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import Geod

from geo.errors import BoundaryError

WGS84 = "EPSG:4326"
COLUMNS = (
    "code",
    "name",
    "full_name",
    "unit_type",
    "province_code",
    "province_name",
    "area_km2",
)
"""Attribute columns of a commune frame; `geometry` (WGS 84) follows them."""

SYNONYMS: dict[str, tuple[str, ...]] = {
    "code": (
        *("code", "maxa", "wardcode", "communecode", "communeid", "madvhc", "mahc"),
        *("maxaphuong", "madonvi", "madvhcxa", "gsocode", "ma"),
    ),
    "name": (
        *("name", "tenxa", "wardname", "communename", "communevn", "tendvhc"),
        *("tenxaphuong", "tendonvi", "ten", "ward", "commune"),
    ),
    "full_name": ("fullname", "tendaydu", "hoten", "fullnamevn"),
    "unit_type": ("unittype", "type", "wardtype", "loai", "loaixa", "loaidvhc", "cap"),
    "province_code": ("provincecode", "matinh", "provinceid", "tinhid", "matinhtp", "madvhctinh"),
    "province_name": ("provincename", "tentinh", "tentinhtp", "provincevn", "province", "tinh"),
    "area_km2": ("areakm2", "dientichkm2", "dtichkm2", "dientich"),
}
"""Source headings in lower case without signs, best first."""

UNIT_TYPES = ("Đặc khu", "Thị trấn", "Phường", "Xã")
CODE_DIGITS = 5
PROVINCE_CODE_DIGITS = 2

_geod = Geod(ellps="WGS84")


def as_communes(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Give a source's frame the columns of a commune frame, in WGS 84.

    Parameters
    ----------
    frame : GeoDataFrame
        Any of the accepted headings; a declared coordinate system.

    Returns
    -------
    GeoDataFrame
        `COLUMNS` and `geometry`, EPSG:4326, a fresh index.

    Raises
    ------
    BoundaryError
        If the coordinate system, the codes or the names are missing.
    """
    if frame.crs is None:
        raise BoundaryError(
            "Tệp ranh giới không khai báo hệ tọa độ. Hãy khai báo hệ tọa độ khi xuất tệp "
            "(với Shapefile: kèm tệp .prj), rồi cài lại."
        )
    found = _find_columns([str(c) for c in frame.columns if c != frame.geometry.name])
    for needed in ("code", "province_code"):
        if needed not in found:
            raise BoundaryError(_missing_column(needed, frame))
    if "name" not in found and "full_name" not in found:
        raise BoundaryError(_missing_column("name", frame))
    attributes = _attributes(frame, found)
    geometry = frame.geometry.to_crs(WGS84).reset_index(drop=True)
    communes = gpd.GeoDataFrame(attributes, geometry=geometry, crs=WGS84)
    if "area_km2" not in found:
        communes["area_km2"] = areas_km2(communes.geometry)
    return communes[[*COLUMNS, "geometry"]]


def areas_km2(geometries: Sequence[Any] | gpd.GeoSeries) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Areas on the ellipsoid of WGS 84 polygons, in square kilometres.

    >>> from shapely import box
    >>> round(float(areas_km2([box(105, 0, 106, 1)])[0]))
    12309
    """
    return np.array(
        [
            0.0 if g is None or g.is_empty else abs(_geod.geometry_area_perimeter(g)[0]) / 1e6
            for g in geometries
        ]
    )


def code_text(value: Any, digits: int = CODE_DIGITS) -> str:
    """A code as text with leading zeros; empty where there is none.

    >>> code_text(4.0), code_text("00004"), code_text(" 4 "), code_text(None)
    ('00004', '00004', '00004', '')
    """
    if value is None or (isinstance(value, float) and not np.isfinite(value)):
        return ""
    text = re.sub(r"\.0+$", "", str(value).strip())
    return text.zfill(digits) if text.isdigit() else ("" if text in ("nan", "<NA>") else text)


def split_full_name(full_name: str) -> tuple[str, str]:
    """Unit type and bare name of a full name; the type is empty if there is none.

    >>> split_full_name("xã Hòa Bình"), split_full_name("Ba Đình")
    (('Xã', 'Hòa Bình'), ('', 'Ba Đình'))
    """
    for unit_type in UNIT_TYPES:
        if full_name.casefold().startswith(unit_type.casefold() + " "):
            return unit_type, full_name[len(unit_type) :].strip()
    return "", full_name.strip()


def _find_columns(columns: Sequence[str]) -> dict[str, str]:
    folded: dict[str, str] = {}
    for column in columns:
        folded.setdefault(_fold_heading(column), column)
    return {
        field: next(folded[s] for s in synonyms if s in folded)
        for field, synonyms in SYNONYMS.items()
        if any(s in folded for s in synonyms)
    }


def _fold_heading(heading: str) -> str:
    plain = heading.casefold().translate(_PLAIN)
    return re.sub(r"[^a-z0-9]", "", plain)


_PLAIN = str.maketrans(
    "àáảãạăằắẳẵặâầấẩẫậèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵđ",
    "aaaaaaaaaaaaaaaaaeeeeeeeeeeeiiiiiooooooooooooooooouuuuuuuuuuuyyyyyd",
)


def _missing_column(field: str, frame: gpd.GeoDataFrame) -> str:
    words = {"code": "mã xã", "name": "tên xã", "province_code": "mã tỉnh"}
    example = {"code": "code, ma_xa", "name": "name, ten_xa", "province_code": "ma_tinh"}
    columns = ", ".join(str(c) for c in frame.columns)
    return (
        f"Tệp ranh giới thiếu cột {words[field]} (ví dụ «{example[field]}»); "
        f"các cột có trong tệp: {columns}. Hãy đổi tên cột rồi cài lại."
    )


def _attributes(frame: gpd.GeoDataFrame, found: dict[str, str]) -> pd.DataFrame:
    def texts(field: str) -> list[str]:
        if field not in found:
            return [""] * len(frame)
        return [_text(v) for v in frame[found[field]]]

    full_names = texts("full_name") if "full_name" in found else texts("name")
    split = [split_full_name(f) for f in full_names]
    types = [t or s[0] for t, s in zip(texts("unit_type"), split, strict=True)]
    types = [t[:1].upper() + t[1:] for t in types]
    # A bare name is never longer than what is left of the full name.
    names = [split_full_name(n)[1] or s[1] for n, s in zip(texts("name"), split, strict=True)]
    whole = [
        f if s[0] or not t else f"{t} {f}" for f, s, t in zip(full_names, split, types, strict=True)
    ]
    area = pd.to_numeric(frame[found["area_km2"]], errors="coerce") if "area_km2" in found else 0
    return pd.DataFrame(
        {
            "code": [code_text(v) for v in frame[found["code"]]],
            "name": names,
            "full_name": [w[:1].upper() + w[1:] for w in whole],
            "unit_type": types,
            "province_code": [
                code_text(v, PROVINCE_CODE_DIGITS) for v in frame[found["province_code"]]
            ],
            "province_name": texts("province_name"),
            "area_km2": np.nan_to_num(np.asarray(area, dtype=float)) + np.zeros(len(frame)),
        }
    )


def _text(value: Any) -> str:
    missing = value is None or (isinstance(value, float) and np.isnan(value))
    return "" if missing else str(value).strip()
