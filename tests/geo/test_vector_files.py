"""Layers of a GeoPackage, Shapefile, KML or KMZ: their place, their text, what is refused."""

from __future__ import annotations

import sqlite3
import struct
import time
import zipfile
from contextlib import closing
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from pyproj import Proj, Transformer
from pyproj.enums import TransformDirection

from geo.corridor_rows import read_corridors
from geo.errors import CrsError, UnusableFileError
from geo.features import MAX_CORNERS
from geo.readers import read_table
from geo.sheets import open_workbook
from geo.terms import Layer
from geo.vector_crs import in_wgs84
from geo.vector_files import vector_layers
from geo.vector_parts import MAX_BYTES, MAX_RATIO, LayerError, laid_out

LINE = shapely.LineString([(107.6, 14.6), (107.8, 14.7)])
NAME = "Quốc lộ 14 đoạn bắc"
KML = """<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder><name>Tuyến</name>
<Placemark><name>Quốc lộ 14 đoạn bắc</name>
<ExtendedData><Data name="hieu_luc_tu"><value>01/01/2026</value></Data>
<Data name="be_rong_m"><value>400</value></Data></ExtendedData>
<LineString><coordinates>107.6,14.6,12 107.8,14.7,15</coordinates></LineString></Placemark>
</Folder></Document></kml>
"""


def frame(**more: object) -> gpd.GeoDataFrame:
    columns = {"ten_tuyen": [NAME], "valid_from": ["01/01/2026"], "be_rong_m": [400.0], **more}
    return gpd.GeoDataFrame(columns, geometry=[LINE], crs=4326)


def zipped(folder: Path, name: str = "tuyen.zip", *, left_out: tuple[str, ...] = ()) -> Path:
    path = folder / name
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.glob("tuyen.*")):
            if part.suffix not in (".zip", *left_out):
                archive.write(part, f"Bản đồ/{part.name.upper()}")
    return path


def shapefile(folder: Path, data: gpd.GeoDataFrame, encoding: str = "utf-8") -> Path:
    data.to_file(folder / "tuyen.shp", encoding=encoding)
    return zipped(folder)


def kml(folder: Path, text: str = KML) -> Path:
    path = folder / "tuyen.kml"
    path.write_text(text, "utf-8")
    return path


def kmz(folder: Path) -> Path:
    path = folder / "tuyen.kmz"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(kml(folder), "doc.kml")
    return path


def gpkg(folder: Path) -> Path:
    frame().to_file(folder / "tuyen.gpkg")
    return folder / "tuyen.gpkg"


def in_metres(folder: Path) -> Path:
    return shapefile(folder, frame().to_crs("EPSG:9216"))


@pytest.mark.parametrize("write", [gpkg, in_metres, kml, kmz])
def test_a_route_comes_out_of_every_format_with_its_line_in_degrees(
    tmp_path: Path, write: object
) -> None:
    path = write(tmp_path)  # type: ignore[operator]
    drafts = read_corridors(read_table(path, Layer.CORRIDORS))
    (draft,) = drafts.accepted
    assert (draft.name, f"{draft.valid_from}", draft.width_m) == (NAME, "2026-01-01", 400.0)
    assert shapely.equals_exact(draft.geometry, shapely.MultiLineString([LINE]), 1e-6)


def test_a_system_without_a_code_is_shifted_as_vn2000_is(tmp_path: Path) -> None:
    """A province's own zone, which no list of codes has: its scale is 0.99991."""
    shift = Transformer.from_pipeline("EPSG:6960")
    lat, lon = shift.transform([14.6, 14.7], [107.6, 107.8], direction=TransformDirection.INVERSE)
    zone = Proj("+proj=tmerc +lat_0=0 +lon_0=107.5 +k=0.99991 +x_0=500000 +ellps=WGS84")
    frame().to_crs("EPSG:9216").to_file(tmp_path / "tuyen.shp", encoding="utf-8")
    prj = (tmp_path / "tuyen.prj").read_text()
    in_metres = shapely.LineString(zip(*zone(lon, lat), strict=True))
    frame().set_geometry([in_metres], crs=None).to_file(tmp_path / "tuyen.shp", encoding="utf-8")
    (tmp_path / "tuyen.prj").write_text(
        prj.replace("0.9999,", "0.99991,").replace("0.9999]", "0.99991]")
    )
    (draft,) = read_corridors(read_table(zipped(tmp_path), Layer.CORRIDORS)).accepted
    assert shapely.equals_exact(draft.geometry, shapely.MultiLineString([LINE]), 1e-6)


