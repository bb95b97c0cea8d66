"""Files made to harm whoever reads them; each is built here, none is kept.

A file has what its reading must come to: `read` where it is harmless after all, else a word of
the reason that is told, or `stopped` where only the limits of the process hold it.
"""

from __future__ import annotations

import io
import json
import sqlite3
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import openpyxl
from shapely.geometry import LineString

HEADINGS = ["Mã vụ việc", "Ngày xảy ra", "Hành vi", "Địa điểm", "Vĩ độ", "Kinh độ"]
CASE = ["H-1", "01/03/2026", "Mua bán trái phép chất ma túy", "Thôn 1", "14,65", "107,85"]
SECRET_WORDS = "root:x:0:0"


@dataclass(frozen=True)
class Hostile:
    """A file: its name, what writes it, and what its reading must come to."""

    name: str
    write: Callable[[Path], None]
    comes_to: str


def hostile_files() -> Iterator[Hostile]:
    yield from _workbooks()
    yield from _old_workbooks()
    yield from _texts()
    yield from _json_files()
    yield from _map_files()
    yield from _archives()


def _content(content: bytes) -> Callable[[Path], None]:
    return lambda path: void(path.write_bytes(content))


def void(_written: int) -> None:
    return None


# --- workbooks ---------------------------------------------------------------


def workbook(rows: list[list[object]] | None = None, sheets: int = 1) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    for row in rows or [HEADINGS, CASE]:
        book.active.append(row)
    for n in range(1, sheets):
        book.create_sheet(f"T{n}")
    book.save(out)
    return out.getvalue()


def with_members(content: bytes, **changed: bytes) -> bytes:
    """A zip with some members changed or added; `xl__a_xml` is xl/a.xml."""
    members = {name.replace("__", "/").replace("_xml", ".xml"): c for name, c in changed.items()}
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(out, "w", 8) as new:
        for name in {**dict.fromkeys(old.namelist()), **dict.fromkeys(members)}:
            new.writestr(name, members.get(name) if name in members else old.read(name))
    return out.getvalue()


_SHEET = (
    b'<?xml version="1.0"?>%s<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/'
    b'2006/main"><sheetData>%s</sheetData></worksheet>'
)


def sheet(rows: bytes, doctype: bytes = b"") -> bytes:
    return with_members(workbook(), xl__worksheets__sheet1_xml=_SHEET % (doctype, rows))


def _row(cells: list[bytes], n: int = 1) -> bytes:
    inner = b"".join(
        b'<c r="%c%d" t="inlineStr"><is><t>%s</t></is></c>' % (65 + j, n, c)
        for j, c in enumerate(cells)
    )
    return b'<row r="%d">%s</row>' % (n, inner)


_HEAD_ROW = _row([h.encode() for h in HEADINGS])
_CASE_ROW = _row([c.encode() for c in CASE], 2)
_LAUGHS = b'<!DOCTYPE l [<!ENTITY a "ha">' + b"".join(
    b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 10) for n in range(9)
)
_FOREIGN = b'<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def _shared_strings() -> bytes:
    text = b"<si><t>" + b"A" * 2**20 + b"</t></si>"
    xmlns = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    cells = b"".join(b'<row><c t="s"><v>0</v></c></row>' for _ in range(60_000))
    return with_members(sheet(cells), xl__sharedStrings_xml=b"<sst %s>%s</sst>" % (xmlns, text))


