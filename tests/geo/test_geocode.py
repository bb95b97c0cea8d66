"""From a row to a placement: words, points, codes, and what stays in doubt."""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import box

from geo.coordinates import SWAPPED, ZERO
from geo.coverage import Coverage, coverage_from_rows
from geo.crosswalk import OldUnit, Successor, load_crosswalk
from geo.decisions import AT_SEA, NO_COMMUNE, NO_PLACE
from geo.encodings import recoded
from geo.gazetteer import CommuneUnit, Gazetteer
from geo.geocode import Geocoder
from geo.matches import NEW_FORM, OLD_FORM, SPLIT
from geo.records import Placement, PlaceQuery
from geo.terms import Precision
from geo.text import fold, strip_kind

BEFORE, AFTER = date(2024, 5, 1), date(2026, 5, 1)
CONFIDENT = 0.9


@cache
def communes() -> tuple[CommuneUnit, ...]:
    """The 3,321 communes as of July 2025; provinces are numbered for the test."""
    heirs = {h.code: h for unit in load_crosswalk() for h in unit.successors}
    provinces = sorted({heir.province for heir in heirs.values()})
    return tuple(
        CommuneUnit(
            code,
            strip_kind(heir.full_name)[1],
            heir.full_name,
            heir.full_name.split()[0],
            f"{provinces.index(heir.province):02d}",
            heir.province,
        )
        for code, heir in sorted(heirs.items())
    )


@cache
def gazetteer() -> Gazetteer:
    return Gazetteer.build(communes(), load_crosswalk())


@cache
def text_only() -> Geocoder:
    return Geocoder(gazetteer(), None)


def place(address: str, on: date | None = None, **cells: object) -> Placement:
    return text_only().place(PlaceQuery(address=address, on=on, **cells))  # type: ignore[arg-type]


def code_of(full_name: str, province: str) -> str:
    """Code in force of a commune."""
    return next(
        u.code for u in communes() if u.full_name == full_name and u.province_name == province
    )


def old_unit(full_name: str, district: str) -> OldUnit:
    return next(u for u in load_crosswalk() if (u.full_name, u.district) == (full_name, district))


def new_address(unit: CommuneUnit) -> str:
    return f"{unit.full_name}, {unit.province_name}"


def old_address(unit: OldUnit) -> str:
    parts = [unit.full_name, unit.district, unit.province]
    return ", ".join(dict.fromkeys(parts))


# Every official name


def test_every_commune_in_force_is_found_by_its_full_name_and_province() -> None:
    queries = [PlaceQuery(address=new_address(unit), on=AFTER) for unit in communes()]
    placed = text_only().place_many(queries)
    assert [p.commune_code_now for p in placed] == [unit.code for unit in communes()]
    assert sum(p.confidence >= CONFIDENT for p in placed) > 0.99 * len(placed)
    assert {p.precision for p in placed} == {Precision.COMMUNE}


def test_every_old_unit_is_found_by_its_full_name_and_parents() -> None:
    units = load_crosswalk()
    queries = [PlaceQuery(address=old_address(unit), on=BEFORE) for unit in units]
    for unit, placed in zip(units, text_only().place_many(queries), strict=True):
        heirs = {heir.code for heir in unit.successors}
        assert placed.commune_code_now in heirs, unit
        assert placed.commune_code == unit.code, unit
        assert heirs <= {candidate.commune_code for candidate in placed.candidates}, unit
        assert placed.confidence < CONFIDENT or not unit.is_split


# Disturbances: right, or doubtful; never confidently wrong


def abbreviated(address: str) -> str:
    short = {
        "Thành phố ": "TP.",
        "Thị xã ": "TX.",
        "Thị trấn ": "TT.",
        "Phường ": "P.",
        "Xã ": "X.",
        "Quận ": "Q.",
        "Huyện ": "H.",
        "Tỉnh ": "",
    }
    for kind, letters in short.items():
        address = address.replace(kind, letters)
    return address


