"""The process that reads a file: started with nothing of ours, kept ready, killed as a group."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE, Popen
from threading import Lock

import geo
from geo.reading_worker import MODULE

Reader = Popen[bytes]

_GIVEN = ("SYSTEMROOT", "LD_LIBRARY_PATH")
"""What a program may need of the environment to start at all."""

_ENVIRONMENT = {
    "PYTHONPATH": str(Path(geo.__file__).parents[1]),
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONFAULTHANDLER": "0",
    "LANG": "C.UTF-8",
    # One thread alone, so that the rights it gives up are given up by all.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
    # The reader of map files: no network, no indirect files, no formats that nobody sends.
    "PROJ_NETWORK": "OFF",
    "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{noext}",
    "CPL_CURL_ENABLE_VSIMEM": "NO",
    "OGR_SQLITE_LOAD_EXTENSIONS": "",
    "GDAL_CACHEMAX": "64",
}


def environment() -> Mapping[str, str]:
    """What the process knows of its surroundings: no setting of the site is among it."""
    return _ENVIRONMENT | {name: os.environ[name] for name in _GIVEN if name in os.environ}


def start() -> Reader:
    """Start a process that loads everything and waits for its job."""
    return Popen(  # noqa: S603 - our own interpreter and module
        [sys.executable, "-s", "-P", "-m", MODULE],
        stdin=PIPE,
        stdout=PIPE,
        stderr=subprocess.DEVNULL,
        env=dict(environment()),
        cwd=Path(sys.executable).anchor,
        start_new_session=True,
    )


def end(process: Reader) -> None:
    """Kill a process with all that it started, and forget it."""
    if process.poll() is None:
        with suppress(ProcessLookupError, PermissionError):
            if sys.platform == "win32":
                process.kill()
            else:
                os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def forget(process: Reader) -> None:
    """Kill a process and close what leads to it."""
    end(process)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


class Spare:
    """One process that has loaded everything and waits; another program's child is not ours."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._ready: tuple[int, Reader] | None = None

    def prepare(self) -> None:
        """Start one unless one waits."""
        with self._lock:
            if self._living() is None:
                self._ready = (os.getpid(), start())

    def take(self) -> Reader:
        """The one that waits, else a new one."""
        with self._lock:
            found, self._ready = self._living(), None
        return found or start()

    def drop(self) -> None:
        """Kill the one that waits."""
        with self._lock:
            found, self._ready = self._living(), None
        if found is not None:
            forget(found)

    def _living(self) -> Reader | None:
        if self._ready is None or self._ready[0] != os.getpid():
            return None  # another process forked from this one has it
        process = self._ready[1]
        if process.poll() is None:
            return process
        forget(process)
        return None
