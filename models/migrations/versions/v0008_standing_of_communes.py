"""Corridors, the steps of an assessment, reviews of sub-units, targets, due dates."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.errors import SchemaError
from models.migrations.dialects import geometry

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_WITHOUT_A_PLACE = (
    ("tuyến trọng điểm", "corridors", "TRUE"),
    ("lần nhập tuyến trọng điểm", "imports", "layer = 'corridors'"),
    ("bản ghi cũ của tuyến trọng điểm", "record_versions", "layer = 'corridors'"),
    ("bước tự đánh giá, duyệt", "assessment_steps", "TRUE"),
    ("lần rà soát thôn, tổ", "sub_unit_reviews", "TRUE"),
    ("thôn, tổ đã bỏ khỏi danh sách", "sub_units", "withdrawn IS NOT NULL"),
    ("chỉ tiêu lộ trình", "targets", "TRUE"),
    ("hạn tự đánh giá", "unit_due_dates", "TRUE"),
)
"""What people wrote that 0007 would lose, or read as something else."""


def upgrade() -> None:
    """Make the tables and columns; an assessment made before has no compared figures."""
    figures = sa.Column("figures", sa.Text(), nullable=False, server_default="[]")
    op.add_column("assessments", figures)
    op.add_column("sub_units", sa.Column("withdrawn", sa.String(8), nullable=True))
    _create_corridors()
    _create_crossings()
    _create_steps()
    _create_reviews()
    _create_plans()


def downgrade() -> None:
    """Drop them; refused while they hold what people decided or entered."""
    _require_nothing_to_lose()
    for table in ("unit_due_dates", "targets", "sub_unit_reviews", "assessment_steps"):
        op.drop_table(table)
    op.drop_table("corridor_communes")
    op.drop_table("corridors")
    op.drop_column("sub_units", "withdrawn")
    op.drop_column("assessments", "figures")


def _require_nothing_to_lose() -> None:
    connection = op.get_bind()
    counts = [
        (connection.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {having}")), words)
        for words, table, having in _WITHOUT_A_PLACE
    ]
    told = ", ".join(f"{n} {words}" for n, words in counts if n)
    if told:
        raise SchemaError(
            f"Có {told}; phiên bản 0007 không có chỗ giữ những nội dung này. Không có gì bị thay "
            "đổi. Hãy khôi phục bản sao lưu có trước khi nâng cấp."
        )


def _create_corridors() -> None:
    op.create_table(
        "corridors",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("reach", sa.String(8), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("width_m", sa.Float(), nullable=False),
        sa.Column("geom", geometry("MULTILINESTRING"), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("withdrawn", sa.String(8), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        _to("corridors", "import_id", "imports"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corridors")),
        sa.UniqueConstraint("source", "ref", name=op.f("uq_corridors_source")),
    )
    op.create_index(op.f("ix_corridors_import_id"), "corridors", ["import_id"])


def _create_crossings() -> None:
    op.create_table(
        "corridor_communes",
        sa.Column("corridor_id", sa.Integer(), nullable=False),
        sa.Column("commune_code", sa.String(8), nullable=False),
        sa.Column("province_code", sa.String(4), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("length_km", sa.Float(), nullable=False),
        _to("corridor_communes", "corridor_id", "corridors"),
        sa.PrimaryKeyConstraint(
            "corridor_id", "commune_code", name=op.f("pk_corridor_communes")
        ),
    )
    for column in ("commune_code", "province_code"):
        op.create_index(op.f(f"ix_corridor_communes_{column}"), "corridor_communes", [column])


def _create_steps() -> None:
    op.create_table(
        "assessment_steps",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(8), nullable=False),
        sa.Column("unit_code", sa.String(8), nullable=False),
        sa.Column("province_code", sa.String(4), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("ruleset", sa.String(32), nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("class", sa.String(12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_user", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assessment_steps")),
    )
    op.create_index(
        op.f("ix_assessment_steps_province_code"), "assessment_steps", ["province_code"]
    )
    op.create_index(
        "ix_assessment_steps_unit", "assessment_steps", ["level", "unit_code", "period_start"]
    )
    op.create_index(
        "ix_assessment_steps_period",
        "assessment_steps",
        ["level", "period_end", "period_start", "unit_code", "id"],
    )


def _create_reviews() -> None:
    op.create_table(
        "sub_unit_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sub_unit_id", sa.Integer(), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("drug_free", sa.Boolean(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_user", sa.Text(), nullable=False),
        _to("sub_unit_reviews", "sub_unit_id", "sub_units"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sub_unit_reviews")),
    )
    op.create_index(
        op.f("ix_sub_unit_reviews_sub_unit_id"), "sub_unit_reviews", ["sub_unit_id"]
    )


def _create_plans() -> None:
    op.create_table(
        "targets",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(4), nullable=True),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("share_percent", sa.Float(), nullable=True),
        sa.Column("decision", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_user", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_targets")),
    )
    op.create_index(op.f("ix_targets_province_code"), "targets", ["province_code"])
    op.create_table(
        "unit_due_dates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("province_code", sa.String(4), nullable=False),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_user", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_due_dates")),
    )
    op.create_index(op.f("ix_unit_due_dates_province_code"), "unit_due_dates", ["province_code"])


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)
