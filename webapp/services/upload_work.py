"""The work on files sent through a page: checked first, then imported.

One thread of the process does it, a file after the other: two imports would
only wait for each other at the database. What is small is done while the
request waits, for the rest the page looks again every other second.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread
from typing import Any

from geo.errors import GeoError
from models.errors import ModelError, NotFoundError
from models.periods import parse_period
from models.session import Database
from models.viewers import Viewer
from webapp.services import uploads
from webapp.services.guarded_reading import DEFAULT_ALLOWANCE, Allowance, read_table_apart
from webapp.services.ingest import ImportReport, import_file
from webapp.services.uploads import State, Upload
from webapp.told import told

WAIT_S = 3.0
"""How long a request waits for work before the page shows its progress instead."""

SIGN_S = 20.0
"""How often work that goes on or waits for its turn says so."""

SWEEP_S = 3600.0
"""How often files that have waited for too long are looked for."""

SHOWN = 200
"""Rejected rows and changes that the page of a check lists."""

_ONE_BY_ONE = ThreadPoolExecutor(max_workers=1, thread_name_prefix="import")
_REMOVED = told("Tệp đã được bỏ, chưa lưu gì. Hãy tải tệp lên lại.")
_FAILED = told(
    "Hệ thống gặp lỗi khi xử lý tệp, chưa lưu gì. Hãy thử lại; nếu còn lỗi, hãy báo quản trị kèm "
    "giờ gặp lỗi."
)


@dataclass(frozen=True, slots=True)
class Desk:
    """Where the work is done: the database, the folder of uploads, the clock, what may be used."""

    database: Database
    folder: Path
    now: Callable[[], datetime]
    today: Callable[[], date]
    allowance: Allowance = DEFAULT_ALLOWANCE


def check(desk: Desk, viewer: Viewer, upload: Upload) -> Future[None]:
    """Read and place a file without storing anything."""
    return _start(desk, viewer, upload, State.CHECKING)


def store(desk: Desk, viewer: Viewer, upload: Upload) -> Future[None]:
    """Import a file that was checked."""
    return _start(desk, viewer, upload, State.IMPORTING)


def wait_a_little(work: Future[None], seconds: float = WAIT_S) -> None:
    """Give work that is quick the time to end."""
    wait([work], timeout=seconds)


def _start(desk: Desk, viewer: Viewer, upload: Upload, state: State) -> Future[None]:
    viewer.require_write()
    begun = replace(upload, state=state, done=0, total=0, error="", moved_at=desk.now())
    if not uploads.write(desk.folder, begun):
        raise NotFoundError(_REMOVED)
    work = _ONE_BY_ONE.submit(_work, desk, viewer, begun)
    Thread(target=_give_signs, args=(desk, begun, work), daemon=True).start()
    return work


def _give_signs(desk: Desk, upload: Upload, work: Future[None], every_s: float = SIGN_S) -> None:
    """Say that work goes on until it has ended, also while it waits for its turn."""
    while not wait([work], timeout=every_s).done:
        uploads.give_sign(desk.folder, upload, desk.now())


def _work(desk: Desk, viewer: Viewer, upload: Upload) -> None:
    if not uploads.give_sign(desk.folder, upload, desk.now()):
        return  # removed while it waited for its turn
    ended = replace(_outcome(desk, viewer, upload), moved_at=desk.now())
    uploads.write(desk.folder, ended)
    checked_in_vain = upload.state is State.CHECKING and ended.state is State.FAILED
    if ended.state is State.IMPORTED or checked_in_vain:
        uploads.drop_file(desk.folder, ended)


def _outcome(desk: Desk, viewer: Viewer, upload: Upload) -> Upload:
    dry_run = upload.state is State.CHECKING

    def progress(done: int, total: int) -> None:
        moved = replace(upload, done=done, total=total, moved_at=desk.now())
        if not uploads.write(desk.folder, moved):
            raise NotFoundError(_REMOVED)  # nothing is stored of what somebody took back

    try:
        report = _import(desk, viewer, upload, dry_run=dry_run, progress=progress)
    except (GeoError, ModelError) as error:
        return replace(upload, state=State.FAILED, error=str(error))
    except Exception:
        # Nobody waits for this thread: whatever goes wrong must reach the page and the log.
        logging.getLogger(__name__).exception("import of an upload failed")
        return replace(upload, state=State.FAILED, error=_FAILED)
    state = State.CHECKED if dry_run else State.IMPORTED
    return replace(upload, state=state, report=_noted(report), import_id=report.import_id)


def sweep_now_and_then(
    folder: Path,
    now: Callable[[], datetime],
    *,
    stopped: Event | None = None,
    every_s: float = SWEEP_S,
) -> None:
    """Remove what has waited for too long, again and again until `stopped`."""
    ending = stopped or Event()
    while True:
        try:
            uploads.sweep(folder, now())
        except OSError:
            # The next round tries again; the thread must not end for a disk that is busy.
            logging.getLogger(__name__).exception("files that waited too long were not removed")
        if ending.wait(every_s):
            return


def _import(
    desk: Desk,
    viewer: Viewer,
    upload: Upload,
    *,
    dry_run: bool,
    progress: Callable[[int, int], None],
) -> ImportReport:
    return import_file(
        desk.database,
        viewer,
        upload.layer,
        uploads.path_of(desk.folder, upload),
        today=desk.today(),
        period=parse_period(upload.period) if upload.period else None,
        source=upload.source or None,
        dry_run=dry_run,
        progress=progress,
        read=partial(read_table_apart, layer=upload.layer, allowance=desk.allowance),
    )


def _noted(report: ImportReport) -> dict[str, Any]:
    """A report as JSON can hold it, its lists cut to what a page shows."""
    return {
        "source": report.source,
        "sheet": report.sheet,
        "accepted": report.accepted,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "rejected": len(report.rejected),
        "rejected_rows": [
            {"line": r.line, "column": r.column, "value": r.value, "reason": r.reason}
            for r in report.rejected[:SHOWN]
        ],
        "changes": [asdict(change) for change in report.changes[:SHOWN]],
        "placed": report.placed,
        "doubtful": report.doubtful,
        "dropped_columns": report.dropped_columns,
        "ignored_columns": report.ignored_columns,
        "warnings": report.warnings,
    }
