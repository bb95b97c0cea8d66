"""How soon the map is of use in a browser that has seen nothing, and what it weighs."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.imports import run_command
from tests.bench.measures import Measure

CHROMIUM = "/usr/bin/chromium"
USEFUL = "communes-drawn"
"""Mark that the page sets when the communes of the view are drawn."""

WHOLE = "all-drawn"
"""Mark that the page sets when every layer of the view is drawn."""

ROUNDS = 3


def measure_pages(folder: Path) -> list[Measure]:
    """Open the map of a province and of the nation on the demo."""
    data_dir = folder / "demo"
    seconds, _megabytes = run_command(data_dir, "demo")
    measures = [Measure("Dựng cơ sở dữ liệu mô phỏng", seconds, "s")]
    with serving(data_dir) as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        password = demo_account(data_dir)
        for what, path, limit_mb, limit_s in (
            ("một tỉnh", "/map?province=51", 1.0, 2.0),
            ("toàn quốc", "/map?province=", 2.0, None),
        ):
            rounds = [visit(browser, address, password, path) for _ in range(ROUNDS)]
            useful_s = sorted(r[0] for r in rounds)[ROUNDS // 2]
            megabytes = max(r[1] for r in rounds)
            measures += [
                Measure(f"/map {what}: đến khi thấy các xã", useful_s, "s", limit_s),
                Measure(f"/map {what}: tải về (đã nén)", megabytes, "MB", limit_mb),
            ]
        browser.close()
    return measures


def demo_account(data_dir: Path) -> tuple[str, str]:
    """The name and the password of the demo's planner."""
    text = (data_dir / "demo_accounts.txt").read_text("utf-8")
    found = re.search(r"account: planner (\S+) (\S+)", text)
    if found is None:
        raise RuntimeError("the demo names no planner")
    return found.group(1), found.group(2)


def visit(
    browser: Browser, address: str, account: tuple[str, str], path: str
) -> tuple[float, float]:
    """Sign in, then open a page with an empty cache: seconds and megabytes."""
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    sign_in(page, address, account)
    page.goto("about:blank")
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.clearBrowserCache")
    received: list[float] = []
    network.on("Network.loadingFinished", lambda event: received.append(event["encodedDataLength"]))
    page.goto(f"{address}{path}", wait_until="load")
    useful_ms = mark(page, USEFUL)
    mark(page, WHOLE)
    page.wait_for_load_state("networkidle")
    context.close()
    return useful_ms / 1000, sum(received) / 1e6


def sign_in(page: Page, address: str, account: tuple[str, str]) -> None:
    """Fill in the form and wait for the page behind it."""
    page.goto(f"{address}/login")
    page.fill("input[name=username]", account[0])
    page.fill("input[name=password]", account[1])
    with page.expect_navigation():
        page.press("input[name=password]", "Enter")


def mark(page: Page, name: str) -> float:
    """Milliseconds from the navigation to a mark that the page sets, waited for a minute."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        at = page.evaluate("name => performance.getEntriesByName(name)[0]?.startTime", name)
        if at is not None:
            return float(at)
        page.wait_for_timeout(20)
    raise TimeoutError(f"{page.url}: no mark {name} after a minute")


@contextmanager
def serving(data_dir: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp", "serve", "--port", str(port)],
        env={**os.environ, "DIABAN_DATA_DIR": str(data_dir)},
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_up(address: str, timeout_s: float = 60, path: str = "/login") -> None:
    """Wait until a server answers."""
    end = time.monotonic() + timeout_s
    while True:
        try:
            with urlopen(f"{address}{path}", timeout=5):
                return
        except OSError:
            if time.monotonic() > end:
                raise
            time.sleep(0.2)
