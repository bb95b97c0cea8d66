"""Near which facilities, as an address says it (`school:500`) and as a reader says it."""

from __future__ import annotations

import re

from geo.terms import FacilityKind
from models.errors import InvalidValueError
from models.facility_nearness import Near
from webapp.facility_labels import FACILITY_KINDS
from webapp.labels import vn_number

LEAST_M, MOST_M = 20, 5_000
"""Metres that may be asked for; no record is placed finer, and farther nothing is near."""

_WRITTEN = re.compile(r"([a-z0-9_]+):([0-9]{1,5})")


def read_near(text: str) -> Near | None:
    """Near what, from its text in an address; None where the text is empty.

    Several are parted by commas and any of them will do. Of one kind given twice the
    greater distance counts.

    Raises
    ------
    InvalidValueError
        If it is of another form, names an unknown kind or a distance out of bounds.

    >>> read_near("karaoke:200,bar:500").kinds
    ((<FacilityKind.BAR: 'bar'>, 500.0), (<FacilityKind.KARAOKE: 'karaoke'>, 200.0))
    """
    if not text.strip():
        return None
    asked: dict[str, float] = {}
    for part in text.split(","):
        kind, within_m = _read_part(part.strip())
        asked[kind] = max(within_m, asked.get(kind, 0.0))
    return Near(tuple((kind, asked[kind]) for kind in FacilityKind if kind in asked))


def _read_part(part: str) -> tuple[FacilityKind, float]:
    found = _WRITTEN.fullmatch(part)
    if not found:
        raise InvalidValueError(f"cần loại cơ sở và số mét, ví dụ school:500; nhận «{part[:40]}».")
    name, metres = found[1], int(found[2])
    if name not in set(FacilityKind):
        known = ", ".join(kind.value for kind in FacilityKind)
        raise InvalidValueError(f"không có loại cơ sở «{name[:40]}»; các mã dùng được: {known}.")
    if not LEAST_M <= metres <= MOST_M:
        most = vn_number(MOST_M)
        raise InvalidValueError(f"cần từ {LEAST_M} đến {most} mét, nhận {vn_number(metres)}.")
    return FacilityKind(name), float(metres)


def near_words(near: Near) -> str:
    """The same for a reader.

    >>> near_words(Near(((FacilityKind.SCHOOL, 500.0), (FacilityKind.N2O_BUSINESS, 1000.0))))
    'trong vòng 500 m quanh trường học; trong vòng 1.000 m quanh cơ sở kinh doanh N2O'
    """
    told = []
    for kind, within_m in near.kinds:
        name = FACILITY_KINDS[kind]
        told.append(f"trong vòng {vn_number(within_m)} m quanh {name[:1].lower()}{name[1:]}")
    return "; ".join(told)
