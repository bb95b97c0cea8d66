"""A number that lies outside the scope is answered as one that nobody has given.

Every address and form that names a record is asked twice: with a number that exists where the
asker must not look, all else being the asker's own, and with one that does not exist. Status,
words are the same, the questions to the database nearly as many, and nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import event, select

from geo.terms import Layer
from models import review_queue
from models.reviews import RowId
from models.session import unit_of_work
from models.tables import sign_ins, users
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.webapp.access_routes import ADMINS, ROUTES, SIGNED_IN, WRITERS, Line, record, write
from tests.webapp.access_sweep import ASKERS, CanarySite, build_site, read_answer, table_contents
from tests.webapp.canary_world import AREAS, FAR, NEXT, OWN, Area
from tests.webapp.conftest import csrf_token
from tests.webapp.seeded_site import NOW
from webapp.security import ROLES
from webapp.services import decisions, uploads
from webapp.services.decisions import Answer
from webapp.services.tokens import WantedToken, add_token
from webapp.views import context

Names = Mapping[str, object]

UNUSED: Names = {
    **dict.fromkeys(("incident", "hotspot", "home", "event", "facility", "alert"), 987),
    **dict.fromkeys(("sub_unit", "campaign", "duplicate", "import", "file"), 987),
    **dict.fromkeys(("decision", "doubted", "sign_in"), 987),
    **{"cluster": "C-000987", "word": "Nobody", "question": "0" * 16, "upload": "0" * 32},
    **{"token": "zzzzzzzz", "account": "nobody"},
}
"""What addresses name that somebody may not know, as it is where there is none."""

OF_PERSONS = frozenset({"upload", "sign_in"})
"""What is a person's own: hidden from the nation's accounts too."""

PERSONS = {OWN: "tinh", NEXT: "ca-nuoc", FAR: "tinh-khac"}
"""Whose uploads, sign-ins, tokens and accounts stand for an area."""

MORE_WORK = 4
"""Questions to the database by which the two may differ, of the 10 to 50 that a page asks: where
the database itself does not hide rows, one is found before it is seen that it lies outside."""

MORE = (
    record(WRITERS, "/review/questions/{question}"),
    record(WRITERS, "/review?pick={question}", "/review?import={import}"),
    record(WRITERS, "/imports/{import}", "/imports/{import}/rejects.xlsx"),
    record(WRITERS, "/imports/uploads/{upload}"),
    record(ADMINS, "/admin/accounts/{account}"),
    write(WRITERS, "/imports/uploads/{upload}/import", "/imports/uploads/{upload}/drop"),
    write(WRITERS, "/duplicates/{duplicate}/merge", keep="{incident}"),
    write(WRITERS, "/review/decisions", rows="v{doubted}"),
    write(WRITERS, "/review/undo", decision="{decision}"),
    write(WRITERS, "/api/review/decisions/{decision}/undo"),
    write(
        *(WRITERS, "/hotspots/events"),
        **{"hotspot": "{hotspot}", "type": "note", "on": "2026-06-01", "note": "x"},
        corrects="{event}",
    ),
    write(SIGNED_IN, "/account/sign-ins/{sign_in}/end", "/account/tokens/{token}/revoke"),
    write(ADMINS, "/admin/tokens/{token}/revoke"),
    write(
        *(ADMINS, "/admin/accounts/{account}", "/admin/accounts/{account}/disable"),
        *("/admin/accounts/{account}/enable", "/admin/accounts/{account}/password"),
        "/admin/accounts/{account}/second-factor",
        **{"display_name": "Cán bộ", "role": "analyst", "scope": "provinces", "codes": "51"},
    ),
)
"""What the matrix has no line for, or only one without a number."""


@dataclass(frozen=True)
class Question:
    """An address, with a form where it is sent; `said` may come back in the answer."""

    path: str
    form: Mapping[str, str] | None
    said: re.Pattern[str]


@pytest.fixture(scope="module")
def worked(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[CanarySite, Mapping[str, Names]]]:
    """A site on which something was decided, sent and made; what its areas' names stand for."""
    site = build_site(sqlite_template, tmp_path_factory.mktemp("numbers"))
    with site.app.app_context():
        folder = context.site().uploads
    yield site, {area.code: site.names(area) | made_for(site, folder, area) for area in AREAS}
    site.database.close()


