"""What a class rests on: per criterion value, threshold and result, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from operator import attrgetter
from typing import Any

from geo.records import Indicators, Period
from geo.terms import CommuneClass
from models.criterion_words import UNCONFIRMED, measured_text, route_text, threshold_text
from models.number_words import count_text, exact_number, percent_text
from models.outcomes import Outcome, Result
from models.possibilities import Known
from models.register_figures import Figure, Origin
from models.rule_parts import Criterion, Measure, Number, Scheme

__all__ = [
    "Assessment",
    "Evidence",
    "Known",
    "Number",
    "Origin",
    "Result",
    "count_text",
    "gather_evidence",
    "percent_text",
]

Value = int | float | bool | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """One criterion of an assessment.

    `code` is like `drug_free.1` or `type_2.đ`; `value` and `threshold` are
    Vietnamese; `inputs` are the indicators used with their recorded values.
    `origin` is computed where one of them came from the register; `records` are
    the register's behind them. All fields can be written as JSON.
    """

    code: str
    label: str
    citation: str
    value: str
    threshold: str
    result: Result
    origin: Origin
    inputs: tuple[tuple[str, Value], ...]
    records: tuple[str, ...] = ()


CRITERION_WORDS = ("label", "citation", "threshold")
"""What evidence takes over from the rule set."""

_WRITERS = (("evidence", "_evidence"), ("notes", "_notes"), ("figures", "_figures"))
"""What of an assessment may be written late, and where its writer waits."""


@dataclass(frozen=True)
class Assessment:
    """Class of a commune in a period with what it rests on.

    `evidence`, `notes` and `figures` may be given as functions without arguments: they
    are then written when they are first asked for, since whole countries are classed for
    the classes alone.

    `other_cls` is the class under the other reading of the bands, `possible`
    the classes that the missing data leave open, best first, `other_possible` those
    under the other reading (empty: not told). `missing` names
    indicator fields; `notes` are Vietnamese sentences for the sheet. `figures`
    hold the declared indicators that the register can know against it.
    """

    commune_code: str
    period: Period
    ruleset: str
    cls: CommuneClass
    evidence: tuple[Evidence, ...]
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    higher_band_counts: bool
    other_cls: CommuneClass
    possible: tuple[CommuneClass, ...]
    figures: tuple[Figure, ...]
    other_possible: tuple[CommuneClass, ...] = ()

    def __post_init__(self) -> None:
        """Put the functions that write what it rests on aside until they are asked for."""
        for name, writer in _WRITERS:
            if callable(getattr(self, name)):
                self.__dict__[writer] = self.__dict__.pop(name)

    def __getattr__(self, name: str) -> Any:
        """What was not written yet, written once; called only where it is not there."""
        writer = f"_{name}"
        if (name, writer) not in _WRITERS or writer not in self.__dict__:
            raise AttributeError(name)
        self.__dict__[name] = written = self.__dict__[writer]()
        return written


def gather_evidence(
    scheme: Scheme,
    indicators: Indicators,
    known: Known,
    outcome: Outcome,
    *,
    on_route: bool | None,
    figures: Sequence[Figure] = (),
) -> tuple[Evidence, ...]:
    """Evidence on every criterion, drug-free first, then from the worst type on."""
    computed = {f.name for f in figures if f.origin is Origin.COMPUTED}
    records = {f.name: f.records for f in figures if f.records}
    unusable = tuple([n for n, v in known.items() if v is None]) if None in known.values() else ()
    rows: dict[str, Evidence] = {}
    for group, verdict in zip(_groups(scheme), _verdicts(scheme, outcome), strict=True):
        names = group.names
        rows_of = _rows if group.is_share else _kept_rows
        found = rows_of(
            group,
            group.read(indicators),
            tuple([name for name in names if name in unusable]) if unusable else (),
            verdict,
            (
                Origin.DECLARED if computed.isdisjoint(names) else Origin.COMPUTED,
                _records(records, names) if records else (),
                on_route if not group.measures else None,
            ),
        )
        rows.update(zip(group.codes, found, strict=True))
    return tuple([rows[code] for code in outcome.results])


@cache
def criterion_words(scheme: Scheme) -> Mapping[str, Mapping[str, str]]:
    """By code of a criterion what its evidence says whatever the figures: `CRITERION_WORDS`."""
    return {
        c.code: dict(
            zip(CRITERION_WORDS, (c.label, c.citation, threshold_text(c, scheme)), strict=True)
        )
        for c in scheme.criteria
    }


def _records(records: Mapping[str, tuple[str, ...]], names: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ref for name in names for ref in records.get(name, ())))


@dataclass(frozen=True, eq=False)
class _Group:
    """Criteria that use the same measures and indicators, with their thresholds in words."""

    measures: tuple[Measure, ...]
    names: tuple[str, ...]
    criteria: tuple[Criterion, ...]
    codes: tuple[str, ...]
    thresholds: tuple[str, ...]
    route_name: str
    is_share: bool
    read: Callable[[Indicators], tuple[Value, ...]]


@cache
def _groups(scheme: Scheme) -> tuple[_Group, ...]:
    found: dict[tuple[tuple[str, ...], str | None], list[Criterion]] = {}
    for criterion in scheme.criteria:
        measures = tuple(dict.fromkeys(band.measure for band in criterion.bands))
        found.setdefault((measures, criterion.key_route), []).append(criterion)
    return tuple(
        _group_of(scheme, measures, route, criteria)
        for (measures, route), criteria in found.items()
    )


def _group_of(
    scheme: Scheme, measures: Sequence[str], route: str | None, criteria: Sequence[Criterion]
) -> _Group:
    used = [scheme.measures[name] for name in measures]
    fields = (route,) if route else (name for measure in used for name in measure.fields)
    names = tuple(dict.fromkeys(fields))
    return _Group(
        measures=tuple(used),
        names=names,
        criteria=tuple(criteria),
        codes=tuple(criterion.code for criterion in criteria),
        thresholds=tuple(threshold_text(criterion, scheme) for criterion in criteria),
        route_name=scheme.indicators[route] if route else "",
        is_share=any(measure.per for measure in used),
        read=_reader(names),
    )


@dataclass(frozen=True, eq=False)
class _Verdict:
    """Results of the criteria of one group; of key-route criteria the others met and open.

    One object for equal results, so that it is compared at once.
    """

    results: tuple[Result, ...]
    others: tuple[tuple[int, int] | None, ...]


_verdict = cache(_Verdict)


@lru_cache(maxsize=2**14)
def _verdicts(scheme: Scheme, outcome: Outcome) -> tuple[_Verdict, ...]:
    return tuple(
        _verdict(
            tuple(outcome.results[code] for code in group.codes),
            tuple(outcome.others.get(code) for code in group.codes),
        )
        for group in _groups(scheme)
    )


def _reader(names: tuple[str, ...]) -> Callable[[Indicators], tuple[Value, ...]]:
    if len(names) > 1:
        return attrgetter(*names)
    return lambda indicators: tuple(getattr(indicators, name) for name in names)


def _rows(
    group: _Group,
    recorded: tuple[Value, ...],
    unusable: tuple[str, ...],
    verdict: _Verdict,
    source: tuple[Origin, tuple[str, ...], bool | None],
) -> tuple[Evidence, ...]:
    """Evidence on the criteria of one group."""
    origin, records, on_route = source
    inputs = tuple(zip(group.names, recorded, strict=True))
    known = {name: exact_number(v) if name not in unusable else None for name, v in inputs}
    text = "; ".join([measured_text(measure, known) for measure in group.measures])
    parts = zip(group.criteria, group.thresholds, verdict.results, verdict.others, strict=True)
    return tuple(
        [
            Evidence(
                criterion.code,
                criterion.label,
                criterion.citation,
                text or _other_value(group.route_name, criterion, on_route, counts),
                threshold,
                result,
                origin,
                inputs,
                records,
            )
            for criterion, threshold, result, counts in parts
        ]
    )


_kept_rows = lru_cache(maxsize=2**12)(_rows)
"""Communes share evidence on counts (no points, no plants), hardly ever on shares."""


def _other_value(
    route_name: str,
    criterion: Criterion,
    on_route: bool | None,
    counts: tuple[int, int] | None,
) -> str:
    return UNCONFIRMED if counts is None else route_text(route_name, criterion, on_route, *counts)
