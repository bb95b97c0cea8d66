"""What the page of exports shows, and the small answers around a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from geo.export_places import WGS84
from geo.geojson_stream import Tally
from geo.text import fold
from models import communes
from models.communes import Province
from models.errors import NotFoundError
from models.periods import period_code
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services.class_terms import usual_term
from webapp.services.layer_catalogue import LAYERS
from webapp.services.layer_features import count_features, open_layer
from webapp.services.layer_metadata import Made, layer_metadata
from webapp.services.layer_query import LayerQuery

_WITH_CLASSES = frozenset({"communes", "provinces"})


@dataclass(frozen=True, slots=True)
class ExportPage:
    """How many features a query has, None with the reason why they cannot be counted."""

    query: LayerQuery | None
    n: int | None
    why: str
    provinces: tuple[Province, ...]


def open_page(database: Database, viewer: Viewer, query: LayerQuery | None) -> ExportPage:
    """The page for a query; for None, one that cannot be read, without a number."""
    with unit_of_work(database, viewer, read_only=True) as session:
        known = communes.provinces(session, viewer)
        covered = tuple(each for each in known if viewer.scope.covers(each.code, None))
        if query is None:
            return ExportPage(None, None, "", covered)
        try:
            return ExportPage(query, count_features(session, viewer, query), "", covered)
        except NotFoundError as error:
            return ExportPage(query, None, str(error), covered)


def settled(database: Database, viewer: Viewer, query: LayerQuery) -> LayerQuery:
    """The query with the period of its classes, so that its address means the same later."""
    if query.layer not in _WITH_CLASSES or query.period is not None:
        return query
    with unit_of_work(database, viewer, read_only=True) as session:
        return replace(query, period=usual_term(session, viewer, query.as_of))


def described(
    database: Database, viewer: Viewer, query: LayerQuery, made: Made
) -> Mapping[str, Any]:
    """The metadata of a file without its features, with their number and checksum.

    Their corners are left out: they may be those of a single home, and no line is written of this.
    """
    tally = Tally()
    with unit_of_work(database, viewer, read_only=True) as session:
        for _ in tally.watch(open_layer(session, viewer, query)):
            pass
        told = layer_metadata(session, viewer, query, made)
    return {**told, "features": tally.n, "content_sha256": tally.content_sha256}


def file_name(query: LayerQuery, suffix: str, crs: int) -> str:
    """A name that says what a file holds.

    >>> from datetime import date
    >>> file_name(LayerQuery("incidents", date(2026, 6, 30), province_code="51"), ".csv", 9210)
    'diaban-vu-viec-51-den-2026-06-30-epsg9210.csv'
    """
    parts = ["diaban", fold(LAYERS[query.layer].title.replace(",", " ")).replace(" ", "-")]
    parts += [code for code in (query.commune_code or query.province_code,) if code]
    if query.period is not None:
        parts.append(period_code(query.period).replace("/", "--"))
    elif query.since is not None:
        parts.append(f"{query.since}--{query.until or query.as_of}")
    else:
        parts.append(f"den-{query.until or query.as_of}")
    if crs != WGS84:
        parts.append(f"epsg{crs}")
    return "-".join(parts) + suffix
