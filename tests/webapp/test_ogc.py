"""OGC API as clients rely on it: documents, forms of an answer, pages of features, refusals."""

from __future__ import annotations

import gzip
import re
from typing import Any
from urllib.parse import urlencode

import jsonschema_rs
import mapbox_vector_tile
import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.test import TestResponse

from geo.ogc_crs import CRS84, REFERENCES
from models.session import Database, unit_of_work
from models.tables import incidents
from models.viewers import LOCAL_OPERATOR, Role
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import NOW
from webapp.services.layer_catalogue import LAYERS
from webapp.services.ogc_documents import CONFORMS_TO
from webapp.services.tokens import WantedToken, add_token

ITEMS = "/ogc/collections/incidents/items"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


@pytest.fixture
def client(signed_in: SignIn) -> FlaskClient:
    return signed_in("planner")


def got(client: FlaskClient, path: str, **query: Any) -> Any:
    path += "?" * bool(query) + urlencode(query)
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.get_json(force=True)


def ids(page: Any) -> list[Any]:
    return [feature["id"] for feature in page["features"]]


def links(document: Any) -> dict[str, str]:
    return {each["rel"].rpartition("/")[2]: each["href"] for each in document["links"]}


def test_every_link_from_the_landing_page_on_leads_somewhere(client: FlaskClient) -> None:
    waiting, seen = ["http://localhost/ogc"], set()
    while waiting:
        address = waiting.pop()
        answer = client.get(address.removeprefix("http://localhost"))
        assert answer.status_code == 200, address
        seen.add(address)
        if str(answer.mimetype).endswith("json") and answer.mimetype != "application/geo+json":
            found = re.findall(r'"href":"(http://localhost/ogc[^"{}]*)"', answer.text)
            waiting += [each for each in set(found) if each not in seen and each not in waiting]
    assert len(seen) > 6 * len(LAYERS)


def test_conformance_names_classes_once(client: FlaskClient) -> None:
    told = got(client, "/ogc/conformance")["conformsTo"]
    assert told == list(CONFORMS_TO)
    assert len(set(told)) == len(told)
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in told


@pytest.mark.parametrize(
    ("accept", "query", "mimetype"),
    [
        (None, "", "application/geo+json"),
        ("*/*", "", "application/geo+json"),
        ("application/geo+json", "", "application/geo+json"),
        ("application/json", "", "application/geo+json"),
        ("application/geo+json; q=1.0, application/json; q=0.5", "", "application/geo+json"),
        (BROWSER, "", "text/html"),
        (BROWSER, "f=json", "application/geo+json"),
        ("application/json", "f=html", "text/html"),
    ],
)
def test_the_form_is_what_is_asked_for(
    client: FlaskClient, accept: str | None, query: str, mimetype: str
) -> None:
    headers = {} if accept is None else {"Accept": accept}
    answer = client.get(f"{ITEMS}?{query}", headers=headers)
    assert (answer.status_code, answer.mimetype) == (200, mimetype)
    assert "Accept" in answer.vary


def test_what_nobody_writes_is_not_acceptable(client: FlaskClient) -> None:
    answer = client.get(ITEMS, headers={"Accept": "application/gml+xml"})
    assert (answer.status_code, answer.content_type) == (406, "application/problem+json")


def test_a_person_is_led_to_sign_in_and_a_program_is_told_how(visitor: FlaskClient) -> None:
    person = visitor.get(f"{ITEMS}?limit=3", headers={"Accept": BROWSER})
    assert (person.status_code, person.location) == (
        302,
        "/login?next=%2Fogc%2Fcollections%2Fincidents%2Fitems%3Flimit%3D3",
    )
    program = visitor.get(ITEMS, headers={"Accept": "application/geo+json"})
    assert (program.status_code, program.content_type) == (401, "application/problem+json")
    assert program.headers["WWW-Authenticate"] == 'Bearer realm="diaban"'


def test_a_refusal_is_a_page_for_a_person(client: FlaskClient) -> None:
    answer = client.get(f"{ITEMS}?limit=0", headers={"Accept": BROWSER})
    assert (answer.status_code, answer.mimetype) == (400, "text/html")


