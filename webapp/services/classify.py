"""The classes of communes and provinces from what was declared and what the register holds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Container, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from geo.records import Indicators, Period
from geo.terms import CommuneClass
from models import assessment_drafts, assessments, audit, communes, corridors, indicators, periods
from models.commune_codes import codes_in_force
from models.commune_facts import register_figures
from models.criteria import Assessment, RuleSet, assess, load_ruleset
from models.errors import NotAllowedError, NotFoundError, RuleSetError
from models.known import known_indicators
from models.province_criteria import ProvinceAssessment, assess_province
from models.register_figures import REGISTERED, RegisterFigures
from models.repeating import repeatable
from models.ruleset import ruleset_for
from models.session import Database, Session, acting_for, unit_of_work
from models.viewers import SITE, Viewer
from webapp.services.signed_classes import as_signed, signed_classes, signed_notes


@repeatable
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
        If no commune declared anything for the period.
    RuleSetError
        If the rule set is not known, or not in force at the end of the period.
    """
    viewer.require_write()
    rules = _rules(period, ruleset)
    _require_in_force(rules, period)
    with unit_of_work(database, viewer) as session:
        if period not in indicators.periods(session, viewer):
            raise NotFoundError(
                f"Chưa có chỉ tiêu của kỳ {period.start:%d/%m/%Y} - {period.end:%d/%m/%Y}; "
                "hãy nạp bằng «python -m webapp import indicators»."
            )
        counts = _assess(session, viewer, period, rules, at=at, as_of=periods.today(at))
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
    only: Container[str] | None = None,
) -> dict[str, Assessment]:
    """The assessments of communes as the figures give them, by code; nothing is stored or read.

    Communes in the viewer's scope that declared something for the period, and those of the
    map in force of which the register counts something; with `only` those of them. What
    people signed is not looked at. `ruleset` is by default that of the period's end,
    `known_at` the moment of the knowledge, None for the records as they stand, `until` the
    last day that counts while the period runs, None for its end.

    Raises
    ------
    RuleSetError
        If no such rule set is known.
    """
    rules = _rules(period, ruleset)
    area = {"province_code": province_code, "commune_code": commune_code}
    asked: dict[str, Any] = area | {"known_at": known_at}
    declared = {row.commune_code: row for row in known_indicators(session, viewer, period, **asked)}
    figures = register_figures(session, viewer, period, **asked, until=until)
    counted = _of_map(session, viewer, [code for code, f in figures.items() if _counts(f)])
    return {
        code: assess(rules, declared.get(code) or Indicators(code, period), figures.get(code))
        for code in sorted(declared.keys() | counted)
        if only is None or code in only
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
    found: Mapping[str, Assessment] | None = None,
) -> ProvinceAssessment:
    """The class of a province as the figures of its communes give it; nothing is stored.

    `found` are the assessments of its communes, where they were made already.

    Raises
    ------
    NotAllowedError
        If the viewer does not see the whole province.
    NotFoundError
        If the map in force has no such province.
    RuleSetError
        If the rule set is not known.
    """
    codes = _codes_of_province(session, viewer, province_code)
    if found is None:
        asked: dict[str, Any] = {"province_code": province_code, "known_at": known_at}
        found = evaluate(session, viewer, period, ruleset=ruleset, **asked, until=until)
    inter = corridors.inter_route(session, viewer, province_code, period, known_at)
    rules = _rules(period, ruleset)
    signed = signed_classes(session, viewer, province_code, period, known_at)
    stand = as_signed(rules, period, found, signed)
    result = assess_province(rules, province_code, period, stand, codes, inter)
    return replace(result, notes=(*signed_notes(len(signed)), *result.notes))


def _codes_of_province(session: Session, viewer: Viewer, province_code: str) -> frozenset[str]:
    """The communes of a province of which the viewer sees the whole."""
    if not viewer.scope.covers(province_code, None):
        raise NotAllowedError(
            f"Tài khoản «{viewer.name}» không xem được số liệu của cả tỉnh mã «{province_code}»."
        )
    version = communes.current_version(session, viewer)
    units = communes.commune_units(session, viewer, version.id, province_code)
    if not units:
        raise NotFoundError(f"Không có tỉnh nào mang mã «{province_code}».")
    return frozenset(unit.code for unit in units)


