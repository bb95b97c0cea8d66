"""The page of a province: the classes of its communes, what moved and what is to be done.

The classes of communes and how far their assessments have come are everybody's; evidence,
tasks and figures of records are there for viewers whose scope holds the province.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from geo.carried import MAP_SINCE
from geo.records import Period
from geo.standing_terms import UnitLevel
from geo.terms import CommuneClass
from models import communes
from models.carried_classes import carried_classes
from models.criteria import Assessment, criteria_left
from models.detection import DetectionShare, detection_shares
from models.periods import end_of_day, is_provisional, period_name
from models.session import Database, Session, unit_of_work
from models.viewers import ANONYMOUS, Viewer
from webapp.services.assessment_block import AssessmentBlock, assessment_block
from webapp.services.assessment_cases import Unit, find_unit
from webapp.services.class_flows import Flows, find_flows
from webapp.services.class_map import ClassMap, draw_class_map
from webapp.services.class_terms import list_terms, term_before, usual_term
from webapp.services.commune_table import CommuneLine, TableQuery, choose_lines
from webapp.services.evaluations import Evaluations
from webapp.services.figure_lines import FigureLine, headline_lines
from webapp.services.figure_notes import comparison_notes
from webapp.services.figures import compared
from webapp.services.fixed_cells import CellTable, read_cells
from webapp.services.province_index import ClassCounts, count_classes
from webapp.services.province_tasks import (
    Deadlines,
    Difference,
    NearlyFree,
    differences,
    differing,
    find_deadlines,
    nearly_free,
)
from webapp.services.standing import Standing, commune_standings

Classes = Mapping[str, CommuneClass]


@dataclass(frozen=True, slots=True)
class ProvinceQuery:
    """Which province, period (None: the usual one) and day of knowledge (None: now).

    `table` says which lines of the table of communes, and in which order.
    """

    code: str
    period: Period | None = None
    known_on: date | None = None
    table: TableQuery = field(default_factory=TableQuery)

    @property
    def known_at(self) -> datetime | None:
        """The moment whose knowledge is asked for."""
        return end_of_day(self.known_on) if self.known_on else None


@dataclass(frozen=True, slots=True)
class Inside:
    """What only viewers see whose scope holds the province."""

    figures: tuple[FigureLine, ...]
    figure_notes: tuple[str, ...]
    detection: DetectionShare
    nearly_free: tuple[NearlyFree, ...]
    deadlines: Deadlines
    differences: tuple[Difference, ...]


@dataclass(frozen=True, slots=True)
class ProvincePage:
    """The page of a province; `inside` is None outside the viewer's scope.

    `lines` are those of the table that are wanted, of `counts.total` communes; `classes`
    are the codes of the classes by commune, for the drawing.
    """

    code: str
    name: str
    period: Period
    periods: tuple[Period, ...]
    known_on: date | None
    provisional: bool
    block: AssessmentBlock
    counts: ClassCounts
    drawing: ClassMap | None
    classes: Mapping[str, str]
    flows: Flows | None
    lines: tuple[CommuneLine, ...]
    table: TableQuery
    inside: Inside | None
    cells: CellTable | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """What every reading of the page is about; `seen_on` is the day that it looks from."""

    code: str
    period: Period
    known_at: datetime | None
    seen_on: date
    evaluations: Evaluations

    def area(self) -> dict[str, Any]:
        """The words by which the data functions take the province and the day of knowledge."""
        return {"province_code": self.code, "known_at": self.known_at}

    def moment(self) -> dict[str, Any]:
        """The words by which others take the day that it looks from."""
        return {"today": self.seen_on, "known_at": self.known_at}

    def evaluated(self) -> dict[str, Any]:
        """The words by which others take that day and what was evaluated for the page."""
        return {"today": self.seen_on, "evaluations": self.evaluations}


def open_province(
    database: Database, viewer: Viewer, wanted: ProvinceQuery, today: date
) -> ProvincePage:
    """The page of a province.

    Raises
    ------
    NotFoundError
        If the map in force has no province of this code.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        unit = find_unit(session, viewer, UnitLevel.PROVINCE, wanted.code)
        version = communes.current_version(session, viewer).id
        asked = _ask(session, viewer, wanted, today)
        period, names = asked.period, _names(session, viewer, version, asked.code)
        found = commune_standings(session, viewer, period, **asked.area(), **asked.evaluated())
        now = {code: CommuneClass(found[code].cls) for code in names if code in found}
        before_in, before = _classes_before(session, viewer, asked)
        outer = [_line(code, names[code], found.get(code), before.get(code)) for code in names]
        lines, inside = _lines_and_inside(session, viewer, asked, outer)
        block = _block(session, viewer, unit, asked)
        periods = list_terms(session, viewer, today, province_code=unit.code)
        cells = None if inside else read_cells(session, viewer, asked.code, period, today)
    return ProvincePage(
        code=asked.code,
        name=unit.name,
        period=period,
        periods=periods if period in periods else (period, *periods),
        known_on=wanted.known_on,
        provisional=is_provisional(period, asked.seen_on),
        block=block,
        counts=count_classes(list(names), now, period),
        drawing=_drawing(database, version, unit.code),
        classes={code: cls.value for code, cls in now.items()},
        flows=find_flows(before_in, names, before, now) if before_in and before else None,
        lines=choose_lines(lines, wanted.table),
        table=wanted.table,
        inside=inside,
        cells=cells,
    )


