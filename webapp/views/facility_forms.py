"""The forms by which a person writes, corrects or withdraws a facility."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from models.errors import ConflictError, InvalidValueError
from webapp import facility_labels
from webapp.forms import sent_stamp, told_of_blanks
from webapp.languages import in_words
from webapp.queries import parse_path_number
from webapp.security import Access, rule, viewer
from webapp.services import facility_entry
from webapp.services.facility_entry import FACILITIES, FacilityForm
from webapp.services.hand_imports import Outcome
from webapp.told import told, told_list
from webapp.views.context import site
from webapp.views.facilities import show_facility
from webapp.views.placed_forms import (
    FormPages,
    place_named,
    sent_place,
    sent_texts,
)

facility_forms = Blueprint("facility_forms", __name__)


@facility_forms.post("/facilities/<number>/withdraw")
@rule(Access.WRITERS)
def withdraw_facility(number: str) -> Response | tuple[str, int]:
    """Take a facility off the list, with a reason."""
    id_, reason = parse_path_number(number, _FORMS.what), request.form.get("reason", "")
    try:
        done = facility_entry.withdraw(
            *(site().database, viewer(), id_, reason),
            at=site().now(),
            seen=sent_stamp(),
        )
    except ConflictError as error:
        flash(in_words(str(error)), "refused")
        shown = show_facility(number, reason)
        return (shown[0], 409) if isinstance(shown, tuple) else shown
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
    what=told("cơ sở, địa điểm"),
    begun=lambda place: FacilityForm(place=place),
    moved=lambda form, place: replace(form, place=place),
    sent=_sent,
    show=_form_page,
    page=lambda id: f"/facilities/{id}",
    typed=lambda form: (form.name, form.note, form.place.address),
    entered=told("Đã ghi cơ sở."),
    corrected=told("Đã sửa cơ sở; nội dung trước đó được giữ lại."),
)

_FORMS.serve(facility_forms, "/facilities")
