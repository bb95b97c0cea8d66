"""Rows of a file that lie outside the account's area: told to the sender, not stored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from geo.drafts import refused_rows
from geo.facility_rows import FacilityDraft
from geo.readers import HotspotDraft, IncidentDraft, Table
from geo.records import Placement, RejectedRow
from models import communes
from models.session import Database, unit_of_work
from models.viewers import Scope, ScopeKind, Viewer

OUTSIDE = (
    "Địa điểm ở {place} nằm ngoài phạm vi của tài khoản; gửi dòng này cho đơn vị phụ trách. "
    "Nếu định vị sai, hãy ghi mã xã hoặc đủ tên xã, tỉnh rồi nhập lại."
)
_PLACE_COLUMNS = ("commune_code", "commune_name", "province_name", "address_text", "lat")

D = TypeVar("D", IncidentDraft, HotspotDraft, FacilityDraft)


@dataclass(frozen=True, slots=True)
class Inside(Generic[D]):
    """The drafts that may be stored with their places, and the rows that may not."""

    drafts: Sequence[D]
    placements: list[Placement]
    rejected: list[RejectedRow]


def keep_inside(
    database: Database,
    viewer: Viewer,
    table: Table,
    drafts: Sequence[D],
    placements: list[Placement],
) -> Inside[D]:
    """Part the drafts of a table by the viewer's scope; an unknown place may be stored."""
    pairs = list(zip(drafts, placements, strict=True))
    outside = {d.line: p for d, p in pairs if lies_outside(viewer.scope, p)}
    if not outside:
        return Inside(drafts, placements, [])
    names = _names(database, viewer)
    reasons = {line: OUTSIDE.format(place=_told(p, names)) for line, p in outside.items()}
    column = next((name for name in _PLACE_COLUMNS if name in table.headings), "address_text")
    kept = [pair for pair in pairs if pair[0].line not in outside]
    return Inside(
        [draft for draft, _placement in kept],
        [placement for _draft, placement in kept],
        refused_rows(table, column, reasons),
    )


def lies_outside(scope: Scope, placement: Placement) -> bool:
    """Whether a place is known as finely as the scope asks, and is none of its own.

    >>> from geo.terms import Precision
    >>> lies_outside(Scope.provinces("66"), Placement(Precision.PROVINCE, province_code="79"))
    True
    >>> lies_outside(Scope.provinces("66"), Placement(Precision.UNLOCATED))
    False
    """
    province, commune = placement.province_code, placement.commune_code_now
    known = commune if scope.kind is ScopeKind.COMMUNE else province
    return known is not None and not scope.covers(province, commune)


def _names(database: Database, viewer: Viewer) -> Mapping[str, str]:
    """Names of provinces and of communes with their province, by code."""
    with unit_of_work(database, viewer, read_only=True) as session:
        provinces = communes.province_names(session, viewer)
        current = communes.current_version(session, viewer)
        units = communes.commune_units(session, viewer, current.id)
    return provinces | {
        u.code: f"{u.full_name}, {provinces.get(u.province_code, u.province_code)}" for u in units
    }


def _told(placement: Placement, names: Mapping[str, str]) -> str:
    codes = (placement.commune_code_now, placement.province_code)
    return next((names[code] for code in codes if code is not None and code in names), "nơi khác")
