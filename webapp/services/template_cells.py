"""What a column of a blank workbook is, and the columns that every place needs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CellType(StrEnum):
    """What a cell of a column holds."""

    TEXT = "chữ"
    DAY = "ngày"
    PLANNED_DAY = "ngày, có thể ở tương lai"
    NUMBER = "số"
    COUNT = "số nguyên"


@dataclass(frozen=True, slots=True)
class TemplateColumn:
    """A column: the field it is read as, its heading, and what it means in words.

    `choices` are offered as a list; where `free`, another text may stand too.
    """

    field: str
    heading: str
    meaning: str
    type: CellType = CellType.TEXT
    width: int = 16
    needed: bool = False
    choices: tuple[str, ...] = ()
    free: bool = False


DAY = "Ghi theo mẫu 14/06/2026."

COMMUNE = (
    TemplateColumn("commune_code", "Mã xã", "Mã xã 5 chữ số, giữ số 0 ở đầu.", width=9),
    TemplateColumn(
        "commune_name", "Xã, phường, đặc khu", "Tên xã theo bản đồ của ngày xảy ra.", width=26
    ),
    TemplateColumn("province_name", "Tỉnh, thành phố", "Tên tỉnh của xã ấy.", width=22),
)
POINT = (
    TemplateColumn(
        "lat",
        "Vĩ độ",
        "Tọa độ WGS 84 tính bằng độ, ví dụ 14,65123; để trống nếu không đo.",
        CellType.NUMBER,
        11,
    ),
    TemplateColumn("lon", "Kinh độ", "Như trên, ví dụ 107,85123.", CellType.NUMBER, 11),
)
