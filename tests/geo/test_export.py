"""Files that other tools read: GDAL, pyarrow and openpyxl are the readers, never our own code."""

from __future__ import annotations

import csv
import hashlib
import json
import sqlite3
import weakref
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import geopandas as gpd
import numpy as np
import openpyxl
import pyarrow.parquet as pq
import pyogrio
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo.errors import CrsError, UnusableFileError
from geo.export import FORMATS, text_chunks, write_stream
from geo.export_workbook import write_workbook
from geo.guarded_cells import guarded
from geo.layer_stream import Batch, LayerStream, Points, Shape
from geo.projected import to_wgs84
from geo.vn2000 import SYSTEMS
from tests.geo.layers import CLOCKWISE, FULL, LAT, LON, METADATA, SHAPES, stream

FRAMES = ("geojson", "gpkg", "parquet", "fgb", "kml")
EVERY_SHAPE = (Shape.POINT, Shape.LINE, Shape.LINES, Shape.AREAS)


def written(folder: Path, format: str, layer: LayerStream | None = None, **told: Any) -> Path:
    path = folder / f"h{FORMATS[format].suffix}"
    write_stream(layer or stream(), METADATA, path, **told)
    return path


def frame_of(path: Path) -> gpd.GeoDataFrame:
    return gpd.read_parquet(path) if path.suffix == ".parquet" else gpd.read_file(path)


def expected_shapes(shape: Shape) -> list[Any]:
    if shape is Shape.POINT:
        return [shapely.Point(LON, LAT), None, shapely.Point(105.8123456789, 21.0287654321)]
    return SHAPES[shape]


# --- what comes back ---------------------------------------------------------


@pytest.mark.parametrize("format", FRAMES)
@pytest.mark.parametrize("shape", EVERY_SHAPE)
def test_geometries_come_back_and_missing_ones_stay_missing(
    tmp_path: Path, format: str, shape: Shape
) -> None:
    frame = frame_of(written(tmp_path, format, stream(shape)))
    assert frame.crs.to_epsg() == 4326
    for one, other in zip(frame.geometry, expected_shapes(shape), strict=True):
        if other is None:
            assert one is None
            continue
        multi = shapely.get_parts(one)
        assert len(multi) == len(shapely.get_parts(other))
        assert one.hausdorff_distance(other) < 1e-7
        assert one.area == pytest.approx(other.area)


@pytest.mark.parametrize("format", ["gpkg", "parquet", "fgb"])
@pytest.mark.parametrize("shape", EVERY_SHAPE)
def test_a_layer_has_one_type_of_geometry(tmp_path: Path, format: str, shape: Shape) -> None:
    path = written(tmp_path, format, stream(shape))
    assert set(frame_of(path).geometry.dropna().geom_type) == {shape.value}
    if format != "parquet":
        assert pyogrio.read_info(path)["geometry_type"] == shape.value


@pytest.mark.parametrize("format", ["gpkg", "parquet", "fgb"])
def test_values_come_back_with_their_types(tmp_path: Path, format: str) -> None:
    frame = frame_of(written(tmp_path, format))
    assert list(frame["id"]) == [11, 12, 13]
    first, second, third = (frame.iloc[i] for i in range(3))
    assert (first["ref"], first["n"], first["share"]) == ("TD-1 Đắk Tô", 3, 0.5)
    assert first["verified"] in (True, 1)
    assert str(first["day"])[:10] == "2026-06-14"
    assert json.loads(first["tags"]) == FULL[-1]
    names = ["ref", "status", "n", "share", "verified", "day", "tags"]
    assert all(gpd.pd.isna(second[name]) for name in names)
    assert gpd.pd.isna(third["share"])
    assert str(third["day"])[:10] == "1899-01-02"
    assert third["tags"] == "[]"


