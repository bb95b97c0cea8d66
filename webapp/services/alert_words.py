"""The figures of an alert in words, from its evidence alone."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any

from geo.register import DEFAULT_RADIUS_M
from geo.terms import AlertKind
from webapp.labels import INCIDENT_KINDS, NEIGHBOURS
from webapp.services.cluster_words import metres_in_words
from webapp.services.import_changes import SUBSTANCES
from webapp.told import told, told_list

Evidence = Mapping[str, Any]

_UNIT = re.compile(r"(?<=\d) (?=(?:m|km|%|vụ|ngày|incidents|days)(?:\W|$))")

NEAR_BORDER_M = 10_000
"""Up to this distance the border is told: the border area of the programmes."""

NOT_DECIDING = told("Tỷ số này chỉ để tham khảo, không phải điều kiện để nêu cảnh báo.")


def told_figures(kind: AlertKind, evidence: Evidence) -> tuple[str, ...]:
    """What a run saw, as sentences."""
    return tuple(sentence for sentence in _TOLD[kind](evidence) if sentence)


def kept_together(sentence: str) -> str:
    """Numbers and their units on one line.

    >>> kept_together("3 vụ trong vòng 500 m") == "3\\u00a0vụ trong vòng 500\\u00a0m"
    True
    """
    return _UNIT.sub("\u00a0", sentence)


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
        return told("dưới {n:2} %", n=0.01)
    if percent < 0.1:
        return told("{n:2} %", n=percent)
    return told("{n:1} %", n=percent) if percent < 1 else told("{n} %", n=percent)


def _re_emerging(evidence: Evidence) -> list[str]:
    seen = told(
        "{n} vụ đã xác minh sau ngày triệt xóa {day}, trong vòng {radius}{days}.",
        n=evidence.get("n_after"),
        day=day_in(evidence, "cleared_on"),
        radius=metres_in_words(evidence.get("radius_m") or DEFAULT_RADIUS_M),
        days=_days(evidence),
    )
    return [seen, _background(evidence), _around_clearing(evidence)]


def _background(evidence: Evidence) -> str:
    expected, p_value = evidence.get("expected"), evidence.get("p_value")
    if expected is None or p_value is None:
        return ""
    few = told("khoảng {n:1}", n=expected)
    return told(
        "Nếu chỉ theo mức chung của các xã xung quanh thì trong thời gian ấy nơi này có {few} vụ; "
        "xác suất có từng ấy vụ trở lên do ngẫu nhiên là {share}.",
        few=told("chưa tới {n:1}", n=0.1) if expected < 0.1 else few,
        share=told_share(p_value),
    )


def _around_clearing(evidence: Evidence) -> str:
    before, after, days = (evidence.get(name) for name in ("before", "after", "days"))
    if before is None or after is None or not days:
        return ""
    return told(
        "Trong {days} ngày trước triệt xóa: {before} vụ; trong {days} ngày sau: {after} vụ{ratio}. "
        "{note}",
        days=days,
        before=before,
        after=after,
        ratio=_ratio(evidence),
        note=NOT_DECIDING,
    )


def _cluster(evidence: Evidence) -> str:
    kind, n_kind = evidence.get("top_kind"), evidence.get("top_kind_n")
    substance, n = evidence.get("top_substance"), evidence.get("top_substance_n")
    parts = [told("{n} vụ tụ lại một chỗ{days}", n=evidence.get("n"), days=_days(evidence))]
    if kind and n_kind:
        words = told(INCIDENT_KINDS[kind].lower())
        parts.append(told("nhiều nhất là {kind} ({n} vụ)", kind=words, n=n_kind))
    if substance and n:
        words = told(SUBSTANCES[substance])
        parts.append(told("tang vật thường gặp: {what} ({n} vụ)", what=words, n=n))
    return told("{sentence}.", sentence=told_list(parts, "; "))


def _unrecorded(evidence: Evidence) -> list[str]:
    return [_cluster(evidence), _beside(evidence), _lately(evidence), _border(evidence)]


def _beside(evidence: Evidence) -> str:
    """The nearest place of the register; nothing where its distance is not to be told."""
    if "nearest_m" not in evidence:
        return ""
    nearest = evidence["nearest_m"]
    if nearest is None:
        return told("Hồ sơ chưa có điểm nào ở gần.")
    away = metres_in_words(nearest)
    return told("Điểm gần nhất trong hồ sơ cách đó {metres}.", metres=away)


def _shifted(evidence: Evidence) -> list[str]:
    return [_cluster(evidence), _moved(evidence), _lately(evidence), _border(evidence)]


def _moved(evidence: Evidence) -> str:
    away, cleared = evidence.get("distance_m"), day_in(evidence, "cleared_on")
    radius = metres_in_words(evidence.get("radius_m") or DEFAULT_RADIUS_M)
    if away is None:
        return told(
            "Cụm bắt đầu sau ngày triệt xóa {day} và ở gần điểm đã triệt xóa; xét từ 1 đến 3 lần "
            "bán kính {radius}.",
            day=cleared,
            radius=radius,
        )
    return told(
        "Cụm bắt đầu sau ngày triệt xóa {day}, giữa cụm cách điểm đã triệt xóa {away}; xét từ 1 "
        "đến 3 lần bán kính {radius}.",
        day=cleared,
        away=metres_in_words(away),
        radius=radius,
    )


def _rising(evidence: Evidence) -> list[str]:
    return [_lately(evidence), _by_chance(evidence), _cluster(evidence), _border(evidence)]


def _by_chance(evidence: Evidence) -> str:
    """How many of the clusters compared would pass the 95 % interval by chance alone."""
    compared = evidence.get("n_compared")
    if not compared:
        return ""
    expected = 0.025 * int(compared)
    about = told("khoảng {n} cụm", n=round(expected))
    return told(
        "Lần phân tích so sánh {n} cụm; trong số ấy trung bình {few} vượt mức này chỉ do ngẫu "
        "nhiên.",
        n=int(compared),
        few=told("chưa tới 1 cụm") if expected < 1 else about,
    )


def _delisting(evidence: Evidence) -> list[str]:
    until = day_in(evidence, "data_until")
    quiet = told(
        "{n} ngày liền không có vụ đã xác minh nào trong vòng {radius}",
        n=evidence.get("quiet_days"),
        radius=metres_in_words(evidence.get("radius_m") or DEFAULT_RADIUS_M),
    )
    so_far = told("{quiet}, tính đến ngày {day} (ngày cuối có dữ liệu)", quiet=quiet, day=until)
    return [
        told(
            "Triệt xóa ngày {day}; thời gian theo dõi hết ngày {end}.",
            day=day_in(evidence, "cleared_on"),
            end=day_in(evidence, "watch_ends_on"),
        ),
        told("{sentence}.", sentence=so_far if until else quiet),
    ]


def _lately(evidence: Evidence) -> str:
    before, after, days = (evidence.get(name) for name in ("before", "after", "days"))
    if before is None or after is None or not days:
        return ""
    until = day_in(evidence, "data_until")
    lately = told("đến {day} (ngày cuối có dữ liệu)", day=until)
    return told(
        "{days} ngày {lately}: {after} vụ; {days} ngày trước đó: {before} vụ{ratio}.",
        days=days,
        lately=lately if until else told("gần đây"),
        after=after,
        before=before,
        ratio=_ratio(evidence),
    )


def _ratio(evidence: Evidence) -> str:
    ratio, low, high = (evidence.get(key) for key in ("ratio", "low", "high"))
    if ratio is None or low is None:
        return ""
    upper = told("đến {high:2}", high=high)
    return told(
        "; tỷ số sau/trước {ratio:2} (khoảng tin cậy 95 %: từ {low:2} {upper})",
        ratio=ratio,
        low=low,
        upper=told("không có cận trên") if high is None else upper,
    )


def _days(evidence: Evidence) -> str:
    first, last = day_in(evidence, "first_date"), day_in(evidence, "last_date")
    if first is None or last is None:
        return ""
    if first == last:
        return told(", ngày {day}", day=first)
    return told(", từ {first} đến {last}", first=first, last=last)


def _border(evidence: Evidence) -> str:
    away, neighbour = evidence.get("border_m"), NEIGHBOURS.get(evidence.get("border_with") or "")
    if away is None or away > NEAR_BORDER_M or neighbour is None:
        return ""
    return told(
        "Cách biên giới {country} khoảng {metres}.",
        country=told(neighbour),
        metres=metres_in_words(away),
    )


_TOLD: Mapping[AlertKind, Callable[[Evidence], list[str]]] = MappingProxyType(
    {
        AlertKind.RE_EMERGING: _re_emerging,
        AlertKind.UNRECORDED: _unrecorded,
        AlertKind.SHIFTED: _shifted,
        AlertKind.RISING: _rising,
        AlertKind.DELISTING: _delisting,
    }
)
