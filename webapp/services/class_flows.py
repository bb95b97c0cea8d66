"""Which communes moved from which class to which between two periods."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from geo.alphabet import vietnamese_key
from geo.records import Period
from geo.terms import CommuneClass

ORDER = tuple(CommuneClass)
"""From best to worst, the unknown last."""

STEPS = ORDER[:5]


@dataclass(frozen=True, slots=True)
class Flow:
    """Communes (code and name) that went from one class to another.

    `step` is how many classes they improved, negative where they got worse, None
    where either class is not known.
    """

    before: CommuneClass
    now: CommuneClass
    step: int | None
    communes: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Flows:
    """All communes that have a class in both periods, by where they came from and went to.

    `compared` counts them, `left_out` those without a class in the period before; of
    `unsure` ones the class is not known in one of the two, so that they are neither `gained`
    nor `lost`, who became drug-free and who no longer are.
    """

    before: Period
    moved: tuple[Flow, ...]
    same: int
    better: int
    worse: int
    unsure: int
    gained: tuple[tuple[str, str], ...]
    lost: tuple[tuple[str, str], ...]
    compared: int
    left_out: int
    counts: Mapping[tuple[CommuneClass, CommuneClass], int]

    @property
    def known(self) -> int:
        """Communes whose class is known in both periods."""
        return self.better + self.worse + self.same


def improvement(before: CommuneClass | None, now: CommuneClass) -> int | None:
    """How many classes a commune improved; None where either class is not known.

    >>> improvement(CommuneClass.TYPE_2, CommuneClass.AFFECTED)
    2
    """
    if before not in STEPS or now not in STEPS:
        return None
    return STEPS.index(before) - STEPS.index(now)


def find_flows(
    period_before: Period,
    names: Mapping[str, str],
    before: Mapping[str, CommuneClass],
    now: Mapping[str, CommuneClass],
) -> Flows:
    """Hold the classes of a province's communes (`names` by code) against an earlier period.

    Who has no class in `now` is unknown; who has none in `before` is left out.
    """
    pairs = sorted(
        (
            ORDER.index(before[c]),
            ORDER.index(now.get(c, CommuneClass.UNKNOWN)),
            vietnamese_key(names[c]),
            c,
        )
        for c in names
        if c in before
    )
    flows = [
        _flow(ORDER[was], ORDER[is_], tuple((code, names[code]) for *_, code in group))
        for (was, is_), group in groupby(pairs, key=lambda pair: pair[:2])
    ]
    moved = sorted((flow for flow in flows if flow.before is not flow.now), key=_rank)
    known = [flow for flow in moved if flow.step is not None]
    return Flows(
        before=period_before,
        moved=tuple(moved),
        same=_count(flow for flow in flows if flow.step == 0),
        better=_count(flow for flow in flows if flow.step is not None and flow.step > 0),
        worse=_count(flow for flow in flows if flow.step is not None and flow.step < 0),
        unsure=_count(flow for flow in flows if flow.step is None),
        gained=_names(flow for flow in known if flow.now is CommuneClass.DRUG_FREE),
        lost=_names(flow for flow in known if flow.before is CommuneClass.DRUG_FREE),
        compared=len(pairs),
        left_out=len(names) - len(pairs),
        counts={(flow.before, flow.now): len(flow.communes) for flow in flows},
    )


def _flow(before: CommuneClass, now: CommuneClass, communes: tuple[tuple[str, str], ...]) -> Flow:
    return Flow(before, now, improvement(before, now), communes)


def _rank(flow: Flow) -> tuple[bool, int, int]:
    """Improvements first, the widest before the others; what is not known last."""
    return flow.step is None, -(flow.step or 0), ORDER.index(flow.before)


def _count(flows: Iterable[Flow]) -> int:
    return sum(len(flow.communes) for flow in flows)


def _names(flows: Iterable[Flow]) -> tuple[tuple[str, str], ...]:
    found = [commune for flow in flows for commune in flow.communes]
    return tuple(sorted(found, key=lambda commune: vietnamese_key(commune[1])))