def old_tones(address: str) -> str:
    for new, old in {"òa": "oà", "óa": "oá", "ủy": "uỷ", "ụy": "uỵ", "úy": "uý"}.items():
        address = address.replace(new, old)
    return address


DISTURBANCES: list[Callable[[str], str]] = [
    lambda text: text.upper(),
    lambda text: "".join(
        c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c)
    ).replace("đ", "d"),
    lambda text: unicodedata.normalize("NFD", text),
    old_tones,
    abbreviated,
    lambda text: text.replace(",", ""),
    lambda text: ", ".join(reversed(text.split(", "))),
    lambda text: f"số 12/3 đường Nguyễn Trãi, tổ 5, {text}",
    lambda text: text.replace("'", "’"),
]


@settings(max_examples=400, deadline=None)
@given(
    st.sampled_from([*communes(), *load_crosswalk()]),
    st.lists(st.sampled_from(range(len(DISTURBANCES))), max_size=3, unique=True),
    st.sampled_from([None, BEFORE, AFTER]),
)
def test_disturbed_official_names_come_back_right_or_doubtful(
    unit: CommuneUnit | OldUnit, disturbances: list[int], on: date | None
) -> None:
    is_new = isinstance(unit, CommuneUnit)
    address = new_address(unit) if is_new else old_address(unit)
    for index in disturbances:
        address = DISTURBANCES[index](address)
    meant = {unit.code} if is_new else {heir.code for heir in unit.successors}
    placed = place(address, on)
    if placed.confidence >= CONFIDENT:
        assert placed.commune_code_now in meant, address


@pytest.mark.parametrize(
    ("written", "full_name"),
    [
        ("Xã Đông Ging, Tỉnh Lâm Đồng", "Xã Đông Giang"),
        ("XãQuảng Phú, Tỉnh Lâm Đồng", "Xã Quảng Phú"),
        ("số 247 Trần Hưng Đạo, Xã PhúSơn Lâm Hà, Lâm Đồng", "Xã Phú Sơn Lâm Hà"),
        ("Phườn Lâm Viên - Đà Lạt, Tỉnh Lâm Đồng", "Phường Lâm Viên - Đà Lạt"),
        ("xa dong giagn, lam dong", "Xã Đông Giang"),
    ],
)
def test_one_slip_of_the_pen_is_forgiven(written: str, full_name: str) -> None:
    assert place(written).commune_code_now == code_of(full_name, "Tỉnh Lâm Đồng")


@pytest.mark.parametrize(
    "written",
    [
        "P.1, Q.3, TP.HCM",
        "phuong 01 quan 3 TPHCM",
        "F1, Q3, Sài Gòn",
        "47 Lê Lợi, Phường 1, Quận 3, Hồ Chí Minh",
    ],
)
def test_numbered_wards_in_all_abbreviations(written: str) -> None:
    heirs = old_unit("Phường 1", "Quận 3").successors
    assert place(written).commune_code_now == heirs[0].code


@pytest.mark.parametrize("province", ["Bà Rịa - Vũng Tàu", "BRVT", "tỉnh Ba Ria Vung Tau", "BR-VT"])
def test_popular_names_of_a_province(province: str) -> None:
    unit = old_unit("Xã Bình Châu", "Huyện Xuyên Mộc")
    assert place(f"Xã Bình Châu, H. Xuyên Mộc, {province}").commune_code_now == (
        unit.successors[0].code
    )


def test_ward_of_a_district_that_was_gone_before_2025() -> None:
    unit = old_unit("Phường Thảo Điền", "Thành phố Thủ Đức")
    placed = place("Phường Thảo Điền, Quận 2, TP.HCM")
    assert placed.commune_code_now == unit.successors[0].code


