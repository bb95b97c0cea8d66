"""Clusters with names that last, runs that can be repeated, alerts, campaigns, corrections."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.errors import SchemaError
from models.migrations.dialects import geometry

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_OF_RUNS = ("labels_sha256", "engine", "n_unverified", "since")
_OF_CLUSTERS = (
    *("border_with", "border_m", "change", "top_substance_n", "top_substance"),
    *("top_kind_n", "top_kind", "hotspot_id", "parents", "lineage", "stable_id"),
)

_WITHOUT_A_PLACE = (
    ("diễn biến đã sửa hoặc đã bỏ", "hotspot_events", "corrects_id IS NOT NULL"),
    ("cảnh báo đã có quyết định", "alerts", "decided_by IS NOT NULL"),
    ("đợt cao điểm", "campaigns", "TRUE"),
    ("lần nhập đợt cao điểm", "imports", "layer = 'campaigns'"),
    ("bản ghi cũ của đợt cao điểm", "record_versions", "layer = 'campaigns'"),
)
"""What people wrote that 0006 would lose, or read as something else."""


def upgrade() -> None:
    """Make the tables and columns; a cluster found before has no name (`stable_id` is empty).

    Names begin with the next analysis. Runs found before kept no points, so that
    they cannot be repeated.
    """
    _widen_runs()
    _widen_clusters()
    op.add_column("hotspot_events", sa.Column("corrects_id", sa.Integer(), nullable=True))
    op.create_index(op.f("ix_audit_events_action"), "audit_events", ["action"])
    _create_alerts()
    _create_campaigns()


def downgrade() -> None:
    """Drop them; refused while they hold what people decided or entered.

    An event that was corrected or taken out would stand again. What an analysis
    finds anew goes: names of clusters, points of runs, alerts that nobody decided on.
    """
    _require_nothing_to_lose()
    op.drop_table("campaigns")
    op.drop_table("alerts")
    op.drop_index(op.f("ix_audit_events_action"), table_name="audit_events")
    op.drop_column("hotspot_events", "corrects_id")
    op.drop_index(op.f("ix_clusters_stable_id"), table_name="clusters")
    for column in _OF_CLUSTERS:
        op.drop_column("clusters", column)
    op.drop_table("run_points")
    for column in _OF_RUNS:
        op.drop_column("runs", column)


def _require_nothing_to_lose() -> None:
    connection = op.get_bind()
    counts = [
        (connection.scalar(sa.text(f"SELECT count(*) FROM {table} WHERE {having}")), words)
        for words, table, having in _WITHOUT_A_PLACE
    ]
    told = ", ".join(f"{n} {words}" for n, words in counts if n)
    if told:
        raise SchemaError(
            f"Có {told}; phiên bản 0006 không có chỗ giữ những nội dung này: diễn biến đã sửa "
            "hoặc đã bỏ sẽ lại được tính như chưa sửa, phần còn lại sẽ mất. Không có gì bị thay "
            "đổi. Hãy khôi phục bản sao lưu có trước khi nâng cấp."
        )


def _widen_runs() -> None:
    op.add_column("runs", sa.Column("since", sa.Date(), nullable=True))
    whole = sa.Column("n_unverified", sa.Integer(), nullable=False, server_default="0")
    op.add_column("runs", whole)
    engine = sa.Column("engine", sa.String(12), nullable=False, server_default="sklearn")
    op.add_column("runs", engine)
    digest = sa.Column("labels_sha256", sa.String(64), nullable=False, server_default="")
    op.add_column("runs", digest)
    op.create_table(
        "run_points",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _to_runs("run_points"),
        sa.PrimaryKeyConstraint("run_id", name=op.f("pk_run_points")),
    )


def _widen_clusters() -> None:
    columns = (
        sa.Column("stable_id", sa.String(12), nullable=False, server_default=""),
        sa.Column("lineage", sa.String(8), nullable=False, server_default="new"),
        sa.Column("parents", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("hotspot_id", sa.Integer(), nullable=True),
        sa.Column("top_kind", sa.String(24), nullable=True),
        sa.Column("top_kind_n", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("top_substance", sa.String(16), nullable=True),
        sa.Column("top_substance_n", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("change", sa.Text(), nullable=True),
        sa.Column("border_m", sa.Float(), nullable=True),
        sa.Column("border_with", sa.String(16), nullable=False, server_default=""),
    )
    for column in columns:
        op.add_column("clusters", column)
    op.create_index(op.f("ix_clusters_stable_id"), "clusters", ["stable_id"])


def _create_alerts() -> None:
    op.create_table(
        "alerts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("subject", sa.String(24), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("cluster_id", sa.String(12), nullable=True),
        sa.Column("hotspot_id", sa.Integer(), nullable=True),
        sa.Column("province_code", sa.String(4), nullable=True),
        sa.Column("commune_code", sa.String(8), nullable=True),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("incident_ids", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=True),
        _to_runs("alerts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_alerts")),
    )
    op.create_index(op.f("ix_alerts_province_code"), "alerts", ["province_code"])
    op.create_index(
        "ix_alerts_open",
        "alerts",
        ["kind", "subject"],
        unique=True,
        sqlite_where=sa.text("state = 'open'"),
        postgresql_where=sa.text("state = 'open'"),
    )


def _create_campaigns() -> None:
    op.create_table(
        "campaigns",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("area_text", sa.Text(), nullable=False),
        sa.Column("commune_codes", sa.Text(), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("radius_m", sa.Float(), nullable=True),
        sa.Column("area", geometry("MULTIPOLYGON"), nullable=False),
        sa.Column("province_code", sa.String(4), nullable=True),
        sa.Column("commune_code", sa.String(8), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("content_sha256", sa.String(64), nullable=False),
        sa.Column("withdrawn", sa.String(8), nullable=True),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_campaigns_import_id_imports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_campaigns")),
        sa.UniqueConstraint("source", "ref", name=op.f("uq_campaigns_source")),
    )
    op.create_index(op.f("ix_campaigns_province_code"), "campaigns", ["province_code"])
    op.create_index(op.f("ix_campaigns_import_id"), "campaigns", ["import_id"])


def _to_runs(table: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_run_id_runs")
    return sa.ForeignKeyConstraint(["run_id"], ["runs.id"], name=name)
