"""Lettering of a printed map: how long a line is, where it is free, lines on a halo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from html import escape

import numpy as np
from numpy.typing import NDArray

from webapp.services.map_room import Box, touch
from webapp.services.map_sheet_ink import CASING, INK
from webapp.services.mini_map import Frame

Points = NDArray[np.float64]

LINE = 1.16
"""Height of a line, as a share of the size of its letters."""

_NARROW, _WIDE = frozenset("iljtfrI.,:;'’()-"), frozenset("mwMWQGOƠÔĐDHNUƯ")


@dataclass(frozen=True, slots=True)
class Lettering:
    """How a name is written; sizes in units of the drawing."""

    size: float
    colour: str = INK
    halo: str = CASING
    weight: int = 400
    is_italic: bool = False
    spacing: float = 0.0


@dataclass(slots=True)
class Writer:
    """Writes names into what is free of a frame; what was written first stands.

    `symbols` should not be covered, `fine` (points, n by 2) only where nothing else is free.
    """

    frame: Frame
    symbols: Sequence[Box]
    fine: Points
    taken: list[Box] = field(default_factory=list)
    drawn: list[str] = field(default_factory=list)

    def write(
        self,
        lines: Sequence[str],
        places: Iterable[tuple[float, float]],
        how: Lettering,
        *,
        hides: int = 0,
        fits: Callable[[Box], bool] = lambda _: True,
    ) -> bool:
        """Write lines around the first middle that is free and hides few symbols.

        `hides` is how many symbols the name may cover at most.
        """
        found = []
        for place in places:
            box = box_of(lines, place, how)
            if self._is_free(box) and fits(box):
                covered = self._covered(box)
                found.append((covered, place, box))
                if covered == (0, 0):
                    break
        best = min(found, key=lambda each: each[0], default=None)
        if best is None or best[0][0] > hides:
            return False
        self.taken.append(best[2])
        self.drawn.append(lines_at(lines, best[1], how))
        return True

    def _covered(self, box: Box) -> tuple[int, int]:
        """How many symbols and how many fine points a box covers."""
        x, y = self.fine[:, 0], self.fine[:, 1]
        inside = (x > box[0]) & (x < box[2]) & (y > box[1]) & (y < box[3])
        return sum(touch(box, symbol) for symbol in self.symbols), int(inside.sum())

    def _is_free(self, box: Box) -> bool:
        if box[0] < 3 or box[1] < 3:
            return False
        if box[2] > self.frame.width_px - 3 or box[3] > self.frame.height_px - 3:
            return False
        return not any(touch(box, other) for other in self.taken)


def width_of(text: str, how: Lettering) -> float:
    """About how long a line is.

    >>> 40 < width_of("Đắk Tô", Lettering(12)) < 48
    True
    """
    ems = sum(
        0.3 if c in _NARROW else 0.78 if c in _WIDE else 0.28 if c == " " else 0.57 for c in text
    )
    bold = 1.05 if how.weight > 400 else 1.0
    return ems * bold * how.size + how.spacing * len(text)


def box_of(lines: Sequence[str], place: tuple[float, float], how: Lettering) -> Box:
    """What lines around a middle cover."""
    half = max(width_of(line, how) for line in lines) / 2 + 2
    tall = len(lines) * LINE * how.size / 2 + 0.5
    return place[0] - half, place[1] - tall, place[0] + half, place[1] + tall


def lines_at(lines: Sequence[str], place: tuple[float, float], how: Lettering) -> str:
    """Lines around a middle, on a halo."""
    first = place[1] - (len(lines) - 1) * LINE * how.size / 2 + 0.36 * how.size
    style = (
        f'font-size="{how.size:g}" font-weight="{how.weight}" fill="{how.colour}"'
        f' stroke="{how.halo}" stroke-width="{0.24 * how.size:.1f}" stroke-linejoin="round"'
        ' paint-order="stroke" text-anchor="middle"'
    )
    style += ' font-style="italic"' if how.is_italic else ""
    style += f' letter-spacing="{how.spacing:g}"' if how.spacing else ""
    texts = (
        f'<text x="{place[0]:.1f}" y="{first + n * LINE * how.size:.1f}" {style}>'
        f"{escape(line)}</text>"
        for n, line in enumerate(lines)
    )
    return "".join(texts)
