"""Row-level security on PostGIS: no row of a scope that the transaction does not speak for.

Which scope holds is said by `models.session` in three settings of the transaction. Where they
are not set no row is there. SQLite knows nothing of the kind and stays as it is.
"""

from __future__ import annotations

from alembic import op

from models.migrations.dialects import on_postgis

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Turn it on, for the owner of the tables too; index what an officer asks of alerts."""
    op.create_index("ix_alerts_commune", "alerts", ["commune_code"])
    if not on_postgis():
        return
    for table, rule in _RULES.items():
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        # ON … TO PUBLIC: whoever connects, the rule is the same.
        op.execute(f"CREATE POLICY {table}_scope ON {table} USING ({_NATION} OR {rule})")


def downgrade() -> None:
    """Turn it off: the program alone keeps the scopes then, as before."""
    op.drop_index("ix_alerts_commune", table_name="alerts")
    if not on_postgis():
        return
    for table in reversed(_RULES):
        op.execute(f"DROP POLICY {table}_scope ON {table}")
        op.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")


def _setting(name: str) -> str:
    return f"current_setting('diaban.{name}', true)"


def _codes(kind: str) -> str:
    """The codes of the scope if it is of a kind; in brackets so that it is asked once a query."""
    listed = f"string_to_array({_setting('scope_codes')}, ',')"
    told = f"SELECT CASE WHEN {_setting('scope_kind')} = '{kind}' THEN {listed} END"
    return f"CAST(({told}) AS text[])"


_NATION = f"(SELECT {_setting('scope_kind')} = 'nation')"
_PROVINCES, _COMMUNE = _codes("provinces"), _codes("commune")
_OWN = f"(SELECT nullif({_setting('viewer')}, ''))"
"""The name of the viewer, null where nobody speaks."""


def _area(commune: str, province: str = "province_code") -> str:
    return f"{province} = ANY ({_PROVINCES}) OR {commune} = ANY ({_COMMUNE})"


def _part_of(parent: str, *, on: str) -> str:
    """Rows that belong to a row of another table, whose own rule holds inside.

    No EXISTS: rather than to look each row up by its number PostgreSQL may then read the
    whole other table.
    """
    return f"(SELECT true FROM {parent} WHERE {on} LIMIT 1)"


def _content(name: str) -> str:
    return f"CAST(content AS json) ->> '{name}'"


_OF_VERSIONS = f"replaced_by = {_OWN} OR layer = 'corridors' OR " + _area(
    f"coalesce({_content('commune_code_now')}, CASE WHEN layer IN "
    f"('indicators', 'sub_units', 'campaigns') THEN {_content('commune_code')} END)",
    f"({_content('province_code')})",
)
_OF_STEPS = (
    f"province_code = ANY ({_PROVINCES}) OR level = 'commune' AND unit_code = ANY ({_COMMUNE})"
)
_OF_REVIEWS = " OR ".join(
    f"layer = '{layer}' AND " + _part_of(layer, on=f"{layer}.id = record_id")
    for layer in ("incidents", "hotspots", "facilities")
)

_RULES = {
    **dict.fromkeys(("incidents", "hotspots", "facilities"), _area("commune_code_now")),
    **dict.fromkeys(("sub_units", "indicators", "campaigns"), _area("commune_code")),
    **dict.fromkeys(("cluster_communes", "alerts", "assessments"), _area("commune_code")),
    "assessment_steps": _OF_STEPS,
    "seizures": _part_of("incidents", on="incidents.id = incident_id"),
    "cluster_members": _part_of("incidents", on="incidents.id = incident_id"),
    "hotspot_events": _part_of("hotspots", on="hotspots.id = hotspot_id"),
    "sub_unit_reviews": _part_of("sub_units", on="sub_units.id = sub_unit_id"),
    "clusters": _part_of(
        "cluster_communes AS c",
        on="c.run_id = clusters.run_id AND c.cluster_id = clusters.cluster_id",
    ),
    "duplicates": _part_of("incidents", on="incidents.id = kept_id")
    + " AND "
    + _part_of("incidents", on="incidents.id = other_id"),
    "place_reviews": _OF_REVIEWS,
    "record_versions": _OF_VERSIONS,
    "imports": f"by_user = {_OWN}",
    "rejected_rows": _part_of("imports", on="imports.id = import_id"),
    "run_points": "false",
}
"""By table the rows that a scope of less than the nation holds, read and written alike.

Tables that are not named hold nothing of a scope: maps, border, routes, runs, targets,
remembered words, accounts, the audit trail and facts of the site.
"""
