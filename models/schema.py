"""Bringing a database to the schema of this version."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text

from models.errors import SchemaError
from models.revision import (
    OF_ANOTHER_VERSION,
    check,
    current_revision,
    file_of,
    revisions,
)
from models.roles import keep_guarded, require_owner
from models.session import Database, speak_for
from models.viewers import LOCAL_OPERATOR

__all__ = ["check", "create_or_upgrade", "current_revision", "move_to", "revisions"]

_LOCK_KEY = 2_025_028


def create_or_upgrade(database: Database) -> None:
    """Make every table, or bring older ones up to this version; repeating is harmless.

    Raises
    ------
    SchemaError
        If the database cannot be opened or comes from a newer version.
    """
    if file := file_of(database):
        file.parent.mkdir(parents=True, exist_ok=True)
    move_to(database, "head")


def move_to(database: Database, revision: str) -> None:
    """Bring the schema up or down to a revision: `head`, `base` or its number.

    All steps happen in one transaction.

    Raises
    ------
    SchemaError
        If the database cannot be opened or its revision is not known here.
    NotAllowedError
        If there is something to do and the role of the database does not own its tables.
    """
    if current_revision(database) != (revisions()[-1] if revision == "head" else revision):
        require_owner(database)
    try:
        with database.engine.begin() as connection:
            if database.is_postgis:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
                speak_for(connection, LOCAL_OPERATOR)  # what steps read and move is all there is
            _run_steps(connection, revision)
            if database.is_postgis:
                keep_guarded(connection)
    except CommandError as error:
        raise SchemaError(OF_ANOTHER_VERSION) from error


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def _run_steps(connection: Connection, revision: str) -> None:
    scripts = _scripts()
    order = ["base", *revisions()]
    target = order[-1] if revision == "head" else revision

    def steps(current: tuple[str, ...], _context: MigrationContext) -> list[object]:
        at = current[0] if current else "base"
        if at not in order or target not in order:
            raise CommandError(f"unknown revision: {at} or {target}")
        down = order.index(target) < order.index(at)
        plan = scripts._downgrade_revs if down else scripts._upgrade_revs
        return list(plan(target, at))

    context = MigrationContext.configure(connection, opts={"fn": steps, "transactional_ddl": True})
    with Operations.context(context):
        context.run_migrations()
