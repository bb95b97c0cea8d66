"""The two roles of PostgreSQL: one owns the tables and changes them, one serves the site.

Row-level security holds nobody who is a superuser or may pass it by. So the site is served
as a role that may read and write rows and nothing else; what changes tables (`init`) runs as
their owner. Neither is made here: `statements` is what a superuser runs, once for a database.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlalchemy import Connection, text

from models.errors import InvalidValueError, NotAllowedError
from models.session import Database, unit_of_work
from models.tables import metadata
from models.viewers import ANONYMOUS

LEAKPROOF = (
    "geometry_overlaps(geometry, geometry)",
    "st_makepoint(double precision, double precision)",
    "st_setsrid(geometry, integer)",
)
"""Functions of PostGIS that tell nothing of what they are given but by what they give back.

Row-level security lets no other function look at rows before its own rules did, which keeps an
index from being used. That these are harmless only a superuser may say, in every database, and
again after PostGIS itself was upgraded.
"""

_GUARDED = ("alembic_version", "audit_events", "audit_links")
"""Tables whose rows the serving role reads; to the audit trail it adds too."""

_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")


@dataclass(frozen=True, slots=True)
class RoleStanding:
    """What the role of a connection may do beyond reading and writing rows.

    `slow` are functions that row-level security keeps from using an index.
    """

    name: str
    is_superuser: bool
    passes_by: bool
    owns_tables: bool
    slow: tuple[str, ...] = ()

    @property
    def is_held(self) -> bool:
        """Whether row-level security holds this role."""
        return not (self.is_superuser or self.passes_by)


def role_standing(database: Database) -> RoleStanding | None:
    """The standing of the role that a database was opened with; None on SQLite."""
    if not database.is_postgis:
        return None
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        name, is_superuser, passes_by = session.execute(text(_ROLE)).one()
        owns = bool(session.scalar(text(_OWNS)))
        slow = tuple(
            each for each in LEAKPROOF if not session.scalar(text(_IS_LEAKPROOF), {"f": each})
        )
    return RoleStanding(name, is_superuser, passes_by, owns, slow)


def warnings_of(standing: RoleStanding | None) -> tuple[str, ...]:
    """What is wrong with serving a site as a role, as Vietnamese sentences that say what to do."""
    if standing is None:
        return ()
    told = []
    if not standing.is_held:
        why = "là superuser" if standing.is_superuser else "có quyền BYPASSRLS"
        told.append(
            f"Vai trò PostgreSQL «{standing.name}» {why}: cơ sở dữ liệu không tự chặn được bản ghi "
            f"ngoài phạm vi của tài khoản. {_MEND}"
        )
    elif standing.owns_tables:
        told.append(
            f"Vai trò PostgreSQL «{standing.name}» là chủ của các bảng: nên phục vụ trang bằng vai "
            f"trò chỉ đọc, ghi dữ liệu. {_MEND}"
        )
    if standing.slow:
        told.append(
            f"Hàm {', '.join(standing.slow)} chưa được đánh dấu LEAKPROOF nên tìm theo vùng trên "
            "bản đồ sẽ chậm; hãy nhờ người quản trị PostgreSQL chạy lại các lệnh của: "
            "python -m webapp database-roles"
        )
    return tuple(told)


def statements(database_name: str, owner: str, serving: str) -> tuple[str, ...]:
    """What a superuser runs in a database so that one role owns it and another serves from it.

    Running it again changes nothing. Passwords are set apart.

    >>> statements("diaban", "diaban_owner", "diaban_app")[1].startswith("DO $$")
    True

    Raises
    ------
    InvalidValueError
        If a name is no plain lower-case name, or both roles are one.
    """
    for name in (database_name, owner, serving):
        if not _NAME.fullmatch(name):
            raise InvalidValueError(
                f"Tên «{name}» không dùng được: chỉ viết chữ thường không dấu, số và dấu gạch dưới."
            )
    if owner == serving:
        raise InvalidValueError("Vai trò chủ bảng và vai trò phục vụ phải khác nhau.")
    return (
        "CREATE EXTENSION IF NOT EXISTS postgis",
        *(_role(name) for name in (owner, serving)),
        f"ALTER DATABASE {database_name} OWNER TO {owner}",
        f"REVOKE ALL ON DATABASE {database_name} FROM PUBLIC",
        f"GRANT CONNECT ON DATABASE {database_name} TO {serving}",
        "REVOKE ALL ON SCHEMA public FROM PUBLIC",
        f"GRANT USAGE, CREATE ON SCHEMA public TO {owner}",
        f"GRANT USAGE ON SCHEMA public TO {serving}",
        f"GRANT SELECT ON spatial_ref_sys TO {owner}, {serving}",
        *(f"ALTER FUNCTION {function} LEAKPROOF" for function in LEAKPROOF),
        _OWNED.format(owner=owner, serving=serving),
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public "
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {serving}",
        f"ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public "
        f"GRANT USAGE, SELECT ON SEQUENCES TO {serving}",
    )


def require_owner(database: Database) -> None:
    """Raise `NotAllowedError` unless tables may be made and changed as the role of a database."""
    if not database.is_postgis:
        return
    ours = {"names": ["alembic_version", *metadata.tables]}
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        name, may_make, owners = session.execute(text(_REACH), ours).one()
    if owners or not may_make:
        why = f"vì chủ của các bảng là «{owners}»" if owners else "trong cơ sở dữ liệu này"
        raise NotAllowedError(
            f"Vai trò PostgreSQL «{name}» không được tạo, đổi bảng {why}; chưa thay đổi gì. Hãy "
            "đặt địa chỉ của vai trò chủ bảng vào DIABAN_MIGRATION_URL rồi chạy lại lệnh này; với "
            "«copy» thì ghi địa chỉ ấy sau --to."
        )


def keep_guarded(connection: Connection) -> None:
    """Leave the tables that nobody rewrites to their owner: others read them, or add to them."""
    for table in _GUARDED:
        connection.execute(text(_GUARD.format(table=table)))


_MEND = (
    "Hãy nhờ người quản trị PostgreSQL chạy một lần các lệnh của «python -m webapp "
    "database-roles», rồi đặt vai trò phục vụ vào DIABAN_DATABASE_URL và vai trò chủ bảng vào "
    "DIABAN_MIGRATION_URL."
)

_ROLE = "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user"
_OWNS = (
    "SELECT count(*) FROM pg_class WHERE relname = 'incidents' AND relkind = 'r' "
    "AND pg_has_role(current_user, relowner, 'MEMBER')"
)
_REACH = (
    "SELECT current_user, coalesce(has_schema_privilege(current_schema(), 'CREATE'), false), "
    "(SELECT string_agg(DISTINCT pg_get_userbyid(c.relowner), '», «') FROM pg_class AS c "
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY(:names) "
    "AND NOT pg_has_role(current_user, c.relowner, 'USAGE'))"
)
"""Who asks, whether it may make tables, and who else owns some of ours."""

_IS_LEAKPROOF = (
    "SELECT coalesce((SELECT proleakproof FROM pg_proc WHERE oid = to_regprocedure(:f)), true)"
)


def _role(name: str) -> str:
    return (
        f"DO $$ BEGIN CREATE ROLE {name} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE; "
        "EXCEPTION WHEN duplicate_object THEN NULL; END $$"
    )


_OWNED = (
    "DO $$ DECLARE found record; BEGIN "
    "FOR found IN SELECT c.oid::regclass AS name, c.relkind AS kind FROM pg_class AS c "
    "WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'S') "
    "AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = c.oid "
    "AND d.classid = 'pg_class'::regclass AND d.deptype IN ('e', 'a', 'i')) LOOP "
    "EXECUTE format('ALTER %s %s OWNER TO {owner}', "
    "CASE found.kind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, found.name); "
    "END LOOP; "
    "FOR found IN SELECT c.oid::regclass AS name, c.relkind AS kind FROM pg_class AS c "
    "WHERE c.relowner = '{owner}'::regrole AND c.relkind IN ('r', 'S') LOOP "
    "IF found.kind = 'S' THEN "
    "EXECUTE format('GRANT USAGE, SELECT ON SEQUENCE %s TO {serving}', found.name); "
    "ELSIF found.name::text = 'alembic_version' THEN "
    "EXECUTE format('GRANT SELECT ON %s TO {serving}', found.name); "
    "ELSIF found.name::text IN ('audit_events', 'audit_links') THEN "
    "EXECUTE format('GRANT SELECT, INSERT ON %s TO {serving}', found.name); "
    "ELSE EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %s TO {serving}', found.name); "
    "END IF; END LOOP; "
    "FOR found IN SELECT p.oid::regprocedure AS name FROM pg_proc AS p "
    "WHERE p.pronamespace = 'public'::regnamespace "
    "AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = p.oid AND d.deptype = 'e') LOOP "
    "EXECUTE format('ALTER FUNCTION %s OWNER TO {owner}', found.name); END LOOP; END $$"
)
"""Tables that are there already, from a time when a superuser served, go to their owner."""

_GUARD = (
    "DO $$ DECLARE found record; BEGIN IF to_regclass('{table}') IS NOT NULL THEN "
    "FOR found IN SELECT DISTINCT a.grantee::regrole AS name FROM pg_class AS c, "
    "aclexplode(c.relacl) AS a WHERE c.oid = '{table}'::regclass AND a.grantee <> c.relowner "
    "AND a.grantee <> 0 LOOP "
    "EXECUTE format('REVOKE UPDATE, DELETE ON {table} FROM %s', found.name); "
    "IF '{table}' = 'alembic_version' THEN "
    "EXECUTE format('REVOKE INSERT ON {table} FROM %s', found.name); END IF; "
    "END LOOP; END IF; END $$"
)
