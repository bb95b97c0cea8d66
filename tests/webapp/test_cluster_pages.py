"""The pages of clusters and runs, on a site with a gathering in each of two provinces."""

from __future__ import annotations

import dataclasses
import re
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
import shapely
from flask.testing import FlaskClient

from geo.engines import AUTO, ENGINES, STRIPS
from geo.records import Cluster, CountChange
from geo.space_time import BOXES
from geo.terms import Layer
from models import runs
from models.session import Database, open_database, unit_of_work
from models.tables import clusters as clusters_table
from models.viewers import LOCAL_OPERATOR
from tests.webapp.conftest import SignIn, csrf_token
from tests.webapp.seeded_site import NOW
from tests.webapp.small_world import INCIDENT_HEADINGS, write_workbook
from webapp.services.analyse import analyse
from webapp.services.analysis_form import k_distance_plot
from webapp.services.cluster_pages import PAGE_LINES
from webapp.services.cluster_words import ENGINE_NAMES, change_direction, change_in_words
from webapp.services.ingest import import_file

TODAY = date(2026, 6, 14)
NORTH_AT, SOUTH_AT = (107.85, 14.65), (107.85, 14.55)


def row(ref: str, day: str, lon: float, lat: float) -> list[object]:
    place = "Xã Đắk Plô, Tỉnh Quảng Ngãi" if lat > 14.6 else "Xã Cư San, Tỉnh Đắk Lắk"
    return [ref, day, "mua bán", place, lat, lon, 1, None, "Công an tỉnh"]


