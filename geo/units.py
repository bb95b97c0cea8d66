"""Communes, districts and provinces of both maps, ready to be matched by their names."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from geo.crosswalk import Successor
from geo.text import UnitKind, strip_kind


@dataclass(frozen=True, slots=True)
class CommuneUnit:
    """A commune of an installed coverage."""

    code: str
    name: str
    full_name: str
    unit_type: str
    province_code: str
    province_name: str


@dataclass(frozen=True, slots=True)
class Province:
    """A province name, old or in force; `code` is that of the province it lies in now."""

    key: str
    code: str
    in_force: bool


@dataclass(frozen=True, slots=True)
class District:
    """A district of the old map, or a name it bore before; `key` is one a district."""

    key: str
    kind: UnitKind | None
    province_code: str


@dataclass(frozen=True, slots=True)
class Unit:
    """A commune of either map, ready to be matched.

    `accent` is its accented key, empty where a name that was gone before 2025
    is known without diacritics. `old_provinces` and `districts` are keys of the
    parents on the old map: its own and earlier ones for an old unit, those of
    its parts for one in force. `point` is a longitude and latitude inside an old
    unit, where one is known. `is_alias`: the name was gone when the unit was
    last listed, and no other commune of the district bore it since. `until` is
    the last day of the name: None while it is in force, and where a former name
    ended on a day that is not known.
    """

    code: str
    full_name: str
    kind: UnitKind | None
    key: str
    accent: str
    province_code: str
    is_old: bool
    old_provinces: frozenset[str]
    districts: frozenset[str]
    successors: tuple[Successor, ...]
    point: tuple[float, float] | None = None
    until: date | None = None
    is_alias: bool = False

    @property
    def name(self) -> str:
        """The name without its kind."""
        return strip_kind(self.full_name)[1]

    @property
    def is_split(self) -> bool:
        """Whether its area lies in several communes now."""
        return len(self.successors) > 1

    @property
    def code_now(self) -> str:
        """The commune in force that it is, or that most likely took it over."""
        return next((s.code for s in self.successors if s.is_default), self.successors[0].code)

    @property
    def codes_now(self) -> tuple[str, ...]:
        """Every commune in force that holds a part of it."""
        return tuple(successor.code for successor in self.successors)


@dataclass(slots=True)
class Names:
    """Everything that bears one key."""

    provinces: list[Province] = field(default_factory=list)
    districts: list[District] = field(default_factory=list)
    units: dict[str, list[Unit]] = field(default_factory=lambda: defaultdict(list))


NO_NAMES = Names()
