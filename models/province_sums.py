"""The figures of a province: those of its communes added up, as far as they are known."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from geo.terms import CommuneClass
from models.evidence import Assessment, Origin
from models.possibilities import Known, Span, span_of
from models.rule_parts import Number, RuleSet, Scheme
from models.usable_figures import known_of

KEY_TYPES = frozenset({CommuneClass.TYPE_1, CommuneClass.TYPE_2})
"""Communes of these types count in the fourth criterion of article 5."""

KEY = "key_communes"

_OPEN: Span = (0, None)
_LEAST = {"residents": 1}
"""What an open figure is at least, where that is more than 0: nobody lives in no commune."""


@dataclass(frozen=True, slots=True)
class ProvinceSums:
    """Sums over the communes of a province, each from the least to the most it can be.

    `spans` are by measure of the province's scheme, `spans_otherwise` those where
    the other reading of the bands gives communes other types; `wholes` by what
    shares are divided by; `totals` by figure, None where some commune lacks it.
    `counting` gives by measure the communes that surely count in it; `computed`
    the figures of which one came from the register.
    """

    n_communes: int
    n_assessed: int
    n_strange: int
    higher_band_counts: bool
    spans: Mapping[str, Span]
    spans_otherwise: Mapping[str, Span]
    wholes: Mapping[str, Span]
    totals: Mapping[str, Number | None]
    counting: Mapping[str, tuple[str, ...]]
    computed: frozenset[str]
    missing: tuple[str, ...]
    incomplete: tuple[str, ...]


def add_up(ruleset: RuleSet, communes: Sequence[Assessment], codes: frozenset[str]) -> ProvinceSums:
    """Add up the assessments of communes; one without is open in everything."""
    inside = {a.commune_code: a for a in communes if a.commune_code in codes}
    known = {code: known_of(ruleset.commune, inside[code]) for code in sorted(inside)}
    absent = codes - set(inside)
    asked = {name for m in ruleset.province.measures.values() for name in m.fields}
    names = [name for name in ruleset.commune.indicators if name in asked]
    totals = {name: _whole(_single(name, known, absent)) for name in names}
    used, other = _key_communes(inside.values(), len(absent))
    spans = _spans(ruleset.province, known, absent)
    key_measures = [m.name for m in ruleset.province.measures.values() if KEY in m.plus]
    return ProvinceSums(
        n_communes=len(codes),
        n_assessed=len(inside),
        n_strange=len({a.commune_code for a in communes} - codes),
        higher_band_counts=all(a.higher_band_counts for a in communes),
        spans=spans | dict.fromkeys(key_measures, used),
        spans_otherwise=spans | dict.fromkeys(key_measures, other),
        wholes={
            "residents": _single("residents", known, absent),
            "communes": (len(codes), len(codes)),
            "": (1, 1),
        },
        totals=totals | {"communes": len(codes), KEY: _whole(used)},
        counting=_counting(ruleset.province, known)
        | dict.fromkeys(key_measures, tuple(c for c in known if inside[c].cls in KEY_TYPES)),
        computed=frozenset(
            f.name for a in inside.values() for f in a.figures if f.origin is Origin.COMPUTED
        ),
        missing=tuple(name for name, total in totals.items() if total is None),
        incomplete=tuple(sorted(absent | {code for code, k in known.items() if _lacks(k, names)})),
    )


def _lacks(known: Known, names: Sequence[str]) -> bool:
    return any(known[name] is None for name in names)


def _spans(scheme: Scheme, known: Mapping[str, Known], absent: Collection[str]) -> dict[str, Span]:
    more = [_OPEN] if absent else []
    return {
        measure.name: _sum([*(span_of(measure, k) for k in known.values()), *more])
        for measure in scheme.measures.values()
        if KEY not in measure.plus
    }


def _counting(scheme: Scheme, known: Mapping[str, Known]) -> dict[str, tuple[str, ...]]:
    """By measure that is no share the communes that surely have some of it."""
    return {
        measure.name: tuple(code for code, k in known.items() if span_of(measure, k)[0] > 0)
        for measure in scheme.measures.values()
        if not measure.per
    }


def _single(name: str, known: Mapping[str, Known], absent: Collection[str]) -> Span:
    values = [figures[name] for figures in known.values()]
    least = _LEAST.get(name, 0)
    spans: list[Span] = [(least, None) if v is None else (v, v) for v in values]
    return _sum([*spans, *([(least * len(absent), None)] if absent else [])])


def _sum(spans: Sequence[Span]) -> Span:
    least = sum((span[0] for span in spans), start=0)
    tops = [span[1] for span in spans]
    return least, None if None in tops else sum((top for top in tops if top is not None), start=0)


def _whole(span: Span) -> Number | None:
    return span[0] if span[0] == span[1] else None


def _key_communes(communes: Collection[Assessment], n_absent: int) -> tuple[Span, Span]:
    """Communes of type I and II under the reading in use, and under the other."""
    used = _n_key([_can_be(a.cls, a.possible) for a in communes], n_absent)
    other = _n_key([_can_be(a.other_cls, a.other_possible) for a in communes], n_absent)
    return used, other


def _can_be(cls: CommuneClass, possible: Collection[CommuneClass]) -> frozenset[CommuneClass]:
    """The classes that a commune can have; all where it is open and nothing more is told."""
    return frozenset({cls} if cls is not CommuneClass.UNKNOWN else possible or _CLASSES)


_CLASSES = frozenset(CommuneClass) - {CommuneClass.UNKNOWN}


def _n_key(classes: Collection[frozenset[CommuneClass]], n_absent: int) -> Span:
    """How many of some communes are of type I or II, at least and at most."""
    sure = sum(each <= KEY_TYPES for each in classes)
    never = sum(not each & KEY_TYPES for each in classes)
    return sure, len(classes) - never + n_absent
