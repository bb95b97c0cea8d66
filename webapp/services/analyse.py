"""Clusters held against the register, and the classes of communes."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import numpy as np

import webapp
from geo.clusters import find_clusters
from geo.hotspots import RegisteredPlace, flag_clusters
from geo.records import Cluster, Period
from geo.terms import CommuneClass, HotspotKind
from models import assessments, audit, communes, hotspots, indicators, periods, runs
from models.criteria import assess, load_ruleset
from models.errors import NotFoundError
from models.hotspots import StoredHotspot
from models.incident_counts import ClusterInput, clustering_input
from models.incidents import IncidentFilter
from models.lifecycle import last_cleared_on, status_at, was_open_during
from models.register_figures import marked, worse_of
from models.runs import NewRun
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer

EPS_M = 300.0
MIN_SAMPLES = 8
RULESET = "qd28_2025"


@dataclass(frozen=True, slots=True)
class AnalysisReport:
    """What a run found; `classes` counts communes by class per period."""

    run_id: int
    as_of: date
    n_records: int
    n_left_out: int
    n_unverified: int
    clusters: dict[str, int]
    classes: dict[Period, dict[str, int]]
    approximate: bool


def analyse(
    database: Database,
    viewer: Viewer,
    *,
    as_of: date,
    at: datetime,
    window_days: int | None = None,
    eps_m: float = EPS_M,
    min_samples: int = MIN_SAMPLES,
) -> AnalysisReport:
    """Find clusters in the records up to `as_of` and assess every declared period.

    Only verified records finer than commune precision are clustered, with `window_days`
    those of the last so many days; the report counts what was left out or unverified.

    Raises
    ------
    NotFoundError
        If no boundaries are installed.
    ClusterError
        If `eps_m` or `min_samples` make no sense.
    """
    viewer.require_write()
    since = None if window_days is None else as_of - timedelta(days=window_days - 1)
    parameters = {"eps_m": eps_m, "min_samples": min_samples, "window_days": window_days}
    with unit_of_work(database, read_only=True) as session:
        read_up_to = audit.last_id(session, viewer)
        version = communes.current_version(session, viewer)
        points = clustering_input(session, viewer, IncidentFilter(since=since, until=as_of))
        found = _clusters(
            session, viewer, points, as_of=as_of, eps_m=eps_m, min_samples=min_samples
        )
    run = _described(points, parameters, version.id, as_of=as_of, at=at)
    with unit_of_work(database) as session:
        run_id = runs.store_run(session, viewer, run, found)
        classes = _assess_all(session, viewer, at, as_of)
        flags = dict(Counter(c.flag.value for c in found))
        detail = {"clusters": flags, "read_up_to": read_up_to}
        audit.record(session, viewer, "analyse", f"run:{run_id}", detail)
    return _report(run_id, run, points, flags, classes, approximate=version.approximate)


def _report(
    run_id: int,
    run: NewRun,
    points: ClusterInput,
    flags: dict[str, int],
    classes: dict[Period, dict[str, int]],
    *,
    approximate: bool,
) -> AnalysisReport:
    return AnalysisReport(
        run_id=run_id,
        as_of=run.as_of,
        n_records=run.n_records,
        n_left_out=run.n_left_out,
        n_unverified=points.unverified,
        clusters=flags,
        classes=classes,
        approximate=approximate,
    )


def _described(
    points: ClusterInput, parameters: dict[str, Any], version_id: int, *, as_of: date, at: datetime
) -> NewRun:
    return NewRun(
        at=at,
        as_of=as_of,
        parameters=parameters,
        data_stamp=_stamp(points),
        boundary_version_id=version_id,
        software_version=webapp.__version__,
        n_records=len(points.ids),
        n_left_out=points.left_out,
    )


def _clusters(
    session: Session,
    viewer: Viewer,
    points: ClusterInput,
    *,
    as_of: date,
    eps_m: float,
    min_samples: int,
) -> list[Cluster]:
    found, _labels = find_clusters(
        points.lons, points.lats, points.days, points.ids, eps_m=eps_m, min_samples=min_samples
    )
    register = [
        place
        for spot in hotspots.find_hotspots(session, viewer)
        if (place := _registered(spot, as_of)) is not None
    ]
    return flag_clusters(found, points, register)


def _registered(spot: StoredHotspot, as_of: date) -> RegisteredPlace | None:
    """A hotspot as the clusters are held against it, or None where it has no point."""
    status = status_at(spot.events, as_of)
    if spot.placement.lon is None or spot.placement.lat is None or status is None:
        return None
    return RegisteredPlace(
        ref=spot.ref,
        lon=spot.placement.lon,
        lat=spot.placement.lat,
        status=status,
        cleared_on=last_cleared_on(spot.events, as_of),
    )


def _stamp(points: ClusterInput) -> str:
    digest = hashlib.sha256()
    for column in (points.ids, points.lons, points.lats, points.days):
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


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


def _assess_all(
    session: Session, viewer: Viewer, at: datetime, as_of: date
) -> dict[Period, dict[str, int]]:
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
