"""Alerts: the pages work with forms alone, their script adds keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from geo.terms import AlertKind, HotspotKind
from models.errors import ConflictError, InvalidValueError
from webapp.errors import BadParameterError
from webapp.forms import sent_stamp, told_of_blanks
from webapp.languages import in_words
from webapp.queries import parse_choice, parse_code, parse_day, parse_page, parse_path_number
from webapp.security import Access, rule, viewer
from webapp.services import alert_decisions, alerts
from webapp.services.alert_entries import Confirmation
from webapp.services.alerts import Wanted
from webapp.told import told, told_list
from webapp.views.context import site

alert_pages = Blueprint("alert_pages", __name__)

_ALERT = told("cảnh báo")
_TYPED = ("reason", "note", "name")
_KINDS = tuple(AlertKind)
_NEEDED = {
    "on": told("Hãy chọn ngày ghi vào hồ sơ; ô ngày đang để trống."),
    "name": told("Hãy ghi tên điểm; ô tên đang để trống."),
    "kind": told("Hãy chọn loại điểm; ô loại đang để trống."),
}
Answer = str | Response | tuple[str, int]


@alert_pages.get("/alerts")
@rule(Access.SIGNED_IN)
def alerts_page() -> str:
    """Show what waits for a decision, by kind, and what was decided."""
    page = alerts.open_page(site().database, viewer(), _wanted(), site().today())
    return render_template(
        "alerts.html",
        page=page,
        told_run=alerts.told_run,
        record_address=alerts.record_address,
        kept_together=alerts.kept_together,
    )


@alert_pages.get("/alerts/<number>")
@rule(Access.SIGNED_IN)
def alert_page(number: str) -> str:
    """Show one alert with its evidence and its forms."""
    return _one(parse_path_number(number, _ALERT))


@alert_pages.post("/alerts/<number>/confirm")
@rule(Access.WRITERS)
def confirm(number: str) -> Answer:
    """Confirm an alert; what follows is written to the register."""
    alert_id = parse_path_number(number, _ALERT)

    def decide() -> str:
        return alert_decisions.confirm(
            *(site().database, viewer(), alert_id, _confirmation(), site().now()),
            seen=sent_stamp(),
        )

    return _decided(alert_id, decide)


@alert_pages.post("/alerts/<number>/dismiss")
@rule(Access.WRITERS)
def dismiss(number: str) -> Answer:
    """Set an alert aside with a reason."""
    alert_id, reason = parse_path_number(number, _ALERT), request.form.get("reason", "")

    def decide() -> str:
        return alert_decisions.dismiss(
            *(site().database, viewer(), alert_id, reason, site().now()),
            seen=sent_stamp(),
        )

    return _decided(alert_id, decide)


@alert_pages.post("/alerts/<number>/undo")
@rule(Access.WRITERS)
def undo(number: str) -> Answer:
    """Take a decision back."""
    alert_id = parse_path_number(number, _ALERT)

    def decide() -> str:
        return alert_decisions.undo(
            site().database, viewer(), alert_id, site().now(), seen=sent_stamp()
        )

    return _decided(alert_id, decide, undone=True)


def _decided(alert_id: int, decide: Callable[[], str], *, undone: bool = False) -> Answer:
    """Decide and go back to the list; what cannot be used is told beside what was typed."""
    try:
        typed = (request.form.get(name, "") for name in _TYPED)
        done = told_list([decide(), told_of_blanks(*typed)], "")
        flash(in_words(done), "done" if undone else f"done-{alert_id}")
    except ConflictError as error:
        return _one(alert_id, str(error)), 409
    except (InvalidValueError, BadParameterError) as error:
        return _one(alert_id, str(error)), 400
    return redirect(f"/alerts{_wanted().query(page=_wanted().page)}", code=303)


def _one(alert_id: int, refused: str = "") -> str:
    page = alerts.open_alert(site().database, viewer(), alert_id, site().today())
    return render_template(
        "alert.html",
        page=page,
        refused=refused,
        typed=request.form,
        record_address=alerts.record_address,
        kept_together=alerts.kept_together,
    )


def _confirmation() -> Confirmation:
    form = request.form
    _require_filled(form)
    kind = parse_choice(form, "kind", tuple(HotspotKind))
    return Confirmation(
        on=parse_day(form, "on"),
        note=form.get("note", ""),
        name=form.get("name", ""),
        kind=HotspotKind(kind) if kind else None,
        is_dwelling=form.get("is_dwelling") == "1",
    )


def _require_filled(form: Mapping[str, str]) -> None:
    """Refuse a field that was emptied: it is not filled in with what was proposed."""
    for name, asked in _NEEDED.items():
        if not form.get(name, "-").strip():
            raise InvalidValueError(asked)


def _wanted() -> Wanted:
    kind = parse_choice(request.args, "kind", _KINDS)
    return Wanted(
        AlertKind(kind) if kind else None,
        parse_code(request.args, "province"),
        parse_page(request.args),
    )
