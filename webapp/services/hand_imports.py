"""A record that a person writes on the map enters as every other: by an import of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime

from geo.terms import Layer
from models import communes
from models.additions import digest_of
from models.hand_entries import HAND_SOURCE
from models.imports import NewImport
from models.session import Session
from models.viewers import ScopeKind, Viewer
from webapp.services.drafted_records import PlacedRecord
from webapp.services.storing import StoredFile, store_file

NATION = "Toàn quốc"
_MOST_NAME = 200


@dataclass(frozen=True, slots=True)
class Doubt:
    """What a person should look at before storing; `href` leads to what is meant."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a form: stored under `id`, or shown again.

    `errors` are by field, `doubts` wait for a confirmation by `confirm`; `seen` marks what
    is stored now. `changed` is false where a correction says what is there already.
    """

    id: int | None = None
    import_id: int | None = None
    changed: bool = True
    errors: Mapping[str, str] = field(default_factory=dict)
    doubts: tuple[Doubt, ...] = ()
    confirm: str = ""
    seen: str = ""
    is_conflict: bool = False


def unit_source(session: Session, viewer: Viewer) -> str:
    """The source under which an account's unit writes: its area by name."""
    codes = sorted(viewer.scope.codes)
    if viewer.scope.kind is ScopeKind.NATION:
        return f"{HAND_SOURCE}, {NATION}"
    names = communes.province_names(session, viewer)
    return f"{HAND_SOURCE}, {', '.join(names.get(code, code) for code in codes)}"


def store_by_hand(
    session: Session,
    viewer: Viewer,
    layer: Layer,
    record: PlacedRecord,
    what: str,
    *,
    at: datetime,
) -> StoredFile:
    """Store one record in an import of its own; `what` was done, for the list of imports."""
    plain = json.dumps(asdict(record), default=str, sort_keys=True)
    name = f"{HAND_SOURCE}: {what} {record.ref}"[:_MOST_NAME]
    digest = digest_of(plain, viewer.name, at.isoformat())
    new = NewImport(layer, name, digest, unit_source(session, viewer))
    return store_file(session, viewer, new, [record], [], at=at)


def asked(doubts: Sequence[Doubt], confirmed: str) -> Outcome | None:
    """The doubts to be shown, None where there are none or the person has read just these."""
    mark = digest_of(*(doubt.text for doubt in doubts))[:16] if doubts else ""
    return None if mark == confirmed or not doubts else Outcome(doubts=tuple(doubts), confirm=mark)
