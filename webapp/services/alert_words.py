"""The figures of an alert in words, from its evidence alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from geo.register import DEFAULT_RADIUS_M
from geo.terms import AlertKind
from webapp.labels import INCIDENT_KINDS, NEIGHBOURS, vn_date, vn_number
from webapp.services.cluster_words import metres_in_words
from webapp.services.import_changes import SUBSTANCES

Evidence = Mapping[str, Any]

_UNIT = re.compile(r"(?<=\d) (?=(?:m|km|%|vụ|ngày)(?:\W|$))")

NEAR_BORDER_M = 10_000
"""Up to this distance the border is told: the border area of the programmes."""

NOT_DECIDING = "Tỷ số này chỉ để tham khảo, không phải điều kiện để nêu cảnh báo."


def told_figures(kind: AlertKind, evidence: Evidence) -> tuple[str, ...]:
    """What a run saw, as Vietnamese sentences."""
    return tuple(_kept_together(sentence) for sentence in _TOLD[kind](evidence) if sentence)


def day_in(evidence: Evidence, key: str) -> date | None:
    """A day of the evidence.

    >>> day_in({"cleared_on": "2026-01-09"}, "cleared_on")
    datetime.date(2026, 1, 9)
    """
    text = evidence.get(key)
    return date.fromisoformat(text) if isinstance(text, str) and text else None


def told_share(p_value: float) -> str:
    """A small probability in per cent.

    >>> told_share(0.0012), told_share(0.00001), told_share(0.034)
    ('0,1 %', 'dưới 0,01 %', '3 %')
    """
    percent = 100 * p_value
    if percent < 0.01:
        return "dưới 0,01 %"
    return f"{vn_number(percent, 2 if percent < 0.1 else 1 if percent < 1 else 0)} %"


def _kept_together(sentence: str) -> str:
    """Numbers and their units on one line."""
    return _UNIT.sub("\u00a0", sentence)


def _re_emerging(evidence: Evidence) -> list[str]:
    n, cleared = evidence.get("n_after"), day_in(evidence, "cleared_on")
    radius = metres_in_words(evidence.get("radius_m") or DEFAULT_RADIUS_M)
    seen = (
        f"{vn_number(n)} vụ đã xác minh sau ngày triệt xóa {vn_date(cleared)}, "
        f"trong vòng {radius}{_days(evidence)}."
    )
    return [seen, _background(evidence), _around_clearing(evidence)]


def _background(evidence: Evidence) -> str:
    expected, p_value = evidence.get("expected"), evidence.get("p_value")
    if expected is None or p_value is None:
        return ""
    few = "chưa tới 0,1" if expected < 0.1 else f"khoảng {vn_number(expected, 1)}"
    return (
        f"Nếu chỉ theo mức chung của các xã xung quanh thì trong thời gian ấy nơi này có {few} "
        f"vụ; xác suất có từng ấy vụ trở lên do ngẫu nhiên là {told_share(p_value)}."
    )


def _around_clearing(evidence: Evidence) -> str:
    before, after, days = (evidence.get(name) for name in ("before", "after", "days"))
    if before is None or after is None or not days:
        return ""
    return (
        f"Trong {vn_number(days)} ngày trước triệt xóa: {vn_number(before)} vụ; trong "
        f"{vn_number(days)} ngày sau: {vn_number(after)} vụ{_ratio(evidence)}. " + NOT_DECIDING
    )


def _cluster(evidence: Evidence) -> str:
    kind, n_kind = evidence.get("top_kind"), evidence.get("top_kind_n")
    substance, n = evidence.get("top_substance"), evidence.get("top_substance_n")
    parts = []
    if kind and n_kind:
        parts.append(f"nhiều nhất là {INCIDENT_KINDS[kind].lower()} ({vn_number(n_kind)} vụ)")
    if substance and n:
        parts.append(f"tang vật thường gặp: {SUBSTANCES[substance]} ({vn_number(n)} vụ)")
    listed = ("; " + "; ".join(parts)) if parts else ""
    return f"{vn_number(evidence.get('n'))} vụ tụ lại một chỗ{_days(evidence)}{listed}."


def _unrecorded(evidence: Evidence) -> list[str]:
    return [_cluster(evidence), _beside(evidence), _lately(evidence), _border(evidence)]


def _beside(evidence: Evidence) -> str:
    """The nearest place of the register; nothing where its distance is not to be told."""
    if "nearest_m" not in evidence:
        return ""
    nearest = evidence["nearest_m"]
    if nearest is None:
        return "Hồ sơ chưa có điểm nào ở gần."
    return f"Điểm gần nhất trong hồ sơ cách đó {metres_in_words(nearest)}."


def _shifted(evidence: Evidence) -> list[str]:
    away, cleared = evidence.get("distance_m"), day_in(evidence, "cleared_on")
    radius = metres_in_words(evidence.get("radius_m") or DEFAULT_RADIUS_M)
    where = (
        "và ở gần điểm đã triệt xóa"
        if away is None
        else f"giữa cụm cách điểm đã triệt xóa {metres_in_words(away)}"
    )
    moved = (
        f"Cụm bắt đầu sau ngày triệt xóa {vn_date(cleared)}{' ' if away is None else ', '}{where}; "
        f"xét từ 1 đến 3 lần bán kính {radius}."
    )
    return [_cluster(evidence), moved, _lately(evidence), _border(evidence)]


def _rising(evidence: Evidence) -> list[str]:
    return [_lately(evidence), _by_chance(evidence), _cluster(evidence), _border(evidence)]


def _by_chance(evidence: Evidence) -> str:
    """How many of the clusters compared would pass the 95 % interval by chance alone."""
    compared = evidence.get("n_compared")
    if not compared:
        return ""
    expected = 0.025 * int(compared)
    told = "chưa tới 1 cụm" if expected < 1 else f"khoảng {vn_number(round(expected))} cụm"
    return (
        f"Lần phân tích so sánh {vn_number(int(compared))} cụm; trong số ấy trung bình {told} "
        "vượt mức này chỉ do ngẫu nhiên."
    )


def _delisting(evidence: Evidence) -> list[str]:
    cleared, ended = day_in(evidence, "cleared_on"), day_in(evidence, "watch_ends_on")
    radius = metres_in_words(evidence.get("radius_m") or DEFAULT_RADIUS_M)
    until = day_in(evidence, "data_until")
    told = f", tính đến ngày {vn_date(until)} (ngày cuối có dữ liệu)" if until else ""
    return [
        f"Triệt xóa ngày {vn_date(cleared)}; thời gian theo dõi hết ngày {vn_date(ended)}.",
        f"{vn_number(evidence.get('quiet_days'))} ngày liền không có vụ đã xác minh nào trong "
        f"vòng {radius}{told}.",
    ]


def _lately(evidence: Evidence) -> str:
    before, after, days = (evidence.get(name) for name in ("before", "after", "days"))
    if before is None or after is None or not days:
        return ""
    until = day_in(evidence, "data_until")
    lately = f"đến {vn_date(until)} (ngày cuối có dữ liệu)" if until else "gần đây"
    return (
        f"{vn_number(days)} ngày {lately}: {vn_number(after)} vụ; {vn_number(days)} ngày trước "
        f"đó: {vn_number(before)} vụ{_ratio(evidence)}."
    )


def _ratio(evidence: Evidence) -> str:
    ratio, low, high = (evidence.get(key) for key in ("ratio", "low", "high"))
    if ratio is None or low is None:
        return ""
    upper = "không có cận trên" if high is None else f"đến {vn_number(high, 2)}"
    return (
        f"; tỷ số sau/trước {vn_number(ratio, 2)} "
        f"(khoảng tin cậy 95 %: từ {vn_number(low, 2)} {upper})"
    )


def _days(evidence: Evidence) -> str:
    first, last = day_in(evidence, "first_date"), day_in(evidence, "last_date")
    if first is None or last is None:
        return ""
    if first == last:
        return f", ngày {vn_date(first)}"
    return f", từ {vn_date(first)} đến {vn_date(last)}"


def _border(evidence: Evidence) -> str:
    away, neighbour = evidence.get("border_m"), NEIGHBOURS.get(evidence.get("border_with") or "")
    if away is None or away > NEAR_BORDER_M or neighbour is None:
        return ""
    return f"Cách biên giới {neighbour} khoảng {metres_in_words(away)}."


_TOLD: Mapping[AlertKind, Callable[[Evidence], list[str]]] = MappingProxyType(
    {
        AlertKind.RE_EMERGING: _re_emerging,
        AlertKind.UNRECORDED: _unrecorded,
        AlertKind.SHIFTED: _shifted,
        AlertKind.RISING: _rising,
        AlertKind.DELISTING: _delisting,
    }
)
