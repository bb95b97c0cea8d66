"""The months of a map view in one answer, so that playing them needs no further question.

The page adds the pieces of months up itself. Only the first day of the view cuts a month: a sum
that begins there or with a month, and ends with a whole month or the last day of the story, is
what the other answers of the map say of the same days. A view that ends inside a month is no sum
of pieces.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from geo.records import Period
from geo.terms import CommuneClass
from models import incident_story, indicators
from models.assessments import classes as stored_classes
from models.hotspot_marks import HotspotMark
from models.incident_filters import IncidentFilter
from models.incident_story import piece_start
from models.lifecycle import add_months, status_changes
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services import map_layers
from webapp.services.overview import (
    Box,
    View,
    communes_of,
    filter_of,
    find_version,
    holding_period,
    hotspots_in,
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
    pieces = _pieces(days, view.since)
    with unit_of_work(database, viewer, read_only=True) as session:
        totals = incident_story.daily_totals(session, viewer, filter_of(whole))
        vague = incident_story.vague_counts(session, viewer, filter_of(whole), view.since)
        drawn = _drawn(session, viewer, whole, pieces, screen)
        spots = hotspots_in(session, viewer, whole)
        classes = _classes(session, viewer, list(month_ends(days)))
        version = find_version(session, viewer)
    number = {first: index for index, first in enumerate(pieces)}
    inside = communes_of(database, version.id, view.province_code) if version else ()
    return {
        "days": [days.start.isoformat(), days.end.isoformat()],
        "cut": view.since.isoformat(),
        "pieces": [first.isoformat() for first in pieces],
        **_sums(totals, number, view.since),
        "vague": [[each.commune_code, number[each.starts], each.n] for each in vague],
        **drawn,
        "limits": [map_layers.MAX_POINTS, map_layers.MAX_POINTS_NEAR, map_layers.NEAR_ZOOM],
        "hotspots": list(_hotspots(spots, days.end)),
        "classes": list(_told_classes(classes, inside, today)),
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
    session: Session, viewer: Viewer, whole: View, pieces: Sequence[date], screen: Screen
) -> dict[str, Any]:
    """Points of the whole area, else of the box, else counts of the cells in the box.

    Either as one flat list of numbers, by piece.
    """
    wanted, box = filter_of(whole), screen.box
    if not _too_many(session, viewer, wanted):
        return {"mode": "points", "box": None, "points": _points(session, viewer, wanted, pieces)}
    covered = None
    if box is not None:
        covered = [box.west, box.south, box.east, box.north]
        wanted = replace(wanted, bbox=(box.west, box.south, box.east, box.north))
        if not _too_many(session, viewer, wanted):
            found = _points(session, viewer, wanted, pieces)
            return {"mode": "points", "box": covered, "points": found}
    cell_deg = map_layers.cell_for_zoom(screen.zoom)
    cells = incident_story.density_counts(session, viewer, wanted, pieces, cell_deg)
    told = cells.ravel().tolist()
    return {"mode": "cells", "box": covered, "cell_deg": cell_deg, "cells": told}


def _too_many(session: Session, viewer: Viewer, wanted: IncidentFilter) -> bool:
    return incident_story.too_many_points(session, viewer, wanted, MAX_POINTS)


def _points(
    session: Session, viewer: Viewer, wanted: IncidentFilter, pieces: Sequence[date]
) -> list[int]:
    """Pieces and places of the incidents, sorted, as one flat list."""
    points = sorted(
        (bisect_right(pieces, day) - 1, round(lon * DEGREE_PARTS), round(lat * DEGREE_PARTS))
        for lon, lat, day in incident_story.dated_points(session, viewer, wanted)
    )
    return [value for row in points for value in row]


def _hotspots(found: Iterable[HotspotMark], until: date) -> Iterator[dict[str, Any]]:
    """What the map is told of the hotspots known by a day, with every change of their status."""
    for spot in found:
        changes = status_changes(event for event in spot.events if event.on <= until)
        if changes:
            told = map_layers.told_hotspot(spot, changes[-1][1], until)
            yield told | {"changes": [[day.isoformat(), status.value] for day, status in changes]}


def _classes(
    session: Session,
    viewer: Viewer,
    steps: Sequence[date],
) -> list[tuple[date, Period, dict[str, CommuneClass]]]:
    """Every period whose classes hold on a last day of a month, from the first such day on."""
    declared = indicators.periods(session, viewer)
    holding = [(day, holding_period(declared, day)) for day in steps] if declared else []
    changed = [
        (day, period)
        for at, (day, period) in enumerate(holding)
        if at == 0 or period != holding[at - 1][1]
    ]
    return [(day, period, stored_classes(session, viewer, period)) for day, period in changed]


def _told_classes(
    found: Iterable[tuple[date, Period, dict[str, CommuneClass]]],
    inside: Iterable[str],
    today: date,
) -> Iterator[dict[str, Any]]:
    for day, period, classes in found:
        codes: dict[str, list[str]] = {}
        for code in inside:
            if code in classes:
                codes.setdefault(classes[code].value, []).append(code)
        yield {"on": day.isoformat(), "period": told_period(period, today), "codes": codes}
