"""The application factory: settings and a database in, a Flask application out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import CodeType

from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.middleware.proxy_fix import ProxyFix

from models.session import Database
from webapp.audited_routes import install_audit
from webapp.config import Settings
from webapp.delivery import install_compression
from webapp.errors import install_error_pages
from webapp.languages import install_languages
from webapp.security import install_security
from webapp.services.border_ground import keep_ground_in
from webapp.services.guarded_reading import Allowance
from webapp.services.running_sign_ins import SignInPolicy
from webapp.themes import install_themes
from webapp.token_access import install_tokens
from webapp.views.account import account
from webapp.views.admin import admin_pages
from webapp.views.alerts import alert_pages
from webapp.views.api import api
from webapp.views.assessments import assessment_pages
from webapp.views.audit import audit_pages
from webapp.views.border import border_pages
from webapp.views.campaigns import drives
from webapp.views.cells import cells_data
from webapp.views.clusters import found_clusters
from webapp.views.communes import places
from webapp.views.context import install_site
from webapp.views.corridors import routes
from webapp.views.duplicates import duplicate_cases
from webapp.views.entry_api import entry_api
from webapp.views.exports import exports
from webapp.views.facilities import facility_pages
from webapp.views.facilities_api import facilities_api
from webapp.views.facility_forms import facility_forms
from webapp.views.files import files
from webapp.views.hotspot_forms import spot_forms
from webapp.views.hotspots import register
from webapp.views.imports import arrivals
from webapp.views.incidents import cases
from webapp.views.map import planner
from webapp.views.map_print import map_prints
from webapp.views.ogc import ogc
from webapp.views.ogc_items import ogc_features
from webapp.views.ogc_tiles import ogc_tiles
from webapp.views.openapi import api_description
from webapp.views.own_security import own_security
from webapp.views.preferences import preferences
from webapp.views.progress import progress_pages
from webapp.views.provinces import provinces
from webapp.views.reports import papers
from webapp.views.review import review
from webapp.views.routes_api import routes_api
from webapp.views.segments_api import segments_api
from webapp.views.story_api import story_data
from webapp.views.sub_units import sub_unit_lists
from webapp.views.tiles import tiles
from webapp.views.tokens import own_tokens
from webapp.views.uploads import install_sweep, install_upload_limit, sending

_RECORDS = (
    *(cases, spot_forms, facility_forms, register, found_clusters, drives, arrivals, sending),
    *(review, duplicate_cases),
)
_STANDING = (assessment_pages, progress_pages, sub_unit_lists, papers)
_GROUND = (routes, facility_pages, border_pages)
_OFFICE = (account, own_security, own_tokens, admin_pages, audit_pages)
_DATA = (story_data, routes_api, entry_api, facilities_api, segments_api, cells_data, tiles)
_OF_PROGRAMS = (api_description, exports, ogc, ogc_features, ogc_tiles, api)

BLUEPRINTS = (
    *(planner, map_prints, alert_pages, places, provinces),
    *(*_RECORDS, *_STANDING, *_GROUND, *_OFFICE, preferences, *_DATA, *_OF_PROGRAMS, files),
)
"""All pages and their data; `api` is last there: it answers what else is asked below /api."""


LOCAL_NAMES = ("127.0.0.1", "localhost", "[::1]")
"""Names under which the machine itself asks whether the site lives."""


class _CompiledOnce(BytecodeCache):
    """Templates as compiled, by name and content: shared by all applications of a process.

    All of them are made by `create_app`, so that the same source means the same code. It is
    held in memory only: nothing that runs is ever read from a folder the site writes to.
    """

    def __init__(self) -> None:
        self._codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code is not None:
            self._codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _CompiledOnce()


def create_app(
    settings: Settings, database: Database, *, now: Callable[[], datetime] | None = None
) -> Flask:
    """Build the site.

    Parameters
    ----------
    settings
        How the site runs.
    database
        Where its records are; the caller opens and closes it.
    now
        The clock, for tests; the current moment in UTC by default.
    """
    # Static files are served by our own route, compressed and cached.
    app = Flask(__name__, static_folder=None)
    app.config.update(_flask_config(settings))
    app.jinja_env.bytecode_cache = _COMPILED
    app.jinja_env.policies["json.dumps_kwargs"] = {"sort_keys": False}  # as written in labels
    install_site(app, database, now, settings.data_dir / "uploads", _allowance(settings))
    keep_ground_in(database, settings.data_dir / "tiles")
    install_languages(app)
    install_themes(app)
    install_compression(app)
    install_upload_limit(app)
    install_sweep(app)
    install_tokens(app, database, now or (lambda: datetime.now(UTC)))
    install_security(app, database, _sign_in_policy(settings), now or (lambda: datetime.now(UTC)))
    install_error_pages(app)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    install_audit(app, database, now or (lambda: datetime.now(UTC)))
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops
        )
    return app


def _sign_in_policy(settings: Settings) -> SignInPolicy:
    return SignInPolicy(
        secret_key=settings.secret_key,
        lasts=timedelta(hours=settings.session_hours),
        idle=timedelta(minutes=settings.idle_minutes),
        login_limit=settings.login_limit,
        second_factor_required=settings.require_2fa,
    )


def _allowance(settings: Settings) -> Allowance:
    return Allowance(
        settings.upload_mb * 2**20, settings.upload_memory_mb * 2**20, settings.upload_seconds
    )


def _flask_config(settings: Settings) -> dict[str, object]:
    return {
        "SECRET_KEY": settings.secret_key,
        # The prefix makes browsers refuse one that another site below the same name has set.
        "SESSION_COOKIE_NAME": "__Host-diaban" if settings.secure_cookies else "diaban",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": settings.secure_cookies,
        "PERMANENT_SESSION_LIFETIME": timedelta(hours=settings.session_hours),
        "MAX_CONTENT_LENGTH": 2**20,
        "WTF_CSRF_TIME_LIMIT": None,
        "TRAP_HTTP_EXCEPTIONS": False,
        "TRUSTED_HOSTS": [*settings.hostnames, *LOCAL_NAMES] if settings.hostnames else None,
        "PROVIDE_AUTOMATIC_OPTIONS": False,
    }
