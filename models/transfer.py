"""Everything a database holds, carried to another one or to a file and back.

Which tables there are is not listed here: those of the schema where it is the one of this
version, else those that the database itself has.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Integer, MetaData, Table, column, delete, func, select, table, text
from sqlalchemy.orm import Session

from models import revision, schema
from models.errors import ConflictError, SchemaError
from models.roles import require_owner
from models.session import Database, unit_of_work
from models.table_lines import Shape, count_rows, read_lines, shape_of, write_lines
from models.tables import boundary_versions, metadata, site
from models.viewers import LOCAL_OPERATOR, Viewer

__all__ = [
    "Contents",
    "Sum",
    "Summing",
    "contents",
    "copy_in",
    "count_rows",
    "is_postgis",
    "make_ready",
    "read_lines",
    "require_empty",
    "sum_of",
]

_SPATIAL = ("spatial_ref_sys", "alembic_version")
_R_TREE = "_rtree"
_MADE_BY_INIT = frozenset(
    {"boundary_versions", "communes", "commune_changes", "border_lines", "border_gates", "site"}
)
_TRAIL = "audit_"

NOT_EMPTY = (
    "Cơ sở dữ liệu đích {url} đã có dữ liệu (bảng «{table}»); không thay đổi gì. "
    "Hãy chỉ ra một cơ sở dữ liệu chưa có dữ liệu."
)


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database holds: its schema's revision, and its tables, parents first."""

    revision: str
    tables: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Sum:
    """What a table holds in brief: rows, bytes of their lines and SHA-256 of these."""

    rows: int
    size: int
    sha256: str


class Summing:
    """Lines counted and digested on their way through."""

    def __init__(self, step: Callable[[], None] = lambda: None) -> None:
        self.rows, self.size, self._digest, self._step = 0, 0, hashlib.sha256(), step

    def through(self, lines: Iterable[bytes]) -> Iterator[bytes]:
        """The same lines; each is counted when it is taken."""
        for line in lines:
            self._digest.update(line)
            self.rows += 1
            self.size += len(line)
            self._step()
            yield line

    @property
    def sum(self) -> Sum:
        """What went through so far."""
        return Sum(self.rows, self.size, self._digest.hexdigest())


def contents(session: Session, viewer: Viewer) -> Contents:
    """The tables that this transaction sees; while it lasts their columns stay as they are.

    Raises
    ------
    SchemaError
        If the schema is of a newer version or there is none.
    """
    viewer.require_admin()
    found = session.scalar(text("SELECT version_num FROM alembic_version"))
    if found not in revision.revisions():
        raise SchemaError(revision.OF_ANOTHER_VERSION)
    at_head = found == revision.revisions()[-1]
    tables = metadata.sorted_tables if at_head else _tables_found(session)
    if is_postgis(session):
        names = ", ".join(f'"{one.name}"' for one in tables)
        session.execute(text(f"LOCK TABLE {names} IN ACCESS SHARE MODE"))
    return Contents(found, tuple(_shape(one) for one in tables))


def sum_of(
    session: Session, viewer: Viewer, shape: Shape, step: Callable[[], None] = lambda: None
) -> Sum:
    """Read a table through and say in brief what it holds; `step` is called a row."""
    summing = Summing(step)
    for _ in summing.through(read_lines(session, viewer, shape)):
        pass
    return summing.sum


def copy_in(session: Session, viewer: Viewer, shape: Shape, lines: Iterable[bytes]) -> None:
    """Fill an empty table, and let the numbers of new rows start after those that came in."""
    if shape.name == site.name:
        session.execute(delete(site))  # what the steps of the schema noted of an empty database
    write_lines(session, viewer, shape, lines)
    if is_postgis(session) and _is_numbered(shape):
        last = select(func.max(column("id", Integer))).select_from(table(shape.name))
        if highest := session.scalar(last):
            sequence = func.pg_get_serial_sequence(shape.name, "id")
            session.execute(select(func.setval(sequence, highest)))


def require_empty(session: Session, viewer: Viewer, tables: Iterable[Shape], url: str) -> None:
    """Raise `ConflictError` if a table holds a row; facts of the site alone are no data."""
    for shape in tables:
        if shape.name != site.name and count_rows(session, viewer, shape):
            raise ConflictError(NOT_EMPTY.format(url=url, table=shape.name))


def require_schema(database: Database) -> None:
    """Raise `SchemaError` unless there is a database of this version or an older one."""
    file = revision.file_of(database)
    missing = file is not None and not file.exists()
    if missing or revision.current_revision(database) not in revision.revisions():
        revision.check(database)


def make_ready(database: Database, wanted: str) -> None:
    """Bring about an empty schema of a revision, where there is none or one without data.

    What `init` put into a new database (the shipped map) is no data of anybody: it gives way.

    Raises
    ------
    ConflictError
        If the database holds data; nothing is changed then.
    SchemaError
        If it cannot be opened or is of a newer version.
    NotAllowedError
        If its role does not own its tables: nothing is changed then.
    """
    file = revision.file_of(database)
    fresh = file is not None and not file.exists()
    found = None if fresh else revision.current_revision(database)
    require_owner(database)
    if found is not None:
        with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
            held = _held(session)
        if held:
            raise ConflictError(NOT_EMPTY.format(url=database.shown_url, table=held[0]))
        if held is not None and found == wanted:
            return
        schema.move_to(database, "base")
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
    schema.move_to(database, wanted)


def is_postgis(session: Session) -> bool:
    """Whether the database behind a transaction is PostGIS."""
    return session.get_bind().dialect.name == "postgresql"


def _held(session: Session) -> list[str] | None:
    """Tables with rows; None where these are but what `init` puts there."""
    tables = contents(session, LOCAL_OPERATOR).tables
    filled = [one.name for one in tables if count_rows(session, LOCAL_OPERATOR, one)]
    held = [name for name in filled if name != site.name]
    own = [n for n in held if n not in _MADE_BY_INIT and not n.startswith(_TRAIL)]
    if not held or own:
        return own
    shipped = session.scalars(select(boundary_versions.c.approximate)).all()
    return None if shipped == [True] else ["boundary_versions"]


def _is_numbered(shape: Shape) -> bool:
    return shape.key == ("id",)


def _tables_found(session: Session) -> list[Table]:
    def ours(name: str, _metadata: MetaData) -> bool:
        return name not in _SPATIAL and _R_TREE not in name

    found = MetaData()
    found.reflect(session.connection(), only=ours)
    return found.sorted_tables


def _shape(one: Table) -> Shape:
    return shape_of(one, metadata.tables.get(one.name))
