"""Classes from what was declared and what the register holds: evaluated, stored, asked again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from geo.records import HotspotEvent, Indicators, Period, Seizure
from geo.standing_terms import ProvinceClass
from geo.terms import (
    CommuneClass,
    EventType,
    HotspotKind,
    IncidentKind,
    Layer,
    SeizureUnit,
    Substance,
)
from models import assessments, audit, hotspots, imports, incidents, indicators
from models.assessments import State
from models.criteria import Assessment, load_ruleset
from models.errors import NotAllowedError, NotFoundError, RuleSetError
from models.imports import NewImport
from models.periods import evaluation_period
from models.session import Database, unit_of_work
from models.undone_imports import undo_import
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.models.specimens import (
    ADMIN,
    OFFICER,
    PERIOD,
    PLANNER,
    PLANNER_51,
    a_hotspot,
    an_incident,
    draw_map,
    placed,
)
from webapp.services.classify import classify, evaluate, evaluate_province

NOW = datetime(2026, 12, 20, 3, tzinfo=UTC)
OLD = evaluation_period(2024)
QUIET = {name: 0 for name in load_ruleset("qd28_2025").commune.indicators if name != "on_key_route"}
ADD: dict[Layer, Any] = {
    Layer.INCIDENTS: incidents.add_incidents,
    Layer.HOTSPOTS: hotspots.add_hotspots,
    Layer.INDICATORS: indicators.add_indicators,
}


@pytest.fixture
def site(sqlite_database: Database) -> Database:
    """A map with three communes, nothing else."""
    with unit_of_work(sqlite_database, LOCAL_OPERATOR) as session:
        draw_map(session)
    return sqlite_database


def bring(database: Database, layer: Layer, *records: Any) -> int:
    with unit_of_work(database, LOCAL_OPERATOR) as session:
        new = NewImport(layer, "tep.xlsx", "0" * 64, "CÔNG AN TỈNH A")
        import_id = imports.add_import(session, PLANNER, new)
        ADD[layer](session, PLANNER, records, import_id)
    return import_id


def declare(database: Database, code: str, period: Period = PERIOD, **figures: Any) -> int:
    """Declare quiet figures but for some."""
    given = {**QUIET, "residents": 9_000, "on_key_route": False, **figures}
    return bring(database, Layer.INDICATORS, Indicators(code, period, **given))


def judged(
    database: Database, period: Period = PERIOD, viewer: Viewer = PLANNER, **asked: Any
) -> dict[str, Assessment]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        return evaluate(session, viewer, period, **asked)


def classes(found: dict[str, Assessment]) -> dict[str, str]:
    return {code: each.cls.value for code, each in found.items()}


def den(ref: str = "TD-9", **changes: Any) -> Any:
    life = (HotspotEvent(EventType.OPENED, PERIOD.start),)
    return a_hotspot(ref, kind=HotspotKind.USE_DEN, events=life, **changes)


def test_who_declared_and_whom_the_register_counts_is_evaluated(site: Database) -> None:
    declare(site, "23402")
    bring(site, Layer.HOTSPOTS, den())
    assert classes(judged(site)) == {"23401": "unknown", "23402": "drug_free"}
    assert "residents" in judged(site)["23401"].missing


def test_the_worse_of_declared_and_computed_is_used(site: Database) -> None:
    declare(site, "23401")
    assert classes(judged(site)) == {"23401": "drug_free"}
    bring(site, Layer.HOTSPOTS, den())
    found = judged(site)["23401"]
    assert found.cls is CommuneClass.AFFECTED
    used = {figure.name: figure for figure in found.figures}
    assert (used["use_dens"].declared, used["use_dens"].used) == (0, 1)
    assert used["use_dens"].records == ("TD-9",)


def test_arrests_and_plants_of_the_register_make_a_type(site: Database) -> None:
    declare(site, "23401", residents=1_000, dependents=5)
    seized = (Seizure(Substance.CANNABIS, 3_000, SeizureUnit.PLANT),)
    field = an_incident("A", kind=IncidentKind.CULTIVATION, seizures=seized, offenders=1)
    bring(site, Layer.INCIDENTS, field)
    assert classes(judged(site)) == {"23401": "type_1"}


def test_evaluating_stores_nothing_and_is_asked_in_a_scope(site: Database) -> None:
    for code in ("23401", "23402", "00004"):
        declare(site, code)
    assert judged(site, viewer=PLANNER_51).keys() == {"23401", "23402"}
    assert judged(site, viewer=OFFICER).keys() == {"23401"}
    assert judged(site, province_code="01").keys() == {"00004"}
    assert judged(site, commune_code="23402").keys() == {"23402"}
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        assert assessments.classes(session, PLANNER, PERIOD) == {}


def test_the_rule_set_is_the_one_in_force_at_the_end_of_the_period(site: Database) -> None:
    declare(site, "23401")
    declare(site, "23401", OLD)
    assert judged(site)["23401"].ruleset == "qd28_2025"
    assert judged(site, OLD)["23401"].ruleset == "qd3122_2010"
    assert judged(site, OLD, ruleset="qd28_2025")["23401"].ruleset == "qd28_2025"
    with pytest.raises(RuleSetError):
        judged(site, ruleset="qd_khong_co")


def test_what_june_said_is_said_again_in_december(site: Database) -> None:
    sheet = declare(site, "23401")
    june = datetime.now(UTC)
    said = judged(site)
    bring(site, Layer.HOTSPOTS, den())
    late = an_incident("muộn", occurred_on=date(2026, 3, 1), placement=placed("23402"))
    bring(site, Layer.INCIDENTS, late)
    declare(site, "23401", dependents=60)
    assert classes(judged(site)) != classes(said)
    assert judged(site, known_at=june) == said
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        undo_import(session, ADMIN, sheet + 3, at=datetime.now(UTC))
    assert judged(site, known_at=june) == said


def test_a_province_is_judged_by_its_communes(site: Database) -> None:
    for code in ("23401", "23402"):
        declare(site, code)
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        quiet = evaluate_province(session, PLANNER_51, "51", PERIOD)
        part = evaluate_province(session, PLANNER, "01", PERIOD)
        with pytest.raises(NotAllowedError, match="cả tỉnh"):
            evaluate_province(session, OFFICER, "51", PERIOD)
        with pytest.raises(NotFoundError, match="99"):
            evaluate_province(session, PLANNER, "99", PERIOD)
    assert (quiet.cls, quiet.n_communes, quiet.n_assessed) == (ProvinceClass.DRUG_FREE, 2, 2)
    assert (part.cls, part.n_communes, part.n_assessed) == (ProvinceClass.UNKNOWN, 1, 0)


def stored(database: Database, period: Period = PERIOD) -> dict[str, str]:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = assessments.classes(session, PLANNER, period)
    return {code: cls.value for code, cls in found.items()}


def test_classifying_stores_drafts_and_says_how_many_of_each_class(site: Database) -> None:
    declare(site, "23401")
    declare(site, "23402", dependents=60, use_dens=2, offenders_arrested=12)
    counts = classify(site, LOCAL_OPERATOR, PERIOD, at=NOW)
    assert counts == {"drug_free": 1, "type_1": 1}
    assert stored(site) == {"23401": "drug_free", "23402": "type_1"}
    with unit_of_work(site, LOCAL_OPERATOR, read_only=True) as session:
        event, *_ = audit.list_events(session, ADMIN)
        draft = assessments.assessment_of(session, PLANNER, "23401", PERIOD)
    assert draft is not None
    assert draft.state is State.DRAFT
    assert (event.action, event.detail) == ("classify", counts)


def test_what_is_no_longer_declared_has_no_class_any_more(site: Database) -> None:
    declare(site, "23401")
    second = declare(site, "23402")
    classify(site, LOCAL_OPERATOR, PERIOD, at=NOW)
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        undo_import(session, ADMIN, second, at=NOW)
    assert classify(site, LOCAL_OPERATOR, PERIOD, at=NOW) == {"drug_free": 1}
    assert stored(site) == {"23401": "drug_free"}


def test_what_a_person_signed_is_not_written_over(site: Database) -> None:
    declare(site, "23401")
    with unit_of_work(site, LOCAL_OPERATOR) as session:
        assessments.sign_assessment(
            session, OFFICER, evaluate(session, OFFICER, PERIOD)["23401"], at=NOW
        )
    bring(site, Layer.HOTSPOTS, den())
    assert classify(site, LOCAL_OPERATOR, PERIOD, at=NOW) == {"affected": 1}
    assert stored(site) == {"23401": "drug_free"}


def test_a_period_of_which_nothing_is_known_is_refused(site: Database) -> None:
    with pytest.raises(NotFoundError, match="import indicators"):
        classify(site, LOCAL_OPERATOR, PERIOD, at=NOW)
    with pytest.raises(NotAllowedError):
        classify(site, Viewer("a", Role.ANALYST, Scope.nation()), PERIOD, at=NOW)


def test_an_event_after_the_day_asked_does_not_count_while_a_period_runs(site: Database) -> None:
    declare(site, "23401")
    later = (HotspotEvent(EventType.OPENED, date(2026, 6, 14)),)
    bring(site, Layer.HOTSPOTS, replace(den(), events=later))
    assert classes(judged(site, until=date(2026, 6, 13))) == {"23401": "drug_free"}
    assert classes(judged(site, until=later[0].on)) == {"23401": "affected"}
    assert judged(site, until=PERIOD.end + timedelta(days=30)) == judged(site)


def test_a_rule_set_that_is_not_in_force_is_refused_and_nothing_is_stored(site: Database) -> None:
    declare(site, "23401")
    with pytest.raises(RuleSetError, match="không có hiệu lực"):
        classify(site, LOCAL_OPERATOR, PERIOD, ruleset="qd3122_2010", at=NOW)
    assert stored(site) == {}
