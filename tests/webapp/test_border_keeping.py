"""The ground of the border out of its file, and afresh: the same answers."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import shapely

from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from webapp.services import border_keeping
from webapp.services.border_ground import Ground, build_ground


def _built(database: Database, folder: Path | None) -> Ground:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return build_ground(session, folder)


def _assert_same(one: Ground, other: Ground) -> None:
    assert one.segments == other.segments
    assert [(line.source, line.length_km) for line in one.lines] == [
        (line.source, line.length_km) for line in other.lines
    ]
    for mine, theirs in zip(one.lines, other.lines, strict=True):
        assert shapely.equals_exact(mine.geometry, theirs.geometry, 0)
    for part, names in (
        ("bands", ("segment", "commune", "area_km2", "front_m")),
        ("land", ("commune", "border_m", "area_km2")),
    ):
        for name in names:
            found, asked = (getattr(getattr(ground, part), name) for ground in (one, other))
            assert found.dtype == asked.dtype
            np.testing.assert_array_equal(found, asked)


@pytest.fixture
def no_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """Working out again fails the test."""

    def refuse(*_: object) -> None:
        raise AssertionError("worked out again")

    monkeypatch.setattr(border_keeping, "_worked_out", refuse)


def _file(seeded_database: Database, folder: Path) -> Path:
    _built(seeded_database, folder)
    (path,) = folder.glob("border-*")
    return path


def test_the_file_gives_what_working_it_out_gives(
    seeded_database: Database, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    afresh = _built(seeded_database, None)
    path = _file(seeded_database, tmp_path / "tiles")

    request.getfixturevalue("no_work")
    _assert_same(_built(seeded_database, path.parent), afresh)
    assert list(path.parent.iterdir()) == [path]  # nothing half written stays behind


@pytest.mark.parametrize("rest", [b"", b"no archive", None])
def test_a_broken_file_is_made_again(
    seeded_database: Database, tmp_path: Path, rest: bytes | None
) -> None:
    path = _file(seeded_database, tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2] if rest is None else rest)

    _assert_same(_built(seeded_database, tmp_path), _built(seeded_database, None))
    assert len(path.read_bytes()) == len(whole)


def test_a_file_of_another_map_or_format_is_not_believed(
    seeded_database: Database, tmp_path: Path
) -> None:
    path = _file(seeded_database, tmp_path)
    with np.load(path) as found:
        columns = dict(found)
    columns |= {"mark": np.array("another"), "bands_area_km2": columns["bands_area_km2"] * 2}
    with path.open("wb") as file:
        np.savez(file, **columns)

    _assert_same(_built(seeded_database, tmp_path), _built(seeded_database, None))


def test_nothing_in_a_file_is_ever_executed(seeded_database: Database, tmp_path: Path) -> None:
    path, ran = _file(seeded_database, tmp_path), tmp_path / "ran"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return Path.touch, (ran,)

    path.write_bytes(pickle.dumps(Trap()))
    _built(seeded_database, tmp_path)
    path_trap = np.array([Trap()], dtype=object)
    with path.open("wb") as file:
        np.savez(file, mark=path_trap)
    _built(seeded_database, tmp_path)

    assert not ran.exists()


def test_a_folder_that_cannot_be_written_to_hinders_nobody(
    seeded_database: Database, tmp_path: Path
) -> None:
    no_folder = tmp_path / "file"
    no_folder.write_text("in the way")

    _assert_same(_built(seeded_database, no_folder), _built(seeded_database, None))
