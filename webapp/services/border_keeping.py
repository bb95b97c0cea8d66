"""The lines of the border and the land behind them: seconds of work, hence kept in a file."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from shapely.geometry.base import BaseGeometry

from geo.border_bands import band_ground, sample_land
from geo.border_file import KeptBorder, mark_of, read_border, write_border
from geo.border_line import MEASURED, MeasuredLine, measured_lines
from geo.border_segments import REACH_KM, BorderIndex, BorderSegment, cut_border
from geo.corridors import length_km
from geo.records import BorderLine
from models import communes
from models.communes import BoundaryVersion
from models.session import Session
from models.viewers import ANONYMOUS

ASTRAY_KM = 10.0
"""A record may lie this far outside the commune it belongs to: limits may be approximate."""


def kept_border(
    session: Session,
    version: BoundaryVersion,
    stored: tuple[BorderLine, ...],
    n_communes: int,
    folder: Path | None,
) -> KeptBorder:
    """The lines and the land behind them: out of the file of this map, else worked out, put there.

    `stored` are the lines as installed; without a folder nothing is kept.
    """
    if folder is None:
        return _worked_out(session, version, stored)
    path = folder / f"border-{version.sha256[:16]}.npz"
    mark = mark_of(version.sha256, stored, n_communes)
    found = read_border(path, mark, n_communes)
    if found is None:
        found = _worked_out(session, version, stored)
        with suppress(OSError):  # a full disk makes the next start slow and nothing wrong
            write_border(path, mark, found)
    return found


def _worked_out(
    session: Session, version: BoundaryVersion, stored: tuple[BorderLine, ...]
) -> KeptBorder:
    shapes = communes.commune_shapes(session, ANONYMOUS, version.id, "province")
    land = [shape.geometry for shape in shapes]
    lines = _lines(stored, land)
    segments = cut_lines(lines)
    return KeptBorder(
        lines=tuple(line.geometry for line in lines),
        sources=tuple(line.source for line in lines),
        lengths_km=tuple(line.length_km for line in lines),
        bands=band_ground(segments, land),
        land=sample_land(land, BorderIndex(segments), reach_km=REACH_KM + ASTRAY_KM),
    )


def cut_lines(lines: tuple[BorderLine, ...]) -> tuple[BorderSegment, ...]:
    """The segments of all neighbours."""
    return tuple(cut_border({line.neighbour: line.geometry for line in lines}))


def _lines(stored: tuple[BorderLine, ...], land: list[BaseGeometry]) -> tuple[BorderLine, ...]:
    """The measured lines: as installed, or taken from the coverage of an older installation."""
    if all(line.source.startswith(MEASURED) for line in stored):
        return stored
    guides = {line.neighbour: line.geometry for line in stored}
    found = measured_lines(land, guides)
    return tuple(_measured(line, found[line.neighbour]) for line in stored)


def _measured(line: BorderLine, found: MeasuredLine) -> BorderLine:
    if not found.is_measured:
        return replace(line, geometry=found.geometry)
    return replace(
        line,
        source=MEASURED,
        geometry=found.geometry,
        length_km=length_km(found.geometry),
    )
