"""Fixed cells on pages, as JSON and as a file: the only counts outside an account's area."""

from __future__ import annotations

import pytest

from tests.webapp.conftest import SignIn

CELLS = "/api/cells?province=51&period=2025"


def test_another_area_is_told_in_fixed_cells(signed_in: SignIn) -> None:
    page = signed_in("province").get("/provinces/51?period=2025").text

    assert "Số vụ theo ô cố định, năm đánh giá 2025" in page
    assert "&lt;5" in page
    assert "bộ lọc và ngày biết khác không áp dụng" in page


def test_the_page_of_a_commune_elsewhere_shows_its_own_line(signed_in: SignIn) -> None:
    page = signed_in("commune").get("/communes/24133?period=2025").text

    assert page.count('<tr><th scope="row"><a href="/communes/24133?period=2025">') == 1
    assert "Cộng các xã" not in page


def test_ones_own_area_is_told_in_full(signed_in: SignIn) -> None:
    assert "ô cố định" not in signed_in("province").get("/provinces/66?period=2025").text
    assert "ô cố định" not in signed_in("commune").get("/communes/23401?period=2025").text


def test_a_period_that_runs_has_no_cells_yet(signed_in: SignIn) -> None:
    page = signed_in("province").get("/provinces/51?period=2026").text

    assert "chưa kết thúc nên chưa có ô nào" in page


def test_every_account_is_given_the_same_cells(signed_in: SignIn) -> None:
    answers = {signed_in(name).get(CELLS).text for name in ("commune", "province", "planner")}

    assert len(answers) == 1
    cells = signed_in("commune").get(CELLS).get_json()
    assert cells["period"] == "2025"
    assert {"commune_code": "23401", "side": "supply", "cases": None, "shown": "few"} in cells[
        "cells"
    ]
    assert cells["totals"] == {"supply": None, "demand": None}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("province=51&period=2025&kind=trading", "kind"),
        ("province=51&period=2025&from=2025-01-01", "from"),
        ("province=51&period=2025H2", "period"),
        ("province=51&period=2025Q1", "period"),
        ("province=51&period=2026H1", "period"),
        ("province=51", "period"),
        ("period=2025", "province"),
    ],
)
def test_no_other_filter_is_taken(signed_in: SignIn, query: str, parameter: str) -> None:
    answer = signed_in("commune").get(f"/api/cells?{query}")

    assert (answer.status_code, answer.get_json()["parameter"]) == (400, parameter)


def test_the_file_ends_with_the_sums(signed_in: SignIn) -> None:
    answer = signed_in("commune").get("/provinces/51/cells.csv?period=2025")
    rows = answer.get_data(as_text=True).splitlines()

    assert rows[1].startswith("Mã xã,Tên xã,Giảm cung 15/12/2024 – 14/06/2025 (số vụ)")
    assert rows[-1] == ",Cộng,…,…,…,…"
    assert "23377,Xã Đắk Pék,<5,<5,<5,<5" in rows
