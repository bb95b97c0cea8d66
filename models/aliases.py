"""What a source means by words that could not be placed: remembered by a person.

A remembered choice holds for one source and for exactly the words it was made
for, on the map of the same side of 1 July 2025: it never catches another place.
One that takes the place of another keeps it, so that forgetting brings it back.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from geo.records import PlaceQuery
from geo.terms import Layer
from geo.text import split_words
from models.additions import keep_others_from_writing
from models.disclosure import in_scope, provinces_of, require_inside
from models.placements import query_of
from models.tables import facilities, hotspots, incidents, place_aliases
from models.viewers import Viewer

MERGER = date(2025, 7, 1)
"""First day of the map without districts: the same words may mean another place after it."""

METHOD = "alias"
"""Method of a placement by a remembered choice."""

_PLACED = {
    Layer.INCIDENTS: incidents,
    Layer.HOTSPOTS: hotspots,
    Layer.FACILITIES: facilities,
}
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


_COLUMNS = [place_aliases.c[name] for name in Alias.__dataclass_fields__]


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
    wanted = select(*_COLUMNS).where(c.active.is_(True)).order_by(c.id)
    if source is not None:
        wanted = wanted.where(c.source == source)
    return [Alias(*row) for row in session.execute(wanted)]


def find_alias(session: Session, viewer: Viewer, alias_id: int) -> Alias | None:
    """A choice by its number, whether it still is in use or not."""
    viewer.require_write()
    found = session.execute(select(*_COLUMNS).where(place_aliases.c.id == alias_id)).first()
    return None if found is None else Alias(*found)


def remember(session: Session, viewer: Viewer, new: NewAlias, *, at: datetime) -> int | None:
    """Remember a choice instead of an earlier one for the same words; its number.

    The earlier one is kept for the day this one is forgotten. None where it is
    for a commune outside the viewer's scope: then it stays in use.

    Raises
    ------
    NotAllowedError
        If the viewer may not write or the commune lies outside the scope.
    """
    viewer.require_write()
    code = new.commune_code
    require_inside(viewer, [code], provinces_of(session, [code]))
    keep_others_from_writing(session, place_aliases)
    c = place_aliases.c
    used = select(c.id, c.commune_code).where(
        c.source == new.source, c.written_key == new.written_key, c.active.is_(True)
    )
    earlier = session.execute(used).first()
    if earlier is not None:
        if not _may_replace(session, viewer, earlier.commune_code):
            return None
        session.execute(update(place_aliases).where(c.id == earlier.id).values(active=False))
    added = insert(place_aliases).values(
        source=new.source,
        written_key=new.written_key,
        written=new.written,
        commune_code=code,
        created_at=at,
        created_by=viewer.name,
        active=True,
        replaces_id=None if earlier is None else earlier.id,
    )
    return int(session.execute(added.returning(c.id)).scalar_one())


def forget(session: Session, viewer: Viewer, alias_id: int) -> bool:
    """Stop using a choice; the one that it replaced is used again.

    A choice that was replaced itself will not come back. Returns whether there
    was one to forget.

    Raises
    ------
    NotAllowedError
        If the viewer may not write or its commune lies outside the scope.
    """
    viewer.require_write()
    keep_others_from_writing(session, place_aliases)
    c = place_aliases.c
    alias = session.execute(select(place_aliases).where(c.id == alias_id)).one_or_none()
    if alias is None:
        return False
    code = alias.commune_code
    require_inside(viewer, [code], provinces_of(session, [code]))
    if alias.active:
        for number, used in ((alias_id, False), (alias.replaces_id, True)):
            session.execute(update(place_aliases).where(c.id == number).values(active=used))
        return True
    later = update(place_aliases).where(c.replaces_id == alias_id)
    changed = later.values(replaces_id=alias.replaces_id).returning(c.id)
    return session.scalar(changed) is not None


def rows_placed_by(session: Session, viewer: Viewer, alias: Alias) -> list[tuple[Layer, int]]:
    """Records inside the viewer's scope that stand where remembered choices for the words put them.

    Withdrawn ones are among them, as they may come back; what a person decided since is not.
    """
    viewer.require_write()
    found = []
    for layer, table in _PLACED.items():
        c = table.c
        wanted = select(c.id, c.place_query).where(
            in_scope(viewer, table), c.source == alias.source, c.geocode_method == METHOD
        )
        found += [
            (layer, id_)
            for id_, place in session.execute(wanted.order_by(c.id))
            if written_key(query_of(place)) == alias.written_key
        ]
    return found


def _may_replace(session: Session, viewer: Viewer, code: str) -> bool:
    """Whether a commune lies in the viewer's scope, or is on the map no more."""
    provinces = provinces_of(session, [code])
    return code not in provinces or viewer.scope.covers(provinces[code], code)
