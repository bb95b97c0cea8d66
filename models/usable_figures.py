"""Indicators as far as they can be used, and in words why the others cannot.

A figure that is missing, negative or contradicted by others is open.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from operator import attrgetter
from types import MappingProxyType
from typing import Any

from geo.records import Indicators
from models.evidence import Assessment
from models.number_words import exact_number
from models.possibilities import Known, known_sum
from models.register_figures import Computed
from models.rule_parts import Measure, Number, Scheme

_NONE: Computed = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Facts:
    """Indicators as far as they can be used.

    `known` has None where a figure is open; `missing` names those not given;
    `is_faulty` tells that a figure given cannot be right.
    """

    known: dict[str, Number | None]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    is_faulty: bool


def read_facts(scheme: Scheme, indicators: Indicators, computed: Computed = _NONE) -> Facts:
    """Take the figures that can be used, with Vietnamese notes on the others.

    `computed` are figures that take the place of indicators.
    """
    names = _names(scheme)
    known: dict[str, Any] = dict(zip(names, _getter(names)(indicators), strict=True))
    for name, value in computed.items():
        if name in known:
            known[name] = value
    missing, notes = [], []
    for name, value in known.items():
        if value is None:
            missing.append(name)
        elif type(value) is not int or value < 0:
            known[name] = exact_number(value)
            if known[name] is None:
                notes.append(_unusable(scheme.indicators[name], value))
    notes += _contradictions(scheme, known)
    is_faulty = bool(notes)
    notes += _implausible(scheme, known, missing)
    return Facts(known, tuple(missing), tuple(notes), is_faulty)


@cache
def _names(scheme: Scheme) -> tuple[str, ...]:
    """The figures that the measures of a scheme are made of, in its own order."""
    used = {n for m in scheme.measures.values() for n in (*m.fields, *m.floor)}
    return tuple(name for name in scheme.indicators if name in used)


@cache
def _getter(names: tuple[str, ...]) -> Callable[[Indicators], tuple[Any, ...]]:
    return attrgetter(*names)


def known_of(scheme: Scheme, assessment: Assessment) -> Known:
    """The figures that an assessment used, as far as they could be."""
    used = {name: value for row in assessment.evidence for name, value in row.inputs}
    given: dict[str, Any] = {name: used.get(name) for name in scheme.indicators}
    facts = read_facts(scheme, Indicators(assessment.commune_code, assessment.period, **given))
    known = dict.fromkeys(scheme.indicators, None) | facts.known
    if used.get("residents") == 0 and "residents" not in facts.missing:
        known["residents"] = 0
    return known | {"on_key_route": used.get("on_key_route")}


def _unusable(label: str, value: float) -> str:
    if math.isnan(value):
        why = "không phải là số"
    elif math.isinf(value):
        why = "lớn vô hạn"
    else:
        why = f"là số âm ({value:g})".replace(".", ",")
    return f"Số liệu không dùng được: {label} {why}. Hãy sửa lại chỉ tiêu đã khai."


@cache
def _excepting(scheme: Scheme) -> tuple[Measure, ...]:
    return tuple(measure for measure in scheme.measures.values() if measure.minus)


def _contradictions(scheme: Scheme, known: dict[str, Number | None]) -> list[str]:
    """Set figures aside whose exceptions exceed their total."""
    notes = []
    for measure in _excepting(scheme):
        excepted = known_sum(measure.minus, known)
        if not excepted or None in [known[name] for name in measure.plus]:
            continue
        total = known_sum(measure.plus, known)
        if excepted > total:
            notes.append(
                f"Số người thuộc diện loại trừ ({excepted}) lớn hơn số người có hồ sơ quản lý"
                f" ({total}). Hãy kiểm tra lại số liệu."
            )
            known.update(dict.fromkeys((*measure.plus, *measure.minus)))
    return notes


@cache
def _shares(scheme: Scheme) -> dict[str, tuple[Measure, ...]]:
    """The measures by what they are divided by."""
    pers = dict.fromkeys(m.per for m in scheme.measures.values() if m.per)
    return {per: tuple(m for m in scheme.measures.values() if m.per == per) for per in pers}


def _implausible(scheme: Scheme, known: dict[str, Number | None], missing: list[str]) -> list[str]:
    """No residents with persons or arrests recorded is missing data."""
    notes = []
    for per, measures in _shares(scheme).items():
        residents = known[per]
        if residents is None:
            continue
        largest = max([known_sum(measure.plus, known) for measure in measures])
        if residents == 0:
            known[per] = None
            if any(known[name] != 0 for measure in measures for name in measure.plus):
                missing.insert(0, per)
                notes.append(_NOBODY)
        elif largest > residents:
            notes.append(_more_than(largest, residents))
    return notes


_NOBODY = (
    "Nhân khẩu bằng 0 trong khi có người hoặc vụ bắt giữ: coi như thiếu. Hãy khai lại nhân khẩu."
)


def _more_than(largest: Number, residents: Number) -> str:
    return f"Có số liệu ({largest}) lớn hơn nhân khẩu ({residents}). Hãy kiểm tra lại."


def excepted_only(scheme: Scheme, known: Known) -> Number:
    """Number of persons recorded where all of them are excepted by article 6, else 0."""
    for measure in _excepting(scheme):
        if all(known[name] is not None for name in (*measure.plus, *measure.minus)):
            total = known_sum(measure.plus, known)
            if total == known_sum(measure.minus, known):
                return total
    return 0
