"""Row-level security: PostGIS itself hides and refuses what lies outside a viewer's scope.

Everything here is asked by plain SQL as the role that serves a site, past the rules of the
program.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, text, update
from sqlalchemy.exc import DBAPIError, ProgrammingError

from geo.terms import Layer
from models import audit, imports, incidents, roles, schema
from models.errors import InvalidValueError, SchemaError
from models.imports import NewImport
from models.session import Database, Session, acting_for, open_database, unit_of_work
from models.tables import metadata
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, SITE, Viewer
from tests.conftest import TEMPLATE
from tests.models.every_scope import (
    ACROSS,
    BROUGHT_BY,
    GUARDED,
    all_numbers,
    fill,
    number_of,
    numbers,
    row_of,
    table,
)
from tests.models.specimens import (
    NOON,
    OFFICER,
    PLANNER_01,
    PLANNER_51,
    UNLOCATED,
    an_incident,
)
from tests.postgis import OWNER, SERVING, PostgisServer

pytestmark = pytest.mark.postgis

DOCUMENT = Path(__file__).parents[2] / "docs" / "postgis.md"
SEEN = {"officer": {1}, "planner-51": {1, 2, 4}, "planner-01": {3}, "anonymous": set()}
NARROW = [OFFICER, PLANNER_51, PLANNER_01, ANONYMOUS]


def seen_by(viewer: Viewer, name: str) -> set[int]:
    """The numbers of the rows of a table that lie in the scope of a viewer."""
    if name == "run_points":
        return set()
    if name in ("imports", "rejected_rows"):
        return {n for n, brought_by in BROUGHT_BY.items() if brought_by == viewer.name}
    return SEEN[viewer.name] & all_numbers(name)


@pytest.fixture(scope="module")
def owned(postgis_server: PostgisServer) -> Iterator[Database]:
    """A database with rows everywhere, opened by the role that owns its tables."""
    postgis_server.create_database("every_scope", TEMPLATE)
    database = open_database(postgis_server.url("every_scope"))
    fill(database)
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        audit.record(session, LOCAL_OPERATOR, "import", "x")
    yield database
    database.close()


@pytest.fixture(scope="module")
def served(postgis_server: PostgisServer, owned: Database) -> Iterator[Database]:
    """The same, opened by the role that serves it."""
    database = open_database(postgis_server.url(owned.postgis_name, SERVING))
    yield database
    database.close()


@pytest.mark.parametrize("viewer", NARROW, ids=lambda viewer: viewer.name)
def test_a_viewer_is_shown_the_rows_of_the_scope_and_no_others(
    served: Database, viewer: Viewer
) -> None:
    with unit_of_work(served, viewer, read_only=True) as session:
        shown = {name: numbers(session, name) for name in GUARDED}
    assert shown == {name: seen_by(viewer, name) for name in GUARDED}


def test_the_nation_and_the_site_are_shown_everything(served: Database) -> None:
    for viewer in (LOCAL_OPERATOR, SITE):
        with unit_of_work(served, viewer, read_only=True) as session:
            shown = {name: numbers(session, name) for name in GUARDED}
        assert shown == {name: all_numbers(name) for name in GUARDED}


def test_a_connection_that_names_nobody_is_shown_nothing(served: Database) -> None:
    for _time in ("before any transaction", "after one that named somebody"):
        with served.engine.connect() as connection:
            counts = [connection.scalar(text(f"SELECT count(*) FROM {name}")) for name in GUARDED]
        assert counts == [0] * len(GUARDED)
        with unit_of_work(served, LOCAL_OPERATOR) as session:
            assert numbers(session, "incidents") == all_numbers("incidents")


@pytest.mark.parametrize("name", GUARDED)
def test_rows_elsewhere_cannot_be_changed_or_removed(served: Database, name: str) -> None:
    number = number_of(name)
    away = all_numbers(name) - seen_by(OFFICER, name)
    with unit_of_work(served, OFFICER) as session:
        other = next(c for c in table(name).columns if not c.primary_key)
        connection = session.connection()
        changed = update(table(name)).where(number.in_(away)).values({other: other})
        assert connection.execute(changed).rowcount == 0
        assert connection.execute(delete(table(name)).where(number.in_(away))).rowcount == 0
    with unit_of_work(served, LOCAL_OPERATOR, read_only=True) as session:
        assert numbers(session, name) == all_numbers(name)


@pytest.mark.parametrize("name", GUARDED)
def test_rows_cannot_be_written_into_another_scope(served: Database, name: str) -> None:
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        unit_of_work(served, OFFICER) as session,
    ):
        session.execute(insert(table(name)).values(row_of(name, 3)))


def test_a_row_cannot_be_pushed_out_of_the_scope(served: Database) -> None:
    moved = text("UPDATE incidents SET province_code = '01', commune_code_now = '00004'")
    for statement in (moved, text("UPDATE imports SET by_user = 'planner-01'")):
        with (
            pytest.raises(ProgrammingError, match="row-level security"),
            unit_of_work(served, PLANNER_51) as session,
        ):
            session.execute(statement)


def test_a_pair_across_two_scopes_belongs_to_neither(served: Database) -> None:
    for viewer in (PLANNER_51, PLANNER_01):
        with unit_of_work(served, viewer, read_only=True) as session:
            assert ACROSS not in numbers(session, "duplicates")


@pytest.mark.parametrize(
    "statement",
    [
        "TRUNCATE incidents CASCADE",
        "TRUNCATE rejected_rows",
        "ALTER TABLE incidents DISABLE ROW LEVEL SECURITY",
        "ALTER TABLE incidents NO FORCE ROW LEVEL SECURITY",
        "DROP POLICY incidents_scope ON incidents",
        "CREATE POLICY more ON incidents USING (true)",
        "ALTER TABLE audit_events DISABLE TRIGGER ALL",
        "DROP TABLE incidents CASCADE",
        "CREATE TABLE mine (n integer)",
        "CREATE FUNCTION mine() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "UPDATE alembic_version SET version_num = '0001'",
        "UPDATE audit_events SET role = 'x'",
        "DELETE FROM audit_events",
        "UPDATE audit_links SET sha256 = 'x'",
        "DELETE FROM audit_links",
        "UPDATE audit_persons SET actor = 'x'",
        "DELETE FROM audit_persons",
        "TRUNCATE audit_events, audit_links, audit_persons",
        "ALTER TABLE audit_persons DISABLE TRIGGER audit_persons_no_change",
        "DROP TRIGGER audit_persons_no_change ON audit_persons",
        "SELECT setval('incidents_id_seq', 1)",
        f"SET ROLE {OWNER}",
        "SET ROLE postgres",
        "SET SESSION AUTHORIZATION postgres",
        "ALTER ROLE CURRENT_USER BYPASSRLS",
        "SET session_replication_role = replica",
        "COPY incidents TO PROGRAM 'cat'",
    ],
)
def test_the_serving_role_can_do_nothing_but_read_and_write_rows(
    served: Database, statement: str
) -> None:
    with pytest.raises(DBAPIError), unit_of_work(served, LOCAL_OPERATOR) as session:
        session.execute(text(statement))


def test_asking_past_row_security_is_an_error_not_an_answer(served: Database) -> None:
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        unit_of_work(served, OFFICER) as session,
    ):
        session.execute(text("SET LOCAL row_security = off"))
        session.execute(text("SELECT * FROM incidents"))


def test_the_owner_of_the_tables_is_held_too(owned: Database) -> None:
    with unit_of_work(owned, OFFICER, read_only=True) as session:
        assert numbers(session, "incidents") == {1}


def test_a_view_or_a_join_opens_no_way_around(served: Database) -> None:
    joined = text(
        "SELECT s.incident_id FROM seizures AS s RIGHT JOIN incidents AS i ON i.id = s.incident_id"
        " UNION ALL SELECT kept_id FROM duplicates UNION ALL SELECT incident_id FROM seizures"
    )
    with unit_of_work(served, OFFICER, read_only=True) as session:
        assert set(session.scalars(joined)) == {1}


def test_a_function_that_tells_what_it_sees_is_told_of_no_other_row(
    served: Database, owned: Database
) -> None:
    with unit_of_work(owned, LOCAL_OPERATOR) as session:
        session.execute(
            text(
                "CREATE FUNCTION told(what text) RETURNS boolean LANGUAGE plpgsql COST 0.0001 AS "
                "$$ BEGIN RAISE EXCEPTION 'seen: %', what; END $$"
            )
        )
    asked = text("SELECT id FROM incidents WHERE told(ref) AND commune_code_now = '00004'")
    with unit_of_work(served, OFFICER, read_only=True) as session:
        assert session.execute(asked).all() == []


def test_a_planner_of_a_province_stores_what_lies_nowhere_and_finds_it_again(
    postgis_database: Database,
) -> None:
    lost = an_incident("VV-LOST", placement=UNLOCATED)
    with unit_of_work(postgis_database, PLANNER_51) as session:
        first = incidents.add_incidents(session, PLANNER_51, [lost], own_import(session))
    with unit_of_work(postgis_database, PLANNER_51) as session:
        again = incidents.add_incidents(session, PLANNER_51, [lost], own_import(session))
        assert session.scalar(text("SELECT count(*) FROM incidents WHERE ref = 'VV-LOST'")) == 0
    assert (first.added, again.unchanged) == (1, 1)


def own_import(session: Session) -> int:
    """An import of the planner of province 51."""
    new = NewImport(Layer.INCIDENTS, "tep.xlsx", "0" * 64, "CÔNG AN TỈNH A")
    return imports.add_import(session, PLANNER_51, new, at=NOON)


def test_another_scope_holds_for_a_while_and_then_the_own_again(served: Database) -> None:
    with unit_of_work(served, OFFICER) as session:
        with acting_for(session, SITE):
            assert numbers(session, "incidents") == all_numbers("incidents")
        assert numbers(session, "incidents") == {1}
        with pytest.raises(InvalidValueError), acting_for(session, PLANNER_01):
            raise InvalidValueError("x")
        assert numbers(session, "incidents") == {1}


def test_a_savepoint_that_is_undone_takes_no_scope_with_it(served: Database) -> None:
    with unit_of_work(served, PLANNER_51) as session:
        assert numbers(session, "incidents") == seen_by(PLANNER_51, "incidents")
        with suppress(InvalidValueError), session.begin_nested(), acting_for(session, SITE):
            assert numbers(session, "incidents") == all_numbers("incidents")
            raise InvalidValueError("x")
        with acting_for(session, SITE):  # told within the savepoint, it has to be told again
            assert numbers(session, "incidents") == all_numbers("incidents")


def test_after_a_fault_in_a_savepoint_the_own_scope_holds(served: Database) -> None:
    with unit_of_work(served, PLANNER_51) as session:
        with suppress(ProgrammingError), session.begin_nested(), acting_for(session, SITE):
            session.execute(text("SELECT * FROM no_such_table"))
        assert numbers(session, "incidents") == seen_by(PLANNER_51, "incidents")


def test_a_connection_used_again_speaks_for_nobody(served: Database) -> None:
    with unit_of_work(served, SITE) as session:
        assert numbers(session, "incidents") == all_numbers("incidents")
    with served.engine.begin() as connection:
        assert connection.execute(text("SELECT count(*) FROM incidents")).scalar_one() == 0


def test_the_fault_of_a_statement_is_told_though_the_scope_cannot_be_set_back(
    served: Database,
) -> None:
    with (
        pytest.raises(ProgrammingError, match="no_such_table"),
        unit_of_work(served, OFFICER) as session,
        acting_for(session, SITE),
    ):
        session.execute(text("SELECT * FROM no_such_table"))


def test_a_name_or_code_is_a_value_never_sql(served: Database) -> None:
    hostile = Viewer("x', true); DROP TABLE incidents; --", OFFICER.role, OFFICER.scope)
    with unit_of_work(served, hostile, read_only=True) as session:
        assert numbers(session, "incidents") == {1}
        assert session.scalar(text("SELECT current_setting('diaban.viewer')")) == hostile.name


def test_every_table_is_guarded_or_said_to_hold_nothing_of_a_scope(served: Database) -> None:
    with unit_of_work(served, LOCAL_OPERATOR, read_only=True) as session:
        guarded = set(
            session.scalars(
                text("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
            )
        )
    assert guarded == set(GUARDED)
    rules = DOCUMENT.read_text("utf-8").partition("## Row-level security")[2]
    told = set(re.findall(r"^\| `(\w+)` \|", rules, re.MULTILINE))
    assert told == set(metadata.tables)


def test_what_acts_beyond_its_scope_is_listed_with_its_reason() -> None:
    models = Path(schema.__file__).parent
    lifted = {
        f"{path.stem}.{name}"
        for path in models.glob("*.py")
        for name in re.findall(r"^@beyond_scope\ndef (\w+)", path.read_text("utf-8"), re.MULTILINE)
    }
    told = re.findall(r"^\| `(\w+\.\w+)`", DOCUMENT.read_text("utf-8"), re.MULTILINE)
    assert lifted == set(told)


def test_without_the_step_there_are_no_rules_and_with_it_all_are_back(
    postgis_owned_database: Database,
) -> None:
    def policies() -> list[str]:
        with unit_of_work(postgis_owned_database, LOCAL_OPERATOR, read_only=True) as session:
            query = "SELECT tablename || policyname || qual FROM pg_policies ORDER BY 1"
            return list(session.scalars(text(query)))

    before = policies()
    schema.move_to(postgis_owned_database, "0009")
    assert policies() == []
    schema.create_or_upgrade(postgis_owned_database)
    assert policies() == before
    assert len(before) == len(GUARDED)


def test_a_step_down_counts_what_every_scope_would_lose(postgis_owned_database: Database) -> None:
    fill(postgis_owned_database)
    with pytest.raises(SchemaError):
        schema.move_to(postgis_owned_database, "0006")


def test_roles_are_told_apart(
    postgis_server: PostgisServer, served: Database, owned: Database
) -> None:
    above = open_database(postgis_server.url(served.postgis_name, "postgres"))
    standings = [roles.role_standing(each) for each in (served, owned, above)]
    above.close()
    told = [roles.warnings_of(standing) for standing in standings]
    assert told[0] == ()
    assert "chủ của các bảng" in told[1][0]
    assert "superuser" in told[2][0]
    assert all("database-roles" in words for each in told for words in each)


def test_a_function_that_lost_its_mark_is_told(
    postgis_server: PostgisServer, postgis_database: Database
) -> None:
    function = roles.LEAKPROOF[0]
    lost = f"ALTER FUNCTION {function} NOT LEAKPROOF"
    postgis_server.execute(lost, name=postgis_database.postgis_name)
    standing = roles.role_standing(postgis_database)
    assert standing is not None
    assert standing.slow == (function,)
    assert "LEAKPROOF" in roles.warnings_of(standing)[0]


def test_the_commands_for_a_superuser_may_be_run_again(
    postgis_server: PostgisServer, served: Database
) -> None:
    name = served.postgis_name
    postgis_server.execute(*roles.statements(name, OWNER, SERVING), name=name)
    with unit_of_work(served, OFFICER, read_only=True) as session:
        assert numbers(session, "incidents") == {1}
    for statement in ("DELETE FROM audit_events", "DELETE FROM alembic_version"):
        with (
            pytest.raises(ProgrammingError, match="permission denied"),
            unit_of_work(served, LOCAL_OPERATOR) as session,
        ):
            session.execute(text(statement))


@pytest.mark.parametrize("names", [("x; DROP", "a", "b"), ("d", 'a"b', "b"), ("d", "a", "a")])
def test_names_that_are_no_plain_names_are_refused(names: tuple[str, str, str]) -> None:
    with pytest.raises(InvalidValueError):
        roles.statements(*names)