def test_a_layer_without_a_system_is_taken_for_degrees_and_that_is_said(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "tuyen.shp", encoding="utf-8")
    table = read_table(zipped(tmp_path, left_out=(".prj",)), Layer.CORRIDORS)
    assert any("không ghi hệ tọa độ" in said for said in table.warnings)
    assert len(read_corridors(table).accepted) == 1


def test_metres_without_a_system_are_refused(tmp_path: Path) -> None:
    frame().to_crs("EPSG:32648").to_file(tmp_path / "tuyen.shp")
    with pytest.raises(UnusableFileError, match=r"thiếu tệp \.prj"):
        open_workbook(zipped(tmp_path, left_out=(".prj",)))


@pytest.mark.parametrize("keeps_page", [True, False])
def test_vietnamese_in_a_table_without_a_code_page_is_read(
    tmp_path: Path, keeps_page: bool
) -> None:
    frame().to_file(tmp_path / "tuyen.shp", encoding="utf-8")
    path = zipped(tmp_path, left_out=() if keeps_page else (".cpg",))
    assert open_workbook(path).sheets[0].read(None)[1][0] == NAME


def test_text_in_tcvn3_is_read(tmp_path: Path) -> None:
    rows = [f"TuyÕn T©n Ch©u sè {n}" for n in range(30)]
    data = gpd.GeoDataFrame(
        {"ten_tuyen": rows, "valid_from": ["01/01/2026"] * 30}, geometry=[LINE] * 30, crs=4326
    )
    data.to_file(tmp_path / "tuyen.shp", encoding="ISO-8859-1")
    sheet = open_workbook(zipped(tmp_path, left_out=(".cpg",))).sheets[0]
    assert sheet.read(None)[1][0] == "Tuyến Tân Châu số 0"
    assert "TCVN3" in " ".join(sheet.remarks())


def test_points_give_longitude_and_latitude_and_heights_are_dropped(tmp_path: Path) -> None:
    data = gpd.GeoDataFrame(
        {"so_ho_so": ["A1"]}, geometry=[shapely.Point(107.6, 14.6, 900.0)], crs=4326
    )
    data.to_file(tmp_path / "vu.gpkg")
    rows = open_workbook(tmp_path / "vu.gpkg").sheets[0].read(None)
    assert rows == [["so_ho_so", "lon", "lat"], ["A1", 107.6, 14.6]]


def test_columns_that_name_persons_are_dropped(tmp_path: Path) -> None:
    frame(ho_va_ten=["Nguyễn Văn A"]).to_file(tmp_path / "tuyen.gpkg")
    table = read_table(tmp_path / "tuyen.gpkg", Layer.CORRIDORS)
    assert table.dropped_columns == ("ho_va_ten",)
    assert "Nguyễn" not in str(table.rows)


def test_of_several_layers_the_one_that_fits_is_read(tmp_path: Path) -> None:
    path = gpkg(tmp_path)
    other = gpd.GeoDataFrame({"cot": [1]}, geometry=[shapely.Point(107, 14)], crs=4326)
    other.to_file(path, layer="khac")
    assert {sheet.name for sheet in open_workbook(path).sheets} == {"tuyen", "khac"}
    assert read_table(path, Layer.CORRIDORS).sheet == "tuyen"


def test_a_view_of_a_geopackage_is_not_run(tmp_path: Path) -> None:
    path = gpkg(tmp_path)
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("CREATE VIEW bay AS SELECT * FROM tuyen")
        opened.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
            " VALUES ('bay', 'features', 'bay', 4326)"
        )
        opened.commit()
    assert [sheet.name for sheet in open_workbook(path).sheets] == ["tuyen"]


def test_a_zip_that_leads_out_of_its_folder_writes_nothing_there(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "tuyen.shp", encoding="utf-8")
    inner = tmp_path / "in"
    inner.mkdir()
    path = inner / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for part in tmp_path.glob("tuyen.*"):
            archive.write(part, f"../../{part.name}")
    assert len(open_workbook(path).sheets) == 1
    assert sorted(each.name for each in inner.iterdir()) == ["a.zip"]


