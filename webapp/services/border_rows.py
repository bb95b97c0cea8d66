"""The segments of the border as rows: for a spreadsheet, and for other tools as a layer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from geo.border_segments import BANDS_KM
from geo.guarded_cells import guarded_csv
from geo.terms import HotspotStatus
from webapp.labels import HOTSPOT_STATUSES, NEIGHBOURS, vn_number
from webapp.services.border_figures import STATUSES, BandFigures, SegmentFigures
from webapp.services.border_words import seized_words
from webapp.services.overview import View

_HEADINGS = (
    *("Nước", "Đoạn", "Mã đoạn", "Từ km", "Đến km", "Dài (km)", "Xã, phường dọc đoạn"),
    *("Cửa khẩu gần (vị trí ±0,1°)", "Vụ chỉ biết đến xã (không tính theo khoảng cách)"),
)


def write_segments(title: str, segments: Sequence[SegmentFigures]) -> str:
    """The segments with all their bands as CSV for a spreadsheet, a title row on top."""
    headings = [*_HEADINGS, *(head for km in BANDS_KM for head in _band_headings(km))]
    return guarded_csv([[title], headings, *(_cells(each) for each in segments)])


def segment_fields(each: SegmentFigures, view: View) -> dict[str, Any]:
    """What is told of a segment as a feature, by the names of the fields."""
    line = each.segment.line
    found: dict[str, Any] = {
        "segment": line.code,
        "neighbour": line.neighbour,
        "number": line.number,
        "from_km": round(line.from_km, 3),
        "to_km": round(line.to_km, 3),
        "length_km": round(line.length_km, 3),
        "name": each.segment.name,
        "gates": list(each.segment.gates),
        "commune_codes": [code for code, _, _ in each.vague],
        "since": view.since,
        "until": view.until,
    }
    for band in each.bands:
        found |= {f"{name}_{band.depth_km}km": value for name, value in _band_fields(band)}
    return found


def _band_fields(band: BandFigures) -> Iterator[tuple[str, Any]]:
    yield "cases", band.cases
    yield "offenders", band.offenders
    yield "area_km2", round(band.area_km2, 3)
    yield "per_100_km2", _rounded(band.per_100_km2)
    yield "residents", None if band.residents is None else round(band.residents)
    yield "per_10_000", _rounded(band.per_10_000)
    yield "hotspots", {status.value: n for status, n in band.hotspots.items()}
    yield (
        "seizures",
        [
            {"substance": s.substance.value, "quantity": round(s.quantity, 6), "unit": s.unit.value}
            for s in band.seized
        ],
    )


def _band_headings(km: int) -> list[str]:
    within = f"trong {km} km"
    return [
        f"Vụ việc {within}",
        f"Đối tượng {within}",
        f"Diện tích {within} (km²)",
        f"Vụ/100 km² {within}",
        f"Dân số {within} (ước theo diện tích)",
        f"Vụ/10.000 dân {within}",
        *(f"Điểm {HOTSPOT_STATUSES[status]} {within}" for status in STATUSES),
        f"Thu giữ {within}",
    ]


def _cells(each: SegmentFigures) -> list[str | int]:
    line = each.segment.line
    return [
        NEIGHBOURS.get(line.neighbour, line.neighbour),
        line.number,
        line.code,
        *(_number(value, 2) for value in (line.from_km, line.to_km, line.length_km)),
        ", ".join(name for _, name, _ in each.vague),
        ", ".join(each.segment.gates),
        sum(n for *_, n in each.vague),
        *(cell for band in each.bands for cell in _band_cells(band)),
    ]


def _band_cells(band: BandFigures) -> list[str | int]:
    return [
        *(band.cases, band.offenders),
        *(_number(band.area_km2, 2), _number(band.per_100_km2, 2)),
        *(_number(band.residents, 0), _number(band.per_10_000, 2)),
        *(_spots(band, status) for status in STATUSES),
        seized_words(band.seized).removeprefix("–"),
    ]


def _spots(band: BandFigures, status: HotspotStatus) -> int:
    return band.hotspots.get(status, 0)


def _number(value: float | None, digits: int) -> str:
    """A number for a spreadsheet: a decimal comma, no dots between thousands."""
    return "" if value is None else vn_number(value, digits).replace(".", "")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
