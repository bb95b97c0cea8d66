"""A process that is killed half way leaves nothing half done, whatever it was doing."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from models import schema
from models.session import Database, open_database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import an_incident, keep_incidents
from tests.models.test_schema import structure
from tests.webapp.killed_work import (
    Moment,
    backing_up,
    copying,
    importing,
    is_killed,
    restoring,
    upgrading,
)
from tests.webapp.small_world import INCIDENT_HEADINGS, gathering, install_small_map, write_workbook
from webapp.services.backup_file import read_manifest

HELD = ("imports", "incidents", "seizures", "rejected_rows", "place_reviews")


def _held(database: Database) -> dict[str, int]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in HELD}


def test_an_import_is_in_as_a_whole_or_not_at_all(database: Database, tmp_path: Path) -> None:
    install_small_map(database, tmp_path)
    broken = ["VV-x", "31/02/2026", "mua bán", "", None, None, 2, "", ""]
    path = write_workbook(tmp_path / "a.xlsx", [INCIDENT_HEADINGS, *gathering(30), broken])
    before, killed = _held(database), 0
    moments = [Moment("statement", n) for n in (9, 15, 22)]
    for moment in (*moments, Moment("commit", 3), Moment("statement", 999)):
        was_killed = is_killed(database.url, importing, path, moment)
        after = _held(database)
        if after != before:  # killed after all was in, or not at all
            assert (after["incidents"], after["rejected_rows"], after["imports"]) == (30, 1, 1)
            break
        assert was_killed
        killed += 1
    else:
        pytest.fail("the import never came to its end")
    assert killed >= 3


def test_an_upgrade_is_done_as_a_whole_or_not_at_all(owned_database: Database) -> None:
    keep_incidents(owned_database, an_incident())
    new = structure(owned_database)
    schema.move_to(owned_database, "0004")
    old, killed = structure(owned_database), 0
    moments = [Moment("statement", n) for n in (3, 40, 150)]
    for moment in (*moments, Moment("commit", 2), Moment("statement", 9999)):
        was_killed = is_killed(owned_database.url, upgrading, None, moment)
        revision = schema.current_revision(owned_database)
        assert structure(owned_database) == (old if revision == "0004" else new)
        if not was_killed:
            break
        killed += 1
        assert revision in ("0004", schema.revisions()[-1])
    assert killed >= 3
    schema.check(owned_database)
    assert _held(owned_database)["incidents"] == 1


def test_a_backup_has_its_name_only_when_it_is_whole(database: Database, tmp_path: Path) -> None:
    keep_incidents(database, *(an_incident(f"VV-{n}") for n in range(600)))
    path, left = tmp_path / "site.zip", 0
    for moment in (
        *(Moment("statement", n) for n in (5, 60, 75)),
        *(Moment("step", 1), Moment("commit", 2), Moment("commit", 3)),
    ):
        if not is_killed(database.url, backing_up, path, moment):
            break
        assert not path.exists()
        left += len(list(tmp_path.glob(".site.zip.*.partial")))
    assert left >= 2
    assert not is_killed(database.url, backing_up, path, Moment("statement", 9999))
    assert len(read_manifest(path).tables) > 30
    assert list(tmp_path.glob(".site.zip.*")) == []


def test_a_restore_and_a_copy_are_whole_or_leave_an_empty_database(
    database: Database, tmp_path: Path
) -> None:
    keep_incidents(database, *(an_incident(f"VV-{n}") for n in range(600)))
    path = tmp_path / "site.zip"
    assert not is_killed(database.url, backing_up, path, Moment("statement", 9999))
    url = f"sqlite:///{tmp_path / 'target.db'}"
    whole = _killed_until_whole(database.url, copying, url, url)
    assert whole["incidents"] == 600
    again = f"sqlite:///{tmp_path / 'again.db'}"
    assert _killed_until_whole(again, restoring, path, again) == whole


def _killed_until_whole(url: str, work, what: object, target_url: str) -> dict[str, int]:  # type: ignore[no-untyped-def]
    """What the target holds after work that was killed again and again was let come to its end."""
    killed = 0
    for moment in (
        *(Moment("statement", n) for n in (3, 60, 140)),
        *(Moment("step", 2), Moment("commit", 3), Moment("commit", 5), Moment("statement", 9999)),
    ):
        if not is_killed(url, work, what, moment):
            break
        killed += 1
        target = open_database(target_url)
        if schema.current_revision(target) == schema.revisions()[-1]:
            assert set(_held(target).values()) == {0}
        target.close()
    assert killed >= 3
    target = open_database(target_url)
    try:
        return _held(target)
    finally:
        target.close()
