"""The schema of the audit trail: events, the chain over them, what they say of persons.

`models.tables` offers these tables with the rest. Events and links are never changed or
removed; the personal part of an event may be erased once it is old, and the chain still holds.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Integer, String, Table, Text

from models.columns import JsonColumn, UtcDateTime
from models.tables_places import metadata

audit_events = Table(
    "audit_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("role", String(16), nullable=False),
    Column("scope", Text, nullable=False),
    Column("action", String(32), nullable=False, index=True),
    Column("object", Text, nullable=False, index=True),
    Column("detail", JsonColumn, nullable=False),
    Column("commitment", String(64), nullable=False),
)
"""What was done. `commitment` is the salted SHA-256 of the personal part; `scope` is empty
for events that are older than the column."""

audit_links = Table(
    "audit_links",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("event_id", ForeignKey("audit_events.id"), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False),
)
"""The chain: numbers without a gap in the order of commits; each hash holds the one before."""

audit_persons = Table(
    "audit_persons",
    metadata,
    Column("event_id", ForeignKey("audit_events.id"), primary_key=True, autoincrement=False),
    Column("actor", String(64), nullable=False, index=True),
    Column("address", String(64), nullable=False),
    Column("account", Text),
    Column("salt", String(32), nullable=False),
)
"""Who did it and from where, until it is erased; `account` where an account was the object."""
