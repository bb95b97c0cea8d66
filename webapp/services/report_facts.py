"""What a report speaks of, read in one go: figures, classes, routes, border, progress."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from geo.alphabet import vietnamese_key
from geo.records import BorderLine, Period
from geo.terms import CommuneClass
from models import communes, site
from models.carried_classes import carried_classes
from models.communes import BoundaryVersion, Commune, CommuneShape
from models.corridors import Routes, StoredCorridor, find_corridors, routes_by_commune
from models.criteria import Assessment
from models.ruleset import ruleset_for
from models.session import Session
from models.viewers import Viewer
from webapp.services.class_flows import Flows, find_flows
from webapp.services.class_terms import term_before
from webapp.services.evaluations import Evaluations
from webapp.services.figure_facts import Asked, Facts, read_facts
from webapp.services.figures import Comparison, Headline, headline_of, read_year_before
from webapp.services.progress import Progress, read_progress
from webapp.services.standing import commune_standings


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """All that a report is written from.

    `units` are the communes of the area by name. `before` are the facts of the same days
    a year before, `sheets` the evaluations of communes by code (what is missing), `flows`
    None where there is no earlier period with classes.
    """

    asked: Asked
    province_name: str
    facts: Facts
    before: Facts
    comparison: Comparison
    units: tuple[Commune, ...]
    shapes: tuple[CommuneShape, ...]
    version: BoundaryVersion
    border: tuple[BorderLine, ...]
    sheets: Mapping[str, Assessment]
    flows: Flows | None
    classes_before: Mapping[str, CommuneClass]
    corridors: tuple[StoredCorridor, ...]
    routes: Routes
    progress: Progress
    ruleset: str
    simulated: bool

    @property
    def now(self) -> Headline:
        """The figures of the period."""
        return self.comparison.now


def read_report(session: Session, viewer: Viewer, period: Period, asked: Asked) -> ReportFacts:
    """Read all that the report of a province, or of the nation, is written from.

    Raises
    ------
    NotFoundError
        If no boundaries are installed.
    """
    code, known_at = asked.area.province_code, asked.known_at
    made = asked.evaluations or Evaluations(session, viewer)
    asked = replace(asked, evaluations=made)
    facts = read_facts(session, viewer, period, asked)
    comparison, before = _compared(session, viewer, facts, asked)
    version = communes.current_version(session, viewer)
    units = _units(session, viewer, version, code)
    level = "province" if code else "nation"
    shapes = communes.commune_shapes(session, viewer, version.id, level, code)
    term = facts.class_period
    flows, classes_before = _flows(session, viewer, facts, units, asked)
    return ReportFacts(
        asked=asked,
        province_name=units[0].province_name if code and units else "",
        facts=facts,
        before=before,
        comparison=comparison,
        units=units,
        shapes=tuple(shapes),
        version=version,
        border=tuple(communes.border_lines(session, viewer)),
        sheets=made.of(term, province_code=code, known_at=known_at, until=asked.seen_on),
        flows=flows,
        classes_before=classes_before,
        corridors=tuple(
            find_corridors(session, viewer, period=period, province_code=code, known_at=known_at)
        ),
        routes=routes_by_commune(session, viewer, period, known_at=known_at),
        progress=read_progress(session, viewer, code, asked.seen_on, known_at=known_at),
        ruleset=ruleset_for(term).title,
        simulated=bool(site.get(session, viewer, "simulated")),
    )


def _compared(
    session: Session, viewer: Viewer, facts: Facts, asked: Asked
) -> tuple[Comparison, Facts]:
    now = headline_of(facts)
    before, cut = read_year_before(session, viewer, now, asked)
    return Comparison(now, headline_of(before), cut), before


def _units(
    session: Session, viewer: Viewer, version: BoundaryVersion, province_code: str | None
) -> tuple[Commune, ...]:
    """The communes of a province by name, those of the nation by province and name."""
    found = communes.commune_units(session, viewer, version.id)
    inside = (unit for unit in found if province_code in (None, unit.province_code))
    key = {
        unit.code: (vietnamese_key(unit.province_name), vietnamese_key(unit.name)) for unit in found
    }
    return tuple(sorted(inside, key=lambda unit: (key[unit.code], unit.code)))


def _flows(
    session: Session, viewer: Viewer, facts: Facts, units: Sequence[Commune], asked: Asked
) -> tuple[Flows | None, dict[str, CommuneClass]]:
    """What moved since the last period with classes, old communes carried to today's map."""
    before = term_before(session, viewer, facts.class_period, known_at=asked.known_at)
    if before is None:
        return None, {}
    found = commune_standings(
        session,
        viewer,
        before,
        known_at=asked.known_at,
        today=asked.seen_on,
        anew=True,
        evaluations=asked.evaluations,
    )
    by_code = {code: CommuneClass(one.cls) for code, one in found.items()}
    province = asked.area.province_code
    carried = carried_classes(session, viewer, before, by_code, province_code=province)
    known = {code: one.cls for code, one in carried.items() if one.cls is not None}
    names = {unit.code: unit.full_name for unit in units}
    return find_flows(before, names, known, facts.classes), known
