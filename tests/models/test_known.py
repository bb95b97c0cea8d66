"""What was known at a moment: asked later it is what it was then, whatever happened since."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, select

from geo.records import Hotspot, HotspotEvent, Incident, Indicators, PlaceQuery, Seizure
from geo.terms import (
    DetectedBy,
    EventType,
    HotspotKind,
    Layer,
    SeizureUnit,
    Substance,
)
from models import duplicate_decisions, hotspots, imports, incidents, indicators, reviews
from models.disclosure import DWELLING_NAME
from models.errors import ModelError
from models.hotspot_events import add_event
from models.imports import NewImport
from models.known import known_hotspots, known_incidents, known_indicators
from models.reviews import RowId
from models.session import Database, Session, unit_of_work
from models.tables import duplicates, hotspot_events, place_reviews
from models.tables import hotspots as hotspots_table
from models.tables import imports as imports_table
from models.tables import incidents as incidents_table
from models.undone_imports import undo_import
from models.viewers import LOCAL_OPERATOR
from tests.models.specimens import (
    ADMIN,
    ANALYST_51,
    EARLIER,
    OFFICER,
    PERIOD,
    PLANNER,
    PLANNER_01,
    PLANNER_51,
    UNLOCATED,
    a_hotspot,
    an_incident,
    draw_map,
    placed,
    somewhere_in,
)

ADD: dict[Layer, Any] = {
    Layer.INCIDENTS: incidents.add_incidents,
    Layer.HOTSPOTS: hotspots.add_hotspots,
    Layer.INDICATORS: indicators.add_indicators,
}
REVIEWED = {"method": "review", "confidence": 1.0}


def now() -> datetime:
    return datetime.now(UTC)


def bring(database: Database, layer: Layer, *records: Any) -> int:
    """Import records now; the number of the import."""
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new = NewImport(layer, "tep.xlsx", "0" * 64, "CÔNG AN TỈNH A")
        import_id = imports.add_import(session, PLANNER, new)
        ADD[layer](session, PLANNER, records, import_id)
    return import_id


def undo(database: Database, import_id: int) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        undo_import(session, ADMIN, import_id, at=now())


def move(database: Database, ref: str, code: str, layer: Layer = Layer.INCIDENTS) -> int:
    """Let a person decide that a record lies in another commune; the decision."""
    table = incidents_table if layer is Layer.INCIDENTS else hotspots_table
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        id_ = session.scalar(select(table.c.id).where(table.c.ref == ref))
        rows = reviews.review_rows(session, PLANNER, [RowId(layer, id_)])
        there = replace(somewhere_in(code), **REVIEWED)
        return reviews.add_decision(
            session, PLANNER, [(row, there) for row in rows], None, at=now()
        )


def undo_move(database: Database, decision_id: int) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        reviews.undo_decision(session, PLANNER, decision_id, at=now())


def pair(session: Session, kept: int, other: int) -> int:
    """Propose that two incidents are one case."""
    reasons = {"score": 0.9, "signs": [], "similarity": None, "same_body": False}
    row = {"kept_id": kept, "other_id": other, "reasons": reasons}
    row |= {"state": "proposed", "proposed_at": now()}
    return session.execute(insert(duplicates).values(row).returning(duplicates.c.id)).scalar_one()


def merge(database: Database, kept: str, other: str) -> int:
    c = incidents_table.c
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        ids = dict(session.execute(select(c.ref, c.id)).all())
        pair_id = pair(session, ids[kept], ids[other])
        duplicate_decisions.merge(session, PLANNER, pair_id, at=now())
    return pair_id


def part(database: Database, pair_id: int) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        duplicate_decisions.undo_decision(session, PLANNER, pair_id, at=now())


def refs(database: Database, known_at: datetime | None, **area: Any) -> dict[str, int | None]:
    """Offenders by ref of the incidents of the period."""
    viewer = area.pop("viewer", PLANNER)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = known_incidents(session, viewer, PERIOD, known_at=known_at, **area)
    return {one.ref: one.offenders for one in found}


def spots(database: Database, known_at: datetime | None, **area: Any) -> dict[str, list[str]]:
    """Types of the events that stand by ref."""
    viewer = area.pop("viewer", PLANNER)
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = known_hotspots(session, viewer, known_at=known_at, **area)
    return {one.ref: [event.type.value for event in one.events] for one in found}


def declared(database: Database, known_at: datetime | None) -> dict[str, int | None]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = known_indicators(session, PLANNER, PERIOD, known_at=known_at)
    return {one.commune_code: one.dependents for one in found}


def test_only_verified_incidents_of_the_period_are_counted(database: Database) -> None:
    bring(
        database,
        Layer.INCIDENTS,
        an_incident("đầu kỳ", occurred_on=PERIOD.start),
        an_incident("cuối kỳ", occurred_on=PERIOD.end),
        an_incident("trước kỳ", occurred_on=PERIOD.start - timedelta(days=1)),
        an_incident("sau kỳ", occurred_on=PERIOD.end + timedelta(days=1)),
        an_incident("tin báo", verified=False, detected_by=DetectedBy.TIP),
        an_incident("tin đã xác minh", detected_by=DetectedBy.TIP),
    )
    for known_at in (None, now()):
        assert set(refs(database, known_at)) == {"đầu kỳ", "cuối kỳ", "tin đã xác minh"}


def test_seizures_are_read_in_the_units_asked_for(database: Database) -> None:
    seized = (
        Seizure(Substance.CANNABIS, 612, SeizureUnit.PLANT),
        Seizure(Substance.CANNABIS, 0.5, SeizureUnit.KG),
    )
    bring(database, Layer.INCIDENTS, an_incident("A", seizures=seized))
    then = now()
    bring(database, Layer.INCIDENTS, an_incident("A", seizures=()))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for units, n in (((), 0), ((SeizureUnit.PLANT,), 1), (tuple(SeizureUnit), 2)):
            (one,) = known_incidents(session, PLANNER, PERIOD, known_at=then, units=units)
            assert [tuple(s) for s in one.seizures] == [
                (s.substance, s.quantity, s.unit) for s in seized[:n]
            ]
        assert known_incidents(session, PLANNER, PERIOD)[0].seizures == ()


def test_a_late_file_was_not_known_before_it_came(database: Database) -> None:
    bring(database, Layer.INCIDENTS, an_incident("A"))
    then = now()
    bring(database, Layer.INCIDENTS, an_incident("B"))
    assert set(refs(database, then)) == {"A"}
    assert set(refs(database, now())) == set(refs(database, None)) == {"A", "B"}


def test_a_corrected_file_says_what_it_said_then(database: Database) -> None:
    bring(database, Layer.INCIDENTS, an_incident("A", offenders=2))
    first = now()
    bring(database, Layer.INCIDENTS, an_incident("A", offenders=5))
    second = now()
    bring(database, Layer.INCIDENTS, an_incident("A", offenders=7, occurred_on=EARLIER.end))
    assert refs(database, first) == {"A": 2}
    assert refs(database, second) == {"A": 5}
    assert refs(database, None) == refs(database, now()) == {}


def test_what_moved_into_the_period_later_was_not_in_it_then(database: Database) -> None:
    bring(database, Layer.INCIDENTS, an_incident("A", occurred_on=EARLIER.end))
    then = now()
    bring(database, Layer.INCIDENTS, an_incident("A", occurred_on=PERIOD.start))
    assert (refs(database, then), refs(database, None)) == ({}, {"A": 2})


def test_an_undone_import_was_known_while_it_stood(database: Database) -> None:
    bring(database, Layer.INCIDENTS, an_incident("A", offenders=2))
    before = now()
    second = bring(
        database, Layer.INCIDENTS, an_incident("A", offenders=9), an_incident("B", offenders=1)
    )
    during = now()
    undo(database, second)
    after = now()
    bring(database, Layer.INCIDENTS, an_incident("B", offenders=4))
    assert refs(database, before) == refs(database, after) == {"A": 2}
    assert refs(database, during) == {"A": 9, "B": 1}
    assert refs(database, None) == refs(database, now()) == {"A": 2, "B": 4}


def test_a_merged_case_counted_until_it_was_merged_and_after_they_were_parted(
    database: Database,
) -> None:
    bring(database, Layer.INCIDENTS, an_incident("A"), an_incident("B"))
    before = now()
    pair_id = merge(database, "A", "B")
    during = now()
    part(database, pair_id)
    assert set(refs(database, before)) == set(refs(database, now())) == {"A", "B"}
    assert set(refs(database, during)) == {"A"}


def test_a_case_lay_where_it_was_thought_to_lie(database: Database) -> None:
    bring(database, Layer.INCIDENTS, an_incident("A"))
    before = now()
    decision = move(database, "A", "00004")
    during = now()
    undo_move(database, decision)
    after = now()
    move(database, "A", "23402")
    for known_at, code in ((before, "23401"), (during, "00004"), (after, "23401"), (None, "23402")):
        for asked in ("23401", "23402", "00004"):
            expected = {"A"} if asked == code else set()
            assert set(refs(database, known_at, commune_code=asked)) == expected
    assert set(refs(database, during, viewer=PLANNER_01)) == {"A"}
    assert refs(database, during, viewer=PLANNER_51) == {}
    assert refs(database, during, province_code="51") == {}
    assert set(refs(database, before, viewer=OFFICER)) == {"A"}


def test_a_decision_about_a_place_that_a_new_file_overruled(database: Database) -> None:
    bring(database, Layer.INCIDENTS, an_incident("A"))
    move(database, "A", "00004")
    decided = now()
    elsewhere = replace(an_incident().place, address="Xã khác")
    moved = an_incident("A", place=elsewhere, placement=placed("23402"))
    later = bring(database, Layer.INCIDENTS, moved)
    overruled = now()
    undo(database, later)
    assert set(refs(database, decided, commune_code="00004")) == {"A"}
    assert set(refs(database, overruled, commune_code="23402")) == {"A"}
    assert set(refs(database, now(), commune_code="00004")) == {"A"}


def test_a_commune_sees_its_own_at_any_moment(database: Database) -> None:
    bring(
        database,
        Layer.INCIDENTS,
        an_incident("xã mình"),
        an_incident("xã bên", placement=placed("23402")),
        an_incident("đâu đó", placement=UNLOCATED),
    )
    then = now()
    bring(database, Layer.INCIDENTS, an_incident("xã mình", offenders=8))
    for known_at in (None, then):
        assert set(refs(database, known_at, viewer=OFFICER)) == {"xã mình"}
        assert set(refs(database, known_at, viewer=ANALYST_51)) == {"xã mình", "xã bên"}
        assert len(refs(database, known_at)) == 3


def test_a_hotspot_event_corrected_later_stood_as_it_was_recorded(database: Database) -> None:
    bring(database, Layer.HOTSPOTS, a_hotspot("TD"))
    before = now()
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        cleared = session.scalar(
            select(hotspot_events.c.id).where(hotspot_events.c.type == "cleared")
        )
        out = HotspotEvent(EventType.NOTE, date(2026, 1, 10), "Ghi nhầm điểm")
        add_event(session, PLANNER, 1, out, at=now(), corrects_id=cleared)
        add_event(session, PLANNER, 1, HotspotEvent(EventType.CLEARED, date(2026, 2, 2)), at=now())
    assert spots(database, before) == {"TD": ["opened", "cleared"]}
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        then = known_hotspots(session, PLANNER, known_at=before)[0]
        today = known_hotspots(session, PLANNER)[0]
    assert then.events[-1].on == date(2026, 1, 9)
    assert today.events[-1].on == date(2026, 2, 2)


def test_events_of_an_undone_file_stood_while_it_did(database: Database) -> None:
    bring(database, Layer.HOTSPOTS, a_hotspot("TD"))
    before = now()
    again = HotspotEvent(EventType.RE_EMERGED, date(2026, 5, 2))
    second = bring(database, Layer.HOTSPOTS, a_hotspot("TD", events=(*a_hotspot().events, again)))
    during = now()
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        note = HotspotEvent(EventType.DELISTED, date(2026, 6, 1))
        add_event(session, PLANNER, 1, note, at=now())
    by_hand = now()
    undo(database, second)
    assert spots(database, before) == {"TD": ["opened", "cleared"]}
    assert spots(database, during) == {"TD": ["opened", "cleared", "re_emerged"]}
    assert spots(database, by_hand)["TD"] == ["opened", "cleared", "re_emerged", "delisted"]
    assert spots(database, None) == spots(database, now())
    assert spots(database, None)["TD"] == ["opened", "cleared", "delisted"]


def test_a_hotspot_that_was_withdrawn_and_came_back_has_the_history_of_each_time(
    database: Database,
) -> None:
    first = bring(database, Layer.HOTSPOTS, a_hotspot("TD"))
    standing = now()
    undo(database, first)
    gone = now()
    opened = HotspotEvent(EventType.OPENED, date(2026, 4, 1))
    second = bring(database, Layer.HOTSPOTS, a_hotspot("TD", events=(opened,)))
    back = now()
    undo(database, second)
    assert spots(database, standing) == {"TD": ["opened", "cleared"]}
    assert spots(database, gone) == spots(database, now()) == spots(database, None) == {}
    assert spots(database, back) == {"TD": ["opened"]}


def test_a_hotspot_lay_where_it_was_thought_to_lie_and_homes_stay_hidden(
    database: Database,
) -> None:
    home = a_hotspot("NHÀ", is_dwelling=True, kind=HotspotKind.USE_DEN)
    bring(database, Layer.HOTSPOTS, home, a_hotspot("TD"))
    before = now()
    move(database, "NHÀ", "23402", Layer.HOTSPOTS)
    assert set(spots(database, before, commune_code="23401")) == {"NHÀ", "TD"}
    assert set(spots(database, None, commune_code="23401")) == {"TD"}
    assert set(spots(database, before, kinds=(HotspotKind.USE_DEN,))) == {"NHÀ"}
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for known_at in (None, before):
            shown = known_hotspots(
                session, ANALYST_51, kinds=(HotspotKind.USE_DEN,), known_at=known_at
            )
            assert [spot.address_text for spot in shown] == [""]


def test_a_home_is_hidden_as_it_stood_before_it_was_known_as_one(database: Database) -> None:
    place = a_hotspot("TD", name="Quán số 12", address_text="Ngõ 12")
    bring(database, Layer.HOTSPOTS, place)
    before = now()
    bring(database, Layer.HOTSPOTS, replace(place, is_dwelling=True))
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        (coarse,) = known_hotspots(session, ANALYST_51, known_at=before)
        (whole,) = known_hotspots(session, PLANNER, known_at=before)
    assert (coarse.name, coarse.address_text) == (DWELLING_NAME, "")
    assert (whole.name, whole.address_text) == ("Quán số 12", "Ngõ 12")


def test_a_replaced_sheet_says_what_it_said_then(database: Database) -> None:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        draw_map(session)

    def sheet(code: str, dependents: int) -> Indicators:
        return Indicators(code, PERIOD, residents=9_000, dependents=dependents)

    empty = now()
    bring(database, Layer.INDICATORS, sheet("23401", 5), sheet("00004", 1))
    bring(database, Layer.INDICATORS, Indicators("23401", EARLIER, dependents=99))
    june = now()
    second = bring(database, Layer.INDICATORS, sheet("23401", 8), sheet("23402", 2))
    july = now()
    undo(database, second)
    after = now()
    bring(database, Layer.INDICATORS, sheet("23402", 3))
    assert declared(database, empty) == {}
    assert declared(database, june) == declared(database, after) == {"23401": 5, "00004": 1}
    assert declared(database, july) == {"23401": 8, "23402": 2, "00004": 1}
    assert declared(database, None) == declared(database, now())
    assert declared(database, None) == {"23401": 5, "23402": 3, "00004": 1}
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for known_at in (None, july):
            own = known_indicators(session, OFFICER, PERIOD, known_at=known_at)
            assert [one.commune_code for one in own] == ["23401"]
            one = known_indicators(session, PLANNER, PERIOD, province_code="01", known_at=known_at)
            assert [row.commune_code for row in one] == ["00004"]


class Walk:
    """A random life of a small register, with what was known after every step."""

    def __init__(self, database: Database, seed: int) -> None:
        self.database, self.random = database, Random(seed)
        self.said: list[tuple[datetime, Any]] = []
        with unit_of_work(database, LOCAL_OPERATOR) as session:
            draw_map(session)

    def go(self, steps: int) -> None:
        deeds: list[Callable[[Session], object]] = [
            *[self.cases] * 3, *[self.places] * 3, *[self.sheets] * 2, *[self.undo] * 4,
            *[self.move] * 3, *[self.undo_move] * 2, *[self.merge] * 2, *[self.part] * 2,
            *[self.event] * 2,
        ]  # fmt: skip
        for _ in range(steps):
            try:
                with unit_of_work(self.database, LOCAL_OPERATOR) as session:
                    self.random.choice(deeds)(session)
            except ModelError:
                continue
            with unit_of_work(self.database, LOCAL_OPERATOR, read_only=True) as session:
                self.said.append((now(), known(session)))

    def cases(self, session: Session) -> None:
        records = [self.case(ref) for ref in self.random.sample("ABCDE", k=3)]
        self.bring(session, Layer.INCIDENTS, records)

    def case(self, ref: str) -> Incident:
        code = self.random.choice(["23401", "23402", "00004"])
        return an_incident(
            ref,
            occurred_on=self.random.choice([PERIOD.start, PERIOD.end, EARLIER.end]),
            verified=self.random.random() < 0.9,
            offenders=self.random.randrange(4),
            seizures=(Seizure(Substance.HEROIN, self.random.randrange(1, 4), SeizureUnit.KG),),
            placement=placed(code),
            place=PlaceQuery(address=code),
        )

    def places(self, session: Session) -> None:
        self.bring(
            session, Layer.HOTSPOTS, [self.spot(ref) for ref in self.random.sample("XYZ", 2)]
        )

    def spot(self, ref: str) -> Hotspot:
        code = self.random.choice(["23401", "23402"])
        life = [EventType.OPENED, EventType.CLEARED, EventType.RE_EMERGED]
        events = [
            HotspotEvent(self.random.choice(life), date(2026, month, 1))
            for month in self.random.sample(range(1, 6), k=2)
        ]
        place = PlaceQuery(address=code)
        return a_hotspot(ref, events=tuple(events), placement=placed(code), place=place)

    def sheets(self, session: Session) -> None:
        rows = [
            Indicators(code, period, dependents=self.random.randrange(9))
            for code in self.random.sample(["23401", "23402", "00004"], k=2)
            for period in (PERIOD, EARLIER)
        ]
        self.bring(session, Layer.INDICATORS, rows)

    def bring(self, session: Session, layer: Layer, records: list[Any]) -> None:
        new = NewImport(layer, "tep.xlsx", "0" * 64, "CÔNG AN TỈNH A")
        ADD[layer](session, PLANNER, records, imports.add_import(session, PLANNER, new))

    def undo(self, session: Session) -> None:
        undo_import(session, ADMIN, self.one_of(session, imports_table.c.id), at=now())

    def move(self, session: Session) -> None:
        layer = self.random.choice([Layer.INCIDENTS, Layer.HOTSPOTS])
        table = incidents_table if layer is Layer.INCIDENTS else hotspots_table
        rows = reviews.review_rows(
            session, PLANNER, [RowId(layer, self.one_of(session, table.c.id))]
        )
        there = replace(somewhere_in(self.random.choice(["23401", "00004"])), **REVIEWED)
        if rows:
            changes = [(row, there) for row in rows]
            reviews.add_decision(session, PLANNER, changes, None, at=now())

    def undo_move(self, session: Session) -> None:
        decision = self.one_of(session, place_reviews.c.decision_id)
        reviews.undo_decision(session, PLANNER, decision, at=now())

    def merge(self, session: Session) -> None:
        c, d = incidents_table.c, duplicates.c
        ids = list(session.scalars(select(c.id).where(c.withdrawn.is_(None)).order_by(c.id)))
        kept, other = self.random.sample(ids, k=2) if len(ids) > 1 else (0, 0)
        seen = {*session.execute(select(d.kept_id, d.other_id))}
        if other and (kept, other) not in seen and (other, kept) not in seen:
            pair_id = pair(session, kept, other)
            duplicate_decisions.merge(session, PLANNER, pair_id, at=now())

    def part(self, session: Session) -> None:
        pair_id = self.one_of(session, duplicates.c.id)
        duplicate_decisions.undo_decision(session, PLANNER, pair_id, at=now())

    def event(self, session: Session) -> None:
        event = HotspotEvent(EventType.DELISTED, date(2026, 6, self.random.randrange(1, 9)))
        add_event(session, PLANNER, self.one_of(session, hotspots_table.c.id), event, at=now())

    def one_of(self, session: Session, column: Any) -> int:
        found = list(session.scalars(select(column).order_by(column)))
        return int(self.random.choice(found or [0]))


def known(session: Session, known_at: datetime | None = None) -> Any:
    """All that is known, in a form that can be compared."""
    spots = known_hotspots(session, PLANNER, known_at=known_at)
    by_day = [sorted(spot.events, key=lambda e: (e.on, e.type, e.note)) for spot in spots]
    return (
        [known_incidents(session, PLANNER, p, known_at=known_at) for p in (PERIOD, EARLIER)],
        [replace(s, events=tuple(e)) for s, e in zip(spots, by_day, strict=True)],
        [known_indicators(session, PLANNER, p, known_at=known_at) for p in (PERIOD, EARLIER)],
    )


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happened_since_a_moment_gives_what_was_said_then(
    database: Database, seed: int
) -> None:
    walk = Walk(database, seed)
    walk.go(40)
    assert len(walk.said) > 15
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        for n, (at, said) in enumerate(walk.said):
            assert known(session, at) == said, f"step {n}"
