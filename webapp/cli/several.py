"""Several processes that answer at one address, kept by gunicorn."""

from __future__ import annotations

import socket
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.http import wsgi

from models.session import Database
from webapp.cli.servers import Call, Place

_REQUEST_S = 120
"""A process that gives no sign of life for so long is ended and started anew."""

_KEPT_S = 65
"""Somebody who reads a page for a minute goes on over the same connection."""

_LAST_S = 10
"""How long requests that are being answered hold up the end."""


def answer_together(
    app: Flask, database: Database, place: Place, *, opened: Call, work: Call
) -> None:
    """Serve with several processes until interrupted; as `servers.answer`."""
    family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
    try:
        listening = socket.create_server((place.host, place.port), family=family, backlog=1024)
    except OSError as error:
        raise place.taken(error) from error

    def ready(_server: object) -> None:
        opened()

    def forked(_server: object, _worker: object) -> None:
        database.forget_connections()
        work()

    wsgi.Response = _Nameless  # no setting takes the header away
    _Together(
        app,
        {
            "bind": f"fd://{listening.fileno()}",
            "workers": place.processes,
            "worker_class": "gthread",
            "threads": place.threads,
            "timeout": _REQUEST_S,
            "graceful_timeout": _LAST_S,
            "keepalive": _KEPT_S,
            "limit_request_line": 8190,  # the most there is: filters stand in addresses
            "loglevel": "warning",
            "control_socket_disable": True,
            "forwarded_allow_ips": "",  # DIABAN_PROXY_HOPS alone says which proxy is believed
            "when_ready": ready,
            "post_fork": forked,
        },
    ).run()


class _Nameless(wsgi.Response):  # type: ignore[misc]
    """An answer that does not name the program that serves."""

    def default_headers(self) -> list[str]:
        found: list[str] = super().default_headers()
        return [line for line in found if not line.startswith("Server:")]


class _Together(BaseApplication):  # type: ignore[misc]
    """The site as gunicorn wants it; nothing is read from files or the environment."""

    def __init__(self, app: Flask, options: dict[str, Any]) -> None:
        self.app, self.options = app, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self.options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        return self.app
