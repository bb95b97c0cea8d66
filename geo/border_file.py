"""What was worked out of the land border, kept in a file from one start of the site to the next.

Numbers, texts and WKB only, read without pickle: nothing in a file is ever executed. A file that
is broken, of another format or about another map is as if there were none.
"""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from geo.border_bands import BandGround, LandSample
from geo.border_segments import BANDS_KM
from geo.records import BorderLine

FORMAT = 1
"""Raised whenever segments, bands or the grid are worked out in another way."""

_COLUMNS = {
    **{f"bands_{name}": name for name in ("segment", "commune", "area_km2", "front_m")},
    **{f"land_{name}": name for name in ("commune", "border_m", "area_km2")},
}
_BROKEN = (
    *(OSError, EOFError, ValueError, KeyError, NotImplementedError),
    *(zipfile.BadZipFile, shapely.errors.GEOSException),
)


@dataclass(frozen=True, slots=True, eq=False)
class KeptBorder:
    """The measured lines, parallel to those that were given, with the land behind them.

    `sources` and `lengths_km` are those of the lines.
    """

    lines: tuple[BaseGeometry, ...]
    sources: tuple[str, ...]
    lengths_km: tuple[float, ...]
    bands: BandGround
    land: LandSample


def mark_of(map_sha256: str, lines: Sequence[BorderLine], n_communes: int) -> str:
    """What a file is about: its format, the map by its checksum, the lines that were given."""
    whole = sha256(f"{FORMAT} {map_sha256} {n_communes}".encode())
    for line in lines:
        whole.update(f"{line.neighbour} {line.source} {line.length_km!r}".encode())
        whole.update(shapely.to_wkb(line.geometry))
    return whole.hexdigest()


def write_border(path: Path, mark: str, kept: KeptBorder) -> None:
    """Put a file in its place, whole or not at all.

    Raises
    ------
    OSError
        If the folder cannot be written to.
    """
    columns = {
        name: getattr(kept.bands if name.startswith("bands_") else kept.land, field)
        for name, field in _COLUMNS.items()
    }
    wkb = [shapely.to_wkb(line) for line in kept.lines]
    path.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / path.name
        with made.open("wb") as file:
            np.savez(
                file,
                mark=np.array(mark),
                wkb=np.frombuffer(b"".join(wkb), dtype=np.uint8),
                wkb_ends=np.cumsum([len(each) for each in wkb], dtype=np.int64),
                sources=np.array(kept.sources, dtype=np.str_),
                lengths_km=np.array(kept.lengths_km, dtype=np.float64),
                **columns,
            )
        made.replace(path)


def read_border(path: Path, mark: str, n_communes: int) -> KeptBorder | None:
    """What a file holds; None where there is none, it is broken or tells of something else."""
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            if str(found["mark"]) != mark:
                return None
            kept = _kept({name: found[name] for name in found.files})
    except _BROKEN:
        return None
    return kept if _holds_together(kept, n_communes) else None


def _kept(found: dict[str, NDArray[Any]]) -> KeptBorder:
    ends = found["wkb_ends"].tolist()
    whole = found["wkb"].tobytes()
    pieces = [whole[start:end] for start, end in zip([0, *ends], ends, strict=False)]
    columns = {name: found[name] for name in _COLUMNS}
    return KeptBorder(
        lines=tuple(shapely.from_wkb(piece) for piece in pieces),
        sources=tuple(found["sources"].tolist()),
        lengths_km=tuple(found["lengths_km"].tolist()),
        bands=BandGround(**_of("bands_", columns)),
        land=LandSample(**_of("land_", columns)),
    )


def _of(prefix: str, columns: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    return {_COLUMNS[name]: rows for name, rows in columns.items() if name.startswith(prefix)}


def _holds_together(kept: KeptBorder, n_communes: int) -> bool:
    """Whether the columns are of one length and name communes that there are."""
    bands, land = kept.bands, kept.land
    n, m = bands.segment.size, land.commune.size
    shapes = (bands.commune.shape, bands.area_km2.shape, bands.front_m.shape)
    return (
        shapes == ((n,), (n, len(BANDS_KM)), (n,))
        and land.border_m.shape == land.area_km2.shape == (m,)
        and len(kept.lines) == len(kept.sources) == len(kept.lengths_km)
        and all(
            of.dtype == np.intp and (not of.size or 0 <= of.min() <= of.max() < n_communes)
            for of in (bands.commune, land.commune)
        )
    )
