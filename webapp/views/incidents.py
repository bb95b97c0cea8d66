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
    FormPages,
    place_named,
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
        **sent_texts("ref", "on", "kind", "detected_by", "verified", "offenders", "home"),
        place=sent_place(),
        seizures=tuple(line for line in lines if not line.is_empty),
    )


_FORMS = FormPages(
    register=INCIDENTS,
    what=told("hồ sơ vụ việc"),
    begun=lambda place: IncidentForm(on=labels.vn_date(site().today()), place=place),
    moved=lambda form, place: replace(form, place=place),
    sent=_sent,
    show=_form_page,
    page=lambda id: f"/incidents/{id}",
    typed=lambda form: (form.ref, form.place.address),
    entered=told("Đã ghi vụ việc."),
    corrected=told("Đã sửa vụ việc; nội dung trước đó được giữ lại."),
)

_FORMS.serve(cases, "/incidents")
