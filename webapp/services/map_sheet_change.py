"""The difference against the period before on a printed map: communes, numbers, arrows.

The further from "as before", the deeper the fill; level lines mark falls, so that grey paper tells
them from rises; what may be chance alone is hatched.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Set
from datetime import date
from types import MappingProxyType
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from geo.records import Period
from webapp.labels import vn_number, vn_period
from webapp.services.map_sheet_areas import Ground, around_sheet
from webapp.services.map_sheet_facts import SheetFacts
from webapp.services.map_sheet_ink import (
    CASING,
    INK,
    LAND,
    area_path,
    filled,
    hatch,
    ruled,
    stroked,
)
from webapp.services.map_sheet_marks import is_in
from webapp.services.map_sheet_swatches import LegendRow, swatch

DARK_STEPS = frozenset({"up_2", "down_2"})
"""Fills on which names and hatches have to be light."""

_FALLS = frozenset({"down_1", "down_2"})
_FILLS = MappingProxyType(
    {
        "up_2": "#99281A",
        "up_1": "#D98350",
        "level": "#B7B3A8",
        "down_1": "#A9CDD8",
        "down_2": "#2B788D",
        "none": "#FBFAF7",
        "no_data": "#F1F0EC",
    }
)
_UNSURE, _UNSURE_ON_DARK, _NO_DATA = "#1F252B", "#FFFFFF", "#A9B1B6"
_FALL_LINE = "#16404C"
_SHARE = 14.0
"""Side of an arrow, in units of the drawing."""

_ARROWS = MappingProxyType(
    {
        "opened": (INK, CASING, "M12 3 21 13h-5.5v8h-7v-8H3Z"),
        "back": (INK, CASING, "M12 2 21 11h-5.5v4h-7v-4H3ZM7 17.5h10v4.5h-10z"),
        "closed": (CASING, INK, "M12 21 3 11h5.5V3h7v8H21Z"),
    }
)
_ARROW_WORDS = MappingProxyType(
    {
        "opened": "mới xuất hiện trong kỳ",
        "back": "tái phức tạp trong kỳ",
        "closed": "đã triệt xóa trong kỳ",
    }
)
_VERDICTS = MappingProxyType(
    {
        "up": "tăng rõ",
        "down": "giảm rõ",
        "unsure": "chưa đủ để kết luận là tăng hay giảm",
        "none": "không có vụ nào",
        "no_data": "chưa có dữ liệu để so",
    }
)


def step_of(change: Mapping[str, Any], strong: int) -> str:
    """The step of the ramp that a commune takes.

    >>> step_of({"verdict": "unsure", "difference": -2}, 5)
    'down_1'
    >>> step_of({"verdict": "none", "difference": 0}, 5)
    'none'
    """
    if change["verdict"] in ("none", "no_data"):
        return str(change["verdict"])
    difference = change["difference"]
    if difference == 0:
        return "level"
    return f"{'up' if difference > 0 else 'down'}_{2 if abs(difference) >= strong else 1}"


def draw_change(ground: Ground, facts: SheetFacts) -> list[str]:
    """Communes by the change of their cases; those outside the scope stay plain."""
    drawn = []
    steps = change_steps(facts)
    for step, fill in _FILLS.items():
        held = [each for each in ground.own if steps.get(each.shape.code) == step]
        drawn.append(filled(area_path([each.geometry for each in held]), fill) if held else "")
    return drawn + _lines(ground, facts, steps)


def _lines(ground: Ground, facts: SheetFacts, steps: Mapping[str, str]) -> list[str]:
    """Level lines on falls, slanting ones on what may be chance or is not known."""
    told = facts.change["communes"]
    falls, slants = {c for c, step in steps.items() if step in _FALLS}, defaultdict(set)
    for code, step in steps.items():
        if told[code]["verdict"] == "no_data":
            slants[_NO_DATA, 1.0].add(code)
        elif told[code]["verdict"] == "unsure":
            is_dark = step in DARK_STEPS
            slants[(_UNSURE_ON_DARK, 0.6) if is_dark else (_UNSURE, 0.24)].add(code)
    drawn = [ruled(_joined(ground, facts, falls), _FALL_LINE, 0.7)]
    drawn += [hatch(_joined(ground, facts, codes), *how) for how, codes in slants.items()]
    return drawn


def _joined(ground: Ground, facts: SheetFacts, codes: Set[str]) -> BaseGeometry:
    held = [each.whole for each in ground.own if each.shape.code in codes]
    return shapely.intersection(shapely.coverage_union_all(held), around_sheet(facts.frame))


def change_steps(facts: SheetFacts) -> dict[str, str]:
    """The step of every commune that may be told of, by code."""
    strong = facts.change["strong"]
    return {code: step_of(each, strong) for code, each in facts.change["communes"].items()}


def change_texts(facts: SheetFacts) -> dict[str, str]:
    """The difference in cases of every commune that has one, with its sign, by code."""
    steps = change_steps(facts)
    differences = {
        code: each["difference"]
        for code, each in facts.change["communes"].items()
        if steps[code] not in ("none", "no_data", "level")
    }
    return {code: signed(n) for code, n in differences.items()}


def signed(n: int) -> str:
    """A difference with its sign.

    >>> signed(3), signed(-1200)
    ('+3', '−1.200')
    """
    return f"+{vn_number(n)}" if n > 0 else f"−{vn_number(-n)}" if n else "0"


def draw_arrows(facts: SheetFacts, shown: frozenset[str]) -> list[str]:
    """An arrow beside every hotspot of a shown status whose status changed."""
    changes = {(s["source"], s["ref"]): s["change"] for s in facts.change["hotspots"]}
    drawn = []
    for spot in facts.hotspots:
        change = changes.get((spot["source"], spot["ref"]), "same")
        is_seen = spot["status"] in shown and is_in(facts.frame, spot["lon"], spot["lat"])
        if is_seen and change in _ARROWS:
            x, y = facts.frame.x(spot["lon"]) + 4, facts.frame.y(spot["lat"]) - 18
            drawn.append(_arrow(change, x, y))
    return drawn


def change_rows(facts: SheetFacts) -> tuple[list[LegendRow], list[LegendRow], str]:
    """Rows for communes, rows for hotspots, and what has to be said about them."""
    seen = Counter(change_steps(facts).values())
    strong = facts.change["strong"]
    labels = {
        "up_2": f"Tăng từ {strong} vụ",
        "up_1": f"Tăng dưới {strong} vụ",
        "level": "Như kỳ trước",
        "down_1": f"Giảm dưới {strong} vụ",
        "down_2": f"Giảm từ {strong} vụ",
        "none": "Không có vụ nào ở cả hai kỳ",
    }
    rows = [LegendRow(_fill(step), label, seen[step]) for step, label in labels.items()]
    unsure = facts.change["verdicts"].get("unsure", 0)
    rows.append(LegendRow(_hatched(LAND, _UNSURE), "Gạch chéo: chưa đủ để kết luận", unsure))
    if seen["no_data"]:
        swatch_ = _hatched(_FILLS["no_data"], _NO_DATA)
        rows.append(LegendRow(swatch_, "Chưa có dữ liệu", seen["no_data"]))
    spots = Counter(spot["change"] for spot in facts.change["hotspots"])
    arrows = [
        LegendRow(swatch(_arrow(change, 10, 3)), words[:1].upper() + words[1:], spots[change])
        for change, words in _ARROW_WORDS.items()
    ]
    return rows, arrows, "Số đếm của toàn địa bàn; khoảng tin cậy 95 % chính xác (Poisson)."


def change_words(facts: SheetFacts) -> str:
    """What the view is held against and what can be said of the whole."""
    before = Period(*map(date.fromisoformat, facts.change["before"]))
    total = facts.change["total"]
    was, now = (vn_number(n) for n in total["n"])
    return f"So với {vn_period(before)}: {was} → {now} vụ, {_VERDICTS[total['verdict']]}"


def _fill(step: str) -> str:
    box = shapely.box(2, 1.5, 32, 18.5)
    area = area_path([box])
    lines = ruled(box, _FALL_LINE, 0.7) if step in _FALLS else ""
    return swatch(filled(area, _FILLS[step]), lines, stroked(area, "#8A939B", 1))


def _hatched(fill: str, colour: str) -> str:
    box = shapely.box(2, 1.5, 32, 18.5)
    area = area_path([box])
    return swatch(filled(area, fill), hatch(box, colour, 0.5), stroked(area, "#8A939B", 1))


def _arrow(change: str, x: float, y: float) -> str:
    fill, line, path = _ARROWS[change]
    scale = _SHARE / 24
    return (
        f'<path transform="translate({x:.1f} {y:.1f}) scale({scale:.3f})" d="{path}" fill="{fill}"'
        f' stroke="{line}" stroke-width="2" stroke-linejoin="round"/>'
    )
