"""What the steps of the schema say differently to SQLite and to PostGIS."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry


def on_postgis() -> bool:
    """Whether the step runs on PostgreSQL."""
    return op.get_bind().dialect.name == "postgresql"


def geometry(kind: str) -> sa.types.TypeEngine[Any]:
    """Bytes on SQLite, `geometry(kind, 4326)` on PostGIS."""
    if on_postgis():
        return Geometry(kind, srid=4326, spatial_index=False)
    return sa.LargeBinary()


def add_point_index(table: str) -> None:
    """Index the points `lon, lat` of a table: GiST, or an R*Tree kept by triggers."""
    if on_postgis():
        point = "ST_SetSRID(ST_MakePoint(lon, lat), 4326)"
        op.execute(f"CREATE INDEX {table}_point_gist ON {table} USING gist (({point}))")
        return
    tree = f"{table}_rtree"
    fill = (
        f"INSERT INTO {tree} SELECT new.id, new.lon, new.lon, new.lat, new.lat "
        "WHERE new.lon IS NOT NULL AND new.lat IS NOT NULL"
    )
    clear = f"DELETE FROM {tree} WHERE id = old.id"
    op.execute(f"CREATE VIRTUAL TABLE {tree} USING rtree(id, min_lon, max_lon, min_lat, max_lat)")
    for event, steps in (
        ("INSERT", fill),
        ("UPDATE OF id, lon, lat", f"{clear}; {fill}"),
        ("DELETE", clear),
    ):
        name = f"{tree}_{event.split()[0].lower()}"
        op.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} BEGIN {steps}; END")


def drop_point_index(table: str) -> None:
    """Undo `add_point_index`."""
    if on_postgis():
        op.execute(f"DROP INDEX {table}_point_gist")
        return
    for event in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER {table}_rtree_{event}")
    op.execute(f"DROP TABLE {table}_rtree")


def make_append_only(table: str) -> None:
    """Let rows of a table be added and read, never changed or removed."""
    message = f"{table} is append-only"
    if not on_postgis():
        for event in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{event.lower()} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';"
        " END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"
    )


def undo_append_only(table: str) -> None:
    """Undo `make_append_only`."""
    if not on_postgis():
        for event in ("update", "delete"):
            op.execute(f"DROP TRIGGER {table}_no_{event}")
        return
    op.execute(f"DROP TRIGGER {table}_no_change ON {table}")
    op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    op.execute(f"DROP FUNCTION {table}_refuse()")
