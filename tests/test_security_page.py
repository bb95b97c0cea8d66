"""The checklist in docs/security.md has a line for every requirement, and what it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs" / "security.md").read_text("utf-8")
LINE = re.compile(r"^\| (\d+\.\d+\.\d+) \| ([12]) \| (.+?) \| (.+) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")

ASKED = {
    "1": (2, 9, 11, 3, 2),
    "2": (3, 3, 4, 1),
    "3": (0, 2, 4, 6, 5, 0, 2),
    "4": (3, 1, 2, 4),
    "5": (1, 3, 2, 3),
    "6": (3, 12, 4, 4, 5, 3, 0, 4),
    "7": (3, 4, 2, 5, 2, 2),
    "8": (2, 3, 1, 1),
    "9": (3, 4),
    "10": (2, 2, 4, 11, 5, 2, 3),
    "11": (2, 3, 3, 4, 1, 1),
    "12": (3, 2, 4),
    "13": (1, 5, 2, 5),
    "14": (2, 4, 3),
    "15": (3, 3, 7),
    "16": (1, 5, 4, 3, 3),
    "17": (1, 4, 2),
}
"""How many requirements of levels 1 and 2 each section of ASVS 5.0.0 has; they come first in it."""

AT_LEVEL_1 = 70


def _numbers() -> list[str]:
    return [
        f"{chapter}.{section}.{n}"
        for chapter, sections in ASKED.items()
        for section, count in enumerate(sections, 1)
        for n in range(1, count + 1)
    ]


@cache
def _tests_of(path: str) -> frozenset[str]:
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_every_requirement_has_one_line_in_order() -> None:
    found = [number for number, *_ in LINE.findall(PAGE)]
    assert found == _numbers()
    assert len(found) == 253
    assert sum(level == "1" for _, level, *_ in LINE.findall(PAGE)) == AT_LEVEL_1


@pytest.mark.parametrize(("number", "how"), [(n, how) for n, _, _, how in LINE.findall(PAGE)])
def test_a_line_names_a_test_that_exists_or_says_why(number: str, how: str) -> None:
    named = NAMED.findall(how)
    for path, name in named:
        assert (ROOT / path).is_file(), f"{number}: {path} is not there"
        assert name in _tests_of(path), f"{number}: {path} has no {name}"
    assert how.count("tests/") == len(named), f"{number}: name a test as `path::name`"
    assert named or len(how) > 15, f"{number}: a test or a reason is missing"


def test_pages_that_are_named_exist() -> None:
    for name in re.findall(r"docs/[\w.]+\.md|\]\((\w+\.md)\)", PAGE):
        if name:
            assert (ROOT / "docs" / name).is_file(), name
