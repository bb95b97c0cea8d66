"""The schema of findings: runs with their clusters, assessments of communes.

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
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
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
)

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
)

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
    Column("state", String(16), nullable=False),
    Column("assessed_at", UtcDateTime, nullable=False),
    UniqueConstraint("commune_code", "period_start", "period_end", "ruleset"),
)
