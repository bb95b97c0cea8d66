"""A served demo for programs that nobody here wrote: QGIS, R, GDAL, OWSLib, schemathesis.

Run by `make interop`, which installs what is needed; what is missing here is a failure.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.viewers import Role
from tests.interop.programs import ran
from tests.webapp.served_site import Asked, asked_site


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a new demo."""
    folder = tmp_path_factory.mktemp("demo")
    own = {**os.environ, "DIABAN_DATA_DIR": str(folder)}
    ran([sys.executable, "-m", "webapp", "demo"], env=own, timeout=900)
    return folder


@pytest.fixture(scope="session")
def asked(demo: Path) -> Iterator[Asked]:
    """The demo, served to a planner's program."""
    with asked_site(demo, Role.PLANNER) as site:
        yield site


@pytest.fixture(scope="session")
def qgis_env(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What QGIS finds around it: no screen, a home and a store of secrets of its own."""
    home = tmp_path_factory.mktemp("qgis")
    home.chmod(0o700)
    password = home / "master_password"
    password.write_text("mật khẩu chính", "utf-8")
    return {
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "XDG_RUNTIME_DIR": str(home),
        "QT_QPA_PLATFORM": "offscreen",
        "QGIS_AUTH_DB_DIR_PATH": str(home),
        "QGIS_AUTH_PASSWORD_FILE": str(password),
    }
