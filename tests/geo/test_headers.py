"""Headers: found under titles, joined over rows, understood however written."""

from __future__ import annotations

import pytest

from geo.headers import field_names, find_header, missing_columns
from geo.terms import Layer


def _columns(*rows: list[object], layer: Layer = Layer.INCIDENTS, mapping=None) -> dict[str, int]:
    header = find_header(rows, layer, mapping)
    assert header is not None
    return dict(header.columns)


def test_a_two_row_header_under_merged_titles_is_joined():
    rows = [
        ["CÔNG AN TỈNH", "", "", "", "", "", ""],
        ["DANH SÁCH VỤ VIỆC, ĐỐI TƯỢNG MA TÚY", "", "", "", "", "", ""],
        ["", "", "", "", "", "", ""],
        ["Số hồ sơ", "Ngày xảy ra", "Hành vi", "Tọa độ", "", "Tang vật", ""],
        ["", "", "", "Vĩ độ", "Kinh độ", "Loại", "Khối lượng"],
        ["A", "1/2/2024", "mua bán", 12.6, 108.2, "heroin", 3.0],
    ]
    header = find_header(rows, Layer.INCIDENTS)
    assert header is not None
    assert (header.first, header.depth) == (3, 2)
    assert header.labels[4:6] == ("Tọa độ / Kinh độ", "Tang vật / Loại")
    assert list(header.columns) == [
        *("ref", "occurred_on", "kind", "lat", "lon", "substance", "quantity")
    ]


def test_a_title_that_speaks_of_persons_does_not_taint_the_columns():
    rows = [["DANH SÁCH ĐỐI TƯỢNG", "", ""], ["Ngày", "Hành vi", "Địa điểm"]]
    header = find_header(rows, Layer.INCIDENTS)
    assert header is not None
    assert (header.first, header.dropped) == (1, ())


@pytest.mark.parametrize(
    "headings",
    [
        ["NGÀY XẢY RA", "hành vi", "Số  đối tượng", "Đơn vị phát hiện"],
        ["ngay xay ra", "HANH VI", "so doi tuong", "DON VI PHAT HIEN"],
        ["Ngày xảy ra:", "Hành-vi", "Số đối\ntượng", "Đơn vị phát hiện (1)"],
        ["Ngày xảy ra (dd/mm/yyyy)", "Hành vi vi phạm", "Số đối tượng bị bắt", "Lực lượng"],
        ["occurred_on", "kind", "offenders", "detected_by"],
    ],
)
def test_headings_are_compared_without_their_dress(headings):
    assert list(_columns(headings)) == ["occurred_on", "kind", "offenders", "detected_by"]


@pytest.mark.parametrize("layer", list(Layer))
def test_exported_field_names_come_back(layer):
    names = list(field_names(layer))
    assert list(_columns(names, layer=layer)) == names


def test_persons_are_dropped_and_strangers_ignored():
    header = find_header(
        [["STT", "Ngày", "Hành vi", "Họ tên", "Năm sinh", "Địa chỉ", "Địa điểm", "Ghi chú"]],
        Layer.INCIDENTS,
    )
    assert header is not None
    assert [header.labels[j] for j in header.dropped] == ["Họ tên", "Năm sinh", "Địa chỉ"]
    assert [header.labels[j] for j in header.ignored] == ["STT", "Ghi chú"]


def test_columns_under_a_person_group_are_dropped_but_their_count_is_kept():
    rows = [
        ["Ngày", "Hành vi", "Đối tượng", "", "", "Địa điểm"],
        ["", "", "Số lượng", "Tên", "Địa chỉ", ""],
    ]
    header = find_header(rows, Layer.INCIDENTS)
    assert header is not None
    assert (header.columns["offenders"], header.columns["address_text"]) == (2, 5)
    assert header.dropped == (3, 4)


def test_a_name_is_a_person_among_incidents_and_a_place_among_hotspots():
    incidents = find_header([["Tên", "Ngày", "Hành vi"]], Layer.INCIDENTS)
    assert incidents is not None
    assert incidents.dropped == (0,)
    assert _columns(["Tên", "Loại", "Ngày phát hiện"], layer=Layer.HOTSPOTS)["name"] == 0


def test_one_column_a_substance():
    rows = [["Ngày", "Hành vi", "Tang vật", ""], ["", "", "Heroin (g)", "MTTH (viên)"]]
    assert list(_columns(*rows))[2:] == ["seized:heroin:g", "seized:synthetic:vien"]


def test_mapping_overrides_what_would_be_understood():
    row = ["Ngày lập", "Ngày nổ ra", "Hành vi"]
    assert _columns(row, mapping={"occurred_on": "ngay no ra"})["occurred_on"] == 1


def test_the_stronger_of_two_claims_wins():
    assert _columns(["Ngày lập", "Ngày xảy ra", "Hành vi"])["occurred_on"] == 1


def test_rows_of_data_are_no_header():
    assert find_header([["A-1", "1/2/2024", "mua bán", 12.5]], Layer.INCIDENTS) is None


def test_missing_columns_are_named():
    header = find_header([["Hành vi", "Địa điểm"]], Layer.INCIDENTS)
    assert header is not None
    assert missing_columns(header, Layer.INCIDENTS) == ["Ngày xảy ra"]


def test_no_heading_stands_for_two_fields():
    from geo.headings import SYNONYMS

    for layer, fields in SYNONYMS.items():
        words = [word for text in fields.values() for word in text.split()]
        twice = {word for word in words if words.count(word) > 1}
        assert not twice, (layer, twice)
        assert all(word.isascii() and word.isalnum() for word in words), layer


@pytest.mark.parametrize("heading", ["Người bị bắt", "Người phạm tội", "Bị can", "Bị cáo"])
def test_people_or_counts_may_be_counts_of_incidents_and_are_people_elsewhere(heading):
    assert _columns(["Ngày", "Hành vi", heading])["offenders"] == 2
    spots = find_header([["Tên", "Loại", "Ngày phát hiện", heading]], Layer.HOTSPOTS)
    assert spots is not None
    assert spots.dropped == (3,)


def test_addicts_are_counted_among_indicators_and_named_elsewhere():
    assert _columns(["Mã xã", "Người nghiện"], layer=Layer.INDICATORS)["dependents"] == 1
    incidents = find_header([["Ngày", "Hành vi", "Người nghiện"]], Layer.INCIDENTS)
    assert incidents is not None
    assert incidents.dropped == (2,)
