"""The forms by which a person puts a place on the register or corrects what stands of it."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, render_template, request

from webapp import labels
from webapp.security import Access, rule, viewer
from webapp.services import hand_writing
from webapp.services.hand_imports import Outcome
from webapp.services.hotspot_entry import BEGINNINGS, HOTSPOTS, HotspotForm
from webapp.told import told
from webapp.views.context import hotspot_address, site
from webapp.views.placed_forms import (
    Answer,
    FormPages,
    place_named,
    place_of_query,
    sent_place,
    sent_texts,
)

spot_forms = Blueprint("spot_forms", __name__)


@spot_forms.get("/hotspots/new")
@rule(Access.WRITERS)
def new_hotspot() -> str:
    """Show an empty form, at a point of the map where one is given."""
    given = HotspotForm(on=labels.vn_date(site().today()), place=place_of_query())
    return _form_page(given, None, Outcome())


@spot_forms.post("/hotspots/new")
@rule(Access.WRITERS)
def enter_hotspot() -> Answer:
    """Put a place on the register."""
    return _FORMS.enter()


@spot_forms.get("/hotspots/<number>/edit")
@rule(Access.WRITERS)
def edit_hotspot(number: str) -> str:
    """Show the form filled in."""
    return _FORMS.edit(number, lambda form, place: replace(form, place=place))


@spot_forms.post("/hotspots/<number>/edit")
@rule(Access.WRITERS)
def correct_hotspot(number: str) -> Answer:
    """Give a place another name, kind or position."""
    return _FORMS.correct(number)


def _form_page(form: HotspotForm, id: int | None, done: Outcome) -> str:
    return render_template(
        "hotspot_form.html",
        form=form,
        id=id,
        done=done,
        here=place_named(form.place),
        beginnings=BEGINNINGS,
        back="/hotspots" if id is None else _page_of(id),
    )


def _page_of(id: int) -> str:
    stored = hand_writing.find(site().database, viewer(), HOTSPOTS, id)
    return hotspot_address(stored.ref, stored.source)


def _sent() -> HotspotForm:
    return HotspotForm(
        **sent_texts("ref", "name", "kind", "event", "on", "note"),
        is_dwelling=request.form.get("is_dwelling") == "1",
        place=sent_place(),
    )


_FORMS = FormPages(
    register=HOTSPOTS,
    what="điểm",
    sent=_sent,
    show=_form_page,
    page=_page_of,
    typed=lambda form: (form.name, form.note, form.place.address),
    entered=told(told("Đã ghi điểm vào hồ sơ.")),
    corrected=told("Đã sửa hồ sơ điểm; nội dung trước đó được giữ lại."),
)
