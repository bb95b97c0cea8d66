"""The commands as a person types them, in a process of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import geopandas as gpd
import pytest

from tests.webapp.small_world import (
    INCIDENT_HEADINGS,
    gathering,
    incident_row,
    write_workbook,
)

ROOT = Path(__file__).parents[2]


class Site:
    """A site in a folder, driven through `python -m webapp`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *words: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a command and hold it to an exit code."""
        done = subprocess.run(
            [sys.executable, "-W", "error", "-m", "webapp", *map(str, words)],
            cwd=ROOT,
            env={**os.environ, "DIABAN_DATA_DIR": str(self.folder / "var")},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == code, done.stdout + done.stderr
        return done


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    made = Site(tmp_path_factory.mktemp("site"))
    assert "gần đúng" in made.run("init").stdout
    return made


@pytest.fixture(scope="module")
def filled(site: Site) -> Site:
    """The way of the README: import, analyse."""
    rows = [INCIDENT_HEADINGS, *gathering(12), incident_row("VV-X", "31/02/2026", None, None)]
    done = site.run(
        *("import", "incidents", write_workbook(site.folder / "vv.xlsx", rows)),
        *("--report", site.folder / "r.json", "--rejects", site.folder / "loai.xlsx"),
        code=3,
    )
    assert "Họ và tên đối tượng" in done.stdout
    assert "BÍ MẬT" not in done.stdout + done.stderr
    site.run("analyse", "--as-of", "14/06/2026")
    return site


def test_a_run_is_repeated_to_the_same_labels(filled: Site) -> None:
    told = filled.run("analyse", "--repeat", "1").stdout
    assert "12 vụ việc, 1 cụm, mọi nhãn như đã lưu." in told
    assert "77" in filled.run("analyse", "--repeat", "77", code=2).stderr


def test_two_ways_to_limit_the_days_are_refused_in_one_line(filled: Site) -> None:
    done = filled.run("analyse", "--since", "01/01/2026", "--period", "2026H1", code=2)
    assert "Chỉ chọn một cách" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_names_every_command(site: Site) -> None:
    text = site.run("--help").stdout
    for command in ("demo", "init", "serve", "boundaries", "import", "analyse", "export", "user"):
        assert command in text


def test_a_command_before_init_says_to_run_init(tmp_path: Path) -> None:
    done = Site(tmp_path).run("analyse", code=2)
    assert "init" in done.stderr
    assert "Traceback" not in done.stderr


def test_rejected_rows_give_exit_code_3_a_report_and_a_workbook(filled: Site) -> None:
    report = json.loads((filled.folder / "r.json").read_text("utf-8"))
    assert (report["accepted"], len(report["rejected"])) == (12, 1)
    assert (filled.folder / "loai.xlsx").stat().st_size > 0


def test_an_unusable_file_gives_exit_code_2_and_one_clear_line(filled: Site) -> None:
    rubbish = filled.folder / "rubbish.xlsx"
    rubbish.write_bytes(os.urandom(500))
    done = filled.run("import", "incidents", rubbish, code=2)
    assert done.stderr.startswith("Lỗi: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("suffix", ["geojson", "gpkg", "parquet", "csv"])
def test_clusters_are_exported_in_every_format(filled: Site, suffix: str) -> None:
    out = filled.folder / f"cum.{suffix}"
    filled.run("export", "clusters", "--out", out)
    if suffix != "csv":
        read = gpd.read_parquet if suffix == "parquet" else gpd.read_file
        frame = read(out, layer="clusters") if suffix == "gpkg" else read(out)
        assert list(frame["flag"]) == ["unrecorded"]
        assert frame.geometry.iloc[0].contains(frame.geometry.iloc[0].representative_point())


def test_incidents_and_communes_are_exported_with_text_codes(filled: Site) -> None:
    for layer, column, code in (
        ("incidents", "commune_code_now", "23401"),
        ("communes", "province_code", "51"),
    ):
        out = filled.folder / f"{layer}.geojson"
        filled.run("export", layer, "--out", out)
        assert code in set(gpd.read_file(out)[column])


def test_an_account_is_added_listed_and_disabled(site: Site) -> None:
    site.run(
        "user",
        "add",
        "lan",
        "--role",
        "commune",
        "--commune",
        "23401",
        "--password",
        "sông xanh núi đỏ",
    )
    assert "lan\tcommune\tcommune 23401\tđang dùng" in site.run("user", "list").stdout
    site.run("user", "disable", "lan")
    assert "đã khóa" in site.run("user", "list").stdout
    assert "user-disable" in site.run("audit").stdout


def test_a_short_password_is_refused(site: Site) -> None:
    done = site.run("user", "add", "an", "--role", "planner", "--password", "ngan", code=2)
    assert "12 ký tự" in done.stderr


def test_a_report_that_could_not_be_written_stops_before_anything_is_stored(filled: Site) -> None:
    rows = [INCIDENT_HEADINGS, incident_row("VV-NEW", "01/03/2026", 14.65, 107.85)]
    book = write_workbook(filled.folder / "moi.xlsx", rows)
    done = filled.run("import", "incidents", book, "--report", "/nope/r.json", code=2)
    assert "không tồn tại" in done.stderr
    assert "1 dòng mới" in filled.run("import", "incidents", book, "--dry-run").stdout


def test_a_scope_that_is_on_no_map_is_refused(site: Site) -> None:
    words = (
        "user",
        "add",
        "ba",
        "--role",
        "commune",
        "--commune",
        "99999",
        "--password",
        "sông xanh núi đỏ",
    )
    assert "99999" in site.run(*words, code=2).stderr


def test_rejects_that_cannot_be_written_leave_the_import_as_it_is(
    site: Site, tmp_path: Path
) -> None:
    rows = [INCIDENT_HEADINGS, *gathering(2, "KG"), incident_row("KG-X", "31/02/2026", None, None)]
    path = write_workbook(tmp_path / "a.xlsx", rows)
    done = site.run("import", "incidents", path, "--rejects", tmp_path, code=4)
    assert "không ghi được" in done.stderr
    assert "Đã nạp xong và lưu" in done.stderr
    assert "2 dòng đã có" in site.run("import", "incidents", path, code=3).stdout


def test_an_import_is_listed_and_undone(site: Site, tmp_path: Path) -> None:
    own = Site(tmp_path)
    shutil.copytree(site.folder / "var", own.folder / "var")
    rows = [INCIDENT_HEADINGS, *gathering(3, "HT")]
    path = write_workbook(tmp_path / "hoan_tac.xlsx", rows)
    own.run("import", "incidents", path)
    number = own.run("imports", "list").stdout.split()[0]
    assert "sẽ rút 3 bản ghi" in own.run("imports", "undo", number, "--dry-run").stdout
    assert "rút 3 bản ghi" in own.run("imports", "undo", number).stdout
    assert "đã hoàn tác" in own.run("imports", "list").stdout.splitlines()[0]
    assert "đã được hoàn tác" in own.run("imports", "undo", number, code=2).stderr
    again = own.run("import", "incidents", path, "--report", tmp_path / "r.json").stdout
    assert "3 dòng mới" in again
    assert json.loads((tmp_path / "r.json").read_text("utf-8"))["changes"] == []
