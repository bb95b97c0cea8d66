"""The blocks of docs/analysts.md as programs: a walkthrough that does not run is no help."""

from __future__ import annotations

import re
from pathlib import Path

GUIDE = Path(__file__).parents[1] / "docs" / "analysts.md"

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """The blocks of a language, in order."""
    return [text for named, text in _BLOCK.findall(GUIDE.read_text("utf-8")) if named == language]


def python_program(address: str, token: str) -> str:
    """All blocks of Python as one program that asks a site with a token."""
    first, *rest = blocks("python")
    told = first.replace("https://diaban.example", address).replace("diaban_…", token)
    assert (told.count(address), told.count(token)) == (1, 1)
    return "\n".join([told, *rest])
