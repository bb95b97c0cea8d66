"""Running sign-ins: who is signed in from where, until when. The mark itself is nowhere here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, delete, insert, select, update
from sqlalchemy.orm import Session

from models.errors import NotAllowedError
from models.tables import sign_ins, users
from models.viewers import Viewer

MOST_AT_ONCE = 20
"""Sign-ins that one account may have at a time; the one not seen for longest ends first."""


@dataclass(frozen=True, slots=True)
class NewSignIn:
    """A sign-in that begins; one that waits for a code opens nothing yet."""

    token_sha256: str
    user_id: int
    waits_for_code: bool
    began_at: datetime
    ends_at: datetime
    address: str = ""
    browser: str = ""


@dataclass(frozen=True, slots=True)
class RunningSignIn:
    """A sign-in that runs."""

    id: int
    user_id: int
    username: str
    waits_for_code: bool
    began_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    browser: str


def begin(session: Session, viewer: Viewer, new: NewSignIn) -> int:
    """Begin a sign-in; its number. What ran out is swept away, and what is too many."""
    session.execute(delete(sign_ins).where(sign_ins.c.ends_at <= new.began_at))
    _make_room(session, viewer, new.user_id)
    statement = insert(sign_ins).values(
        token_sha256=new.token_sha256,
        user_id=new.user_id,
        waits_for_code=new.waits_for_code,
        began_at=new.began_at,
        seen_at=new.began_at,
        ends_at=new.ends_at,
        address=new.address[:64],
        browser=new.browser[:64],
    )
    return int(session.execute(statement.returning(sign_ins.c.id)).scalar_one())


def find(
    session: Session, viewer: Viewer, token_sha256: str, at: datetime, idle: timedelta
) -> RunningSignIn | None:
    """The sign-in of a mark, None once it ended, ran out or was left idle for too long."""
    viewer.require_admin()
    c = sign_ins.c
    row = session.execute(
        _with_names().where(c.token_sha256 == token_sha256, c.ends_at > at, c.seen_at > at - idle)
    ).first()
    return None if row is None else _running(row)


def touch(session: Session, viewer: Viewer, sign_in_id: int, at: datetime) -> None:
    """Note that a sign-in is in use."""
    viewer.require_admin()
    c = sign_ins.c
    session.execute(update(sign_ins).where(c.id == sign_in_id, c.seen_at < at).values(seen_at=at))


def list_own(
    session: Session, viewer: Viewer, at: datetime, idle: timedelta
) -> list[RunningSignIn]:
    """The viewer's own running sign-ins, the one in use last first."""
    own = session.scalar(select(users.c.id).where(users.c.username == viewer.name))
    return [] if own is None else list_of(session, viewer, own, at, idle=idle)


def list_of(
    session: Session, viewer: Viewer, user_id: int, at: datetime, *, idle: timedelta | None = None
) -> list[RunningSignIn]:
    """The running sign-ins of an account, the one in use last first.

    Raises
    ------
    NotAllowedError
        If the account is another's and the viewer no administrator.
    """
    _require_own(session, viewer, user_id)
    c = sign_ins.c
    used = [] if idle is None else [c.seen_at > at - idle]
    running = (c.user_id == user_id, c.ends_at > at, c.waits_for_code.is_(False), *used)
    statement = _with_names().where(*running).order_by(c.seen_at.desc(), c.id)
    return [_running(row) for row in session.execute(statement)]


def end(session: Session, viewer: Viewer, sign_in_id: int) -> bool:
    """End one of the viewer's own; whether there was one."""
    own = select(users.c.id).where(users.c.username == viewer.name).scalar_subquery()
    c = sign_ins.c
    statement = delete(sign_ins).where(c.id == sign_in_id, c.user_id == own)
    return session.execute(statement.returning(c.id)).first() is not None


def end_all(session: Session, viewer: Viewer, user_id: int, *, but: int | None = None) -> int:
    """End every sign-in of an account, but for one; how many there were.

    Raises
    ------
    NotAllowedError
        If the account is another's and the viewer no administrator.
    """
    _require_own(session, viewer, user_id)
    c = sign_ins.c
    kept = [] if but is None else [c.id != but]
    statement = delete(sign_ins).where(c.user_id == user_id, *kept)
    return len(session.execute(statement.returning(c.id)).all())


def end_everywhere(session: Session, viewer: Viewer) -> int:
    """End every sign-in of the site, as an administrator of the nation; how many there were."""
    viewer.require_admin()
    viewer.require_nation()
    return len(session.execute(delete(sign_ins).returning(sign_ins.c.id)).all())


def end_waiting(session: Session, viewer: Viewer, user_id: int) -> None:
    """End what still waits for a code of an account."""
    _require_own(session, viewer, user_id)
    c = sign_ins.c
    session.execute(delete(sign_ins).where(c.user_id == user_id, c.waits_for_code.is_(True)))


def _require_own(session: Session, viewer: Viewer, user_id: int) -> None:
    """One's own, else only for an administrator."""
    if viewer.name != session.scalar(select(users.c.username).where(users.c.id == user_id)):
        viewer.require_admin()


def _make_room(session: Session, viewer: Viewer, user_id: int) -> None:
    owner = session.scalar(select(users.c.username).where(users.c.id == user_id))
    if owner != viewer.name:
        raise NotAllowedError("Chỉ chủ tài khoản mới bắt đầu được lần đăng nhập.")
    c = sign_ins.c
    newest = select(c.id).where(c.user_id == user_id).order_by(c.seen_at.desc(), c.id.desc())
    old = session.scalars(newest.offset(MOST_AT_ONCE - 1)).all()
    if old:
        session.execute(delete(sign_ins).where(c.id.in_(old)))


def _with_names() -> Select[Any]:
    return select(sign_ins, users.c.username).join(users, users.c.id == sign_ins.c.user_id)


def _running(row: Row[Any]) -> RunningSignIn:
    return RunningSignIn(**{name: getattr(row, name) for name in RunningSignIn.__slots__})
