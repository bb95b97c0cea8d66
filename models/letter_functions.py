"""What SQLite is taught: letters without case, letters without marks."""

from __future__ import annotations

from functools import partial
from typing import Any

from models.letter_tables import changed


def teach_letters(connection: Any) -> None:
    """Give a connection of sqlite3 the functions `diaban_casei` and `diaban_accenti`."""
    for how in ("casei", "accenti"):
        connection.create_function(f"diaban_{how}", 1, partial(_changed, how), deterministic=True)


def _changed(how: str, text: str | None) -> str | None:
    return None if text is None else changed(text, how)
