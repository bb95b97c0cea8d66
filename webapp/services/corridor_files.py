"""A line taken out of a file into the form of a key route: KML, GeoPackage, Shapefile, GeoJSON."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from geo.errors import UnusableFileError
from geo.line_files import NamedLine
from geo.routes import line_length_km
from models.errors import InvalidValueError
from webapp.services.corridor_entry import CorridorForm, points_text
from webapp.services.guarded_reading import DEFAULT_ALLOWANCE, Allowance, read_lines_apart
from webapp.told import told, told_list

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class TakenLine:
    """The form with the line of a file in it, and what has to be said of the choice."""

    form: CorridorForm
    said: str


def take_line(
    form: CorridorForm, path: Path, allowance: Allowance = DEFAULT_ALLOWANCE
) -> TakenLine:
    """Put the line of a file into a form.

    Where the file holds several, the one whose name the form already has, else the longest.

    Raises
    ------
    InvalidValueError
        If the file cannot be used or holds no line; the message says what to do.
    """
    try:
        found = read_lines_apart(path, allowance)
    except UnusableFileError as error:
        raise InvalidValueError(str(error)) from None
    if not found:
        raise InvalidValueError(
            told(
                "Tệp «{name}» không có đường nào đọc được: cần lớp đường (LineString) trong "
                "GeoJSON, GPKG, KML, KMZ hoặc Shapefile nén zip.",
                name=path.name,
            )
        )
    same = [each for each in found if each.name and each.name == form.name.strip()]
    best = max(same or found, key=lambda each: line_length_km(each.line.geometry))
    shown = points_text(best.line.geometry)
    taken = replace(form, points=shown, name=form.name.strip() or best.name)
    return TakenLine(taken, _told(found, best))


def _told(found: list[NamedLine], best: NamedLine) -> str:
    length_km = line_length_km(best.line.geometry)
    taken = told("Đã lấy đường «{name}», dài {km:1} km.", name=_named(best.name), km=length_km)
    if len(found) == 1:
        return taken
    shown = told_list([told("«{name}»", name=_named(each.name)) for each in found[:_SHOWN]])
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
