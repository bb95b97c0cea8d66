"""What changed in records: the earlier content beside the one after it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.orm import Session

from geo.terms import Layer
from models.additions import CHUNK, UNDONE, chunks
from models.disclosure import sees_dwellings
from models.record_versions import (
    Content,
    content_of,
    ever_homes,
    indicator_key,
    parts_of,
    stored_rows,
)
from models.session import beyond_scope
from models.tables import (
    campaigns,
    corridors,
    facilities,
    hotspots,
    incidents,
    indicators,
    record_versions,
    sub_units,
)
from models.viewers import Viewer

TABLES: Mapping[Layer, Table] = {
    Layer.INCIDENTS: incidents,
    Layer.HOTSPOTS: hotspots,
    Layer.INDICATORS: indicators,
    Layer.SUB_UNITS: sub_units,
    Layer.CAMPAIGNS: campaigns,
    Layer.CORRIDORS: corridors,
    Layer.FACILITIES: facilities,
}

_PLACED = ("commune_code_now", "precision")
_DECLARED = tuple(
    column.name
    for column in indicators.columns
    if column.name not in ("commune_code", "province_code", "import_id", "line")
    and not column.name.startswith("period_")
)
_FIELDS: Mapping[Layer, tuple[str, ...]] = {
    Layer.INCIDENTS: (
        *("occurred_on", "date_precision", "kind", "detected_by", "verified", "offenders"),
        *("seizures", "address_text", "home", *_PLACED),
    ),
    Layer.HOTSPOTS: ("name", "kind", "is_dwelling", "events", "address_text", *_PLACED),
    Layer.INDICATORS: _DECLARED,
    Layer.SUB_UNITS: ("name", "kind", "commune_code", "lon", "lat", "withdrawn"),
    Layer.CAMPAIGNS: (
        *("name", "starts_on", "ends_on", "area_text", "lon", "lat", "radius_m", "note"),
        "withdrawn",
    ),
    Layer.CORRIDORS: (
        *("name", "mode", "reach", "decision", "decided_on", "valid_from", "valid_to"),
        *("width_m", "geom", "note", "withdrawn"),
    ),
    Layer.FACILITIES: ("name", "kind", "address_text", "note", *_PLACED, "withdrawn"),
}
_WRITTEN = (
    *("commune_code", "commune_name", "district_name", "province_name"),
    *("lat_cell", "lon_cell", "coordinate_cell"),
)
_OF_HOMES = frozenset(("name", "address_text", "events", *(f"written.{cell}" for cell in _WRITTEN)))


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field with its value before and after, as JSON holds them.

    A cell of the written place is `written.` and the name of the cell.
    """

    name: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class RecordChange:
    """One record that an import changed.

    `line` is where the file says so. `revived`: it had been withdrawn when an
    import was undone. `kept_events` are events, type and day, that stay though
    the file does not name them. `overruled`: the decision of a person about its
    place was undone since the written place changed. `hidden`: something of
    the change is not for this viewer.
    """

    layer: Layer
    record_key: str
    ref: str
    source: str
    line: int | None
    import_id: int | None
    at: datetime
    by: str
    fields: tuple[FieldChange, ...]
    revived: bool = False
    kept_events: tuple[tuple[str, str], ...] = ()
    overruled: bool = False
    hidden: bool = False


@beyond_scope
def changes_by_import(
    session: Session, viewer: Viewer, import_id: int, limit: int | None = None
) -> list[RecordChange]:
    """What an import changed, in the order of its rows.

    Records that only came back as they had been are left out. The reader must
    have been let to the import; values outside the viewer's scope and of homes
    that the viewer does not see are left out.
    """
    found: list[RecordChange] = []
    last = 0
    while limit is None or len(found) < limit:
        versions = _versions_after(session, import_id, last)
        if not versions:
            break
        last = versions[-1].id
        told = _changes(session, viewer, versions, _contents_after(session, versions))
        found += [change for change in told if change.fields or not change.revived]
    return found[:limit]


def _versions_after(session: Session, import_id: int, after: int) -> Sequence[Row[Any]]:
    c = record_versions.c
    statement = select(record_versions).where(c.replaced_by_import == import_id, c.id > after)
    return session.execute(statement.order_by(c.id).limit(CHUNK)).all()


def changes_of_incident(session: Session, viewer: Viewer, id: int) -> list[RecordChange]:
    """What was changed in an incident since it is known here, oldest first."""
    return _history(session, viewer, Layer.INCIDENTS, str(id))


def changes_of_hotspot(session: Session, viewer: Viewer, id: int) -> list[RecordChange]:
    """What was changed in a hotspot since it is known here, oldest first."""
    return _history(session, viewer, Layer.HOTSPOTS, str(id))


def changes_of_campaign(session: Session, viewer: Viewer, id: int) -> list[RecordChange]:
    """What was changed in a campaign since it is known here, oldest first."""
    return _history(session, viewer, Layer.CAMPAIGNS, str(id))


def changes_of_corridor(session: Session, viewer: Viewer, id: int) -> list[RecordChange]:
    """What was changed in a key route since it is known here, oldest first."""
    return _history(session, viewer, Layer.CORRIDORS, str(id))


def changes_of_facility(session: Session, viewer: Viewer, id: int) -> list[RecordChange]:
    """What was changed in a facility since it is known here, oldest first."""
    return _history(session, viewer, Layer.FACILITIES, str(id))


