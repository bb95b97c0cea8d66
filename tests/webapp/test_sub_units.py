"""The register of sub-units on its way in, and what it does to the records."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo.terms import Layer, Precision
from models import incidents, review_queue, sub_units
from models.reviews import RowId
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import NOON
from tests.webapp.small_world import (
    INCIDENT_HEADINGS,
    TODAY,
    incident_row,
    install_small_map,
    write_workbook,
)
from webapp.services import decisions
from webapp.services.decisions import Answer
from webapp.services.import_undo import undo_import
from webapp.services.ingest import ImportReport, import_file
from webapp.services.renew import renew_placements

HEADINGS = ["Mã", "Tên thôn, tổ", "Xã", "Huyện", "Tỉnh", "Vĩ độ", "Kinh độ"]
TO_2 = ["T02", "Tổ dân phố 2", "Xã Đắk Tô", None, "Quảng Ngãi", None, None]


@pytest.fixture
def site(sqlite_database: Database, tmp_path: Path) -> Database:
    install_small_map(sqlite_database, tmp_path)
    return sqlite_database


def bring(site: Database, folder: Path, layer: Layer, *rows: list[object]) -> ImportReport:
    headings = HEADINGS if layer is Layer.SUB_UNITS else INCIDENT_HEADINGS
    path = write_workbook(folder / f"{layer}.xlsx", [headings, *rows])
    return import_file(site, LOCAL_OPERATOR, layer, path, today=TODAY)


def precisions(site: Database) -> list[Precision]:
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        found = incidents.find_incidents(session, LOCAL_OPERATOR)
    return [incident.placement.precision for incident in found]


def test_a_register_comes_in_with_its_communes(site: Database, tmp_path: Path) -> None:
    exact = ["T03", "Thôn 3", "Xã Đắk Tô", None, "Quảng Ngãi", 14.65, 107.85]
    report = bring(site, tmp_path, Layer.SUB_UNITS, TO_2, exact)
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        found = sub_units.find_sub_units(session, LOCAL_OPERATOR, "23401")

    assert (report.accepted, report.rejected) == (2, ())
    assert [(u.name, u.lon) for u in found] == [("Thôn 3", 107.85), ("Tổ dân phố 2", None)]


def test_an_old_commune_is_placed_on_the_map_in_force(site: Database, tmp_path: Path) -> None:
    old = ["T09", "Thôn Đắk Rao Nhỏ", "Xã Pô Kô", "Huyện Đắk Tô", "Kon Tum", None, None]
    report = bring(site, tmp_path, Layer.SUB_UNITS, old)
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        found = sub_units.find_sub_units(session, LOCAL_OPERATOR)

    assert report.rejected == ()
    assert [u.commune_code for u in found] == ["23401"]


def test_a_row_of_a_doubtful_commune_is_rejected_with_the_reason(
    site: Database, tmp_path: Path
) -> None:
    nowhere = ["T04", "Thôn 4", "Xã Không Có", None, "Quảng Ngãi", None, None]
    report = bring(site, tmp_path, Layer.SUB_UNITS, TO_2, nowhere)

    assert report.accepted == 1
    (row,) = report.rejected
    assert (row.line, row.column) == (3, "Xã")
    assert "xã" in row.reason
    assert row.cells["Tên thôn, tổ"] == "Thôn 4"


def test_the_same_register_again_changes_nothing_and_a_new_name_updates(
    site: Database, tmp_path: Path
) -> None:
    bring(site, tmp_path, Layer.SUB_UNITS, TO_2)
    again = bring(site, tmp_path, Layer.SUB_UNITS, TO_2)
    renamed = bring(site, tmp_path, Layer.SUB_UNITS, ["T02", "Tổ dân phố 3", *TO_2[2:]])

    assert (again.accepted, again.unchanged) == (0, 1)
    assert (renamed.accepted, renamed.unchanged, renamed.changed) == (0, 0, 1)


def test_a_record_is_linked_when_it_comes_after_the_register(
    site: Database, tmp_path: Path
) -> None:
    bring(site, tmp_path, Layer.SUB_UNITS, TO_2)
    row = incident_row("VV-1", "01/03/2026", None, None)
    report = bring(site, tmp_path, Layer.INCIDENTS, row)

    assert precisions(site) == [Precision.SUB_UNIT]
    assert any("thôn, tổ dân phố" in warning for warning in report.warnings)


def test_a_record_is_linked_when_the_register_comes_later(site: Database, tmp_path: Path) -> None:
    bring(site, tmp_path, Layer.INCIDENTS, incident_row("VV-1", "01/03/2026", None, None))
    assert precisions(site) == [Precision.COMMUNE]

    bring(site, tmp_path, Layer.SUB_UNITS, TO_2)

    assert precisions(site) == [Precision.SUB_UNIT]


def test_a_changed_record_is_linked_anew(site: Database, tmp_path: Path) -> None:
    bring(site, tmp_path, Layer.SUB_UNITS, TO_2)
    bring(site, tmp_path, Layer.INCIDENTS, incident_row("VV-1", "01/03/2026", None, None))
    row = incident_row("VV-1", "01/03/2026", None, None)
    row[3] = "Tổ 9, Xã Đắk Tô, Tỉnh Quảng Ngãi"
    bring(site, tmp_path, Layer.INCIDENTS, row)

    assert precisions(site) == [Precision.COMMUNE]


def test_placing_all_records_again_moves_no_linked_one(site: Database, tmp_path: Path) -> None:
    bring(site, tmp_path, Layer.SUB_UNITS, TO_2)
    bring(site, tmp_path, Layer.INCIDENTS, incident_row("VV-1", "01/03/2026", None, None))

    report = renew_placements(site, LOCAL_OPERATOR)

    assert report.moved == 0
    assert precisions(site) == [Precision.SUB_UNIT]


def test_a_record_placed_by_a_person_is_linked_and_the_decision_can_be_undone(
    site: Database, tmp_path: Path
) -> None:
    bring(site, tmp_path, Layer.SUB_UNITS, TO_2)
    row = incident_row("VV-1", "01/03/2026", None, None)
    row[3] = "Tổ 2, Xã Không Có Thật, Tỉnh Quảng Ngãi"
    bring(site, tmp_path, Layer.INCIDENTS, row)
    before = precisions(site)
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        (waiting,) = review_queue.waiting_rows(session, LOCAL_OPERATOR)

    decided = decisions.decide(
        site, LOCAL_OPERATOR, Answer((RowId(waiting.layer, waiting.id),), "23401"), NOON
    )
    assert precisions(site) == [Precision.SUB_UNIT]

    undone = decisions.undo(site, LOCAL_OPERATOR, decided.id, NOON)
    assert (undone.n, undone.n_changed) == (1, 0)
    assert precisions(site) == before


def test_undoing_the_register_puts_its_records_back_on_the_commune(
    site: Database, tmp_path: Path
) -> None:
    register = bring(site, tmp_path, Layer.SUB_UNITS, TO_2)
    bring(site, tmp_path, Layer.INCIDENTS, incident_row("VV-1", "01/03/2026", None, None))
    assert register.import_id is not None

    undo_import(site, LOCAL_OPERATOR, register.import_id, at=NOON)

    assert precisions(site) == [Precision.COMMUNE]
