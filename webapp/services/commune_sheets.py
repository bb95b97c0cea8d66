"""The evaluation sheet behind the class of a commune: as signed, as stored, or made anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from geo.records import Period
from geo.standing_terms import UnitLevel
from geo.terms import CommuneClass
from models import assessment_steps
from models.assessments import State, assessment_of
from models.criteria import Assessment, Figure
from models.evidence import Evidence, Origin, Result
from models.session import Session
from models.viewers import Viewer
from webapp.services.commune_standing import Question
from webapp.services.standing import Standing


@dataclass(frozen=True, slots=True)
class Sheet:
    """An evaluation; `is_stored` tells that the class shown everywhere rests on it."""

    assessment: Assessment
    is_stored: bool


def sheet_of(
    session: Session, viewer: Viewer, asked: Question, standing: Standing | None
) -> Sheet | None:
    """The sheet of the class that stands; None where nothing is known of the commune.

    What nobody signed is told by the figures of now: a stored draft only tells that the
    class was calculated.
    """
    is_stored = asked.known_at is not None
    if asked.known_at is None:
        stored = assessment_of(session, viewer, asked.code, asked.period)
        if stored is not None and stored.state is not State.DRAFT:
            return Sheet(stored, is_stored=True)
        is_stored = stored is not None
    elif standing is not None and standing.frozen:
        signed = _signed(session, viewer, asked)
        return Sheet(signed, is_stored=True) if signed else None
    fresh = fresh_evaluation(asked)
    return Sheet(fresh, is_stored=is_stored) if fresh else None


def fresh_evaluation(asked: Question) -> Assessment | None:
    """What the figures say, whatever was signed or stored."""
    found = asked.evaluations.of(
        asked.period,
        commune_code=asked.code,
        known_at=asked.known_at,
        until=asked.day,
    )
    return found.get(asked.code)


def read_signed(content: Mapping[str, Any]) -> Assessment:
    """An evaluation out of what was signed (`signed_evaluations.signed_content`)."""
    told = dict(content["assessment"])
    told["period"] = Period(*(date.fromisoformat(told["period"][k]) for k in ("start", "end")))
    for name in ("cls", "other_cls"):
        told[name] = CommuneClass(told[name])
    for name in ("possible", "other_possible"):
        told[name] = tuple(CommuneClass(value) for value in told.get(name, ()))
    told["missing"], told["notes"] = tuple(told["missing"]), tuple(told["notes"])
    told["evidence"] = tuple(_evidence(row) for row in told["evidence"])
    told["figures"] = tuple(_figure(row) for row in told.get("figures", ()))
    return Assessment(**told)


def _evidence(row: Mapping[str, Any]) -> Evidence:
    typed = {
        "result": Result(row["result"]),
        "origin": Origin(row["origin"]),
        "inputs": tuple((name, value) for name, value in row["inputs"]),
        "records": tuple(row.get("records", ())),
    }
    return Evidence(**{**row, **typed})


def _figure(row: Mapping[str, Any]) -> Figure:
    typed = {"origin": Origin(row["origin"]), "records": tuple(row["records"])}
    return Figure(**{**row, **typed})


def _signed(session: Session, viewer: Viewer, asked: Question) -> Assessment | None:
    """The evaluation that had been signed last by the moment asked for."""
    steps = assessment_steps.steps_of(
        session, viewer, UnitLevel.COMMUNE, asked.code, asked.period, known_at=asked.known_at
    )
    signed = [step.content for step in steps if "assessment" in step.content]
    return read_signed(signed[-1]) if signed else None
