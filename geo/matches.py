"""What an address may mean: matches, their ranking, and how far to trust the first.

A match is trusted as far as its weakest sign allows and as far as it is ahead
of the next one that means another commune.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from geo.gazetteer import Unit
from geo.records import Candidate

SURE, FAIR, DOUBTFUL, WEAK = 0.98, 0.93, 0.85, 0.6
"""How far a match may be trusted at most, by its weakest sign."""

OLD_FORM = "Địa chỉ ghi theo địa giới trước ngày 01/07/2025."
NEW_FORM = "Địa chỉ ghi theo địa giới từ ngày 01/07/2025."
SPLIT = "Xã cũ được chia vào nhiều xã mới, cần chọn xã."
SEVERAL = "Có nhiều xã phù hợp với địa chỉ, cần chọn xã."
UNSURE = "Địa chỉ không đủ rõ để chắc chắn về xã."
MISSPELT = "Tên xã có thể gõ sai, đã lấy tên gần nhất: {name}."

_STEEPNESS = 1.2
_MOST_MATCHES = 12
_REACH = 5.0
MOST_CANDIDATES = 6


class Match(NamedTuple):
    """A commune that an address may mean; `surety` is the most it can be trusted.

    `in_district`: a district that the address names supports it.
    """

    unit: Unit
    start: int
    stop: int
    score: float
    surety: float
    slips: int = 0
    in_district: bool = False


@dataclass(frozen=True, slots=True)
class AddressReading:
    """What an address says: its province now and its matches, likeliest first.

    `confidence` is 0-1 that the first match, and of it the default successor,
    is the commune meant.
    """

    matches: tuple[Match, ...] = ()
    province_code: str | None = None
    confidence: float = 0.0

    @property
    def best(self) -> Unit | None:
        """The likeliest commune, on either map."""
        return self.matches[0].unit if self.matches else None

    def weights(self) -> dict[str, float]:
        """Communes in force that may be meant, heaviest first, adding up to 1."""
        if len(self.matches) == 1 and not self.matches[0].unit.is_split:
            return {self.matches[0].unit.code_now: 1.0}
        found: dict[str, float] = {}
        for match in self.matches:
            weight = math.exp(_STEEPNESS * (match.score - self.matches[0].score))
            for heir in match.unit.successors:
                share = 1.0 if heir.is_default else 0.5
                found[heir.code] = max(found.get(heir.code, 0.0), weight * share)
        total = sum(found.values())
        ranked = sorted(found.items(), key=lambda item: (-item[1], item[0]))
        return {code: weight / total for code, weight in ranked}

    def notes(self, recent: bool | None) -> tuple[str, ...]:
        """Why the words are not plain, in Vietnamese; `recent` as in `read_address`."""
        unit = self.best
        if unit is None:
            return ()
        notes = []
        if recent is not None and recent == unit.is_old:
            notes.append(OLD_FORM if unit.is_old else NEW_FORM)
        if self.matches[0].slips:
            notes.append(MISSPELT.format(name=unit.full_name))
        if unit.is_split:
            notes.append(SPLIT)
        elif self.confidence < 0.9:
            notes.append(SEVERAL if len(self.weights()) > 1 else UNSURE)
        return tuple(notes)


def ranked(matches: Iterable[Match]) -> tuple[Match, ...]:
    """The best match of each unit, likeliest first, without parts of longer names."""
    matches = tuple(matches)
    if len(matches) < 2:
        return matches
    best: dict[tuple[str, bool], Match] = {}
    for match in matches:
        key = (match.unit.code, match.unit.is_old)
        # Of names of one unit that fit alike the longer counts: Bình Thanh Tây, not Bình Thanh.
        if key not in best or _fit(match) > _fit(best[key]):
            best[key] = match
    spans: dict[tuple[int, int], float] = {}
    for match in best.values():
        span = (match.start, match.stop)
        spans[span] = max(match.score, spans.get(span, match.score))
    kept = [match for match in best.values() if not _is_part(match, spans)]
    kept.sort(key=lambda m: (-m.score, m.unit.is_old, m.unit.code))
    return tuple(m for m in kept[:_MOST_MATCHES] if m.score >= kept[0].score - _REACH)


def _fit(match: Match) -> tuple[float, int]:
    return match.score, match.stop - match.start


def _is_part(match: Match, spans: dict[tuple[int, int], float]) -> bool:
    """Whether the words are only a part of a longer name that fits about as well."""
    return any(
        start <= match.start and match.stop <= stop and score >= match.score - 1.5
        for (start, stop), score in spans.items()
        if stop - start > match.stop - match.start
    )


def confidence_of(matches: Sequence[Match]) -> float:
    """Trust in the first match: its weakest sign, and how far ahead of its rival it is."""
    if not matches:
        return 0.0
    first, chosen = matches[0], matches[0].unit.code_now
    surety = min(first.surety, WEAK) if first.unit.is_split else first.surety
    for rival in matches[1:]:
        if rival.unit.codes_now != (chosen,):
            return surety / (1 + math.exp(_STEEPNESS * (rival.score - first.score)))
    return surety


def names_another(first: Match, announced: Iterable[Match]) -> bool:
    """Whether other words announce another commune as plainly: «giữa phường A và phường B»."""
    return any(
        match.surety >= DOUBTFUL
        and (match.stop <= first.start or first.stop <= match.start)
        and first.unit.code_now not in match.unit.codes_now
        and match.unit.code_now not in first.unit.codes_now
        for match in announced
    )


def candidates_of(weights: Mapping[str, float]) -> tuple[Candidate, ...]:
    """The communes with the greatest weights, heaviest first."""
    heaviest = sorted(weights.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Candidate(code, round(weight, 3)) for code, weight in heaviest[:MOST_CANDIDATES])
