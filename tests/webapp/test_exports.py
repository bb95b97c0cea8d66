"""Layers as files: addresses, headers, formats, one at a time, a line in the trail for each."""

from __future__ import annotations

import io
import json
import zipfile
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient

from models import audit
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn
from webapp.services.layer_catalogue import LAYERS
from webapp.views.exports import EXPORTS


@pytest.fixture
def planner(signed_in: SignIn) -> FlaskClient:
    return signed_in("planner")


@pytest.mark.parametrize("layer", sorted(LAYERS))
@pytest.mark.parametrize("format", ["geojson", "csv", "gpkg"])
def test_every_layer_leaves_as_a_file(planner: FlaskClient, layer: str, format: str) -> None:
    with planner.get(f"/export/{layer}.{format}") as answer:
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].endswith(f'.{format}"')
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert f"/export/{layer}.{format}.meta.json?" in answer.headers["Link"]
        body = answer.data
    if format == "geojson":
        shown = json.loads(body)
        assert shown["metadata"]["layer"] == layer
        assert {field["name"] for field in shown["metadata"]["fields"]} == set(LAYERS[layer].names)
    elif format == "gpkg":
        assert body.startswith(b"SQLite format 3\0")
        assert int(answer.headers["Content-Length"]) == len(body)


def test_the_address_of_a_file_gives_the_same_features_again(planner: FlaskClient) -> None:
    asked = "/export/incidents.geojson?province=51&period=2026&kind=trading&kind=possession"
    first = json.loads(planner.get(asked).data)
    address = urlsplit(first["metadata"]["address"])

    again = json.loads(planner.get(f"{address.path}?{address.query}").data)

    assert first["features"]
    assert again["features"] == first["features"]
    assert parse_qs(address.query) == {
        "province": ["51"],
        "from": ["2025-12-15"],
        "to": ["2026-12-14"],
        "kind": ["trading,possession"],
        "as_of": ["2026-06-14"],
    }


def test_the_address_of_communes_says_the_period_of_their_classes(planner: FlaskClient) -> None:
    told = json.loads(planner.get("/export/communes.csv.meta.json").data)
    assert parse_qs(urlsplit(told["address"]).query)["period"] == ["2026"]
    assert told["features"] > 0


def test_an_archive_holds_the_file_and_what_it_means(planner: FlaskClient) -> None:
    with planner.get("/export/hotspots.gpkg.zip?province=51&crs=5898") as answer:
        archive = zipfile.ZipFile(io.BytesIO(answer.data))
    names = archive.namelist()
    told = json.loads(archive.read("metadata.json"))
    assert "diaban-diem-tu-diem-51-den-2026-06-14-epsg5898.gpkg" in names
    assert (told["crs"], told["province_code"]) == ("EPSG:5898", "51")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("foo=1", "foo"),
        ("flag=known", "flag"),
        ("kind=xyz", "kind"),
        ("from=2026-02-31", "from"),
        ("from=2026-02-02&to=2026-02-01", "from"),
        ("period=2026&from=2026-01-01", "period"),
        ("bbox=109,14,108,15", "bbox"),
        ("bbox=1,2,3", "bbox"),
        ("bbox=nan,2,3,4", "bbox"),
        ("province=51&province=52", "province"),
        ("verified=perhaps", "verified"),
        ("boundaries=once", "boundaries"),
        ("crs=1", "crs"),
        ("crs=27700", "crs"),
        ("crs=9210", "crs"),
        ("near=school", "near"),
        ("hkind=use_den", "hkind"),
        ("filter=nothing%20%3D%201", "filter"),
        ("filter=" + "(" * 5000 + "id=1" + ")" * 5000, "filter"),
        ("filter=kind%3D'a'%3B%20DROP%20TABLE%20incidents", "filter"),
    ],
)
def test_what_cannot_be_used_is_named_and_nothing_leaves(
    planner: FlaskClient, seeded_database: Database, query: str, parameter: str
) -> None:
    answer = planner.get(f"/export/incidents.geojson?{query}")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert answer.get_json()["parameter"] == parameter
    page = planner.get(f"/export/incidents.geojson?{query}", headers={"Accept": "text/html"})
    assert (page.status_code, page.mimetype) == (400, "text/html")
    assert f"«{parameter}" in page.text or f"({parameter})" in page.text
    assert exported(seeded_database) == []


@pytest.mark.parametrize("path", ["/export/none.csv", "/export/incidents.doc", "/export/run/9.zip"])
def test_what_is_not_there_is_not_found(planner: FlaskClient, path: str) -> None:
    assert planner.get(path).status_code == 404


def test_an_account_has_one_export_made_at_a_time(planner: FlaskClient, app: Flask) -> None:
    with EXPORTS.held("planner"):
        for path in ("/export/incidents.csv", "/export/incidents.gpkg"):
            answer = planner.get(path)
            assert (answer.status_code, answer.headers["Retry-After"]) == (429, "5")
    assert planner.get("/export/incidents.csv").status_code == 200


def test_a_client_that_goes_away_leaves_nothing_held(
    planner: FlaskClient, seeded_database: Database
) -> None:
    away = planner.get("/export/incidents.geojson", buffered=False)
    next(iter(away.response))
    assert planner.get("/export/incidents.geojson").status_code == 429
    away.close()

    assert planner.get("/export/incidents.geojson").status_code == 200
    assert len(exported(seeded_database)) == 2


def test_a_head_is_answered_and_holds_nothing(planner: FlaskClient) -> None:
    for _ in range(2):
        with planner.head("/export/incidents.geojson") as answer:
            assert (answer.status_code, answer.data) == (200, b"")


def exported(database: Database) -> list[audit.AuditEvent]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return audit.list_events(session, LOCAL_OPERATOR, action="export")


def test_each_export_leaves_a_line_with_filter_and_rows(
    planner: FlaskClient, seeded_database: Database
) -> None:
    shown = json.loads(planner.get("/export/hotspots.geojson?province=51").data)
    [event] = exported(seeded_database)
    assert event.detail["rows"] == len(shown["features"]) > 0
    assert event.detail["filter"] == {"province": "51"}


def test_the_page_counts_and_leads_to_the_file(planner: FlaskClient) -> None:
    page = planner.get("/export?layer=hotspots&format=csv&province=51").text
    n = len(json.loads(planner.get("/export/hotspots.geojson?province=51").data)["features"])
    assert f"{n} đối tượng" in page
    assert "/export/hotspots.csv?province=51&amp;as_of=2026-06-14" in page


def test_the_page_says_beside_the_field_what_is_wrong(planner: FlaskClient) -> None:
    answer = planner.get("/export?layer=incidents&from=31/02/2026&province=51")
    assert answer.status_code == 400
    assert 'id="fault-from"' in answer.text
    assert 'value="31/02/2026"' in answer.text
    assert "/export/incidents.gpkg" not in answer.text


@pytest.mark.parametrize(
    ("page", "wanted"),
    [
        ("/hotspots?province=51", "layer=hotspots&amp;province=51"),
        ("/clusters", "layer=clusters"),
        ("/border", "layer=border_segments"),
        ("/provinces", "layer=provinces"),
        ("/provinces/51", "layer=communes&amp;province=51"),
    ],
)
def test_tables_lead_to_their_export(planner: FlaskClient, page: str, wanted: str) -> None:
    assert f'href="/export?{wanted}' in planner.get(page).text
