"""The hotspot register, the page of each place, and writing its history."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, flash, make_response, redirect, render_template, request
from werkzeug import Response as AnyResponse

from geo.records import HotspotEvent
from geo.terms import EventType, HotspotKind, HotspotStatus
from models.errors import ConflictError, InvalidValueError
from models.hotspot_events import EARLIEST
from webapp import labels
from webapp.audited_routes import saw
from webapp.errors import BadParameterError, status_of
from webapp.forms import sent_number, told_of_blanks
from webapp.languages import in_words
from webapp.queries import (
    legible_number,
    parse_choice,
    parse_code,
    parse_day,
    parse_number,
    parse_page,
    parse_path_number,
    refused,
)
from webapp.security import Access, rule, viewer
from webapp.services import hotspot_events, hotspot_register
from webapp.services.hotspot_events import Written
from webapp.services.hotspot_profiles import (
    Asked,
    HotspotProfile,
    hotspot_profile,
    line_of,
    namesakes,
)
from webapp.services.hotspot_register import RegisterFilter
from webapp.told import Told, told, told_list
from webapp.views.context import hotspot_address, site
from webapp.views.day_fields import sent_days

register = Blueprint("register", __name__)

_STATUSES = tuple(status.value for status in HotspotStatus)
_KINDS = tuple(kind.value for kind in HotspotKind)
_TYPES = tuple(type_.value for type_ in EventType)
_LONGEST_TEXT = 120


@register.get("/hotspots")
@rule(Access.SIGNED_IN)
def register_page() -> AnyResponse:
    """Show the register, or the hotspot whose ref is in the query: there it may hold any sign."""
    if "ref" in request.args:
        return _hotspot_page(request.args["ref"])
    days = sent_days("on")
    if days.address:
        return redirect(days.address)
    page = hotspot_register.open_register(site().database, viewer(), _filter(days.args))
    shown = render_template(
        "hotspots.html", page=page, query=_query(days.args), today=site().today(), days=days
    )
    return make_response(shown, days.status)


@register.get("/hotspots/<path:ref>", merge_slashes=False)
@rule(Access.SIGNED_IN)
def hotspot_page(ref: str) -> AnyResponse:
    """Show a hotspot and its history."""
    return _hotspot_page(ref)


@register.post("/hotspots/events")
@rule(Access.WRITERS)
def write_event() -> AnyResponse:
    """Record an event, or a correction of one, from the form."""
    form = request.form
    try:
        corrects_id = parse_number(form, "corrects") if form.get("corrects") else None
        done = hotspot_events.record_event(
            site().database,
            viewer(),
            parse_number(form, "hotspot"),
            _typed_event(form),
            at=site().now(),
            corrects_id=corrects_id,
            seen=sent_number(),
        )
    except (BadParameterError, InvalidValueError, ConflictError) as error:
        return _form_again(error)
    return _back(done, told("Đã sửa diễn biến") if corrects_id else told("Đã ghi"))


@register.post("/hotspots/events/<number>/remove")
@rule(Access.WRITERS)
def remove_event(number: str) -> AnyResponse:
    """Take an event out of the history, for a reason."""
    event_id, form = parse_path_number(number, told("diễn biến")), request.form
    hotspot_id, reason = parse_number(form, "hotspot"), form.get("note", "")
    try:
        done = hotspot_events.remove_event(
            *(site().database, viewer(), hotspot_id, event_id, reason),
            at=site().now(),
            seen=sent_number(),
        )
    except (InvalidValueError, ConflictError) as error:
        return _form_again(error)
    return _back(done, told("Đã bỏ khỏi diễn biến"))


@register.post("/hotspots/events/<number>/undo")
@rule(Access.WRITERS)
def undo_event(number: str) -> AnyResponse:
    """Take back what was recorded last: it is corrected in its turn."""
    event_id = parse_path_number(number, told("diễn biến"))
    hotspot_id = parse_number(request.form, "hotspot")
    done = hotspot_events.take_back(
        site().database, viewer(), hotspot_id, event_id, at=site().now()
    )
    return _back(done, told("Đã hoàn tác, diễn biến trở lại như trước"))


def _hotspot_page(ref: str) -> AnyResponse:
    """The page of a hotspot; a ref that several bodies issued asks which one is meant."""
    days = sent_days("on")
    if days.address:
        return redirect(days.address)
    asked = _asked(ref, days.args)
    try:
        page = hotspot_profile(site().database, viewer(), asked)
    except ConflictError:
        found = namesakes(site().database, viewer(), ref)
        return make_response(render_template("hotspot_choice.html", ref=ref, found=found), 409)
    saw(f"hotspot:{page.spot.id}")
    args = request.args
    edited = line_of(page.history, legible_number(args.get("edit")))
    removed = line_of(page.history, legible_number(args.get("remove")))
    shown = _rendered(page, edited=edited, removed=removed, done=legible_number(args.get("done")))
    return make_response(shown, days.status)


def _form_again(error: Exception) -> AnyResponse:
    """The page once more with what was typed and what is wrong with it."""
    form = request.form
    asked = Asked(form.get("ref", ""), form.get("source") or None, site().today())
    page = hotspot_profile(site().database, viewer(), asked)
    corrects = legible_number(form.get("corrects")) or legible_number(
        (request.view_args or {}).get("number")
    )
    line = line_of(page.history, corrects)
    removing = request.endpoint == "register.remove_event"
    shown = _rendered(
        page,
        edited=None if removing else line,
        removed=line if removing else None,
        typed=form,
        error=str(error),
    )
    return make_response(shown, status_of(error))


def _rendered(page: HotspotProfile, **more: Any) -> str:
    today = site().today()
    given = {"edited": None, "removed": None, "typed": {}, "error": "", "done": None} | more
    return render_template(
        "hotspot.html",
        page=page,
        spot=page.spot,
        today=today,
        may_write=viewer().may_write,
        earliest=EARLIEST,
        types=[type_ for type_ in EventType if not (given["edited"] and type_ == EventType.NOTE)],
        undo=line_of(page.history, given["done"]),
        address=hotspot_address(page.spot.ref, page.spot.source),
        days=sent_days("on"),
        **given,
    )


def _asked(ref: str, args: Mapping[str, str]) -> Asked:
    today = site().today()
    day = min(parse_day(args, "on") or today, today)
    return Asked(ref, args.get("source") or None, day, parse_day(args, "clearing"))


def _filter(args: Mapping[str, str]) -> RegisterFilter:
    today = site().today()
    sort = args.get("sort", "").strip()
    known = sort.removeprefix("-")
    if sort and known not in hotspot_register.SORTS:
        wanted = ", ".join(hotspot_register.SORTS)
        raise refused("sort", told("cần một trong: {wanted}", wanted=wanted), sort)
    return RegisterFilter(
        day=min(parse_day(args, "on") or today, today),
        status=parse_choice(args, "status", _STATUSES),
        kind=parse_choice(args, "kind", _KINDS),
        province_code=parse_code(args, "province"),
        text=args.get("q", "").strip()[:_LONGEST_TEXT],
        watch_due=parse_choice(args, "watch", ("due",)) is not None,
        sort=known or "status",
        downward=sort.startswith("-"),
        page=parse_page(args),
    )


def _query(args: Mapping[str, str]) -> dict[str, str]:
    """The filter as it stands in the address, for the links of the page."""
    names = ("on", "status", "kind", "province", "q", "watch", "sort")
    return {name: value for name in names if (value := args.get(name, "").strip())}


def _typed_event(form: Mapping[str, str]) -> HotspotEvent:
    type_ = parse_choice(form, "type", _TYPES)
    day = _typed_day(form)
    typed = form.get("on", "").strip()
    if typed and day is None:
        raise InvalidValueError(
            told(
                "Ngày «{typed}» không đọc được: ghi ngày/tháng/năm, ví dụ 14/06/2026.",
                typed=typed[:40],
            )
        )
    if type_ is None or day is None:
        raise InvalidValueError(told("Hãy chọn loại diễn biến và ngày."))
    return HotspotEvent(EventType(type_), day, form.get("note", ""))


def _typed_day(form: Mapping[str, str]) -> date | None:
    try:
        return parse_day(form, "on")
    except BadParameterError:
        return None


def _back(done: Written, what: Told) -> AnyResponse:
    """To the page of the hotspot, which says what was done and offers to undo it."""
    event = done.shown
    blanks = told_of_blanks(request.form.get("note", ""))
    kind = told(labels.EVENT_TYPES[event.type])
    done_so = told("{what}: {event} {day}.", what=what, event=kind, day=event.on)
    flash(in_words(told_list([done_so, blanks], "")))
    address = hotspot_address(request.form.get("ref", ""), request.form.get("source", ""))
    joint = "&" if "?" in address else "?"
    return redirect(f"{address}{joint}{urlencode({'done': done.id})}#history")
