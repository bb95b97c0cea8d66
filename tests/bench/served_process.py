"""A server that is measured: where it answers, how much memory its processes take."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from tests.bench.pages import wait_until_up

_BLOCK = 1 << 16


@dataclass(frozen=True, slots=True)
class Answer:
    """What an answer took: until its first byte, until its last, in seconds; its size."""

    first_s: float
    whole_s: float
    n_bytes: int
    n_features: int


@dataclass(frozen=True, slots=True)
class ServedProcess:
    """A running server, its process and what it is asked with."""

    address: str
    pid: int
    headers: Mapping[str, str]

    def ask(self, path: str, connection: HTTPConnection | None = None) -> Answer:
        """Ask once, read all of it, count the features of the GeoJSON.

        Raises
        ------
        RuntimeError
            If the answer is not 200.
        """
        connection = connection or self.connect()
        begun = time.perf_counter()
        connection.request("GET", path, headers=dict(self.headers))
        answer = connection.getresponse()
        first = answer.read(1)
        first_s = time.perf_counter() - begun
        rest = []
        while block := answer.read(_BLOCK):
            rest.append(block)
        whole_s = time.perf_counter() - begun
        content = first + b"".join(rest)
        if answer.status != 200:
            raise RuntimeError(f"{path}: {answer.status} {content[:200]!r}")
        features = content.count(b'"Feature"')
        return Answer(first_s, whole_s, len(content), features)

    def connect(self) -> HTTPConnection:
        """A connection that stays open."""
        return HTTPConnection(self.address.removeprefix("http://"), timeout=120)

    def forget_peak(self) -> int:
        """Begin anew to watch for the most memory; megabytes at this moment."""
        for pid in self._tree():
            Path(f"/proc/{pid}/clear_refs").write_text("5")
        return self._memory("VmRSS")

    def peak(self) -> int:
        """The most megabytes since `forget_peak`, of all its processes."""
        return self._memory("VmHWM")

    def _memory(self, what: str) -> int:
        told = [Path(f"/proc/{pid}/status").read_text() for pid in self._tree()]
        lines = [line for text in told for line in text.splitlines() if line.startswith(what)]
        return sum(int(line.split()[1]) for line in lines) // 1024

    def _tree(self) -> list[int]:
        children = Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()
        return [self.pid, *map(int, children)]


@contextmanager
def served_process(settings: Mapping[str, str], token: str) -> Iterator[ServedProcess]:
    """Serve a site in one process with these settings, asked with a token."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "webapp", "serve", "--port", str(port)],
        env={**os.environ, "DIABAN_PROCESSES": "1", **settings},
        stdout=subprocess.DEVNULL,
    )
    try:
        address = f"http://127.0.0.1:{port}"
        wait_until_up(address)
        yield ServedProcess(address, process.pid, {"Authorization": f"Bearer {token}"})
    finally:
        process.terminate()
        process.wait(timeout=20)
