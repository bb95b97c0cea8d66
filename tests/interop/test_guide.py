"""docs/analysts.md run as it stands, in Python and in R, against the demo."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from tests.guide import blocks, python_program
from tests.interop.programs import ran
from tests.webapp.served_site import Asked


def test_the_python_of_the_guide_runs_and_repeats_the_run(asked: Asked, tmp_path: Path) -> None:
    program = tmp_path / "walkthrough.py"
    program.write_text(python_program(asked.address, asked.token), "utf-8")

    printed = ran([sys.executable, program], cwd=tmp_path)

    assert "known to their commune alone" in printed


def test_the_r_of_the_guide_runs(asked: Asked, tmp_path: Path) -> None:
    program = tmp_path / "walkthrough.R"
    program.write_text("\n".join(blocks("r")), "utf-8")
    told = {"DIA_BAN_SITE": asked.address, "DIA_BAN_TOKEN": asked.token}

    printed = ran(["Rscript", program], cwd=tmp_path, env={**os.environ, **told})

    n = len(asked.live("incidents"))
    assert f"3321 communes, {n} incidents" in printed
