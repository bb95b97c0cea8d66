"""A simulation as the spreadsheets clerks would send: the demo enters by the front door.

The mess is meant: title rows over a two-row header, dates and coordinates in
several styles, a column of names that has to be refused, a total at the end,
a few rows that cannot be right.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from openpyxl import Workbook

from geo.records import Indicators, Period, Seizure
from geo.simulation import PlantedPlace, SimulatedCommune, SimulatedIncident, Simulation
from geo.terms import DetectedBy, EventType, IncidentKind, SeizureUnit, Substance
from webapp.labels import DETECTED_BY, HOTSPOT_KINDS, HOTSPOT_STATUSES, INCIDENT_KINDS
from webapp.services.simulated_campaigns import write_campaigns
from webapp.services.simulated_corridors import write_corridors
from webapp.services.simulated_facilities import write_facilities

SOURCE = "CÔNG AN TỈNH (DỮ LIỆU MÔ PHỎNG)"
"""Issuing body in the title row of every file."""

N_FUTURE_DATES = 4
N_IMPOSSIBLE_DATES = 3

SUBSTANCES: Mapping[Substance, str] = MappingProxyType(
    {
        Substance.HEROIN: "heroin",
        Substance.SYNTHETIC: "ma túy tổng hợp",
        Substance.CANNABIS: "cần sa",
        Substance.OPIUM: "thuốc phiện",
        Substance.COCAINE: "cocain",
        Substance.KETAMINE: "ketamin",
        Substance.OTHER: "khác",
    }
)

HOTSPOT_HEADINGS = (
    "Mã",
    "Tên",
    "Loại",
    "Địa chỉ",
    "Vĩ độ",
    "Kinh độ",
    "Là nhà ở",
    "Ngày nghi vấn",
    "Ngày phát hiện",
    "Ngày triệt xóa",
    "Ngày tái phức tạp",
    "Ngày đưa ra khỏi danh sách",
    "Trạng thái",
)

INCIDENT_HEADINGS = (
    ("STT", None),
    ("Số hồ sơ", None),
    ("Ngày xảy ra", None),
    ("Hành vi", None),
    ("Địa điểm", None),
    ("Tọa độ", "Vĩ độ"),
    (None, "Kinh độ"),
    ("Số đối tượng", None),
    ("Họ và tên đối tượng", None),
    ("Tang vật", "Loại"),
    (None, "Khối lượng"),
    ("Đơn vị phát hiện", None),
    ("Xác minh", None),
)

INDICATOR_HEADINGS: Mapping[str, str] = MappingProxyType(
    {
        "Mã xã": "commune_code",
        "Nhân khẩu": "residents",
        "Người nghiện có hồ sơ": "dependents",
        "Người sử dụng có hồ sơ": "users",
        "Đang điều trị thay thế": "substitution",
        "Cai tại gia đình, cộng đồng": "home_rehab",
        "Quản lý sau cai": "post_rehab",
        "Điểm tổ chức, chứa chấp": "use_dens",
        "Đối tượng bị bắt trên địa bàn": "offenders_arrested",
        "Người cư trú vi phạm": "resident_offenders",
        "Đối tượng truy nã lẩn trốn": "fugitives",
        "Số cây": "plants",
        "Diện tích cây (m2)": "plant_area_m2",
        "Trên tuyến trọng điểm": "on_key_route",
    }
)


@dataclass(frozen=True, slots=True)
class SimulatedFiles:
    """The files written, by what they hold."""

    hotspots: Path
    incidents: Path
    indicators: tuple[Path, ...]
    campaigns: Path
    corridors: Path
    facilities: Path


def write_files(
    simulation: Simulation,
    where: Sequence[SimulatedCommune],
    folder: Path,
    rng: np.random.Generator,
    today: date,
) -> SimulatedFiles:
    """Write a simulation into a folder: one CSV, and one workbook a kind and period.

    `where` are the communes it was made for; key routes run through them, facilities
    stand in them.
    """
    hotspots = folder / "tu_diem_mo_phong.csv"
    write_hotspots(simulation.places, hotspots)
    incidents = folder / "vu_viec_mo_phong.xlsx"
    write_incidents(simulation.incidents, incidents, rng, today)
    indicators = []
    for period, rows in simulation.indicators.items():
        path = folder / f"chi_tieu_xa_{period.end.year}_mo_phong.xlsx"
        write_indicators(rows, period, path)
        indicators.append(path)
    campaigns = folder / "dot_cao_diem_mo_phong.csv"
    write_campaigns(simulation.places, campaigns, today, SOURCE)
    corridors = folder / "tuyen_trong_diem_mo_phong.csv"
    write_corridors(where, corridors, today, SOURCE)
    facilities = folder / "co_so_mo_phong.csv"
    # A generator of its own: what is drawn after it is as it was without facilities.
    write_facilities(where, simulation.places, facilities, rng.spawn(1)[0], SOURCE)
    return SimulatedFiles(hotspots, incidents, tuple(indicators), campaigns, corridors, facilities)


def write_hotspots(places: Sequence[PlantedPlace], path: Path) -> None:
    """Write the register as a clerk's CSV: semicolons, decimal commas, d/m/Y."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(HOTSPOT_HEADINGS)
        writer.writerows(_hotspot_row(place) for place in places if place.events)


