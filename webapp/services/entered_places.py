"""The place of a record that a person writes: a click on the map, coordinates, an address.

A point that somebody chose decides, unless the address beside it names another commune: that
is said before anything is stored. Words alone are placed as those of a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

import shapely

from geo.coordinates import CoordinateReading, read_coordinates
from geo.geocode import MERGER, Geocoder
from geo.records import Candidate, Placement, PlaceQuery
from geo.terms import Precision
from geo.text import fold
from geo.typed_text import typed_text, without_marks
from models import communes
from models.disclosure import widened
from models.errors import InvalidValueError
from models.placements import MAP_CLICK
from models.session import Database, Session, unit_of_work
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Scope, Viewer
from webapp.services.import_scope import lies_outside
from webapp.services.places import believed_within_m, current_map_id, load_geocoder

MAX_ADDRESS = 300
CLICKED, MEASURED = 0.95, 0.93
"""How sure a point is that a person chose on the map, and one that a person typed."""

CONFIDENT = 0.9
DECIMALS = 6
"""Of a degree: a tenth of a metre, finer than anybody clicks."""

_UNIT = re.compile(
    r"(?<![^\W_])(?:xa|phuong|dac khu|thi tran|thi xa|huyen|quan|thanh pho|tinh|tp|tx|tt|[xphq])"
    r"(?![^\W_])"
)
"""Words that announce a unit: only then an address can name another commune than the map."""

NO_PLACE = "Hãy chọn nơi trên bản đồ, ghi tọa độ, hoặc ghi địa chỉ có tên xã và tỉnh."
OFF_THE_MAP = (
    "Điểm này không nằm trong xã, phường nào của bản đồ đang dùng. Hãy chọn lại điểm, hoặc bỏ tọa "
    "độ và ghi địa chỉ."
)
UNKNOWN_COMMUNE = (
    "Địa chỉ chưa đủ để biết là xã, phường nào. Hãy ghi thêm tên xã và tên tỉnh, hoặc chọn nơi "
    "trên bản đồ."
)
OUTSIDE = "{place} nằm ngoài phạm vi của tài khoản; hãy báo đơn vị phụ trách nơi ấy ghi."
DOUBTFUL = "Chưa chắc địa chỉ này thuộc {place}: nếu lưu, bản ghi sẽ vào mục «Rà soát»."
METRES_WITHOUT_WORDS = (
    "Tọa độ ghi bằng mét cần địa chỉ có tên tỉnh đi cùng, và chưa đổi được. Hãy ghi độ WGS 84, ví "
    "dụ 14,65123 và 107,85123, hoặc chọn nơi trên bản đồ."
)


@dataclass(frozen=True, slots=True)
class PlaceForm:
    """What a person said of a place, as typed; `clicked`: the point was chosen on the map."""

    lat: str = ""
    lon: str = ""
    address: str = ""
    clicked: bool = False

    def says_as(self, other: PlaceForm) -> bool:
        """Whether the same is typed, however it came there."""
        return (self.lat, self.lon, self.address) == (other.lat, other.lon, other.address)


@dataclass(frozen=True, slots=True)
class EnteredPlace:
    """A place ready to be stored: as written, where it lies, the address as it may be kept.

    `told` is what the person should know before it is stored.
    """

    query: PlaceQuery
    placement: Placement
    address: str
    told: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlaceHere:
    """The commune of a point; `covered` says whether the account may write there."""

    commune_code: str
    commune_name: str
    province_code: str
    province_name: str
    covered: bool


def place_entered(
    database: Database, viewer: Viewer, form: PlaceForm, on: date | None
) -> EnteredPlace:
    """The place that a form describes, on the map in force and on that of the day.

    Raises
    ------
    InvalidValueError
        If no commune of the account's area follows from it; the message says what to do.
    NotFoundError
        If no boundaries are installed.
    """
    address = kept_address(form.address)
    if not (form.lat.strip() or form.lon.strip() or without_marks(address)):
        raise InvalidValueError(NO_PLACE)
    read = _read_point(form)
    if read is not None and read.is_point and not _UNIT.search(fold(address)):
        found = replace(_by_point_alone(database, viewer, read, form, on), address=address)
    else:
        found = _with_words(database, viewer, read, form, PlaceQuery(address=address, on=on))
    names = _names_at(database, viewer, found.placement)
    _require_covered(viewer.scope, found.placement, names)
    told = tuple(text.replace("{place}", names) for text in found.told)
    return replace(found, told=told)


def place_again(query: PlaceQuery, placement: Placement, on: date) -> tuple[PlaceQuery, Placement]:
    """A place that was left as it is, of a record that gets another day.

    Only the commune of the day can differ: before July 2025 it is another one.
    """
    if query.on == on:
        return query, placement
    was_new = query.on is None or query.on >= MERGER
    if was_new != (on >= MERGER):
        then = placement.commune_code_now if on >= MERGER else None
        placement = replace(placement, commune_code=then)
    return replace(query, on=on), placement


def kept_address(text: str) -> str:
    """An address as it may be kept: without names of persons and long numbers."""
    return typed_text(text)[:MAX_ADDRESS].strip()


def place_at(database: Database, viewer: Viewer, lon: float, lat: float) -> PlaceHere | None:
    """The commune of a point in WGS 84, the nearest one just off its limits; None elsewhere."""
    with unit_of_work(database, viewer, read_only=True) as session:
        version = communes.current_version(session, viewer)
        within_m = believed_within_m(version.approximate)
        unit = _commune_at(session, lon, lat, within_m)
    if unit is None:
        return None
    covered = viewer.may_write and viewer.scope.covers(unit.province_code, unit.code)
    return PlaceHere(unit.code, unit.full_name, unit.province_code, unit.province_name, covered)


def degrees_text(value: float | None) -> str:
    """Degrees as they stand in a field, with a comma; empty for None.

    >>> degrees_text(14.65), degrees_text(None)
    ('14,65', '')
    """
    return (
        "" if value is None else f"{value:.{DECIMALS}f}".rstrip("0").rstrip(".").replace(".", ",")
    )


def _commune_at(
    session: Session, lon: float, lat: float, within_m: float
) -> communes.Commune | None:
    point, box = shapely.Point(lon, lat), widened((lon, lat, lon, lat), within_m)
    shapes = communes.shapes_near(session, ANONYMOUS, box, "full")
    area = shapely.box(*box)
    near = [(shape.geometry.distance(point), shape.code) for shape in shapes]
    best = min(near, default=None)
    if best is None or not area.intersects(next(s.geometry for s in shapes if s.code == best[1])):
        return None
    return communes.find_commune(session, ANONYMOUS, best[1])


@lru_cache(maxsize=1)
def _geocoder(database: Database, map_id: int) -> Geocoder:
    """The geocoder of the map in force, kept: it takes a second to build."""
    del map_id  # another map, another geocoder
    return load_geocoder(database, LOCAL_OPERATOR)


def _read_point(form: PlaceForm) -> CoordinateReading | None:
    """What the coordinate fields say; both may stand in one of them."""
    lat, lon = form.lat.strip(), form.lon.strip()
    if not lat and not lon:
        return None
    read = read_coordinates(lat, lon) if lat and lon else read_coordinates(None, None, lat or lon)
    if not read.is_point and not read.metres:
        raise InvalidValueError(f"{read.note} Ghi độ WGS 84, ví dụ 14,65123 và 107,85123.")
    return read


def _by_point_alone(
    database: Database, viewer: Viewer, read: CoordinateReading, form: PlaceForm, on: date | None
) -> EnteredPlace:
    """A point beside which no unit is named: the map decides, and no geocoder is needed."""
    query = _query_at(read, on)
    told = (read.note,) if read.note else ()
    here = place_at(database, viewer, query.lon_cell, query.lat_cell)
    if here is None:
        raise InvalidValueError(OFF_THE_MAP)
    if on is not None and on < MERGER:
        placed = _geocoder(database, current_map_id(database, viewer)).place(query)
        return EnteredPlace(query, _chosen(placed, form), "", told)
    code = here.commune_code
    placed = Placement(
        *(Precision.EXACT, code, code, here.province_code, query.lon_cell, query.lat_cell),
        *("coordinates", MEASURED, (Candidate(code, MEASURED),)),
    )
    return EnteredPlace(query, _chosen(placed, form), "", told)


def _query_at(read: CoordinateReading, on: date | None) -> PlaceQuery:
    assert read.lon is not None and read.lat is not None  # noqa: S101 - it is a point
    lat, lon = round(read.lat, DECIMALS), round(read.lon, DECIMALS)
    return PlaceQuery(lat_cell=lat, lon_cell=lon, on=on)


def _with_words(
    database: Database,
    viewer: Viewer,
    read: CoordinateReading | None,
    form: PlaceForm,
    words: PlaceQuery,
) -> EnteredPlace:
    """An address, perhaps with a point beside it."""
    geocoder = _geocoder(database, current_map_id(database, viewer))
    if read is None:
        return _by_words(geocoder, words)
    if not read.is_point:
        return _by_metres(geocoder, replace(words, lat_cell=form.lat, lon_cell=form.lon))
    bare = _query_at(read, words.on)
    told: tuple[str, ...] = (read.note,) if read.note else ()
    query, address = replace(bare, address=words.address), words.address or ""
    placed = geocoder.place(query)
    if placed.precision is Precision.EXACT and placed.confidence >= CONFIDENT:
        return EnteredPlace(query, _chosen(placed, form), address, told)
    alone = geocoder.place(bare)
    if alone.commune_code_now is None:
        raise InvalidValueError(OFF_THE_MAP)
    return EnteredPlace(bare, _chosen(alone, form), address, (*told, *placed.warnings))


def _chosen(placed: Placement, form: PlaceForm) -> Placement:
    if not form.clicked:
        return placed
    return replace(placed, method=MAP_CLICK, confidence=max(CLICKED, placed.confidence))


def _by_metres(geocoder: Geocoder, query: PlaceQuery) -> EnteredPlace:
    """Metres of VN-2000 or UTM: the words tell the zone."""
    placed = geocoder.place(query)
    if not placed.precision.finer_than_commune or placed.lon is None:
        raise InvalidValueError(METRES_WITHOUT_WORDS)
    told = placed.warnings if placed.confidence < CONFIDENT else ()
    return EnteredPlace(query, placed, query.address or "", told)


def _by_words(geocoder: Geocoder, query: PlaceQuery) -> EnteredPlace:
    placed = geocoder.place(query)
    if placed.commune_code_now is None:
        raise InvalidValueError(UNKNOWN_COMMUNE)
    told = (DOUBTFUL, *placed.warnings) if placed.confidence < CONFIDENT else ()
    return EnteredPlace(query, placed, query.address or "", told)


def _names_at(database: Database, viewer: Viewer, placement: Placement) -> str:
    code = placement.commune_code_now or ""
    with unit_of_work(database, viewer, read_only=True) as session:
        names: Mapping[str, str] = communes.names_of(session, viewer, [code])
        provinces = communes.province_names(session, viewer)
    told = (names.get(code, code), provinces.get(placement.province_code or "", ""))
    return ", ".join(filter(None, told))


def _require_covered(scope: Scope, placement: Placement, names: str) -> None:
    if lies_outside(scope, placement):
        raise InvalidValueError(OUTSIDE.format(place=names))
