"""A crowd that imports, edits, notes and undoes at once loses nothing and sees no error."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy import select

from geo.records import HotspotEvent
from geo.terms import EventType, Layer
from models.errors import ConflictError
from models.hotspots import history_of
from models.incidents import find_incidents
from models.record_changes import changes_of_incident
from models.session import Database, unit_of_work
from models.tables import incidents, record_versions
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import a_hotspot, keep_hotspots
from tests.webapp.small_world import (
    INCIDENT_HEADINGS,
    TODAY,
    gathering,
    install_small_map,
    write_workbook,
)
from webapp.services import hotspot_events
from webapp.services.hand_writing import Sent, correct, stamp
from webapp.services.import_undo import undo_import
from webapp.services.incident_entry import INCIDENTS
from webapp.services.ingest import import_file

AT = datetime(2026, 6, 14, 3, 0, tzinfo=UTC)


def _import(database: Database, path: Path) -> int:
    done = import_file(
        *(database, LOCAL_OPERATOR, Layer.INCIDENTS, path), today=TODAY, source="CÔNG AN TỈNH A"
    )
    assert done.import_id is not None
    return done.import_id


def _edit(database: Database, id_: int, offenders: int) -> int | None:
    """The number written; whoever was slower opens the page again."""
    return next(filter(None, (_edit_once(database, id_, offenders) for _ in range(20))), None)


def _edit_once(database: Database, id_: int, offenders: int) -> int | None:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        old = INCIDENTS.find(session, LOCAL_OPERATOR, id_)
    sent = Sent(replace(INCIDENTS.form_of(old), offenders=str(offenders)), stamp(old))
    done = correct(database, LOCAL_OPERATOR, INCIDENTS, id_, sent, at=AT)
    if done.doubts:
        again = Sent(sent.form, sent.seen, done.confirm)
        done = correct(database, LOCAL_OPERATOR, INCIDENTS, id_, again, at=AT)
    return None if done.import_id is None else offenders


def _together(works: list[Callable[[], object]]) -> list[object]:
    """What each gave, begun at once; only a conflict told in words may be raised."""
    ready = threading.Barrier(len(works))

    def begin(work: Callable[[], object]) -> object:
        ready.wait(30)
        try:
            return work()
        except ConflictError as refused:
            return refused

    with ThreadPoolExecutor(len(works)) as threads:
        return [done.result(120) for done in [threads.submit(begin, work) for work in works]]


def test_a_crowd_loses_nothing(database: Database, tmp_path: Path) -> None:
    install_small_map(database, tmp_path)
    keep_hotspots(database, a_hotspot())
    rows = gathering(10)
    _import(database, write_workbook(tmp_path / "a.xlsx", [INCIDENT_HEADINGS, *rows]))
    gone = _import(
        database, write_workbook(tmp_path / "g.xlsx", [INCIDENT_HEADINGS, *gathering(4, "GO")])
    )
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        ids = [each.id for each in find_incidents(session, LOCAL_OPERATOR) if "VV" in each.ref]
    over = [[*row[:6], 7, *row[7:]] for row in rows[:6]]
    more = write_workbook(tmp_path / "b.xlsx", [INCIDENT_HEADINGS, *over, *gathering(5, "KH")])

    def note(n: int) -> Callable[[], object]:
        event = HotspotEvent(EventType.NOTE, date(2026, 6, 1), f"Đã họp tổ dân phố lần {n}")
        return lambda: hotspot_events.record_event(
            database, LOCAL_OPERATOR, 1, event, at=AT, seen=0
        )

    edits = [
        (id_, 100 + 10 * n + turn)
        for n, id_ in enumerate(ids[:4])
        for turn in range(2)  # two people on each record
    ]
    done = _together(
        [
            lambda: _import(database, more),
            lambda: undo_import(database, LOCAL_OPERATOR, gone, at=AT),
            *(lambda id_=id_, n=n: _edit(database, id_, n) for id_, n in edits),
            *map(note, range(4)),
        ]
    )

    accepted = [edit for edit, given in zip(edits, done[2:10], strict=True) if given == edit[1]]
    assert not any(isinstance(given, ConflictError) for given in [*done[:2], *done[10:]])
    assert accepted == edits
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        now = {each.id: each.offenders for each in find_incidents(session, LOCAL_OPERATOR)}
        versions = session.execute(
            select(record_versions.c.record_key, record_versions.c.content).where(
                record_versions.c.layer == Layer.INCIDENTS
            )
        )
        kept = {(int(key), content["offenders"]) for key, content in versions}
        notes = {each.event.note for each in history_of(session, LOCAL_OPERATOR, 1)}
        standing = select(incidents.c.ref).where(incidents.c.withdrawn.is_(None))
        brought = set(session.scalars(standing))
        steps = {id_: len(changes_of_incident(session, LOCAL_OPERATOR, id_)) for id_ in ids[:4]}
    # Every edit that was accepted stands, or is kept as the content before the next one.
    assert set(now.items()) | kept >= set(accepted)
    assert all(steps[id_] >= sum(edit[0] == id_ for edit in accepted) for id_ in steps)
    assert notes >= {f"Đã họp tổ dân phố lần {n}" for n in range(4)}
    assert not {ref for ref in brought if ref.startswith("GO")}
    assert len({ref for ref in brought if ref.startswith("KH")}) == 5
