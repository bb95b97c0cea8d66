"""Key routes (tuyến trọng điểm): the list, one with its kilometres, the form that draws one."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from geo.corridor_rows import MAX_WIDTH_M
from geo.standing_terms import CorridorMode, CorridorReach
from models.errors import ConflictError, InvalidValueError, NotAllowedError
from models.viewers import ScopeKind
from webapp.delivery import CSV, send_download
from webapp.forms import sent_stamp, told_of_blanks
from webapp.languages import in_words
from webapp.maps import planner_map, render_frame
from webapp.queries import (
    legible_number,
    parse_choice,
    parse_code,
    parse_day,
    parse_page,
    parse_path_number,
)
from webapp.security import Access, csp_nonce, rule, viewer
from webapp.services import (
    corridor_decisions,
    corridor_entry,
    corridor_files,
    corridor_profile,
    corridors,
    guarded_reading,
)
from webapp.services.corridor_entry import CorridorForm
from webapp.services.corridor_profile import Look
from webapp.services.corridors import RouteFilter
from webapp.services.uploads import plain_name
from webapp.told import told, told_list
from webapp.views.context import site
from webapp.views.day_fields import sent_days

routes = Blueprint("routes", __name__)

_ASKED = ("reach", "mode", "province", "on")


@routes.get("/corridors")
@rule(Access.SIGNED_IN)
def corridors_page() -> Response | tuple[str, int]:
    """List the routes, those in force first."""
    days = sent_days("on")
    if days.address:
        return redirect(days.address)
    wanted, today = _filter(days.args), site().today()
    page = corridors.open_list(site().database, viewer(), wanted, today)
    query = {name: value for name in _ASKED if (value := days.args.get(name, "").strip())}
    shown = render_template(
        "corridors.html",
        page=page,
        wanted=wanted,
        query=query,
        words=corridors,
        today=today,
        may_write=viewer().may_write,
        days=days,
    )
    return shown, days.status


@routes.get("/corridors/<number>")
@rule(Access.SIGNED_IN)
def corridor_page(number: str) -> Response | tuple[str, int]:
    """Show a route with the cases along it."""
    return _shown(number)


def _shown(number: str, refused: str = "", typed: str = "") -> Response | tuple[str, int]:
    """A route, with why something was refused and the reason that was typed."""
    if refused:
        flash(in_words(refused), "refused")
    days = sent_days("from", "to")
    if days.address:
        return redirect(days.address)
    today, look = site().today(), _look(days.args)
    page = corridors.open_corridor(site().database, viewer(), _id(number), today, look)
    shown = render_template(
        "corridor.html",
        page=page,
        words=corridors,
        today=today,
        distances=corridor_profile.CHOICES_M,
        widest_m=MAX_WIDTH_M,
        look=look,
        query=request.query_string.decode(),
        days=days,
        typed=typed,
    )
    return shown, 409 if refused else days.status


@routes.get("/corridors/<number>/kilometres.csv")
@rule(Access.SIGNED_IN)
def kilometres(number: str) -> Response:
    """Send the kilometres of a route as a table."""
    database, today, look = site().database, site().today(), _look(request.args)
    name, text = corridors.kilometres_csv(database, viewer(), _id(number), today, look)
    return send_download(text, name, CSV)


@routes.get("/corridors/new")
@rule(Access.WRITERS)
def new_corridor() -> str:
    """Show an empty form."""
    return _form_page(CorridorForm(), None)


@routes.post("/corridors/new")
@rule(Access.WRITERS)
def enter_corridor() -> Response | tuple[str, int] | str:
    """Store a route, or show the form again with what was asked for or is wrong."""
    form = _sent()
    if "try" in request.form:
        return _form_page(form, None)
    try:
        id_ = corridor_entry.enter(site().database, viewer(), form, at=site().now())
    except (InvalidValueError, ConflictError, NotAllowedError) as error:
        return _form_page(form, None, str(error)), 400
    _flash_done(told("Đã lưu tuyến trọng điểm."), form.name, form.note)
    return redirect(f"/corridors/{id_}", 303)


@routes.post("/corridors/line")
@rule(Access.WRITERS)
def take_line() -> tuple[str, int] | str:
    """Take a line out of a file into the form."""
    form, number = _sent(), legible_number(request.form.get("id"))
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        return _form_page(form, number, told("Hãy chọn tệp có đường tuyến."), _seen()), 400
    with TemporaryDirectory(prefix="diaban-") as folder:
        path = Path(folder) / plain_name(sent.filename)
        sent.save(path)
        try:
            taken = corridor_files.take_line(form, path, site().allowance)
        except InvalidValueError as error:
            return _form_page(form, number, str(error), _seen()), 400
    return _form_page(taken.form, number, seen=_seen(), taken=taken.said)


@routes.get("/corridors/<number>/edit")
@rule(Access.WRITERS)
def edit_corridor(number: str) -> str:
    """Show the form filled in."""
    id_ = _id(number)
    seen = corridor_entry.times_changed(site().database, viewer(), id_)
    stored = corridor_entry.find_corridor(site().database, viewer(), id_)
    return _form_page(corridor_entry.form_of(stored), id_, seen=seen)


@routes.post("/corridors/<number>/edit")
@rule(Access.WRITERS)
def change_corridor(number: str) -> Response | tuple[str, int] | str:
    """Give a route other content; what it said before is kept."""
    id_, form, seen = _id(number), _sent(), _seen()
    database, who = site().database, viewer()
    if "try" in request.form:
        return _form_page(form, id_, seen=seen)
    try:
        differs = corridor_entry.change(database, who, id_, form, at=site().now(), seen=seen)
    except ConflictError as error:
        seen = corridor_entry.times_changed(database, who, id_)
        return _form_page(form, id_, str(error), seen), 409
    except (InvalidValueError, NotAllowedError) as error:
        return _form_page(form, id_, str(error), seen), 400
    kept = told("Đã sửa; nội dung trước đó được giữ lại.")
    _flash_done(
        kept if differs else told("Không có gì khác nội dung đã lưu."), form.name, form.note
    )
    return redirect(f"/corridors/{id_}", 303)


@routes.post("/corridors/<number>/withdraw")
@rule(Access.WRITERS)
def withdraw_corridor(number: str) -> Response | tuple[str, int]:
    """Take a route out of use, with a reason."""
    id_, reason = _id(number), request.form.get("reason", "")
    try:
        corridor_decisions.withdraw(
            *(site().database, viewer(), id_, reason),
            at=site().now(),
            seen=sent_stamp(),
        )
        _flash_done(told("Đã rút tuyến này khỏi danh sách; có thể khôi phục bên dưới."), reason)
    except ConflictError as error:
        return _shown(number, str(error), reason)
    except (InvalidValueError, NotAllowedError) as error:
        flash(in_words(str(error)), "refused")
    return redirect(f"/corridors/{id_}", 303)


@routes.post("/corridors/<number>/restore")
@rule(Access.WRITERS)
def restore_corridor(number: str) -> Response | tuple[str, int]:
    """Bring a withdrawn route back."""
    id_ = _id(number)
    try:
        corridor_decisions.restore(
            site().database, viewer(), id_, at=site().now(), seen=sent_stamp()
        )
        _flash_done(told("Đã khôi phục tuyến."))
    except ConflictError as error:
        return _shown(number, str(error))
    except NotAllowedError as error:
        flash(in_words(str(error)), "refused")
    return redirect(f"/corridors/{id_}", 303)


def _flash_done(what: str, *typed: str) -> None:
    """Say what was done, and where something typed was not kept."""
    flash(in_words(told_list([what, told_of_blanks(*typed)], "")), "done")


def _form_page(
    form: CorridorForm, id: int | None, error: str = "", seen: int | None = None, taken: str = ""
) -> str:
    """The form; where the line in it runs is told when it can be read."""
    guarded_reading.prepare()  # a line may be taken out of a file next
    laid = None
    if form.points.strip():
        with suppress(InvalidValueError):
            laid = corridor_entry.lay(site().database, viewer(), form)
    return render_template(
        "corridor_form.html",
        form=form,
        id=id,
        error=error,
        seen=seen,
        taken=taken,
        laid=laid,
        home=_home(),
        frame=render_frame(planner_map(), csp_nonce()),
    )


def _home() -> str:
    """The province that an account of one begins with, empty for others."""
    scope = viewer().scope
    return min(scope.codes) if scope.kind is ScopeKind.PROVINCES and len(scope.codes) == 1 else ""


def _sent() -> CorridorForm:
    return CorridorForm(**{name: request.form.get(name, "") for name in CorridorForm.__slots__})


def _seen() -> int | None:
    """How often the route had been changed when the form was opened."""
    return legible_number(request.form.get("seen"))


def _look(args: Mapping[str, str]) -> Look:
    within = parse_choice(args, "within", tuple(str(m) for m in corridor_profile.CHOICES_M))
    return Look(
        since=parse_day(args, "from"),
        until=parse_day(args, "to"),
        within_m=None if within is None else int(within),
    )


def _filter(args: Mapping[str, str]) -> RouteFilter:
    reach = parse_choice(args, "reach", tuple(each.value for each in CorridorReach))
    mode = parse_choice(args, "mode", tuple(each.value for each in CorridorMode))
    return RouteFilter(
        reach=None if reach is None else CorridorReach(reach),
        mode=None if mode is None else CorridorMode(mode),
        province_code=parse_code(args, "province"),
        on=parse_day(args, "on"),
        page=parse_page(args),
    )


def _id(number: str) -> int:
    return parse_path_number(number, told("tuyến trọng điểm"))
