"""How QGIS is to draw a layer: a style in its own language (QML), as it is kept in a GeoPackage.

Symbols are pieces put on top of each other; lengths on paper are millimetres. Colours, words and
drawings are given by whoever asks: nothing here knows what a layer means. Written for QGIS 3.18
and later, which read symbols as `Option` elements.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape

from geo.layer_stream import Field, Shape

PX_MM = 25.4 / 96
"""A pixel of a screen on paper, in millimetres."""

_TYPES = {Shape.POINT: "marker", Shape.LINE: "line", Shape.LINES: "line", Shape.AREAS: "fill"}


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a symbol: what QGIS calls a symbol layer, with its options.

    `tile` is what a pattern repeats; pieces of a higher `level` lie above those of
    lower levels of all features; with `only_if`, an expression, it is drawn where that is true.
    """

    kind: str
    options: Mapping[str, str]
    tile: Piece | None = None
    level: int = 0
    only_if: str = ""

    def above(self, level: int) -> Piece:
        """The same at another level."""
        return replace(self, level=level)

    def where(self, expression: str) -> Piece:
        """The same, drawn only where an expression of QGIS is true."""
        return replace(self, only_if=expression)


@dataclass(frozen=True, slots=True)
class Category:
    """What features with a value of the attribute look like and are called in the legend."""

    value: str
    label: str
    pieces: tuple[Piece, ...]
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Names:
    """Which field is written beside the features, from which scale up to which (0: no limit).

    Scales are told by their denominators: 400_000 is farther away than 100_000.
    """

    field: str
    size_pt: float
    colour: str
    from_scale: int = 0
    to_scale: int = 0
    is_bold: bool = False


def area(fill: str, outline: str, width_mm: float) -> Piece:
    """A filled area; an empty colour leaves fill or outline out."""
    return Piece(
        "SimpleFill",
        {
            "color": _rgba(fill or "#ffffff"),
            "style": "solid" if fill else "no",
            "outline_color": _rgba(outline or "#ffffff"),
            "outline_style": "solid" if outline else "no",
            "outline_width": f"{width_mm:.3g}",
            "outline_width_unit": "MM",
            "joinstyle": "round",
        },
    )


def line(colour: str, width_mm: float, dash_mm: Sequence[float] = (), cap: str = "flat") -> Piece:
    """A line, also the rim of an area; `dash_mm` are lengths of dashes and gaps in turn."""
    return Piece(
        "SimpleLine",
        {
            "line_color": _rgba(colour),
            "line_width": f"{width_mm:.3g}",
            "line_width_unit": "MM",
            "line_style": "solid",
            "joinstyle": "round",
            "capstyle": cap,
            "use_custom_dash": "1" if dash_mm else "0",
            "customdash": ";".join(f"{length:.3g}" for length in dash_mm) or "5;2",
            "customdash_unit": "MM",
        },
    )


def ruled(colour: str, width_mm: float, step_mm: float, angle: int) -> Piece:
    """Lines over an area; an `angle` of 0 is level, 45 rises to the right."""
    options = {"angle": str(angle), "distance": f"{step_mm:.3g}", "distance_unit": "MM"}
    return Piece("LinePatternFill", options, tile=line(colour, width_mm))


def dotted(colour: str, size_mm: float, step_mm: float) -> Piece:
    """Dots over an area, every other row shifted."""
    options = {
        "distance_x": f"{step_mm:.3g}",
        "distance_y": f"{step_mm:.3g}",
        "displacement_x": f"{step_mm / 2:.3g}",
        **{f"{name}_unit": "MM" for name in ("distance_x", "distance_y", "displacement_x")},
    }
    return Piece("PointPatternFill", options, tile=spot("circle", colour, size_mm))


def spot(form: str, fill: str, size_mm: float, outline: str = "", width_mm: float = 0) -> Piece:
    """A simple mark: `circle`, `diamond`, `square`, `triangle` …"""
    return Piece(
        "SimpleMarker",
        {
            "name": form,
            "color": _rgba(fill or "#ffffff", 1.0 if fill else 0.0),
            "size": f"{size_mm:.3g}",
            "size_unit": "MM",
            "outline_style": "solid" if outline else "no",
            "outline_color": _rgba(outline or "#ffffff"),
            "outline_width": f"{width_mm:.3g}",
            "outline_width_unit": "MM",
        },
    )


def square_on_ground(side_m: float, colour: str, opacity: float) -> Piece:
    """A square with a broken rim whose side is measured on the ground."""
    return Piece(
        "SimpleMarker",
        {
            "name": "square",
            "color": _rgba(colour, opacity),
            "size": f"{side_m:g}",
            "size_unit": "RenderMetersInMapUnits",
            "outline_style": "dash",
            "outline_color": _rgba(colour),
            "outline_width": "0.2",
            "outline_width_unit": "MM",
        },
    )


def drawing(svg: str, size_mm: float) -> Piece:
    """A mark drawn in SVG, carried inside the style."""
    inside = b64encode(svg.encode("utf-8")).decode("ascii")
    options = {"name": f"base64:{inside}", "size": f"{size_mm:.3g}", "size_unit": "MM"}
    return Piece("SvgMarker", options)


