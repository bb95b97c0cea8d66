"""What a class rests on: per criterion value, threshold and result, in words."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache

from geo.records import Indicators
from models.ruleset import Band, Criterion, Measure, RuleSet

Number = int | Fraction
Known = Mapping[str, Number | None]
"""Indicator → usable value; None where it is missing or cannot be trusted."""


class Result(StrEnum):
    """Whether a criterion is met; `unknown` where missing data could decide it."""

    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


class Origin(StrEnum):
    """Where the figures of a criterion came from."""

    DECLARED = "declared"
    COMPUTED = "computed"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One criterion of an assessment.

    `code` is like `drug_free.1` or `type_2.đ`; `value` and `threshold` are
    Vietnamese; `inputs` are the indicators used with their recorded values.
    All fields can be written as JSON.
    """

    code: str
    label: str
    citation: str
    value: str
    threshold: str
    result: Result
    origin: Origin
    inputs: tuple[tuple[str, int | float | bool | None], ...]


def gather_evidence(
    ruleset: RuleSet,
    indicators: Indicators,
    known: Known,
    on_route: bool | None,
    results: Mapping[str, Result],
) -> tuple[Evidence, ...]:
    """Evidence on every criterion, drug-free first, then from the worst type on."""
    static = _static_texts(ruleset)
    measured = {name: _measured_text(m, known) for name, m in ruleset.measures.items()}
    rows = []
    for criterion in ruleset.criteria:
        if criterion.key_route:
            value = _route_text(on_route, *_count_others(ruleset, criterion, results))
        elif criterion.unknown:
            value = "văn bản chưa được xác nhận"
        else:
            used = dict.fromkeys(band.measure for band in criterion.bands)
            value = "; ".join(measured[name] for name in used)
        threshold, names = static[criterion.code]
        rows.append(
            Evidence(
                code=criterion.code,
                label=criterion.label,
                citation=criterion.citation,
                value=value,
                threshold=threshold,
                result=results[criterion.code],
                origin=Origin.DECLARED,
                inputs=tuple((name, getattr(indicators, name)) for name in names),
            )
        )
    return tuple(rows)


@cache
def _static_texts(ruleset: RuleSet) -> dict[str, tuple[str, list[str]]]:
    """Per criterion its threshold in words and the indicators it uses."""
    return {c.code: (_threshold_text(c, ruleset), _inputs(ruleset, c)) for c in ruleset.criteria}


def _inputs(ruleset: RuleSet, criterion: Criterion) -> list[str]:
    if criterion.key_route:
        return ["on_key_route"]
    measures = [ruleset.measures[band.measure] for band in criterion.bands]
    names = (n for m in measures for n in (*m.plus, *m.minus, *((m.per,) if m.per else ())))
    return list(dict.fromkeys(names))


def _count_others(
    ruleset: RuleSet, criterion: Criterion, results: Mapping[str, Result]
) -> tuple[int, int]:
    """Number of other groups surely met, and of those that missing data leave open."""
    others = ruleset.others(criterion)
    met = {c.group for c in others if results[c.code] is Result.MET}
    maybe = {c.group for c in others if results[c.code] is Result.UNKNOWN}
    return len(met), len(maybe - met)


def count_text(value: Number) -> str:
    """Vietnamese number: dots between thousands, comma before at most 4 decimals.

    Decimals are cut off, not rounded, so a value below a threshold never
    reads as if it had reached it.

    >>> count_text(12345), count_text(Fraction(1, 3))
    ('12.345', '0,3333')
    """
    if isinstance(value, int):
        return f"{value:,}".replace(",", ".")
    whole, rest = divmod(math.floor(abs(value) * 10_000), 10_000)
    digits = f"{rest:04d}".rstrip("0")
    sign = "-" if value < 0 else ""
    return f"{sign}{whole:,}".replace(",", ".") + (f",{digits}" if digits else "")


def percent_text(share: Fraction) -> str:
    """Vietnamese percentage.

    >>> percent_text(Fraction(1, 1000))
    '0,1 %'
    """
    return f"{count_text(share * 100)} %"


def _route_text(on_route: bool | None, n_met: int, n_open: int) -> str:
    """Value of the key-route criterion: the route, and how many others are met."""
    route = "chưa rõ có trên tuyến trọng điểm"
    if on_route is not None:
        route = "trên tuyến trọng điểm" if on_route else "không nằm trên tuyến trọng điểm"
    others = f"đạt {n_met} tiêu chí khác" + (f", {n_open} chưa rõ" if n_open else "")
    return f"{route}; {others}"


def _threshold_text(criterion: Criterion, ruleset: RuleSet) -> str:
    """The thresholds of a criterion in words."""
    if criterion.unknown:
        return "chưa xác nhận"
    if criterion.key_route:
        level = ruleset.classes[criterion.others_type] if criterion.others_type else ""
        return f"trên tuyến trọng điểm và từ {criterion.others} tiêu chí của {level} trở lên"
    texts = (_band_text(band, ruleset.measures[band.measure]) for band in criterion.bands)
    return " hoặc ".join(texts)


def _measured_text(measure: Measure, known: Known) -> str:
    plus, minus = _total(measure.plus, known), _total(measure.minus, known)
    per = known[measure.per] if measure.per else 1
    if plus is None or minus is None or (per is None and plus):
        return "chưa đủ số liệu"
    left = plus - minus
    if measure.per is None or per is None:
        sums = f"{count_text(plus)} - {count_text(minus)} = " if measure.minus else ""
        return f"{sums}{count_text(left)} {measure.unit}"
    share = percent_text(Fraction(left) / per) if per else "0 %"
    return f"{count_text(left)}/{count_text(per)} nhân khẩu = {share}"


def _total(names: tuple[str, ...], known: Known) -> Number | None:
    total: Number = 0
    for name in names:
        value = known[name]
        if value is None:
            return None
        total = total + value
    return total


def _band_text(band: Band, measure: Measure) -> str:
    def shown(bound: Fraction) -> str:
        return percent_text(bound) if measure.per else count_text(bound)

    unit = "" if measure.per else f" {measure.unit}"
    if band.at_most is not None:
        return f"{'' if band.at_most == 0 else 'không quá '}{shown(band.at_most)}{unit}"
    if band.above is not None and band.below is not None:
        return f"trên {count_text(band.above)} và dưới {shown(band.below)}{unit}"
    if band.at_least is None:
        raise ValueError(f"a band without lower bound: {band}")
    if band.below is None:
        return f"từ {shown(band.at_least)}{unit} trở lên"
    if not measure.per and band.below == band.at_least + 1:
        return f"đúng {shown(band.at_least)}{unit}"
    return f"từ {shown(band.at_least)} đến dưới {shown(band.below)}{unit}"
