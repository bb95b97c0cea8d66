"""Placing records again on another map: what others do meanwhile, and what comes back later."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from geo.records import Hotspot, HotspotEvent, Placement, PlaceQuery
from geo.terms import EventType, HotspotKind, Layer, Precision
from models import duplicates, hotspots, imports, incidents, review_queue
from models.errors import ConflictError
from models.imports import NewImport
from models.placements import MIDDLE_OF_CLUSTER, OF_CLUSTER
from models.reviews import RowId
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.small_world import (
    INCIDENT_HEADINGS,
    TODAY,
    commune_frame,
    incident_row,
    install_small_map,
    write_workbook,
)
from webapp.services import decisions
from webapp.services.boundaries import install_boundaries
from webapp.services.decisions import Answer
from webapp.services.duplicates import merge_pair, undo_pair
from webapp.services.import_undo import undo_import
from webapp.services.ingest import import_file
from webapp.services.renew import renew_placements

PLANNER = Viewer("planner", Role.PLANNER)
CLERK = Viewer("tỉnh", Role.PLANNER)
CLERK_51 = Viewer("tỉnh", Role.PLANNER, Scope.provinces("51"))
"""The same person, whose scope was narrowed."""

CONTRADICTED = (14.55, 107.85)
"""A point outside the commune that the words name: the record waits for a person."""

OF_A_CLUSTER = Hotspot(
    ref="DB-2026-0001",
    source="Địa Bàn",
    name="Bãi đất sau chợ",
    kind=HotspotKind.RETAIL,
    placement=Placement(
        Precision.STREET,
        commune_code="23401",
        commune_code_now="23401",
        province_code="51",
        lon=107.85,
        lat=14.65,
        method=OF_CLUSTER,
        confidence=0.9,
        warnings=(MIDDLE_OF_CLUSTER,),
    ),
    events=(HotspotEvent(EventType.SUSPECTED, date(2026, 3, 1)),),
    place=PlaceQuery(commune_code="23401", lat_cell=14.65, lon_cell=107.85),
)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Database:
    install_small_map(database, tmp_path)
    return database


def bring(
    world: Database,
    folder: Path,
    *rows: list[object],
    viewer: Viewer = LOCAL_OPERATOR,
    source: str = "CÔNG AN TỈNH A",
) -> int:
    path = write_workbook(folder / "vv.xlsx", [[*INCIDENT_HEADINGS], *rows])
    report = import_file(world, viewer, Layer.INCIDENTS, path, today=TODAY, source=source)
    assert report.import_id is not None
    return report.import_id


def case(
    ref: str, lat: float | None = 14.65, lon: float | None = 107.85, **said: str
) -> list[object]:
    row = incident_row(ref, "01/03/2026", lat, lon)
    row[3] = said.get("place", row[3])
    return row


def other_map(world: Database, folder: Path, *, of: str = "23401", code: str = "23402") -> None:
    """Install a map on which a commune has another code."""
    frame = commune_frame()
    frame.loc[frame["code"] == of, "code"] = code
    frame.to_file(folder / f"{code}.gpkg", driver="GPKG")
    source = folder / f"{code}.gpkg"
    began = date(2026, 6, 1)
    install_boundaries(world, LOCAL_OPERATOR, source, valid_from=began, data_dir=folder)


def confirmed_place(world: Database) -> hotspots.StoredHotspot:
    with unit_of_work(world, LOCAL_OPERATOR, read_only=True) as session:
        return hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, OF_A_CLUSTER.ref)


def keep_spot(world: Database, spot: Hotspot) -> int:
    new = NewImport(Layer.HOTSPOTS, "xác nhận", "e" * 64, spot.source)
    with unit_of_work(world, LOCAL_OPERATOR) as session:
        import_id = imports.add_import(session, LOCAL_OPERATOR, new, at=now())
        hotspots.add_hotspots(session, LOCAL_OPERATOR, [spot], import_id)
    return import_id


def placements(world: Database) -> dict[str, Placement]:
    with unit_of_work(world, LOCAL_OPERATOR, read_only=True) as session:
        found = incidents.find_incidents(session, LOCAL_OPERATOR)
    return {incident.ref: incident.placement for incident in found}


def waiting(world: Database) -> tuple[RowId, ...]:
    with unit_of_work(world, LOCAL_OPERATOR, read_only=True) as session:
        rows = review_queue.waiting_rows(session, LOCAL_OPERATOR)
    return tuple(RowId(row.layer, row.id) for row in rows)


def decide(world: Database, code: str | None) -> int:
    return decisions.decide(world, PLANNER, Answer(waiting(world), code), now()).id


def merge_the_pair(world: Database) -> int:
    with unit_of_work(world, LOCAL_OPERATOR, read_only=True) as session:
        (pair,) = duplicates.list_proposals(session, LOCAL_OPERATOR)
    merge_pair(world, LOCAL_OPERATOR, pair.id, None, now())
    return pair.id


def test_a_decision_taken_while_records_are_placed_stands(world: Database, tmp_path: Path) -> None:
    bring(world, tmp_path, case("A", *CONTRADICTED), case("B"))
    other_map(world, tmp_path)
    taken: list[int] = []
    renew_placements(
        world, LOCAL_OPERATOR, progress=lambda *_: taken.append(decide(world, "23377"))
    )

    placed = placements(world)
    assert (placed["A"].method, placed["A"].commune_code_now) == ("review", "23377")
    assert placed["B"].commune_code_now == "23402"
    (line,) = decisions.list_decisions(world, PLANNER)
    assert (line.decided.id, line.decided.undone_at) == (taken[0], None)


def test_a_version_that_comes_in_while_records_are_placed_lies_where_it_says(
    world: Database, tmp_path: Path
) -> None:
    bring(world, tmp_path, case("A"), case("B"))
    other_map(world, tmp_path)
    elsewhere = case("A", None, None, place="Xã Đắk Pék, tỉnh Quảng Ngãi")

    def come_in(*_: int) -> None:
        bring(world, tmp_path, elsewhere, case("C"))

    report = renew_placements(world, LOCAL_OPERATOR, progress=come_in)

    found = {ref: placed.commune_code_now for ref, placed in placements(world).items()}
    assert found == {"A": "23377", "B": "23402", "C": "23402"}
    assert report.total == 3


def test_a_renewal_overtaken_by_another_map_stores_nothing(world: Database, tmp_path: Path) -> None:
    bring(world, tmp_path, case("A"))
    other_map(world, tmp_path)

    def install(*_: int) -> None:
        other_map(world, tmp_path, code="23404")

    with pytest.raises(ConflictError):
        renew_placements(world, LOCAL_OPERATOR, progress=install)
    assert placements(world)["A"].commune_code_now == "23401"


def test_a_merged_record_follows_the_new_map_before_it_comes_back(
    world: Database, tmp_path: Path
) -> None:
    bring(world, tmp_path, case("A"))
    bring(world, tmp_path, case("X"), source="CÔNG AN XÃ B")
    pair = merge_the_pair(world)
    other_map(world, tmp_path)
    renew_placements(world, LOCAL_OPERATOR)
    undo_pair(world, LOCAL_OPERATOR, pair, now())

    assert {p.commune_code_now for p in placements(world).values()} == {"23402"}


@pytest.mark.parametrize("undone", [0, 1])
def test_a_merge_taken_back_with_an_import_leaves_the_record_on_the_map_in_force(
    world: Database, tmp_path: Path, undone: int
) -> None:
    numbers = [
        bring(world, tmp_path, case("A")),
        bring(world, tmp_path, case("X"), source="CÔNG AN XÃ B"),
    ]
    merge_the_pair(world)
    other_map(world, tmp_path)  # nothing is placed again yet
    undo_import(world, LOCAL_OPERATOR, numbers[undone], at=now())
    with unit_of_work(world, LOCAL_OPERATOR, read_only=True) as session:
        stays = imports.find_import(session, LOCAL_OPERATOR, numbers[1 - undone])
    back = placements(world)

    assert len(back) == stays.accepted == 1
    if undone == 0:
        assert back["X"].commune_code_now == "23402"


def test_what_is_restored_follows_the_map_even_out_of_the_scope_of_who_undoes(
    world: Database, tmp_path: Path
) -> None:
    south = case("A", 14.55, 107.85, place="Xã Buôn Ma Thuột, tỉnh Đắk Lắk")
    bring(world, tmp_path, south, viewer=CLERK)
    second = bring(world, tmp_path, case("A"), viewer=CLERK)
    assert placements(world)["A"].province_code == "51"
    other_map(world, tmp_path, of="24133", code="24134")
    undo_import(world, CLERK_51, second, at=now())

    placed = placements(world)["A"]
    assert (placed.commune_code_now, placed.province_code) == ("24134", "66")


def test_undoing_a_decision_after_a_new_map_places_the_row_on_it(
    world: Database, tmp_path: Path
) -> None:
    bring(world, tmp_path, case("A", *CONTRADICTED))
    decision = decide(world, "23377")
    before = {c.commune_code for c in placements(world)["A"].candidates}
    other_map(world, tmp_path)
    renew_placements(world, LOCAL_OPERATOR)
    undone = decisions.undo(world, PLANNER, decision, now() + timedelta(seconds=1))

    placed = placements(world)["A"]
    assert (undone.n, undone.n_changed) == (1, 0)
    assert "23401" in before
    told = {placed.commune_code_now, *(c.commune_code for c in placed.candidates)}
    assert "23401" not in told
    assert "23402" in told
    assert waiting(world)


def test_the_middle_of_a_cluster_gets_no_surer_by_another_map(
    world: Database, tmp_path: Path
) -> None:
    keep_spot(world, OF_A_CLUSTER)
    other_map(world, tmp_path)
    renew_placements(world, LOCAL_OPERATOR)
    placed, before = confirmed_place(world).placement, OF_A_CLUSTER.placement

    assert placed.commune_code_now == "23402"
    assert (placed.lon, placed.lat) == (before.lon, before.lat)
    for name in ("precision", "method", "confidence", "warnings"):
        assert getattr(placed, name) == getattr(before, name), name


def test_the_middle_of_a_cluster_off_one_map_is_no_surer_on_the_next(
    world: Database, tmp_path: Path
) -> None:
    keep_spot(world, OF_A_CLUSTER)
    for east, day in ((1.0, date(2026, 6, 1)), (0.0, date(2026, 6, 2))):
        frame = commune_frame()
        frame["geometry"] = frame["geometry"].translate(xoff=east)
        path = tmp_path / f"{day}.gpkg"
        frame.to_file(path, driver="GPKG")
        install_boundaries(world, LOCAL_OPERATOR, path, valid_from=day, data_dir=tmp_path)
        renew_placements(world, LOCAL_OPERATOR)
        placed = confirmed_place(world).placement
        if east:
            assert (placed.precision, placed.lon) == (Precision.COMMUNE, None)
            assert placed.warnings == ("Tọa độ không nằm trong xã nào.",)

    assert (placed.precision, placed.lon) == (Precision.SUB_UNIT, 107.85)
    assert (placed.method, placed.warnings) == (OF_CLUSTER, OF_A_CLUSTER.placement.warnings)
    assert placed.confidence == 0.9


def test_imports_that_come_and_go_leave_the_middle_of_a_cluster_as_it_was(
    world: Database, tmp_path: Path
) -> None:
    keep_spot(world, OF_A_CLUSTER)
    keep_spot(world, replace(OF_A_CLUSTER, source="CÔNG AN TỈNH A"))
    surer = replace(OF_A_CLUSTER.placement, precision=Precision.EXACT, method="coordinates")
    changed = keep_spot(world, replace(OF_A_CLUSTER, name="Chợ", placement=surer))
    other_map(world, tmp_path)
    renew_placements(world, LOCAL_OPERATOR)
    undo_import(world, LOCAL_OPERATOR, changed, at=now())
    with unit_of_work(world, LOCAL_OPERATOR, read_only=True) as session:
        mine = hotspots.hotspot_by_ref(session, LOCAL_OPERATOR, OF_A_CLUSTER.ref, "Địa Bàn")

    placed = mine.placement
    assert (mine.name, placed.commune_code_now) == ("Bãi đất sau chợ", "23402")
    assert (placed.precision, placed.method) == (Precision.STREET, OF_CLUSTER)
    assert placed.warnings == OF_A_CLUSTER.placement.warnings
