"""A process that gave up its rights reads what it was given and reaches nothing else."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from geo.confinement import LANDLOCK, NO_NEW_PRIVILEGES, SECCOMP

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="rights are given up on Linux")

ROOT = Path(__file__).parents[2]
TRIALS = """
import json, os, signal, socket, subprocess, sys
from pathlib import Path
from geo.confinement import Means, give_up_rights, limit_means
given, other, scratch, parent = sys.argv[1:]
limit_means(Means(512 * 2**20, 10, 2**20))
held = give_up_rights([Path(given)], [Path(scratch)])
def tried(work):
    try:
        work()
        return "done"
    except MemoryError:
        return "memory"
    except OSError as error:
        return type(error).__name__
print(json.dumps({
    "held": held,
    "given": tried(lambda: Path(given).read_bytes()),
    "scratch": tried(lambda: Path(scratch, "a").write_bytes(b"x")),
    "large": tried(lambda: Path(scratch, "b").write_bytes(b"x" * 2**21)),
    "other": tried(lambda: Path(other).read_bytes()),
    "change": tried(lambda: Path(given).write_bytes(b"")),
    "parent": tried(lambda: Path("/proc", parent, "environ").read_bytes()),
    "network": tried(lambda: socket.create_connection(("127.0.0.1", 9), 1)),
    "program": tried(lambda: os.execv("/bin/true", ["true"])),
    "memory": tried(lambda: bytearray(2**30)),
}))
"""


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    folder = tmp_path_factory.mktemp("confined")
    (folder / "given").write_text("x")
    (folder / "other").write_text("secret")
    (folder / "scratch").mkdir()
    paths = [str(folder / name) for name in ("given", "other", "scratch")]
    run = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", TRIALS, *paths, "1"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return json.loads(run.stdout)


def test_what_it_was_given_it_can_read_and_write(outcome: dict[str, object]) -> None:
    assert outcome["given"] == outcome["scratch"] == "done"


def test_no_more_memory_and_no_larger_file_than_allowed(outcome: dict[str, object]) -> None:
    assert outcome["memory"] == "memory"
    assert outcome["large"] == "OSError"


def test_files_of_others_and_the_memory_of_other_processes_are_shut(
    outcome: dict[str, object],
) -> None:
    if LANDLOCK not in outcome["held"]:
        pytest.skip("this kernel has no Landlock")
    assert outcome["other"] == outcome["change"] == outcome["parent"] == "PermissionError"


def test_networks_and_programs_are_shut(outcome: dict[str, object]) -> None:
    if SECCOMP not in outcome["held"]:
        pytest.skip("this system filters no calls")
    assert outcome["network"] == outcome["program"] == "PermissionError"
    assert NO_NEW_PRIVILEGES in outcome["held"]


def test_the_memory_of_a_process_can_be_hidden() -> None:
    asked = (
        "from geo import confinement as c; c.hide_memory(); print(c._libc().prctl(3, 0, 0, 0, 0))"
    )
    run = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "0"
