"""The page of a commune: where it stands, why, what is missing, and the records behind it.

Class, state and change are everybody's; evidence, figures and records are there for viewers
whose scope holds the commune.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from geo.records import Corridor, Period
from geo.standing_terms import UnitLevel
from geo.terms import CommuneClass
from models import communes, corridors
from models.carried_classes import class_periods
from models.communes import Commune
from models.detection import DetectionShare, detection_shares
from models.hotspots import StoredHotspot
from models.known import known_hotspots
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.assessment_block import AssessmentBlock, assessment_block
from webapp.services.assessment_cases import Unit
from webapp.services.class_terms import before_of, offered_terms, terms_known, usual_of
from webapp.services.commune_checks import Checklist, checklist
from webapp.services.commune_history import read_trend
from webapp.services.commune_map import CommuneMap, draw_commune_map, frame_of
from webapp.services.commune_sheets import sheet_of
from webapp.services.commune_spots import SpotList, drawn_spots, list_spots
from webapp.services.commune_standing import (
    Change,
    DueLine,
    Question,
    change_since,
    dues_of,
    next_due,
    standing_of,
)
from webapp.services.commune_trend import Trend
from webapp.services.due_dates import Due
from webapp.services.evaluations import Evaluations
from webapp.services.figure_lines import FigureLine, headline_lines
from webapp.services.figure_notes import comparison_notes
from webapp.services.figures import Headline, compared
from webapp.services.fixed_cells import CellTable, read_cells
from webapp.services.hamlets import Hamlets, hamlets_of
from webapp.services.standing import Standing, commune_standings


@dataclass(frozen=True, slots=True)
class CommuneQuery:
    """Which commune, period (None: the usual one) and day of knowledge (None: now)."""

    code: str
    period: Period | None = None
    known_on: date | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """What the register counts in the period, beside the same days a year before."""

    now: Headline
    lines: tuple[FigureLine, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Inside:
    """What only viewers see whose scope holds the commune.

    `sheet` is None where nothing is known; `sheet_is_stored` tells whether the class shown
    everywhere rests on it. `cls_now` is the class that the figures give by now, empty where
    it is the one shown.
    """

    residents: int | None
    sheet: Checklist | None
    sheet_is_stored: bool
    cls_now: str
    figures: Figures
    spots: SpotList
    routes: tuple[Corridor, ...]
    detection: DetectionShare | None
    hamlets: Hamlets
    dues: tuple[DueLine, ...]
    due: Due | None
    block: AssessmentBlock


@dataclass(frozen=True, slots=True)
class CommunePage:
    """The page of a commune; `inside` is None outside the viewer's scope.

    `running` is the evaluation year under way where the page shows another by itself.
    """

    unit: Commune
    period: Period
    periods: tuple[Period, ...]
    known_on: date | None
    provisional: bool
    cls: str
    standing: Standing | None
    change: Change | None
    drawing: CommuneMap | None
    trend: Trend | None
    inside: Inside | None
    cells: CellTable | None
    running: Period | None
    may_declare: bool


def open_commune(
    database: Database, viewer: Viewer, wanted: CommuneQuery, today: date
) -> CommunePage:
    """The page of a commune in a period; what was known on a day is told inside the scope only.

    Raises
    ------
    NotFoundError
        If the map in force has no commune of this code.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        unit = communes.find_commune(session, viewer, wanted.code)
        in_scope = viewer.scope.covers(unit.province_code, unit.code)
        known_on = wanted.known_on if in_scope else None
        known = class_periods(session, viewer, province_code=unit.province_code)
        periods = offered_terms(known, today)
        then = terms_known(session, viewer, unit.province_code, known_on) if known_on else known
        period = wanted.period or usual_of(then, known_on or today)
        asked = Question.of(unit, period, today, known_on, Evaluations(session, viewer))
        standing = standing_of(session, viewer, asked)
        cls = standing.cls if standing else CommuneClass.UNKNOWN.value
        before = before_of(then, period)
        spots = _spots(session, viewer, asked) if in_scope else []
        inside = _inside(session, viewer, asked, standing, spots) if in_scope else None
        return CommunePage(
            unit=unit,
            period=period,
            periods=periods if period in periods else (period, *periods),
            known_on=known_on,
            provisional=asked.provisional,
            cls=cls,
            standing=standing,
            change=change_since(session, viewer, asked, cls, before),
            drawing=_drawing(session, viewer, asked, cls, spots),
            trend=_trend(session, viewer, asked, known, in_scope=in_scope),
            inside=inside,
            cells=None if inside else _cells(session, viewer, asked, today),
            running=_running(asked, periods) if wanted.period is None else None,
            may_declare=viewer.may_declare(unit.province_code, unit.code),
        )