def bomb(folder: Path) -> Path:
    path = folder / "bom.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", b"\0" * (MAX_RATIO * 2**16 + 2**20))
    return path


def lying(folder: Path) -> Path:
    """A member that holds more than the archive says of it."""
    path = bomb(folder)
    data = bytearray(path.read_bytes())
    at = data.index(b"PK\x01\x02")
    data[at + 24 : at + 28] = struct.pack("<I", 100)
    path.write_bytes(data)
    return path


def lone(folder: Path) -> Path:
    frame().to_file(folder / "tuyen.shp")
    return folder / "tuyen.shp"


def without_table(folder: Path) -> Path:
    frame().to_file(folder / "tuyen.shp")
    return zipped(folder, left_out=(".dbf",))


def entities(folder: Path) -> Path:
    head, rest = KML.split("\n", 1)
    return kml(folder, f'{head}\n<!DOCTYPE kml [<!ENTITY a "b">]>\n{rest}')


def damaged(folder: Path) -> Path:
    path = gpkg(folder)
    path.write_bytes(path.read_bytes()[:3000])
    return path


def other_database(folder: Path) -> Path:
    with closing(sqlite3.connect(folder / "x.db")) as opened:
        opened.execute("CREATE TABLE a (b)")
        opened.commit()
    return folder / "x.db"


VRT = """<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource>
<SrcLayer>a</SrcLayer></OGRVRTLayer></OGRVRTDataSource>"""


def pointer_as_kml(folder: Path) -> Path:
    return kml(folder, f"<!-- <kml -->{VRT}<kml/>")


def pointer_behind_kml(folder: Path) -> Path:
    return kml(folder, KML + VRT)


def pointer_as_shape(folder: Path) -> Path:
    frame().to_file(folder / "tuyen.shp")
    (folder / "tuyen.shp").write_text(VRT)
    return zipped(folder)


def pointer_as_package(folder: Path) -> Path:
    (folder / "tuyen.gpkg").write_text(VRT)
    return zipped(folder)


def virtual_table(folder: Path) -> Path:
    path = gpkg(folder)
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA writable_schema = 1")
        opened.execute(
            "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES"
            " ('table', 'x', 'x', 0, 'CREATE VIRTUAL TABLE x USING VirtualOGR(''/etc/passwd'')')"
        )
        opened.commit()
    return path


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (pointer_as_kml, "bị hỏng"),
        (pointer_behind_kml, "trỏ tới tệp khác"),
        (pointer_as_shape, "bị hỏng"),
        (pointer_as_package, "bị hỏng"),
        (virtual_table, "bảng ảo"),
        (bomb, "bung ra quá lớn"),
        (lying, "bung ra quá lớn|bị hỏng"),
        (lone, "nén các tệp"),
        (without_table, "thiếu tệp .dbf"),
        (entities, "DOCTYPE"),
        (damaged, "bị hỏng"),
        (other_database, "không phải GeoPackage"),
    ],
)
def test_what_cannot_be_used_is_refused_with_what_to_do(
    tmp_path: Path, write: object, said: str
) -> None:
    path = write(tmp_path)  # type: ignore[operator]
    with pytest.raises(UnusableFileError, match=said):
        open_workbook(path)


@pytest.mark.parametrize(
    "prj",
    [
        'LOCAL_CS["nonearth",UNIT["metre",1]]',
        'LOCAL_CS["VN-2000 local",UNIT["metre",1]]',
    ],
)
def test_a_system_tied_to_no_place_is_refused_with_what_to_do(tmp_path: Path, prj: str) -> None:
    frame().to_file(tmp_path / "tuyen.shp", encoding="utf-8")
    (tmp_path / "tuyen.prj").write_text(prj)
    with pytest.raises(UnusableFileError, match=r"\.prj.*EPSG:4326"):
        open_workbook(zipped(tmp_path))


def test_a_system_of_heights_alone_is_refused() -> None:
    with pytest.raises(CrsError, match="không gắn với mặt đất"):
        in_wgs84(np.array([LINE], dtype=object), "EPSG:5703")


@pytest.mark.parametrize("stated", ["EPSG:4326", "EPSG:4756", None])
@pytest.mark.parametrize("amiss", [float("inf"), float("nan")])
def test_a_corner_that_is_no_number_costs_its_row_its_place_only(
    stated: str | None, amiss: float
) -> None:
    with np.errstate(invalid="ignore"):
        broken = shapely.LineString([(107.6, 14.6), (amiss, 14.7)])
        shapes, _said = in_wgs84(np.array([broken, LINE], dtype=object), stated)
    assert shapes[0] is None
    assert np.isfinite(shapely.get_coordinates(shapes[1])).all()


