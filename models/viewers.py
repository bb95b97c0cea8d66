"""Who asks: role and scope. Every data function takes a `Viewer`."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from models.errors import NotAllowedError


class Role(StrEnum):
    """What a viewer is for."""

    PLANNER = "planner"
    COMMUNE = "commune"
    ANALYST = "analyst"
    ADMIN = "admin"


class ScopeKind(StrEnum):
    """How far a viewer sees."""

    NATION = "nation"
    PROVINCES = "provinces"
    COMMUNE = "commune"


@dataclass(frozen=True, slots=True)
class Scope:
    """The area whose records a viewer sees in detail.

    `codes` are province codes for `provinces`, one commune code (of the map in
    force) for `commune`, and empty for `nation`.
    """

    kind: ScopeKind
    codes: frozenset[str] = frozenset()

    @classmethod
    def nation(cls) -> Scope:
        """The whole country."""
        return cls(ScopeKind.NATION)

    @classmethod
    def provinces(cls, *codes: str) -> Scope:
        """One or more provinces."""
        return cls(ScopeKind.PROVINCES, frozenset(codes))

    @classmethod
    def commune(cls, code: str) -> Scope:
        """One commune."""
        return cls(ScopeKind.COMMUNE, frozenset({code}))

    def covers(self, province_code: str | None, commune_code: str | None) -> bool:
        """Whether a record of this commune and province lies inside.

        >>> Scope.provinces("51").covers("51", "23401")
        True
        >>> Scope.commune("23401").covers("51", None)
        False
        """
        if self.kind is ScopeKind.NATION:
            return True
        code = province_code if self.kind is ScopeKind.PROVINCES else commune_code
        return code in self.codes

    def contains(self, other: Scope) -> bool:
        """Whether everything that `other` covers is covered by this, as far as codes tell.

        A commune is not known to lie in a province here: only equal codes count.

        >>> Scope.nation().contains(Scope.commune("23401"))
        True
        >>> Scope.provinces("51").contains(Scope.provinces("51", "52"))
        False
        """
        if self.kind is ScopeKind.NATION:
            return True
        return self.kind is other.kind and other.codes <= self.codes


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. Made by the sign-in, the command line or a test."""

    name: str
    role: Role
    scope: Scope = field(default_factory=Scope.nation)
    address: str = field(default="", compare=False)
    """Where the request came from, for the audit trail; empty at the command line."""

    @property
    def may_write(self) -> bool:
        """Whether the viewer may import, analyse and decide."""
        return self.role in (Role.PLANNER, Role.ADMIN)

    def may_declare(self, province_code: str | None, commune_code: str) -> bool:
        """Whether the viewer may declare and self-assess for a commune: its own officer may too.

        >>> Viewer("x", Role.COMMUNE, Scope.commune("23401")).may_declare("51", "23401")
        True
        """
        may = self.may_write or self.role is Role.COMMUNE
        return may and self.scope.covers(province_code, commune_code)

    def require_declare(self, province_code: str | None, commune_code: str) -> None:
        """Raise `NotAllowedError` unless the viewer may declare for a commune."""
        if not self.may_declare(province_code, commune_code):
            raise NotAllowedError(
                f"Tài khoản «{self.name}» không được khai báo cho xã có mã «{commune_code}»."
            )

    def require_declarer(self) -> None:
        """Raise `NotAllowedError` unless the viewer may declare, wherever the scope lets it."""
        if self.role is not Role.COMMUNE:
            self.require_write()

    def require_write(self) -> None:
        """Raise `NotAllowedError` unless the viewer may write."""
        if not self.may_write:
            raise NotAllowedError(f"Tài khoản «{self.name}» không có quyền ghi dữ liệu.")

    def require_admin(self) -> None:
        """Raise `NotAllowedError` unless the viewer is an administrator."""
        if self.role is not Role.ADMIN:
            raise NotAllowedError(f"Tài khoản «{self.name}» không phải quản trị viên.")

    def require_nation(self) -> None:
        """Raise `NotAllowedError` unless the viewer's scope is the whole nation."""
        if self.scope.kind is not ScopeKind.NATION:
            raise NotAllowedError(
                f"Việc này cần phạm vi toàn quốc; tài khoản «{self.name}» không có phạm vi ấy."
            )


LOCAL_OPERATOR = Viewer("local-operator", Role.ADMIN)
"""The person at the command line: whole nation, audited under this name."""

SITE = Viewer("site", Role.ADMIN)
"""The site itself, where it works out what is everybody's, as the classes of all communes."""

ANONYMOUS = Viewer("anonymous", Role.ANALYST, Scope.provinces())
"""Somebody not signed in: sees no record; failed sign-ins are audited under this name."""