def made_for(site: CanarySite, folder: Path, area: Area) -> Names:
    """Numbers of a question that waits, a decision, and of what a person of the area has."""
    with unit_of_work(site.database, LOCAL_OPERATOR) as session:
        waiting = review_queue.waiting_rows(session, LOCAL_OPERATOR, area.word)
        running = select(sign_ins.c.id).join(users).where(users.c.username == PERSONS[area])
        sign_in = session.scalars(running).one()
    first, second = waiting
    answer = Answer((RowId(Layer.INCIDENTS, second.id),), None)
    decided = decisions.decide(site.database, LOCAL_OPERATOR, answer, NOW)
    person = next(asker for asker in ASKERS if asker.name == PERSONS[area])
    sent = uploads.receive(
        *(folder, person, Layer.INCIDENTS, f"{area.word}.csv"),
        lambda path: path.write_text("x") and None,
        now=NOW,
    )
    wanted = WantedToken(area.word, person.role, person.scope)
    token = add_token(site.database, LOCAL_OPERATOR, person.name, wanted, NOW).split("_")[1]
    return {
        **{"question": first.group, "doubted": first.id, "decision": decided.id},
        **{"upload": sent.token, "token": token, "account": person.name, "sign_in": sign_in},
    }


def asked_twice(names: Mapping[str, Names], viewer: Viewer) -> Iterator[tuple[Question, Question]]:
    """What a viewer asks with somebody else's number, and with nobody's."""
    inside = [area for area in AREAS if viewer.scope.covers(area.province, area.code)]
    outside = [area for area in AREAS if area not in inside]
    own = names[inside[0].code]
    for line in (*ROUTES.values(), *MORE):
        if viewer.role not in ROLES.get(line.access, ()):
            continue
        for path in line.paths:
            for key in named_by(path, line):
                others = outside or ([FAR] if key in OF_PERSONS else [])
                for area in others:
                    there, missing = names[area.code][key], UNUSED[key]
                    said = re.compile(rf"(?<!\d)({re.escape(str(there))}|{missing})(?!\d)")
                    yield (
                        filled(line, path, {**own, key: there}, said),
                        filled(line, path, {**own, key: missing}, said),
                    )


def named_by(path: str, line: Line) -> list[str]:
    """Which names of records an address or its form holds."""
    form = " ".join(f"{key} {value}" for key, value in line.form or () if key != "ref")
    named = set(re.findall(r"{(\w+)}", f"{path} {form}")) & set(UNUSED)
    return sorted(named if "TD-{word}" in path else named - {"word"})


def filled(line: Line, path: str, names: Names, said: re.Pattern[str]) -> Question:
    """An address of a line, and its form, with names in their places."""
    form = {key.format(**names): value.format(**names) for key, value in line.form or ()}
    return Question(path.format(**names), None if line.form is None else form, said)


@dataclass(frozen=True)
class Answered:
    """Status and words, and how many questions went to the database for them."""

    told: tuple[int, str]
    asked: int


def answered(site: CanarySite, viewer: Viewer, asked: Question) -> Answered:
    """What somebody is told, without the number that the question held."""
    client, statements = site.clients[viewer.name], [0]

    def count(*_: object) -> None:
        statements[0] += 1

    guard = {"csrf_token": csrf_token(client.get("/account").text)}
    event.listen(site.database.engine, "before_cursor_execute", count)
    try:
        if asked.form is None:
            answer = client.get(asked.path)
        else:
            answer = client.post(asked.path, data={**asked.form, **guard})
    finally:
        event.remove(site.database.engine, "before_cursor_execute", count)
    text = asked.said.sub("…", read_answer(answer))
    return Answered((answer.status_code, text), statements[0])


@pytest.mark.parametrize("viewer", ASKERS, ids=lambda viewer: viewer.name)
def test_a_number_outside_is_answered_as_one_that_is_not_there(
    worked: tuple[CanarySite, Mapping[str, Names]], viewer: Viewer
) -> None:
    site, names = worked
    before = table_contents(site.database)
    told_apart = [
        f"{there.path} {dict(there.form or {})}: {first} {second}"
        for there, missing in asked_twice(names, viewer)
        for first, second in [(answered(site, viewer, there), answered(site, viewer, missing))]
        if first.told != second.told
        or (
            abs(first.asked - second.asked) > MORE_WORK
            # What is kept in memory was read for the first: both are asked again.
            and abs(answered(site, viewer, there).asked - second.asked) > MORE_WORK
        )
    ]

    assert told_apart == []
    assert table_contents(site.database) == before
