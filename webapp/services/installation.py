"""How a coverage enters the database: whole, merged into the one in force, or as past.

A source with all communes of the map in force replaces it. A source with some
of them is merged: its communes take the place of those with the same codes and
the others keep the limits they had, so that no record loses its commune; the
map stays marked as approximate as long as any of its communes is. A source with
a last day of validity is a map of the past and stands beside the one in force.
"""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, replace

import geopandas as gpd

from geo.approximate import BORDER_FILE
from geo.border_line import measured_border
from geo.boundaries import PreparedCoverage, prepare_coverage
from geo.commune_columns import CODE_DIGITS, WGS84
from geo.corridors import neighbours_of_communes
from geo.errors import BoundaryError
from geo.faults import Gap, Overlap
from geo.merging import merge_coverages, renumbered
from geo.records import BorderLine
from geo.sources import CommuneFrame
from models import audit, communes, site
from models.communes import BoundaryVersion, NewVersion
from models.errors import ConflictError
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services import shipped

APPROXIMATE_COMMUNES = "approximate_communes"
"""Site fact: codes of the communes of the current map whose limits are approximate."""

KNOWN_SHARE = 0.9
"""A source with new codes is a new map only if it has this much of the map in force."""

SHOWN = 5
Progress = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class InstallReport:
    """What an installation did; `notes` are Vietnamese sentences for the operator.

    `commune_count` is of the version installed, `taken_count` of the source;
    `repaired` counts communes whose edges had to be matched.
    """

    version_id: int
    commune_count: int
    taken_count: int
    repaired: int
    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    approximate: bool
    unchanged: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to become of a checked source, and the map it was decided against."""

    frame: CommuneFrame
    meta: NewVersion
    taken_count: int
    approximate: Set[str] = frozenset()
    current_id: int | None = None


@dataclass(frozen=True, slots=True)
class _Ready:
    """A plan with its shapes made; only storing is left."""

    plan: Plan
    prepared: PreparedCoverage
    lines: tuple[BorderLine, ...] = ()


def install(
    database: Database, viewer: Viewer, taken: CommuneFrame, meta: NewVersion, tell: Progress
) -> InstallReport:
    """Install a checked frame: as the map of the past, as a new map, or merged.

    The long work is done while others can write; storing is one transaction.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        plan = _plan(session, viewer, taken, meta, tell)
    if isinstance(plan, InstallReport):
        return plan
    return carry_out(database, viewer, plan, tell)


def carry_out(
    database: Database,
    viewer: Viewer,
    plan: Plan,
    tell: Progress = lambda _stage: None,
    *,
    also: Callable[[Session], None] = lambda _session: None,
) -> InstallReport:
    """Prepare what was planned and store it; `also` writes in the same transaction.

    Raises
    ------
    ConflictError
        If another map came into force in the meantime.
    """
    tell("Làm sạch và đơn giản hóa")
    ready = _prepared(plan)
    tell("Ghi vào cơ sở dữ liệu")
    with unit_of_work(database, viewer) as session:
        versions = communes.list_versions(session, viewer)
        if plan.current_id != next((v.id for v in versions if v.is_current), None):
            raise ConflictError("Bản đồ đang dùng vừa được thay bởi lần cài khác; hãy chạy lại.")
        also(session)
        return _store(session, viewer, ready)


def _plan(
    session: Session, viewer: Viewer, taken: CommuneFrame, meta: NewVersion, tell: Progress
) -> Plan | InstallReport:
    versions = communes.list_versions(session, viewer)
    for version in versions:
        if _same(version, meta):
            return _unchanged(version, len(taken))
    current = next((v for v in versions if v.is_current), None)
    if current is None:
        return Plan(taken, meta, len(taken))
    if meta.valid_to is not None:
        return Plan(taken, meta, len(taken), current_id=current.id)
    stored = renumbered(stored_frame(session, viewer, current.id), taken)
    known, new = set(stored["code"]), set(taken["code"])
    taken = _with_province_names(taken, stored)
    if known <= new or (new - known and len(known & new) >= KNOWN_SHARE * len(known)):
        return Plan(taken, meta, len(taken), current_id=current.id)
    if new - known:
        raise BoundaryError(_unknown_codes(sorted(new - known)))
    # A commune renumbered by the source is no longer known by its old code.
    rest = set(site.get(session, viewer, APPROXIMATE_COMMUNES, [])) & known - new
    tell("Ghép vào bản đang dùng")
    merged = merge_coverages(stored, taken)
    named = _merged_meta(meta, current, taken, approximate=bool(rest))
    return Plan(merged, named, len(taken), rest, current.id)


def _prepared(plan: Plan) -> _Ready:
    prepared = prepare_coverage(plan.frame)
    if plan.meta.valid_to is not None:
        return _Ready(plan, prepared)
    return _with_border(plan, prepared)


