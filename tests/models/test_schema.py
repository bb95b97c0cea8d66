"""The schema: migrations make what the tables say, down and up, on both databases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import inspect, text
from sqlalchemy.exc import DatabaseError, IntegrityError

from models import audit, incidents, schema, tables
from models.errors import SchemaError
from models.placements import renew
from models.session import Database, Session, open_database, unit_of_work
from models.tables import metadata
from models.viewers import LOCAL_OPERATOR
from tests.conftest import migrated_outside
from tests.models.specimens import (
    ADMIN,
    an_incident,
    keep_incidents,
    placed,
)

INDEXES_OF_DIALECTS = ("_rtree", "_point_gist")


@pytest.fixture
def database(owned_database: Database) -> Database:
    """Opened by the owner of its tables, on which nearly every test here works."""
    return owned_database


def _ours(name: str | None, kind: str, parents: Any) -> bool:
    """Leave out what a spatial index needs for itself and PostGIS's own table."""
    if kind == "table":
        return name != "spatial_ref_sys" and "_rtree" not in (name or "")
    return not (name or "").endswith(INDEXES_OF_DIALECTS)


def structure(database: Database) -> dict[str, list[str]]:
    """Every table with its columns and indexes, every trigger."""
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = inspect(session.connection())
        tables = {
            name: [
                *(f"{column['name']} {column['type']}" for column in found.get_columns(name)),
                *sorted(str(index["name"]) for index in found.get_indexes(name)),
            ]
            for name in found.get_table_names()
        }
        return tables | {"triggers": _triggers(session)}


def _triggers(session: Session) -> list[str]:
    if session.get_bind().dialect.name == "postgresql":
        query = "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1"
    else:
        query = "SELECT name FROM sqlite_master WHERE type = 'trigger' ORDER BY 1"
    return list(session.scalars(text(query)))


def test_the_migrated_database_is_what_the_tables_say(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        context = MigrationContext.configure(
            session.connection(), opts={"include_name": _ours, "compare_type": True}
        )
        assert compare_metadata(context, metadata) == []


def test_a_missing_column_would_be_noticed(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(text("ALTER TABLE site DROP COLUMN value"))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        context = MigrationContext.configure(session.connection(), opts={"include_name": _ours})
        assert [step[0] for step in compare_metadata(context, metadata)] == ["add_column"]


def test_every_step_down_undoes_its_step_up(database: Database) -> None:
    schema.move_to(database, "base")
    before = [structure(database)]
    for revision in schema.revisions():
        schema.move_to(database, revision)
        before.append(structure(database))
    for revision in ["base", *schema.revisions()][-2::-1]:
        before.pop()
        schema.move_to(database, revision)
        assert structure(database) == before[-1], revision
    assert schema.current_revision(database) is None


def test_a_database_with_records_goes_down_and_up(database: Database) -> None:
    keep_incidents(database, an_incident())
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, ADMIN, "import", "x")
    schema.move_to(database, "base")
    schema.create_or_upgrade(database)
    schema.check(database)


def test_upgrading_twice_changes_nothing(database: Database) -> None:
    keep_incidents(database, an_incident())
    before = structure(database)
    schema.create_or_upgrade(database)
    assert structure(database) == before
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert len(incidents.find_incidents(session, ADMIN)) == 1


def test_a_step_that_fails_leaves_the_schema_as_it_was(database: Database) -> None:
    schema.move_to(database, "0001")
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(text("CREATE TABLE indicators (n INTEGER)"))
    before = structure(database)
    with pytest.raises(DatabaseError):
        schema.create_or_upgrade(database)
    assert schema.current_revision(database) == "0001"
    assert structure(database) == before


def test_check_is_content_with_this_version(database: Database) -> None:
    schema.check(database)


def test_check_names_the_command_for_an_older_database(database: Database) -> None:
    schema.move_to(database, "0002")
    with pytest.raises(SchemaError, match=r"0002.*python -m webapp init"):
        schema.check(database)


def test_a_database_of_a_newer_version_is_left_alone(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SchemaError, match="mới hơn"):
        schema.check(database)
    with pytest.raises(SchemaError, match="mới hơn"):
        schema.create_or_upgrade(database)


def test_checking_a_missing_file_does_not_make_it(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'none.db'}")
    with pytest.raises(SchemaError, match="python -m webapp init"):
        schema.check(database)
    database.close()
    assert list(tmp_path.iterdir()) == []


def test_a_new_file_is_made_with_its_folder(tmp_path: Path) -> None:
    path = tmp_path / "du" / "lieu" / "diaban.db"
    migrated_outside(f"sqlite:///{path}")
    assert path.exists()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "note.db"
    path.write_text("Đây không phải cơ sở dữ liệu. " * 100)
    database = open_database(f"sqlite:///{path}")
    with pytest.raises(SchemaError, match="Không mở được"):
        schema.check(database)
    with pytest.raises(SchemaError, match="Không mở được"):
        schema.create_or_upgrade(database)
    database.close()


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    database = open_database("postgresql://u:secret@127.0.0.1:1/none")
    with pytest.raises(SchemaError, match="Không mở được") as caught:
        schema.check(database)
    assert "secret" not in str(caught.value)
    database.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET role = 'x'",
        "UPDATE audit_persons SET actor = 'x'",
        "DELETE FROM audit_persons",
        "UPDATE audit_links SET number = number",
        "DELETE FROM audit_links",
        "DELETE FROM audit_events",
        "UPDATE audit_events SET at = at",
    ],
)
def test_the_audit_trail_cannot_be_rewritten(database: Database, statement: str) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, ADMIN, "import", "x")
    with (
        pytest.raises(IntegrityError, match=r"append-only|too young"),
        unit_of_work(database, LOCAL_OPERATOR) as session,
    ):
        session.execute(text(statement))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        assert [event.actor for event in audit.list_events(session, ADMIN)] == ["admin"]


