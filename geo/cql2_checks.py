"""What a filter may say: every operation of CQL2 that is answered, its arguments checked.

A node comes in as the JSON encoding of CQL2 has it and goes out normalised: operators in small
letters, days as days, geometries in WGS 84.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Any

from geo.cql2_shapes import MOST_NUMBER, literal_shape, shape_node
from geo.errors import Cql2Error
from geo.ogc_crs import Reference

GEOMETRY = "geometry"
"""The name of the one geometry of a feature."""

MOST_PARTS = 500
_MOST_DEEP = 64

COMPARISONS = frozenset({"=", "<>", "<", ">", "<=", ">="})
SPATIAL = frozenset(
    f"s_{name}"
    for name in (
        *("intersects", "equals", "disjoint", "touches"),
        *("within", "overlaps", "crosses", "contains"),
    )
)
TEMPORAL = frozenset(
    f"t_{name}"
    for name in (
        *("after", "before", "contains", "disjoint", "during", "equals", "finishedby"),
        *("finishes", "intersects", "meets", "metby", "overlappedby", "overlaps"),
        *("startedby", "starts"),
    )
)
_HERE = timezone(timedelta(hours=7))
_OPEN = ".."
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
KIND_WORDS = {
    "text": "chữ",
    "number": "số",
    "boolean": "đúng/sai",
    "day": "ngày",
    "list": "danh sách",
    "interval": "khoảng ngày",
    "geometry": "hình",
    "truth": "điều kiện",
}


def day_of(text: Any) -> str:
    """A day as written, a moment as its day in Viet Nam."""
    try:
        if not isinstance(text, str):
            raise ValueError
        if _DAY.fullmatch(text):
            return date.fromisoformat(text).isoformat()
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return (moment.astimezone(_HERE) if moment.tzinfo else moment).date().isoformat()
    except (ValueError, OverflowError):
        raise Cql2Error(
            f"«{str(text)[:40]}» không phải ngày; hãy viết 2026-06-14 hoặc 2026-06-14T00:00:00Z."
        ) from None


class Check:
    """Walks an expression once: each node is checked and written anew, with its kind."""

    def __init__(self, kinds: Mapping[str, str], reference: Reference) -> None:
        self._kinds = {**kinds, GEOMETRY: "geometry"}
        self._reference = reference
        self._parts = 0

    def value(self, node: Any, level: int) -> tuple[Any, str]:
        """A node as it is kept, and what kind of value it is."""
        self._parts += 1
        if level > _MOST_DEEP or self._parts > MOST_PARTS:
            raise Cql2Error(f"Bộ lọc có quá nhiều phần (tối đa {MOST_PARTS}).")
        if not isinstance(node, Mapping):
            return _plain(node)
        if isinstance(node.get("op"), str):
            return self._operation(str(node["op"]).lower(), node.get("args"), level)
        if set(node) == {"property"}:
            return self._property(node["property"])
        if set(node) in ({"date"}, {"timestamp"}):
            return {"date": day_of(next(iter(node.values())))}, "day"
        if set(node) == {"interval"}:
            return self._interval(node["interval"], level)
        if "bbox" in node or "coordinates" in node or "geometries" in node:
            return shape_node(literal_shape(node, self._reference)), "geometry"
        raise Cql2Error(
            f"Không hiểu phần «{json.dumps(node, ensure_ascii=False)[:60]}» của bộ lọc."
        )

    def _property(self, name: Any) -> tuple[Any, str]:
        if not isinstance(name, str) or name not in self._kinds:
            known = ", ".join(self._kinds)
            raise Cql2Error(f"Lớp này không có trường «{str(name)[:60]}»; các trường: {known}.")
        return {"property": name}, self._kinds[name]

    def _operation(self, op: str, args: Any, level: int) -> tuple[Any, str]:
        if not isinstance(args, list) or not args:
            raise Cql2Error(f"Phép «{op[:40]}» cần các đối số.")
        if op == "in":
            return self._one_of(args, level)
        told = [self.value(arg, level + 1) for arg in args]
        check = _OPERATIONS.get(op)
        if check is None:
            raise Cql2Error(
                f"Không có phép hoặc hàm «{op[:40]}». Dùng được: AND, OR, NOT, = <> < > <= >=,"
                " IS NULL, LIKE, BETWEEN, IN, CASEI, ACCENTI và các hàm S_…, T_…"
            )
        return check(op, told)

    def _one_of(self, args: list[Any], level: int) -> tuple[Any, str]:
        if len(args) != 2 or not isinstance(args[1], list) or not args[1]:
            raise Cql2Error(
                "Phép IN cần một trường và danh sách giá trị, ví dụ kind IN ('a', 'b')."
            )
        wanted = self.value(args[0], level + 1)
        listed = [_alike(wanted, self.value(each, level + 1), "IN") for each in args[1]]
        if wanted[1] not in ("text", "number", "day", "boolean"):
            raise Cql2Error(f"Phép IN không dùng được với {KIND_WORDS[wanted[1]]}.")
        return {"op": "in", "args": [wanted[0], listed]}, "truth"

    def _interval(self, ends: Any, level: int) -> tuple[Any, str]:
        if not isinstance(ends, list) or len(ends) != 2:
            raise Cql2Error("INTERVAL cần hai đầu, ví dụ INTERVAL('2026-01-01', '..').")
        told = []
        for end in ends:
            if end == _OPEN:
                told.append(_OPEN)
            elif isinstance(end, str):
                told.append(day_of(end))
            else:
                node, kind = self.value(end, level + 1)
                if kind != "day":
                    raise Cql2Error("Đầu của INTERVAL phải là ngày.")
                told.append(node.get("date", node))
        if all(isinstance(end, str) and end != _OPEN for end in told) and told[0] > told[1]:
            raise Cql2Error(f"INTERVAL bắt đầu {told[0]} sau khi kết thúc {told[1]}.")
        return {"interval": told}, "interval"


Told = tuple[Any, str]


def _plain(node: Any) -> Told:
    if isinstance(node, bool):
        return node, "boolean"
    if isinstance(node, str):
        return node, "text"
    if isinstance(node, int | float) and abs(node) < MOST_NUMBER:
        return node, "number"
    raise Cql2Error(f"Không hiểu giá trị «{str(node)[:40]}» trong bộ lọc.")


def _alike(one: Told, other: Told, op: str) -> Any:
    """The other value, of the kind of the one; a day may be written as text."""
    if one[1] == "day" and other[1] == "text":
        return {"date": day_of(other[0])}
    if one[1] != other[1]:
        raise Cql2Error(
            f"Phép {op.upper()} so {KIND_WORDS[one[1]]} với {KIND_WORDS[other[1]]}; hai vế phải"
            " cùng kiểu (chữ đặt trong dấu nháy đơn)."
        )
    return other[0]


def _logic(op: str, told: list[Told]) -> Told:
    wanted = 1 if op == "not" else 2
    if any(kind not in ("truth", "boolean") for _, kind in told):
        raise Cql2Error(f"Hai vế của {op.upper()} phải là điều kiện.")
    if len(told) < wanted or (op == "not" and len(told) != 1):
        raise Cql2Error(f"Phép {op.upper()} thiếu hoặc thừa điều kiện.")
    return {"op": op, "args": [node for node, _ in told]}, "truth"


def _compared(op: str, told: list[Told]) -> Told:
    _count(op, told, 2)
    if told[0][1] == "text" and told[1][1] == "day":
        told = [(_alike(told[1], told[0], op), "day"), told[1]]
    node = [told[0][0], _alike(told[0], told[1], op)]
    allowed = {"text", "number", "day"} | ({"boolean"} if op in ("=", "<>") else set())
    if told[0][1] not in allowed:
        raise Cql2Error(f"Phép {op} không dùng được với {KIND_WORDS[told[0][1]]}.")
    return {"op": op, "args": node}, "truth"


def _like(op: str, told: list[Told]) -> Told:
    _count(op, told, 2)
    if told[0][1] != "text" or told[1][1] != "text" or _holds_property(told[1][0]):
        raise Cql2Error("Phép LIKE cần một trường chữ và một mẫu, ví dụ name LIKE 'Chợ%'.")
    return {"op": op, "args": [node for node, _ in told]}, "truth"


def _between(op: str, told: list[Told]) -> Told:
    _count(op, told, 3)
    node = [told[0][0], *(_alike(told[0], each, op) for each in told[1:])]
    if told[0][1] not in ("number", "day", "text"):
        raise Cql2Error(f"Phép BETWEEN không dùng được với {KIND_WORDS[told[0][1]]}.")
    return {"op": op, "args": node}, "truth"


def _is_null(op: str, told: list[Told]) -> Told:
    _count(op, told, 1)
    if told[0][1] == "truth":
        raise Cql2Error("IS NULL hỏi một trường, không phải một điều kiện.")
    if not isinstance(told[0][0], Mapping) or "property" not in told[0][0]:
        raise Cql2Error("IS NULL chỉ hỏi một trường.")
    return {"op": "isNull", "args": [told[0][0]]}, "truth"


def _letters(op: str, told: list[Told]) -> Told:
    _count(op, told, 1)
    if told[0][1] != "text":
        raise Cql2Error(f"Hàm {op.upper()} chỉ dùng với chữ.")
    return {"op": op, "args": [told[0][0]]}, "text"


def _spatial(op: str, told: list[Told]) -> Told:
    _count(op, told, 2)
    nodes = [node for node, _ in told]
    if any(kind != "geometry" for _, kind in told) or sum(map(_holds_property, nodes)) != 1:
        raise Cql2Error(
            f"Hàm {op.upper()} cần trường {GEOMETRY} và một hình, ví dụ"
            f" {op.upper()}({GEOMETRY}, BBOX(105, 20, 106, 21))."
        )
    if _holds_property(nodes[1]):
        op = {"s_within": "s_contains", "s_contains": "s_within"}.get(op, op)
        nodes.reverse()
    return {"op": op, "args": nodes}, "truth"


def _temporal(op: str, told: list[Told]) -> Told:
    _count(op, told, 2)
    days = [
        ({"date": day_of(node)}, "day")
        if kind == "text" and isinstance(node, str)
        else (node, kind)
        for node, kind in told
    ]
    if any(kind not in ("day", "interval") for _, kind in days):
        raise Cql2Error(f"Hàm {op.upper()} chỉ dùng với ngày và khoảng ngày.")
    return {"op": op, "args": [node for node, _ in days]}, "truth"


def _count(op: str, told: list[Told], wanted: int) -> None:
    if len(told) != wanted:
        raise Cql2Error(f"Phép {op.upper()} cần {wanted} đối số, nhận {len(told)}.")


def _holds_property(node: Any) -> bool:
    return isinstance(node, Mapping) and (
        "property" in node or any(map(_holds_property, node.get("args", [])))
    )


_OPERATIONS: dict[str, Callable[[str, list[Told]], Told]] = {
    **dict.fromkeys(("and", "or", "not"), _logic),
    **dict.fromkeys(COMPARISONS, _compared),
    **dict.fromkeys(("casei", "accenti"), _letters),
    **dict.fromkeys(SPATIAL, _spatial),
    **dict.fromkeys(TEMPORAL, _temporal),
    "like": _like,
    "between": _between,
    "isnull": _is_null,
}
