"""`python -m tests.bench.crowd`: fifty people at once on PostGIS, for ten minutes.

What a page asks for is learnt from a real browser that opens it once; then each person opens
pages with all they ask for, reads for a while, opens the next. Some write.
"""

from __future__ import annotations

import argparse
import itertools
import random
import re
import sys
import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, RemoteDisconnected
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import Browser, Request, sync_playwright

from models.periods import today
from models.viewers import Role
from tests.bench.crowd_site import PASSWORD, Person, fill, served
from tests.bench.measures import Measure, machine, write_section
from tests.bench.pages import CHROMIUM, sign_in
from tests.postgis import start_postgis

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
PEOPLE, MINUTES, READING_S, LIMIT_MS = 50, 10.0, 8.0, 500.0
WRITES = 0.05
"""Share of the steps of a planner that add a note to the history of a hotspot."""

PATHS: Mapping[Role, Sequence[str]] = {
    Role.PLANNER: (
        *("/map?province={province}",) * 4,
        "/hotspots?province={province}",
        "/provinces/{province}",
        "/communes/{commune}",
        "/clusters",
        "/alerts",
        "/progress",
    ),
    Role.COMMUNE: (
        *("/communes/{commune}",) * 3,
        "/map?province={province}",
        "/provinces/{province}",
        "/communes/{commune}/sub-units",
    ),
    Role.ANALYST: (
        "/map?province={province}",
        "/border",
        "/provinces/{province}/communes.csv",
        "/corridors",
        "/facilities",
    ),
}
_VISITS = itertools.count(1)
_CACHED = ("/static/", "/vendor/", "/favicon.ico")


@dataclass(slots=True)
class Diary:
    """What people saw: milliseconds by kind of address, and what went wrong."""

    took_ms: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wrong: list[str] = field(default_factory=list)


