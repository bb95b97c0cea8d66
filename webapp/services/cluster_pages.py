"""What the pages of clusters show: the clusters of a run, and the runs there are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from geo.records import CountChange
from geo.terms import ClusterFlag
from models import audit, communes, incident_counts, runs
from models.runs import Run, StoredCluster
from models.session import Database, Session, unit_of_work
from models.viewers import ScopeKind, Viewer
from webapp.services.cluster_words import (
    away_in_words,
    change_direction,
    change_in_words,
    engine_in_words,
    metres_in_words,
    parameters_in_words,
    window_in_words,
)
from webapp.services.import_changes import SUBSTANCES
from webapp.told import told

SORTS = ("n", "change", "last", "border")
"""What the list can be ordered by; the first is the usual one."""

PAGE_LINES = 100
SHOWN_RUNS = 100
SHOWN_CROWDED = 30


@dataclass(frozen=True, slots=True)
class RunFacts:
    """A run in words; counts of records of the nation are None where not for this viewer."""

    run: Run
    window: str
    parameters: str
    engine: str
    n_records: int | None
    n_left_out: int | None
    n_unverified: int | None
    is_latest: bool


@dataclass(frozen=True, slots=True)
class ClusterLine:
    """One cluster in the list; codes are for the words of the interface."""

    stable_id: str
    flag: str
    n: int
    commune_code: str | None
    commune_name: str
    more_communes: int
    province_name: str
    top_kind: str | None
    top_kind_n: int
    top_substance: str
    top_substance_n: int
    first_date: date | None
    last_date: date | None
    change: CountChange | None
    direction: str
    change_words: str
    border: str
    border_with: str
    hotspot: str | None
    hotspot_source: str
    hotspot_away: str
    partial: bool


@dataclass(frozen=True, slots=True)
class ClusterQuery:
    """What of a run is wanted, in which order and which page of it."""

    run_id: int | None = None
    flag: str | None = None
    province_code: str | None = None
    sort: str = SORTS[0]
    page: int = 1


@dataclass(frozen=True, slots=True)
class ClustersPage:
    """The clusters of a run in a viewer's scope; `facts` is None where nothing was analysed."""

    facts: RunFacts | None
    lines: tuple[ClusterLine, ...] = ()
    number: int = 1
    pages: int = 1
    total: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    provinces: tuple[tuple[str, str], ...] = ()
    crowded: tuple[tuple[str, str, int], ...] = ()
    stale: bool = False
    may_start: bool = False


def clusters_page(database: Database, viewer: Viewer, query: ClusterQuery) -> ClustersPage:
    """The list of clusters.

    Raises
    ------
    NotFoundError
        If a run is asked for that does not exist.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        run = _run(session, viewer, query.run_id)
        if run is None:
            return ClustersPage(None, may_start=may_start(viewer))
        latest = runs.latest_run(session, viewer)
        found = runs.run_clusters(session, viewer, run.id)
        crowded = _crowded(session, viewer, run)
        codes = {c.commune_code for c in found if c.commune_code} | {code for code, _ in crowded}
        names = communes.names_of(session, viewer, codes)
        provinces = communes.province_names(session, viewer)
        stale = audit.changed_since_analysis(session, viewer)
    is_latest = latest is not None and latest.id == run.id
    shown = _ordered([c for c in found if _is_wanted(c, query)], query.sort)
    pages = max(1, -(-len(shown) // PAGE_LINES))
    number = min(query.page, pages)
    lines = shown[(number - 1) * PAGE_LINES : number * PAGE_LINES]
    touched = sorted({c.province_code for c in found if c.province_code})
    return ClustersPage(
        facts=facts_of(run, viewer, is_latest=is_latest),
        lines=tuple(line_of(c, names, provinces) for c in lines),
        number=number,
        pages=pages,
        total=len(found),
        counts={flag.value: n for flag, n in Counter(c.flag for c in found).items()},
        provinces=tuple((code, provinces.get(code, code)) for code in touched),
        crowded=tuple((code, names.get(code, code), n) for code, n in crowded),
        stale=stale and is_latest,
        may_start=may_start(viewer),
    )


def run_list(database: Database, viewer: Viewer) -> list[RunFacts]:
    """The runs, trials too, the latest first."""
    with unit_of_work(database, viewer, read_only=True) as session:
        found = runs.list_runs(session, viewer, SHOWN_RUNS)
    latest = next((run.id for run in found if not run.is_trial), None)
    return [facts_of(run, viewer, is_latest=run.id == latest) for run in found]


def may_start(viewer: Viewer) -> bool:
    """Whether the viewer may analyse: a run speaks for the whole nation."""
    return viewer.may_write and viewer.scope.kind is ScopeKind.NATION


def facts_of(run: Run, viewer: Viewer, *, is_latest: bool) -> RunFacts:
    """A run in words; how many records the nation has, and lacks, is the nation's to know."""
    sees_all = viewer.scope.kind is ScopeKind.NATION
    return RunFacts(
        run=run,
        window=window_in_words(run),
        parameters=parameters_in_words(run),
        engine=engine_in_words(run.engine),
        n_records=run.n_records if sees_all else None,
        n_left_out=run.n_left_out if sees_all else None,
        n_unverified=run.n_unverified if sees_all else None,
        is_latest=is_latest,
    )


