"""What a person does with campaigns: entering, changing, withdrawing, bringing back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.terms import Layer
from models.additions import BY_HAND, insert_rows, keep_others_from_writing
from models.campaigns import (
    Campaign,
    StoredCampaign,
    campaign_values,
    find_campaign,
    require_covered,
)
from models.errors import ConflictError
from models.hand_kept import (
    Withdrawal,
    change_kept,
    last_withdrawal,
    restore_kept,
    withdraw_kept,
)
from models.session import beyond_scope
from models.tables import campaigns
from models.viewers import Viewer


@beyond_scope
def enter_campaign(session: Session, viewer: Viewer, campaign: Campaign, *, at: datetime) -> int:
    """Store a campaign that a person entered; its number.

    Raises
    ------
    NotAllowedError
        If the viewer may not write, or the area lies outside the viewer's scope.
    ConflictError
        If there is one of this source and ref.
    """
    viewer.require_write()
    require_covered(viewer, campaign)
    keep_others_from_writing(session, campaigns)
    c = campaigns.c
    same = select(c.id).where(c.source == campaign.source, c.ref == campaign.ref)
    if session.scalar(same) is not None:
        raise ConflictError(
            f"Đợt «{campaign.name}» với hai ngày này đã có; hãy sửa đợt ấy, hoặc đặt tên khác."
        )
    (id_,) = insert_rows(session, campaigns, [campaign_values(campaign, viewer, None, at)])
    return id_


def change_campaign(
    session: Session, viewer: Viewer, id: int, campaign: Campaign, *, at: datetime
) -> bool:
    """Give a campaign other content, the one it had is kept; whether anything changed.

    Its source and ref stay.

    Raises
    ------
    NotAllowedError
        If the viewer may not write, or the area lies outside the viewer's scope.
    NotFoundError
        If the viewer sees none of this number.
    ConflictError
        If it is withdrawn.
    """
    viewer.require_write()
    require_covered(viewer, campaign)
    keep_others_from_writing(session, campaigns)
    old = find_campaign(session, viewer, id)
    row = campaign_values(campaign, viewer, None, at)
    return change_kept(session, viewer, Layer.CAMPAIGNS, old, row, at=at)


def withdraw_campaign(
    session: Session, viewer: Viewer, id: int, reason: str, *, at: datetime
) -> None:
    """Take a campaign out of use, with a reason; nothing of it is lost.

    Raises
    ------
    NotFoundError, ConflictError, NotAllowedError
        If there is none, it is withdrawn already, or the viewer may not write.
    """
    was = _to_put(session, viewer, id)
    withdraw_kept(session, viewer, Layer.CAMPAIGNS, was, reason, at=at)


def restore_campaign(session: Session, viewer: Viewer, id: int, *, at: datetime) -> None:
    """Bring a campaign back that a person withdrew.

    Raises
    ------
    NotFoundError, ConflictError, NotAllowedError
        If there is none, no person withdrew it, or the viewer may not write.
    """
    was = _to_put(session, viewer, id)
    restore_kept(session, viewer, Layer.CAMPAIGNS, was, at=at)


def withdrawal_of(session: Session, viewer: Viewer, id: int) -> Withdrawal | None:
    """Who withdrew a campaign by hand and why, None where nobody did."""
    if find_campaign(session, viewer, id).withdrawn != BY_HAND:
        return None
    return last_withdrawal(session, viewer, Layer.CAMPAIGNS, id)


def _to_put(session: Session, viewer: Viewer, id: int) -> StoredCampaign:
    """A campaign that the viewer may withdraw or bring back, as it stands."""
    viewer.require_write()
    keep_others_from_writing(session, campaigns)
    was = find_campaign(session, viewer, id)
    require_covered(viewer, was)
    return was
