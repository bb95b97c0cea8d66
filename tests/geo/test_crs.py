"""Guards against degrees, choice of a metric system, planes of the zones."""

import numpy as np
import pytest
from pyproj import Geod

from geo.crs import (
    earth_xyz,
    metric_crs,
    refuse_degrees,
    require_degrees,
    require_metric,
    to_degrees,
    to_metres,
    utm_epsg,
    utm_zones,
    zone_patches,
)
from geo.errors import CrsError

GEOD = Geod(ellps="WGS84")


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:4756", None, "no such system", "EPSG:2263"])
def test_system_without_metres_is_refused(crs):
    with pytest.raises(CrsError):
        require_metric(crs)


def test_metric_system_passes():
    assert require_metric("EPSG:3405").to_epsg() == 3405


@pytest.mark.parametrize(
    ("lons", "lats"),
    [
        ([587_000.0], [2_325_000.0]),
        ([21.0], [105.8]),
        ([np.nan], [10.0]),
        ([np.inf], [10.0]),
        ([105.0, 106.0], [10.0]),
    ],
)
def test_what_is_no_degree_is_refused(lons, lats):
    with pytest.raises(CrsError):
        require_degrees(lons, lats)


def test_message_names_the_offending_point():
    with pytest.raises(CrsError, match=r"thứ 2 .*587000"):
        require_degrees([105.0, 587_000.0], [10.0, 20.0])


@pytest.mark.parametrize("swap", [False, True])
def test_degrees_of_viet_nam_given_as_metres_are_refused(swap):
    lon, lat = np.array([105.85, 106.7]), np.array([21.03, 10.77])
    with pytest.raises(CrsError, match="độ"):
        refuse_degrees(*((lat, lon) if swap else (lon, lat)))


def test_small_local_plane_in_metres_passes():
    refuse_degrees(np.array([0.5, 1.25]), np.array([-0.5, 2.0]))
    refuse_degrees(np.array([110.0, 112.0]), np.array([10.0, 12.0]))
    refuse_degrees(np.empty(0), np.empty(0))


@pytest.mark.parametrize(
    ("lons", "epsg"),
    [([105.8, 105.9], 32648), ([108.9, 109.2], 32649), ([107.6, 108.3], 32648)],
)
def test_local_extent_gets_the_utm_zone_of_its_middle(lons, epsg):
    assert metric_crs(lons, [15.0, 15.1]).to_epsg() == epsg


@pytest.mark.parametrize(
    ("box", "largest_error"),
    [((105.0, 107.0, 10.0, 12.0), 0.0015), ((102.1, 109.5, 8.5, 23.4), 0.003),
     ((102.0, 118.0, 7.0, 23.5), 0.006)],
)  # fmt: skip
def test_chosen_system_measures_as_documented(box, largest_error):
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(box[0], box[1], 4000), rng.uniform(box[2], box[3], 4000)
    lon2, lat2, _ = GEOD.fwd(lon, lat, rng.uniform(0, 360, 4000), np.full(4000, 300.0))
    crs = metric_crs(lon, lat)
    x, y = to_metres(lon, lat, crs)
    x2, y2 = to_metres(lon2, lat2, crs)
    assert np.abs(np.hypot(x - x2, y - y2) / 300 - 1).max() < largest_error


def test_utm_inside_its_zone_errs_by_less_than_a_thousandth():
    rng = np.random.default_rng(8)
    lon, lat = rng.uniform(102, 114, 8000), rng.uniform(7, 23.5, 8000)
    lon2, lat2, _ = GEOD.fwd(lon, lat, rng.uniform(0, 360, 8000), np.full(8000, 300.0))
    for zone in (48, 49):
        own = utm_zones(lon) == zone
        x, y = to_metres(lon[own], lat[own], utm_epsg(zone))
        x2, y2 = to_metres(lon2[own], lat2[own], utm_epsg(zone))
        scale = np.hypot(x - x2, y - y2) / 300
        assert scale.min() > 1 - 0.00041
        assert scale.max() < 1 + 0.00097


def test_metres_come_back_to_the_same_degrees():
    lon, lat = to_degrees(*to_metres([105.85], [21.03], 32648), 32648)
    assert lon[0] == pytest.approx(105.85, abs=1e-9)
    assert lat[0] == pytest.approx(21.03, abs=1e-9)


def test_earth_distances_are_ground_distances():
    lon2, lat2, _ = GEOD.fwd(105.0, 20.0, 33.0, 10_000.0)
    a, b = earth_xyz([105.0, lon2], [20.0, lat2])
    assert np.linalg.norm(a - b) == pytest.approx(10_000, abs=0.01)


def test_one_zone_is_one_plane_without_rim():
    (plane,) = zone_patches([105.0, 106.0], [10.0, 11.0], rim_m=600)
    assert plane.owned.all()
    assert plane.members.tolist() == [0, 1]


def test_planes_share_only_what_lies_within_the_rim_of_their_seam():
    lon = [107.9, 107.999, 108.001, 108.1]
    west, east = zone_patches(lon, [12.0] * 4, rim_m=600)
    assert west.members.tolist() == [0, 1, 2]
    assert west.owned.tolist() == [True, True, False]
    assert east.members.tolist() == [1, 2, 3]
    assert east.owned.tolist() == [False, True, True]


def test_every_point_is_owned_by_exactly_one_plane():
    rng = np.random.default_rng(3)
    lon, lat = rng.uniform(102, 118, 500), rng.uniform(7, 23.5, 500)
    planes = zone_patches(lon, lat, rim_m=20_000)
    owned = np.concatenate([plane.members[plane.owned] for plane in planes])
    assert sorted(owned.tolist()) == list(range(500))