def test_street_named_like_a_commune_does_not_win() -> None:
    placed = place("số 312 Trần Hưng Đạo, Xã Hà Nam, Hải Phòng", AFTER)
    assert placed.commune_code_now == code_of("Xã Hà Nam", "Thành phố Hải Phòng")
    assert placed.confidence >= CONFIDENT


# Doubt


def test_divided_commune_gives_all_heirs_and_is_never_confident() -> None:
    unit = next(u for u in load_crosswalk() if len(u.successors) == 3)
    placed = place(old_address(unit), BEFORE)
    default = next(heir.code for heir in unit.successors if heir.is_default)
    assert placed.commune_code_now == default
    assert {c.commune_code for c in placed.candidates} >= {h.code for h in unit.successors}
    assert placed.confidence < CONFIDENT
    assert SPLIT in placed.warnings


def test_two_communes_of_one_name_in_a_province_give_two_candidates() -> None:
    # Old Long An had a Tân Thành and a Tân Thạnh in neighbouring districts.
    placed = place("xa tan thanh, tinh long an", BEFORE)
    assert len(placed.candidates) > 1
    assert placed.confidence < CONFIDENT


def test_a_name_without_parents_is_never_confident() -> None:
    assert place("xã Tân Thành").confidence < CONFIDENT
    assert place("xã Ea Wer").confidence < CONFIDENT


def test_a_district_name_alone_is_not_taken_for_the_new_ward() -> None:
    assert place("152 Phố Huế, Đống Đa, Hà Nội").confidence < CONFIDENT


def test_kind_decides_between_namesakes_and_a_changed_kind_is_tolerated() -> None:
    units = [
        CommuneUnit("00001", "Long Thành", "Phường Long Thành", "Phường", "75", "Đồng Nai"),
        CommuneUnit("00002", "Xuân Lộc", "Xã Xuân Lộc", "Xã", "75", "Đồng Nai"),
        CommuneUnit("00003", "Xuân Lộc", "Phường Xuân Lộc", "Phường", "75", "Đồng Nai"),
    ]
    geocoder = Geocoder(Gazetteer.build(units, []), None)

    def code(address: str) -> tuple[str | None, bool]:
        placed = geocoder.place(PlaceQuery(address=address, on=AFTER))
        return placed.commune_code_now, placed.confidence >= CONFIDENT

    assert code("Xã Long Thành, Đồng Nai") == ("00001", True)
    assert code("Xã Xuân Lộc, Đồng Nai") == ("00002", True)
    assert code("P. Xuân Lộc, Đồng Nai") == ("00003", True)
    assert code("Xuân Lộc, Đồng Nai")[1] is False


def test_only_a_province_is_province_precision() -> None:
    placed = place("chưa rõ, tỉnh Lâm Đồng")
    assert placed.precision is Precision.PROVINCE
    assert placed.commune_code_now is None
    assert placed.province_code is not None
    assert NO_COMMUNE in placed.warnings


@pytest.mark.parametrize("address", ["không rõ", "", "12/3", "Quận 1"])
def test_nothing_known_is_unlocated_or_doubtful(address: str) -> None:
    placed = place(address)
    assert placed.commune_code_now is None
    assert placed.confidence < CONFIDENT
    assert placed.lon is None
    if placed.precision is Precision.UNLOCATED:
        assert NO_PLACE in placed.warnings


# The map of the day


def test_the_map_of_the_day_is_tried_first_and_the_other_one_noted() -> None:
    old = "Xã Ea Bá, Huyện Sông Hinh, Tỉnh Phú Yên"
    assert OLD_FORM in place(old, AFTER).warnings
    assert place(old, BEFORE).warnings == ()
    new = "Xã Phú Sơn Lâm Hà, Tỉnh Lâm Đồng"
    assert NEW_FORM in place(new, BEFORE).warnings
    assert place(new, AFTER).warnings == ()


