"""What people decided about places: respected wherever rows are placed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import isfinite

from geo.coordinates import read_coordinates
from geo.coverage import Coverage
from geo.projected import to_wgs84
from geo.records import Placement, PlaceQuery
from geo.terms import Layer, Precision
from geo.text import name_key, split_words, strip_kind
from geo.vn2000 import GEOGRAPHIC, IN_METRES, System, declared_system
from models import aliases, communes, reviews
from models.aliases import MERGER, Alias, written_key
from models.placements import query_text
from models.session import Database, Session, unit_of_work
from models.viewers import Scope, Viewer
from webapp.actors import actor
from webapp.services.consequences import UNNAMED_SOURCE
from webapp.services.overview import find_version
from webapp.services.places import believed_within_m

CONFIDENT = 0.9
"""A placement below this wants a person."""

ALIAS_CONFIDENCE = 0.95

Point = tuple[float, float]
"""Longitude and latitude in degrees of WGS 84."""

SAME_DEG = 5e-4
"""Degrees, some 50 m, within which two readings of coordinates are one point."""

POINT_DROPPED = "Tọa độ đã ghi không nằm trong xã này nên không dùng."
REMEMBERED = "Theo lựa chọn đã nhớ cho nguồn này ({by}, {on:%d/%m/%Y})."


@dataclass(frozen=True, slots=True)
class CommuneChoice:
    """A commune that a person may mean: its polygon, and the old communes that became part of it.

    `former` are codes and full names on the map before 1 July 2025.
    """

    unit: communes.Commune
    coverage: Coverage
    former: tuple[tuple[str, str], ...]

    def lies_in(self, scope: Scope) -> bool:
        """Whether a scope covers the commune."""
        return scope.covers(self.unit.province_code, self.unit.code)

    def holding(self, points: Sequence[Point]) -> Point | None:
        """The one of the points that lies in the commune, or outside it within tolerance.

        None, too, where several lie there that are not the same place.
        """
        code, within_m = self.unit.code, self.coverage.tolerance_m
        found = [p for p in points if self.coverage.distance_m(code, *p) <= within_m]
        return found[0] if found and all(_are_one(found[0], other) for other in found) else None

    def agrees_with(self, placed: Placement) -> bool:
        """Whether a placement leaves the commune possible: by its province or its candidates."""
        return placed.province_code in (None, self.unit.province_code) or self.unit.code in {
            candidate.commune_code for candidate in placed.candidates
        }

    def code_on_day(self, place: PlaceQuery, before: Placement) -> str | None:
        """The commune on the map of the day; None where it is not known.

        An old commune that was known stays if this one took it over; else the
        words must name exactly one of those that became part of this one.
        """
        if place.on is None or place.on >= MERGER:
            return self.unit.code
        codes = {code for code, _ in self.former}
        if before.commune_code in codes:
            return before.commune_code
        named = {code for code, full_name in self.former if _names(place, full_name)}
        return named.pop() if len(named) == 1 else None

    def placement(
        self, place: PlaceQuery, before: Placement, *, method: str, confidence: float, note: str
    ) -> Placement:
        """A row placed in this commune by a person: at its point if that lies here."""
        written = written_points(place, before)
        point = self.holding(written)
        notes = (note,) if point or not written else (note, POINT_DROPPED)
        return Placement(
            Precision.EXACT if point else Precision.COMMUNE,
            commune_code=self.code_on_day(place, before),
            commune_code_now=self.unit.code,
            province_code=self.unit.province_code,
            lon=point[0] if point else None,
            lat=point[1] if point else None,
            method=method,
            confidence=confidence,
            candidates=before.candidates,
            warnings=notes,
        )


@dataclass(frozen=True, slots=True)
class PlaceMemory:
    """What people decided: remembered choices by source and words, and decisions by ref.

    There are no choices outside the scope of the viewer whose rows are placed.
    """

    aliases: Mapping[tuple[str, str], Alias]
    choices: Mapping[str, CommuneChoice]
    decided: Mapping[str, tuple[str, Placement]]

    def remembered(self, source: str, place: PlaceQuery, placed: Placement) -> Placement:
        """The placement by a remembered choice where the geocoder alone is not sure.

        A row whose point lies outside the chosen commune contradicts the choice
        and stays for a person; so does one whose words lead to another province.
        """
        if not self.aliases or not is_doubtful(placed):
            return placed
        alias = self.aliases.get((source, written_key(place)))
        choice = self.choices.get(alias.commune_code) if alias else None
        if alias is None or choice is None or not choice.agrees_with(placed):
            return placed
        points = written_points(place, placed)
        if points and choice.holding(points) is None:
            return placed
        note = REMEMBERED.format(by=actor(alias.created_by), on=alias.created_at)
        return choice.placement(
            place, placed, method=aliases.METHOD, confidence=ALIAS_CONFIDENCE, note=note
        )

    def recall(
        self,
        source: str,
        refs: Sequence[str],
        places: Sequence[PlaceQuery],
        placements: Sequence[Placement],
    ) -> list[Placement]:
        """Placements of rows of a file with the decisions of people in them.

        A decided record that comes again and says the same place stays as decided.
        """
        found = []
        for ref, place, placed in zip(refs, places, placements, strict=True):
            known = self.decided.get(ref)
            if known is not None and known[0] == query_text(place):
                found.append(known[1])
            else:
                found.append(self.remembered(source, place, placed))
        return found


def is_doubtful(placed: Placement) -> bool:
    """Whether a person has to look at a placement."""
    return placed.confidence < CONFIDENT or placed.precision in (
        Precision.PROVINCE,
        Precision.UNLOCATED,
    )


def load_memory(
    database: Database, viewer: Viewer, layer: Layer | None = None, source: str | None = None
) -> PlaceMemory:
    """What people decided, of a source or of all; decisions by ref only of one source's layer."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return read_memory(session, viewer, layer, source)


