"""The classes that communes signed, as they count in the class of their province."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from geo.records import Indicators, Period
from geo.standing_terms import UnitLevel
from geo.terms import CommuneClass
from models import assessment_steps
from models.criteria import Assessment, RuleSet, assess
from models.session import Session
from models.viewers import Viewer


def signed_classes(
    session: Session,
    viewer: Viewer,
    province_code: str,
    period: Period,
    known_at: datetime | None,
) -> dict[str, tuple[CommuneClass, CommuneClass]]:
    """By commune the signed class, and the one signed under the other reading."""
    asked: dict[str, Any] = {"province_code": province_code, "known_at": known_at}
    level = UnitLevel.COMMUNE
    heads = assessment_steps.latest_steps(session, viewer, level, period, **asked)
    signed = {code: head for code, head in heads.items() if assessment_steps.is_signed(head)}
    ids = [head.id for head in signed.values()]
    contents = assessment_steps.signed_contents(session, viewer, ids)
    return {
        code: (CommuneClass(head.cls), _otherwise(contents.get(code, {}), head.cls))
        for code, head in signed.items()
    }


def _otherwise(content: Mapping[str, Any], cls: str) -> CommuneClass:
    return CommuneClass(content.get("assessment", {}).get("other_cls", cls))


def as_signed(
    rules: RuleSet,
    period: Period,
    found: Mapping[str, Assessment],
    signed: Mapping[str, tuple[CommuneClass, CommuneClass]],
) -> list[Assessment]:
    """Assessments with the classes that stand; their figures are those of the data by now."""
    stand = dict(found)
    for code, (cls, other) in signed.items():
        fresh = found.get(code) or assess(rules, Indicators(code, period))
        open_otherwise = () if other is CommuneClass.UNKNOWN else (other,)
        stand[code] = replace(
            fresh, cls=cls, other_cls=other, possible=(cls,), other_possible=open_otherwise
        )
    return [stand[code] for code in sorted(stand)]


def signed_notes(n_signed: int) -> list[str]:
    """What the sheet of a province says about them, as Vietnamese sentences."""
    if not n_signed:
        return []
    return [
        f"Số xã loại I, loại II: {n_signed} xã theo loại đã tự đánh giá hoặc được duyệt, các xã "
        "khác theo số liệu hiện có; những số liệu khác của tỉnh cộng từ số liệu hiện có."
    ]
