"""No form decides on what its sender did not see: without a stamp, or with another one, nothing."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from models.viewers import Role, Viewer
from tests.webapp.access_routes import ROUTES
from tests.webapp.access_sweep import ASKERS, CanarySite, table_contents
from tests.webapp.canary_world import NEXT
from webapp.security import ROLES

ASKS_NOTHING: Mapping[str, str] = {
    **dict.fromkeys(
        (
            *("account.login", "account.send_code", "account.logout", "account.end_others"),
            *("account.end_one", "own_tokens.make_token", "own_tokens.revoke_token"),
            *("own_security.change_password", "own_security.begin_second_factor"),
            *("own_security.confirm_second_factor", "own_security.renew_codes"),
            *("own_security.turn_off", "preferences.choose"),
        ),
        "one's own sign-in, asked for with the password where it matters",
    ),
    **dict.fromkeys(
        (
            *("cases.enter", "spot_forms.enter", "facility_forms.enter", "drives.enter_campaign"),
            *("routes.enter_corridor", "sub_unit_lists.add_sub_unit", "admin_pages.add_account"),
            *("found_clusters.start_run", "found_clusters.repeat"),
        ),
        "adds something new; nothing that stands is changed",
    ),
    **dict.fromkeys(
        ("sending.send_file", "sending.store_upload", "sending.drop_upload"),
        "one's own file, seen by nobody else",
    ),
    **dict.fromkeys(("routes.take_line", "routes_api.lay_route"), "stores nothing"),
    **dict.fromkeys(
        ("register.undo_event", "review.undo_by_form", "review.undo_by_script"),
        "names one decision by a number that is never given again; refused once it is undone",
    ),
    "admin_pages.revoke_token": "shuts one token by its name, whatever else was changed",
    "api.nothing_here": "nothing is there",
}
"""Routes that are posted to without a stamp, and why that loses nobody's decision."""

NEEDED: Mapping[str, Mapping[str, str]] = {
    # A note alone is added beside the others.
    "register.write_event": {"type": "cleared", "ref": "TD-{word}"},
    "alert_pages.dismiss": {"reason": "Đã kiểm tra tại chỗ"},
    "assessment_pages.act_on_commune": {"action": "self_assess"},
}
"""What a form must hold besides, so that nothing but the stamp is wrong with it."""

WHOLE_FORMS = frozenset({"cases.correct", "spot_forms.correct", "facility_forms.correct"})
WHOLE_FORMS |= {"drives.change_campaign", "alert_pages.confirm"}
"""Forms of many fields, read before the stamp: refused for a field or for the stamp."""

FORMS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "review.decide_by_form": ("/review/decisions", {"rows": "v{incident}"}),
    **{
        f"admin_pages.{name}": (f"/admin/accounts/xa{tail}", {})
        for name, tail in (
            *(("disable_account", "/disable"), ("enable_account", "/enable")),
            *(("reset_factor", "/second-factor"), ("reset_password", "/password")),
        )
    },
    "admin_pages.change_account": (
        "/admin/accounts/xa",
        {"role": "analyst", "scope": "commune", "commune": "23401", "display_name": "x"},
    ),
}
"""Routes whose line in the matrix holds no form."""

BY_SCRIPT = "review.decide_by_script"


def sender(endpoint: str) -> Viewer:
    """Somebody whom the rule admits and whose scope covers the site."""
    wanted = ROLES[ROUTES[endpoint].access]
    for asker in reversed(ASKERS):
        if asker.role in wanted and asker.name in ("xa", "ca-nuoc", "quan-tri"):
            return asker
    raise AssertionError(endpoint)


def form_of(endpoint: str) -> tuple[str, dict[str, str]]:
    """Where a form goes and what it holds."""
    if endpoint in FORMS:
        path, form = FORMS[endpoint]
        return path, dict(form)
    line = ROUTES[endpoint]
    assert line.form is not None, f"{endpoint}: give it a form here or a reason to ask nothing"
    return line.paths[0], {**dict(line.form), **NEEDED.get(endpoint, {})}


def posted(site: CanarySite) -> set[str]:
    rules = site.app.url_map.iter_rules()
    return {rule.endpoint for rule in rules if "POST" in (rule.methods or ())}


def deciding(site: CanarySite) -> list[str]:
    return sorted(posted(site) - set(ASKS_NOTHING) - {BY_SCRIPT})


def test_every_reason_is_about_a_route(site: CanarySite) -> None:
    assert set(ASKS_NOTHING) <= posted(site)


@pytest.mark.parametrize("stamp", [None, "ffffffffffffffff"])
def test_what_was_not_seen_is_not_decided(site: CanarySite, stamp: str | None) -> None:
    before = table_contents(site.database)
    let_through = []
    for endpoint in deciding(site):
        path, form = form_of(endpoint)
        form.pop("seen", None)
        if stamp is not None:
            form["seen"] = stamp
        viewer = sender(endpoint)
        assert viewer.role is not Role.ANALYST
        filled = {site.filled(key, NEXT): site.filled(value, NEXT) for key, value in form.items()}
        reply = site.post(viewer, site.filled(path, NEXT), filled)
        refused = (400, 409) if endpoint in WHOLE_FORMS else (409,)
        if endpoint == "register.remove_event":
            refused = (404,)  # the site has no event; `test_hotspots` takes one out
        if reply.status not in refused:
            let_through.append((endpoint, reply.status))
    assert "; ".join(f"{name} {status}" for name, status in let_through) == ""
    assert table_contents(site.database) == before
