import re
import stat
from pathlib import Path

import pytest

from webapp.config import KEYS, SECRET_FILE, SettingError, load_settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def test_without_any_setting_the_site_lives_in_its_data_directory(tmp_path: Path) -> None:
    found = load_settings({"DIABAN_DATA_DIR": str(tmp_path / "new")})

    assert found.data_dir == tmp_path / "new"
    assert found.database_url == f"sqlite:///{tmp_path / 'new' / 'diaban.sqlite'}"
    assert (found.host, found.port) == ("127.0.0.1", 8000)


def test_the_data_directory_is_var_by_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert load_settings({}).data_dir == tmp_path / "var"


def test_a_secret_is_generated_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    env = {"DIABAN_DATA_DIR": str(tmp_path)}

    first, second = load_settings(env), load_settings(env)

    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= 32
    assert stat.S_IMODE((tmp_path / SECRET_FILE).stat().st_mode) == 0o600


def test_the_secret_is_not_shown_with_the_settings(tmp_path: Path) -> None:
    found = load_settings({"DIABAN_DATA_DIR": str(tmp_path)})

    assert found.secret_key not in repr(found)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("DIABAN_PORT", "http"),
        ("DIABAN_PORT", "70000"),
        ("DIABAN_PORT", "²"),
        ("DIABAN_SECURE_COOKIES", "maybe"),
        ("DIABAN_SECRET_KEY", "short"),
        ("DIABAN_LOGIN_LIMIT", "often"),
        ("DIABAN_THREADS", "0"),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, key: str, value: str) -> None:
    with pytest.raises(SettingError, match=key):
        load_settings({"DIABAN_DATA_DIR": str(tmp_path), key: value})


def test_a_key_that_is_no_setting_is_warned_of_and_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    load_settings({"DIABAN_DATA_DIR": str(tmp_path), "DIABAN_PROTOCOL": "x"})

    assert "DIABAN_PROTOCOL" in caplog.text


def test_a_spoiled_secret_file_is_named(tmp_path: Path) -> None:
    (tmp_path / SECRET_FILE).write_text("", "ascii")

    with pytest.raises(SettingError, match=SECRET_FILE):
        load_settings({"DIABAN_DATA_DIR": str(tmp_path)})


def test_a_data_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "ascii")

    with pytest.raises(SettingError, match="DIABAN_DATA_DIR"):
        load_settings({"DIABAN_DATA_DIR": str(tmp_path / "file" / "var")})


def test_every_setting_is_documented_and_nothing_else() -> None:
    documented = re.findall(r"^\| `(DIABAN_\w+)` \|", DOCUMENT.read_text("utf-8"), re.MULTILINE)

    assert sorted(documented) == sorted(KEYS)
