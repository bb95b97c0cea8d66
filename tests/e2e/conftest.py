"""A real browser before a real server, over the seeded site.

Each test has its own database file and its own browser context, and a diary of
what the page asked for and complained about. Without Chromium the tests are
skipped with the reason; under CI (`CI=true`) that is a failure instead.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

from models.session import open_database
from tests.webapp.seeded_site import PASSWORD, clock, seed_site, settings
from webapp.app import create_app

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]


class QuietHandler(WSGIRequestHandler):
    """Answers without a line in the log."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@dataclass
class Visit:
    """A page in the browser with a diary of its requests and complaints."""

    page: Page
    site: str
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def sign_in(self, username: str) -> None:
        """Fill in the form and wait for the page behind it."""
        self.page.goto(f"{self.site}/login")
        self.page.fill("input[name=username]", username)
        self.page.fill("input[name=password]", PASSWORD)
        self.page.press("input[name=password]", "Enter")
        self.page.wait_for_url(lambda url: "/login" not in url)

    def open(self, path: str) -> None:
        """Open a page; a map is waited for until everything is drawn."""
        self.page.goto(f"{self.site}{path}")
        if path.startswith("/map"):
            self.page.wait_for_selector("html[data-ready=true]")

    @property
    def foreign_requests(self) -> list[str]:
        """Requests that left the site."""
        return [u for u in self.requests if not u.startswith((self.site, "data:", "about:"))]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    reason = _missing()
    if reason:
        if os.environ.get("CI") == "true":
            pytest.fail(f"under CI nothing is skipped for a missing tool: {reason}")
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def e2e_file(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the seeded site."""
    path = tmp_path_factory.mktemp("e2e") / "site.db"
    shutil.copyfile(sqlite_template, path)
    database = open_database(f"sqlite:///{path}")
    seed_site(database)
    database.close()
    return path


@pytest.fixture
def site(e2e_file: Path, tmp_path: Path) -> Iterator[str]:
    """The address of a running site of this test's own."""
    path = tmp_path / "site.db"
    shutil.copyfile(e2e_file, path)
    database = open_database(f"sqlite:///{path}")
    app = create_app(settings(tmp_path), database, now=clock)
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
    database.close()


@pytest.fixture
def visit_as(browser: Browser, site: str) -> Iterator[Callable[..., Visit]]:
    """Open a browser context, signed in under a name."""
    contexts: list[BrowserContext] = []

    def start(username: str | None, width: int = 1366, height: int = 800) -> Visit:
        context = browser.new_context(
            viewport={"width": width, "height": height}, locale="vi-VN", has_touch=width < 500
        )
        contexts.append(context)
        visit = Visit(context.new_page(), site)
        visit.page.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on("dialog", lambda dialog: visit.complaints.append(f"dialog {dialog.message}"))
        visit.page.on("console", lambda message: _note(visit, message.type, message.text))
        if username is not None:
            visit.sign_in(username)
        return visit

    yield start
    for context in contexts:
        context.close()


def _missing() -> str:
    """What the tests here lack, empty when nothing."""
    if not CHROMIUM.exists():
        return f"no Chromium at {CHROMIUM}; install the package chromium"
    try:
        ctypes.CDLL("libatomic.so.1")
    except OSError:
        return "Playwright's driver does not start; install the package libatomic1"
    return ""


def _note(visit: Visit, kind: str, text: str) -> None:
    if kind in ("error", "warning"):
        visit.complaints.append(text)