@pytest.mark.parametrize("format", ["gpkg", "fgb"])
def test_columns_have_types_of_their_own_even_without_values(tmp_path: Path, format: str) -> None:
    info = pyogrio.read_info(written(tmp_path, format, stream(rows=[])))
    types = dict(zip(info["fields"], info["ogr_types"], strict=True))
    assert types["n"] == "OFTInteger64"
    # FlatGeobuf knows moments, no days.
    assert types["day"] == ("OFTDate" if format == "gpkg" else "OFTDateTime")
    assert types["share"] == "OFTReal"
    assert info["ogr_subtypes"][list(info["fields"]).index("verified")] == "OFSTBoolean"


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("shape", [Shape.POINT, Shape.AREAS])
def test_an_empty_layer_is_written_in_every_format(
    tmp_path: Path, format: str, shape: Shape
) -> None:
    path = tmp_path / f"h{FORMATS[format].suffix}"
    found = write_stream(stream(shape, rows=[]), METADATA, path)
    assert (found.n, found.bbox) == (0, None)
    assert found.content_sha256 == hashlib.sha256().hexdigest()
    if format in FRAMES:
        assert len(frame_of(path)) == 0


@pytest.mark.parametrize("format", FORMATS)
def test_a_field_called_id_stands_for_the_ids(tmp_path: Path, format: str) -> None:
    fields = (replace(stream().fields[0], name="id"),)
    layer = stream(ids=["X-1"], rows=[["X-1"]], fields=fields, geometries=Points([LON], [LAT]))
    path = written(tmp_path, format, layer)
    if format in ("gpkg", "parquet", "fgb"):
        assert list(frame_of(path)["id"]) == ["X-1"]
    if format == "csv":
        assert path.read_text("utf-8-sig").splitlines()[0] == "id,wkt"


# --- systems of coordinates --------------------------------------------------


@pytest.mark.parametrize("crs", [9210, 9218, 3405, 32648, 4756])
@pytest.mark.parametrize("format", ["gpkg", "parquet", "fgb"])
def test_a_file_in_another_system_says_so_and_lies_there(
    tmp_path: Path, format: str, crs: int
) -> None:
    frame = frame_of(written(tmp_path, format, crs=crs))
    assert frame.crs.to_epsg() == crs
    point = frame.geometry.iloc[0]
    lon, lat = to_wgs84(SYSTEMS[crs], [point.x], [point.y])
    assert (lon[0], lat[0]) == pytest.approx((LON, LAT), abs=1e-8)
    assert frame.geometry.iloc[1] is None


def test_every_system_of_the_country_can_be_asked_for(tmp_path: Path) -> None:
    for crs in SYSTEMS:
        assert frame_of(written(tmp_path, "gpkg", crs=crs)).crs.to_epsg() == crs


def test_areas_are_projected_with_all_their_rings(tmp_path: Path) -> None:
    frame = frame_of(written(tmp_path, "gpkg", stream(Shape.AREAS), crs=32648))
    one, _, many = frame.geometry
    assert shapely.count_coordinates(many) == shapely.count_coordinates(SHAPES[Shape.AREAS][2])
    back = [to_wgs84(SYSTEMS[32648], *shapely.get_coordinates(one).T)]
    assert np.column_stack(back[0]) == pytest.approx(
        shapely.get_coordinates(shapely.orient_polygons(CLOCKWISE, exterior_cw=False)), abs=1e-9
    )


@pytest.mark.parametrize("format", ["geojson", "kml"])
def test_formats_of_one_system_refuse_another(tmp_path: Path, format: str) -> None:
    with pytest.raises(CrsError, match="EPSG:9210"):
        written(tmp_path, format, crs=9210)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", ["csv", "gpkg", "parquet", "fgb", "xlsx"])
def test_a_place_outside_the_system_is_named_and_nothing_is_left(
    tmp_path: Path, format: str
) -> None:
    far = Points([LON, None, -74.0], [LAT, None, 90.5])
    with pytest.raises(CrsError, match=r"-74\.0000000, 90\.5000000"):
        written(tmp_path, format, stream(geometries=far), crs=32648)
    assert list(tmp_path.iterdir()) == []


