"""Evaluations of communes made once for all that one page tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from geo.records import Period
from models.criteria import Assessment
from models.province_criteria import ProvinceAssessment
from models.session import Session
from models.viewers import Viewer
from webapp.services import classify

_Key = tuple[Period, str | None, str | None, datetime | None, date | None]


@dataclass(frozen=True, slots=True)
class Evaluations:
    """What `classify.evaluate` gives, for the one transaction in which it is made.

    Each evaluation is made when it is first asked for. Only for transactions that write
    nothing: what is written meanwhile would not be seen.
    """

    session: Session
    viewer: Viewer
    _made: dict[_Key, dict[str, Assessment]] = field(default_factory=dict)

    def of(
        self,
        period: Period,
        *,
        province_code: str | None = None,
        commune_code: str | None = None,
        known_at: datetime | None = None,
        until: date | None = None,
    ) -> Mapping[str, Assessment]:
        """The assessments of communes by code; of a commune its province is not asked for."""
        last = None if until is None else min(until, period.end)
        province = province_code if commune_code is None else None
        key = (period, province, commune_code, known_at, last)
        if key not in self._made:
            self._made[key] = classify.evaluate(
                self.session,
                self.viewer,
                period,
                province_code=province,
                commune_code=commune_code,
                known_at=known_at,
                until=last,
            )
        return self._made[key]

    def of_province(
        self,
        province_code: str,
        period: Period,
        *,
        known_at: datetime | None = None,
        until: date | None = None,
    ) -> ProvinceAssessment:
        """The class of a province by the assessments of its communes.

        Raises
        ------
        NotAllowedError
            If the viewer does not see the whole province.
        NotFoundError
            If the map in force has no such province.
        """
        found = self.of(period, province_code=province_code, known_at=known_at, until=until)
        return classify.evaluate_province(
            self.session, self.viewer, province_code, period, known_at=known_at, found=found
        )
