"""Runs with their clusters, assessments of communes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.dialects import geometry

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _create_runs()
    _create_clusters()
    _create_cluster_members()
    _create_cluster_communes()
    _create_assessments()


def downgrade() -> None:
    """Drop them, dependants first."""
    op.drop_table("assessments")
    op.drop_table("cluster_communes")
    op.drop_table("cluster_members")
    op.drop_table("clusters")
    op.drop_table("runs")


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_user", sa.Text(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("parameters", sa.Text(), nullable=False),
        sa.Column("data_stamp", sa.String(length=64), nullable=False),
        sa.Column("boundary_version_id", sa.Integer(), nullable=False),
        sa.Column("software_version", sa.String(length=16), nullable=False),
        sa.Column("n_records", sa.Integer(), nullable=False),
        sa.Column("n_left_out", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["boundary_version_id"],
            ["boundary_versions.id"],
            name=op.f("fk_runs_boundary_version_id_boundary_versions"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
    )


def _create_clusters() -> None:
    op.create_table(
        "clusters",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("flag", sa.String(length=12), nullable=False),
        sa.Column("first_date", sa.Date(), nullable=True),
        sa.Column("last_date", sa.Date(), nullable=True),
        sa.Column("nearest_hotspot", sa.Text(), nullable=True),
        sa.Column("nearest_m", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("province_code", sa.String(length=4), nullable=True),
        sa.Column("commune_code", sa.String(length=8), nullable=True),
        sa.Column("hull", geometry("POLYGON"), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=op.f("fk_clusters_run_id_runs")),
        sa.PrimaryKeyConstraint("run_id", "cluster_id", name=op.f("pk_clusters")),
    )
    op.create_index(op.f("ix_clusters_province_code"), "clusters", ["province_code"], unique=False)


def _create_cluster_members() -> None:
    op.create_table(
        "cluster_members",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_cluster_members_incident_id_incidents")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["runs.id"], name=op.f("fk_cluster_members_run_id_runs")
        ),
        sa.PrimaryKeyConstraint("run_id", "incident_id", name=op.f("pk_cluster_members")),
    )
    op.create_index(
        op.f("ix_cluster_members_cluster_id"), "cluster_members", ["cluster_id"], unique=False
    )


def _create_cluster_communes() -> None:
    op.create_table(
        "cluster_communes",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.Integer(), nullable=False),
        sa.Column("commune_code", sa.String(length=8), nullable=False),
        sa.Column("province_code", sa.String(length=4), nullable=True),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id", "cluster_id"],
            ["clusters.run_id", "clusters.cluster_id"],
            name=op.f("fk_cluster_communes_run_id_clusters"),
        ),
        sa.PrimaryKeyConstraint(
            "run_id", "cluster_id", "commune_code", name=op.f("pk_cluster_communes")
        ),
    )
    op.create_index(
        op.f("ix_cluster_communes_province_code"),
        "cluster_communes",
        ["province_code"],
        unique=False,
    )


def _create_assessments() -> None:
    op.create_table(
        "assessments",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_code", sa.String(length=8), nullable=False),
        sa.Column("province_code", sa.String(length=4), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("ruleset", sa.String(length=32), nullable=False),
        sa.Column("class", sa.String(length=12), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("missing", sa.Text(), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("higher_band_counts", sa.Boolean(), nullable=False),
        sa.Column("other_class", sa.String(length=12), nullable=False),
        sa.Column("possible", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("assessed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessments")),
        sa.UniqueConstraint(
            "commune_code",
            "period_start",
            "period_end",
            "ruleset",
            name=op.f("uq_assessments_commune_code"),
        ),
    )
    op.create_index(
        op.f("ix_assessments_province_code"), "assessments", ["province_code"], unique=False
    )
