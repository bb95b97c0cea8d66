"""What a person does with key routes: entering, changing, withdrawing, bringing back."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.records import Corridor
from geo.terms import Layer
from models.additions import BY_HAND, insert_rows, keep_others_from_writing
from models.corridor_crossings import load_route_map, put_crossings
from models.corridors import (
    CommuneOn,
    StoredCorridor,
    communes_on,
    corridor_values,
    find_corridor,
    require_decided_by,
)
from models.errors import ConflictError
from models.hand_kept import (
    Withdrawal,
    change_kept,
    last_withdrawal,
    restore_kept,
    withdraw_kept,
)
from models.tables import corridors
from models.viewers import Viewer

ENTERED = "nhập trên trang"
"""Source of routes that were drawn on the page."""


def enter_corridor(session: Session, viewer: Viewer, corridor: Corridor, *, at: datetime) -> int:
    """Store a route that a person drew, with the communes along it; its number.

    Raises
    ------
    NotAllowedError
        If the viewer may not write, or the route runs outside the viewer's scope.
    ConflictError
        If there is one of this source and ref.
    """
    viewer.require_write()
    along = _laid(session, viewer, corridor)
    keep_others_from_writing(session, corridors)
    c = corridors.c
    same = select(c.id).where(c.source == corridor.source, c.ref == corridor.ref)
    if session.scalar(same) is not None:
        raise ConflictError(
            f"Tuyến «{corridor.name}» đã có; hãy sửa (hoặc khôi phục) tuyến ấy, hoặc đặt tên khác."
        )
    (id_,) = insert_rows(session, corridors, [corridor_values(corridor, viewer, None, at)])
    put_crossings(session, viewer, {id_: along})
    return id_


def change_corridor(
    session: Session, viewer: Viewer, id: int, corridor: Corridor, *, at: datetime
) -> bool:
    """Give a route other content, the one it had is kept; whether anything changed.

    Its source and ref stay.

    Raises
    ------
    NotAllowedError
        If the viewer may not write, or the old or the new line runs outside the scope.
    NotFoundError
        If there is none of this number.
    ConflictError
        If it is withdrawn.
    """
    old = _to_put(session, viewer, id)
    along = _laid(session, viewer, corridor)
    row = corridor_values(corridor, viewer, None, at)
    if not change_kept(session, viewer, Layer.CORRIDORS, old, row, at=at):
        return False
    put_crossings(session, viewer, {id: along})
    return True


def withdraw_corridor(
    session: Session, viewer: Viewer, id: int, reason: str, *, at: datetime
) -> None:
    """Take a route out of use, with a reason; nothing of it is lost.

    Raises
    ------
    NotFoundError, ConflictError, NotAllowedError
        If there is none, it is withdrawn already, or the viewer may not change it.
    """
    was = _to_put(session, viewer, id)
    withdraw_kept(session, viewer, Layer.CORRIDORS, was, reason, at=at)


def restore_corridor(session: Session, viewer: Viewer, id: int, *, at: datetime) -> None:
    """Bring a route back that a person withdrew.

    Raises
    ------
    NotFoundError, ConflictError, NotAllowedError
        If there is none, no person withdrew it, or the viewer may not change it.
    """
    was = _to_put(session, viewer, id)
    restore_kept(session, viewer, Layer.CORRIDORS, was, at=at)


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


def _laid(session: Session, viewer: Viewer, corridor: Corridor) -> tuple[CommuneOn, ...]:
    """The communes along a line that the viewer may decide on."""
    along = load_route_map(session, viewer).lay(corridor.geometry, corridor.width_m)
    require_decided_by(viewer, corridor.name, along)
    return along
