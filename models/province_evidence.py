"""What the class of a province rests on: sums, shares and the communes that count."""

from __future__ import annotations

from collections.abc import Sequence

from models.criterion_words import UNCONFIRMED, route_text, threshold_text
from models.evidence import Evidence, Origin, Value
from models.number_words import count_text, share_text
from models.outcomes import Outcome
from models.possibilities import Span
from models.province_sums import ProvinceSums
from models.rule_parts import Criterion, Measure, Number, Scheme


def gather_province_evidence(
    scheme: Scheme, sums: ProvinceSums, inter_route: bool | None, outcome: Outcome
) -> tuple[Evidence, ...]:
    """Evidence on every criterion, drug-free first; records are codes of communes."""
    rows = []
    for criterion in scheme.criteria:
        measures = [scheme.measures[b.measure] for b in criterion.bands]
        names = dict.fromkeys(name for measure in measures for name in measure.fields)
        inputs: list[tuple[str, Value]] = [(n, _plain(sums.totals[n])) for n in names]
        if criterion.key_route:
            inputs = [(criterion.key_route, inter_route)]
        rows.append(
            Evidence(
                code=criterion.code,
                label=criterion.label,
                citation=criterion.citation,
                value=_value(scheme, criterion, measures, sums, inter_route),
                threshold=threshold_text(criterion, scheme),
                result=outcome.results[criterion.code],
                origin=Origin.DECLARED if sums.computed.isdisjoint(names) else Origin.COMPUTED,
                inputs=tuple(inputs),
                records=_communes(measures, sums),
            )
        )
    return tuple(rows)


def _plain(number: Number | None) -> Value:
    return number if number is None or isinstance(number, int) else float(number)


def _communes(measures: Sequence[Measure], sums: ProvinceSums) -> tuple[str, ...]:
    return tuple(sorted({code for m in measures for code in sums.counting.get(m.name, ())}))


def _value(
    scheme: Scheme,
    criterion: Criterion,
    measures: Sequence[Measure],
    sums: ProvinceSums,
    inter_route: bool | None,
) -> str:
    if criterion.unknown:
        return UNCONFIRMED
    if criterion.key_route:
        return route_text(scheme.indicators[criterion.key_route], criterion, inter_route)
    return "; ".join(_measured_text(scheme, measure, sums) for measure in measures)


def _measured_text(scheme: Scheme, measure: Measure, sums: ProvinceSums) -> str:
    part = sums.spans[measure.name]
    if measure.per is None:
        return f"{_span_text(part)} {measure.unit}"
    whole, noun = sums.wholes[measure.per], scheme.indicators[measure.per]
    least, most = part
    if whole[0] != whole[1]:
        return f"{_span_text(part)} {measure.unit}/{_span_text(whole)} {noun}: chưa đủ số liệu"
    share = share_text(least, whole[0]) if whole[0] else "chưa tính được"
    if least != most:
        return f"{_span_text(part)} {measure.unit}/{count_text(whole[0])} {noun} = từ {share}"
    return f"{count_text(least)}/{count_text(whole[0])} {noun} = {share}"


def _span_text(span: Span) -> str:
    least, most = span
    if most is None:
        return f"ít nhất {count_text(least)}"
    return count_text(least) if least == most else f"{count_text(least)} đến {count_text(most)}"
