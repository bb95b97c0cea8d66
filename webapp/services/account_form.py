"""The form of an account: what an administrator typed, read into a role and a scope."""

from __future__ import annotations

from dataclasses import dataclass

from geo.typed_text import without_marks
from models.session import Database
from models.users import Account
from models.viewers import Role, Scope, ScopeKind, Viewer
from webapp.services.commune_names import FoundCommune, find_communes
from webapp.told import told, told_list

MOST_NAME = 80
_NOT_CHOSEN = told("Hãy chọn vai trò.")


@dataclass(frozen=True, slots=True)
class AccountForm:
    """What was typed; `commune` is a code or a name with its province after a comma."""

    username: str = ""
    display_name: str = ""
    role: str = ""
    scope: str = ""
    provinces: tuple[str, ...] = ()
    commune: str = ""
    seen: str = ""


@dataclass(frozen=True, slots=True)
class ReadAccount:
    """What a form says; by field what is wrong with it, then the rest cannot be used."""

    display_name: str
    role: Role
    scope: Scope
    errors: dict[str, str]


def form_of(account: Account, seen: str) -> AccountForm:
    """A form filled in with what is stored."""
    scope = account.scope
    is_commune = scope.kind is ScopeKind.COMMUNE
    return AccountForm(
        username=account.username,
        display_name=account.display_name,
        role=account.role.value,
        scope=scope.kind.value,
        provinces=() if is_commune else tuple(sorted(scope.codes)),
        commune=next(iter(scope.codes), "") if is_commune else "",
        seen=seen,
    )


def read_form(database: Database, viewer: Viewer, form: AccountForm) -> ReadAccount:
    """Role and scope out of a form; a commune may be given by its name."""
    errors: dict[str, str] = {}
    role = Role(form.role) if form.role in set(Role) else None
    if role is None:
        errors["role"] = _NOT_CHOSEN
    scope = _read_scope(database, viewer, form, errors)
    if role is Role.COMMUNE and scope.kind is not ScopeKind.COMMUNE and "scope" not in errors:
        errors["scope"] = told("Cán bộ xã cần phạm vi là một xã, phường, đặc khu.")
    name = form.display_name.strip()[:MOST_NAME]
    if name and not without_marks(name):
        errors["display_name"] = told("Hãy ghi tên đơn vị hoặc chức danh của tài khoản.")
    return ReadAccount(name, role or Role.ANALYST, scope, errors)


def _read_scope(
    database: Database, viewer: Viewer, form: AccountForm, errors: dict[str, str]
) -> Scope:
    nothing = Scope.provinces()
    if form.scope == ScopeKind.NATION:
        return Scope.nation()
    if form.scope == ScopeKind.PROVINCES:
        if not form.provinces:
            errors["provinces"] = told("Hãy chọn ít nhất một tỉnh, thành phố.")
        return Scope.provinces(*form.provinces)
    if form.scope == ScopeKind.COMMUNE:
        found = find_communes(database, viewer, form.commune)
        chosen = _sure(found, form.commune)
        if chosen is None:
            errors["commune"] = _not_found(found)
            return nothing
        return Scope.commune(chosen.code)
    errors["scope"] = told("Hãy chọn phạm vi.")
    return nothing


def _sure(found: list[FoundCommune], typed: str) -> FoundCommune | None:
    """The commune meant: by its code, or the only one found."""
    by_code = [each for each in found if each.code == typed.strip()]
    return (by_code or found)[0] if len(by_code or found) == 1 else None


def _not_found(found: list[FoundCommune]) -> str:
    if not found:
        return told("Không tìm thấy xã này. Hãy ghi mã, hoặc tên xã, dấu phẩy rồi tên tỉnh.")
    names = [
        told(
            "{name}, {province} ({code})",
            name=each.full_name,
            province=each.province_name,
            code=each.code,
        )
        for each in found
    ]
    said = told_list(names, "; ")
    return told("Có nhiều xã như vậy, hãy ghi mã của một xã: {names}.", names=said)
