"""The schema of facilities: schools, businesses under conditions, treatment, ports, stations.

`models.tables` offers it with the rest.
"""

from __future__ import annotations

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, UniqueConstraint

from models.tables_places import index_waiting, metadata, placement_columns

facilities = Table(
    "facilities",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", String(24), nullable=False),
    Column("address_text", Text, nullable=False),
    Column("note", Text, nullable=False),
    *placement_columns(),
    Column("import_id", ForeignKey("imports.id"), nullable=False, index=True),
    Column("line", Integer),
    Column("content_sha256", String(64), nullable=False),
    Column("withdrawn", String(8)),
    UniqueConstraint("source", "ref"),
)

Index("ix_facilities_commune", facilities.c.commune_code_now)
Index("ix_facilities_province", facilities.c.province_code, facilities.c.kind)
index_waiting(facilities)
