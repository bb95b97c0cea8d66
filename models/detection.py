"""Who found the cases of a commune: the commune itself, a higher level, a tip."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from geo.records import Period
from geo.terms import DetectedBy
from models.commune_codes import by_commune
from models.known import known_incidents
from models.viewers import Viewer


@dataclass(frozen=True, slots=True)
class DetectionShare:
    """Verified cases by who detected them.

    `by_higher` counts district, province, ministry, border guard and customs; `by_tip`
    verified tips, which are neither; `unknown` cases that do not say.

    >>> DetectionShare(3, 1, 5, 2).share
    Fraction(3, 4)
    """

    by_commune: int = 0
    by_higher: int = 0
    by_tip: int = 0
    unknown: int = 0

    @property
    def n(self) -> int:
        """All cases."""
        return self.by_commune + self.by_higher + self.by_tip + self.unknown

    @property
    def share(self) -> Fraction | None:
        """The commune's share of what it or a higher level detected; None where neither did."""
        told = self.by_commune + self.by_higher
        return Fraction(self.by_commune, told) if told else None


def detection_shares(
    session: Session,
    viewer: Viewer,
    period: Period,
    *,
    province_code: str | None = None,
    commune_code: str | None = None,
    known_at: datetime | None = None,
) -> dict[str, DetectionShare]:
    """Who detected the verified cases of a period, by commune; only communes with cases."""
    found = known_incidents(
        session,
        viewer,
        period,
        province_code=province_code,
        commune_code=commune_code,
        known_at=known_at,
        units=(),
    )
    placed = ((case.detected_by, case.commune_code_now, case.commune_code) for case in found)
    bodies = by_commune(session, viewer, period, placed)
    return {code: _share(Counter(theirs)) for code, theirs in bodies.items()}


def _share(n: Counter[DetectedBy]) -> DetectionShare:
    own, tips, unknown = n[DetectedBy.COMMUNE], n[DetectedBy.TIP], n[DetectedBy.UNKNOWN]
    return DetectionShare(own, n.total() - own - tips - unknown, tips, unknown)
