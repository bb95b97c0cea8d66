"""Finding a commune by what somebody types: its name or an old one, diacritics or not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

from geo.text import fold, strip_kind
from models import communes
from models.session import Database, unit_of_work
from models.viewers import ANONYMOUS, Viewer
from webapp.told import told

MOST_FOUND = 9


@dataclass(frozen=True, slots=True)
class FoundCommune:
    """A commune in force; `hint` names the old commune by which it was found."""

    code: str
    full_name: str
    province_code: str
    province_name: str
    hint: str = ""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A name under which a commune is found, folded, without its kind and whole."""

    bare: str
    whole: str
    found: FoundCommune


def find_communes(
    database: Database, viewer: Viewer, typed: str, province_code: str | None = None
) -> list[FoundCommune]:
    """Communes whose names begin with or hold what is typed, best first.

    Words after a comma narrow it to a province. Communes in force come before
    those found by an old name, and those of `province_code` before others.
    """
    name, _, province = (fold(part) for part in typed.partition(","))
    if not name:
        return []
    with unit_of_work(database, viewer, read_only=True) as session:
        version_id = communes.current_version(session, viewer).id
    ranked: list[tuple[int, bool, bool, str, FoundCommune]] = []
    for entry in _entries(database, version_id):
        rank = _rank(entry, name)
        if rank is not None and province in fold(entry.found.province_name):
            found = entry.found
            away = found.province_code != province_code
            ranked.append((rank, bool(found.hint), away, found.full_name, found))
    ranked.sort(key=lambda each: (*each[:4], each[4].code))
    best = {found.code: found for *_, found in reversed(ranked)}
    order = dict.fromkeys(found.code for *_, found in ranked)
    return [best[code] for code in order][:MOST_FOUND]


def _rank(entry: _Entry, wanted: str) -> int | None:
    """How well a name fits what is typed, 0 best; None where it does not."""
    if wanted in (entry.bare, entry.whole, entry.found.code):
        return 0
    if entry.bare.startswith(wanted) or entry.whole.startswith(wanted):
        return 1
    if f" {wanted}" in f" {entry.whole}":
        return 2
    return None


@lru_cache(maxsize=2)
def _entries(database: Database, version_id: int) -> tuple[_Entry, ...]:
    # The map is public and an installed version never changes: read once, as nobody.
    with unit_of_work(database, ANONYMOUS, read_only=True) as session:
        units = communes.commune_units(session, ANONYMOUS, version_id)
        changes = communes.changes(session, ANONYMOUS)
    by_code = {
        unit.code: FoundCommune(unit.code, unit.full_name, unit.province_code, unit.province_name)
        for unit in units
    }
    entries = [_entry(found.full_name, found) for found in by_code.values()]
    for change in changes:
        unit = by_code.get(change.new_code)
        if unit is not None and fold(change.old_full_name) != fold(unit.full_name):
            hint = told(
                "trước đây: {name}, {district}",
                name=change.old_full_name,
                district=change.old_district,
            )
            entries.append(_entry(change.old_full_name, replace(unit, hint=hint)))
    return tuple(entries)


def _entry(full_name: str, found: FoundCommune) -> _Entry:
    return _Entry(fold(strip_kind(full_name)[1]), fold(full_name), found)
