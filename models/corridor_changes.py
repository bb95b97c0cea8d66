"""What a person does with key routes: withdrawing them, bringing them back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from geo.terms import Layer
from models.additions import BY_HAND, keep_others_from_writing
from models.corridors import StoredCorridor, communes_on, find_corridor, require_decided_by
from models.errors import ConflictError
from models.hand_kept import Withdrawal, bring_back, last_withdrawal, put_away
from models.tables import corridors
from models.viewers import Viewer


def withdraw_corridor(
    session: Session, viewer: Viewer, id: int, reason: str, *, at: datetime
) -> None:
    """Take a route out of use, with a reason; nothing of it is lost.

    Raises
    ------
    NotFoundError, ConflictError, NotAllowedError
        If there is none, it is withdrawn already, or the viewer may not change it.
    """
    if _to_put(session, viewer, id).withdrawn is not None:
        raise ConflictError("Tuyến này đã bị rút rồi.")
    put_away(session, viewer, Layer.CORRIDORS, id, reason, at=at)


def restore_corridor(session: Session, viewer: Viewer, id: int, *, at: datetime) -> None:
    """Bring a route back that a person withdrew.

    Raises
    ------
    NotFoundError, ConflictError, NotAllowedError
        If there is none, no person withdrew it, or the viewer may not change it.
    """
    was = _to_put(session, viewer, id)
    if was.withdrawn is None:
        raise ConflictError("Tuyến này đang được dùng; không có gì để khôi phục.")
    if was.withdrawn != BY_HAND:
        raise ConflictError("Tuyến này không phải do người rút; hãy nhập lại tệp của nó.")
    bring_back(session, viewer, Layer.CORRIDORS, id, at=at)


def withdrawal_of(session: Session, viewer: Viewer, id: int) -> Withdrawal | None:
    """Who withdrew a route by hand and why, None where nobody did."""
    if find_corridor(session, viewer, id).withdrawn != BY_HAND:
        return None
    return last_withdrawal(session, viewer, Layer.CORRIDORS, id)


def _to_put(session: Session, viewer: Viewer, id: int) -> StoredCorridor:
    """A route that the viewer may withdraw or bring back, as it stands."""
    viewer.require_write()
    keep_others_from_writing(session, corridors)
    was = find_corridor(session, viewer, id)
    require_decided_by(viewer, was.name, communes_on(session, viewer, [was])[id])
    return was
