"""The page of an incident, and the forms by which a person writes or corrects one."""

from __future__ import annotations

from dataclasses import replace

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from geo.terms import Substance
from webapp import labels
from webapp.forms import told_of_blanks
from webapp.queries import parse_path_number
from webapp.security import Access, rule, viewer
from webapp.services import incident_entry, incident_form, incident_pages
from webapp.services.hand_imports import Outcome
from webapp.services.import_changes import UNITS
from webapp.services.incident_entry import Sent
from webapp.services.incident_form import IncidentForm, SeizureForm
from webapp.views.context import site
from webapp.views.placed_forms import again_status, place_named, place_of_query, sent_place

cases = Blueprint("cases", __name__)

SEIZURE_LINES = 3
"""Lines for what was seized that a form offers at least, one of them empty."""

_LONGEST = 400
_UNIT_NAMES = {incident_form.GRAM: "gam", **{str(unit): name for unit, name in UNITS.items()}}


@cases.get("/incidents/<number>")
@rule(Access.SIGNED_IN)
def incident_page(number: str) -> str:
    """Show an incident with its history."""
    page = incident_pages.open_incident(site().database, viewer(), _id(number), site().today())
    return render_template("incident.html", page=page, found=page.incident)


@cases.get("/incidents/new")
@rule(Access.WRITERS)
def new_incident() -> str:
    """Show an empty form, at a point of the map where one is given."""
    given = IncidentForm(on=labels.vn_date(site().today()), place=place_of_query())
    return _form_page(given, None, Outcome())


@cases.post("/incidents/new")
@rule(Access.WRITERS)
def enter_incident() -> Response | tuple[str, int] | str:
    """Store an incident, or show the form again with what is wrong or doubtful."""
    sent = _sent()
    done = incident_entry.enter(site().database, viewer(), sent, at=site().now())
    if done.id is None:
        return _form_page(sent.form, None, done), again_status(done)
    flash(f"Đã ghi vụ việc.{_blanks(sent.form)}", "done")
    return redirect(f"/incidents/{done.id}", 303)


@cases.get("/incidents/<number>/edit")
@rule(Access.WRITERS)
def edit_incident(number: str) -> str:
    """Show the form filled in, with another point where one is given."""
    stored = incident_entry.find_incident(site().database, viewer(), _id(number))
    form = incident_form.form_of(stored)
    if "lat" in request.args:
        form = replace(form, place=place_of_query(form.place.address))
    return _form_page(form, stored.id, Outcome(seen=incident_entry.stamp(stored)))


@cases.post("/incidents/<number>/edit")
@rule(Access.WRITERS)
def correct_incident(number: str) -> Response | tuple[str, int] | str:
    """Give an incident other content; what it said before is kept."""
    id_, sent = _id(number), _sent()
    done = incident_entry.correct(site().database, viewer(), id_, sent, at=site().now())
    if done.id is None:
        return _form_page(sent.form, id_, done), again_status(done)
    kept = "Đã sửa vụ việc; nội dung trước đó được giữ lại."
    told = kept if done.changed else "Không có gì khác nội dung đã lưu."
    flash(told + _blanks(sent.form), "done")
    return redirect(f"/incidents/{id_}", 303)


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


def _sent() -> Sent:
    form = request.form
    columns = (form.getlist(name) for name in ("substance", "quantity", "unit"))
    lines = [SeizureForm(*(cell[:80] for cell in line)) for line in zip(*columns, strict=False)]
    given = IncidentForm(
        ref=form.get("ref", "")[:_LONGEST],
        on=form.get("on", "")[:80],
        kind=form.get("kind", ""),
        detected_by=form.get("detected_by", ""),
        verified=form.get("verified", ""),
        offenders=form.get("offenders", "")[:40],
        place=sent_place(),
        seizures=tuple(line for line in lines if not line.is_empty),
    )
    return Sent(given, form.get("seen", ""), form.get("confirmed", ""))


def _blanks(form: IncidentForm) -> str:
    return told_of_blanks(form.ref, form.place.address)


def _id(number: str) -> int:
    return parse_path_number(number, "vụ việc")
