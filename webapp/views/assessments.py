"""Assessments: the pages of a commune's and a province's, the form to declare, due dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext
from werkzeug import Response

from geo.records import Period
from geo.standing_terms import AssessmentAction, UnitLevel
from models.errors import ConflictError, InvalidValueError
from models.periods import (
    end_of_day,
    is_provisional,
    is_running,
    period_code,
    period_name,
    period_of,
)
from models.viewers import Viewer
from webapp.errors import BadParameterError
from webapp.forms import sent_number, sent_stamp, told_of_blanks
from webapp.languages import in_words
from webapp.queries import parse_known_on, parse_term
from webapp.rule_words import known_words
from webapp.security import Access, rule, safe_next, viewer
from webapp.services import (
    assessment_actions,
    assessment_batches,
    assessment_block,
    declare,
    due_dates,
)
from webapp.services.assessment_actions import Typed
from webapp.services.assessment_block import AssessmentBlock
from webapp.services.declare import DeclareForm, Sent
from webapp.services.declared_figures import NO, YES
from webapp.told import Told, told
from webapp.views.context import site

assessment_pages = Blueprint("assessment_pages", __name__)

_STILL_WORKED_ON = timedelta(days=16)
_TOLD_LEFT = 5

DONE: Mapping[AssessmentAction, str] = {
    AssessmentAction.SELF_ASSESS: "Đã ghi bản tự đánh giá.",
    AssessmentAction.APPROVE: "Đã duyệt. Bản này được giữ nguyên dù số liệu về sau có đổi.",
    AssessmentAction.SEND_BACK: "Đã trả lại kèm lý do.",
    AssessmentAction.REOPEN: "Đã rút quyết định duyệt.",
    AssessmentAction.LIST: "Đã đưa vào danh sách.",
    AssessmentAction.DELIST: "Đã đưa ra khỏi danh sách.",
}


@assessment_pages.get("/communes/<code>/assessment")
@rule(Access.SIGNED_IN)
def commune_assessment(code: str) -> str:
    """Show the assessment of a commune: what it rests on, who did what, what can be done."""
    return _page(UnitLevel.COMMUNE, code)


@assessment_pages.get("/provinces/<code>/assessment")
@rule(Access.SIGNED_IN)
def province_assessment(code: str) -> str:
    """Show the assessment of a province, and the day it set for its communes."""
    return _page(UnitLevel.PROVINCE, code)


@assessment_pages.post("/communes/<code>/assessment")
@rule(Access.DECLARERS)
def act_on_commune(code: str) -> Response | tuple[str, int]:
    """Take a step: self-assess, approve, send back, reopen, list, delist."""
    return _act(UnitLevel.COMMUNE, code)


@assessment_pages.post("/provinces/<code>/assessment")
@rule(Access.WRITERS)
def act_on_province(code: str) -> Response | tuple[str, int]:
    """Take a step with the class of a province."""
    return _act(UnitLevel.PROVINCE, code)


@assessment_pages.post("/provinces/<code>/approvals")
@rule(Access.WRITERS)
def approve_communes(code: str) -> Response:
    """Approve every self-assessment of the province's communes that waits and still holds."""
    period = _sent_period()
    done = assessment_batches.approve_signed(
        site().database, viewer(), code, period, at=site().now(), seen=sent_number()
    )
    if done.taken:
        flash(in_words(told("Đã duyệt {n} xã.", n=len(done.taken))), "done")
    for left in done.left[:_TOLD_LEFT]:
        flash(in_words(_refusal(left)), "refused")
    if len(done.left) > _TOLD_LEFT:
        more = len(done.left) - _TOLD_LEFT
        flash(in_words(told("Còn {n} xã khác chưa duyệt được.", n=more)), "refused")
    if not done.taken and not done.left:
        flash(gettext("Không có bản tự đánh giá nào đang chờ duyệt."), "refused")
    return redirect(_back(f"/provinces/{code}?period={period_code(period)}"), 303)


@assessment_pages.post("/provinces/<code>/due-date")
@rule(Access.WRITERS)
def set_due_date(code: str) -> Response | tuple[str, int]:
    """Set the day for the communes of a province, or take it back."""
    period, typed = _sent_period(), request.form.get("due_on", "")
    try:
        day = due_dates.set_due_date(
            *(site().database, viewer(), code, period, typed),
            at=site().now(),
            seen=sent_stamp(),
        )
        done = told("Đã bỏ hạn xã tự đánh giá.")
        if day is not None:
            done = told("Hạn xã tự đánh giá: {day}.", day=day)
        flash(in_words(done), "done")
    except ConflictError as error:
        return _rendered(_block(UnitLevel.PROVINCE, code, period), error=error.args[0]), 409
    except InvalidValueError as error:
        flash(in_words(error.args[0]), "refused")
    return redirect(_back(f"/provinces/{code}/assessment?period={period_code(period)}"), 303)


@assessment_pages.get("/communes/<code>/declare")
@rule(Access.DECLARERS)
def declare_page(code: str) -> str:
    """Show the form, filled in with what was declared before."""
    form = declare.open_form(site().database, viewer(), code, _period(), site().today())
    return _form_page(form)


