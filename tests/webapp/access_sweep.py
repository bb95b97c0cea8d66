"""The site of the access matrix: built once, asked by everybody, answers read as text."""

from __future__ import annotations

import gzip
import io
import math
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import mapbox_vector_tile
import pypdfium2
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models import users
from models.session import Database, open_database, unit_of_work
from models.tables import duplicates, hotspot_events, incidents, metadata
from models.users import NewUser
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.canary_world import AREAS, Area, Ids, seed_canaries
from tests.webapp.conftest import csrf_token, post_login
from tests.webapp.seeded_site import PASSWORD, clock, seed_border, seed_map, settings
from webapp.app import create_app
from webapp.security import hash_password

ASKERS = (
    Viewer("xa", Role.COMMUNE, Scope.commune("23401")),
    Viewer("xa-doc", Role.ANALYST, Scope.commune("23401")),
    Viewer("tinh", Role.PLANNER, Scope.provinces("51")),
    Viewer("tinh-doc", Role.ANALYST, Scope.provinces("51")),
    Viewer("tinh-quan-tri", Role.ADMIN, Scope.provinces("51")),
    Viewer("tinh-khac", Role.PLANNER, Scope.provinces("66")),
    Viewer("ca-nuoc", Role.PLANNER),
    Viewer("ca-nuoc-doc", Role.ANALYST),
    Viewer("quan-tri", Role.ADMIN),
)
"""One account for every role and reach."""


@dataclass(frozen=True)
class Reply:
    """An answer: its status and everything that can be read in it."""

    path: str
    status: int
    text: str


@dataclass(frozen=True)
class CanarySite:
    """The application over the site, somebody signed in for every asker, numbers of records."""

    app: Flask
    database: Database
    clients: Mapping[str, FlaskClient]
    ids: Mapping[str, Ids]

    def filled(self, text: str, area: Area) -> str:
        """An address or a value of a form with what it names of a commune."""
        return text.format(**self.names(area))

    def names(self, area: Area) -> dict[str, object]:
        """What addresses may name of a commune, by its word there."""
        numbers = {**self.ids["site"], **self.ids[area.code]}
        words = {"code": area.code, "province": area.province, "word": area.word}
        more = {"home_word": area.home_word, "cluster": area.cluster}
        tiles = {"tile": _tile(area.lon, area.lat), "home_tile": _tile(*area.home)}
        return {**numbers, **words, **more, **tiles, "lon": area.lon, "lat": area.lat}

    def get(self, viewer: Viewer, path: str) -> Reply:
        """Ask as somebody."""
        answer = self.clients[viewer.name].get(path)
        status = 200 if answer.status_code == _NOTHING_THERE else answer.status_code
        return Reply(path, status, read_answer(answer))

    def post(self, viewer: Viewer, path: str, form: Mapping[str, str]) -> Reply:
        """Send a form as somebody, with its guard."""
        client = self.clients[viewer.name]
        guard = csrf_token(client.get("/account").text)
        answer = client.post(path, data={**form, "csrf_token": guard})
        return Reply(path, answer.status_code, read_answer(answer))


def build_site(sqlite_template: Path, folder: Path) -> CanarySite:
    """Fill a copy of the empty file and sign everybody in."""
    path = folder / "canaries.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = open_database(f"sqlite:///{path}")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        seed_map(session)
        seed_border(session)
        password_hash = hash_password(PASSWORD)
        for asker in ASKERS:
            new = NewUser(asker.name, "Cán bộ", password_hash, asker.role, asker.scope)
            users.add_user(session, LOCAL_OPERATOR, new)
    ids = seed_canaries(database)
    _number_children(database, ids)
    app = create_app(settings(folder), database, now=clock)
    clients = {asker.name: app.test_client() for asker in ASKERS}
    for name, client in clients.items():
        assert post_login(client, name, PASSWORD).status_code == 302
    return CanarySite(app, database, clients, ids)