def test_pages_follow_each_other_until_all_were_told_once(client: FlaskClient) -> None:
    whole = got(client, ITEMS, limit=10_000)
    page = got(client, ITEMS, limit=3, commune_code_now="23401", verified="true")
    assert page["numberMatched"] > page["numberReturned"] == 3
    found, address = ids(page), links(page).get("next")
    while address:
        page = got(client, address.removeprefix("http://localhost"))
        assert "numberMatched" not in page
        assert "commune_code_now=23401" in links(page)["self"]
        found += ids(page)
        address = links(page).get("next")
    wanted = [
        f["id"]
        for f in whole["features"]
        if f["properties"]["commune_code_now"] == "23401" and f["properties"]["verified"]
    ]
    assert found == wanted
    assert 3 < len(found) < len(ids(whole))


def test_a_page_tells_its_links_in_the_head_as_well(client: FlaskClient) -> None:
    answer = client.get(f"{ITEMS}?limit=2")
    told = [re.match(r'<([^>]+)>; rel="(\w+)"', each) for each in answer.headers.getlist("Link")]
    assert {found[2]: found[1] for found in told if found} == links(answer.get_json(force=True))


def test_a_box_matches_what_it_holds_and_what_has_no_place(client: FlaskClient) -> None:
    whole = got(client, ITEMS)
    nowhere = [f["id"] for f in whole["features"] if f["geometry"] is None]
    lon, lat = next(f["geometry"] for f in whole["features"] if f["geometry"])["coordinates"]
    box = f"{lon - 1e-4},{lat - 1e-4},{lon + 1e-4},{lat + 1e-4}"
    there = [
        f["id"]
        for f in whole["features"]
        if (at := f["geometry"])
        and max(abs(at["coordinates"][0] - lon), abs(at["coordinates"][1] - lat)) <= 1e-4
    ]
    page = got(client, ITEMS, bbox=box)
    assert nowhere
    assert there
    assert ids(page) == sorted(nowhere + there)
    assert page["numberMatched"] == len(ids(page)) < len(ids(whole))
    assert got(client, ITEMS, bbox=box, limit=1)["numberMatched"] == page["numberMatched"]


@pytest.mark.parametrize("code", [4326, 4756, 3405, 9216, 32648])
def test_a_box_of_another_system_is_the_same_box(client: FlaskClient, code: int) -> None:
    placed = got(client, ITEMS, crs=f"{EPSG}{code}", filter="geometry IS NOT NULL")
    first, second = placed["features"][0]["geometry"]["coordinates"]
    step = 1e-4 if code < 5000 and code not in (3405, 3406) else 10
    box = f"{first - step},{second - step},{first + step},{second + step}"
    page = got(client, ITEMS, bbox=box, **{"bbox-crs": f"{EPSG}{code}"})
    assert placed["features"][0]["id"] in ids(page)
    assert len(ids(page)) < len(ids(got(client, ITEMS)))


def test_axes_stand_as_the_system_says(client: FlaskClient) -> None:
    plain, swapped, metres = (
        client.get(ITEMS, query_string={"crs": uri, "filter": "geometry IS NOT NULL"})
        for uri in (CRS84.uri, f"{EPSG}4326", f"{EPSG}9216")
    )
    lon, lat = plain.get_json(force=True)["features"][0]["geometry"]["coordinates"]
    assert swapped.get_json(force=True)["features"][0]["geometry"]["coordinates"] == [lat, lon]
    east_m, north_m = metres.get_json(force=True)["features"][0]["geometry"]["coordinates"]
    assert 300_000 < east_m < 700_000 < 1_000_000 < north_m
    assert swapped.headers["Content-Crs"] == f"<{EPSG}4326>"


def test_every_system_that_is_offered_is_answered(client: FlaskClient) -> None:
    offered = got(client, "/ogc/collections/incidents")["crs"]
    assert offered == list(REFERENCES)
    for uri in offered:
        assert got(client, ITEMS, limit=1, crs=uri)["numberReturned"] == 1


