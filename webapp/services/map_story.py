"""The months of a map view in one answer, so that playing them needs no further question.

The page adds the pieces of months up itself. Only the first day of the view cuts a month: a sum
that begins there or with a month, and ends with a whole month or the last day of the story, is
what the other answers of the map say of the same days. A view that ends inside a month is no sum
of pieces.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from geo.records import HotspotEvent, Period
from geo.terms import CommuneClass, EventType
from models import communes, incident_story, indicators
from models.assessments import classes as stored_classes
from models.incident_filters import IncidentFilter
from models.incident_story import PieceCount, piece_start
from models.lifecycle import add_months, status_changes
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services import map_layers
from webapp.services.overview import (
    Box,
    View,
    class_period,
    filter_of,
    find_version,
    told_period,
)

MONTHS = 72
"""How far back a story goes, at least to the first day of the view."""

MAX_POINTS = 20_000
"""With more incidents than this a story carries counts of grid cells instead of points."""

DEGREE_PARTS = 10_000
"""Points are sent as whole ten-thousandths of a degree: 11 m, finer than a dot is drawn."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What is on the screen; without a box everything."""

    box: Box | None
    zoom: float


def story_of(
    database: Database, viewer: Viewer, view: View, today: date, screen: Screen
) -> dict[str, Any]:
    """Incidents by pieces of months, hotspots with all changes, classes by period.

    A month is cut in two on the first day of the view, so that every step from that day on is a
    sum of pieces; steps end with whole months or the last day of the story (`month_ends`).
    What is on the screen matters only where there are too many incidents to send each.
    """
    days = story_days(view, today)
    whole = replace(view, since=days.start, until=days.end)
    with unit_of_work(database, read_only=True) as session:
        totals = incident_story.daily_totals(session, viewer, filter_of(whole))
        vague = incident_story.vague_counts(session, viewer, filter_of(whole), view.since)
        drawn = _drawn(session, viewer, whole, view.since, screen)
        steps = list(month_ends(days))
        classes = _classes(session, viewer, steps, view.province_code, today)
    pieces = _pieces(days, view.since)
    number = {first: index for index, first in enumerate(pieces)}
    return {
        "days": [days.start.isoformat(), days.end.isoformat()],
        "cut": view.since.isoformat(),
        "pieces": [first.isoformat() for first in pieces],
        **_sums(totals, number, view.since),
        "vague": [[each.key, number[each.starts], each.n] for each in vague],
        **_numbered(drawn, number),
        "limits": [map_layers.MAX_POINTS, map_layers.MAX_POINTS_NEAR, map_layers.NEAR_ZOOM],
        "hotspots": _hotspots(map_layers.hotspots_of(database, viewer, whole)),
        "classes": classes,
    }


def story_days(view: View, today: date) -> Period:
    """From six years ago, or earlier if the view begins then, to today or the end of the view.

    >>> view = View(None, date(2025, 12, 15), date(2026, 3, 31))
    >>> story_days(view, date(2026, 6, 14))
    Period(start=datetime.date(2020, 7, 1), end=datetime.date(2026, 6, 14))
    """
    last = max(today, view.until)
    first = add_months(last.replace(day=1), 1 - MONTHS)
    return Period(min(first, view.since), last)


def month_ends(days: Period) -> Iterable[date]:
    """The last day of every month of a period, the last of them its own last day.

    >>> ends = month_ends(Period(date(2026, 1, 10), date(2026, 3, 14)))
    >>> [f"{day:%d/%m}" for day in ends]
    ['31/01', '28/02', '14/03']
    """
    first = days.start.replace(day=1)
    while first <= days.end:
        first = add_months(first, 1)
        yield min(first - timedelta(days=1), days.end)


def _pieces(days: Period, cut: date) -> list[date]:
    firsts = {end.replace(day=1) for end in month_ends(days)}
    return sorted(firsts | {cut})


def _sums(
    totals: Sequence[tuple[date, int, int]], number: dict[date, int], cut: date
) -> dict[str, list[int]]:
    cases, offenders = [0] * len(number), [0] * len(number)
    for day, n, persons in totals:
        piece = number[piece_start(day, cut)]
        cases[piece] += n
        offenders[piece] += persons
    return {"cases": cases, "offenders": offenders}


def _drawn(
    session: Session, viewer: Viewer, whole: View, cut: date, screen: Screen
) -> dict[str, Any]:
    """Points of the whole area, else of the box, else counts of the cells in the box."""
    found = _points(session, viewer, filter_of(whole), cut)
    if found is not None:
        return {"mode": "points", "box": None, "points": found}
    wanted, box = filter_of(whole), screen.box
    if box is not None:
        wanted = replace(wanted, bbox=(box.west, box.south, box.east, box.north))
    covered = None if box is None else [box.west, box.south, box.east, box.north]
    found = _points(session, viewer, wanted, cut) if box is not None else None
    if found is not None:
        return {"mode": "points", "box": covered, "points": found}
    cell_deg = map_layers.cell_for_zoom(screen.zoom)
    cells = incident_story.density_counts(session, viewer, wanted, cut, cell_deg)
    return {"mode": "cells", "box": covered, "cell_deg": cell_deg, "cells": cells}


def _points(
    session: Session, viewer: Viewer, wanted: IncidentFilter, cut: date
) -> list[tuple[int, int, date]] | None:
    """Places and pieces of the incidents, None where there are too many."""
    found = incident_story.dated_points(session, viewer, wanted, MAX_POINTS + 1)
    if len(found) > MAX_POINTS:
        return None
    return [
        (round(lon * DEGREE_PARTS), round(lat * DEGREE_PARTS), piece_start(day, cut))
        for lon, lat, day in found
    ]


def _numbered(drawn: dict[str, Any], number: dict[date, int]) -> dict[str, Any]:
    """Points or cells as one flat list of numbers, by piece."""
    if drawn["mode"] == "points":
        points = sorted((number[first], lon, lat) for lon, lat, first in drawn["points"])
        return drawn | {"points": [value for row in points for value in row]}
    cells: list[PieceCount] = drawn["cells"]
    rows = sorted((number[each.starts], *each.key, each.n) for each in cells)
    return drawn | {"cells": [value for row in rows for value in row]}


def _hotspots(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row | {"changes": _changes(row["events"])} for row in rows]


def _changes(events: Iterable[Sequence[str]]) -> list[list[str]]:
    history = [HotspotEvent(EventType(kind), date.fromisoformat(on)) for kind, on, *_ in events]
    return [[day.isoformat(), status.value] for day, status in status_changes(history)]


def _classes(
    session: Session,
    viewer: Viewer,
    steps: Sequence[date],
    province_code: str | None,
    today: date,
) -> list[dict[str, Any]]:
    """Every period whose classes hold on a last day of a month, from the first such day on."""
    if not indicators.periods(session, viewer):
        return []
    version = find_version(session, viewer)
    units = communes.commune_units(session, viewer, version.id, province_code) if version else []
    inside = {unit.code for unit in units}
    told: list[dict[str, Any]] = []
    before = None
    for day in steps:
        period = class_period(session, viewer, day)
        if period != before:
            found = stored_classes(session, viewer, period)
            facts = {"on": day.isoformat(), "period": told_period(period, today)}
            told.append(facts | _by_class(found, inside))
        before = period
    return told


def _by_class(found: dict[str, CommuneClass], inside: set[str]) -> dict[str, Any]:
    codes: dict[str, list[str]] = {}
    for code in sorted(inside & found.keys()):
        codes.setdefault(found[code].value, []).append(code)
    return {"codes": codes}
