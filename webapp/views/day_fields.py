"""The days of a page, typed as an official writes them and kept in the address as 2026-06-14."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from urllib.parse import quote, urlencode

from flask import request

from webapp.errors import BadParameterError
from webapp.queries import FIRST_YEAR, LAST_YEAR, parse_day
from webapp.told import told

NOT_READ = told(
    "Hãy nhập ngày dạng 14/06/2026, từ năm {first} đến năm {last}.",
    first=str(FIRST_YEAR),
    last=str(LAST_YEAR),
)
TURNED = told("Đến ngày phải từ ngày bắt đầu trở đi.")


@dataclass(frozen=True, slots=True)
class DayFields:
    """What the fields of days in a query say.

    `args` is the query without the days that cannot be used; `faults` tells by field why, and
    `typed` what stood there. `address` is the same page with its days as 2026-06-14, empty
    where they are written so already.
    """

    args: Mapping[str, str]
    typed: Mapping[str, str]
    faults: Mapping[str, str]
    address: str

    @property
    def status(self) -> int:
        """The status of a page that shows these fields."""
        return 400 if self.faults else 200


def sent_days(
    *names: str, form: Mapping[str, str] | None = None, is_period: bool = True
) -> DayFields:
    """The days in the query of this page, or in a form that was sent.

    Two of them are the first and the last of a period, unless `is_period` is false:
    then another part judges their order.
    """
    args = dict((request.args if form is None else form).items())
    found, faults = _read(args, names)
    days = [found.get(name) for name in names]
    if is_period and len(days) == 2 and days[0] and days[1] and days[0] > days[1]:
        faults[names[1]] = TURNED
    if faults:
        typed = {name: args[name] for name in names if name in args}
        usable = {name: value for name, value in args.items() if name not in typed}
        return DayFields(usable, typed, faults, "")
    plain = args | {name: day.isoformat() for name, day in found.items()}
    address = "" if plain == args else f"{quote(request.path)}?{urlencode(plain)}"
    return DayFields(plain, {}, {}, address)


def _read(
    args: Mapping[str, str], names: tuple[str, ...]
) -> tuple[dict[str, date], dict[str, str]]:
    """The days that can be read, and by field what is wrong with the others."""
    found: dict[str, date] = {}
    faults: dict[str, str] = {}
    for name in names:
        try:
            day = parse_day(args, name)
        except BadParameterError:
            faults[name] = NOT_READ
        else:
            if day is not None:
                found[name] = day
    return found, faults