def line_of(
    cluster: StoredCluster, names: Mapping[str, str], provinces: Mapping[str, str]
) -> ClusterLine:
    """A cluster as a line of the list."""
    code = cluster.commune_code
    return ClusterLine(
        stable_id=cluster.stable_id,
        flag=cluster.flag.value,
        n=cluster.n,
        commune_code=code,
        commune_name=names.get(code, code) if code else "",
        more_communes=max(len(cluster.commune_codes) - 1, 0),
        province_name=provinces.get(cluster.province_code or "", ""),
        top_kind=cluster.top_kind,
        top_kind_n=cluster.top_kind_n,
        top_substance=told(SUBSTANCES[cluster.top_substance]) if cluster.top_substance else "",
        top_substance_n=cluster.top_substance_n,
        first_date=cluster.first_date,
        last_date=cluster.last_date,
        change=cluster.change,
        direction=change_direction(cluster.change),
        change_words=change_in_words(cluster.change),
        border=metres_in_words(cluster.border_m),
        border_with=cluster.border_with,
        hotspot=cluster.nearest_hotspot,
        hotspot_source=cluster.hotspot_source,
        hotspot_away=away_in_words(cluster.nearest_m),
        partial=cluster.partial,
    )


def _run(session: Session, viewer: Viewer, run_id: int | None) -> Run | None:
    if run_id is None:
        return runs.latest_run(session, viewer)
    return runs.run_by_id(session, viewer, run_id)


def _crowded(session: Session, viewer: Viewer, run: Run) -> list[tuple[str, int]]:
    least = int(run.parameters.get("min_samples") or 1)
    found = incident_counts.crowded_communes(session, viewer, run.since, run.as_of, least)
    return found[:SHOWN_CROWDED]


def _is_wanted(cluster: StoredCluster, query: ClusterQuery) -> bool:
    if query.flag is not None and cluster.flag != query.flag:
        return False
    return query.province_code is None or cluster.province_code == query.province_code


def _ordered(found: Sequence[StoredCluster], sort: str) -> list[StoredCluster]:
    """By number of records, growth, last day or nearness of the border; then by name."""

    def place(cluster: StoredCluster) -> tuple[float, float, str]:
        change, last = cluster.change, cluster.last_date
        keys = {
            "n": -cluster.n,
            "change": -(change.low if change is not None else -1.0),
            "last": -(last.toordinal() if last is not None else 0),
            "border": cluster.border_m if cluster.border_m is not None else float("inf"),
        }
        return (keys[sort], -cluster.n, cluster.stable_id)

    return sorted(found, key=place)


FLAGS = tuple(flag.value for flag in ClusterFlag)
