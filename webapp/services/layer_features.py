"""The one door to the layers: as streams of features, counted, and how far they reach."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from geo.cql2 import GEOMETRY
from geo.layer_stream import LayerStream
from geo.terms import DetectedBy, IncidentKind, Precision, Side, Substance
from models.errors import InvalidValueError, NotFoundError
from models.incident_filters import IncidentFilter
from models.incident_stream import (
    StreamFilter,
    count_incidents,
    page_ids,
    stream_incidents,
)
from models.row_filters import matching
from models.session import Session
from models.viewers import Viewer
from webapp.services.layer_areas import commune_rows, corridor_rows, province_rows, segment_rows
from webapp.services.layer_catalogue import LAYERS, PARAMETERS, LayerInfo
from webapp.services.layer_query import Boundaries, LayerQuery
from webapp.services.layer_records import cluster_rows, facility_rows, hotspot_rows
from webapp.services.layer_rows import LayerRows, Row, batches, in_box
from webapp.told import told

Test = Callable[[Row], bool]

_ROWS: dict[str, Callable[[Session, Viewer, LayerQuery], LayerRows]] = {
    "hotspots": hotspot_rows,
    "clusters": cluster_rows,
    "communes": commune_rows,
    "provinces": province_rows,
    "corridors": corridor_rows,
    "border_segments": segment_rows,
    "facilities": facility_rows,
}


class LayerParameterError(InvalidValueError):
    """A filter of a layer cannot be used; `parameter` is its name in addresses."""

    def __init__(self, parameter: str, message: str) -> None:
        super().__init__(message)
        self.parameter = parameter


def layer_info(name: str) -> LayerInfo:
    """A layer of the catalogue.

    Raises
    ------
    NotFoundError
        If there is none of this name.
    """
    info = LAYERS.get(name)
    if info is None:
        raise NotFoundError(
            told(
                "Không có lớp dữ liệu «{name}»; các lớp xuất được: {known}.",
                name=name[:40],
                known=", ".join(LAYERS),
            )
        )
    return info


def open_layer(
    session: Session, viewer: Viewer, query: LayerQuery, *, unplaced: bool = False
) -> LayerStream:
    """The features of a query as the viewer may see them, by id.

    The batches are read while they are taken: the transaction has to live as long. A box leaves
    out what has no place, unless `unplaced` features are wanted, too.

    Raises
    ------
    NotFoundError
        If there is no such layer, or nothing that it could be made of.
    LayerParameterError
        If the layer does not take one of the filters, or not one of its words.
    """
    info = checked(query)
    if info.name == "incidents":
        return _incidents(session, viewer, info, query, unplaced)[0]
    rows = layer_rows(session, viewer, query)
    kept = _kept(rows, info, query, unplaced=unplaced)[: query.limit]
    return LayerStream(
        info.name, info.shape, info.fields, batches(rows, kept, info.id_field, info.names)
    )


def open_counted(
    session: Session, viewer: Viewer, query: LayerQuery, *, unplaced: bool = False
) -> tuple[LayerStream, int]:
    """The same with how many features there are, whatever the `limit`: a first page.

    Raises
    ------
    As `open_layer`.
    """
    info = checked(query)
    if info.name == "incidents":
        stream, n = _incidents(session, viewer, info, query, unplaced)
        return stream, count_features(session, viewer, query) if n is None else n
    rows = layer_rows(session, viewer, query)
    kept = _kept(rows, info, query, unplaced=unplaced)
    found = batches(rows, kept[: query.limit], info.id_field, info.names)
    return LayerStream(info.name, info.shape, info.fields, found), len(kept)


def _incidents(
    session: Session, viewer: Viewer, info: LayerInfo, query: LayerQuery, unplaced: bool
) -> tuple[LayerStream, int | None]:
    """The incidents of a query, with their number where it is known by the way."""
    wanted = _incident_filter(query)
    after = query.after if isinstance(query.after, int) else None
    n, limit = None, query.limit
    if limit is not None and (query.bbox is not None or query.where is not None):
        ids, n = page_ids(session, viewer, wanted, limit, after=after, unplaced=unplaced)
        wanted, after = StreamFilter(ids=ids, then=wanted.then), None
    found = stream_incidents(session, viewer, wanted, after=after, limit=limit)
    return LayerStream(info.name, info.shape, info.fields, found), n


def count_features(session: Session, viewer: Viewer, query: LayerQuery) -> int:
    """How many features a query has, whatever its `after` and `limit`."""
    info = checked(query)
    if info.name == "incidents":
        return count_incidents(session, viewer, _incident_filter(query))
    rows = layer_rows(session, viewer, query)
    return len(_kept(rows, info, replace(query, after=None), unplaced=False))


def layer_rows(session: Session, viewer: Viewer, query: LayerQuery) -> LayerRows:
    """All rows of a layer other than the incidents; some filters are not laid over them yet."""
    return _ROWS[query.layer](session, viewer, query)


def checked(query: LayerQuery) -> LayerInfo:
    """The layer of a query that gives it only filters it takes, and words that it knows."""
    info = layer_info(query.layer)
    nothing = LayerQuery(query.layer, query.as_of)
    for name, parameter in PARAMETERS.items():
        if name not in info.takes and getattr(query, name) != getattr(nothing, name):
            raise _not_taken(info, parameter)
    for name, codes in info.words().items():
        for word in getattr(query, name):
            if word not in codes:
                raise _no_word(info, PARAMETERS[name], word, codes)
    return info


def _not_taken(info: LayerInfo, parameter: str) -> LayerParameterError:
    said = told(
        "Lớp «{layer}» không lọc được theo «{parameter}»; các tham số dùng được: {known}.",
        layer=info.name,
        parameter=parameter,
        known=", ".join(info.parameters),
    )
    return LayerParameterError(parameter, said)


def _no_word(
    info: LayerInfo, parameter: str, word: str, codes: Iterable[str]
) -> LayerParameterError:
    said = told(
        "«{parameter}» của lớp «{layer}» không có mã «{word}»; các mã: {known}.",
        layer=info.name,
        parameter=parameter,
        word=word[:40],
        known=", ".join(codes),
    )
    return LayerParameterError(parameter, said)


def _incident_filter(query: LayerQuery) -> StreamFilter:
    return StreamFilter(
        IncidentFilter(
            province_code=query.province_code,
            commune_code=query.commune_code,
            since=query.since,
            until=query.until or query.as_of,
            kinds=tuple(IncidentKind(each) for each in query.kinds),
            substances=tuple(Substance(each) for each in query.substances),
            sides=tuple(Side(each) for each in query.sides),
            detected_by=tuple(DetectedBy(each) for each in query.detected_by),
            near=query.near,
            bbox=query.bbox,
        ),
        precisions=tuple(Precision(each) for each in query.precisions),
        verified=query.verified,
        then=query.boundaries is Boundaries.THEN,
        where=query.where,
        ids=None if query.ids is None else tuple(int(each) for each in query.ids),
    )


def _kept(found: LayerRows, info: LayerInfo, query: LayerQuery, *, unplaced: bool) -> list[int]:
    """The positions of the rows that a query leaves, in order of their ids."""
    tests = list(_tests(info, query))
    kept = [i for i, row in enumerate(found.rows) if all(test(row) for test in tests)]
    if query.bbox is not None:
        kept = in_box(found, kept, query.bbox, unplaced=unplaced)
    if query.where is not None and kept:
        kept = _meeting(found, info, kept, query.where)
    return kept


def _meeting(
    found: LayerRows, info: LayerInfo, kept: Sequence[int], where: Mapping[str, Any]
) -> list[int]:
    """Of some rows those that meet an expression; geometries are read where it speaks of them."""
    rows = [[found.rows[i][name] for name in info.names] for i in kept]
    is_placed = f'"property": "{GEOMETRY}"' in json.dumps(where)
    shapes = found.geometries(kept) if is_placed else [None] * len(kept)
    return [kept[i] for i in matching(info.fields, rows, shapes, where)]


def _tests(info: LayerInfo, query: LayerQuery) -> Iterator[Test]:
    for name in info.words():
        if words := getattr(query, name):
            yield _among(info.field_of(name), words)
    if query.ids is not None:
        yield _among(info.id_field, query.ids)
    if query.after is not None:
        yield _behind(info.id_field, query.after)
    if query.commune_code is not None:
        yield _of_commune(query.commune_code)
    if info.time:
        yield _in_days(info.time[0], info.time[-1], query)


def _among(field: str, wanted: Iterable[int | str]) -> Test:
    known = frozenset(wanted)
    return lambda row: row[field] in known


def _behind(field: str, after: Any) -> Test:
    return lambda row: bool(row[field] > after)


def _of_commune(code: str) -> Test:
    def lies_there(row: Row) -> bool:
        for name in ("commune_code_now", "code"):
            if name in row:
                return bool(row[name] == code)
        return code in row["commune_codes"]

    return lies_there


def _in_days(first: str, last: str, query: LayerQuery) -> Test:
    """Whether some day from the first to the last one of a row is among those asked for."""

    def meets(row: Row) -> bool:
        begins, ends = row[first], row[last]
        is_over = query.since is not None and ends is not None and ends < query.since
        is_coming = query.until is not None and begins is not None and begins > query.until
        return not is_over and not is_coming

    return meets
