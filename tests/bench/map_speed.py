"""`python -m tests.bench.map_speed`: the section on the planner's map of docs/benchmarks.md."""

from __future__ import annotations

import random
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, sync_playwright

from models.periods import today
from tests.bench.map_rivals import explore, heap, measure_rival, plain_folium, read_communes
from tests.bench.map_site import ACCOUNT, make_site, multiply_incidents
from tests.bench.measures import Measure, machine, write_section
from tests.bench.pages import CHROMIUM, ROUNDS, WHOLE, mark, serving, sign_in, visit

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
CALLS = 25
TILES = 300
PLAYED_S = 5.0
VIETNAM = (102.2, 8.6, 109.4, 23.3)
"""West, south, east, north of the mainland: where tiles are asked for."""


def main() -> None:
    """Measure, print, write; exit code 1 when a promise is not kept."""
    with TemporaryDirectory() as folder, sync_playwright() as playwright:
        site = Path(folder) / "site"
        make_site(site)
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        with serving(site) as address:
            measures = measure_view(browser, address)
            measures += measure_tiles(browser, address)
            measures += measure_server(browser, address, "100.000 vụ", 200)
        measures += measure_rivals(browser, site, Path(folder), measures[0].value)
        multiply_incidents(site, 10)
        with serving(site) as address:
            measures += measure_server(browser, address, "1.000.000 vụ", 400)
        browser.close()
    rows = [measure.row() for measure in measures]
    print("\n".join(rows))
    lines = [f"Đo trên {machine()}.", "", "| Việc | Đo được | Yêu cầu | |", "|---|---|---|---|"]
    write_section(PAGE, "map", [*lines, *rows])
    sys.exit(any(measure.kept is False for measure in measures))


