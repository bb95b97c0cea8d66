"""Heavy work that an account may have done once at a time in this process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from webapp.errors import AtWorkError


class OneEach:
    """Keeps an account from having more than one thing made at a time in this process.

    >>> sheets = OneEach()
    >>> with sheets.held("a"), sheets.held("b"):
    ...     pass
    """

    def __init__(self) -> None:
        self._guard = Lock()
        self._names: set[str] = set()

    @contextmanager
    def held(self, name: str) -> Iterator[None]:
        """Hold the place of an account, without waiting.

        Raises
        ------
        AtWorkError
            If it is held.
        """
        with self._guard:
            if name in self._names:
                raise AtWorkError(name)
            self._names.add(name)
        try:
            yield
        finally:
            with self._guard:
                self._names.discard(name)
