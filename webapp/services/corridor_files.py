"""A line taken out of a file into the form of a key route: KML, GeoPackage, Shapefile, GeoJSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from geo.errors import UnusableFileError
from geo.persons import cell_text
from geo.route_lines import LineError, RouteLine, read_line
from geo.routes import line_length_km
from geo.sheets import DEFAULT_LIMITS, open_workbook
from geo.typed_text import typed_text, without_marks
from models.errors import InvalidValueError
from webapp.services.corridor_entry import CorridorForm, points_text
from webapp.told import told, told_list

_NAMES = ("name", "ten_tuyen", "tên tuyến", "ten", "tên")
_MOST_ROWS = 2_000
_LIMITS = replace(DEFAULT_LIMITS, max_rows=_MOST_ROWS)
_SHOWN = 8


@dataclass(frozen=True, slots=True)
class TakenLine:
    """The form with the line of a file in it, and what has to be said of the choice."""

    form: CorridorForm
    said: str


def take_line(form: CorridorForm, path: Path) -> TakenLine:
    """Put the line of a file into a form.

    Where the file holds several, the one whose name the form already has, else the longest.

    Raises
    ------
    InvalidValueError
        If the file cannot be used or holds no line; the message says what to do.
    """
    try:
        rows = [sheet.read(_MOST_ROWS) for sheet in open_workbook(path, _LIMITS).sheets]
    except UnusableFileError as error:
        raise InvalidValueError(str(error)) from None
    found = [each for sheet in rows for each in _lines(sheet)]
    if not found:
        raise InvalidValueError(
            told(
                "Tệp «{name}» không có đường nào đọc được: cần lớp đường (LineString) trong "
                "GeoJSON, GPKG, KML, KMZ hoặc Shapefile nén zip.",
                name=path.name,
            )
        )
    same = [each for each in found if each[0] and each[0] == form.name.strip()]
    name, line = max(same or found, key=lambda each: line_length_km(each[1].geometry))
    taken = replace(form, points=points_text(line.geometry), name=form.name.strip() or name)
    return TakenLine(taken, _told(found, name, line))


def _lines(rows: list[list[Any]]) -> list[tuple[str, RouteLine]]:
    """Name and line of every row that has one."""
    heads = [str(cell).strip().lower() for cell in rows[0]] if rows else []
    if "geometry" not in heads:
        return []
    drawn, named = heads.index("geometry"), next((heads.index(n) for n in _NAMES if n in heads), -1)
    found = []
    for row in rows[1:]:
        try:
            line = read_line(row[drawn]) if isinstance(row[drawn], dict) else None
        except LineError:
            continue
        name = typed_text(cell_text(row[named])) if named >= 0 else ""
        if line is not None:
            found.append((name if without_marks(name) else "", line))
    return found


def _told(found: list[tuple[str, RouteLine]], name: str, line: RouteLine) -> str:
    length_km = line_length_km(line.geometry)
    taken = told("Đã lấy đường «{name}», dài {km:1} km.", name=_named(name), km=length_km)
    if len(found) == 1:
        return taken
    shown = told_list([told("«{name}»", name=_named(each)) for each, _ in found[:_SHOWN]])
    if len(found) > _SHOWN:
        shown = told("{names} và {n} đường khác", names=shown, n=len(found) - _SHOWN)
    return told(
        "{taken} Tệp có {n} đường: {names}. Muốn lấy đường khác, ghi tên của nó vào ô «Tên tuyến» "
        "rồi lấy lại; muốn nhập cả danh sách, dùng trang Nhập dữ liệu.",
        taken=taken,
        n=len(found),
        names=shown,
    )


def _named(name: str) -> str:
    return name or told("không tên")
