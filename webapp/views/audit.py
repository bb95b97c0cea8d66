"""The audit trail as a page and as a table."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, redirect, render_template, request
from werkzeug import Response

from webapp.audit_labels import ACTIONS
from webapp.audit_words import action_words, detail_words, object_page, object_words
from webapp.audited_routes import saw
from webapp.delivery import CSV, send_download
from webapp.queries import parse_choice, parse_day, parse_number
from webapp.security import Access, rule, viewer
from webapp.services import audit_page
from webapp.services.audit_page import AuditQuery
from webapp.views.context import site
from webapp.views.day_fields import sent_days

audit_pages = Blueprint("audit_pages", __name__)

_ASKED = ("actor", "action", "object", "address", "from", "to")
_LONGEST_TEXT = 80


@audit_pages.get("/admin/audit")
@rule(Access.ADMINS)
def trail_page() -> Response | tuple[str, int]:
    """Show what was done, the latest first."""
    days = sent_days("from", "to")
    if days.address:
        return redirect(days.address)
    query = _query(days.args)
    shown = render_template(
        "audit.html",
        page=audit_page.open_trail(site().database, viewer(), query),
        wanted=query,
        query={name: value for name in _ASKED if (value := days.args.get(name, "").strip())},
        days=days,
        actions=sorted(ACTIONS),
        action_words=action_words,
        object_words=object_words,
        object_page=object_page,
        detail_words=detail_words,
    )
    return shown, days.status


@audit_pages.get("/admin/audit.csv")
@rule(Access.ADMINS)
def trail_file() -> Response:
    """Give out what the filters leave, for a spreadsheet."""
    content, rows = audit_page.write_trail(site().database, viewer(), _query(request.args))
    saw("audit:nation", rows)
    return send_download(content, f"nhat-ky-{site().today().isoformat()}.csv", CSV)


def _query(args: Mapping[str, str]) -> AuditQuery:
    def text(name: str) -> str:
        return args.get(name, "").strip()[:_LONGEST_TEXT]

    return AuditQuery(
        actor=text("actor"),
        action=parse_choice(args, "action", tuple(ACTIONS)) or "",
        object=text("object"),
        address=text("address"),
        since=parse_day(args, "from"),
        until=parse_day(args, "to"),
        before=parse_number(args, "before") if args.get("before") else None,
    )
