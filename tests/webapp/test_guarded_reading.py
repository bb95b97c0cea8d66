"""Files that others sent are read apart: nothing of this process is within their reach."""

from __future__ import annotations

import os
import signal
import sys
import tempfile
import time
from pathlib import Path

import pytest

from geo.errors import UnusableFileError
from geo.reading_worker import Job
from geo.sheets import DEFAULT_LIMITS
from geo.tables import read_table
from geo.terms import Layer
from tests.geo.hostile_files import hostile_files, kml, workbook
from tests.webapp.conftest import SignIn
from tests.webapp.test_uploads import send, settled
from webapp.services import guarded_reading, reading_process
from webapp.services.guarded_reading import Allowance, read_lines_apart, read_table_apart

ALLOWED = Allowance(memory_bytes=2 * 2**30)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "vu.xlsx"
    found.write_bytes(workbook())
    return found


def test_it_reads_what_this_process_would_read(path: Path) -> None:
    assert read_table_apart(path, Layer.INCIDENTS, ALLOWED) == read_table(path, Layer.INCIDENTS)


def test_the_lines_of_a_map_file_come_with_their_names(tmp_path: Path) -> None:
    found = tmp_path / "t.kml"
    found.write_bytes(kml())
    (line,) = read_lines_apart(found, ALLOWED)
    assert line.name == "Tuyến A"


def test_words_about_a_file_come_through(tmp_path: Path) -> None:
    found = tmp_path / "a.pdf"
    found.write_bytes(b"%PDF-1.7")
    with pytest.raises(UnusableFileError, match="PDF"):
        read_table_apart(found, Layer.INCIDENTS, ALLOWED)


def test_the_process_knows_no_setting_of_the_site(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DIABAN_DATABASE_URL", "postgresql://u:geheim@h/d")
    monkeypatch.setenv("PGPASSWORD", "geheim")
    process = reading_process.start()
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b'{"ready":true}\n'
        known = Path(f"/proc/{process.pid}/environ")
        if known.exists():
            assert b"geheim" not in known.read_bytes()
            assert b"DIABAN" not in known.read_bytes()
        assert "geheim" not in str(reading_process.environment())
    finally:
        reading_process.forget(process)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(sys.platform != "linux", reason="rights are given up on Linux")
def test_every_guard_of_this_system_holds(path: Path, tmp_path: Path) -> None:
    process = reading_process.start()
    assert process.stdin is not None
    assert process.stdout is not None
    job = Job(path, tmp_path, Layer.INCIDENTS, DEFAULT_LIMITS, ALLOWED.means)
    process.stdin.write(job.line())
    process.stdin.close()
    said = process.stdout.readlines()[1]
    reading_process.forget(process)
    assert b'"no-new-privileges"' in said
    assert b'"threads": 1' in said


def test_what_takes_too_long_is_ended_and_leaves_nothing(path: Path) -> None:
    left = set(Path(tempfile.gettempdir()).glob("diaban-*"))
    with pytest.raises(UnusableFileError, match="quá nhiều thời gian"):
        read_table_apart(path, Layer.INCIDENTS, Allowance(seconds=0))
    assert set(Path(tempfile.gettempdir()).glob("diaban-*")) <= left


def test_what_needs_too_much_memory_is_ended(tmp_path: Path) -> None:
    found = tmp_path / "a.csv"
    found.write_text("Ngày xảy ra;Hành vi;Địa điểm\n" + "01/03/2026;x;y\n" * 400_000)
    with pytest.raises(UnusableFileError, match=r"bộ nhớ|dừng đột ngột"):
        read_table_apart(found, Layer.INCIDENTS, Allowance(memory_bytes=460 * 2**20))


def test_one_that_died_while_it_waited_is_replaced(path: Path) -> None:
    guarded_reading.prepare()
    waiting = guarded_reading._SPARE.take()
    guarded_reading._SPARE._ready = (os.getpid(), waiting)
    os.kill(waiting.pid, signal.SIGKILL)
    time.sleep(0.2)
    assert read_table_apart(path, Layer.INCIDENTS, ALLOWED).rows


def test_a_file_that_crashes_its_reader_leaves_the_site_as_it_was(
    signed_in: SignIn, tmp_path: Path
) -> None:
    client = signed_in("planner")
    (crash,) = [file for file in hostile_files() if file.name == "one_text_60000_times.xlsx"]
    crash.write(tmp_path / crash.name)
    page = settled(client, send(client, tmp_path / crash.name).location).text
    assert "Không dùng được tệp" in page
    assert "dừng đột ngột" in page
    (tmp_path / "ok.xlsx").write_bytes(workbook())
    again = settled(client, send(client, tmp_path / "ok.xlsx").location).text
    assert "Kết quả kiểm tra trước" in again
