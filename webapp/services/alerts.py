"""The page of alerts: what waits for a decision with its evidence, and what was decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from math import ceil
from typing import Any
from urllib.parse import urlencode

from geo.alphabet import vietnamese_key
from geo.terms import AlertKind, AlertState
from models import alerts, audit, communes, runs
from models.audit import Change
from models.runs import Run
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.alert_cards import Card, Decided, cards_of, listed, record_address
from webapp.services.alert_words import kept_together
from webapp.services.cluster_words import data_until_in_words
from webapp.told import told

__all__ = [
    "Card",
    "Decided",
    "Wanted",
    "kept_together",
    "open_alert",
    "open_page",
    "record_address",
    "told_run",
]

PAGE_SIZE = 12
MOST_DECIDED = 40
MOST_LAPSED = 20

_STALE = {
    Change.NOTHING: "",
    Change.DECISIONS: told(
        "Hồ sơ đã được cập nhật theo các quyết định; chạy phân tích lại để cảnh báo và bản đồ "
        "tính theo hồ sơ mới."
    ),
    Change.DATA: told(
        "Dữ liệu hoặc hồ sơ đã thay đổi sau lần phân tích gần nhất. Cảnh báo được tính lại khi "
        "chạy lần phân tích mới."
    ),
}

ORDER = tuple(AlertKind)
"""Kinds in the order of the page: what came back first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the alerts a visitor asks for; empty is all."""

    kind: AlertKind | None = None
    province_code: str | None = None
    page: int = 1

    def query(self, **changes: Any) -> str:
        """The same view as a query string, with changes; the first page when something changes.

        >>> Wanted(AlertKind.RISING, "51", 3).query(page=2)
        '?kind=rising&province=51&page=2'
        """
        parts = {"kind": self.kind, "province": self.province_code, "page": None} | changes
        kept = {key: value for key, value in parts.items() if value and (key, value) != ("page", 1)}
        return "?" + urlencode(kept) if kept else ""


@dataclass(frozen=True, slots=True)
class AlertsPage:
    """One page of alerts. `counts` holds every kind, `provinces` code, name and number.

    `stale` says in a sentence what changed after the latest analysis, if something did.
    """

    wanted: Wanted
    cards: tuple[Card, ...]
    total: int
    all_open: int
    pages: int
    counts: Mapping[AlertKind, int]
    provinces: tuple[tuple[str, str, int], ...]
    decided: tuple[Decided, ...]
    lapsed: tuple[Decided, ...]
    run: Run | None
    stale: str


@dataclass(frozen=True, slots=True)
class AlertPage:
    """The page of one alert; `stale` as on the page of all."""

    card: Card
    stale: str


def open_page(database: Database, viewer: Viewer, wanted: Wanted, today: date) -> AlertsPage:
    """The alerts of a page by kind; past the last page the last one."""
    with unit_of_work(database, viewer, read_only=True) as session:
        counts = alerts.open_counts(session, viewer)
        found = alerts.open_alerts(session, viewer, wanted.kind, wanted.province_code)
        found.sort(key=lambda a: (ORDER.index(a.kind), -len(a.incident_ids), a.id))
        pages = max(1, ceil(len(found) / PAGE_SIZE))
        number = min(max(wanted.page, 1), pages)
        shown = found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]
        names = communes.province_names(session, viewer)
        lapsed = alerts.decided_alerts(session, viewer, MOST_LAPSED, [AlertState.LAPSED])
        decided = alerts.decided_alerts(session, viewer, MOST_DECIDED)
        return AlertsPage(
            wanted=Wanted(wanted.kind, wanted.province_code, number),
            cards=cards_of(session, viewer, shown, names, today),
            total=len(found),
            all_open=sum(counts.values()),
            pages=pages,
            counts=_by_kind(counts, wanted.province_code),
            provinces=_by_province(counts, wanted.kind, names),
            decided=listed(session, viewer, decided, names),
            lapsed=listed(session, viewer, lapsed, names),
            run=runs.latest_run(session, viewer),
            stale=_stale(session, viewer),
        )


def open_alert(database: Database, viewer: Viewer, alert_id: int, today: date) -> AlertPage:
    """One alert, decided or not.

    Raises
    ------
    NotFoundError
        If the viewer sees none of this number.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        alert = alerts.alert_by_id(session, viewer, alert_id)
        names = communes.province_names(session, viewer)
        (card,) = cards_of(session, viewer, [alert], names, today)
        return AlertPage(card, _stale(session, viewer))


def waiting_count(database: Database, viewer: Viewer) -> int:
    """How many alerts wait that this viewer sees."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return alerts.count_open(session, viewer)


def _stale(session: Session, viewer: Viewer) -> str:
    if runs.latest_run(session, viewer) is None:
        return ""
    return _STALE[audit.change_since_analysis(session, viewer)]


def _by_kind(
    counts: Mapping[tuple[AlertKind, str | None], int], province_code: str | None
) -> dict[AlertKind, int]:
    def of(kind: AlertKind) -> int:
        every = province_code is None
        return sum(
            n for (k, code), n in counts.items() if k == kind and (every or code == province_code)
        )

    return {kind: of(kind) for kind in ORDER}


def _by_province(
    counts: Mapping[tuple[AlertKind, str | None], int],
    kind: AlertKind | None,
    names: Mapping[str, str],
) -> tuple[tuple[str, str, int], ...]:
    found: dict[str, int] = {}
    for (of_kind, code), n in counts.items():
        if code is not None:
            found[code] = found.get(code, 0) + (n if kind in (None, of_kind) else 0)
    return tuple(
        (code, names.get(code, code), n)
        for code, n in sorted(
            found.items(), key=lambda item: vietnamese_key(names.get(item[0], item[0]))
        )
    )


def told_run(run: Run) -> str:
    """When the latest analysis was and which records it read."""
    facts = {"number": str(run.id), "n": run.n_records, "end": run.as_of}
    data = data_until_in_words(run)
    if run.since:
        return told(
            "Lần phân tích số {number}: {n} vụ từ {start} đến hết {end}{data}",
            start=run.since,
            data=data,
            **facts,
        )
    return told("Lần phân tích số {number}: {n} vụ đến hết {end}{data}", data=data, **facts)
