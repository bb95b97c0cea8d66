"""What the page of a hotspot and the pages about imports show; names of areas."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

from geo.records import HotspotEvent
from models import communes, hotspots, imports
from models.disclosure import snap_to_grid
from models.errors import NotFoundError
from models.imports import ImportDetail, StoredImport
from models.lifecycle import status_at, watch_at
from models.record_changes import changes_by_import, changes_of_hotspot
from models.session import Database, Session, unit_of_work
from models.viewers import ScopeKind, Viewer
from webapp.services.import_changes import ToldChange, tell_changes
from webapp.services.overview import find_version

SHOWN_CHANGES = 200
"""Changed records that the page of an import lists."""


@dataclass(frozen=True, slots=True)
class HotspotProfile:
    """The page of a hotspot."""

    ref: str
    source: str
    name: str
    kind: str
    status: str | None
    watch: str
    events: tuple[HotspotEvent, ...]
    address: str
    precision: str
    confidence: float
    warnings: tuple[str, ...]
    is_dwelling: bool
    commune_code: str | None
    commune_name: str | None
    import_id: int
    line: int | None
    map_address: str
    changes: tuple[ToldChange, ...]


def hotspot_profile(
    database: Database, viewer: Viewer, ref: str, today: date, source: str | None = None
) -> HotspotProfile:
    """The page of a hotspot as it stands today.

    Raises
    ------
    NotFoundError
        If the viewer sees no hotspot of this ref.
    ConflictError
        If several bodies issued the ref and `source` does not say which is meant.
    """
    with unit_of_work(database, read_only=True) as session:
        spot = hotspots.hotspot_by_ref(session, viewer, ref, source)
        commune = _find_commune(session, viewer, spot.placement.commune_code_now)
        changes = tell_changes(session, viewer, changes_of_hotspot(session, viewer, spot.id))
    place = spot.placement
    status = status_at(spot.events, today)
    province = commune.province_code if commune else ""
    return HotspotProfile(
        ref=spot.ref,
        source=spot.source,
        name=spot.name,
        kind=spot.kind.value,
        status=status.value if status else None,
        watch=_watch(spot.events, today),
        events=tuple(sorted(spot.events, key=lambda event: event.on)),
        address=spot.address_text,
        precision=place.precision.value,
        confidence=place.confidence,
        warnings=place.warnings,
        is_dwelling=spot.is_dwelling,
        commune_code=commune.code if commune else None,
        commune_name=commune.full_name if commune else None,
        import_id=spot.import_id,
        line=spot.line,
        map_address=_map_address(spot, province),
        changes=changes,
    )


def namesakes(database: Database, viewer: Viewer, ref: str) -> list[hotspots.StoredHotspot]:
    """The hotspots of one ref that the viewer sees, by the body that issued it."""
    with unit_of_work(database, read_only=True) as session:
        return [spot for spot in hotspots.find_hotspots(session, viewer) if spot.ref == ref]


def list_imports(database: Database, viewer: Viewer) -> list[StoredImport]:
    """The imports the viewer may see, the latest first."""
    with unit_of_work(database, read_only=True) as session:
        return imports.list_imports(session, viewer, limit=200)


def import_detail(database: Database, viewer: Viewer, import_id: int) -> ImportDetail:
    """One import with its rejected rows."""
    with unit_of_work(database, read_only=True) as session:
        return imports.import_detail(session, viewer, import_id)


def import_changes(
    database: Database, viewer: Viewer, import_id: int, limit: int = SHOWN_CHANGES
) -> tuple[ToldChange, ...]:
    """What an import changed, record by record, as far as its page lists it."""
    with unit_of_work(database, read_only=True) as session:
        if not imports.find_import(session, viewer, import_id).changed:
            return ()
        return tell_changes(session, viewer, changes_by_import(session, viewer, import_id, limit))


def scope_name(database: Database, viewer: Viewer) -> str:
    """The viewer's area by name, empty where it has none."""
    codes = sorted(viewer.scope.codes)
    if viewer.scope.kind is ScopeKind.NATION or not codes:
        return ""
    with unit_of_work(database, read_only=True) as session:
        if viewer.scope.kind is ScopeKind.COMMUNE:
            unit = _find_commune(session, viewer, codes[0])
            return unit.full_name if unit else codes[0]
        if find_version(session, viewer) is None:
            return ", ".join(codes)
        names = {p.code: p.name for p in communes.provinces(session, viewer)}
    shown = [names.get(code, code) for code in codes]
    return shown[0] if len(shown) == 1 else f"{len(shown)} tỉnh, thành phố"


def _find_commune(session: Session, viewer: Viewer, code: str | None) -> communes.Commune | None:
    if code is None:
        return None
    try:
        return communes.find_commune(session, viewer, code)
    except NotFoundError:
        return None


def _watch(events: Sequence[HotspotEvent], today: date) -> str:
    watch = watch_at(events, today)
    if watch is None:
        return ""
    until = f"{watch.ends_on:%d/%m/%Y}"
    if watch.is_over:
        return (
            f"Đã hết thời gian theo dõi sau triệt xóa ({until}). "
            "Đề nghị xem xét đưa ra khỏi danh sách."
        )
    return f"Đang theo dõi sau triệt xóa đến {until}, còn {watch.days_left} ngày."


def _map_address(spot: hotspots.StoredHotspot, province_code: str) -> str:
    lon, lat = spot.placement.lon, spot.placement.lat
    if lon is None or lat is None:
        return ""
    if spot.is_dwelling:
        lon, lat = snap_to_grid(lon, lat)
    query = {"province": province_code, "at": f"{lat:.4f},{lon:.4f},12", "pick": f"h:{spot.ref}"}
    return "/map?" + urlencode(query)
