"""Who did something, as people read it."""

from __future__ import annotations

from models.viewers import LOCAL_OPERATOR
from webapp.told import as_written, told


def actor(name: str | None) -> str:
    """The name of an account, or that it was done on the command line.

    >>> actor("local-operator"), actor("cbkh"), actor(None)
    ('dòng lệnh', 'cbkh', '')
    """
    return told("dòng lệnh") if name == LOCAL_OPERATOR.name else as_written(name or "")
