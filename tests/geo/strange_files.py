"""Files as nobody would make them: tables of strange cells, and good files damaged at random."""

from __future__ import annotations

import csv
import io
import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import strategies as st

from geo.terms import Layer
from tests.geo.hostile_files import (
    CASE,
    HEADINGS,
    _zip,
    features,
    kml,
    line_layer,
    shape_parts,
    workbook,
)

Strange = tuple[str, bytes, Layer | None]
"""A suffix, a content, and what it is sent as: None is a file with the line of a route."""

_NEEDED = {
    Layer.INCIDENTS: (*HEADINGS, "Tang vật", "Khối lượng (g)", "Số đối tượng", "Họ tên"),
    Layer.HOTSPOTS: ("Mã", "Tên", "Loại", "Ngày phát hiện", "Ngày triệt xóa", "Vĩ độ", "Kinh độ"),
    Layer.INDICATORS: ("Mã xã", "Nhân khẩu", "Người nghiện", "Diện tích trồng (m2)"),
    Layer.SUB_UNITS: ("Tên", "Loại", "Xã", "Tỉnh", "Mã xã"),
    Layer.CAMPAIGNS: ("Tên đợt", "Từ ngày", "Đến ngày", "Địa bàn"),
    Layer.CORRIDORS: ("Tên tuyến", "Hiệu lực từ", "Tọa độ tuyến"),
    Layer.FACILITIES: ("Tên cơ sở", "Loại", "Địa chỉ", "Tọa độ"),
}
_WORDS = st.sampled_from(
    (
        *CASE,
        *("=1+1", "31/02/2026", "1e999", "-0", "٣", "NaN", "POINT(1 1)", "LINESTRING(1 1, 2 2)"),
        *("14°39'15\"B 107°51'Đ", "9" * 400, "\u202e", "\0", "2958466", "T©n Ch©u", "nhà ông A"),
        *("tháng 13/2026", "{{7*7}}", "${7*7}", "%s%s%n", "' OR 1=1 --", "<script>", "../../x"),
    )
)
_CELLS = st.one_of(_WORDS, st.text(max_size=30), st.none(), st.integers(), st.floats())


@cache
def good_files() -> dict[str, bytes]:
    """One sound file of every kind, by suffix."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "a.gpkg"
        line_layer().to_file(path, layer="a", driver="GPKG")
        package = path.read_bytes()
        shapes = _zip(shape_parts(Path(folder) / "d"))
    told = dict(zip(HEADINGS[:4], CASE, strict=False))
    point = {"type": "Point", "coordinates": [107.85, 14.65]}
    return {
        ".xlsx": workbook(),
        ".csv": (";".join(HEADINGS) + "\n" + ";".join(CASE) + "\n").encode() * 3,
        ".geojson": features({"type": "Feature", "properties": told, "geometry": point}),
        ".kml": kml(),
        ".kmz": _zip({"doc.kml": kml()}),
        ".gpkg": package,
        ".zip": shapes,
    }


@st.composite
def damaged(draw: st.DrawFn) -> Strange:
    """A sound file with bytes changed, taken out, doubled or cut off."""
    suffix = draw(st.sampled_from(sorted(good_files())))
    content = bytearray(good_files()[suffix])
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(len(content) - 1, 0)))
        n = draw(st.integers(1, 64))
        match draw(st.sampled_from(("change", "remove", "repeat", "cut", "insert"))):
            case "change":
                content[at : at + n] = draw(st.binary(min_size=1, max_size=8))
            case "remove":
                del content[at : at + n]
            case "repeat":
                content[at:at] = content[at : at + n] * draw(st.integers(1, 99))
            case "cut":
                del content[max(at, 8) :]
            case _:
                content[at:at] = draw(st.sampled_from((b"\0" * 9, b"\xff" * 9, b"<", b'"', b"[[[")))
    drawn = suffix in (".kml", ".kmz", ".gpkg", ".zip")
    layer = draw(st.sampled_from((Layer.CORRIDORS, None))) if drawn else Layer.INCIDENTS
    return suffix, bytes(content), layer


@st.composite
def strange_tables(draw: st.DrawFn) -> Strange:
    """A table with headings that are known and cells that are anything."""
    layer = draw(st.sampled_from(sorted(_NEEDED)))
    heads = draw(st.permutations(_NEEDED[layer]))
    rows = draw(st.lists(st.lists(_CELLS, min_size=1, max_size=9), max_size=8))
    match draw(st.sampled_from((".csv", ".xlsx", ".geojson"))):
        case ".csv":
            out = io.StringIO()
            mark = draw(st.sampled_from(";,\t|"))
            csv.writer(out, delimiter=mark, escapechar="\\").writerows([heads, *rows])
            encoding = draw(st.sampled_from(("utf-8", "utf-16", "cp1258", "utf-8-sig")))
            return ".csv", out.getvalue().encode(encoding, "replace"), layer
        case ".xlsx":
            plain = [[_of_sheet(cell) for cell in row] for row in rows]
            return ".xlsx", workbook([list(heads), *plain]), layer
        case _:
            bags = [dict(zip(heads, row, strict=False)) for row in rows]
            return (
                ".geojson",
                features(*({"type": "Feature", "properties": b} for b in bags)),
                layer,
            )


def _of_sheet(cell: object) -> object:
    """What a sheet can hold of a cell."""
    if isinstance(cell, str):
        return "".join(
            c for c in cell if c >= " " and not "\ud800" <= c <= "\udfff" and c < "\ufffe"
        )
    if isinstance(cell, int) and abs(cell) > 10**15:
        return str(cell)
    return cell if cell == cell and cell not in (float("inf"), float("-inf")) else None


strange_files = st.one_of(
    damaged(),
    strange_tables(),
    st.binary(max_size=300).map(lambda content: (".csv", content, Layer.INCIDENTS)),
)


def shown(content: bytes) -> str:
    return json.dumps(content[:60].decode("latin-1"))
