"""A row of the legend of a printed map and the small drawing at its left."""

from __future__ import annotations

from dataclasses import dataclass

SWATCH = 34.0, 20.0
"""Width and height of the drawing beside a row."""


@dataclass(frozen=True, slots=True)
class LegendRow:
    """A row: a drawing, what it means, how many there are in the frame (None: not counted)."""

    swatch: str
    label: str
    n: int | None = None


def swatch(*drawn: str) -> str:
    """A drawing of `SWATCH` out of its pieces."""
    width, height = SWATCH
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}"'
        f' width="{width:g}" height="{height:g}" font-family="Be Vietnam Pro">'
        f"{''.join(drawn)}</svg>"
    )