def test_commune_code_is_that_of_the_day_and_code_now_that_in_force() -> None:
    unit = old_unit("Xã Ea Bá", "Huyện Sông Hinh")
    before, after = place(old_address(unit), BEFORE), place(old_address(unit), AFTER)
    assert (before.commune_code, after.commune_code) == (unit.code, unit.successors[0].code)
    assert before.commune_code_now == after.commune_code_now == unit.successors[0].code


def test_names_in_columns_of_their_own_count_like_the_address() -> None:
    placed = place(
        "số 5 Lê Lợi",
        commune_name="Ea Bá",
        district_name="Sông Hinh",
        province_name="Phú Yên",
    )
    assert placed.commune_code_now == old_unit("Xã Ea Bá", "Huyện Sông Hinh").successors[0].code


def test_official_code_alone_places_and_a_contradicting_name_makes_doubt() -> None:
    unit = communes()[100]
    assert place("", AFTER, commune_code=unit.code).commune_code_now == unit.code
    # A spreadsheet drops leading zeros.
    assert place("", AFTER, commune_code=unit.code.lstrip("0")).commune_code_now == unit.code
    doubtful = place("Xã Ea Bá, Huyện Sông Hinh, Phú Yên", AFTER, commune_code=unit.code)
    assert doubtful.confidence < CONFIDENT
    assert len(doubtful.candidates) == 2
    assert place("", AFTER, commune_code="99999").commune_code_now is None


# Points against names: three square communes in two provinces

EAST = CommuneUnit("00001", "Đông", "Xã Đông Hải", "Xã", "01", "Tỉnh Một")
WEST = CommuneUnit("00002", "Tây", "Xã Tây Sơn", "Xã", "01", "Tỉnh Một")
FAR = CommuneUnit("00003", "Xa", "Xã Viễn An", "Xã", "02", "Tỉnh Hai")


@pytest.fixture(scope="module")
def squares() -> Coverage:
    shapes = [box(106, 11, 106.1, 11.1), box(105.9, 11, 106, 11.1), box(108, 14, 108.1, 14.1)]
    return coverage_from_rows(["00001", "00002", "00003"], shapes, tolerance_m=200.0)


@pytest.fixture(scope="module")
def geocoder(squares: Coverage) -> Geocoder:
    return Geocoder(Gazetteer.build([EAST, WEST, FAR], []), squares)


def at(lat: object, lon: object, address: str | None = None, on: date | None = None) -> PlaceQuery:
    return PlaceQuery(address=address, lat_cell=lat, lon_cell=lon, on=on)


def test_point_inside_the_named_commune_is_exact_and_sure(geocoder: Geocoder) -> None:
    placed = geocoder.place(at("11,05", "106,05", "Xã Đông Hải, Tỉnh Một"))
    assert (placed.precision, placed.commune_code_now) == (Precision.EXACT, "00001")
    assert (placed.lon, placed.lat) == (106.05, 11.05)
    assert placed.confidence >= CONFIDENT
    assert placed.warnings == ()


def test_point_within_the_tolerance_stays_in_the_named_commune_with_a_note(
    geocoder: Geocoder,
) -> None:
    placed = geocoder.place(at(11.05, 105.999, "Xã Đông Hải, Tỉnh Một"))
    assert (placed.precision, placed.commune_code_now) == (Precision.EXACT, "00001")
    assert "sai số của ranh giới" in placed.warnings[0]


def test_point_in_another_commune_keeps_both_candidates_for_review(geocoder: Geocoder) -> None:
    placed = geocoder.place(at(11.05, 105.95, "Xã Đông Hải, Tỉnh Một"))
    assert placed.confidence < CONFIDENT
    assert {c.commune_code for c in placed.candidates} == {"00001", "00002"}
    assert placed.commune_code_now == "00002"


def test_point_in_another_province_is_not_believed(geocoder: Geocoder) -> None:
    placed = geocoder.place(at(14.05, 108.05, "Xã Đông Hải, Tỉnh Một"))
    assert (placed.precision, placed.commune_code_now) == (Precision.COMMUNE, "00001")
    assert placed.lon is None
    assert {c.commune_code for c in placed.candidates} == {"00001", "00003"}
    assert placed.confidence < CONFIDENT