def _workbooks() -> Iterator[Hostile]:
    def far(cell: bytes) -> bytes:
        return sheet(_HEAD_ROW + _CASE_ROW + b"<row><c %s><v>1</v></c></row>" % cell)

    spaces = sheet(_HEAD_ROW + b" " * (40 * 2**20))
    called = with_members(workbook(), xl__vbaProject_bin=b"\xd0\xcf\x11\xe0" + b"\0" * 999)
    linked = with_members(workbook(), **{"xl/externalLinks/externalLink1.xml": b"<externalLink/>"})
    rels = (
        b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        b'<Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/'
        b'relationships/worksheet" Target="../../../../../../etc/passwd"/></Relationships>'
    )
    climbing = with_members(workbook(), **{"xl/_rels/workbook.xml.rels": rels})
    for name, content, comes_to in (
        ("bomb.xlsx", spaces, "bung ra quá lớn"),
        ("far.xlsx", far(b'r="XFD1048576"'), "bung ra quá lớn"),
        ("far_apostrophes.xlsx", far(b"r='XFD1048576'"), "bung ra quá lớn"),
        ("far_spaced.xlsx", far(b'r = "XFD1048576"'), "bung ra quá lớn"),
        ("far_as_number.xlsx", far(b'r="&#88;FD1048576"'), "hỏng|stopped"),
        ("one_text_60000_times.xlsx", _shared_strings(), "stopped"),
        ("laughs.xlsx", sheet(_row([b"&j;"]), _LAUGHS + b"]>"), "hỏng|tiêu đề"),
        ("entity.xlsx", sheet(_HEAD_ROW + _row([b"&x;"], 2), _FOREIGN), "hỏng|không có dữ liệu"),
        ("sheets.xlsx", workbook(sheets=300), "trang"),
        ("macro.xlsm", called, "read"),
        ("external_link.xlsx", linked, "read"),
        ("climbing_sheet.xlsx", climbing, "hỏng"),
        ("cut.xlsx", workbook()[:2_000], "hỏng"),
        ("no_sheet.xlsx", with_members(workbook(), xl__worksheets__sheet1_xml=b""), "hỏng|tiêu đề"),
        ("formulas.xlsx", workbook([HEADINGS, ["=1+1", *CASE[1:4], "=2", "3"]]), "read"),
        ("nested.xlsx", _zip({"a.xlsx": workbook()}), "tệp nén"),
        ("locked.xlsx", _flagged(workbook()), "mật khẩu"),
        ("lying_size.xlsx", _lying(spaces), "bung ra quá lớn|hỏng"),
    ):
        yield Hostile(name, _content(content), comes_to)


def _flagged(content: bytes) -> bytes:
    at = content.rindex(b"PK\x01\x02")
    return content[: at + 8] + b"\x01" + content[at + 9 :]


def _lying(content: bytes) -> bytes:
    """Every member claims to hold ten bytes."""
    out, at = bytearray(content), 0
    while (at := out.find(b"PK\x01\x02", at)) >= 0:
        out[at + 24 : at + 28] = struct.pack("<I", 10)
        at += 4
    return bytes(out)


def _old_workbooks() -> Iterator[Hostile]:
    magic = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
    book = "Workbook".encode("utf-16-le")
    circle = bytearray(magic + b"\0" * 504)
    struct.pack_into("<HHHHH", circle, 24, 0x3E, 3, 0xFFFE, 9, 6)
    struct.pack_into("<IIIIIIIII", circle, 44, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0, 0)
    table = struct.pack("<128I", 0xFFFFFFFD, 1, *[2] * 126)
    folder = (book.ljust(64, b"\0") + struct.pack("<HBB", 18, 5, 0)).ljust(512, b"\0")
    for name, content, comes_to in (
        ("circle.xls", bytes(circle) + table + folder, "hỏng|stopped"),
        ("noise.xls", magic + book + bytes(range(256)) * 40, "hỏng"),
        ("macro_only.xls", magic + "VBA".encode("utf-16-le") + b"\0" * 4_000, "tài liệu"),
        ("locked.xls", magic + "EncryptedPackage".encode("utf-16-le") + b"\0" * 999, "mật khẩu"),
        ("page.xls", b"<html><script>alert(1)</script></html>", "trang web"),
    ):
        yield Hostile(name, _content(content), comes_to)


# --- text and JSON -----------------------------------------------------------

_CSV = ";".join(HEADINGS) + "\n" + ";".join(CASE) + "\n"


