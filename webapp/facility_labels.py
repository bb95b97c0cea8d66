"""Vietnamese words for the kinds of facilities."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from geo.terms import FacilityKind

FACILITY_KINDS: Mapping[str, str] = MappingProxyType(
    {
        FacilityKind.SCHOOL: "Trường học",
        FacilityKind.BAR: "Quán bar",
        FacilityKind.KARAOKE: "Karaoke",
        FacilityKind.DANCE_HALL: "Vũ trường",
        FacilityKind.LODGING: "Cơ sở lưu trú",
        FacilityKind.TREATMENT_CENTRE: "Cơ sở cai nghiện",
        FacilityKind.SUBSTITUTION_CLINIC: "Cơ sở điều trị thay thế",
        FacilityKind.PRECURSOR_BUSINESS: "Cơ sở tiền chất, hóa chất",
        FacilityKind.N2O_BUSINESS: "Cơ sở kinh doanh N2O",
        FacilityKind.AIRPORT: "Sân bay",
        FacilityKind.SEAPORT: "Cảng biển",
        FacilityKind.INLAND_PORT: "Cảng, bến thủy nội địa",
        FacilityKind.RAIL_STATION: "Ga đường sắt",
        FacilityKind.BUS_STATION: "Bến xe",
        FacilityKind.OTHER: "Cơ sở khác",
    }
)
