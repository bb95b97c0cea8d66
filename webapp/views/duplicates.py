"""Pairs that may be one case: the page works with forms alone, its script adds keys."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from models.duplicates import Pair
from models.errors import ConflictError
from webapp.forms import sent_stamp
from webapp.languages import in_words
from webapp.queries import parse_number, parse_page, parse_path_number
from webapp.security import Access, rule, viewer
from webapp.services import duplicates
from webapp.told import told
from webapp.views.context import site

duplicate_cases = Blueprint("duplicate_cases", __name__)

Answer = Response | tuple[str, int]

_PAIR = told("cặp vụ việc")


@duplicate_cases.get("/duplicates")
@rule(Access.WRITERS)
def duplicates_page() -> str:
    """Show the pairs that wait for a decision, the likeliest first."""
    page = duplicates.open_duplicates(site().database, viewer(), parse_page(request.args))
    return render_template("duplicates.html", page=page, told=duplicates.told_decision)


@duplicate_cases.post("/duplicates/<number>/merge")
@rule(Access.WRITERS)
def merge(number: str) -> Answer:
    """Take two reports as one case."""
    pair_id = parse_path_number(number, _PAIR)
    keep_id = parse_number(request.form, "keep") if request.form.get("keep") else None
    return _decided(
        lambda: duplicates.merge_pair(
            *(site().database, viewer(), pair_id, keep_id, site().now()),
            seen=sent_stamp(),
        )
    )


@duplicate_cases.post("/duplicates/<number>/separate")
@rule(Access.WRITERS)
def separate(number: str) -> Answer:
    """Take two reports as two cases."""
    pair_id = parse_path_number(number, _PAIR)
    return _decided(
        lambda: duplicates.separate_pair(
            *(site().database, viewer(), pair_id, site().now()), seen=sent_stamp()
        )
    )


@duplicate_cases.post("/duplicates/<number>/undo")
@rule(Access.WRITERS)
def undo(number: str) -> Answer:
    """Take a decision back."""
    pair_id = parse_path_number(number, _PAIR)
    return _decided(
        lambda: duplicates.undo_pair(
            *(site().database, viewer(), pair_id, site().now()), seen=sent_stamp()
        )
    )


def _decided(decide: Callable[[], Pair]) -> Answer:
    """Decide and go back to the page; what somebody else was quicker with is told there.

    A pair that this viewer has not is not found.
    """
    try:
        flash(in_words(duplicates.told_decision(decide())), "done")
    except ConflictError as error:
        flash(in_words(str(error)), "refused")
        return duplicates_page(), 409
    number = parse_page(request.args)
    return redirect("/duplicates" if number == 1 else f"/duplicates?page={number}", code=303)
