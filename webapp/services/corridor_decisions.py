"""Key routes that a person withdraws or brings back; each is audited."""

from __future__ import annotations

from datetime import datetime

from geo.terms import Layer
from geo.typed_text import typed_text, without_marks
from models import audit, corridor_changes
from models.errors import InvalidValueError
from models.hand_kept import hold_kept
from models.record_changes import changes_of_corridor
from models.repeating import repeatable
from models.session import Database, unit_of_work
from models.viewers import Viewer
from webapp.services.consequences import class_anew
from webapp.services.stamps import require_seen
from webapp.told import told

MAX_REASON = 300


@repeatable
def withdraw(
    database: Database,
    viewer: Viewer,
    id: int,
    reason: str,
    *,
    at: datetime,
    seen: str | None = None,
) -> None:
    """Take a route out of use; `seen` stamps how often it had been changed.

    Raises
    ------
    InvalidValueError
        If no reason is given; the other errors are those of the store.
    """
    kept = typed_text(reason)[:MAX_REASON]
    if not without_marks(kept):
        raise InvalidValueError(told("Hãy ghi lý do rút tuyến này, không phải tên người."))
    with unit_of_work(database, viewer) as session:
        hold_kept(session, viewer, Layer.CORRIDORS)
        require_seen(seen, len(changes_of_corridor(session, viewer, id)))
        corridor_changes.withdraw_corridor(session, viewer, id, kept, at=at)
        detail = {"reason": kept}
        audit.record(session, viewer, "withdraw_corridor", f"corridor:{id}", detail, at=at)
        class_anew(session, None, at=at)


@repeatable
def restore(
    database: Database, viewer: Viewer, id: int, *, at: datetime, seen: str | None = None
) -> None:
    """Bring a withdrawn route back."""
    with unit_of_work(database, viewer) as session:
        hold_kept(session, viewer, Layer.CORRIDORS)
        require_seen(seen, len(changes_of_corridor(session, viewer, id)))
        corridor_changes.restore_corridor(session, viewer, id, at=at)
        audit.record(session, viewer, "restore_corridor", f"corridor:{id}", {}, at=at)
        class_anew(session, None, at=at)
