"""Writing and correcting a record with a place by hand, whatever kind of record it is.

Each is stored by the road of files: an import of its own that can be undone, with the earlier
content kept as a version. What looks wrong is said before anything is stored, and stored only
when the person says that it is right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

from geo.records import Placement, PlaceQuery
from geo.terms import Layer
from models.additions import digest_of
from models.errors import InvalidValueError
from models.hand_entries import hold_refs, id_of, next_ref
from models.periods import today as day_of
from models.repeating import repeatable
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.drafted_records import PlacedRecord
from webapp.services.entered_places import EnteredPlace, PlaceForm, place_again, place_entered
from webapp.services.hand_imports import Doubt, Outcome, asked, store_by_hand, unit_source
from webapp.told import told


class PlacedForm(Protocol):
    """A form with the fields of a place."""

    @property
    def place(self) -> PlaceForm:
        """What was typed of the place."""


class StoredRecord(Protocol):
    """A stored record with a place."""

    @property
    def id(self) -> int:
        """Its number here."""

    @property
    def ref(self) -> str:
        """Its number at the body that issued it."""

    @property
    def source(self) -> str:
        """The issuing body."""

    @property
    def address_text(self) -> str:
        """Its address as it is kept."""

    @property
    def placement(self) -> Placement:
        """Where it lies."""

    @property
    def place(self) -> PlaceQuery:
        """Where it is as it was written."""


F = TypeVar("F", bound=PlacedForm)
S = TypeVar("S", bound=StoredRecord)


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields of a form that could be read, without the place.

    `year` numbers a record without a ref of its own; `on` is the day whose communes count,
    None for the map in force; `record` makes the record of ref, source and place.
    """

    ref: str
    year: int
    on: date | None
    record: Callable[[str, str, EnteredPlace], PlacedRecord]


Read = tuple[Draft | None, Mapping[str, str]]
"""The draft of a form, or the reasons by field why there is none."""


@dataclass(frozen=True, slots=True)
class Register(Generic[F, S]):
    """What the writing of one kind of record needs to know of it.

    `written` and `corrected` name what is done in the list of imports; `taken` says that a
    source has a number already; `same` are the fields that make up the content. `find`
    raises where the viewer may not see or correct a record; `read` gets the stored record
    where one is corrected; `known` tells what may be the same record, where one is corrected
    less its own number.
    """

    layer: Layer
    written: str
    corrected: str
    taken: Callable[[str], str]
    same: tuple[str, ...]
    find: Callable[[Session, Viewer, int], S]
    form_of: Callable[[S], F]
    read: Callable[[F, date, S | None], Read]
    known: Callable[[Session, Viewer, PlacedRecord, date, int | None], Sequence[Doubt]]


@dataclass(frozen=True, slots=True)
class Sent(Generic[F]):
    """What was sent; `seen` marks the content that was on the screen, `confirmed` the doubts."""

    form: F
    seen: str = ""
    confirmed: str = ""


MEANWHILE = told(
    "Bản ghi vừa được sửa ở nơi khác sau khi đồng chí mở trang này; chưa lưu gì. Bấm «Lưu» lần nữa "
    "thì nội dung dưới đây thay bản ấy."
)


@repeatable
def enter(
    database: Database, viewer: Viewer, register: Register[F, S], sent: Sent[F], *, at: datetime
) -> Outcome:
    """Store a record that a person wrote, or say what is wrong or doubtful.

    Raises
    ------
    NotAllowedError
        If the viewer may not write.
    NotFoundError
        If no boundaries are installed.
    """
    viewer.require_write()
    today, layer = day_of(at), register.layer
    draft, place, errors = _read(database, viewer, register, sent.form, today=today)
    if draft is None or place is None:
        return Outcome(errors=errors)
    with unit_of_work(database, viewer) as session:
        hold_refs(session, viewer, layer)
        source = unit_source(session, viewer)
        if draft.ref and id_of(session, viewer, layer, source, draft.ref) is not None:
            return Outcome(errors={"ref": register.taken(source)})
        ref = draft.ref or next_ref(session, viewer, layer, source, draft.year)
        record = draft.record(ref, source, place)
        near = register.known(session, viewer, record, today, None)
        if again := asked((*map(Doubt, place.told), *near), sent.confirmed):
            return again
        stored = store_by_hand(session, viewer, layer, record, register.written, at=at)
        id_ = id_of(session, viewer, layer, source, ref)
    return Outcome(id_, stored.import_id)


@repeatable
def correct(
    database: Database,
    viewer: Viewer,
    register: Register[F, S],
    id: int,
    sent: Sent[F],
    *,
    at: datetime,
) -> Outcome:
    """Give a record other content, the one it had is kept; or say what hinders it.

    Raises
    ------
    NotAllowedError
        If the viewer may not write, or not correct this one.
    NotFoundError
        If the viewer sees none of this number, or no boundaries are installed.
    """
    viewer.require_write()
    today, layer = day_of(at), register.layer
    old = find(database, viewer, register, id)
    draft, place, errors = _read(database, viewer, register, sent.form, today=today, old=old)
    if draft is None or place is None:
        return Outcome(errors=errors, seen=sent.seen)
    with unit_of_work(database, viewer) as session:
        hold_refs(session, viewer, layer)
        now = register.find(session, viewer, id)
        if stamp(now) != sent.seen or now != old:
            return Outcome(errors={"": MEANWHILE}, seen=stamp(now), is_conflict=True)
        record = draft.record(old.ref, old.source, place)
        if all(getattr(record, name) == getattr(now, name) for name in register.same):
            return Outcome(id, changed=False)
        near = register.known(session, viewer, record, today, id)
        if again := asked((*map(Doubt, place.told), *near), sent.confirmed):
            return replace(again, seen=sent.seen)
        stored = store_by_hand(session, viewer, layer, record, register.corrected, at=at)
    return Outcome(id, stored.import_id)


def find(database: Database, viewer: Viewer, register: Register[F, S], id: int) -> S:
    """One record that the viewer may correct; the errors are those of `correct`."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return register.find(session, viewer, id)


def stamp(record: StoredRecord) -> str:
    """What marks the content of a record: it differs when anything of it does."""
    return digest_of(repr(record))[:16]


def _read(
    database: Database,
    viewer: Viewer,
    register: Register[F, S],
    form: F,
    *,
    today: date,
    old: S | None = None,
) -> tuple[Draft | None, EnteredPlace | None, Mapping[str, str]]:
    """Fields and place of a form; a place that was left as it is stays as it was stored."""
    draft, errors = register.read(form, today, old)
    on = None if draft is None else draft.on
    if old is not None and form.place.says_as(register.form_of(old).place):
        same = (old.place, old.placement)
        query, placement = same if on is None else place_again(*same, on)
        return draft, EnteredPlace(query, placement, old.address_text), errors
    try:
        return draft, place_entered(database, viewer, form.place, on), errors
    except InvalidValueError as error:
        return draft, None, {**errors, "place": str(error)}
