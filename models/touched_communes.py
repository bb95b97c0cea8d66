"""The communes that a change of records touches: where these lie, and where they lay before."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.terms import Layer
from models.additions import chunks
from models.record_changes import TABLES
from models.tables import record_versions
from models.viewers import Viewer


def communes_of_import(
    session: Session,
    viewer: Viewer,  # noqa: ARG001 - codes alone, for the site itself
    layer: Layer,
    import_id: int,
) -> frozenset[str]:
    """Codes of the communes, also old ones, of what an import brought and what it replaced."""
    table = TABLES[layer]
    names = [name for name in ("commune_code", "commune_code_now") if name in table.c]
    columns = [table.c[name] for name in names]
    found: set[str | None] = set()
    for row in session.execute(select(*columns).where(table.c.import_id == import_id).distinct()):
        found.update(row)
    c = record_versions.c
    replaced = (c.layer == layer.value, c.replaced_by_import == import_id)
    for content in session.scalars(select(c.content).where(*replaced)):
        found.update(content.get(name) for name in names)
    return frozenset(code for code in found if code)


def communes_of_records(
    session: Session,
    viewer: Viewer,  # noqa: ARG001 - codes alone, for the site itself
    layer: Layer,
    ids: Collection[int],
) -> frozenset[str]:
    """Codes of the communes, also old ones, that records lie in."""
    c = TABLES[layer].c
    found: set[str | None] = set()
    for chunk in chunks(sorted(ids)):
        statement = select(c.commune_code, c.commune_code_now).where(c.id.in_(chunk))
        for row in session.execute(statement.distinct()):
            found.update(row)
    return frozenset(code for code in found if code)
