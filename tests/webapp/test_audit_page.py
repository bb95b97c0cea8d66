"""The trail as administrators read it: in words, filtered, as a table; every code has its words."""

from __future__ import annotations

import ast
import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from geo.standing_terms import AssessmentAction
from models import audit, audit_chain
from models.audit import AuditEvent
from models.session import Database, unit_of_work
from models.viewers import LOCAL_OPERATOR, Role
from tests.webapp.conftest import SignIn
from tests.webapp.seeded_site import NOW
from webapp.audit_labels import ACTIONS
from webapp.audit_words import detail_words, object_words


def test_the_trail_is_read_in_words_with_filters(signed_in: SignIn) -> None:
    signed_in("analyst")
    admin = signed_in("admin")
    page = admin.get("/admin/audit?actor=analyst").text
    table = page[page.index("<tbody>") :]
    assert table.count("<tr>") == 1
    assert "Đăng nhập" in table
    assert "127.0.0.1" in table
    tomorrow = (NOW + timedelta(days=400)).strftime("%Y-%m-%d")
    assert "Không có sự kiện nào" in admin.get(f"/admin/audit?from={tomorrow}").text
    assert admin.get("/admin/audit?from=mai").status_code == 400


def test_the_table_of_the_trail_is_guarded_and_audited(
    signed_in: SignIn, seeded_database: Database
) -> None:
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        audit.record(session, LOCAL_OPERATOR, "export", "=cmd|calc", {}, at=NOW)
    admin = signed_in("admin")
    rows = list(csv.reader(io.StringIO(admin.get("/admin/audit.csv").text.lstrip("\ufeff"))))
    assert not [cell for row in rows for cell in row if cell.startswith("=")]
    with unit_of_work(seeded_database, LOCAL_OPERATOR) as session:
        latest = audit.list_events(session, LOCAL_OPERATOR, 1)[0]
    assert (latest.action, latest.actor, latest.detail["rows"]) == (
        "export",
        "admin",
        len(rows) - 1,
    )


@pytest.mark.parametrize("name", ["planner", "analyst", "commune"])
def test_the_pages_are_for_administrators_alone(signed_in: SignIn, name: str) -> None:
    client = signed_in(name)
    for path in ("/admin", "/admin/audit", "/admin/audit.csv", "/admin/tokens"):
        assert client.get(path).status_code == 403


def test_every_action_that_the_code_writes_has_words(app: Flask) -> None:
    written = {audit_chain.ERASED, *(f"assessment_{each.value}" for each in AssessmentAction)}
    for folder in ("models", "webapp"):
        for path in Path(app.root_path).parent.joinpath(folder).rglob("*.py"):
            written |= _actions(path)
    assert written - set(ACTIONS) == set()


def _actions(path: Path) -> set[str]:
    """Codes given to `record`, `Act` and `_audit` as they stand in a file."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        place = {
            "record": 2,
            "Act": 0,
            "_audit": 2,
            "_write_down": 2,
            "_write_down_failure": 1,
        }.get(name)
        if place is None or len(node.args) <= place:
            continue
        given = node.args[place]
        if isinstance(given, ast.Constant) and isinstance(given.value, str):
            found.add(given.value)
    return found


def test_particulars_are_told_before_and_after() -> None:
    told = detail_words({"before": {"kind": "a", "n": 1}, "after": {"kind": "b", "n": 1}})
    assert told == [("loại", "a → b")]
    kept = detail_words({"reason": {"sha256": "ab"}, "filter": {"kind": "trading"}})
    assert kept == [("lý do", "đã ghi (không lưu nguyên văn)"), ("bộ lọc · loại", "Mua bán")]


def test_the_number_of_a_record_is_never_read_as_a_unit() -> None:
    def words(about: str) -> str:
        event = AuditEvent(1, NOW, "kehoach", Role.PLANNER, "view", about, {})
        return object_words(event, {"19": "Tỉnh Thái Nguyên"})

    assert words("hotspot:19") == "Điểm, tụ điểm 19"
    assert words("incident:19") == "Vụ việc 19"
    assert words("incidents:19") == "Vụ việc: Tỉnh Thái Nguyên"
    assert words("classes:19") == "Bảng loại địa bàn của Tỉnh Thái Nguyên"
    assert words("province:19") == "Tỉnh Thái Nguyên"
