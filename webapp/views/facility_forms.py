"""The forms by which a person writes, corrects or withdraws a facility."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from models.errors import InvalidValueError
from webapp import facility_labels
from webapp.forms import told_of_blanks
from webapp.languages import in_words
from webapp.queries import parse_path_number
from webapp.security import Access, rule, viewer
from webapp.services import facility_entry
from webapp.services.facility_entry import FACILITIES, FacilityForm
from webapp.services.hand_imports import Outcome
from webapp.told import told, told_list
from webapp.views.context import site
from webapp.views.placed_forms import (
    Answer,
    FormPages,
    place_named,
    place_of_query,
    sent_place,
    sent_texts,
)

facility_forms = Blueprint("facility_forms", __name__)


@facility_forms.get("/facilities/new")
@rule(Access.WRITERS)
def new_facility() -> str:
    """Show an empty form, at a point of the map where one is given."""
    return _form_page(FacilityForm(place=place_of_query()), None, Outcome())


@facility_forms.post("/facilities/new")
@rule(Access.WRITERS)
def enter_facility() -> Answer:
    """Store a facility."""
    return _FORMS.enter()


@facility_forms.get("/facilities/<number>/edit")
@rule(Access.WRITERS)
def edit_facility(number: str) -> str:
    """Show the form filled in."""
    return _FORMS.edit(number, lambda form, place: replace(form, place=place))


@facility_forms.post("/facilities/<number>/edit")
@rule(Access.WRITERS)
def correct_facility(number: str) -> Answer:
    """Give a facility another name, kind, note or position."""
    return _FORMS.correct(number)


@facility_forms.post("/facilities/<number>/withdraw")
@rule(Access.WRITERS)
def withdraw_facility(number: str) -> Response:
    """Take a facility off the list, with a reason."""
    id_, reason = parse_path_number(number, _FORMS.what), request.form.get("reason", "")
    try:
        done = facility_entry.withdraw(site().database, viewer(), id_, reason, at=site().now())
    except InvalidValueError as error:
        flash(in_words(str(error)), "refused")
        return redirect(f"/facilities/{id_}", 303)
    said = told(
        "Đã rút cơ sở khỏi danh sách; muốn đưa trở lại thì hoàn tác lần nhập này ({n}).",
        n=done,
    )
    flash(in_words(told_list([said, told_of_blanks(reason)], "")), "done")
    return redirect(f"/imports/{done}", 303)


def _form_page(form: FacilityForm, id: int | None, done: Outcome) -> str:
    return render_template(
        "facility_form.html",
        form=form,
        id=id,
        done=done,
        here=place_named(form.place),
        kinds=facility_labels.FACILITY_KINDS,
    )


def _sent() -> FacilityForm:
    return FacilityForm(**sent_texts("ref", "name", "kind", "note"), place=sent_place())


_FORMS = FormPages(
    register=FACILITIES,
    what="cơ sở, địa điểm",
    sent=_sent,
    show=_form_page,
    page=lambda id: f"/facilities/{id}",
    typed=lambda form: (form.name, form.note, form.place.address),
    entered=told("Đã ghi cơ sở."),
    corrected=told("Đã sửa cơ sở; nội dung trước đó được giữ lại."),
)
