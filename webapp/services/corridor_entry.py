"""Key routes that a person draws or changes on the page; each is audited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

import shapely
from shapely.geometry import MultiLineString
from shapely.geometry.base import BaseGeometry

from geo.cells import UnreadableCellError, parse_date
from geo.corridor_rows import LAST_DAY, CorridorDraft, made_ref, parse_width_m
from geo.persons import cell_text
from geo.records import Corridor
from geo.route_lines import LineError, RouteLine, read_parts
from geo.routes import line_length_km
from geo.standing_terms import CorridorMode, CorridorReach
from geo.terms import DatePrecision
from geo.typed_text import typed_text, without_marks
from models import audit, audit_fields, communes, corridor_changes, corridors
from models.corridor_changes import ENTERED
from models.corridor_crossings import load_route_map, provinces_on
from models.corridors import StoredCorridor
from models.errors import ConflictError, InvalidValueError
from models.record_changes import changes_of_corridor
from models.repeating import repeatable
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.labels import vn_date, vn_number
from webapp.services.consequences import class_anew
from webapp.services.corridor_places import RefusedRouteError, corridor_of, require_sure
from webapp.told import told

MAX_NAME, MAX_DECISION, MAX_NOTE = 160, 160, 1_000
UNSEEN = told(
    "Biểu mẫu gửi lên không cho biết đã mở từ bản nào của tuyến nên chưa lưu. Hãy xem bản đang lưu "
    "ở trang của tuyến; bấm «Lưu» lần nữa thì nội dung dưới đây thay bản ấy."
)
CHANGED = told(
    "Tuyến này đã được sửa ở nơi khác sau khi đồng chí mở trang này. Hãy xem bản mới "
    "ở trang của tuyến; bấm «Lưu» lần nữa thì nội dung dưới đây thay bản ấy."
)

_DECIMALS = 6
_FIELDS = {"name": told("Tên tuyến"), "geometry": told("Đường tuyến"), "reach": told("Phạm vi")}


@dataclass(frozen=True, slots=True)
class CorridorForm:
    """What a person filled in, as typed.

    `points` are «lon lat» lines, parts of the line parted by an empty one; WKT in their
    place is understood too.
    """

    name: str = ""
    mode: str = CorridorMode.ROAD.value
    reach: str = ""
    decision: str = ""
    decided_on: str = ""
    valid_from: str = ""
    valid_to: str = ""
    width: str = ""
    points: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Laid:
    """Where a drawn line runs: the communes in order, as names with the kilometres inside."""

    length_km: float
    communes: tuple[tuple[str, str, float], ...]
    provinces: tuple[str, ...]


def form_of(corridor: StoredCorridor) -> CorridorForm:
    """A form filled in with what is stored."""
    days = (corridor.decided_on, corridor.valid_from, corridor.valid_to)
    decided_on, valid_from, valid_to = ("" if day is None else vn_date(day) for day in days)
    return CorridorForm(
        name=corridor.name,
        mode=corridor.mode.value,
        reach=corridor.reach.value,
        decision=corridor.decision,
        decided_on=decided_on,
        valid_from=valid_from,
        valid_to=valid_to,
        width=vn_number(corridor.width_m, 0 if corridor.width_m % 1 == 0 else 1),
        points=points_text(corridor.geometry),
        note=corridor.note,
    )


def points_text(line: BaseGeometry) -> str:
    """A line as the form writes it.

    >>> print(points_text(MultiLineString([[(105, 10), (105.5, 10)], [(106, 10), (106, 11)]])))
    105 10
    105.5 10
    <BLANKLINE>
    106 10
    106 11
    """
    parts = (shapely.get_coordinates(part).round(_DECIMALS) for part in shapely.get_parts(line))
    return "\n\n".join("\n".join(f"{lon:.10g} {lat:.10g}" for lon, lat in part) for part in parts)


def find_corridor(database: Database, viewer: Viewer, id: int) -> StoredCorridor:
    """One route; `NotFoundError` if there is none of this number."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return corridors.find_corridor(session, viewer, id)


