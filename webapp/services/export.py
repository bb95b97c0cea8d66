"""One way out: layers as the viewer may see them, as files or as text that streams."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from dataclasses import replace
from pathlib import Path

from geo.export import Written, text_chunks, write_stream
from geo.layer_stream import Batch, LayerStream
from models import audit
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services.layer_features import open_layer
from webapp.services.layer_metadata import Made, filter_told, layer_metadata
from webapp.services.layer_query import LayerQuery
from webapp.services.layer_styles import style_of


def export_file(
    database: Database,
    viewer: Viewer,
    query: LayerQuery,
    path: Path,
    made: Made,
    *,
    sidecar: bool = False,
) -> Written:
    """Write a layer to a file and the export to the audit trail.

    Raises
    ------
    NotFoundError
        If there is no such layer, or clusters are asked for before any analysis was run.
    LayerParameterError
        If the layer does not take one of the filters, or not one of its words.
    UnusableFileError
        If the suffix of `path` is not a known format, or the format cannot hold the layer.
    CrsError
        If the format cannot be in the coordinate system, or a place lies outside it.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        stream = open_layer(session, viewer, query)
        told = layer_metadata(session, viewer, query, made)
        style = style_of(query.layer, stream.fields)
        written = write_stream(stream, told, path, made.crs, style, sidecar=sidecar)
    _note(database, viewer, query, made, written.n)
    return written


def export_chunks(
    database: Database, viewer: Viewer, query: LayerQuery, made: Made
) -> Generator[bytes]:
    """A layer of GeoJSON or CSV as it is read; what is wrong with the query is said at once.

    The transaction lives until the last chunk was taken or the iterator is closed; the audit trail
    then says how many features left.

    Raises
    ------
    As `export_file`.
    """
    chunks = _chunks(database, viewer, query, made)
    next(chunks)  # opens the layer, so that closing ends the transaction whatever was taken
    return chunks


def _chunks(database: Database, viewer: Viewer, query: LayerQuery, made: Made) -> Generator[bytes]:
    counted = _Counted()
    try:
        with unit_of_work(database, viewer, read_only=True) as session:
            stream = counted.watch(open_layer(session, viewer, query))
            told = layer_metadata(session, viewer, query, made)
            chunks = text_chunks(stream, told, made.format, made.crs)
            yield b""
            counted.began = True
            yield from chunks
    finally:
        if counted.began:
            _note(database, viewer, query, made, counted.n)


class _Counted:
    """How many features passed."""

    def __init__(self) -> None:
        self.n = 0
        self.began = False

    def watch(self, stream: LayerStream) -> LayerStream:
        """The same stream, counted."""
        return replace(stream, batches=self._passing(stream.batches))

    def _passing(self, batches: Iterator[Batch]) -> Iterator[Batch]:
        for batch in batches:
            self.n += len(batch.ids)
            yield batch


def _note(database: Database, viewer: Viewer, query: LayerQuery, made: Made, n: int) -> None:
    told = filter_told(query)
    if "filter" in told:  # words of one's own may stand in an expression
        told["filter"] = {"text": str(told["filter"])}
    detail = {"rows": n, "filter": told, "format": made.format, "crs": made.crs}
    with unit_of_work(database, viewer) as session:
        audit.record(session, viewer, "export", query.layer, detail, at=made.at)
