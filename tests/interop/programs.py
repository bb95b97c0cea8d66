"""Running programs from outside, with what they said where they fail."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SYSTEM_PYTHON = "/usr/bin/python3"
"""The Python that Debian's QGIS is built for."""

INSIDE_QGIS = Path(__file__).with_name("inside_qgis.py")


def ran(command: Sequence[str | Path], timeout: int = 300, **options: Any) -> str:
    """What a program printed; it must end well."""
    done = subprocess.run(
        [str(each) for each in command],
        check=False,
        capture_output=True,
        text=True,
        timeout=timeout,
        **options,
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout}\n{done.stderr}"
    return done.stdout


def inside_qgis(env: Mapping[str, str], *arguments: str | Path) -> str:
    """What `inside_qgis.py` printed last, in Debian's own Python."""
    printed = ran([SYSTEM_PYTHON, INSIDE_QGIS, *arguments], env=dict(env))
    return printed.strip().splitlines()[-1]