# --- metadata and checksums --------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_the_checksum_of_the_content_is_the_same_in_every_format(
    tmp_path: Path, format: str
) -> None:
    as_geojson = write_stream(stream(), {}, tmp_path / "one.geojson")
    path = tmp_path / f"two{FORMATS[format].suffix}"
    found = write_stream(stream(size=3), METADATA, path)
    assert found.content_sha256 == as_geojson.content_sha256
    assert found.bbox == as_geojson.bbox == (105.8123457, 20.86299, 106.430377, 21.0287654)
    assert found.n == 3
    assert found.file_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def inside(path: Path) -> dict[str, Any]:
    """The metadata in a file, by the means of its format."""
    if path.suffix == ".gpkg":
        with closing(sqlite3.connect(path)) as store:
            ((text,),) = store.execute("SELECT metadata FROM gpkg_metadata")
    elif path.suffix == ".parquet":
        text = pq.read_metadata(path).metadata[b"dia_ban"]
    elif path.suffix == ".fgb":
        text = pyogrio.read_info(path)["layer_metadata"]["DESCRIPTION"]
    elif path.suffix == ".kml":
        text = ElementTree.parse(path).find(".//{*}Data[@name='metadata']/{*}value").text  # type: ignore[union-attr]
    else:
        pairs = dict(openpyxl.load_workbook(path)["metadata"].values)
        return {**pairs, "marks": json.loads(pairs["marks"])}
    return json.loads(text)  # type: ignore[no-any-return]


@pytest.mark.parametrize("format", ["gpkg", "parquet", "fgb", "kml", "xlsx"])
def test_metadata_and_the_checksum_are_in_the_file(tmp_path: Path, format: str) -> None:
    path = tmp_path / f"h{FORMATS[format].suffix}"
    found = write_stream(stream(), METADATA, path)
    told = inside(path)
    assert told["title"] == METADATA["title"]
    assert told["marks"] == METADATA["marks"]
    assert told["content_sha256"] == found.content_sha256


@pytest.mark.parametrize("format", FORMATS)
def test_a_sidecar_tells_metadata_and_checksums_where_asked_for(
    tmp_path: Path, format: str
) -> None:
    path = written(tmp_path, format)
    assert list(tmp_path.iterdir()) == [path]
    found = write_stream(stream(), METADATA, path, sidecar=True)
    told = json.loads(path.with_name(path.name + ".meta.json").read_text("utf-8"))
    assert told == {
        **METADATA,
        "features": 3,
        "bbox": [105.8123457, 20.86299, 106.430377, 21.0287654],
        "content_sha256": found.content_sha256,
        "file_sha256": found.file_sha256,
    }


@pytest.mark.parametrize("format", FORMATS)
def test_an_archive_holds_the_file_and_its_metadata(tmp_path: Path, format: str) -> None:
    suffix = FORMATS[format].suffix
    path = tmp_path / f"h{suffix}.zip"
    found = write_stream(stream(), METADATA, path, sidecar=True)
    assert list(tmp_path.iterdir()) == [path]
    assert found.file_sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    with zipfile.ZipFile(path) as archive:
        assert set(archive.namelist()) == {f"h{suffix}", "metadata.json"}
        told = json.loads(archive.read("metadata.json"))
        data = archive.read(f"h{suffix}")
    assert told["file_sha256"] == hashlib.sha256(data).hexdigest()
    assert told["content_sha256"] == found.content_sha256


# --- GeoPackage --------------------------------------------------------------


