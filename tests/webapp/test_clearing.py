"""Did clearing work: place, ring and the rest of the province, on the page of a hotspot."""

from __future__ import annotations

import re
from datetime import date, timedelta
from itertools import pairwise

import pytest
from flask.testing import FlaskClient

from geo.displacement import Counts, Verdict
from geo.records import Incident
from models import incidents
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models import specimens
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import point
from tests.webapp.test_hotspots import CLEARED, LAT, an_incident, keep, send
from tests.webapp.test_pages import text_of
from webapp.services.clearing import ClearingReport, draw_months, report_clearing


@pytest.fixture
def planner(signed_in: SignIn) -> FlaskClient:
    return signed_in("planner")


def many(first: date, n: int, lat: float, start: int, days: int = 100) -> list[Incident]:
    step = days / n
    return [
        an_incident(start + i, first + timedelta(days=int(i * step)), lat=lat) for i in range(n)
    ]


def test_the_page_holds_the_time_after_a_clearing_against_the_time_before(
    planner: FlaskClient, seeded_database: Database
) -> None:
    before, after = date(2025, 10, 1), date(2026, 2, 5)
    keep(
        seeded_database,
        *many(before, 20, LAT, 100),
        *many(after, 3, LAT, 200),
        *many(before, 4, LAT + 0.005, 300),
        *many(after, 14, LAT + 0.005, 400),
        *many(before, 40, LAT - 0.05, 500),
        *many(after, 40, LAT - 0.05, 600),
        an_incident(700, date(2026, 6, 14), lat=LAT - 0.05),
    )
    page = text_of(planner.get(CLEARED).text)
    assert "Triệt xóa có hiệu quả không?" in page
    assert re.search(r"Tại điểm, trong 300 m 20 3 0,15 \(0,03 – 0,51\)", page), page
    assert re.search(r"Vành quanh, 300 – 900 m 4 14", page)
    assert "Chỉ số dịch chuyển (WDQ) -0,41" in page
    assert "133 ngày trước" in page


def test_months_stand_side_by_side_and_lose_no_incident() -> None:
    days = [date(2025, 2, 1), date(2025, 2, 28), date(2025, 4, 15), date(2026, 1, 31)]
    drawn = draw_months(days, date(2025, 2, 1), date(2026, 2, 3), date(2025, 4, 15), None)
    bars = drawn.bars
    assert [bar.month for bar in bars[:3]] == [date(2025, m, 1) for m in (2, 3, 4)]
    assert len(bars) == 13
    assert sum(bar.n for bar in bars) == len(days)
    assert all(a.x + a.width <= b.x for a, b in pairwise(bars))
    assert all(round(bar.y + bar.height, 1) == drawn.base for bar in bars)
    assert bars[2].x < drawn.cleared_x < bars[3].x
    assert [bar.after for bar in bars[:4]] == [False, False, False, True]
    assert bars[0].height == 2 * bars[2].height > 0


def test_too_few_records_say_so(planner: FlaskClient) -> None:
    page = text_of(planner.get(CLEARED).text)
    assert "chưa đủ để kết luận" in page


def test_the_clearing_to_judge_can_be_chosen(
    planner: FlaskClient, seeded_database: Database
) -> None:
    send(planner, "/hotspots/events", seeded_database, type="re_emerged", on="2026-03-01")
    send(planner, "/hotspots/events", seeded_database, type="cleared", on="2026-04-01")
    page = planner.get(CLEARED).text
    assert "Triệt xóa ngày <strong>01/04/2026</strong>" in page
    assert "clearing=2026-02-01#clearing" in page
    assert "Triệt xóa ngày <strong>01/02/2026" in planner.get(f"{CLEARED}?clearing=2026-02-01").text


def test_an_officer_of_one_commune_is_told_why_nothing_is_computed(signed_in: SignIn) -> None:
    page = text_of(signed_in("commune").get(CLEARED).text)
    assert "Chỉ tính được với tài khoản thấy vụ việc của cả tỉnh." in page


# --- the ring


