"""The schema of how communes stand: indicators, corridors, the steps of an assessment,
reviews of sub-units, targets, due dates.

Steps, reviews, targets and due dates only grow: what was decided is never rewritten, and the row
recorded last says what holds. `models.tables` offers these tables with the rest.
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
    String,
    Table,
    Text,
    UniqueConstraint,
)

from models.columns import GeometryColumn, JsonColumn, UtcDateTime
from models.tables_places import metadata

indicators = Table(
    "indicators",
    metadata,
    Column("commune_code", String(8), primary_key=True),
    Column("period_start", Date, primary_key=True),
    Column("period_end", Date, primary_key=True),
    Column("province_code", String(4), index=True),
    Column("residents", Integer),
    Column("dependents", Integer),
    Column("users", Integer),
    Column("substitution", Integer),
    Column("home_rehab", Integer),
    Column("post_rehab", Integer),
    Column("use_dens", Integer),
    Column("offenders_arrested", Integer),
    Column("resident_offenders", Integer),
    Column("fugitives", Integer),
    Column("plants", Integer),
    Column("plant_area_m2", Float),
    Column("on_key_route", Boolean),
    Column("import_id", ForeignKey("imports.id"), nullable=False, index=True),
    Column("line", Integer),
)

corridors = Table(
    "corridors",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("source", Text, nullable=False),
    Column("ref", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("mode", String(16), nullable=False),
    Column("reach", String(8), nullable=False),
    Column("decision", Text, nullable=False),
    Column("decided_on", Date),
    Column("valid_from", Date, nullable=False),
    Column("valid_to", Date),
    Column("width_m", Float, nullable=False),
    Column("geom", GeometryColumn("MULTILINESTRING"), nullable=False),
    Column("note", Text, nullable=False),
    Column("import_id", ForeignKey("imports.id"), index=True),
    Column("line", Integer),
    Column("content_sha256", String(64), nullable=False),
    Column("withdrawn", String(8)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("created_by", Text, nullable=False),
    UniqueConstraint("source", "ref"),
)
"""Key routes (tuyến trọng điểm) approved by decision: a line and its whole width in metres.

`valid_to` is the last day, null while no end is set.
"""

corridor_communes = Table(
    "corridor_communes",
    metadata,
    Column("corridor_id", ForeignKey("corridors.id"), primary_key=True),
    Column("commune_code", String(8), primary_key=True, index=True),
    Column("province_code", String(4), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("length_km", Float, nullable=False),
)
"""Communes of the map in force that the band of a corridor touches, in order along the line.

`length_km` of the line lie inside, 0 where the band alone touches. Made anew with every map.
"""

assessment_steps = Table(
    "assessment_steps",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("level", String(8), nullable=False),
    Column("unit_code", String(8), nullable=False),
    Column("province_code", String(4), index=True),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("ruleset", String(32), nullable=False),
    Column("action", String(16), nullable=False),
    Column("state", String(16), nullable=False),
    Column("class", String(12), nullable=False),
    Column("reason", Text, nullable=False),
    Column("decision", Text, nullable=False),
    Column("decided_on", Date),
    Column("at", UtcDateTime, nullable=False),
    Column("by_user", Text, nullable=False),
    Column("content", JsonColumn, nullable=False),
)
"""What people did with an assessment of a commune or a province (`level`).

`state` and `class` are those after the step; `content` is the evaluation as it was
signed, whole, so that it can be shown as it was. It comes last: SQLite reads the columns
before it without walking through it.
"""

sub_unit_reviews = Table(
    "sub_unit_reviews",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sub_unit_id", ForeignKey("sub_units.id"), nullable=False, index=True),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("drug_free", Boolean),
    Column("note", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by_user", Text, nullable=False),
)
"""Quarterly reviews of hamlets and groups; null in `drug_free`: not known any more."""

targets = Table(
    "targets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("province_code", String(4), index=True),
    Column("year", Integer, nullable=False),
    Column("share_percent", Float),
    Column("decision", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("by_user", Text, nullable=False),
)
"""The yearly roadmap: share of drug-free communes to be reached by the end of a year.

Without a province it is the nation's; null in `share_percent` takes a target back.
"""

unit_due_dates = Table(
    "unit_due_dates",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("province_code", String(4), nullable=False, index=True),
    Column("period_start", Date, nullable=False),
    Column("period_end", Date, nullable=False),
    Column("due_on", Date),
    Column("at", UtcDateTime, nullable=False),
    Column("by_user", Text, nullable=False),
)
"""The last day for the communes of a province to assess themselves, set by the province."""

Index(
    "ix_assessment_steps_unit",
    assessment_steps.c.level,
    assessment_steps.c.unit_code,
    assessment_steps.c.period_start,
)
Index(
    "ix_assessment_steps_period",
    assessment_steps.c.level,
    assessment_steps.c.period_end,
    assessment_steps.c.period_start,
    assessment_steps.c.unit_code,
    assessment_steps.c.id,
)
