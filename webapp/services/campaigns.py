"""The pages about campaigns: the list, one campaign with what it did, and its history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from types import MappingProxyType

from geo.displacement import Verdict
from models import campaign_changes, campaigns, communes
from models.campaigns import StoredCampaign
from models.hand_kept import Withdrawal
from models.record_changes import changes_of_campaign
from models.session import Database, Session, unit_of_work
from models.viewers import ScopeKind, Viewer
from webapp.services.campaign_effects import Effects, effects_of
from webapp.services.campaign_ground import Ground, SpotEvent, ground_of, spot_events
from webapp.services.campaign_map import CampaignMap, draw_campaign
from webapp.services.import_changes import ToldChange, tell_changes
from webapp.told import told

PAGE_ROWS = 25
SHOWN_NAMES = 12


class Stage(StrEnum):
    """Where a campaign stands on a day."""

    PLANNED = "planned"
    RUNNING = "running"
    OVER = "over"


STAGES: Mapping[str, str] = MappingProxyType(
    {
        Stage.PLANNED: "sắp diễn ra",
        Stage.RUNNING: "đang diễn ra",
        Stage.OVER: "đã kết thúc",
    }
)

BRIEF: Mapping[str, str] = MappingProxyType(
    {
        Verdict.TOO_FEW: "quá ít để kết luận",
        Verdict.NO_REDUCTION: "không giảm",
        Verdict.NOT_SHOWN: "giảm chưa rõ",
        Verdict.RING_TOO_FEW: "giảm, vùng quanh quá ít",
        Verdict.STRONG_DIFFUSION: "giảm, lan tỏa mạnh",
        Verdict.DIFFUSION: "giảm, có lan tỏa",
        Verdict.NEITHER: "giảm, chưa thấy dịch chuyển",
        Verdict.DISPLACEMENT: "giảm, dịch chuyển một phần",
        Verdict.FULL_DISPLACEMENT: "dịch chuyển là chính",
    }
)
"""The verdicts in a few words, for a list."""

TONES: Mapping[str, str] = MappingProxyType(
    {
        Verdict.STRONG_DIFFUSION: "good",
        Verdict.DIFFUSION: "good",
        Verdict.NEITHER: "good",
        Verdict.RING_TOO_FEW: "good",
        Verdict.DISPLACEMENT: "warn",
        Verdict.FULL_DISPLACEMENT: "bad",
        Verdict.NO_REDUCTION: "bad",
    }
)


@dataclass(frozen=True, slots=True)
class CampaignLine:
    """One campaign in the list; `verdict` is "" where nothing can be said yet.

    `is_weak`: what it says of the ring could be chance.
    """

    id: int
    name: str
    starts_on: date
    ends_on: date
    area: str
    stage: Stage
    verdict: str
    is_weak: bool
    provisional: bool


@dataclass(frozen=True, slots=True)
class CampaignList:
    """A page of the list."""

    lines: tuple[CampaignLine, ...]
    number: int
    pages: int
    total: int


@dataclass(frozen=True, slots=True)
class CampaignPage:
    """The page of a campaign; `effects` is None where nothing can be judged, `why` says why."""

    campaign: StoredCampaign
    stage: Stage
    n_days: int
    names: tuple[str, ...]
    more_names: int
    provinces: tuple[str, ...]
    ground: Ground
    effects: Effects | None
    why: str
    events: tuple[SpotEvent, ...]
    drawing: CampaignMap
    changes: tuple[ToldChange, ...]
    withdrawal: Withdrawal | None


def open_list(database: Database, viewer: Viewer, today: date, number: int = 1) -> CampaignList:
    """The campaigns that the viewer sees, the latest begun first, each with its verdict."""
    with unit_of_work(database, viewer, read_only=True) as session:
        found = campaigns.find_campaigns(session, viewer)
        pages = max(1, -(-len(found) // PAGE_ROWS))
        number = min(number, pages)
        shown = found[(number - 1) * PAGE_ROWS : number * PAGE_ROWS]
        lines = tuple(_line(session, viewer, campaign, today) for campaign in shown)
    return CampaignList(lines, number, pages, len(found))


def _line(session: Session, viewer: Viewer, campaign: StoredCampaign, today: date) -> CampaignLine:
    stage = stage_of(campaign, today)
    effects = None
    if stage is not Stage.PLANNED:
        ground = ground_of(session, viewer, campaign)
        effects = effects_of(session, viewer, campaign, ground, today)
    judged = None if effects is None else effects.judged
    return CampaignLine(
        id=campaign.id,
        name=campaign.name,
        starts_on=campaign.starts_on,
        ends_on=campaign.ends_on,
        area=campaign.area_text,
        stage=stage,
        verdict="" if judged is None else judged.verdict.value,
        is_weak=judged is not None and judged.ring_is_weak,
        provisional=effects is not None and effects.provisional,
    )


def open_campaign(database: Database, viewer: Viewer, id: int, today: date) -> CampaignPage:
    """The page of a campaign.

    Raises
    ------
    NotFoundError
        If there is none of this number that the viewer sees.
    """
    with unit_of_work(database, viewer, read_only=True) as session:
        campaign = campaigns.find_campaign(session, viewer, id)
        ground = ground_of(session, viewer, campaign)
        stage = stage_of(campaign, today)
        effects = None
        if stage is not Stage.PLANNED:
            effects = effects_of(session, viewer, campaign, ground, today)
        names = _names(session, viewer, campaign)
        drawing = _drawn(session, viewer, ground, effects)
        changes = tell_changes(session, viewer, changes_of_campaign(session, viewer, id))
        return CampaignPage(
            campaign=campaign,
            stage=stage,
            n_days=(campaign.ends_on - campaign.starts_on).days + 1,
            names=names[:SHOWN_NAMES],
            more_names=max(0, len(names) - SHOWN_NAMES),
            provinces=_province_names(session, viewer, ground),
            ground=ground,
            effects=effects,
            why="" if effects else _why(viewer, stage),
            events=spot_events(session, viewer, campaign, ground),
            drawing=drawing,
            changes=changes,
            withdrawal=campaign_changes.withdrawal_of(session, viewer, id),
        )


def stage_of(campaign: StoredCampaign, today: date) -> Stage:
    """Where a campaign stands on a day."""
    if today < campaign.starts_on:
        return Stage.PLANNED
    return Stage.RUNNING if today <= campaign.ends_on else Stage.OVER


def _why(viewer: Viewer, stage: Stage) -> str:
    if stage is Stage.PLANNED:
        return told("Đợt chưa bắt đầu; số liệu so sánh sẽ có khi đợt diễn ra.")
    if viewer.scope.kind is ScopeKind.COMMUNE:
        return told(
            "Tài khoản của một xã không thấy vùng xung quanh và phần còn lại của tỉnh nên không so "
            "sánh được; kết quả có ở tài khoản cấp tỉnh."
        )
    return told(
        "Chưa có vụ việc nào đã xác minh từ ngày đợt bắt đầu; hãy nhập dữ liệu của thời gian ấy."
    )


def _names(session: Session, viewer: Viewer, campaign: StoredCampaign) -> tuple[str, ...]:
    """Communes and provinces that an area is made of, by name; a code that is gone as it is."""
    codes = campaign.commune_codes
    named = communes.province_names(session, viewer)
    named |= communes.names_of(session, viewer, codes)
    return tuple(
        named.get(code, told("mã {code} (không còn trên bản đồ)", code=code)) for code in codes
    )


def _province_names(session: Session, viewer: Viewer, ground: Ground) -> tuple[str, ...]:
    named = communes.province_names(session, viewer)
    return tuple(named.get(code, code) for code in ground.provinces)


def _drawn(
    session: Session, viewer: Viewer, ground: Ground, effects: Effects | None
) -> CampaignMap:
    version = communes.current_version(session, viewer)
    units = [
        shape.geometry
        for province in ground.provinces
        for shape in communes.commune_shapes(session, viewer, version.id, "province", province)
    ]
    marks = () if effects is None else effects.marks
    return draw_campaign(ground.area, ground.ring_m, units, marks)
