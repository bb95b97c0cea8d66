"""An alert as a card of the page: its figures, remarks, records, drawing, and its form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from geo.terms import AlertKind, AlertState, HotspotStatus
from models import communes, hotspots
from models.alert_records import EvidenceRecord
from models.alerts import Alert
from models.hotspots import StoredHotspot
from models.lifecycle import last_cleared_on, status_at
from models.nearby import incidents_near
from models.session import Session
from models.viewers import Viewer
from webapp.services.alert_cases import Case, cases_of, seen_evidence
from webapp.services.alert_drawings import draw_cases
from webapp.services.alert_map import AlertMap
from webapp.services.alert_proposals import Proposal, may_undo
from webapp.services.alert_words import told_figures
from webapp.services.cluster_words import metres_in_words
from webapp.told import told


@dataclass(frozen=True, slots=True)
class Card:
    """An alert as the page shows it.

    `status` and `cleared_on` are those of the place of the register today, `source`
    and `ref` name it; empty for a cluster of no recorded place. `figures` and
    `remarks` are sentences.
    """

    alert: Alert
    title: str
    place: str
    ref: str
    source: str
    status: HotspotStatus | None
    cleared_on: date | None
    moved_from: str
    figures: tuple[str, ...]
    remarks: tuple[str, ...]
    records: tuple[EvidenceRecord, ...]
    drawing: AlertMap
    map_address: str
    proposal: Proposal
    may_undo: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision in the list, or what lapsed."""

    alert: Alert
    title: str
    place: str
    may_undo: bool


def cards_of(
    session: Session,
    viewer: Viewer,
    found: Sequence[Alert],
    provinces: Mapping[str, str],
    today: date,
) -> tuple[Card, ...]:
    """Alerts as cards, in their order."""
    cases = cases_of(session, viewer, found, today)
    drawings = draw_cases(session, viewer, cases, today)
    return tuple(
        _card(session, viewer, case, drawing, provinces, today=today)
        for case, drawing in zip(cases, drawings, strict=True)
    )


def _card(
    session: Session,
    viewer: Viewer,
    case: Case,
    drawing: AlertMap,
    provinces: Mapping[str, str],
    *,
    today: date,
) -> Card:
    alert, spot = case.alert, case.spot
    of_register = alert.subject.startswith("H-") and spot is not None
    here = spot if of_register else None
    return Card(
        alert=alert,
        title=title_of(alert, spot),
        place=place_of(alert, case.place, provinces),
        ref=here.ref if here else "",
        source=here.source if here else "",
        status=status_at(here.events, today) if here else None,
        cleared_on=last_cleared_on(here.events, today) if here else None,
        moved_from=spot.name if spot and not of_register else "",
        figures=told_figures(alert.kind, seen_evidence(case)),
        remarks=tuple(_remarks(session, viewer, case, today)),
        records=case.records,
        drawing=drawing,
        map_address=_map_address(case, today),
        proposal=case.proposal,
        may_undo=may_undo(viewer, alert),
    )


def title_of(alert: Alert, spot: StoredHotspot | None) -> str:
    """The place of the register by its name, else the cluster by its own."""
    if alert.subject.startswith("H-"):
        return spot.name if spot else told("Điểm không còn trong hồ sơ")
    return told("Cụm {name}", name=str(alert.cluster_id or alert.subject))


def place_of(alert: Alert, commune: str, provinces: Mapping[str, str]) -> str:
    """Commune and province by name."""
    province = provinces.get(alert.province_code or "", "")
    return ", ".join(part for part in (commune, province) if part) or told("Chưa rõ xã")


def _remarks(session: Session, viewer: Viewer, case: Case, today: date) -> Iterable[str]:
    withdrawn = sum(record.withdrawn for record in case.records)
    unsure = sum(not record.verified and not record.withdrawn for record in case.records)
    n = len(case.records)
    if withdrawn:
        yield told("{some} trong {n} vụ đã được rút sau lần phân tích.", some=withdrawn, n=n)
    if unsure:
        yield told("{some} trong {n} vụ nay ghi là chưa xác minh.", some=unsure, n=n)
    if case.hidden:
        yield told(
            "Cụm còn kéo sang địa bàn khác: chỉ tính và liệt kê các vụ thuộc phạm vi của tài khoản."
        )
    if case.alert.state is AlertState.OPEN:
        yield from _since(session, viewer, case, today)
        if case.proposal.hindrance:
            yield case.proposal.hindrance


def _since(session: Session, viewer: Viewer, case: Case, today: date) -> Iterable[str]:
    """What came in about a quiet place after the analysis."""
    spot, radius_m = case.spot, case.radius_m
    cleared = last_cleared_on(spot.events, today) if spot else None
    if case.alert.kind is not AlertKind.DELISTING or spot is None or cleared is None:
        return
    lon, lat = spot.placement.lon, spot.placement.lat
    if lon is None or lat is None:
        return
    since = cleared + timedelta(days=1)
    n = len(incidents_near(session, viewer, lon, lat, radius_m, since=since, until=today))
    if n:
        yield told(
            "Dữ liệu nay có {n} vụ sau ngày triệt xóa trong vòng {radius}: hãy xem lại trước khi "
            "đưa ra khỏi danh sách.",
            n=n,
            radius=metres_in_words(radius_m),
        )


def _map_address(case: Case, today: date) -> str:
    alert, spot = case.alert, case.spot
    days = [record.occurred_on for record in case.records] or [today]
    query = {
        "province": alert.province_code or "",
        "from": min(days).isoformat(),
        "to": max(today, *days).isoformat(),
        "at": f"{alert.lat:.4f},{alert.lon:.4f},15",
    }
    if spot is not None and alert.subject.startswith("H-"):
        query["pick"] = f"h:{spot.ref}"
    return "/map?" + urlencode(query)


def record_address(record: EvidenceRecord) -> str:
    """The map at a record, with its card open; empty where it has no point."""
    if record.lon is None or record.lat is None or record.withdrawn:
        return ""
    day = record.occurred_on.isoformat()
    at = f"{record.lat:.4f},{record.lon:.4f},16"
    query = {"province": record.province_code or "", "from": day, "to": day, "at": at}
    return "/map?" + urlencode(query | {"pick": f"i:{record.id}"})


def listed(
    session: Session, viewer: Viewer, found: Sequence[Alert], provinces: Mapping[str, str]
) -> tuple[Decided, ...]:
    """Alerts as lines of a list."""
    ids = [alert.hotspot_id for alert in found if alert.hotspot_id is not None]
    spots = hotspots.hotspots_by_id(session, viewer, ids)
    places = communes.names_of(session, viewer, [a.commune_code or "" for a in found])
    return tuple(
        Decided(
            alert,
            title_of(alert, spots.get(alert.hotspot_id or 0)),
            place_of(alert, places.get(alert.commune_code or "", ""), provinces),
            may_undo(viewer, alert),
        )
        for alert in found
    )
