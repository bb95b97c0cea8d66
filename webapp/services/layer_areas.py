"""Rows of the layers of areas and lines: communes, provinces, key routes, border segments."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from shapely.geometry.base import BaseGeometry

from geo.carried import MAP_SINCE, Carried
from geo.records import Period
from geo.routes import line_length_km
from geo.terms import CommuneClass
from models import communes, corridors, indicators
from models.boundary_versions import BoundaryVersion
from models.carried_classes import carried_classes
from models.corridor_crossings import CommuneOn, provinces_on
from models.corridors import StoredCorridor
from models.errors import NotFoundError
from models.periods import is_provisional, period_of
from models.ruleset import ruleset_for
from models.session import Session
from models.viewers import Viewer
from webapp.services.border_ground import ground_in
from webapp.services.border_reading import count_border
from webapp.services.border_rows import segment_fields
from webapp.services.class_terms import usual_term
from webapp.services.corridors import force_on
from webapp.services.layer_fields_areas import DECLARED
from webapp.services.layer_query import Boundaries, LayerQuery
from webapp.services.layer_rows import LayerRows, Row, at_hand
from webapp.services.overview import View
from webapp.services.standing import commune_standings
from webapp.told import told

Fields = dict[str, Any]


def commune_rows(session: Session, viewer: Viewer, query: LayerQuery) -> LayerRows:
    """The communes of a map with their class in a period, by code.

    With `Boundaries.THEN` the map is that of the last day of the period, and every class its
    own; else the one in force, to which classes of former communes are carried.

    Raises
    ------
    NotFoundError
        If no map is installed, or none of that day.
    """
    period = query.period or usual_term(session, viewer, query.as_of)
    version = map_of(session, viewer, query, period)
    units = communes.commune_units(session, viewer, version.id, query.province_code)
    if query.commune_code is not None:
        units = [unit for unit in units if unit.code == query.commune_code]
    classes = _Classes(session, viewer, period, query, version)
    declared = _declared(session, viewer, period, query.commune_code)
    rows = [
        {
            **{name: getattr(unit, name) for name in _OF_UNIT},
            **classes.of(unit.code),
            **declared.get(unit.code, _UNDECLARED),
            "period": _days(period),
            "boundaries_approximate": version.approximate,
            "boundary_map": version.valid_from.isoformat(),
        }
        for unit in units
    ]
    return LayerRows(rows, lambda wanted: _shapes(session, viewer, version, rows, wanted))


_OF_UNIT = (
    *("code", "name", "full_name", "unit_type", "province_code", "province_name", "area_km2"),
    "border_with",
)
_UNDECLARED: Fields = dict.fromkeys(DECLARED)


def map_of(session: Session, viewer: Viewer, query: LayerQuery, period: Period) -> BoundaryVersion:
    """The map that the communes of a period are drawn on.

    Raises
    ------
    NotFoundError
        If no map is installed, or none of the last day of the period where that is asked for.
    """
    current = communes.current_version(session, viewer)
    if query.boundaries is Boundaries.NOW or current.valid_from <= period.end:
        return current
    for version in communes.past_versions(session, viewer):
        if version.valid_from <= period.end and period.end <= (version.valid_to or date.max):
            return version
    raise NotFoundError(
        told(
            "Chưa cài bản đồ có hiệu lực ngày {day}: không xuất được với boundaries=then. "
            "Hãy bỏ tham số boundaries để dùng bản đồ hiện hành.",
            day=period.end,
        )
    )


class _Classes:
    """The class of every commune of a map in a period, by the one answer to which it is."""

    def __init__(
        self,
        session: Session,
        viewer: Viewer,
        period: Period,
        query: LayerQuery,
        version: BoundaryVersion,
    ) -> None:
        is_former = period.end < MAP_SINCE  # under codes of communes of other provinces, too
        self._standings = commune_standings(
            session,
            viewer,
            period,
            province_code=None if is_former else query.province_code,
            today=query.as_of,
        )
        self._rules = ruleset_for(period).name
        self._provisional = is_provisional(period, query.as_of)
        self._carried: Mapping[str, Carried] = {}
        if version.is_current and is_former:
            own = {code: CommuneClass(each.cls) for code, each in self._standings.items()}
            self._carried = carried_classes(
                session, viewer, period, own, province_code=query.province_code
            )

    def of(self, code: str) -> Fields:
        """What is told of the class of a commune."""
        carried = self._carried.get(code)
        if carried is not None and carried.is_carried:
            cls = carried.cls or CommuneClass.UNKNOWN
            known, standing = carried.n_unknown < carried.n_parts, None
        else:
            standing = self._standings.get(code)
            known = standing is not None
            cls = CommuneClass(standing.cls) if standing else CommuneClass.UNKNOWN
        return {
            "class": cls.value,
            "class_from": "carried" if carried and carried.is_carried else "own",
            "ruleset": self._rules if known else None,
            "provisional": self._provisional,
            "state": standing.state.value if standing else None,
            "signed": standing is not None and standing.frozen,
        }


def _declared(
    session: Session, viewer: Viewer, period: Period, commune_code: str | None
) -> dict[str, Fields]:
    """Declared figures of the period by commune, those of the viewer's scope alone."""
    found = indicators.find_indicators(session, viewer, period, commune_code)
    return {each.commune_code: {name: getattr(each, name) for name in DECLARED} for each in found}


