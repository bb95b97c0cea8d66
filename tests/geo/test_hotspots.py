"""Flags of clusters against a hand-drawn register, and against planted places."""

import csv
import json
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo.crs import to_degrees, to_metres
from geo.errors import ClusterError
from geo.hotspots import flag_clusters
from geo.re_emergence import re_emergences
from geo.register import RegisteredPlace
from geo.surroundings import Surroundings
from geo.terms import ClusterFlag, HotspotStatus
from tests.geo.found_clusters import found_clusters

CLEARED_ON = date(2025, 6, 1)
BEFORE, AFTER = date(2025, 5, 1), date(2025, 7, 1)
TODAY = date(2025, 12, 31)


@dataclass
class Records:
    ids: list[int]
    lons: list[float]
    lats: list[float]
    days: list[date | None]


def at(east_m, north_m=0.0):
    """A place given in metres from a corner in Hà Nội."""
    (x,), (y,) = to_metres([105.85], [21.03], 32648)
    (lon,), (lat,) = to_degrees([x + east_m], [y + north_m], 32648)
    return lon, lat


def hotspot(ref, east_m, status, cleared_on=None):
    lon, lat = at(east_m)
    number = {"OLD": 1, "NEW": 2}.get(ref) or int(ref.removeprefix("TD-"))
    return RegisteredPlace(number, ref, lon, lat, cleared_on, HotspotStatus(status))


def wide_commune():
    """One commune of twenty by twenty kilometres without further incidents."""
    (west, south), (east, north) = at(-10_000, -10_000), at(10_000, 10_000)
    return Surroundings(
        shapes=np.array([shapely.box(west, south, east, north)], dtype=object),
        vague=np.empty(0, dtype=np.int64),
        vague_days=np.empty(0, dtype="datetime64[D]"),
    )


def flagged(spots, register, *, radius_m=300):
    """Flag the clusters of records given as (east_m, day)."""
    places = [at(east) for east, _ in spots]
    records = Records(
        ids=list(range(100, 100 + len(spots))),
        lons=[lon for lon, _ in places],
        lats=[lat for _, lat in places],
        days=[day for _, day in spots],
    )
    clusters, _ = found_clusters(
        records.lons, records.lats, records.days, records.ids, min_samples=3, eps_m=300
    )
    evidence = re_emergences(register, records, wide_commune(), as_of=TODAY, radius_m=radius_m)
    return flag_clusters(clusters, records, register, evidence, radius_m=radius_m)


@pytest.mark.parametrize("status", ["suspected", "active", "re_emerged"])
def test_open_hotspot_within_the_radius_makes_a_cluster_known(status):
    (cluster,) = flagged([(0, AFTER)] * 8, [hotspot("TD-1", 200, status, CLEARED_ON)])
    assert cluster.flag is ClusterFlag.KNOWN
    assert cluster.nearest_hotspot == "TD-1"
    assert cluster.nearest_m == pytest.approx(200, abs=0.2)


def test_hotspot_beyond_the_radius_leaves_a_cluster_unrecorded():
    (cluster,) = flagged([(0, AFTER)] * 8, [hotspot("TD-1", 305, "active")])
    assert cluster.flag is ClusterFlag.UNRECORDED
    assert cluster.nearest_hotspot == "TD-1"
    assert cluster.nearest_m == pytest.approx(305, abs=0.3)


def test_empty_register_leaves_every_cluster_unrecorded():
    (cluster,) = flagged([(0, AFTER)] * 8, [])
    assert cluster.flag is ClusterFlag.UNRECORDED
    assert (cluster.nearest_hotspot, cluster.nearest_m) == (None, None)


def test_no_clusters_give_no_flags():
    assert flagged([(0, AFTER)], [hotspot("TD-1", 0, "active")]) == []


@pytest.mark.parametrize("status", ["cleared", "delisted"])
def test_cleared_hotspot_with_three_new_incidents_re_emerges(status):
    spots = [(0, BEFORE)] * 6 + [(10, AFTER)] * 3
    (cluster,) = flagged(spots, [hotspot("TD-1", 0, status, CLEARED_ON)])
    assert cluster.flag is ClusterFlag.RE_EMERGING
    assert cluster.nearest_hotspot == "TD-1"


def test_two_new_incidents_are_not_enough():
    spots = [(0, BEFORE)] * 6 + [(10, AFTER)] * 2
    (cluster,) = flagged(spots, [hotspot("TD-1", 0, "cleared", CLEARED_ON)])
    assert cluster.flag is ClusterFlag.KNOWN


