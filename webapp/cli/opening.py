"""What every command needs first: the settings, the database, the clock."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import click

from geo.errors import UnusableFileError
from models import periods, revision
from models.session import Database, open_database
from webapp.config import Settings, load_settings


class DayType(click.ParamType[date]):
    """A day as written in Vietnam (14/06/2026) or ISO (2026-06-14)."""

    name = "ngày"

    def convert(
        self,
        value: str | date,
        param: click.Parameter | None,
        ctx: click.Context | None,  # noqa: ARG002
    ) -> date:
        """Parse one day or end the command with exit code 2."""
        if isinstance(value, date):
            return value
        for style in ("%Y-%m-%d", "%d/%m/%Y"):
            try:
                return datetime.strptime(value, style).replace(tzinfo=UTC).date()
            except ValueError:
                continue
        return self.fail(f"«{value}» không phải ngày; hãy viết 14/06/2026 hoặc 2026-06-14.", param)


DAY = DayType()


def now() -> datetime:
    """The present moment, aware."""
    return datetime.now(UTC)


def today() -> date:
    """Today in Vietnam."""
    return periods.today(now())


def read_settings() -> Settings:
    """Settings of this process, from the environment."""
    return load_settings()


@contextmanager
def opened_database(settings: Settings) -> Iterator[Database]:
    """The site's database, its schema checked.

    Raises
    ------
    SchemaError
        If `init` was never run or the schema is of another version.
    """
    database = open_database(settings.database_url)
    try:
        revision.check(database)
        yield database
    finally:
        database.close()


def read_mapping(path: Path) -> dict[str, str]:
    """Headings by field, out of the table [columns] of a TOML file, or of a file of them alone.

    Raises
    ------
    UnusableFileError
        If the file is no TOML or has no such table.
    """
    try:
        document = tomllib.loads(path.read_text("utf-8"))
        columns = document.get("columns", document)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UnusableFileError(
            f"Không đọc được tệp gán cột «{path}» ({error}); "
            'hãy viết TOML có bảng [columns], ví dụ ref = "Số hồ sơ".'
        ) from error
    if not isinstance(columns, dict):
        raise UnusableFileError(
            f"«columns» trong «{path}» phải là một bảng: viết [columns] rồi mỗi dòng một trường, "
            'ví dụ ref = "Số hồ sơ".'
        )
    return {str(field): str(heading) for field, heading in columns.items()}
