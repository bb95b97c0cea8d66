"""The planner's map on paper, asked for as a reader does and opened as a reader would."""

from __future__ import annotations

import struct
from collections.abc import Callable

import pypdfium2
import pytest
from flask.testing import FlaskClient

from models import audit
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from webapp.views.map_print import SHEETS

SignIn = Callable[[str], FlaskClient]

VIEW = "province=51&from=2025-12-15&to=2026-06-14&off=hotspots.delisted"
MM = 25.4 / 72


def sheet(client: FlaskClient, query: str = VIEW) -> pypdfium2.PdfDocument:
    answer = client.get(f"/map/print.pdf?{query}")
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Cache-Control"] == "private, no-store"
    return pypdfium2.PdfDocument(answer.data)


def text_of(client: FlaskClient, query: str = VIEW) -> str:
    return " ".join(sheet(client, query)[0].get_textpage().get_text_range().split())


@pytest.mark.parametrize(("size", "width", "height"), [("a4", 297, 210), ("a3", 420, 297)])
def test_a_sheet_is_one_page_in_landscape(
    signed_in: SignIn, size: str, width: int, height: int
) -> None:
    document = sheet(signed_in("planner"), f"{VIEW}&size={size}")

    assert len(document) == 1
    assert [round(side * MM) for side in document[0].get_size()] == [width, height]


def test_a_sheet_says_what_it_shows_where_it_is_from_and_when_it_was_made(
    signed_in: SignIn,
) -> None:
    text = text_of(signed_in("planner"))
    for words in (
        *("Bản đồ địa bàn về ma túy – tỉnh Quảng Ngãi", "Vụ việc từ 15/12/2025 đến 14/06/2026"),
        *("DỮ LIỆU MÔ PHỎNG", "RANH GIỚI GẦN ĐÚNG", "Nguồn ranh giới: Bản đồ thử (2026)"),
        *("Lập lúc 14/06/2026 10:00", "Tỷ lệ khoảng 1:", " km", "QĐ. Hoàng Sa", "QĐ. Trường Sa"),
        *("Đang hoạt động", "Tái phức tạp", "Cụm quanh điểm đã có hồ sơ", "Không ma túy"),
        *("Đường biên giới trên bộ", "Hành lang biên giới 10 km", "Cửa khẩu (vị trí gần đúng)"),
        *("Đắk Tô", "Kon Tum", "Đắk Lắk", "11 vụ việc"),
    ):
        assert words in text, words


def test_a_layer_that_is_off_is_neither_drawn_nor_told(signed_in: SignIn) -> None:
    off = "off=border,band,gates,labels,incidents,class.unknown,hotspots.active,clusters.known"
    text = text_of(signed_in("planner"), f"province=51&from=2025-12-15&to=2026-06-14&{off}")
    for words in (
        *("Đường biên giới", "Hành lang biên giới", "Cửa khẩu", "Đắk Tô", "Chưa xác định được"),
        *("Đang hoạt động", "Cụm quanh điểm"),
    ):
        assert words not in text, words
    assert "Tái phức tạp" in text


def test_filters_are_told_and_obeyed(signed_in: SignIn) -> None:
    text = text_of(signed_in("planner"), f"{VIEW}&kind=possession&side=demand")

    assert "Đang lọc theo hành vi: tàng trữ; nhóm: " in text
    assert "0 vụ việc" in text
    assert "Tính trên mọi loại vụ việc, không theo phần lọc." in text


def test_many_filters_stand_in_the_column(signed_in: SignIn) -> None:
    kinds = "possession,transport,trading,use,production,precursors,equipment,harbouring_use"
    text = text_of(signed_in("planner"), f"{VIEW}&kind={kinds}&detected=province,commune")

    assert "Đang lọc theo hành vi: sản xuất, tàng trữ, vận chuyển, mua bán" in text
    assert text.index("Số liệu tỉnh") < text.index("Đang lọc theo")


def test_the_frame_counts_what_lies_in_it(signed_in: SignIn) -> None:
    client = signed_in("planner")
    near = text_of(client, f"{VIEW}&bbox=107.63,14.63,107.66,14.66")
    away = text_of(client, f"{VIEW}&bbox=108.10,14.63,108.19,14.69")

    assert "Vụ việc 10" in near
    assert "Vụ việc 0" in away


def test_the_figures_are_of_the_frame_where_it_shows_a_part(signed_in: SignIn) -> None:
    client = signed_in("planner")
    days = "15/12/2025 – 14/06/2026"
    away = text_of(client, f"{VIEW}&bbox=108.10,14.63,108.19,14.69")
    whole = text_of(client, f"{VIEW}&bbox=105.0,12.0,111.0,17.0")

    assert f"Số liệu trong khung bản đồ, {days} 0 vụ việc" in away
    assert f"Số liệu tỉnh Quảng Ngãi, {days} 11 vụ việc" in whole
    assert f"Số liệu tỉnh Quảng Ngãi, {days} 11 vụ việc" in text_of(
        client, f"{VIEW}&bbox=108.10,14.63,108.19,14.69&figures=area"
    )


