"""The list of facilities, the page of one, the map's data and the filter "near a school"."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update

from geo.facilities import Facility
from geo.records import PlaceQuery
from geo.terms import FacilityKind, Layer
from models import facilities, imports
from models.imports import NewImport
from models.session import Database, unit_of_work
from models.tables import hotspots
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import placed, somewhere_in
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import HOSTILE, NOW
from webapp.services.export import export_file
from webapp.services.facility_layer import MAX_POINTS
from webapp.services.facility_spots import nearest_spots
from webapp.services.layer_metadata import Made
from webapp.services.layer_query import LayerQuery

DAYS = "from=2025-12-15&to=2026-06-14"
AT = (107.64, 14.65)
"""Where the first of ten incidents of the seeded site is; each next one lies 21.5 m east."""


def a_facility(ref: str, kind: FacilityKind = FacilityKind.SCHOOL, **changes: object) -> Facility:
    fields = {
        "name": f"Cơ sở {ref}",
        "placement": placed("23401", *AT),
        "place": PlaceQuery(address=ref),
    }
    return Facility(ref=ref, source="SỞ GIÁO DỤC", kind=kind, **(fields | changes))  # type: ignore[arg-type]


def bring(database: Database, *records: Facility) -> list[int]:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new = NewImport(Layer.FACILITIES, "co_so.xlsx", "0" * 64, "SỞ GIÁO DỤC")
        import_id = imports.add_import(session, LOCAL_OPERATOR, new, at=NOW)
        facilities.add_facilities(session, LOCAL_OPERATOR, records, import_id)
        found = facilities.find_facilities(session, LOCAL_OPERATOR)
    ids = {each.ref: each.id for each in found}
    return [ids[record.ref] for record in records]


@pytest.fixture
def planner(signed_in: SignIn) -> FlaskClient:
    return signed_in("planner")


def points(client: FlaskClient, query: str = "") -> list[list[object]]:
    answer = client.get(f"/api/incidents?{DAYS}&zoom=12{query}")
    assert answer.status_code == 200, answer.text
    assert answer.json is not None
    return answer.json["points"]


def test_without_facilities_the_page_says_what_to_do(planner: FlaskClient) -> None:
    page = planner.get("/facilities").text

    assert "Chưa có cơ sở, địa điểm nào" in page
    assert "/imports/template/facilities.xlsx" in page


def test_the_list_counts_the_cases_around_each_and_puts_the_most_first(
    planner: FlaskClient, seeded_database: Database
) -> None:
    bring(
        seeded_database,
        a_facility("XA", placement=placed("23401", 107.69, 14.69)),
        a_facility("GAN"),
        a_facility("XA-LO", placement=somewhere_in("23401")),
    )
    page = planner.get(f"/facilities?{DAYS}").text

    order = [page.index(f">Cơ sở {ref}<") for ref in ("GAN", "XA", "XA-LO")]
    assert order == sorted(order)
    assert "1 cơ sở chỉ biết đến xã nên không đếm được" in page
    assert "chỉ biết đến xã không được đếm ở cơ sở nào" in page
    rows = list(csv.reader(io.StringIO(planner.get(f"/facilities.csv?{DAYS}").text)))
    heads, first, last = rows[1], rows[2], rows[-1]
    told = dict(zip(heads, first, strict=True))
    assert [told[f"Số vụ trong {m} m"] for m in (100, 200, 500, 1000)] == ["5", "10", "10", "10"]
    assert dict(zip(heads, last, strict=True))["Số vụ trong 1000 m"] == ""


def test_the_list_is_narrowed_by_kind_province_and_words(
    planner: FlaskClient, seeded_database: Database
) -> None:
    bring(
        seeded_database,
        a_facility("T1", name="Trường Lê Quý Đôn"),
        a_facility("K1", FacilityKind.KARAOKE, name="Karaoke Hoa Mai"),
    )

    assert "Hoa Mai" not in planner.get("/facilities?kind=school").text
    assert "Lê Quý Đôn" in planner.get("/facilities?q=le+quy+don").text
    assert "Không có cơ sở nào khớp bộ lọc" in planner.get("/facilities?province=66").text
    assert planner.get("/facilities?kind=pub").status_code == 400
    assert planner.get("/facilities?sort=n7").status_code == 400


def test_the_page_of_a_facility_tells_what_lies_around_it(
    planner: FlaskClient, seeded_database: Database
) -> None:
    (id_,) = bring(seeded_database, a_facility("T1", address_text="Thôn 3", note="hai cơ sở"))
    page = planner.get(f"/facilities/{id_}?{DAYS}").text

    assert "Trường học" in page
    assert "Thôn 3" in page
    assert "hai cơ sở" in page
    counted = re.findall(r"<strong>(\d+)</strong></td><td", page)
    assert counted == ["5", "10", "10", "10"]
    assert "Các vụ trong vòng 1 km" in page
    assert planner.get("/facilities/999").status_code == 404
    assert planner.get("/facilities/abc").status_code == 404


def test_a_facility_known_by_its_commune_has_a_page_without_distances(
    planner: FlaskClient, seeded_database: Database
) -> None:
    (id_,) = bring(seeded_database, a_facility("T1", placement=somewhere_in("23401")))
    page = planner.get(f"/facilities/{id_}").text

    assert "không đo được khoảng cách" in page
    assert "/map?" not in page.split('<main id="content"')[1]


def test_a_hostile_name_is_text_everywhere(planner: FlaskClient, seeded_database: Database) -> None:
    (id_,) = bring(
        seeded_database,
        a_facility("T1", name=HOSTILE, address_text=HOSTILE, note=HOSTILE),
    )
    for address in ("/facilities", f"/facilities/{id_}"):
        page = planner.get(address).text
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)" in page
    answer = planner.get(f"/api/facilities/{id_}?{DAYS}")
    assert answer.json is not None
    assert answer.json["name"] == HOSTILE


def test_nobody_sees_the_facilities_of_another_scope(
    signed_in: SignIn, seeded_database: Database
) -> None:
    (id_,) = bring(seeded_database, a_facility("T1"))
    elsewhere = signed_in("province")

    assert "Cơ sở T1" not in elsewhere.get("/facilities").text
    assert elsewhere.get(f"/facilities/{id_}").status_code == 404
    assert elsewhere.get(f"/api/facilities/{id_}").status_code == 404
    found = elsewhere.get("/api/facilities?kinds=school")
    assert found.json == {"mode": "points", "points": [], "communes": {}, "counts": {}}
    assert "Cơ sở T1" in signed_in("commune").get("/facilities").text


def test_the_map_gets_the_kinds_asked_for_in_its_box(
    planner: FlaskClient, seeded_database: Database
) -> None:
    school, _ = bring(seeded_database, a_facility("T1"), a_facility("K1", FacilityKind.KARAOKE))

    def asked(query: str) -> list[list[object]]:
        answer = planner.get(f"/api/facilities?{query}")
        assert answer.status_code == 200, answer.text
        assert answer.json is not None
        return answer.json["points"]

    assert asked("kinds=school") == [[school, *AT, "school", "Cơ sở T1"]]
    assert len(asked("kinds=school,karaoke&bbox=107,14,108,15")) == 2
    assert asked("kinds=school&bbox=100,10,101,11") == []
    assert asked("") == []
    assert planner.get("/api/facilities?kinds=pub").status_code == 400


def test_too_many_facilities_become_numbers_on_their_communes(
    planner: FlaskClient, seeded_database: Database
) -> None:
    bring(seeded_database, *(a_facility(f"T{n}") for n in range(MAX_POINTS + 1)))
    found = planner.get("/api/facilities?kinds=school").json

    assert found == {
        "mode": "communes",
        "points": [],
        "communes": {"23401": {"school": MAX_POINTS + 1}},
        "counts": {"school": MAX_POINTS + 1},
    }


def test_the_card_tells_the_cases_of_the_view_around_a_facility(
    planner: FlaskClient, seeded_database: Database
) -> None:
    (id_,) = bring(seeded_database, a_facility("T1"))
    card = planner.get(f"/api/facilities/{id_}?{DAYS}").json
    assert card is not None

    assert [radius for radius, _ in card["counts"]] == [100, 200, 500, 1000]
    assert card["commune_name"] == "Xã Đắk Tô"
    early = planner.get(f"/api/facilities/{id_}?from=1999-01-01&to=1999-12-31").json
    assert early is not None
    assert {n for _, n in early["counts"]} == {0}


def test_near_a_school_cuts_the_incidents_of_every_answer(
    planner: FlaskClient, seeded_database: Database
) -> None:
    everything = points(planner)
    assert points(planner, "&near=school:500") == []
    bring(seeded_database, a_facility("T1", placement=placed("23401", *everything[0][1:3])))  # type: ignore[arg-type]

    near = points(planner, "&near=school:500")
    assert 0 < len(near) <= len(everything)
    assert everything[0] in near
    summary = planner.get(f"/api/summary?{DAYS}&near=school:500").json
    months = planner.get(f"/api/months?{DAYS}&near=school:500").json
    assert summary is not None
    assert months is not None
    assert summary["cases"] == len(near)
    assert sum(each["n"] for each in months["months"]) >= len(near)
    assert points(planner, "&near=bar:500,karaoke:500") == []


@pytest.mark.parametrize(
    "near", ["school", "school:5", "school:99999", "pub:500", "school:5e2", ","]
)
def test_a_filter_that_means_nothing_is_told(planner: FlaskClient, near: str) -> None:
    answer = planner.get(f"/api/incidents?{DAYS}&near={near}")

    assert answer.status_code == 400
    assert "near" in answer.text


def test_a_page_beyond_the_last_is_the_last(
    planner: FlaskClient, seeded_database: Database
) -> None:
    bring(seeded_database, *(a_facility(f"T{n:03d}") for n in range(60)))

    assert "Trang 2 / 2" in planner.get("/facilities?page=9").text


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet", "csv"])
def test_facilities_are_exported_with_a_point_only_where_they_have_one(
    seeded_database: Database, tmp_path: Path, suffix: str
) -> None:
    bring(seeded_database, a_facility("T1"), a_facility("T2", placement=somewhere_in("23401")))
    path = tmp_path / f"facilities.{suffix}"
    asked, made = LayerQuery("facilities", NOW.date()), Made(suffix, NOW)

    assert export_file(seeded_database, LOCAL_OPERATOR, asked, path, made).n == 2
    if suffix == "geojson":
        found = json.loads(path.read_text("utf-8"))["features"]
        assert [f["properties"]["kind"] for f in found] == ["school", "school"]
        assert [f["geometry"] and f["geometry"]["coordinates"] for f in found] == [list(AT), None]


@pytest.mark.parametrize("box", ["", "&bbox=107,14,108,15"])
def test_those_known_by_their_commune_are_a_number_on_it_beside_the_points(
    planner: FlaskClient, seeded_database: Database, box: str
) -> None:
    school, *_ = bring(
        seeded_database,
        a_facility("T1"),
        *(a_facility(f"X{n}", placement=somewhere_in("23401")) for n in range(2)),
        a_facility("B1", FacilityKind.BAR, placement=somewhere_in("23401")),
    )

    assert planner.get(f"/api/facilities?kinds=school{box}").json == {
        "mode": "points",
        "points": [[school, *AT, "school", "Cơ sở T1"]],
        "communes": {"23401": {"school": 2}},
        "counts": {"school": 3, "bar": 1},
    }
    away = planner.get("/api/facilities?kinds=school&bbox=100,10,101,11").json
    assert away == {"mode": "points", "points": [], "communes": {}, "counts": {}}


@pytest.mark.parametrize(("name", "coarse"), [("planner", False), ("analyst", True)])
def test_the_distance_to_a_home_is_rough_for_those_who_see_its_square(
    seeded_database: Database, name: str, coarse: bool
) -> None:
    viewer = Viewer(name, Role(name), Scope.nation())
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        session.execute(update(hotspots).where(hotspots.c.ref == "TĐ-004").values(address_text=""))
        (home,) = nearest_spots(session, viewer, [(107.6512, 14.5512)], NOW.date())

    assert home is not None
    assert (home.ref, home.coarse) == ("TĐ-004", coarse)
