"""Classes of communes by period, with the evidence they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from geo.records import Period
from geo.terms import CommuneClass
from models.additions import chunks, keep_others_from_writing
from models.criteria import Assessment, load_ruleset
from models.disclosure import provinces_of, require_inside, visible
from models.evidence import CRITERION_WORDS, Evidence, Origin, Result, criterion_words
from models.register_figures import Figure
from models.ruleset import ruleset_for
from models.session import beyond_scope
from models.tables import assessments
from models.viewers import Viewer

_EVIDENCE = tuple(field.name for field in fields(Evidence))
_DRAFTED = tuple(name for name in _EVIDENCE if name not in CRITERION_WORDS)
"""What a draft stores of its evidence: the words of the law stand in the rule set."""

_FIGURE = tuple(field.name for field in fields(Figure))


class State(StrEnum):
    """How far an assessment has come."""

    DRAFT = "draft"
    SELF_ASSESSED = "self_assessed"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAssessment(Assessment):
    """An assessment with its number here, how far it has come and since when.

    `other_possible` is not stored: a province is classed from evaluations made for it.
    """

    id: int
    province_code: str | None
    state: State
    assessed_at: datetime


def store_assessments(
    session: Session,
    viewer: Viewer,
    results: Sequence[Assessment],
    *,
    at: datetime | None = None,
) -> int:
    """Store assessments as drafts in the place of older drafts; how many.

    What a person has signed (self-assessed or approved) stands.

    Raises
    ------
    NotAllowedError
        If the viewer may not declare for a commune, or it lies outside the viewer's scope.
    """
    viewer.require_declarer()
    keep_others_from_writing(session, assessments)
    moment = at or datetime.now(UTC)
    stored = 0
    for chunk in chunks(results):
        codes = [result.commune_code for result in chunk]
        provinces = provinces_of(session, codes)
        require_inside(viewer, codes, provinces)
        signed = _clear_drafts(session, chunk)
        values = [
            _values(result, provinces.get(result.commune_code), moment)
            for result in chunk
            if _key(result) not in signed
        ]
        if values:
            session.connection().execute(insert(assessments), values)
        stored += len(values)
    return stored


@beyond_scope
def classes(
    session: Session,
    viewer: Viewer,  # noqa: ARG001
    period: Period,
    *,
    ruleset: str | None = None,
    province_code: str | None = None,
    commune_code: str | None = None,
) -> dict[str, CommuneClass]:
    """Class by commune; every signed-in viewer sees the classes of all communes.

    Without a rule set a signed assessment stands for a commune, else the draft by the rule
    set in force at the end of the period.
    """
    c = assessments.c
    statement = (
        select(c.commune_code, c["class"])
        .where(c.period_start == period.start, c.period_end == period.end)
        .where(_by_ruleset(period, ruleset))
        .order_by(c.state != State.DRAFT, c.assessed_at, c.id)
    )
    wanted = {"province_code": province_code, "commune_code": commune_code}
    for name, value in wanted.items():
        if value is not None:
            statement = statement.where(c[name] == value)
    return {code: CommuneClass(cls) for code, cls in session.execute(statement).all()}


def assessment_of(
    session: Session,
    viewer: Viewer,
    commune_code: str,
    period: Period,
    *,
    ruleset: str | None = None,
) -> StoredAssessment | None:
    """The assessment of a commune, which one `classes` tells; None outside the scope."""
    c = assessments.c
    statement = (
        select(assessments)
        .where(
            visible(viewer, assessments),
            c.commune_code == commune_code,
            c.period_start == period.start,
            c.period_end == period.end,
            _by_ruleset(period, ruleset),
        )
        .order_by(c.state == State.DRAFT, c.assessed_at.desc(), c.id.desc())
        .limit(1)
    )
    row = session.execute(statement).mappings().first()
    return None if row is None else _stored(dict(row))


def _by_ruleset(period: Period, ruleset: str | None) -> ColumnElement[bool]:
    """Assessments by one rule set; by default what is signed and drafts by that of the period."""
    c = assessments.c
    if ruleset is not None:
        return c.ruleset == ruleset
    return or_(c.state != State.DRAFT, c.ruleset == ruleset_for(period).name)


def sign_assessment(session: Session, viewer: Viewer, result: Assessment, *, at: datetime) -> None:
    """Store the evaluation that a commune's self-assessment signed, in the place of all before.

    Raises
    ------
    NotAllowedError
        If the viewer may not declare for the commune.
    """
    provinces = provinces_of(session, [result.commune_code])
    province_code = provinces.get(result.commune_code)
    viewer.require_declare(province_code, result.commune_code)
    keep_others_from_writing(session, assessments)
    session.execute(delete(assessments).where(_of(result.commune_code, result.period)))
    values = _values(result, province_code, at) | {
        "state": State.SELF_ASSESSED.value,
        "evidence": [_plain(row, _EVIDENCE) for row in result.evidence],
    }
    session.execute(insert(assessments).values(values))


def set_state(
    session: Session, viewer: Viewer, commune_code: str, period: Period, state: State
) -> None:
    """Say that the signed assessment of a commune is approved, or a draft again.

    Raises
    ------
    NotAllowedError
        If the viewer may not write, or the commune lies outside the viewer's scope.
    """
    viewer.require_write()
    require_inside(viewer, [commune_code], provinces_of(session, [commune_code]))
    mine = _of(commune_code, period) & (assessments.c.state != State.DRAFT)
    session.execute(update(assessments).where(mine).values(state=state.value))


def _of(commune_code: str, period: Period) -> ColumnElement[bool]:
    c = assessments.c
    return and_(
        c.commune_code == commune_code,
        c.period_start == period.start,
        c.period_end == period.end,
    )


def _key(result: Assessment) -> tuple[str, Period, str]:
    return result.commune_code, result.period, result.ruleset


def _clear_drafts(session: Session, results: Sequence[Assessment]) -> set[tuple[str, Period, str]]:
    """Remove the drafts that are to be replaced; the keys of what is signed."""
    c = assessments.c
    signed: set[tuple[str, Period, str]] = set()
    for period, ruleset in {(result.period, result.ruleset) for result in results}:
        codes = [r.commune_code for r in results if (r.period, r.ruleset) == (period, ruleset)]
        same = and_(
            c.period_start == period.start,
            c.period_end == period.end,
            c.ruleset == ruleset,
            c.commune_code.in_(codes),
        )
        session.execute(delete(assessments).where(same, c.state == State.DRAFT))
        signed |= {
            (code, period, ruleset) for code in session.scalars(select(c.commune_code).where(same))
        }
    return signed


def _plain(row: Evidence | Figure, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: getattr(row, name) for name in names}


def _values(result: Assessment, province_code: str | None, at: datetime) -> dict[str, Any]:
    return {
        "commune_code": result.commune_code,
        "province_code": province_code,
        "period_start": result.period.start,
        "period_end": result.period.end,
        "ruleset": result.ruleset,
        "class": result.cls.value,
        "evidence": [_plain(row, _DRAFTED) for row in result.evidence],
        "missing": list(result.missing),
        "notes": list(result.notes),
        "higher_band_counts": result.higher_band_counts,
        "other_class": result.other_cls.value,
        "possible": [cls.value for cls in result.possible],
        "figures": [_plain(figure, _FIGURE) for figure in result.figures],
        "state": State.DRAFT.value,
        "assessed_at": at,
    }


def _stored(row: dict[str, Any]) -> StoredAssessment:
    return StoredAssessment(
        id=row["id"],
        commune_code=row["commune_code"],
        province_code=row["province_code"],
        period=Period(row["period_start"], row["period_end"]),
        ruleset=row["ruleset"],
        cls=CommuneClass(row["class"]),
        evidence=tuple(_evidence(_in_words(value, row["ruleset"])) for value in row["evidence"]),
        missing=tuple(row["missing"]),
        notes=tuple(row["notes"]),
        higher_band_counts=row["higher_band_counts"],
        other_cls=CommuneClass(row["other_class"]),
        possible=tuple(CommuneClass(value) for value in row["possible"]),
        figures=tuple(_figure(value) for value in row["figures"]),
        state=State(row["state"]),
        assessed_at=row["assessed_at"],
    )


def _in_words(value: dict[str, Any], ruleset: str) -> dict[str, Any]:
    """A stored row with the words of the law: its own, else those of the rule set."""
    if all(name in value for name in CRITERION_WORDS):
        return value
    return {**criterion_words(load_ruleset(ruleset).commune)[value["code"]], **value}


def _evidence(value: dict[str, Any]) -> Evidence:
    return Evidence(
        **{
            **value,
            "result": Result(value["result"]),
            "origin": Origin(value["origin"]),
            "inputs": tuple((name, figure) for name, figure in value["inputs"]),
            "records": tuple(value.get("records", ())),
        }
    )


def _figure(value: dict[str, Any]) -> Figure:
    records = tuple(value["records"])
    return Figure(**{**value, "origin": Origin(value["origin"]), "records": records})
