"""Where the table starts and what its columns mean.

The header is the run of one to three rows that explains most columns of the
layer; rows above it are titles. Headings are compared without diacritics, case,
spaces or punctuation, so "Vĩ độ", "VI DO" and "vĩ-độ:" are one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from geo.headings import REQUIRED, SYNONYMS
from geo.persons import (
    PEOPLE_OR_COUNTS,
    cell_text,
    compact,
    is_blank,
    names_owner,
    names_people,
)
from geo.seizures import substance_of, unit_of
from geo.terms import Layer, Substance
from geo.vn2000 import stated_system

SEIZED = "seized:"
_MAX_DEPTH = 3


@dataclass(frozen=True, slots=True)
class Header:
    """A found header: `first` is the index of its first row, `depth` its rows.

    `labels` are the joined headings of the columns, `columns` says which column
    holds a field, `dropped` are the columns that name people, `ignored` the rest.
    `coordinate_system` is the one that a title or heading states, as "EPSG:9210".
    """

    first: int
    depth: int
    labels: tuple[str, ...]
    columns: Mapping[str, int]
    dropped: tuple[int, ...] = ()
    ignored: tuple[int, ...] = ()
    coordinate_system: str = ""

    @property
    def end(self) -> int:
        """Index of the first row below."""
        return self.first + self.depth

    @property
    def rank(self) -> tuple[int, int, int]:
        """More columns understood, then more persons found, then fewer rows."""
        return self.fit, len(self.dropped), -self.depth

    @property
    def fit(self) -> int:
        """How many columns are understood."""
        return len(self.columns)


@lru_cache(maxsize=8)
def _index(layer: Layer) -> dict[str, tuple[str, int]]:
    """Compact heading → field and its strength (0 is strongest)."""
    found: dict[str, tuple[str, int]] = {}
    for name, words in SYNONYMS[layer].items():
        for strength, word in enumerate([compact(name), *words.split()]):
            found.setdefault(word, (name, strength))
    return found


def field_names(layer: Layer) -> tuple[str, ...]:
    """The fields that a mapping may name."""
    return tuple(SYNONYMS[layer])


@lru_cache(maxsize=4096)
def _meaning(parts: tuple[str, ...], layer: Layer) -> tuple[str, int] | None:
    """Field of a heading and how surely (smaller is surer), "person", or None."""
    known = _index(layer)
    bare = tuple(re.sub(r"\([^)]*\)?", " ", part) for part in parts)
    if hit := known.get(compact("".join(parts))) or known.get(compact("".join(bare))):
        return hit
    last = compact(parts[-1])
    unsure = last in PEOPLE_OR_COUNTS and last not in known
    named = layer is Layer.INCIDENTS and last in ("ten", "name")
    owned = layer is Layer.FACILITIES and names_owner(parts)
    if unsure or named or owned or names_people(parts):
        return "person", 0
    for key in (last, compact(bare[-1])):
        if hit := known.get(key):
            return hit[0], hit[1] + 100
    if layer is Layer.INCIDENTS and (seized := _seized(parts[-1])):
        return seized, 0
    for key in (compact("".join(bare)), compact(bare[-1])):
        for length in range(len(key) - 1, 6, -1):
            if hit := known.get(key[:length]):
                return hit[0], hit[1] + 200
    hit = known.get(compact(parts[0]))
    return (hit[0], hit[1] + 300) if hit and hit[0] in ("kind", "address_text", "ref") else None


def _seized(heading: str) -> str | None:
    """A column of quantities of one substance: "Heroin (g)" or "synthetic_tablet"."""
    m = re.fullmatch(r"(.+?)[\s_]*(?:[(\[](.+?)[)\]]|(?<=_)(kg|tablet|plant|m2))\s*", heading)
    unit = m and unit_of(m[2] or m[3])
    if not m or not unit:
        return None
    substance = substance_of(m[1])
    return f"{SEIZED}{substance}:{compact(m[2] or m[3])}" if substance != Substance.OTHER else None


def find_header(
    rows: Sequence[Sequence[Any]], layer: Layer, mapping: Mapping[str, str] | None = None
) -> Header | None:
    """The best header within `rows`, or None when nothing explains two columns."""
    best: Header | None = None
    for first in range(len(rows)):
        for depth in range(1, _MAX_DEPTH + 1):
            block = rows[first : first + depth]
            if len(block) < depth or not _is_wording(block[-1]):
                break
            found = _resolve(first, depth, _labels(block), layer, mapping or {})
            if best is None or found.rank > best.rank:
                best = found
    if best is None or best.fit < 2:
        return None
    return replace(best, coordinate_system=_stated_system(rows, best))


def _stated_system(rows: Sequence[Sequence[Any]], header: Header) -> str:
    """What the headings of the coordinates, or a title, say of their system."""
    columns = [header.columns[name] for name in _COORDINATES if name in header.columns]
    titles = (cell for row in rows[: header.first] for cell in row if isinstance(cell, str))
    texts = (*(header.labels[j] for j in columns), *titles) if columns else ()
    return next((str(system) for text in texts if (system := stated_system(text))), "")


_COORDINATES = ("lat", "lon", "coordinates")


def header_at(
    rows: Sequence[Sequence[Any]],
    index: int,
    layer: Layer,
    mapping: Mapping[str, str] | None = None,
) -> Header:
    """What one row means as a header, however little of it is understood."""
    found = _resolve(index, 1, _labels(rows[index : index + 1]), layer, mapping or {})
    return replace(found, coordinate_system=_stated_system(rows, found))


def _is_wording(row: Sequence[Any]) -> bool:
    """Whether a row can be part of a header: words, no dates, hardly any numbers."""
    cells = [cell for cell in row if not is_blank(cell)]
    wording = [c for c in cells if isinstance(c, str) and not re.match(r"\s*[\d(]?\d", c)]
    return bool(cells) and len(wording) >= len(cells) - 1


def _labels(block: Sequence[Sequence[Any]]) -> tuple[tuple[str, ...], ...]:
    """Per column its headings from top to bottom; a group heading reaches to the right."""
    width = max(len(row) for row in block)
    grid = [[cell_text(row[j]) if j < len(row) else "" for j in range(width)] for row in block]
    for above, below in pairwise(grid):
        for j in range(1, width):
            if not above[j] and below[j] and above[j - 1] and below[j - 1]:
                above[j] = above[j - 1]
    return tuple(tuple(row[j] for row in grid if row[j]) for j in range(width))


def _resolve(
    first: int,
    depth: int,
    labels: tuple[tuple[str, ...], ...],
    layer: Layer,
    mapping: Mapping[str, str],
) -> Header:
    wanted = {compact(heading): name for name, heading in mapping.items()}
    claims: dict[str, tuple[int, int]] = {}
    dropped, ignored = [], []
    for j, parts in enumerate(labels):
        if not parts:
            continue
        mapped = wanted.get(compact("".join(parts))) or wanted.get(compact(parts[-1]))
        meaning = (mapped, -1) if mapped else _meaning(parts, layer)
        if meaning and meaning[0] == "person":
            dropped.append(j)
        elif meaning is None or (meaning[0] in mapping and not mapped):
            ignored.append(j)
        elif meaning[0] not in claims or meaning[1] < claims[meaning[0]][0]:
            ignored += [claims[meaning[0]][1]] if meaning[0] in claims else []
            claims[meaning[0]] = (meaning[1], j)
        else:
            ignored.append(j)
    residence = [j for j in ignored if dropped and compact(labels[j][-1]) == "diachi"]
    return Header(
        first,
        depth,
        tuple(" / ".join(parts) for parts in labels),
        {name: j for name, (_, j) in sorted(claims.items(), key=lambda c: c[1][1])},
        tuple(sorted([*dropped, *residence])),
        tuple(sorted(j for j in ignored if j not in residence)),
    )


def missing_columns(header: Header, layer: Layer) -> list[str]:
    """Headings that the layer cannot do without and the table lacks."""
    wanted = REQUIRED[layer]
    return [label for names, label in wanted if not any(n in header.columns for n in names)]