def test_point_without_words_is_exact(geocoder: Geocoder) -> None:
    for address in (None, "", "không rõ", "Tỉnh Một"):
        placed = geocoder.place(at(11.05, 106.05, address))
        assert (placed.precision, placed.commune_code_now) == (Precision.EXACT, "00001")
        assert placed.confidence >= CONFIDENT


def test_point_decides_between_namesakes(squares: Coverage) -> None:
    twins = [
        CommuneUnit("00001", "Tân An", "Xã Tân An", "Xã", "01", "Tỉnh Một"),
        CommuneUnit("00002", "Tân Ân", "Xã Tân Ân", "Xã", "01", "Tỉnh Một"),
    ]
    geocoder = Geocoder(Gazetteer.build(twins, []), squares)
    assert geocoder.place(PlaceQuery(address="xa tan an, mot")).confidence < CONFIDENT
    placed = geocoder.place(at(11.05, 105.95, "xa tan an, mot"))
    assert placed.commune_code_now == "00002"
    assert placed.confidence >= CONFIDENT


def test_exchanged_point_is_put_right_with_a_note(geocoder: Geocoder) -> None:
    placed = geocoder.place(at(106.05, 11.05, "Xã Đông Hải, Tỉnh Một"))
    assert placed.commune_code_now == "00001"
    assert placed.warnings == (SWAPPED,)


def test_zero_point_and_point_at_sea_fall_back_on_the_words(geocoder: Geocoder) -> None:
    zero, sea = geocoder.place_many(
        [at(0, 0, "Xã Đông Hải, Tỉnh Một"), at(9.0, 110.0, "Xã Đông Hải, Tỉnh Một")]
    )
    assert zero.precision is sea.precision is Precision.COMMUNE
    assert zero.lon is sea.lon is None
    assert ZERO in zero.warnings
    assert AT_SEA in sea.warnings
    assert geocoder.place(at(9.0, 110.0)).precision is Precision.UNLOCATED


def test_an_earlier_coverage_gives_the_code_of_the_day(squares: Coverage) -> None:
    past = coverage_from_rows(["90001"], [box(105, 10, 107, 12)], tolerance_m=200.0)
    gazetteer = Gazetteer.build([EAST, WEST, FAR], [])
    geocoder = Geocoder(gazetteer, squares, [(date(2009, 1, 1), date(2025, 6, 30), past)])
    before, after = geocoder.place_many([at(11.05, 106.05, None, d) for d in (BEFORE, AFTER)])
    assert (before.commune_code, before.commune_code_now) == ("90001", "00001")
    assert (after.commune_code, after.commune_code_now) == ("00001", "00001")


def test_code_of_the_day_stays_open_when_no_map_of_the_day_is_known(geocoder: Geocoder) -> None:
    placed = geocoder.place(at(11.05, 106.05, None, BEFORE))
    assert (placed.commune_code, placed.commune_code_now) == (None, "00001")


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=60), st.one_of(st.none(), st.text(max_size=8)))
def test_no_text_breaks_the_geocoder(address: str, code: str | None) -> None:
    placed = place(address, commune_code=code, province_name=fold(address))
    assert 0.0 <= placed.confidence <= 1.0
    assert placed.lon is None


def test_point_decides_when_the_words_may_mean_the_district_alone(squares: Coverage) -> None:
    heirs = {c: (Successor(c, 1.0, True),) for c in ("00001", "00002")}
    old = [
        OldUnit("90001", "Ba", "Xã Ba", "Huyện Tây Sơn", "Tỉnh Một", heirs["00001"], 0, 0),
        OldUnit("90002", "Bốn", "Xã Bốn", "Huyện Tây Sơn", "Tỉnh Một", heirs["00002"], 0, 0),
    ]
    geocoder = Geocoder(Gazetteer.build([EAST, WEST, FAR], old), squares)
    vague = geocoder.place(at(11.05, 106.05, "Tây Sơn, tỉnh Một"))
    assert (vague.precision, vague.commune_code_now) == (Precision.EXACT, "00001")
    assert vague.confidence >= CONFIDENT
    plain = geocoder.place(at(11.05, 106.05, "Xã Tây Sơn, tỉnh Một"))
    assert plain.confidence < CONFIDENT


