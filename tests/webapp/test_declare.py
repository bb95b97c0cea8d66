"""Declaring figures by the form: an import of its own, beside what the register counts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.terms import Layer
from models import assessments, imports, indicators
from models.errors import ConflictError, InvalidValueError, NotAllowedError, NotFoundError
from models.periods import custom_period, evaluation_period
from models.ruleset import load_ruleset
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role, Scope, Viewer
from tests.webapp.assessed_commune import (
    AT,
    CLEAN,
    CODE,
    OFFICER,
    PLANNER,
    QUIET_CODE,
    QUIET_OFFICER,
    YEAR,
    declared,
    later,
)
from webapp.services import declare
from webapp.services.declare import Sent
from webapp.services.declared_figures import implausible, labels_of, read_figures, shown
from webapp.services.import_undo import undo_import

LABELS = labels_of(load_ruleset())


def figures(database: Database, code: str = QUIET_CODE) -> indicators.Indicators | None:
    with unit_of_work(database, LOCAL_OPERATOR, read_only=True) as session:
        found = indicators.find_indicators(session, LOCAL_OPERATOR, YEAR, code)
    return found[0] if found else None


def test_the_form_asks_for_every_figure_of_the_rule_set_and_tells_the_register(
    seeded_database: Database,
) -> None:
    form = declare.open_form(seeded_database, OFFICER, CODE, YEAR, AT.date())
    fields = {each.name: each for each in form.fields}

    assert list(fields) == list(load_ruleset().commune.indicators)
    assert all(each.typed == each.before == "" for each in form.fields)
    assert (fields["use_dens"].computed, len(fields["use_dens"].records)) == ("3", 3)
    assert (fields["offenders_arrested"].computed, fields["plants"].computed) == ("2", "")
    assert fields["residents"].label == "Nhân khẩu"


def test_an_empty_field_is_no_figure_and_none_is_zero(seeded_database: Database) -> None:
    done = declared(seeded_database, users="", plants="không")

    stored = figures(seeded_database)
    assert stored is not None
    assert (stored.users, stored.plants, stored.residents) == (None, 0, 9_000)
    assert done.cls == "Chưa xác định được"


def test_a_declaration_is_an_import_that_is_versioned_and_undone(
    seeded_database: Database,
) -> None:
    first = declared(seeded_database)
    second = declared(seeded_database, dependents="4", at=later(days=1))
    assert (first.cls, second.cls) == ("Không ma túy", "Trọng điểm loại III")

    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        assert second.import_id is not None
        stored = imports.find_import(session, LOCAL_OPERATOR, second.import_id)
        own = imports.list_imports(session, QUIET_OFFICER)
    assert (stored.layer, stored.source, stored.by_user) == (
        Layer.INDICATORS,
        "Khai báo trên trang của xã",
        "xa-khac",
    )
    assert (stored.changed, stored.at) == (1, later(days=1))
    assert len(own) == 2

    undo_import(seeded_database, LOCAL_OPERATOR, second.import_id, at=later(days=2))
    restored = figures(seeded_database)
    assert restored is not None
    assert restored.dependents == 0


def test_an_officer_takes_the_own_declaration_back(seeded_database: Database) -> None:
    first = declared(seeded_database)
    second = declared(seeded_database, dependents="4", at=later(days=1))
    assert first.import_id is not None
    assert second.import_id is not None

    moved = replace(QUIET_OFFICER, scope=Scope.commune(CODE))
    for viewer in (moved, OFFICER, Viewer("xa-khac", Role.ANALYST)):
        with pytest.raises((NotAllowedError, NotFoundError)):
            undo_import(seeded_database, viewer, second.import_id, at=later(days=2))
    with pytest.raises(ConflictError):
        undo_import(seeded_database, QUIET_OFFICER, first.import_id, at=later(days=2))

    done = undo_import(seeded_database, QUIET_OFFICER, second.import_id, at=later(days=2))
    restored = figures(seeded_database)
    assert (done.removed, done.restored) == (0, 1)
    assert restored is not None
    assert restored.dependents == 0
    undo_import(seeded_database, QUIET_OFFICER, first.import_id, at=later(days=3))
    assert figures(seeded_database) is None


def test_the_class_follows_at_once(seeded_database: Database) -> None:
    declared(seeded_database)
    with unit_of_work(seeded_database, LOCAL_OPERATOR, read_only=True) as session:
        found = assessments.assessment_of(session, QUIET_OFFICER, QUIET_CODE, YEAR)
    assert found is not None
    assert (found.cls.value, found.state, found.assessed_at) == (
        "drug_free",
        assessments.State.DRAFT,
        AT,
    )


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("residents", "-5"),
        ("users", "2,5"),
        ("dependents", "mười hai"),
        ("plants", "99999999999"),
        ("plant_area_m2", "-1"),
        ("on_key_route", "có lẽ"),
        ("users", "NaN"),
        ("plant_area_m2", "inf"),
        ("plant_area_m2", "1e9"),
        ("users", "1e3"),
        ("users", "không rõ"),
    ],
)
def test_what_cannot_be_read_is_named_and_nothing_typed_is_lost(
    seeded_database: Database, name: str, typed: str
) -> None:
    done = declared(seeded_database, **{name: typed})

    assert done.form is not None
    assert done.form.error
    wrong = [each for each in done.form.fields if each.error]
    assert [(each.name, each.typed) for each in wrong] == [(name, typed)]
    kept = {each.name: each.typed for each in done.form.fields}
    assert kept == {**CLEAN, name: typed}
    assert figures(seeded_database) is None


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"dependents": "2", "substitution": "3"}, "loại trừ"),
        ({"residents": "10", "users": "11"}, "nhiều hơn nhân khẩu"),
        ({"residents": "0"}, "Nhân khẩu bằng 0"),
        ({"plants": "30"}, "Số cây và diện tích"),
        ({"plants": "30", "plant_area_m2": ""}, "ô diện tích để trống"),
    ],
)
def test_what_looks_wrong_is_said_first_and_stored_when_confirmed(
    seeded_database: Database, changes: dict[str, str], told: str
) -> None:
    asked = declared(seeded_database, **changes)
    assert asked.form is not None
    assert told in asked.form.warnings[0]
    assert {each.name: each.typed for each in asked.form.fields} == CLEAN | changes
    assert figures(seeded_database) is None

    assert declared(seeded_database, **changes, confirmed=True).import_id is not None
    assert figures(seeded_database) is not None


def test_what_somebody_declared_meanwhile_is_not_overwritten_unseen(
    seeded_database: Database,
) -> None:
    form = declare.open_form(seeded_database, QUIET_OFFICER, QUIET_CODE, YEAR, AT.date())
    declared(seeded_database, PLANNER, users="7")

    sent = Sent({**CLEAN, "users": "1"}, form.seen)
    late = declare.declare(seeded_database, QUIET_OFFICER, QUIET_CODE, YEAR, sent, at=later(days=1))
    assert late.is_conflict
    assert late.form is not None
    users = next(each for each in late.form.fields if each.name == "users")
    assert (users.typed, users.before) == ("1", "7")

    again = replace(sent, seen=late.form.seen)
    done = declare.declare(
        seeded_database, QUIET_OFFICER, QUIET_CODE, YEAR, again, at=later(days=1)
    )
    assert done.import_id is not None
    assert (figures(seeded_database) or done).users == 1  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "viewer",
    [
        OFFICER,
        Viewer("pt", Role.ANALYST),
        Viewer("tinh-khac", Role.PLANNER, Scope.provinces("66")),
    ],
)
def test_only_the_own_commune_is_declared(seeded_database: Database, viewer: Viewer) -> None:
    with pytest.raises(NotAllowedError):
        declared(seeded_database, viewer)
    with pytest.raises(NotAllowedError):
        declare.declare(seeded_database, viewer, QUIET_CODE, YEAR, Sent(CLEAN), at=AT)


def test_a_period_that_has_not_begun_is_not_declared(seeded_database: Database) -> None:
    done = declared(seeded_database, period=evaluation_period(2027))
    assert done.form is not None
    assert "chưa thể khai báo" in done.form.error
    assert (done.form.begins, done.form.running[0]) == (date(2026, 12, 15), "2026")
    assert {each.name: each.typed for each in done.form.fields} == CLEAN


def test_a_range_of_days_of_ones_own_is_not_declared(seeded_database: Database) -> None:
    with pytest.raises(InvalidValueError, match="period"):
        declared(seeded_database, period=custom_period(date(2025, 1, 1), date(2025, 2, 3)))


def test_an_officer_brings_no_other_layer(seeded_database: Database) -> None:
    new = imports.NewImport(Layer.HOTSPOTS, "x", "a" * 64, "x")
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session, pytest.raises(NotAllowedError):
        imports.add_import(session, OFFICER, new)


@given(
    st.one_of(
        st.none(),
        st.integers(0, 10_000_000),
        st.floats(0, 1e9).map(lambda x: round(x, 6)),
    )
)
def test_a_figure_shown_in_a_field_is_read_as_the_same(value: float | None) -> None:
    name = "plant_area_m2" if isinstance(value, float) else "residents"
    found, errors = read_figures(LABELS, {name: shown(value)})
    assert errors == {}
    assert found[name] == value


def test_clean_figures_raise_no_question() -> None:
    found, errors = read_figures(LABELS, CLEAN)
    assert (errors, implausible(LABELS, found)) == ({}, ())
