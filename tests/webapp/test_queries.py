from datetime import date

import pytest

from geo.terms import DetectedBy, HotspotKind, IncidentKind, Side, Substance
from webapp.errors import BadParameterError
from webapp.queries import parse_box, parse_code, parse_degrees, parse_view, parse_zoom
from webapp.services.overview import Box, View

DEFAULT = View("51", date(2025, 12, 15), date(2026, 6, 14))


def test_what_is_absent_comes_from_the_default() -> None:
    assert parse_view({}, lambda: DEFAULT) == DEFAULT


def test_an_empty_province_means_the_nation() -> None:
    assert parse_view({"province": ""}, lambda: DEFAULT).province_code is None


def test_one_day_outside_the_default_moves_the_other() -> None:
    assert parse_view({"to": "2024-03-31"}, lambda: DEFAULT).since == date(2024, 3, 31)
    assert parse_view({"from": "2027-01-01"}, lambda: DEFAULT).until == date(2027, 1, 1)


def test_a_full_query_needs_no_default() -> None:
    query = {"province": "66", "from": "2026-01-01", "to": "2026-02-01"}

    def unused() -> View:
        raise AssertionError("the default was asked for")

    assert parse_view(query, unused) == View("66", date(2026, 1, 1), date(2026, 2, 1))


def test_filters_are_lists_of_words() -> None:
    query = {"kind": "use,trading,use", "substance": "heroin", "side": " demand", "hkind": "retail"}
    view = parse_view({**query, "detected": "customs,,commune"}, lambda: DEFAULT)

    assert view.kinds == (IncidentKind.TRADING, IncidentKind.USE)
    assert view.substances == (Substance.HEROIN,)
    assert view.sides == (Side.DEMAND,)
    assert view.detected_by == (DetectedBy.COMMUNE, DetectedBy.CUSTOMS)
    assert view.hotspot_kinds == (HotspotKind.RETAIL,)


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ({"from": "31/02/2026"}, "from"),
        ({"to": "2026-02-30"}, "to"),
        *(({"to": day}, "to") for day in ("0001-01-01", "1989-12-31", "2101-01-01", "9999-12-31")),
        *(({"to": day}, "to") for day in ("20260614", "2026-W01-1", "２０２６-01-01")),
        ({"from": "2026-02-01", "to": "2026-01-01"}, "from"),
        ({"province": "5' OR 1=1"}, "province"),
        *(({name: "x' OR 1=1"}, name) for name in ("kind", "substance", "detected", "side")),
        ({"hkind": "retail,<b>"}, "hkind"),
        ({"kind": "USE"}, "kind"),
    ],
)
def test_a_bad_value_is_named(query: dict[str, str], parameter: str) -> None:
    with pytest.raises(BadParameterError) as caught:
        parse_view(query, lambda: DEFAULT)

    assert caught.value.parameter == parameter


@pytest.mark.parametrize("text", ["1,2,3", "a,b,c,d", "3,2,1,4", "1,2,3,nan", "1,2,3,1e9"])
def test_a_bad_box_is_named(text: str) -> None:
    with pytest.raises(BadParameterError, match="bbox"):
        parse_box({"bbox": text})


def test_a_box_is_west_south_east_north() -> None:
    assert parse_box({"bbox": "107,14,108,15"}) == Box(107, 14, 108, 15)
    assert parse_box({}) is None


@pytest.mark.parametrize("text", ["-1", "23", "far", "inf"])
def test_a_bad_zoom_is_named(text: str) -> None:
    with pytest.raises(BadParameterError, match="zoom"):
        parse_zoom({"zoom": text})


def test_a_code_keeps_its_leading_zeros() -> None:
    assert parse_code({"province": "01"}, "province") == "01"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        *(("lat", text) for text in ("90.1", "-91", "inf", "-inf", "nan", "1e999", "", "x")),
        *(("lon", text) for text in ("180.1", "-360", "inf", "nan", "1e999")),
    ],
)
def test_degrees_off_the_globe_are_refused_by_name(name: str, text: str) -> None:
    with pytest.raises(BadParameterError, match=f"{name}.*từ -") as told:
        parse_degrees({name: text}, name)

    assert told.value.parameter == name


def test_degrees_go_to_the_poles_and_to_the_far_meridian() -> None:
    ends = [("lat", 90.0), ("lat", -90.0), ("lon", 180.0), ("lon", -180.0)]

    assert [parse_degrees({name: str(value)}, name) for name, value in ends] == [
        value for _, value in ends
    ]
