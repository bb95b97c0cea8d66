"""The name and the number of a place that a person writes: never those of a person."""

from __future__ import annotations

from geo.typed_text import typed_text, without_marks
from webapp.told import told

MAX_NAME, MAX_REF = 160, 80


def typed_name(text: str) -> str:
    """The name of a place as it may be kept."""
    return typed_text(text)[:MAX_NAME].strip()


def typed_ref(text: str) -> str:
    """The number of a place as it may be kept."""
    return typed_text(text)[:MAX_REF].strip()


def named_errors(name: str, ref: str) -> dict[str, str]:
    """What is wrong with a name and a number, by field; a number may be left empty."""
    errors: dict[str, str] = {}
    if not without_marks(typed_name(name)):
        errors["name"] = told("Hãy ghi tên gọi của nơi này, không phải tên người.")
    if ref.strip() and not without_marks(typed_ref(ref)):
        errors["ref"] = told(
            "Mã không được là tên người hay số giấy tờ; bỏ trống thì hệ thống tự đánh số."
        )
    return errors
