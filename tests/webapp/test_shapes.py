import json

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from webapp.services.shapes import collection_text, feature_text, geometry_texts, label_points


def test_a_shared_edge_stays_shared_after_rounding() -> None:
    left = shapely.Polygon([(0, 0), (1.23456, 0), (1.23444, 1.00049), (0, 1)])
    right = shapely.Polygon([(1.23456, 0), (2, 0), (2, 1), (1.23444, 1.00049)])
    drawn = [shapely.from_geojson(text) for text in geometry_texts([left, right], 3)]

    assert shapely.area(shapely.intersection(*drawn)) == 0
    assert shapely.union_all(drawn).area == pytest.approx(sum(g.area for g in drawn))


def test_holes_are_kept_and_specks_left_out() -> None:
    land = shapely.box(0, 0, 1, 1).difference(shapely.box(0.4, 0.4, 0.6, 0.6))
    speck = shapely.box(2, 2, 2.00001, 2.00001)
    drawn = shapely.from_geojson(geometry_texts([shapely.union_all([land, speck])], 3)[0])

    assert drawn.area == pytest.approx(0.96)


def test_an_island_smaller_than_the_rounding_is_still_drawn() -> None:
    islet = shapely.box(111.9, 8.6, 111.9001, 8.6001)
    drawn = shapely.from_geojson(geometry_texts([islet], 3)[0])

    assert not drawn.is_empty
    assert drawn.area > 0


@given(st.integers(0, 5), st.floats(102, 117), st.floats(7, 23))
def test_rounding_moves_no_point_further_than_half_a_unit(
    decimals: int, lon: float, lat: float
) -> None:
    found = json.loads(geometry_texts([shapely.Point(lon, lat)], decimals)[0])["coordinates"]

    assert abs(found[0] - lon) <= 0.5 * 10**-decimals + 1e-9
    assert abs(found[1] - lat) <= 0.5 * 10**-decimals + 1e-9


def test_text_of_a_record_cannot_leave_its_feature() -> None:
    name = '"}],"x":"</script>\n'
    text = collection_text([feature_text(geometry_texts([shapely.Point(1, 2)], 0)[0], {"n": name})])

    assert json.loads(text)["features"][0]["properties"]["n"] == name


def test_a_label_stands_in_the_largest_part() -> None:
    island, mainland = shapely.box(110, 15, 110.1, 15.1), shapely.box(108, 15, 109, 16)
    found = label_points([shapely.union_all([island, mainland])])

    assert mainland.contains(shapely.Point(found[0]))
