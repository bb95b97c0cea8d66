"""Rows for the review queue of the seeded site."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from geo.matches import SPLIT
from geo.records import Candidate, Incident, Placement, PlaceQuery
from geo.terms import DatePrecision, DetectedBy, IncidentKind, Layer, Precision
from models import imports, incidents
from models.imports import NewImport
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.webapp.seeded_site import HOSTILE, NOW

SOURCE = "CÔNG AN HUYỆN CŨ"

SPLIT_PLACE = Placement(
    Precision.COMMUNE,
    commune_code="23440",
    commune_code_now="23401",
    province_code="51",
    method="text",
    confidence=0.6,
    candidates=(Candidate("23401", 0.67), Candidate("23377", 0.33)),
    warnings=(SPLIT,),
)
"""An old commune that went to Đắk Tô and Đắk Pék."""

CONTRADICTED = replace(
    SPLIT_PLACE,
    precision=Precision.EXACT,
    commune_code="23377",
    commune_code_now="23377",
    lon=107.75,
    lat=14.65,
    method="coordinates",
    confidence=0.5,
    candidates=(Candidate("23377", 0.5), Candidate("23401", 0.5)),
    warnings=("Tọa độ nằm ở Xã Đắk Pék, địa chỉ ghi Xã Đắk Tô; cần kiểm tra.",),
)
"""A point in Đắk Pék beside words that say Đắk Tô."""


def row(ref: str, address: str, placement: Placement, on: date, **cells: object) -> Incident:
    """An incident that waits."""
    return Incident(
        ref=ref,
        source=SOURCE,
        occurred_on=on,
        date_precision=DatePrecision.DAY,
        kind=IncidentKind.TRADING,
        detected_by=DetectedBy.PROVINCE,
        verified=True,
        address_text=address,
        placement=placement,
        line=int(ref.rsplit("-", maxsplit=1)[-1]),
        place=PlaceQuery(address=address, on=on, **cells),  # type: ignore[arg-type]
    )


def waiting_incidents() -> list[Incident]:
    """Three rows alike, one contradicted, one of province 66, one nowhere, one hostile."""
    old = date(2024, 3, 5)
    nowhere = Placement(Precision.UNLOCATED, warnings=("Không xác định được địa điểm.",))
    in_66 = Placement(Precision.PROVINCE, province_code="66", method="text", confidence=0.5)
    return [
        *(row(f"R-{n}", "Xã Tân Cảnh, huyện Đắk Tô", SPLIT_PLACE, old) for n in (1, 2, 3)),
        row(
            "R-4", "Xã Đắk Tô", CONTRADICTED, date(2026, 3, 5), lat_cell="14,65", lon_cell="107,75"
        ),
        row("R-5", "tỉnh Đắk Lắk", in_66, date(2026, 3, 6)),
        row("R-6", "gần chợ", nowhere, date(2026, 3, 6)),
        row("R-7", HOSTILE, nowhere, date(2026, 3, 6)),
    ]


def keep_waiting(database: Database, *records: Incident) -> int:
    """Store rows that wait; the number of their import."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new = NewImport(Layer.INCIDENTS, "cho_ra_soat.xlsx", "c" * 64, SOURCE)
        import_id = imports.add_import(session, LOCAL_OPERATOR, new, at=NOW)
        found = records or waiting_incidents()
        incidents.add_incidents(session, LOCAL_OPERATOR, found, import_id)
    return import_id