def test_incidents_of_the_day_of_clearing_are_not_new():
    spots = [(0, BEFORE)] * 6 + [(10, CLEARED_ON)] * 3
    (cluster,) = flagged(spots, [hotspot("TD-1", 0, "cleared", CLEARED_ON)])
    assert cluster.flag is ClusterFlag.KNOWN


def test_quiet_cleared_hotspot_makes_a_cluster_known():
    (cluster,) = flagged([(0, BEFORE)] * 8, [hotspot("TD-1", 50, "cleared", CLEARED_ON)])
    assert cluster.flag is ClusterFlag.KNOWN


def test_new_incidents_beyond_the_radius_of_the_hotspot_do_not_count():
    spots = [(0, BEFORE)] * 5 + [(250, BEFORE)] * 3 + [(450, AFTER)] * 5
    (cluster,) = flagged(spots, [hotspot("TD-1", 0, "cleared", CLEARED_ON)])
    assert cluster.flag is ClusterFlag.KNOWN


def test_new_incidents_at_an_open_neighbour_do_not_revive_a_cleared_hotspot():
    spots = [(0, BEFORE)] * 5 + [(200, AFTER)] * 5
    register = [hotspot("OLD", 0, "cleared", CLEARED_ON), hotspot("NEW", 220, "active")]
    (cluster,) = flagged(spots, register)
    assert cluster.flag is ClusterFlag.KNOWN


def test_re_emergence_shows_even_when_an_open_hotspot_is_near():
    spots = [(0, AFTER)] * 5 + [(200, AFTER)] * 5
    register = [hotspot("OLD", 0, "cleared", CLEARED_ON), hotspot("NEW", 220, "active")]
    (cluster,) = flagged(spots, register)
    assert cluster.flag is ClusterFlag.RE_EMERGING
    assert cluster.nearest_hotspot == "OLD"


def test_incident_without_a_day_is_not_new():
    spots = [(0, BEFORE)] * 6 + [(10, None)] * 3
    (cluster,) = flagged(spots, [hotspot("TD-1", 0, "cleared", CLEARED_ON)])
    assert cluster.flag is ClusterFlag.KNOWN


@pytest.mark.parametrize(
    ("distance_m", "day", "flag"),
    [
        (250, AFTER, ClusterFlag.RE_EMERGING),
        (310, AFTER, ClusterFlag.SHIFTED),
        (890, AFTER, ClusterFlag.SHIFTED),
        (910, AFTER, ClusterFlag.UNRECORDED),
        (500, BEFORE, ClusterFlag.UNRECORDED),
        (500, CLEARED_ON, ClusterFlag.UNRECORDED),
    ],
)
def test_cluster_begun_after_a_clearing_next_door_has_shifted(distance_m, day, flag):
    register = [hotspot("TD-1", 0, "cleared", CLEARED_ON)]
    (cluster,) = flagged([(distance_m, day)] * 8, register)
    assert cluster.flag is flag
    assert cluster.nearest_hotspot == "TD-1"


def test_nothing_shifts_from_an_open_hotspot():
    (cluster,) = flagged([(500, AFTER)] * 8, [hotspot("TD-1", 0, "re_emerged", CLEARED_ON)])
    assert cluster.flag is ClusterFlag.UNRECORDED


def test_hotspot_inside_the_hull_is_at_no_distance():
    spots = [(0, AFTER), (280, AFTER), (560, AFTER)] * 3
    (cluster,) = flagged(spots, [hotspot("TD-1", 140, "active")], radius_m=100)
    assert (cluster.flag, cluster.nearest_m) == (ClusterFlag.KNOWN, 0)


def test_order_of_register_and_records_changes_nothing():
    spots = [(0, AFTER)] * 4 + [(150, BEFORE)] * 4 + [(2000, AFTER)] * 4
    register = [hotspot(f"TD-{i}", 100 * i, "active" if i % 2 else "cleared", CLEARED_ON)
                for i in range(6)]  # fmt: skip
    expected = [replace(c, members=()) for c in flagged(spots, register)]
    turned = [replace(c, members=()) for c in flagged(spots[::-1], register[::-1])]
    assert turned == expected


def test_member_that_is_no_record_is_refused():
    lon, lat = at(0)
    clusters, _ = found_clusters([lon] * 8, [lat] * 8, None, range(8))
    with pytest.raises(ClusterError, match="7"):
        flag_clusters(
            clusters,
            Records(list(range(7)), [lon] * 7, [lat] * 7, [None] * 7),
            [hotspot("TD-1", 0, "active")],
            [],
        )


