"""Files that others sent are read in a process of its own, and what comes back is checked.

That process (`geo.reading_worker`) knows no secret and no database, has a limit to everything and
is killed with all it started when its time is up. Whatever becomes of it, this process goes on,
and nothing was stored. One is kept ready, so that a small file does not wait for a start.
"""

from __future__ import annotations

import atexit
import json
import logging
import signal
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore, Event, Timer
from typing import Any

from geo.confinement import LANDLOCK, NO_NEW_PRIVILEGES, SECCOMP, Means
from geo.errors import UnusableFileError
from geo.line_files import NamedLine, lines_from
from geo.reading_worker import Job
from geo.sheets import DEFAULT_LIMITS, Limits
from geo.table_wire import WireError, table_from
from geo.tables import Table
from geo.terms import Layer
from models.errors import BusyError
from webapp.services.reading_process import Reader, Spare, end, forget, start
from webapp.told import told

MAX_ANSWER_BYTES = 2**30
"""Of all that a file may come to as rows."""

MAX_LINE_BYTES = 2**28
MAX_AT_ONCE = 2
TURN_S = 60.0
"""How many files are read at once, and how long the next one waits for its turn."""

_TOO_LONG = told(
    "Đọc tệp mất quá nhiều thời gian nên đã dừng, chưa lưu gì. Hãy chia thành nhiều tệp nhỏ, xóa "
    "các trang và cột thừa rồi gửi lại."
)
_TOO_MUCH = told(
    "Tệp cần quá nhiều bộ nhớ để đọc nên đã dừng, chưa lưu gì. Hãy chia thành nhiều tệp nhỏ, xóa "
    "các trang và cột thừa rồi gửi lại."
)
_STOPPED = told(
    "Tệp làm chương trình đọc dừng đột ngột, chưa lưu gì. Tệp có thể bị hỏng hoặc quá lớn: hãy mở "
    "bằng Excel, LibreOffice hoặc phần mềm bản đồ, lưu lại rồi gửi lại."
)
_BUSY = told("Hệ thống đang đọc các tệp khác. Hãy thử lại sau ít phút.")


@dataclass(frozen=True, slots=True)
class Allowance:
    """What reading one file may take: its bytes, bytes of memory, seconds."""

    file_bytes: int = DEFAULT_LIMITS.max_bytes
    memory_bytes: int = 3 * 2**30
    seconds: int = 300

    @property
    def limits(self) -> Limits:
        """What a file may hold."""
        return replace(DEFAULT_LIMITS, max_bytes=self.file_bytes)

    @property
    def means(self) -> Means:
        """What the process that reads it may use."""
        written = max(DEFAULT_LIMITS.max_uncompressed_bytes, self.file_bytes)
        return Means(self.memory_bytes, self.seconds, written)


DEFAULT_ALLOWANCE = Allowance()


def read_table_apart(path: Path, layer: Layer, allowance: Allowance) -> Table:
    """The rows of a layer in a file, read by another process.

    Raises
    ------
    UnusableFileError
        If the file cannot be used, or could not be read within what is allowed.
    BusyError
        If too many files are being read.
    """
    with _lines_of(path, layer, allowance) as lines:
        return table_from(lines, layer, allowance.limits.max_rows)


def read_lines_apart(path: Path, allowance: Allowance) -> list[NamedLine]:
    """The lines of a map file, read by another process; raises as `read_table_apart`."""
    with _lines_of(path, None, allowance) as lines:
        return lines_from(lines)


def prepare() -> None:
    """Have a process ready for the next file."""
    _SPARE.prepare()


_SPARE = Spare()
_TURNS = BoundedSemaphore(MAX_AT_ONCE)
atexit.register(_SPARE.drop)


@contextmanager
def _lines_of(path: Path, layer: Layer | None, allowance: Allowance) -> Iterator[Iterator[bytes]]:
    """What the process says of a file; whatever it does wrong ends as one clear error."""
    if not _TURNS.acquire(timeout=TURN_S):
        raise BusyError(_BUSY)
    try:
        with TemporaryDirectory(prefix="diaban-") as scratch:
            job = Job(path.resolve(), Path(scratch), layer, allowance.limits, allowance.means)
            with _at_work(job, allowance.seconds) as answer:
                yield answer
    finally:
        _TURNS.release()
        prepare()


@contextmanager
def _at_work(job: Job, seconds: float) -> Iterator[Iterator[bytes]]:
    process, late = _begun(job), Event()
    timer = Timer(seconds, _end_late, (process, late))
    timer.start()
    try:
        yield _said(process, job)
    except (WireError, OSError):
        forget(process)
        logging.getLogger(__name__).warning(
            "reading a file ended with %s%s",
            process.returncode,
            " (out of time)" if late.is_set() else "",
        )
        out_of_time = late.is_set() or process.returncode == -getattr(signal, "SIGXCPU", 0)
        raise UnusableFileError(_TOO_LONG if out_of_time else _STOPPED) from None
    finally:
        timer.cancel()
        forget(process)


def _end_late(process: Reader, late: Event) -> None:
    late.set()
    end(process)


def _begun(job: Job) -> Reader:
    """A process with its job; one that ended while it waited is replaced."""
    process: Reader = _SPARE.take()
    try:
        _give(process, job)
    except OSError:
        forget(process)
        process = start()
        _give(process, job)
    return process


def _give(process: Reader, job: Job) -> None:
    assert process.stdin is not None  # noqa: S101 - asked for when it was started
    process.stdin.write(job.line())
    process.stdin.close()


def _said(process: Reader, job: Job) -> Iterator[bytes]:
    """The lines about the file; what the process says of itself is heard here."""
    assert process.stdout is not None  # noqa: S101 - asked for when it was started
    total = 0
    while line := process.stdout.readline(MAX_LINE_BYTES):
        total += len(line)
        if total > MAX_ANSWER_BYTES or not line.endswith(b"\n"):
            raise WireError("answer")
        if line.startswith((b'{"ready"', b'{"held"', b'{"refused"', b'{"failed"')):
            _hear(json.loads(line), job)
        else:
            yield line


_FULL = frozenset((NO_NEW_PRIVILEGES, LANDLOCK, SECCOMP))
_MAX_REASON = 2_000


def _hear(said: Mapping[str, Any], job: Job) -> None:
    log = logging.getLogger(__name__)
    if "refused" in said:
        raise UnusableFileError(str(said["refused"])[:_MAX_REASON])
    if said.get("failed") == "memory":
        raise UnusableFileError(_TOO_MUCH)
    if "failed" in said:
        log.error("reading a %s file failed: %.200r", job.path.suffix[:8], said["failed"])
        raise UnusableFileError(_STOPPED)
    if "held" in said and (not _FULL.issubset(said["held"]) or said.get("threads") != 1):
        log.warning("files are read with fewer guards than this system could have: %s", said)
