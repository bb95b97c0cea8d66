"""Second factors: a sealed secret, the step of the last code taken, recovery codes as digests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from models.errors import NotAllowedError
from models.tables import recovery_codes, second_factors, users
from models.viewers import Viewer


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """The second factor of an account; one not `confirmed_at` any moment guards nothing yet."""

    user_id: int
    begun_at: datetime
    confirmed_at: datetime | None
    codes_left: int
    sealed_secret: str = field(repr=False)

    @property
    def guards(self) -> bool:
        """Whether signing in asks for it."""
        return self.confirmed_at is not None


def find(session: Session, viewer: Viewer, user_id: int) -> SecondFactor | None:
    """The second factor of an account, its own or seen by an administrator."""
    _require_own(session, viewer, user_id)
    row = session.execute(_of(second_factors, user_id)).first()
    if row is None:
        return None
    c = recovery_codes.c
    left = select(func.count()).where(c.user_id == user_id, c.used_at.is_(None))
    return SecondFactor(
        user_id=user_id,
        begun_at=row.begun_at,
        confirmed_at=row.confirmed_at,
        codes_left=session.scalar(left) or 0,
        sealed_secret=row.sealed_secret,
    )


def begin(session: Session, viewer: Viewer, user_id: int, sealed_secret: str, at: datetime) -> None:
    """Keep a secret that a code still has to confirm; a former unconfirmed one goes.

    Raises
    ------
    NotAllowedError
        If the account is another's, or has a second factor that guards it.
    """
    _require_own(session, viewer, user_id)
    known = find(session, viewer, user_id)
    if known is not None and known.guards:
        raise NotAllowedError("Tài khoản đã bật xác thực hai lớp. Hãy tắt trước khi bật lại.")
    session.execute(delete(second_factors).where(second_factors.c.user_id == user_id))
    session.execute(
        insert(second_factors).values(
            user_id=user_id, sealed_secret=sealed_secret, begun_at=at, last_step=0
        )
    )


def confirm(session: Session, viewer: Viewer, user_id: int, at: datetime) -> None:
    """Let the second factor guard the account from now on."""
    _require_own(session, viewer, user_id)
    c = second_factors.c
    session.execute(update(second_factors).where(c.user_id == user_id).values(confirmed_at=at))


def take_step(session: Session, viewer: Viewer, user_id: int, step: int) -> bool:
    """Use up the code of a step: False where it, or a later one, was taken before."""
    _require_own(session, viewer, user_id)
    c = second_factors.c
    fresh = update(second_factors).where(c.user_id == user_id, c.last_step < step)
    taken = session.execute(fresh.values(last_step=step).returning(c.user_id))
    return taken.first() is not None


def replace_codes(session: Session, viewer: Viewer, user_id: int, digests: Sequence[str]) -> None:
    """Put new recovery codes in the place of the old ones."""
    _require_own(session, viewer, user_id)
    session.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    rows = [{"user_id": user_id, "sha256": digest} for digest in digests]
    session.execute(insert(recovery_codes), rows)


def take_code(session: Session, viewer: Viewer, user_id: int, digest: str, at: datetime) -> bool:
    """Use up a recovery code: False where there is none such, or it was used before."""
    _require_own(session, viewer, user_id)
    c = recovery_codes.c
    unused = (c.user_id == user_id, c.sha256 == digest, c.used_at.is_(None))
    statement = update(recovery_codes).where(*unused).values(used_at=at)
    return session.execute(statement.returning(c.id)).first() is not None


def remove(session: Session, viewer: Viewer, user_id: int) -> bool:
    """Take the second factor from an account; whether there was one that guarded it."""
    _require_own(session, viewer, user_id)
    session.execute(delete(recovery_codes).where(recovery_codes.c.user_id == user_id))
    c = second_factors.c
    gone = session.execute(
        delete(second_factors).where(c.user_id == user_id).returning(c.confirmed_at)
    ).first()
    return gone is not None and gone.confirmed_at is not None


def _of(table: Any, user_id: int) -> Any:
    return select(table).where(table.c.user_id == user_id)


def _require_own(session: Session, viewer: Viewer, user_id: int) -> None:
    """One's own, else only for an administrator."""
    if viewer.name != session.scalar(select(users.c.username).where(users.c.id == user_id)):
        viewer.require_admin()