@assessment_pages.post("/communes/<code>/declare")
@rule(Access.DECLARERS)
def declare_figures(code: str) -> Response | tuple[str, int]:
    """Store the figures, or show the form again with everything typed and what is wrong."""
    period = _sent_period()
    sent = Sent(
        typed={name: text[:40] for name, text in request.form.items()},
        seen=request.form.get("seen", ""),
        confirmed="confirmed" in request.form,
    )
    done = declare.declare(site().database, viewer(), code, period, sent, at=site().now())
    if done.form is not None:
        return _form_page(done.form), 409 if done.is_conflict else 400
    flash(in_words(_saved(done, period)), "done")
    return redirect(_back(f"/communes/{code}/assessment?period={period_code(period)}"), 303)


def _page(level: UnitLevel, code: str) -> str:
    period, known_on = _period(), parse_known_on(request.args, site().today())
    known_at = None if known_on is None else end_of_day(known_on)
    block = _block(level, code, period, known_at)
    if known_on and level is UnitLevel.COMMUNE and not block.in_scope:
        # What was known on a day is told inside the scope only, as on the commune's page.
        block, known_on = _block(level, code, period), None
    return _rendered(block, known_on=known_on)


def _block(
    level: UnitLevel, code: str, period: Period, known_at: datetime | None = None
) -> AssessmentBlock:
    return assessment_block.read_block(
        site().database,
        viewer(),
        level,
        code,
        period,
        today=site().today(),
        known_at=known_at,
    )


def _rendered(
    block: AssessmentBlock,
    *,
    error: str = "",
    typed: dict[str, str] | None = None,
    known_on: date | None = None,
) -> str:
    page = due_dates.read_page(
        site().database, viewer(), block.unit.province_code, block.period, site().today()
    )
    return render_template(
        "assessment.html",
        block=block,
        due=page,
        error=error,
        typed=typed,
        known_on=known_on,
        may_declare=_may_declare(viewer(), block),
    )


def _act(level: UnitLevel, code: str) -> Response | tuple[str, int]:
    period, action = _sent_period(), _action()
    form = request.form
    typed = Typed(
        seen=sent_number(),
        reason=form.get("reason", ""),
        decision=form.get("decision", ""),
        decided_on=form.get("decided_on", ""),
    )
    try:
        assessment_actions.act(
            site().database,
            viewer(),
            level,
            code,
            period,
            action=action,
            typed=typed,
            at=site().now(),
        )
    except (ConflictError, InvalidValueError) as error:
        status = 409 if isinstance(error, ConflictError) else 400
        kept: dict[str, Any] = {"action": action.value, **form.to_dict()}
        return _rendered(_block(level, code, period), error=error.args[0], typed=kept), status
    blanks = told_of_blanks(typed.reason, typed.decision)
    flash(f"{in_words(DONE[action])}{in_words(blanks)}", "done")
    folder = "communes" if level is UnitLevel.COMMUNE else "provinces"
    return redirect(_back(f"/{folder}/{code}/assessment?period={period_code(period)}"), 303)


def _refusal(left: assessment_batches.Left) -> Told:
    return told("{name} chưa duyệt được: {reason}", name=left.name, reason=known_words(left.reason))


def _saved(done: declare.Declared, period: Period) -> Told:
    """That figures were stored, and the class they give by now."""
    values = {
        "period": known_words(period_name(period)),
        "id": str(done.import_id),
        "cls": told(done.cls),
    }
    if is_provisional(period, site().today()):
        return told(
            "Đã lưu chỉ tiêu {period} (lần nhập số {id}). Tính lại ngay: {cls} (tạm tính).",
            **values,
        )
    return told("Đã lưu chỉ tiêu {period} (lần nhập số {id}). Tính lại ngay: {cls}.", **values)


def _form_page(form: DeclareForm) -> str:
    return render_template(
        "declare.html",
        form=form,
        flags=((YES, told("có")), (NO, told("không"))),
        provisional=is_running(form.period, site().today()),
    )


def _may_declare(who: Viewer, block: AssessmentBlock) -> bool:
    unit = block.unit
    is_commune = unit.level is UnitLevel.COMMUNE
    return is_commune and who.may_declare(unit.province_code, unit.code)


def _period() -> Period:
    """The period of the address, by default the evaluation year that is worked on.

    Until its last due date, 30 December, that is the year which ended on the 14th.
    """
    return parse_term(request.args) or period_of(site().today() - _STILL_WORKED_ON)


def _sent_period() -> Period:
    period = parse_term(request.form)
    if period is None:
        raise BadParameterError("period", "Biểu mẫu thiếu kỳ số liệu; hãy tải lại trang.")
    return period


def _action() -> AssessmentAction:
    text = request.form.get("action", "")
    if text not in set(AssessmentAction):
        raise BadParameterError("action", f"Không có bước «{text[:40]}»; hãy tải lại trang.")
    return AssessmentAction(text)


def _back(usual: str) -> str:
    wanted = request.form.get("next", "")
    return safe_next(wanted) if wanted else usual
