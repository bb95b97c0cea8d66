"""Cells: what clerks type becomes typed values, or a reason."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.cells import (
    UnreadableCellError,
    parse_commune_code,
    parse_count,
    parse_date,
    parse_flag,
    parse_number,
)
from geo.seizures import read_seizures, substance_of
from geo.terms import DatePrecision, DetectedBy, IncidentKind, SeizureUnit, Substance
from geo.words import parse_detected_by, parse_hotspot_kind, parse_kind, parse_status

TODAY = date(2026, 6, 14)
DAYS = st.dates(date(1990, 1, 1), TODAY)


@pytest.mark.parametrize(
    "typed",
    [
        date(2024, 3, 5),
        datetime.combine(date(2024, 3, 5), time(14, 30)),
        45356.0,
        45356,
        "45356",
        "05/03/2024",
        "5/3/24",
        "5.3.2024",
        "05-03-2024",
        "2024-03-05",
        "2024-03-05 00:00:00",
        "2024-03-05T07:00:00+07:00",
        "20240305",
        " ngày 05 tháng 03 năm 2024 ",
        "14h30 ngày 05/03/2024",
        "05/03/2024 14:30",
    ],
)
def test_every_way_to_write_a_day_is_that_day(typed):
    found = parse_date(typed, today=TODAY)
    assert found is not None
    assert (found.on, found.precision) == (date(2024, 3, 5), DatePrecision.DAY)


@pytest.mark.parametrize(
    ("typed", "on", "precision"),
    [
        ("06/2025", date(2025, 6, 1), DatePrecision.MONTH),
        ("T6/2025", date(2025, 6, 1), DatePrecision.MONTH),
        ("tháng 6 năm 2025", date(2025, 6, 1), DatePrecision.MONTH),
        ("2025-06", date(2025, 6, 1), DatePrecision.MONTH),
        ("2025", date(2025, 1, 1), DatePrecision.YEAR),
        (2025.0, date(2025, 1, 1), DatePrecision.YEAR),
        ("năm 2025", date(2025, 1, 1), DatePrecision.YEAR),
    ],
)
def test_month_and_year_keep_their_precision(typed, on, precision):
    found = parse_date(typed, today=TODAY)
    assert found is not None
    assert (found.on, found.precision) == (on, precision)


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("31/02/2025", "không có thật"),
        ("03/31/2025", "không có thật"),
        ("15/06/2026", "tương lai"),
        (date(2062, 1, 1), "tương lai"),
        ("31/12/1989", "1990"),
        ("01/01/0001", "1990"),
        ("01/01/0025", "1990"),
        ("0001-01-01", "1990"),
        ("01/0025", "1990"),
        ("01/01/0000", "không có thật"),
        ("quý II/2025", "không đọc được"),
        ("Cộng", "không đọc được"),
        (float("inf"), "không phải ngày"),
        (1e300, "không phải ngày"),
        (True, "không phải ngày"),
    ],
)
def test_impossible_future_and_ancient_dates_are_refused_with_the_reason(typed, reason):
    with pytest.raises(UnreadableCellError, match=reason):
        parse_date(typed, today=TODAY)


@given(DAYS, st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%Y-%m-%d", "%d.%m.%y"]))
def test_a_day_written_in_any_house_style_comes_back(day, style):
    found = parse_date(day.strftime(style), today=TODAY)
    assert found is not None
    assert found.on == day


@given(DAYS)
def test_an_excel_serial_number_comes_back(day):
    serial = float((day - date(1899, 12, 30)) / timedelta(days=1))
    found = parse_date(serial, today=TODAY)
    assert found is not None
    assert found.on == day


def _vietnamese(number: float, decimals: int) -> str:
    text = f"{number:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,"))


@given(st.integers(-(10**12), 10**12), st.integers(0, 6))
def test_a_number_with_vietnamese_separators_comes_back(units, decimals):
    number = units / 10**decimals
    assert parse_number(_vietnamese(number, decimals)) == pytest.approx(number, abs=1e-9)


@given(st.one_of(st.text(), st.floats(), st.integers(), st.booleans(), st.none(), st.dates()))
def test_no_cell_whatever_escapes_the_one_error(value):
    for parse in (
        parse_number,
        parse_count,
        parse_flag,
        parse_commune_code,
        parse_kind,
        parse_status,
        parse_hotspot_kind,
        lambda v: parse_date(v, today=TODAY),
        lambda v: read_seizures("heroin", v),
        lambda v: read_seizures(v, 5),
    ):
        try:
            parse(value)
        except UnreadableCellError as error:
            assert str(error)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("1.234,5", 1234.5),
        ("12,5", 12.5),
        ("12.5", 12.5),
        ("1.234", 1234.0),
        ("0.234", 0.234),
        ("1,234.5", 1234.5),
        ("1 234,5", 1234.5),
        ("", None),
        ("–", None),
        (float("nan"), None),
    ],
)
def test_numbers_as_typed(typed, number):
    assert parse_number(typed) == number


def test_a_machine_written_decimal_dot_is_not_a_thousand():
    assert parse_number("1.234", decimal_dot=True) == 1.234


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("02 đối tượng", 2),
        ("3 người", 3),
        ("không", 0),
        ("không rõ", None),
        ("1.200", 1200),
        (2.0, 2),
    ],
)
def test_counts_as_typed(typed, count):
    assert parse_count(typed) == count


@pytest.mark.parametrize("typed", ["-1", -1, "2,5", 1e300, "hai", "2 nam 1 nữ", float("inf")])
def test_what_is_no_count_is_refused(typed):
    with pytest.raises(UnreadableCellError):
        parse_count(typed)


def test_commune_codes_keep_leading_zeros():
    assert [parse_commune_code(v) for v in (103.0, "00103", "103")] == ["00103"] * 3


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("MUA BÁN", IncidentKind.TRADING),
        ("tang tru trai phep chat ma tuy", IncidentKind.POSSESSION),
        ("MBTPCMT", IncidentKind.TRADING),
        ("TTTPCMT", IncidentKind.POSSESSION),
        ("TCSDTPCMT", IncidentKind.ORGANISING_USE),
        ("Tổ chức sử dụng trái phép chất ma túy", IncidentKind.ORGANISING_USE),
        ("Mua bán, tàng trữ", IncidentKind.TRADING),
        ("Mua bán tiền chất", IncidentKind.PRECURSORS),
        ("khoản 1 Điều 249 BLHS", IncidentKind.POSSESSION),
        ("trồng cây có chứa chất ma túy", IncidentKind.CULTIVATION),
        ("mua bán trong trường học", IncidentKind.TRADING),
        *((kind.value, kind) for kind in IncidentKind),
    ],
)
def test_incident_kinds_in_the_words_of_clerks(typed, kind):
    assert parse_kind(typed) is kind


def test_an_unknown_kind_is_refused_with_what_is_accepted():
    with pytest.raises(UnreadableCellError, match="tàng trữ, vận chuyển, mua bán"):
        parse_kind("trộm cắp")


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("CAX Ea Bá", DetectedBy.COMMUNE),
        ("Công an phường Bến Nghé", DetectedBy.COMMUNE),
        ("CA huyện", DetectedBy.DISTRICT),
        ("Công an thị xã Kinh Môn", DetectedBy.DISTRICT),
        ("Công an TP Đà Lạt", DetectedBy.DISTRICT),
        ("Công an TP Hồ Chí Minh", DetectedBy.PROVINCE),
        ("PC04", DetectedBy.PROVINCE),
        ("C04 - Bộ Công an", DetectedBy.MINISTRY),
        ("BĐBP", DetectedBy.BORDER_GUARD),
        ("Đồn Biên phòng Đắk Ruê", DetectedBy.BORDER_GUARD),
        ("Hải quan", DetectedBy.CUSTOMS),
        ("tin báo của quần chúng", DetectedBy.TIP),
        ("Cảnh sát biển", DetectedBy.UNKNOWN),
        ("", DetectedBy.UNKNOWN),
        *((code.value, code) for code in DetectedBy),
    ],
)
def test_who_detected(typed, code):
    assert parse_detected_by(typed) is code


@pytest.mark.parametrize(
    ("typed", "group"),
    [
        ("hê rô in", Substance.HEROIN),
        ("Heroine", Substance.HEROIN),
        ("ma túy đá", Substance.SYNTHETIC),
        ("thuốc lắc", Substance.SYNTHETIC),
        ("cỏ Mỹ", Substance.SYNTHETIC),
        ("MTTH (g)", Substance.SYNTHETIC),
        ("ketamin", Substance.KETAMINE),
        ("CAN SA", Substance.CANNABIS),
        ("nhựa thuốc phiện", Substance.OPIUM),
        ("cocain", Substance.COCAINE),
        ("bóng cười", Substance.OTHER),
        *((group.value, group) for group in Substance),
    ],
)
def test_substance_groups(typed, group):
    assert substance_of(typed) is group


def _amounts(*cells, **options):
    found = read_seizures(*cells, **options).seizures
    return [(s.substance, s.quantity, s.unit) for s in found]


KG, TABLET = SeizureUnit.KG, SeizureUnit.TABLET


@pytest.mark.parametrize(
    ("cells", "amounts"),
    [
        (("heroin", "12,5 g"), [(Substance.HEROIN, 0.0125, KG)]),
        (("heroin", "0,5kg"), [(Substance.HEROIN, 0.5, KG)]),
        (("heroin", "250 mg"), [(Substance.HEROIN, 0.00025, KG)]),
        (("heroin", 2, "kg"), [(Substance.HEROIN, 2.0, KG)]),
        (("MTTH (viên)", 20), [(Substance.SYNTHETIC, 20.0, TABLET)]),
        (("MTTH (viên)", "2,71 g"), [(Substance.SYNTHETIC, 0.00271, KG)]),
        (("cây cần sa", 15), [(Substance.CANNABIS, 15.0, SeizureUnit.PLANT)]),
        (("thuốc phiện", "0,1 ha"), [(Substance.OPIUM, 1000.0, SeizureUnit.M2)]),
        (
            ("heroin; MTTH (viên)", "12,5 g; 20"),
            [(Substance.HEROIN, 0.0125, KG), (Substance.SYNTHETIC, 20.0, TABLET)],
        ),
        (
            ("0,5g heroin, 20 viên MTTH", None),
            [(Substance.HEROIN, 0.0005, KG), (Substance.SYNTHETIC, 20.0, TABLET)],
        ),
        (("heroin", None), [(Substance.HEROIN, 0.0, KG)]),
        (("", 0), []),
        ((None, None), []),
    ],
)
def test_quantities_become_stored_units(cells, amounts):
    assert _amounts(*cells) == amounts


def test_grams_are_assumed_only_where_nothing_names_a_unit():
    assert read_seizures("heroin", 3).assumed
    assert not read_seizures("heroin", 3, heading_unit="kg").assumed
    assert not read_seizures("heroin", "3 g").assumed


def test_an_amount_that_cannot_be_converted_is_marked_lost_not_guessed():
    found = read_seizures("heroin", "2 bánh")
    assert found.lost
    assert found.seizures[0].quantity == 0


@pytest.mark.parametrize("typed", [-2, "-2 g", "abc", float("inf"), 1e300])
def test_negative_unreadable_and_endless_amounts_are_refused(typed):
    with pytest.raises(UnreadableCellError):
        read_seizures("heroin", typed)


def test_seizures_nested_too_deep_are_unreadable_and_no_crash() -> None:
    with pytest.raises(UnreadableCellError, match="tang vật"):
        read_seizures("[" * 20_000, None)
