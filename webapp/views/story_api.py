"""Data of the time bar: the months of a view in one answer, and a view against the one before."""

from __future__ import annotations

from flask import Blueprint, Response, request

from webapp.delivery import send_json
from webapp.queries import parse_box, parse_choice, parse_view, parse_zoom
from webapp.security import Access, rule, viewer
from webapp.services import map_change, map_story, overview
from webapp.services.overview import View
from webapp.views.context import site

story_data = Blueprint("story_data", __name__, url_prefix="/api")


def _view() -> View:
    """The view asked for; without days the default period, without province the nation."""

    def default() -> View:
        found = overview.default_view(site().database, viewer(), site().today())
        return View(None, found.since, found.until)

    return parse_view(request.args, default)


@story_data.get("/story")
@rule(Access.SIGNED_IN)
def story() -> Response:
    """Months, hotspots with their changes and classes by period of a view."""
    screen = map_story.Screen(parse_box(request.args), parse_zoom(request.args))
    today = site().today()
    return send_json(map_story.story_of(site().database, viewer(), _view(), today, screen))


@story_data.get("/change")
@rule(Access.SIGNED_IN)
def change() -> Response:
    """The view against the days before it, or against the same days a year earlier."""
    base = parse_choice(request.args, "base", map_change.BASES) or map_change.BASES[0]
    return send_json(map_change.change_of(site().database, viewer(), _view(), base))
