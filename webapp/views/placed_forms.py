"""The forms by which a person writes or corrects a record with a place, whatever it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from flask import Blueprint, flash, redirect, request
from werkzeug import Response

from webapp.errors import BadParameterError
from webapp.forms import told_of_blanks
from webapp.languages import in_words
from webapp.queries import parse_degrees, parse_path_number
from webapp.security import Access, rule, viewer
from webapp.services import entered_places, hand_writing
from webapp.services.entered_places import PlaceForm, PlaceHere, degrees_text
from webapp.services.hand_imports import Outcome
from webapp.services.hand_writing import F, Register, S, Sent
from webapp.told import Told, told, told_list
from webapp.views.context import site

_LONGEST = 600

Answer = Response | tuple[str, int] | str


@dataclass(frozen=True, slots=True)
class FormPages(Generic[F, S]):
    """The pages of one kind of record.

    `what` names it; `begun` is the form of a new one at a place, `moved` a form with another
    place; `sent` reads what was sent, `show` draws a form for a record of this number or a new
    one, `page` is where a stored one is read; `typed` are the texts of a form in which names
    are blanked.
    """

    register: Register[F, S]
    what: Told
    begun: Callable[[PlaceForm], F]
    moved: Callable[[F, PlaceForm], F]
    sent: Callable[[], F]
    show: Callable[[F, int | None, Outcome], str]
    page: Callable[[int], str]
    typed: Callable[[F], tuple[str, ...]]
    entered: Told
    corrected: Told

    def serve(self, blueprint: Blueprint, address: str) -> None:
        """Let a blueprint show and take the forms: `address`/new and `address`/<number>/edit."""

        @blueprint.get(f"{address}/new")
        @rule(Access.WRITERS)
        def new() -> str:
            return self.show(self.begun(place_of_query()), None, Outcome())

        @blueprint.post(f"{address}/new")
        @rule(Access.WRITERS)
        def enter() -> Answer:
            return self._enter()

        @blueprint.get(f"{address}/<number>/edit")
        @rule(Access.WRITERS)
        def edit(number: str) -> str:
            return self._edit(number)

        @blueprint.post(f"{address}/<number>/edit")
        @rule(Access.WRITERS)
        def correct(number: str) -> Answer:
            return self._correct(number)

    def _enter(self) -> Answer:
        """Store a record, or show the form again with what is wrong or doubtful."""
        sent = self._sent()
        done = hand_writing.enter(site().database, viewer(), self.register, sent, at=site().now())
        if done.id is None:
            return self.show(sent.form, None, done), _again_status(done)
        return self._stored(done.id, self.entered, sent.form)

    def _edit(self, number: str) -> str:
        """Show the form filled in, with another point where one is given."""
        id_ = parse_path_number(number, self.what)
        stored = hand_writing.find(site().database, viewer(), self.register, id_)
        form = self.register.form_of(stored)
        if "lat" in request.args:
            form = self.moved(form, place_of_query(form.place.address))
        return self.show(form, id_, Outcome(seen=hand_writing.stamp(stored)))

    def _correct(self, number: str) -> Answer:
        """Give a record other content; what it said before is kept."""
        id_, sent = parse_path_number(number, self.what), self._sent()
        done = hand_writing.correct(
            site().database, viewer(), self.register, id_, sent, at=site().now()
        )
        if done.id is None:
            return self.show(sent.form, id_, done), _again_status(done)
        same = told("Không có gì khác nội dung đã lưu.")
        return self._stored(id_, self.corrected if done.changed else same, sent.form)

    def _sent(self) -> Sent[F]:
        form = request.form
        return Sent(self.sent(), form.get("seen", ""), form.get("confirmed", ""))

    def _stored(self, id: int, what: str, form: F) -> Response:
        flash(in_words(told_list([what, told_of_blanks(*self.typed(form))], "")), "done")
        return redirect(self.page(id), 303)


def place_of_query(address: str = "") -> PlaceForm:
    """The point in the query of a form's address, as a click on the map gives it."""
    if "lat" not in request.args:
        return PlaceForm(address=address)
    lat, lon = (parse_degrees(request.args, name) for name in ("lat", "lon"))
    return PlaceForm(degrees_text(lat), degrees_text(lon), address, clicked=True)


def sent_place() -> PlaceForm:
    """The fields of a place in what was sent."""
    sent = request.form
    lat, lon, address = (sent.get(name, "")[:_LONGEST] for name in ("lat", "lon", "address"))
    return PlaceForm(lat, lon, address, sent.get("clicked") == "1")


def sent_texts(*names: str) -> dict[str, str]:
    """Fields of text in what was sent, none longer than anybody types."""
    return {name: request.form.get(name, "")[:_LONGEST] for name in names}


def place_named(form: PlaceForm) -> PlaceHere | None:
    """The commune of the point in a form, to be shown beside it; None where there is no point."""
    typed = {name: getattr(form, name).strip().replace(",", ".") for name in ("lat", "lon")}
    try:
        lat, lon = (parse_degrees(typed, name) for name in ("lat", "lon"))
    except BadParameterError:
        return None
    return entered_places.place_at(site().database, viewer(), lon, lat)


def _again_status(done: Outcome) -> int:
    """The status with which a form is shown again."""
    return 409 if done.is_conflict else 400 if done.errors else 200
