"""The audit trail as a chain, and what it says of persons beside it."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

from models.audit_hashes import START, KeptEvent, Person, commitment, linked
from models.migrations.dialects import make_append_only, on_postgis, undo_append_only

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_AT_ONCE = 2_000
_HEAD = "audit_head"
_ERASED_NAME = "(đã xóa)"
_ABOUT_ACCOUNTS = ("sign_in", "sign_out", "user")
_ACCOUNT = "account"
_TOO_YOUNG = "audit_persons: too young to be erased"

_OLD = sa.table(
    "audit_events_kept",
    *(sa.column("id", sa.Integer()), sa.column("at", sa.DateTime())),
    *(sa.column(name, sa.Text()) for name in ("actor", "role", "action", "object", "detail")),
)
_EVENTS = sa.table(
    "audit_events",
    *(sa.column("id", sa.Integer()), sa.column("at", sa.DateTime())),
    *(sa.column(name, sa.Text()) for name in ("role", "scope", "action", "object", "detail")),
    sa.column("commitment", sa.Text()),
)
_PERSONS = sa.table(
    "audit_persons",
    sa.column("event_id", sa.Integer()),
    *(sa.column(name, sa.Text()) for name in ("actor", "address", "account", "salt")),
)
_LINKS = sa.table(
    "audit_links",
    *(sa.column("number", sa.Integer()), sa.column("event_id", sa.Integer())),
    sa.column("sha256", sa.Text()),
)


def upgrade() -> None:
    """Make the tables and chain the events that are there, in the order of their numbers."""
    _set_aside("id, at, actor, role, action, object, detail")
    undo_append_only("audit_events")
    op.drop_table("audit_events")
    _create_events()
    _create_links()
    _create_persons()
    _bring_over()
    op.execute("DROP TABLE audit_events_kept")
    _go_on_counting()
    make_append_only("audit_events")
    make_append_only("audit_links")
    _keep_persons_for_a_year()


def downgrade() -> None:
    """Events as they were, with the names that are still kept; chain and addresses go."""
    _set_aside(
        "id, at, coalesce(actor, '" + _ERASED_NAME + "') AS actor, role, action, "
        "coalesce(account, object) AS object, detail",
        "audit_events LEFT JOIN audit_persons ON event_id = id",
    )
    _drop_guard_of_persons()
    undo_append_only("audit_links")
    undo_append_only("audit_events")
    op.drop_table("audit_persons")
    op.drop_table("audit_links")
    op.drop_table("audit_events")
    op.execute(sa.text("DELETE FROM site WHERE key = :key").bindparams(key=_HEAD))
    _create_former_events()
    columns = "id, at, actor, role, action, object, detail"
    op.execute(f"INSERT INTO audit_events ({columns}) SELECT {columns} FROM audit_events_kept")
    op.execute("DROP TABLE audit_events_kept")
    _go_on_counting()
    make_append_only("audit_events")


def _set_aside(columns: str, source: str = "audit_events") -> None:
    op.execute(f"CREATE TEMPORARY TABLE audit_events_kept AS SELECT {columns} FROM {source}")


def _create_events() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("commitment", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    for column in ("at", "action", "object"):
        op.create_index(op.f(f"ix_audit_events_{column}"), "audit_events", [column])


def _create_links() -> None:
    op.create_table(
        "audit_links",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        _to_events("audit_links"),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_links")),
        sa.UniqueConstraint("event_id", name=op.f("uq_audit_links_event_id")),
    )


def _create_persons() -> None:
    op.create_table(
        "audit_persons",
        sa.Column("event_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("account", sa.Text(), nullable=True),
        sa.Column("salt", sa.String(length=32), nullable=False),
        _to_events("audit_persons"),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_audit_persons")),
    )
    op.create_index(op.f("ix_audit_persons_actor"), "audit_persons", ["actor"])


def _to_events(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_event_id_audit_events")
    return sa.ForeignKeyConstraint(["event_id"], ["audit_events.id"], name=name)


def _create_former_events() -> None:
    op.create_table(
        "audit_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("action", sa.String(length=32), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_events")),
    )
    for column in ("at", "action"):
        op.create_index(op.f(f"ix_audit_events_{column}"), "audit_events", [column])


def _bring_over() -> None:
    """Old events become links; what they say of persons goes beside them.

    Words that people typed into old events stay: nothing of the past is rewritten.
    """
    connection = op.get_bind()
    head = START
    for rows in _old_events(connection):
        persons = [_person(row) for row in rows]
        events = [_event(row, person) for row, person in zip(rows, persons, strict=True)]
        links = []
        for event in events:
            head = linked(event, head)
            links.append({"number": head.number, "event_id": event.id, "sha256": head.sha256})
        connection.execute(sa.insert(_EVENTS), [_columns(event) for event in events])
        connection.execute(
            sa.insert(_PERSONS),
            [
                {"event_id": row.id, **_columns(person)}
                for row, person in zip(rows, persons, strict=True)
            ],
        )
        connection.execute(sa.insert(_LINKS), links)
    if head.number:
        put = sa.text("INSERT INTO site (key, value) VALUES (:key, :value)")
        value = f'[{head.number}, "{head.sha256}"]'
        connection.execute(put, {"key": _HEAD, "value": value})


def _old_events(connection: sa.Connection) -> Iterator[list[Any]]:
    last = -1
    while rows := connection.execute(
        sa.select(_OLD).where(_OLD.c.id > last).order_by(_OLD.c.id).limit(_AT_ONCE)
    ).all():
        yield list(rows)
        last = rows[-1].id


def _person(row: Any) -> Person:
    account = row.object if row.action.startswith(_ABOUT_ACCOUNTS) else None
    return Person(row.actor, "", account, secrets.token_hex(16))


def _event(row: Any, person: Person) -> KeptEvent:
    about = row.object if person.account is None else _ACCOUNT
    said = (row.role, "", row.action, about, row.detail)
    return KeptEvent(row.id, _moment(row.at), *said, commitment(person))


def _moment(at: datetime) -> datetime:
    return at.replace(tzinfo=UTC)


def _columns(kept: KeptEvent | Person) -> dict[str, Any]:
    found = kept._asdict()
    if isinstance(kept, KeptEvent):
        found["at"] = kept.at.replace(tzinfo=None)
    return found


def _go_on_counting() -> None:
    """The next event gets the number after the last."""
    if on_postgis():
        op.execute(
            "SELECT setval(pg_get_serial_sequence('audit_events', 'id'), "
            "coalesce(max(id), 0) + 1, false) FROM audit_events"
        )


def _keep_persons_for_a_year() -> None:
    """Let nobody change a personal part, nor remove one that is younger than 364 days."""
    if not on_postgis():
        op.execute(
            "CREATE TRIGGER audit_persons_no_update BEFORE UPDATE ON audit_persons "
            "BEGIN SELECT RAISE(ABORT, 'audit_persons is append-only'); END"
        )
        op.execute(
            "CREATE TRIGGER audit_persons_no_delete BEFORE DELETE ON audit_persons WHEN "
            "(SELECT at FROM audit_events WHERE id = old.event_id) > datetime('now', '-364 days') "
            f"BEGIN SELECT RAISE(ABORT, '{_TOO_YOUNG}'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION audit_persons_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF TG_OP = 'DELETE' THEN IF (SELECT at FROM audit_events WHERE id = OLD.event_id) "
        "<= (now() AT TIME ZONE 'UTC') - interval '364 days' THEN RETURN OLD; END IF; END IF; "
        f"RAISE EXCEPTION '{_TOO_YOUNG}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_persons_no_change BEFORE UPDATE OR DELETE ON audit_persons "
        "FOR EACH ROW EXECUTE FUNCTION audit_persons_refuse()"
    )
    op.execute(
        "CREATE TRIGGER audit_persons_no_truncate BEFORE TRUNCATE ON audit_persons "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_persons_refuse()"
    )


def _drop_guard_of_persons() -> None:
    if not on_postgis():
        op.execute("DROP TRIGGER audit_persons_no_update")
        op.execute("DROP TRIGGER audit_persons_no_delete")
        return
    op.execute("DROP TRIGGER audit_persons_no_change ON audit_persons")
    op.execute("DROP TRIGGER audit_persons_no_truncate ON audit_persons")
    op.execute("DROP FUNCTION audit_persons_refuse()")
