"""The schema of places: versions of the communes, changes, border, gates; the columns of a place.

Geometry is WGS 84. `models.tables` holds the rest and offers all of it.
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
    MetaData,
    String,
    Table,
    Text,
    text,
)

from models.columns import GeometryColumn, JsonColumn, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

boundary_versions = Table(
    "boundary_versions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("vintage", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("commune_count", Integer, nullable=False),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("approximate", Boolean, nullable=False),
    Column("is_current", Boolean, nullable=False),
    Column("installed_at", UtcDateTime, nullable=False),
)

communes = Table(
    "communes",
    metadata,
    Column("version_id", ForeignKey("boundary_versions.id"), primary_key=True),
    Column("code", String(8), primary_key=True),
    Column("name", Text, nullable=False),
    Column("full_name", Text, nullable=False),
    Column("unit_type", Text, nullable=False),
    Column("province_code", String(4), nullable=False, index=True),
    Column("province_name", Text, nullable=False),
    Column("area_km2", Float, nullable=False),
    Column("border_with", Text, nullable=False, default=""),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("geom", GeometryColumn("MULTIPOLYGON"), nullable=False),
    Column("geom_province", GeometryColumn("MULTIPOLYGON"), nullable=False),
    Column("geom_nation", GeometryColumn("MULTIPOLYGON"), nullable=False),
)

commune_changes = Table(
    "commune_changes",
    metadata,
    Column("old_code", String(8), primary_key=True),
    Column("new_code", String(8), primary_key=True),
    Column("old_full_name", Text, nullable=False),
    Column("old_district", Text, nullable=False),
    Column("old_province", Text, nullable=False),
    Column("share", Float),
    Column("is_default", Boolean, nullable=False),
)

border_lines = Table(
    "border_lines",
    metadata,
    Column("neighbour", String(16), primary_key=True),
    Column("source", Text, nullable=False),
    Column("length_km", Float, nullable=False),
    Column("geom", GeometryColumn("MULTILINESTRING"), nullable=False),
    Column("band_10km", GeometryColumn("MULTIPOLYGON"), nullable=False),
)

border_gates = Table(
    "border_gates",
    metadata,
    Column("name", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("neighbour", String(16), nullable=False),
    Column("lon", Float, nullable=False),
    Column("lat", Float, nullable=False),
    Column("coordinate_quality", Text, nullable=False),
)

WAITING = text(
    "withdrawn IS NULL AND geocode_method <> 'review' "
    "AND (geocode_confidence < 0.9 OR \"precision\" IN ('province', 'unlocated'))"
)
"""Rows whose place a person has to look at, in the very words of their index."""


def placement_columns() -> list[Column[object]]:
    """The columns of a place, the same for every record that has one.

    The point is `lon` and `lat`; the migrations index it (R*Tree or GiST).
    """
    return [
        Column("lon", Float),
        Column("lat", Float),
        Column("precision", String(12), nullable=False),
        Column("commune_code", String(8)),
        Column("commune_code_now", String(8)),
        Column("province_code", String(4)),
        Column("geocode_method", String(32), nullable=False),
        Column("geocode_confidence", Float, nullable=False),
        Column("geocode_candidates", JsonColumn, nullable=False),
        Column("geocode_warnings", JsonColumn, nullable=False),
        Column("place_query", JsonColumn, nullable=False),
        Column("sub_unit_id", Integer),
    ]


def index_waiting(table: Table) -> None:
    """Index the rows of a table whose place waits for a person, by province."""
    Index(
        f"ix_{table.name}_waiting",
        table.c.province_code,
        sqlite_where=WAITING,
        postgresql_where=WAITING,
    )
