"""Data of the time bar: the months of a view in one answer, and a view against the one before."""

from __future__ import annotations

from flask import Blueprint, Response, request

from webapp.delivery import send_json
from webapp.queries import parse_box, parse_choice, parse_zoom
from webapp.security import Access, rule, viewer
from webapp.services import map_change, map_story
from webapp.views.context import asked_view, site

story_data = Blueprint("story_data", __name__, url_prefix="/api")


@story_data.get("/story")
@rule(Access.SIGNED_IN)
def story() -> Response:
    """Months, hotspots with their changes and classes by period of a view."""
    screen = map_story.Screen(parse_box(request.args), parse_zoom(request.args))
    today = site().today()
    return send_json(map_story.story_of(site().database, viewer(), asked_view(), today, screen))


@story_data.get("/change")
@rule(Access.SIGNED_IN)
def change() -> Response:
    """The view against the days before it, or against the same days a year earlier."""
    base = parse_choice(request.args, "base", map_change.BASES) or map_change.BASES[0]
    return send_json(map_change.change_of(site().database, viewer(), asked_view(), base))