def measure_view(browser: Browser, address: str) -> list[Measure]:
    """The nation opened with an empty cache, then a filter, then play."""
    rounds = [visit(browser, address, ACCOUNT, "/map?province=") for _ in range(ROUNDS)]
    useful_s = sorted(each[0] for each in rounds)[ROUNDS // 2]
    page = _signed_in(browser, address)
    page.goto(f"{address}/map?province=")
    mark(page, WHOLE)
    heap_mb = heap(page)
    repaint_ms = [_repaint_ms(page) for _ in range(7)]
    wait_s, steps = _play(page)
    page.context.close()
    what = "Bản đồ toàn quốc, 100.000 vụ"
    return [
        Measure(f"{what}: đến khi thấy các xã", useful_s, "s", 2),
        Measure(f"{what}: tải về (đã nén)", max(each[1] for each in rounds), "MB", 1.5),
        Measure(f"{what}: bộ nhớ JavaScript", heap_mb, "MB", 150),
        Measure(f"{what}: đổi bộ lọc đến khi vẽ lại", sorted(repaint_ms)[3], "ms", 500),
        Measure(f"{what}: bấm phát đến bước đầu", wait_s, "s"),
        Measure(f"{what}: phát theo tháng", steps, "bước/s", 5, at_least=True),
    ]


def measure_tiles(browser: Browser, address: str) -> list[Measure]:
    """Random tiles of the country over HTTP, one after another."""
    asking = asker(browser, address)
    draw = random.Random(5)
    asking.timed("/tiles/communes/6/51/29.mvt")
    took = sorted(asking.timed(f"/tiles/communes/{random_tile(draw)}.mvt") for _ in range(TILES))
    return [Measure("Ô xã PMTiles qua Flask, p95", took[int(TILES * 0.95)], "ms", 25)]


def measure_server(browser: Browser, address: str, what: str, limit_ms: float) -> list[Measure]:
    """The page of the map and the answers it asks for, the median of several calls."""
    asking = asker(browser, address)
    measures = []
    for path, told, limit in (
        ("/map", "trang /map", limit_ms),
        ("/map?province=51", "trang /map một tỉnh", limit_ms),
        ("/api/summary?province=", "số liệu toàn quốc", None),
        ("/api/incidents?province=&zoom=6", "mật độ toàn quốc", None),
        ("/api/months?province=", "số vụ theo tháng", None),
        ("/api/story?province=&zoom=6&bbox=102,8,110,24", "các tháng để phát, toàn quốc", None),
        ("/api/change?province=", "so với kỳ trước, toàn quốc", None),
        ("/api/hotspots?province=", "điểm, tụ điểm toàn quốc", None),
    ):
        took = sorted(asking.timed(path) for _ in range(CALLS))
        measures.append(Measure(f"{what}: {told}, máy chủ trả lời", took[CALLS // 2], "ms", limit))
    return measures


def measure_rivals(browser: Browser, site: Path, folder: Path, useful_s: float) -> list[Measure]:
    """The communes alone by two other ways, without any incident.

    As installed, which is what they draw when nobody simplifies for them, and as this map does.
    """
    year = today(datetime.now(UTC)).year
    measures = []
    for what, level in (("các xã như đã cài", "full"), ("các xã đã giản lược", "nation")):
        frame = read_communes(site, year, level)
        for name, write in (("folium", plain_folium), ("geopandas.explore()", explore)):
            drawn = measure_rival(browser, frame, write, folder / "rival.html")
            measures += [
                Measure(f"{name}, {what}: dung lượng HTML", drawn.megabytes, "MB"),
                Measure(f"{name}, {what}: đến khi vẽ xong", drawn.drawn_s, "s"),
                Measure(f"{name}, {what}: chậm hơn", drawn.drawn_s / useful_s, "lần"),
                Measure(f"{name}, {what}: bộ nhớ JavaScript", drawn.heap_mb, "MB"),
            ]
    return measures


def _signed_in(browser: Browser, address: str) -> Page:
    page = browser.new_context(viewport={"width": 1366, "height": 768}).new_page()
    sign_in(page, address, ACCOUNT)
    return page


@dataclass(frozen=True, slots=True)
class Asker:
    """One connection that stays open, as a browser's does, with the cookie of an account."""

    connection: HTTPConnection
    cookie: str

    def timed(self, path: str) -> float:
        """Milliseconds from the question to the last byte of its answer."""
        begun = time.perf_counter()
        headers = {"Cookie": self.cookie, "Accept-Encoding": "gzip"}
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        answer.read()
        took_ms = 1000 * (time.perf_counter() - begun)
        if answer.status not in (200, 204):
            raise RuntimeError(f"{path}: {answer.status}")
        return took_ms


def asker(browser: Browser, address: str) -> Asker:
    """A connection signed in as the account of the site."""
    context = _signed_in(browser, address).context
    cookie = "; ".join(f"{each['name']}={each['value']}" for each in context.cookies())
    context.close()
    return Asker(HTTPConnection(address.removeprefix("http://"), timeout=60), cookie)


_CHANGE = """async () => {
  const redrawn = () => performance.getEntriesByName("view-changed").length;
  const before = redrawn();
  const begun = performance.now();
  document.querySelector(".filter-kinds input").click();
  while (redrawn() === before) await new Promise(requestAnimationFrame);
  await new Promise(requestAnimationFrame);
  return performance.now() - begun;
}"""


def _repaint_ms(page: Page) -> float:
    """From the click on a kind to the frame in which everything asked for is drawn."""
    return float(page.evaluate(_CHANGE))


def _play(page: Page) -> tuple[float, float]:
    """Seconds from the press until the first month is drawn, then months a second at speed 1."""
    told = page.evaluate(
        """async (ms) => {
          const steps = () => performance.getEntriesByName("story-step").map((e) => e.startTime);
          const begun = performance.now();
          document.getElementById("play").click();
          while (!steps().length) await new Promise(requestAnimationFrame);
          await new Promise((done) => setTimeout(done, ms));
          document.getElementById("play").click();
          return [begun, ...steps()];
        }""",
        1000 * PLAYED_S,
    )
    begun, first, last = told[0], told[1], told[-1]
    return (first - begun) / 1000, 1000 * (len(told) - 2) / (last - first)


def random_tile(draw: random.Random) -> str:
    """z/x/y of a tile over the mainland, all zooms from 5 to 12 alike often."""
    from math import asinh, pi, radians, tan

    west, south, east, north = VIETNAM
    lon, lat, z = draw.uniform(west, east), draw.uniform(south, north), draw.randint(5, 12)
    x = int((lon + 180) / 360 * 2**z)
    return f"{z}/{x}/{int((1 - asinh(tan(radians(lat))) / pi) / 2 * 2**z)}"


if __name__ == "__main__":
    main()
