"""Sentences that services put together, which can still be said in another language.

A sentence made with an f-string is Vietnamese for good. One made here is the same text for whoever
takes it as a text (a report, a CSV file), and keeps its pattern and its values, from which
`webapp.languages.in_words` says it in English.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from string import Formatter
from typing import Any, Self

from geo.records import Period
from webapp.labels import vn_date, vn_moment, vn_number, vn_period

AS_WRITTEN = "{text}"
"""The pattern of what no language changes."""

_CHOICE = re.compile(r"\{(\w+)\|([^|{}]*)\|([^|{}]*)\}")


@dataclass(frozen=True, slots=True)
class Speech:
    """How a language writes a pattern, a number to so many digits, a day, a moment, a period."""

    pattern: Callable[[str], str]
    number: Callable[[float, int], str]
    day: Callable[[date], str]
    moment: Callable[[datetime], str]
    period: Callable[[Period], str]


class Told(str):
    """A Vietnamese sentence with the pattern and the values that it was made from."""

    pattern: str
    values: Mapping[str, Any]

    def __new__(cls, pattern: str, values: Mapping[str, Any]) -> Self:
        """Say the pattern in Vietnamese."""
        made = super().__new__(cls, say(pattern, values, VIETNAMESE))
        made.pattern, made.values = pattern, values
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[str, Mapping[str, Any]]]:
        """What a copy is made from."""
        return type(self), (self.pattern, self.values)

    def __str__(self) -> str:
        """Itself, so that an error says its sentence with its pattern."""
        return self


def told(pattern: str, **values: object) -> Told:
    """Make a sentence from a pattern and its values.

    Numbers take the digits after the colon, days and periods are written as the language does, a
    sentence told before is said in its language, any other text (a name) stays as it is: wrap a
    label that is to be translated, `told(SUBSTANCES[code])`. `{label!c}` begins with a capital. In
    English a word may follow a number: "{n} {n|case|cases}".

    >>> told("{n} vụ, {share:1} % của {where}", n=1234, share=12.34, where=told("cả tỉnh"))
    '1.234 vụ, 12,3 % của cả tỉnh'
    >>> told("từ {day}", day=date(2026, 6, 14))
    'từ 14/06/2026'
    """
    return Told(pattern, values)


def as_written(text: str) -> Told:
    """Take a name or a text of a record as a sentence that no language changes.

    >>> as_written("Vụ việc {1}")
    'Vụ việc {1}'
    """
    return Told(AS_WRITTEN, {"text": text})


def told_list(parts: Sequence[str], separator: str = ", ") -> Told:
    """Join sentences so that each can still be said in another language.

    >>> told_list([told("{n} vụ", n=1), "Bến Quan"])
    '1 vụ, Bến Quan'
    """
    names = [f"part{n}" for n, _ in enumerate(parts)]
    pattern = separator.join(f"{{{name}}}" for name in names)
    return Told(pattern, dict(zip(names, parts, strict=True)))


def say(pattern: str, values: Mapping[str, Any], speech: Speech) -> str:
    """Write a pattern with its values as a language does.

    Raises
    ------
    KeyError
        Where the pattern names a value that is not given.
    """
    return _Writer(speech).vformat(counted(speech.pattern(pattern), values), (), values)


def counted(pattern: str, values: Mapping[str, Any]) -> str:
    """Choose the words that follow a number in English.

    >>> counted("{n} {n|row|rows}", {"n": 1})
    '{n} row'
    """

    def chosen(found: re.Match[str]) -> str:
        return found[2] if str(values[found[1]]) == "1" else found[3]

    return _CHOICE.sub(chosen, pattern)


def packed(words: Any) -> Any:
    """Put sentences into what JSON can hold, also inside of lists and records.

    >>> packed([told("từ {day}", day=date(2026, 6, 14)), 3])
    [{'told_pattern': 'từ {day}', 'values': {'day': {'told_day': '2026-06-14'}}}, 3]
    """
    match words:
        case Told():
            return {"told_pattern": words.pattern, "values": packed(words.values)}
        case date() if not isinstance(words, datetime):
            return {"told_day": words.isoformat()}
        case Mapping():
            return {key: packed(value) for key, value in words.items()}
        case list() | tuple():
            return [packed(value) for value in words]
    return words


def unpacked(words: Any) -> Any:
    """Get sentences back from what `packed` made of them.

    >>> unpacked(packed({"note": told("từ {day}", day=date(2026, 6, 14))}))
    {'note': 'từ 14/06/2026'}
    """
    match words:
        case {"told_pattern": str(pattern), "values": Mapping() as values}:
            return Told(pattern, unpacked(values))
        case {"told_day": str(day)}:
            return date.fromisoformat(day)
        case Mapping():
            return {key: unpacked(value) for key, value in words.items()}
        case list():
            return [unpacked(value) for value in words]
    return words


@dataclass(frozen=True, slots=True)
class _Capital:
    value: object


class _Writer(Formatter):
    def __init__(self, speech: Speech) -> None:
        self.speech = speech

    def convert_field(self, value: Any, conversion: Any) -> Any:
        return _Capital(value) if conversion == "c" else super().convert_field(value, conversion)

    def format_field(self, value: object, spec: str) -> str:
        speech, written = self.speech, str(value)
        match value:
            case _Capital():
                written = self.format_field(value.value, spec)
                written = written[:1].upper() + written[1:]
            case Told():
                written = say(value.pattern, value.values, speech)
            case None:
                written = "–"
            case int() | float():
                written = speech.number(value, int(spec or 0))
            case datetime():
                written = speech.moment(value)
            case date():
                written = speech.day(value)
            case Period():
                written = speech.period(value)
        return written


VIETNAMESE = Speech(lambda pattern: pattern, vn_number, vn_date, vn_moment, vn_period)
