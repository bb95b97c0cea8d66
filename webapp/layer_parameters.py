"""The query string of a layer to be exported, checked; and the one that says the same again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from geo.cql2 import TEXT, Expression, filter_text, parse_filter
from geo.errors import Cql2Error, CrsError
from geo.export import FORMATS
from geo.export_places import WGS84, system_of
from geo.ogc_crs import CRS84
from geo.records import Period
from models.facility_nearness import Near
from models.periods import period_code
from models.placements import Bbox
from webapp.bbox_datetime import parse_bbox
from webapp.errors import BadParameterError
from webapp.parameter_words import named
from webapp.queries import parse_choice, parse_code, parse_day, parse_near, parse_term, refused
from webapp.services.layer_catalogue import PARAMETERS, LayerInfo
from webapp.services.layer_features import LayerParameterError, checked
from webapp.services.layer_query import Boundaries, LayerQuery
from webapp.told import told, told_list

_LISTS = (
    *("kinds", "sides", "substances", "detected_by"),
    *("statuses", "precisions", "flags", "classes"),
)
_LISTED = {"hkind", *(PARAMETERS[name] for name in _LISTS)}
_TRUTHS = {"true": True, "1": True, "false": False, "0": False}
_EPSG = re.compile(r"(?:EPSG:)?([0-9]{4,5})", re.IGNORECASE)

E = TypeVar("E", bound=StrEnum)


@dataclass(frozen=True, slots=True)
class Asked:
    """A layer that is asked for, and the EPSG code of the system it is wanted in."""

    query: LayerQuery
    crs: int = WGS84

    @property
    def search(self) -> str:
        """The query string that repeats it on any day."""
        return urlencode(list(_written(self)), safe=",:")


def parse_layer(
    layer: LayerInfo, args: MultiDict[str, str], today: date, format: str | None = None
) -> Asked:
    """A layer with its filters and coordinate system.

    A parameter of words may be given several times or with commas between; what is empty does
    not cut. For layers without a period of their own `period` stands for its days. `format` is
    that of the file, where one is made.

    Raises
    ------
    BadParameterError
        Naming the parameter that is unknown, cannot be used, or not for this layer.
    """
    given = _given(args)
    _require_known(layer, given)
    if "hkind" in given:
        given["kind"] = given.pop("hkind")
    since, until, period = _time(layer, given)
    lists: dict[str, Any] = {name: _words(given, PARAMETERS[name]) for name in _LISTS}
    query = LayerQuery(
        layer.name,
        parse_day(given, "as_of") or today,
        province_code=parse_code(given, "province"),
        commune_code=parse_code(given, "commune"),
        since=since,
        until=until,
        period=period,
        bbox=_bbox(given),
        near=parse_near(given),
        verified=_TRUTHS.get(parse_choice(given, "verified", tuple(_TRUTHS)) or ""),
        boundaries=_one(given, "boundaries", Boundaries, Boundaries.NOW),
        where=_where(layer, given),
        **lists,
    )
    return Asked(_checked(query), _crs(given, format))


def parameters_of(layer: LayerInfo) -> tuple[str, ...]:
    """Every parameter that an export of a layer takes."""
    own = (*layer.parameters, "as_of", "crs")
    own += ("period",) if "since" in layer.takes and "period" not in layer.takes else ()
    return own + (("hkind",) if layer.name == "hotspots" else ())


def _given(args: MultiDict[str, str]) -> dict[str, str]:
    """The parameters that say something; lists of words joined."""
    given = {}
    for name, values in args.lists():
        told_values = [each for each in dict.fromkeys(map(str.strip, values)) if each]
        if len(told_values) > 1 and name not in _LISTED:
            why = told("{name} được ghi nhiều lần; hãy ghi một lần.", name=named(name))
            raise BadParameterError(name, why)
        if told_values or name not in PARAMETERS.values():
            given[name] = ",".join(told_values)
    return given


def _require_known(layer: LayerInfo, given: dict[str, str]) -> None:
    known = parameters_of(layer)
    for name in given:
        if name not in known:
            why = told(
                "{name} không dùng cho lớp «{layer}»; các tham số dùng được: {known}.",
                name=named(name[:40]),
                layer=layer.name,
                known=", ".join(known),
            )
            raise BadParameterError(name, why)
    if "kind" in given and "hkind" in given:
        why = told("{name} đã nói rõ loại điểm; hãy bỏ «kind».", name=named("hkind"))
        raise BadParameterError("kind", why)


def _time(
    layer: LayerInfo, given: dict[str, str]
) -> tuple[date | None, date | None, Period | None]:
    """First day, last day and period, as the layer takes them."""
    since, until = parse_day(given, "from"), parse_day(given, "to")
    period = parse_term(given)
    if period is not None and "period" not in layer.takes:
        if since is not None or until is not None:
            why = told("{name} không đi cùng «from», «to»; hãy bỏ một.", name=named("period"))
            raise BadParameterError("period", why)
        return period.start, period.end, None
    if since is not None and until is not None and since > until:
        why = told(
            "Từ ngày (from) {since} phải trước hoặc bằng đến ngày (to) {until}. Hãy đổi lại kỳ.",
            since=since,
            until=until,
        )
        raise BadParameterError("from", why)
    return since, until, period


def _bbox(given: dict[str, str]) -> Bbox | None:
    return parse_bbox(given["bbox"], CRS84) if "bbox" in given else None


def _words(given: dict[str, str], name: str) -> tuple[str, ...]:
    words = (part.strip() for part in given.get(name, "").split(","))
    return tuple(dict.fromkeys(word for word in words if word))


def _one(given: dict[str, str], name: str, words: type[E], usual: E) -> E:
    found = parse_choice(given, name, tuple(word.value for word in words))
    return usual if found is None else words(found)


def _where(layer: LayerInfo, given: dict[str, str]) -> Expression | None:
    if "filter" not in given:
        return None
    try:
        return parse_filter(given["filter"], TEXT, layer.fields)
    except Cql2Error as error:
        raise _about("filter", error) from None


def _crs(given: dict[str, str], format: str | None) -> int:
    """The system asked for, one that the format is written in."""
    text = given.get("crs") or str(WGS84)
    found = _EPSG.fullmatch(text)
    if not found:
        raise refused("crs", told("cần mã EPSG, ví dụ 4326 hoặc 9210"), text)
    crs = int(found[1])
    try:
        system_of(crs)
    except CrsError as error:
        raise _about("crs", error) from None
    fixed = FORMATS[format].fixed_crs if format else None
    if fixed not in (None, crs):
        why = told("của định dạng này chỉ là EPSG:{fixed}", fixed=str(fixed))
        raise refused("crs", why, text)
    return crs


def _about(name: str, error: Exception) -> BadParameterError:
    return BadParameterError(name, told_list([named(name), str(error)], " "))


def _checked(query: LayerQuery) -> LayerQuery:
    try:
        checked(query)
    except LayerParameterError as error:
        raise BadParameterError(error.parameter, str(error)) from None
    return query


def _written(asked: Asked) -> Iterator[tuple[str, str]]:
    query, nothing = asked.query, LayerQuery(asked.query.layer, asked.query.as_of)
    for name, parameter in PARAMETERS.items():
        value = getattr(query, name)
        if value != getattr(nothing, name):
            yield parameter, _text(value)
    yield "as_of", query.as_of.isoformat()
    if asked.crs != WGS84:
        yield "crs", str(asked.crs)


def _text(value: Any) -> str:
    """A value as its parameter says it."""
    if isinstance(value, Near):
        return ",".join(f"{kind}:{within_m:.0f}" for kind, within_m in value.kinds)
    if isinstance(value, Period):
        return period_code(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return filter_text(value)
    return ",".join(map(str, value)) if isinstance(value, tuple) else str(value)
