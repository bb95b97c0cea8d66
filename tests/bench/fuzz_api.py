"""Ask every address of the API many questions made up by schemathesis, of a seeded site.

`python -m tests.bench.fuzz_api [--examples 200] [--as planner]`: a line for each address, exit 1
at the first answer that is not as described.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

from models import schema
from models.session import open_database
from tests.webapp.api_fuzz import Tally, fuzz, questions
from tests.webapp.conftest import post_login
from tests.webapp.seeded_site import ACCOUNTS, PASSWORD, clock, seed_site, settings
from webapp.app import create_app
from webapp.services.api_routes import API_ROUTES


def main() -> int:
    """Fuzz, and tell what was asked."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="questions an address")
    parser.add_argument("--as", dest="name", choices=sorted(ACCOUNTS), default="planner")
    asked = parser.parse_args()
    with TemporaryDirectory() as folder:
        return _fuzz(Path(folder), asked.name, asked.examples)


def _fuzz(folder: Path, name: str, examples: int) -> int:
    database = open_database(f"sqlite:///{folder}/site.db")
    schema.create_or_upgrade(database)
    seed_site(database)
    app = create_app(settings(folder), database, now=clock)
    client = app.test_client()
    post_login(client, name, PASSWORD)
    described = questions()
    for route in API_ROUTES:
        tally, began = Tally(), time.perf_counter()
        try:
            fuzz(app, client, described, route, examples, tally)
        except Exception as error:
            sys.stdout.write(f"{route.path}: {error}\n")
            return 1
        took_s = time.perf_counter() - began
        statuses = ", ".join(f"{status}: {n}" for status, n in sorted(tally.by_status.items()))
        sys.stdout.write(f"{route.path}  {tally.asked} in {took_s:.1f} s  {statuses}\n")
        sys.stdout.flush()
    database.close()
    shutil.rmtree(folder / "tiles", ignore_errors=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
