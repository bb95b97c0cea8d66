"""Files that other tools read: GDAL is the reader here, never our own code."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely

from geo.errors import UnusableFileError
from geo.export import ExportLayer, write_layer


def _layer(**changes: object) -> ExportLayer:
    fields: dict[str, object] = {
        "name": "hotspots",
        "id_field": "ref",
        "columns": ("ref", "name", "commune_code", "as_of", "n", "share", "tags"),
        "rows": [
            {
                "ref": "TD-1",
                "name": "Tụ điểm Đắk Tô",
                "commune_code": "00004",
                "as_of": date(2026, 6, 14),
                "n": 3,
                "share": float("nan"),
                "tags": ["a"],
            },
            {"ref": "TD-2", "name": "=HYPERLINK(1)", "commune_code": "23401", "n": None},
        ],
        "geometries": [shapely.Point(107.123456789, 14.5), None],
        "metadata": {"marks": ["ranh giới gần đúng"]},
    }
    return ExportLayer(**{**fields, **changes})  # type: ignore[arg-type]


def test_geojson_is_read_by_gdal_with_codes_as_text_and_null_geometry(tmp_path: Path) -> None:
    path = tmp_path / "h.geojson"
    write_layer(_layer(), path)
    frame = gpd.read_file(path)
    assert list(frame["commune_code"]) == ["00004", "23401"]
    assert frame.geometry.iloc[1] is None
    assert frame.crs.to_epsg() == 4326


def test_geojson_follows_rfc_7946(tmp_path: Path) -> None:
    clockwise = shapely.Polygon([(106, 20), (106, 21), (107, 21), (107, 20)])
    path = tmp_path / "h.geojson"
    write_layer(_layer(geometries=[clockwise, None]), path)
    text = path.read_text("utf-8")
    data = json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} in the file"))
    ring = shapely.LinearRing(data["features"][0]["geometry"]["coordinates"][0])
    assert ring.is_ccw
    assert data["bbox"] == [106, 20, 107, 21]
    assert [f["id"] for f in data["features"]] == ["TD-1", "TD-2"]
    assert data["features"][0]["properties"]["share"] is None
    assert "crs" not in data
    assert data["metadata"]["marks"] == ["ranh giới gần đúng"]


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet", ".csv", ".geojson"])
def test_an_empty_layer_is_written_in_every_format(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"empty{suffix}"
    write_layer(_layer(rows=[], geometries=[]), path)
    assert path.stat().st_size > 0


def test_coordinates_carry_no_noise_of_rounding(tmp_path: Path) -> None:
    path = tmp_path / "h.geojson"
    write_layer(_layer(geometries=[shapely.Point(106.430377, 20.862990), None]), path)
    assert "106.430377, 20.86299]" in path.read_text("utf-8").replace(",", ", ").replace("  ", " ")


def test_geopackage_and_parquet_keep_text_codes_and_system(tmp_path: Path) -> None:
    for name, read in (("h.gpkg", gpd.read_file), ("h.parquet", gpd.read_parquet)):
        write_layer(_layer(), tmp_path / name)
        frame = read(tmp_path / name)
        assert list(frame["commune_code"]) == ["00004", "23401"]
        assert frame.crs.to_epsg() == 4326
        assert frame.geometry.iloc[0].x == pytest.approx(107.123456789)
        assert (tmp_path / f"{name}.meta.json").is_file()
    assert pyogrio.list_layers(tmp_path / "h.gpkg")[0][0] == "hotspots"


def test_csv_opens_in_a_spreadsheet_with_diacritics_and_inert_formulas(tmp_path: Path) -> None:
    path = tmp_path / "h.csv"
    write_layer(_layer(), path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert rows[0]["name"] == "Tụ điểm Đắk Tô"
    assert rows[1]["name"] == "'=HYPERLINK(1)"
    assert rows[0]["wkt"].startswith("POINT")


def test_an_unknown_suffix_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match=r"\.docx"):
        write_layer(_layer(), tmp_path / "h.docx")
    assert list(tmp_path.iterdir()) == []


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match="không tồn tại"):
        write_layer(_layer(), tmp_path / "none" / "h.geojson")
