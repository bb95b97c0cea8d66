"""The same communes drawn by plain folium and by `geopandas.explore()`: bytes, seconds, heap.

Both pages load Leaflet and its company from the internet; here the browser gets them from the
package `folium-offline`, at once, which no network would do.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import folium
import geopandas as gpd
from offlinefolium.elements import _res as carried
from playwright.sync_api import Browser, Page, Route

from models import communes
from models.assessments import classes
from models.periods import evaluation_period
from models.session import open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from webapp.labels import COMMUNE_CLASSES

COLOURS = {
    "drug_free": "#CDE7DA",
    "affected": "#F5EDC9",
    "type_3": "#F7CF9B",
    "type_2": "#E8935A",
    "type_1": "#B8402F",
    "unknown": "#CCCCCC",
}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a page cost: megabytes of HTML, seconds to write it, to be drawn; heap in megabytes."""

    megabytes: float
    written_s: float
    drawn_s: float
    heap_mb: float


def read_communes(site: Path, year: int, level: str) -> gpd.GeoDataFrame:
    """The communes in the detail of a level, with the class of a year; `full` is as installed."""
    database = open_database(f"sqlite:///{site / 'diaban.sqlite'}")
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        version = communes.current_version(session, LOCAL_OPERATOR)
        shapes = communes.commune_shapes(session, LOCAL_OPERATOR, version.id, level, None)
        found = classes(session, LOCAL_OPERATOR, evaluation_period(year))
    database.close()
    return gpd.GeoDataFrame(
        {
            "code": [shape.code for shape in shapes],
            "name": [shape.full_name for shape in shapes],
            "class": [found[s.code].value if s.code in found else "unknown" for s in shapes],
        },
        geometry=[shape.geometry for shape in shapes],
        crs="EPSG:4326",
    )


def plain_folium(frame: gpd.GeoDataFrame, path: Path) -> None:
    """The communes as one GeoJSON layer with a tooltip, as folium's guide shows it."""
    page = folium.Map(location=[16, 107], zoom_start=6, tiles=None)
    folium.GeoJson(
        frame,
        style_function=lambda feature: {
            "fillColor": COLOURS[feature["properties"]["class"]],
            "color": "white",
            "weight": 0.5,
            "fillOpacity": 1,
        },
        tooltip=folium.GeoJsonTooltip(["name", "class"]),
    ).add_to(page)
    page.save(str(path))


def explore(frame: gpd.GeoDataFrame, path: Path) -> None:
    """The communes by class through geopandas."""
    page = frame.explore(
        column="class",
        categories=list(COMMUNE_CLASSES),
        cmap=[COLOURS[cls] for cls in COMMUNE_CLASSES],
        tiles=None,
    )
    page.save(str(path))


def measure_rival(
    browser: Browser,
    frame: gpd.GeoDataFrame,
    write: Callable[[gpd.GeoDataFrame, Path], None],
    path: Path,
) -> Drawn:
    """Write the page and open it with an empty cache."""
    begun = time.perf_counter()
    write(frame, path)
    written_s = time.perf_counter() - begun
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    page.route(re.compile("^https?://"), _give)
    page.goto(path.as_uri(), wait_until="load")
    page.wait_for_selector("path.leaflet-interactive", state="attached", timeout=120_000)
    drawn_ms = page.evaluate(
        "() => new Promise(done => requestAnimationFrame(() => "
        "requestAnimationFrame(() => done(performance.now()))))"
    )
    heap_mb = heap(page)
    context.close()
    return Drawn(path.stat().st_size / 1e6, written_s, float(drawn_ms) / 1000, heap_mb)


def heap(page: Page) -> float:
    """Megabytes of the page's JavaScript heap after a collection."""
    tools = page.context.new_cdp_session(page)
    tools.send("HeapProfiler.collectGarbage")
    tools.send("Performance.enable")
    found = tools.send("Performance.getMetrics")["metrics"]
    return float(next(m["value"] for m in found if m["name"] == "JSHeapUsedSize")) / 1e6


def _give(route: Route) -> None:
    body = carried.get(route.request.url)
    if body is None:
        route.abort()
    else:
        route.fulfill(body=body, headers={"Access-Control-Allow-Origin": "*"})
