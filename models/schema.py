"""Bringing a database to the schema of this version, and checking that it is there."""

from __future__ import annotations

from pathlib import Path

from alembic.config import Config
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError

from models.errors import SchemaError
from models.session import Database, unit_of_work

_LOCK_KEY = 2_025_028


def create_or_upgrade(database: Database) -> None:
    """Make every table, or bring older ones up to this version; repeating is harmless.

    Raises
    ------
    SchemaError
        If the database cannot be opened or comes from a newer version.
    """
    _make_folder(database)
    move_to(database, "head")


def move_to(database: Database, revision: str) -> None:
    """Bring the schema up or down to a revision: `head`, `base` or its number.

    All steps happen in one transaction.

    Raises
    ------
    SchemaError
        If the database cannot be opened or its revision is not known here.
    """
    _require_answer(database)
    try:
        with database.engine.begin() as connection:
            if database.is_postgis:
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
            _run_steps(connection, revision)
    except CommandError as error:
        raise SchemaError(_OF_ANOTHER_VERSION) from error


def check(database: Database) -> None:
    """Make sure that the schema is the one of this version.

    Raises
    ------
    SchemaError
        If it is missing, older or newer, with the command that helps.
    """
    found = None
    if not _is_missing(database):
        _require_answer(database)
        found = current_revision(database)
    if found is None:
        raise SchemaError("Chưa có cơ sở dữ liệu. Hãy chạy: python -m webapp init")
    if found not in revisions():
        raise SchemaError(_OF_ANOTHER_VERSION)
    if found != revisions()[-1]:
        raise SchemaError(
            f"Cơ sở dữ liệu ở phiên bản {found}, phần mềm cần {revisions()[-1]}. "
            "Hãy sao lưu rồi chạy: python -m webapp init"
        )


def current_revision(database: Database) -> str | None:
    """The revision a database is at; None when nothing has been made yet."""
    with unit_of_work(database, read_only=True) as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def revisions() -> list[str]:
    """Every known revision, oldest first.

    >>> revisions()[0]
    '0001'
    """
    return [script.revision for script in _scripts().walk_revisions()][::-1]


_OF_ANOTHER_VERSION = (
    "Cơ sở dữ liệu do một phiên bản phần mềm mới hơn tạo ra. Hãy cập nhật phần mềm rồi thử lại."
)


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


def _file_of(database: Database) -> Path | None:
    name = make_url(database.url).database
    if database.is_postgis or not name or name == ":memory:":
        return None
    return Path(name)


def _make_folder(database: Database) -> None:
    if file := _file_of(database):
        file.parent.mkdir(parents=True, exist_ok=True)


def _is_missing(database: Database) -> bool:
    # Looking into a file that is not there would make it.
    file = _file_of(database)
    return file is not None and not file.exists()


def _require_answer(database: Database) -> None:
    try:
        with unit_of_work(database, read_only=True) as session:
            session.execute(text("SELECT 1"))
    except DatabaseError as error:
        place = make_url(database.url).render_as_string(hide_password=True)
        raise SchemaError(f"Không mở được cơ sở dữ liệu {place}: {error.orig}") from error
