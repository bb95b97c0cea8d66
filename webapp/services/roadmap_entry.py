"""Entering the roadmap: shares in percent as they are typed, and what they rest on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction

from geo.typed_text import typed_text, without_marks
from models import audit, communes, targets
from models.errors import InvalidValueError, NotFoundError
from models.repeating import repeatable
from models.session import Database, Session, unit_of_work
from models.viewers import Viewer
from webapp.services.roadmap import RoadmapDoubtError, roadmap_doubts

MAX_DECISION = 160
_SHARE = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,2})?")


@repeatable
def save_roadmap(
    database: Database,
    viewer: Viewer,
    province_code: str | None,
    shares: Mapping[int, str],
    decision: str,
    *,
    at: datetime,
    seen: int | None = None,
    confirmed: bool = False,
) -> int:
    """Store the roadmap as it was typed; how many years differ from what held.

    An empty share takes the target of the year back. `confirmed`: what can hardly be meant
    is (`RoadmapDoubtError`).

    Raises
    ------
    InvalidValueError
        If a share is no number from 0 to 100, or the decision is missing.
    NotAllowedError, NotFoundError, ConflictError
        If the viewer may not, there is no such province, or somebody was faster.
    """
    read = {year: read_share(year, text) for year, text in shares.items()}
    told = _told(decision)
    with unit_of_work(database, viewer) as session:
        if province_code is not None:
            _require_province(session, viewer, province_code)
        held = targets.standing_targets(session, viewer, province_code)
        doubts = roadmap_doubts({year: t.share_percent for year, t in held.items()} | read)
        if doubts and not confirmed:
            raise RoadmapDoubtError(f"Chưa lưu. {' '.join(doubts)} Nếu đúng như vậy, hãy xác nhận.")
        n = targets.set_targets(session, viewer, province_code, read, told, at=at, seen=seen)
        if n:
            of = f"targets:{province_code or 'nation'}"
            detail = {"decision": told, "shares": {str(year): s for year, s in read.items()}}
            audit.record(session, viewer, "set_targets", of, detail, at=at)
    return n


def _told(decision: str) -> str:
    """What the roadmap rests on, as it is kept."""
    told = typed_text(decision)[:MAX_DECISION]
    if not without_marks(told):
        raise InvalidValueError(
            "Hãy ghi căn cứ của lộ trình, ví dụ «Kế hoạch 45/KH-UBND ngày 12/02/2026»."
        )
    return told


def read_share(year: int, text: str) -> float | None:
    """A share in percent as typed, None where the field is empty.

    >>> read_share(2027, " 27,5 % "), read_share(2027, "")
    (27.5, None)

    Raises
    ------
    InvalidValueError
        If it is no number from 0 to 100 with at most two decimals.
    """
    plain = text.replace("%", "").strip()
    if not plain:
        return None
    if _SHARE.fullmatch(plain) and (share := Fraction(plain.replace(",", "."))) <= 100:
        return float(share)
    raise InvalidValueError(
        f"Chỉ tiêu năm {year}: ghi số phần trăm từ 0 đến 100, ví dụ 35 hoặc 37,5; nhận "
        f"«{text.strip()[:20]}»."
    )


def _require_province(session: Session, viewer: Viewer, code: str) -> None:
    if code not in communes.province_names(session, viewer):
        raise NotFoundError(f"Không có tỉnh, thành phố nào mang mã «{code}».")
