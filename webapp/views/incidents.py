"""The page of an incident, and the forms by which a person writes or corrects one."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, render_template, request

from geo.terms import Substance
from webapp import labels
from webapp.queries import parse_path_number
from webapp.security import Access, rule, viewer
from webapp.services import incident_form, incident_pages
from webapp.services.hand_imports import Outcome
from webapp.services.import_changes import UNITS
from webapp.services.incident_entry import INCIDENTS
from webapp.services.incident_form import IncidentForm, SeizureForm
from webapp.told import told
from webapp.views.context import site
from webapp.views.placed_forms import (
    Answer,
    FormPages,
    place_named,
    place_of_query,
    sent_place,
    sent_texts,
)

cases = Blueprint("cases", __name__)

SEIZURE_LINES = 3
"""Lines for what was seized that a form offers at least, one of them empty."""

_UNIT_NAMES = {incident_form.GRAM: "gam", **{str(unit): name for unit, name in UNITS.items()}}


@cases.get("/incidents/<number>")
@rule(Access.SIGNED_IN)
def incident_page(number: str) -> str:
    """Show an incident with its history."""
    page = incident_pages.open_incident(
        *(site().database, viewer(), parse_path_number(number, _FORMS.what)), site().today()
    )
    return render_template("incident.html", page=page, found=page.incident)


@cases.get("/incidents/new")
@rule(Access.WRITERS)
def new_incident() -> str:
    """Show an empty form, at a point of the map where one is given."""
    given = IncidentForm(on=labels.vn_date(site().today()), place=place_of_query())
    return _form_page(given, None, Outcome())


@cases.post("/incidents/new")
@rule(Access.WRITERS)
def enter_incident() -> Answer:
    """Store an incident."""
    return _FORMS.enter()


@cases.get("/incidents/<number>/edit")
@rule(Access.WRITERS)
def edit_incident(number: str) -> str:
    """Show the form filled in."""
    return _FORMS.edit(number, lambda form, place: replace(form, place=place))


@cases.post("/incidents/<number>/edit")
@rule(Access.WRITERS)
def correct_incident(number: str) -> Answer:
    """Give an incident other content."""
    return _FORMS.correct(number)


def _form_page(form: IncidentForm, id: int | None, done: Outcome) -> str:
    lines = max(SEIZURE_LINES, len(form.seizures) + 1)
    empty = (SeizureForm(),) * (lines - len(form.seizures))
    return render_template(
        "incident_form.html",
        form=form,
        id=id,
        done=done,
        here=place_named(form.place),
        lines=(*form.seizures, *empty),
        substances={code.value: labels.SUBSTANCES[code] for code in Substance},
        units=_UNIT_NAMES,
    )


def _sent() -> IncidentForm:
    form = request.form
    columns = (form.getlist(name) for name in ("substance", "quantity", "unit"))
    lines = [SeizureForm(*(cell[:80] for cell in line)) for line in zip(*columns, strict=False)]
    return IncidentForm(
        **sent_texts("ref", "on", "kind", "detected_by", "verified", "offenders"),
        place=sent_place(),
        seizures=tuple(line for line in lines if not line.is_empty),
    )


_FORMS = FormPages(
    register=INCIDENTS,
    what="vụ việc",
    sent=_sent,
    show=_form_page,
    page=lambda id: f"/incidents/{id}",
    typed=lambda form: (form.ref, form.place.address),
    entered=told("Đã ghi vụ việc."),
    corrected=told("Đã sửa vụ việc; nội dung trước đó được giữ lại."),
)
