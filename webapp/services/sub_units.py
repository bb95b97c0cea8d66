"""Sub-units of a file on their way into the register: each needs a commune that is sure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from geo.drafts import refused_row
from geo.geocode import Geocoder
from geo.records import Placement, RejectedRow
from geo.sub_unit_rows import SubUnitDraft, read_sub_units
from geo.tables import Table
from geo.terms import Precision
from models import communes
from models.session import Session
from models.sub_unit_links import CONFIDENT
from models.sub_units import SubUnit
from models.viewers import Viewer

NO_COMMUNE = "không nhận ra xã: ghi mã xã, hoặc đủ tên xã và tỉnh (tên cũ cần cả huyện)"
DOUBTFUL = "chưa chắc thuộc xã nào ({names}): ghi mã xã mới, hoặc thêm huyện, tỉnh hay tọa độ"

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class PlacedSubUnits:
    """The sub-units of a file with a sure commune, and the rows without."""

    records: list[SubUnit]
    rejected: list[RejectedRow]
    placements: list[Placement]
    warnings: tuple[str, ...]


def place_sub_units(
    geocoder: Geocoder,
    table: Table,
    source: str,
    names: dict[str, str],
    progress: Callable[[int, int], None] | None = None,
) -> PlacedSubUnits:
    """Read the sub-units of a table and find the commune in force of each.

    Parameters
    ----------
    names
        Full name by commune code, to tell candidates by.
    """
    drafts = read_sub_units(table)
    placements: list[Placement] = []
    for start in range(0, len(drafts.accepted), _CHUNK):
        chunk = drafts.accepted[start : start + _CHUNK]
        placements += geocoder.place_many([draft.place for draft in chunk])
        if progress is not None:
            progress(len(placements), len(drafts.accepted))
    records, rejected = [], list(drafts.rejected)
    for draft, placed in zip(drafts.accepted, placements, strict=True):
        code = placed.commune_code_now
        if code is not None and placed.confidence >= CONFIDENT:
            records.append(_sub_unit(draft, source, code, placed))
        else:
            named = "commune_name" if "commune_name" in table.headings else "commune_code"
            rejected.append(refused_row(table, draft.line, named, _reason(placed, names)))
    rejected.sort(key=lambda row: row.line)
    return PlacedSubUnits(records, rejected, placements, drafts.warnings)


def commune_names(session: Session, viewer: Viewer) -> dict[str, str]:
    """Full names of the communes in force by code."""
    current = communes.current_version(session, viewer)
    return {u.code: u.full_name for u in communes.commune_units(session, viewer, current.id)}


def _sub_unit(draft: SubUnitDraft, source: str, code: str, placed: Placement) -> SubUnit:
    exact = placed.precision is Precision.EXACT
    return SubUnit(
        ref=draft.ref,
        source=source,
        name=draft.name,
        normal=draft.normal,
        commune_code=code,
        lon=placed.lon if exact else None,
        lat=placed.lat if exact else None,
        line=draft.line,
    )


def _reason(placed: Placement, names: dict[str, str]) -> str:
    codes: Sequence[str] = [candidate.commune_code for candidate in placed.candidates]
    if not codes:
        return NO_COMMUNE
    shown = [names.get(code, code) for code in codes[:4]]
    return DOUBTFUL.format(names=", ".join(shown) + (", …" if len(codes) > 4 else ""))
