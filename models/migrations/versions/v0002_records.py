"""Imports and what they bring: incidents, hotspots, indicators."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.migrations.dialects import add_point_index, drop_point_index

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _create_imports()
    _create_rejected_rows()
    _create_incidents()
    _index_incidents()
    _create_seizures()
    _create_hotspots()
    _create_hotspot_events()
    _create_indicators()
    add_point_index("incidents")
    add_point_index("hotspots")


def downgrade() -> None:
    """Drop them, dependants first."""
    drop_point_index("incidents")
    drop_point_index("hotspots")
    op.drop_table("indicators")
    op.drop_table("hotspot_events")
    op.drop_table("hotspots")
    op.drop_table("seizures")
    op.drop_table("incidents")
    op.drop_table("rejected_rows")
    op.drop_table("imports")


def _create_imports() -> None:
    op.create_table(
        "imports",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layer", sa.String(length=16), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_user", sa.Text(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("dropped_columns", sa.Text(), nullable=False),
        sa.Column("ignored_columns", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
    )


def _create_rejected_rows() -> None:
    op.create_table(
        "rejected_rows",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_rejected_rows_import_id_imports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rejected_rows")),
    )
    op.create_index(
        op.f("ix_rejected_rows_import_id"), "rejected_rows", ["import_id"], unique=False
    )


def _create_incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("occurred_on", sa.Date(), nullable=False),
        sa.Column("date_precision", sa.String(length=8), nullable=False),
        sa.Column("kind", sa.String(length=24), nullable=False),
        sa.Column("side", sa.String(length=8), nullable=False),
        sa.Column("detected_by", sa.String(length=16), nullable=False),
        sa.Column("verified", sa.Boolean(), nullable=False),
        sa.Column("offenders", sa.Integer(), nullable=True),
        sa.Column("address_text", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("precision", sa.String(length=12), nullable=False),
        sa.Column("commune_code", sa.String(length=8), nullable=True),
        sa.Column("commune_code_now", sa.String(length=8), nullable=True),
        sa.Column("province_code", sa.String(length=4), nullable=True),
        sa.Column("geocode_method", sa.String(length=32), nullable=False),
        sa.Column("geocode_confidence", sa.Float(), nullable=False),
        sa.Column("geocode_candidates", sa.Text(), nullable=False),
        sa.Column("geocode_warnings", sa.Text(), nullable=False),
        sa.Column("place_query", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_incidents_import_id_imports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
        sa.UniqueConstraint("source", "ref", name=op.f("uq_incidents_source")),
    )


def _index_incidents() -> None:
    op.create_index(
        "ix_incidents_commune_day", "incidents", ["commune_code_now", "occurred_on"], unique=False
    )
    op.create_index(
        "ix_incidents_counting",
        "incidents",
        [
            "verified",
            "precision",
            "occurred_on",
            "lon",
            "lat",
            "commune_code_now",
            "date_precision",
            "province_code",
            "offenders",
        ],
        unique=False,
    )
    op.create_index(op.f("ix_incidents_import_id"), "incidents", ["import_id"], unique=False)
    op.create_index(op.f("ix_incidents_occurred_on"), "incidents", ["occurred_on"], unique=False)
    op.create_index(
        "ix_incidents_province_day", "incidents", ["province_code", "occurred_on"], unique=False
    )


def _create_seizures() -> None:
    op.create_table(
        "seizures",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("substance", sa.String(length=16), nullable=False),
        sa.Column("quantity", sa.Float(), nullable=False),
        sa.Column("unit", sa.String(length=8), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incidents.id"], name=op.f("fk_seizures_incident_id_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seizures")),
    )
    op.create_index(op.f("ix_seizures_incident_id"), "seizures", ["incident_id"], unique=False)


def _create_hotspots() -> None:
    op.create_table(
        "hotspots",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("is_dwelling", sa.Boolean(), nullable=False),
        sa.Column("address_text", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("precision", sa.String(length=12), nullable=False),
        sa.Column("commune_code", sa.String(length=8), nullable=True),
        sa.Column("commune_code_now", sa.String(length=8), nullable=True),
        sa.Column("province_code", sa.String(length=4), nullable=True),
        sa.Column("geocode_method", sa.String(length=32), nullable=False),
        sa.Column("geocode_confidence", sa.Float(), nullable=False),
        sa.Column("geocode_candidates", sa.Text(), nullable=False),
        sa.Column("geocode_warnings", sa.Text(), nullable=False),
        sa.Column("place_query", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_hotspots_import_id_imports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotspots")),
        sa.UniqueConstraint("source", "ref", name=op.f("uq_hotspots_source")),
    )
    op.create_index("ix_hotspots_commune", "hotspots", ["commune_code_now"], unique=False)
    op.create_index(op.f("ix_hotspots_import_id"), "hotspots", ["import_id"], unique=False)
    op.create_index("ix_hotspots_province", "hotspots", ["province_code"], unique=False)


def _create_hotspot_events() -> None:
    op.create_table(
        "hotspot_events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hotspot_id", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=12), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["hotspot_id"], ["hotspots.id"], name=op.f("fk_hotspot_events_hotspot_id_hotspots")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hotspot_events")),
    )
    op.create_index(
        op.f("ix_hotspot_events_hotspot_id"), "hotspot_events", ["hotspot_id"], unique=False
    )


def _create_indicators() -> None:
    op.create_table(
        "indicators",
        sa.Column("commune_code", sa.String(length=8), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("province_code", sa.String(length=4), nullable=True),
        sa.Column("residents", sa.Integer(), nullable=True),
        sa.Column("dependents", sa.Integer(), nullable=True),
        sa.Column("users", sa.Integer(), nullable=True),
        sa.Column("substitution", sa.Integer(), nullable=True),
        sa.Column("home_rehab", sa.Integer(), nullable=True),
        sa.Column("post_rehab", sa.Integer(), nullable=True),
        sa.Column("use_dens", sa.Integer(), nullable=True),
        sa.Column("offenders_arrested", sa.Integer(), nullable=True),
        sa.Column("resident_offenders", sa.Integer(), nullable=True),
        sa.Column("fugitives", sa.Integer(), nullable=True),
        sa.Column("plants", sa.Integer(), nullable=True),
        sa.Column("plant_area_m2", sa.Float(), nullable=True),
        sa.Column("on_key_route", sa.Boolean(), nullable=True),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_indicators_import_id_imports")
        ),
        sa.PrimaryKeyConstraint(
            "commune_code", "period_start", "period_end", name=op.f("pk_indicators")
        ),
    )
    op.create_index(op.f("ix_indicators_import_id"), "indicators", ["import_id"], unique=False)
    op.create_index(
        op.f("ix_indicators_province_code"), "indicators", ["province_code"], unique=False
    )
