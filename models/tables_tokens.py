"""The schema of API tokens: what a program may read, and for how long.

`models.tables` offers the table with the rest. The token itself is nowhere: only its digest.
"""

from __future__ import annotations

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table, Text

from models.columns import JsonColumn, UtcDateTime
from models.tables_places import metadata

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("short_id", String(16), nullable=False, unique=True),
    Column("sha256", String(64), nullable=False),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("scope_kind", String(16), nullable=False),
    Column("scope_codes", JsonColumn, nullable=False),
    Column("layers", JsonColumn, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("last_used_on", Date),
    Column("revoked_at", UtcDateTime),
    Column("revoked_by", String(64)),
)
"""`layers` is empty where all are meant; a token is never removed, only revoked."""
