"""A site for measuring the map: 3,321 communes with classes, 100,000 or 1,000,000 incidents."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from models.periods import evaluation_period, today
from models.session import open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope
from tests.bench.classes import N_INCIDENTS, N_PERIODS, fill_site
from tests.bench.imports import run_command
from webapp.security import hash_password
from webapp.services.accounts import add_account
from webapp.services.classify import assess_all

ACCOUNT = ("do", "do-thoi-gian-12")
_SPREAD_DEG = 0.05
"""Each incident is moved by up to this much: they do not all lie at the middle of a commune."""

_ADRIFT = f"{_SPREAD_DEG} * (random() / 9223372036854775807.0)"


def make_site(folder: Path) -> None:
    """Make the site with 100,000 incidents, classes of five years and a planner's account."""
    run_command(folder, "init")
    database = open_database(f"sqlite:///{folder / 'diaban.sqlite'}")
    now = datetime.now(UTC)
    year = today(now).year
    fill_site(database, [evaluation_period(year - back) for back in range(N_PERIODS)])
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        assess_all(session, LOCAL_OPERATOR, now, today(now))
    add_account(
        database,
        LOCAL_OPERATOR,
        username=ACCOUNT[0],
        display_name="Đo",
        password=ACCOUNT[1],
        role=Role.PLANNER,
        scope=Scope.nation(),
        at=now,
        hash_password=hash_password,
    )
    database.close()
    with closing(sqlite3.connect(folder / "diaban.sqlite")) as connection, connection:
        connection.execute(f"UPDATE incidents SET lon = lon + {_ADRIFT}, lat = lat + {_ADRIFT}")


def multiply_incidents(folder: Path, times: int) -> int:
    """Copy the incidents of a site until there are so many times as many; how many there are."""
    with closing(sqlite3.connect(folder / "diaban.sqlite")) as connection, connection:
        names = [row[1] for row in connection.execute("PRAGMA table_info(incidents)")]
        kept = [name for name in names if name != "id"]
        changed = {
            "ref": "ref || '-' || :n",
            "lon": f"lon + {_ADRIFT}",
            "lat": f"lat + {_ADRIFT}",
        }
        values = ", ".join(changed.get(name, name) for name in kept)
        copy = f"INSERT INTO incidents ({', '.join(kept)}) SELECT {values} FROM incidents"
        for n in range(1, times):
            connection.execute(f"{copy} WHERE id <= {N_INCIDENTS}", {"n": n})
        (count,) = connection.execute("SELECT count(*) FROM incidents").fetchone()
    return int(count)
