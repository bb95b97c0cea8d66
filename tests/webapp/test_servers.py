"""The site served by real processes at a real address."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.webapp.served_site import STARTED_S, answers, command, free_port, served


@pytest.fixture
def folder(sqlite_template: Path, tmp_path: Path) -> Path:
    """A data folder with an empty database of this version."""
    shutil.copyfile(sqlite_template, tmp_path / "diaban.sqlite")
    return tmp_path


def children(pid: int) -> set[int]:
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii")
    return {int(child) for child in found.split()}


def two_children(pid: int, *, without: int) -> set[int]:
    end = time.monotonic() + STARTED_S
    while len(now := children(pid)) < 2 or without in now:
        assert time.monotonic() < end, f"not two processes: {now}"
        time.sleep(0.2)
    return now


def test_several_processes_answer_and_one_that_dies_is_replaced(folder: Path) -> None:
    port = free_port()
    with served(folder, port, 2) as process:
        before = two_children(process.pid, without=0)
        os.kill(min(before), signal.SIGKILL)
        two_children(process.pid, without=min(before))
        assert answers(port)
    assert process.returncode == 0
    assert not answers(port)


NAMES = re.compile(
    r"server:|x-powered-by|gunicorn|waitress|werkzeug|flask|sqlalchemy|python/|sqlite|postgre"
    r"|\d+\.\d+\.\d+",
    re.IGNORECASE,
)
"""What tells of the programs that serve; numbers of three parts are versions, "1.1" is HTTP's."""

ASKED = (
    *("GET /healthz HTTP/1.1", "GET /readyz HTTP/1.1", "GET /login HTTP/1.1"),
    *("GET /nothing HTTP/1.1", "GET /api/nothing HTTP/1.1", "GET /imports/1/undo HTTP/1.1"),
    *("POST /login HTTP/1.1", "PUT /login HTTP/1.1", "TRACE / HTTP/1.1"),
    *("GET /healthz HTTP/9.9", "nonsense", f"GET /{'a' * 40_000} HTTP/1.1"),
)
"""What is answered by the site and what the server itself refuses."""


def told(port: int, line: str) -> str:
    """All that comes back over the wire after a request line."""
    with socket.create_connection(("127.0.0.1", port), timeout=STARTED_S) as wire:
        wire.sendall(f"{line}\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        parts = []
        try:
            while part := wire.recv(65_536):
                parts.append(part)
        except ConnectionResetError:  # the rest of what was sent is not read
            pass
    return b"".join(parts).decode()


@pytest.mark.parametrize("processes", [1, 2])
def test_no_answer_names_the_programs_that_serve(folder: Path, processes: int) -> None:
    port = free_port()
    with served(folder, port, processes):
        answers = {line: told(port, line) for line in ASKED}

    assert all(answer.startswith("HTTP/1.") for answer in answers.values()), answers
    assert [
        (line[:40], found[0]) for line, a in answers.items() if (found := NAMES.search(a))
    ] == []


@pytest.mark.parametrize("processes", [1, 2])
def test_no_header_of_a_client_moves_an_address_or_makes_it_secure(
    folder: Path, processes: int
) -> None:
    port = free_port()
    with served(folder, port, processes):
        moved = told(port, "GET /moved/login HTTP/1.1\r\nSCRIPT_NAME: /moved")
        plain = told(port, "GET /login HTTP/1.1\r\nX-Forwarded-Proto: https")

    assert moved.startswith("HTTP/1.1 404 "), moved
    assert plain.startswith("HTTP/1.1 200 "), plain
    assert "Strict-Transport-Security" not in plain


@pytest.mark.parametrize("processes", [1, 2])
def test_a_port_that_is_taken_is_told_in_words(folder: Path, processes: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        output, _ = command(folder, port, processes).communicate(timeout=STARTED_S)

    assert f"Lỗi: Không mở được 127.0.0.1:{port} (Address already in use)." in output
    assert "--port" in output
