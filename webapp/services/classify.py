"""The classes of communes and provinces from what was declared and what the register holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable
from datetime import date, datetime
from typing import Any

from geo.records import Indicators, Period
from geo.terms import CommuneClass
from models import assessments, audit, communes, corridors, indicators, periods
from models.commune_facts import register_figures
from models.criteria import Assessment, RuleSet, assess, load_ruleset
from models.errors import NotAllowedError, NotFoundError
from models.known import known_indicators
from models.province_criteria import ProvinceAssessment, assess_province
from models.register_figures import REGISTERED, RegisterFigures
from models.ruleset import ruleset_for
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer


def classify(
    database: Database, viewer: Viewer, period: Period, *, ruleset: str | None = None, at: datetime
) -> dict[str, int]:
    """Assess the communes for one period and store what nobody signed; communes by class.

    `ruleset` is by default the one in force at the end of the period.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    NotFoundError
        If no commune declared anything for the period and the register knows nothing of it.
    RuleSetError
        If the rule set is not known.
    """
    viewer.require_write()
    rules = _rules(period, ruleset)
    with unit_of_work(database) as session:
        counts = _assess(session, viewer, period, rules, at=at, as_of=periods.today(at))
        if not counts:
            raise NotFoundError(
                f"Chưa có chỉ tiêu của kỳ {period.start:%d/%m/%Y} - {period.end:%d/%m/%Y}; "
                "hãy nạp bằng «python -m webapp import indicators»."
            )
        audit.record(session, viewer, "classify", f"{period.start}/{period.end}", counts)
    return counts


def assess_all(
    session: Session, viewer: Viewer, at: datetime, as_of: date
) -> dict[Period, dict[str, int]]:
    """Assess every period that communes declared indicators for; communes by class in each."""
    declared = indicators.periods(session, viewer)
    return {p: _assess(session, viewer, p, _rules(p), at=at, as_of=as_of) for p in declared}


def evaluate(
    session: Session,
    viewer: Viewer,
    period: Period,
    *,
    ruleset: str | None = None,
    province_code: str | None = None,
    commune_code: str | None = None,
    known_at: datetime | None = None,
    until: date | None = None,
) -> dict[str, Assessment]:
    """The assessments of communes as the figures give them, by code; nothing is stored or read.

    Communes in the viewer's scope that declared something for the period, and those of the
    map in force of which the register counts something. What people signed is not looked at.

    Parameters
    ----------
    ruleset
        By default the one in force at the end of the period.
    known_at
        Only what was known by this moment; None: as the records stand.
    until
        The last day that counts while the period runs; None: its end.

    Raises
    ------
    RuleSetError
        If the rule set is not known.
    """
    rules = _rules(period, ruleset)
    area: dict[str, Any] = {"province_code": province_code, "commune_code": commune_code}
    declared = {
        row.commune_code: row
        for row in known_indicators(session, viewer, period, **area, known_at=known_at)
    }
    figures = register_figures(session, viewer, period, **area, known_at=known_at, until=until)
    counted = _of_map(session, viewer, (code for code, f in figures.items() if _counts(f)))
    return {
        code: assess(rules, declared.get(code, Indicators(code, period)), figures.get(code))
        for code in sorted(declared.keys() | counted)
    }


def evaluate_province(
    session: Session,
    viewer: Viewer,
    province_code: str,
    period: Period,
    *,
    ruleset: str | None = None,
    known_at: datetime | None = None,
    until: date | None = None,
) -> ProvinceAssessment:
    """The class of a province as the figures of its communes give it; nothing is stored.

    Raises
    ------
    NotAllowedError
        If the viewer does not see the whole province.
    NotFoundError
        If the map in force has no such province.
    RuleSetError
        If the rule set is not known.
    """
    if not viewer.scope.covers(province_code, None):
        raise NotAllowedError(
            f"Tài khoản «{viewer.name}» không xem được số liệu của cả tỉnh mã «{province_code}»."
        )
    version = communes.current_version(session, viewer)
    units = communes.commune_units(session, viewer, version.id, province_code)
    codes = frozenset(unit.code for unit in units)
    if not codes:
        raise NotFoundError(f"Không có tỉnh nào mang mã «{province_code}».")
    found = evaluate(
        session,
        viewer,
        period,
        ruleset=ruleset,
        province_code=province_code,
        known_at=known_at,
        until=until,
    )
    inter = corridors.inter_route(session, viewer, province_code, period, known_at)
    rules = _rules(period, ruleset)
    return assess_province(rules, province_code, period, list(found.values()), codes, inter)


def _rules(period: Period, name: str | None = None) -> RuleSet:
    return ruleset_for(period) if name is None else load_ruleset(name)


def _assess(
    session: Session, viewer: Viewer, period: Period, rules: RuleSet, *, at: datetime, as_of: date
) -> dict[str, int]:
    found = evaluate(session, viewer, period, ruleset=rules.name, until=as_of)
    emptied = _emptied(session, viewer, period, rules, found)
    assessments.store_assessments(session, viewer, [*found.values(), *emptied], at=at)
    return _counted(result.cls for result in found.values())


def _emptied(
    session: Session, viewer: Viewer, period: Period, rules: RuleSet, found: Container[str]
) -> list[Assessment]:
    """What becomes of communes assessed once of which nothing is known any more."""
    stored = assessments.classes(session, viewer, period, ruleset=rules.name)
    return [
        assess(rules, Indicators(code, period))
        for code in stored
        if code not in found
        and assessments.assessment_of(session, viewer, code, period, ruleset=rules.name)
    ]


def _of_map(session: Session, viewer: Viewer, codes: Iterable[str]) -> set[str]:
    """Those of some codes that the map in force has: old communes stand where they declared."""
    return set(communes.names_of(session, viewer, codes))


def _counts(figures: RegisterFigures) -> bool:
    return any(getattr(figures, name) is not None for name in REGISTERED)


def _counted(classes: Iterable[CommuneClass]) -> dict[str, int]:
    counts = Counter(classes)
    return {cls.value: counts[cls] for cls in CommuneClass if counts[cls]}
