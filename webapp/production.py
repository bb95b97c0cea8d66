"""What a site that serves real records must not start with.

`DIABAN_PRODUCTION=1` says that it is one; whatever is unsafe is then named, all of it at once,
and the site does not start.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence

from webapp.config import SettingError, Settings
from webapp.secret_values import PREFIX, SECRET_FILE, is_weak, require_shut

ACCOUNTS_FILE = "demo_accounts.txt"
"""In the data folder: the accounts of a simulated site, with their passwords."""

_LOCAL = ("127.0.0.1", "::1", "localhost")


def refuse_unsafe(
    settings: Settings, data_faults: Sequence[str], environ: Mapping[str, str] | None = None
) -> None:
    """Refuse to serve a production site that is not safe.

    Parameters
    ----------
    data_faults
        What is wrong with the database and the role under which it is used.

    Raises
    ------
    SettingError
        Naming everything that has to be mended. A site that is none in production passes.
    """
    if not settings.production:
        return
    env = os.environ if environ is None else environ
    faults = [*_faults(settings, env), *data_faults]
    if faults:
        listed = "\n".join(f"- {fault}" for fault in faults)
        raise SettingError(f"{PREFIX}PRODUCTION=1: chưa đủ an toàn để phục vụ.\n{listed}")


def _faults(settings: Settings, env: Mapping[str, str]) -> Iterator[str]:
    yield from _faults_of_secrets(settings)
    if not settings.secure_cookies:
        yield f"{PREFIX}SECURE_COOKIES: đặt 1 và phục vụ sau HTTPS."
    if settings.host not in _LOCAL and not settings.proxy_hops:
        yield (
            f"{PREFIX}HOST: {settings.host} mở HTTP không mã hóa ra mạng; nghe ở 127.0.0.1 sau máy "
            f"chủ HTTPS, hoặc đặt {PREFIX}PROXY_HOPS."
        )
    if not settings.hostnames:
        yield f"{PREFIX}HOSTNAMES: ghi các tên miền của trang."
    if (settings.data_dir / ACCOUNTS_FILE).exists():
        yield (
            f"{settings.data_dir / ACCOUNTS_FILE}: đây là dữ liệu mô phỏng với tài khoản dùng thử; "
            "dùng thư mục dữ liệu khác."
        )
    if any(env.get(name, "0") not in ("", "0") for name in ("FLASK_DEBUG", "PYTHONINSPECT")):
        yield "FLASK_DEBUG, PYTHONINSPECT: bỏ chế độ gỡ lỗi."


def _faults_of_secrets(settings: Settings) -> Iterator[str]:
    if is_weak(settings.secret_key):
        yield (
            f"{PREFIX}SECRET_KEY: khóa dễ đoán; tạo khóa mới bằng "
            "«python -c 'import secrets; print(secrets.token_urlsafe(48))'»."
        )
    generated = settings.data_dir / SECRET_FILE
    if generated.exists():
        try:
            require_shut(generated, f"{PREFIX}SECRET_KEY")
        except SettingError as error:
            yield str(error)
