"""Work that is done again when it ran into somebody else's."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from random import SystemRandom
from typing import ParamSpec, TypeVar

from models.errors import CollisionError

P = ParamSpec("P")
R = TypeVar("R")

TIMES = 4
_PAUSE_S = 0.05
_CHANCE = SystemRandom()


def repeatable(work: Callable[P, R]) -> Callable[P, R]:
    """Let a function that stores everything in one unit of work begin anew after a collision.

    Where two transactions of PostgreSQL wait for each other, or what one has read was changed by
    the other, the database lets one of them fail: nothing of it was written, and a moment later
    it usually succeeds. After `TIMES` attempts the error is told: the site is busy.

    >>> tries = []
    >>> @repeatable
    ... def store() -> int:
    ...     tries.append(1)
    ...     if len(tries) < 3:
    ...         raise CollisionError("…")
    ...     return len(tries)
    >>> store()
    3
    """

    @wraps(work)
    def repeated(*args: P.args, **kwargs: P.kwargs) -> R:
        for attempt in range(1, TIMES):
            try:
                return work(*args, **kwargs)
            except CollisionError:
                time.sleep(_PAUSE_S * 2**attempt * (0.5 + _CHANCE.random()))
        return work(*args, **kwargs)

    return repeated
