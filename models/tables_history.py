"""The schema of what changed: versions, reviews, duplicates; sub-units and campaigns.

Nothing stored is overwritten without its earlier content being kept here.
`models.tables` offers these tables with the rest.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.columns import GeometryColumn, JsonColumn, UtcDateTime
from models.tables_places import metadata

record_versions = Table(
    "record_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("layer", String(16), nullable=False),
    Column("record_key", Text, nullable=False),
    Column("content", JsonColumn, nullable=False),
    Column("import_id", ForeignKey("imports.id")),
    Column("replaced_by_import", ForeignKey("imports.id"), index=True),
    Column("replaced_at", UtcDateTime, nullable=False),
    Column("replaced_by", Text, nullable=False),
)
"""The earlier contents of records, oldest first by `id`.

`record_key` is the number of an incident or hotspot; of an indicator row its
commune and the two ends of its period. `import_id` brought this content,
`replaced_by_import` the one after it (null: replaced by hand).
"""

place_aliases = Table(
    "place_aliases",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("written_key", Text, nullable=False),
    Column("written", Text, nullable=False),
    Column("commune_code", String(8), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("replaces_id", Integer),
)
"""What a source means by words that could not be placed; remembered by a person.

One of a source and words is in use (`active`); `replaces_id` is the one it took
the place of, which is used again when this one is forgotten.
"""

place_reviews = Table(
    "place_reviews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("layer", String(16), nullable=False),
    Column("record_id", Integer, nullable=False),
    Column("before", JsonColumn, nullable=False),
    Column("after", JsonColumn, nullable=False),
    Column("alias_id", ForeignKey("place_aliases.id")),
    Column("at", UtcDateTime, nullable=False),
    Column("by_user", Text, nullable=False),
    Column("undone_at", UtcDateTime),
    Column("undone_by", Text),
    Column("decision_id", Integer, nullable=False, index=True),
)
"""Decisions of a person about the place of a record; a live one stands over the geocoder.

Rows of one decision have the `id` of its first row as `decision_id`.
"""

duplicates = Table(
    "duplicates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kept_id", ForeignKey("incidents.id"), nullable=False),
    Column("other_id", ForeignKey("incidents.id"), nullable=False, index=True),
    Column("distance_m", Float),
    Column("reasons", JsonColumn, nullable=False),
    Column("state", String(12), nullable=False, index=True),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", Text),
    UniqueConstraint("kept_id", "other_id"),
)
"""Pairs of incidents that may be one case; `state` is proposed, merged or separate."""

sub_units = Table(
    "sub_units",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("commune_code", String(8), nullable=False),
    Column("province_code", String(4), index=True),
    Column("name", Text, nullable=False),
    Column("name_key", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("source", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("import_id", ForeignKey("imports.id"), nullable=False, index=True),
    Column("line", Integer),
    Column("content_sha256", String(64), nullable=False),
    Column("withdrawn", String(8)),
    UniqueConstraint("source", "ref"),
)
"""Hamlets and groups (thôn, tổ dân phố …) of communes in force: a name, no polygon."""

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("area_text", Text, nullable=False),
    Column("commune_codes", JsonColumn, nullable=False),
    Column("lon", Float),
    Column("lat", Float),
    Column("radius_m", Float),
    Column("area", GeometryColumn("MULTIPOLYGON"), nullable=False),
    Column("province_code", String(4), index=True),
    Column("commune_code", String(8)),
    Column("note", Text, nullable=False),
    Column("import_id", ForeignKey("imports.id"), index=True),
    Column("line", Integer),
    Column("content_sha256", String(64), nullable=False),
    Column("withdrawn", String(8)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    UniqueConstraint("source", "ref"),
)
"""High-tide campaigns: a name, an area, dates.

The area is communes (`commune_codes`), a circle (`lon`, `lat`, `radius_m`) or a
polygon; `area` is its outline in any case. `province_code` is null where it spans
several provinces, `commune_code` where several communes: who sees it follows.
"""

Index(
    "ix_place_aliases_active",
    place_aliases.c.source,
    place_aliases.c.written_key,
    unique=True,
    sqlite_where=text("active"),
    postgresql_where=text("active"),
)
Index("ix_place_reviews_at", place_reviews.c.at)
Index("ix_place_reviews_record", place_reviews.c.layer, place_reviews.c.record_id)
Index("ix_record_versions_record", record_versions.c.layer, record_versions.c.record_key)
Index("ix_sub_units_commune", sub_units.c.commune_code, sub_units.c.name_key)
