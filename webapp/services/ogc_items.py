"""A page of the features of a layer, as `/ogc` hands them out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from geo.geojson_stream import feature_lines
from geo.layer_stream import Batch, Field, LayerStream, Points
from geo.ogc_crs import Reference
from models.errors import NotFoundError
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.layer_catalogue import LAYERS
from webapp.services.layer_features import open_counted, open_layer
from webapp.services.layer_query import LayerQuery
from webapp.told import told


@dataclass(frozen=True, slots=True)
class ItemsPage:
    """Some features in the order of their ids, and what there is besides.

    `after` is the id that the next page begins behind, None on the last one; `matched` the number
    of all that were asked for, None where they were not counted.
    """

    fields: tuple[Field, ...]
    batches: tuple[Batch, ...]
    after: int | str | None = None
    matched: int | None = None

    @property
    def n(self) -> int:
        """How many features there are on this page."""
        return sum(len(batch.ids) for batch in self.batches)

    def rows(self) -> Iterator[tuple[int | str, Any]]:
        """Number and values of every feature."""
        for batch in self.batches:
            yield from zip(batch.ids, batch.rows, strict=True)

    def lines(self, reference: Reference) -> list[bytes]:
        """Every feature as GeoJSON, its coordinates in a system.

        Raises
        ------
        CrsError
            If a place has no coordinates in the system.
        """
        names = [field.name for field in self.fields]
        return [
            line
            for batch in self.batches
            for line in feature_lines(
                names, batch, reference.system.epsg, northing_first=reference.north_first
            )
        ]


def read_items(database: Database, viewer: Viewer, query: LayerQuery, limit: int) -> ItemsPage:
    """The first `limit` features that a query finds; on the first page all are counted.

    A box matches what has no place as well (OGC API – Features, requirement
    `/req/core/fc-bbox-response` C): such a feature may lie anywhere.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        stream, matched = _opened(session, viewer, replace(query, limit=limit + 1))
        batches = list(stream.batches)
        n = sum(len(batch.ids) for batch in batches)
    kept = _first(batches, limit)
    after = kept[-1].ids[-1] if n > limit else None
    return ItemsPage(stream.fields, kept, after, matched)


def read_item(database: Database, viewer: Viewer, query: LayerQuery, number: str) -> ItemsPage:
    """One feature by its id.

    Raises
    ------
    NotFoundError
        If there is none, or it lies outside the viewer's scope: the two look alike.
    """
    wanted = id_of(query.layer, number)
    if wanted is not None:
        with unit_of_work(database, viewer, read_only=True) as session:
            stream, _ = _opened(session, viewer, replace(query, ids=(wanted,), limit=1))
            page = ItemsPage(stream.fields, tuple(stream.batches))
        if page.n:
            return page
    raise NotFoundError(
        told("Lớp «{layer}» không có đối tượng «{id}».", layer=query.layer, id=number[:60])
    )


NUMBERED = frozenset({"incidents", "hotspots", "facilities", "corridors"})
"""Layers whose features have numbers; those of the others have codes."""


def id_of(layer: str, text: str) -> int | str | None:
    """An id out of an address, None for what can be none.

    >>> id_of("incidents", "17"), id_of("communes", "00017"), id_of("incidents", "x")
    (17, '00017', None)
    """
    if layer not in NUMBERED:
        return text if text and len(text) <= _MOST_LETTERS and text.isprintable() else None
    is_number = text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS
    return int(text) if is_number else None


_MOST_LETTERS, _MOST_DIGITS = 64, 9


def _opened(session: Session, viewer: Viewer, query: LayerQuery) -> tuple[LayerStream, int | None]:
    """The features of a query, counted on the first page; none where there is nothing yet."""
    try:
        if query.after is None:
            return open_counted(session, viewer, query, unplaced=True)
        return open_layer(session, viewer, query, unplaced=True), None
    except NotFoundError:
        layer = LAYERS[query.layer]
        return LayerStream(layer.name, layer.shape, layer.fields, iter(())), 0


def _first(batches: list[Batch], limit: int) -> tuple[Batch, ...]:
    kept: list[Batch] = []
    left = limit
    for batch in batches:
        if left <= 0:
            break
        kept.append(_head(batch, left) if len(batch.ids) > left else batch)
        left -= len(batch.ids)
    return tuple(kept)


def _head(batch: Batch, n: int) -> Batch:
    shapes = batch.geometries
    if isinstance(shapes, Points):
        return Batch(batch.ids[:n], batch.rows[:n], Points(shapes.lons[:n], shapes.lats[:n]))
    return Batch(batch.ids[:n], batch.rows[:n], shapes[:n])
