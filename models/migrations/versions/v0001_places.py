"""Versions of the communes, their changes, the border."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.dialects import geometry, on_postgis

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    if on_postgis():
        op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    _create_boundary_versions()
    _create_communes()
    _create_commune_changes()
    _create_border_lines()
    _create_border_gates()


def downgrade() -> None:
    """Drop them, dependants first; PostGIS itself may serve others and stays."""
    op.drop_table("border_gates")
    op.drop_table("border_lines")
    op.drop_table("commune_changes")
    op.drop_table("communes")
    op.drop_table("boundary_versions")


def _create_boundary_versions() -> None:
    op.create_table(
        "boundary_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("vintage", sa.Text(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("commune_count", sa.Integer(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("approximate", sa.Boolean(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("installed_at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_versions")),
    )


def _create_communes() -> None:
    op.create_table(
        "communes",
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=8), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("full_name", sa.Text(), nullable=False),
        sa.Column("unit_type", sa.Text(), nullable=False),
        sa.Column("province_code", sa.String(length=4), nullable=False),
        sa.Column("province_name", sa.Text(), nullable=False),
        sa.Column("area_km2", sa.Float(), nullable=False),
        sa.Column("border_with", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("geom", geometry("MULTIPOLYGON"), nullable=False),
        sa.Column("geom_province", geometry("MULTIPOLYGON"), nullable=False),
        sa.Column("geom_nation", geometry("MULTIPOLYGON"), nullable=False),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["boundary_versions.id"],
            name=op.f("fk_communes_version_id_boundary_versions"),
        ),
        sa.PrimaryKeyConstraint("version_id", "code", name=op.f("pk_communes")),
    )
    op.create_index(op.f("ix_communes_province_code"), "communes", ["province_code"], unique=False)


def _create_commune_changes() -> None:
    op.create_table(
        "commune_changes",
        sa.Column("old_code", sa.String(length=8), nullable=False),
        sa.Column("new_code", sa.String(length=8), nullable=False),
        sa.Column("old_full_name", sa.Text(), nullable=False),
        sa.Column("old_district", sa.Text(), nullable=False),
        sa.Column("old_province", sa.Text(), nullable=False),
        sa.Column("share", sa.Float(), nullable=True),
        sa.Column("is_default", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("old_code", "new_code", name=op.f("pk_commune_changes")),
    )


def _create_border_lines() -> None:
    op.create_table(
        "border_lines",
        sa.Column("neighbour", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("length_km", sa.Float(), nullable=False),
        sa.Column("geom", geometry("MULTILINESTRING"), nullable=False),
        sa.Column("band_10km", geometry("MULTIPOLYGON"), nullable=False),
        sa.PrimaryKeyConstraint("neighbour", name=op.f("pk_border_lines")),
    )


def _create_border_gates() -> None:
    op.create_table(
        "border_gates",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("neighbour", sa.String(length=16), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("coordinate_quality", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_border_gates")),
    )
