"""The review queue: which rows wait for a person, which reviews are one decision.

Remembered choices are kept when others take their place.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

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

_ONE_OF_WORDS = "uq_place_aliases_source"
_SURPLUS = """
SELECT a.id FROM place_aliases a JOIN place_aliases b
ON a.source = b.source AND a.written_key = b.written_key
WHERE (b.active AND NOT a.active)
OR (a.active = b.active AND a.id < b.id)
"""


@contextmanager
def _unreferenced_aliases() -> Iterator[None]:
    """Take the references off while SQLite makes the table anew, and put them back."""
    op.execute(
        "CREATE TEMPORARY TABLE kept_alias_ids AS "
        "SELECT id, alias_id FROM place_reviews WHERE alias_id IS NOT NULL"
    )
    op.execute("UPDATE place_reviews SET alias_id = NULL WHERE alias_id IS NOT NULL")
    yield
    op.execute(
        "UPDATE place_reviews SET alias_id = (SELECT kept.alias_id FROM kept_alias_ids kept "
        "WHERE kept.id = place_reviews.id)"
    )
    op.execute("DROP TABLE kept_alias_ids")


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
    with _unreferenced_aliases(), op.batch_alter_table("place_aliases") as aliases:
        aliases.drop_constraint(_ONE_OF_WORDS, type_="unique")
        aliases.add_column(sa.Column("replaces_id", sa.Integer(), nullable=True))
    op.create_index(
        "ix_place_aliases_active",
        "place_aliases",
        ["source", "written_key"],
        unique=True,
        sqlite_where=sa.text("active"),
        postgresql_where=sa.text("active"),
    )


def downgrade() -> None:
    """Drop them; of remembered choices for the same words one stays, that in use if any is."""
    op.drop_index("ix_place_aliases_active", table_name="place_aliases")
    op.execute(f"UPDATE place_reviews SET alias_id = NULL WHERE alias_id IN ({_SURPLUS})")
    op.execute(f"DELETE FROM place_aliases WHERE id IN ({_SURPLUS})")
    with _unreferenced_aliases(), op.batch_alter_table("place_aliases") as aliases:
        aliases.drop_column("replaces_id")
        aliases.create_unique_constraint(_ONE_OF_WORDS, ["source", "written_key"])
    op.drop_index("ix_place_reviews_at", table_name="place_reviews")
    for table in ("hotspots", "incidents"):
        op.drop_index(f"ix_{table}_waiting", table_name=table)
    op.drop_index(op.f("ix_place_reviews_decision_id"), table_name="place_reviews")
    op.drop_column("place_reviews", "decision_id")
