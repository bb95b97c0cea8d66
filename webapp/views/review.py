"""The review queue: a page that works with forms alone, and faster with its script."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request
from werkzeug import Response as AnyResponse

from models.errors import ConflictError, InvalidValueError
from models.review_queue import Doubt
from webapp.delivery import send_json
from webapp.forms import sent_json, sent_stamp
from webapp.languages import in_words
from webapp.queries import parse_choice, parse_code, parse_number, parse_path_number
from webapp.security import Access, rule, safe_next, viewer
from webapp.services import commune_names, decisions, review_list
from webapp.services.decisions import Answer, Decided, TakenBack
from webapp.services.review import open_question, rows_from
from webapp.services.review_list import QueueFilter
from webapp.told import Told, told, told_list
from webapp.views.context import site

review = Blueprint("review", __name__)

_DOUBTS = tuple(doubt.value for doubt in Doubt)
_LONGEST_NAME = 120


@review.get("/review")
@rule(Access.WRITERS)
def review_page() -> str:
    """Show the queue with its first question, or the one picked."""
    wanted, database = _filter(), site().database
    page = review_list.open_queue(
        database,
        viewer(),
        wanted,
        site().today(),
        after=_after(),
        picked=request.args.get("pick", ""),
    )
    typed = request.args.get("q", "")[:_LONGEST_NAME]
    found = commune_names.find_communes(database, viewer(), typed, wanted.province_code)
    return render_template(
        "review.html",
        page=page,
        wanted=wanted,
        query=_query(),
        picked=page.picked.id if page.picked else "",
        detail=open_question(database, viewer(), page.picked) if page.picked else None,
        typed=typed,
        found=found,
        log=decisions.list_decisions(database, viewer()),
    )


@review.get("/review/list")
@rule(Access.WRITERS)
def more_questions() -> str:
    """More lines of the list, as a piece of page."""
    page = review_list.open_queue(
        site().database, viewer(), _filter(), site().today(), after=_after()
    )
    return render_template("_review_list.html", page=page, query=_query(), picked="")


@review.get("/review/questions/<question_id>")
@rule(Access.WRITERS)
def question(question_id: str) -> str:
    """One question, as a piece of page."""
    database = site().database
    found = review_list.find_question(database, viewer(), _filter(), question_id)
    detail = open_question(database, viewer(), found)
    return render_template("_review_question.html", detail=detail, query=_query(), found=())


@review.get("/review/log")
@rule(Access.WRITERS)
def decided() -> str:
    """What was decided, as a piece of page."""
    log = decisions.list_decisions(site().database, viewer())
    return render_template("_review_log.html", log=log, query=_query())


@review.post("/review/decisions")
@rule(Access.WRITERS)
def decide_by_form() -> AnyResponse:
    """Settle a question from the form and show the next one."""
    form = request.form
    answer = Answer(
        tuple(rows_from(form.get("rows", ""))),
        form.get("commune") or None,
        "remember" in form,
        sent_stamp(),
    )
    try:
        done = decisions.decide(site().database, viewer(), answer, site().now())
    except ConflictError as error:
        flash(in_words(str(error)), "refused")
        return make_response(review_page(), 409)
    flash(in_words(_told(done)), "done")
    return _back()


@review.post("/review/undo")
@rule(Access.WRITERS)
def undo_by_form() -> AnyResponse:
    """Take a decision back from the form."""
    number = parse_number(request.form, "decision")
    done = decisions.undo(site().database, viewer(), number, site().now())
    flash(in_words(_told_undone(done)), "done")
    return _back()


@review.get("/api/review/communes")
@rule(Access.WRITERS)
def communes_by_name() -> Response:
    """Communes by what is typed, with old names."""
    typed = request.args.get("q", "")[:_LONGEST_NAME]
    province = parse_code(request.args, "province")
    found = commune_names.find_communes(site().database, viewer(), typed, province)
    scope = viewer().scope
    return send_json(
        [
            {
                "code": each.code,
                "name": each.full_name,
                "province": each.province_name,
                "hint": in_words(each.hint),
                "allowed": scope.covers(each.province_code, each.code),
            }
            for each in found
        ]
    )


@review.post("/api/review/decisions")
@rule(Access.WRITERS)
def decide_by_script() -> Response:
    """Settle a question; says what became of its rows."""
    sent = sent_json()
    code, remember = sent.get("commune"), sent.get("remember")
    if not isinstance(sent.get("rows"), str) or not isinstance(code, str | None):
        raise InvalidValueError("Cần «rows» và «commune» dạng chữ.")
    rows, seen = tuple(rows_from(sent["rows"])), str(sent.get("seen", ""))
    answer = Answer(rows, code or None, remember is True, seen)
    done = decisions.decide(site().database, viewer(), answer, site().now())
    return send_json({"id": done.id, "waiting": done.waiting, "told": in_words(_told(done))})


@review.post("/api/review/decisions/<number>/undo")
@rule(Access.WRITERS)
def undo_by_script(number: str) -> Response:
    """Take a decision back; says how many rows came back."""
    decision_id = parse_path_number(number, told("quyết định"))
    done = decisions.undo(site().database, viewer(), decision_id, site().now())
    return send_json({"waiting": done.waiting, "told": in_words(_told_undone(done))})


def _filter() -> QueueFilter:
    args = request.args
    return QueueFilter(
        province_code=parse_code(args, "province"),
        source=args.get("source", "").strip() or None,
        import_id=parse_number(args, "import") if args.get("import", "").strip() else None,
        doubt=parse_choice(args, "doubt", _DOUBTS),
    )


def _after() -> str:
    return request.args.get("after", "")[:200]


def _query() -> dict[str, str]:
    """The filter as it stands in the address, for the links of the page."""
    names = ("province", "source", "import", "doubt")
    return {name: value for name in names if (value := request.args.get(name, "").strip())}


def _back() -> AnyResponse:
    target = safe_next(request.form.get("back"))
    return redirect(target if target.startswith("/review") else "/review")


def _told(done: Decided) -> Told:
    if done.commune_name is None:
        return told("{n} dòng: không xác định được xã.", n=done.n)
    values = {"n": done.n, "commune": done.commune_name, "kept": done.n_points}
    if done.n_points:
        settled = told("{n} dòng → {commune}, giữ tọa độ của {kept} dòng.", **values)
    else:
        settled = told("{n} dòng → {commune}.", **values)
    remembered = told("Đã nhớ cho nguồn này.") if done.remembered else told(done.not_remembered)
    return told_list([settled, remembered] if remembered else [settled], " ")


def _told_undone(done: TakenBack) -> Told:
    values = {"n": done.n, "stay": done.n_changed}
    if done.n_changed:
        undone = told("Đã hoàn tác {n} dòng; {stay} dòng đã đổi sau đó nên giữ nguyên.", **values)
    else:
        undone = told("Đã hoàn tác {n} dòng.", **values)
    if not done.n_reopened:
        return undone
    reopened = told("{n} dòng nhập sau đó cũng chờ rà soát lại.", n=done.n_reopened)
    return told_list([undone, reopened], " ")