def _shapes(
    session: Session,
    viewer: Viewer,
    version: BoundaryVersion,
    rows: Sequence[Fields],
    wanted: Sequence[int],
) -> list[BaseGeometry]:
    codes = [rows[i]["code"] for i in wanted]
    shapes = communes.shapes_of(session, viewer, version.id, codes)
    return [shapes[code] for code in codes]


def province_rows(session: Session, viewer: Viewer, query: LayerQuery) -> LayerRows:
    """The provinces of the map in force with their communes by class in a period, by code."""
    found = commune_rows(session, viewer, replace(query, boundaries=Boundaries.NOW))
    by_province: dict[str, list[Row]] = defaultdict(list)
    for row in found.rows:
        by_province[row["province_code"]].append(row)
    rows = [_of_province(code, its) for code, its in sorted(by_province.items())]
    version = communes.current_version(session, viewer)

    def outlines(wanted: Sequence[int]) -> list[BaseGeometry]:
        codes = [rows[i]["code"] for i in wanted]
        found = communes.province_shapes(session, viewer, version.id, "full", codes)
        shapes = {each.code: each.geometry for each in found}
        return [shapes[code] for code in codes]

    return LayerRows(rows, outlines)


def _of_province(code: str, its: Sequence[Row]) -> Fields:
    counted = Counter(row["class"] for row in its)
    first = its[0]
    return {
        "code": code,
        "name": first["province_name"],
        "area_km2": round(sum(row["area_km2"] for row in its), 3),
        "communes": len(its),
        **{f"n_{cls.value}": counted[cls.value] for cls in CommuneClass},
        "ruleset": next((row["ruleset"] for row in its if row["ruleset"]), None),
        **{name: first[name] for name in ("period", "provisional", *_OF_MAP)},
    }


_OF_MAP = ("boundaries_approximate", "boundary_map")


def corridor_rows(session: Session, viewer: Viewer, query: LayerQuery) -> LayerRows:
    """The key routes in force on a day of those asked for, on `as_of` without any, by id.

    `commune_codes` are those of the map in force, in order along the line.
    """
    first, last = query.since or query.as_of, query.until or query.as_of
    found = corridors.find_corridors(
        session,
        viewer,
        period=Period(min(first, last), last),
        province_code=query.province_code,
        commune_code=query.commune_code,
    )
    found.sort(key=lambda each: each.id)
    along = corridors.communes_on(session, viewer, found)
    rows = [_of_corridor(route, along[route.id], query.as_of) for route in found]
    return at_hand(rows, [route.geometry for route in found])


def _of_corridor(route: StoredCorridor, along: Sequence[CommuneOn], as_of: date) -> Fields:
    return {
        "id": route.id,
        "ref": route.ref,
        "source": route.source,
        "name": route.name,
        "mode": route.mode.value,
        "reach": route.reach.value,
        "decision": route.decision,
        "decided_on": route.decided_on,
        "valid_from": route.valid_from,
        "valid_to": route.valid_to,
        "as_of": as_of,
        "force": force_on(route, as_of).value,
        "width_m": route.width_m,
        "length_km": round(line_length_km(route.geometry), 3),
        "province_codes": list(provinces_on(along)),
        "commune_codes": [each.commune_code for each in along],
        "note": route.note,
    }


def segment_rows(session: Session, viewer: Viewer, query: LayerQuery) -> LayerRows:
    """The segments of the border with what is counted in their bands, by code.

    Counted from the first day asked for to the last; without any from the beginning of the
    period to `as_of`.
    """
    period = query.period or period_of(query.as_of)
    first = query.since or period.start
    last = query.until or max(first, min(query.as_of, period.end))
    view = View(query.province_code, first, last)
    ground = ground_in(session)
    counted = count_border(session, viewer, view, ground).counted.segments
    found = sorted(counted, key=lambda each: each.segment.line.code)
    mark = {"boundaries_approximate": ground.version.approximate}
    rows = [segment_fields(each, view) | mark for each in found]
    return at_hand(rows, [each.segment.line.geometry for each in found])


def _days(period: Period) -> str:
    return f"{period.start}/{period.end}"
