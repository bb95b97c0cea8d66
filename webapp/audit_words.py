"""The audit trail as people read it: what was done, to what, with which particulars."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

from models.audit import ACCOUNT, AuditEvent
from webapp.audit_labels import ACTIONS, DETAIL_KEYS, OBJECT_KINDS, SCOPE_WORDS
from webapp.labels import (
    ALERT_KINDS,
    ALERT_STATES,
    COMMUNE_CLASSES,
    EVENT_TYPES,
    HOTSPOT_KINDS,
    HOTSPOT_STATUSES,
    INCIDENT_KINDS,
    LAYERS,
    ROLES,
)
from webapp.standing_labels import ASSESSMENT_STATES, PROVINCE_CLASSES
from webapp.told import Told, as_written, told, told_list

_PAGES: Mapping[str, str] = MappingProxyType(
    {
        **{"alert": "/alerts/", "campaign": "/campaigns/", "cluster": "/clusters/"},
        **{"commune": "/communes/", "corridor": "/corridors/", "facility": "/facilities/"},
        **{"import": "/imports/", "incident": "/incidents/", "province": "/provinces/"},
    }
)
_UNITS = frozenset({"commune", "province"})
_CODE_LENGTHS = (2, 5)
_AROUND = frozenset({"alerts", "audit", "border", "classes", "duplicates", "review", "search"})
"""Kinds of objects that are what a unit has; elsewhere a number is the record's own."""

_LISTS = frozenset({"hotspots", "facilities", "progress"})
NATION = told("cả nước")

_CODES: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "type": EVENT_TYPES,
        "class": {**PROVINCE_CLASSES, **COMMUNE_CLASSES},
        "kind": {**ALERT_KINDS, **HOTSPOT_KINDS, **INCIDENT_KINDS},
        "role": ROLES,
        "state": {**HOTSPOT_STATUSES, **ALERT_STATES, **ASSESSMENT_STATES},
    }
)
_WRITTEN = told("đã ghi (không lưu nguyên văn)")
_MOST_PARTS = 40
_DAYS = re.compile(r"\d{4}-(0\d|1[0-2])-([01]\d|2[0-8])(/\d{4}-(0\d|1[0-2])-([01]\d|2[0-8]))?")
_DIGEST_SHOWN = 12


def action_words(code: str) -> str:
    """What was done; a code that no words are known for stays as it is.

    >>> action_words("sign_in"), action_words("x_y")
    ('Đăng nhập', 'x_y')
    """
    known = ACTIONS.get(code)
    return as_written(code) if known is None else told(known)


def object_words(event: AuditEvent, names: Mapping[str, str] | None = None) -> str:
    """To what it was done, empty where the action says all or it is erased.

    Parameters
    ----------
    names
        Communes and provinces by code.
    """
    name, names = event.object, names or {}
    if name == ACCOUNT or not name:
        return ""
    kind, _, rest = name.partition(":")
    if kind in _UNITS and rest in names:
        return as_written(names[rest])
    if event.action == "copy":
        return told("chép đi") if name == "out" else told("chép đến")
    around = kind in _AROUND or kind in LAYERS
    where = NATION if rest == "nation" else as_written(names.get(rest, rest) if around else rest)
    if kind in OBJECT_KINDS and rest:
        return told(OBJECT_KINDS[kind], rest=where)
    if kind in LAYERS and (rest or kind in _LISTS):
        return told_list([told(LAYERS[kind]), where], ": ") if rest else told(LAYERS[kind])
    return NATION if name == "nation" else as_written(names.get(name, name))


def unit_code(event: AuditEvent) -> str:
    """The code of a commune or province that an event may be about, empty without one."""
    code = event.object.rpartition(":")[2]
    return code if code.isascii() and code.isdecimal() and len(code) in _CODE_LENGTHS else ""


def object_page(event: AuditEvent) -> str:
    """The page of the object, empty where it has none."""
    kind, _, rest = event.object.partition(":")
    one = rest and rest not in ("nation", "?") and ":" not in rest
    return _PAGES[kind] + quote(rest, safe="") if kind in _PAGES and one else ""


def detail_words(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The particulars, each with the word for its key.

    >>> detail_words({"role": {"before": "planner", "after": "analyst"}, "rows": 3})
    [('vai trò', 'Cán bộ kế hoạch → Cán bộ phân tích'), ('số dòng', '3')]
    """
    return list(_parts(detail))[:_MOST_PARTS]


def _parts(detail: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    if set(detail) >= {"before", "after"} and _both_told(detail):
        yield from _changes(detail["before"] or {}, detail["after"] or {})
        detail = {k: v for k, v in detail.items() if k not in ("before", "after")}
    for key, value in detail.items():
        name = told(DETAIL_KEYS[key]) if key in DETAIL_KEYS else as_written(key)
        label = told_list([above, name], " · ") if above else name
        if isinstance(value, Mapping) and set(value) == {"before", "after"}:
            yield label, _change(value["before"], value["after"], key)
        elif isinstance(value, Mapping) and set(value) != {"sha256"}:
            yield from _parts(value, label)
        elif value not in (None, "", []):
            yield label, _value(value, key)


def _both_told(detail: Mapping[str, Any]) -> bool:
    sides = [detail["before"], detail["after"]]
    return all(isinstance(side, Mapping | None) for side in sides) and any(sides)


def _changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key in dict.fromkeys((*before, *after)):
        if before.get(key) != after.get(key):
            name = told(DETAIL_KEYS[key]) if key in DETAIL_KEYS else as_written(key)
            yield name, _change(before.get(key), after.get(key), key)


def _change(before: Any, after: Any, key: str) -> Told:
    return told_list([_value(before, key), _value(after, key)], " → ")


def _value(value: Any, key: str) -> str:
    match value:
        case {"sha256": _} if len(value) == 1:
            return _WRITTEN
        case bool():
            said = told("đúng") if value else told("không phải")
        case list() | tuple() if value:
            said = told_list([_value(each, key) for each in value])
        case "changed":
            said = told("đã đổi")
        case str() if value in _CODES.get(key, ()):
            said = told(_CODES[key][value])
        case str() if key == "scope":
            kind, _, codes = value.partition(":")
            said = told(SCOPE_WORDS.get(kind, "{codes}"), codes=codes.replace(",", ", "))
        case str() if key == "sha256":
            said = as_written(value[:_DIGEST_SHOWN])
        case str() if _DAYS.fullmatch(value):
            days = [date.fromisoformat(day) for day in value.split("/")]
            said = told_list([told("{day}", day=day) for day in days], " – ")
        case _:
            said = as_written("–" if value in (None, "", [], ()) else str(value))
    return said