@beyond_scope
def _history(session: Session, viewer: Viewer, layer: Layer, record_key: str) -> list[RecordChange]:
    c = record_versions.c
    statement = select(record_versions).where(c.layer == layer.value, c.record_key == record_key)
    versions = session.execute(statement.order_by(c.id)).all()
    if not versions:
        return []
    now = _current(session, layer, [record_key]).get(record_key, {})
    contents = [*(version.content for version in versions), now]
    after = {v.id: later for v, (_, later) in zip(versions, pairwise(contents), strict=True)}
    return list(_changes(session, viewer, versions, after))


def _contents_after(session: Session, versions: Sequence[Row[Any]]) -> dict[int, Content]:
    """The content after each version of one import: the next version, else what stands."""
    if not versions:
        return {}
    layer = Layer(versions[0].layer)
    keys = [version.record_key for version in versions]
    c = record_versions.c
    later: dict[str, Content] = {}
    statement = select(c.record_key, c.content).where(
        c.layer == layer.value, c.record_key.in_(keys), c.id > versions[-1].id
    )
    for key, content in session.execute(statement.order_by(c.id)):
        later.setdefault(key, content)
    later = _current(session, layer, [key for key in keys if key not in later]) | later
    return {version.id: later.get(version.record_key, {}) for version in versions}


def _current(session: Session, layer: Layer, keys: Sequence[str]) -> dict[str, Content]:
    if layer is Layer.INDICATORS:
        return _current_indicators(session, keys)
    ids = [int(key) for key in keys]
    table = TABLES[layer]
    parts = parts_of(session, layer, ids)
    return {
        str(id_): content_of(table, row) | parts.get(id_, {})
        for id_, row in stored_rows(session, table, ids).items()
    }


def _current_indicators(session: Session, keys: Sequence[str]) -> dict[str, Content]:
    codes = sorted({key.split()[0] for key in keys})
    wanted = frozenset(keys)
    found = {}
    for chunk in chunks(codes):
        statement = select(indicators).where(indicators.c.commune_code.in_(chunk))
        for row in session.execute(statement):
            content = content_of(indicators, row)
            key = indicator_key(row.commune_code, content["period_start"], content["period_end"])
            if key in wanted:
                found[key] = content
    return found


def _changes(
    session: Session, viewer: Viewer, versions: Sequence[Row[Any]], after: Mapping[int, Content]
) -> Iterator[RecordChange]:
    homes = ever_homes(session, [v.record_key for v in versions if v.layer == Layer.HOTSPOTS])
    for version in versions:
        layer, old = Layer(version.layer), version.content
        new = _as_then(after[version.id], old.get("change", {}))
        found = tuple(differences(layer, old, new)) if new else ()
        of_home = layer is Layer.INCIDENTS or version.record_key in homes
        own = version.replaced_by == viewer.name
        seen = own or all(_covered(viewer, layer, content) for content in (old, new))
        shown = tuple(c for c in found if seen and _may_see(viewer, layer, c, (old, new), of_home))
        change = old.get("change", {})
        yield RecordChange(
            layer=layer,
            record_key=version.record_key,
            ref=old.get("ref", old.get("commune_code", "")),
            source=old.get("source", ""),
            line=new.get("line"),
            import_id=version.replaced_by_import,
            at=version.replaced_at,
            by=version.replaced_by,
            fields=shown,
            revived=old.get("withdrawn") == UNDONE,
            kept_events=tuple((type_, on) for type_, on in change.get("events_kept", ())),
            overruled=bool(change.get("reviews_undone")),
            hidden=len(shown) < len(found),
        )


def _as_then(after: Content, change: Mapping[str, Any]) -> Content:
    """What stood after a change; what persons recorded of a hotspot later is not of it."""
    if not after or "events_after" not in change:
        return after
    return after | {"events": change["events_after"]}


def differences(layer: Layer, before: Content, after: Content) -> Iterator[FieldChange]:
    """The fields that differ between two contents of one record."""
    for name in _FIELDS[layer]:
        if before.get(name) != after.get(name):
            yield FieldChange(name, before.get(name), after.get(name))
    old, new = before.get("place_query", {}), after.get("place_query", {})
    for cell in _WRITTEN:
        if old.get(cell) != new.get(cell):
            yield FieldChange(f"written.{cell}", old.get(cell), new.get(cell))


def _may_see(
    viewer: Viewer, layer: Layer, change: FieldChange, contents: tuple[Content, ...], of_home: bool
) -> bool:
    """Whether a change tells no more of a home, or a place elsewhere, than the viewer may know."""
    if change.name in _PLACED:
        return not any(_elsewhere(viewer, layer, content) for content in contents)
    if change.name not in _OF_HOMES or not of_home:
        return True
    return all(
        sees_dwellings(viewer, content["province_code"], content["commune_code_now"])
        for content in contents
    )


def _elsewhere(viewer: Viewer, layer: Layer, content: Content) -> bool:
    """Whether a record lies outside the scope, not merely nowhere."""
    return content["province_code"] is not None and not _covered(viewer, layer, content)


def _covered(viewer: Viewer, layer: Layer, content: Content) -> bool:
    if layer is Layer.CORRIDORS:  # decisions without a case: everybody reads them
        return True
    of_commune = "commune_code_now" if "commune_code_now" in TABLES[layer].c else "commune_code"
    return viewer.scope.covers(content["province_code"], content[of_commune])
