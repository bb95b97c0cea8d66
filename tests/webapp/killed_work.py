"""Work in a process of its own that SIGKILL ends at a given moment, as a power cut would."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import event

from geo.terms import Layer
from models import schema
from models.session import Database, open_database
from models.viewers import LOCAL_OPERATOR
from tests.webapp.small_world import TODAY
from webapp.services import backups
from webapp.services.ingest import import_file
from webapp.services.site_copy import copy_site

AT = datetime(2026, 6, 14, 3, 0, tzinfo=UTC)

_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])


@dataclass(frozen=True)
class Moment:
    """When the process dies: before its n-th statement, commit or told step of progress."""

    of: str
    n: int


Work = Callable[[Database, Callable[[int, int], None], Any], None]


def importing(database: Database, tell: Callable[[int, int], None], path: Path) -> None:
    """Import a file of incidents."""
    import_file(
        database, LOCAL_OPERATOR, Layer.INCIDENTS, path, today=TODAY, progress=tell, source="CA"
    )


def upgrading(database: Database, _tell: Callable[[int, int], None], _none: None) -> None:
    """Bring the schema to this version."""
    schema.create_or_upgrade(database)


def backing_up(database: Database, tell: Callable[[int, int], None], path: Path) -> None:
    """Write a backup."""
    backups.back_up(database, LOCAL_OPERATOR, path, at=AT, progress=tell)


def restoring(database: Database, tell: Callable[[int, int], None], path: Path) -> None:
    """Restore a backup."""
    backups.restore(database, LOCAL_OPERATOR, path, at=AT, progress=tell)


def copying(database: Database, tell: Callable[[int, int], None], url: str) -> None:
    """Copy to another database."""
    target = open_database(url)
    copy_site(database, target, LOCAL_OPERATOR, at=AT, progress=tell)
    target.close()


def is_killed(url: str, work: Work, what: Any, moment: Moment) -> bool:
    """Do a work in another process; whether it was killed before it came to its end."""
    process = _PROCESSES.Process(target=_work, args=(url, work, what, moment))
    process.start()
    process.join(120)
    assert process.exitcode in (0, -signal.SIGKILL), process.exitcode
    return process.exitcode != 0


def _work(url: str, work: Work, what: Any, moment: Moment) -> None:
    database = open_database(url)
    counted = {"statement": 0, "commit": 0, "step": 0}

    def passed(of: str) -> None:
        counted[of] += 1
        if (of, counted[of]) == (moment.of, moment.n):
            os.kill(os.getpid(), signal.SIGKILL)

    # Every database that the process opens, the target of a copy too.
    kind = type(database.engine)
    event.listen(kind, "before_cursor_execute", lambda *_: passed("statement"))
    event.listen(kind, "commit", lambda _: passed("commit"))
    work(database, lambda _done, _total: passed("step"), what)
    database.close()