def _hotspot_row(place: PlantedPlace) -> list[str]:
    days = {event.type: f"{event.on:%d/%m/%Y}" for event in place.events}
    name = place.commune.full_name.split(" ", 1)[1]
    return [
        place.ref,
        f"{HOTSPOT_KINDS[place.kind].split(',')[0]} {name} {place.ref[-3:]}",
        HOTSPOT_KINDS[place.kind],
        f"{place.commune.full_name}, {place.commune.province_name}",
        f"{place.lat:.6f}".replace(".", ","),
        f"{place.lon:.6f}".replace(".", ","),
        "có" if place.is_dwelling else "không",
        days.get(EventType.SUSPECTED, ""),
        days.get(EventType.OPENED, ""),
        days.get(EventType.CLEARED, ""),
        days.get(EventType.RE_EMERGED, ""),
        days.get(EventType.DELISTED, ""),
        _status(place),
    ]


def _status(place: PlantedPlace) -> str:
    last = place.events[-1].type
    return HOTSPOT_STATUSES["active" if last is EventType.OPENED else last.value]


def write_incidents(
    incidents: Sequence[SimulatedIncident], path: Path, rng: np.random.Generator, today: date
) -> None:
    """Write incidents as a clerk's workbook, with a few rows that cannot be right."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Vụ việc")
    first, last = incidents[0].occurred_on, today
    sheet.append([SOURCE])
    sheet.append(["DANH SÁCH VỤ VIỆC MA TÚY"])
    sheet.append([f"Từ {first:%d/%m/%Y} đến {last:%d/%m/%Y}"])
    sheet.append([])
    for level in range(2):
        sheet.append([heading[level] for heading in INCIDENT_HEADINGS])
    for number, row in enumerate(_incident_rows(incidents, rng, today), start=1):
        sheet.append([number, *row])
    sheet.append(["Cộng", *[None] * 6, sum(i.offenders for i in incidents)])
    book.save(path)


def _incident_rows(
    incidents: Sequence[SimulatedIncident], rng: np.random.Generator, today: date
) -> Iterator[list[Any]]:
    for incident in incidents:
        yield _incident_row(incident, _date_cell(incident.occurred_on, rng), rng)
    future = f"{today + timedelta(days=40):%d/%m/%Y}"
    wrong = [future] * N_FUTURE_DATES + [f"31/02/{today.year}"] * N_IMPOSSIBLE_DATES
    for number, cell in enumerate(wrong, start=1):
        row = _incident_row(incidents[-number], cell, rng)
        yield [f"SAI-{number:03d}", *row[1:]]


def _incident_row(
    incident: SimulatedIncident, date_cell: Any, rng: np.random.Generator
) -> list[Any]:
    kind = INCIDENT_KINDS[incident.kind]
    if incident.kind is not IncidentKind.CULTIVATION and rng.random() < 0.3:
        kind = kind.upper()
    confirmed_tip = incident.detected_by is DetectedBy.TIP and incident.verified
    return [
        incident.ref,
        date_cell,
        kind,
        incident.address,
        *_coordinate_cells(incident.lon, incident.lat, rng),
        incident.offenders,
        "NGƯỜI MÔ PHỎNG",
        *_seizure_cells(incident.seizure),
        DETECTED_BY[incident.detected_by],
        "đã xác minh" if confirmed_tip else None,
    ]


def _date_cell(day: date, rng: np.random.Generator) -> Any:
    style = rng.random()
    if style < 0.5:
        return datetime.combine(day, time())
    return f"{day:%d/%m/%Y}" if style < 0.9 else f"{day:%d.%m.%y}"


def _coordinate_cells(
    lon: float | None, lat: float | None, rng: np.random.Generator
) -> tuple[Any, Any]:
    """Latitude and longitude as typed: plain, swapped, decimal comma, degrees."""
    if lon is None or lat is None:
        return None, None
    style = rng.random()
    if style < 0.80:
        return round(lat, 6), round(lon, 6)
    if style < 0.87:
        return round(lon, 6), round(lat, 6)
    if style < 0.94:
        return f"{lat:.5f}".replace(".", ","), f"{lon:.5f}".replace(".", ",")
    return _degrees_text(lat, "N"), _degrees_text(lon, "E")


def _degrees_text(value: float, side: str) -> str:
    """Degrees, minutes and seconds.

    >>> _degrees_text(12.508325, "N")
    '12°30\\'29.97"N'
    """
    hundredths = round(value * 360_000)
    minutes, hundredths = divmod(hundredths, 6_000)
    return f"{minutes // 60}°{minutes % 60:02d}'{hundredths / 100:05.2f}\"{side}"


def _seizure_cells(seizure: Seizure | None) -> tuple[str | None, str | None]:
    if seizure is None:
        return None, None
    name = SUBSTANCES[seizure.substance]
    if seizure.unit is SeizureUnit.KG:
        grams = f"{seizure.quantity * 1000:.2f}".replace(".", ",")
        return name, f"{grams} g"
    unit = {SeizureUnit.TABLET: "viên", SeizureUnit.PLANT: "cây", SeizureUnit.M2: "m2"}
    return name, f"{seizure.quantity:.0f} {unit[seizure.unit]}"


def write_indicators(rows: Sequence[Indicators], period: Period, path: Path) -> None:
    """Write what the communes declare for a period as a workbook."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Chỉ tiêu")
    span = f"{period.start:%d/%m/%Y} - {period.end:%d/%m/%Y}"
    sheet.append([f"BIỂU SỐ LIỆU CẤP XÃ (MÔ PHỎNG) kỳ {span}"])
    sheet.append([])
    sheet.append(list(INDICATOR_HEADINGS))
    for row in rows:
        values = (getattr(row, field) for field in INDICATOR_HEADINGS.values())
        sheet.append([("có" if v else "không") if isinstance(v, bool) else v for v in values])
    book.save(path)
