"""The review queue: which rows wait for a person, and which reviews are one decision."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WAITING = sa.text(
    "withdrawn IS NULL AND geocode_method <> 'review' "
    "AND (geocode_confidence < 0.9 OR \"precision\" IN ('province', 'unlocated'))"
)


def upgrade() -> None:
    """Make the column and the indexes."""
    number = sa.Column("decision_id", sa.Integer(), nullable=False, server_default="0")
    op.add_column("place_reviews", number)
    op.execute("UPDATE place_reviews SET decision_id = id")
    op.create_index(op.f("ix_place_reviews_decision_id"), "place_reviews", ["decision_id"])
    for table in ("incidents", "hotspots"):
        op.create_index(
            f"ix_{table}_waiting",
            table,
            ["province_code"],
            sqlite_where=_WAITING,
            postgresql_where=_WAITING,
        )
    op.create_index("ix_place_reviews_at", "place_reviews", ["at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_place_reviews_at", table_name="place_reviews")
    for table in ("hotspots", "incidents"):
        op.drop_index(f"ix_{table}_waiting", table_name=table)
    op.drop_index(op.f("ix_place_reviews_decision_id"), table_name="place_reviews")
    op.drop_column("place_reviews", "decision_id")
