"""Facilities of the demo: invented schools, businesses, treatment and stations, none a real one."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import shapely

from geo.simulation import PlantedPlace, SimulatedCommune
from geo.terms import FacilityKind
from webapp.facility_labels import FACILITY_KINDS

HEADINGS = (
    *("Mã cơ sở", "Tên cơ sở", "Loại", "Chủ cơ sở", "Địa chỉ", "Xã, phường", "Tỉnh, thành phố"),
    *("Vĩ độ", "Kinh độ", "Ghi chú"),
)
_OWNER = "NGƯỜI MÔ PHỎNG"
_NOTE = "Cơ sở mô phỏng"
_SCHOOLS = ("Trường mầm non", "Trường tiểu học", "Trường THCS", "Trường THPT")
_NIGHT = (FacilityKind.KARAOKE, FacilityKind.LODGING, FacilityKind.BAR)
_OF_PROVINCE = (
    *(FacilityKind.TREATMENT_CENTRE, FacilityKind.SUBSTITUTION_CLINIC, FacilityKind.BUS_STATION),
    *(FacilityKind.DANCE_HALL, FacilityKind.N2O_BUSINESS, FacilityKind.PRECURSOR_BUSINESS),
    *(FacilityKind.RAIL_STATION, FacilityKind.INLAND_PORT, FacilityKind.AIRPORT),
)
_NEAR_DEG = 0.003
"""How far from a planted place, about 300 m, a business of the night may stand."""

Site = tuple[FacilityKind, str, SimulatedCommune, float, float]
"""Kind, words before the name, commune, longitude and latitude."""


def write_facilities(
    where: Sequence[SimulatedCommune],
    places: Sequence[PlantedPlace],
    path: Path,
    rng: np.random.Generator,
    source: str,
) -> None:
    """Write facilities as a clerk's CSV: semicolons, decimal commas, a column of owners."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow([f"Đơn vị lập: {source}"])
        writer.writerow(HEADINGS)
        writer.writerows(_row(n, site) for n, site in enumerate(_sites(where, places, rng), 1))


def _sites(
    where: Sequence[SimulatedCommune], places: Sequence[PlantedPlace], rng: np.random.Generator
) -> Iterator[Site]:
    yield from _schools(where, rng)
    for n, place in enumerate(places):
        if rng.random() < 0.4:
            lon, lat = np.array([place.lon, place.lat]) + rng.uniform(-_NEAR_DEG, _NEAR_DEG, 2)
            kind = _NIGHT[n % len(_NIGHT)]
            if shapely.contains_xy(place.commune.geometry, lon, lat):
                yield kind, FACILITY_KINDS[kind], place.commune, lon, lat
    for province in sorted({unit.province_code for unit in where}):
        units = [unit for unit in where if unit.province_code == province]
        for kind in _OF_PROVINCE:
            unit = units[int(rng.integers(len(units)))]
            yield kind, FACILITY_KINDS[kind], unit, *_point_in(unit, rng)


def _schools(where: Sequence[SimulatedCommune], rng: np.random.Generator) -> Iterator[Site]:
    for unit in where:
        for words in _SCHOOLS[: 1 + int(rng.integers(len(_SCHOOLS)))]:
            yield FacilityKind.SCHOOL, words, unit, *_point_in(unit, rng)


def _point_in(unit: SimulatedCommune, rng: np.random.Generator) -> tuple[float, float]:
    """A random point of a commune; the middle of it where chance finds none."""
    west, south, east, north = unit.geometry.bounds
    for _ in range(50):
        lon, lat = rng.uniform(west, east), rng.uniform(south, north)
        if shapely.contains_xy(unit.geometry, lon, lat):
            return float(lon), float(lat)
    inner = shapely.point_on_surface(unit.geometry)
    return float(inner.x), float(inner.y)


def _row(number: int, site: Site) -> list[str]:
    kind, words, unit, lon, lat = site
    name = unit.full_name.partition(" ")[2] or unit.full_name
    business = kind in (*_NIGHT, FacilityKind.DANCE_HALL)
    return [
        f"CS-{number:05d}",
        f"{words} {name} {number}",
        FACILITY_KINDS[kind],
        _OWNER if business else "",
        "",
        unit.full_name,
        unit.province_name,
        f"{lat:.6f}".replace(".", ","),
        f"{lon:.6f}".replace(".", ","),
        _NOTE,
    ]
