"""Every text of the pages that speak English has its English, and no other stands in the file."""

import ast
import re
import string
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest
from jinja2 import Environment
from jinja2.ext import extract_from_ast

from geo.sub_unit_names import KIND_NAMES
from tests.webapp.unit_texts import unit_texts
from webapp import audit_labels, errors, labels, parameter_words, standing_labels, token_words
from webapp.assets import STATIC_DIR
from webapp.facility_labels import FACILITY_KINDS
from webapp.languages import FOLDER, catalogues, texts_of_scripts
from webapp.map_labels import map_words
from webapp.services import campaigns, corridors, import_changes, review
from webapp.services.layer_catalogue import LAYERS
from webapp.views import account
from webapp.views.map import FIGURES

WEBAPP = FOLDER.parents[1]
TEMPLATES = sorted((WEBAPP / "templates").glob("*.html"))
SCRIPTS = sorted((STATIC_DIR / "js").rglob("*.js"))

LETTERS = "ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ"
VIETNAMESE = re.compile(f"[{LETTERS}{LETTERS.upper()}]")
SENTENCE = re.compile(r"^[A-Z][a-z]+( |$)")
"""A word that begins with a capital may be Vietnamese without any mark: «Trang», «Sang»."""

NO_WORDS = {
    *("Accept", "Enter", "Escape", "Home", "End", "Space", "Backspace", "Delete", "Tab"),
    *("Point", "Polygon", "Content", "Aa"),
}
"""Words of browsers and formats that begin with a capital."""