def read_answer(answer: Any) -> str:
    """Headers and body as text: pages, JSON, CSV, tiles, PDF, workbooks and Word files."""
    body: bytes = answer.data
    if answer.headers.get("Content-Encoding") == "gzip":
        body = gzip.decompress(body)
    if answer.mimetype == _MVT and body:
        text = _tile_text(body, answer.request.path)
    elif body.startswith(b"%PDF"):
        text = _pdf_text(body)
    elif body.startswith(b"PK\x03\x04"):
        text = _zip_text(body)
    else:
        text = body.decode("utf-8", "replace")
    told = "\n".join(f"{name}: {value}" for name, value in answer.headers if name in _TOLD)
    return _WITHOUT.sub("", f"{told}\n{text}")


def leaks(reply: Reply, hidden: tuple[re.Pattern[str], ...]) -> list[str]:
    """What an answer holds that it must not, what the address itself said apart."""
    asked = reply.path.partition("?")[2]
    text = reply.text.replace(urlencode(parse_qsl(asked)) or asked, "")  # links to itself
    for word in re.findall(r"q=(\w+)|TD-(\w+)", reply.path):
        text = text.replace("".join(word), "")
    found = (mark.search(text) for mark in hidden)
    around = (text[max(m.start() - 60, 0) : m.end() + 40] for m in found if m)
    return [f"{reply.path}: {' '.join(part.split())}" for part in around]


_TOLD = ("Content-Disposition", "Location", "Link")
_WITHOUT = re.compile(r'nonce="[^"]*"|name="csrf_token"[^>]*>|data-csrf="[^"]*"')


_MVT = "application/vnd.mapbox-vector-tile"
_NOTHING_THERE = 204
_ZOOM = 16
"""Of the tiles that are asked for: a unit is some 0.000001° there."""


def _tile(lon: float, lat: float) -> str:
    """The tile of a point as an address names it."""
    side = 2**_ZOOM
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return f"{_ZOOM}/{int((lon + 180) / 360 * side)}/{int(y * side)}"


def _tile_text(body: bytes, path: str) -> str:
    """What a tile says, its points in degrees."""
    z, x, y = (int(part.removesuffix(".mvt")) for part in path.split("/")[-3:])
    told = []
    for layer in mapbox_vector_tile.decode(body, default_options={"y_coord_down": True}).values():
        for feature in layer["features"]:
            told.append(str(feature["properties"]))
            if feature["geometry"]["type"] == "Point":
                across, down = feature["geometry"]["coordinates"]
                lon = (x + across / layer["extent"]) / 2**z * 360 - 180
                up = math.pi * (1 - 2 * (y + down / layer["extent"]) / 2**z)
                told.append(f"{lon:.5f} {math.degrees(math.atan(math.sinh(up))):.5f}")
    return "\n".join(told)


def _pdf_text(body: bytes) -> str:
    document = pypdfium2.PdfDocument(body)
    texts = []
    for page in document:
        read = page.get_textpage()
        texts.append(read.get_text_range())
        read.close()
        page.close()
    document.close()
    return "\n".join(texts)


_READ_IN_ZIP = (".xml", ".json", ".geojson", ".csv", ".txt")


def _zip_text(body: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        parts = [archive.read(name) for name in archive.namelist() if name.endswith(_READ_IN_ZIP)]
    return "\n".join(re.sub(r"<[^>]+>", " ", part.decode()) for part in parts)


_WRITTEN_BY_READING = ("audit", "sign_in", "attempt", "token", "site")
"""Tables that asking itself writes: what was seen, who is signed in, what the site remembers."""


def table_contents(database: Database) -> dict[str, list[str]]:
    """Every row of every table of records, to see whether anything changed."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return {
            table.name: sorted(str(tuple(row)) for row in session.execute(select(table)))
            for table in metadata.sorted_tables
            if not any(part in table.name for part in _WRITTEN_BY_READING)
        }


def _number_children(database: Database, ids: dict[str, Ids]) -> None:
    """Numbers of an event and of a pair in each area."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for area in AREAS:
            event = select(hotspot_events.c.id).where(
                hotspot_events.c.hotspot_id == ids[area.code]["hotspot"]
            )
            pair = select(duplicates.c.id).join(incidents, incidents.c.id == duplicates.c.kept_id)
            mine = pair.where(incidents.c.commune_code_now == area.code)
            ids[area.code]["event"] = session.scalars(event).first() or 0
            ids[area.code]["duplicate"] = session.scalars(mine).first() or 0
            assert ids[area.code]["duplicate"]
