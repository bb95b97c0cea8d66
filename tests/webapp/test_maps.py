import re

import folium
import folium.plugins
import pytest

from webapp.assets import MissingAssetError
from webapp.maps import LAYERS, PANES, PageMap, planner_map, render_frame


def test_the_frame_loads_leaflet_alone_and_from_here() -> None:
    header = render_frame(planner_map(), "abc").header

    assert re.findall(r'(?:src|href)="([^"]+)"', header)
    assert all(url.startswith("/vendor/") for url in re.findall(r'(?:src|href)="([^"]+)"', header))
    assert len(re.findall(r"<script[^>]* src=", header)) == 1


def test_every_script_and_style_carries_the_nonce() -> None:
    frame = render_frame(planner_map(), "abc")
    tags = re.findall(r"<(?:script|style)\b[^>]*>", frame.header + frame.html + frame.script)

    assert tags
    assert all('nonce="abc"' in tag for tag in tags)


def test_the_page_may_be_zoomed_by_its_reader() -> None:
    assert "user-scalable" not in render_frame(planner_map(), "abc").header


def test_panes_and_layers_reach_the_script() -> None:
    script = render_frame(planner_map(), "abc").script

    for name, _, _ in PANES:
        assert f'"{name}"' in script
    for name in LAYERS:
        assert f'"{name}":' in script


def test_a_plugin_of_folium_is_served_from_here_too() -> None:
    page_map = PageMap(location=[15, 108], tiles=None)
    folium.plugins.Fullscreen().add_to(page_map)
    header = render_frame(page_map, "abc").header

    assert "http" not in re.sub(r"http-equiv", "", header)


def test_code_the_site_does_not_carry_is_refused() -> None:
    class Stranger(folium.plugins.Fullscreen):
        default_js = (("stranger", "https://cdn.example/new.js"),)

    page_map = PageMap(location=[15, 108], tiles=None)
    Stranger().add_to(page_map)

    with pytest.raises(MissingAssetError):
        render_frame(page_map, "abc")