def test_the_audit_trail_cannot_be_replaced_or_emptied(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, ADMIN, "import", "x")
    statement = (
        "TRUNCATE audit_events, audit_links, audit_persons"
        if database.is_postgis
        else "INSERT OR REPLACE INTO audit_links (number, event_id, sha256) "
        "SELECT number, event_id, 'x' FROM audit_links"
    )
    with (
        pytest.raises(IntegrityError, match="append-only"),
        unit_of_work(database, LOCAL_OPERATOR) as session,
    ):
        session.execute(text(statement))


def test_the_tree_of_boxes_follows_the_points(sqlite_database: Database) -> None:
    def boxes() -> list[tuple[int, float]]:
        with unit_of_work(sqlite_database, LOCAL_OPERATOR, read_only=True) as session:
            rows = session.execute(text("SELECT id, min_lon FROM incidents_rtree ORDER BY id"))
            return [(id_, round(lon, 3)) for id_, lon in rows]

    unlocated = an_incident("VV-2", placement=placed("23401", None, None))
    keep_incidents(sqlite_database, an_incident(), unlocated)
    assert boxes() == [(1, 108.0)]
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        moved = [(1, placed("23401", None, None)), (2, placed("23401", 107.5, 14.0))]
        renew(session, ADMIN, tables.incidents, moved)
    assert boxes() == [(2, 107.5)]
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        session.execute(text("DELETE FROM seizures"))
        session.execute(text("DELETE FROM incidents"))
    assert boxes() == []


def test_postgis_finds_boxes_by_its_index(postgis_database: Database) -> None:
    keep_incidents(postgis_database, *(an_incident(f"VV-{n}") for n in range(50)))
    with unit_of_work(postgis_database, LOCAL_OPERATOR) as session:
        session.execute(text("SET LOCAL enable_seqscan = off"))
        point = "ST_SetSRID(ST_MakePoint(lon, lat), 4326)"
        box = "ST_MakeEnvelope(1, 1, 2, 2, 4326)"
        plan = session.scalars(text(f"EXPLAIN SELECT id FROM incidents WHERE {point} && {box}"))
        assert any("incidents_point_gist" in line for line in plan)


def test_the_numbers_in_the_names_of_the_steps_are_those_of_the_tool() -> None:
    scripts = schema._scripts().walk_revisions()
    assert schema.revisions() == [script.revision for script in scripts][::-1]
