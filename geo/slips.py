"""Slips of the pen: known names near what is written."""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby

from rapidfuzz import process
from rapidfuzz.distance import OSA

_LONG_NAME = 8
_MOST_NEAR = 12


def closest_keys(written: str, choices: Collection[str]) -> list[tuple[str, int]]:
    """Known keys within a slip of what is written, two in long names, nearest first.

    One slip: a letter lost, added, changed, or two exchanged; the h of ch, lost or
    misplaced, leaves a k in keys; of numbers only a digit struck twice.

    >>> closest_keys("tanhha", ["thanhha", "thanhhai", "tanha"])
    [('thanhha', 1), ('tanha', 1)]
    >>> closest_keys("kidam", ["chidam"]), closest_keys("77", ["7", "17"])
    ([('chidam', 1)], [('7', 1)])
    """
    if written.isdigit():
        single = "".join(digit for digit, _ in groupby(written))
        return [(single, 1)] if single != written and single in choices else []
    limit = 2 if len(written) >= _LONG_NAME else 1
    found = _within(written, choices, limit)
    if "k" in written and (not found or found[0][1] > 1):
        for at in (at for at, letter in enumerate(written) if letter == "k"):
            other = f"{written[:at]}ch{written[at + 1 :]}"
            found += [(key, slips + 1) for key, slips in _within(other, choices, 1)]
        found.sort(key=lambda near: near[1])
    return found


def _within(written: str, choices: Collection[str], limit: int) -> list[tuple[str, int]]:
    found = process.extract(
        written, choices, scorer=OSA.distance, score_cutoff=limit, limit=_MOST_NEAR
    )
    return [(key, int(distance)) for key, distance, _ in found]


def accent_slips(written: str, name: str) -> int:
    """How many slips lie between two accented keys."""
    return int(OSA.distance(written, name))
