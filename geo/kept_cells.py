"""What is kept of the cells of a record: no long digit runs, no names among counts.

Each field has its own way: a place stays in words without whose house it is, a
coordinate stays as written, a reference that identifies a person is left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any

from geo.cells import UnreadableCellError, parse_count
from geo.names_in_text import blank_names
from geo.persons import (
    WITHHELD,
    blank_numbers,
    cell_text,
    compact,
    identifies_person,
    is_blank,
    without_controls,
)
from geo.vn2000 import declared_system

_FREE_TEXT = ("address_text", "name", "note", "commune_name", "district_name", "province_name")
_KEPT_AS_IS = frozenset(("quantity", "commune_code"))
_COORDINATES = frozenset(("lat", "lon", "coordinates"))
_DATES = frozenset(
    (
        *("occurred_on", "opened_on", "suspected_on", "cleared_on", "re_emerged_on"),
        *("delisted_on", "starts_on", "ends_on", "decided_on", "valid_from", "valid_to"),
    )
)


MAX_TEXT = 2_000
"""Characters of a cell that are read; no place and no title needs more."""

MAX_LINE = 500_000
"""The same for the drawn line of a route: as many points as a line may have."""

_DRAWN = "geometry"


def is_count(value: Any) -> bool:
    """Whether a cell under a heading about persons holds a count of them."""
    try:
        parse_count(value, maximum=9999)
    except UnreadableCellError:
        return False
    return True


_DAYS_1900_TO_1904 = 1462
# A field, its position, and what is kept of a text and of another value in it.
KeptColumn = tuple[str, int, Callable[[str], str | None], Callable[[Any], Any] | None]


def kept_columns(
    named: Mapping[str, int], epoch_1904: bool, withheld: list[str]
) -> Iterator[KeptColumn]:
    """No long digit runs in words, no names among counts, serial days of the 1900 calendar.

    Texts that come back row after row are cleaned once a table. A reference that
    identifies a person is left out and its field goes to `withheld`.
    """
    words, counts = lru_cache(8192)(_without_numbers), lru_cache(8192)(_count_only)
    for name, j in named.items():
        if name in _KEPT_AS_IS:
            yield name, j, _as_is, None
        elif name == "ref":
            reference = partial(_reference, withheld)
            yield name, j, reference, reference
        elif name in _COORDINATES:
            yield name, j, _coordinate, _coordinate_number
        elif name == "coordinate_system":
            yield name, j, _system, _system
        elif name in _FREE_TEXT:
            yield name, j, _without_persons, cell_text
        elif name == _DRAWN:
            yield name, j, _drawn, None
        elif name == "area_text":
            yield name, j, _parted, cell_text
        elif name in _DATES and epoch_1904:
            yield name, j, words, _from_1904
        else:
            yield name, j, counts if name == "offenders" else words, None


def kept_cells(
    row: Sequence[Any], columns: Sequence[KeptColumn], cut: list[str] | None = None
) -> dict[str, Any]:
    """The cells of a record that hold something, cleaned; fields too long go to `cut`."""
    cells = {}
    for name, j, text, other in columns:
        value = row[j]
        if isinstance(value, str):
            if len(value) > MAX_TEXT and (name != _DRAWN or len(value) > MAX_LINE):
                value = value[:MAX_TEXT]
                if cut is not None:
                    cut.append(name)
            if value and (kept := text(value)) is not None:
                cells[name] = kept
        elif value is not None:
            cells[name] = other(value) if other else value
    return cells


def _as_is(text: str) -> str | None:
    return None if is_blank(text) else without_controls(text)


def _reference(withheld: list[str], value: Any) -> Any:
    if is_blank(value):
        return None
    if identifies_person(cell_text(value)):
        withheld.append("ref")
        return None
    return without_controls(value) if isinstance(value, str) else value


_LETTERS = re.compile(r"[^\W\d_]{2,}")
_PHONE = re.compile(r"\s*\+?(?:84|0)\d{2,3}[\s.-]?\d{3}[\s.-]?\d{3,4}\s*|\D*\d{9,}\D*")
_BEARINGS = (
    "nam bac dong tay vi kinh do phut giay lat lon lng long latitude longitude deg degree degrees"
    " min sec toa km utm zone wgs vn gps va and vd kd tuyen truc ktt mui chieu met"
)
_BEARING_WORDS = frozenset(_BEARINGS.split())


def _coordinate(text: str) -> str | None:
    """A coordinate as written, None when it is words or a phone."""
    if is_blank(text) or _PHONE.fullmatch(text):
        return None
    words = _LETTERS.findall(text)
    if not words or (re.search(r"\d", text) and _BEARING_WORDS.issuperset(map(compact, words))):
        return without_controls(text)
    return None


_WKT_WORDS = frozenset(("linestring", "multilinestring", "polygon", "point", "srid", "z", "m"))


def _drawn(text: str) -> str | None:
    """A line as written: numbers and the words of WKT or of bearings, nothing else."""
    if is_blank(text):
        return None
    words = set(map(compact, _LETTERS.findall(text[:MAX_LINE])))
    return without_controls(text) if words <= _WKT_WORDS | _BEARING_WORDS else None


def _system(value: Any) -> Any:
    """The coordinate system that a cell states, as "EPSG:9210"; no other words."""
    system = declared_system(value)
    return str(system) if system else None


def _coordinate_number(value: Any) -> Any:
    return value if not isinstance(value, int | float) or abs(value) < 1e8 else None


def _without_persons(text: str) -> str | None:
    return None if is_blank(text) else blank_names(blank_numbers(cell_text(text)))


def _parted(text: str) -> str | None:
    """A list of places, those of a line of their own parted by semicolons."""
    lines = (line.strip(" \t;") for line in text.splitlines())
    return _without_persons("; ".join(line for line in lines if not is_blank(line)))


def _without_numbers(text: str) -> str | None:
    return None if is_blank(text) else blank_numbers(cell_text(text))


def _count_only(text: str) -> str | None:
    kept = _without_numbers(text)
    if kept is None or is_count(kept):
        return kept
    return WITHHELD if re.search(r"[^\W\d_]", kept) else kept


def _from_1904(value: Any) -> Any:
    return value + _DAYS_1900_TO_1904 if isinstance(value, float) and value > 9999 else value
