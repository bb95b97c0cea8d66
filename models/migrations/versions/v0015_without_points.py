"""An index of the incidents that have no point, found without reading all the others."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_NOWHERE = sa.text("lon IS NULL")


def upgrade() -> None:
    """Make it."""
    op.create_index(
        "ix_incidents_without_point",
        "incidents",
        ["occurred_on"],
        sqlite_where=_NOWHERE,
        postgresql_where=_NOWHERE,
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_index("ix_incidents_without_point", table_name="incidents")
