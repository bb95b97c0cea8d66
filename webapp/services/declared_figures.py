"""Figures as a person types them on a form: read, shown again, and looked at for mistakes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from geo.cells import UnreadableCellError, parse_count, parse_flag, parse_number
from models.ruleset import RuleSet, load_ruleset
from webapp.labels import vn_number
from webapp.rule_words import known_words
from webapp.told import told

MAX_AREA_M2 = 1e12
_NO_NUMBER = told("không phải số: ghi bằng chữ số, hoặc để trống nếu chưa có số liệu")
PERSONS = ("dependents", "users")
EXCEPTED = ("substitution", "home_rehab", "post_rehab")
OF_RESIDENTS = (*PERSONS, "resident_offenders")
YES, NO = "có", "không"


def labels_of(ruleset: RuleSet) -> Mapping[str, str]:
    """Every figure that can be declared with its label, those of the rule set in its words.

    An older rule set asks for less; what it does not ask for is not lost by declaring.
    """
    return {**load_ruleset().commune.indicators, **ruleset.commune.indicators}


def read_figures(
    labels: Mapping[str, str], typed: Mapping[str, str]
) -> tuple[dict[str, Any], dict[str, str]]:
    """Figures by name, and by name why one cannot be read; an empty field is None.

    >>> read_figures(labels_of(load_ruleset()), {"residents": "12.345", "users": "-1"})[1]
    {'users': 'số đếm phải là số nguyên từ 0 trở lên'}
    """
    found: dict[str, Any] = {}
    errors = {}
    for name in labels:
        try:
            found[name] = _read(name, typed.get(name, "").strip())
        except UnreadableCellError as error:
            errors[name] = str(error)
    return found, errors


def _read(name: str, text: str) -> int | float | bool | None:
    """A figure; no word stands for an empty field, so that nothing typed is lost unseen."""
    value = _READERS.get(name, _count)(text)
    if value is None and text:
        raise UnreadableCellError(_NO_NUMBER)
    if not isinstance(value, bool) and re.search(r"[0-9]e[+-]?[0-9]", text.casefold()):
        raise UnreadableCellError(_NO_NUMBER)
    return value


def implausible(labels: Mapping[str, str], figures: Mapping[str, Any]) -> tuple[str, ...]:
    """What in readable figures cannot well be right, as Vietnamese sentences.

    >>> implausible(labels_of(load_ruleset()), {"residents": 10, "users": 12})
    ('Người sử dụng trái phép có hồ sơ quản lý (12) nhiều hơn nhân khẩu (10).',)
    """
    known = {name: value for name, value in figures.items() if value is not None}
    return (*_excepted(known), *_above_residents(labels, known), *_planted(known))


def _excepted(known: Mapping[str, Any]) -> list[str]:
    persons = [known[name] for name in PERSONS if name in known]
    excepted = sum(known.get(name, 0) for name in EXCEPTED)
    if len(persons) < len(PERSONS) or excepted <= sum(persons):
        return []
    return [
        told(
            "Số người thuộc diện loại trừ ({n}: điều trị thay thế, cai nghiện tại gia đình, cộng"
            " đồng, quản lý sau cai) lớn hơn số người có hồ sơ quản lý ({all}). Cứ để như vậy thì"
            " chưa xác định được loại.",
            n=excepted,
            all=sum(persons),
        )
    ]


def _above_residents(labels: Mapping[str, str], known: Mapping[str, Any]) -> list[str]:
    residents = known.get("residents")
    if residents is None:
        return []
    found = [
        told(
            "{label!c} ({n}) nhiều hơn nhân khẩu ({all}).",
            label=known_words(labels[name]),
            n=known[name],
            all=residents,
        )
        for name in OF_RESIDENTS
        if known.get(name, 0) > residents
    ]
    none = [told("Nhân khẩu bằng 0: không tính được tỷ lệ nào.")] if residents == 0 else []
    return [*found, *none]


def _planted(known: Mapping[str, Any]) -> list[str]:
    plants, area = known.get("plants"), known.get("plant_area_m2")
    if plants and area is None:
        return [told("Có {n} cây mà ô diện tích để trống: diện tích là chưa có số liệu.", n=plants)]
    if plants is None or area is None or bool(plants) == bool(area):
        return []
    return [told("Số cây và diện tích: một ô bằng 0 trong khi ô kia lớn hơn 0.")]


def in_sentence(label: str) -> str:
    """A label at the beginning of a sentence.

    >>> in_sentence("nhân khẩu")
    'Nhân khẩu'
    """
    return label[:1].upper() + label[1:]


def shown(value: int | float | bool | None) -> str:
    """A figure as it stands in a field, as it can be read again."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, int) or value == int(value):
        return vn_number(value)
    return f"{value:.10f}".rstrip("0").replace(".", ",")


def _count(text: str) -> int | None:
    return parse_count(text)


def _area(text: str) -> float | None:
    area = parse_number(text)
    if area is not None and not 0 <= area < MAX_AREA_M2:
        raise UnreadableCellError("diện tích âm hoặc lớn bất thường: kiểm tra lại ô")
    return area


def _flag(text: str) -> bool | None:
    return parse_flag(text)


_READERS: Mapping[str, Callable[[str], int | float | bool | None]] = {
    "plant_area_m2": _area,
    "on_key_route": _flag,
}
