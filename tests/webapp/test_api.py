import gzip
import json
from dataclasses import replace
from typing import Any

import pytest
from flask.testing import FlaskClient

from models import hotspots, tables
from models.placements import renew
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR as VIEWER
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import HOSTILE_REF

DAYS = "from=2025-12-15&to=2026-06-14"


def fetch(client: FlaskClient, path: str) -> Any:
    answer = client.get(f"/api/{path}")
    assert answer.status_code == 200, answer.text
    return answer.get_json(force=True)


@pytest.fixture
def planner(signed_in: SignIn) -> FlaskClient:
    return signed_in("planner")


def test_communes_carry_code_name_and_class(planner: FlaskClient) -> None:
    found = fetch(planner, f"communes?province=51&{DAYS}")
    facts = {f["properties"]["code"]: f["properties"] for f in found["features"]}

    assert len(facts) == 6
    assert facts["23377"]["class"] == "drug_free"
    assert facts["23401"]["class"] == "type_2"
    assert facts["23383"]["class"] == "unknown"
    assert facts["23401"]["name"] == "Xã Đắk Tô"
    west, east = 107.6, 107.7
    assert west < facts["23401"]["at"][0] < east


def test_the_nation_has_every_commune(planner: FlaskClient) -> None:
    assert len(fetch(planner, f"communes?level=nation&{DAYS}")["features"]) == 12


def test_classes_follow_the_last_day(planner: FlaskClient) -> None:
    assert fetch(planner, f"classes?{DAYS}")["classes"]["24133"] == "type_1"
    assert fetch(planner, "classes?from=2020-01-01&to=2020-02-01")["classes"] == {}


def test_hotspots_have_the_status_of_the_last_day(planner: FlaskClient) -> None:
    def statuses(until: str) -> dict[str, str]:
        rows = fetch(planner, f"hotspots?province=&from=2025-01-01&to={until}")["hotspots"]
        return {row["ref"]: row["status"] for row in rows}

    assert statuses("2025-01-09") == {}
    assert statuses("2026-01-31")["TĐ-003"] == "active"
    assert statuses("2026-02-01")["TĐ-003"] == "cleared"
    assert statuses("2026-06-14")["TĐ-003"] == "re_emerged"


def test_a_later_event_is_not_told_earlier(planner: FlaskClient) -> None:
    rows = fetch(planner, "hotspots?province=&from=2025-01-01&to=2026-01-31")["hotspots"]
    spot = next(row for row in rows if row["ref"] == "TĐ-003")

    assert [event[0] for event in spot["events"]] == ["opened"]


def test_a_dwelling_is_drawn_on_a_grid(planner: FlaskClient) -> None:
    rows = fetch(planner, f"hotspots?province=&{DAYS}")["hotspots"]
    home = next(row for row in rows if row["dwelling"])

    assert (home["lon"], home["lat"]) != (107.6512, 14.5512)
    assert abs(home["lat"] - 14.5512) < 0.0013


def test_figures_leave_tips_and_other_days_out(planner: FlaskClient) -> None:
    found = fetch(planner, f"summary?province=51&{DAYS}")

    assert (found["cases"], found["offenders"]) == (11, 22)
    assert (found["active"], found["cleared"], found["re_emerged"]) == (1, 1, 1)
    assert (found["drug_free"], found["communes"], found["assessed"]) == (1, 6, 2)


def test_figures_of_provinces_add_up_to_the_nation(planner: FlaskClient) -> None:
    parts = [fetch(planner, f"summary?province={code}&{DAYS}") for code in ("51", "66")]
    whole = fetch(planner, f"summary?province=&{DAYS}")

    for key in ("cases", "offenders", "active", "cleared", "re_emerged", "drug_free", "communes"):
        assert sum(part[key] for part in parts) == whole[key], key


def test_a_commune_precision_record_is_a_count_never_a_point(planner: FlaskClient) -> None:
    found = fetch(planner, f"incidents?province=51&zoom=12&{DAYS}")

    assert found["mode"] == "points"
    assert len(found["points"]) == 10
    assert found["communes"] == {"23401": 1}


def test_a_box_cuts_points(planner: FlaskClient) -> None:
    found = fetch(planner, f"incidents?province=&zoom=12&bbox=107.6,14.5,107.7,14.6&{DAYS}")

    assert [point[2] for point in found["points"]] == [14.55]