def qml(
    shape: Shape,
    attribute: str,
    categories: Sequence[Category],
    names: Names | None = None,
    fields: Sequence[Field] = (),
) -> str:
    """A style that draws each feature by the category of its attribute, or of an expression.

    `fields` with codes show the words of the codes in tables and forms; the values stay codes.
    """
    parts = [
        "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>",
        f'<qgis version="3.22.16" labelsEnabled="{int(names is not None)}"'
        ' styleCategories="Symbology|Labeling|Fields|Forms">',
        _field_words(fields),
        f'<renderer-v2 type="categorizedSymbol" attr="{escape(attribute)}" symbollevels="1"'
        ' forceraster="0" enableorderby="0"><categories>',
        *(
            f'<category value="{escape(each.value)}" symbol="{number}"'
            f' label="{escape(each.label)}" render="true"/>'
            for number, each in enumerate(categories)
        ),
        "</categories><symbols>",
        *(
            _symbol(_TYPES[shape], str(number), each.pieces, each.opacity)
            for number, each in enumerate(categories)
        ),
        "</symbols></renderer-v2>",
        "" if names is None else _labels(names, shape),
        "</qgis>",
    ]
    return "\n".join(filter(None, parts)) + "\n"


def _symbol(type_: str, name: str, pieces: Sequence[Piece], opacity: float = 1.0) -> str:
    drawn = "".join(_piece(each, f"@{name}@{at}") for at, each in enumerate(pieces))
    return (
        f'<symbol type="{type_}" name="{name}" alpha="{opacity:g}" clip_to_extent="1"'
        f' force_rhr="0">{drawn}</symbol>'
    )


def _piece(piece: Piece, inner_name: str) -> str:
    tile = ""
    if piece.tile is not None:
        type_ = "marker" if piece.tile.kind.endswith("Marker") else "line"
        tile = _symbol(type_, inner_name, [piece.tile])
    return (
        f'<layer class="{piece.kind}" enabled="1" locked="0" pass="{piece.level}">'
        f"{_options(piece.options)}{_condition(piece.only_if)}{tile}</layer>"
    )


def _condition(expression: str) -> str:
    if not expression:
        return ""
    rule = _options({"active": "true", "expression": expression, "type": "3"}, "enabled")
    properties = f'<Option type="Map" name="properties">{rule}</Option>'
    ends = _option("name", ""), _option("type", "collection")
    return (
        f'<data_defined_properties><Option type="Map">{ends[0]}{properties}{ends[1]}'
        "</Option></data_defined_properties>"
    )


def _options(options: Mapping[str, str], name: str = "") -> str:
    named = f' name="{name}"' if name else ""
    inside = "".join(_option(key, value) for key, value in options.items())
    return f'<Option type="Map"{named}>{inside}</Option>'


def _option(name: str, value: str) -> str:
    return f'<Option type="QString" name="{escape(name)}" value="{escape(value)}"/>'


def _field_words(fields: Sequence[Field]) -> str:
    """The codes of fields with their words, as a value map is written."""
    told = [
        f'<field name="{escape(each.name)}"><editWidget type="ValueMap"><config>'
        f'<Option type="Map"><Option type="List" name="map">'
        + "".join(_options({word: code}) for code, word in each.codes.items())
        + "</Option></Option></config></editWidget></field>"
        for each in fields
        if each.codes
    ]
    return f"<fieldConfiguration>{''.join(told)}</fieldConfiguration>" if told else ""


def _labels(names: Names, shape: Shape) -> str:
    placement = {"marker": "6", "line": "2", "fill": "1"}[_TYPES[shape]]
    return (
        '<labeling type="simple"><settings calloutType="simple">'
        f'<text-style fieldName="{escape(names.field)}" isExpression="0" fontSizeUnit="Point"'
        f' fontSize="{names.size_pt:g}" fontFamily="Be Vietnam Pro" fontWeight="'
        f'{75 if names.is_bold else 50}" textColor="{_rgba(names.colour)}" textOpacity="1">'
        '<families><family name="Noto Sans"/></families>'
        '<text-buffer bufferDraw="1" bufferSize="0.7" bufferSizeUnits="MM" bufferOpacity="0.85"'
        ' bufferColor="255,255,255,255"/></text-style>'
        f'<placement placement="{placement}" dist="1" distUnits="MM"/>'
        f'<rendering scaleVisibility="{int(names.from_scale + names.to_scale > 0)}"'
        f' scaleMin="{names.from_scale}" scaleMax="{names.to_scale}" obstacle="0" drawLabels="1"/>'
        "</settings></labeling>"
    )


def _rgba(colour: str, opacity: float = 1.0) -> str:
    """A colour as QGIS writes it.

    >>> _rgba("#A31621"), _rgba("#000000", 0.5)
    ('163,22,33,255', '0,0,0,128')
    """
    parts = [str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)]
    return ",".join([*parts, str(round(opacity * 255))])
