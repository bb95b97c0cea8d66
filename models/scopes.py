"""Which scopes lie inside another, as the map in force tells."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from models.disclosure import provinces_of
from models.session import Session
from models.tables import boundary_versions, communes
from models.viewers import Scope, ScopeKind, Viewer

__all__ = [
    "names_of",
    "provinces_by_name",
    "scope_names",
    "scope_provinces",
    "scopes_inside",
    "unknown_codes",
    "within",
]


def scopes_inside(session: Session, viewer: Viewer, scopes: Collection[Scope]) -> frozenset[Scope]:
    """Those of the scopes that reach no further than the viewer's own."""
    return within(session, viewer, viewer.scope, scopes)


def within(
    session: Session,
    viewer: Viewer,  # noqa: ARG001
    outer: Scope,
    scopes: Collection[Scope],
) -> frozenset[Scope]:
    """Those of the scopes that reach no further than another one.

    A commune lies inside the scope of its province.
    """
    sure = {scope for scope in scopes if outer.contains(scope)}
    open_ = {scope for scope in scopes if scope.kind is ScopeKind.COMMUNE} - sure
    if outer.kind is not ScopeKind.PROVINCES or not open_:
        return frozenset(sure)
    provinces = provinces_of(session, {code for scope in open_ for code in scope.codes})
    inside = {
        scope
        for scope in open_
        if scope.codes and all(provinces.get(code) in outer.codes for code in scope.codes)
    }
    return frozenset(sure | inside)


def unknown_codes(session: Session, viewer: Viewer, scope: Scope) -> list[str]:  # noqa: ARG001
    """Codes of a scope that no unit of the map in force bears."""
    if scope.kind is ScopeKind.COMMUNE:
        return sorted(scope.codes - set(provinces_of(session, scope.codes)))
    c = communes.c
    statement = (
        select(c.province_code)
        .join(boundary_versions)
        .where(boundary_versions.c.is_current.is_(True), c.province_code.in_(sorted(scope.codes)))
        .distinct()
    )
    return sorted(scope.codes - set(session.scalars(statement)))


def scope_names(session: Session, viewer: Viewer, scopes: Collection[Scope]) -> dict[Scope, str]:
    """The units of each scope by name, a code where the map in force has none of it.

    A commune is told with its province: there are many of one name.
    """
    around = scope_provinces(session, viewer, scopes)
    codes = {code for scope in scopes for code in scope.codes}
    names = names_of(session, viewer, codes.union(*around.values()))
    told = {scope: sorted(scope.codes) for scope in scopes}
    for scope in told:
        if scope.kind is ScopeKind.COMMUNE:
            told[scope] += sorted(around[scope])
    return {scope: ", ".join(names.get(code, code) for code in told[scope]) for scope in told}


def scope_provinces(
    session: Session,
    viewer: Viewer,  # noqa: ARG001
    scopes: Collection[Scope],
) -> dict[Scope, frozenset[str]]:
    """The provinces that each scope names or has a commune of; none for the nation."""
    communes_ = {c for scope in scopes if scope.kind is ScopeKind.COMMUNE for c in scope.codes}
    provinces = provinces_of(session, communes_)
    return {
        scope: frozenset(provinces[code] for code in scope.codes if code in provinces)
        if scope.kind is ScopeKind.COMMUNE
        else scope.codes
        for scope in scopes
    }


def names_of(session: Session, viewer: Viewer, codes: Collection[str]) -> dict[str, str]:
    """Names of communes and provinces of the map in force, of those codes that it has."""
    c = communes.c
    of_communes = select(c.code, c.full_name).join(boundary_versions)
    wanted = boundary_versions.c.is_current.is_(True), c.code.in_(sorted(codes))
    provinces = provinces_by_name(session, viewer)
    return {
        **{code: name for code, name in provinces.items() if code in codes},
        **dict(session.execute(of_communes.where(*wanted)).all()),
    }


def provinces_by_name(session: Session, viewer: Viewer) -> dict[str, str]:  # noqa: ARG001
    """Names of the provinces of the map in force by code."""
    c = communes.c
    statement = select(c.province_code, c.province_name).join(boundary_versions).distinct()
    current = statement.where(boundary_versions.c.is_current.is_(True))
    return dict(session.execute(current.order_by(c.province_name)).all())
