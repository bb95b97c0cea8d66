"""Hoàng Sa and Trường Sa as small drawings name and show them: groups of islets, never a disc."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Archipelago:
    """An archipelago: its name, the province it belongs to, and islets (lon, lat in WGS 84)."""

    name: str
    belongs_to: str
    islets: tuple[tuple[float, float], ...]


_HOANG_SA = Archipelago(
    name="Quần đảo Hoàng Sa",
    belongs_to="TP Đà Nẵng",
    islets=(
        *((111.61, 16.53), (112.34, 16.83), (111.2, 15.78), (112.73, 16.67)),
        *((111.7, 16.45), (112.27, 16.97), (112.4, 16.06)),
    ),
)
_TRUONG_SA = Archipelago(
    name="Quần đảo Trường Sa",
    belongs_to="tỉnh Khánh Hòa",
    islets=(
        *((111.92, 8.64), (114.33, 11.43), (114.33, 9.89), (114.36, 10.18), (114.48, 10.37)),
        *((113.69, 8.97), (112.92, 7.89), (112.2, 8.85), (113.98, 8.81), (114.28, 11.05)),
        *((115.83, 10.73), (116.4, 9.74), (115.9, 8.11)),
    ),
)

ARCHIPELAGOS: Mapping[str, Archipelago] = MappingProxyType(
    {"Đặc khu Hoàng Sa": _HOANG_SA, "Đặc khu Trường Sa": _TRUONG_SA}
)
"""By the full name of the commune that an archipelago is."""
