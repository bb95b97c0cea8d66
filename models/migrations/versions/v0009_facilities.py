"""Facilities; the index of counting also holds what incidents are filtered by."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.errors import SchemaError
from models.migrations.dialects import add_point_index, drop_point_index

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_COUNTING = (
    *("verified", "precision", "occurred_on", "lon", "lat", "commune_code_now"),
    *("date_precision", "province_code", "offenders", "withdrawn"),
)
_WAITING = sa.text(
    "withdrawn IS NULL AND geocode_method <> 'review' "
    "AND (geocode_confidence < 0.9 OR \"precision\" IN ('province', 'unlocated'))"
)
_WITHOUT_A_PLACE = (
    ("cơ sở, địa điểm", "facilities", "TRUE"),
    ("lần nhập cơ sở, địa điểm", "imports", "layer = 'facilities'"),
    ("bản ghi cũ của cơ sở, địa điểm", "record_versions", "layer = 'facilities'"),
    ("quyết định về vị trí của cơ sở", "place_reviews", "layer = 'facilities'"),
)
"""What people brought or decided that 0008 would lose, or could not read."""


def upgrade() -> None:
    """Make the table, widen the index of counting, index seizures by substance."""
    _create_facilities()
    add_point_index("facilities")
    _index_counting((*_COUNTING, "kind", "detected_by"))
    op.create_index("ix_seizures_substance", "seizures", ["substance", "incident_id"])


def downgrade() -> None:
    """Drop them; refused while there are facilities, or imports of them."""
    _require_nothing_to_lose()
    op.drop_index("ix_seizures_substance", table_name="seizures")
    _index_counting(_COUNTING)
    drop_point_index("facilities")
    op.drop_table("facilities")


def _require_nothing_to_lose() -> None:
    connection = op.get_bind()
    counts = [
        (connection.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {having}")), words)
        for words, table, having in _WITHOUT_A_PLACE
    ]
    told = ", ".join(f"{n} {words}" for n, words in counts if n)
    if told:
        raise SchemaError(
            f"Có {told}; phiên bản 0008 không có chỗ giữ những nội dung này. Không có gì bị thay "
            "đổi. Hãy khôi phục bản sao lưu có trước khi nâng cấp."
        )


def _index_counting(columns: tuple[str, ...]) -> None:
    op.drop_index("ix_incidents_counting", table_name="incidents")
    op.create_index("ix_incidents_counting", "incidents", list(columns), unique=False)


def _create_facilities() -> None:
    op.create_table(
        "facilities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("address_text", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        *_placement(),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("withdrawn", sa.String(8), nullable=True),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_facilities_import_id_imports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_facilities")),
        sa.UniqueConstraint("source", "ref", name=op.f("uq_facilities_source")),
    )
    op.create_index("ix_facilities_commune", "facilities", ["commune_code_now"])
    op.create_index("ix_facilities_province", "facilities", ["province_code", "kind"])
    op.create_index(op.f("ix_facilities_import_id"), "facilities", ["import_id"])
    op.create_index(
        "ix_facilities_waiting",
        "facilities",
        ["province_code"],
        sqlite_where=_WAITING,
        postgresql_where=_WAITING,
    )


def _placement() -> list[sa.Column[object]]:
    return [
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("precision", sa.String(12), nullable=False),
        sa.Column("commune_code", sa.String(8), nullable=True),
        sa.Column("commune_code_now", sa.String(8), nullable=True),
        sa.Column("province_code", sa.String(4), nullable=True),
        sa.Column("geocode_method", sa.String(32), nullable=False),
        sa.Column("geocode_confidence", sa.Float(), nullable=False),
        sa.Column("geocode_candidates", sa.Text(), nullable=False),
        sa.Column("geocode_warnings", sa.Text(), nullable=False),
        sa.Column("place_query", sa.Text(), nullable=False),
        sa.Column("sub_unit_id", sa.Integer(), nullable=True),
    ]
