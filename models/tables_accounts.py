"""The schema of signing in: running sign-ins, failed attempts, second factors.

`models.tables` offers these tables with the rest. Nothing here opens an account by itself: the
marks of sign-ins and the recovery codes are digests, the second factors' secrets are sealed.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Integer, String, Table, Text

from models.columns import UtcDateTime
from models.tables_places import metadata

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("waits_for_code", Boolean, nullable=False),
    Column("began_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("address", String(64), nullable=False),
    Column("browser", String(64), nullable=False),
)
"""Only those that run: an ended one is removed, the audit trail keeps that it was."""

attempts = Table(
    "attempts",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("first_at", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False),
    Column("forget_at", UtcDateTime, nullable=False, index=True),
)
"""What failed lately; `key` is a digest of what was tried on, by whom, from where."""

second_factors = Table(
    "second_factors",
    metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True, autoincrement=False),
    Column("sealed_secret", Text, nullable=False),
    Column("begun_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("last_step", BigInteger, nullable=False),
)
"""`last_step` is the 30-second step of the last code that was taken: none is taken twice."""

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False, index=True),
    Column("sha256", String(64), nullable=False),
    Column("used_at", UtcDateTime),
)
