"""What the pages about imports show; names of areas."""

from __future__ import annotations

from models import communes, imports
from models.errors import NotFoundError
from models.imports import ImportDetail, StoredImport
from models.record_changes import changes_by_import
from models.session import Database, Session, unit_of_work
from models.viewers import ScopeKind, Viewer
from webapp.services.import_changes import ToldChange, tell_changes
from webapp.services.overview import find_version

SHOWN_CHANGES = 200
"""Changed records that the page of an import lists."""


def list_imports(database: Database, viewer: Viewer) -> list[StoredImport]:
    """The imports the viewer may see, the latest first."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return imports.list_imports(session, viewer, limit=200)


def import_detail(database: Database, viewer: Viewer, import_id: int) -> ImportDetail:
    """One import with its rejected rows."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return imports.import_detail(session, viewer, import_id)


def import_changes(
    database: Database, viewer: Viewer, import_id: int, limit: int = SHOWN_CHANGES
) -> tuple[ToldChange, ...]:
    """What an import changed, record by record, as far as its page lists it."""
    with unit_of_work(database, viewer, read_only=True) as session:
        if not imports.find_import(session, viewer, import_id).changed:
            return ()
        return tell_changes(session, viewer, changes_by_import(session, viewer, import_id, limit))


def scope_name(database: Database, viewer: Viewer) -> str:
    """The viewer's area by name, empty where it has none."""
    codes = sorted(viewer.scope.codes)
    if viewer.scope.kind is ScopeKind.NATION or not codes:
        return ""
    with unit_of_work(database, viewer, read_only=True) as session:
        if viewer.scope.kind is ScopeKind.COMMUNE:
            unit = find_commune(session, viewer, codes[0])
            return unit.full_name if unit else codes[0]
        if find_version(session, viewer) is None:
            return ", ".join(codes)
        names = communes.province_names(session, viewer)
    shown = [names.get(code, code) for code in codes]
    return shown[0] if len(shown) == 1 else f"{len(shown)} tỉnh, thành phố"


def find_commune(session: Session, viewer: Viewer, code: str | None) -> communes.Commune | None:
    """A commune of the map in force, None where the map does not have it."""
    if code is None:
        return None
    try:
        return communes.find_commune(session, viewer, code)
    except NotFoundError:
        return None
