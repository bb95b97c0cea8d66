"""Key routes (tuyến trọng điểm): the list, one route with the communes along it."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from geo.standing_terms import CorridorMode, CorridorReach
from models.errors import ConflictError, InvalidValueError, NotAllowedError
from webapp.forms import told_of_blanks
from webapp.queries import parse_choice, parse_code, parse_day, parse_page, parse_path_number
from webapp.security import Access, rule, viewer
from webapp.services import corridor_decisions, corridors
from webapp.services.corridors import RouteFilter
from webapp.views.context import site

routes = Blueprint("routes", __name__)

_ASKED = ("reach", "mode", "province", "on")


@routes.get("/corridors")
@rule(Access.SIGNED_IN)
def corridors_page() -> str:
    """List the routes, those in force first."""
    wanted, today = _filter(), site().today()
    page = corridors.open_list(site().database, viewer(), wanted, today)
    query = {name: value for name in _ASKED if (value := request.args.get(name, "").strip())}
    return render_template(
        "corridors.html",
        page=page,
        wanted=wanted,
        query=query,
        words=corridors,
        today=today,
        may_write=viewer().may_write,
    )


@routes.get("/corridors/<number>")
@rule(Access.SIGNED_IN)
def corridor_page(number: str) -> str:
    """Show a route."""
    today = site().today()
    page = corridors.open_corridor(site().database, viewer(), _id(number), today)
    return render_template("corridor.html", page=page, words=corridors, today=today)


@routes.post("/corridors/<number>/withdraw")
@rule(Access.WRITERS)
def withdraw_corridor(number: str) -> Response:
    """Take a route out of use, with a reason."""
    id_, reason = _id(number), request.form.get("reason", "")
    try:
        corridor_decisions.withdraw(site().database, viewer(), id_, reason, at=site().now())
        told = "Đã rút tuyến này khỏi danh sách; có thể khôi phục bên dưới."
        flash(told + told_of_blanks(reason), "done")
    except (ConflictError, InvalidValueError, NotAllowedError) as error:
        flash(str(error), "refused")
    return redirect(f"/corridors/{id_}", 303)


@routes.post("/corridors/<number>/restore")
@rule(Access.WRITERS)
def restore_corridor(number: str) -> Response:
    """Bring a withdrawn route back."""
    id_ = _id(number)
    try:
        corridor_decisions.restore(site().database, viewer(), id_, at=site().now())
        flash("Đã khôi phục tuyến.", "done")
    except (ConflictError, NotAllowedError) as error:
        flash(str(error), "refused")
    return redirect(f"/corridors/{id_}", 303)


def _filter() -> RouteFilter:
    args = request.args
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
    return parse_path_number(number, "tuyến trọng điểm")
