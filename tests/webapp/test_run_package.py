"""The package of a run: repeated elsewhere it gives the same labels, and it tells no more."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from geo.clusters import label_places
from geo.space_time import label_space_time
from models import audit, communes, run_points, runs
from models.disclosure import snap_to_grid
from models.errors import NotFoundError
from models.incident_counts import clustering_input
from models.incident_filters import IncidentFilter
from models.run_points import RunPoints, labels_digest
from models.runs import NewRun
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from webapp.services.run_package import make_package

NOW = datetime(2026, 6, 14, 5, tzinfo=UTC)
NATION = Viewer("ke-hoach", Role.PLANNER)
READER = Viewer("doc", Role.ANALYST)
PROVINCE = Viewer("tinh", Role.PLANNER, Scope.provinces("51"))

METRES = {"eps_m": 300.0, "min_samples": 5, "eps_days": None}
DAYS = {"eps_m": 300.0, "min_samples": 5, "eps_days": 10}


def scattered(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Gatherings on both sides of the meridian between two zones of UTM, one right across it."""
    centres = [(107.9999, 14.5), (107.90, 14.6), (108.07, 14.5), (108.001, 14.55), (105.8, 21.0)]
    lons = [rng.normal(lon, 0.002, 150) for lon, _ in centres] + [rng.uniform(105, 109, 200)]
    lats = [rng.normal(lat, 0.002, 150) for _, lat in centres] + [rng.uniform(10, 21, 200)]
    # Records of one place, as an office writes them.
    lons, lats = [*lons, np.full(9, 107.95)], [*lats, np.full(9, 14.4)]
    # Two gatherings with a border point between their outermost cores, nearer to the second, and
    # to the first where all is turned round.
    row_m = np.array([-90, -80, -70, -60, 0, 250, 450, 560, 570, 580, 590])
    for turn, lat in ((1, 12.0), (-1, 12.1)):
        lons.append(106.0 + turn * row_m / (111_320 * np.cos(np.radians(lat))))
        lats.append(np.full(row_m.size, lat))
    return np.concatenate(lons), np.concatenate(lats)


def stored(database: Database, method: Mapping[str, float | None], points: RunPoints) -> int:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        run = NewRun(
            as_of=date(2026, 6, 14),
            parameters=dict(method),
            data_stamp="s",
            boundary_version_id=communes.current_version(session, LOCAL_OPERATOR).id,
            software_version="0",
            n_records=int(points.ids.size),
            n_left_out=0,
            labels_sha256=labels_digest(points.labels),
            at=NOW,
        )
        run_id = runs.store_run(session, LOCAL_OPERATOR, run, [])
        run_points.store_points(session, LOCAL_OPERATOR, run_id, points)
    return run_id


def unpacked(database: Database, viewer: Viewer, run_id: int, folder: Path) -> Path:
    package = make_package(database, viewer, run_id, NOW, "http://site.example/export/run/1.zip")
    zipfile.ZipFile(io.BytesIO(package.content)).extractall(folder)
    return folder


def table(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text("utf-8").splitlines()))


def verified(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "verify.py"], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("method", [METRES, DAYS], ids=["metres", "metres and days"])
def test_the_script_comes_to_the_stored_labels_over_two_zones(
    seeded_database: Database, tmp_path: Path, method: Mapping[str, float | None]
) -> None:
    rng = np.random.default_rng(4)
    lons, lats = scattered(rng)
    days = np.datetime64("2026-01-01") + rng.integers(0, 60, lons.size)
    if method is METRES:
        found = label_places(lons, lats, eps_m=300.0, min_samples=5)
    else:
        found = label_space_time(lons, lats, days, eps_m=300.0, eps_days=10, min_samples=5)
    assert found.n_clusters >= 4
    # The first gathering lies across the meridian and is one cluster, or that proves nothing.
    east, west = (
        set(found.labels[:150][side]) - {-1} for side in (lons[:150] >= 108, lons[:150] < 108)
    )
    assert east & west
    ids = np.arange(1, lons.size + 1)
    points = RunPoints(ids, lons, lats, days, found.labels, found.core)
    folder = unpacked(seeded_database, NATION, stored(seeded_database, method, points), tmp_path)

    done = verified(folder)

    assert done.returncode == 0, done.stderr
    assert f"labels: OK, {found.n_clusters} clusters of {lons.size} points" in done.stdout


