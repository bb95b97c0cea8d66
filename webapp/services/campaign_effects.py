"""What a campaign did: before, during and after in its area, around it and elsewhere.

Which incidents count: verified ones whose day is known. Where the area is made of
communes, all that are known to lie in them, point or not; in a circle or a drawn
outline only those with a point. The ring around the area can count only those
with a point, in whatever province it lies. The control is all the rest of the
province, or provinces, known to lie in a commune; where the area is made of whole
provinces, all other provinces that the viewer sees.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from geo.campaign_areas import parts_around, widened
from geo.crs import BoolArray
from geo.displacement import (
    MAX_DAYS,
    MIN_DAYS,
    CampaignWindows,
    Evaluation,
    campaign_windows,
    evaluate_parts,
)
from geo.records import Period
from geo.windows import days_within
from models.campaign_cases import Cases, Control, cases_around, days_of_records
from models.campaigns import StoredCampaign
from models.nearby import reaches_beyond_scope
from models.session import Session
from models.viewers import ScopeKind, Viewer
from webapp.services.campaign_ground import Ground


@dataclass(frozen=True, slots=True)
class KindLine:
    """How many incidents of a kind there were in the area."""

    kind: str
    before: int
    during: int
    after: int


@dataclass(frozen=True, slots=True)
class Effects:
    """A campaign judged with the records up to `last_day`.

    `ran` holds its days so far against as many right before it (None where the
    records do not reach back to them), `stayed` the time after against the time
    before it (None while nothing came after, or without records before). It is
    `provisional` while it runs, and after it until `wanted_days` have passed.
    `vague` incidents of the windows are known by their commune alone, `undated`
    ones by their month or year, and are not counted. `marks` are the incidents
    with a point: lon, lat and the name of the window. `ring_is_cut` where a part
    of the ring lies outside the viewer's scope.
    """

    windows: CampaignWindows
    last_day: date
    wanted_days: int
    provisional: bool
    ran: Evaluation | None
    stayed: Evaluation | None
    vague: int
    undated: int
    kinds: tuple[KindLine, ...]
    marks: tuple[tuple[float, float, str], ...]
    ring_is_cut: bool

    @property
    def judged(self) -> Evaluation | None:
        """The evaluation that speaks for the campaign as far as it is known."""
        return self.stayed or self.ran


def effects_of(
    session: Session, viewer: Viewer, campaign: StoredCampaign, ground: Ground, today: date
) -> Effects | None:
    """What a campaign did so far; None before it began, without records, or for one commune.

    An account of one commune sees no ring and no control: nothing is judged for it.
    """
    if viewer.scope.kind is ScopeKind.COMMUNE:
        return None
    spanned = days_of_records(session, viewer, ground.provinces)
    if spanned is None:
        return None
    first_day, last_day = spanned[0], min(today, spanned[1])
    if last_day < campaign.starts_on:
        return None
    windows = campaign_windows(campaign.starts_on, campaign.ends_on, last_day, first_day=first_day)
    since, until = _span(windows)
    wide = widened(ground.area, ground.ring_m)
    control = Control(ground.provinces, elsewhere=ground.is_whole)
    cases = cases_around(session, viewer, wide.bounds, control, since=since, until=until)
    found = _judged(cases, campaign, ground, windows, last_day)
    return replace(found, ring_is_cut=reaches_beyond_scope(session, viewer, wide))


def _judged(
    cases: Cases,
    campaign: StoredCampaign,
    ground: Ground,
    windows: CampaignWindows,
    last_day: date,
) -> Effects:
    place, ring = _zones(cases, ground)
    control = ~place & ~ring & cases.control

    def compared(before: Period | None, after: Period | None) -> Evaluation | None:
        if before is None or after is None:
            return None
        return evaluate_parts(place, ring, control, cases.days, before=before, after=after)

    stayed = compared(windows.before, windows.after)
    wanted = wanted_days(campaign)
    undated = np.isnat(cases.days)
    return Effects(
        windows=windows,
        last_day=last_day,
        wanted_days=wanted,
        provisional=stayed is None or stayed.days < wanted,
        ran=compared(windows.baseline, windows.during),
        stayed=stayed,
        vague=int(np.sum(place & ~cases.located & ~undated)),
        undated=int(np.sum(undated & (place | ring | control))),
        kinds=_kinds(cases, place, windows),
        marks=_marks(cases, place | ring, windows),
        ring_is_cut=False,
    )


def wanted_days(campaign: StoredCampaign) -> int:
    """How many days after a campaign are looked at before it is judged for good."""
    length = (campaign.ends_on - campaign.starts_on).days + 1
    return min(max(MIN_DAYS, length), MAX_DAYS)


def _zones(cases: Cases, ground: Ground) -> tuple[BoolArray, BoolArray]:
    """Which incidents lie in the area and which in the ring around it."""
    located = cases.located
    inside, around = np.zeros_like(located), np.zeros_like(located)
    if located.any():
        lons, lats = cases.lons[located], cases.lats[located]
        inside[located], around[located] = parts_around(ground.area, ground.ring_m, lons, lats)
    if not ground.commune_codes:
        return inside, around
    mine = np.isin(cases.communes, sorted(ground.commune_codes))
    return mine, (inside | around) & ~mine


def _within(cases: Cases, period: Period | None) -> BoolArray:
    if period is None:
        return np.zeros(cases.ids.size, dtype=bool)
    return days_within(cases.days, period)


def _kinds(cases: Cases, place: BoolArray, windows: CampaignWindows) -> tuple[KindLine, ...]:
    parts = (windows.before or windows.baseline, windows.during, windows.after)
    counted = [Counter(cases.kinds[place & _within(cases, part)].tolist()) for part in parts]
    kinds = sorted(set().union(*counted), key=lambda k: (-sum(c[k] for c in counted), k))
    return tuple(KindLine(kind, *(each[kind] for each in counted)) for kind in kinds)


def _marks(
    cases: Cases, near: BoolArray, windows: CampaignWindows
) -> tuple[tuple[float, float, str], ...]:
    parts = {
        "before": windows.before or windows.baseline,
        "during": windows.during,
        "after": windows.after,
    }
    return tuple(
        (float(cases.lons[i]), float(cases.lats[i]), name)
        for name, period in parts.items()
        for i in np.flatnonzero(near & cases.located & _within(cases, period))
    )


def _span(windows: CampaignWindows) -> tuple[date, date]:
    """The first and last day that any window holds."""
    held = (windows.baseline, windows.during, windows.before, windows.after)
    periods = [period for period in held if period is not None]
    return min(each.start for each in periods), max(each.end for each in periods)
