"""Pages and data for narrow accounts are the same from PostGIS, as the role that serves it.

The site of the access matrix is copied there by its owner and served by the role that only reads
and writes rows, with row-level security in force: where a right of that role or a scope within
the database were missing, an answer would be another than the one from the file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from models.session import open_database
from models.viewers import LOCAL_OPERATOR, Viewer
from tests.conftest import TEMPLATE
from tests.postgis import SERVING, PostgisServer
from tests.webapp.access_routes import ROUTES
from tests.webapp.access_sweep import ASKERS, CanarySite, Reply
from tests.webapp.canary_world import FAR, OWN
from tests.webapp.seeded_site import NOW, clock, settings
from webapp.app import create_app
from webapp.services.site_copy import copy_site

pytestmark = pytest.mark.postgis

NARROW = [asker for asker in ASKERS if asker.name in ("xa", "tinh", "tinh-doc", "quan-tri")]
ASKED = {"xa": (OWN, FAR), "tinh": (OWN,), "tinh-doc": (FAR,), "quan-tri": (OWN,)}
"""The areas whose addresses an asker tries: inside the scope, outside, or both."""

APART = ("map_prints.", "papers.", "arrivals.template_file", "audit_pages.")
"""Printed sheets; the trail, where each site wrote down what itself was asked."""

DRAWN_ANEW = re.compile(
    r"\b[a-z_]+_[0-9a-f]{32}\b|openpyxl +[0-9TZ: -]+|[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z"
)
"""Names of the parts of a drawn map; when a workbook was written, and a GeoPackage."""


@pytest.fixture(scope="module")
def served(
    site: CanarySite, postgis_server: PostgisServer, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[CanarySite]:
    """The same site from PostGIS; whoever was signed in still is."""
    postgis_server.create_database("served_alike", TEMPLATE)
    owned = open_database(postgis_server.url("served_alike"))
    copy_site(site.database, owned, LOCAL_OPERATOR, at=NOW, progress=lambda _done, _total: None)
    owned.close()
    database = open_database(postgis_server.url("served_alike", SERVING))
    app = create_app(settings(tmp_path_factory.mktemp("served")), database, now=clock)
    clients = {asker.name: app.test_client() for asker in NARROW}
    kept = app.config["SESSION_COOKIE_NAME"]
    for name, client in clients.items():
        cookie = site.clients[name].get_cookie(kept)
        assert cookie is not None
        client.set_cookie(kept, cookie.value)
    yield CanarySite(app, database, clients, site.ids)
    database.close()
    postgis_server.execute("DROP DATABASE served_alike WITH (FORCE)")


@pytest.mark.parametrize("viewer", NARROW, ids=lambda viewer: viewer.name)
def test_narrow_accounts_are_answered_alike(
    site: CanarySite, served: CanarySite, viewer: Viewer
) -> None:
    asked = [(told(site, viewer, path), told(served, viewer, path)) for path in paths(site, viewer)]
    assert [first_difference(*both) for both in asked if both[0] != both[1]] == []
    assert sum(one.status == 200 for one, _ in asked) > 80


def paths(site: CanarySite, viewer: Viewer) -> list[str]:
    """What the matrix reads, but for what stands apart, each address once."""
    lines = [line for name, line in ROUTES.items() if not (line.form or name.startswith(APART))]
    areas = ASKED[viewer.name]
    named = (site.filled(path, a) for line in lines for path in line.paths for a in areas)
    return list(dict.fromkeys(named))


def told(site: CanarySite, viewer: Viewer, path: str) -> Reply:
    """An answer without what is drawn anew for each."""
    reply = site.get(viewer, path)
    return replace(reply, text=DRAWN_ANEW.sub("", reply.text))


def first_difference(one: Reply, other: Reply) -> str:
    """Where two answers part."""
    if one.status != other.status:
        return f"{one.path}: {one.status}, {other.status}"
    lines = zip(one.text.splitlines(), other.text.splitlines(), strict=False)
    parted = next((pair for pair in lines if pair[0] != pair[1]), ("shorter", "longer"))
    at = next((n for n, (a, b) in enumerate(zip(*parted, strict=False)) if a != b), 0)
    return f"{one.path}: " + " <> ".join(line[max(at - 60, 0) : at + 60] for line in parted)
