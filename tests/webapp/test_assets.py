import importlib
import pkgutil
from collections.abc import Iterator

import folium
import folium.plugins
import pytest
from folium.elements import JSCSSMixin

from webapp.assets import (
    MissingAssetError,
    font_asset,
    static_asset,
    vendor_address,
    vendor_asset,
    without_foreign_urls,
)


def folium_classes(kind: type = JSCSSMixin) -> Iterator[type]:
    for child in kind.__subclasses__():
        yield child
        yield from folium_classes(child)


def folium_urls() -> set[str]:
    for module in pkgutil.iter_modules(folium.plugins.__path__):
        importlib.import_module(f"folium.plugins.{module.name}")
    return {
        url
        for each in folium_classes()
        if each.__module__.startswith("folium")
        for _, url in [*each.default_js, *each.default_css]
    }


def test_every_address_folium_and_its_plugins_load_is_served_here() -> None:
    urls = folium_urls()

    assert len(urls) > 50
    for url in urls:
        asset = vendor_asset(vendor_address(url).removeprefix("/vendor/"))
        assert asset is not None, url
        assert asset.body, url


def test_no_served_style_sheet_loads_anything_further() -> None:
    for url in folium_urls():
        address = vendor_address(url)
        asset = vendor_asset(address.removeprefix("/vendor/"))
        if address.endswith(".css") and asset is not None:
            rest = asset.body.decode().replace("url(data:", "").replace('url("data:', "")
            assert "url(" not in rest.replace("url('data:", ""), url
            assert "@import" not in rest, url


def test_an_address_the_site_does_not_carry_is_refused() -> None:
    with pytest.raises(MissingAssetError, match="cdn"):
        vendor_address("https://cdn.example/new.js")


def test_foreign_urls_are_blanked_whatever_their_quotes() -> None:
    css = "a{b:url('x.png')} c{d:url( \"//e.x/f\" )} g{h:url(data:image/png;base64,AA)}"

    assert without_foreign_urls(css) == "a{b:none} c{d:none} g{h:url(data:image/png;base64,AA)}"


@pytest.mark.parametrize("name", ["../config.py", "%2e%2e/config.py", "/etc/passwd", "js"])
def test_only_files_of_the_static_directory_are_found(name: str) -> None:
    assert static_asset(name) is None


def test_only_the_weights_in_use_are_served() -> None:
    assert font_asset("Regular.ttf") is not None
    assert font_asset("Black.ttf") is None
