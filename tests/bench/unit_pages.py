"""How long the pages of a commune, a province and the progress take, and what they weigh.

In the process, signed in as a planner, on the database of `tests.bench.classes`: 3,321
communes declared for five years, 100,000 incidents. The median of several calls.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from pathlib import Path

from flask.testing import FlaskClient

from models.periods import today
from models.session import open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope
from tests.bench.measures import Measure
from webapp.app import create_app
from webapp.config import Settings
from webapp.security import hash_password
from webapp.services.accounts import add_account
from webapp.services.classify import assess_all

ROUNDS = 7
PASSWORD = "do-thoi-gian-12"
PAGES = (
    ("/communes/23401", "Trang của xã", 300.0, 300.0),
    ("/communes/23401?known_on={today}", "Trang của xã, như biết đến một ngày", None, None),
    ("/provinces/51", "Trang của tỉnh", None, None),
    ("/progress", "Tiến độ cả nước", None, None),
)
"""Address, what it is, and the most milliseconds and kilobytes that were promised."""


def measure_unit_pages(folder: Path) -> list[Measure]:
    """Open the pages on the database that the measurement of classes left in a folder."""
    site = folder / "classes"
    database = open_database(f"sqlite:///{site / 'diaban.sqlite'}")
    now = datetime.now(UTC)
    add_account(
        database,
        LOCAL_OPERATOR,
        username="do",
        display_name="Đo",
        password=PASSWORD,
        role=Role.PLANNER,
        scope=Scope.nation(),
        at=now,
        hash_password=hash_password,
    )
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assess_all(session, LOCAL_OPERATOR, now, today(now))
    app = create_app(Settings(site, "", "k" * 40), database)
    measures = _measured(app.test_client(), f"{today(now)}")
    database.close()
    return measures


def _measured(client: FlaskClient, day: str) -> list[Measure]:
    page = client.get("/login").text
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    if found is None:
        raise RuntimeError("no form to sign in")
    form = {"username": "do", "password": PASSWORD, "csrf_token": found[1]}
    client.post("/login", data=form)
    measures = []
    for address, what, limit_ms, limit_kb in PAGES:
        took, size = [], 0
        for _ in range(ROUNDS):
            begun = time.perf_counter()
            answer = client.get(address.format(today=day))
            took.append(1_000 * (time.perf_counter() - begun))
            if answer.status_code != 200:
                raise RuntimeError(f"{address}: {answer.status_code}")
            size = len(answer.data)
        measures += [
            Measure(what, sorted(took)[ROUNDS // 2], "ms", limit_ms),
            Measure(f"– {what.lower()}: dung lượng", size / 1_000, "kB", limit_kb),
        ]
    return measures
