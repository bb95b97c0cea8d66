"""Which schema a database has, and whether it is the one of this version.

Every command asks this first, so it is answered without the migration tool.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DatabaseError, ProgrammingError

from models.errors import SchemaError
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS

OF_ANOTHER_VERSION = (
    "Cơ sở dữ liệu do một phiên bản phần mềm mới hơn tạo ra. Hãy cập nhật phần mềm rồi thử lại."
)

UNREADABLE = (
    "Vai trò PostgreSQL trong địa chỉ {url} không được đọc cơ sở dữ liệu này. Hãy đặt vai trò phục "
    "vụ vào DIABAN_DATABASE_URL và vai trò chủ bảng vào DIABAN_MIGRATION_URL; để cấp quyền cho hai "
    "vai trò ấy: python -m webapp database-roles"
)

_STEPS = Path(__file__).parent / "migrations" / "versions"


def check(database: Database) -> None:
    """Make sure that the schema is the one of this version.

    Raises
    ------
    SchemaError
        If it is missing, older or newer, with the command that helps.
    """
    found = None if _is_missing(database) else current_revision(database)
    if found is None:
        raise SchemaError("Chưa có cơ sở dữ liệu. Hãy chạy: python -m webapp init")
    if found not in revisions():
        raise SchemaError(OF_ANOTHER_VERSION)
    if found != revisions()[-1]:
        raise SchemaError(
            f"Cơ sở dữ liệu ở phiên bản {found}, phần mềm cần {revisions()[-1]}. "
            "Hãy sao lưu rồi chạy: python -m webapp init"
        )


def current_revision(database: Database) -> str | None:
    """The revision a database is at; None when nothing has been made yet.

    Raises
    ------
    SchemaError
        If the database cannot be opened, or its role may not even read that.
    """
    require_answer(database)
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        if not inspect(session.connection()).has_table("alembic_version"):
            return None
        try:
            found: str | None = session.scalar(text("SELECT version_num FROM alembic_version"))
        except ProgrammingError as error:
            raise SchemaError(UNREADABLE.format(url=database.shown_url)) from error
        return found


def revisions() -> list[str]:
    """Every known revision, oldest first: the numbers in the names of the steps.

    >>> revisions()[0]
    '0001'
    """
    return sorted(path.stem[1:5] for path in _STEPS.glob("v*.py"))


def file_of(database: Database) -> Path | None:
    """The file of an SQLite database; None for another kind or one in memory."""
    name = make_url(database.url).database
    if database.is_postgis or not name or name == ":memory:":
        return None
    return Path(name)


def require_answer(database: Database) -> None:
    """Raise `SchemaError` unless the database can be opened and asked."""
    try:
        with unit_of_work(database, ANONYMOUS, read_only=True) as session:
            session.execute(text("SELECT 1"))
    except DatabaseError as error:
        raise SchemaError(
            f"Không mở được cơ sở dữ liệu {database.shown_url}: {error.orig}"
        ) from error


def _is_missing(database: Database) -> bool:
    # Looking into a file that is not there would make it.
    file = file_of(database)
    return file is not None and not file.exists()
