"""Criteria in words: thresholds, and the figures that are held against them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from models.number_words import count_text, percent_text, share_text
from models.possibilities import Known
from models.rule_parts import Band, Criterion, Measure, Number, Scheme

NOT_ENOUGH, UNCONFIRMED = "chưa đủ số liệu", "văn bản chưa được xác nhận"


def route_text(
    name: str, criterion: Criterion, on_route: bool | None, n_met: int = 0, n_open: int = 0
) -> str:
    """Value of a key-route criterion: the route, and how many others are met."""
    route = f"chưa rõ có trên {name}"
    if on_route is not None:
        route = f"trên {name}" if on_route else f"không nằm trên {name}"
    if not criterion.others:
        return route
    return f"{route}; đạt {n_met} tiêu chí khác" + (f", {n_open} chưa rõ" if n_open else "")


def from_higher_band(scheme: Scheme, results: Mapping[str, str]) -> frozenset[str]:
    """Codes of the criteria met by a value of a higher band, that of a worse type's criterion.

    `results` are those by code ("met" …) under the reading by which such a value counts.

    >>> from models.ruleset import load_ruleset
    >>> met = {"type_1.b": "met", "type_2.b": "met", "type_2.a": "met"}
    >>> sorted(from_higher_band(load_ruleset().commune, met))
    ['type_2.b']
    """
    found: set[str] = set()
    worse: set[tuple[str, ...]] = set()
    for key_type in scheme.types:
        met = {c.code: _measures(c) for c in key_type.criteria if results.get(c.code) == "met"}
        found |= {code for code, measures in met.items() if measures in worse}
        worse |= {measures for measures in met.values() if measures}
    return frozenset(found)


def _measures(criterion: Criterion) -> tuple[str, ...]:
    return tuple(band.measure for band in criterion.bands)


def threshold_text(criterion: Criterion, scheme: Scheme) -> str:
    """The thresholds of a criterion in words."""
    if criterion.unknown:
        return "chưa xác nhận"
    if criterion.key_route:
        text = f"trên {scheme.indicators[criterion.key_route]}"
        level = scheme.classes[criterion.others_type] if criterion.others_type else ""
        others = f" và từ {criterion.others} tiêu chí của {level} trở lên"
        return text + others if criterion.others else text
    texts = (_band_text(band, scheme.measures[band.measure]) for band in criterion.bands)
    return " hoặc ".join(texts)


def measured_text(measure: Measure, known: Known) -> str:
    """What a measure of a commune comes to; sums and shares are shown as they were reckoned."""
    plus = _total(measure.plus, known)
    minus = _total(measure.minus, known) if measure.minus else 0
    per = known[measure.per] if measure.per else 1
    if plus is None or minus is None or (per is None and plus):
        return NOT_ENOUGH
    if measure.per is None or per is None:
        return _sum_text(measure.unit, plus, minus if measure.minus else None)
    share = share_text(plus - minus, per) if per else "0 %"
    return f"{count_text(plus - minus)}/{count_text(per)} nhân khẩu = {share}"


def _sum_text(unit: str, plus: Number, minus: Number | None) -> str:
    if minus is None:
        return f"{count_text(plus)} {unit}"
    return f"{count_text(plus)} - {count_text(minus)} = {count_text(plus - minus)} {unit}"


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
