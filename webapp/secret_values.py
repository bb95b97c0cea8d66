"""Secrets: taken from the environment or from a file, never shown, and strong enough.

A secret may be given as `DIABAN_X` or as the path of a file in `DIABAN_X_FILE`, as the secrets of
containers and of systemd are; both at once is a mistake.
"""

from __future__ import annotations

import math
import os
import secrets
import stat
from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

PREFIX = "DIABAN_"

SECRET_FILE = "secret_key"  # noqa: S105
"""Name of the file in `DATA_DIR` that keeps a generated secret."""

FILES = ("SECRET_KEY_FILE", "DATABASE_URL_FILE", "MIGRATION_URL_FILE")
"""Settings that name the file of a secret."""

MIN_LENGTH = 32
MIN_BITS = 96.0
"""By what its letters show; 32 letters of base 64 drawn by chance come to about 140."""

_KNOWN = (
    *("changeme", "change-me", "secret", "password", "matkhau", "diaban", "example", "default"),
    *("qwerty", "letmein", "123456", "abcdef"),
)


class SettingError(Exception):
    """A setting cannot be used; the message names its key."""


def secret_text(env: Mapping[str, str], name: str, *, shut: bool = False) -> str:
    """A secret out of the environment or of the file that it names, empty where neither is given.

    Raises
    ------
    SettingError
        If both are given, the file cannot be read or is empty, or, where it must be `shut`,
        others may read it; the message holds the path and nothing of the content.
    """
    given = env.get(PREFIX + name, "").strip()
    named = env.get(f"{PREFIX}{name}_FILE", "").strip()
    if not named:
        return given
    key = f"{PREFIX}{name}_FILE"
    if given:
        raise SettingError(f"{key}: đã đặt cả {PREFIX}{name}; chỉ giữ một trong hai.")
    path = Path(named)
    try:
        found = path.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"{key}: không đọc được tệp {path} ({type(error).__name__}).") from None
    if not found:
        raise SettingError(f"{key}: tệp {path} trống.")
    if shut:
        require_shut(path, key)
    return found


def require_shut(path: Path, key: str) -> None:
    """Refuse a file that others than its owner may read.

    Raises
    ------
    SettingError
        Naming the file and the command that shuts it.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if os.name == "posix" and mode & 0o077:
        raise SettingError(
            f"{key}: người khác đọc được tệp {path} (quyền {mode:o}); hãy chạy «chmod 600 {path}»."
        )


def kept_secret(path: Path) -> str:
    """The secret in a file, generated into it (for its owner only) when it is not there.

    Raises
    ------
    SettingError
        If the file holds none.
    """
    try:
        # Created exclusively, so that two starting processes agree on one secret.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = path.read_text(encoding="ascii").strip()
    else:
        secret = secrets.token_hex(32)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret)
    if len(secret) < MIN_LENGTH:
        raise SettingError(
            f"{PREFIX}SECRET_KEY: tệp {path} không chứa khóa hợp lệ. "
            "Hãy xóa tệp đó để tạo khóa mới (mọi người sẽ phải đăng nhập lại)."
        )
    return secret


def is_weak(secret: str) -> bool:
    """Whether somebody could guess a secret: known words, repetition, runs, few letters.

    >>> is_weak("0123456789abcdef" * 4), is_weak("change-me-in-production-1234567890!")
    (True, True)
    >>> is_weak("q7Vn2kXw9RbT4mZc8LpD1sHf6GyJ3uEa")
    False
    """
    lower = secret.lower()
    if any(word in lower for word in _KNOWN) or secret in (secret + secret)[1:-1]:
        return True
    steps = [ord(b) - ord(a) for a, b in pairwise(secret)]
    if sum(step in (-1, 0, 1) for step in steps) * 2 > len(steps):
        return True
    return len(secret) * _bits_a_letter(secret) < MIN_BITS


def _bits_a_letter(text: str) -> float:
    """Shannon's entropy of the letters, in bits."""
    shares = [n / len(text) for n in Counter(text).values()]
    return -sum(share * math.log2(share) for share in shares)
