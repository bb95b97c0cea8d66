"""A small site for tests: two provinces of square communes, written by hand.

Twelve communes of 0.1° a side lie in two rows of six; the northern row is
province 51, the southern row province 66. Codes are real ones of those
provinces so that the crosswalk knows them.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

import geopandas as gpd
from openpyxl import Workbook
from shapely import box

from models.session import Database
from models.viewers import LOCAL_OPERATOR
from webapp.services.boundaries import install_boundaries

TODAY = date(2026, 6, 14)

NORTH = (
    ("23401", "Đắk Tô"),
    ("23377", "Đắk Pék"),
    ("23383", "Đắk Plô"),
    ("23293", "Kon Tum"),
    ("21172", "Trương Quang Trọng"),
    ("21025", "Cẩm Thành"),
)
SOUTH = (
    ("24133", "Buôn Ma Thuột"),
    ("24163", "Tân An"),
    ("24444", "Cư San"),
    ("24598", "Đắk Liêng"),
    ("22225", "Đức Bình"),
    ("22015", "Tuy Hòa"),
)


def commune_frame() -> gpd.GeoDataFrame:
    """The twelve communes in WGS 84, as an installer would find them."""
    rows = []
    for row, (units, province) in enumerate(
        ((NORTH, ("51", "Tỉnh Quảng Ngãi")), (SOUTH, ("66", "Tỉnh Đắk Lắk")))
    ):
        for column, (code, name) in enumerate(units):
            west, south = 107.8 + column / 10, 14.6 - row / 10
            rows.append(
                {
                    "code": code,
                    "name": name,
                    "full_name": f"Xã {name}",
                    "unit_type": "Xã",
                    "province_code": province[0],
                    "province_name": province[1],
                    "geometry": box(west, south, west + 0.1, south + 0.1),
                }
            )
    return gpd.GeoDataFrame(rows, crs="EPSG:4326")


def install_small_map(database: Database, folder: Path) -> None:
    """Install the twelve communes as the coverage in force."""
    source = folder / "communes.gpkg"
    commune_frame().to_file(source, driver="GPKG")
    install_boundaries(
        database, LOCAL_OPERATOR, source, valid_from=date(2025, 7, 1), data_dir=folder
    )


def write_workbook(path: Path, rows: list[list[object]]) -> Path:
    """Write rows to the only sheet of a workbook."""
    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    workbook.save(path)
    return path


INCIDENT_HEADINGS = [
    *("Số hồ sơ", "Ngày xảy ra", "Hành vi", "Địa điểm", "Vĩ độ", "Kinh độ"),
    *("Số đối tượng", "Họ và tên đối tượng", "Đơn vị phát hiện"),
]


def incident_row(ref: str, day: str, lat: float | None, lon: float | None) -> list[object]:
    """One incident in Đắk Tô as a clerk writes it, a person's name included."""
    place = "Tổ 2, Xã Đắk Tô, Tỉnh Quảng Ngãi"
    return [ref, day, "mua bán", place, lat, lon, 2, "NGUYỄN VĂN BÍ MẬT", "Công an tỉnh"]


def gathering(n: int, prefix: str = "VV", day: str = "01/03/2026") -> list[list[object]]:
    """`n` incidents within some 60 m of 14.65° N, 107.85° E."""
    return [
        incident_row(f"{prefix}-{i:03d}", day, 14.65 + (i % 5) * 1e-4, 107.85 + (i // 5) * 1e-4)
        for i in range(n)
    ]


def data_days(*days: str) -> list[list[object]]:
    """Single incidents far from the gathering: of these days there are data."""
    return [incident_row(f"DL-{i}", day, 14.61, 107.81) for i, day in enumerate(days)]
