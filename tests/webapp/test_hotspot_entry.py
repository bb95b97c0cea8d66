"""Places put on the register on the map, and corrections of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from geo.terms import EventType, HotspotKind, HotspotStatus, Layer, Precision
from models import hotspots, imports
from models.disclosure import DWELLING_NAME
from models.errors import NotAllowedError, NotFoundError
from models.hotspots import StoredHotspot
from models.imports import NewImport
from models.lifecycle import status_at
from models.record_changes import changes_of_hotspot
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import a_hotspot
from tests.webapp.seeded_site import NOW, point
from webapp.services import hotspot_entry, import_undo
from webapp.services.entered_places import PlaceForm
from webapp.services.hand_imports import Outcome
from webapp.services.hotspot_entry import HotspotForm, SentHotspot, find_hotspot, form_of, stamp
from webapp.services.storing import StoredFile, store_file

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
    sent = SentHotspot(form, confirmed=confirmed)
    return hotspot_entry.enter(database, viewer, sent, at=NOW)


def entered(database: Database, form: HotspotForm = FORM, viewer: Viewer = PLANNER) -> int:
    done = enter(database, form, viewer)
    assert done.id is not None, (done.errors, done.doubts)
    return done.id


def correct(database: Database, id: int, viewer: Viewer = PLANNER, **changes: object) -> Outcome:
    old = find_hotspot(database, viewer, id)
    form = replace(form_of(old), **changes)  # type: ignore[arg-type]
    sent = SentHotspot(form, seen=stamp(old))
    return hotspot_entry.correct(database, viewer, id, sent, at=NOW + timedelta(hours=1))


def stored(database: Database, id: int) -> StoredHotspot:
    return find_hotspot(database, LOCAL_OPERATOR, id)


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


def test_it_is_an_import_of_its_own_that_can_be_undone(seeded_database: Database) -> None:
    id_ = entered(seeded_database)
    found = stored(seeded_database, id_)
    with unit_of_work(seeded_database, read_only=True) as session:
        brought = imports.find_import(session, PLANNER, found.import_id)
    assert (brought.layer, brought.accepted) == (Layer.HOTSPOTS, 1)
    import_undo.undo_import(seeded_database, PLANNER, found.import_id, at=NOW)

    with pytest.raises(NotFoundError):
        stored(seeded_database, id_)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "Nguyễn Văn An"}, "name"),
        ({"kind": ""}, "kind"),
        ({"on": "06/2026"}, "on"),
        ({"on": "15/06/2026"}, "on"),
        ({"event": "cleared"}, "on"),
        ({"ref": "0912345678"}, "ref"),
        ({"place": PlaceForm("10", "110", clicked=True)}, "place"),
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
    with unit_of_work(seeded_database, read_only=True) as session:
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
    with unit_of_work(seeded_database, read_only=True) as session:
        (change,) = changes_of_hotspot(session, PLANNER, before.id)
    assert {"name", "kind"} <= {field.name for field in change.fields}
    import_undo.undo_import(seeded_database, PLANNER, done.import_id, at=NOW)
    assert stored(seeded_database, before.id) == before


def test_saying_what_is_there_already_leaves_no_version(seeded_database: Database) -> None:
    id_ = entered(seeded_database)

    assert not correct(seeded_database, id_).changed


def test_a_conflict_is_said_before_anything_is_overwritten(seeded_database: Database) -> None:
    id_ = entered(seeded_database)
    old = stored(seeded_database, id_)
    correct(seeded_database, id_, name="Quán bên cầu")
    sent = SentHotspot(replace(form_of(old), name="Quán khác"), stamp(old))
    done = hotspot_entry.correct(seeded_database, PLANNER, id_, sent, at=NOW)

    assert done.is_conflict
    assert stored(seeded_database, id_).name == "Quán bên cầu"


def test_a_home_becomes_a_square_for_those_who_only_read(seeded_database: Database) -> None:
    id_ = entered(seeded_database)
    correct(seeded_database, id_, is_dwelling=True)
    with unit_of_work(seeded_database, read_only=True) as session:
        seen = hotspots.hotspots_by_id(session, Viewer("a", Role.ANALYST), [id_])[id_]

    assert seen.name == DWELLING_NAME
    assert seen.placement.lon != 107.752


def test_scope_and_role_hold(seeded_database: Database) -> None:
    assert "ngoài phạm vi" in enter(seeded_database, FORM, SOUTHERN).errors["place"]
    with pytest.raises(NotAllowedError):
        enter(seeded_database, FORM, Viewer("a", Role.ANALYST))
    with pytest.raises(NotFoundError):
        correct(seeded_database, entered(seeded_database), SOUTHERN)


def test_the_register_that_is_sent_again_does_not_revert_a_correction(
    seeded_database: Database,
) -> None:
    record = a_hotspot("TD-9", placement=point(107.85, 14.65, "23383", "51"))

    def send(name: str = record.name) -> StoredFile:
        with unit_of_work(seeded_database) as session:
            new = NewImport(Layer.HOTSPOTS, "tu_diem.csv", "a" * 64, record.source)
            given = replace(record, name=name)
            return store_file(session, LOCAL_OPERATOR, new, [given], [])

    send()
    with unit_of_work(seeded_database, read_only=True) as session:
        spot = hotspots.hotspot_by_ref(session, PLANNER, "TD-9")
    correct(seeded_database, spot.id, name="Bãi đất trống")

    assert send().unchanged == 1
    assert stored(seeded_database, spot.id).name == "Bãi đất trống"
    assert send("Tên khác hẳn").changed == 1
