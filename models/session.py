"""The one owner of connections: opens a database, hands out transactions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection, Engine, ExceptionContext, create_engine, event, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models.errors import BusyError, CollisionError, InvalidValueError
from models.viewers import SITE, Viewer

__all__ = [
    "Database",
    "Session",
    "acting_for",
    "beyond_scope",
    "database_of",
    "open_database",
    "speak_for",
    "unit_of_work",
]

P = ParamSpec("P")
R = TypeVar("R")

_HELD_UP = frozenset({"40001", "40P01", "55P03"})
"""Codes of PostgreSQL: serialization failure, deadlock, lock not available."""

_COLLIDED = _HELD_UP - {"55P03"}
"""Those after which the same may well succeed at once."""

_SPEAKER, _DATABASE = "viewer", "database"
_WANTED, _TOLD = "scope_wanted", "scope_told"
_SCOPE = (
    "SELECT set_config('diaban.scope_kind', %s, true), "
    "set_config('diaban.scope_codes', %s, true), set_config('diaban.viewer', %s, true)"
)
"""Whose scope holds in this transaction: the policies of row-level security read it."""

BUSY_TIMEOUT_MS = 30_000
"""How long a writer on SQLite waits for another; a large import holds on for seconds."""


@dataclass(frozen=True, slots=True)
class Database:
    """An opened database; `engine` stays inside `models`."""

    url: str = field(repr=False)  # may hold a password
    engine: Engine

    @property
    def is_postgis(self) -> bool:
        """Whether spatial work can be left to the database."""
        return self.engine.dialect.name == "postgresql"

    @property
    def postgis_name(self) -> str:
        """The name of a database of PostGIS, empty for another kind."""
        return (self.engine.url.database or "") if self.is_postgis else ""

    @property
    def shown_url(self) -> str:
        """The address without its password."""
        return self.engine.url.render_as_string(hide_password=True)

    def close(self) -> None:
        """Give every connection back."""
        self.engine.dispose()

    def forget_connections(self) -> None:
        """Leave the open connections to the process that this one was forked from."""
        self.engine.dispose(close=False)


def open_database(url: str) -> Database:
    """Open a database by its address.

    A plain `postgresql://` address is read as psycopg2's, the driver that ships
    with this project.

    >>> open_database("sqlite://").is_postgis
    False
    """
    for plain in ("postgresql://", "postgres://"):
        if url.startswith(plain):
            url = "postgresql+psycopg2://" + url.removeprefix(plain)
    # Values of records stay out of messages, which reach the log.
    # The connection given back last is taken first: its cache is warm, those of others stay small.
    is_kept = bool(make_url(url).database)
    pooled = {"pool_use_lifo": True} if is_kept else {}
    engine = create_engine(url, hide_parameters=True, **pooled)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _tune_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    else:
        event.listen(engine, "connect", _tune_postgis)
        event.listen(engine, "begin", _forget_scope)
        event.listen(engine, "rollback_savepoint", _doubt_scope)
        event.listen(engine, "before_cursor_execute", _tell_scope)
        event.listen(engine, "handle_error", _refuse_nul)
    return Database(url, engine)


@contextmanager
def unit_of_work(
    database: Database, viewer: Viewer, *, read_only: bool = False, impatient: bool = False
) -> Iterator[Session]:
    """One transaction for a viewer: committed when the block ends well, else rolled back.

    On PostGIS the database is told whose scope holds and repeats it in every row it gives
    or takes (row-level security); a connection that was told nothing sees no record.

    On SQLite writers queue from their first statement, so that what a writer
    has read is still true when it writes; on PostGIS the functions that need this
    lock their table. A read-only unit sees one state of the data throughout
    and cannot write. An impatient one gives up at once where on SQLite another writes: it is
    for what can wait for the next request. Only services open one; data functions take the
    session.

    Raises
    ------
    BusyError
        If other transactions hold up this one for good: nothing is written then. Where it may
        simply be repeated (`models.repeating`) it is a `CollisionError`.
    """
    engine = _reading(database) if read_only else database.engine
    if impatient:
        engine = engine.execution_options(impatient=True)
    try:
        with Session(engine) as session, session.begin():
            session.info[_DATABASE] = database
            _let_speak(session, viewer)
            yield session
    except OperationalError as error:
        if _held_up(error):
            kind = CollisionError if _collided(error) else BusyError
            raise kind("Hệ thống đang ghi dữ liệu lớn; hãy thử lại sau ít phút.") from error
        raise


def database_of(session: Session) -> Database:
    """The database that a unit of work is in."""
    found: Database = session.info[_DATABASE]
    return found


@contextmanager
def acting_for(session: Session, viewer: Viewer) -> Iterator[None]:
    """Let another viewer's scope hold for a while, as where the site itself counts for all.

    The caller answers for what becomes of the rows: nothing of them may reach the first viewer
    that its own scope would hide.
    """
    before: Viewer = session.info[_SPEAKER]
    _let_speak(session, viewer)
    try:
        yield
    finally:
        if session.is_active:
            _let_speak(session, before)


def beyond_scope(
    function: Callable[Concatenate[Session, P], R],
) -> Callable[Concatenate[Session, P], R]:
    """Let PostGIS show a data function all rows, because its own rule decides on them.

    It is for what cannot be told from the rows of a scope alone: whether a number is taken
    elsewhere, where a record lay before it came here, what an import of one's own brought
    that lies nowhere. What the function gives back must be what its viewer may know.
    """

    @wraps(function)
    def acting(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> R:
        with acting_for(session, SITE):
            return function(session, *args, **kwargs)

    return acting


def speak_for(connection: Connection, viewer: Viewer) -> None:
    """Tell PostGIS whose scope holds until the transaction ends; SQLite need not know.

    It is told with the next statement, so that a change back that nothing was asked under costs
    no way to the server. `unit_of_work` does so by itself.
    """
    if connection.dialect.name == "postgresql":
        scope = viewer.scope
        codes = ",".join(sorted(scope.codes))
        connection.info[_WANTED] = (scope.kind.value, codes, viewer.name)


def _let_speak(session: Session, viewer: Viewer) -> None:
    session.info[_SPEAKER] = viewer
    speak_for(session.connection(), viewer)


def _tell_scope(connection: Connection, _cursor: Any, statement: str, *_values: Any) -> None:
    known = connection.info
    wanted = known.get(_WANTED)
    if wanted != known.get(_TOLD) and not statement.startswith("ROLLBACK TO"):
        with closing(connection.connection.cursor()) as cursor:
            cursor.execute(_SCOPE, wanted)
        known[_TOLD] = wanted


def _forget_scope(connection: Connection) -> None:
    for known in (_WANTED, _TOLD):
        connection.info.pop(known, None)


def _doubt_scope(connection: Connection, *_savepoint: Any) -> None:
    # The server went back to what it had been told before.
    connection.info[_TOLD] = None


def _refuse_nul(context: ExceptionContext) -> None:
    # The driver cannot send a text that holds one; nobody types it, it is no fault of the site.
    error = context.original_exception
    if isinstance(error, ValueError) and "NUL" in str(error):
        raise InvalidValueError("Dữ liệu gửi lên có ký tự trống (mã 0), không dùng được.") from None


def _collided(error: OperationalError) -> bool:
    return getattr(error.orig, "pgcode", None) in _COLLIDED


def _held_up(error: OperationalError) -> bool:
    code = getattr(error.orig, "pgcode", None)
    return code in _HELD_UP or "database is locked" in str(error.orig)


def _reading(database: Database) -> Engine:
    if database.is_postgis:
        return database.engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    return database.engine.execution_options(read_only=True)


def _tune_postgis(connection: Any, _record: Any) -> None:
    # No question here is worth being compiled: on one of 60 ms that takes 100 ms more.
    with connection.cursor() as cursor:
        cursor.execute("SET jit = off")
    connection.commit()


def _tune_sqlite(connection: Any, _record: Any) -> None:
    # Transactions are begun by _begin_sqlite, not by the driver, which would
    # let a reader's transaction fail when it turns into a writer's.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA recursive_triggers=ON")
    cursor.execute("PRAGMA cache_size=-65536")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    read_only = options.get("read_only", False)
    patience_ms = 0 if options.get("impatient", False) else BUSY_TIMEOUT_MS
    connection.exec_driver_sql(f"PRAGMA busy_timeout={patience_ms}")
    connection.exec_driver_sql(f"PRAGMA query_only={'ON' if read_only else 'OFF'}")
    connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