def test_point_just_over_the_border_is_believed_only_beside_its_commune(
    geocoder: Geocoder,
) -> None:
    beyond = (11.05, 106.101)  # about 110 m outside the country's last commune
    named = geocoder.place(at(*beyond, "Xã Đông Hải, Tỉnh Một"))
    assert (named.precision, named.commune_code_now) == (Precision.EXACT, "00001")
    for address in (None, "Xã Tây Sơn, Tỉnh Một", "Tỉnh Một"):
        assert geocoder.place(at(*beyond, address)).lon is None


def test_a_long_story_before_the_place_does_not_hide_it(geocoder: Geocoder) -> None:
    story = "xã Tân Lập huyện Châu Thành " * 2_000
    found = geocoder.place(at(None, None, f"{story}, Xã Đông Hải, Tỉnh Một"))
    assert "00001" in {candidate.commune_code for candidate in found.candidates}


def test_rows_in_the_old_encoding_come_back_under_their_code(shared_dir: Path) -> None:
    path = shared_dir / "spreadsheets" / "communes_tcvn3.csv"
    if not path.exists():
        pytest.skip("shared material is incomplete")
    known = {unit.code: {heir.code for heir in unit.successors} for unit in load_crosswalk()}
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [r for r in recoded(csv.reader(lines)) if r[4].zfill(5) in known]
    queries = [
        PlaceQuery(commune_name=r[0], commune_code=r[4], district_name=r[2], province_name=r[3])
        for r in rows
    ]
    placed = text_only().place_many(queries)
    right = sum(
        p.commune_code_now in known[r[4].zfill(5)] for r, p in zip(rows, placed, strict=True)
    )
    assert len(rows) > 9_000
    assert right >= 0.99 * len(rows)


def test_simulated_workbook_is_placed_right(shared_dir: Path) -> None:
    import geopandas as gpd

    source = shared_dir / "boundaries" / "official_2025" / "communes.parquet"
    samples = shared_dir / "samples" / "seed1"
    if not source.exists() or not samples.exists():
        pytest.skip("shared material is incomplete")
    frame = gpd.read_parquet(source)
    names = ["code", "name", "full_name", "unit_type", "province_code", "province_name"]
    units = [CommuneUnit(*row) for row in frame[names].itertuples(index=False)]
    coverage = coverage_from_rows(list(frame.code), list(frame.geometry), tolerance_m=50.0)
    with (samples / "vu_viec.truth.csv").open(encoding="utf-8") as lines:
        truth = {row["ref"]: row for row in csv.DictReader(lines) if row["bad"] != "no_place"}
    book = openpyxl.load_workbook(samples / "vu_viec.xlsx", read_only=True)
    rows = [r for r in book.worksheets[0].iter_rows(min_row=7, values_only=True) if r[1] in truth]
    book.close()
    days = [date.fromisoformat(truth[row[1]]["date"]) for row in rows]
    queries = [at(row[5], row[6], row[4], on) for row, on in zip(rows, days, strict=True)]
    placed = Geocoder(Gazetteer.build(units, load_crosswalk()), coverage).place_many(queries)
    wrong = [
        (row[4], p.confidence)
        for row, p in zip(rows, placed, strict=True)
        if p.commune_code_now != truth[row[1]]["commune"]
    ]
    assert len(wrong) <= 0.005 * len(rows), wrong
    assert sum(confidence >= CONFIDENT for _, confidence in wrong) <= 0.005 * len(rows), wrong