def test_a_link_that_names_its_middle_alone_is_shown(signed_in: SignIn) -> None:
    assert "Đắk Tô" in text_of(signed_in("planner"), f"{VIEW}&at=14.65,107.65,12&pick=c:23401")


def test_the_nation_shows_both_archipelagos_in_their_place(signed_in: SignIn) -> None:
    text = text_of(signed_in("planner"), "province=&from=2025-12-15&to=2026-06-14")

    assert "Quần đảo Hoàng Sa" in text
    assert "Quần đảo Trường Sa" in text
    assert "toàn quốc" in text


def test_nobody_prints_more_than_the_account_may_see(signed_in: SignIn) -> None:
    text = text_of(signed_in("province"), "province=&from=2025-12-15&to=2026-06-14")

    assert "chỉ trong phạm vi tài khoản: Tỉnh Đắk Lắk" in text
    assert "1 vụ việc" in text
    assert "11 vụ việc" not in text


def test_a_difference_is_printed_as_one(signed_in: SignIn) -> None:
    text = text_of(signed_in("planner"), f"{VIEW}&cmp=diff&base=year")
    for words in (
        *("So với 15/12/2024 – 14/06/2025: 1 → 11 vụ", "Chênh lệch số vụ theo xã", "Tăng từ 5 vụ"),
        *("Gạch chéo: chưa đủ để kết luận", "Tái phức tạp trong kỳ", "khoảng tin cậy 95 %"),
    ):
        assert words in text, words
    assert "Trọng điểm loại I" not in text
    assert "Số vụ chỉ biết đến cấp xã" not in text


def test_a_comparison_of_another_kind_is_refused(signed_in: SignIn) -> None:
    assert signed_in("planner").get(f"/map/print.pdf?{VIEW}&cmp=x").status_code == 400


def test_a_picture_has_two_hundred_pixels_to_the_inch(signed_in: SignIn) -> None:
    answer = signed_in("planner").get(f"/map/print.png?{VIEW}")
    size = struct.unpack(">II", answer.data[16:24])  # of the header IHDR

    assert answer.mimetype == "image/png"
    assert size == (2339, 1654)
    assert 'filename="ban-do-51-20260614-a4.png"' in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "query",
    ["size=a5", "bbox=1,2,3", "at=91,0,5", "at=nan,1,2", "from=2026-13-01", "kind=x", "at=1,2"],
)
def test_a_parameter_that_cannot_be_used_is_named(signed_in: SignIn, query: str) -> None:
    answer = signed_in("planner").get(f"/map/print.pdf?{query}")

    assert answer.status_code == 400
    assert query.split("=", maxsplit=1)[0] in answer.text


@pytest.mark.parametrize("box", ["0,0,0,0", "-360,-360,360,360", "107.65,14.65,107.65,14.65"])
def test_any_box_gives_a_sheet(signed_in: SignIn, box: str) -> None:
    assert len(sheet(signed_in("planner"), f"{VIEW}&bbox={box}")) == 1


def test_a_province_that_is_not_on_the_map_is_not_found(signed_in: SignIn) -> None:
    assert signed_in("planner").get("/map/print.pdf?province=99").status_code == 404


def test_a_visitor_is_sent_to_sign_in(visitor: FlaskClient) -> None:
    assert visitor.get("/map/print.pdf").status_code == 302


def test_a_sheet_is_written_down(signed_in: SignIn, seeded_database: Database) -> None:
    sheet(signed_in("planner"))
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        found = audit.list_events(session, LOCAL_OPERATOR, action="map_sheet")

    assert [(row.actor, row.object, row.detail["paper"]) for row in found] == [
        ("planner", "51", "a4")
    ]


def test_an_account_has_one_sheet_made_at_a_time(signed_in: SignIn) -> None:
    client, other = signed_in("planner"), signed_in("analyst")
    with SHEETS.held("planner"):
        refused = [client.get(f"/map/print.{suffix}?{VIEW}") for suffix in ("pdf", "png")]
        assert other.get(f"/map/print.pdf?{VIEW}").status_code == 200

    for answer in refused:
        assert answer.status_code == 429
        assert answer.headers["Retry-After"] == "5"
        assert "Bản in hoặc tệp trước của tài khoản này chưa làm xong." in answer.text
    assert client.get(f"/map/print.pdf?{VIEW}").status_code == 200


def test_a_sheet_that_fails_leaves_the_place_free(signed_in: SignIn) -> None:
    client = signed_in("planner")

    assert client.get("/map/print.pdf?province=99").status_code == 404
    assert client.get(f"/map/print.pdf?{VIEW}").status_code == 200
