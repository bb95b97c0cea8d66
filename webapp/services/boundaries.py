"""Installing and checking the map of communes."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from geo.approximate import COMMUNES_FILE, MANIFEST_FILE
from geo.errors import BoundaryError
from geo.faults import Gap, Overlap, find_faults
from geo.manifest import ManifestEntry, read_manifest, write_manifest
from geo.sources import load_source
from models import communes, site
from models.communes import BoundaryVersion, NewVersion
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services import shipped
from webapp.services.installation import (
    APPROXIMATE_COMMUNES,
    InstallReport,
    Plan,
    Progress,
    carry_out,
    install,
    stored_frame,
)

__all__ = [
    "CheckReport",
    "InstallReport",
    "check_boundaries",
    "ensure_shipped",
    "install_boundaries",
]

UNKNOWN = "chưa ghi"


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The version in force: counts, gaps and overlaps."""

    version: BoundaryVersion
    communes_by_province: dict[str, int]
    approximate_count: int
    gaps: tuple[Gap, ...]
    overlaps: tuple[Overlap, ...]
    edges_match: bool

    def lines(self) -> list[str]:
        """The report as Vietnamese lines."""
        version = self.version
        mark = f", {self.approximate_count} đơn vị gần đúng" if self.approximate_count else ""
        return [
            f"Nguồn: {version.source} ({version.vintage}; {version.licence})",
            f"Hiệu lực từ: {version.valid_from:%d/%m/%Y}",
            f"Số đơn vị: {version.commune_count} trong {len(self.communes_by_province)} tỉnh, "
            f"thành phố{mark}",
            *(f"  {name}: {count}" for name, count in self.communes_by_province.items()),
            f"Khe hở: {len(self.gaps)}",
            *(f"  {_area(g.area_m2)} tại {g.lat:.5f}, {g.lon:.5f}" for g in self.gaps),
            f"Chồng lấn: {len(self.overlaps)}",
            *(f"  {_area(o.area_m2)} giữa {o.code} và {o.other_code}" for o in self.overlaps),
            f"Cạnh chung khớp nhau: {'có' if self.edges_match else 'không'}",
        ]


def install_boundaries(
    database: Database,
    viewer: Viewer,
    source: Path,
    *,
    valid_from: date,
    valid_to: date | None = None,
    licence: str = UNKNOWN,
    vintage: str = UNKNOWN,
    data_dir: Path | None = None,
    progress: Progress | None = None,
    named: str | None = None,
) -> InstallReport:
    """Read, clean and install a coverage in one transaction, recorded as `named` or by its file.

    Raises
    ------
    BoundaryError
        If the source cannot be accepted; nothing is stored then.
    """
    viewer.require_admin()
    _require_order(valid_from, valid_to)
    tell = progress or (lambda _stage: None)
    tell("Đọc nguồn")
    taken = load_source(source)
    meta = NewVersion(
        source=named or source.name,
        licence=licence,
        vintage=vintage,
        sha256=content_sha256(source),
        valid_from=valid_from,
        valid_to=valid_to,
        approximate=False,
        installed_at=datetime.now(UTC),
    )
    report = install(database, viewer, taken, meta, tell)
    if data_dir is not None and not report.unchanged:
        _note_in_manifest(data_dir / "boundaries" / MANIFEST_FILE, meta, report)
    return report


def ensure_shipped(database: Database, viewer: Viewer) -> InstallReport | None:
    """Give a fresh database the map that ships, the border, gates and changes.

    Returns None where a map is installed already.
    """
    viewer.require_admin()
    with unit_of_work(database, viewer, read_only=True) as session:
        if communes.list_versions(session, viewer):
            return None
    entry = shipped.shipped_entry(COMMUNES_FILE)
    meta = NewVersion(
        source=entry.source,
        licence=entry.licence,
        vintage=entry.vintage,
        sha256=entry.sha256,
        valid_from=entry.valid_from,
        approximate=True,
        installed_at=datetime.now(UTC),
    )
    frame = load_source(shipped.COMMUNES)

    def put_what_ships(session: Session) -> None:
        communes.replace_gates(session, viewer, shipped.shipped_gates())
        communes.replace_changes(session, viewer, shipped.shipped_changes())

    plan = Plan(frame, meta, len(frame), set(frame["code"]))
    return carry_out(database, viewer, plan, also=put_what_ships)


def check_boundaries(database: Database, viewer: Viewer) -> CheckReport:
    """Look for gaps and overlaps in the version in force, at full detail.

    Raises
    ------
    NotFoundError
        If no boundaries are installed.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        version = communes.current_version(session, viewer)
        frame = stored_frame(session, viewer, version.id)
        approximate = site.get(session, viewer, APPROXIMATE_COMMUNES, [])
    faults = find_faults(frame)
    counts = Counter(frame["province_name"])
    return CheckReport(
        version=version,
        communes_by_province={str(name): counts[name] for name in sorted(counts)},
        approximate_count=len(approximate),
        gaps=faults.gaps,
        overlaps=faults.overlaps,
        edges_match=faults.edges_match,
    )


def content_sha256(source: Path) -> str:
    """Digest of a file, or of the names and contents of a folder's files in order."""
    digest = hashlib.sha256()
    files = sorted(p for p in source.rglob("*") if p.is_file()) if source.is_dir() else [source]
    for path in files:
        if source.is_dir():
            digest.update(path.relative_to(source).as_posix().encode() + b"\0")
        with path.open("rb") as content:
            while block := content.read(2**20):
                digest.update(block)
    return digest.hexdigest()


def _require_order(valid_from: date, valid_to: date | None) -> None:
    if valid_to is not None and valid_to < valid_from:
        raise BoundaryError("Ngày hết hiệu lực đứng trước ngày bắt đầu; hãy sửa --valid-to.")


def _note_in_manifest(path: Path, meta: NewVersion, report: InstallReport) -> None:
    entry = ManifestEntry(
        file=meta.source,
        source=meta.source,
        licence=meta.licence,
        vintage=meta.vintage,
        sha256=meta.sha256,
        count=report.taken_count,
        valid_from=meta.valid_from,
        valid_to=meta.valid_to,
        approximate=report.approximate,
        note=" ".join(report.notes),
    )
    write_manifest(path, [*read_manifest(path), entry])


def _area(area_m2: float) -> str:
    """An area in Vietnamese writing.

    >>> _area(1234.5), _area(56_465.7)
    ('1.234 m²', '5,6 ha')
    """
    if area_m2 < 10_000:
        return f"{area_m2:,.0f} m²".replace(",", ".")
    return f"{area_m2 / 10_000:,.1f} ha".translate(str.maketrans(",.", ".,"))
