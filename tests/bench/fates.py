"""What the analysis makes of simulated worlds whose planted places are known.

`python -m tests.bench.fates` measures this alone on worlds that nobody has seen
before; `--seeds 3 4` repeats given ones. How a place and an answer are matched:

* a place is found if the middle of a cluster lies within 300 m of it; the nearest
  such cluster is its cluster. Asked of the places that were planted with incidents
  and are active, re-emerged or on no register;
* its fate is right if the flag of its cluster is the one that the truth and the
  register call for (`_flag`). Asked of every place found, cleared ones too;
* an alarm is an alert that a place is complex again, not on the register or moved;
  it is true if a planted place of that fate lies within 300 m of it. Nothing in
  these worlds moves, so every alert of a move is false.
"""

from __future__ import annotations

import argparse
import secrets
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from geo.crs import earth_xyz
from geo.simulation import Fate
from geo.terms import AlertKind, ClusterFlag, HotspotStatus
from models import alerts, hotspots, runs, site
from models.lifecycle import status_at
from models.session import open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.bench.imports import run_command
from tests.bench.measures import Measure, machine, write_section
from webapp.services.simulate import SITE_KEY

PAGE = Path(__file__).resolve().parents[2] / "docs" / "benchmarks.md"
WORLDS = 10
NEAR_M = 300.0

GATHERINGS = (Fate.ACTIVE, Fate.RE_EMERGED, Fate.UNRECORDED)
"""Fates that the software has to find; cleared places only leave old records behind."""

ALARMS = {
    AlertKind.RE_EMERGING: Fate.RE_EMERGED,
    AlertKind.UNRECORDED: Fate.UNRECORDED,
    AlertKind.SHIFTED: None,
}
"""Alerts that accuse a place, and the fate that makes them true."""

NAMES = {
    Fate.ACTIVE: "đang hoạt động, đã có trong hồ sơ",
    Fate.RE_EMERGED: "tái phức tạp",
    Fate.UNRECORDED: "chưa có trong hồ sơ",
    Fate.CLEARED: "đã triệt xóa, yên",
}


@dataclass(frozen=True, slots=True)
class World:
    """One simulated world: what was planted, and what was found and alerted.

    `told` is the flag of the cluster at each place, None where none was found.
    """

    seed: int
    truth: list[dict[str, Any]]
    told: list[ClusterFlag | None]
    alarms: list[tuple[AlertKind, bool]]


def measure_fates(seeds: Sequence[int] | None = None) -> list[Measure]:
    """Build worlds, analyse them as the demo does, write the page, return the promises."""
    chosen = list(seeds) if seeds else [secrets.randbelow(2**31) for _ in range(WORLDS)]
    print("Hạt giống:", *chosen, flush=True)
    with TemporaryDirectory() as folder:
        fresh = Path(folder, "fresh")
        run_command(fresh, "init")
        worlds = [_world(fresh, Path(folder, str(seed)), seed) for seed in chosen]
    write_section(PAGE, "fates", _table(worlds))
    wanted = [
        told for w in worlds for p, told in zip(w.truth, w.told, strict=True) if _is_wanted(p)
    ]
    fates = [right for w in worlds for right in _right(w)]
    alarms = [is_true for w in worlds for _kind, is_true in w.alarms]
    found, right = len(wanted) - wanted.count(None), fates.count(True)
    return [
        Measure("Điểm mô phỏng tìm ra", _percent(found, len(wanted)), "%", 95, at_least=True),
        Measure("Điểm tìm ra đúng tình trạng", _percent(right, len(fates)), "%", 95, at_least=True),
        Measure("Cảnh báo sai", _percent(alarms.count(False), len(alarms)), "%", 5),
    ]


