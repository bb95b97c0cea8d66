"""Layers as files for other tools: the page that puts an address together, and the files."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import Blueprint, Response, json, render_template, request
from werkzeug.datastructures import MultiDict

from geo.errors import CrsError, GeoError
from geo.export import FORMATS
from geo.export_places import WGS84
from geo.vn2000 import PROVINCES_OF_ZONE, SYSTEMS
from webapp.delivery import UntilTaken, send_download
from webapp.errors import BadParameterError
from webapp.layer_parameters import Asked, parameters_of, parse_layer
from webapp.parameter_words import NAMES
from webapp.queries import parse_choice, parse_path_number
from webapp.security import Access, rule, viewer
from webapp.services import export_page
from webapp.services.export import export_chunks, export_file
from webapp.services.layer_catalogue import LAYERS, PARAMETERS
from webapp.services.layer_features import layer_info
from webapp.services.layer_metadata import Made
from webapp.services.run_package import make_package
from webapp.told import told
from webapp.turns import OneEach
from webapp.views.context import site

exports = Blueprint("exports", __name__, url_prefix="/export")

EXPORTS = OneEach()
"""An export reads a whole layer; one at a time is enough for an account."""

_FORMAT = f"<any({','.join(FORMATS)}):format>"
_CHUNK_BYTES = 1 << 17
_SHARED = ("province", "commune", "bbox", "from", "to", "as_of")
"""What a choice of another layer keeps."""


@exports.get("", strict_slashes=False)
@rule(Access.SIGNED_IN)
def export_form() -> tuple[str, int]:
    """Put an address together: layer, filters, format, coordinate system."""
    layer = layer_info(parse_choice(request.args, "layer", tuple(LAYERS)) or "incidents")
    format = parse_choice(request.args, "format", tuple(FORMATS)) or "gpkg"
    given = _without(request.args, "layer", "format")
    asked, fault = None, None
    try:
        asked = _settled(parse_layer(layer, given, site().today(), format))
    except BadParameterError as error:
        fault = error
    page = export_page.open_page(site().database, viewer(), asked.query if asked else None)
    shown = render_template(
        "exports.html",
        page=page,
        layer=layer,
        layers=LAYERS,
        format=format,
        formats=FORMATS,
        takes=parameters_of(layer),
        given={name: ",".join(given.getlist(name)) for name in given},
        kept={name: given[name] for name in _SHARED if given.get(name)},
        parameters_of=parameters_of,
        search=asked.search if asked else "",
        address=_address(asked, format) if asked else "",
        fault=fault,
        systems=SYSTEMS.values(),
        provinces_of=PROVINCES_OF_ZONE,
        names=NAMES,
        parameters=PARAMETERS,
    )
    return shown, 400 if fault else 200


@exports.get(f"/<layer>.{_FORMAT}")
@rule(Access.SIGNED_IN)
def layer_file(layer: str, format: str) -> Response:
    """Send a layer in a format; text leaves as it is read, if no place can fail to be written."""
    asked = _asked(layer, format)
    if FORMATS[format].is_text and asked.crs == WGS84:
        return _described_by(asked, format, _stream(asked, format))
    return _described_by(asked, format, _file(asked, format, FORMATS[format].suffix))


@exports.get(f"/<layer>.{_FORMAT}.zip")
@rule(Access.SIGNED_IN)
def layer_archive(layer: str, format: str) -> Response:
    """Send a layer and its metadata as one archive."""
    asked = _asked(layer, format)
    return _described_by(asked, format, _file(asked, format, f"{FORMATS[format].suffix}.zip"))


@exports.get(f"/<layer>.{_FORMAT}.meta.json")
@rule(Access.SIGNED_IN)
def layer_description(layer: str, format: str) -> Response:
    """Send what a file means, without its features."""
    asked = _asked(layer, format)
    made = _made(asked, format)
    found = export_page.described(site().database, viewer(), asked.query, made)
    text = json.dumps(found, ensure_ascii=False, indent=2, sort_keys=False)
    name = export_page.file_name(asked.query, f"{FORMATS[format].suffix}.meta.json", asked.crs)
    return send_download(text, name, "application/json")


@exports.get("/run/<number>.zip")
@rule(Access.SIGNED_IN)
def run_archive(number: str) -> Response:
    """Send what it takes to repeat a run of the analysis."""
    run_id = parse_path_number(number, told("lần phân tích"))
    with EXPORTS.held(viewer().name):
        package = make_package(site().database, viewer(), run_id, site().now(), request.base_url)
    return send_download(package.content, package.name, "application/zip")


def _asked(layer: str, format: str) -> Asked:
    info = layer_info(layer)
    return _settled(parse_layer(info, request.args, site().today(), format))


def _settled(asked: Asked) -> Asked:
    return Asked(export_page.settled(site().database, viewer(), asked.query), asked.crs)


def _address(asked: Asked, format: str, rest: str = "") -> str:
    """The whole address that gives the same again, whichever day it is."""
    return f"{request.url_root}export/{asked.query.layer}.{format}{rest}?{asked.search}"


def _made(asked: Asked, format: str) -> Made:
    return Made(format, site().now(), asked.crs, _address(asked, format))


def _stream(asked: Asked, format: str) -> Response:
    """The layer as it is read; transaction and turn end with the answer, taken or not."""
    with ExitStack() as held:
        held.enter_context(EXPORTS.held(viewer().name))
        chunks = export_chunks(site().database, viewer(), asked.query, _made(asked, format))
        held.callback(chunks.close)
        response = Response(UntilTaken(chunks, held.pop_all()))
    return _to_be_saved(response, asked, FORMATS[format].suffix, FORMATS[format].mime)


def _file(asked: Asked, format: str, suffix: str) -> Response:
    """The layer as a file that is made first, and gone when it is sent."""
    with ExitStack() as held:
        folder = Path(held.enter_context(TemporaryDirectory(prefix="diaban-export-")))
        path = folder / export_page.file_name(asked.query, suffix, asked.crs)
        with EXPORTS.held(viewer().name):
            _write(asked, format, path)
        opened, size = held.enter_context(path.open("rb")), path.stat().st_size
        chunks = iter(partial(opened.read, _CHUNK_BYTES), b"")
        response = Response(UntilTaken(chunks, held.pop_all()))
        response.content_length = size
    mime = "application/zip" if suffix.endswith(".zip") else FORMATS[format].mime
    return _to_be_saved(response, asked, suffix, mime)


def _write(asked: Asked, format: str, path: Path) -> None:
    try:
        export_file(site().database, viewer(), asked.query, path, _made(asked, format))
    except GeoError as error:
        parameter = "crs" if isinstance(error, CrsError) else "format"
        raise BadParameterError(parameter, str(error)) from None


def _to_be_saved(response: Response, asked: Asked, suffix: str, mime: str) -> Response:
    name = export_page.file_name(asked.query, suffix, asked.crs)
    response.headers["Content-Type"] = mime
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _described_by(asked: Asked, format: str, response: Response) -> Response:
    where = _address(asked, format, ".meta.json")
    response.headers.add("Link", f'<{where}>; rel="describedby"; type="application/json"')
    return response


def _without(args: MultiDict[str, str], *names: str) -> MultiDict[str, str]:
    return MultiDict([(name, value) for name, value in args.items(multi=True) if name not in names])
