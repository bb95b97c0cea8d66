"""Tables of points as clerks and other tools write them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from geo.errors import UnusableFileError
from geo.point_tables import read_points


def written(tmp_path: Path, text: str | bytes, name: str = "points.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


@pytest.mark.parametrize(
    "text",
    [
        "ref,lon,lat,date\nA,105.85,21.02,2026-06-14\nB,105.86,21.03,2026-06-15\n",
        "\ufeffref;lon;lat;date\nA;105,85;21,02;14/06/2026\nB;105,86;21,03;15/6/2026\n",
        "Mã;Vĩ độ;Kinh độ;Ngày\nA;21,02;105,85;14/06/2026\nB;21,03;105,86;15/06/2026\n",
        'REF,Longitude,LATITUDE,Date,note\nA,"105,85","21,02",2026-06-14T08:30:00,x\n'
        'B,105.86,21.03,2026-06-15 09:00,"two\nlines"\n',
        "lat\tlon\tref\tngay\n21.02\t105.85\tA\t14.06.2026\n21.03\t105.86°\tB\t15-06-2026\n",
        "BẢNG ĐIỂM\nref,kinh độ,vĩ độ,ngày xảy ra\nA,105.85,21.02,14/06/2026\n"
        "B,105.86,21.03,15/06/2026\n",
    ],
)
def test_one_table_written_in_many_ways_reads_alike(tmp_path: Path, text: str) -> None:
    table = read_points(written(tmp_path, text))
    assert table.refs.to_pylist() == ["A", "B"]
    assert table.lons.tolist() == [105.85, 105.86]
    assert table.lats.tolist() == [21.02, 21.03]
    assert table.days.astype(str).tolist() == ["2026-06-14", "2026-06-15"]


def test_rows_that_cannot_be_read_keep_their_place(tmp_path: Path) -> None:
    text = (
        "lon,lat,date\n105.8,21.0,2026-01-01\n,21.0,\nabc,x,32/13/2026\nnan,inf,\n105.9,21.1,2026\n"
    )
    table = read_points(written(tmp_path, text))
    assert np.isfinite(table.lons).tolist() == [True, False, False, False, True]
    assert np.isfinite(table.lats).tolist() == [True, True, False, False, True]
    assert np.isnat(table.days).tolist() == [False, True, True, True, False]
    assert table.refs.to_pylist() == ["2", "3", "4", "5", "6"]


def test_rows_of_unequal_length_are_read_one_by_one(tmp_path: Path) -> None:
    table = read_points(
        written(tmp_path, "ref,lon,lat\nA,105.8\nB,105.9,21.1,too,many\n\nC,106,21\n")
    )
    assert table.refs.to_pylist() == ["A", "B", "C"]
    assert np.isnan(table.lats).tolist() == [True, False, False]


def test_a_file_without_rows_is_an_empty_table(tmp_path: Path) -> None:
    table = read_points(written(tmp_path, "ref,lon,lat\n"))
    assert len(table) == 0
    assert table.refs.to_pylist() == []


@pytest.mark.parametrize("text", ["", "\ufeff\r\n  \n"])
def test_a_file_without_a_heading_cannot_be_used(tmp_path: Path, text: str) -> None:
    with pytest.raises(UnusableFileError, match="trống"):
        read_points(written(tmp_path, text))


def test_columns_can_be_named(tmp_path: Path) -> None:
    path = written(tmp_path, "x,y,when,lon,lat\n105.8,21.0,2026-01-01,1,2\n")
    table = read_points(path, {"lon": "X", "lat": "y", "date": "when"})
    assert (table.lons[0], table.lats[0]) == (105.8, 21.0)
    assert table.headings == {"lon": "x", "lat": "y", "date": "when"}
    assert table.ignored == ("lon", "lat")


def test_what_is_missing_is_said_with_what_was_seen(tmp_path: Path) -> None:
    path = written(tmp_path, "tên,địa chỉ\nA,Hà Nội\n")
    with pytest.raises(UnusableFileError, match=r"đã thấy «tên», «địa chỉ».*--lon"):
        read_points(path)
    with pytest.raises(UnusableFileError, match="ngày \\(nope\\)"):
        read_points(written(tmp_path, "lon,lat\n105,21\n"), {"date": "nope"})


def test_metres_and_exchanged_columns_stop_the_reading(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match=r"mét.*geocode"):
        read_points(written(tmp_path, "lon,lat\n585000,2325000\n585100,2325100\n"))
    with pytest.raises(UnusableFileError, match=r"đổi chỗ.*--lon «lat» --lat «lon»"):
        read_points(written(tmp_path, "lon,lat\n21.02,105.85\n21.03,105.86\n"))


def test_one_row_with_exchanged_cells_does_not_stop_the_others(tmp_path: Path) -> None:
    table = read_points(written(tmp_path, "lon,lat\n105.8,21\n105.9,21\n21,105.8\n"))
    assert len(table) == 3


def test_points_of_a_geojson_are_read(tmp_path: Path) -> None:
    features = [
        {
            "type": "Feature",
            "properties": {"ref": "A", "date": "2026-06-14"},
            "geometry": {"type": "Point", "coordinates": [105.85, 21.02]},
        },
        {"type": "Feature", "properties": {"ref": "B"}, "geometry": None},
    ]
    text = json.dumps({"type": "FeatureCollection", "features": features})
    table = read_points(written(tmp_path, text, "points.geojson"))
    assert table.refs.to_pylist() == ["A", "B"]
    assert table.lons[0] == 105.85
    assert np.isnan(table.lons[1])
    assert table.days.astype(str).tolist() == ["2026-06-14", "NaT"]


@pytest.mark.parametrize(
    ("name", "rows", "day"),
    [("tempe_opioid_calls.csv", 3_379, "2017-01-03"), ("lancashire_asb.csv", 56_434, "2022-01-01")],
)
def test_public_tables_need_no_help(shared_dir: Path, name: str, rows: int, day: str) -> None:
    table = read_points(shared_dir / "points" / name)
    assert len(table) == rows
    assert np.isfinite(table.lons).all()
    assert str(table.days[0]) == day
