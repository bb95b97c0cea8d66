"""One's own tokens: made, shown once, revoked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request
from werkzeug import Response

from models.api_tokens import GRANTS
from models.errors import InvalidValueError, NotAllowedError, NotFoundError
from models.viewers import Role, Scope, ScopeKind
from webapp.languages import in_words
from webapp.queries import legible_number
from webapp.security import Access, rule, viewer
from webapp.services import administration, tokens
from webapp.services.tokens import DEFAULT_DAYS, LAYERS, WantedToken
from webapp.token_words import LAYERS as LAYER_WORDS
from webapp.token_words import state_words
from webapp.told import told
from webapp.views.context import site

own_tokens = Blueprint("own_tokens", __name__)

DAYS = (30, 90, 180, 365)


@own_tokens.app_context_processor
def offer_tokens() -> dict[str, Any]:
    """What `_tokens.html` shows, wherever it is put."""
    return {"own_tokens": _own}


@own_tokens.post("/account/tokens")
@rule(Access.SIGNED_IN)
def make_token() -> Response | tuple[str, int] | str:
    """Make a token and show it once."""
    try:
        wanted = _sent()
        text = tokens.add_token(site().database, viewer(), viewer().name, wanted, site().now())
    except (InvalidValueError, NotAllowedError, NotFoundError) as error:
        flash(in_words(str(error)), "refused")
        return redirect("/account#tokens", 303)
    return render_template("token_made.html", token=text, wanted=wanted)


@own_tokens.post("/account/tokens/<short_id>/revoke")
@rule(Access.SIGNED_IN)
def revoke_token(short_id: str) -> Response:
    """Let one of the own tokens open nothing any more."""
    tokens.revoke_token(site().database, viewer(), short_id, site().now())
    flash(in_words(told("Đã thu hồi mã truy cập «{id}».", id=short_id)), "done")
    return redirect("/account#tokens", 303)


def _sent() -> WantedToken:
    form = request.form
    role = form.get("role", viewer().role.value)
    if role not in set(Role):
        raise InvalidValueError(told("Hãy chọn vai trò."))
    province = form.get("province", "")
    return WantedToken(
        name=form.get("name", ""),
        role=Role(role),
        scope=Scope.provinces(province) if province else None,
        layers=tuple(form.getlist("layer")),
        days=legible_number(form.get("days")) or DEFAULT_DAYS,
    )


def _own() -> Mapping[str, Any]:
    """The tokens of who is signed in, and what a new one may be given."""
    who, database = viewer(), site().database
    several = who.scope.kind is ScopeKind.NATION or len(who.scope.codes) > 1
    provinces = administration.provinces_to_give(database, who) if several else {}
    return {
        "found": tokens.list_tokens(database, who, who.name),
        "roles": [role for role in Role if role in GRANTS[who.role]],
        "role": Role.ANALYST if Role.ANALYST in GRANTS[who.role] else who.role,
        "provinces": provinces,
        "layers": {layer: LAYER_WORDS[layer] for layer in LAYERS},
        "days": DAYS,
        "usual_days": DEFAULT_DAYS,
        "state": state_words,
        "now": site().now(),
    }
