"""The schema, once for both databases; the migrations bring it about.

Every geometry is WGS 84. `province_code` beside a commune code repeats what
the commune table says so that a viewer's scope is one indexed comparison.
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
)

from models.columns import JsonColumn, UtcDateTime
from models.tables_accounts import attempts, recovery_codes, second_factors, sign_ins
from models.tables_audit import audit_events, audit_links, audit_persons
from models.tables_facilities import facilities
from models.tables_findings import (
    alerts,
    assessments,
    cluster_communes,
    cluster_members,
    clusters,
    run_points,
    runs,
)
from models.tables_history import (
    campaigns,
    duplicates,
    place_aliases,
    place_reviews,
    record_versions,
    sub_units,
)
from models.tables_places import (
    WAITING,
    border_gates,
    border_lines,
    boundary_versions,
    commune_changes,
    communes,
    index_waiting,
    metadata,
    placement_columns,
)
from models.tables_standing import (
    assessment_steps,
    corridor_communes,
    corridors,
    indicators,
    sub_unit_reviews,
    targets,
    unit_due_dates,
)
from models.tables_tokens import api_tokens

__all__ = [
    "WAITING",
    "alerts",
    "api_tokens",
    "assessment_steps",
    "assessments",
    "attempts",
    "audit_events",
    "audit_links",
    "audit_persons",
    "border_gates",
    "border_lines",
    "boundary_versions",
    "campaigns",
    "cluster_communes",
    "cluster_members",
    "clusters",
    "commune_changes",
    "communes",
    "corridor_communes",
    "corridors",
    "duplicates",
    "facilities",
    "hotspot_events",
    "hotspots",
    "imports",
    "incidents",
    "indicators",
    "metadata",
    "place_aliases",
    "place_reviews",
    "record_versions",
    "recovery_codes",
    "rejected_rows",
    "run_points",
    "runs",
    "second_factors",
    "seizures",
    "sign_ins",
    "site",
    "sub_unit_reviews",
    "sub_units",
    "targets",
    "unit_due_dates",
    "users",
]

imports = Table(
    "imports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("layer", String(16), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("file_sha256", String(64), nullable=False),
    Column("source", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by_user", Text, nullable=False),
    Column("accepted", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("changed", Integer, nullable=False),
    Column("dropped_columns", JsonColumn, nullable=False),
    Column("ignored_columns", JsonColumn, nullable=False),
    Column("warnings", JsonColumn, nullable=False),
    Column("titles", JsonColumn, nullable=False),
    Column("headings", JsonColumn, nullable=False),
    Column("undone_at", UtcDateTime),
    Column("undone_by", Text),
)
"""`titles` and `headings` are the lines above the rows, to write a file like it again."""

rejected_rows = Table(
    "rejected_rows",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("import_id", ForeignKey("imports.id"), nullable=False, index=True),
    Column("line", Integer, nullable=False),
    Column("column", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("cells", JsonColumn, nullable=False),
)


incidents = Table(
    "incidents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("occurred_on", Date, nullable=False, index=True),
    Column("date_precision", String(8), nullable=False),
    Column("kind", String(24), nullable=False),
    Column("side", String(8), nullable=False),
    Column("detected_by", String(16), nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("offenders", Integer),
    Column("address_text", Text, nullable=False),
    Column("home", String(8), nullable=False, server_default="unknown"),
    *placement_columns(),
    Column("import_id", ForeignKey("imports.id"), nullable=False, index=True),
    Column("line", Integer),
    Column("content_sha256", String(64), nullable=False),
    Column("withdrawn", String(8)),
    UniqueConstraint("source", "ref"),
)

seizures = Table(
    "seizures",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("incident_id", ForeignKey("incidents.id"), nullable=False, index=True),
    Column("substance", String(16), nullable=False),
    Column("quantity", Float, nullable=False),
    Column("unit", String(8), nullable=False),
)

hotspots = Table(
    "hotspots",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("is_dwelling", Boolean, nullable=False),
    Column("address_text", Text, nullable=False),
    *placement_columns(),
    Column("import_id", ForeignKey("imports.id"), nullable=False, index=True),
    Column("line", Integer),
    Column("content_sha256", String(64), nullable=False),
    Column("withdrawn", String(8)),
    UniqueConstraint("source", "ref"),
)

hotspot_events = Table(
    "hotspot_events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("hotspot_id", ForeignKey("hotspots.id"), nullable=False, index=True),
    Column("type", String(12), nullable=False),
    Column("on", Date, nullable=False),
    Column("note", Text, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("recorded_by", Text, nullable=False),
    Column("corrects_id", Integer),
)
"""Never rewritten: a correction is a later row that names the event whose place it takes."""

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("username", String(64), nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("password_hash", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("scope_kind", String(16), nullable=False),
    Column("scope_codes", JsonColumn, nullable=False),
    Column("disabled", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("one_time_until", UtcDateTime),
)
"""`one_time_until` is set while the password was given by an administrator: until then it opens
nothing but the page that changes it, afterwards nothing."""

site = Table(
    "site",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("value", JsonColumn, nullable=False),
)
"""Facts of this installation: `simulated` marks a demo database."""

Index("ix_incidents_commune_day", incidents.c.commune_code_now, incidents.c.occurred_on)
Index("ix_incidents_province_day", incidents.c.province_code, incidents.c.occurred_on)
Index(  # all that counting reads, so that it need not touch the rows themselves
    "ix_incidents_counting",
    *(incidents.c.verified, incidents.c.precision, incidents.c.occurred_on),
    *(incidents.c.lon, incidents.c.lat, incidents.c.commune_code_now),
    *(incidents.c.date_precision, incidents.c.province_code, incidents.c.offenders),
    *(incidents.c.withdrawn, incidents.c.kind, incidents.c.detected_by, incidents.c.home),
)
Index(
    "ix_incidents_without_point",
    incidents.c.occurred_on,
    sqlite_where=incidents.c.lon.is_(None),
    postgresql_where=incidents.c.lon.is_(None),
)
Index("ix_seizures_substance", seizures.c.substance, seizures.c.incident_id)
Index("ix_hotspots_commune", hotspots.c.commune_code_now)
Index("ix_hotspots_province", hotspots.c.province_code)

index_waiting(incidents)
index_waiting(hotspots)