def test_a_geopackage_has_one_layer_with_metadata_style_and_words(tmp_path: Path) -> None:
    path = written(tmp_path, "gpkg", style="<qgis/>")
    assert pyogrio.list_layers(path).tolist() == [["hotspots", "Point"], ["layer_styles", None]]
    assert pyogrio.read_info(path, layer="hotspots")["features"] == 3
    with closing(sqlite3.connect(path)) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert store.execute(
            "SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles"
        ).fetchall() == [("hotspots", "geom", "<qgis/>", 1)]
        assert store.execute(
            "SELECT reference_scope, table_name, md_file_id FROM gpkg_metadata_reference"
        ).fetchall() == [("table", "hotspots", 1)]
        ((geometry,),) = store.execute("SELECT column_name FROM gpkg_geometry_columns")
        assert geometry == "geom"
        assert store.execute(
            "SELECT description FROM gpkg_data_columns WHERE column_name = 'n'"
        ).fetchone() == ("Số vụ / Cases",)
        assert store.execute(
            "SELECT value, c.description FROM gpkg_data_columns"
            " JOIN gpkg_data_column_constraints c USING (constraint_name)"
            " WHERE column_name = 'status' ORDER BY value"
        ).fetchall() == [("active", "Đang có"), ("cleared", "Đã xóa")]


def test_a_geopackage_without_a_style_has_its_layer_alone(tmp_path: Path) -> None:
    assert pyogrio.list_layers(written(tmp_path, "gpkg")).tolist() == [["hotspots", "Point"]]


def test_a_geopackage_is_of_a_version_that_older_tools_know(tmp_path: Path) -> None:
    with closing(sqlite3.connect(written(tmp_path, "gpkg"))) as store:
        assert store.execute("PRAGMA user_version").fetchone() == (10200,)


# --- GeoParquet --------------------------------------------------------------


def test_geoparquet_covers_its_features_by_their_boxes(tmp_path: Path) -> None:
    path = written(tmp_path, "parquet", stream(Shape.AREAS))
    geo = json.loads(pq.read_metadata(path).metadata[b"geo"])
    column = geo["columns"]["geometry"]
    assert geo["version"] == "1.1.0"
    assert column["geometry_types"] == ["MultiPolygon"]
    assert column["bbox"] == [105, 10, 107.5, 21]
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    boxes = pq.read_table(path)["bbox"].to_pylist()
    assert boxes[0] == {"xmin": 106, "ymin": 20, "xmax": 107, "ymax": 21}
    assert boxes[1] is None
    assert len(gpd.read_parquet(path, bbox=(106.2, 19, 106.3, 22))) == 1


def test_geoparquet_has_groups_of_many_rows(tmp_path: Path) -> None:
    n = 45_000
    lons = np.linspace(103, 109, n).tolist()
    layer = stream(ids=range(n), rows=[FULL] * n, size=1000, geometries=Points(lons, lons))
    assert pq.ParquetFile(written(tmp_path, "parquet", layer)).num_row_groups == 3


# --- tables ------------------------------------------------------------------


def test_csv_opens_in_a_spreadsheet_with_diacritics_and_inert_formulas(tmp_path: Path) -> None:
    path = written(tmp_path, "csv")
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        first, second, third = csv.DictReader(file)
    assert first == {
        "id": "11",
        "ref": "TD-1 Đắk Tô",
        "status": "active",
        "n": "3",
        "share": "0.5",
        "verified": "true",
        "day": "2026-06-14",
        "tags": '[{"unit":"g","n":1.5}]',
        "wkt": "POINT (106.430377 20.86299)",
    }
    assert set(second.values()) == {"12", ""}
    assert third["ref"] == "'=HYPERLINK(1)"
    assert third["share"] == ""


def test_csv_gives_metres_to_the_millimetre_and_areas_as_wkt(tmp_path: Path) -> None:
    path = written(tmp_path, "csv", crs=32648)
    with path.open(encoding="utf-8-sig", newline="") as file:
        east, north = next(csv.DictReader(file))["wkt"][7:-1].split()
    assert [len(each.split(".")[1]) <= 3 for each in (east, north)] == [True, True]
    path = written(tmp_path, "csv", stream(Shape.AREAS))
    with path.open(encoding="utf-8-sig", newline="") as file:
        areas = [row["wkt"] for row in csv.DictReader(file)]
    assert shapely.from_wkt(areas[0]).equals(CLOCKWISE)
    assert areas[1] == ""


