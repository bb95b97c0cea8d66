"""Every route × every role × inside and outside the scope: the status, and what may be told.

What is asked stands in `access_routes.ROUTES`. The site is `canary_world`: words, points and
numbers that occur in the records of one commune, or in one dwelling, and nowhere else; no answer
to a viewer who may not see them may hold one.
"""

from __future__ import annotations

import pytest
from flask import Flask

from models.viewers import Scope, Viewer
from tests.webapp.access_routes import ROUTES, WRITERS, Line
from tests.webapp.access_sweep import ASKERS, CanarySite, Reply, leaks, table_contents
from tests.webapp.canary_world import AREAS, FAR, NEXT, OWN, Area, hidden_from
from webapp.security import ROLES, rule_of

ASKED_ABOUT = {"xa": AREAS, "tinh": (NEXT, FAR), "tinh-doc": (OWN, FAR), "tinh-khac": (OWN, FAR)}
"""The areas whose addresses an asker tries; the others try one."""


def covers(viewer: Viewer, line: Line, area: Area) -> bool:
    """Whether the scope covers what the addresses of a line name of an area."""
    text = "".join(line.paths) + "".join(f"{key}{value}" for key, value in line.form or ())
    if "{file}" in text:
        return viewer.scope == Scope.nation()
    if "{corridor}" in text and line.access is WRITERS:
        return viewer.scope in (Scope.nation(), Scope.provinces("51"))
    if "{" not in text:
        return True
    of_province = "{province}" in text and "{code}" not in text
    return viewer.scope.covers(area.province, None if of_province else area.code)


def test_every_route_has_a_line_with_its_rule(site: CanarySite) -> None:
    app: Flask = site.app
    rules = {r.endpoint: rule_of(app, r.endpoint) for r in app.url_map.iter_rules()}

    assert {name: line.access for name, line in ROUTES.items()} == rules


@pytest.mark.parametrize("viewer", ASKERS, ids=lambda viewer: viewer.name)
def test_nobody_is_told_of_what_lies_outside(site: CanarySite, viewer: Viewer) -> None:
    hidden = hidden_from(viewer)
    asked = read_by(site, viewer)

    assert [fault for one in asked for fault in wrong(viewer, *one)] == []
    assert [leak for *_, reply in asked for leak in leaks(reply, hidden)] == []
    shown = {mark for area in ASKED_ABOUT.get(viewer.name, (NEXT,)) for mark in area.marks}
    unseen = [mark for mark in shown if not any(mark.search(reply.text) for *_, reply in asked)]
    assert set(unseen) <= set(hidden), "an answer that tells nothing proves nothing"


@pytest.mark.parametrize("viewer", ASKERS, ids=lambda viewer: viewer.name)
def test_what_lies_outside_is_not_written(site: CanarySite, viewer: Viewer) -> None:
    before = table_contents(site.database)
    hidden = hidden_from(viewer)
    for line in ROUTES.values():
        for area in AREAS:
            if line.form is None or (may(viewer, line) and covers(viewer, line, area)):
                continue
            form = {site.filled(k, area): site.filled(v, area) for k, v in line.form}
            for path in line.paths:
                reply = site.post(viewer, site.filled(path, area), form)
                assert leaks(reply, hidden) == []
                assert wrong(viewer, line, area, reply) == []

    assert table_contents(site.database) == before


def read_by(site: CanarySite, viewer: Viewer) -> list[tuple[Line, Area, Reply]]:
    """What a viewer is answered under the addresses of the matrix, each asked once."""
    addresses = {
        site.filled(path, area): (line, area)
        for line in ROUTES.values()
        for area in ASKED_ABOUT.get(viewer.name, (NEXT,))
        for path in line.paths
        if line.form is None
    }
    return [(*about, site.get(viewer, address)) for address, about in addresses.items()]


def may(viewer: Viewer, line: Line) -> bool:
    """Whether the rule of a line admits the role."""
    return viewer.role in ROLES[line.access]


def wrong(viewer: Viewer, line: Line, area: Area, reply: Reply) -> list[str]:
    """Whether a status is another than the matrix says."""
    wanted = line.inside if covers(viewer, line, area) else line.elsewhere
    wanted = wanted if may(viewer, line) else 403
    return [f"{reply.path}: {reply.status}, not {wanted}"] if reply.status != wanted else []
