"""The classes of communes from their declared indicators and the register."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from geo.records import Period
from geo.terms import CommuneClass, HotspotKind
from models import assessments, audit, hotspots, indicators, periods
from models.criteria import assess, load_ruleset
from models.errors import NotFoundError
from models.lifecycle import was_open_during
from models.register_figures import marked, worse_of
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer

RULESET = "qd28_2025"


def classify(
    database: Database, viewer: Viewer, period: Period, *, ruleset: str = RULESET, at: datetime
) -> dict[str, int]:
    """Assess the communes that declared indicators for one period.

    Raises
    ------
    NotFoundError
        If no commune declared anything for the period.
    RuleSetError
        If the rule set is not known.
    """
    viewer.require_write()
    with unit_of_work(database) as session:
        counts = _assess(session, viewer, period, ruleset, at=at, as_of=periods.today(at))
        audit.record(session, viewer, "classify", f"{period.start}/{period.end}", counts)
    if not counts:
        raise NotFoundError(
            f"Chưa có chỉ tiêu của kỳ {period.start:%d/%m/%Y} - {period.end:%d/%m/%Y}; "
            "hãy nạp bằng «python -m webapp import indicators»."
        )
    return counts


def assess_all(
    session: Session, viewer: Viewer, at: datetime, as_of: date
) -> dict[Period, dict[str, int]]:
    """Assess every period that communes declared indicators for; communes by class in each."""
    declared = indicators.periods(session, viewer)
    return {p: _assess(session, viewer, p, RULESET, at=at, as_of=as_of) for p in declared}


def _assess(
    session: Session, viewer: Viewer, period: Period, ruleset: str, *, at: datetime, as_of: date
) -> dict[str, int]:
    rules = load_ruleset(ruleset)
    dens = _open_dens(session, viewer, Period(period.start, min(period.end, as_of)))
    results = []
    for declared in indicators.find_indicators(session, viewer, period=period):
        refs = dens.get(declared.commune_code, [])
        used = worse_of(declared, refs)
        result = assess(rules, used)
        results.append(result if used is declared else marked(result, declared, refs))
    assessments.store_assessments(session, viewer, results, at=at)
    return _counted([r.cls for r in results])


def _open_dens(session: Session, viewer: Viewer, period: Period) -> dict[str, list[str]]:
    """Refs of places of use open on any day of a period, by commune."""
    found: dict[str, list[str]] = defaultdict(list)
    for spot in hotspots.find_hotspots(session, viewer):
        code = spot.placement.commune_code_now
        if code and spot.kind is HotspotKind.USE_DEN and was_open_during(spot.events, period):
            found[code].append(spot.ref)
    return found


def _counted(classes: Sequence[CommuneClass]) -> dict[str, int]:
    counts: dict[str, Any] = Counter(classes)
    return {cls.value: counts[cls] for cls in CommuneClass if counts[cls]}
