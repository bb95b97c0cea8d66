"""The land border, its gates, and how old communes became those of today.

Public to whoever is signed in; replaced by administrators only.
"""

# ruff: noqa: ARG001 - the map is public; who asks is named so that this can change in one place

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Table, delete, insert, select
from sqlalchemy.orm import Session

from geo.records import BorderLine
from models import tables
from models.viewers import Viewer


@dataclass(frozen=True, slots=True)
class BorderGate:
    """A border gate; `lon`, `lat` (WGS 84) are a display hint of the stated quality."""

    name: str
    kind: str
    neighbour: str
    lon: float
    lat: float
    coordinate_quality: str


@dataclass(frozen=True, slots=True)
class CommuneChange:
    """An old commune and one of today's that has it or a part of it.

    `share` is 0-1, None where no source gives it.
    """

    old_code: str
    new_code: str
    old_full_name: str
    old_district: str
    old_province: str
    share: float | None
    is_default: bool


def replace_border(session: Session, viewer: Viewer, lines: Iterable[BorderLine]) -> None:
    """Store the border lines in place of those that are there."""
    rows = [
        {
            "neighbour": line.neighbour,
            "source": line.source,
            "length_km": line.length_km,
            "geom": line.geometry,
            "band_10km": line.band,
        }
        for line in lines
    ]
    _replace(session, viewer, tables.border_lines, rows)


def border_lines(session: Session, viewer: Viewer) -> list[BorderLine]:
    """Border line and 10 km band per neighbour."""
    table = tables.border_lines
    columns = (table.c.neighbour, table.c.source, table.c.length_km, table.c.geom)
    found = session.execute(select(*columns, table.c.band_10km).order_by(table.c.neighbour))
    return [BorderLine(*row) for row in found]


def replace_gates(session: Session, viewer: Viewer, gates: Iterable[BorderGate]) -> None:
    """Store the gates in place of those that are there."""
    _replace(session, viewer, tables.border_gates, [asdict(gate) for gate in gates])


def gates(session: Session, viewer: Viewer) -> list[BorderGate]:
    """Border gates by name."""
    table = tables.border_gates
    columns = [table.c[name] for name in BorderGate.__dataclass_fields__]
    return [BorderGate(*row) for row in session.execute(select(*columns).order_by(table.c.name))]


def replace_changes(session: Session, viewer: Viewer, changes: Iterable[CommuneChange]) -> None:
    """Store the changes of communes in place of those that are there."""
    _replace(session, viewer, tables.commune_changes, [asdict(change) for change in changes])


def changes(session: Session, viewer: Viewer) -> list[CommuneChange]:
    """Changes of communes by old code, the default heir first."""
    table = tables.commune_changes
    columns = [table.c[name] for name in CommuneChange.__dataclass_fields__]
    order = (table.c.old_code, table.c.is_default.desc(), table.c.new_code)
    return [CommuneChange(*row) for row in session.execute(select(*columns).order_by(*order))]


def former_units(session: Session, viewer: Viewer, codes: Iterable[str]) -> list[CommuneChange]:
    """Changes that led to communes of these codes of today, by old code."""
    table = tables.commune_changes
    columns = [table.c[name] for name in CommuneChange.__dataclass_fields__]
    wanted = select(*columns).where(table.c.new_code.in_(sorted(set(codes))))
    return [CommuneChange(*row) for row in session.execute(wanted.order_by(table.c.old_code))]


def heirs_of(session: Session, viewer: Viewer, old_code: str) -> list[CommuneChange]:
    """What became of a commune of the map before, the default heir first."""
    table = tables.commune_changes
    columns = [table.c[name] for name in CommuneChange.__dataclass_fields__]
    wanted = select(*columns).where(table.c.old_code == old_code)
    order = (table.c.is_default.desc(), table.c.new_code)
    return [CommuneChange(*row) for row in session.execute(wanted.order_by(*order))]


def _replace(session: Session, viewer: Viewer, table: Table, rows: list[dict[str, Any]]) -> None:
    viewer.require_admin()
    session.execute(delete(table))
    if rows:
        session.execute(insert(table), rows)
