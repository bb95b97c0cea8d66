"""Settings of a site: read once from the environment, then frozen.

Every setting is `DIABAN_` and the upper-case name of its field; all of them
are described in docs/settings.md.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

PREFIX = "DIABAN_"

SECRET_FILE = "secret_key"  # noqa: S105
"""Name of the file in `DATA_DIR` that keeps a generated secret."""

_MIN_SECRET_LENGTH = 32
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


class SettingError(Exception):
    """A setting cannot be used; the message names its key."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How one site runs. Made by `load_settings`, or by a test."""

    data_dir: Path
    database_url: str
    secret_key: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    processes: int = 1
    secure_cookies: bool = False
    session_hours: int = 12
    login_limit: str = "10 per minute"
    proxy_hops: int = 0


KEYS = tuple(PREFIX + name.upper() for name in Settings.__slots__)


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings of this process.

    The data directory is made when absent, and a secret is generated into it
    (readable by its owner only) unless one is given.

    Raises
    ------
    SettingError
        If a value cannot be used. A `DIABAN_` key that is not known is warned of.
    """
    env = os.environ if environ is None else environ
    _warn_of_unknown(env)
    data_dir = Path(env.get(PREFIX + "DATA_DIR") or "var").expanduser().resolve()
    _make_directory(data_dir)
    return Settings(
        data_dir=data_dir,
        database_url=_text(env, "DATABASE_URL", f"sqlite:///{data_dir / 'diaban.sqlite'}"),
        secret_key=_secret(env, data_dir),
        host=_text(env, "HOST", "127.0.0.1"),
        port=_integer(env, "PORT", 8000, 1, 65_535),
        threads=_integer(env, "THREADS", 8, 1, 64),
        processes=_integer(env, "PROCESSES", 1, 1, 32),
        secure_cookies=_flag(env, "SECURE_COOKIES", False),
        session_hours=_integer(env, "SESSION_HOURS", 12, 1, 24 * 31),
        login_limit=_limit(env, "LOGIN_LIMIT", "10 per minute"),
        proxy_hops=_integer(env, "PROXY_HOPS", 0, 0, 5),
    )


def _warn_of_unknown(env: Mapping[str, str]) -> None:
    # DIABAN_SHARED is read by tests only; it is no setting of a site.
    known = {*KEYS, PREFIX + "SHARED"}
    for key in sorted(env):
        if key.startswith(PREFIX) and key not in known:
            logging.getLogger(__name__).warning(
                "%s: không có cấu hình này, bỏ qua. Các tên dùng được: %s.", key, ", ".join(KEYS)
            )


def _make_directory(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise SettingError(f"{PREFIX}DATA_DIR: không tạo được thư mục {path} ({error}).") from error


def _text(env: Mapping[str, str], name: str, default: str) -> str:
    return env.get(PREFIX + name, "").strip() or default


def _integer(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = _text(env, name, str(default))
    if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
        raise SettingError(f"{PREFIX}{name}: cần số nguyên từ {low} đến {high}, nhận «{text}».")
    return int(text)


def _flag(env: Mapping[str, str], name: str, default: bool) -> bool:
    text = _text(env, name, "1" if default else "0").lower()
    if text not in _TRUE | _FALSE:
        raise SettingError(f"{PREFIX}{name}: cần 1 hoặc 0, nhận «{text}».")
    return text in _TRUE


def _limit(env: Mapping[str, str], name: str, default: str) -> str:
    text = _text(env, name, default)
    if not re.fullmatch(r"[1-9]\d* per (second|minute|hour|day)", text):
        raise SettingError(f"{PREFIX}{name}: cần dạng «10 per minute», nhận «{text}».")
    return text


def _secret(env: Mapping[str, str], data_dir: Path) -> str:
    given = _text(env, "SECRET_KEY", "")
    if not given:
        return _kept_secret(data_dir / SECRET_FILE)
    if len(given) < _MIN_SECRET_LENGTH:
        raise SettingError(
            f"{PREFIX}SECRET_KEY: cần ít nhất {_MIN_SECRET_LENGTH} ký tự, nhận {len(given)}."
        )
    return given


def _kept_secret(path: Path) -> str:
    try:
        # Created exclusively, so that two starting processes agree on one secret.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = path.read_text(encoding="ascii").strip()
    else:
        secret = secrets.token_hex(32)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secret)
    if len(secret) < _MIN_SECRET_LENGTH:
        raise SettingError(
            f"{PREFIX}SECRET_KEY: tệp {path} không chứa khóa hợp lệ. "
            "Hãy xóa tệp đó để tạo khóa mới (mọi người sẽ phải đăng nhập lại)."
        )
    return secret