def _store(session: Session, viewer: Viewer, ready: _Ready) -> InstallReport:
    plan, prepared = ready.plan, ready.prepared
    if plan.meta.valid_to is None:
        communes.replace_border(session, viewer, ready.lines)
        site.put(session, viewer, APPROXIMATE_COMMUNES, sorted(plan.approximate))
    version_id = communes.install_version(session, viewer, prepared, plan.meta)
    detail = {
        "source": plan.meta.source,
        "sha256": plan.meta.sha256,
        "count": plan.taken_count,
        "valid_from": plan.meta.valid_from.isoformat(),
        "repaired": prepared.repaired,
    }
    audit.record(session, viewer, "boundaries-install", f"boundaries:{version_id}", detail)
    return InstallReport(
        version_id=version_id,
        commune_count=len(plan.frame),
        taken_count=plan.taken_count,
        repaired=prepared.repaired,
        gaps=prepared.gaps,
        overlaps=prepared.overlaps,
        approximate=plan.meta.approximate,
        notes=(*_notes(len(plan.frame), plan.taken_count, plan.approximate), *_own_codes(plan)),
    )


def stored_frame(session: Session, viewer: Viewer, version_id: int) -> CommuneFrame:
    """The communes of a stored version as a commune frame, full detail."""
    units = communes.commune_units(session, viewer, version_id)
    shapes = dict(communes.coverage_rows(session, viewer, version_id))
    rows = [
        {
            "code": unit.code,
            "name": unit.name,
            "full_name": unit.full_name,
            "unit_type": unit.unit_type,
            "province_code": unit.province_code,
            "province_name": unit.province_name,
            "area_km2": unit.area_km2,
        }
        for unit in units
    ]
    return gpd.GeoDataFrame(rows, geometry=[shapes[u.code] for u in units], crs=WGS84)


def _with_border(plan: Plan, prepared: PreparedCoverage) -> _Ready:
    """Say which communes lie on the land border; draw the line and its band anew."""
    frame, lines = prepared.frame, shipped.shipped_border()
    shapes = list(frame["geom_province"])
    near = neighbours_of_communes(list(frame["code"]), shapes, lines)
    source = shipped.shipped_entry(BORDER_FILE).source
    named = frame.assign(border_with=[near.get(code, "") for code in frame["code"]])
    measured = tuple(measured_border(lines, shapes, source))
    return _Ready(plan, replace(prepared, frame=named), measured)


def _same(version: BoundaryVersion, meta: NewVersion) -> bool:
    """Whether a version came from the same bytes, for the same time, and still holds."""
    if version.sha256 != meta.sha256 or version.valid_from != meta.valid_from:
        return False
    return version.is_current if meta.valid_to is None else version.valid_to == meta.valid_to


def _unchanged(version: BoundaryVersion, taken_count: int) -> InstallReport:
    return InstallReport(
        version_id=version.id,
        commune_count=version.commune_count,
        taken_count=taken_count,
        repaired=0,
        gaps=(),
        overlaps=(),
        approximate=version.approximate,
        unchanged=True,
        notes=("Nguồn này đã được cài từ trước; không có gì thay đổi.",),
    )


def _merged_meta(
    meta: NewVersion, current: BoundaryVersion, taken: CommuneFrame, *, approximate: bool
) -> NewVersion:
    provinces = ", ".join(sorted(set(taken["province_name"])))
    source = f"{meta.source} ({len(taken)} đơn vị: {provinces}); còn lại: {current.source}"
    licence = meta.licence
    if current.licence != meta.licence:
        licence = f"{meta.licence}; còn lại: {current.licence}"
    return replace(meta, source=source, licence=licence, approximate=approximate)


def _with_province_names(taken: CommuneFrame, stored: CommuneFrame) -> CommuneFrame:
    """Fill in the names of provinces that the source gives by code only."""
    names = dict(zip(stored["province_code"], stored["province_name"], strict=True))
    filled = [
        name or names.get(code, "")
        for code, name in zip(taken["province_code"], taken["province_name"], strict=True)
    ]
    return taken.assign(province_name=filled)


def _own_codes(plan: Plan) -> tuple[str, ...]:
    """A word on a source with codes of its own, which a record's commune code may then be."""
    foreign = [code for code in plan.frame["code"] if len(code) != CODE_DIGITS]
    if not foreign:
        return ()
    return (
        f"Nguồn dùng mã riêng (ví dụ {foreign[0]}), không phải mã hành chính {CODE_DIGITS} chữ số; "
        "vụ việc chỉ có tọa độ sẽ mang mã này làm mã xã trên bản đồ của ngày xảy ra.",
    )


def _unknown_codes(codes: list[str]) -> str:
    more = f" và {len(codes) - SHOWN} mã khác" if len(codes) > SHOWN else ""
    return (
        f"Tệp chỉ có một phần số đơn vị, trong đó có mã không thuộc bản đồ đang dùng: "
        f"{', '.join(codes[:SHOWN])}{more}. Nếu đây là bản đồ cũ, hãy ghi ngày hết hiệu lực "
        "bằng --valid-to; nếu không, hãy sửa mã rồi cài lại."
    )


def _notes(count: int, taken_count: int, approximate: Set[str]) -> tuple[str, ...]:
    if taken_count == count or not approximate:
        return ()
    return (
        f"Nguồn có {taken_count} trong {count} đơn vị; {len(approximate)} đơn vị còn lại vẫn dùng "
        "ranh giới gần đúng.",
    )