def _world(fresh: Path, data_dir: Path, seed: int) -> World:
    """Build the demo of a seed and read what it found."""
    shutil.copytree(fresh, data_dir)
    run_command(data_dir, "demo", "--seed", str(seed))
    database = open_database(f"sqlite:///{data_dir / 'diaban.sqlite'}")
    try:
        with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
            fact = site.get(session, LOCAL_OPERATOR, SITE_KEY)
            run = runs.latest_run(session, LOCAL_OPERATOR)
            if fact is None or run is None:
                raise RuntimeError(f"the demo of seed {seed} left no truth or no run")
            clusters = runs.run_clusters(session, LOCAL_OPERATOR, run.id)
            raised = alerts.open_alerts(session, LOCAL_OPERATOR)
            noticed = {
                spot.ref
                for spot in hotspots.find_hotspots(session, LOCAL_OPERATOR)
                if status_at(spot.events, run.as_of) is HotspotStatus.RE_EMERGED
            }
    finally:
        database.close()
        shutil.rmtree(data_dir)
    truth = [place | {"noticed": place["ref"] in noticed} for place in fact["truth"]]
    near = _nearest(truth, clusters)
    told = [None if at is None else clusters[at].flag for at in near]
    accusing = [alert for alert in raised if alert.kind in ALARMS]
    alarms = [(alert.kind, _is_true(alert, truth)) for alert in accusing]
    return World(seed, truth, told, alarms)


def _nearest(truth: Sequence[dict[str, Any]], clusters: Sequence[Any]) -> list[int | None]:
    """The cluster of every place, None where no middle is near enough."""
    if not clusters:
        return [None] * len(truth)
    middles = earth_xyz([c.lon for c in clusters], [c.lat for c in clusters])
    found = []
    for here in earth_xyz([p["lon"] for p in truth], [p["lat"] for p in truth]):
        distance_m = np.linalg.norm(middles - here, axis=1)
        nearest = int(distance_m.argmin())
        found.append(nearest if distance_m[nearest] <= NEAR_M else None)
    return found


def _is_true(alert: alerts.Alert, truth: Sequence[dict[str, Any]]) -> bool:
    """Whether a planted place of the alert's fate lies where the alert does."""
    places = [p for p in truth if p["fate"] == ALARMS[alert.kind]]
    if not places:
        return False
    around = earth_xyz([p["lon"] for p in places], [p["lat"] for p in places])
    here = earth_xyz([alert.lon], [alert.lat])
    return bool(np.linalg.norm(around - here, axis=1).min() <= NEAR_M)


def _is_wanted(place: dict[str, Any]) -> bool:
    return place["fate"] in GATHERINGS and place["n"] > 0


def _right(world: World) -> list[bool]:
    """For every place found with incidents of its own whether its flag is right."""
    pairs = zip(world.truth, world.told, strict=True)
    return [told is _flag(p) for p, told in pairs if told is not None and p["n"] > 0]


def _flag(place: dict[str, Any]) -> ClusterFlag:
    """The flag that the truth and the register call for."""
    if place["fate"] == Fate.UNRECORDED:
        return ClusterFlag.UNRECORDED
    if place["fate"] == Fate.RE_EMERGED and not place["noticed"]:
        return ClusterFlag.RE_EMERGING
    return ClusterFlag.KNOWN


def _table(worlds: Sequence[World]) -> list[str]:
    seeds = ", ".join(str(world.seed) for world in worlds)
    lines = [
        f"{len(worlds)} thế giới mô phỏng, hạt giống {seeds}; đo trên {machine()}.",
        "",
        "| Điểm đã gieo | Số điểm | Tìm ra | Đúng tình trạng |",
        "|---|---|---|---|",
    ]
    for fate, name in NAMES.items():
        told = [
            (p, flag)
            for w in worlds
            for p, flag in zip(w.truth, w.told, strict=True)
            if p["fate"] == fate and p["n"] > 0
        ]
        found = [(p, flag) for p, flag in told if flag is not None]
        right = sum(flag is _flag(p) for p, flag in found)
        lines.append(
            f"| {name} | {len(told)} | {_share(len(found), len(told))} "
            f"| {_share(right, len(found))} |"
        )
    counted = Counter(alarm for world in worlds for alarm in world.alarms)
    lines += ["", "| Cảnh báo | Đúng | Sai |", "|---|---|---|"]
    words = {
        AlertKind.RE_EMERGING: "tái phức tạp",
        AlertKind.UNRECORDED: "chưa có trong hồ sơ",
        AlertKind.SHIFTED: "dịch chuyển",
    }
    lines += [f"| {w} | {counted[k, True]} | {counted[k, False]} |" for k, w in words.items()]
    return lines


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _share(part: int, whole: int) -> str:
    return f"{_percent(part, whole):.1f} %".replace(".", ",") if whole else "–"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", help="worlds to repeat")
    for measure in measure_fates(parser.parse_args().seeds):
        print(measure.row())
