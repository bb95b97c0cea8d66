"""What was changed in records as the audit trail tells it: codes and numbers, never free words.

A value that is a code, a number, a day or a flag is told before and after; of words, lists and
lines only that they were changed, with the digests of both.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from models.columns import json_text
from models.record_changes import FieldChange, RecordChange

MOST_RECORDS = 20
"""Of more changed records than these the trail tells the number only; versions hold them all."""

_CODE = re.compile(r"[A-Za-z0-9_.:/+-]{0,40}")
_WORDS = frozenset({"name", "address_text", "area_text", "note", "decision"})


def told_changes(changes: Iterable[RecordChange]) -> dict[str, Any]:
    """The changed fields of records, by record; empty where there are none or too many."""
    listed = list(changes)
    if not listed or len(listed) > MOST_RECORDS:
        return {}
    return {"records": {_key(change): told_fields(change.fields) for change in listed}}


def told_last(changes: Sequence[RecordChange]) -> dict[str, Any]:
    """The fields of the latest of a record's changes, oldest first; empty where there is none."""
    return {"fields": told_fields(changes[-1].fields)} if changes else {}


def told_fields(fields: Iterable[FieldChange]) -> dict[str, Any]:
    """Each changed field with what it was and what it is.

    >>> told_fields([FieldChange("kind", "supply", "demand")])
    {'kind': {'before': 'supply', 'after': 'demand'}}
    >>> told_fields([FieldChange("name", "Lan", "")])["name"]["before"]
    {'text': 'Lan'}
    """
    return {
        field.name: {
            "before": _told(field.name, field.before),
            "after": _told(field.name, field.after),
        }
        for field in fields
    }


def _key(change: RecordChange) -> str:
    return f"{change.layer.value}:{change.record_key}"


def _told(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str) and name not in _WORDS and not name.startswith("written."):
        return value if _CODE.fullmatch(value) else {"text": value}
    if value in ("", [], {}):
        return value
    return {"text": value if isinstance(value, str) else _plain(value)}


def _plain(value: Any) -> str:
    return json_text(value) if isinstance(value, Mapping | list | tuple) else repr(value)
