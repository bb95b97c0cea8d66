"""What the register knows of a commune in a period, to be held against what it declared.

Points: places of use suspected, active or re-emerged on any day of the period. Arrests: the
offenders of verified cases under the Penal Code (administrative use is no crime). Plants: what
was seized, in plants and square metres, in verified cases of cultivation. Routes: those in
force on some day of the period.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.records import HotspotEvent, Period
from geo.terms import HotspotKind, SeizureUnit
from models.case_counts import CONFIDENT, Asked, CaseCount, case_counts
from models.commune_codes import by_commune, codes_in_force
from models.corridors import RouteOn, routes_by_commune
from models.disclosure import visible
from models.hotspot_events import events_of
from models.known import known_hotspots
from models.lifecycle import was_open_during
from models.register_figures import NOTHING, Counted, RegisterFigures
from models.tables import hotspots
from models.viewers import Viewer

_NO_CASE = CaseCount()


class _Den(NamedTuple):
    """A place of use: how sure its commune is, that of today and that of its day, its events."""

    ref: str
    confidence: float
    now: str | None
    then: str | None
    events: Sequence[HotspotEvent]


def register_figures(
    session: Session,
    viewer: Viewer,
    period: Period,
    *,
    province_code: str | None = None,
    commune_code: str | None = None,
    known_at: datetime | None = None,
    until: date | None = None,
) -> dict[str, RegisterFigures]:
    """Computed figures by commune, for the communes in the viewer's scope.

    A figure is None where the register holds no record of its kind for the commune: absent,
    never zero. Arrests are None, too, where no case says how many there were. A province
    through which some key route in force in the period runs has its list of routes: each of
    its communes is here, on a route or off all of them. In other provinces that is not known,
    and once the register holds routes at all a note asks for their list.

    Parameters
    ----------
    known_at
        Only what was known by this moment; None: as the records stand.
    until
        The last day that counts while the period runs (today); None: the end of the period.
    """
    last = period.end if until is None else min(period.end, until)
    asked = Asked(period, last, province_code, commune_code, known_at)
    cases: Mapping[str, CaseCount] = {}
    dens: Mapping[str, list[_Den]] = {}
    if last >= period.start:
        cases, dens = case_counts(session, viewer, asked), _dens(session, viewer, asked)
    found = {
        code: _figures(cases.get(code, _NO_CASE), dens.get(code, ()), asked.counted)
        for code in cases.keys() | dens.keys()
    }
    return _with_routes(session, viewer, found, asked)


def _figures(cases: CaseCount, dens: Sequence[_Den], counted: Period) -> RegisterFigures:
    """The figures of one commune."""
    in_use = [den for den in dens if was_open_during(den.events, counted)]
    return RegisterFigures(
        use_dens=Counted(len(in_use), tuple([den.ref for den in in_use])) if dens else None,
        offenders_arrested=Counted(cases.offenders, cases.refs) if cases.n_told else None,
        plants=_seized(cases, SeizureUnit.PLANT),
        plant_area_m2=_seized(cases, SeizureUnit.M2),
        notes=_notes(cases, in_use),
    )


def _dens(session: Session, viewer: Viewer, asked: Asked) -> dict[str, list[_Den]]:
    """Places of use by commune, by ref, whatever their status."""
    read = _present_dens if asked.known_at is None else _known_dens
    placed = ((den, den.now, den.then) for den in read(session, viewer, asked))
    return by_commune(session, viewer, asked.period, placed)


def _present_dens(session: Session, viewer: Viewer, asked: Asked) -> list[_Den]:
    """The places of use as the register stands, without what only a page tells of them."""
    h = hotspots.c
    wanted = [visible(viewer, hotspots), h.kind == HotspotKind.USE_DEN]
    if asked.province_code is not None:
        wanted.append(h.province_code == asked.province_code)
    if asked.commune_code is not None:
        wanted.append(h.commune_code_now == asked.commune_code)
    columns = (h.id, h.ref, h.geocode_confidence, h.commune_code_now, h.commune_code)
    statement = select(*columns).where(*wanted).order_by(h.ref, h.source)
    rows = session.execute(statement).all()
    events = events_of(session, [id_ for id_, *_ in rows])
    return [_Den(*row[1:], events.get(row[0], ())) for row in rows]


def _known_dens(session: Session, viewer: Viewer, asked: Asked) -> list[_Den]:
    """The places of use as they were known at a moment."""
    found = known_hotspots(
        session,
        viewer,
        province_code=asked.province_code,
        commune_code=asked.commune_code,
        kinds=(HotspotKind.USE_DEN,),
        known_at=asked.known_at,
    )
    places = ((spot, spot.placement) for spot in found)
    return [
        _Den(spot.ref, at.confidence, at.commune_code_now, at.commune_code, spot.events)
        for spot, at in places
    ]


def _seized(cases: CaseCount, unit: SeizureUnit) -> Counted | None:
    """The sum in a unit, exact in decimal figures; None where nothing is recorded in it."""
    found = cases.seized.get(unit)
    if not found:
        return None
    total = sum([amount for _ref, amount in found], Decimal(0))
    refs = tuple(dict.fromkeys([ref for ref, _amount in found]))
    return Counted(int(total) if total == int(total) else float(total), refs)


def _notes(cases: CaseCount, in_use: Sequence[_Den]) -> tuple[str, ...]:
    """What makes the figures unsure, as Vietnamese sentences."""
    notes = []
    if cases.n_told < cases.n:
        notes.append(
            f"{cases.n - cases.n_told} trong {cases.n} vụ bắt giữ chưa ghi số đối tượng: "
            "số đối tượng bị bắt theo hồ sơ là số ít nhất."
        )
    silent = cases.n_fields - len({ref for found in cases.seized.values() for ref, _ in found})
    if silent:
        notes.append(f"{silent} vụ trồng cây có chứa chất ma túy chưa ghi số cây hoặc diện tích.")
    n_dens = len([den for den in in_use if den.confidence < CONFIDENT])
    if cases.n_doubtful or n_dens:
        doubtful = [f"{cases.n_doubtful} vụ việc"] * bool(cases.n_doubtful)
        doubtful += [f"{n_dens} điểm"] * bool(n_dens)
        notes.append(f"{' và '.join(doubtful)} được tính cho xã này dù vị trí chưa chắc chắn.")
    if cases.n_late or cases.n_early:
        edge = [f"{cases.n_late} vụ được tính có thể thuộc kỳ sau"] * bool(cases.n_late)
        edge += [f"{cases.n_early} vụ không được tính có thể thuộc kỳ này"] * bool(cases.n_early)
        notes.append(f"Có vụ việc chỉ rõ tháng hoặc năm ở đầu, cuối kỳ: {'; '.join(edge)}.")
    return tuple(notes)


def _with_routes(
    session: Session, viewer: Viewer, found: Mapping[str, RegisterFigures], asked: Asked
) -> dict[str, RegisterFigures]:
    """The figures with the key routes in force; as they are while there is none."""
    routes = routes_by_commune(session, viewer, asked.period, known_at=asked.known_at)
    if not routes.n_in_force:
        return dict(found)
    provinces = codes_in_force(session, viewer)
    area = {
        code: province
        for code, province in provinces.items()
        if asked.province_code in (None, province)
        and asked.commune_code in (None, code)
        and viewer.scope.covers(province, code)
    }
    laid = dict(found)
    for code, province in area.items():
        on = routes.by_commune.get(code, ())
        laid[code] = _laid(found.get(code, NOTHING), on, province in routes.provinces)
    return laid


def _laid(
    figures: RegisterFigures, on: Sequence[RouteOn], province_listed: bool
) -> RegisterFigures:
    if not on and not province_listed:
        return _UNLISTED if figures is NOTHING else _with_note(figures)
    if not on and figures is NOTHING:
        return _OFF
    return replace(figures, on_key_route=bool(on), routes=tuple(route.name for route in on))


def _with_note(figures: RegisterFigures) -> RegisterFigures:
    return replace(figures, notes=(*figures.notes, _NO_LIST))


_NO_LIST = (
    "Hồ sơ chưa có tuyến trọng điểm nào có hiệu lực trong kỳ đi qua tỉnh này nên chưa biết xã có "
    "thuộc tuyến trọng điểm hay không: hãy nhập danh mục tuyến của tỉnh hoặc khai báo chỉ tiêu này."
)
_OFF = replace(NOTHING, on_key_route=False)
_UNLISTED = _with_note(NOTHING)