def times_changed(database: Database, viewer: Viewer, id: int) -> int:
    """How often a route was changed: what a form opened now has seen."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return len(changes_of_corridor(session, viewer, id))


def lay(database: Database, viewer: Viewer, form: CorridorForm) -> Laid:
    """Where the line of a form runs on the map in force.

    Raises
    ------
    InvalidValueError
        If line or width cannot be used.
    """
    line, width_m = _line(form), _width_m(form)
    with unit_of_work(database, viewer, read_only=True) as session:
        along = load_route_map(session, viewer).lay(line.geometry, width_m or 0.0)
        full = communes.names_of(session, viewer, [each.commune_code for each in along])
        names = communes.province_names(session, viewer)
    return Laid(
        length_km=line_length_km(line.geometry),
        communes=tuple(
            (each.commune_code, full.get(each.commune_code, each.commune_code), each.length_km)
            for each in along
        ),
        provinces=tuple(names.get(code, code) for code in provinces_on(along)),
    )


@repeatable
def enter(database: Database, viewer: Viewer, form: CorridorForm, *, at: datetime) -> int:
    """Store a route from a form; its number.

    Raises
    ------
    InvalidValueError
        If a field cannot be used; the message says what to do.
    NotAllowedError, ConflictError
        If the viewer may not, or there is one of the same name.
    """
    viewer.require_write()
    with unit_of_work(database, viewer) as session:
        corridor = read_form(session, viewer, form)
        id_ = corridor_changes.enter_corridor(session, viewer, corridor, at=at)
        audit.record(session, viewer, "enter_corridor", f"corridor:{id_}", {}, at=at)
        class_anew(session, None, at=at)
    return id_


@repeatable
def change(
    database: Database,
    viewer: Viewer,
    id: int,
    form: CorridorForm,
    *,
    at: datetime,
    seen: int | None,
) -> bool:
    """Give a route the content of a form, its earlier one is kept; whether it differed.

    `seen` is how often it had been changed when the form was opened, None where it
    does not say: then nobody can tell what it would overwrite.

    Raises
    ------
    NotFoundError
        If there is none of this number.
    ConflictError
        If somebody changed it since, or `seen` is None; the other errors are those of `enter`.
    """
    viewer.require_write()
    with unit_of_work(database, viewer) as session:
        old = corridors.find_corridor(session, viewer, id)
        if seen is None:
            raise ConflictError(UNSEEN)
        corridor = read_form(session, viewer, form, old)
        differs = corridor_changes.change_corridor(session, viewer, id, corridor, at=at)
        if differs:
            if len(changes_of_corridor(session, viewer, id)) != seen + 1:
                raise ConflictError(CHANGED)
            detail = audit_fields.told_last(changes_of_corridor(session, viewer, id))
            audit.record(session, viewer, "change_corridor", f"corridor:{id}", detail, at=at)
            class_anew(session, None, at=at)
    return differs


def read_form(
    session: Session, viewer: Viewer, form: CorridorForm, old: StoredCorridor | None = None
) -> Corridor:
    """The route that a form describes; an untouched line stays as it is stored.

    Raises
    ------
    InvalidValueError
        Naming the field that cannot be used.
    """
    draft = _draft(form, old)
    along = load_route_map(session, viewer).lay(draft.geometry, draft.width_m or 0.0)
    try:
        require_sure(draft, along, viewer.scope, communes.province_names(session, viewer))
    except RefusedRouteError as error:
        raise _refused(_FIELDS[error.name], error) from None
    return corridor_of(draft, ENTERED if old is None else old.source, provinces_on(along))


def _draft(form: CorridorForm, old: StoredCorridor | None) -> CorridorDraft:
    name = cell_text(typed_text(form.name))[:MAX_NAME]
    if not form.name.strip():
        raise InvalidValueError(told("Tên tuyến còn trống: hãy ghi tên gọi của tuyến."))
    if not without_marks(name):
        raise InvalidValueError(told("Tên tuyến: hãy ghi tên gọi của tuyến, không phải tên người."))
    decided, starts, ends = _days(form)
    line = _kept_line(form, old)
    return CorridorDraft(
        line=0,
        ref=made_ref(name) if old is None else old.ref,
        name=name,
        mode=CorridorMode(form.mode) if form.mode in list(CorridorMode) else None,
        reach=CorridorReach(form.reach) if form.reach in list(CorridorReach) else None,
        decision=form.decision.strip()[:MAX_DECISION],
        decided_on=decided,
        valid_from=starts,
        valid_to=ends,
        width_m=_width_m(form),
        geometry=line.geometry,
        note=form.note[:MAX_NOTE],
        swapped=line.swapped,
    )


def _days(form: CorridorForm) -> tuple[date | None, date, date | None]:
    """Of the decision, the first and the last one in force; the first is that of the decision."""
    decided = _day(told("Ngày quyết định"), form.decided_on)
    ends = _day(told("Hết hiệu lực"), form.valid_to)
    starts = _day(told("Hiệu lực từ"), form.valid_from) or decided
    if starts is None:
        raise InvalidValueError(told("Hiệu lực từ: hãy ghi ngày, hoặc ghi ngày quyết định."))
    if ends is not None and ends < max(starts, decided or starts):
        raise InvalidValueError(
            told("Hết hiệu lực: phải từ ngày có hiệu lực và ngày quyết định trở đi; sửa lại ngày.")
        )
    return decided, starts, ends


def _kept_line(form: CorridorForm, old: StoredCorridor | None) -> RouteLine:
    """The line of a form; the stored one, unrounded, where nobody touched it."""
    if old is not None and form.points.replace("\r", "").strip() == points_text(old.geometry):
        return RouteLine(MultiLineString(list(shapely.get_parts(old.geometry))))
    return _line(form)


def _line(form: CorridorForm) -> RouteLine:
    if not form.points.strip():
        raise InvalidValueError(
            told("Đường tuyến: hãy vẽ trên bản đồ, hoặc ghi từng điểm «kinh độ vĩ độ» một dòng.")
        )
    try:
        return read_parts(form.points)
    except LineError as error:
        raise _refused(_FIELDS["geometry"], error) from None


def _width_m(form: CorridorForm) -> float | None:
    try:
        return parse_width_m(form.width)
    except UnreadableCellError as error:
        raise _refused(told("Bề rộng"), error) from None


def _day(label: str, text: str) -> date | None:
    try:
        dated = parse_date(text, today=LAST_DAY)
    except UnreadableCellError as error:
        raise _refused(label, error) from None
    if dated is not None and dated.precision is not DatePrecision.DAY:
        raise InvalidValueError(told("{field}: hãy ghi đủ ngày, tháng và năm.", field=label))
    return None if dated is None else dated.on


def _refused(label: str, error: Exception) -> InvalidValueError:
    return InvalidValueError(told("{field}: {reason}.", field=label, reason=str(error)))
