"""A file is placed row by row into another file; no database is asked.

Rows are read, placed and written a few thousand at a time, so memory does not
grow with the file. The result takes its final name only when it is whole.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from itertools import islice
from pathlib import Path
from typing import TextIO
from uuid import uuid4

import numpy as np

from geo.coverage import Coverage
from geo.crosswalk import load_crosswalk
from geo.errors import UnusableFileError
from geo.gazetteer import CommuneUnit, Gazetteer
from geo.geocode import Geocoder
from geo.place_rows import PlaceList, PlaceRow
from geo.point_rows import NOWHERE, PointBatch, point_batches
from geo.records import Placement, PlaceQuery
from geo.sources import CommuneFrame, load_source
from webapp.services import shipped
from webapp.services.places import APPROXIMATE_TOLERANCE_M, OFFICIAL_TOLERANCE_M

FIELDS = (
    *("ref", "commune_code", "lon", "lat", "precision", "method"),
    *("confidence", "candidates", "warnings"),
)
CONFIDENT = 0.9
_CHUNK = 2_000
_POINTS = 20_000
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

Progress = Callable[[int, int], None]
"""Called with (done, about how many there are) while rows are placed."""


@dataclass(frozen=True, slots=True)
class PlacesInForce:
    """A geocoder and how many of its communes have approximate limits."""

    geocoder: Geocoder
    commune_count: int
    approximate_count: int


@dataclass(frozen=True, slots=True)
class GeocodeReport:
    """How many rows were placed, by precision, and how many surely."""

    rows: int
    placed: Mapping[str, int]
    confident: int

    @property
    def doubtful(self) -> int:
        """Rows that a person should look at."""
        return self.rows - self.confident


def places_in_force(source: Path | None = None) -> PlacesInForce:
    """A geocoder over a coverage of communes, or over the approximate one that ships.

    The polygons are used as they come: cleaning is for maps that are shown. Where
    the source has only some of the communes in force, the provinces it lacks keep
    their approximate limits.

    Raises
    ------
    BoundaryError
        If the source cannot be read as a coverage.
    """
    if source is None:
        return _over([load_source(shipped.COMMUNES)], [True])
    theirs = load_source(source)
    known, given = shipped.shipped_codes(), set(theirs["code"])
    if known <= given or not given <= known:
        return _over([theirs], [False])
    ours = load_source(shipped.COMMUNES)
    theirs = _named(theirs, ours)
    rest = ours[~ours["code"].isin(given)]
    return _over([theirs, rest], [False, True])


def _over(frames: list[CommuneFrame], approximate: list[bool]) -> PlacesInForce:
    """Every frame gives names; one that shares its provinces with another, no polygons."""
    units = [unit for frame in frames for unit in _units(frame)]
    drawn = frames[0]
    codes, shapes = list(drawn["code"]), list(drawn.geometry)
    for rest in frames[1:]:
        apart = rest[~rest["province_code"].isin(set(drawn["province_code"]))]
        codes += list(apart["code"])
        shapes += list(apart.geometry)
    tolerance_m = APPROXIMATE_TOLERANCE_M if any(approximate) else OFFICIAL_TOLERANCE_M
    geocoder = Geocoder(
        Gazetteer.build(units, load_crosswalk()), Coverage(codes, shapes, tolerance_m)
    )
    counts = [len(f) for f, rough in zip(frames, approximate, strict=True) if rough]
    return PlacesInForce(geocoder, len(units), sum(counts))


def _units(frame: CommuneFrame) -> Iterator[CommuneUnit]:
    names = ("code", "name", "full_name", "unit_type", "province_code", "province_name")
    for values in zip(*(frame[name] for name in names), strict=True):
        yield CommuneUnit(*values)


def _named(theirs: CommuneFrame, ours: CommuneFrame) -> CommuneFrame:
    """Fill in the names of provinces that the source gives by code only."""
    names = dict(zip(ours["province_code"], ours["province_name"], strict=True))
    pairs = zip(theirs["province_code"], theirs["province_name"], strict=True)
    return theirs.assign(province_name=[name or names.get(code, "") for code, name in pairs])


def write_geocoded(
    places: PlaceList, geocoder: Geocoder, out: Path, progress: Progress | None = None
) -> GeocodeReport:
    """Place every row and write one line for each, in order, to a CSV in UTF-8.

    `commune_code` is of the map in force, `candidates` are `code:score` joined by
    `|`, `warnings` joined by `; `; a row known to its commune only has no point.

    Raises
    ------
    OSError
        If the file cannot be written; none is left then.
    UnusableFileError
        If the source breaks off halfway; no file is left then.
    """
    tally = _Tally()
    with _whole_or_none(out) as file:
        file.write(_csv([FIELDS]))
        lines = _by_rows if places.bare is None or geocoder.coverage is None else _by_columns
        for rows, text in lines(places, geocoder, tally):
            file.write(text)
            if progress is not None:
                progress(rows, max(places.about, rows))
        if not tally.rows:
            raise UnusableFileError(
                "Tệp có tiêu đề nhưng không có dòng dữ liệu nào: kiểm tra lại trang hoặc tệp."
            )
    return GeocodeReport(tally.rows, dict(tally.placed), tally.confident)


@dataclass(slots=True)
class _Tally:
    """What was placed so far."""

    placed: Counter[str] = field(default_factory=Counter)
    confident: int = 0

    @property
    def rows(self) -> int:
        return self.placed.total()

    def add(self, found: Sequence[Placement]) -> None:
        for placement in found:
            self.add_alike(placement, 1)

    def add_alike(self, placement: Placement, n: int) -> None:
        self.placed[placement.precision.value] += n
        self.confident += n * (placement.confidence >= CONFIDENT)


_Line = tuple[str | float, ...]
_Chunks = Iterator[tuple[int, str]]
"""How many rows there are so far, and the lines of the latest."""


def _by_rows(places: PlaceList, geocoder: Geocoder, tally: _Tally) -> _Chunks:
    """Rows with words, a few thousand at a time."""
    while chunk := list(islice(places.rows, _CHUNK)):
        found = geocoder.place_many([row.query for row in chunk])
        tally.add(found)
        yield tally.rows, _csv(map(_line, chunk, found))


def _by_columns(places: PlaceList, geocoder: Geocoder, tally: _Tally) -> _Chunks:
    """Rows that hold a point and nothing else, located column by column.

    Points of one commune give lines that differ by reference and point only.
    """
    if places.bare is None or geocoder.coverage is None:
        return
    alike: dict[str, Placement] = {}
    ends: dict[str, str] = {}
    for batch in point_batches(places.bare, geocoder.coverage, _POINTS):
        placed = geocoder.place_many([row.query for row in batch.others.values()])
        tally.add(placed)
        first = {code: i for i, code in enumerate(batch.codes) if code not in alike}
        first.pop(None, None)
        alike |= zip(first, geocoder.place_many(_points(batch, first.values())), strict=True)
        ends |= {code: _csv([_end(alike[code])]) for code in first}
        for code, n in Counter(batch.codes).items():
            if code is not None:
                tally.add_alike(alike[code], n)
        lines = map(_line, batch.others.values(), placed)
        others = {i: _csv([line]) for i, line in zip(batch.others, lines, strict=True)}
        yield tally.rows, "".join(_batch_lines(batch, ends, others))


def _points(batch: PointBatch, rows: Iterable[int]) -> list[PlaceQuery]:
    return [PlaceQuery(lat_cell=float(batch.lats[i]), lon_cell=float(batch.lons[i])) for i in rows]


def _batch_lines(
    batch: PointBatch, ends: Mapping[str, str], others: Mapping[int, str]
) -> Iterator[str]:
    lons, lats = np.round(batch.lons, 7).tolist(), np.round(batch.lats, 7).tolist()
    for i, (ref, code) in enumerate(zip(batch.refs, batch.codes.tolist(), strict=True)):
        if code:
            yield f"{ref},{code},{lons[i]},{lats[i]},{ends[code]}"
        elif code == NOWHERE:
            yield f"{ref},,,,{ends[code]}"
        elif i in others:
            yield others[i]


def _csv(lines: Iterable[Sequence[str | float]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(lines)
    return text.getvalue()


def _line(row: PlaceRow, placed: Placement) -> _Line:
    return (
        _inert(row.ref),
        placed.commune_code_now or "",
        "" if placed.lon is None else round(placed.lon, 7),
        "" if placed.lat is None else round(placed.lat, 7),
        *_end(placed),
    )


def _end(placed: Placement) -> _Line:
    return (
        placed.precision.value,
        placed.method,
        round(placed.confidence, 3),
        "|".join([f"{c.commune_code}:{round(c.score, 3)}" for c in placed.candidates]),
        _inert("; ".join(placed.warnings)),
    )


def _inert(text: str) -> str:
    """A text that a spreadsheet will not run as a formula."""
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


@contextmanager
def _whole_or_none(out: Path) -> Iterator[TextIO]:
    """A file under a passing name beside the wanted one, renamed when all went well."""
    draft = out.with_name(f".{out.name}.{uuid4().hex[:8]}.part")
    try:
        with draft.open("x", encoding="utf-8", newline="") as file:
            yield file
        draft.replace(out)
    finally:
        draft.unlink(missing_ok=True)
