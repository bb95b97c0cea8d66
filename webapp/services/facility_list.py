"""Facilities as a list: how many verified incidents lie around each, the nearest hotspot."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from types import MappingProxyType
from typing import Any

from geo.alphabet import vietnamese_key
from geo.guarded_cells import guarded_csv
from geo.terms import FacilityKind
from geo.text import fold
from models import communes, facilities
from models.communes import Province
from models.facilities import FacilityFilter, StoredFacility
from models.facility_cases import RADII_M, counts_around, pointless_count
from models.facility_marks import FacilityMark, facility_marks
from models.incident_filters import IncidentFilter
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.facility_labels import FACILITY_KINDS
from webapp.labels import HOTSPOT_STATUSES, vn_date
from webapp.services.facility_spots import NearSpot, nearest_spots

PAGE_LINES = 50


@dataclass(frozen=True, slots=True)
class FacilityQuery:
    """What of the list is asked for; `since` and `until` are the days of the incidents counted."""

    since: date
    until: date
    kind: FacilityKind | None = None
    province_code: str | None = None
    commune_code: str | None = None
    text: str = ""
    sort: str = "n500"
    downward: bool = True
    page: int = 1


@dataclass(frozen=True, slots=True)
class FacilityLine:
    """One facility; `counts` are the incidents within each of `RADII_M`, None without a point."""

    facility: FacilityMark
    commune_name: str
    province_name: str
    counts: tuple[int, ...] | None
    spot: NearSpot | None = None


@dataclass(frozen=True, slots=True)
class FacilityList:
    """A page of the list.

    `total` is what the filters leave, `register` all that the viewer sees, by kind;
    `pointless` incidents of the days are known by their commune alone and counted nowhere.
    """

    wanted: FacilityQuery
    lines: tuple[FacilityLine, ...]
    total: int
    without_point: int
    register: Mapping[FacilityKind, int]
    provinces: tuple[Province, ...]
    commune_name: str
    pointless: int
    pages: int


def open_list(database: Database, viewer: Viewer, wanted: FacilityQuery) -> FacilityList:
    """The facilities that a filter keeps, sorted, one page of them."""
    with unit_of_work(database, viewer, read_only=True) as session:
        lines = _lines(session, viewer, wanted)
        pages = max(1, -(-len(lines) // PAGE_LINES))
        page = min(wanted.page, pages)
        shown = lines[(page - 1) * PAGE_LINES : page * PAGE_LINES]
        return FacilityList(
            wanted=replace(wanted, page=page),
            lines=_with_spots(session, viewer, shown, wanted.until),
            total=len(lines),
            without_point=sum(line.counts is None for line in lines),
            register=facilities.count_by_kind(session, viewer),
            provinces=_provinces(session, viewer),
            commune_name=_commune_name(session, viewer, wanted.commune_code),
            pointless=pointless_count(session, viewer, _cases(wanted)),
            pages=pages,
        )


HEADINGS = (
    *("Mã", "Tên", "Loại", "Địa chỉ", "Xã, phường", "Tỉnh, thành phố", "Vĩ độ", "Kinh độ"),
    *(f"Số vụ trong {radius_m:.0f} m" for radius_m in RADII_M),
    *("Điểm, tụ điểm gần nhất", "Trạng thái", "Cách (m)"),
)


def write_list(database: Database, viewer: Viewer, wanted: FacilityQuery) -> str:
    """All that a filter keeps as a CSV for spreadsheets."""
    with unit_of_work(database, viewer, read_only=True) as session:
        lines = _with_spots(session, viewer, _lines(session, viewer, wanted), wanted.until)
    title = f"Vụ việc quanh cơ sở, từ {vn_date(wanted.since)} đến {vn_date(wanted.until)}"
    return guarded_csv([[title], HEADINGS, *map(_cells, lines)])


def _cells(line: FacilityLine) -> list[Any]:
    each, spot = line.facility, line.spot
    counts: Sequence[int | str] = line.counts or ("",) * len(RADII_M)
    near = ("", "", "") if spot is None else _spot_cells(spot)
    point = ["" if value is None else round(value, 6) for value in (each.lat, each.lon)]
    told = (each.ref, each.name, FACILITY_KINDS[each.kind], each.address_text)
    return [*told, line.commune_name, line.province_name, *point, *counts, *near]


def _spot_cells(spot: NearSpot) -> tuple[str, str, int]:
    return spot.name, HOTSPOT_STATUSES[spot.status], round(spot.distance_m)


def _lines(session: Session, viewer: Viewer, wanted: FacilityQuery) -> list[FacilityLine]:
    """The facilities of a filter with their counts, in the order asked for."""
    kinds = () if wanted.kind is None else (wanted.kind,)
    kept = FacilityFilter(kinds, wanted.province_code, wanted.commune_code)
    found = facility_marks(session, viewer, kept)
    names = communes.names_of(session, viewer, {each.commune_code or "" for each in found})
    areas = communes.province_names(session, viewer)
    words = fold(wanted.text).split()
    fitting = [each for each in found if _says(each, names.get(each.commune_code or "", ""), words)]
    lines = [
        FacilityLine(
            facility=each,
            commune_name=names.get(each.commune_code or "", ""),
            province_name=areas.get(each.province_code or "", ""),
            counts=counts,
        )
        for each, counts in zip(fitting, _counts(session, viewer, fitting, wanted), strict=True)
    ]
    return _sorted(lines, wanted)


def _says(each: FacilityMark, commune_name: str, words: Sequence[str]) -> bool:
    if not words:
        return True
    told = fold(" ".join((each.ref, each.name, each.address_text, commune_name)))
    return all(word in told for word in words)


def _counts(
    session: Session, viewer: Viewer, found: Sequence[FacilityMark], wanted: FacilityQuery
) -> Iterator[tuple[int, ...] | None]:
    """The incidents around each of some facilities, None without a point."""
    points = [each.point for each in found]
    known = [point for point in points if point is not None]
    counts = iter(counts_around(session, viewer, known, _cases(wanted)).tolist())
    return (None if point is None else tuple(next(counts)) for point in points)


def point_of(facility: StoredFacility) -> tuple[float, float] | None:
    """Longitude and latitude of a facility that has a point of its own."""
    place = facility.placement
    if place.lon is None or place.lat is None or not place.precision.finer_than_commune:
        return None
    return place.lon, place.lat


def _cases(wanted: FacilityQuery) -> IncidentFilter:
    return IncidentFilter(since=wanted.since, until=wanted.until, verified_only=True)


_KEYS: Mapping[str, Callable[[FacilityLine], Any]] = MappingProxyType(
    {
        "name": lambda line: vietnamese_key(line.facility.name),
        "kind": lambda line: tuple(FacilityKind).index(line.facility.kind),
        "commune": lambda line: tuple(map(vietnamese_key, (line.province_name, line.commune_name))),
        "n100": lambda line: line.counts and (line.counts, -line.facility.id),
        "n200": lambda line: line.counts and line.counts[1:],
        "n500": lambda line: line.counts and (line.counts[2], line.counts),
        "n1000": lambda line: line.counts and (line.counts[3], line.counts),
    }
)
SORTS = tuple(_KEYS)


def _sorted(lines: Sequence[FacilityLine], wanted: FacilityQuery) -> list[FacilityLine]:
    """By the column asked, then by name; those without a value come last either way."""
    key = _KEYS[wanted.sort]
    by_name = sorted(lines, key=lambda line: vietnamese_key(line.facility.name))
    known = [line for line in by_name if key(line) is not None]
    rest = [line for line in by_name if key(line) is None]
    return sorted(known, key=key, reverse=wanted.downward) + rest


def _with_spots(
    session: Session, viewer: Viewer, lines: Sequence[FacilityLine], day: date
) -> tuple[FacilityLine, ...]:
    points = [line.facility.point for line in lines]
    asked = [point for point in points if point is not None]
    spots = iter(nearest_spots(session, viewer, asked, day))
    return tuple(
        line if point is None else replace(line, spot=next(spots))
        for line, point in zip(lines, points, strict=True)
    )


def _provinces(session: Session, viewer: Viewer) -> tuple[Province, ...]:
    """The provinces that a list can be narrowed to: those of the viewer's scope."""
    found = communes.provinces(session, viewer)
    covered = [each for each in found if viewer.scope.covers(each.code, None)]
    return tuple(sorted(covered, key=lambda each: vietnamese_key(each.name)))


def _commune_name(session: Session, viewer: Viewer, code: str | None) -> str:
    return communes.names_of(session, viewer, [code]).get(code, code) if code else ""
