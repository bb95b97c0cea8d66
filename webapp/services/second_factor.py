"""The second factor: six digits of an app that change every 30 seconds (TOTP, RFC 6238).

Its secret is sealed with a key of the site; a code is taken once; ten recovery codes, shown
once, stand in for a lost telephone.
"""

from __future__ import annotations

import io
import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256

import pyotp
import segno

from models import audit, second_factors, users
from models.errors import ConflictError, InvalidValueError, NotFoundError
from models.second_factors import SecondFactor
from models.session import Database, Session, unit_of_work
from models.users import SignInAccount
from models.viewers import Role, Viewer
from webapp.services.sealed_secrets import UnreadableSecretError, seal, unseal
from webapp.told import told

STEP_S = 30
CODES = 10
REQUIRED_OF = frozenset({Role.ADMIN, Role.PLANNER})
"""Roles that need one where the site requires it: those that can write for many."""

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_ISSUER = "Địa Bàn"
_OTHER_KEY = told(
    "Không đọc được khóa xác thực hai lớp vì khóa bí mật của hệ thống đã đổi. "
    "Hãy đề nghị quản trị đặt lại xác thực hai lớp cho tài khoản."
)
_WRONG = told(
    "Mã xác thực chưa đúng hoặc đã dùng rồi. Hãy chờ mã mới trên điện thoại rồi nhập lại; "
    "nếu vẫn sai, hãy kiểm tra giờ của điện thoại."
)


class Means(StrEnum):
    """With what somebody proved the second factor."""

    TOTP = "totp"
    RECOVERY = "recovery"


@dataclass(frozen=True, slots=True)
class Enrolment:
    """What the app needs: a picture to scan, and the same as letters to type."""

    picture: str = field(repr=False)
    letters: str = field(repr=False)


def status(database: Database, viewer: Viewer) -> SecondFactor | None:
    """The viewer's own second factor, None where none was ever begun."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return second_factors.find(session, viewer, _own(session, viewer).id)


def begin(database: Database, viewer: Viewer, secret_key: str, at: datetime) -> None:
    """Draw a secret that a first code still has to confirm.

    Raises
    ------
    NotAllowedError
        If a second factor guards the account already.
    """
    with unit_of_work(database, viewer) as session:
        user_id = _own(session, viewer).id
        sealed = seal(pyotp.random_base32(), secret_key, _purpose(user_id))
        second_factors.begin(session, viewer, user_id, sealed, at)
        audit.record(session, viewer, "second_factor_begin", viewer.name, at=at)


def enrolment(viewer: Viewer, factor: SecondFactor, secret_key: str) -> Enrolment:
    """The picture and letters of a secret; drawn here, so that it goes nowhere.

    Raises
    ------
    ConflictError
        If the site's secret was changed since.
    """
    secret = _opened(factor, secret_key)
    address = pyotp.TOTP(secret).provisioning_uri(name=viewer.name, issuer_name=_ISSUER)
    drawn = io.BytesIO()
    segno.make(address, error="m").save(
        drawn, kind="svg", xmldecl=False, svgclass=None, lineclass=None, omitsize=True, border=4,
        dark="#000", light="#fff",
    )  # fmt: skip
    letters = " ".join(re.findall(".{1,4}", secret))
    return Enrolment(drawn.getvalue().decode("utf-8"), letters)


def confirm(
    database: Database, viewer: Viewer, secret_key: str, code: str, at: datetime
) -> list[str]:
    """Let the second factor guard the account, after its first code; the recovery codes.

    Raises
    ------
    ConflictError
        If nothing was begun or the site's secret was changed.
    InvalidValueError
        If the code is wrong.
    """
    with unit_of_work(database, viewer) as session:
        factor = second_factors.find(session, viewer, _own(session, viewer).id)
        if factor is None or factor.guards:
            raise ConflictError(
                told("Chưa bắt đầu bật xác thực hai lớp. Hãy mở lại trang rồi làm lại.")
            )
        if not _takes_totp(session, viewer, factor, secret_key=secret_key, code=code, at=at):
            raise InvalidValueError(_WRONG)
        second_factors.confirm(session, viewer, factor.user_id, at)
        codes = _new_codes(session, viewer, factor.user_id)
        audit.record(session, viewer, "second_factor_on", viewer.name, at=at)
    return codes


def renew_codes(database: Database, viewer: Viewer, at: datetime) -> list[str]:
    """New recovery codes in the place of the old ones.

    Raises
    ------
    ConflictError
        If no second factor guards the account.
    """
    with unit_of_work(database, viewer) as session:
        factor = second_factors.find(session, viewer, _own(session, viewer).id)
        if factor is None or not factor.guards:
            raise ConflictError(told("Tài khoản chưa bật xác thực hai lớp."))
        codes = _new_codes(session, viewer, factor.user_id)
        audit.record(session, viewer, "second_factor_codes", viewer.name, at=at)
    return codes


def turn_off(database: Database, viewer: Viewer, at: datetime) -> None:
    """Take the viewer's own second factor away."""
    with unit_of_work(database, viewer) as session:
        second_factors.remove(session, viewer, _own(session, viewer).id)
        audit.record(session, viewer, "second_factor_off", viewer.name, at=at)