def test_days_are_met(client: FlaskClient) -> None:
    days = [f["properties"]["occurred_on"] for f in got(client, ITEMS)["features"]]
    middle = sorted(days)[len(days) // 2]
    for asked, met in (
        (middle, [d for d in days if d == middle]),
        (f"{middle}T05:00:00Z", [d for d in days if d == middle]),
        (f"{middle}T/..", [d for d in days if d >= middle]),
        (f"../{middle}T16:59:59.9+00:00", [d for d in days if d <= middle]),
    ):
        assert got(client, ITEMS, datetime=asked)["numberMatched"] == len(met) > 0, asked
    assert got(client, "/ogc/collections/communes/items", datetime=middle)["numberMatched"] == 12


def test_fields_filters_and_their_languages_say_the_same(client: FlaskClient) -> None:
    by_name = got(client, ITEMS, precision="commune")
    by_text = got(client, ITEMS, filter="precision = 'commune'", **{"filter-lang": "cql2-text"})
    in_json = '{"op":"=","args":[{"property":"precision"},"commune"]}'
    by_json = got(client, ITEMS, filter=in_json, **{"filter-lang": "cql2-json"})
    assert ids(by_name) == ids(by_text) == ids(by_json) != []
    assert len(ids(by_name)) < len(ids(got(client, ITEMS)))


def test_a_hotspot_is_told_as_of_the_day_that_is_asked_for(client: FlaskClient) -> None:
    path = "/ogc/collections/hotspots/items"
    now, before = got(client, path), got(client, path, as_of="2026-01-15")
    assert {f["properties"]["as_of"] for f in before["features"]} == {"2026-01-15"}
    assert [f["properties"]["status"] for f in now["features"]] != [
        f["properties"]["status"] for f in before["features"]
    ]


REFUSED = {
    "limit=0": "limit",
    "limit=10001": "limit",
    "limit=1e3": "limit",
    "limit=": "limit",
    "limit=1&limit=2": "limit",
    "after=x": "after",
    "bbox=1,2,3": "bbox",
    "bbox=": "bbox",
    "bbox=107,14,108,nan": "bbox",
    "bbox=107,14,108,91": "bbox",
    "bbox=170,14,-170,15": "bbox",
    "bbox=107,15,108,14": "bbox",
    "bbox=107,14,9,108,15,3": "bbox",
    "bbox=107,14,108,15&bbox-crs=EPSG:4326": "bbox-crs",
    f"bbox=107,14,108,15&bbox-crs={EPSG}4326": "bbox",
    f"bbox-crs={EPSG}99999": "bbox-crs",
    "crs=nonsense": "crs",
    f"crs={EPSG}3857": "crs",
    "datetime=": "datetime",
    "datetime=2026-02-30": "datetime",
    "datetime=../..": "datetime",
    "datetime=2026-06-14/2026-06-13": "datetime",
    "datetime=2026-06-14T00:00:00": "datetime",
    "filter=kind": "filter",
    "filter=nothing%20=%201": "filter",
    "filter=kind%20=%20'trading'%20OR": "filter",
    "filter=" + "(" * 5000: "filter",
    "filter=1=1;DROP%20TABLE%20incidents": "filter",
    "filter=kind='trading'&filter-lang=cql": "filter-lang",
    "filter=kind='trading'&filter-crs=x": "filter-crs",
    "filter-lang=cql2-json&filter=" + "[" * 5000: "filter",
    "kind=nonsense": "kind",
    "verified=maybe": "verified",
    "offenders=NaN": "offenders",
    "occurred_on=2026-13-01": "occurred_on",
    "as_of=yesterday": "as_of",
    "province=x": "province",
    "boundaries=never": "boundaries",
    "substances=heroin": "substances",
    "nonsense=1": "nonsense",
    "f=gml": "f",
}


@pytest.mark.parametrize("query", REFUSED, ids=lambda query: query[:40])
def test_what_cannot_be_used_is_named(client: FlaskClient, query: str) -> None:
    answer = client.get(f"{ITEMS}?{query}")
    assert (answer.status_code, answer.content_type) == (400, "application/problem+json")
    assert answer.get_json()["parameter"] == REFUSED[query]
    assert answer.get_json()["detail"]


@pytest.mark.parametrize(
    "path",
    [
        "/ogc/collections/nonsense",
        "/ogc/collections/nonsense/items",
        f"{ITEMS}/0",
        f"{ITEMS}/x",
        f"{ITEMS}/99999999999999999999",
        "/ogc/collections/communes/items/99999",
        "/ogc/tileMatrixSets/nonsense",
        "/ogc/collections/incidents/tiles",
        "/ogc/collections/clusters/tiles/nonsense/6/29/51",
        "/ogc/collections/clusters/tiles/WebMercatorQuad/6/64/51",
        "/ogc/nonsense",
    ],
)
def test_what_is_not_there_is_told_so(client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.content_type) == (404, "application/problem+json")


def test_what_is_known_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get(ITEMS)
    tag, moment = first.headers["ETag"], first.headers["Last-Modified"]
    for headers in ({"If-None-Match": tag}, {"If-Modified-Since": moment}):
        again = client.get(ITEMS, headers=headers)
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["ETag"] == tag
    assert client.get(ITEMS, headers={"If-None-Match": 'W/"other"'}).status_code == 200
    assert client.get(f"{ITEMS}?limit=1", headers={"If-None-Match": tag}).status_code == 200


def test_a_moment_is_not_taken_for_an_answer_that_changed(
    client: FlaskClient, seeded_database: Database
) -> None:
    first = client.get(ITEMS)
    gone = ids(first.get_json(force=True))[0]
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        session.execute(update(incidents).where(incidents.c.id == gone).values(offenders=99))
    known = {"If-Modified-Since": first.headers["Last-Modified"]}
    again = client.get(ITEMS, headers=known)
    assert again.status_code == 200
    assert again.headers["Last-Modified"] > first.headers["Last-Modified"]


def test_answers_are_compressed_and_have_a_head(client: FlaskClient) -> None:
    plain = client.get(ITEMS)
    zipped = client.get(ITEMS, headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.data) == plain.data
    head = client.head(ITEMS)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["ETag"] == plain.headers["ETag"]


@pytest.mark.parametrize("name", LAYERS)
def test_features_hold_what_their_schema_says(client: FlaskClient, name: str) -> None:
    told = got(client, f"/ogc/collections/{name}/schema")
    page = got(client, f"/ogc/collections/{name}/items")
    shapes = dict(told["properties"])
    del shapes["geometry"]
    for shape in shapes.values():
        shape.pop("x-ogc-role", None)
    valid = jsonschema_rs.validator_for(
        {
            "type": "object",
            "properties": {n: {"anyOf": [s, {"type": "null"}]} for n, s in shapes.items()},
            "required": list(shapes),
            "additionalProperties": False,
        }
    )
    for feature in page["features"]:
        valid.validate(feature["properties"])
    filterable = got(client, f"/ogc/collections/{name}/queryables")["properties"]
    assert set(filterable) <= set(told["properties"])
    assert "geometry" in filterable


def test_a_feature_is_told_alone_as_on_its_page(client: FlaskClient) -> None:
    for name in ("incidents", "hotspots", "communes", "provinces", "border_segments"):
        of_page = got(client, f"/ogc/collections/{name}/items", limit=1)["features"][0]
        alone = got(client, f"/ogc/collections/{name}/items/{of_page['id']}")
        assert links(alone)["collection"].endswith(f"/ogc/collections/{name}")
        del alone["links"]
        assert alone == of_page


def test_a_tile_is_that_of_the_map_with_row_before_column(client: FlaskClient) -> None:
    def decoded(answer: TestResponse) -> Any:
        assert (answer.status_code, answer.mimetype) == (200, "application/vnd.mapbox-vector-tile")
        return mapbox_vector_tile.decode(answer.data)

    for name in ("communes", "clusters"):
        grid = f"/ogc/collections/{name}/tiles/WebMercatorQuad"
        assert f"{grid}/{{tileMatrix}}/{{tileRow}}/{{tileCol}}" in client.get(grid).text
        of_map = client.get(f"/tiles/{name}/6/51/29.mvt")
        assert decoded(client.get(f"{grid}/6/29/51")) == decoded(of_map)


def test_a_token_sees_the_collections_of_its_layers_alone(
    visitor: FlaskClient, seeded_database: Database
) -> None:
    wanted = WantedToken("x", Role.ANALYST, None, ("communes",))
    token = add_token(seeded_database, LOCAL_OPERATOR, "planner", wanted, NOW)
    headers = {"Authorization": f"Bearer {token}"}
    told = visitor.get("/ogc/collections", headers=headers).get_json()["collections"]
    assert [each["id"] for each in told] == ["communes", "provinces"]
    assert visitor.get("/ogc/collections/provinces/items", headers=headers).status_code == 200
    refused = visitor.get(ITEMS, headers=headers)
    assert (refused.status_code, refused.content_type) == (403, "application/problem+json")


def test_pages_for_people_name_every_feature_and_nothing_runs_in_them(client: FlaskClient) -> None:
    page = client.get(f"{ITEMS}?f=html").text
    for number in ids(got(client, ITEMS)):
        assert f'href="/ogc/collections/incidents/items/{number}?f=html"' in page
    assert "<script>alert" not in page
    assert "<img src=x" not in page