def small_run(database: Database) -> tuple[int, RunPoints]:
    """A run over the incidents of the site, as they lie."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        read = clustering_input(session, LOCAL_OPERATOR, IncidentFilter())
    found = label_places(read.lons, read.lats, eps_m=300.0, min_samples=3)
    points = RunPoints(read.ids, read.lons, read.lats, read.days, found.labels, found.core)
    return stored(database, {**METRES, "min_samples": 3}, points), points


@pytest.mark.parametrize("file", ["points.csv", "labels.csv", "clusters.geojson", "README.txt"])
def test_a_changed_file_is_noticed(seeded_database: Database, tmp_path: Path, file: str) -> None:
    run_id, _ = small_run(seeded_database)
    folder = unpacked(seeded_database, READER, run_id, tmp_path)
    (folder / file).write_bytes((folder / file).read_bytes() + b" ")

    done = verified(folder)

    assert done.returncode != 0
    assert f"{file} was changed" in done.stderr


def test_another_label_is_noticed_though_the_checksums_are_made_anew(
    seeded_database: Database, tmp_path: Path
) -> None:
    run_id, points = small_run(seeded_database)
    folder = unpacked(seeded_database, NATION, run_id, tmp_path)
    labels = (folder / "labels.csv").read_bytes()
    head, _, rest = labels.partition(b"\n")
    id_, _, core = rest.partition(b"\n")[0].split(b",")
    changed = head + b"\n" + b",".join((id_, b"77", core)) + b"\n" + rest.partition(b"\n")[2]
    (folder / "labels.csv").write_bytes(changed)
    sums = (folder / "checksums.txt").read_text()
    old, new = (hashlib.sha256(each).hexdigest() for each in (labels, changed))
    (folder / "checksums.txt").write_text(sums.replace(old, new))

    done = verified(folder)

    assert "other labels" in done.stderr
    assert points.ids.size > 0


def test_who_may_not_know_homes_gets_the_middles_of_squares_and_the_labels(
    seeded_database: Database, tmp_path: Path
) -> None:
    run_id, points = small_run(seeded_database)
    folder = unpacked(seeded_database, READER, run_id, tmp_path)

    told = table(folder / "points.csv")
    exact = dict(zip(points.ids.tolist(), zip(points.lons, points.lats, strict=True), strict=True))
    squared = [row for row in told if row["in_square"] == "1"]
    assert squared
    for row in told:
        lon, lat = exact[int(row["id"])]
        shown = snap_to_grid(lon, lat) if row in squared else (lon, lat)
        assert (float(row["lon"]), float(row["lat"])) == shown
    labels = [int(row["label"]) for row in table(folder / "labels.csv")]
    assert labels == points.labels.tolist()
    assert json.loads((folder / "parameters.json").read_text("utf-8"))["repeatable"] is False
    done = verified(folder)
    assert (done.returncode, "files: OK" in done.stdout) == (0, True)
    assert "labels: OK" not in done.stdout


def test_a_province_gets_its_own_records_alone(seeded_database: Database, tmp_path: Path) -> None:
    run_id, points = small_run(seeded_database)
    folder = unpacked(seeded_database, PROVINCE, run_id, tmp_path)

    told = {int(row["id"]) for row in table(folder / "points.csv")}
    with unit_of_work(seeded_database, PROVINCE, read_only=True) as session:
        own = set(clustering_input(session, PROVINCE, IncidentFilter()).ids.tolist())
    assert told == own
    assert 0 < len(told) < points.ids.size
    assert {int(row["id"]) for row in table(folder / "labels.csv")} == own


def test_a_record_that_was_moved_since_stands_in_a_square(
    seeded_database: Database, tmp_path: Path
) -> None:
    run_id, points = small_run(seeded_database)
    moved = RunPoints(
        points.ids, points.lons + 0.01, points.lats, points.days, points.labels, points.core
    )
    again = stored(seeded_database, METRES, moved)

    folder = unpacked(seeded_database, READER, again, tmp_path)

    assert {row["in_square"] for row in table(folder / "points.csv")} == {"1"}
    assert run_id != again


def test_the_package_leaves_a_line_in_the_trail(seeded_database: Database, tmp_path: Path) -> None:
    run_id, points = small_run(seeded_database)
    unpacked(seeded_database, NATION, run_id, tmp_path)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        events = audit.list_events(session, LOCAL_OPERATOR, action="export")
    assert [(e.object, e.detail["rows"]) for e in events] == [(f"run:{run_id}", points.ids.size)]


def test_a_run_that_is_not_there_is_not_found(seeded_database: Database) -> None:
    with pytest.raises(NotFoundError):
        make_package(seeded_database, NATION, 99, NOW + timedelta(days=1), "")