def test_corners_are_counted_over_all_layers_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "tuyen.gpkg"
    corners = np.linspace((107.0, 14.0), (108.0, 15.0), MAX_CORNERS // 2 + 1)
    data = frame().set_geometry([shapely.LineString(corners)], crs=4326)
    data.to_file(path, layer="a")
    assert [sheet.name for sheet in open_workbook(path).sheets] == ["a"]
    data.to_file(path, layer="b")
    with pytest.raises(UnusableFileError, match="quá nhiều đỉnh"):
        open_workbook(path)


def test_no_more_rows_are_read_than_the_caller_takes(tmp_path: Path) -> None:
    gpd.GeoDataFrame({"so": range(50)}, geometry=[LINE] * 50, crs=4326).to_file(tmp_path / "a.gpkg")
    (layer,) = vector_layers(tmp_path / "a.gpkg", max_rows=10)
    assert len(layer.shapes) == 11


def test_few_rows_have_the_columns_that_all_have(tmp_path: Path) -> None:
    """A layer of mixed shapes: what the first row has not, a later one has."""
    drawn = np.array([None, LINE, shapely.Point(107.6, 14.6)], dtype=object)
    data = gpd.GeoDataFrame({"so": ["a", "b", "c"]}, geometry=drawn, crs=4326)
    data.to_file(tmp_path / "a.gpkg")
    (sheet,) = open_workbook(tmp_path / "a.gpkg").sheets
    every = sheet.read(None)
    assert every[0] == ["so", "lon", "lat", "geometry"]
    assert [sheet.read(n) for n in range(1, 6)] == [every[:n] for n in range(1, 6)]


def test_a_package_too_large_is_refused_before_it_is_copied(tmp_path: Path) -> None:
    path = gpkg(tmp_path)
    with path.open("r+b") as file:
        file.truncate(MAX_BYTES + 1)
    with pytest.raises(LayerError, match="lớn quá 200 MB"):
        laid_out(path, tmp_path)


def with_schema(path: Path, sql: str | bytes) -> Path:
    with closing(sqlite3.connect(path)) as opened:
        opened.execute("PRAGMA writable_schema = 1")
        opened.execute(
            "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql)"
            " VALUES ('table', 'x', 'x', 0, ?)",
            (sql,),
        )
        opened.commit()
    return path


@pytest.mark.parametrize(
    "sql",
    [
        "CREATE/**/VIRTUAL TABLE x USING VirtualOGR('/etc/passwd')",
        "CREATE -- a\nVIRTUAL TABLE x USING VirtualOGR('/etc/passwd')",
        "CREATE\ufeffVIRTUAL TABLE x USING VirtualOGR('/etc/passwd')",
        "CREATE VIRTUAL TABLE x USING VirtualOGR('/etc/passwd') /* USING rtree( */",
        "CREATE VIRTUAL TABLE x USING VirtualOGR('/etc/passwd', 'USING rtree(')",
        "CREATE VIRTUAL TABLE \"a USING rtree(\" USING VirtualOGR('/etc/passwd')",
        b"CREATE VIRTUAL TABLE x USING VirtualOGR('/etc/passwd')",
    ],
)
def test_a_virtual_table_in_disguise_is_refused(tmp_path: Path, sql: str | bytes) -> None:
    with pytest.raises(UnusableFileError, match=r"bảng ảo|bị hỏng"):
        open_workbook(with_schema(gpkg(tmp_path), sql))


def test_endless_brackets_in_a_schema_take_no_time(tmp_path: Path) -> None:
    began = time.perf_counter()
    with pytest.raises(UnusableFileError):
        open_workbook(with_schema(gpkg(tmp_path), "CREATE VIRTUAL TABLE x " + "[" * 400_000))
    assert time.perf_counter() - began < 5


def test_an_index_of_space_is_no_reason_to_refuse(tmp_path: Path) -> None:
    frame().to_file(tmp_path / "a.gpkg", layer="tuyến -- 'số' 1", SPATIAL_INDEX="YES")
    assert len(open_workbook(tmp_path / "a.gpkg").sheets) == 1
