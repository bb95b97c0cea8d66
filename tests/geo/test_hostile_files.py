"""Files made to harm: each is refused in words or read as plain rows, and nothing leaks out."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.geo.hostile_files import SECRET_WORDS, Hostile, hostile_files

ROOT = Path(__file__).parents[2]
FILES = tuple(hostile_files())
LONGEST_S = 60


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, float, str]]:
    """What came of each file: the words, the seconds, what was read."""
    folder = tmp_path_factory.mktemp("hostile")
    for file in FILES:
        file.write(folder / file.name)
    scratch = tmp_path_factory.mktemp("scratch")
    left, found = [file.name for file in FILES], {}
    while left:
        names = [str(folder / name) for name in left]
        run = subprocess.run(
            [sys.executable, "-m", "tests.geo.hostile_reader", str(scratch), *names],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        for line in run.stdout.splitlines():
            name, *told = json.loads(line)
            found[name] = tuple(told)
            left.remove(name)
        if left:
            assert run.returncode < 0, run.stderr  # ended by a signal: the next one goes on
            found[left.pop(0)] = ("stopped", 0.0, "")
    assert list(scratch.iterdir()) == []
    return found


def test_the_corpus_has_forty_files_of_every_kind() -> None:
    assert len(FILES) >= 40
    kinds = {Path(file.name).suffix for file in FILES}
    assert {".xlsx", ".xls", ".csv", ".geojson", ".kml", ".kmz", ".gpkg", ".zip"} <= kinds


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_a_hostile_file_comes_to_words_or_plain_rows(
    file: Hostile, outcomes: dict[str, tuple[str, float, str]]
) -> None:
    said, took_s, read = outcomes[file.name]
    assert re.search(file.comes_to, said), said
    assert took_s < LONGEST_S
    assert SECRET_WORDS not in said + read
    assert not Path("/tmp/diaban-evil.kml").exists()
    assert not Path("/etc/diaban-evil.kml").exists()
