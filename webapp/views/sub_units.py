"""The hamlets of a commune: the list, its changes and the quarterly review; needs no script."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from urllib.parse import urlencode

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response
from werkzeug.datastructures import MultiDict

from geo.records import Period
from models.errors import ConflictError, InvalidValueError
from models.periods import PeriodError, parse_period
from models.session import Database
from models.viewers import Viewer
from webapp.errors import BadParameterError
from webapp.forms import sent_number, told_of_blanks
from webapp.languages import in_words
from webapp.queries import legible_number, parse_path_number, parse_term
from webapp.security import Access, rule, viewer
from webapp.services import hamlet_edits, hamlets
from webapp.services.hamlet_edits import GivenAnswer
from webapp.services.hamlets import ANSWERS, HamletPage
from webapp.told import told
from webapp.views.context import site

sub_unit_lists = Blueprint("sub_unit_lists", __name__)

_HAMLET = told("thôn, tổ dân phố")


@sub_unit_lists.get("/communes/<code>/sub-units")
@rule(Access.SIGNED_IN)
def sub_units_page(code: str) -> str:
    """Show the hamlets of a commune with their reviews of a quarter."""
    return _page(_opened(code), {})


@sub_unit_lists.post("/communes/<code>/sub-units/review")
@rule(Access.DECLARERS)
def review_sub_units(code: str) -> Response | tuple[str, int]:
    """Record the review of a quarter, or show what was chosen again beside what is stored."""
    form = request.form
    quarter = _quarter(form)
    given, refused = _answers(form)
    error: str = refused
    status = 400
    if not error:
        try:
            n = hamlet_edits.review(
                site().database,
                viewer(),
                code,
                quarter,
                given,
                today=site().today(),
                at=site().now(),
                seen=sent_number(),
            )
        except ConflictError as conflict:
            error, status = str(conflict), 409
        else:
            saved = told("Đã lưu kết quả rà soát của {n} thôn, tổ.", n=n) if n else _SAME
            blanks = told_of_blanks(*(one.note for one in given))
            flash(f"{in_words(saved)}{in_words(blanks)}", "done")
            return redirect(_address(code, quarter), 303)
    page = hamlets.open_hamlets(site().database, viewer(), code, site().today(), quarter)
    return _page(page, form, error), status


_SAME = told("Không có câu trả lời nào khác kết quả đã lưu.")


@sub_unit_lists.post("/communes/<code>/sub-units/new")
@rule(Access.DECLARERS)
def add_sub_unit(code: str) -> Response | tuple[str, int]:
    """Add a hamlet to the list."""
    name = request.form.get("name", "")
    return _done(code, lambda: hamlet_edits.add(*_who(), code, name, at=site().now()))


@sub_unit_lists.post("/communes/<code>/sub-units/<number>/rename")
@rule(Access.DECLARERS)
def rename_sub_unit(code: str, number: str) -> Response | tuple[str, int]:
    """Give a hamlet another name."""
    name, seen = request.form.get("new_name", ""), sent_number()
    id_ = parse_path_number(number, _HAMLET)
    edit = hamlet_edits.rename
    return _done(code, lambda: edit(*_who(), code, id_, name, at=site().now(), seen=seen))


@sub_unit_lists.post("/communes/<code>/sub-units/<number>/take-off")
@rule(Access.DECLARERS)
def take_off_sub_unit(code: str, number: str) -> Response | tuple[str, int]:
    """Take a hamlet off the list, with a reason."""
    reason, seen = request.form.get("reason", ""), sent_number()
    id_ = parse_path_number(number, _HAMLET)
    edit = hamlet_edits.take_off
    return _done(code, lambda: edit(*_who(), code, id_, reason, at=site().now(), seen=seen), reason)


@sub_unit_lists.post("/communes/<code>/sub-units/<number>/bring-back")
@rule(Access.DECLARERS)
def bring_back_sub_unit(code: str, number: str) -> Response | tuple[str, int]:
    """Bring a hamlet back that was taken off."""
    id_, seen = parse_path_number(number, _HAMLET), sent_number()
    edit = hamlet_edits.bring_back
    return _done(code, lambda: edit(*_who(), code, id_, at=site().now(), seen=seen))


def _who() -> tuple[Database, Viewer]:
    return site().database, viewer()


def _done(code: str, edit: Callable[[], str], *typed: str) -> Response | tuple[str, int]:
    """Do it and go back to the list, or show the list with what hinders it."""
    try:
        done = edit()
    except (ConflictError, InvalidValueError) as error:
        status = 409 if isinstance(error, ConflictError) else 400
        quarter = _quarter(request.form)
        page = hamlets.open_hamlets(site().database, viewer(), code, site().today(), quarter)
        return _page(page, request.form, str(error)), status
    flash(f"{in_words(done)}{in_words(told_of_blanks(*typed))}", "done")
    return redirect(_address(code, _quarter(request.form)), 303)


def _page(page: HamletPage, typed: Mapping[str, str], error: str = "") -> str:
    return render_template(
        "sub_units.html",
        page=page,
        typed=typed,
        error=error,
        answers=ANSWERS,
        quarter_code=quarter_code,
    )


def _opened(code: str) -> HamletPage:
    try:
        return hamlets.open_hamlets(
            site().database, viewer(), code, site().today(), parse_term(request.args)
        )
    except PeriodError as error:
        raise BadParameterError("period", str(error)) from None


def _answers(form: MultiDict[str, str]) -> tuple[list[GivenAnswer], str]:
    """The answers that were chosen, and what is wrong with them: a note without an answer."""
    given = []
    for key, note in form.items():
        number = key.removeprefix("note-")
        id_ = legible_number(number)
        if key == number or id_ is None:
            continue
        answer = form.get(f"answer-{number}", "")
        if answer in ANSWERS:
            given.append(GivenAnswer(id_, ANSWERS[answer].drug_free, note))
        elif note.strip():
            return [], told("Có ghi chú ở dòng chưa chọn kết quả; hãy chọn kết quả cho dòng ấy.")
    return given, ""


def quarter_code(quarter: Period) -> str:
    """A quarter as addresses name it.

    >>> from models.periods import quarter_period
    >>> quarter_code(quarter_period(2026, 2))
    '2026Q2'
    """
    return f"{quarter.end.year}Q{quarter.end.month // 3}"


def _quarter(form: Mapping[str, str]) -> Period:
    text = form.get("period", "")
    try:
        quarter = parse_period(text) if text else hamlets.quarter_of(site().today())
        return hamlets.require_quarter(quarter, site().today())
    except PeriodError as error:
        raise BadParameterError("period", str(error)) from None


def _address(code: str, quarter: Period) -> str:
    return f"/communes/{code}/sub-units?" + urlencode({"period": quarter_code(quarter)})
