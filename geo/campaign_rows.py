"""Rows of a list of campaigns (đợt cao điểm) become drafts: a name, days, an area."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from shapely.geometry import MultiPolygon

from geo.campaign_areas import AreaError, drawn_outline, require_radius
from geo.cells import UnreadableCellError, parse_date, parse_metres
from geo.drafts import Drafts, RowRefusedError, needed_cell, read_cell, read_rows
from geo.persons import cell_text, is_blank, plain_words
from geo.records import PlaceQuery
from geo.rows import Row
from geo.tables import Table

LAST_DAY = date(2100, 12, 31)
MAX_DAYS = 1_830
"""Five years: a longer campaign is a slip of the pen."""

MAX_PARTS = 400


@dataclass(frozen=True, slots=True)
class CampaignDraft:
    """A campaign before its area is found: an outline, or a point, or named parts.

    `parts` are communes and provinces as written; `point` is the middle of a
    circle of `radius_m` metres; `outline` a polygon as drawn, WGS 84.
    """

    line: int
    ref: str
    name: str
    starts_on: date
    ends_on: date
    area_text: str
    parts: tuple[str, ...]
    province_name: str
    point: PlaceQuery | None
    radius_m: float | None
    outline: MultiPolygon | None
    note: str


def read_campaigns(table: Table) -> Drafts[CampaignDraft]:
    """Draft the campaigns of a table.

    A drawn outline goes before a circle, a circle before named communes. A row
    without a reference gets one made of its name and days, so that a corrected
    area changes the campaign and adds no second one.
    """
    in_km = bool(re.search(r"\bkm\b", table.headings.get("radius_m", "").lower()))
    return read_rows(table, lambda row: _keyed(_campaign(row, in_km)), "ref")


def _keyed(draft: CampaignDraft) -> tuple[str, CampaignDraft]:
    return draft.ref, draft


def _campaign(row: Row, in_km: bool) -> CampaignDraft:
    name = needed_cell(row, "name", lambda value: cell_text(value) or None)
    starts_on, ends_on = _days(row)
    radius_m = read_cell(row, "radius_m", partial(parse_radius_m, in_km=in_km))
    outline = _outline(row)
    point = _point(row)
    parts = split_parts(cell_text(row.cells.get("area_text")))
    province = cell_text(row.cells.get("province_name"))
    if outline is None:
        _require_area(row, point, radius_m, parts, province)
    return CampaignDraft(
        line=row.line,
        ref=cell_text(row.cells.get("ref")) or made_ref(name, starts_on, ends_on),
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        area_text=cell_text(row.cells.get("area_text")) or province,
        parts=parts or ((province,) if province else ()),
        province_name=province,
        point=point if radius_m is not None and outline is None else None,
        radius_m=radius_m if point is not None and outline is None else None,
        outline=outline,
        note=cell_text(row.cells.get("note")),
    )


def made_ref(name: str, starts_on: date, ends_on: date) -> str:
    """A reference for a campaign that was given none.

    >>> made_ref("Cao điểm Tết", date(2026, 1, 1), date(2026, 2, 28))
    'auto-7f8642c057f2c6dd'
    """
    text = "\x1f".join([plain_words(name), starts_on.isoformat(), ends_on.isoformat()])
    return f"auto-{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def split_parts(text: str) -> tuple[str, ...]:
    """The communes and provinces of a list, each once.

    >>> split_parts("Xã Đắk Tô, tỉnh Quảng Ngãi; 23377;; 23377")
    ('Xã Đắk Tô, tỉnh Quảng Ngãi', '23377')
    """
    parts = (part.strip(" ,.") for part in re.split(r"[;\n]", text))
    return tuple(dict.fromkeys(part for part in parts if part))


def parse_radius_m(value: Any, *, in_km: bool = False) -> float | None:
    """A radius in metres; a number without a unit is in metres, or kilometres `in_km`.

    Raises
    ------
    UnreadableCellError
        If it is no number, or none from 50 m to 50 km.

    >>> parse_radius_m("1,5 km"), parse_radius_m(800), parse_radius_m("")
    (1500.0, 800.0, None)
    """
    if is_blank(value):
        return None
    radius_m = parse_metres(value, in_km=in_km)
    if radius_m is None:
        raise UnreadableCellError("không phải số: ghi bán kính bằng mét, ví dụ 800")
    try:
        require_radius(radius_m)
    except AreaError as error:
        raise UnreadableCellError(str(error)) from None
    return radius_m


def require_days(starts_on: date, ends_on: date) -> None:
    """Refuse a campaign that ends before it starts or lasts for more than five years.

    Raises
    ------
    UnreadableCellError
    """
    if ends_on < starts_on:
        raise UnreadableCellError(
            f"kết thúc ({ends_on:%d/%m/%Y}) trước khi bắt đầu ({starts_on:%d/%m/%Y}): sửa lại ngày"
        )
    if (ends_on - starts_on).days >= MAX_DAYS:
        raise UnreadableCellError("đợt dài quá 5 năm: kiểm tra lại hai ngày")


def _days(row: Row) -> tuple[date, date]:
    day = partial(parse_date, today=LAST_DAY)
    starts_on = needed_cell(row, "starts_on", day).on
    ends_on = needed_cell(row, "ends_on", day).last
    try:
        require_days(starts_on, ends_on)
    except UnreadableCellError as error:
        raise RowRefusedError("ends_on", row.cells.get("ends_on"), str(error)) from None
    return starts_on, ends_on


def _outline(row: Row) -> MultiPolygon | None:
    geometry = row.cells.get("geometry")
    if not isinstance(geometry, dict):
        return None
    try:
        return drawn_outline(geometry)
    except AreaError as error:
        raise RowRefusedError("geometry", None, str(error)) from None


_POINT = ("lat", "lon", "coordinates")


def _point(row: Row) -> PlaceQuery | None:
    """Where the middle of a circle is said to be; coordinates alone, whatever else is written."""
    lat, lon, both = (row.cells.get(name) for name in _POINT)
    if is_blank(lat) and is_blank(lon) and is_blank(both):
        return None
    return PlaceQuery(
        province_name=row.cells.get("province_name"),
        lat_cell=lat,
        lon_cell=lon,
        coordinate_cell=both,
        coordinate_system=row.cells.get("coordinate_system"),
    )


def _require_area(
    row: Row,
    point: PlaceQuery | None,
    radius_m: float | None,
    parts: tuple[str, ...],
    province: str,
) -> None:
    if point is not None and radius_m is None and not parts:
        raise RowRefusedError("radius_m", None, "có tọa độ nhưng thiếu bán kính: ghi số mét")
    if point is None and radius_m is not None and not parts:
        raise RowRefusedError(
            "radius_m",
            row.cells.get("radius_m"),
            "có bán kính nhưng thiếu tọa độ: ghi vĩ độ, kinh độ",
        )
    if point is None and not parts and not province:
        raise RowRefusedError(
            "area_text",
            None,
            "thiếu địa bàn: ghi các xã (ngăn bằng dấu chấm phẩy), cả tỉnh, hoặc tọa độ và bán kính",
        )
    if len(parts) > MAX_PARTS:
        raise RowRefusedError(
            "area_text", None, f"hơn {MAX_PARTS} địa bàn trong một ô: ghi tên tỉnh"
        )