def _texts() -> Iterator[Hostile]:
    for name, content, comes_to in (
        ("one_line.csv", b"a" * (8 * 2**20), "CSV|tiêu đề"),
        ("commas.csv", b"," * (8 * 2**20), "quá nhiều ô"),
        ("wide_body.csv", _CSV.encode() + b";" * (8 * 2**20), "quá nhiều ô"),
        ("quote.csv", b'"' + b"a,b\n" * 100_000, "CSV|tiêu đề"),
        ("nulls.csv", b"\0" * 50_000, "trống"),
        ("binary.csv", bytes(range(256)) * 200, "nhị phân"),
        ("utf16_cut.csv", _CSV.encode("utf-16")[:-1], "read|CSV|bảng mã"),
        ("formulas.csv", _CSV.replace("H-1", "=cmd|' /C calc'!A0").encode(), "read"),
        ("backwards.csv", _CSV.replace("Thôn 1", "Thôn\u202e1").encode(), "read"),
        ("rows.csv", _CSV.encode() + b"x;y\n" * 500_001, "dòng"),
        ("marks.csv", (_CSV.replace("Thôn", "o" + "\u0301" * 100_000)).encode(), "read|CSV"),
        ("paper.pdf", b"%PDF-1.7 ...", "PDF"),
        ("packed.csv", b"\x1f\x8b\x08" + b"\0" * 99, "gzip"),
        ("empty.csv", b"", "trống"),
        ("page.csv", b"<!doctype html><p>x", "trang web"),
    ):
        yield Hostile(name, _content(content), comes_to)


def features(*found: object) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": found}).encode()


def _feature(**cells: object) -> dict[str, object]:
    point = {"type": "Point", "coordinates": [107.85, 14.65]}
    return {"type": "Feature", "properties": cells, "geometry": point}


def _json_files() -> Iterator[Hostile]:
    told = dict(zip(HEADINGS[:4], CASE, strict=False))
    crowd = b'{"type":"FeatureCollection","features":[{"properties":{},"geometry":{"type":'
    crowd += b'"LineString","coordinates":[' + b"[1,1]," * 2_000_001 + b"[1,1]]}}]}"
    digits = features(_feature(**told)).replace(b"107.85", b"1" * 5_000)
    for name, content, comes_to in (
        ("deep.geojson", b'{"features":' + b"[" * 200_000, "JSON"),
        (
            "deep_shape.geojson",
            features(_feature(**told)).replace(b"[107.85, 14.65]", b"[" * 900 + b"1" + b"]" * 900),
            "read|JSON",
        ),
        ("crowded.geojson", crowd, "đỉnh"),
        ("digits.geojson", digits, "JSON"),
        ("endless.geojson", features(_feature(**told)).replace(b"107.85", b"1e999"), "read"),
        ("no_number.geojson", features(_feature(**told)).replace(b"107.85", b"NaN"), "read"),
        ("half_letter.geojson", features(_feature(**told | {"Địa điểm": "\ud800"})), "read"),
        ("no_features.geojson", features("x", 3), "FeatureCollection"),
        ("proto.geojson", features(_feature(**told, __proto__={"a": 1}, geometry="x")), "read"),
        ("columns.geojson", features(_feature(**{f"c{n}": n for n in range(9_000)})), "cột|tiêu"),
    ):
        yield Hostile(name, _content(content), comes_to)


# --- layers of a map ---------------------------------------------------------

_KML = '<?xml version="1.0"?>%s<kml xmlns="http://www.opengis.net/kml/2.2"><Document>%s</Document></kml>'
_PLACE = (
    "<Placemark><name>%s</name><LineString><coordinates>107.8,14.6 107.9,14.7</coordinates>"
    "</LineString></Placemark>"
)
_LINK = "<NetworkLink><Link><href>http://127.0.0.1:1/x.kml</href></Link></NetworkLink>"


def kml(inside: str = _PLACE % "Tuyến A", doctype: str = "") -> bytes:
    return (_KML % (doctype, inside)).encode()


def line_layer() -> gpd.GeoDataFrame:
    line = LineString([(107.8, 14.6), (107.9, 14.7)])
    return gpd.GeoDataFrame(
        {"Tên tuyến": ["A"], "Hiệu lực từ": ["01/01/2026"]}, geometry=[line], crs=4326
    )


def _package(statement: str = "") -> Callable[[Path], None]:
    def write(path: Path) -> None:
        line_layer().to_file(path, layer="tuyen", driver="GPKG")
        with closing(sqlite3.connect(path)) as opened:
            opened.executescript(statement)
            opened.commit()

    return write


