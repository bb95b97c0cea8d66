"""Versions of records, reviews of places, duplicates, sub-units, imports that can be undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from models.errors import SchemaError

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COUNTING = (
    *("verified", "precision", "occurred_on", "lon", "lat", "commune_code_now"),
    *("date_precision", "province_code", "offenders"),
)


def upgrade() -> None:
    """Make the tables and columns."""
    _widen_imports()
    _widen_records()
    _create_record_versions()
    _create_reviews()
    _create_duplicates()
    _create_sub_units()


def downgrade() -> None:
    """Drop them, dependants first; refused while records are withdrawn.

    Without the mark they would count again as data.
    """
    _require_none_withdrawn()
    for table in ("sub_units", "duplicates", "place_reviews", "place_aliases", "record_versions"):
        op.drop_table(table)
    _index_counting(_COUNTING)
    for table in ("hotspots", "incidents"):
        op.drop_column(table, "withdrawn")
        op.drop_column(table, "sub_unit_id")
    op.drop_column("rejected_rows", "cells")
    for column in ("undone_by", "undone_at", "headings", "titles", "changed"):
        op.drop_column("imports", column)


def _require_none_withdrawn() -> None:
    count = "SELECT count(*) FROM {} WHERE withdrawn IS NOT NULL"
    connection = op.get_bind()
    n = sum(connection.scalar(sa.text(count.format(name))) for name in ("incidents", "hotspots"))
    if n:
        raise SchemaError(
            f"Có {n} bản ghi đã rút (do hoàn tác lần nhập hoặc gộp vụ trùng); phiên bản 0004 không "
            "có dấu rút nên sẽ lại tính chúng là dữ liệu. Không có gì bị thay đổi. Hãy khôi phục "
            "bản sao lưu có trước khi nâng cấp; hoặc bỏ gộp trên trang «Vụ trùng» và nhập lại tệp "
            "của các lần nhập đã hoàn tác (bản ghi của chúng trở lại thành dữ liệu), rồi thử lại."
        )


def _widen_imports() -> None:
    op.add_column("imports", sa.Column("changed", sa.Integer(), nullable=False, server_default="0"))
    for name in ("titles", "headings"):
        json_list = sa.Column(name, sa.Text(), nullable=False, server_default="[]")
        op.add_column("imports", json_list)
    op.add_column("imports", sa.Column("undone_at", sa.DateTime(), nullable=True))
    op.add_column("imports", sa.Column("undone_by", sa.Text(), nullable=True))
    cells = sa.Column("cells", sa.Text(), nullable=False, server_default="[]")
    op.add_column("rejected_rows", cells)


def _widen_records() -> None:
    for table in ("incidents", "hotspots"):
        op.add_column(table, sa.Column("sub_unit_id", sa.Integer(), nullable=True))
        op.add_column(table, sa.Column("withdrawn", sa.String(length=8), nullable=True))
    _index_counting((*_COUNTING, "withdrawn"))


def _index_counting(columns: tuple[str, ...]) -> None:
    op.drop_index("ix_incidents_counting", table_name="incidents")
    op.create_index("ix_incidents_counting", "incidents", list(columns), unique=False)


def _create_record_versions() -> None:
    op.create_table(
        "record_versions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layer", sa.String(length=16), nullable=False),
        sa.Column("record_key", sa.Text(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=True),
        sa.Column("replaced_by_import", sa.Integer(), nullable=True),
        sa.Column("replaced_at", sa.DateTime(), nullable=False),
        sa.Column("replaced_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_record_versions_import_id_imports")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_import"],
            ["imports.id"],
            name=op.f("fk_record_versions_replaced_by_import_imports"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_versions")),
    )
    op.create_index(
        op.f("ix_record_versions_replaced_by_import"), "record_versions", ["replaced_by_import"]
    )
    op.create_index("ix_record_versions_record", "record_versions", ["layer", "record_key"])


def _create_reviews() -> None:
    op.create_table(
        "place_aliases",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("written_key", sa.Text(), nullable=False),
        sa.Column("written", sa.Text(), nullable=False),
        sa.Column("commune_code", sa.String(length=8), nullable=False),
        sa.Column("created_at", sa.DateTime(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_aliases")),
        sa.UniqueConstraint("source", "written_key", name=op.f("uq_place_aliases_source")),
    )
    op.create_table(
        "place_reviews",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("layer", sa.String(length=16), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("before", sa.Text(), nullable=False),
        sa.Column("after", sa.Text(), nullable=False),
        sa.Column("alias_id", sa.Integer(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("by_user", sa.Text(), nullable=False),
        sa.Column("undone_at", sa.DateTime(), nullable=True),
        sa.Column("undone_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["alias_id"], ["place_aliases.id"], name=op.f("fk_place_reviews_alias_id_place_aliases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_place_reviews")),
    )
    op.create_index("ix_place_reviews_record", "place_reviews", ["layer", "record_id"])


def _create_duplicates() -> None:
    op.create_table(
        "duplicates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("other_id", sa.Integer(), nullable=False),
        sa.Column("distance_m", sa.Float(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("proposed_at", sa.DateTime(), nullable=False),
        sa.Column("decided_at", sa.DateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["kept_id"], ["incidents.id"], name=op.f("fk_duplicates_kept_id_incidents")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["incidents.id"], name=op.f("fk_duplicates_other_id_incidents")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicates")),
        sa.UniqueConstraint("kept_id", "other_id", name=op.f("uq_duplicates_kept_id")),
    )
    op.create_index(op.f("ix_duplicates_other_id"), "duplicates", ["other_id"])
    op.create_index(op.f("ix_duplicates_state"), "duplicates", ["state"])


def _create_sub_units() -> None:
    op.create_table(
        "sub_units",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commune_code", sa.String(length=8), nullable=False),
        sa.Column("province_code", sa.String(length=4), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("name_key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("ref", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("content_sha256", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"], ["imports.id"], name=op.f("fk_sub_units_import_id_imports")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sub_units")),
        sa.UniqueConstraint("source", "ref", name=op.f("uq_sub_units_source")),
    )
    op.create_index(op.f("ix_sub_units_import_id"), "sub_units", ["import_id"])
    op.create_index(op.f("ix_sub_units_province_code"), "sub_units", ["province_code"])
    op.create_index("ix_sub_units_commune", "sub_units", ["commune_code", "name_key"])
