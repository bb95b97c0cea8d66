"""Passwords: which may be chosen, how they are hashed, which an administrator gives out.

Length counts, not the kinds of characters; what is easily guessed is refused in words
(NIST SP 800-63B-4 §3.1.1.2).
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from models.errors import InvalidValueError
from webapp.told import Told, told

MIN_LENGTH = 12
MAX_LENGTH = 256
ONE_TIME_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""Letters and digits that nobody mistakes for each other when a password is read out."""

_FEWEST_GUESSES_LOG10 = 10.0
_LOOKED_AT = 72
_SITE_WORDS = (
    *("matkhau", "matkhaumoi", "matkhaucu", "diaban", "matuy", "congan", "congannhandan"),
    *("phongchongmatuy", "phongchong", "toipham", "quantri", "quantrivien", "kehoach", "canbo"),
    *("canboxa", "phantich", "taikhoan", "dangnhap", "hethong", "quanly", "bimat", "baomat"),
    *("vietnam", "tochoc", "xinchao", "anhyeuem", "emyeuanh", "yeuem", "yeuanh", "giadinh"),
    *("hanoi", "saigon", "hochiminh", "danang", "haiphong", "cantho", "nghean", "thanhhoa"),
    *("sonla", "dienbien", "quangngai", "daklak", "lamdong", "dongnai", "bacninh", "phutho"),
    *("chucmungnammoi", "conheovang", "chocon", "meocon", "khongbiet", "khongnho", "tuantu"),
)
"""What people here begin with, which no English list has."""

_REASONS = {
    "spatial": told("là các phím cạnh nhau trên bàn phím"),
    "repeat": told("chỉ lặp lại vài ký tự"),
    "sequence": told("là dãy số hoặc dãy chữ liền nhau"),
    "date": told("là ngày tháng"),
}
_OWN_WORDS = told("dựa trên tên tài khoản, tên hệ thống hoặc từ ngữ thường dùng")
_LISTED = told("nằm trong danh sách mật khẩu phổ biến đã bị lộ")

_hasher = PasswordHasher()


def hash_password(password: str) -> str:
    """Hash a password with Argon2id at the library's current parameters.

    >>> hash_password("một mật khẩu dài").startswith("$argon2id$")
    True
    """
    return _hasher.hash(composed(password))


def composed(password: str) -> str:
    """A password in the one form that is hashed: keyboards compose Vietnamese letters differently.

    >>> composed("a\u0302\u0301") == "ấ"
    True
    """
    return unicodedata.normalize("NFC", password)


def password_matches(password: str, password_hash: str) -> bool:
    """Whether a password is the one that was hashed.

    It takes as long where there is no hash, so that answers do not tell which accounts exist.
    """
    try:
        return _hasher.verify(password_hash or _decoy_hash(), composed(password)) and bool(
            password_hash
        )
    except (VerificationError, InvalidHashError):
        return False


def needs_rehash(password_hash: str) -> bool:
    """Whether a hash was made with other parameters than those of today."""
    return _hasher.check_needs_rehash(password_hash)


def new_one_time_password() -> str:
    """A password to be read out and used once: 80 bits in four groups.

    >>> len(new_one_time_password())
    19
    """
    return "-".join("".join(secrets.choice(ONE_TIME_LETTERS) for _ in range(4)) for _ in range(4))


def require_usable(password: str, names: Iterable[str] = ()) -> None:
    """Refuse a password that is too short or easily guessed.

    Parameters
    ----------
    names
        What the account and the person behind it are called.

    Raises
    ------
    InvalidValueError
        With the reason, and what to choose instead.
    """
    length = len(composed(password))
    if length < MIN_LENGTH:
        raise InvalidValueError(told("Mật khẩu cần ít nhất {n} ký tự.", n=MIN_LENGTH))
    if length > MAX_LENGTH:
        raise InvalidValueError(told("Mật khẩu dài nhất {n} ký tự.", n=MAX_LENGTH))
    reason = _weakness(composed(password), tuple(names))
    if reason is not None:
        raise InvalidValueError(
            told(
                "Mật khẩu này {reason} nên dễ đoán. Hãy chọn mật khẩu khác, "
                "ví dụ bốn từ không liên quan đến nhau.",
                reason=reason,
            )
        )


def _weakness(password: str, names: tuple[str, ...]) -> Told | None:
    plain = _plain(password)
    told = [_plain(word) for name in names for word in (name, *name.split()) if word]
    words = [*_SITE_WORDS, *(word for word in told if len(word) > 2)]
    typed = {password.casefold()[:_LOOKED_AT], plain[:_LOOKED_AT]}
    guessed = [_estimate(form, words) for form in typed if form]
    weakest = min(guessed, key=lambda found: float(found["guesses_log10"]))
    if weakest["guesses_log10"] >= _FEWEST_GUESSES_LOG10:
        return None
    longest: dict[str, Any] = max(weakest["sequence"], key=lambda part: len(part["token"]))
    if longest["pattern"] == "dictionary":
        return _OWN_WORDS if longest["dictionary_name"] == "user_inputs" else _LISTED
    return _REASONS.get(longest["pattern"], _LISTED)


def _estimate(text: str, words: list[str]) -> dict[str, Any]:
    from zxcvbn import zxcvbn  # noqa: PLC0415 - its lists take a tenth of a second to read

    found: dict[str, Any] = zxcvbn(text, user_inputs=words)
    return found


def _plain(text: str) -> str:
    """Lower-case letters without marks, without blanks.

    >>> _plain("Mật khẩu Đẹp 1")
    'matkhaudep1'
    """
    bare = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return "".join(c for c in bare if not unicodedata.combining(c) and not c.isspace())


@lru_cache(maxsize=1)
def _decoy_hash() -> str:
    return _hasher.hash("no account has this password")
