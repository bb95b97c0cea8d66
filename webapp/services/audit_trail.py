"""The audit trail as the site keeps it: views and exports written down, verified, old names erased.

What changes data writes its own line where it does so. What only reads writes one here: a view
of a record in detail once an hour for each viewer and record, an export each time.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Event, Lock
from typing import Any

from models import audit, audit_chain
from models.audit_chain import Fault, FaultKind, Verdict
from models.audit_hashes import GENESIS, Link
from models.errors import InvalidValueError
from models.session import Database, unit_of_work
from models.viewers import SITE, Viewer
from webapp.labels import vn_number

EXPIRY_S = 24 * 3_600
_REMEMBERED = 20_000

_FAULTS: Mapping[FaultKind, str] = {
    FaultKind.UNLINKED: "sự kiện {event} không nằm trong chuỗi (được ghi thẳng vào bảng)",
    FaultKind.CHANGED: "mục {number} của chuỗi (sự kiện {event}) đã bị sửa hoặc đổi chỗ",
    FaultKind.MISSING: "thiếu mục {number} của chuỗi",
    FaultKind.PERSON_CHANGED: "người thực hiện hoặc địa chỉ của mục {number} (sự kiện {event}) "
    "đã bị sửa",
    FaultKind.PERSON_MISSING: "người thực hiện của mục {number} (sự kiện {event}) bị xóa trước hạn",
    FaultKind.CUT_OFF: "chuỗi bị cắt đuôi: mất các mục từ {number} trở đi",
    FaultKind.HEAD_CHANGED: "mục {number} không khớp mã cuối chuỗi đã lưu: chuỗi đã bị viết lại",
    FaultKind.HEAD_UNKNOWN: "không còn mã cuối chuỗi trong cơ sở dữ liệu (chuỗi dừng ở mục "
    "{number})",
}


@dataclass(slots=True)
class SeenLately:
    """What this process has already written down, so that clicking about costs nothing.

    The database is asked where this does not know: other processes write too.
    """

    keys: OrderedDict[tuple[str, ...], None] = field(default_factory=OrderedDict)
    lock: Lock = field(default_factory=Lock)

    def knows(self, key: tuple[str, ...]) -> bool:
        """Whether it was seen lately."""
        with self.lock:
            return key in self.keys

    def remember(self, key: tuple[str, ...]) -> None:
        """Keep it; the oldest goes when there are too many."""
        with self.lock:
            self.keys[key] = None
            while len(self.keys) > _REMEMBERED:
                self.keys.popitem(last=False)


@dataclass(frozen=True, slots=True)
class Act:
    """What a viewer did, as the trail keeps it."""

    action: str
    object: str
    detail: Mapping[str, Any]


def noted_hourly(
    database: Database, viewer: Viewer, act: Act, at: datetime, lately: SeenLately
) -> None:
    """Write down what a viewer did to something: once an hour, as what is seen in detail."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    key = (viewer.name, viewer.address, act.action, act.object, hour.isoformat())
    if lately.knows(key):
        return
    with unit_of_work(database, viewer, read_only=True) as session:
        known = audit.done_since(session, viewer, act.action, act.object, hour)
    if not known:
        noted(database, viewer, act, at)
    lately.remember(key)


def noted(database: Database, viewer: Viewer, act: Act, at: datetime) -> None:
    """Write down an act that left no line of its own, as an export of a table."""
    with unit_of_work(database, viewer) as session:
        audit.record(session, viewer, act.action, act.object, act.detail, at=at)


def head_of_trail(database: Database, viewer: Viewer) -> Link:
    """The end of the chain, to be written down outside the system."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return audit_chain.head(session, viewer)


def verify_trail(database: Database, viewer: Viewer, written_down: Sequence[Link] = ()) -> Verdict:
    """Recompute the chain; what holds of it and the first thing wrong."""
    with unit_of_work(database, viewer, read_only=True) as session:
        return audit_chain.verify(session, viewer, written_down)


def read_link(text: str) -> Link:
    """The end of a chain as it was written down.

    >>> read_link("7:" + "ab" * 32).number
    7

    Raises
    ------
    InvalidValueError
        If it is not a number, a colon and 64 hexadecimal digits.
    """
    number, _, digest = text.strip().lower().partition(":")
    hexadecimal = len(digest) == len(GENESIS) and not digest.strip("0123456789abcdef")
    if not (number.isascii() and number.isdigit() and hexadecimal):
        raise InvalidValueError(
            f"«{text}» không phải mã cuối chuỗi; cần dạng SỐ:MÃ như lệnh «audit head» in ra."
        )
    return Link(int(number), digest)


def fault_words(fault: Fault) -> str:
    """A fault of the trail in words."""
    number = vn_number(fault.number)
    return _FAULTS[fault.kind].format(number=number, event=fault.event_id)


def expire(database: Database, viewer: Viewer, days: int, at: datetime) -> int:
    """Erase who did what more than so many days ago; how many events say it no longer.

    That it happened is written into the trail. Where nothing is due nothing is written.
    """
    before = at - timedelta(days=days)
    with unit_of_work(database, viewer) as session:
        erased = audit_chain.erase_persons(session, viewer, before)
        if erased:
            detail = {"before": before.isoformat(), "erased": erased}
            audit.record(session, viewer, audit_chain.ERASED, "persons", detail, at=at)
    return erased


def expire_daily(
    database: Database,
    days: int,
    now: Callable[[], datetime],
    *,
    stopped: Event | None = None,
    every_s: float = EXPIRY_S,
) -> None:
    """Erase what is due, at once and then once a day, until `stopped`."""
    ending = stopped or Event()
    while True:
        try:
            expire(database, SITE, days, now())
        except Exception:
            # The next day tries again; the thread must not end for a database that is away.
            logging.getLogger(__name__).exception("old names in the audit trail were not erased")
        if ending.wait(every_s):
            return
