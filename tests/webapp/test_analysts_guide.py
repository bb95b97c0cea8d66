"""What docs/analysts.md shows in Python does what it says."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from models.session import open_database
from models.viewers import LOCAL_OPERATOR, Role
from tests.guide import python_program
from tests.interop.programs import ran
from tests.webapp.seeded_site import NOW
from tests.webapp.served_site import Asked, asked_site
from webapp.services.analyse import analyse


@pytest.fixture(scope="module")
def folder(seeded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The seeded site with a run that was really made."""
    folder = tmp_path_factory.mktemp("guide")
    shutil.copyfile(seeded_file, folder / "diaban.sqlite")
    database = open_database(f"sqlite:///{folder / 'diaban.sqlite'}")
    analyse(database, LOCAL_OPERATOR, as_of=date(2026, 6, 14), at=NOW, eps_m=20_000, min_samples=2)
    database.close()
    return folder


@pytest.fixture(params=[Role.PLANNER, Role.ANALYST])
def asked(request: pytest.FixtureRequest, folder: Path) -> Iterator[Asked]:
    """The site served to a program that sees homes, and to one that does not."""
    with asked_site(folder, request.param) as site:
        yield site


def test_the_walkthrough_runs_from_top_to_bottom(asked: Asked, tmp_path: Path) -> None:
    program = tmp_path / "walkthrough.py"
    program.write_text(python_program(asked.address, asked.token), "utf-8")
    printed = ran([sys.executable, "-W", "error::UserWarning", program], cwd=tmp_path)

    assert "known to their commune alone" in printed
