"""Key routes of the demo: invented lines through the insides of communes, none a real road."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import shapely

from geo.crs import FloatArray
from geo.simulation import SimulatedCommune
from geo.standing_terms import CorridorMode, CorridorReach
from models.periods import period_of
from webapp.standing_labels import CORRIDOR_MODES, CORRIDOR_REACHES

HEADINGS = (
    *("Mã tuyến", "Tên tuyến", "Loại hình", "Phạm vi", "Số quyết định", "Ngày quyết định"),
    *("Hiệu lực từ", "Hiệu lực đến", "Bề rộng (m)", "Tọa độ tuyến", "Ghi chú"),
)
_NOTE = "Tuyến mô phỏng"
_ROUNDS = 2
"""How often the corners of a line are cut."""

_SKIRTS = (0.05, 0.15, 0.25)
"""How far from the ends of a province, as a share of its communes, a route may start and stop."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A route to draw: its provinces and how it is written.

    `ended`: it stopped being in force before the last evaluation year.
    """

    provinces: tuple[str, ...]
    mode: CorridorMode
    width: str
    ended: bool = False

    @property
    def reach(self) -> CorridorReach:
        return CorridorReach.INTER if len(self.provinces) > 1 else CorridorReach.INTRA


_PLANS = (
    _Plan(("51",), CorridorMode.ROAD, "400"),
    _Plan(("51", "66"), CorridorMode.ROAD, "1.000"),
    _Plan(("66", "68"), CorridorMode.ROAD, "1.000"),
    _Plan(("68",), CorridorMode.ROAD, "400", ended=True),
    _Plan(("31",), CorridorMode.INLAND_WATER, "600"),
    _Plan(("80",), CorridorMode.ROAD, "0,5 km"),
)


def write_corridors(
    units: Sequence[SimulatedCommune], path: Path, today: date, source: str
) -> None:
    """Write six routes as a clerk's CSV: semicolons, decimal commas, d/m/Y; one has ended."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([f"Đơn vị lập: {source}"])
        writer.writerow(HEADINGS)
        writer.writerows(_rows(units, today))


def _rows(units: Sequence[SimulatedCommune], today: date) -> Iterator[list[str]]:
    year = period_of(today).end.year
    for n, plan in enumerate(_PLANS, 1):
        chosen = [unit for unit in units if unit.province_code in plan.provinces]
        if {unit.province_code for unit in chosen} != set(plan.provinces):
            continue
        ends, points = _best_way(chosen, plan)
        decided = date(year - (3 if plan.ended else 2), 12, 10)
        last = f"{date(year - 2, 12, 31):%d/%m/%Y}" if plan.ended else ""
        body = "QĐ-BCA" if plan.reach is CorridorReach.INTER else "QĐ-UBND"
        yield [
            f"TD-{n:02d}",
            f"Tuyến {_name(ends[0])} – {_name(ends[1])}",
            CORRIDOR_MODES[plan.mode],
            CORRIDOR_REACHES[plan.reach],
            f"{100 + 17 * n}/{body}",
            f"{decided:%d/%m/%Y}",
            f"{date(decided.year, 12, 15):%d/%m/%Y}",
            last,
            plan.width,
            _written(points),
            _NOTE,
        ]


def _name(unit: SimulatedCommune) -> str:
    """The name of a commune without its kind."""
    return unit.full_name.partition(" ")[2] or unit.full_name


def _inner(unit: SimulatedCommune) -> FloatArray:
    inner = shapely.point_on_surface(unit.geometry)
    return np.array([inner.x, inner.y], dtype=float)


Ends = tuple[SimulatedCommune, SimulatedCommune]


def _best_way(units: Sequence[SimulatedCommune], plan: _Plan) -> tuple[Ends, FloatArray]:
    """The ends and points of the route that leaves its provinces least, the longest of such."""
    ground = shapely.union_all([unit.geometry for unit in units])
    choices = [
        _ends(units, plan, southward, skirt) for southward in (True, False) for skirt in _SKIRTS
    ]
    ways = [(ends, _smooth(_way(units, *ends))) for ends in choices if ends[0] != ends[1]]

    def strays(way: tuple[Ends, FloatArray]) -> tuple[float, float]:
        line = shapely.LineString(way[1])
        return round(line.difference(ground).length / line.length, 2), -line.length

    return min(ways, key=strays)


def _ends(units: Sequence[SimulatedCommune], plan: _Plan, southward: bool, skirt: float) -> Ends:
    """Where a route starts and stops: near the two ends of the first and last province."""

    def along(unit: SimulatedCommune) -> tuple[float, str]:
        lon, lat = _inner(unit)
        return (-float(lat) if southward else float(lon)), unit.code

    def of(province: str) -> list[SimulatedCommune]:
        return sorted((u for u in units if u.province_code == province), key=along)

    first, last = of(plan.provinces[0]), of(plan.provinces[-1])
    return first[int(skirt * len(first))], last[-1 - int(skirt * len(last))]


def _way(
    units: Sequence[SimulatedCommune], start: SimulatedCommune, end: SimulatedCommune
) -> FloatArray:
    """Points inside the communes between two, half-way to the straight line that joins them."""
    straight = shapely.LineString([_inner(start), _inner(end)])
    between = [
        unit
        for unit in units
        if unit.code not in (start.code, end.code) and shapely.intersects(unit.geometry, straight)
    ]
    points = [shapely.Point(_inner(unit)) for unit in between]
    stops = sorted((straight.project(point), point.x, point.y) for point in points)
    nearest = [straight.interpolate(at) for at, _x, _y in stops]
    halfway = [
        ((x + on.x) / 2, (y + on.y) / 2) for (_at, x, y), on in zip(stops, nearest, strict=True)
    ]
    return np.array([tuple(_inner(start)), *halfway, tuple(_inner(end))], dtype=float)


def _smooth(points: FloatArray) -> FloatArray:
    """A line with its corners cut (Chaikin), its ends kept."""
    for _ in range(_ROUNDS):
        near, far = points[:-1], points[1:]
        cut = np.stack([0.75 * near + 0.25 * far, 0.25 * near + 0.75 * far], axis=1).reshape(-1, 2)
        points = np.vstack([points[:1], cut, points[-1:]])
    return points


def _written(points: FloatArray) -> str:
    """Points as "lon lat; lon lat" with decimal commas."""
    return "; ".join(f"{lon:.5f} {lat:.5f}".replace(".", ",") for lon, lat in points.tolist())