BEFORE, CLEARED_ON, AFTER = date(2025, 10, 1), date(2026, 2, 1), date(2026, 2, 5)
TODAY = date(2026, 6, 14)
BY_THE_LINE = point(107.75, 14.602, "23377", "51")
"""222 m north of the line between the provinces."""


def around_the_line(database: Database) -> None:
    """In the place 20 → 3, in the ring beyond the line 4 → 14; far off on either side 40 → 40."""
    told = [
        *(("23377", "51", 14.602, 20, 3), ("24163", "66", 14.597, 4, 14)),
        *(("23377", "51", 14.68, 40, 40), ("24163", "66", 14.52, 100, 5)),
    ]
    records = []
    for code, province, lat, n_before, n_after in told:
        for day in [BEFORE] * n_before + [AFTER] * n_after:
            place = point(107.75, lat, code, province)
            ref = f"L-{len(records)}"
            day_i = day + timedelta(days=len(records) % 100)
            given = {"occurred_on": day_i, "placement": place, "seizures": ()}
            records.append(specimens.an_incident(ref, **given))
    last = {"occurred_on": TODAY, "placement": point(107.75, 14.68, "23377", "51")}
    records.append(specimens.an_incident("last", **last, seizures=()))
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        incidents.add_incidents(session, LOCAL_OPERATOR, records, 1)


def reported(database: Database, viewer: Viewer) -> ClearingReport:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        report = report_clearing(
            *(session, viewer, BY_THE_LINE, [CLEARED_ON]), chosen=None, day=TODAY
        )
    assert report is not None
    return report


def test_the_ring_goes_on_beyond_the_line_of_the_province_and_the_control_does_not(
    seeded_database: Database,
) -> None:
    around_the_line(seeded_database)
    report = reported(seeded_database, LOCAL_OPERATOR)
    assert report.evaluation is not None
    assert (report.evaluation.place, report.evaluation.ring) == (Counts(20, 3), Counts(4, 14))
    assert min(report.evaluation.control.before, report.evaluation.control.after) >= 40
    assert report.evaluation.control.before < 60
    assert report.evaluation.verdict is Verdict.DISPLACEMENT
    assert not report.ring_is_cut


def test_an_account_that_sees_one_province_is_told_that_its_ring_is_cut(
    seeded_database: Database,
) -> None:
    around_the_line(seeded_database)
    report = reported(seeded_database, Viewer("tinh", Role.PLANNER, Scope.provinces("51")))
    assert report.ring_is_cut
    assert report.evaluation is not None
    assert report.evaluation.ring == Counts(0, 0)
    assert report.evaluation.verdict is Verdict.RING_TOO_FEW
    both = reported(seeded_database, Viewer("vung", Role.PLANNER, Scope.provinces("51", "66")))
    assert not both.ring_is_cut


def test_where_hardly_anything_lies_around_nothing_is_said_of_displacement(
    planner: FlaskClient, seeded_database: Database
) -> None:
    keep(
        seeded_database,
        *many(BEFORE, 20, LAT, 100),
        *many(AFTER, 3, LAT, 200),
        *many(BEFORE, 40, LAT - 0.05, 500),
        *many(AFTER, 40, LAT - 0.05, 600),
        an_incident(700, TODAY, lat=LAT - 0.05),
    )
    page = text_of(planner.get(CLEARED).text)
    assert "vùng quanh quá ít vụ để nói về dịch chuyển" in page
    assert "không nêu, vì vùng quanh quá ít vụ" in page
    assert "không dịch chuyển" not in page


def test_what_may_be_chance_around_is_called_weak(
    planner: FlaskClient, seeded_database: Database
) -> None:
    keep(
        seeded_database,
        *many(BEFORE, 20, LAT, 100),
        *many(AFTER, 3, LAT, 200),
        *many(BEFORE, 5, LAT + 0.005, 300),
        *many(AFTER, 7, LAT + 0.005, 400),
        *many(BEFORE, 40, LAT - 0.05, 500),
        *many(AFTER, 40, LAT - 0.05, 600),
        an_incident(700, TODAY, lat=LAT - 0.05),
    )
    assert "chỉ là dấu hiệu yếu" in text_of(planner.get(CLEARED).text)