IN_TEMPLATE = re.compile(r"""(?<![\w.])_\(\s*(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)')""")
IN_PYTHON = re.compile(r'(?<![\w.])(?:gettext|told)\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
COMMENT = re.compile(r"(?s){#.*?#}")
CODE = re.compile(r"(?s){%.*?%}|{{.*?}}")
ALREADY_TOLD = re.compile(r'lang="vi"[^>]*>')
TOKEN = re.compile(
    r"""(?s)(?P<comment>//[^\n]*|/\*.*?\*/)"""
    r"""|(?P<pattern>(?<=[(,=:\[!&|?{};])\s?/(?![/*\s])(?:\\.|\[(?:\\.|[^\]\n])*\]|[^/\\\n])+/[a-z]*)"""
    r"""|(?P<quote>["'])(?P<text>(?:\\.|(?!(?P=quote))[^\\\n])*)(?P=quote)|(?P<long>`)"""
)
"""Of a script: a comment, a pattern, a quoted text, or the start of one in backticks."""

HANDED_OVER = re.compile(r"(?<![\w.$])t\($")
CHOICE = re.compile(r"\{(\w+)\|[^{}]*\}")
PLACES = re.compile(r"%\((\w+)\)s|\{(\w+)(?:!c)?(?::\d)?(?:\|[^{}]*)?\}")


def english() -> dict[str, str]:
    return {m.id: m.string for part in catalogues().values() for m in part if m.id}


def texts_in(words: object) -> Iterator[str]:
    """Every text that labels hold."""
    if isinstance(words, str):
        yield words
    elif isinstance(words, Mapping):
        for value in words.values():
            yield from texts_in(value)
    elif isinstance(words, Iterable):
        for value in words:
            yield from texts_in(value)


def texts_of_templates() -> set[str]:
    """What the templates hand to `_`, as Jinja looks it up: «%%» is still two signs then."""
    parsed = [Environment(autoescape=True).parse(p.read_text("utf-8")) for p in TEMPLATES]
    found = [text for tree in parsed for _, _, text in extract_from_ast(tree, ("_",))]
    texts = {text if isinstance(text, str) else text[0] for text in found}  # else with its values
    assert None not in texts
    return {text for text in texts if text is not None}


def texts_of_python() -> set[str]:
    modules = [path for path in WEBAPP.rglob("*.py") if path.name != "told.py"]
    found = [m for path in modules for m in IN_PYTHON.findall(path.read_text("utf-8"))]
    return {"".join(re.findall(r'"((?:[^"\\]|\\.)*)"', parts)) for parts in found}


def texts_of_data() -> set[str]:
    """Labels that templates and scripts get from Python."""
    bar = list(_constants(WEBAPP / "views" / "context.py"))
    told = [labels.ROLES, labels.SCOPES, map_words(), [name for _, name in FIGURES], FACILITY_KINDS]
    refused = [
        errors.TITLES,
        errors.ADVICE,
        errors.BUSY,
        errors.BUSY_TITLE,
        errors.OTHER_TITLE,
        account.REFUSED,
        account.INCOMPLETE,
    ]
    office = [
        *(labels.LAYERS, labels.DOUBTS, labels.AT_HOME, KIND_NAMES, review.PARTS),
        *(import_changes.FIELDS, import_changes.SUBSTANCES, import_changes.UNITS),
        *(import_changes.DAY_KNOWN, import_changes.WITHDRAWN),
        *(standing_labels.CORRIDOR_MODES, standing_labels.CORRIDOR_REACHES),
    ]
    spots = [
        *(labels.HOTSPOT_STATUSES, labels.HOTSPOT_KINDS, labels.EVENT_TYPES, labels.CLUSTER_FLAGS),
        *(labels.LINEAGES, labels.VERDICTS, labels.WEAK_RING, labels.RING_CUT),
        *(parameter_words.NAMES, parameter_words.CODES),
    ]
    trail = [
        *(audit_labels.ACTIONS, audit_labels.OBJECT_KINDS, audit_labels.DETAIL_KEYS),
        *(audit_labels.SCOPE_WORDS, token_words.LAYERS),
    ]
    routes = [
        *(labels.ALERT_KINDS, labels.ALERT_STATES, labels.NEIGHBOURS),
        *(corridors.FORCES, campaigns.STAGES, campaigns.BRIEF),
        [name.lower() for name in texts_in([labels.INCIDENT_KINDS, labels.HOTSPOT_STATUSES])],
    ]
    layers = [
        (layer.title, layer.says, [field.codes for field in layer.fields])
        for layer in LAYERS.values()
    ]
    codes = {code for code, _ in review.PARTS}
    parts = [bar, told, refused, office, spots, routes, trail, layers, unit_texts()]
    return {text for text in texts_in(parts) if text and text not in codes}


def _constants(path: Path) -> Iterator[str]:
    """Vietnamese texts of a module, its comments and docstrings left out."""
    tree = ast.parse(path.read_text("utf-8"))
    for node in ast.walk(tree):
        told = node.value if isinstance(node, ast.Constant) else None
        if isinstance(told, str) and VIETNAMESE.search(told) and "\n" not in told:
            yield told


def asked_for() -> set[str]:
    return texts_of_scripts() | texts_of_templates() | texts_of_python() | texts_of_data()


def test_every_text_has_its_english() -> None:
    known = english()

    assert sorted(text for text in asked_for() if not known.get(text)) == []


def test_a_text_is_translated_in_one_file_only() -> None:
    found = Counter(m.id for part in catalogues().values() for m in part if m.id)

    assert [text for text, n in found.items() if n > 1] == []


def test_no_english_is_left_of_a_text_that_is_gone() -> None:
    assert sorted(set(english()) - asked_for()) == []


def test_the_english_keeps_the_places_of_values() -> None:
    def places(text: str) -> set[tuple[str, str]]:
        return set(PLACES.findall(CHOICE.sub("", text)))

    def counted(text: str) -> set[str]:
        return set(CHOICE.findall(text))

    known = english().items()
    assert {text for text, told in known if places(told) != places(text)} == set()
    named = {text: {a or b for a, b in places(text)} for text, _ in known}
    assert {text for text, told in known if not counted(told) <= named[text]} == set()


def test_a_percent_sign_of_a_template_is_one_in_both_languages() -> None:
    values = defaultdict(int)
    known = english()
    for text in texts_of_templates():
        assert (known[text] % values).count("%") == (text % values).count("%"), text


def test_the_english_is_english_and_plain_text() -> None:
    names = ("Địa Bàn", "Hoàng Sa", "Trường Sa", "Việt Nam", "QĐ-TTg")

    def rest(told: str) -> str:
        for name in names:
            told = told.replace(name, "")
        return told

    told = list(english().values())
    assert [text for text in told if VIETNAMESE.search(rest(text))] == []
    assert [text for text in told if re.search(r'[<>"&]|!(?!c})', text)] == []


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_no_text_of_a_script_goes_untranslated(path: Path) -> None:
    assert list(_bare_texts(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_text_of_a_page_goes_untranslated(path: Path) -> None:
    text = ALREADY_TOLD.sub("", COMMENT.sub("", path.read_text("utf-8")))
    text = text.replace("Tiếng Việt", "").replace("Địa Bàn", "")
    quoted = [
        part
        for code in CODE.findall(text)
        for part in re.findall(r"\"[^\"]*\"|'[^']*'", IN_TEMPLATE.sub("", code))
        if VIETNAMESE.search(part)
    ]
    assert (VIETNAMESE.findall(CODE.sub("", text)), quoted) == ([], [])


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_what_a_template_translates_stands_in_it(path: Path) -> None:
    # What is handed to `_` counts as markup that we wrote: a value never may be.
    text = COMMENT.sub("", path.read_text("utf-8"))

    assert re.findall(r"(?<![\w.])_\(\s*[^\"'\s].{0,30}", text) == []
    assert re.findall(r"(?<![\w.])_\([^)]*~", text) == []


def _bare_texts(script: str) -> Iterator[str]:
    """Texts of a script for people that are not handed to `t`."""
    for before, text in _quoted(script):
        prose = VIETNAMESE.search(text) or (SENTENCE.match(text) and text not in NO_WORDS)
        letters = text.strip(string.punctuation + " ")
        if prose and len(letters) > 1 and not HANDED_OVER.search(before):
            yield text


def _quoted(script: str) -> Iterator[tuple[str, str]]:
    """Quoted texts of a script with what stands before them; comments and patterns left out."""
    at = 0
    while found := TOKEN.search(script, at):
        before = script[max(0, found.start() - 12) : found.start()].rstrip()
        at = found.end()
        if found["text"] is not None:
            yield before, found["text"]
        elif found["long"]:
            words, codes, at = _template_literal(script, at)
            yield before, words
            for code in codes:
                yield from _quoted(code)


def _template_literal(script: str, at: int) -> tuple[str, list[str], int]:
    """The text of a literal in backticks, the code inside it, and where it ends."""
    words, codes, start, depth = "", [], 0, 0
    while script[at] != "`" or depth:
        if not depth and script.startswith("${", at):
            depth, at = 1, at + 2
            start = at
            continue
        if depth:
            nested = TOKEN.match(script, at)
            if nested and nested["long"]:
                at = _template_literal(script, nested.end())[2]
                continue
            if nested and (nested["text"] is not None):
                at = nested.end()
                continue
            depth += {"{": 1, "}": -1}.get(script[at], 0)
            if not depth:
                codes.append(script[start:at])
        else:
            words += script[at]
        at += 1
    return words, codes, at + 1