def gathering(prefix: str, at: tuple[float, float], n: int) -> list[list[object]]:
    lon, lat = at
    return [
        row(f"{prefix}-{i}", f"{i % 27 + 1:02d}/05/2026", lon + i % 4 * 1e-4, lat + i // 4 * 1e-4)
        for i in range(n)
    ]


@pytest.fixture(scope="module")
def analysed_file(seeded_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve cases more in province 51, nine in 66, and a run over all: three clusters."""
    folder = tmp_path_factory.mktemp("analysed")
    path = Path(shutil.copyfile(seeded_file, folder / "site.db"))
    database = open_database(f"sqlite:///{path}")
    rows: list[list[object]] = [list(INCIDENT_HEADINGS)]
    rows += [*gathering("B", NORTH_AT, 12), *gathering("N", SOUTH_AT, 9)]
    book = write_workbook(folder / "vv.xlsx", rows)
    import_file(database, LOCAL_OPERATOR, Layer.INCIDENTS, book, today=TODAY, source="CA")
    analyse(database, LOCAL_OPERATOR, as_of=TODAY, at=NOW)
    database.close()
    return path


@pytest.fixture
def seeded_database(analysed_file: Path, tmp_path: Path) -> Iterator[Database]:
    """The site of these tests: the seeded one, analysed."""
    database = open_database(f"sqlite:///{shutil.copyfile(analysed_file, tmp_path / 'site.db')}")
    yield database
    database.close()


@pytest.fixture
def analysed(seeded_database: Database) -> Database:
    """The database behind the pages, for tests that go on analysing."""
    return seeded_database


def names(page: str) -> list[str]:
    return re.findall(r'<a href="/clusters/(C-\d+)">', page)


def test_a_run_that_does_not_exist_is_not_found(signed_in: SignIn) -> None:
    assert signed_in("planner").get("/clusters").status_code == 200
    assert signed_in("planner").get("/clusters?run=99").status_code == 404


def test_the_nation_sees_every_cluster_with_the_most_cases_first(signed_in: SignIn) -> None:
    page = signed_in("planner").get("/clusters").text
    assert len(names(page)) == 3
    assert page.index("12/12") < page.index("9/9")
    assert "bán kính 300 m, ít nhất 8 vụ" in page
    assert "mọi vụ việc đến 14/06/2026" in page
    assert 'href="/runs/new"' in page


def test_a_province_sees_its_own_and_not_what_the_nation_left_out(signed_in: SignIn) -> None:
    client = signed_in("province")
    page = client.get("/clusters").text
    (own,) = names(page)
    assert "9/9" in page
    assert "Để ngoài" not in page
    assert "/runs/new" not in page
    assert client.get(f"/clusters/{own}").status_code == 200
    others = set(names(signed_in("planner").get("/clusters").text)) - {own}
    assert [client.get(f"/clusters/{name}").status_code for name in others] == [404, 404]


def test_the_list_is_cut_by_flag_and_province_and_ordered(signed_in: SignIn) -> None:
    client = signed_in("planner")
    assert len(names(client.get("/clusters?province=66").text)) == 1
    assert len(names(client.get("/clusters?flag=unrecorded&sort=change").text)) == 2
    assert len(names(client.get("/clusters?sort=border").text)) == 3
    assert "Không có cụm nào khớp bộ lọc" in client.get("/clusters?flag=shifted").text
    assert client.get("/clusters?sort=colour").status_code == 400


def test_the_page_of_a_cluster_shows_its_records_and_its_life(
    analysed: Database, signed_in: SignIn
) -> None:
    client = signed_in("planner")
    first = names(client.get("/clusters").text)[0]
    page = client.get(f"/clusters/{first}").text
    assert page.count('data-label="Số hồ sơ"') == 12
    assert page.count('class="case"') == 12
    assert "mới xuất hiện" in page
    assert "12 vụ trong" in page
    assert 'class="hull" d="M' in page
    analyse(analysed, LOCAL_OPERATOR, as_of=TODAY, at=NOW)
    assert "tiếp tục từ lần phân tích trước" in client.get(f"/clusters/{first}").text
    assert client.get("/clusters/C-999999").status_code == 404


def test_a_cluster_that_a_later_run_lost_is_still_told_of(
    analysed: Database, signed_in: SignIn
) -> None:
    client = signed_in("planner")
    last = names(client.get("/clusters").text)[-1]
    analyse(analysed, LOCAL_OPERATOR, as_of=TODAY, at=NOW, min_samples=10)
    assert last not in client.get("/clusters").text
    assert "không còn cụm này" in client.get(f"/clusters/{last}").text


def test_only_writers_of_the_nation_may_start_a_run(signed_in: SignIn) -> None:
    assert signed_in("planner").get("/runs/new").status_code == 200
    for name in ("province", "commune", "analyst"):
        assert signed_in(name).get("/runs/new").status_code == 403
    assert signed_in("analyst").get("/runs").status_code == 200
    assert signed_in("commune").get("/runs").status_code == 403
    assert signed_in("commune").get("/clusters").status_code == 200


def post(client: FlaskClient, address: str, **form: str) -> str:
    token = csrf_token(client.get("/runs/new").text)
    answer = client.post(address, data={"csrf_token": token, **form}, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return answer.text


def test_the_form_runs_what_it_says(signed_in: SignIn) -> None:
    client = signed_in("planner")
    form = {"as_of": "2026-06-14", "eps_m": "250,0", "min_samples": "10"}
    page = post(client, "/runs", window="90", eps_days="30", **form)
    assert "Đã phân tích xong lần" in page
    assert "bán kính 250 m, ít nhất 10 vụ, cách nhau không quá 30 ngày" in page.replace(
        "251", "250"
    )
    assert "từ 17/03/2026 đến 14/06/2026" in page
    assert len(names(page)) == 1
    page = post(client, "/runs", window="period", **form)
    assert "từ 15/12/2025 đến 14/06/2026" in page


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"as_of": "2026-06-15"}, "ở tương lai"),
        ({"window": "custom"}, "cần «Từ ngày»"),
        ({"window": "custom", "since": "2026-06-14", "as_of": "2026-06-01"}, "không có ngày nào"),
    ],
)
def test_what_cannot_be_run_is_told_on_the_form(
    signed_in: SignIn, form: dict[str, str], told: str
) -> None:
    page = post(signed_in("planner"), "/runs", **form)
    assert told in page
    assert 'id="analysis"' in page


@pytest.mark.parametrize("query", ["eps_m=x", "eps_m=-3", "min_samples=0", "window=week"])
def test_a_bad_parameter_is_named(signed_in: SignIn, query: str) -> None:
    assert signed_in("planner").get(f"/runs/new?{query}").status_code == 400


def test_the_form_shows_the_curve_and_what_each_radius_gives(signed_in: SignIn) -> None:
    page = signed_in("planner").get("/runs/new?eps_m=200").text
    assert 'class="curve" d="M' in page
    assert "style=" not in page
    assert re.search(
        r'<tr class="chosen"><td class="number">200 m</td><td class="number">3</td>', page
    )


def test_repeating_a_run_gives_the_same_labels(signed_in: SignIn) -> None:
    client = signed_in("planner")
    run = re.search(r'action="/runs/(\d+)/repeat"', client.get("/runs").text)
    assert run is not None
    page = post(client, f"/runs/{run[1]}/repeat")
    assert "đúng các nhãn đã lưu" in page
    assert "đã thay đổi" not in page


def test_change_is_told_with_its_interval() -> None:
    up = CountChange(2, 20, 90, 10.0, 2.4, 88.0)
    assert change_direction(up) == "up"
    assert change_in_words(up).endswith("(từ 2,4 đến 88,0 lần, độ tin cậy 95 %); tăng rõ")
    assert change_direction(CountChange(20, 2, 90, 0.1, 0.01, 0.4)) == "down"
    none_before = CountChange(0, 4, 90, None, 0.7, None)
    assert "từ 0,7 không giới hạn trên" in change_in_words(none_before)
    assert change_in_words(CountChange(0, 0, 90, None, 0.0, None)).endswith("trước đó")


def test_no_curve_is_drawn_of_nothing() -> None:
    from geo.parameters import k_distance_curve

    assert k_distance_plot(k_distance_curve([], []), 300) is None


def test_a_trial_is_shown_apart_and_never_in_place_of_the_official_run(
    signed_in: SignIn,
) -> None:
    client = signed_in("planner")
    form = {"as_of": "2026-06-14", "eps_m": "250", "min_samples": "10", "trial": "1"}
    page = post(client, "/runs", window="all", **form)
    assert "Đã chạy thử xong lần" in page
    assert "Đang xem lần chạy thử" in page
    listed = client.get("/clusters").text
    assert "bán kính 300 m, ít nhất 8 vụ" in listed
    assert "Đang xem lần" not in listed
    table = client.get("/runs").text
    assert table.count("chạy thử</span>") == table.count("trên bản đồ</span>") == 1


def test_below_the_nation_nobody_learns_how_many_records_it_has(signed_in: SignIn) -> None:
    assert "Tham gia</dt>" in signed_in("planner").get("/clusters").text
    for name in ("province", "commune"):
        assert "Tham gia</dt>" not in signed_in(name).get("/clusters").text


def test_engines_are_named_in_words(signed_in: SignIn) -> None:
    client = signed_in("planner")
    assert "cách tính: DBSCAN (scikit-learn)" in client.get("/clusters").text
    page = post(client, "/runs", as_of="2026-06-14", eps_days="30")
    assert "cách tính: ST-DBSCAN" in page
    assert set(ENGINE_NAMES) >= {*ENGINES, STRIPS, BOXES} - {AUTO}


def test_a_cluster_of_former_times_has_no_page_to_link_to(
    seeded_database: Database, signed_in: SignIn
) -> None:
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        session.execute(clusters_table.update().values(stable_id=""))
    page = signed_in("planner").get("/clusters").text
    assert 'href="/clusters/"' not in page
    assert "chưa có mã" in page


def many(n: int) -> list[Cluster]:
    square = shapely.to_wkb(shapely.box(107.8, 14.6, 107.9, 14.7))
    return [
        Cluster(i, n - i, 107.85, 14.65, square, None, None, stable_id=f"C-{i + 1:06d}")
        for i in range(n)
    ]


def test_a_long_list_is_shown_page_by_page(analysed: Database, signed_in: SignIn) -> None:
    with unit_of_work(analysed, LOCAL_OPERATOR) as session:
        latest = runs.latest_run(session, LOCAL_OPERATOR)
        assert latest is not None
        values = {f.name: getattr(latest, f.name) for f in dataclasses.fields(runs.NewRun)}
        runs.store_run(session, LOCAL_OPERATOR, runs.NewRun(**values), many(PAGE_LINES + 3))
    planner = signed_in("planner")

    first = planner.get("/clusters?sort=n").text
    second = planner.get("/clusters?page=2").text
    beyond = planner.get("/clusters?page=99").text

    assert names(first) == [f"C-{i:06d}" for i in range(1, PAGE_LINES + 1)]
    assert 'rel="next" href="/clusters?page=2"' in first
    assert "Trang 2 / 2" in second
    assert names(second) == names(beyond) == ["C-000101", "C-000102", "C-000103"]
    assert 'rel="prev" href="/clusters"' in second
