"""Declared figures held against the register: the worse one counts.

Decision 28/2025 speaks of points, not of what was declared; a commune that
declares none while the register holds an open one must not look free of them.
A register without a record of the kind is absent, never zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from operator import attrgetter

from geo.records import Indicators

REGISTERED = ("use_dens", "offenders_arrested", "plants", "plant_area_m2")
"""Counts that the register can know; of each, more is worse."""

ROUTE = "on_key_route"

Computed = Mapping[str, int | float | bool]
"""Indicator → the figure of the register that is used."""


_counts = attrgetter(*REGISTERED)


class Origin(StrEnum):
    """Where the figures of a criterion came from."""

    DECLARED = "declared"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Counted:
    """A number that the register gives and the references of the records behind it."""

    value: int | float
    records: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterFigures:
    """What the register says of a commune in a period; None: it has no record of the kind.

    `plant_area_m2` is in square metres. `on_key_route` is None where no key route
    is registered at all; `routes` names those that the commune lies on. `notes`
    are Vietnamese sentences for the sheet.
    """

    use_dens: Counted | None = None
    offenders_arrested: Counted | None = None
    plants: Counted | None = None
    plant_area_m2: Counted | None = None
    on_key_route: bool | None = None
    routes: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Figure:
    """One indicator as declared, as the register gives it, and as used.

    `name` is the field of `Indicators`; None is missing. `origin` tells which was
    used, declared where both agree. `records` are those of the register, whichever
    was used. `differs`: both are given and are not the same.
    """

    name: str
    declared: int | float | bool | None
    computed: int | float | bool | None
    used: int | float | bool | None
    origin: Origin
    records: tuple[str, ...]
    differs: bool


NOTHING = RegisterFigures()
"""A register without any record of the commune."""


def combine(
    declared: Indicators, register: RegisterFigures
) -> tuple[Indicators, tuple[Figure, ...]]:
    """The indicators with the worse of declared and registered, and how each came about.

    A count of 0 in the register never stands in for a missing declaration: the
    records that are there do not tell that there is nothing else. A declared
    number that cannot be right (negative, no number) is kept, so that it is told.

    >>> from models.periods import evaluation_period
    >>> one_den = RegisterFigures(use_dens=Counted(1, ("TD-7",)))
    >>> used, figures = combine(Indicators("23401", evaluation_period(2026), use_dens=0), one_den)
    >>> used.use_dens, figures[0].origin.value, figures[0].differs
    (1, 'computed', True)
    """
    return with_computed(declared, computed_figures(declared, register)), figures_of(
        declared, register
    )


def computed_figures(declared: Indicators, register: RegisterFigures) -> Computed:
    """The figures of the register that count in the place of the declared ones, by name."""
    if register is NOTHING:
        return {}
    found: dict[str, int | float | bool] = {}
    for name, value, counted in zip(REGISTERED, _counts(declared), _counts(register), strict=True):
        if counted is not None and _outweighs(counted.value, value):
            found[name] = counted.value
    if _is_route_computed(declared.on_key_route, register.on_key_route):
        found[ROUTE] = bool(register.on_key_route)
    return found


def with_computed(declared: Indicators, computed: Computed) -> Indicators:
    """The indicators that are used: as declared but for the figures of the register."""
    return replace(declared, **computed) if computed else declared  # type: ignore[arg-type]


def figures_of(declared: Indicators, register: RegisterFigures) -> tuple[Figure, ...]:
    """How each figure that the register can know came about."""
    if register is NOTHING:
        return _declared_only(*(getattr(declared, name) for name in (*REGISTERED, ROUTE)))
    counts = [
        _counted(name, getattr(declared, name), getattr(register, name)) for name in REGISTERED
    ]
    return (*counts, _route(declared.on_key_route, register))


@lru_cache(maxsize=2**12, typed=True)
def _declared_only(*given: int | float | bool | None) -> tuple[Figure, ...]:
    return tuple(
        Figure(name, value, None, value, Origin.DECLARED, (), differs=False)
        for name, value in zip((*REGISTERED, ROUTE), given, strict=True)
    )


def _counted(name: str, declared: int | float | None, counted: Counted | None) -> Figure:
    if counted is None:
        return Figure(name, declared, None, declared, Origin.DECLARED, (), differs=False)
    value = counted.value
    is_computed = _outweighs(value, declared)
    origin = Origin.COMPUTED if is_computed else Origin.DECLARED
    used = value if is_computed else declared
    differs = declared is not None and declared != value
    return Figure(name, declared, value, used, origin, counted.records, differs)


def _outweighs(value: float, declared: float | None) -> bool:
    """Whether a count of the register is worse than what was declared."""
    if declared is None:
        return value != 0
    return 0 <= declared < value


def _is_route_computed(declared: bool | None, computed: bool | None) -> bool:
    return computed is not None and (declared is None or (computed and not declared))


def _route(declared: bool | None, register: RegisterFigures) -> Figure:
    computed = register.on_key_route
    is_computed = _is_route_computed(declared, computed)
    return Figure(
        ROUTE,
        declared,
        computed,
        computed if is_computed else declared,
        Origin.COMPUTED if is_computed else Origin.DECLARED,
        register.routes,
        differs=None not in (declared, computed) and declared != computed,
    )
