"""Places put on the register on the map, and corrections of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from geo.terms import EventType, HotspotKind, HotspotStatus, Precision
from models import hotspots
from models.disclosure import DWELLING_NAME
from models.hotspots import StoredHotspot
from models.lifecycle import status_at
from models.record_changes import changes_of_hotspot
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.seeded_site import NOW
from webapp.services import hand_writing, import_undo
from webapp.services.entered_places import PlaceForm
from webapp.services.hand_imports import Outcome
from webapp.services.hand_writing import Sent, find, stamp
from webapp.services.hotspot_entry import HOTSPOTS, HotspotForm, form_of

PLANNER = Viewer("planner", Role.PLANNER)
SOUTHERN = Viewer("province", Role.PLANNER, Scope.provinces("66"))
HERE = PlaceForm("14,631", "107,752", clicked=True)
FORM = HotspotForm(
    name="Quán vắng ven suối",
    kind="retail",
    place=HERE,
    on="01/06/2026",
    note="Người dân phản ánh.",
)


def enter(
    database: Database, form: HotspotForm = FORM, viewer: Viewer = PLANNER, confirmed: str = ""
) -> Outcome:
    sent = Sent(form, confirmed=confirmed)
    return hand_writing.enter(database, viewer, HOTSPOTS, sent, at=NOW)


def entered(database: Database, form: HotspotForm = FORM, viewer: Viewer = PLANNER) -> int:
    done = enter(database, form, viewer)
    assert done.id is not None, (done.errors, done.doubts)
    return done.id


def correct(database: Database, id: int, viewer: Viewer = PLANNER, **changes: object) -> Outcome:
    old = find(database, viewer, HOTSPOTS, id)
    form = replace(form_of(old), **changes)  # type: ignore[arg-type]
    sent = Sent(form, seen=stamp(old))
    return hand_writing.correct(database, viewer, HOTSPOTS, id, sent, at=NOW + timedelta(hours=1))


def stored(database: Database, id: int) -> StoredHotspot:
    return find(database, LOCAL_OPERATOR, HOTSPOTS, id)


def test_a_place_is_put_on_the_register_with_how_it_begins(seeded_database: Database) -> None:
    found = stored(seeded_database, entered(seeded_database))

    assert (found.ref, found.source) == ("BĐ-2026-0001", "Ghi trên bản đồ, Toàn quốc")
    assert (found.name, found.kind) == ("Quán vắng ven suối", HotspotKind.RETAIL)
    assert (found.placement.method, found.placement.precision) == ("map_click", Precision.EXACT)
    assert found.placement.commune_code_now == "23377"
    assert [(e.type, e.on, e.note) for e in found.events] == [
        (EventType.SUSPECTED, date(2026, 6, 1), "Người dân phản ánh.")
    ]
    assert status_at(found.events, date(2026, 6, 14)) is HotspotStatus.SUSPECTED


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Nguyễn Văn An"}, "name"),
        ({"on": "06/2026"}, "on"),
        ({"on": "15/06/2026"}, "on"),
        ({"event": "cleared"}, "on"),
        ({"ref": "0912345678"}, "ref"),
    ],
)
def test_what_cannot_be_used_is_named_by_field(
    seeded_database: Database, changes: dict[str, object], field: str
) -> None:
    done = enter(seeded_database, replace(FORM, **changes))  # type: ignore[arg-type]

    assert done.id is None
    assert list(done.errors) == [field]


def test_names_of_persons_are_not_kept(seeded_database: Database) -> None:
    form = replace(FORM, name="Quán của anh Hùng", note="Gọi Trần Thị Bích 0912345678")
    found = stored(seeded_database, entered(seeded_database, form))

    for secret in ("Hùng", "Bích", "0912345678"):
        assert secret not in found.name + found.events[0].note


def test_a_place_of_the_register_close_by_is_asked_about(seeded_database: Database) -> None:
    near = replace(FORM, place=PlaceForm("14,6203", "107,6203", clicked=True))
    asked = enter(seeded_database, near)

    assert asked.id is None
    assert "Tụ điểm chợ cũ" in asked.doubts[0].text
    assert asked.doubts[0].href.startswith("/hotspots?ref=")
    assert enter(seeded_database, near, confirmed=asked.confirm).id is not None


def test_a_correction_keeps_history_and_what_was_there(seeded_database: Database) -> None:
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        before = hotspots.hotspot_by_ref(session, PLANNER, "TĐ-003")
    done = correct(
        seeded_database,
        before.id,
        name="Tụ điểm chợ mới",
        kind="retail",
        place=PlaceForm("14,625", "107,625", clicked=True),
    )
    after = stored(seeded_database, before.id)

    assert done.import_id is not None
    assert (after.name, after.kind, after.ref) == ("Tụ điểm chợ mới", HotspotKind.RETAIL, "TĐ-003")
    assert after.events == before.events
    assert (after.placement.lon, after.placement.method) == (107.625, "map_click")
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        (change,) = changes_of_hotspot(session, PLANNER, before.id)
    assert {"name", "kind"} <= {field.name for field in change.fields}
    import_undo.undo_import(seeded_database, PLANNER, done.import_id, at=NOW)
    assert stored(seeded_database, before.id) == before


def test_a_home_becomes_a_square_for_those_who_only_read(seeded_database: Database) -> None:
    id_ = entered(seeded_database)
    correct(seeded_database, id_, is_dwelling=True)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        seen = hotspots.hotspots_by_id(session, Viewer("a", Role.ANALYST), [id_])[id_]

    assert seen.name == DWELLING_NAME
    assert seen.placement.lon != 107.752
