"""What answers the network: waitress in one process, gunicorn in several."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from flask import Flask
from waitress.server import create_server

from models.session import Database
from webapp.config import SettingError

Call = Callable[[], None]

MAX_HEADER_BYTES = 2**15
"""Of a request line and all header fields together."""

SILENCE_S = 30
"""A client that sends or takes nothing for so long is dropped."""

MAX_CONNECTIONS = 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where a site listens, and how many processes of how many threads answer."""

    host: str
    port: int
    processes: int
    threads: int
    upload_mb: int = 200

    def taken(self, error: OSError) -> SettingError:
        """That the address cannot be opened, in words."""
        why = os.strerror(error.errno or 0)
        return SettingError(
            f"Không mở được {self.host}:{self.port} ({why}). Cổng có thể đang được "
            "chương trình khác dùng; hãy chọn cổng khác bằng --port hoặc DIABAN_PORT."
        )


def share_memory() -> None:
    """Let all threads take memory from two pools.

    By default the C library of Linux keeps one for each thread, and what an export took in each
    of them stays taken.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_ARENA_MAX, 2)


_ARENA_MAX = -8
"""`M_ARENA_MAX` of malloc.h."""


def answer(app: Flask, database: Database, place: Place, *, opened: Call, work: Call) -> None:
    """Serve until interrupted.

    Parameters
    ----------
    opened
        Called once, when the address is open.
    work
        Starts what every process does beside answering.

    Raises
    ------
    SettingError
        If the address cannot be opened, or several processes cannot run here.
    """
    share_memory()
    if place.processes == 1:
        _answer_alone(app, place, opened, work)
        return
    if sys.platform == "win32":
        raise SettingError("DIABAN_PROCESSES: trên Windows chỉ chạy được một tiến trình.")
    # It does not import on every system, and is of use only here.
    several = import_module("webapp.cli.several")
    several.answer_together(app, database, place, opened=opened, work=work)


def _answer_alone(app: Flask, place: Place, opened: Call, work: Call) -> None:
    try:
        server = create_server(
            app,
            host=place.host,
            port=place.port,
            threads=place.threads,
            ident=None,
            max_request_body_size=(place.upload_mb + 1) * 2**20 + 1,
            max_request_header_size=MAX_HEADER_BYTES,
            channel_timeout=SILENCE_S,
            connection_limit=MAX_CONNECTIONS,
        )
    except OSError as error:
        raise place.taken(error) from error
    opened()
    work()
    server.run()
