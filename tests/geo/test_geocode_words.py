"""Addresses as people write them: right, or doubtful, and hardly ever surely wrong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crosswalk import load_crosswalk
from geo.gazetteer import CommuneUnit, Gazetteer
from geo.geocode import Geocoder
from geo.records import Placement, PlaceQuery
from geo.text import strip_kind
from tests.written_addresses import WAYS, WrittenPlace, places_before, places_in_force

CONFIDENT = 0.9
SAMPLE = 400
SLIPS = frozenset(way for way in WAYS if way.startswith("gõ sai tên xã"))


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
def geocoder() -> Geocoder:
    return Geocoder(Gazetteer.build(communes(), load_crosswalk()), None)


@cache
def places() -> tuple[WrittenPlace, ...]:
    units = load_crosswalk()
    codes = {unit.code: [heir.code for heir in unit.successors] for unit in units}
    return (*places_in_force(communes()), *places_before(units, codes))


def place(address: str) -> Placement:
    return geocoder().place(PlaceQuery(address=address))


def placed(texts: Sequence[str]) -> list[Placement]:
    return geocoder().place_many([PlaceQuery(address=text) for text in texts])


def codes_of(full_name: str, district: str, province: str = "") -> set[str]:
    """Heirs of an old unit, or the commune in force where no district is given."""
    if not district:
        return {
            u.code
            for u in communes()
            if u.full_name == full_name and u.province_name.endswith(province)
        }
    found = [
        u
        for u in load_crosswalk()
        if (u.full_name, u.district) == (full_name, district) and u.province.endswith(province)
    ]
    assert len(found) == 1
    return {heir.code for heir in found[0].successors}


# Every way of writing


@pytest.mark.parametrize("way", WAYS)
def test_every_way_of_writing_is_read_right_or_left_in_doubt(way: str) -> None:
    rng = Random(11)
    meant = [p for p in rng.sample(places(), 2 * SAMPLE) if len(p.codes) == 1][:SAMPLE]
    found = placed([WAYS[way](rng, p) for p in meant])
    right = [f.commune_code_now in m.codes for m, f in zip(meant, found, strict=True)]
    surely_wrong = sum(
        not good and f.confidence >= CONFIDENT for good, f in zip(right, found, strict=True)
    )
    assert sum(right) >= (0.95 if way in SLIPS or way == "không ghi huyện" else 0.985) * SAMPLE
    assert surely_wrong <= (0.01 if way in SLIPS else 0.005) * SAMPLE


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_disturbed_official_names_come_back_right_or_doubtful(data: st.DataObject) -> None:
    meant = data.draw(st.sampled_from(places()))
    way = data.draw(st.sampled_from(sorted(set(WAYS) - SLIPS - {"lặp lại"})))
    text = WAYS[way](Random(data.draw(st.integers(0, 99))), meant)
    found = place(text)
    assert found.commune_code_now in meant.codes or found.confidence < CONFIDENT, text


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([p for p in places() if len(p.codes) > 1]), st.sampled_from(sorted(WAYS)))
def test_a_divided_commune_is_never_sure_while_its_name_stands(
    meant: WrittenPlace, way: str
) -> None:
    if way not in SLIPS:
        assert place(WAYS[way](Random(3), meant)).confidence < CONFIDENT


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    assert 0.0 <= place(text).confidence <= 1.0


# Forms met in real lists


@pytest.mark.parametrize(
    ("written", "full_name", "district"),
    [
        (
            "Số 12 ngõ 34 Phố Hoàng Hoa Thám, Phường Ngọc Hà, Quận Ba Đình, Hà Nội",
            "Phường Ngọc Hà",
            "Quận Ba Đình",
        ),
        ("Ward 1, District 3, Ho Chi Minh City, Vietnam", "Phường 1", "Quận 3"),
        ("Việt Nam, TP HCM, Quận 3, Phường 1", "Phường 1", "Quận 3"),
        ("P.1 Q.3 Sài Gòn 700000", "Phường 1", "Quận 3"),
        ("F1, Q3, HCMC", "Phường 1", "Quận 3"),
        ("Phường I, Quận 3, TP.HCM", "Phường 1", "Quận 3"),
        (
            "xã Xuân Sơn - thị xã Sơn Tây - thành phố Hà Nội",
            "Xã Xuân Sơn",
            "Thị xã Sơn Tây",
        ),
        ("Thôn 3 xã Ea Bá huyện Sông Hinh tỉnh Phú Yên VN", "Xã Ea Bá", "Huyện Sông Hinh"),
        ("Ea Ba Commune, Song Hinh District, Phu Yen Province", "Xã Ea Bá", "Huyện Sông Hinh"),
        ("Xã Ea Bá, Huyện Sôgn Hinh, Phú Yên", "Xã Ea Bá", "Huyện Sông Hinh"),
        ("Xã Ea Bá, Huyện Sông Hinh, Tỉnh Phú Yn", "Xã Ea Bá", "Huyện Sông Hinh"),
        ("KCN Tân Bình, X. Ea Bá, H. Sông Hinh, Phú Yên", "Xã Ea Bá", "Huyện Sông Hinh"),
        ("Phường Hoá An, TP Biên Hoà, Đồng Nai", "Phường Hóa An", "Thành phố Biên Hòa"),
        ("2, Đông Hà, Quảng Trị", "Phường 2", "Thành phố Đông Hà"),
    ],
)
def test_forms_met_in_real_lists(written: str, full_name: str, district: str) -> None:
    found = place(written)
    assert found.commune_code_now in codes_of(full_name, district), written


def test_a_named_district_decides_between_wards_of_one_name() -> None:
    numbered = {place(f"Phường 5, Quận {n}, TP.HCM").commune_code_now for n in (3, 5, 8, 10, 11)}
    assert len(numbered) == 5


def test_a_misspelt_commune_is_looked_for_in_the_named_district_first() -> None:
    found = place("Xã Tân Lp, Huyện Đan Phượng, Hà Nội")
    assert found.commune_code_now in codes_of("Xã Tân Lập", "Huyện Đan Phượng")


def test_a_street_with_the_name_of_a_commune_does_not_disturb_an_announced_one() -> None:
    plain = place("Xã Ea Bá, Huyện Sông Hinh, Phú Yên")
    street = place("12 Sơn Giang, Đức Bình Tây, Xã Ea Bá, Huyện Sông Hinh, Phú Yên")
    assert (street.commune_code_now, street.confidence) == (
        plain.commune_code_now,
        plain.confidence,
    )


def test_a_commune_and_a_district_of_another_province_are_in_doubt() -> None:
    assert place("Xã Ea Bá, Huyện Sông Hinh, Tỉnh Cà Mau").confidence < CONFIDENT


def test_a_province_is_not_taken_for_a_misspelt_commune() -> None:
    assert place("Gia Bình, Gia Bình, Hà Nội").confidence < CONFIDENT


# Two communes, no commune, a city in its province


@pytest.mark.parametrize(
    "address",
    [
        "phường Ba Đình và phường Hoàn Kiếm, Hà Nội",
        "giữa phường Bến Thành, Q1 và phường Xuân Hòa, HCM",
        "đối diện UBND phường 5, phường 6, Quận 3, HCM",
        "Từ xã Mai Sơn đến xã Chiềng Mung, Sơn La",
    ],
)
def test_two_communes_named_alike_are_never_a_sure_answer(address: str) -> None:
    assert place(address).confidence < CONFIDENT


@pytest.mark.parametrize("address", ["xã An Bình", "xã Tân Lập", "phường Lê Lợi"])
def test_a_name_without_its_province_is_no_commune_but_candidates(address: str) -> None:
    found = place(address)
    assert (found.commune_code_now, found.province_code) == (None, None)
    assert len(found.candidates) > 1


@pytest.mark.parametrize(
    ("address", "full_name", "district"),
    [
        ("P.3 TP Sóc Trăng", "Phường 3", "Thành phố Sóc Trăng"),
        ("Phường 5, TP Cà Mau", "Phường 5", "Thành phố Cà Mau"),
        ("Phường 1, TP Bạc Liêu", "Phường 1", "Thành phố Bạc Liêu"),
    ],
)
def test_a_city_in_the_province_of_its_name_decides_between_its_wards(
    address: str, full_name: str, district: str
) -> None:
    found = place(address)
    assert found.commune_code_now in codes_of(full_name, district)
    assert found.confidence >= CONFIDENT