def reset(database: Database, viewer: Viewer, username: str, at: datetime) -> None:
    """Take the second factor from an account as its administrator; its sign-ins end.

    Raises
    ------
    NotFoundError
        If there is no such account.
    NotAllowedError
        If the viewer is no administrator over it.
    """
    with unit_of_work(database, viewer) as session:
        user_id = users.end_sign_ins(session, viewer, username)
        second_factors.remove(session, viewer, user_id)
        audit.record(session, viewer, "second_factor_reset", users.folded(username), at=at)


def proves(
    session: Session,
    account: SignInAccount,
    factor: SecondFactor,
    *,
    secret_key: str,
    code: str,
    at: datetime,
) -> Means | None:
    """With what a code proves the second factor, and use it up; None where it does not.

    Raises
    ------
    ConflictError
        If the site's secret was changed; a recovery code still opens then.
    """
    if _is_recovery(code):
        digest = _digest(factor.user_id, _letters_of(code))
        taken = second_factors.take_code(session, account.viewer, factor.user_id, digest, at)
        return Means.RECOVERY if taken else None
    taken = _takes_totp(session, account.viewer, factor, secret_key=secret_key, code=code, at=at)
    return Means.TOTP if taken else None


def _takes_totp(
    session: Session,
    viewer: Viewer,
    factor: SecondFactor,
    *,
    secret_key: str,
    code: str,
    at: datetime,
) -> bool:
    totp = pyotp.TOTP(_opened(factor, secret_key))
    digits = "".join(code.split())
    now = int(at.timestamp()) // STEP_S
    for step in (now - 1, now, now + 1):
        if secrets.compare_digest(totp.at(step * STEP_S).encode(), digits.encode()):
            return second_factors.take_step(session, viewer, factor.user_id, step)
    return False


def _opened(factor: SecondFactor, secret_key: str) -> str:
    try:
        return unseal(factor.sealed_secret, secret_key, _purpose(factor.user_id))
    except UnreadableSecretError as error:
        raise ConflictError(_OTHER_KEY) from error


def _new_codes(session: Session, viewer: Viewer, user_id: int) -> list[str]:
    codes = ["".join(secrets.choice(_LETTERS) for _ in range(16)) for _ in range(CODES)]
    second_factors.replace_codes(session, viewer, user_id, [_digest(user_id, c) for c in codes])
    return ["-".join(re.findall(".{4}", code)) for code in codes]


def _is_recovery(code: str) -> bool:
    # An app shows six digits.
    return len(_letters_of(code)) > 8


def _letters_of(code: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", code.upper())


def _digest(user_id: int, letters: str) -> str:
    # 80 random bits: no slow hash is needed against guessing.
    return sha256(f"{user_id}:{letters}".encode()).hexdigest()


def _purpose(user_id: int) -> str:
    return f"second factor of {user_id}"


def _own(session: Session, viewer: Viewer) -> SignInAccount:
    found = users.find_account(session, viewer.name)
    if found is None:
        raise NotFoundError(f"Không có tài khoản «{viewer.name}».")
    return found