def _block(session: Session, viewer: Viewer, unit: Unit, asked: _Asked) -> AssessmentBlock:
    moment = asked.moment() | asked.evaluated()
    return assessment_block(session, viewer, unit, asked.period, **moment)


def _names(session: Session, viewer: Viewer, version_id: int, code: str) -> dict[str, str]:
    units = communes.commune_units(session, viewer, version_id, code)
    return {each.code: each.full_name for each in units}


def title_of(page: ProvincePage) -> str:
    """What the file of the table says above its columns."""
    known = f", như biết đến ngày {page.known_on:%d/%m/%Y}" if page.known_on else ""
    marks = ", tạm tính" if page.provisional else ""
    return f"Phân loại xã, phường, đặc khu – {page.name}, {period_name(page.period)}{known}{marks}"


def evidence_by_group(block: AssessmentBlock) -> dict[str, list[Mapping[str, Any]]]:
    """The criteria of a province's class: `key` and `drug_free`, each in the order of the law."""
    groups: dict[str, list[Mapping[str, Any]]] = {"key": [], "drug_free": []}
    for row in block.evidence:
        groups.setdefault(row["code"].partition(".")[0], []).append(row)
    return groups


def _ask(session: Session, viewer: Viewer, wanted: ProvinceQuery, today: date) -> _Asked:
    seen_on = wanted.known_on or today
    period = wanted.period or usual_term(
        session, viewer, seen_on, province_code=wanted.code, known_at=wanted.known_at
    )
    made = Evaluations(session, viewer)
    return _Asked(wanted.code, period, wanted.known_at, seen_on, made)


@lru_cache(maxsize=48)
def _drawing(database: Database, version_id: int, code: str) -> ClassMap | None:
    # An installed version never changes and its shapes are everybody's: read as
    # somebody who sees no record, they may be kept.
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        shapes = communes.commune_shapes(session, ANONYMOUS, version_id, "province", code)
    return draw_class_map(shapes)


def _classes_before(
    session: Session, viewer: Viewer, asked: _Asked
) -> tuple[Period | None, Classes]:
    """The classes of the period before on the map of today; of old communes, where they agree."""
    period = term_before(session, viewer, asked.period, **asked.area())
    if period is None:
        return None, {}
    is_of_today = period.end >= MAP_SINCE
    area = asked.area() | {"province_code": asked.code if is_of_today else None}
    found = commune_standings(session, viewer, period, **area, **asked.evaluated())
    classes = {code: CommuneClass(standing.cls) for code, standing in found.items()}
    if is_of_today:
        return period, classes
    carried = carried_classes(session, viewer, period, classes, province_code=asked.code)
    return period, {code: each.cls for code, each in carried.items() if each.cls is not None}


def _lines_and_inside(
    session: Session, viewer: Viewer, asked: _Asked, outer: list[CommuneLine]
) -> tuple[list[CommuneLine], Inside | None]:
    """The lines of the table, and what only those see whose scope holds the province."""
    if not viewer.scope.covers(asked.code, None):
        return outer, None
    area = asked.area()
    assessed = asked.evaluations.of(asked.period, until=asked.seen_on, **area)
    shares = detection_shares(session, viewer, asked.period, **area)
    lines = [_inner(line, assessed.get(line.code), shares.get(line.code)) for line in outer]
    own = [shares[line.code] for line in outer if line.code in shares]
    return lines, _inside(session, viewer, asked, lines, assessed, shares=own)


def _line(
    code: str, name: str, standing: Standing | None, before: CommuneClass | None
) -> CommuneLine:
    """What everybody may know of a commune."""
    return CommuneLine(
        code=code,
        name=name,
        cls=CommuneClass(standing.cls) if standing else CommuneClass.UNKNOWN,
        before=before,
        provisional=standing is not None and standing.provisional,
        state=standing.state if standing else None,
        in_scope=False,
    )


def _inner(
    line: CommuneLine, assessed: Assessment | None, share: DetectionShare | None
) -> CommuneLine:
    """A line with what is known inside the scope."""
    told = share.by_commune + share.by_higher if share else 0
    return replace(
        line,
        in_scope=True,
        left=criteria_left(assessed) if assessed else None,
        own_cases=share.by_commune if share else None,
        detected_cases=told if share else None,
        differs=len(differing(assessed)),
    )


def _inside(
    session: Session,
    viewer: Viewer,
    asked: _Asked,
    lines: Sequence[CommuneLine],
    assessed: Mapping[str, Assessment],
    *,
    shares: Sequence[DetectionShare],
) -> Inside:
    headline = compared(session, viewer, asked.period, **asked.area(), **asked.evaluated())
    return Inside(
        figures=headline_lines(headline),
        figure_notes=comparison_notes(headline),
        detection=_sum(shares),
        nearly_free=nearly_free(lines, assessed),
        deadlines=find_deadlines(
            session, viewer, asked.code, asked.period, lines, **asked.moment()
        ),
        differences=differences(lines, assessed),
    )


def _sum(shares: Sequence[DetectionShare]) -> DetectionShare:
    names = ("by_commune", "by_higher", "by_tip", "unknown")
    return DetectionShare(**{n: sum(getattr(each, n) for each in shares) for n in names})