def _cells(session: Session, viewer: Viewer, asked: Question, today: date) -> CellTable:
    """What everybody may be told of the cases of the province."""
    return read_cells(session, viewer, asked.unit.province_code, asked.period, today)


def _trend(
    session: Session, viewer: Viewer, asked: Question, known: Sequence[Period], *, in_scope: bool
) -> Trend | None:
    """The classes of the periods; not as they were known on an earlier day."""
    if asked.known_at:
        return None
    return read_trend(session, viewer, asked, known, in_scope=in_scope)


def _running(asked: Question, periods: tuple[Period, ...]) -> Period | None:
    """The period under way where the page shows an earlier one by itself."""
    later = [p for p in periods if p.contains(asked.day) and p.start > asked.period.end]
    return max(later, key=lambda p: p.end, default=None)


def _inside(
    session: Session,
    viewer: Viewer,
    asked: Question,
    standing: Standing | None,
    spots: Sequence[StoredHotspot],
) -> Inside:
    sheet = sheet_of(session, viewer, asked, standing)
    checks = checklist(sheet.assessment) if sheet else None
    dues = dues_of(session, viewer, asked, standing)
    block = _block(session, viewer, asked)
    residents = checks.used.get("residents") if checks else None
    return Inside(
        residents=int(residents) if residents is not None else None,
        sheet=checks,
        sheet_is_stored=sheet is not None and sheet.is_stored,
        cls_now=_moved(standing, block),
        figures=_figures(session, viewer, asked),
        spots=list_spots(spots, asked.day),
        routes=_routes(session, viewer, asked),
        detection=_detection(session, viewer, asked),
        hamlets=hamlets_of(session, viewer, asked.unit, asked.day, known_at=asked.known_at),
        dues=dues,
        due=next_due(dues),
        block=block,
    )


def _block(session: Session, viewer: Viewer, asked: Question) -> AssessmentBlock:
    unit = asked.unit
    return assessment_block(
        session,
        viewer,
        Unit(UnitLevel.COMMUNE, unit.code, unit.province_code, unit.full_name),
        asked.period,
        today=asked.day,
        known_at=asked.known_at,
        evaluations=asked.evaluations,
    )


def _moved(standing: Standing | None, block: AssessmentBlock) -> str:
    """The class that the figures give by now where the one shown is another."""
    shown = standing.cls if standing else CommuneClass.UNKNOWN.value
    return block.cls_now if block.cls_now != shown else ""


def _figures(session: Session, viewer: Viewer, asked: Question) -> Figures:
    comparison = compared(
        session,
        viewer,
        asked.period,
        province_code=asked.unit.province_code,
        commune_code=asked.code,
        known_at=asked.known_at,
        today=asked.day,
        evaluations=asked.evaluations,
    )
    return Figures(comparison.now, headline_lines(comparison), comparison_notes(comparison))


def _spots(session: Session, viewer: Viewer, asked: Question) -> list[StoredHotspot]:
    return known_hotspots(session, viewer, commune_code=asked.code, known_at=asked.known_at)


def _routes(session: Session, viewer: Viewer, asked: Question) -> tuple[Corridor, ...]:
    """The key routes that pass in the period."""
    return tuple(
        corridors.find_corridors(
            session,
            viewer,
            period=asked.period,
            commune_code=asked.code,
            known_at=asked.known_at,
        )
    )


def _detection(session: Session, viewer: Viewer, asked: Question) -> DetectionShare | None:
    found = detection_shares(
        session, viewer, asked.period, commune_code=asked.code, known_at=asked.known_at
    )
    return found.get(asked.code)


def _drawing(
    session: Session, viewer: Viewer, asked: Question, cls: str, spots: Sequence[StoredHotspot]
) -> CommuneMap | None:
    """The commune among its neighbours, coloured by the classes of the period."""
    outline = next(iter(communes.outlines(session, viewer, [asked.code])), None)
    if outline is None or outline[1].is_empty:
        return None
    box = frame_of(outline[1]).box.bounds
    shapes = communes.shapes_near(session, viewer, box, "province")
    provinces = sorted({shape.province_code for shape in shapes})
    return draw_commune_map(
        asked.code,
        shapes,
        {**_classes(session, viewer, asked, provinces), asked.code: cls},
        drawn_spots(spots, asked.day),
    )


def _classes(
    session: Session, viewer: Viewer, asked: Question, provinces: list[str]
) -> Mapping[str, str]:
    """Classes of the communes of some provinces in the period; of an earlier day none.

    What was known of all communes around would have to be evaluated anew.
    """
    found: dict[str, str] = {}
    if asked.known_at is not None:
        return found
    for province in provinces:
        standings = commune_standings(
            session,
            viewer,
            asked.period,
            province_code=province,
            today=asked.day,
        )
        found |= {code: standing.cls for code, standing in standings.items()}
    return found
