"""Finding pairs of incidents that may be one case, among what an import brought.

What is found is only proposed. A pair that was decided is never proposed again,
whichever way it was decided.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, delete, insert, or_, select, update
from sqlalchemy.orm import Session

from geo.likeness import Likeness, Report, kept_first, weigh
from geo.nearness import DayRecords, Nearness, near_pairs
from geo.terms import DatePrecision
from models.additions import chunks
from models.case_reports import read_reports
from models.disclosure import visible
from models.tables import duplicates, incidents
from models.viewers import Viewer

PROPOSED = "proposed"
_CHUNK = 10_000
Key = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Found:
    kept: Report
    other: Report
    likeness: Likeness

    @property
    def key(self) -> Key:
        return min(self.kept.id, self.other.id), max(self.kept.id, self.other.id)


@dataclass(frozen=True, slots=True)
class Search:
    """What a search brought: `new` proposals, and `crowded` days with the records left out.

    So many records alike on one day share a placeholder date; they are not compared.
    """

    new: int
    crowded: tuple[tuple[date, int], ...] = ()


@dataclass(frozen=True, slots=True)
class _Said:
    """What is read of every record of a day, to pass over most pairs without a look."""

    days: Sequence[date]
    ids: np.ndarray[Any, np.dtype[np.int64]]
    sources: Sequence[str]
    imports: Sequence[int]
    offenders: Sequence[int | None]

    def deny(self, i: int, j: int, unnamed: str) -> bool:
        """Whether one body counted different offenders: those are two cases."""
        if self.sources[i] != self.sources[j]:
            return False
        if self.sources[i] == unnamed and self.imports[i] != self.imports[j]:
            return False
        ours, theirs = self.offenders[i], self.offenders[j]
        return ours is not None and theirs is not None and ours != theirs


def propose_for_import(
    session: Session,
    viewer: Viewer,
    import_id: int,
    *,
    unnamed: str = "",
    at: datetime | None = None,
) -> Search:
    """Propose what the records of an import may repeat, the viewer's records only.

    Of several that a record may repeat, the likeliest of each body is proposed.
    Open proposals of these records that no longer hold are taken back.

    Parameters
    ----------
    import_id
        The import whose new and changed records are looked at.
    unnamed
        The source of files that name no body: two such files may come from two.
    """
    return _propose(session, viewer, incidents.c.import_id == import_id, unnamed, at)


def propose_for_records(
    session: Session, viewer: Viewer, ids: Sequence[int], *, unnamed: str = ""
) -> Search:
    """The same for single incidents, such as those that were placed by hand."""
    return _propose(session, viewer, incidents.c.id.in_(list(ids)), unnamed, None)


def _propose(
    session: Session,
    viewer: Viewer,
    fresh: ColumnElement[bool],
    unnamed: str,
    at: datetime | None,
) -> Search:
    viewer.require_write()
    records, said = _of_those_days(session, viewer, fresh)
    near = near_pairs(records)
    known = _known(session, viewer, fresh)
    likely = _likely(session, viewer, near, said, unnamed)
    found = {pair.key: pair for pair in _one_to_one(likely, known)}
    moment = at or datetime.now(UTC)
    stale = [id_ for key, (id_, state) in known.items() if state == PROPOSED and key not in found]
    for chunk in chunks(stale, _CHUNK):
        session.execute(delete(duplicates).where(duplicates.c.id.in_(chunk)))
    for key in found.keys() & known.keys():
        id_, state = known[key]
        if state == PROPOSED:
            statement = update(duplicates).where(duplicates.c.id == id_)
            session.execute(statement.values(_values(found[key], moment)))
    new = [_values(pair, moment) for key, pair in sorted(found.items()) if key not in known]
    if new:
        session.connection().execute(insert(duplicates), new)
    days = Counter(said.days[i] for i in near.crowded.tolist())
    return Search(len(new), tuple(sorted(days.items())))


def _one_to_one(likely: Iterable[_Found], known: Mapping[Key, tuple[int, str]]) -> list[_Found]:
    """The likeliest pairs, each record with one other of each body.

    Two reports of one body are a pair only where one of them has none elsewhere.
    What was decided takes nobody's place.
    """
    waiting = (pair for pair in likely if known.get(pair.key, (0, PROPOSED))[1] == PROPOSED)
    ranked = sorted(
        waiting,
        key=lambda pair: (
            pair.likeness.same_body,
            -pair.likeness.score,
            pair.key not in known,
            pair.key,
        ),
    )
    bodies: dict[int, set[str]] = {}
    taken = []
    for pair in ranked:
        ours, theirs = (bodies.setdefault(r.id, set()) for r in (pair.kept, pair.other))
        same = pair.likeness.same_body
        if pair.other.body in ours or pair.kept.body in theirs or (same and ours and theirs):
            continue
        ours.add(pair.other.body)
        theirs.add(pair.kept.body)
        taken.append(pair)
    return taken


def _likely(
    session: Session, viewer: Viewer, near: Nearness, said: _Said, unnamed: str
) -> Iterator[_Found]:
    thinkable = [not said.deny(i, j, unnamed) for i, j in near.pairs.tolist()]
    pairs, apart_m = near.pairs[thinkable], near.apart_m[thinkable]
    ends = said.ids[pairs]
    reports: Mapping[int, Report] = read_reports(session, viewer, ends.ravel().tolist())
    if unnamed:
        reports = {id_: _bodied(report, unnamed) for id_, report in reports.items()}
    for (first, second), metres in zip(ends.tolist(), apart_m.tolist(), strict=True):
        a, b = reports[first], reports[second]
        likeness = weigh(a, b, None if np.isnan(metres) else metres)
        if likeness is not None:
            yield _Found(*kept_first(a, b), likeness)


def _bodied(report: Report, unnamed: str) -> Report:
    if report.body != unnamed:
        return report
    return replace(report, body=f"{unnamed} {getattr(report, 'import_id', '')}")


def _of_those_days(
    session: Session, viewer: Viewer, fresh: ColumnElement[bool]
) -> tuple[DayRecords, _Said]:
    """The incidents of known day and place on the days of the fresh ones."""
    c = incidents.c
    days = select(c.occurred_on).where(fresh, c.date_precision == DatePrecision.DAY).distinct()
    statement = select(
        *(c.id, c.occurred_on, c.kind, c.commune_code_now, c.lon, c.lat),
        *(c.source, c.import_id, c.offenders, fresh),
    ).where(
        visible(viewer, incidents),
        c.date_precision == DatePrecision.DAY,
        c.commune_code_now.is_not(None),
        c.occurred_on.in_(days),
    )
    rows = session.execute(statement).all()
    id_, day, kind, code, lon, lat, *said, is_fresh = zip(*rows, strict=True) if rows else [()] * 10
    records = DayRecords(
        groups=_numbered(zip(day, kind, strict=True)),
        communes=_numbered(code),
        lons=np.array(lon, dtype=np.float64),
        lats=np.array(lat, dtype=np.float64),
        fresh=np.array(is_fresh, dtype=np.bool_),
    )
    return records, _Said(day, np.array(id_, dtype=np.int64), *said)


def _numbered(values: Iterable[Any]) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Each distinct value by a number of its own."""
    numbers: dict[Any, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], dtype=np.int64)


def _known(
    session: Session, viewer: Viewer, fresh: ColumnElement[bool]
) -> dict[Key, tuple[int, str]]:
    """Number and state of the pairs of fresh records; those not wholly visible stand."""
    c = duplicates.c
    of_fresh = select(incidents.c.id).where(fresh)
    seen = select(incidents.c.id).where(visible(viewer, incidents))
    shown = c.kept_id.in_(seen) & c.other_id.in_(seen)
    statement = select(c.id, c.kept_id, c.other_id, c.state, shown.label("shown")).where(
        or_(c.kept_id.in_(of_fresh), c.other_id.in_(of_fresh))
    )
    return {
        (min(kept, other), max(kept, other)): (id_, state if is_shown else "")
        for id_, kept, other, state, is_shown in session.execute(statement)
    }


def _values(pair: _Found, moment: datetime) -> dict[str, Any]:
    found = pair.likeness
    return {
        "kept_id": pair.kept.id,
        "other_id": pair.other.id,
        "distance_m": found.distance_m,
        "reasons": {
            "score": found.score,
            "signs": list(found.signs),
            "similarity": found.similarity,
            "same_body": found.same_body,
        },
        "state": PROPOSED,
        "proposed_at": moment,
    }
