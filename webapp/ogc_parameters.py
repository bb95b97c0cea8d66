"""The query string of the features of `/ogc`, checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from werkzeug.datastructures import MultiDict

from geo.cql2 import LANGUAGES, Expression, all_of, equals, parse_filter
from geo.errors import Cql2Error, CrsError
from geo.layer_stream import Field
from geo.ogc_crs import CRS84, Reference, reference_of
from models.placements import Bbox
from webapp.bbox_datetime import parse_bbox, parse_datetime
from webapp.errors import BadParameterError
from webapp.layer_parameters import parse_layer
from webapp.queries import refused
from webapp.services.layer_catalogue import LayerInfo
from webapp.services.layer_query import LayerQuery
from webapp.services.ogc_description import DEFAULT_LIMIT, MOST_ITEMS
from webapp.services.ogc_documents import closed_fields, queryable_fields, shared_parameters
from webapp.services.ogc_items import id_of
from webapp.told import told

_OF_ITEMS = (
    *("limit", "after", "bbox", "bbox-crs", "datetime", "crs"),
    *("filter", "filter-lang", "filter-crs"),
)


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of features that is asked for, and the system of its coordinates."""

    query: LayerQuery
    reference: Reference
    limit: int = 1


def item_parameters(layer: LayerInfo) -> tuple[str, ...]:
    """What the address of the features takes: every field that can be filtered by, too."""
    fields = (field.name for field in queryable_fields(layer))
    return tuple(dict.fromkeys((*_OF_ITEMS, *fields, *shared_parameters(layer))))


def asked_item(layer: LayerInfo, args: Mapping[str, str], today: date) -> Asked:
    """One feature, in the system that is asked for.

    Raises
    ------
    BadParameterError
        If there is no such system.
    """
    query = parse_layer(layer, _shared(layer, args), today).query
    return Asked(query, _reference(args, "crs"))


def asked_items(layer: LayerInfo, args: Mapping[str, str], today: date) -> Asked:
    """A page of features.

    Raises
    ------
    BadParameterError
        Naming the parameter that cannot be used.
    """
    limit = _limit(args)
    reference = _reference(args, "crs")
    query = replace(
        parse_layer(layer, _shared(layer, args), today).query,
        **_days(layer, args),
        bbox=_bbox(args),
        where=all_of([*_values(layer, args), *_filter(layer, args)]),
        after=_after(layer, args),
    )
    return Asked(query, reference, limit)


def _shared(layer: LayerInfo, args: Mapping[str, str]) -> MultiDict[str, str]:
    given = {name: args[name] for name in shared_parameters(layer) if name in args}
    if "/" in given.get("period", ""):
        del given["period"]  # the two days of the field of that name
    return MultiDict(given)


def _limit(args: Mapping[str, str]) -> int:
    text = args.get("limit", str(DEFAULT_LIMIT)).strip()
    is_number = text.isascii() and text.isdigit() and len(text) <= len(str(MOST_ITEMS))
    if not is_number or not 1 <= int(text) <= MOST_ITEMS:
        raise refused("limit", told("cần số nguyên từ 1 đến {most}", most=MOST_ITEMS), text)
    return int(text)


def _after(layer: LayerInfo, args: Mapping[str, str]) -> int | str | None:
    text = args.get("after")
    if text is None:
        return None
    found = id_of(layer.name, text)
    if found is None:
        raise refused("after", told("cần id của đối tượng cuối trang trước"), text)
    return found


def _reference(args: Mapping[str, str], name: str) -> Reference:
    text = args.get(name)
    if text is None:
        return CRS84
    try:
        return reference_of(text)
    except CrsError as error:
        raise BadParameterError(name, str(error)) from None


def _values(layer: LayerInfo, args: Mapping[str, str]) -> list[Expression]:
    """Every field that is named with its value."""
    shared = _shared(layer, args)
    return [
        _equals(layer, field, args[field.name])
        for field in queryable_fields(layer)
        if field.name in args and field.name not in shared
    ]


def _equals(layer: LayerInfo, field: Field, text: str) -> Expression:
    if field.name in closed_fields(layer) and text not in field.codes:
        raise refused(field.name, told("cần một trong {codes}", codes=", ".join(field.codes)), text)
    try:
        return equals(field, text)
    except Cql2Error as error:
        raise BadParameterError(field.name, str(error)) from None


def _days(layer: LayerInfo, args: Mapping[str, str]) -> dict[str, Any]:
    """The first and the last day, where they are asked for; what has no days meets all of them."""
    if "datetime" not in args:
        return {}
    since, until = parse_datetime(args["datetime"])
    return {"since": since, "until": until} if layer.time else {}


def _bbox(args: Mapping[str, str]) -> Bbox | None:
    reference = _reference(args, "bbox-crs")
    return parse_bbox(args["bbox"], reference) if "bbox" in args else None


def _filter(layer: LayerInfo, args: Mapping[str, str]) -> list[Expression]:
    language = args.get("filter-lang", LANGUAGES[0])
    if language not in LANGUAGES:
        wants = told("cần một trong {codes}", codes=", ".join(LANGUAGES))
        raise refused("filter-lang", wants, language)
    reference = _reference(args, "filter-crs")
    if "filter" not in args:
        return []
    try:
        return [parse_filter(args["filter"], language, queryable_fields(layer), reference)]
    except Cql2Error as error:
        raise BadParameterError("filter", str(error)) from None