def test_many_points_become_density(planner: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("webapp.services.map_layers.MAX_POINTS", 5)
    found = fetch(planner, f"incidents?province=&zoom=7&{DAYS}")

    assert found["mode"] == "density"
    assert found["points"] == []
    assert sum(n for _, _, n in found["cells"]) == 11


def test_clusters_carry_flag_hull_and_nearest_hotspot(planner: FlaskClient) -> None:
    found = fetch(planner, f"clusters?province=&{DAYS}")

    assert found["as_of"] == "2026-06-14"
    assert found["clusters"][0]["flag"] == "known"
    assert found["clusters"][0]["nearest"] == HOSTILE_REF
    assert found["clusters"][0]["hull"]["type"] == "MultiPolygon"


def test_the_border_has_line_band_and_gates(planner: FlaskClient) -> None:
    found = fetch(planner, "border")

    assert found["lines"]["features"][0]["properties"]["neighbour"] == "LAO"
    assert found["bands"]["features"][0]["geometry"]["type"] == "MultiPolygon"
    assert found["gates"][0]["lon"] == 107.6


def test_months_count_what_happened(planner: FlaskClient) -> None:
    months = {row["month"]: row["n"] for row in fetch(planner, f"months?{DAYS}")["months"]}

    assert months["2025-03"] == 1
    assert months["2026-04"] == 1


def test_a_viewer_of_one_province_gets_no_record_of_another(signed_in: SignIn) -> None:
    client = signed_in("province")

    assert fetch(client, f"summary?province=51&{DAYS}")["cases"] == 0
    assert fetch(client, f"hotspots?province=51&{DAYS}")["hotspots"] == []
    assert len(fetch(client, f"hotspots?province=&{DAYS}")["hotspots"]) == 1
    assert fetch(client, f"incidents?province=51&zoom=12&{DAYS}")["points"] == []
    assert fetch(client, f"communes/23401?{DAYS}")["in_scope"] is False


def test_a_commune_of_another_scope_has_no_figures_rather_than_zeros(signed_in: SignIn) -> None:
    found = fetch(signed_in("province"), f"communes/23401?{DAYS}")
    own = fetch(signed_in("province"), f"communes/24163?{DAYS}")

    assert (found["cases"], found["offenders"], found["hotspots"]) == (None, None, None)
    assert (own["cases"], own["offenders"], own["hotspots"]) == (0, 0, {})


def test_clusters_of_a_later_day_are_not_shown(planner: FlaskClient) -> None:
    early = fetch(planner, "clusters?province=&from=2025-12-15&to=2026-06-13")
    later = fetch(planner, "clusters?province=&from=2025-12-15&to=2026-06-15")

    assert (early["clusters"], early["too_early"], early["as_of"]) == ([], True, "2026-06-14")
    assert (len(later["clusters"]), later["too_early"]) == (1, False)
    assert (later["since"], later["parameters"]["eps_m"]) == (None, 300.0)


def test_a_cluster_names_no_hotspot_that_its_reader_may_not_see(
    signed_in: SignIn, seeded_database: Database
) -> None:
    def read(username: str) -> list[tuple[str | None, int | None]]:
        clusters = fetch(signed_in(username), f"clusters?province=&{DAYS}")["clusters"]
        return [(cluster["nearest"], cluster["nearest_m"]) for cluster in clusters]

    assert read("commune") == [(HOSTILE_REF, 120)]
    with unit_of_work(seeded_database, VIEWER) as session:
        (spot,) = [s for s in hotspots.find_hotspots(session, VIEWER) if s.ref == HOSTILE_REF]
        away = replace(spot.placement, commune_code_now="24133", province_code="66")
        renew(session, VIEWER, tables.hotspots, [(spot.id, away)])

    assert read("commune") == [(None, None)]
    assert read("planner") == [(HOSTILE_REF, 120)]


def test_what_the_nation_left_out_is_told_to_the_nation_only(signed_in: SignIn) -> None:
    assert fetch(signed_in("planner"), f"clusters?province=&{DAYS}")["left_out"] == 1
    assert fetch(signed_in("commune"), f"clusters?province=&{DAYS}")["left_out"] is None


def test_everybody_signed_in_sees_the_classes_of_all_communes(signed_in: SignIn) -> None:
    found = fetch(signed_in("province"), f"classes?{DAYS}")["classes"]

    assert found["23377"] == "drug_free"


@pytest.mark.parametrize(
    ("path", "parameter"),
    [
        ("communes?level=street", "level"),
        ("communes?province=x", "province"),
        ("hotspots?to=31/02/2026", "to"),
        ("incidents?zoom=99", "zoom"),
        ("incidents?bbox=1,2,3", "bbox"),
        ("months?from=2026-13-01", "from"),
        *((f"{path}?to=0001-01-01", "to") for path in ("communes", "classes", "summary")),
        *((f"{path}?to=9999-12-31", "to") for path in ("communes", "classes", "summary")),
        *((f"{path}?from=9999-12-31", "from") for path in ("communes", "classes", "summary")),
    ],
)
def test_a_bad_parameter_is_named(planner: FlaskClient, path: str, parameter: str) -> None:
    answer = planner.get(f"/api/{path}")

    assert answer.status_code == 400
    assert answer.get_json(force=True)["parameter"] == parameter


def test_large_answers_are_compressed(planner: FlaskClient) -> None:
    plain = planner.get(f"/api/communes?{DAYS}")
    packed = planner.get(f"/api/communes?{DAYS}", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in plain.headers
    assert packed.headers["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.data)) == plain.get_json(force=True)
    assert "Accept-Encoding" in packed.headers["Vary"]


def test_small_answers_are_left_as_they_are(planner: FlaskClient) -> None:
    answer = planner.get("/healthz", headers={"Accept-Encoding": "gzip"})

    assert "Content-Encoding" not in answer.headers


def test_an_unchanged_answer_is_not_sent_twice(planner: FlaskClient) -> None:
    first = planner.get(f"/api/communes?{DAYS}")
    again = planner.get(f"/api/communes?{DAYS}", headers={"If-None-Match": first.headers["ETag"]})

    assert again.status_code == 304
    assert again.data == b""
