"""Schemathesis reads /ogc/api as anybody would and asks what it says may be asked."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.interop.programs import ran
from tests.webapp.served_site import Asked

CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    "response_schema_conformance",
)


def test_every_answer_is_as_described(asked: Asked, tmp_path: Path) -> None:
    printed = ran(
        [
            *(Path(sys.executable).with_name("st"), "run", f"{asked.ogc}/api?f=json"),
            *("--header", f"Authorization: Bearer {asked.token}"),
            *("--checks", ",".join(CHECKS), "--max-examples", "30"),
            *("--generation-deterministic", "--no-color"),
        ],
        timeout=1_200,
        cwd=tmp_path,
    )
    cases = re.search(r"([\d,]+) generated, ([\d,]+) passed", printed)

    assert cases is not None, printed
    assert cases.group(1) == cases.group(2)
    assert int(cases.group(1).replace(",", "")) > 1_000