class Asker:
    """The browser of a person: one connection, its cookies."""

    def __init__(self, address: str, person: Person, diary: Diary) -> None:
        self.person, self.diary = person, diary
        self.host = urlsplit(address).netloc
        self.connection = HTTPConnection(self.host, timeout=60)
        self.cookies: dict[str, str] = {}

    def ask(self, path: str, form: Mapping[str, str] | None = None) -> str:
        """Send a request and note how long its answer took."""
        headers = {"Accept-Encoding": "gzip" if form is None else "identity"}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{k}={v}" for k, v in self.cookies.items())
        body = None
        if form is not None:
            body = urlencode(form)
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
            headers |= {"Referer": f"http://{self.host}/"}
        method = "GET" if form is None else "POST"
        begun = time.perf_counter()
        try:
            answer, text = self._answer(method, path, body, headers)
        except (OSError, HTTPException) as error:
            self.diary.wrong.append(f"{path}: {error!r}")
            self.connection.close()
            return ""
        self.diary.took_ms[_kind(path, form)].append((time.perf_counter() - begun) * 1000)
        if answer.status >= 400:
            self.diary.wrong.append(f"{path}: {answer.status}")
        plain = answer.getheader("Content-Encoding") is None
        return text.decode(errors="replace") if plain else ""

    def _answer(
        self, method: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> tuple[HTTPResponse, bytes]:
        """Ask; once more where the server had ended a connection that was kept, as browsers do."""
        kept = self.connection.sock is not None
        try:
            self.connection.request(method, path, body, dict(headers))
            answer = self.connection.getresponse()
        except (RemoteDisconnected, BrokenPipeError, ConnectionResetError):
            self.connection.close()
            if not kept or method != "GET":
                raise
            self.connection.request(method, path, body, dict(headers))
            answer = self.connection.getresponse()
        for name, value in answer.getheaders():
            if name.lower() == "set-cookie":
                key, _, rest = value.partition("=")
                self.cookies[key] = rest.partition(";")[0]
        return answer, answer.read()

    def plain(self, path: str) -> str:
        """A page as text, not counted."""
        headers = {"Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        _, text = self._answer("GET", path, None, headers)
        return text.decode(errors="replace")

    def enter(self) -> None:
        """Sign in."""
        form = {"username": self.person.username, "password": PASSWORD}
        self.ask("/login", {**form, "csrf_token": _guard(self.plain("/login"))})


def main() -> None:
    """Measure, print, write; exit code 1 when a promise is not kept."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--folder", type=Path, help="keeps the site between measurements")
    asked = parser.parse_args()
    with TemporaryDirectory() as passing:
        folder = asked.folder or Path(passing)
        diary = _measured(folder, asked.people, asked.minutes)
    measures = _measures(diary, asked.people, asked.minutes)
    rows = [measure.row() for measure in measures]
    print("\n".join(rows))
    print("\n".join(diary.wrong[:20]))
    if (asked.people, asked.minutes) == (PEOPLE, MINUTES):
        day = f"{today(datetime.now(UTC)):%d/%m/%Y}"
        head = [f"Đo ngày {day} trên {machine()}.", "", "| Việc | Đo được | Yêu cầu | |"]
        write_section(PAGE, "crowd", [*head, "|---|---|---|---|", *rows])
    sys.exit(any(measure.kept is False for measure in measures))


def _measured(folder: Path, n_people: int, minutes: float) -> Diary:
    server = start_postgis(durable=True)
    try:
        url, people = fill(server, folder, n_people)
        with served(folder, url) as address:
            learnt = _learn(address, people)
            return _let_work(address, people, learnt, minutes * 60)
    finally:
        server.stop()


def _learn(address: str, people: Sequence[Person]) -> dict[tuple[Role, str], list[str]]:
    """What each page asks for, of each role: addresses with the area left open."""
    learnt: dict[tuple[Role, str], list[str]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for role, paths in PATHS.items():
            person = next(one for one in people if one.role is role)
            for path in dict.fromkeys(paths):
                learnt[role, path] = _asked_by(browser, address, person, path)
        browser.close()
    return learnt


def _asked_by(browser: Browser, address: str, person: Person, path: str) -> list[str]:
    if ".csv" in path:
        return []
    context = browser.new_context(viewport={"width": 1366, "height": 768})
    page = context.new_page()
    sign_in(page, address, (person.username, PASSWORD))
    found: list[str] = []

    def note(request: Request) -> None:
        parts = urlsplit(request.url)
        if request.resource_type != "document" and not parts.path.startswith(_CACHED):
            found.append(f"{parts.path}?{parts.query}" if parts.query else parts.path)

    page.on("request", note)
    page.goto(address + _of(path, person), wait_until="networkidle")
    page.wait_for_timeout(1000)
    context.close()
    return [_opened(one, person) for one in found]


def _opened(path: str, person: Person) -> str:
    """An address with the person's area left open for another's."""
    kept = path.replace("{", "%7B").replace("}", "%7D")
    kept = re.sub(rf"\b{person.commune}\b", "{commune}", kept)
    return re.sub(rf"(province=){person.province}\b", r"\1{province}", kept)


def _of(path: str, person: Person) -> str:
    return path.format(province=person.province, commune=person.commune)


def _let_work(
    address: str,
    people: Sequence[Person],
    learnt: Mapping[tuple[Role, str], list[str]],
    seconds: float,
) -> Diary:
    diary = Diary()
    until = time.monotonic() + seconds
    threads = [
        Thread(target=_work, args=(Asker(address, person, diary), learnt, until, n))
        for n, person in enumerate(people)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return diary


def _work(
    asker: Asker, learnt: Mapping[tuple[Role, str], list[str]], until: float, seed: int
) -> None:
    draw, person = random.Random(seed), asker.person
    time.sleep(draw.random() * READING_S)
    asker.enter()
    while time.monotonic() < until:
        path = draw.choice(PATHS[person.role])
        for one in (path, *learnt[person.role, path]):
            asker.ask(_of(one, person))
        if person.role is Role.PLANNER and draw.random() < WRITES:
            _write(asker)
        time.sleep(draw.expovariate(1 / READING_S))


def _write(asker: Asker) -> None:
    """Add a note to the history of the first hotspot of the register."""
    listed = asker.plain(f"/hotspots?province={asker.person.province}")
    found = re.search(r'href="(/hotspots/[^"?#]+(?:\?[^"#]*)?)"[^>]*>(?!\s*<svg)', listed)
    if found is None:
        return
    page = asker.plain(found.group(1).replace("&amp;", "&"))
    form = re.search(r'<form[^>]*action="/hotspots/events".*?</form>', page, re.S)
    if form is None:
        return
    fields = dict(re.findall(r'name="([^"]+)"[^>]*?value="([^"]*)"', form.group(0)))
    told = f"{asker.person.username} kiểm tra lần {next(_VISITS)}, không có gì mới."
    fields |= {"type": "note", "note": told}  # the same note twice is refused
    asker.ask("/hotspots/events", fields)


def _guard(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("the page has no guard")
    return found.group(1)


def _kind(path: str, form: Mapping[str, str] | None) -> str:
    if form is not None:
        return "ghi" if path.startswith("/hotspots") else "đăng nhập"
    return "dữ liệu" if path.startswith(("/api", "/tiles")) else "trang"


def _measures(diary: Diary, n_people: int, minutes: float) -> list[Measure]:
    every = sorted(ms for took in diary.took_ms.values() for ms in took)
    what = f"{n_people} người cùng lúc trên PostGIS, {minutes:g} phút"
    found = [
        Measure(f"{what}: p95", _share(every, 0.95), "ms", LIMIT_MS),
        Measure(f"{what}: giữa", _share(every, 0.5), "ms"),
        Measure(f"{what}: lâu nhất", every[-1], "ms"),
        Measure(f"{what}: lỗi", len(diary.wrong), "lượt", 0),
        Measure(f"{what}: trả lời", len(every) / (minutes * 60), "lượt/s"),
    ]
    for kind, took in sorted(diary.took_ms.items()):
        name = f"{what}: p95 của {len(took)} lượt {kind}"
        found.append(Measure(name, _share(sorted(took), 0.95), "ms"))
    return found


def _share(took: Sequence[float], share: float) -> float:
    return took[min(int(len(took) * share), len(took) - 1)]


if __name__ == "__main__":
    main()
