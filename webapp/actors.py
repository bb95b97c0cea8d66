"""Who did something, as people read it."""

from __future__ import annotations

from models.viewers import ANONYMOUS, LOCAL_OPERATOR
from webapp.told import as_written, told


def actor(name: str | None) -> str:
    """The name of an account, or that it was done on the command line or before signing in.

    >>> actor("local-operator"), actor("anonymous"), actor("cbkh"), actor(None)
    ('dòng lệnh', 'chưa đăng nhập', 'cbkh', '')
    """
    if name == ANONYMOUS.name:
        return told("chưa đăng nhập")
    return told("dòng lệnh") if name == LOCAL_OPERATOR.name else as_written(name or "")
