"""The schema of findings: runs with their clusters, alerts, assessments of communes.

`models.tables` offers them with the rest.
"""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from models.columns import GeometryColumn, JsonColumn, UtcDateTime
from models.tables_places import metadata

runs = Table(
    "runs",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("by_user", Text, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("parameters", JsonColumn, nullable=False),
    Column("data_stamp", String(64), nullable=False),
    Column("boundary_version_id", ForeignKey("boundary_versions.id"), nullable=False),
    Column("software_version", String(16), nullable=False),
    Column("n_records", Integer, nullable=False),
    Column("n_left_out", Integer, nullable=False),
    Column("since", Date),
    Column("n_unverified", Integer, nullable=False),
    Column("engine", String(12), nullable=False),
    Column("labels_sha256", String(64), nullable=False),
)
"""`since` is the first day of the window, null where there was none.

`labels_sha256` is the digest of the labels in the order of the incidents' ids.
"""

run_points = Table(
    "run_points",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("content", LargeBinary, nullable=False),
)
"""The points that a run read with their labels, packed, so that it can be repeated.

Records may change or be withdrawn afterwards; what a run saw stays.
"""

clusters = Table(
    "clusters",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("cluster_id", Integer, primary_key=True),
    Column("n", Integer, nullable=False),
    Column("flag", String(12), nullable=False),
    Column("first_date", Date),
    Column("last_date", Date),
    Column("nearest_hotspot", Text),
    Column("nearest_m", Float),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("province_code", String(4), index=True),
    Column("commune_code", String(8)),
    Column("hull", GeometryColumn("POLYGON"), nullable=False),
    Column("stable_id", String(12), nullable=False, index=True),
    Column("lineage", String(8), nullable=False),
    Column("parents", JsonColumn, nullable=False),
    Column("hotspot_id", Integer),
    Column("top_kind", String(24)),
    Column("top_kind_n", Integer, nullable=False),
    Column("top_substance", String(16)),
    Column("top_substance_n", Integer, nullable=False),
    Column("change", JsonColumn),
    Column("border_m", Float),
    Column("border_with", String(16), nullable=False),
)
"""`stable_id` names the same cluster in every run; `parents` those it came out of.

`hotspot_id` is the nearest recorded hotspot; `change` a count against the window
before it with the exact interval of their ratio.
"""

cluster_members = Table(
    "cluster_members",
    metadata,
    Column("run_id", ForeignKey("runs.id"), primary_key=True),
    Column("incident_id", ForeignKey("incidents.id"), primary_key=True),
    Column("cluster_id", Integer, nullable=False, index=True),
)

cluster_communes = Table(
    "cluster_communes",
    metadata,
    Column("run_id", Integer, primary_key=True),
    Column("cluster_id", Integer, primary_key=True),
    Column("commune_code", String(8), primary_key=True),
    Column("province_code", String(4), index=True),
    Column("n", Integer, nullable=False),
    ForeignKeyConstraint(["run_id", "cluster_id"], ["clusters.run_id", "clusters.cluster_id"]),
)
"""How many members of a cluster lie in each commune: who sees it follows."""

assessments = Table(
    "assessments",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("commune_code", String(8), nullable=False),
    Column("province_code", String(4), index=True),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("ruleset", String(32), nullable=False),
    Column("class", String(12), nullable=False),
    Column("evidence", JsonColumn, nullable=False),
    Column("missing", JsonColumn, nullable=False),
    Column("notes", JsonColumn, nullable=False),
    Column("higher_band_counts", Boolean, nullable=False),
    Column("other_class", String(12), nullable=False),
    Column("possible", JsonColumn, nullable=False),
    Column("figures", JsonColumn, nullable=False, server_default="[]"),
    Column("state", String(16), nullable=False),
    Column("assessed_at", UtcDateTime, nullable=False),
    UniqueConstraint("commune_code", "period_start", "period_end", "ruleset"),
)

alerts = Table(
    "alerts",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("subject", String(24), nullable=False),
    Column("run_id", ForeignKey("runs.id"), nullable=False),
    Column("cluster_id", String(12)),
    Column("hotspot_id", Integer),
    Column("province_code", String(4), index=True),
    Column("commune_code", String(8)),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("evidence", JsonColumn, nullable=False),
    Column("incident_ids", JsonColumn, nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    Column("state", String(12), nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", Text),
    Column("reason", Text, nullable=False),
    Column("event_id", Integer),
)
"""What a run asks a person to look at, and what the person decided.

`subject` is the cluster (`C-…`) or hotspot (`H-…`) that it speaks of: one open
alert of a kind for each. `cluster_id` is a `stable_id`, `run_id` the last run that
found it, `event_id` the event of the register that a confirmation wrote. `state`
is open, confirmed, dismissed or lapsed (a later run found it no more).
"""

Index("ix_alerts_commune", alerts.c.commune_code)
Index(
    "ix_alerts_open",
    alerts.c.kind,
    alerts.c.subject,
    unique=True,
    sqlite_where=text("state = 'open'"),
    postgresql_where=text("state = 'open'"),
)
