"""Whether an incident happened in a home."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from geo.home_words import home_of
from models.columns import json_text

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_AT_ONCE = 2_000
_COUNTED = (
    *("verified", "precision", "occurred_on", "lon", "lat", "commune_code_now"),
    *("date_precision", "province_code", "offenders", "withdrawn", "kind", "detected_by"),
)


def upgrade() -> None:
    """Tell it of every incident and of all its earlier contents, by what was written of the place.

    What counting reads is with it in one index.
    """
    told = sa.Column("home", sa.String(8), nullable=False, server_default="unknown")
    op.add_column("incidents", told)
    connection = op.get_bind()
    rows = connection.execute(sa.text("SELECT id, address_text FROM incidents")).all()
    known = [{"id": id_, "home": home_of(text).value} for id_, text in rows]
    known = [each for each in known if each["home"] != "unknown"]
    for start in range(0, len(known), _AT_ONCE):
        put = sa.text("UPDATE incidents SET home = :home WHERE id = :id")
        connection.execute(put, known[start : start + _AT_ONCE])
    _tell_versions(connection)
    _index_counting((*_COUNTED, "home"))


def downgrade() -> None:
    """Forget it; what earlier contents say of it is not read any more.

    What a file or a person said otherwise than the written place goes: until now every point
    was shown to the whole scope, and after this step it is again.
    """
    _index_counting(_COUNTED)
    op.drop_column("incidents", "home")


def _tell_versions(connection: sa.Connection) -> None:
    last = 0
    read = sa.text(
        "SELECT id, content FROM record_versions WHERE layer = 'incidents' AND id > :last "
        f"ORDER BY id LIMIT {_AT_ONCE}"
    )
    while rows := connection.execute(read, {"last": last}).all():
        last = rows[-1].id
        contents = [(row.id, json.loads(row.content)) for row in rows]
        told = [
            {"id": id_, "content": json_text(content | {"home": home_of(_address(content)).value})}
            for id_, content in contents
        ]
        put = sa.text("UPDATE record_versions SET content = :content WHERE id = :id")
        connection.execute(put, told)


def _address(content: dict[str, str]) -> str:
    return content.get("address_text", "")


def _index_counting(columns: tuple[str, ...]) -> None:
    op.drop_index("ix_incidents_counting", table_name="incidents")
    op.create_index("ix_incidents_counting", "incidents", list(columns), unique=False)
