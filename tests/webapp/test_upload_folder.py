"""Files that wait in their folder: their notes, signs of work, and how they go."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest

from geo.terms import Layer
from models.errors import NotFoundError
from models.session import Database
from models.viewers import Role, Viewer
from tests.webapp.seeded_site import NOW, settings
from webapp.app import create_app
from webapp.services import upload_work, uploads
from webapp.services.uploads import State, Upload

PLANNER = Viewer("planner", Role.PLANNER)


def a_file(folder: Path) -> Upload:
    return uploads.receive(
        folder,
        PLANNER,
        Layer.INCIDENTS,
        "../sổ.csv",
        lambda path: path.write_text("x") and None,
        period="2026",
        now=NOW,
    )


def test_a_file_that_nobody_imports_is_gone_after_a_day(tmp_path: Path) -> None:
    upload = a_file(tmp_path)
    (kept,) = list(tmp_path.iterdir())
    old = NOW.timestamp() - 2 * 24 * 3600
    uploads.sweep(tmp_path, NOW)
    os.utime(kept, (old, old))
    with pytest.raises(NotFoundError):
        uploads.find(tmp_path, PLANNER, upload.token, NOW + timedelta(days=2))
    uploads.sweep(tmp_path, NOW)
    assert list(tmp_path.iterdir()) == []


def test_work_that_stopped_with_its_process_is_told_as_failed(tmp_path: Path) -> None:
    upload = a_file(tmp_path)
    assert uploads.find(tmp_path, PLANNER, upload.token, NOW).state is State.CHECKING
    later = uploads.find(tmp_path, PLANNER, upload.token, NOW + timedelta(minutes=11))
    assert (later.state, "dừng giữa chừng" in later.error) == (State.FAILED, True)


def test_work_that_waits_for_its_turn_is_not_told_as_failed(tmp_path: Path) -> None:
    upload = a_file(tmp_path)
    later = NOW + timedelta(minutes=30)
    assert uploads.give_sign(tmp_path, upload, later - timedelta(minutes=1))
    assert uploads.find(tmp_path, PLANNER, upload.token, later).working
    uploads.write(tmp_path, replace(upload, state=State.CHECKED))
    assert uploads.find(tmp_path, PLANNER, upload.token, later).state is State.CHECKED


def test_old_files_go_by_themselves_whatever_happens_to_their_folder(tmp_path: Path) -> None:
    uploads.sweep(tmp_path / "none", NOW)
    upload = a_file(tmp_path)
    uploads.write(tmp_path, replace(upload, state=State.CHECKED))
    (tmp_path / ("0" * 32)).symlink_to(tmp_path / "gone")  # as if removed after it was listed
    stopped = Event()
    stopped.set()
    upload_work.sweep_now_and_then(tmp_path, lambda: NOW, stopped=stopped)
    assert (tmp_path / upload.token).is_dir()
    later = NOW + timedelta(hours=25)
    upload_work.sweep_now_and_then(tmp_path, lambda: later, stopped=stopped)
    assert not (tmp_path / upload.token).exists()


def test_a_site_that_starts_removes_old_files(seeded_database: Database, tmp_path: Path) -> None:
    waiting = tmp_path / "uploads"
    upload = a_file(waiting)
    times = [NOW + timedelta(hours=25)]
    site = create_app(settings(tmp_path), seeded_database, now=lambda: times[-1])
    assert not (waiting / upload.token).exists()
    later = replace(upload, at=times[-1])
    (waiting / later.token).mkdir()
    uploads.write(waiting, later)
    site.test_client().get("/login")
    assert (waiting / later.token).exists()
    times.append(NOW + timedelta(hours=60))
    site.test_client().get("/login")
    assert not (waiting / later.token).exists()


def test_a_note_comes_back_as_it_was(tmp_path: Path) -> None:
    upload = a_file(tmp_path)
    assert uploads.find(tmp_path, PLANNER, upload.token, NOW) == upload
    assert uploads.path_of(tmp_path, upload).read_text() == "x"
