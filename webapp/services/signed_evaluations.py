"""An evaluation as it is signed: everything it rests on, as JSON, and whether it still holds."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from fractions import Fraction
from typing import Any

import webapp
from models import communes, indicators
from models.criteria import Assessment
from models.province_criteria import ProvinceAssessment
from models.session import Session
from models.viewers import Viewer

AnyAssessment = Assessment | ProvinceAssessment

_COMPARED = ("cls", "other_cls", "evidence")


def signed_content(session: Session, viewer: Viewer, result: AnyAssessment) -> dict[str, Any]:
    """What a signature freezes.

    `assessment` is the evaluation whole (class under both readings, evidence with
    figures and records, notes, what was missing), `declared` the figures as declared,
    `boundary_version` and `software_version` what it was made with.
    """
    declared = (
        indicators.find_indicators(session, viewer, result.period, result.commune_code)
        if isinstance(result, Assessment)
        else []
    )
    plain: dict[str, Any] = json.loads(
        json.dumps(
            {
                "assessment": asdict(result),
                "declared": asdict(declared[0]) if declared else None,
                "boundary_version": communes.current_version(session, viewer).id,
            },
            default=_as_text,
        )
    )
    return plain | {"software_version": webapp.__version__}


def same_as_signed(content: Mapping[str, Any], now: AnyAssessment | None) -> bool:
    """Whether the data still say what was signed: both classes, and every criterion's value."""
    if now is None:
        return False
    signed = content.get("assessment", {})
    fresh = json.loads(json.dumps(asdict(now), default=_as_text))
    return all(_said(signed, name) == _said(fresh, name) for name in _COMPARED)


def _said(told: Mapping[str, Any], name: str) -> Any:
    if name != "evidence":
        return told.get(name)
    return [[row["code"], row["value"], row["result"]] for row in told.get(name, [])]


def _as_text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}")
