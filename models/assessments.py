"""Classes of communes by period, with the evidence they rest on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import and_, delete, insert, select
from sqlalchemy.orm import Session

from geo.records import Period
from geo.terms import CommuneClass
from models.additions import chunks, keep_others_from_writing
from models.criteria import Assessment
from models.disclosure import provinces_of, require_inside, visible
from models.evidence import Evidence, Origin, Result
from models.tables import assessments
from models.viewers import Viewer


class State(StrEnum):
    """How far an assessment has come."""

    DRAFT = "draft"
    SELF_ASSESSED = "self_assessed"
    APPROVED = "approved"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAssessment(Assessment):
    """An assessment with its number here, how far it has come and since when."""

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
        If the viewer may not write, or a commune lies outside the viewer's scope.
    """
    viewer.require_write()
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


def classes(
    session: Session,
    viewer: Viewer,  # noqa: ARG001
    period: Period,
    *,
    ruleset: str | None = None,
) -> dict[str, CommuneClass]:
    """Class by commune; every signed-in viewer sees the classes of all communes.

    Without a rule set the assessment made last stands for a commune.
    """
    c = assessments.c
    statement = (
        select(c.commune_code, c["class"])
        .where(c.period_start == period.start, c.period_end == period.end)
        .order_by(c.assessed_at, c.id)
    )
    if ruleset is not None:
        statement = statement.where(c.ruleset == ruleset)
    return {code: CommuneClass(cls) for code, cls in session.execute(statement)}


def assessment_of(
    session: Session,
    viewer: Viewer,
    commune_code: str,
    period: Period,
    *,
    ruleset: str | None = None,
) -> StoredAssessment | None:
    """The assessment of a commune made last, with its evidence; None outside the scope."""
    c = assessments.c
    statement = (
        select(assessments)
        .where(
            visible(viewer, assessments),
            c.commune_code == commune_code,
            c.period_start == period.start,
            c.period_end == period.end,
        )
        .order_by(c.assessed_at.desc(), c.id.desc())
        .limit(1)
    )
    if ruleset is not None:
        statement = statement.where(c.ruleset == ruleset)
    row = session.execute(statement).mappings().first()
    return None if row is None else _stored(dict(row))


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


def _values(result: Assessment, province_code: str | None, at: datetime) -> dict[str, Any]:
    return {
        "commune_code": result.commune_code,
        "province_code": province_code,
        "period_start": result.period.start,
        "period_end": result.period.end,
        "ruleset": result.ruleset,
        "class": result.cls.value,
        "evidence": [asdict(evidence) for evidence in result.evidence],
        "missing": list(result.missing),
        "notes": list(result.notes),
        "higher_band_counts": result.higher_band_counts,
        "other_class": result.other_cls.value,
        "possible": [cls.value for cls in result.possible],
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
        evidence=tuple(_evidence(value) for value in row["evidence"]),
        missing=tuple(row["missing"]),
        notes=tuple(row["notes"]),
        higher_band_counts=row["higher_band_counts"],
        other_cls=CommuneClass(row["other_class"]),
        possible=tuple(CommuneClass(value) for value in row["possible"]),
        state=State(row["state"]),
        assessed_at=row["assessed_at"],
    )


def _evidence(value: dict[str, Any]) -> Evidence:
    inputs = tuple((name, figure) for name, figure in value["inputs"])
    result, origin = Result(value["result"]), Origin(value["origin"])
    return Evidence(**{**value, "result": result, "origin": origin, "inputs": inputs})