def _virtual(path: Path) -> None:
    _package()(path)
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA writable_schema=ON")
        opened.execute(
            "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES "
            "('table', 'x', 'x', 0, 'CREATE VIRTUAL TABLE x USING VirtualOGR(''/etc/passwd'')')"
        )
        opened.commit()


_SAVE = "CREATE TRIGGER t AFTER INSERT ON tuyen BEGIN DELETE FROM tuyen; END;"
_VIEW = (
    "CREATE VIEW v AS SELECT load_extension('/tmp/x.so') AS a, * FROM tuyen;"
    "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
    " VALUES ('v', 'features', 'v', 4326);"
)


def _map_files() -> Iterator[Hostile]:
    vrt = "<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTDataSource>"
    laughs = _LAUGHS.decode() + "]>"
    for name, content, comes_to in (
        ("link.kml", kml(_PLACE % "A" + _LINK), "trỏ tới tệp khác"),
        ("laughs.kml", kml(_PLACE % "&j;", laughs), "DOCTYPE"),
        ("entity.kml", kml(_PLACE % "&x;", _FOREIGN.decode()), "DOCTYPE"),
        ("other_format.kml", kml(vrt), "trỏ tới tệp khác"),
        ("deep.kml", kml("<Folder>" * 50_000), "hỏng|không có lớp|stopped"),
        ("link.kmz", _zip({"doc.kml": kml(_LINK)}), "trỏ tới tệp khác"),
        ("plain.sqlite", _sqlite(), "không phải GeoPackage"),
    ):
        yield Hostile(name, _content(content), comes_to)
    yield Hostile("trigger.gpkg", _package(_SAVE), "read")
    yield Hostile("view.gpkg", _package(_VIEW), "read")
    yield Hostile("virtual.gpkg", _virtual, "bảng ảo")
    yield Hostile("cut.gpkg", _cut, "hỏng")
    yield Hostile("lying_shape.zip", _shape_zip, "hỏng|không có lớp|tiêu đề|không có dữ liệu")


def _cut(path: Path) -> None:
    _package()(path)
    path.write_bytes(path.read_bytes()[:9_000])


def _sqlite() -> bytes:
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.execute("CREATE TABLE a (b)")
        return opened.serialize()


def shape_parts(folder: Path) -> dict[str, bytes]:
    folder.mkdir(exist_ok=True)
    layer = line_layer().rename(columns={"Tên tuyến": "ten", "Hiệu lực từ": "hieu_luc"})
    layer.to_file(folder / "t.shp")
    return {p.name: p.read_bytes() for p in sorted(folder.iterdir())}


def _shape_zip(path: Path) -> None:
    parts = shape_parts(path.with_suffix(".d"))
    shape = bytearray(parts["t.shp"])
    struct.pack_into(">I", shape, 104, 2**31 - 1)  # the record claims four gigabytes
    struct.pack_into("<I", shape, 148, 2**31 - 1)  # of as many points
    path.write_bytes(_zip(parts | {"t.shp": bytes(shape)}))


# --- archives ----------------------------------------------------------------


def _zip(members: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", 8) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def _linked() -> bytes:
    out = io.BytesIO()
    info = zipfile.ZipInfo("a.kml")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(info, "/etc/passwd")
    return out.getvalue()


def _archives() -> Iterator[Hostile]:
    for name, content, comes_to in (
        ("climbing.kmz", _zip({"../../../../tmp/diaban-evil.kml": kml()}), "thiếu cột|tiêu đề"),
        ("absolute.kmz", _zip({"/etc/diaban-evil.kml": kml()}), "thiếu cột|tiêu đề"),
        ("symlink.kmz", _linked(), "hỏng"),
        ("many.zip", _zip({f"{n}.kml": b"" for n in range(5_001)}), "bung ra"),
        ("nested.zip", _zip({"a.zip": _zip({"b.zip": b"PK"})}), "tệp nén"),
        ("bomb.kmz", _zip({"a.kml": kml() + b" " * (40 * 2**20)}), "bung ra"),
        ("cut.zip", _zip({"a.kml": kml()})[:60], "hỏng"),
    ):
        yield Hostile(name, _content(content), comes_to)
