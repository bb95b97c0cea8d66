"""What somebody had on the screen: a decision is refused where something else is stored by now.

A page carries the stamp of what it shows in the hidden field `seen` of its forms, and a form
without one is refused: nobody can tell what it decides on. Commands show nothing first; they
give no stamp and decide on what is stored.
"""

from __future__ import annotations

from models.additions import digest_of
from models.errors import ConflictError
from webapp.told import told

STALE = told(
    "Nội dung này đã được cập nhật ở nơi khác sau khi đồng chí mở trang, chưa lưu gì. Hãy xem nội "
    "dung mới trên trang này rồi quyết định lại."
)


def stamp_of(*shown: object) -> str:
    """What marks things shown: it differs where anything that they say of themselves does.

    >>> stamp_of(1, "a") == stamp_of(1, "a"), stamp_of(1) == stamp_of(2)
    (True, False)
    """
    return digest_of(repr(shown))[:16]


def require_seen(seen: str | None, *now: object) -> None:
    """Raise `ConflictError` unless what is stored `now` is what was on the screen.

    None stands for a command, which had nothing on a screen.
    """
    if seen is not None and seen != stamp_of(*now):
        raise ConflictError(STALE)