def test_radius_must_be_positive():
    with pytest.raises(ClusterError):
        flag_clusters([], Records([], [], [], []), [], [], radius_m=0)


def test_the_flag_names_the_hotspot_it_speaks_of_by_number():
    (cluster,) = flagged([(0, AFTER)] * 8, [hotspot("TD-57", 100, "active")])
    assert (cluster.nearest_hotspot, cluster.hotspot_id) == ("TD-57", 57)


def test_of_two_places_it_proves_a_cluster_speaks_of_the_one_with_more_evidence():
    spots = [(0, AFTER)] * 4 + [(400, AFTER)] * 6 + [(200, BEFORE)] * 3
    register = [hotspot(f"TD-{i}", 400 * i, "cleared", CLEARED_ON) for i in range(2)]
    (cluster,) = flagged(spots, register)
    assert (cluster.flag, cluster.hotspot_id) == (ClusterFlag.RE_EMERGING, 1)


def test_evidence_below_the_background_proves_nothing():
    register = [hotspot("TD-1", 0, "cleared", CLEARED_ON)]
    lon, lat = at(0)
    records = Records(list(range(8)), [lon] * 8, [lat] * 8, [BEFORE] * 4 + [AFTER] * 4)
    evidence = re_emergences(register, records, wide_commune(), as_of=TODAY)
    clusters, _ = found_clusters(records.lons, records.lats, records.days, records.ids)
    refuted = [replace(found, holds=False) for found in evidence]
    flags = [flag_clusters(clusters, records, register, e)[0].flag for e in (evidence, refuted)]
    assert flags == [ClusterFlag.RE_EMERGING, ClusterFlag.KNOWN]


def test_two_of_the_three_proofs_do_not_make_a_cluster_re_emerging():
    """The third lies alone: the place re-emerged, but not by this cluster."""
    spots = [(-290, AFTER), (100, AFTER), (100, AFTER), *[(150, BEFORE)] * 6]
    places = [at(east) for east, _ in spots]
    records = Records(list(range(9)), *zip(*places, strict=True), [day for _, day in spots])
    register = [hotspot("TD-1", 0, "cleared", CLEARED_ON)]
    (evidence,) = re_emergences(register, records, wide_commune(), as_of=TODAY)
    clusters, _ = found_clusters(
        records.lons, records.lats, records.days, records.ids, eps_m=100, min_samples=5
    )
    (cluster,) = flag_clusters(clusters, records, register, [evidence])
    assert evidence.holds
    assert cluster.flag is ClusterFlag.KNOWN


def test_new_cluster_that_just_reaches_a_cleared_place_has_shifted():
    """Two records within the radius: no proof, and not known. Told is how far its middle is."""
    spots = [(280, AFTER)] * 2 + [(450, AFTER)] * 8
    (cluster,) = flagged(spots, [hotspot("TD-1", 0, "cleared", CLEARED_ON)])
    assert (cluster.flag, cluster.nearest_hotspot) == (ClusterFlag.SHIFTED, "TD-1")
    assert cluster.nearest_m == pytest.approx(416, abs=0.3)


@pytest.mark.parametrize("near_m", [280, 310])
def test_new_cluster_with_its_middle_beyond_three_radii_is_neither_shifted_nor_known(near_m):
    """One end comes near, the middle lies 944 or 947 m away: somebody is to look at it."""
    spots = [(near_m + step, AFTER) for step in (0, 250, 450)] + [(1_000, AFTER)] * 24
    (cluster,) = flagged(spots, [hotspot("TD-1", 0, "cleared", CLEARED_ON)])
    assert (cluster.flag, cluster.nearest_hotspot) == (ClusterFlag.UNRECORDED, "TD-1")
    assert cluster.nearest_m == pytest.approx(near_m, abs=0.3)


def test_a_shift_is_told_of_the_place_nearest_to_the_middle():
    spots = [(400, AFTER)] * 2 + [(650, AFTER)] * 8
    register = [
        hotspot("OLD", 0, "cleared", CLEARED_ON),
        hotspot("NEW", 1_060, "cleared", CLEARED_ON),
    ]
    (cluster,) = flagged(spots, register)
    assert (cluster.flag, cluster.nearest_hotspot) == (ClusterFlag.SHIFTED, "NEW")
    assert cluster.nearest_m == pytest.approx(460, abs=0.3)


