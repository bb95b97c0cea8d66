"""What a printed map says in words: title, days, filters, marks, source, time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum

import shapely

from models.disclosure import GRID_M
from webapp.labels import (
    DETECTED_BY,
    HOTSPOT_KINDS,
    INCIDENT_KINDS,
    SUBSTANCES,
    vn_date,
    vn_moment,
    vn_number,
    vn_period,
)
from webapp.map_labels import SIDES
from webapp.services.map_sheet_facts import SheetFacts, SheetRequest
from webapp.services.map_sheet_legend import shows_dwellings, shows_squares
from webapp.services.map_sheet_names import short_name
from webapp.services.near_facility import near_words
from webapp.services.overview import View

MOST_NAMED = 4
"""Of more provinces a title names none."""

TITLE = "Bản đồ địa bàn về ma túy"


def title_of(facts: SheetFacts) -> str:
    """The title with the area, and of the nation the part that the frame shows.

    A part is named where it has few provinces.
    """
    seen = [p.name for p in facts.land if shapely.intersects(p.geometry, facts.frame.box)]
    part = f" (phần {', '.join(map(short_name, seen))})" if len(seen) <= MOST_NAMED else ""
    is_part = facts.is_nation and seen
    return f"{TITLE} – {area_of(facts)}{part if is_part else ''}"


def area_of(facts: SheetFacts) -> str:
    """The area of the view as it stands inside a sentence."""
    return facts.area_name[:1].lower() + facts.area_name[1:]


def figures_title(facts: SheetFacts, view: View) -> str:
    """Of what and which days the figures are."""
    what = "trong khung bản đồ" if facts.is_part else area_of(facts)
    return f"Số liệu {what}, {vn_date(view.since)} – {vn_date(view.until)}"


def days_of(view: View) -> str:
    """The days of the view, and the day whose state is shown."""
    return (
        f"Vụ việc từ {vn_date(view.since)} đến {vn_date(view.until)};"
        f" tình trạng điểm, tụ điểm và phân loại xã đến ngày {vn_date(view.until)}"
    )


def filters_of(view: View) -> str:
    """The filters of a view in words, empty where there are none.

    >>> from datetime import date
    >>> filters_of(View("51", date(2026, 1, 1), date(2026, 6, 14)))
    ''
    """
    groups: tuple[tuple[str, Sequence[StrEnum], Mapping[str, str]], ...] = (
        ("hành vi", view.kinds, INCIDENT_KINDS),
        ("nhóm", view.sides, SIDES),
        ("chất ma túy", view.substances, SUBSTANCES),
        ("phát hiện", view.detected_by, DETECTED_BY),
        ("loại điểm", view.hotspot_kinds, HOTSPOT_KINDS),
    )
    told = [f"{name}: {_listed(chosen, words)}" for name, chosen, words in groups if chosen]
    told += [f"vụ việc {near_words(view.near)}"] if view.near else []
    return "Đang lọc theo " + "; ".join(told) if told else ""


def marks_of(facts: SheetFacts) -> list[str]:
    """The marks that every print carries."""
    marks = facts.marks
    told = ("DỮ LIỆU MÔ PHỎNG", marks.simulated), ("RANH GIỚI GẦN ĐÚNG", marks.approximate)
    return [text for text, is_so in told if is_so]


def figures_of(facts: SheetFacts) -> list[tuple[str, str]]:
    """The figures of the area, or of its part in the frame, and what they count."""
    found = facts.summary
    drug_free = f"{vn_number(found.drug_free)}/{vn_number(found.communes)}"
    drug_free = drug_free if found.assessed else "–"
    return [
        (vn_number(found.cases), "vụ việc"),
        (vn_number(found.offenders), "đối tượng"),
        (drug_free, "xã không ma túy"),
        (vn_number(found.active), "điểm đang hoạt động"),
        (vn_number(found.re_emerged), "điểm tái phức tạp"),
        (vn_number(found.cleared), "điểm đã triệt xóa"),
    ]


def notes_of(facts: SheetFacts, wanted: SheetRequest, *, is_stale: bool) -> list[str]:
    """What a reader of the sheet must know about its data."""
    marks = facts.marks
    vintage = f" ({marks.boundary_vintage})" if marks.boundary_vintage else ""
    notes = [f"Nguồn ranh giới: {marks.boundary_source or 'chưa rõ'}{vintage}."]
    if facts.scope_name:
        notes.append(f"Vụ việc, điểm và cụm chỉ trong phạm vi tài khoản: {facts.scope_name}.")
    notes.append(f"Phân loại xã theo kỳ {vn_period(facts.class_period)}.")
    notes.append("Tin báo chưa xác minh không được tính.")
    if shows_dwellings(facts, wanted):
        notes.append(f"Điểm là nơi ở được đặt về lưới {vn_number(GRID_M)} m.")
    if shows_squares(facts, wanted):
        side = vn_number(GRID_M)
        notes.append(
            f"Vụ việc có thể ở nơi ở: chỉ biết đến ô {side} m, tâm ô không phải nơi xảy ra."
        )
    if is_stale:
        notes.append("Phân tích cụm cũ hơn dữ liệu.")
    return notes


def stamp_of(at: datetime) -> str:
    """When the sheet was made."""
    return f"Lập lúc {vn_moment(at)}"


def _listed(chosen: Sequence[StrEnum], words: Mapping[str, str]) -> str:
    """Words as they stand inside a sentence; names of bodies keep their capitals."""
    told = (words[each] for each in chosen)
    if words is DETECTED_BY:
        return ", ".join(told)
    return ", ".join(word[:1].lower() + word[1:] for word in told)
