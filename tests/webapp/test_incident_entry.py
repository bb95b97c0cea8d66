"""Incidents written and corrected on the map: stored as files are, undone as files are."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from geo.records import Incident, Seizure
from geo.terms import AtHome, DatePrecision, DetectedBy, Layer, Precision, SeizureUnit, Substance
from models import duplicates, imports, incidents
from models.imports import NewImport
from models.incidents import StoredIncident
from models.record_changes import changes_of_incident
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.seeded_site import NOW
from webapp.services import hand_writing, import_undo
from webapp.services.entered_places import PlaceForm, place_at
from webapp.services.hand_imports import Outcome
from webapp.services.hand_writing import Sent, find, stamp
from webapp.services.incident_entry import INCIDENTS
from webapp.services.incident_form import IncidentForm, SeizureForm, form_of
from webapp.services.incident_pages import open_incident
from webapp.services.storing import StoredFile, store_file

PLANNER = Viewer("planner", Role.PLANNER)
SOUTHERN = Viewer("province", Role.PLANNER, Scope.provinces("66"))
NORTHERN = Viewer("north", Role.PLANNER, Scope.provinces("51"))
TODAY = date(2026, 6, 14)
HERE = PlaceForm("14,631", "107,752", clicked=True)
FORM = IncidentForm(
    on="10/06/2026",
    kind="possession",
    detected_by="commune",
    offenders="3",
    place=HERE,
    seizures=(SeizureForm("heroin", "12,5", "g"), SeizureForm("synthetic", "1.200", "tablet")),
)


def enter(
    database: Database, form: IncidentForm = FORM, viewer: Viewer = PLANNER, confirmed: str = ""
) -> Outcome:
    return hand_writing.enter(database, viewer, INCIDENTS, Sent(form, confirmed=confirmed), at=NOW)


def entered(database: Database, form: IncidentForm = FORM, viewer: Viewer = PLANNER) -> int:
    done = enter(database, form, viewer)
    assert done.id is not None, (done.errors, done.doubts)
    return done.id


def correct(database: Database, id: int, viewer: Viewer = PLANNER, **changes: object) -> Outcome:
    old = find(database, viewer, INCIDENTS, id)
    form = replace(form_of(old), **changes)  # type: ignore[arg-type]
    sent = Sent(form, seen=stamp(old))
    return hand_writing.correct(database, viewer, INCIDENTS, id, sent, at=NOW + timedelta(hours=1))


def stored(database: Database, id: int) -> StoredIncident:
    return find(database, LOCAL_OPERATOR, INCIDENTS, id)


def by_file(database: Database, *records: Incident) -> StoredFile:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new = NewImport(Layer.INCIDENTS, "vu_viec.xlsx", "a" * 64, records[0].source)
        return store_file(session, LOCAL_OPERATOR, new, records, [])


def test_a_click_is_stored_exactly_with_the_commune_of_the_map(seeded_database: Database) -> None:
    found = stored(seeded_database, entered(seeded_database))

    assert found.placement.precision is Precision.EXACT
    assert found.placement.method == "map_click"
    assert (found.placement.lon, found.placement.lat) == (107.752, 14.631)
    assert (found.placement.commune_code_now, found.placement.province_code) == ("23377", "51")
    assert found.occurred_on == date(2026, 6, 10)
    assert found.verified
    assert found.offenders == 3
    assert found.seizures == (
        Seizure(Substance.HEROIN, 0.0125, SeizureUnit.KG),
        Seizure(Substance.SYNTHETIC, 1200, SeizureUnit.TABLET),
    )


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"on": ""}, "on"),
        ({"on": "31/02/2026"}, "on"),
        ({"on": "15/06/2026"}, "on"),  # tomorrow
        ({"kind": "theft"}, "kind"),
        ({"detected_by": "x"}, "detected_by"),
        ({"offenders": "ba mươi vạn"}, "offenders"),
        ({"seizures": (SeizureForm("heroin", "-1", "g"),)}, "seizures"),
        ({"seizures": (SeizureForm("", "5", "g"),)}, "seizures"),
    ],
)
def test_what_cannot_be_used_is_named_by_field_and_nothing_is_stored(
    seeded_database: Database, changes: dict[str, object], field: str
) -> None:
    done = enter(seeded_database, replace(FORM, **changes))  # type: ignore[arg-type]

    assert done.id is None
    assert list(done.errors) == [field]
    assert done.errors[field].endswith(".")
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        assert len(imports.list_imports(session, LOCAL_OPERATOR)) == 1


def test_all_faults_of_a_form_are_told_at_once(seeded_database: Database) -> None:
    done = enter(seeded_database, IncidentForm())

    assert set(done.errors) == {"on", "kind", "place"}


def test_coordinates_in_any_style_and_addresses_without_any_are_placed(
    seeded_database: Database,
) -> None:
    dms = replace(FORM, place=PlaceForm("14°37'51.6\"N", "107°45'07.2\"E"))
    both = replace(FORM, place=PlaceForm("14,631; 107,752"), on="09/06/2026")
    words = replace(FORM, place=PlaceForm(address="thôn 3, xã Đắk Plô, tỉnh Quảng Ngãi"))

    for form, method in ((dms, "coordinates"), (both, "coordinates")):
        placed = stored(seeded_database, entered(seeded_database, form)).placement
        assert (placed.commune_code_now, placed.method) == ("23377", method)
    placed = stored(seeded_database, entered(seeded_database, words)).placement
    assert placed.precision is Precision.COMMUNE
    assert placed.lon is None


def test_a_tip_does_not_count_unless_it_is_said_to_be_verified(seeded_database: Database) -> None:
    tip = stored(seeded_database, entered(seeded_database, replace(FORM, detected_by="tip")))
    sure = replace(FORM, detected_by="tip", verified="yes", on="01/06/2026")

    assert not tip.verified
    assert stored(seeded_database, entered(seeded_database, sure)).verified


def test_names_of_persons_leave_the_address(seeded_database: Database) -> None:
    place = replace(HERE, address="nhà anh Hùng, sđt 0912345678, xã Đắk Pék")
    found = stored(seeded_database, entered(seeded_database, replace(FORM, place=place)))

    for secret in ("Hùng", "0912345678"):
        assert secret not in found.address_text + repr(found.place)


def test_an_address_that_names_another_commune_is_asked_about_and_the_point_decides(
    seeded_database: Database,
) -> None:
    form = replace(FORM, place=replace(HERE, address="xã Đắk Tô, tỉnh Quảng Ngãi"))
    asked = enter(seeded_database, form)
    assert asked.id is None
    assert asked.doubts
    done = enter(seeded_database, form, confirmed=asked.confirm)

    assert done.id is not None
    found = stored(seeded_database, done.id)
    assert found.placement.commune_code_now == "23377"
    assert found.placement.confidence >= 0.9


def test_an_address_that_names_no_commune_is_kept_beside_the_point(
    seeded_database: Database,
) -> None:
    place = replace(HERE, address="thôn 3, cạnh cầu treo")
    found = stored(seeded_database, entered(seeded_database, replace(FORM, place=place)))

    assert found.address_text == "thôn 3, cạnh cầu treo"
    assert (found.placement.commune_code_now, found.placement.method) == ("23377", "map_click")


def test_a_case_of_the_same_day_and_kind_close_by_is_asked_about_once(
    seeded_database: Database,
) -> None:
    first = entered(seeded_database, viewer=NORTHERN)
    near = replace(FORM, place=replace(HERE, lat="14,6315"))
    asked = enter(seeded_database, near)

    assert asked.id is None
    assert [doubt.href for doubt in asked.doubts] == [f"/incidents/{first}"]
    assert "cách 55 m" in asked.doubts[0].text
    assert enter(seeded_database, near, confirmed="something else").id is None
    done = enter(seeded_database, near, confirmed=asked.confirm)
    assert done.id is not None
    far = replace(FORM, place=replace(HERE, lat="14,64"))
    assert enter(seeded_database, far).id is not None
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        assert duplicates.pairs_with(session, LOCAL_OPERATOR, done.id)


def test_a_correction_is_a_new_version_that_can_be_undone(seeded_database: Database) -> None:
    id_ = entered(seeded_database)
    before = stored(seeded_database, id_)
    done = correct(seeded_database, id_, offenders="5", kind="trading")
    page = open_incident(seeded_database, PLANNER, id_, TODAY)

    assert done.import_id is not None
    assert (page.incident.offenders, page.incident.ref) == (5, before.ref)
    assert page.incident.seizures == before.seizures
    assert page.incident.placement == before.placement
    assert [field.label for field in page.changes[0].fields] == ["Hành vi", "Số đối tượng"]
    assert page.entry is not None
    assert page.entry.file_name == "Ghi trên bản đồ: sửa vụ BĐ-2026-0001"
    import_undo.undo_import(seeded_database, PLANNER, done.import_id, at=NOW)
    assert stored(seeded_database, id_) == before


def test_saying_what_is_there_already_leaves_no_version(seeded_database: Database) -> None:
    id_ = entered(seeded_database)
    done = correct(seeded_database, id_)

    assert (done.id, done.import_id, done.changed) == (id_, None, False)
    assert open_incident(seeded_database, PLANNER, id_, TODAY).changes == ()


def test_a_record_of_a_file_keeps_its_place_its_source_and_its_address_as_written(
    seeded_database: Database,
) -> None:
    before = stored(seeded_database, 1)
    done = correct(seeded_database, 1, verified="no")
    after = stored(seeded_database, 1)

    assert done.changed
    assert not after.verified
    assert (after.source, after.ref, after.placement) == (
        before.source,
        before.ref,
        before.placement,
    )
    assert after.address_text == before.address_text


def test_moving_a_record_changes_commune_and_method(seeded_database: Database) -> None:
    place = PlaceForm("14,65", "107,75", form_of(stored(seeded_database, 1)).place.address, True)
    moved = correct(seeded_database, 1, place=replace(place, address=""))
    after = stored(seeded_database, 1).placement

    assert moved.changed
    assert (after.commune_code_now, after.method) == ("23377", "map_click")


def test_a_record_known_to_its_commune_becomes_a_point(seeded_database: Database) -> None:
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        found = incidents.find_incidents(session, LOCAL_OPERATOR)
    coarse = next(each for each in found if each.placement.lon is None)
    assert form_of(coarse).place.lat == ""
    correct(seeded_database, coarse.id, place=replace(HERE, lon="107,65"))

    assert stored(seeded_database, coarse.id).placement.precision is Precision.EXACT


def test_a_date_known_to_the_month_stays_so(seeded_database: Database) -> None:
    id_ = entered(seeded_database, replace(FORM, on="05/2026"))
    correct(seeded_database, id_, offenders="1")
    found = stored(seeded_database, id_)

    assert (found.occurred_on, found.date_precision) == (date(2026, 5, 1), DatePrecision.MONTH)


def test_an_incident_before_the_merger_is_of_no_commune_of_today_then(
    seeded_database: Database,
) -> None:
    id_ = entered(seeded_database)
    correct(seeded_database, id_, on="10/06/2025")

    place = stored(seeded_database, id_).placement
    assert (place.commune_code, place.commune_code_now) == (None, "23377")


def test_the_commune_of_a_point_is_told_with_whether_one_may_write_there(
    seeded_database: Database,
) -> None:
    here = place_at(seeded_database, SOUTHERN, 107.65, 14.55)
    there = place_at(seeded_database, SOUTHERN, 107.65, 14.65)

    assert here is not None
    assert there is not None
    assert (here.commune_code, here.covered) == ("24133", True)
    assert (there.province_name, there.covered) == ("Tỉnh Quảng Ngãi", False)
    assert place_at(seeded_database, SOUTHERN, 110.0, 10.0) is None


def test_every_kind_of_detecting_body_can_be_chosen(seeded_database: Database) -> None:
    for n, body in enumerate(DetectedBy):
        form = replace(FORM, detected_by=body.value, on=f"{n + 1:02d}/05/2026")
        assert stored(seeded_database, entered(seeded_database, form)).detected_by is body


def test_whether_it_was_in_a_home_is_said_corrected_and_kept(seeded_database: Database) -> None:
    id_ = entered(seeded_database)
    assert stored(seeded_database, id_).home is not AtHome.HOME
    correct(seeded_database, id_, home="home")
    assert stored(seeded_database, id_).home is AtHome.HOME
    assert form_of(stored(seeded_database, id_)).home == "home"
    with unit_of_work(seeded_database, PLANNER, read_only=True) as session:
        (change,) = changes_of_incident(session, PLANNER, id_)
    assert [(each.name, each.after) for each in change.fields] == [("home", "home")]
    correct(seeded_database, id_, home="not_home")
    assert stored(seeded_database, id_).home is AtHome.NOT_HOME
