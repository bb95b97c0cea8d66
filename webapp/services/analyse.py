"""A run: clusters found, named, held against the register, stored; communes assessed."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np

import webapp
from geo.cluster_facts import ChangeWindow, RecordFacts, with_facts
from geo.cluster_shapes import describe_clusters
from geo.clusters import DEFAULT_EPS_M, DEFAULT_MIN_SAMPLES, Labels
from geo.hotspots import flag_clusters
from geo.re_emergence import ReEmergence, re_emergences
from geo.records import Cluster, Period
from geo.register import DEFAULT_RADIUS_M, RegisteredPlace
from models import alerts, audit, cluster_names, run_points, runs
from models.data_ends import kept_ends
from models.incident_counts import ClusterInput
from models.lifecycle import last_cleared_on, status_at
from models.periods import today
from models.repeating import repeatable
from models.run_points import RunPoints, labels_digest
from models.runs import NewRun
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.classify import assess_all
from webapp.services.cluster_findings import Judged, findings_of
from webapp.services.run_days import change_windows
from webapp.services.run_input import RunInput, read_for_run
from webapp.services.run_method import Method
from webapp.services.run_windows import RunWindow, refuse_future, run_window

EPS_M = DEFAULT_EPS_M
MIN_SAMPLES = DEFAULT_MIN_SAMPLES
RADIUS_M = DEFAULT_RADIUS_M

Step = Callable[[str], None]
"""Called with a Vietnamese line when a step begins."""


@dataclass(frozen=True, slots=True)
class AnalysisReport:
    """What a run found; `classes` counts communes by class per period.

    `n_without_day` are records left out because only their month or year is known,
    where days count; `n_undated` such records of all days up to the run, which tell
    nothing of before and after. `clusters`, `lineages` and `alerts` count by their codes;
    alerts are the new ones.
    """

    run_id: int
    since: date | None
    as_of: date
    engine: str
    n_records: int
    n_left_out: int
    n_unverified: int
    n_without_day: int
    n_undated: int
    clusters: dict[str, int]
    lineages: dict[str, int]
    alerts: dict[str, int]
    classes: dict[Period, dict[str, int]]
    approximate: bool
    trial: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """Clusters with facts and flags but without names; `points` are those that took part."""

    points: ClusterInput
    labels: Labels
    clusters: list[Cluster]
    evidence: list[ReEmergence]
    windows: dict[int, ChangeWindow]


@repeatable
def analyse(
    database: Database,
    viewer: Viewer,
    *,
    as_of: date,
    at: datetime,
    window_days: int | None = None,
    period: Period | None = None,
    since: date | None = None,
    eps_m: float = EPS_M,
    min_samples: int = MIN_SAMPLES,
    eps_days: int | None = None,
    engine: str = "auto",
    trial: bool = False,
    tell: Step = lambda _line: None,
) -> AnalysisReport:
    """Find clusters in the records up to `as_of` and assess every declared period.

    Verified records finer than commune precision are clustered, in one window at most;
    with `eps_days` those of a known day. A `trial` touches no alert, assessment or map.

    Raises
    ------
    InvalidValueError, NotAllowedError, NotFoundError, ClusterError
        If an argument makes no sense, no boundaries are there or the viewer may not write.
    """
    viewer.require_write()
    viewer.require_nation()
    refuse_future(as_of, today(at))
    window = run_window(as_of, window_days=window_days, period=period, since=since)
    method = Method(eps_m, min_samples, eps_days, engine)
    tell("Đọc vụ việc và hồ sơ")
    with unit_of_work(database, viewer, read_only=True) as session:
        read = read_for_run(session, viewer, window)
    tell("Tìm cụm và đối chiếu với hồ sơ")
    found = _found(read, window, method)
    tell("Lưu kết quả và đánh giá xã")
    run = _described(read, found, window, method, trial=trial, at=at)
    with unit_of_work(database, viewer) as session:
        return _stored(session, viewer, run, read, found, at=at)


def _found(read: RunInput, window: RunWindow, method: Method) -> _Found:
    points = read.points if method.eps_days is None else read.points.dated()
    labels = method.label(points.lons, points.lats, points.days)
    clusters = describe_clusters(
        *(points.lons, points.lats),
        days=points.days,
        ids=points.ids,
        labels=labels.labels,
        core=labels.core,
        margin_m=method.margin_m,
    )
    windows = change_windows(clusters, points, read.ends, window)
    facts = _facts(points)
    clusters = with_facts(clusters, facts, read.border, windows=windows)
    register = _register(read, window.as_of)
    evidence = re_emergences(register, read.located, read.surroundings, as_of=window.as_of)
    dated = replace(points, days=facts.days)
    flagged = flag_clusters(clusters, dated, register, evidence)
    window_of = {c.cluster_id: w for c, w in zip(clusters, windows, strict=True)}
    return _Found(points, labels, flagged, evidence, window_of)


def _facts(points: ClusterInput) -> RecordFacts:
    return RecordFacts(
        ids=points.ids,
        days=np.where(points.day_known, points.days, np.datetime64("NaT")),
        kinds=points.kinds,
        seized_ids=points.seized_ids,
        seized=points.seized,
    )


def _register(read: RunInput, as_of: date) -> list[RegisteredPlace]:
    """The hotspots that have a point and were known on the day, as they stood on it."""
    found = []
    for spot in read.spots:
        status = status_at(spot.events, as_of)
        lon, lat = spot.placement.lon, spot.placement.lat
        if lon is not None and lat is not None and status is not None:
            cleared_on = last_cleared_on(spot.events, as_of)
            data = read.ends.span(spot.placement.province_code)
            place = RegisteredPlace(spot.id, spot.ref, lon, lat, cleared_on, status, data)
            found.append(place)
    return found


def _described(
    read: RunInput, found: _Found, window: RunWindow, method: Method, *, trial: bool, at: datetime
) -> NewRun:
    parameters = method.kept() | window.asked | {"radius_m": RADIUS_M} | kept_ends(read.ends)
    return NewRun(
        at=at,
        since=window.since,
        as_of=window.as_of,
        parameters=parameters | ({"trial": True} if trial else {}),
        data_stamp=stamp_of(found.points),
        boundary_version_id=read.version.id,
        software_version=webapp.__version__,
        n_records=len(found.points.ids),
        n_left_out=read.points.left_out,
        n_unverified=read.points.unverified,
        engine=found.labels.engine,
        labels_sha256=labels_digest(found.labels.labels),
    )


def stamp_of(points: ClusterInput) -> str:
    """A mark of the records that a run clusters: which, where and when."""
    digest = hashlib.sha256()
    for column in (points.ids, points.lons, points.lats, points.days):
        digest.update(np.ascontiguousarray(column).tobytes())
    return digest.hexdigest()


def _stored(
    session: Session, viewer: Viewer, run: NewRun, read: RunInput, found: _Found, *, at: datetime
) -> AnalysisReport:
    """Name and store the clusters, raise alerts, assess the communes."""
    clusters = cluster_names.name_clusters(
        session,
        viewer,
        found.clusters,
        found.points.ids,
        since=run.since,
        parameters=run.parameters,
    )
    run_id = runs.store_run(session, viewer, run, clusters)
    run_points.store_points(session, viewer, run_id, _packed(found))
    places = {c.cluster_id: c.commune_code for c in runs.run_clusters(session, viewer, run_id)}
    judged = _judged(run, read, found, clusters, places)
    findings = [] if run.is_trial else findings_of(judged)
    raised = alerts.raise_alerts(session, viewer, run_id, findings, at=at)
    report = AnalysisReport(
        run_id=run_id,
        since=run.since,
        as_of=run.as_of,
        engine=run.engine,
        n_records=run.n_records,
        n_left_out=run.n_left_out,
        n_unverified=run.n_unverified,
        n_without_day=len(read.points.ids) - run.n_records,
        n_undated=len(read.undated.ids),
        clusters=_counted(c.flag for c in clusters),
        lineages=_counted(c.lineage for c in clusters),
        alerts={kind.value: n for kind, n in raised.items()},
        classes={} if run.is_trial else assess_all(session, viewer, at, today(at)),
        approximate=read.version.approximate,
        trial=run.is_trial,
    )
    detail: dict[str, Any] = {"clusters": report.clusters, "read_up_to": read.read_up_to}
    if run.is_trial:
        detail["trial"] = True
    audit.record(session, viewer, "analyse", f"run:{run_id}", detail)
    return report


def _judged(
    run: NewRun,
    read: RunInput,
    found: _Found,
    clusters: list[Cluster],
    places: dict[int, str | None],
) -> Judged:
    return Judged(
        as_of=run.as_of,
        radius_m=RADIUS_M,
        clusters=clusters,
        communes=places,
        spots=read.spots,
        re_emergences=found.evidence,
        incidents=read.located,
        undated=read.undated,
        windows=found.windows,
        ends=read.ends,
    )


def _packed(found: _Found) -> RunPoints:
    points, labels = found.points, found.labels
    columns = (points.ids, points.lons, points.lats, points.days)
    return RunPoints(*columns, labels.labels, labels.core)


def _counted(codes: Any) -> dict[str, int]:
    return dict(Counter(code.value for code in codes))
