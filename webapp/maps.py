"""The map of a page, made with folium and embedded in our own template.

Only the frame is rendered here: map, panes, empty layers, scale. Records never
pass through folium: the page's script fetches them as JSON and shows them as
text, so that no value of a record can become markup or script.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import folium
from branca.element import CssLink, Element, Figure, JavascriptLink, MacroElement
from folium.template import Template
from markupsafe import Markup

from webapp.assets import vendor_address

NATION_BOUNDS = ((7.0, 102.0), (23.6, 118.0))
"""South-west and north-east corner (lat, lon): the mainland and both archipelagos."""

PANES: tuple[tuple[str, int, bool], ...] = (
    ("communes", 400, True),
    ("band", 410, False),
    ("provinces", 420, False),
    ("segments", 426, True),
    ("border", 430, False),
    ("routes", 436, True),
    ("density", 440, False),
    ("incidents", 450, True),
    ("clusters", 460, True),
    ("selection", 470, False),
    ("labels", 480, False),
    ("counts", 500, False),
    ("facilities", 600, True),
    ("gates", 610, True),
    ("crowd", 615, False),
    ("hotspots", 620, True),
)
"""Pane name, z-index and whether it answers to the pointer; drawn in this order.

Only `communes` is a canvas that answers: a canvas swallows what is under it, so
whatever answers above it is drawn as SVG or as markers.
"""

LAYERS = (
    *("communes", "band", "provinces", "border", "segments", "routes"),
    *("incidents", "clusters", "facilities", "gates", "hotspots"),
)
"""Layers the reader may switch; each is an empty group that the script fills."""

OFF_AT_FIRST = ("facilities", "hotspots.delisted", "segments")
"""Layers that are off until the reader switches them on."""

_LEAFLET_ONLY = ("leaflet", "leaflet_css")
_META = re.compile(r"<meta\b[^>]*>", re.IGNORECASE)
_TAG = re.compile(r"<(script|style)(?=[\s>])", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MapFrame:
    """Pieces of a folium map for a template; scripts and styles carry the nonce."""

    header: Markup
    html: Markup
    script: Markup


class PageMap(folium.Map):
    """A folium map that loads Leaflet alone: the page uses nothing else of folium's list."""

    default_js = [pair for pair in folium.Map.default_js if pair[0] in _LEAFLET_ONLY]  # noqa: RUF012
    default_css = [pair for pair in folium.Map.default_css if pair[0] in _LEAFLET_ONLY]  # noqa: RUF012


class LayerNames(MacroElement):
    """Hands the map and its layer groups to the page's own script."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.diaban = {
                map: {{ this._parent.get_name() }},
                nation: {{ this.nation|tojson }},
                layers: { {% for name, group in this.groups %}
                    {{ name|tojson }}: {{ group.get_name() }},
                {% endfor %} },
            };
        {% endmacro %}
        """
    )

    def __init__(self, groups: Sequence[tuple[str, folium.FeatureGroup]]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "LayerNames"
        self.groups = groups
        self.nation = NATION_BOUNDS


def planner_map() -> PageMap:
    """The planner's map: no tiles, one pane per kind of thing, empty layers."""
    (south, west), (north, east) = NATION_BOUNDS
    page_map = PageMap(
        location=[(south + north) / 2, (west + east) / 2],
        tiles=None,
        zoom_start=6,
        control_scale=False,
        zoom_control="topright",
        prefer_canvas=True,
        max_bounds=True,
        min_lat=south - 8,
        max_lat=north + 8,
        min_lon=west - 14,
        max_lon=east + 14,
        font_size="14px",
        zoom_snap=0.25,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=90,
        max_bounds_viscosity=0.8,
        attribution_control=False,
    )
    for name, z_index, answers in PANES:
        folium.map.CustomPane(name, z_index=z_index, pointer_events=answers).add_to(page_map)
    groups = [(name, folium.FeatureGroup(name=name, control=False)) for name in LAYERS]
    for _, group in groups:
        group.add_to(page_map)
    LayerNames(groups).add_to(page_map)
    return page_map


def render_frame(page_map: folium.Map, nonce: str) -> MapFrame:
    """Render a folium map into pieces that load from this site only.

    Raises
    ------
    MissingAssetError
        If the map needs third-party code that this site does not carry.
    """
    figure = page_map.get_root()
    if not isinstance(figure, Figure):
        raise TypeError(f"a map outside a figure: {figure!r}")
    figure.render()
    _serve_from_here(figure)
    header = _META.sub("", figure.header.render())
    script = f"<script>{figure.script.render()}</script>"
    return MapFrame(
        header=Markup(_with_nonce(header, nonce)),  # noqa: S704 (folium's own text)
        html=Markup(figure.html.render()),  # noqa: S704
        script=Markup(_with_nonce(script, nonce)),  # noqa: S704
    )


def _serve_from_here(figure: Figure) -> None:
    for child in _descendants(figure.header):
        if isinstance(child, JavascriptLink | CssLink):
            child.url = vendor_address(child.url)


def _descendants(element: Element) -> list[Element]:
    found = []
    for child in element._children.values():
        found.append(child)
        found.extend(_descendants(child))
    return found


def _with_nonce(html: str, nonce: str) -> str:
    return _TAG.sub(lambda tag: f'<{tag[1]} nonce="{nonce}"', html)
