"""Layers on their way out, made by hand for tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

import shapely

from geo.layer_stream import Batch, Field, FieldType, LayerStream, Points, Shape

T = FieldType
FIELDS = (
    Field("ref", T.TEXT, "Số hiệu", "Reference"),
    Field("status", T.TEXT, "Trạng thái", "Status", {"active": "Đang có", "cleared": "Đã xóa"}),
    Field("n", T.INTEGER, "Số vụ", "Cases"),
    Field("share", T.NUMBER, "Tỷ lệ", "Share"),
    Field("verified", T.BOOLEAN, "Đã kiểm tra", "Verified"),
    Field("day", T.DATE, "Ngày", "Day"),
    Field("tags", T.LIST, "Nhãn", "Tags"),
)
FULL = ("TD-1 Đắk Tô", "active", 3, 0.5, True, date(2026, 6, 14), [{"unit": "g", "n": 1.5}])
EMPTY = (None,) * len(FIELDS)
FORMULA = ("=HYPERLINK(1)", "cleared", 0, float("nan"), False, date(1899, 1, 2), [])
METADATA = {"title": "Tụ điểm «thử» & khác", "marks": ["ranh giới gần đúng"]}

LON, LAT = 106.430377, 20.862990
POINTS = Points([LON, None, 105.8123456789], [LAT, None, 21.0287654321])
CLOCKWISE = shapely.Polygon([(106, 20), (106, 21), (107, 21), (107, 20)])
HOLED = shapely.MultiPolygon(
    [
        shapely.box(105, 10, 106, 11).difference(shapely.box(105.4, 10.4, 105.6, 10.6)),
        shapely.box(107, 10, 107.5, 10.5),
    ]
)
LINE = shapely.LineString([(104, 22), (105.123456789, 21), (106, 20)])
SHAPES = {
    Shape.AREAS: [CLOCKWISE, None, HOLED],
    Shape.LINES: [LINE, None, shapely.MultiLineString([LINE, [(103, 20), (103, 21)]])],
    Shape.LINE: [LINE, None, LINE.reverse()],
}


def stream(
    shape: Shape = Shape.POINT,
    *,
    ids: Sequence[int | str] = (11, 12, 13),
    rows: Sequence[Sequence[Any]] = (FULL, EMPTY, FORMULA),
    fields: tuple[Field, ...] = FIELDS,
    size: int = 2,
    geometries: Any = None,
) -> LayerStream:
    """Three features (or others) in batches of `size`."""
    places = geometries or SHAPES.get(shape, POINTS)

    def batches() -> Iterator[Batch]:
        for start in range(0, len(rows), size):
            taken = slice(start, start + size)
            if isinstance(places, Points):
                part: Any = Points(places.lons[taken], places.lats[taken])
            else:
                part = places[taken]
            yield Batch(ids[taken], rows[taken], part)

    return LayerStream("hotspots", shape, fields, batches())