def read_memory(
    session: Session, viewer: Viewer, layer: Layer | None = None, source: str | None = None
) -> PlaceMemory:
    """The same inside a transaction: what was decided in it is known."""
    known = aliases.list_aliases(session, viewer, source)
    decided = {}
    if layer is not None and source is not None:
        decided = reviews.decided_places(session, viewer, layer, source)
    choices = commune_choices(session, viewer, {alias.commune_code for alias in known})
    choices = {code: each for code, each in choices.items() if each.lies_in(viewer.scope)}
    usable = [alias for alias in known if may_remember(alias.source)]
    return PlaceMemory(
        {(alias.source, alias.written_key): alias for alias in usable}, choices, decided
    )


def may_remember(source: str) -> bool:
    """Whether a source is an issuing body: without a name it may be anyone's file.

    >>> may_remember("CÔNG AN TỈNH A"), may_remember("chung")
    (True, False)
    """
    return source != UNNAMED_SOURCE


def commune_choices(
    session: Session, viewer: Viewer, codes: Iterable[str]
) -> dict[str, CommuneChoice]:
    """Communes of the map in force as choices; others are left out."""
    wanted, version = set(codes), find_version(session, viewer)
    if not wanted or version is None:
        return {}
    tolerance_m = believed_within_m(version.approximate)
    former: dict[str, list[tuple[str, str]]] = {}
    for change in communes.former_units(session, viewer, wanted):
        former.setdefault(change.new_code, []).append((change.old_code, change.old_full_name))
    return {
        unit.code: CommuneChoice(
            unit,
            Coverage([unit.code], [shape], tolerance_m),
            tuple(former.get(unit.code, ())),
        )
        for unit, shape in communes.outlines(session, viewer, wanted)
    }


def written_points(place: PlaceQuery, placed: Placement) -> tuple[Point, ...]:
    """Where a row lies by its coordinates, WGS 84: as it was placed, else as they are written.

    Metres of an unknown system give one point for every system in use.
    """
    if placed.lon is not None and placed.lat is not None:
        return ((placed.lon, placed.lat),)
    read = read_coordinates(place.lat_cell, place.lon_cell, place.coordinate_cell)
    said = place.coordinate_system
    stated = None if said is None else declared_system(said)
    if read.lon is not None and read.lat is not None:
        as_written = (read.lon, read.lat)
        moved = stated == GEOGRAPHIC
        return (_in_wgs84(GEOGRAPHIC, *as_written) if moved else as_written,)
    if read.metres is None:
        return ()
    systems = IN_METRES if stated is None or stated.is_degrees else (stated,)
    points = [_in_wgs84(system, *read.metres[:2]) for system in systems]
    return tuple(point for point in points if all(map(isfinite, point)))


def _in_wgs84(system: System, x: float, y: float) -> Point:
    lons, lats = to_wgs84(system, [x], [y])
    return float(lons[0]), float(lats[0])


def _are_one(one: Point, other: Point) -> bool:
    return abs(one[0] - other[0]) < SAME_DEG and abs(one[1] - other[1]) < SAME_DEG


def _names(place: PlaceQuery, full_name: str) -> bool:
    """Whether a name stands among the words of the place as whole words."""
    wanted = name_key(strip_kind(full_name)[1])
    for text in (place.commune_name, place.address):
        keys = split_words(text or "").keys
        ends = ((i, j) for i in range(len(keys)) for j in range(i + 1, len(keys) + 1) if j <= i + 6)
        if any("".join(keys[i:j]) == wanted for i, j in ends):
            return True
    return False
