"""Sources in every accepted format, and what is refused of them."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString, MultiPolygon, Polygon, box

from geo.commune_columns import COLUMNS
from geo.errors import BoundaryError
from geo.sources import load_source

UNITS = (
    ("00004", "Ba Đình", "Phường"),
    ("00008", "Ngọc Hà", "Phường"),
    ("01000", "Hòa Bình", "Xã"),
)


def frame() -> gpd.GeoDataFrame:
    """Three squares of 0.1° in a row, in the columns of this project."""
    return gpd.GeoDataFrame(
        [
            {
                "code": code,
                "name": name,
                "full_name": f"{unit_type} {name}",
                "unit_type": unit_type,
                "province_code": "01",
                "province_name": "Thành phố Hà Nội",
                "area_km2": 100.0 + i,
                "geometry": box(105 + i / 10, 21, 105.1 + i / 10, 21.1),
            }
            for i, (code, name, unit_type) in enumerate(UNITS)
        ],
        crs="EPSG:4326",
    )


def write_parquet(source: gpd.GeoDataFrame, folder: Path) -> Path:
    source.to_parquet(folder / "xa.parquet")
    return folder / "xa.parquet"


def write_gpkg(source: gpd.GeoDataFrame, folder: Path) -> Path:
    source.to_file(folder / "xa.gpkg")
    return folder / "xa.gpkg"


def write_geojson(source: gpd.GeoDataFrame, folder: Path) -> Path:
    source.to_file(folder / "xa.geojson")
    return folder / "xa.geojson"


def write_shapefile(source: gpd.GeoDataFrame, folder: Path) -> Path:
    renamed = source.rename(
        columns={
            **{"code": "MA_XA", "name": "TEN_XA", "full_name": "TENDAYDU", "unit_type": "LOAI"},
            **{"province_code": "MA_TINH", "province_name": "TEN_TINH", "area_km2": "DIEN_TICH"},
        }
    )
    renamed.to_file(folder / "xa.shp", encoding="utf-8")
    return folder / "xa.shp"


def write_zipped_shapefile(source: gpd.GeoDataFrame, folder: Path) -> Path:
    write_shapefile(source, folder)
    with zipfile.ZipFile(folder / "xa.zip", "w") as archive:
        for part in sorted(folder.glob("xa.*")):
            if part.suffix != ".zip":
                archive.write(part, f"ranh_gioi/{part.name}")
    return folder / "xa.zip"


def write_units(source: gpd.GeoDataFrame, folder: Path) -> Path:
    province = folder / "nguon" / "01_ha_noi"
    (province / "wards").mkdir(parents=True)
    whole = Polygon(box(105, 21, 105.3, 21.1))
    write_unit(
        province / "01_ha_noi.geojson",
        {"code": "01", "name": "Hà Nội", "fullName": "Thành phố Hà Nội"},
        whole,
    )
    for row in source.itertuples():
        facts = {
            **{"code": row.code, "name": row.name, "nameEn": "x", "fullName": row.full_name},
            "areaKm2": row.area_km2,
        }
        write_unit(province / "wards" / f"{row.code}_x.geojson", facts, row.geometry)
    return folder / "nguon"


def write_unit(path: Path, properties: dict[str, object], shape: Polygon) -> None:
    feature = {
        "type": "Feature",
        "properties": properties,
        "geometry": shape.__geo_interface__,
    }
    path.write_text(json.dumps({"type": "FeatureCollection", "features": [feature]}))


def write_zipped_units(source: gpd.GeoDataFrame, folder: Path) -> Path:
    root = write_units(source, folder)
    with zipfile.ZipFile(folder / "nguon.zip", "w") as archive:
        for path in sorted(root.rglob("*.geojson")):
            archive.write(path, path.relative_to(root))
    return folder / "nguon.zip"


WRITERS = (
    *(write_parquet, write_gpkg, write_geojson, write_shapefile),
    *(write_zipped_shapefile, write_units, write_zipped_units),
)


@pytest.mark.parametrize("write", WRITERS)
def test_every_format_gives_the_same_communes(
    write: Callable[[gpd.GeoDataFrame, Path], Path], tmp_path: Path
) -> None:
    read = load_source(write(frame(), tmp_path))

    assert list(read.columns) == [*COLUMNS, "geometry"]
    assert read.crs == "EPSG:4326"
    expected = frame()[list(COLUMNS)].astype(object)
    expected_shapes = gpd.GeoSeries([MultiPolygon([g]) for g in frame().geometry], crs=4326)
    assert read[list(COLUMNS)].astype(object).to_dict("records") == expected.to_dict("records")
    assert read.geometry.normalize().geom_equals_exact(expected_shapes.normalize(), 1e-6).all()


def test_numeric_codes_get_their_leading_zeros_back(tmp_path: Path) -> None:
    source = frame().assign(code=[4, 8, 1000], province_code=[1, 1, 1])

    read = load_source(write_gpkg(source, tmp_path))

    assert list(read["code"]) == ["00004", "00008", "01000"]
    assert set(read["province_code"]) == {"01"}


def test_other_coordinate_systems_are_brought_to_wgs84(tmp_path: Path) -> None:
    read = load_source(write_gpkg(frame().to_crs("EPSG:3405"), tmp_path))

    assert read.crs == "EPSG:4326"
    assert read.total_bounds == pytest.approx([105, 21, 105.3, 21.1], abs=1e-6)


def test_area_is_measured_where_the_source_has_none(tmp_path: Path) -> None:
    read = load_source(write_gpkg(frame().drop(columns="area_km2"), tmp_path))

    assert read["area_km2"].to_numpy() == pytest.approx(115.1, abs=0.5)


def test_type_and_name_are_taken_from_a_full_name_alone(tmp_path: Path) -> None:
    source = frame()[["code", "full_name", "province_code", "geometry"]]

    read = load_source(write_gpkg(source.rename(columns={"full_name": "ten_xa"}), tmp_path))

    assert list(read["name"]) == ["Ba Đình", "Ngọc Hà", "Hòa Bình"]
    assert list(read["unit_type"]) == ["Phường", "Phường", "Xã"]


def test_a_self_crossing_polygon_is_repaired(tmp_path: Path) -> None:
    bow = Polygon([(105, 21), (105.1, 21.1), (105.1, 21), (105, 21.1)])
    source = frame()
    source.loc[0, "geometry"] = bow

    read = load_source(write_gpkg(source, tmp_path))

    assert read.geometry.is_valid.all()
    assert isinstance(read.geometry[0], MultiPolygon)


def with_row(**changes: object) -> gpd.GeoDataFrame:
    source = frame()
    for column, value in changes.items():
        source.at[1, column] = value
    return source


@pytest.mark.parametrize(
    ("source", "said", "named"),
    [
        (with_row(code="00004"), "trùng mã", "Ngọc Hà (00004)"),
        (with_row(code=None), "thiếu mã", "Phường Ngọc Hà"),
        (with_row(code="AB-12"), "không phải chữ số", "AB-12"),
        (with_row(province_code=None), "thiếu mã tỉnh", "00008"),
        (with_row(geometry=None), "không có hình", "00008"),
        (with_row(geometry=Polygon()), "không có hình", "00008"),
        (with_row(geometry=LineString([(105, 21), (106, 22)])), "không phải là hình vùng", "00008"),
        (with_row(geometry=box(100, 21, 100.1, 21.1)), "nằm ngoài phạm vi", "00008"),
        (with_row(geometry=box(105, 24, 105.1, 24.1)), "nằm ngoài phạm vi", "00008"),
        (with_row(geometry=box(21, 105, 21.1, 105.1)), "nằm ngoài phạm vi", "00008"),
        (
            with_row(geometry=Polygon([(105, 21), (105.1, 21), (105, 21)])),
            "suy biến",
            "00008",
        ),
    ],
)
def test_a_unit_that_cannot_be_repaired_is_named(
    source: gpd.GeoDataFrame, said: str, named: str, tmp_path: Path
) -> None:
    with pytest.raises(BoundaryError, match=said) as refused:
        load_source(write_parquet(source, tmp_path))

    assert named in str(refused.value)


def test_a_file_without_coordinate_system_is_refused(tmp_path: Path) -> None:
    path = write_shapefile(frame(), tmp_path)
    path.with_suffix(".prj").unlink()

    with pytest.raises(BoundaryError, match="hệ tọa độ"):
        load_source(path)


def test_a_missing_column_is_named_with_those_found(tmp_path: Path) -> None:
    source = frame().drop(columns="province_code")

    with pytest.raises(BoundaryError, match=r"thiếu cột mã tỉnh.*full_name"):
        load_source(write_gpkg(source, tmp_path))


@pytest.mark.parametrize("name", ["x.parquet", "x.gpkg", "x.geojson", "x.shp", "x.zip", "x.doc"])
def test_a_file_that_is_not_what_it_says_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"not a map at all")

    with pytest.raises(BoundaryError, match=name):
        load_source(tmp_path / name)


def test_a_missing_path_and_an_empty_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BoundaryError, match="Không tìm thấy"):
        load_source(tmp_path / "none.gpkg")
    with pytest.raises(BoundaryError, match="không có tệp ranh giới"):
        load_source(tmp_path)


def test_a_zip_that_leads_out_of_its_folder_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        archive.writestr("../evil.geojson", "{}")

    with pytest.raises(BoundaryError, match="không an toàn"):
        load_source(tmp_path / "x.zip")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "x.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.geojson", b"0" * 50_000_000)

    with pytest.raises(BoundaryError, match="phình quá lớn"):
        load_source(tmp_path / "x.zip")


def test_a_broken_unit_file_is_named(tmp_path: Path) -> None:
    root = write_units(frame(), tmp_path)
    (root / "01_ha_noi" / "wards" / "00009_x.geojson").write_text('{"type": "Nothing"}')

    with pytest.raises(BoundaryError, match=r"00009_x\.geojson"):
        load_source(root)


def test_the_official_coverage_is_read(shared_dir: Path) -> None:
    read = load_source(shared_dir / "boundaries" / "official_2025" / "communes.parquet")

    assert len(read) == 3321
    assert read["province_code"].nunique() == 34
    assert set(read["unit_type"]) == {"Phường", "Xã", "Đặc khu"}
