"""The page of the border, its file, its data for the map, and the layer it is exported as."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from geo.border_line import MEASURED
from geo.terms import HotspotStatus
from models.session import Database
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.seeded_site import HOSTILE
from webapp.labels import vn_number
from webapp.services.border_figures import BandFigures, distance_curve, together
from webapp.services.border_ground import ground_of
from webapp.services.border_layer import count_breaks
from webapp.services.border_page import open_border
from webapp.services.border_reading import BorderReading, read_border
from webapp.services.export import export_file
from webapp.services.layer_metadata import Made
from webapp.services.layer_query import LayerQuery
from webapp.services.overview import View

SignIn = Callable[[str], FlaskClient]
VIEW = View(None, date(2025, 12, 15), date(2026, 6, 14))
QUERY = "province=&from=2025-12-15&to=2026-06-14"


@pytest.fixture
def reading(seeded_database: Database) -> BorderReading:
    """The whole border of the seeded site: 22 km along the west of both provinces."""
    return read_border(seeded_database, LOCAL_OPERATOR, VIEW)


def _whole(reading: BorderReading) -> tuple[BandFigures, ...]:
    return together(each.bands for each in reading.counted.segments)


def test_the_ground_is_measured_on_the_map_in_force(seeded_database: Database) -> None:
    ground = ground_of(seeded_database, LOCAL_OPERATOR)

    assert ground.is_measured
    assert ground.lines[0].source == MEASURED
    assert [s.line.code for s in ground.segments] == ["LAO-001", "LAO-002", "LAO-003"]
    assert ground.lines[0].length_km == pytest.approx(22.1, abs=0.1)
    assert ground is ground_of(seeded_database, LOCAL_OPERATOR)


def test_a_segment_is_named_after_its_neighbour_number_and_commune(
    seeded_database: Database,
) -> None:
    first, second, third = ground_of(seeded_database, LOCAL_OPERATOR).segments

    assert first.name == "Lào, đoạn 1, Xã Đắk Tô"
    assert third.name == "Lào, đoạn 3, Xã Buôn Ma Thuột"
    assert [len(each.communes) for each in (first, second, third)] == [1, 2, 1]
    assert second.gates  # at 14.6° N, where the second segment runs


def test_cases_are_counted_in_the_band_and_segment_where_they_lie(reading: BorderReading) -> None:
    first, second, _ = reading.counted.segments

    assert [band.cases for band in first.bands] == [10, 10, 10]
    assert [band.offenders for band in first.bands] == [20, 20, 20]
    assert [band.cases for band in second.bands] == [0, 1, 1]


def test_what_is_known_by_its_commune_alone_is_counted_apart(reading: BorderReading) -> None:
    assert (reading.total, reading.placed, dict(reading.vague)) == (12, 11, {"23401": 1})
    assert _whole(reading)[-1].cases == 11
    assert [n for _, _, n in reading.counted.segments[0].vague] == [1]


def test_hotspots_stand_in_their_bands_by_status(reading: BorderReading) -> None:
    widest = _whole(reading)
    nearest, middle = widest[0], widest[1]

    assert nearest.hotspots[HotspotStatus.ACTIVE] == 1
    assert nearest.hotspots[HotspotStatus.RE_EMERGED] == 1
    assert middle.hotspots[HotspotStatus.CLEARED] == 1
    assert middle.hotspots[HotspotStatus.ACTIVE] == 2  # a dwelling, by its square


def test_rates_are_of_the_land_and_the_residents_of_the_band(reading: BorderReading) -> None:
    near, middle, wide = _whole(reading)

    assert near.area_km2 == pytest.approx(22.1 * 5, rel=0.02)
    assert near.per_100_km2 == pytest.approx(100 * 10 / near.area_km2)
    # 10 km of the 10.8 km that the two communes are wide, 9,000 residents each.
    assert middle.residents == pytest.approx(18_000 * 10 / 10.76, rel=0.02)
    assert middle.per_10_000 == pytest.approx(10_000 * 11 / (middle.residents or 0))
    assert wide.residents is None  # those of the second row are known of one commune only
    assert wide.per_10_000 is None


def test_the_curve_rises_to_all_that_lies_within_reach(reading: BorderReading) -> None:
    curve = distance_curve(reading.ground, reading.counted, reading.placed)

    assert curve.cases[0] == 0
    assert curve.cases[5] == pytest.approx(10 / 11)
    assert curve.cases[-1] == 1
    assert curve.land[10] == pytest.approx(10 / (6 * 10.76), abs=0.04)
    assert all(a <= b for a, b in zip(curve.land[:-1], curve.land[1:], strict=True))


def test_a_viewer_sees_the_cases_and_the_land_of_the_own_scope(seeded_database: Database) -> None:
    southern = Viewer("s", Role.PLANNER, Scope.provinces("66"))
    whole = _whole(read_border(seeded_database, LOCAL_OPERATOR, VIEW))
    own = read_border(seeded_database, southern, VIEW)
    bands = _whole(own)

    assert (own.total, own.placed) == (1, 1)
    assert [band.cases for band in bands] == [0, 1, 1]
    assert bands[1].area_km2 == pytest.approx(whole[1].area_km2 / 2, rel=0.02)
    assert [s.segment.line.number for s in own.counted.segments] == [2, 3]


def test_provinces_add_up_to_the_whole(seeded_database: Database) -> None:
    def bands(province: str | None) -> list[tuple[int, float]]:
        view = View(province, VIEW.since, VIEW.until)
        found = read_border(seeded_database, LOCAL_OPERATOR, view)
        return [(b.cases, b.area_km2) for b in _whole(found)]

    for whole, north, south in zip(bands(None), bands("51"), bands("66"), strict=True):
        assert whole[0] == north[0] + south[0]
        assert whole[1] == pytest.approx(north[1] + south[1])


def test_days_outside_the_period_do_not_count(seeded_database: Database) -> None:
    earlier = View(None, date(2025, 1, 1), date(2025, 12, 14))
    found = read_border(seeded_database, LOCAL_OPERATOR, earlier)

    assert _whole(found)[-1].cases == 1


def test_the_page_tells_segments_bands_curve_and_gates(signed_in: SignIn) -> None:
    text = signed_in("planner").get(f"/border?{QUERY}").get_data(as_text=True)

    assert "<h1>Biên giới</h1>" in text
    assert text.count('<tr id="LAO-') == 3
    assert "Giáp Lào" in text
    assert "Tọa độ cửa khẩu chỉ đúng đến khoảng 0,1°" in text
    assert "1 vụ chỉ biết đến xã" in text
    assert 'class="cases"' in text
    assert "<script>alert(1)" not in text


def test_the_page_keeps_the_band_that_was_chosen(
    signed_in: SignIn, seeded_database: Database
) -> None:
    text = signed_in("planner").get(f"/border?{QUERY}&band=20").get_data(as_text=True)

    assert '<option value="20" selected>' in text
    assert open_border(seeded_database, LOCAL_OPERATOR, VIEW, 20).depth_km == 20


@pytest.mark.parametrize(
    ("query", "name"), [("band=7", "band"), ("from=x", "from"), ("province=abc", "province")]
)
def test_what_cannot_be_used_is_named(signed_in: SignIn, query: str, name: str) -> None:
    answer = signed_in("planner").get(f"/border?{query}")

    assert answer.status_code == 400
    assert name in answer.get_data(as_text=True)


def test_a_province_away_from_the_border_is_told_so(signed_in: SignIn) -> None:
    text = signed_in("planner").get("/border?province=79").get_data(as_text=True)

    assert "Không có đoạn biên giới nào trong phạm vi này." in text


def test_the_file_has_a_row_for_every_segment_and_is_guarded(signed_in: SignIn) -> None:
    answer = signed_in("planner").get(f"/border/segments.csv?{QUERY}")
    title, head, *rows = csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig")))

    assert "dữ liệu mô phỏng" in title[0]
    assert len(rows) == 3
    assert dict(zip(head, rows[0], strict=True))["Vụ việc trong 5 km"] == "10"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_the_map_has_the_segments_with_their_figures(signed_in: SignIn) -> None:
    answer = signed_in("planner").get(f"/api/segments?{QUERY}")
    found = json.loads(answer.get_data(as_text=True))

    first = found["segments"][0]
    assert (first["code"], first["bands"][0]["cases"]) == ("LAO-001", 10)
    assert first["line"]["type"] in ("LineString", "MultiLineString")
    assert first["communes"] == [["23401", "Xã Đắk Tô", 1]]
    assert found["measured"] is True
    assert found["breaks"] == list(
        count_breaks([s["bands"][1]["cases"] for s in found["segments"]])
    )


def test_the_map_tells_the_rates_of_the_page(signed_in: SignIn) -> None:
    client = signed_in("planner")
    told = client.get(f"/api/segments?{QUERY}").get_json()["segments"]
    page = client.get(f"/border?{QUERY}&band=10").get_data(as_text=True)

    for segment in told:
        row = page[page.index(f'id="{segment["code"]}"') :].partition("</tr>")[0]
        cells = re.findall(r'data-label="(Vụ/[^"]+)" class="number">([^<]*)<', row)
        band = segment["bands"][1]
        assert cells == [
            ("Vụ/100 km²", vn_number(band["per_100_km2"], 1)),
            ("Vụ/10.000 dân", vn_number(band["per_10_000"], 1)),
        ]


def test_the_map_obeys_the_filters_of_the_view(signed_in: SignIn) -> None:
    client = signed_in("planner")
    none = client.get(f"/api/segments?{QUERY}&kind=possession").get_json()

    assert sum(s["bands"][-1]["cases"] for s in none["segments"]) == 0
    assert client.get("/api/segments?kind=nonsense").status_code == 400


@pytest.mark.parametrize("path", ["/border", "/border/segments.csv", "/api/segments"])
def test_nobody_sees_it_without_signing_in(visitor: FlaskClient, path: str) -> None:
    assert visitor.get(path).status_code in (302, 303, 401)


def test_a_commune_sees_its_own_stretch_alone(signed_in: SignIn) -> None:
    found = signed_in("commune").get(f"/api/segments?{QUERY}").get_json()

    assert [each["code"] for each in found["segments"]] == ["LAO-001", "LAO-002"]


def test_segments_are_exported_with_their_lines(seeded_database: Database, tmp_path: Path) -> None:
    asked = LayerQuery("border_segments", date(2026, 6, 14))
    made = Made("geojson", datetime(2026, 6, 14, tzinfo=UTC))
    path = tmp_path / "segments.geojson"

    assert export_file(seeded_database, LOCAL_OPERATOR, asked, path, made).n == 3
    found = json.loads(path.read_text("utf-8"))
    first = found["features"][0]
    assert first["id"] == "LAO-001"
    assert first["geometry"]["type"] == "MultiLineString"
    assert first["properties"]["cases_5km"] == 10
    assert first["properties"]["since"] == "2025-12-15"
    assert "dữ liệu mô phỏng" in found["metadata"]["marks"]
    assert HOSTILE.split("$")[0] in json.dumps(found, ensure_ascii=False)  # a gate, as text
