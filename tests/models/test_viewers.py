"""Who asks: what scopes cover, what roles may, and that every read is asked by somebody."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import models
from models.errors import NotAllowedError
from models.session import Session
from models.viewers import ANONYMOUS, LOCAL_OPERATOR, Role, Scope, ScopeKind, Viewer

WITHOUT_VIEWER = {
    "models.users.find_account",
    *("models.audit_chain.link_at_commit", "models.audit_chain.link_events"),
    *("models.live_tiles.data_state", "models.transfer.is_postgis"),
}
"""Signing in happens before anybody is known; links of the chain are made for whoever wrote, and
neither they nor the two facts of the database tell anything of a record."""

FOUNDATIONS = {
    *("additions", "columns", "disclosure", "incident_filters", "placements"),
    *("schema", "session", "tables", "tables_findings", "tables_history", "tables_places"),
    *("hotspot_events", "known_contents", "many_ids", "record_versions", "seizures"),
}
"""What data modules are built from; services do not use it to reach data."""

codes = st.frozensets(st.sampled_from(["01", "51", "66", "23401"]), max_size=3)
scopes = st.one_of(
    st.just(Scope.nation()),
    codes.map(lambda found: Scope.provinces(*found)),
    st.sampled_from(["23401", "00004"]).map(Scope.commune),
)
code = st.none() | st.sampled_from(["01", "51", "66"])
commune = st.none() | st.sampled_from(["23401", "00004", "23402"])


def _data_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    for module in pkgutil.walk_packages(models.__path__, "models."):
        short = module.name.removeprefix("models.")
        if short in FOUNDATIONS or short.startswith("migrations"):
            continue
        loaded = importlib.import_module(module.name)
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            public = not name.startswith("_") and function.__module__ == module.name
            if public and "session" in inspect.signature(function).parameters:
                yield f"{module.name}.{name}", function


DATA_FUNCTIONS = dict(_data_functions())


@pytest.mark.parametrize("name", sorted(set(DATA_FUNCTIONS) - WITHOUT_VIEWER))
def test_data_is_asked_for_by_a_viewer(name: str) -> None:
    function = DATA_FUNCTIONS[name]
    first, second, *_ = inspect.signature(function).parameters.values()
    # Annotations are texts; the names must mean the two classes where they stand.
    module = sys.modules[function.__module__]
    assert (first.name, getattr(module, first.annotation)) == ("session", Session)
    assert (second.name, getattr(module, second.annotation)) == ("viewer", Viewer)
    assert second.default is inspect.Parameter.empty
    assert second.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD


def test_the_walk_finds_the_data_functions() -> None:
    modules = {name.rsplit(".", 1)[0] for name in DATA_FUNCTIONS}
    assert modules >= {
        *("models.incidents", "models.incident_counts", "models.hotspots", "models.indicators"),
        *("models.imports", "models.runs", "models.assessments", "models.users"),
        *("models.audit", "models.site"),
    }
    assert set(DATA_FUNCTIONS) >= WITHOUT_VIEWER


@given(scopes, code, commune)
def test_the_nation_covers_what_any_scope_covers(
    scope: Scope, province_code: str | None, commune_code: str | None
) -> None:
    if scope.covers(province_code, commune_code):
        assert Scope.nation().covers(province_code, commune_code)


@given(scopes, scopes, code, commune)
def test_what_a_contained_scope_covers_the_containing_covers(
    outer: Scope, inner: Scope, province_code: str | None, commune_code: str | None
) -> None:
    if outer.contains(inner) and inner.covers(province_code, commune_code):
        assert outer.covers(province_code, commune_code)


@given(scopes)
def test_only_the_nation_covers_what_lies_nowhere(scope: Scope) -> None:
    assert scope.covers(None, None) is (scope.kind is ScopeKind.NATION)


@given(code, commune)
def test_nobody_signed_in_sees_nothing(province_code: str | None, commune_code: str | None) -> None:
    assert not ANONYMOUS.scope.covers(province_code, commune_code)
    assert not ANONYMOUS.may_write


@pytest.mark.parametrize(
    ("role", "writes", "administers"),
    [
        (Role.PLANNER, True, False),
        (Role.ADMIN, True, True),
        (Role.ANALYST, False, False),
        (Role.COMMUNE, False, False),
    ],
)
def test_what_a_role_may_do(role: Role, writes: bool, administers: bool) -> None:
    viewer = Viewer("ai-do", role)
    for allowed, require in ((writes, viewer.require_write), (administers, viewer.require_admin)):
        if allowed:
            require()
        else:
            with pytest.raises(NotAllowedError, match="ai-do"):
                require()


def test_what_concerns_everybody_needs_the_whole_nation() -> None:
    LOCAL_OPERATOR.require_nation()
    with pytest.raises(NotAllowedError, match="toàn quốc"):
        Viewer("tinh", Role.ADMIN, Scope.provinces("51")).require_nation()
