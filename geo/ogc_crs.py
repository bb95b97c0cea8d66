"""Coordinate systems by reference, as OGC API – Features Part 2 names them, in their axes' order.

Files put easting before northing. Here the axes stand as the definition of the system says:
EPSG:4326 and EPSG:4756 are latitude first, CRS84 and every system in metres easting first.
"""

from __future__ import annotations

from dataclasses import dataclass

from geo.errors import CrsError
from geo.vn2000 import GEOGRAPHIC, SYSTEMS, WGS84, System

_EPSG = "http://www.opengis.net/def/crs/EPSG/0/"


@dataclass(frozen=True, slots=True)
class Reference:
    """A coordinate system that coordinates may be asked for in.

    `north_first`: latitude stands before longitude.
    """

    uri: str
    system: System
    north_first: bool = False


CRS84 = Reference("http://www.opengis.net/def/crs/OGC/1.3/CRS84", WGS84)
"""WGS 84, longitude first: what coordinates are in where nothing else is asked for."""

REFERENCES = {
    reference.uri: reference
    for reference in (
        CRS84,
        *(
            Reference(f"{_EPSG}{system.epsg}", system, north_first=system.is_degrees)
            for system in (WGS84, GEOGRAPHIC)
        ),
        *(
            Reference(f"{_EPSG}{system.epsg}", system)
            for system in SYSTEMS.values()
            if not system.is_degrees
        ),
    )
}
"""Every system by its address, CRS84 first."""


def reference_of(uri: str) -> Reference:
    """The system of an address.

    >>> reference_of("http://www.opengis.net/def/crs/EPSG/0/4326").north_first
    True

    Raises
    ------
    CrsError
        If there is none here.
    """
    found = REFERENCES.get(uri.strip())
    if found is None:
        raise CrsError(
            f"Không có hệ tọa độ «{uri[:120]}». Hãy dùng {CRS84.uri} hoặc"
            f" {_EPSG}<mã EPSG>: 4326, 4756, 3405, 3406, 32648, 32649 hay một múi 3° VN-2000."
        )
    return found
