"""Campaigns of the demo: around places that were cleared, one running, one to come."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from geo.simulation import PlantedPlace

HEADINGS = (
    *("Mã đợt", "Tên đợt", "Từ ngày", "Đến ngày", "Địa bàn", "Vĩ độ", "Kinh độ"),
    *("Bán kính (m)", "Ghi chú"),
)
SETTLED_DAYS = 140
"""How long ago a place was cleared at least, so that there is an after to look at."""

_AROUND_DAYS = 45
_NOTE = "Đợt mô phỏng"


def write_campaigns(places: Sequence[PlantedPlace], path: Path, today: date, source: str) -> None:
    """Write four campaigns as a clerk's CSV: semicolons, decimal commas, d/m/Y.

    A circle around the busiest cleared place, the communes of a province where
    most was cleared within three months, a whole province now, communes to come.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([f"Đơn vị lập: {source}"])
        writer.writerow(HEADINGS)
        writer.writerows(_rows(places, today))


def _rows(places: Sequence[PlantedPlace], today: date) -> Iterator[list[str]]:
    settled = [
        (p, p.cleared) for p in places if p.cleared and (today - p.cleared).days > SETTLED_DAYS
    ]
    if not settled:
        return
    busiest, cleared_on = max(settled, key=lambda each: (each[0].n, each[0].ref))
    days = cleared_on - timedelta(days=30), cleared_on + timedelta(days=30)
    yield _row(1, f"Cao điểm quanh {busiest.commune.full_name}", days, "", _circle(busiest))
    province = _most_cleared(settled)
    of_province = sorted(
        ((p, on) for p, on in settled if p.commune.province_code == province),
        key=lambda each: (each[1], each[0].ref),
    )
    middle = of_province[len(of_province) // 2][1]
    near = [(p, on) for p, on in of_province if abs((on - middle).days) <= _AROUND_DAYS]
    province_name = near[0][0].commune.province_name
    name = province_name[:1].lower() + province_name[1:]
    days = min(on for _, on in near), max(on for _, on in near)
    yield _row(2, f"Cao điểm triệt xóa điểm, tụ điểm {name}", days, _communes(near))
    now = today - timedelta(days=21), today + timedelta(days=23)
    yield _row(3, f"Cao điểm tấn công tội phạm ma túy {name}", now, province_name)
    later = today + timedelta(days=30), today + timedelta(days=60)
    yield _row(4, f"Cao điểm giữ địa bàn sạch {name}", later, _communes(near[:3]))


def _row(
    number: int,
    name: str,
    days: tuple[date, date],
    area: str,
    circle: tuple[str, str, str] = ("", "", ""),
) -> list[str]:
    return [f"CD-{number:02d}", name, *(f"{on:%d/%m/%Y}" for on in days), area, *circle, _NOTE]


def _circle(place: PlantedPlace) -> tuple[str, str, str]:
    lat, lon = (f"{value:.6f}".replace(".", ",") for value in (place.lat, place.lon))
    return lat, lon, "1.000"


def _most_cleared(settled: Sequence[tuple[PlantedPlace, date]]) -> str:
    """The province with most of the cleared places, ties by the lowest code."""
    counted = Counter(place.commune.province_code for place, _on in settled)
    return min(counted, key=lambda code: (-counted[code], code))


def _communes(near: Sequence[tuple[PlantedPlace, date]]) -> str:
    """The communes of places as a list, each once, by code."""
    units = {place.commune.code: place.commune for place, _on in near}
    return "; ".join(f"{u.full_name}, {u.province_name}" for _code, u in sorted(units.items()))
