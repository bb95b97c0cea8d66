"""A province's site for measuring many people at once: PostGIS, 100,000 incidents, 50 accounts."""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from models import communes
from models.session import Database, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope
from tests.bench.imports import run_command
from tests.bench.map_site import make_site
from tests.bench.pages import wait_until_up
from tests.postgis import SERVING, PostgisServer
from webapp.security import hash_password
from webapp.services.accounts import add_account

PASSWORD = "nhiều người cùng lúc 2026"
PROCESSES, THREADS = 2, 8
_MIX = {Role.PLANNER: 28, Role.COMMUNE: 16, Role.ANALYST: 6}
"""People of each role among fifty."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works with the site: account, role, the area it is about."""

    username: str
    role: Role
    province: str
    commune: str


def fill(server: PostgisServer, folder: Path, n_people: int) -> tuple[str, list[Person]]:
    """Move a site of 100,000 incidents to PostGIS and add people; its address and who they are."""
    site = folder / "site"
    if not site.exists():
        make_site(site)
    server.create_database("crowd")
    url = server.url("crowd")
    run_command(site, "copy", "--from", f"sqlite:///{site / 'diaban.sqlite'}", "--to", url)
    database = open_database(url)
    people = _people(database, n_people)
    for person in people:
        _add(database, person)
    database.close()
    server.execute("ANALYZE", name="crowd")
    return server.url("crowd", SERVING), people


def _people(database: Database, n: int) -> list[Person]:
    draw = random.Random(7)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        version = communes.current_version(session, LOCAL_OPERATOR)
        units = communes.commune_units(session, LOCAL_OPERATOR, version.id)
    roles = [role for role, share in _MIX.items() for _ in range(share)]
    found = []
    for k in range(n):
        unit = draw.choice(units)
        role = roles[k % len(roles)]
        found.append(Person(f"nguoi-{k:02d}", role, unit.province_code, unit.code))
    return found


def _add(database: Database, person: Person) -> None:
    of_commune = person.role is Role.COMMUNE
    add_account(
        database,
        LOCAL_OPERATOR,
        username=person.username,
        display_name=person.username,
        password=PASSWORD,
        role=person.role,
        scope=Scope.commune(person.commune) if of_commune else Scope.provinces(person.province),
        at=datetime.now(UTC),
        hash_password=hash_password,
    )


@contextmanager
def served(folder: Path, url: str) -> Iterator[str]:
    """Serve a database with several processes; the address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "DIABAN_DATA_DIR": str(folder / "site"),
        "DIABAN_DATABASE_URL": url,
        "DIABAN_PROCESSES": str(PROCESSES),
        "DIABAN_THREADS": str(THREADS),
        "DIABAN_LOGIN_LIMIT": "200 per minute",  # all come from one address at once
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp", "serve", "--port", str(port)],
        env={**os.environ, **settings},
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        wait_until_up(address)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)
