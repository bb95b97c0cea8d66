"""How each layer looks in QGIS: as on the site, from the same colours, marks and words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from geo.layer_stream import Field, Shape
from geo.qgis_styles import (
    PX_MM,
    Category,
    Names,
    Piece,
    area,
    dotted,
    drawing,
    line,
    qml,
    ruled,
    spot,
    square_on_ground,
)
from geo.standing_terms import CorridorMode
from geo.terms import ClusterFlag, CommuneClass, FacilityKind, HotspotStatus, Side
from models.disclosure import GRID_M
from webapp.facility_labels import FACILITY_KINDS
from webapp.labels import CLUSTER_FLAGS, COMMUNE_CLASSES, HOTSPOT_STATUSES
from webapp.map_labels import SIDES
from webapp.services.map_legend import (
    ROUTE_LINES,
    SEGMENT_LINES,
    SEGMENT_WIDTHS,
    facility_symbol,
    route_words,
    spot_symbol,
)
from webapp.services.map_sheet_ink import (
    CASING,
    CLASS_FILLS,
    COMMUNE_LINE,
    DOT,
    FLAG_LINES,
    INK,
    PROVINCE_LINE,
    TEXTURE_LINES,
    UNKNOWN_LINE,
)

LINE_STEP_MM, DOT_STEP_MM = 1.9, 2.1
"""Between the lines and the dots of textures."""

SPOT_MM, FACILITY_MM, DOT_MM = 4.6, 3.8, 1.7

GRAVEST_LAST = (
    *(HotspotStatus.DELISTED, HotspotStatus.CLEARED, HotspotStatus.SUSPECTED),
    *(HotspotStatus.ACTIVE, HotspotStatus.RE_EMERGED),
)

_SIDE_FORMS = {Side.SUPPLY: "circle", Side.DEMAND: "diamond", Side.HARM: "triangle"}

_SQUARE_SEEN = 'coalesce("on_grid", false) AND @map_scale <= 60000'
"""Near enough to see the square in which an incident lies that may have been in a home."""

_CASES = '"cases_10km"'
_CLASS_OF_CASES = (
    f"CASE WHEN {_CASES} = 0 THEN '0' WHEN 9 * {_CASES} < maximum({_CASES}) THEN '1'"
    f" WHEN 9 * {_CASES} < 4 * maximum({_CASES}) THEN '2' ELSE '3' END"
)
_CASES_TOLD = (
    "Không có vụ nào trong 10 km",
    "Dưới 1/9 của đoạn nhiều vụ nhất",
    "Từ 1/9 đến dưới 4/9 của đoạn nhiều vụ nhất",
    "Từ 4/9 của đoạn nhiều vụ nhất",
)


def style_of(layer: str, fields: Sequence[Field] = ()) -> str | None:
    """The style of a layer as QML, None where it has none.

    `fields` that hold codes show their words in the tables of QGIS; the codes stay the values.
    """
    made = _STYLES.get(layer)
    return None if made is None else made(fields)


def _communes(fields: Sequence[Field]) -> str:
    found = [
        Category(cls.value, COMMUNE_CLASSES[cls], (_commune_area(cls), *_texture(cls)))
        for cls in CommuneClass
    ]
    return qml(Shape.AREAS, "class", found, Names("name", 7, INK, from_scale=400_000), fields)


def _commune_area(cls: CommuneClass) -> Piece:
    rim = UNKNOWN_LINE if cls is CommuneClass.UNKNOWN else COMMUNE_LINE
    return area(CLASS_FILLS[cls], rim, 0.2)


def _texture(cls: CommuneClass) -> tuple[Piece, ...]:
    """What tells classes apart that are alike in grey, as on printed sheets."""
    if cls not in TEXTURE_LINES:
        return ()
    colour, width = TEXTURE_LINES[cls]
    if cls is CommuneClass.AFFECTED:
        return (dotted(colour, width * PX_MM, DOT_STEP_MM),)
    angle = 0 if cls is CommuneClass.TYPE_3 else 45
    return (ruled(colour, width * PX_MM, LINE_STEP_MM, angle),)


def _provinces(fields: Sequence[Field]) -> str:
    outline = Category("province", "Tỉnh, thành phố", (area("", PROVINCE_LINE, 0.5),))
    names = Names("name", 9, INK, to_scale=400_000, is_bold=True)
    return qml(Shape.AREAS, "'province'", [outline], names, fields)


def _hotspots(fields: Sequence[Field]) -> str:
    found = [
        Category(
            status.value,
            HOTSPOT_STATUSES[status],
            (drawing(_svg(spot_symbol(status, 12, 12, 24)), SPOT_MM).above(level),),
        )
        for level, status in enumerate(GRAVEST_LAST)
    ]
    return qml(Shape.POINT, "status", found[::-1], None, fields)


def _facilities(fields: Sequence[Field]) -> str:
    found = [
        Category(
            kind.value,
            FACILITY_KINDS[kind],
            (drawing(_svg(facility_symbol(12, 12, kind, 24)), FACILITY_MM),),
        )
        for kind in FacilityKind
    ]
    return qml(Shape.POINT, "kind", found, None, fields)


def _incidents(fields: Sequence[Field]) -> str:
    found = [
        Category(
            side.value,
            SIDES[side],
            (
                square_on_ground(GRID_M, DOT, 0.06).where(_SQUARE_SEEN),
                spot(form, DOT, DOT_MM, CASING, 0.16).where(f"NOT ({_SQUARE_SEEN})"),
            ),
            opacity=0.6,
        )
        for side, form in _SIDE_FORMS.items()
    ]
    return qml(Shape.POINT, "side", found, None, fields)


def _clusters(fields: Sequence[Field]) -> str:
    found = [Category(flag.value, CLUSTER_FLAGS[flag], _outline(flag)) for flag in ClusterFlag]
    return qml(Shape.AREAS, "flag", found, None, fields)


def _outline(flag: ClusterFlag) -> tuple[Piece, ...]:
    colour, width, dash = FLAG_LINES[flag]
    inside = [line(CASING, 0.34 * width * PX_MM).above(2)]
    return (
        line(CASING, (width + 2) * PX_MM),
        line(colour, width * PX_MM, _dashes(dash)).above(1),
        *(inside if flag is ClusterFlag.RE_EMERGING else []),
    )


def _corridors(fields: Sequence[Field]) -> str:
    found = [Category(mode.value, route_words(mode), _route(mode)) for mode in CorridorMode]
    return qml(Shape.LINE, "mode", found, Names("name", 8, INK, from_scale=2_000_000), fields)


def _route(mode: CorridorMode) -> tuple[Piece, ...]:
    dash, colour = ROUTE_LINES[mode]
    casing = line(CASING, 7 * PX_MM, cap="round")
    if mode is CorridorMode.RAIL:
        sleepers = line(CASING, 1.8 * PX_MM, _dashes(dash)).above(2)
        return casing, line(colour, 3.8 * PX_MM).above(1), sleepers
    return casing, line(colour, 3.4 * PX_MM, _dashes(dash)).above(1)


def _segments(fields: Sequence[Field]) -> str:
    found = [
        Category(
            str(cls),
            _CASES_TOLD[cls],
            (line(CASING, (width / 2 + 2) * PX_MM), line(colour, width / 2 * PX_MM).above(1)),
        )
        for cls, (colour, width) in enumerate(zip(SEGMENT_LINES, SEGMENT_WIDTHS, strict=True))
    ]
    return qml(Shape.LINES, _CLASS_OF_CASES, found, None, fields)


def _dashes(dash: str) -> tuple[float, ...]:
    return tuple(float(length) * PX_MM for length in dash.split())


def _svg(drawn: str) -> str:
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24"'
        f' font-family="Be Vietnam Pro, Noto Sans, sans-serif">{drawn}</svg>'
    )


_STYLES: Mapping[str, Callable[[Sequence[Field]], str]] = MappingProxyType(
    {
        "incidents": _incidents,
        "hotspots": _hotspots,
        "clusters": _clusters,
        "communes": _communes,
        "provinces": _provinces,
        "corridors": _corridors,
        "border_segments": _segments,
        "facilities": _facilities,
    }
)
