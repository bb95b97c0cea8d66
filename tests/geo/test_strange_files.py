"""A few files as nobody would make them; `python -m tests.bench.fuzz_uploads` reads 10,000."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@pytest.mark.skipif(sys.platform == "win32", reason="the cases are read by forked processes")
def test_no_strange_file_brings_anything_but_words_or_rows() -> None:
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench.fuzz_uploads", "60"],
        cwd=ROOT,
        env=os.environ | ONE_THREAD | {"JE_ARROW_MALLOC_CONF": "background_thread:false"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert run.stdout.startswith("60 cases")