def _rules(period: Period, name: str | None = None) -> RuleSet:
    return ruleset_for(period) if name is None else load_ruleset(name)


def _require_in_force(rules: RuleSet, period: Period) -> None:
    """Refuse a rule set by which nobody may class the period: its classes would stand nowhere."""
    usual = ruleset_for(period)
    if rules.name != usual.name:
        raise RuleSetError(
            f"Bộ tiêu chí «{rules.name}» ({rules.title}) không có hiệu lực vào ngày cuối của kỳ, "
            f"{period.end:%d/%m/%Y}. Không lưu gì; hãy bỏ --ruleset hoặc dùng «{usual.name}»."
        )


def _assess(
    session: Session, viewer: Viewer, period: Period, rules: RuleSet, *, at: datetime, as_of: date
) -> dict[str, int]:
    assessment_drafts.keep_others_from_assessing(session, viewer)
    found = evaluate(session, viewer, period, ruleset=rules.name, until=as_of)
    stored = assessments.classes(session, viewer, period, ruleset=rules.name)
    assessments.store_assessments(session, viewer, list(found.values()), at=at)
    assessment_drafts.drop_drafts(session, viewer, period, stored.keys() - found.keys())
    return _counted(result.cls for result in found.values())


def refresh(session: Session, touched: Collection[str] | None, *, at: datetime) -> None:
    """Evaluate communes anew after a change of records and store the drafts.

    In the transaction of the change, so that nobody sees one without the other; what was
    signed stands. A draft whose class stays is left: its sheet is made from the data when it
    is looked at. The periods are those that something is declared for or that have
    classes; one declared for the first time is evaluated whole. A draft of a commune that
    nothing is known of any more goes. Classes are everybody's, so the scope of who brought
    the change does not matter.

    Parameters
    ----------
    touched
        Codes of the communes, also old ones, that the change touches; None: all.
    """
    with acting_for(session, SITE):
        assessment_drafts.keep_others_from_assessing(session, SITE)
        assessed = assessment_drafts.assessed_periods(session, SITE)
        declared = indicators.periods(session, SITE)
        for period in dict.fromkeys([*declared, *assessed]):
            if period not in assessed:
                _assess(session, SITE, period, _rules(period), at=at, as_of=periods.today(at))
            elif touched is None or touched:
                _refresh(session, period, touched, at)


_MOST_COMMUNES, _MOST_PROVINCES = 3, 4
"""More communes are evaluated by province, more provinces with the whole nation."""


def _refresh(
    session: Session, period: Period, touched: Collection[str] | None, at: datetime
) -> None:
    stored = assessments.classes(session, SITE, period)
    until = periods.today(at)
    found: dict[str, Assessment] = {}
    for area in _areas(session, touched, stored):
        found |= evaluate(session, SITE, period, **area, until=until, only=touched)
    moved = [result for code, result in found.items() if stored.get(code) is not result.cls]
    assessments.store_assessments(session, SITE, moved, at=at)
    gone = stored.keys() - found.keys()
    assessment_drafts.drop_drafts(
        session, SITE, period, gone if touched is None else gone & set(touched)
    )


def _areas(
    session: Session, touched: Collection[str] | None, stored: Container[str]
) -> list[dict[str, Any]]:
    """The smallest areas that tell of all communes touched; old ones only the nation tells."""
    if touched is None:
        return [{}]
    province_of = codes_in_force(session, SITE)
    inside = sorted(code for code in touched if code in province_of)
    provinces = sorted({province_of[code] for code in inside})
    if len(provinces) > _MOST_PROVINCES or any(
        code in stored for code in touched if code not in province_of
    ):
        return [{}]
    if len(inside) > _MOST_COMMUNES:
        return [{"province_code": code} for code in provinces]
    return [{"commune_code": code} for code in inside]


def _of_map(session: Session, viewer: Viewer, codes: Iterable[str]) -> set[str]:
    """Those of some codes that the map in force has: old communes stand where they declared."""
    return codes_in_force(session, viewer).keys() & codes


def _counts(figures: RegisterFigures) -> bool:
    return any(getattr(figures, name) is not None for name in REGISTERED)


def _counted(classes: Iterable[CommuneClass]) -> dict[str, int]:
    counts = Counter(classes)
    return {cls.value: counts[cls] for cls in CommuneClass if counts[cls]}
