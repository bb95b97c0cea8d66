"""The sentences under a class: what was missing, what was chosen, what to look at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache

from geo.records import Period
from models.number_words import count_text, exact_number
from models.outcomes import Outcome
from models.periods import evaluation_year
from models.register_figures import Figure, Origin
from models.rule_parts import AFFECTED, DRUG_FREE, Number, RuleSet, Scheme

_MOST_SHOWN = 5


@lru_cache(maxsize=256)
def period_notes(ruleset: RuleSet, period: Period) -> tuple[str, ...]:
    """Whether the rule set holds in the period, and whether it is an evaluation year."""
    notes = []
    if not ruleset.is_in_force(period.end):
        notes.append(f"{ruleset.title} không có hiệu lực vào ngày cuối của kỳ này.")
    if evaluation_year(period) is None:
        notes.append("Kỳ số liệu không phải kỳ đánh giá năm (15/12 năm trước đến 14/12).")
    return tuple(notes)


def missing_notes(scheme: Scheme, outcome: Outcome, missing: Sequence[str]) -> list[str]:
    """What was missing and whether it matters; what the text of the decision leaves open."""
    is_open = len(outcome.possible) > 1
    if not (missing or is_open):
        return []
    notes = []
    names = "; ".join(scheme.indicators[name] for name in missing)
    open_classes = "; ".join(scheme.classes[cls] for cls in outcome.possible)
    if missing and is_open:
        notes.append(f"Chưa xếp loại được vì thiếu: {names}. Còn có thể là: {open_classes}.")
    elif missing:
        notes.append(f"Thiếu: {names}. Số liệu thiếu không làm thay đổi kết quả xếp loại.")
    if is_open and any(c.unknown for c in scheme.criteria):
        notes.append(
            "Chưa xếp loại được vì một phần tiêu chí của văn bản chưa được xác nhận;"
            " hệ thống không tự đặt ra ngưỡng."
        )
    return notes


def drug_free_notes(scheme: Scheme, outcome: Outcome, persons: Number = 0) -> list[str]:
    """Where a unit is drug-free although it has persons on record, or meets a type.

    `persons` is the number of persons recorded where all of them are excepted.
    """
    if outcome.cls != DRUG_FREE:
        return []
    notes = []
    if persons:
        notes.append(
            f"Cả {count_text(persons)} người có hồ sơ quản lý đều đang điều trị thay thế, cai"
            " nghiện tại gia đình, cộng đồng hoặc quản lý sau cai, nên tiêu chí 1 về không ma"
            " túy vẫn đạt."
        )
    types = [scheme.classes[cls] for cls in outcome.types if cls != AFFECTED]
    if types:
        would_be = "là" if len(outcome.types) == 1 else "có thể là"
        notes.append(
            "Đạt đủ tiêu chí không ma túy nên được xếp loại này, dù theo tiêu chí phân loại"
            f" trọng điểm thì {would_be}: {'; '.join(types)}. Đề nghị rà soát lại số liệu."
        )
    return notes


def reading_notes(scheme: Scheme, cls: str, other_cls: str, higher_band_counts: bool) -> list[str]:
    """Both readings of the capped bands, where they differ."""
    if cls == other_cls:
        return []
    used, other = "giá trị ở mức cao hơn cũng tính cho loại thấp hơn", "đúng câu chữ của từng mức"
    if not higher_band_counts:
        used, other = other, used
    return [
        f"Cách đọc đang dùng ({used}) cho kết quả «{scheme.classes[cls]}»;"
        f" cách đọc kia ({other}) cho kết quả «{scheme.classes[other_cls]}»."
    ]


def route_notes(known: bool | None, assumed: bool | None) -> list[str]:
    """Where nothing is known of a key route and something was assumed."""
    if known is not None or assumed is None:
        return []
    shown = "nằm trên tuyến" if assumed else "không nằm trên tuyến nào"
    return [f"Chưa có số liệu về tuyến trọng điểm: tạm coi là {shown}."]


def figure_notes(scheme: Scheme, figures: Iterable[Figure]) -> list[str]:
    """Figures whose declaration and register are not the same, and which was used."""
    notes = []
    for figure in figures:
        if figure.name == "on_key_route":
            notes += [_route_note(figure)] if figure.differs else []
        elif figure.differs or figure.origin is Origin.COMPUTED:
            notes.append(_figure_note(scheme.indicators[figure.name], figure))
    return notes


def _route_note(figure: Figure) -> str:
    says, kept = ("có", "không") if figure.declared else ("không", "có")
    return (
        f"Tuyến trọng điểm: xã khai {says} nằm trên tuyến, danh mục tuyến cho thấy {kept}"
        f"{_shown_records(figure.records)}; coi là có, cần kiểm tra."
    )


def _figure_note(label: str, figure: Figure) -> str:
    declared = "chưa khai báo" if figure.declared is None else f"khai báo {_shown(figure.declared)}"
    used = "số khai báo"
    if figure.origin is Origin.COMPUTED:
        used = "số của hồ sơ, cần kiểm tra"
    return (
        f"{label[0].upper()}{label[1:]}: {declared}, hồ sơ có {_shown(figure.computed)}"
        f"{_shown_records(figure.records)}; dùng {used}."
    )


def _shown(value: float | None) -> str:
    number = exact_number(value)
    return "số không dùng được" if number is None else count_text(number)


def _shown_records(records: Sequence[str]) -> str:
    if not records:
        return ""
    more = len(records) - _MOST_SHOWN
    listed = ", ".join(records[:_MOST_SHOWN])
    return f" ({listed} và {more} hồ sơ khác)" if more > 0 else f" ({listed})"