def test_a_workbook_has_features_metadata_and_dictionary(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path, "xlsx"))
    assert book.sheetnames == ["hotspots", "metadata", "fields"]
    head, first, second, third = (list(row) for row in book["hotspots"].values)
    assert head == ["id", *stream().names, "x", "y"]
    told = dict(zip(head, first, strict=True))
    assert told["day"].date() == date(2026, 6, 14)
    assert (told["n"], told["share"], told["verified"]) == (3, 0.5, True)
    assert (told["x"], told["y"]) == (LON, LAT)
    assert second == [12] + [None] * 9
    assert third[1] == "=HYPERLINK(1)"
    assert book["hotspots"]["B4"].data_type == "s"
    assert book["hotspots"]["B4"].quotePrefix
    assert third[6] == "1899-01-02"
    assert ("status", "text", "Trạng thái", "Status", "active = Đang có; cleared = Đã xóa") in list(
        book["fields"].values
    )


def test_a_workbook_of_areas_says_that_it_has_no_geometry(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written(tmp_path, "xlsx", stream(Shape.AREAS)))
    assert book["hotspots"].max_column == 8
    assert "không chứa hình" in dict(book["metadata"].values)["geometry"]


def test_a_workbook_says_when_it_has_no_room_for_rows(tmp_path: Path) -> None:
    n = 1_048_576
    layer = LayerStream("many", Shape.AREAS, (), iter([Batch(range(n), [()] * n, [None] * n)]))
    with pytest.raises(UnusableFileError, match="GeoPackage"):
        write_workbook(layer, tmp_path / "h.xlsx", 4326, dict)


def test_a_workbook_says_when_it_has_no_room_for_a_text(tmp_path: Path) -> None:
    long = stream(ids=[1], rows=[("ă" * 40_000, *FULL[1:])], geometries=Points([1], [1]))
    with pytest.raises(UnusableFileError, match="40000 ký tự"):
        written(tmp_path, "xlsx", long)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("format", FORMATS)
def test_controls_and_marks_in_a_text_break_no_file(tmp_path: Path, format: str) -> None:
    row = ("<a>&\"'\x00\x0b]]>\ufffe 𠀀", *FULL[1:])
    path = written(tmp_path, format, stream(ids=[1], rows=[row], geometries=Points([1], [1])))
    if format in FRAMES and format != "kml":
        assert frame_of(path)["ref"][0].startswith("<a>&\"'")
    if format == "kml":
        data = ElementTree.parse(path).find(".//{*}SimpleData[@name='ref']")
        assert data is not None
        assert data.text == "<a>&\"']]> 𠀀"
    if format == "xlsx":
        assert openpyxl.load_workbook(path)["hotspots"]["B2"].value == "<a>&\"']]> 𠀀"


# --- KML ---------------------------------------------------------------------


def test_a_placemark_is_called_by_its_reference_and_has_typed_data(tmp_path: Path) -> None:
    root = ElementTree.parse(written(tmp_path, "kml")).getroot()
    marks = root.findall(".//{*}Placemark")
    assert [mark.findtext("{*}name") for mark in marks] == ["TD-1 Đắk Tô", "12", "=HYPERLINK(1)"]
    assert root.findtext(".//{*}SimpleField[@name='n']/{*}displayName") == "Số vụ"
    first = {each.get("name"): each.text for each in marks[0].iter() if each.get("name")}
    assert (first["n"], first["verified"], first["day"]) == ("3", "1", "2026-06-14")
    assert marks[2].findtext(".//{*}SimpleData[@name='verified']") == "0"


