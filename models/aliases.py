"""What a source means by words that could not be placed: remembered by a person.

A remembered choice holds for one source and for exactly the words it was made
for, on the map of the same side of 1 July 2025: it never catches another place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from geo.records import PlaceQuery
from geo.text import split_words
from models.disclosure import provinces_of, require_inside
from models.tables import place_aliases
from models.viewers import Viewer

MERGER = date(2025, 7, 1)
"""First day of the map without districts: the same words may mean another place after it."""

_PARTS = ("province_name", "district_name", "commune_name", "address")


@dataclass(frozen=True, slots=True)
class Alias:
    """A remembered choice: these words of this source mean this commune of the map in force."""

    id: int
    source: str
    written_key: str
    written: str
    commune_code: str
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class NewAlias:
    """A choice to be remembered; `written` is the place for people to read."""

    source: str
    written_key: str
    written: str
    commune_code: str


def written_key(place: PlaceQuery) -> str:
    """The words of a place in one normal form, with their diacritics; empty where there are none.

    Letter case, tone placement, punctuation and the spellings that vary from
    clerk to clerk do not matter; every word, its order and its part do. The
    parts of an address come last first, so that places near each other sort so.

    >>> written_key(PlaceQuery(address="Thôn 2, xã Mỹ Hoà", on=date(2024, 3, 1)))
    'trước||||xa4 mi4 hoa2, thôn 2|'
    """
    parts = [_normal(getattr(place, name)) for name in _PARTS]
    code = (place.commune_code or "").strip().removesuffix(".0")
    if not any(parts) and not code:
        return ""
    era = "" if place.on is None else "sau" if place.on >= MERGER else "trước"
    return "|".join((era, *parts, code))


@lru_cache(maxsize=16_384)
def _normal(text: str | None) -> str:
    if not text:
        return ""
    words = split_words(text)
    segments: dict[int, list[str]] = {}
    for word, segment in zip(words.accents, words.segments, strict=True):
        segments.setdefault(segment, []).append(word)
    return ", ".join(" ".join(segment) for segment in reversed(segments.values()))


def list_aliases(session: Session, viewer: Viewer, source: str | None = None) -> list[Alias]:
    """The choices that are remembered, of one source or of all.

    Raises
    ------
    NotAllowedError
        If the viewer may not write: they serve placing only.
    """
    viewer.require_write()
    c = place_aliases.c
    columns = [c[name] for name in Alias.__dataclass_fields__]
    wanted = select(*columns).where(c.active.is_(True)).order_by(c.id)
    if source is not None:
        wanted = wanted.where(c.source == source)
    return [Alias(*row) for row in session.execute(wanted)]


def remember(session: Session, viewer: Viewer, new: NewAlias, *, at: datetime) -> int:
    """Remember a choice in the place of an earlier one for the same words; its number.

    Raises
    ------
    NotAllowedError
        If the viewer may not write or the commune lies outside the scope.
    """
    viewer.require_write()
    code = new.commune_code
    require_inside(viewer, [code], provinces_of(session, [code]))
    c = place_aliases.c
    values = {
        "written": new.written,
        "commune_code": code,
        "created_at": at,
        "created_by": viewer.name,
        "active": True,
    }
    known = (
        update(place_aliases)
        .where(c.source == new.source, c.written_key == new.written_key)
        .values(values)
        .returning(c.id)
    )
    found = session.scalar(known)
    if found is None:
        keys = {"source": new.source, "written_key": new.written_key}
        added = insert(place_aliases).values(**keys, **values)
        found = session.execute(added.returning(c.id)).scalar_one()
    return int(found)


def forget(session: Session, viewer: Viewer, alias_id: int, commune_code: str | None) -> bool:
    """Stop using a choice, unless it was changed to another commune since.

    Returns whether there was one to forget.
    """
    viewer.require_write()
    if commune_code is not None:
        require_inside(viewer, [commune_code], provinces_of(session, [commune_code]))
    c = place_aliases.c
    statement = (
        update(place_aliases)
        .where(c.id == alias_id, c.active.is_(True), c.commune_code == commune_code)
        .values(active=False)
        .returning(c.id)
    )
    return session.scalar(statement) is not None
