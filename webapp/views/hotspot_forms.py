"""The forms by which a person puts a place on the register or corrects what stands of it."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from webapp import labels
from webapp.forms import told_of_blanks
from webapp.queries import parse_path_number
from webapp.security import Access, rule, viewer
from webapp.services import hotspot_entry
from webapp.services.hand_imports import Outcome
from webapp.services.hotspot_entry import BEGINNINGS, HotspotForm, SentHotspot
from webapp.views.context import hotspot_address, site
from webapp.views.placed_forms import again_status, place_named, place_of_query, sent_place

spot_forms = Blueprint("spot_forms", __name__)

_LONGEST = 600


@spot_forms.get("/hotspots/new")
@rule(Access.WRITERS)
def new_hotspot() -> str:
    """Show an empty form, at a point of the map where one is given."""
    given = HotspotForm(on=labels.vn_date(site().today()), place=place_of_query())
    return _form_page(given, None, Outcome())


@spot_forms.post("/hotspots/new")
@rule(Access.WRITERS)
def enter_hotspot() -> Response | tuple[str, int] | str:
    """Put a place on the register, or show the form again with what is wrong or doubtful."""
    sent = _sent()
    done = hotspot_entry.enter(site().database, viewer(), sent, at=site().now())
    if done.id is None:
        return _form_page(sent.form, None, done), again_status(done)
    return _to_page(done.id, "Đã ghi điểm vào hồ sơ.", sent.form)


@spot_forms.get("/hotspots/<number>/edit")
@rule(Access.WRITERS)
def edit_hotspot(number: str) -> str:
    """Show the form filled in, with another point where one is given."""
    stored = hotspot_entry.find_hotspot(site().database, viewer(), _id(number))
    form = hotspot_entry.form_of(stored)
    if "lat" in request.args:
        form = replace(form, place=place_of_query(form.place.address))
    return _form_page(form, stored.id, Outcome(seen=hotspot_entry.stamp(stored)))


@spot_forms.post("/hotspots/<number>/edit")
@rule(Access.WRITERS)
def correct_hotspot(number: str) -> Response | tuple[str, int] | str:
    """Give a place another name, kind or position; what it said before is kept."""
    id_, sent = _id(number), _sent()
    done = hotspot_entry.correct(site().database, viewer(), id_, sent, at=site().now())
    if done.id is None:
        return _form_page(sent.form, id_, done), again_status(done)
    kept = "Đã sửa hồ sơ điểm; nội dung trước đó được giữ lại."
    return _to_page(id_, kept if done.changed else "Không có gì khác nội dung đã lưu.", sent.form)


def _to_page(id: int, told: str, form: HotspotForm) -> Response:
    stored = hotspot_entry.find_hotspot(site().database, viewer(), id)
    flash(told + told_of_blanks(form.name, form.note, form.place.address))
    return redirect(hotspot_address(stored.ref, stored.source), 303)


def _form_page(form: HotspotForm, id: int | None, done: Outcome) -> str:
    return render_template(
        "hotspot_form.html",
        form=form,
        id=id,
        done=done,
        here=place_named(form.place),
        beginnings=BEGINNINGS,
        back=_page_of(id),
    )


def _page_of(id: int | None) -> str:
    if id is None:
        return "/hotspots"
    stored = hotspot_entry.find_hotspot(site().database, viewer(), id)
    return hotspot_address(stored.ref, stored.source)


def _sent() -> SentHotspot:
    form = request.form
    text = {name: form.get(name, "")[:_LONGEST] for name in ("ref", "name", "note")}
    given = HotspotForm(
        **text,
        kind=form.get("kind", ""),
        is_dwelling=form.get("is_dwelling") == "1",
        place=sent_place(),
        event=form.get("event", ""),
        on=form.get("on", "")[:80],
    )
    return SentHotspot(given, form.get("seen", ""), form.get("confirmed", ""))


def _id(number: str) -> int:
    return parse_path_number(number, "điểm")