# --- whole or not at all -----------------------------------------------------


@pytest.mark.parametrize("format", FORMATS)
def test_a_fault_half_way_leaves_nothing_and_is_told_as_it_is(tmp_path: Path, format: str) -> None:
    def failing() -> Iterator[Batch]:
        yield next(stream().batches)
        raise UnusableFileError("hỏng giữa chừng")

    path = tmp_path / f"h{FORMATS[format].suffix}"
    path.write_text("kept")
    with pytest.raises(UnusableFileError, match="giữa chừng"):
        write_stream(replace(stream(), batches=failing()), METADATA, path, sidecar=True)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [(path.name, "kept")]


def test_an_unknown_suffix_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    for name in ("h.docx", "h.zip", "h.docx.zip", "h"):
        with pytest.raises(UnusableFileError, match="geojson"):
            write_stream(stream(), {}, tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match="không tồn tại"):
        write_stream(stream(), {}, tmp_path / "none" / "h.geojson")


# --- streams -----------------------------------------------------------------


class _Rows(list[Any]):
    """Rows that can be watched going away."""


@pytest.mark.parametrize("format", FORMATS)
def test_no_format_holds_more_than_a_few_batches(tmp_path: Path, format: str) -> None:
    alive: list[weakref.ref[_Rows]] = []
    most = 0

    def batches() -> Iterator[Batch]:
        nonlocal most
        for start in range(0, 300, 10):
            rows = _Rows([FULL] * 10)
            alive.append(weakref.ref(rows))
            yield Batch(range(start, start + 10), rows, Points([LON] * 10, [LAT] * 10))
            del rows
            most = max(most, sum(each() is not None for each in alive))

    written(tmp_path, format, replace(stream(), batches=batches()))
    assert len(alive) == 30
    assert most <= 3


@pytest.mark.parametrize("format", ["geojson", "csv"])
def test_text_streams_as_it_is_written(tmp_path: Path, format: str) -> None:
    chunks = list(text_chunks(stream(), METADATA, format))
    assert len(chunks) >= 3
    assert b"".join(chunks) == written(tmp_path, format).read_bytes()


@pytest.mark.parametrize("format", [name for name, each in FORMATS.items() if not each.is_text])
def test_what_is_no_text_does_not_stream(format: str) -> None:
    with pytest.raises(UnusableFileError, match=format):
        text_chunks(stream(), {}, format)


def test_a_stream_in_a_system_that_the_format_lacks_is_refused_before_it_starts() -> None:
    with pytest.raises(CrsError, match="EPSG:9210"):
        text_chunks(stream(), {}, "geojson", 9210)


# --- any text ----------------------------------------------------------------

_KEPT = st.text(st.characters(exclude_categories=["Cc", "Cs", "Cn"]), max_size=20)


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.one_of(st.none(), _KEPT), min_size=1, max_size=5))
def test_any_text_comes_back(tmp_path: Path, texts: list[str | None]) -> None:
    places = Points([LON] * len(texts), [LAT] * len(texts))
    told = {}
    for format in ("gpkg", "parquet", "fgb", "csv", "xlsx"):
        layer = stream(
            ids=range(len(texts)),
            rows=[(text,) for text in texts],
            fields=stream().fields[:1],
            geometries=places,
        )
        told[format] = written(tmp_path, format, layer)
    for format in ("gpkg", "parquet", "fgb"):
        found = [None if gpd.pd.isna(text) else text for text in frame_of(told[format])["ref"]]
        assert found == texts
    with told["csv"].open(encoding="utf-8-sig", newline="") as file:
        assert [row["ref"] for row in csv.DictReader(file)] == [guarded(t) or "" for t in texts]
    cells = [row[1] for row in openpyxl.load_workbook(told["xlsx"])["hotspots"].values]
    assert [cell or "" for cell in cells[1:]] == [text or "" for text in texts]
