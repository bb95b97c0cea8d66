"""Settings of a site: read once from the environment, then frozen.

Every setting is `DIABAN_` and the upper-case name of its field; all of them
are described in docs/settings.md.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from webapp.secret_values import (
    FILES,
    MIN_LENGTH,
    PREFIX,
    SECRET_FILE,
    SettingError,
    kept_secret,
    secret_text,
)

__all__ = ["KEYS", "PREFIX", "SECRET_FILE", "SettingError", "Settings", "load_settings"]

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off"})


@dataclass(frozen=True, slots=True)
class Settings:
    """How one site runs. Made by `load_settings`, or by a test."""

    data_dir: Path
    database_url: str = field(repr=False)
    secret_key: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = 8000
    threads: int = 8
    processes: int = 1
    secure_cookies: bool = False
    session_hours: int = 12
    idle_minutes: int = 30
    login_limit: str = "30 per minute"
    require_2fa: bool = False
    proxy_hops: int = 0
    production: bool = False
    hostnames: tuple[str, ...] = ()
    upload_mb: int = 200
    upload_memory_mb: int = 3072
    upload_seconds: int = 300
    audit_days: int = 730
    migration_url: str = field(default="", repr=False)

    @property
    def owner_url(self) -> str:
        """The address for what makes and changes tables: that of their owner, if one is set."""
        return self.migration_url or self.database_url


KEYS = tuple(PREFIX + name for name in (*(f.upper() for f in Settings.__slots__), *FILES))


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
    production = _flag(env, "PRODUCTION", False)
    own_file = f"sqlite:///{data_dir / 'diaban.sqlite'}"
    return Settings(
        data_dir=data_dir,
        database_url=secret_text(env, "DATABASE_URL", shut=production) or own_file,
        secret_key=_secret(env, data_dir, production),
        host=_text(env, "HOST", "127.0.0.1"),
        port=_integer(env, "PORT", 8000, 1, 65_535),
        threads=_integer(env, "THREADS", 8, 1, 64),
        processes=_integer(env, "PROCESSES", 1, 1, 32),
        secure_cookies=_flag(env, "SECURE_COOKIES", False),
        session_hours=_integer(env, "SESSION_HOURS", 12, 1, 24 * 31),
        idle_minutes=_integer(env, "IDLE_MINUTES", 30, 5, 24 * 60),
        login_limit=_limit(env, "LOGIN_LIMIT", "30 per minute"),
        require_2fa=_flag(env, "REQUIRE_2FA", False),
        proxy_hops=_integer(env, "PROXY_HOPS", 0, 0, 5),
        production=production,
        hostnames=_hostnames(env),
        upload_mb=_integer(env, "UPLOAD_MB", 200, 1, 1_000),
        upload_memory_mb=_integer(env, "UPLOAD_MEMORY_MB", 3_072, 1_024, 64_000),
        upload_seconds=_integer(env, "UPLOAD_SECONDS", 300, 10, 3_600),
        audit_days=_integer(env, "AUDIT_DAYS", 730, 365, 3_650),
        migration_url=secret_text(env, "MIGRATION_URL", shut=production),
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


def _secret(env: Mapping[str, str], data_dir: Path, production: bool) -> str:
    given = secret_text(env, "SECRET_KEY", shut=production)
    if not given:
        return kept_secret(data_dir / SECRET_FILE)
    if len(given) < MIN_LENGTH:
        raise SettingError(
            f"{PREFIX}SECRET_KEY: cần ít nhất {MIN_LENGTH} ký tự, nhận {len(given)}."
        )
    return given


def _hostnames(env: Mapping[str, str]) -> tuple[str, ...]:
    """Names under which the site is reached; `.tinh.vn` stands for all below."""
    names = [name.strip().lower() for name in _text(env, "HOSTNAMES", "").split(",")]
    found = tuple(name for name in names if name)
    for name in found:
        if not re.fullmatch(r"\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\]", name):
            raise SettingError(
                f"{PREFIX}HOSTNAMES: «{name}» không phải tên máy; bỏ http:// và cổng."
            )
    return found