def test_cluster_that_reaches_an_open_place_too_is_known():
    spots = [(280, AFTER)] * 2 + [(450, AFTER)] * 8
    register = [hotspot("TD-1", 0, "cleared", CLEARED_ON), hotspot("TD-2", 700, "active")]
    (cluster,) = flagged(spots, register)
    assert (cluster.flag, cluster.nearest_hotspot) == (ClusterFlag.KNOWN, "TD-2")


def test_cluster_beside_a_re_emerged_place_has_shifted_from_it():
    spots = [(0, AFTER)] * 5 + [(0, BEFORE)] * 5 + [(700, AFTER)] * 6
    clusters = flagged(spots, [hotspot("TD-1", 0, "cleared", CLEARED_ON)])
    assert [c.flag for c in clusters] == [ClusterFlag.RE_EMERGING, ClusterFlag.SHIFTED]


@pytest.mark.parametrize(
    ("strays", "flag"), [(1, ClusterFlag.SHIFTED), (3, ClusterFlag.UNRECORDED)]
)
def test_a_stray_older_record_does_not_hide_a_shift(strays, flag):
    """A tenth of the records may be older: not more."""
    spots = [(500, BEFORE)] * strays + [(500, AFTER)] * 15 + [(9_000, date(2024, 1, 1))] * 4
    spots += [(9_000, TODAY)] * 4
    found = flagged(spots, [hotspot("TD-1", 0, "cleared", CLEARED_ON)])
    assert found[0].flag is flag


def test_old_records_are_no_strays_where_nearly_all_days_come_after_the_clearing():
    """One of sixteen is older, as a constant rate would have it: nothing began."""
    spots = [(500, date(2025, 5, 25)), *[(500, AFTER)] * 14, (500, TODAY)]
    (cluster,) = flagged(spots, [hotspot("TD-1", 0, "cleared", CLEARED_ON)])
    assert cluster.flag is ClusterFlag.UNRECORDED


FATES = {
    "active": ClusterFlag.KNOWN,
    "cleared": ClusterFlag.KNOWN,
    "re_emerged": ClusterFlag.RE_EMERGING,
    "unrecorded": ClusterFlag.UNRECORDED,
}


def _planted(folder: Path):
    truth = json.loads((folder / "tu_diem.truth.json").read_text(encoding="utf-8"))
    register = [
        RegisteredPlace(
            id=number,
            ref=place["id"],
            lon=place["lon"],
            lat=place["lat"],
            cleared_on=None if place["fate"] == "active" else date.fromisoformat(place["cleared"]),
            status=HotspotStatus.ACTIVE if place["fate"] == "active" else HotspotStatus.CLEARED,
        )
        for number, place in enumerate(truth)
        if place["fate"] != "unrecorded"
    ]
    with (folder / "vu_viec.truth.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["lat"] and not row["bad"]]
    return truth, register, [row for row in rows if row["coord_style"] not in ("none", "zero")]


def test_planted_places_are_found_with_their_fate(shared_dir):
    truth, register, rows = _planted(shared_dir / "samples" / "seed1")
    records = Records(
        ids=list(range(len(rows))),
        lons=[float(row["lon"]) for row in rows],
        lats=[float(row["lat"]) for row in rows],
        days=[date.fromisoformat(row["date"]) for row in rows],
    )
    clusters, _ = found_clusters(records.lons, records.lats, records.days, records.ids)
    box = shapely.box(102, 8, 110, 24)
    nation = Surroundings(np.array([box]), wide_commune().vague, wide_commune().vague_days)
    evidence = re_emergences(register, records, nation, as_of=date(2026, 12, 31))
    clusters = flag_clusters(clusters, records, register, evidence)
    xy = np.column_stack(to_metres([c.lon for c in clusters], [c.lat for c in clusters], 32648))
    found, right, matched = 0, 0, set()
    for place in truth:
        here = np.column_stack(to_metres([place["lon"]], [place["lat"]], 32648))[0]
        distances = np.linalg.norm(xy - here, axis=1)
        nearest = int(distances.argmin())
        if distances[nearest] <= 300:
            found += 1
            matched.add(nearest)
            right += clusters[nearest].flag is FATES[place["fate"]]
    assert found >= 0.95 * len(truth)
    assert right >= 0.95 * found
    assert len(clusters) - len(matched) <= 0.05 * len(clusters)
